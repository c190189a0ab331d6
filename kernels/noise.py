"""Functions of a vector that draw noise from the seed and each entry's position, and products with their Jacobians."""

import numpy as np

from dlc.kernels.draws import WEYL, finished
from dlc.kernels.elementary import choose, high, log
from dlc.kernels.entries import entry, greatest, itself, keep, kept, put
from dlc.kernels.scalar import inlined, scalar
from dlc.kernels.vectors import below, exponentials_of_note, share_back, share_out

ONE = np.uint64(1)

NEVER = -1e290  # what stands for −∞ in differences of pairs


@inlined
def stream(seed):
    """Where the numbers of a seed begin."""
    return finished(np.uint64(seed))


@inlined
def uniform(start, position):
    """An odd multiple of 2⁻⁵³ between 0 and 1."""
    word = finished(start + (np.uint64(position) + ONE) * WEYL)
    return (2.0 * np.float64(word >> np.uint64(12)) + 1.0) * 2.0**-53


@scalar
def perturb(x, notes, row, tau, seed):
    """(x_i − max x + g_i)/τ as note 0."""
    start, top = stream(high(seed)), entry(greatest(x, itself))
    for i in range(x.size):
        z = below(entry(x[i]), top)
        chance = entry(uniform(start, row * x.size + i))
        keep(notes, 0, i, (NEVER if z < NEVER else z - log(-log(chance))) / tau)


@scalar
def gumbel_softmax(x, out, notes, row, tau=1.0, seed=0.0, hard=0.0):
    perturb(x, notes, row, tau, seed)
    place = exponentials_of_note(notes)
    if hard == 0.0:
        share_out(notes, out)
    else:
        for i in range(x.size):
            put(out, i, choose(kept(notes, 0, i), i == place, 1.0, 0.0))


@scalar
def gumbel_softmax_vjp(x, v, out, notes, row, tau=1.0, seed=0.0, hard=0.0):
    perturb(x, notes, row, tau, seed)
    place = exponentials_of_note(notes)
    share_back(v, notes, place, 1.0 / tau, out)


@scalar
def slope_at(x, chance, lower, upper):
    """1 above 0, else between lower and upper."""
    return choose(x, x > 0.0, 1.0, lower + (upper - lower) * chance)


@scalar
def rrelu_train(x, out, notes, row, lower=0.125, upper=1 / 3, seed=0.0):
    start = stream(high(seed))
    for i in range(x.size):
        slope = slope_at(entry(x[i]), uniform(start, row * x.size + i), lower, upper)
        put(out, i, entry(x[i]) * slope)


@scalar
def rrelu_train_vjp(x, v, out, notes, row, lower=0.125, upper=1 / 3, seed=0.0):
    start = stream(high(seed))
    for i in range(x.size):
        slope = slope_at(entry(x[i]), uniform(start, row * x.size + i), lower, upper)
        put(out, i, entry(v[i]) * slope)
