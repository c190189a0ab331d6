"""The family of objectives: what a learning system makes least or greatest, in six classes.

An objective takes a sequence of floats or of mpmath numbers, and its parameters in the same arithmetic. Each is one
fixed instance: what data it needs are numbers that both sides of the house make from powers of 3.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

from dlc.reference.family import Card, Family
from dlc.reference.numbers import Number
from dlc.reference.problems import Point, ProblemCard, point_text

CLASSES = (
    "error minimisation", "fitness maximisation", "reward maximisation", "efficiency", "stability", "wiring cost",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ObjectiveCard(Card):
    """What is declared of an objective."""

    objective: str  # one of CLASSES
    sense: str  # "minimise" or "maximise"
    gradient: Callable[..., list[Number]] = field(repr=False)
    dimension: int
    start: tuple[float, ...]
    box: tuple[float, float]  # of the other starts, the same in every coordinate
    optima: tuple[tuple[float, ...], ...] = ()  # with the default parameters; where they are known
    best: float | None = None  # the value there, or, without a place, what is approached far away
    estimate: str = ""  # how value and gradient are estimated from samples, where they can be
    agreement: float = 1e-12  # of the kernel, relative to the larger of 1 and the exact number

    @property
    def is_maximised(self) -> bool:
        """Whether more is better."""
        return self.sense == "maximise"

    def descended(self, knobs: dict[str, float] | None = None) -> ProblemCard:
        """The problem of a race with these KNOBS: races descend, so of what is maximised it is the negative."""
        sign = -1 if self.is_maximised else 1
        known = knobs is None or knobs == self.knobs

        @wraps(self.function)
        def value(x: Point, **knobs: Number) -> Number:
            return sign * self.function(x, **knobs)

        @wraps(self.gradient)
        def gradient(x: Point, **knobs: Number) -> list[Number]:
            return [sign * slope for slope in self.gradient(x, **knobs)]

        return ProblemCard(
            name=self.name,
            function=value,
            gradient=gradient,
            formula=f"−({self.formula})" if self.is_maximised else self.formula,
            source=self.source,
            requires=self.requires,
            dimension=self.dimension,
            start=self.start,
            box=self.box,
            minima=self.optima if known else (),
            least=sign * self.best if known and self.best is not None else None,
            is_negated=self.is_maximised,
            agreement=self.agreement,
        )

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text)."""
        low, high = self.box
        rows = [
            ("class", self.objective),
            ("sense", self.sense),
            ("formula", self.formula),
            ("gradient", (self.gradient.__doc__ or "").split("\n", 1)[0].removesuffix(".")),
            ("dimension", str(self.dimension)),
            ("start", point_text(self.start)),
            ("other starts", f"uniform in [{low:g}, {high:g}] in each coordinate"),
        ]
        when = ", with the default parameters" if self.knobs else ""
        if self.optima:
            rows.append(("optimum at", "; ".join(map(point_text, self.optima)) + when))
        if self.best is not None:
            where = "" if self.optima else ", approached far away"
            rows.append(("best value", f"{self.best:.6g}{where}{when}"))
        if self.estimate:
            rows.append(("estimate", self.estimate))
        return [*rows, ("source", self.source)]


OBJECTIVES: Family[ObjectiveCard] = Family("objective", ObjectiveCard)


def scattered(first: int, count: int) -> list[float]:
    """COUNT numbers between −1 and 1, as if drawn at random, from number FIRST on; exact in binary.

    Number k is (2·(27^(k+1) mod 257) − 257)/256: the powers of 27 modulo the prime 257 go through 1 to 256.
    """
    return [(2 * pow(27, k + 1, 257) - 257) / 256 for k in range(first, first + count)]


def table(first: int, rows: int, columns: int) -> list[list[float]]:
    """Scattered numbers row by row."""
    return [scattered(first + row * columns, columns) for row in range(rows)]
