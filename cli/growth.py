"""How time grows with size: the class of growth, what a call costs at least, and where time per element steps.

The model is t(n) = a + b·f(n), where a is what every call costs, f one of the CLASSES, and b changes at steps, as where
data no longer fit a cache. Errors are relative ones, as those of times are. Classes and steps are weighed together, by
the Bayesian information criterion: a cache's end is no logarithm, and a logarithm no staircase.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dlc.cli.errors import BadInputError

CLASSES: Mapping[str, Callable[[float], float]] = {
    "1": lambda n: 1.0,
    "log n": lambda n: math.log2(n) if n > 1 else 0.0,
    "n": lambda n: n,
    "n log n": lambda n: n * math.log2(n) if n > 1 else 0.0,
    "n^2": lambda n: n * n,
    "n^3": lambda n: n**3,
}
FEWEST_SIZES = 5
MOST_STEPS = 4
FEWEST_IN_STEP = 2  # sizes between two steps
VISIBLE = 0.5  # of the cost of a call: where growth takes less time, no step of it can be seen
LEAST_STEP = 1.1  # a smaller change, of the time per element or of all times, is none
FLOOR = 0.005  # relative error that is always supposed: times that fit better prove no more
DOUBT = 0.05  # a class of this weight is not excluded
PROOF = 6.0  # by which a criterion must be less, for little growth to be told from none


@dataclass(frozen=True)
class Step:
    """Between two sizes the time per unit of growth changes by a factor."""

    after: int  # the last size before it
    before: int  # the first size behind it
    ratio: float


@dataclass(frozen=True)
class Growth:
    """What the times of several sizes say."""

    best: str
    weights: Mapping[str, float]  # of all classes, with the sum 1: how well each explains the times
    overhead: float  # seconds that each call costs, whatever the size
    overhead_error: float  # standard error
    slopes: tuple[float, ...]  # seconds per f(n) of the best class: from the first size, and behind each step
    steps: tuple[Step, ...]
    error: float  # root mean square of the relative errors

    @property
    def rivals(self) -> list[str]:
        """Other classes that the times do not exclude, the likelier first."""
        found = [name for name, weight in self.weights.items() if weight >= DOUBT and name != self.best]
        return sorted(found, key=lambda name: -self.weights[name])

    @property
    def has_overhead(self) -> bool:
        """Whether the cost of a call differs from nothing."""
        return self.overhead > 2 * self.overhead_error

    def sentence(self) -> str:
        """The class and how sure it is."""
        told = f"grows as {self.best}" if self.best != "1" else "does not grow"
        if rivals := self.rivals:
            return (
                f"{told}, or as {' or '.join(rivals)}: these sizes do not tell (weight {self.weights[self.best]:.0%})"
            )
        return f"{told} (weight {self.weights[self.best]:.1%}, errors {self.error:.1%})"


@dataclass(frozen=True)
class _Fit:
    overhead: float
    slopes: tuple[float, ...]  # none where the class is 1
    cuts: tuple[int, ...]  # places of the first sizes behind each step
    squares: float  # Σ of squared relative errors
    overhead_error: float
    rise: float  # the last time that it gives, in first ones

    @property
    def ratios(self) -> list[float]:
        """Of the steps."""
        return [after / before if before else math.inf for before, after in pairwise(self.slopes)]

    def criterion(self, sizes: int) -> float:
        """Less is better. A step counts three times: it is the best of many places (Zhang & Siegmund 2007)."""
        parameters = 1 + len(self.slopes) + 2 * len(self.cuts)
        return sizes * math.log(self.squares / sizes + FLOOR**2) + parameters * math.log(sizes)


def fit(sizes: Sequence[int], seconds: Sequence[float]) -> Growth:
    """The growth of SECONDS per call over SIZES. Raises BadInputError where these are too few, or no times."""
    points = sorted(zip(sizes, seconds, strict=True))
    if len({n for n, _ in points}) < FEWEST_SIZES:
        raise BadInputError(f"{len(points)} sizes tell no growth; give at least {FEWEST_SIZES} different ones")
    if any(n < 1 or not 0 < t < math.inf for n, t in points):
        raise BadInputError("sizes are whole numbers from 1 on, and times positive numbers")
    ns, ts = [n for n, _ in points], [t for _, t in points]
    fits = {name: _with_steps(name, ns, ts) for name in CLASSES}
    criteria = {name: each.criterion(len(ns)) for name, each in fits.items()}
    for name, each in fits.items():
        if name != "1" and each.rise < LEAST_STEP and criteria[name] > criteria["1"] - PROOF:
            criteria[name] = math.inf  # it is the class 1 by another name
    least = min(criteria.values())
    shares = {name: math.exp((least - criterion) / 2) for name, criterion in criteria.items()}
    total = math.fsum(shares.values())
    weights = {name: share / total for name, share in shares.items()}
    best = max(weights, key=lambda name: weights[name])
    found = fits[best]
    steps = tuple(Step(ns[cut - 1], ns[cut], ratio) for cut, ratio in zip(found.cuts, found.ratios, strict=True))
    error = math.sqrt(found.squares / len(ns))
    return Growth(best, weights, found.overhead, found.overhead_error, found.slopes, steps, error)


def _with_steps(name: str, ns: Sequence[int], ts: Sequence[float]) -> _Fit:
    """The best fit of a class: steps are added where they gain most, as long as they are worth it."""
    values = [CLASSES[name](n) for n in ns]
    best = _fitted(values, ts, ())
    if name == "1":
        return best
    cuts: tuple[int, ...] = ()
    for _ in range(MOST_STEPS):
        candidates = [tuple(sorted((*cuts, place))) for place in range(1, len(ns)) if place not in cuts]
        allowed = _visible(candidates, values, ts)
        if not allowed:
            break
        found = _moved(min(allowed, key=lambda each: each.squares), values, ts)
        if found.criterion(len(ns)) < best.criterion(len(ns)):
            best = found
        cuts = found.cuts
    return best


def _visible(candidates: Sequence[tuple[int, ...]], values: Sequence[float], ts: Sequence[float]) -> list[_Fit]:
    """The fits with steps at these places that could be seen: apart, high enough, and not beneath a call's cost."""

    def is_visible(found: _Fit) -> bool:
        costs = [slope * values[cut - 1] for cut, slope in zip(found.cuts, found.slopes, strict=False)]
        return all(ratio >= LEAST_STEP or ratio <= 1 / LEAST_STEP for ratio in found.ratios) and all(
            cost >= VISIBLE * found.overhead for cost in costs
        )

    apart = [
        cuts for cuts in candidates if all(high - low >= FEWEST_IN_STEP for low, high in pairwise((0, *cuts, len(ts))))
    ]
    return [found for found in (_fitted(values, ts, cuts) for cuts in apart) if is_visible(found)]


