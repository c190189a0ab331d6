"""Normalisations without moments, over whole arrays in float64: lengths, windows of channels, ranges, singular values.

Arrays are [sets, numbers of a set], matrices [rows, columns]; v is the gradient by the result.
"""

from functools import partial

import numpy as np


def unit(x: np.ndarray, power: float, eps: float) -> np.ndarray:
    """Each row by its p-norm, which is no less than ε."""
    return x / np.maximum(_length(x, power), eps)


def unit_vjp(x: np.ndarray, v: np.ndarray, power: float, eps: float) -> np.ndarray:
    """(v − sign(x)·(|x|/‖x‖)^(power − 1)·Σ v·x̂)/‖x‖."""
    size = _length(x, power)
    divisor = np.maximum(size, eps)
    along = np.where(size < eps, 0.0, (v * x).sum(-1, keepdims=True) / divisor)
    return (v - np.sign(x) * (abs(x) / divisor) ** (power - 1) * along) / divisor


def _length(x: np.ndarray, power: float) -> np.ndarray:
    """Of each row; by its greatest number, so that no power is infinite or 0."""
    greatest = abs(x).max(-1, keepdims=True)
    scaled = x / np.where(greatest > 0, greatest, 1.0)
    return np.asarray(greatest * (abs(scaled) ** power).sum(-1, keepdims=True) ** (1 / power))


def _windows(x: np.ndarray, size: float, ahead: float, *, turned: bool = False) -> np.ndarray:
    """The sum over each number's window of a row; TURNED, over all windows that have it."""
    behind = int(size - 1) // 2 if ahead else int(size) // 2
    before = int(size) - 1 - behind if turned else behind
    padded = np.pad(x, [(0, 0), (before, int(size) - 1 - before)])
    return np.asarray(sum(padded[:, k : k + x.shape[1]] for k in range(int(size))))


def lrn(x: np.ndarray, size: float, alpha: float, beta: float, k: float, ahead: float) -> np.ndarray:
    """Each number by those beside it in its row."""
    return np.asarray(x / (k + alpha / size * _windows(x * x, size, ahead)) ** beta)


def lrn_vjp(x: np.ndarray, v: np.ndarray, size: float, alpha: float, beta: float, k: float, ahead: float) -> np.ndarray:
    """v·d^−β − (2αβ/size)·x·Σ v·x·d^(−β−1), over the windows that have x."""
    d = k + alpha / size * _windows(x * x, size, ahead)
    parts = _windows(v * x * d ** (-beta - 1), size, ahead, turned=True)
    return np.asarray(v * d**-beta - 2 * alpha * beta / size * x * parts)


def extremes(x: np.ndarray) -> np.ndarray:
    """The least and the greatest number of each row: [rows, 2]."""
    return np.stack([x.min(-1), x.max(-1)], axis=1)


def within(x: np.ndarray, ends: np.ndarray, low: float, high: float) -> np.ndarray:
    """Each row by its range, from LOW to HIGH; a range of 0 counts as 1."""
    least, greatest = ends[:, :1], ends[:, 1:]
    return np.asarray(low + (x - least) / np.where(greatest > least, greatest - least, 1.0) * (high - low))


def within_vjp(x: np.ndarray, v: np.ndarray, ends: np.ndarray, low: float, high: float, *, fixed: bool) -> np.ndarray:
    """v·(high − low)/range, and where the range is not FIXED, what its two ends get; 0 where it is 0."""
    least, greatest = ends[:, :1], ends[:, 1:]
    size = np.where(greatest > least, greatest - least, 1.0)
    if fixed:
        return np.asarray(v * (high - low) / size)
    at_greatest = (v * (x - least)).sum(-1, keepdims=True) / size
    at_least = v.sum(-1, keepdims=True) - at_greatest
    found = v.copy()
    for end, share in ((least, at_least), (greatest, at_greatest)):
        here = x == end
        found -= here * share / here.sum(-1, keepdims=True)
    return np.asarray(np.where(greatest > least, found * (high - low) / size, 0.0))


# NumPy's own loops: the bits of a product by BLAS depend on the number of threads.
_product = partial(np.einsum, "ij,j->i")
_turned_product = partial(np.einsum, "ij,i->j")


def directions(
    rows: np.ndarray, left: np.ndarray, right: np.ndarray, iterations: float, eps: float, from_right: float
) -> tuple[np.ndarray, np.ndarray]:
    """Singular vectors after some steps of the power iteration, each from the left one or, if so told, the right."""
    for _ in range(int(iterations)):
        if from_right:
            left = _of_length_1(_product(rows, right), eps)
        right = _of_length_1(_turned_product(rows, left), eps)
        if not from_right:
            left = _of_length_1(_product(rows, right), eps)
    return left, right


def _of_length_1(x: np.ndarray, eps: float) -> np.ndarray:
    return np.asarray(x / max(np.sqrt((x * x).sum()), eps))


def by_value(rows: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """rows/(leftᵀ·rows·right)."""
    return np.asarray(rows / (left * _product(rows, right)).sum())


def by_value_vjp(rows: np.ndarray, v: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """v/σ − (Σ v·rows/σ²)·left·rightᵀ, the directions as constants."""
    value = (left * _product(rows, right)).sum()
    return np.asarray(v / value - (v * rows).sum() / value**2 * left[:, None] * right)
