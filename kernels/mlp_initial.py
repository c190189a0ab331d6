"""The weights that a network begins with: numbers that follow from a seed and their place alone."""

from collections.abc import Callable

import numpy as np

from dlc.kernels.draws import FIRST, SECOND, WEYL

SPREAD = np.uint64(0xD1342543DE82EF95)


def mixed(seed: int, counters: np.ndarray) -> np.ndarray:
    """A well-mixed 64-bit number for each counter."""
    word = np.array([seed], np.uint64) * SPREAD + counters.astype(np.uint64) * WEYL
    for shift, factor in ((30, FIRST), (27, SECOND)):
        word = (word ^ (word >> np.uint64(shift))) * factor
    return word ^ (word >> np.uint64(31))


def key(seed: int, counter: int) -> int:
    """A mixed number as a seed of its own."""
    return int(mixed(seed, np.array([counter]))[0] >> np.uint64(1))


def unit(seed: int, counters: np.ndarray) -> np.ndarray:
    """Uniform numbers from 0 to below 1."""
    return (mixed(seed, counters) >> np.uint64(11)) * 2.0**-53


def standard(seed: int, counters: np.ndarray) -> np.ndarray:
    """Standard normal numbers, by Box and Muller."""
    words = mixed(key(seed, 0), counters)
    return _box_muller(words)


def _box_muller(words: np.ndarray) -> np.ndarray:
    high, low = (words >> np.uint64(32)).astype(float), (words & np.uint64(0xFFFFFFFF)).astype(float)
    numbers: np.ndarray = np.sqrt(-2 * np.log((high + 0.5) * 2.0**-32)) * np.cos(2 * np.pi * 2.0**-32 * low)
    return numbers


def constant(rows: int, columns: int, seed: int, value: float) -> np.ndarray:
    """VALUE everywhere."""
    return np.full((rows, columns), value)


def uniform(rows: int, columns: int, seed: int, low: float, high: float) -> np.ndarray:
    """From LOW to HIGH."""
    return low + unit(seed, _places(rows, columns)) * (high - low)


def normal(rows: int, columns: int, seed: int, centre: float, sigma: float) -> np.ndarray:
    """Around CENTRE."""
    return centre + sigma * standard(seed, _places(rows, columns))


def truncated(rows: int, columns: int, seed: int, centre: float, sigma: float, cut: float) -> np.ndarray:
    """Around CENTRE, each drawn again until it is within CUT sigmas."""
    places = _places(rows, columns)
    numbers = standard(seed, places)
    attempt = 0
    while (outside := abs(numbers) > cut).any():
        attempt += 1
        numbers[outside] = _box_muller(mixed(key(seed, attempt), places[outside]))
    return centre + sigma * numbers


def orthogonal(rows: int, columns: int, seed: int, gain: float, longer: float) -> np.ndarray:
    """GAIN times orthonormal columns, or rows where they are fewer."""
    tall, short = max(rows, columns), min(rows, columns)
    base, sizes = np.linalg.qr(standard(seed, _places(tall, short)))
    base *= np.where(np.diag(sizes) < 0, -1.0, 1.0)  # what Gram and Schmidt find
    return gain * (base.T if columns > rows else base)


def identity(rows: int, columns: int, seed: int, gain: float, *_sizes: float) -> np.ndarray:
    """GAIN on the diagonal."""
    return gain * np.eye(rows, columns)


def sparse(rows: int, columns: int, seed: int, sigma: float, zeros: float, inputs: float) -> np.ndarray:
    """Normal, with so many ZEROS in each column."""
    numbers = sigma * standard(seed, _places(rows, columns))
    order = mixed(key(seed, 1), _places(rows, columns)).argsort(axis=0)[: int(zeros)]
    np.put_along_axis(numbers, order, 0.0, axis=0)
    return numbers


def lengths(rows: int, columns: int, seed: int, length: float, inputs: float) -> np.ndarray:
    """Uniform, each column scaled to LENGTH."""
    numbers = uniform(rows, columns, seed, -1.0, 1.0)
    return length * numbers / np.sqrt((numbers * numbers).sum(axis=0))


def _places(rows: int, columns: int) -> np.ndarray:
    return np.arange(rows * columns, dtype=np.uint64).reshape(rows, columns)


# matrix = LAWS[law](fan_in, units, seed, *numbers of the law)
LAWS: dict[str, Callable[..., np.ndarray]] = {
    each.__name__: each for each in (constant, uniform, normal, truncated, orthogonal, identity, sparse, lengths)
}
