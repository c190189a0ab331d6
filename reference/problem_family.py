"""The family of problems: what optimizers race on, and what is declared of each.

A function takes a sequence of floats or of mpmath numbers, and its parameters in the same arithmetic. A problem on data
also takes the rows it is judged on, pairs of (inputs, label).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from math import inf, nan
from typing import Any

from dlc.reference.family import Card, Family
from dlc.reference.linear import product, transposed
from dlc.reference.numbers import Number, sqrt
from dlc.reference.rotations import MOST, rotation

Point = Sequence[Number]
Pair = tuple[float, float]
Rows = Iterable[tuple[Sequence[Number], int]]

MANY = 10_000  # dimensions: the most that a function of any number of variables takes


class WrongDimensionError(ValueError):
    """A problem does not have that many variables, or too few to be rotated."""


@dataclass(frozen=True, kw_only=True)
class ProblemCard(Card):
    """What is declared of a problem, in one of its dimensions and with its default parameters."""

    gradient: Callable[..., list[Number]] = field(repr=False)
    dimension: int
    dimensions: tuple[int, int] | None = None  # the least and the most; only that one where there are none
    start: tuple[float, ...] = ()  # the classic one; a network starts at random weights
    hard_start: tuple[float, ...] = ()  # a second one that is known as hard
    box: Pair | tuple[Pair, ...] = (0.0, 0.0)  # of the other starts: low and high of each coordinate, or of all
    minima: Sequence[tuple[float, ...]] = ()
    are_all: bool = True  # whether there are no minima besides; else they have no distance
    least: float | None = None  # the value at the minima, where it is known
    is_bounded: bool = True  # whether nothing less lies outside the box
    traps: tuple[tuple[float, ...], ...] = ()  # minima with a greater value: the best-known ones
    condition: float | None = None  # of the Hessian at the first minimum; None where it has none
    noise: Callable[..., list[Number]] | None = field(default=None, repr=False)  # what step t adds to the gradient
    teaches: str = ""  # what makes it hard, in a word or two
    data: str = ""  # the data set, for a problem on data
    rotation: float = 0.0  # degrees
    is_negated: bool = False  # whether the function is the negative of what is to be maximised
    agreement: float = 1e-12  # of the kernel, relative to the larger of 1 and the exact number
    rules: dict[str, Callable[[int], Any]] = field(default_factory=dict, repr=False)  # of the columns that depend on n

    @property
    def bounds(self) -> tuple[Pair, ...]:
        """Low and high of the box, coordinate by coordinate."""
        return tuple(self._pairs())

    def _pairs(self) -> Iterator[Pair]:
        low, high = self.box[0], self.box[-1]
        if isinstance(low, tuple) or isinstance(high, tuple):
            yield from self.box  # type: ignore[misc] # pairs, as one of them is
        else:
            yield from ((low, high),) * self.dimension

    def in_dimension(self, n: int) -> "ProblemCard":
        """The same function of N variables. Raises WrongDimensionError."""
        if n == self.dimension:
            return self
        least, most = self.dimensions or (self.dimension, self.dimension)
        if not least <= n <= most:
            has = f"{least} to {most:,} dimensions" if least < most else f"{least:,} dimensions and no other"
            raise WrongDimensionError(f"{self.name} has {has}, not {n}")
        unknown = {"hard_start": (), "traps": (), "condition": None}
        return replace(self, dimension=n, **(unknown | {column: rule(n) for column, rule in self.rules.items()}))

    def rotated(self, degrees: float) -> "ProblemCard":
        """The function of R·x, where R turns by DEGREES, and all that is known of it turned back.

        Raises WrongDimensionError for one variable, for many, and for a problem on data.
        """
        if self.data:
            raise WrongDimensionError(f"{self.name} is a problem on data, which cannot be rotated")
        if not 2 <= self.dimension <= MOST:
            raise WrongDimensionError(f"{self.name} has {self.dimension} variables; only 2 to {MOST} can be rotated")
        if degrees == 0:
            return self
        turn = rotation(self.dimension, degrees)
        back = transposed(turn)

        @wraps(self.function)
        def value(x: Point, **knobs: Number) -> Number:
            return self.function(product(turn, x), **knobs)

        def turned(slopes: Callable[..., list[Number]]) -> Callable[..., list[Number]]:
            return wraps(slopes)(lambda x, *step, **knobs: product(back, slopes(product(turn, x), *step, **knobs)))

        def seen(points: Sequence[tuple[float, ...]]) -> tuple[tuple[float, ...], ...]:
            return tuple(tuple(product(back, point)) for point in points)

        return replace(
            self,
            function=value,
            gradient=turned(self.gradient),
            noise=turned(self.noise) if self.noise else None,
            formula=f"{self.formula}  of R·x, R a rotation by {degrees:g}°",
            rotation=degrees,
            agreement=10 * self.agreement,  # R itself is rounded
            start=tuple(product(back, self.start)),
            hard_start=tuple(product(back, self.hard_start)) if self.hard_start else (),
            minima=seen(self.minima),
            traps=seen(self.traps),
            dimensions=None,
            rules={},
        )

    def distance(self, x: Point) -> Number:
        """How far X is from the nearest minimum; nan where not all are known."""
        known = self.minima if self.are_all else ()
        squares = (sum((a - b) ** 2 for a, b in zip(x, minimum, strict=True)) for minimum in known)
        return min(squares, default=nan) ** 0.5

    def facts(self) -> list[tuple[str, str]]:
        """The function and what is known of it, as (label, text)."""
        rows = [("function", self.formula), ("dimension", self._dimension_text())]
        if self.data:
            rows.append(("data", self.data))
        else:
            rows.append(("classic start", point_text(self.start)))
            if self.hard_start:
                rows.append(("hard start", point_text(self.hard_start)))
            rows.append(("other starts", f"uniform in {box_text(self.box)}"))
            if self.minima:
                rows.append(
                    ("minima", "; ".join(map(point_text, self.minima)) + ("" if self.are_all else "; and more"))
                )
        least = "" if self.least is None else f"{self.least:.12g}"
        rows.append(("least value", (least or "none") + ("" if self.is_bounded or not least else " in the box")))
        if self.traps:
            traps = (f"{point_text(trap)} with {self.function(trap, **self.knobs):.6g}" for trap in self.traps)
            rows.append(("other minima", "; ".join(traps)))
        if self.condition is not None:
            text = "infinite" if self.condition == inf else f"{self.condition:.4g}"
            rows.append(("condition", f"{text} at the {'first ' * (len(self.minima) > 1)}minimum"))
        if self.teaches:
            rows.append(("teaches", self.teaches))
        if self.knobs:
            rows.append(("parameters", ", ".join(f"{name} = {value:g}" for name, value in self.knobs.items())))
        return [*rows, ("source", self.source)]

    def _dimension_text(self) -> str:
        if not self.dimensions:
            return f"{self.dimension:,}"
        least, most = self.dimensions
        return f"{self.dimension} by default, {least} to {most:,}"


def point_text(x: Sequence[float]) -> str:
    """Coordinates for reading."""
    if len(set(x)) == 1 and len(x) > 2:
        return f"all {len(x)} coordinates {x[0]:g}"
    few = ", ".join(f"{value:g}" for value in x[:10])
    return f"({few}{', …' * (len(x) > 10)})"


def box_text(box: Pair | tuple[Pair, ...]) -> str:
    """The box for reading."""
    if isinstance(box[0], tuple):
        return " × ".join(f"[{low:g}, {high:g}]" for low, high in box)
    return f"[{box[0]:g}, {box[1]:g}] in each coordinate"


PROBLEMS: Family[ProblemCard] = Family("problem", ProblemCard)


def problem(formula: str, *, dimension: int, **columns: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter the decorated function. What is a Rule among the COLUMNS is a column that depends on the dimension."""
    rules = {column: rule for column, rule in columns.items() if isinstance(rule, Rule)}
    fixed = columns | {column: rule(dimension) for column, rule in rules.items()}
    return PROBLEMS.card(formula, dimension=dimension, rules=rules, **fixed)


@dataclass(frozen=True)
class Rule:
    """A column of a card as a function of the dimension."""

    of: Callable[[int], Any]

    def __call__(self, n: int) -> Any:
        """The column in N dimensions."""
        return self.of(n)


def everywhere(*values: float) -> Rule:
    """A point of n coordinates that take these VALUES by turns."""
    return Rule(lambda n: (values * n)[:n])


def only(*values: float) -> Rule:
    """The one point of n coordinates that take these VALUES by turns, as the only one in a list."""
    return Rule(lambda n: ((values * n)[:n],))


class Computed(Sequence[tuple[float, ...]]):
    """Points that are computed when they are first asked for."""

    def __init__(self, points: Callable[[], Sequence[tuple[float, ...]]]):
        self._points = points

    def __len__(self) -> int:
        return len(self._points())

    def __getitem__(self, place: Any) -> Any:
        return self._points()[place]


def mean(terms: Iterable[Number]) -> Number:
    """Σ terms / how many."""
    terms = list(terms)
    return sum(terms) / len(terms)


def norm(x: Iterable[Number]) -> Number:
    """√Σ xᵢ²."""
    return sqrt(sum(value * value for value in x))
