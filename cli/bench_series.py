"""Saved runs put in order: for each benchmark and machine a series of medians, and where its level changed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dlc.cli.errors import BadInputError
from dlc.cli.results import Measurement, Run, read_run, run_folder
from dlc.cli.timing import Ratio, median_interval, ratio_of_medians

if TYPE_CHECKING:
    from dlc.cli.change_points import ChangePoint

HARD = ("cpu", "cores", "system", "machine", "threads")  # runs that differ in these are of different series
SOFT = ("python", "numpy", "numba", "llvmlite")  # those that differ in these only are joined, and it is told where
NUMBERED = re.compile(r"(\d{4,})_")


@dataclass(frozen=True)
class Point:
    """One benchmark in one run."""

    run: Run
    measurement: Measurement
    software: tuple[str, ...] = ()  # what is not as in the run before: "numba 0.61.0 -> 0.62.1"

    @cached_property
    def interval(self) -> tuple[float, float] | None:
        """The interval of the median over the rounds of the run, where the file keeps them."""
        return median_interval(self.measurement.seconds)[1:3] if self.measurement.seconds else None


@dataclass(frozen=True)
class Series:
    """One benchmark on one machine: its points among all RUNS there, and the changes of its level."""

    name: str
    runs: tuple[Run, ...]
    points: tuple[Point, ...]
    changes: "tuple[ChangePoint, ...]"

    @property
    def times(self) -> list[float]:
        """Seconds per call, the median in each run."""
        return [point.measurement.median for point in self.points]

    @property
    def at(self) -> list[int]:
        """The places of the points among the runs."""
        places = {id(run): place for place, run in enumerate(self.runs)}
        return [places[id(point.run)] for point in self.points]

    @property
    def gaps(self) -> list[Run]:
        """The runs between the first and the last point that lack this benchmark."""
        at = self.at
        return [self.runs[place] for place in range(at[0], at[-1]) if place not in at]

    @property
    def new(self) -> Run | None:
        """The first run with this benchmark, where others lack it before."""
        return self.points[0].run if self.at[0] > 0 else None

    @property
    def gone(self) -> Run | None:
        """The last run with this benchmark, where later ones lack it."""
        return self.points[-1].run if self.at[-1] < len(self.runs) - 1 else None

    @cached_property
    def last_over_first(self) -> Ratio | None:
        """The ratio of the last median to the first; its interval covers the rounds of these two runs only."""
        first, last = self.points[0].measurement, self.points[-1].measurement
        if len(self.points) < 2:
            return None
        if first.seconds and last.seconds:
            return ratio_of_medians(last.seconds, first.seconds)
        return Ratio(last.median / first.median, float("nan"), float("nan"), 0.0)


def run_files(places: Sequence[Path]) -> list[Path]:
    """The benchmark files at PLACES: a file; a folder of saved runs, of which this machine's kind counts; any folder.

    Raises BadInputError where there are none.
    """
    found: dict[Path, None] = {}
    for place in places:
        if not place.is_dir():
            found[place] = None
            continue
        own = run_folder(place)
        folder, pattern = (own, "*.json*") if own.is_dir() else (place, "**/*.json*")
        files = sorted(path for path in folder.glob(pattern) if path.name.endswith((".json", ".json.gz")))
        if not files:
            raise BadInputError(f"no runs in {folder}; make one with `dlc bench run`, or name its --storage")
        found.update(dict.fromkeys(files))
    return list(found)


def read_runs(paths: Iterable[Path]) -> tuple[list[Run], list[str]]:
    """The runs saved in these files, in the order of their dates, and why others are left out.

    Raises BadInputError where none can be read.
    """
    runs, left_out = [], []
    for path in paths:
        try:
            runs.append(read_run(path))
        except BadInputError as error:
            left_out.append(str(error))
    if not runs:
        more = f" (and {len(left_out) - 1} more files)" if len(left_out) > 1 else ""
        raise BadInputError(f"no run can be read: {left_out[0]}{more}")
    return sorted(runs, key=lambda run: (_moment(run), run.path.name)), left_out


def _moment(run: Run) -> float:
    """When a run was made; by its file where its date is of no known form."""
    try:
        when = datetime.fromisoformat(run.when)
    except ValueError:
        return run.path.stat().st_mtime if run.path.exists() else 0.0
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def machines(runs: Iterable[Run]) -> list[tuple[dict[str, str], list[Run]]]:
    """Runs by what of a machine decides on its times, in the order of the first run there."""
    groups: dict[tuple[tuple[str, str], ...], list[Run]] = {}
    for run in runs:
        key = tuple((label, run.machine[label]) for label in HARD if label in run.machine)
        groups.setdefault(key, []).append(run)
    return [(dict(key), group) for key, group in groups.items()]


def series_of(runs: Sequence[Run]) -> list[Series]:
    """A series for each benchmark in the RUNS of one machine."""
    from dlc.cli.change_points import change_points

    every = []
    for name in dict.fromkeys(name for run in runs for name in run.measurements):
        having = [run for run in runs if name in run.measurements]
        pairs = zip([having[0], *having], having, strict=False)
        points = tuple(Point(run, run.measurements[name], software_between(before, run)) for before, run in pairs)
        changes = change_points([point.measurement.median for point in points])
        every.append(Series(name, tuple(runs), points, tuple(changes)))
    return every


def software_between(old: Run, new: Run) -> tuple[str, ...]:
    """What software differs between two runs, as far as both state it."""
    both = [label for label in SOFT if label in old.machine and label in new.machine]
    return tuple(
        f"{label} {old.machine[label]} -> {new.machine[label]}"
        for label in both
        if old.machine[label] != new.machine[label]
    )


def called(run: Run) -> str:
    """A run in few letters: its number, or the name of its file, and its commit."""
    number = NUMBERED.match(run.path.name)
    name = number[1] if number else run.path.name.removesuffix(".gz").removesuffix(".json")
    return f"{name} ({run.commit[:7]})" if run.commit and not run.commit.startswith("unver") else name


def short_name(name: str, names: Iterable[str]) -> str:
    """NAME without its parameters, where all NAMES share them."""
    return name.partition("[")[0] if len({each.partition("[")[2] for each in names}) == 1 else name
