"""Losses of several embeddings at once: a row holds vectors of `dim` numbers, one behind the other."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.loss_rows import exp_or_0, exponentials, number
from dlc.kernels.losses_distributions import over
from dlc.kernels.scalar import inlined


@inlined
def products(a, first, rows, size, scale, found):
    """The products of vector A with all of ROWS, times SCALE, as FOUND from number FIRST on."""
    for j in range(first, rows.size // size):
        b, total = rows[j * size : (j + 1) * size], 0.0
        for k in range(size):
            total = plus(total, number(a[k]) * b[k])
        found[j] = total * scale


@inlined
def units(p, size, found):
    """Vectors of length 1; one of 0 stays."""
    for j in range(p.size // size):
        start = j * size
        square = 0.0
        for k in range(start, start + size):
            square = plus(square, number(p[k]) * p[k])
        for k in range(start, start + size):
            found[k] = over(number(p[k]), math.sqrt(square))


@inlined
def from_units(p, size, unit, slopes, out):
    """The gradient by p as OUT, from the SLOPES by the vectors of length 1."""
    for j in range(p.size // size):
        start = j * size
        square, along = 0.0, 0.0
        for k in range(start, start + size):
            square = plus(square, number(p[k]) * p[k])
            along = plus(along, slopes[k] * unit[k])
        for k in range(start, start + size):
            out[k] = over(slopes[k] - along * unit[k], math.sqrt(square)) if square != 0.0 else 0.0


@inlined
def pulled(i, size, unit, weights, slopes):
    """Add to SLOPES those of a sum of products of vector i with all others, by their WEIGHTS."""
    for j in range(unit.size // size):
        for k in range(size):
            slopes[i * size + k] += weights[j] * unit[j * size + k]
            slopes[j * size + k] += weights[j] * unit[i * size + k]


@inlined
def first_of_others(rows, size, scale, notes):
    """−log softmax of SCALE times the products of the first vector with the others, at the second.

    Its gradient by these products is note 0, from the second on.
    """
    count = rows.size // size
    products(rows[:size], 1, rows, size, scale, notes[3])
    others = notes[3][1:count]
    shares = notes[:, 1:count]
    top, rest = exponentials(others, shares)
    value = math.log1p(rest) - (others[0] - top)
    for j in range(1, count):
        notes[0, j] *= scale / (1.0 + rest)
    notes[0, 1] -= scale
    return value


@inlined
def npairs(p, t, out, notes, dim=2.0):
    size = int(dim)
    value = first_of_others(p, size, 1.0, notes)
    for k in range(size):
        slope = 0.0
        for j in range(1, p.size // size):
            slope += notes[0, j] * p[j * size + k]
            out[j * size + k] = notes[0, j] * p[k]
        out[k] = slope
    return value


@inlined
def info_nce(p, t, out, notes, dim=2.0, temperature=0.07):
    size, unit, slopes = int(dim), notes[1], notes[2]
    units(p, size, unit)
    value = first_of_others(unit, size, 1.0 / temperature, notes)
    notes[0, 0] = 0.0
    for k in range(p.size):
        slopes[k] = 0.0
    pulled(0, size, unit, notes[0], slopes)
    from_units(p, size, unit, slopes, out)
    return value


@inlined
def in_group(t, i):
    """How many others are of the group of vector i."""
    count = 0.0
    for j in range(t.size):
        count = plus(count, 1.0 if t[j] == t[i] and j != i else 0.0)
    return count


@inlined
def pair_losses(i, t, sims, share):
    """SHARE of the losses of all pairs of vector i with others of its group; their slopes in the place of SIMS."""
    top, value = -math.inf, 0.0
    for j in range(t.size):
        if j != i:
            top = sims[j] if sims[j] > top or sims[j] != sims[j] else top
    apart = 0.0
    for j in range(t.size):
        apart = plus(apart, exp_or_0(sims[j] - top) if t[j] != t[i] else 0.0)
    inverse = 0.0  # Σ 1/(all that a pair is compared with)
    for j in range(t.size):
        if t[j] == t[i] and j != i:
            own = exp_or_0(sims[j] - top)
            value += math.log(apart + own) - (sims[j] - top)
            inverse += 1.0 / (apart + own)
            sims[j] = -share * apart / (apart + own)
    for j in range(t.size):
        if t[j] != t[i]:
            sims[j] = share * inverse * exp_or_0(sims[j] - top)
    sims[i] = 0.0
    return share * value


@inlined
def ntxent(p, t, out, notes, dim=2.0, temperature=0.07):
    size, unit, slopes, value, pairs = int(dim), notes[0], notes[1], 0.0, 0.0
    units(p, size, unit)
    for k in range(p.size):
        slopes[k] = 0.0
    for i in range(t.size):
        pairs += in_group(t, i)
    for i in range(t.size):
        if in_group(t, i) > 0.0:
            products(unit[i * size : (i + 1) * size], 0, unit, size, 1.0 / temperature, notes[2])
            value += pair_losses(i, t, notes[2][: t.size], 1.0 / pairs)
            pulled(i, size, unit, notes[2], slopes)
    for k in range(p.size):
        slopes[k] /= temperature
    from_units(p, size, unit, slopes, out)
    return value + 0.0 * p[0]


@inlined
def supervised_contrastive(p, t, out, notes, dim=2.0, temperature=0.07):
    size, unit, slopes, value, anchors = int(dim), notes[0], notes[1], 0.0, 0.0
    units(p, size, unit)
    for k in range(p.size):
        slopes[k] = 0.0
    for i in range(t.size):
        anchors += 1.0 if in_group(t, i) > 0.0 else 0.0
    for i in range(t.size):
        group, sims = in_group(t, i), notes[2][: t.size]
        if group > 0.0:
            products(unit[i * size : (i + 1) * size], 0, unit, size, 1.0 / temperature, sims)
            sims[i] = -math.inf
            top, rest = exponentials(sims, notes[3:])
            shift = math.log1p(rest)
            for j in range(t.size):
                is_positive = t[j] == t[i] and j != i
                value += (shift - (sims[j] - top)) / (group * anchors) if is_positive else 0.0
                sims[j] = (notes[3, j] / (1.0 + rest) - (1.0 / group if is_positive else 0.0)) / anchors
            sims[i] = 0.0
            pulled(i, size, unit, sims, slopes)
    for k in range(p.size):
        slopes[k] /= temperature
    from_units(p, size, unit, slopes, out)
    return value + 0.0 * p[0]
