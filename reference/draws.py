"""What is drawn at random in a race, from a lane's seed and the step alone: all entrants of a race share it."""

from math import cos, log, pi, sqrt

WORD = 2**64
WEYL = 0x9E3779B97F4A7C15  # the odd number nearest to 2⁶⁴ / golden ratio


def finished(word: int) -> int:
    """The finaliser of SplitMix64: a permutation of 64-bit numbers that changes half of all bits when one changes."""
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % WORD
    word = (word ^ word >> 27) * 0x94D049BB133111EB % WORD
    return word ^ word >> 31


def mixed(seed: int, counter: int) -> int:
    """A well-mixed 64-bit number for each pair."""
    return finished((seed * 0xD1342543DE82EF95 + counter * WEYL) % WORD)


def normal(seed: int, t: int, i: int) -> float:
    """Standard normal, for coordinate I in step T: by Box and Muller, from the two halves of a mixed number."""
    word = mixed(mixed(seed, t) >> 1, i)
    high, low = (word >> 32), word % 2**32
    return sqrt(-2 * log((high + 0.5) / 2**32)) * cos(2 * pi * low / 2**32)


def rademacher(seed: int, t: int, i: int) -> int:
    """−1 or 1, for coordinate I in step T."""
    return 1 if mixed(mixed(seed, t) >> 1, i) >> 63 else -1


def batch(count: int, size: int, seed: int, t: int) -> list[int]:
    """Which SIZE of COUNT rows step T = 1, 2, ... sees: each epoch has an order of its own (Fisher & Yates)."""
    epoch, place = divmod(t - 1, count // size)
    own, order = mixed(seed, epoch) >> 1, list(range(count))
    for i in range(count - 1, 0, -1):
        j = (mixed(own, i) >> 32) * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return order[place * size : (place + 1) * size]