def _moved(found: _Fit, values: Sequence[float], ts: Sequence[float]) -> _Fit:
    """Each step where it is best beside the others: one that was added first may have stood between two."""
    for which in range(len(found.cuts)):
        others = (*found.cuts[:which], *found.cuts[which + 1 :])
        places = [tuple(sorted((*others, place))) for place in range(1, len(ts)) if place not in others]
        found = min((*_visible(places, values, ts), found), key=lambda each: each.squares)
    return found


def _fitted(values: Sequence[float], ts: Sequence[float], cuts: tuple[int, ...]) -> _Fit:
    """Least squares of relative errors, neither a nor any b below 0.

    With a given, each b is a mean of its own. So a solves one equation, after the b are put into it.
    """
    bounds = list(pairwise((0, *cuts, len(ts))))
    constant = [1 / t for t in ts]
    if max(values) == min(values):  # no growth: a and b are the same
        level = math.fsum(constant) / math.fsum(each * each for each in constant)
        squares = math.fsum((level * each - 1) ** 2 for each in constant)
        return _Fit(level, (), (), squares, _standard_error(squares, len(ts) - 1, constant), 1.0)
    growth = [value / t for value, t in zip(values, ts, strict=True)]
    # What is left of 1 and of the constant beside the growth of their stretch.
    rest, left = [], []
    for low, high in bounds:
        along = growth[low:high]
        square = math.fsum(each * each for each in along) or 1.0
        of_one = math.fsum(along) / square
        of_constant = _dot(along, constant[low:high]) / square
        left += [1 - of_one * each for each in along]
        rest += [each - of_constant * other for each, other in zip(constant[low:high], along, strict=True)]
    overhead = max(0.0, _dot(rest, left) / (_dot(rest, rest) or math.inf))
    slopes = []
    for low, high in bounds:
        along = growth[low:high]
        wanted = [1 - overhead * each for each in constant[low:high]]
        slopes.append(max(0.0, _dot(along, wanted) / (_dot(along, along) or math.inf)))
    errors = [
        overhead * constant[place] + slope * growth[place] - 1
        for slope, (low, high) in zip(slopes, bounds, strict=True)
        for place in range(low, high)
    ]
    squares = _dot(errors, errors)
    first, last = (overhead + slopes[place] * values[place] for place in (0, -1))
    error = _standard_error(squares, len(ts) - 1 - len(slopes), rest)
    return _Fit(overhead, tuple(slopes), cuts, squares, error, last / first if first else math.inf)


def _standard_error(squares: float, freedom: int, direction: Sequence[float]) -> float:
    length = math.sqrt(_dot(direction, direction))
    return math.sqrt(squares / max(freedom, 1)) / length if length else math.inf


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))
