"""A cell of the speed table: one kernel at one size on so many threads, and every rival's times beside it."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dlc.cli.bench_judge import Exactness
from dlc.cli.timing import Ratio, Timing


@dataclass(frozen=True)
class Rival:
    """A library in one cell: seconds of a call, how many times those of the kernel, and how exact its results are."""

    seconds: float
    ratio: Ratio
    exactness: Exactness


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What was measured of one kernel; ratios above 1 say that it is faster."""

    name: str
    order: int
    dtype: str
    size: int  # elements that were asked for
    elements: int  # those there are: vector functions have whole rows
    threads: int
    kernel: Timing
    bytes_moved: int  # every input read once, every output written once
    of_copy: Ratio | None  # bytes a second, as a fraction of those of a plain copy
    exactness: Exactness
    rivals: Mapping[str, Rival]
    missing: Mapping[str, str]

    @property
    def params(self) -> dict[str, Any]:
        """What a benchmark file keeps beside the name."""
        return {"dtype": self.dtype, "elements": self.elements, "threads": self.threads}

    @property
    def label(self) -> str:
        """The name in a benchmark file."""
        return f"{self.name}[{'-'.join(map(str, self.params.values()))}]"

    def best(self, *, exact: bool = False) -> str:
        """The fastest library, or the fastest that is EXACT; empty where there is none."""
        names = [name for name, rival in self.rivals.items() if rival.exactness.exact or not exact]
        return min(names, key=lambda name: self.rivals[name].ratio.ratio, default="")

    def facts(self) -> dict[str, Any]:
        """The cell as --json gives it and a benchmark file keeps it."""
        return {
            "name": self.name,
            **self.params,
            "ns_per_element": self.kernel.median * 1e9 / self.elements,
            "gb_per_s": self.bytes_moved / 1e9 / self.kernel.median,
            "of_copy": self.of_copy and asdict(self.of_copy),
            "worst_ulp": self.exactness.worst,
            "worst_at": self.exactness.at,
            "best_peer": self.best() or None,
            "best_exact_peer": self.best(exact=True) or None,
            "peers": {
                name: {
                    "ns_per_element": rival.seconds * 1e9 / self.elements,
                    **asdict(rival.ratio),
                    "worst_ulp": rival.exactness.worst,
                    "worst_at": rival.exactness.at,
                    "exact": rival.exactness.exact,
                }
                for name, rival in self.rivals.items()
            },
            "missing": self.missing,
        }


def ratios(cells: Sequence[Cell], *, exact: bool = False) -> dict[str, Ratio]:
    """By label, the ratio of each cell to its best peer, or to its best EXACT one; cells without one are left out."""
    return {cell.label: cell.rivals[best].ratio for cell in cells if (best := cell.best(exact=exact))}


def geometric_mean(found: Mapping[str, Ratio]) -> float | None:
    """The geometric mean of ratios; None of none."""
    return math.exp(statistics.fmean(math.log(each.ratio) for each in found.values())) if found else None


def behind(cells: Sequence[Cell]) -> list[tuple[Cell, str, Ratio]]:
    """Cells with a ratio below 1 to the best peer that is exact, that peer and the ratio; the slowest first."""
    found = [(cell, best, cell.rivals[best].ratio) for cell in cells if (best := cell.best(exact=True))]
    return sorted((each for each in found if each[2].ratio < 1), key=lambda each: each[2].ratio)


def finding(ratio: Ratio) -> str:
    """What the interval allows to say of a kernel that took longer than its peer."""
    return "slower" if ratio.high < 1 else "no difference shown"


def inexact(cells: Sequence[Cell]) -> dict[tuple[str, str, str], Exactness]:
    """By library, function and type, the errors of peers that are not exact."""
    return {
        (library, cell.name, cell.dtype): rival.exactness
        for cell in cells
        for library, rival in cell.rivals.items()
        if not rival.exactness.exact
    }


def shares_of_copy(cells: Sequence[Cell]) -> dict[int, list[float]]:
    """By threads, the kernels' bandwidths as fractions of a plain copy's."""
    found: dict[int, list[float]] = {}
    for cell in cells:
        if cell.of_copy:
            found.setdefault(cell.threads, []).append(cell.of_copy.ratio)
    return found


def summary(cells: Sequence[Cell]) -> dict[str, Any]:
    """All goals of a run, as --json gives them."""
    return {
        "cells": len(cells),
        "geometric_mean": geometric_mean(ratios(cells)),
        "geometric_mean_exact": geometric_mean(ratios(cells, exact=True)),
        "behind": [
            {"cell": cell.label, "peer": peer, **asdict(ratio), "finding": finding(ratio)}
            for cell, peer, ratio in behind(cells)
        ],
        "inexact": [
            {"library": library, "name": name, "dtype": dtype, "worst_ulp": found.worst, "worst_at": found.at}
            for (library, name, dtype), found in inexact(cells).items()
        ],
        "of_copy": {str(threads): statistics.median(found) for threads, found in shares_of_copy(cells).items()},
    }
