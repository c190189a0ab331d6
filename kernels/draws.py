"""What is drawn at random in a race, from a lane's seed and the step alone: all entrants of a race share it."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.scalar import inlined

WEYL = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@inlined
def finished(word):
    """The finaliser of SplitMix64."""
    word = (word ^ (word >> np.uint64(30))) * FIRST
    word = (word ^ (word >> np.uint64(27))) * SECOND
    return word ^ (word >> np.uint64(31))


@register_jitable
def mixed(seed, counter):
    """A well-mixed 64-bit number for each pair."""
    return finished(np.uint64(seed) * np.uint64(0xD1342543DE82EF95) + np.uint64(counter) * WEYL)


@register_jitable
def key(seed, counter):
    """A mixed number as a seed of its own."""
    return np.int64(mixed(seed, counter) >> np.uint64(1))


@register_jitable
def normal(seed, i):
    """Standard normal number I of a seed, by Box and Muller, from the two halves of a mixed number."""
    word = mixed(seed, i)
    high, low = np.float64(word >> np.uint64(32)), np.float64(word & np.uint64(0xFFFFFFFF))
    return np.sqrt(-2.0 * np.log((high + 0.5) * 2.0**-32)) * np.cos(2.0 * np.pi * 2.0**-32 * low)


@register_jitable
def rademacher(seed, i):
    """−1 or 1, number I of a seed."""
    return 1.0 if mixed(seed, i) >> np.uint64(63) else -1.0


@register_jitable
def add_noise(g, noise, seeds, t):
    """Add to the slopes [dimension, lanes] NOISE times a normal number of each lane's seed and of step t."""
    for j in range(g.shape[1]):
        seed = key(seeds[j], t)
        for i in range(g.shape[0]):
            g[i, j] += noise * normal(seed, i)


@register_jitable
def shuffle(order, seed, epoch):
    """The epoch's order of the rows, from the seed and the epoch alone."""
    own = key(seed, epoch)
    for i in range(order.size):
        order[i] = i
    for i in range(order.size - 1, 0, -1):
        high = mixed(own, i) >> np.uint64(32)
        j = np.int64((high * np.uint64(i + 1)) >> np.uint64(32))
        order[i], order[j] = order[j], order[i]


@register_jitable
def next_batch(order, size, seed, t):
    """SIZE rows for step t = 1, 2, ...; a new order begins with each epoch, whose incomplete last batch is left out."""
    epoch, place = divmod(np.int64(t) - 1, order.size // size)
    if place == 0:
        shuffle(order, seed, epoch)
    return order[place * size : (place + 1) * size]
