"""Whether a noisy curve that should fall has turned and risen, when, and how sure that is.

    rise ending at e  =  max over windows A before B = [.., e]  of (mean B − mean A) / (σ √(1/|A| + 1/|B|))

If the curve without its noise never rises, then no such difference has a mean above 0, so noise about a level line
exceeds any bound at least as often, draw by draw. The p of the rise at the end is therefore how often noise alone
shows as much. How neighbours correlate in it is not known: it is judged by those of many drawn curves of noise, with
correlations from 0 to 0.9, whose second differences are most alike to the curve's (straight trends do not touch them).
σ comes from second differences, too, of the later half, where curves bend less; a spike counts at most SPIKE σ.

The same bounds on all windows give an interval for the turn: it lies before each place by which a rise is shown, and
after each place from which a fall is shown.

On noise alone, at most 1 curve in 40 shows a rise where neighbours correlate by 0 to 0.3, 1 in 12 at 0.6. The tests
measure that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

LEVEL = 0.05
FEWEST = 8  # points in which a turn can be told from noise
MOST = 128  # points that are looked at: longer curves are averaged in steps
DRAWS, NEAREST = 4000, 800
SEED = 0
SPIKE = 3.0
BOUND = 2.5  # of second differences, in their σ
NORMAL_MEDIAN = 0.6745  # of |x| for a standard normal x
MOST_CORRELATED = 0.9
LEVELS, WIDTHS = 8, (2, 8)  # so many levels in a curve, each the mean of so many neighbours at least and at most


@dataclass(frozen=True)
class Noise:
    """The noise of a curve."""

    sigma: float
    correlation: float  # of neighbours
    level: float  # by how much the mean of `width` neighbours is off at most, with 95 % confidence


@dataclass(frozen=True)
class Turn:
    """Where a curve is lowest, and whether its end lies above that."""

    at: int  # the lowest place of the best fit that falls and then rises
    first: int  # the turn lies between these, both included, with 95 % confidence
    last: int
    p: float  # of as great a rise at the end by noise alone
    least_shown: float  # the least rise from one half of the curve to the other that would have been shown

    @property
    def is_shown(self) -> bool:
        """Whether the end lies above the bottom by more than noise does."""
        return self.p < LEVEL


class Draws(NamedTuple):
    """Curves that are only noise with σ = 1 about a level, in order of likeness."""

    likeness: np.ndarray
    correlation: np.ndarray
    scale: np.ndarray  # σ, as it would be taken from the curve
    end: np.ndarray  # the rise at the end
    highest: np.ndarray  # the greatest rise anywhere
    level: np.ndarray  # the size of the last neighbours' mean

    def near(self, curve: np.ndarray) -> "Draws":
        """The NEAREST ones to a curve."""
        place = int(np.searchsorted(self.likeness, _likeness(curve[None])[0])) - NEAREST // 2
        start = min(max(0, place), len(self.end) - NEAREST)
        return Draws(*(each[start : start + NEAREST] for each in self))

    def p(self, rise: float) -> float:
        """How often noise shows as great a rise at the end."""
        return (1 + int((self.end >= rise).sum())) / (1 + len(self.end))


def turn_of(values: Sequence[float] | np.ndarray) -> Turn:
    """The turn of a curve of at least FEWEST finite values."""
    curve, step = _thinned(values)
    draws = _draws(len(curve)).near(curve)
    bound = float(np.quantile(draws.highest, 1 - LEVEL / 2))
    scale = _scale(curve[None])
    rises, falls = _rises(curve[None], scale)[0], _rises(curve[None, ::-1], scale)[0][::-1]
    risen, fallen = np.flatnonzero(rises > bound), np.flatnonzero(falls > bound)
    last = int(risen[0]) - 1 if risen.size else len(curve) - 1
    first = int(fallen[-1]) + 1 if fallen.size else 0
    at, half = lowest(curve), len(curve) // 2
    return Turn(
        at=at * step + int(np.argmin(values[at * step : (at + 1) * step])),
        first=min(first, last, at) * step,
        last=min((max(first, last, at) + 1) * step, len(values)) - 1,
        p=draws.p(float(rises[-1])),
        least_shown=float(np.quantile(draws.end, 1 - LEVEL) * scale[0]) * (2 / half) ** 0.5,
    )


def rise_p(values: Sequence[float] | np.ndarray) -> float:
    """P of as great a rise at the end of a curve by noise alone; 1 where it is too short to tell."""
    if len(values) < FEWEST:
        return 1.0
    curve, _ = _thinned(values)
    return _draws(len(curve)).near(curve).p(float(_rises(curve[None], _scale(curve[None]))[0, -1]))


def noise_of(values: Sequence[float] | np.ndarray) -> Noise:
    """The noise of a curve of at least FEWEST values, by the drawn ones most alike to it."""
    curve = np.asarray(values, float)[-MOST:]
    draws, scale = _draws(len(curve)).near(curve), float(_scale(curve[None])[0])
    level = float(np.quantile(draws.level / draws.scale, 1 - LEVEL))
    return Noise(scale / float(draws.scale.mean()), float(draws.correlation.mean()), level * scale)


def width(count: int) -> int:
    """Of how many neighbours the mean is a level, in a curve of COUNT points."""
    return int(np.clip(count // LEVELS, *WIDTHS))


def _thinned(values: Sequence[float] | np.ndarray) -> tuple[np.ndarray, int]:
    """Means of so many neighbours, the last ones of which may be fewer, that at most MOST are left; and how many."""
    curve = np.asarray(values, float)
    step = -(-len(curve) // MOST)
    starts = np.arange(0, len(curve), step)
    return np.add.reduceat(curve, starts) / np.diff(np.append(starts, len(curve))), step


@cache
def _draws(count: int) -> Draws:
    """DRAWS curves of COUNT points."""
    correlation = np.linspace(0, MOST_CORRELATED, DRAWS)
    curves = np.random.default_rng(SEED).standard_normal((DRAWS, count))
    for place in range(1, count):
        curves[:, place] = correlation * curves[:, place - 1] + np.sqrt(1 - correlation**2) * curves[:, place]
    scale = _scale(curves)
    rises = _rises(curves, scale)
    found = Draws(
        likeness=_likeness(curves), correlation=correlation, scale=scale, end=rises[:, -1], highest=rises.max(axis=1),
        level=np.abs(curves[:, -width(count) :].mean(axis=1)),
    )  # fmt: skip
    order = np.argsort(found.likeness, kind="stable")
    return Draws(*(each[order] for each in found))


def _likeness(curves: np.ndarray) -> np.ndarray:
    """What grows with the correlation of neighbours: wide second differences over near ones."""
    near = _variance(curves, 1)
    wide = _variance(curves, 2) + _variance(curves, 3)
    return np.divide(wide, near, out=np.full(len(curves), 2.0), where=near > 0)


def _scale(curves: np.ndarray) -> np.ndarray:
    """σ of each row, as it is for noise without correlation."""
    return np.sqrt(_variance(curves, 1))


def _variance(curves: np.ndarray, distance: int) -> np.ndarray:
    """A sixth of the mean square of the later second differences, of which the greatest count as BOUND of their σ."""
    curves = curves[:, min(curves.shape[1] // 2, max(0, curves.shape[1] - FEWEST)) :]
    second = np.abs(curves[:, : -2 * distance] - 2 * curves[:, distance:-distance] + curves[:, 2 * distance :])
    bound = BOUND * np.median(second, axis=1, keepdims=True) / NORMAL_MEDIAN
    return (np.minimum(second, bound) ** 2).mean(axis=1) / 6


def _rises(curves: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """The greatest rise that ends at each place of each row, in its σ; −inf where there is no room for one."""
    count = curves.shape[1]
    scale = np.maximum(scale, np.finfo(float).eps * np.abs(curves).max(axis=1) + 1e-300)[:, None]
    curves = _without_spikes(curves, scale)
    sums = np.concatenate([np.zeros_like(curves[:, :1]), np.cumsum(curves - curves[:, :1], axis=1)], axis=1)
    lengths = [1 << k for k in range(1, (count // 2).bit_length())]
    means = {length: (sums[:, length:] - sums[:, :-length]) / length for length in lengths}
    found = np.full(curves.shape, -np.inf)
    for before in lengths:
        floor = np.minimum.accumulate(means[before], axis=1)  # of windows that begin here or earlier
        for after in lengths:
            room = count - before - after + 1
            rise = (means[after][:, before:] - floor[:, :room]) / (scale * (1 / before + 1 / after) ** 0.5)
            ends = found[:, before + after - 1 :]
            np.maximum(ends, rise, out=ends)
    return found


def _without_spikes(curves: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Each value no farther than SPIKE σ from the median of itself and its neighbours."""
    a, b, c = curves[:, :-2], curves[:, 1:-1], curves[:, 2:]
    middle = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    middle = np.concatenate([middle[:, :1], middle, middle[:, -1:]], axis=1)
    return np.clip(curves, middle - SPIKE * scale, middle + SPIKE * scale)


def lowest(curve: np.ndarray) -> int:
    """The lowest place of the least-squares fit that falls up to it and rises from it on."""
    falling, rising = _losses(-curve), _losses(-curve[::-1])[::-1]
    losses = falling + np.append(rising[1:], 0.0)
    best = np.flatnonzero(losses <= losses.min() * (1 + 1e-12))
    return int(best[curve[best].argmin()])


def _losses(values: np.ndarray) -> np.ndarray:
    """The squares that the best rising fit leaves of values[: k + 1], for each k: neighbours that fall are pooled."""
    losses, total = np.empty(len(values)), 0.0
    blocks: list[tuple[float, int, float]] = []  # mean, count, squares about the mean
    for place, value in enumerate(values.tolist()):
        mean, count, squares = value, 1, 0.0
        while blocks and blocks[-1][0] >= mean:
            other, others, left = blocks.pop()
            total -= left
            squares += left + (mean - other) ** 2 * count * others / (count + others)
            mean, count = (mean * count + other * others) / (count + others), count + others
        blocks.append((mean, count, squares))
        total += squares
        losses[place] = total
    return losses
