"""The roofline: how near a kernel comes to what this machine can do, and what it is that holds it back.

A call takes at least as long as its operations at the peak, and as its bytes at the bandwidth of the level that holds
them; the longer of the two is the roof that binds (Williams, Waterman & Patterson 2009). The peak knows nothing but
multiply-adds in full vectors: what compares, converts, divides or shifts bits takes time that is no part of it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dlc.cli import show
from dlc.cli.canvas import Frame
from dlc.cli.ceilings import Ceilings
from dlc.cli.timing import Call

FAR = 0.25  # a share of its roof that says that something else holds a kernel back


@dataclass(frozen=True)
class Point:
    """A call of a kernel: what it computes, what it moves, and how long it takes."""

    name: str
    flops: int | None  # None where they cannot be counted
    bytes: int  # every input read once, every output written once
    seconds: float
    arithmetic: str = "float64"  # type of most operations, which need not be that of the arrays
    pattern: str = "copy"  # read, copy or triad: how many arrays are read for each that is written
    reason: str = ""  # why there are no flops


def counted(name: str, call: Call, bytes_moved: int, seconds: float, pattern: str = "copy") -> Point:
    """The point of a CALL, a partial of a compiled kernel, which is made once more to count its operations."""
    from dlc.kernels import flops

    reason = "it is no single compiled kernel"
    if isinstance(call, partial):
        try:
            found = flops.count(call.func, *call.args, **call.keywords)
        except TypeError as error:
            reason = str(error)
        else:
            arithmetic = "float64" if found.float64 >= found.float32 else "float32"
            if not found.unseen:
                return Point(name, found.total, bytes_moved, seconds, arithmetic, pattern)
            reason = f"it calls {', '.join(found.unseen)}, whose operations are not seen"
    return Point(name, None, bytes_moved, seconds, pattern=pattern, reason=reason)


@dataclass(frozen=True)
class Placed:
    """A point under its roof."""

    point: Point
    level: str  # that holds the bytes
    peak: float  # flop/s
    bandwidth: float  # byte/s

    @property
    def intensity(self) -> float | None:
        """Flop per byte; None where flops are unknown."""
        return None if self.point.flops is None else self.point.flops / self.point.bytes

    @property
    def flops_per_second(self) -> float | None:
        """Flop/s; None where flops are unknown."""
        return None if self.point.flops is None else self.point.flops / self.point.seconds

    @property
    def bytes_per_second(self) -> float:
        """Byte/s."""
        return self.point.bytes / self.point.seconds

    @property
    def is_bound_by_memory(self) -> bool:
        """Whether the bytes take longer than the operations, as far as these are known."""
        return self.point.bytes / self.bandwidth >= (self.point.flops or 0) / self.peak

    @property
    def share(self) -> float:
        """Of the roof that binds."""
        return max(self.point.bytes / self.bandwidth, (self.point.flops or 0) / self.peak) / self.point.seconds

    @property
    def roof(self) -> str:
        """The name of the roof that binds."""
        if self.is_bound_by_memory:
            return f"{self.level} {self.point.pattern} bandwidth"
        return f"{self.point.arithmetic} FMA peak"

    @property
    def sentence(self) -> str:
        """How near to which roof: 72 % of L2 copy bandwidth."""
        return f"{100 * self.share:.0f} % of {self.roof}"

    @property
    def is_drawn(self) -> bool:
        """Whether it has a place: without operations there is none on a logarithmic axis."""
        return bool(self.point.flops)

    def facts(self) -> dict[str, Any]:
        """As --json gives it."""
        return {
            "name": self.point.name,
            "flops": self.point.flops,
            "bytes": self.point.bytes,
            "seconds": self.point.seconds,
            "flop_per_byte": self.intensity,
            "gflop_per_s": self.flops_per_second and self.flops_per_second / 1e9,
            "gb_per_s": self.bytes_per_second / 1e9,
            "level": self.level,
            "roof": self.roof,
            "share": self.share,
            "reason": self.point.reason,
        }


def roofline(points: Sequence[Point], ceilings: Ceilings) -> list[Placed]:
    """Each of POINTS under the roofs of this machine."""
    return [_placed(point, ceilings) for point in points]


def _placed(point: Point, ceilings: Ceilings) -> Placed:
    level = ceilings.level(point.bytes)
    return Placed(point, level, ceilings.peaks[point.arithmetic], ceilings.bandwidth(level, point.pattern))


COLUMNS = ("kernel", "flop/byte", "GFLOP/s", "GB/s", "data in", "roof", "share")


def table(placed: Sequence[Placed]) -> None:
    """The points as a table."""
    show.table(COLUMNS, [_cells(each) for each in placed])


def _cells(each: Placed) -> tuple[Any, ...]:
    found: list[Any] = [each.point.name]
    rate = None if each.flops_per_second is None else each.flops_per_second / 1e9
    for value in (each.intensity, rate, each.bytes_per_second / 1e9):
        found.append(("", "") if value is None else (value, show.short(value, 3)))
    return (*found, each.level, each.roof, (each.share, f"{100 * each.share:.0f} %"))


def notes(placed: Sequence[Placed]) -> list[str]:
    """What the table does not tell: what counts, and where nothing could be counted."""
    found = ["flop: what the compiled code does, a fused multiply-add being 2, a division or a root 1"]
    without = [each.point.name for each in placed if each.point.flops == 0]
    if without:
        found.append(f"No operations that count, only comparisons and the like: {', '.join(without)}")
    reasons: dict[str, list[str]] = {}
    for each in placed:
        if each.point.flops is None:
            reasons.setdefault(each.point.reason, []).append(each.point.name)
    found += [f"Operations not counted: {', '.join(names)}: {reason}" for reason, names in reasons.items()]
    below = [each.point.name for each in placed if each.share < FAR and each.is_drawn]
    if below:
        costs = "divisions, roots, conversions and waiting for results are no part of a roof"
        found.append(f"Far below every roof: {', '.join(below)}: {costs}")
    above = [each.point.name for each in placed if each.share > 1.1]
    if above:
        found.append(f"Above their roofs: {', '.join(above)}: measure anew with --ceilings fresh, on a quiet machine")
    return found


def frame(placed: Sequence[Placed], ceilings: Ceilings) -> Frame:
    """Flop/byte, between powers of 2, and GFLOP/s: all points that are drawn, and where the roofs meet."""
    drawn = [each for each in placed if each.is_drawn]
    intensities = [each.intensity or 1.0 for each in drawn]
    rates = [(each.flops_per_second or 1.0) / 1e9 for each in drawn]
    peak = max(ceilings.peaks.values()) / 1e9
    slowest = min(ceilings.bandwidth(level) for level in ceilings.levels) / 1e9
    left = 2.0 ** math.floor(math.log2(min([0.125, *(each / 1.3 for each in intensities)])))
    right = 2.0 ** math.ceil(math.log2(max([1.3 * peak / slowest, *(1.3 * each for each in intensities)])))
    lowest = min([2 * left * slowest, *(each / 1.5 for each in rates)])
    return Frame(left, right, lowest, max([2 * peak, *(1.3 * each for each in rates)]))
