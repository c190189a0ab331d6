"""`--sweep`: a kernel timed over many sizes, how its time grows, and where the caches end."""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dlc.cli import growth, show, timing
from dlc.cli.canvas import Canvas, Frame
from dlc.cli.ceilings import Cache, machine_caches
from dlc.cli.errors import BadInputError
from dlc.cli.growth import Growth, Step

MOST = 100_000_000
PER_DECADE = 4
NEAR = (0.4, 1.5)  # a cache ends where data take up this much of it: other data are in it too


@dataclass(frozen=True)
class Spot:
    """The times at one size: seconds per call of each round."""

    elements: int
    bytes_moved: int
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Seconds per call."""
        return statistics.median(self.seconds)

    @property
    def quartiles(self) -> tuple[float, float]:
        """Of the rounds: the lower and the upper one."""
        low, _, high = statistics.quantiles(self.seconds, n=4, method="inclusive")
        return low, high

    def facts(self) -> dict[str, Any]:
        """As --json gives it."""
        low, high = self.quartiles
        return {
            "elements": self.elements,
            "bytes": self.bytes_moved,
            "seconds": self.median,
            "quartiles_s": [low, high],
            "ns_per_element": self.median * 1e9 / self.elements,
            "gb_per_s": self.bytes_moved / 1e9 / self.median,
        }


def sizes(text: str, most: int = MOST) -> list[int]:
    """The sizes of 1e2..1e8, some in each decade, or of a list like 1e3,2e3,5e3. Raises BadInputError."""
    low, dots, high = text.partition("..")
    if not dots:
        found = sorted({_whole(each, text, most) for each in text.split(",") if each})
    else:
        first, last = _whole(low, text, most), _whole(high, text, most)
        if first >= last:
            raise BadInputError(f"--sweep {text} goes from {first} to {last}; give the smaller size first")
        count = max(growth.FEWEST_SIZES, 1 + round(PER_DECADE * math.log10(last / first)))
        found = sorted({round(first * (last / first) ** (k / (count - 1))) for k in range(count)})
    if len(found) < growth.FEWEST_SIZES:
        raise BadInputError(f"--sweep {text} has {len(found)} sizes; growth takes {growth.FEWEST_SIZES} or more")
    return found


def _whole(part: str, text: str, most: int) -> int:
    try:
        value = float(part)
    except ValueError:
        raise BadInputError(f"--sweep {text}: {part or 'nothing'} is no number; write 1e2..1e8, or a list") from None
    if not 1 <= value <= most or value != int(value):
        raise BadInputError(f"--sweep {text}: {part} is out of reach; give whole numbers from 1 to {most}")
    return int(value)


def sweep(
    call_of: Callable[[int], tuple[timing.Call, int, int]], wanted: Sequence[int], budget: float, seed: int = 0
) -> Iterator[Spot]:
    """Time CALL_OF(size), a call with its elements and bytes, at each WANTED size, BUDGET seconds each.

    Sizes are gone through upwards and downwards again: a drift of the machine is no growth. Spots come with the second
    time. Raises BadInputError for a size that memory has no room for.
    """
    upwards: dict[int, tuple[float, ...]] = {}
    for size in (*wanted, *reversed(wanted)):
        try:
            call, elements, bytes_moved = call_of(size)
            seconds = timing.race({"call": call}, budget=budget / 2, seed=seed)["call"].seconds
        except MemoryError:
            raise BadInputError(f"no memory for {size} elements; give smaller sizes") from None
        if size in upwards:
            yield Spot(elements, bytes_moved, upwards[size] + seconds)
        else:
            upwards[size] = seconds


@dataclass(frozen=True)
class Swept:
    """A kernel over its sizes, and what they say."""

    name: str
    spots: tuple[Spot, ...]  # by size
    growth: Growth
    caches: tuple[Cache, ...]
    threads: int

    def facts(self) -> dict[str, Any]:
        """As --json gives it."""
        found = self.growth
        return {
            "name": self.name,
            "sizes": [spot.facts() for spot in self.spots],
            "growth": found.best,
            "weights": dict(found.weights),
            "rivals": found.rivals,
            "error": found.error,
            "overhead_s": found.overhead,
            "overhead_error_s": found.overhead_error,
            "steps": [vars(step) | {"cache": cache and cache.name} for step, cache in self.named_steps()],
        }

    def named_steps(self) -> list[tuple[Step, Cache | None]]:
        """Steps of the time per element, each with the cache that ends there, if one does."""
        return [(step, self._cache(step)) for step in self.growth.steps]

    def _cache(self, step: Step) -> Cache | None:
        """The cache of which the step is nearest to the size."""
        if step.ratio < 1:
            return None
        bytes_at = {spot.elements: spot.bytes_moved for spot in self.spots}
        middle = math.sqrt(bytes_at[step.after] * bytes_at[step.before])
        fitting = [cache for cache in self.caches
                   if bytes_at[step.before] >= NEAR[0] * cache.room(self.threads)
                   and bytes_at[step.after] <= NEAR[1] * cache.room(self.threads)]  # fmt: skip
        return min(fitting, key=lambda cache: abs(math.log(cache.room(self.threads) / middle)), default=None)


def swept(name: str, spots: Sequence[Spot], threads: int, caches: tuple[Cache, ...] | None = None) -> Swept:
    """What SPOTS say; CACHES are this machine's, where they are not given. Raises BadInputError for too few sizes."""
    by_size = tuple(sorted(spots, key=lambda spot: spot.elements))
    # Other work on the machine only adds time: the lower quartile is less disturbed than the median.
    found = growth.fit([spot.elements for spot in by_size], [spot.quartiles[0] for spot in by_size])
    return Swept(name, by_size, found, machine_caches() if caches is None else caches, threads)


