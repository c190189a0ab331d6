"""Losses of a row of scores by which items are put in order."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.loss_order import in_order
from dlc.kernels.loss_rows import at_least, exp_less, exp_or_0, exponentials, number
from dlc.kernels.losses_classes import softmax_cross_entropy
from dlc.kernels.scalar import inlined

LN2 = math.log(2.0)


@inlined
def ranking_softmax(p, t, out, notes):
    return softmax_cross_entropy(p, t, out, notes, 0.0)


@inlined
def listnet(p, t, out, notes):
    _, rest = exponentials(t, notes)
    for i in range(p.size):
        notes[1, i] = notes[0, i] / (1.0 + rest)
    return softmax_cross_entropy(p, notes[1], out, notes, 0.0)


@inlined
def listmle(p, t, out, notes):
    for i in range(p.size):
        notes[0, i] = t[i]
    # From the last choice to the first: the sum of e^p over all that are left is e^high·total.
    _, order, highs, totals = in_order(notes)
    high, total, value = number(p[int(order[p.size - 1])]), 0.0, 0.0
    for k in range(p.size - 1, -1, -1):
        z = number(p[int(order[k])])
        if z > high or z != z:
            total, high = total * exp_less(high, z) + 1.0, z
        else:
            total += exp_less(z, high)
        highs[k], totals[k] = high, total
        value += (high - z) + math.log(total)
    for k in range(p.size):
        i, share = int(order[k]), 0.0
        for j in range(k + 1):
            share = plus(share, exp_less(number(p[i]), highs[j]) / totals[j])
        out[i] = share - 1.0
    return value


@inlined
def ranknet(p, t, out, notes):
    value, slopes = 0.0, notes[0]
    for i in range(p.size):
        slopes[i] = 0.0
    for i in range(p.size):
        own, mine, sum_of_slopes = number(p[i]), number(t[i]), 0.0
        for j in range(p.size):
            z = p[j] - own
            e = exp_or_0(-abs(z))
            is_pair = mine > t[j]
            slope = (1.0 if z >= 0.0 else e) / (1.0 + e) if is_pair else 0.0
            value = plus(value, math.log1p(e) + at_least(z, 0.0) if is_pair else 0.0)
            sum_of_slopes = plus(sum_of_slopes, slope)
            slopes[j] += slope
        slopes[i] -= sum_of_slopes
    for i in range(p.size):
        out[i] = slopes[i]
    return value + 0.0 * p[0]


@inlined
def pairwise_hinge(p, t, out, notes, margin=1.0):
    value, slopes = 0.0, notes[0]
    for i in range(p.size):
        slopes[i] = 0.0
    for i in range(p.size):
        low, mine, count = margin - p[i], number(t[i]), 0.0
        for j in range(p.size):
            gap = at_least(low + p[j], 0.0) if mine > t[j] else 0.0
            hit = 0.0 if gap == 0.0 else 1.0
            value = plus(value, gap)
            count = plus(count, hit)
            slopes[j] += hit
        slopes[i] -= count
    for i in range(p.size):
        out[i] = slopes[i]
    return value + 0.0 * p[0]


@inlined
def pairwise_mse(p, t, out, notes):
    total, value = 0.0, 0.0
    for i in range(p.size):
        total = plus(total, number(p[i]) - t[i])
    mean = total / p.size
    for i in range(p.size):
        error = number(p[i]) - t[i] - mean
        value = plus(value, error * error)
        out[i] = 2.0 * p.size * error
    return p.size * value


@inlined
def gain(relevance, top):
    """2^relevance − 1 in units of 2^top, for it may be beyond the greatest number."""
    return exp_less(relevance * LN2, top * LN2) - exp_or_0(-top * LN2)


@inlined
def approx_ndcg(p, t, out, notes, temperature=1.0):
    top = 0.0
    for i in range(p.size):
        top = at_least(number(t[i]), top)
    for i in range(p.size):
        notes[0, i] = gain(number(t[i]), top)
    ordered, costs, _, _ = in_order(notes)
    best = 0.0
    for k in range(p.size):
        best = plus(best, ordered[k] * LN2 / math.log(2.0 + k))
    unit, value = 0.0 if best == 0.0 else 1.0 / best, 1.0
    for i in range(p.size):
        rank = 0.5  # the item's own comparison with itself is a half too much
        for j in range(p.size):
            z = (number(p[j]) - p[i]) / temperature
            e = exp_or_0(-abs(z))
            rank = plus(rank, (1.0 if z >= 0.0 else e) / (1.0 + e))
        share, logarithm = gain(number(t[i]), top) * unit * LN2, math.log(1.0 + rank)
        value -= share / logarithm
        costs[i] = share / ((1.0 + rank) * logarithm * logarithm)
    for i in range(p.size):
        slope = 0.0
        for j in range(p.size):
            e = exp_or_0(-abs((number(p[j]) - p[i]) / temperature))
            slope = plus(slope, e / ((1.0 + e) * (1.0 + e)) * (costs[j] - costs[i]))
        out[i] = slope / temperature
    return value
