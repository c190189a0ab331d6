"""Rows of numbers as losses use them, in plain sums."""

from collections.abc import Sequence
from math import inf

from dlc.reference.numbers import Number, exp, log1p, sign

Row = Sequence[Number]


def without_greatest(z: Row) -> tuple[Number, int, Number]:
    """The greatest of z, its place, and the sum of e^(z − greatest) at all other places."""
    place = max(range(len(z)), key=lambda i: z[i])
    return z[place], place, sum(exp(each - z[place]) for i, each in enumerate(z) if i != place)


def softmax(z: Row) -> list[Number]:
    """e^z divided by its sum."""
    top, _, rest = without_greatest(z)
    return [exp(each - top) / (1 + rest) for each in z]


def all_but(z: Row) -> list[Number]:
    """1 − softmax(z), without taking a share that is nearly 1 from 1."""
    top, place, rest = without_greatest(z)
    return [(rest + (0 if i == place else 1 - exp(each - top))) / (1 + rest) for i, each in enumerate(z)]


def logsumexp(z: Row) -> Number:
    """log Σ e^z."""
    top, _, rest = without_greatest(z)
    return top + log1p(rest)


def log_softmax(z: Row) -> list[Number]:
    """z − log Σ e^z."""
    top, _, rest = without_greatest(z)
    return [each - top - log1p(rest) for each in z]


def softplus(x: Number) -> Number:
    """log(1 + e^x)."""
    return x + log1p(exp(-x)) if x > 0 else log1p(exp(x))


def sigmoid(x: Number) -> Number:
    """1 / (1 + e^(−x))."""
    return 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x))


def weighed(weights: Row, values: Row) -> Number:
    """Σ wᵢ·vᵢ, where a weight of 0 leaves its value out, whatever that is."""
    return sum(w * v for w, v in zip(weights, values, strict=True) if w != 0)


def dot(a: Row, b: Row) -> Number:
    """Σ aᵢ·bᵢ."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def one_hot(place: int, count: int) -> list[int]:
    """1 at PLACE, else 0."""
    return [int(i == place) for i in range(count)]


def over(a: Number, b: Number) -> Number:
    """a/b; 0 where a is 0, and infinite where only b is."""
    if a == 0:
        return 0 * a
    return a / b if b else sign(a) * inf


def smoothed(t: Row, smoothing: Number) -> list[Number]:
    """(1 − smoothing)·t + smoothing / n."""
    return [(1 - smoothing) * y + smoothing / len(t) for y in t]


def greatest(*rows: Row) -> Number:
    """The size of the greatest of all numbers."""
    return max(abs(each) for row in rows for each in row)