COLUMNS = ("kernel", "elements", "ns/element", "lower quartile", "upper quartile", "GB/s")


def table(found: Sequence[Swept]) -> None:
    """One row for each kernel and size."""
    rows = []
    for each in found:
        for spot in each.spots:
            numbers = [value * 1e9 / spot.elements for value in (spot.median, *spot.quartiles)]
            numbers.append(spot.bytes_moved / 1e9 / spot.median)
            rows.append((each.name, spot.elements, *((value, show.short(value, 3)) for value in numbers)))
    show.table(COLUMNS, rows)


def sentences(found: Swept) -> list[str]:
    """What the sizes say, a line for each finding."""
    lines = [f"{found.name} {found.growth.sentence()}"]
    if found.growth.best != "1":
        error = found.growth.overhead_error
        told = f"{found.growth.overhead * 1e9:.0f} ± {2 * error * 1e9:.0f} ns" if found.growth.has_overhead else "none"
        lines.append(f"fixed cost of a call: {told if told != 'none' else 'too little to be seen at these sizes'}")
    bytes_at: Mapping[int, int] = {spot.elements: spot.bytes_moved for spot in found.spots}
    for step, cache in found.named_steps():
        where = f"between {step.after} and {step.before} elements"
        if cache:
            held = f"{_in_units(bytes_at[step.after])} to {_in_units(bytes_at[step.before])}"
            why = f": {cache.name} ends ({_in_units(cache.room(found.threads))}; data take {held})"
        elif step.ratio > 1:
            why = ", where no cache ends"
        else:
            why = ": faster, as where more threads or another loop take over"
        lines.append(f"×{step.ratio:.2f} {where}{why}")
    return lines


def _in_units(size: int) -> str:
    unit, worth = ("MiB", 1 << 20) if size >= 1 << 20 else ("KiB", 1 << 10)
    return f"{show.short(size / worth, 3)} {unit}"


def drawing(found: Swept) -> str:
    """Nanoseconds per element over elements, with the sizes at which caches end."""
    spots = [(spot.elements, spot.median * 1e9 / spot.elements) for spot in found.spots]
    lowest, highest = min(y for _, y in spots), max(y for _, y in spots)
    view = Frame(spots[0][0], spots[-1][0], lowest / 1.5, highest * 1.5)
    canvas = Canvas(view, height=14)
    per_element = statistics.median(spot.bytes_moved / spot.elements for spot in found.spots)
    for cache in found.caches:
        end = cache.room(found.threads) / per_element
        if view.left < end < view.right:
            canvas.line((end, view.bottom, end, view.top))
            canvas.text(round(canvas.place(end, view.top)[0]) - len(cache.name) - 1, 0, cache.name)
    for start, stop in pairwise(spots):
        canvas.line((*start, *stop))
    for x, y in spots:
        column, row = canvas.place(x, y)
        canvas.text(round(column), round(row), "●")
    powers = range(math.ceil(math.log10(view.left)), math.floor(math.log10(view.right)) + 1)
    return "\n".join(canvas.framed(f"elements of {found.name}", {10.0**k: f"1e{k}" for k in powers}, "ns/elem"))
