"""Activation functions of a vector, and products of a vector with their Jacobians.

Each function takes a row, (for a product) what to multiply with, the row it fills, notes (dlc.kernels.entries), and the
number of the row. With e_i = e^(x_i − max x) and rest = Σ e_i over all but one greatest entry, sums of positive numbers
lose no digits; see the reference for the other forms.
"""

import numpy as np

from dlc.kernels import light
from dlc.kernels.elementary import choose, exp_reduced, expm1, limited, log, log1p, reduced, scaled, sqrt
from dlc.kernels.entries import entry, greatest, itself, keep, kept, negative, paired, place_of, put, total
from dlc.kernels.numbers import exact, pair
from dlc.kernels.scalar import inlined, power, scalar, twins

# Exponentials are kept as multiples of 2^-LIFT, so that the low parts of the least ones are numbers, too.
LIFT = 300.0
LEAST = -900.0  # below it e^x is 0 beside 1, and so is e^x times anything

# Where squares would be infinite, numbers are taken in another unit.
HUGE, HUGE_SCALE = 2.0**300, 2.0**-600


@inlined
def one():
    """The unit of plain numbers."""
    return 1.0


@twins(one)
def unit():
    """The unit of exponentials."""
    return 2.0**-300


@twins(light.exp)
def exponential(x):
    """e^x in their unit, for x ≤ 0."""
    r, r_low, shifted = reduced(limited(x, LEAST))
    top, rest = exp_reduced(r, r_low)
    factor = power(shifted + LIFT)
    return pair(top * factor, rest * factor)


@scalar
def below(x, top):
    """x − top, for x ≤ top; 0 for equal infinities."""
    if abs(top) == np.inf:
        return 0.0 if x == top else -np.inf
    return x - top


@inlined
def lowered_plain(z, shift):
    """z − shift."""
    return z - shift


@twins(lowered_plain)
def lowered(z, shift):
    """z − shift; z may be −∞."""
    return choose(shift, z == -np.inf, -np.inf, z - shift)


@scalar
def exponentials(x, read, notes):
    """e_i as note 0, where x_i is what READ makes of an entry; the greatest one."""
    top = greatest(x, read)
    for i in range(x.size):
        keep(notes, 0, i, exponential(below(entry(read(x[i])), entry(top))))
    return top


@scalar
def exponentials_of_note(notes):
    """e_i as note 0, where x_i is what note 0 is; the place of the greatest entry."""
    x = notes[0]
    place = place_of(greatest(x, itself), x, itself)
    top = kept(notes, 0, place)
    for i in range(x.size):
        keep(notes, 0, i, exponential(below(kept(notes, 0, i), top)))
    return place


@scalar
def share_out(notes, out):
    """out_i = e_i / Σ_j e_j."""
    inverse = 1.0 / (total(notes, 0, out.size, itself) * unit())
    for i in range(out.size):
        put(out, i, scaled(kept(notes, 0, i) * inverse, unit()))


@scalar
def share_back(v, notes, place, factor, out):
    """out_j = FACTOR·y_j·(v_j − Σ_k y_k·v_k), where PLACE has the greatest entry: there no difference cancels."""
    inverse = 1.0 / (total(notes, 0, out.size, itself) * unit())
    here = entry(v[place])
    for k in range(v.size):
        keep(notes, 1, k, kept(notes, 0, k) * (entry(v[k]) - here))
    mean = total(notes, 1, v.size, itself) * inverse * unit()
    inverse = inverse * factor
    for j in range(v.size):
        put(out, j, scaled(kept(notes, 0, j) * inverse * ((entry(v[j]) - here) - mean), unit()))


@scalar
def softmax(x, out, notes, row):
    exponentials(x, itself, notes)
    share_out(notes, out)


@scalar
def softmax_vjp(x, v, out, notes, row):
    top = exponentials(x, itself, notes)
    share_back(v, notes, place_of(top, x, itself), 1.0, out)


@scalar
def softmin(x, out, notes, row):
    exponentials(x, negative, notes)
    share_out(notes, out)


@scalar
def softmin_vjp(x, v, out, notes, row):
    top = exponentials(x, negative, notes)
    share_back(v, notes, place_of(top, x, negative), -1.0, out)


@scalar
def below_one(e):
    """e, in the unit of exponentials; 0 for 1."""
    return 0.0 if e * unit() >= 1.0 else e


@scalar
def rest_of(notes, count):
    """rest, from the e_i of note 0: where it is small beside 1, a sum of all would swallow it."""
    whole = total(notes, 0, count, itself) * unit()
    return whole - 1.0 if whole > 1.5 else total(notes, 0, count, below_one) * unit()


@scalar
def log_one_plus(rest):
    """log(1 + rest), for rest ≥ 0."""
    if rest <= 1.0:
        return log1p(rest)
    return log(1.0 + rest) if rest < np.inf else rest


@scalar
def log_softmax(x, out, notes, row):
    top = entry(exponentials(x, itself, notes))
    shift = log_one_plus(rest_of(notes, x.size))
    for i in range(x.size):
        put(out, i, lowered(below(entry(x[i]), top), shift))


@scalar
def log_softmax_vjp(x, v, out, notes, row):
    place = place_of(exponentials(x, itself, notes), x, itself)
    rest = rest_of(notes, x.size)
    for k in range(v.size):
        keep(notes, 1, k, entry(v[k]))
    keep(notes, 1, place, 0.0)
    here, others = entry(v[place]), total(notes, 1, v.size, itself)
    inverse = 1.0 / (1.0 + rest)
    share = (here + others) * inverse
    for j in range(v.size):
        put(out, j, entry(v[j]) - kept(notes, 0, j) * share * unit())
    put(out, place, (here * rest - others) * inverse)


@scalar
def logsumexp(x, out, notes, row):
    top = entry(exponentials(x, itself, notes))
    shift = log_one_plus(rest_of(notes, x.size))
    put(out, 0, top if abs(top) == np.inf else top + shift)


@scalar
def logsumexp_vjp(x, v, out, notes, row):
    exponentials(x, itself, notes)
    share = entry(v[0]) / (total(notes, 0, x.size, itself) * unit())
    for j in range(x.size):
        put(out, j, scaled(kept(notes, 0, j) * share, unit()))


@scalar
def logmeanexp(x, out, notes, row):
    # The mean of all e_i − 1 is 0 for equal entries; where it is near −1, that of e_i has more digits.
    highest = greatest(x, itself)
    top, n = entry(highest), float(x.size)
    for i in range(x.size):
        keep(notes, 0, i, expm1(below(entry(x[i]), top)))
    apart = total(notes, 0, x.size, itself) / n
    if apart < -0.5:
        exponentials(x, itself, notes)
        shift = log(total(notes, 0, x.size, itself) * unit() / n)
    else:
        shift = log1p(apart)
    put(out, 0, top if abs(highest) == np.inf else top + shift)


@scalar
def logmeanexp_vjp(x, v, out, notes, row):
    logsumexp_vjp(x, v, out, notes, row)


@scalar
def hardmax(x, out, notes, row):
    top = greatest(x, itself)
    place = place_of(top, x, itself)
    for i in range(x.size):
        put(out, i, choose(entry(top), i == place, 1.0, 0.0))


@scalar
def hardmax_vjp(x, v, out, notes, row):
    top = greatest(x, itself)
    for i in range(x.size):
        put(out, i, choose(entry(top), True, 0.0, 0.0))


@paired
def support(x, notes):
    """x_i − max x as note 0, no lower than −1; the threshold above which entries are sparsemax's support."""
    top = greatest(x, itself)
    for i in range(x.size):
        z = below(entry(x[i]), entry(top))
        keep(notes, 0, i, z if z > -1.0 else -1.0)
    threshold, count = pair(-1.0, 0.0), 0
    while True:  # a threshold that some entries are not above was too low for the others (Michelot 1986)
        inside, mass = 0, pair(0.0, 0.0)
        for i in range(x.size):
            z = kept(notes, 0, i)
            if z - threshold > 0.0:
                inside, mass = inside + 1, mass + z
        if inside == count or top != top:
            return choose(entry(top), True, threshold, threshold)
        threshold, count = (mass - 1.0) / float(inside), inside


@paired
def sparsemax(x, out, notes, row):
    threshold = support(x, notes)
    for i in range(x.size):
        share = kept(notes, 0, i) - threshold
        put(out, i, choose(threshold, share > 0.0, share, 0.0))


@paired
def sparsemax_vjp(x, v, out, notes, row):
    threshold = support(x, notes)
    count = 0.0
    for i in range(x.size):
        is_inside = kept(notes, 0, i) - threshold > 0.0
        count += 1.0 if is_inside else 0.0
        keep(notes, 1, i, entry(v[i]) if is_inside else 0.0)
    mean = total(notes, 1, x.size, itself) / count
    for i in range(x.size):
        is_inside = kept(notes, 0, i) - threshold > 0.0
        put(out, i, choose(threshold, is_inside, entry(v[i]) - mean, 0.0))


@paired
def size(value):
    return abs(value)


@paired
def apart(x, notes, epsilon):
    """x_i − mean x as note 0, in a unit; 1/√(variance + ε) in its inverse; and that inverse, 0 where x is infinite.

    Beside an infinite entry finite ones are 0.
    """
    is_infinite = greatest(x, size) == np.inf
    spread = 0.0
    for i in range(x.size):
        here, there = finite(x[i], is_infinite), finite(x[0], is_infinite)
        spread = max(spread, abs(0.5 * here - 0.5 * there))
    scale = HUGE_SCALE if spread > HUGE else 1.0
    n = float(x.size)
    for i in range(x.size):
        here, there = finite(x[i], is_infinite) * scale, finite(x[0], is_infinite) * scale
        keep(notes, 0, i, exact(here) - exact(there))
    shift = total(notes, 0, x.size, itself)
    for i in range(x.size):
        d = (kept(notes, 0, i) * n - shift) / n
        keep(notes, 0, i, d)
        keep(notes, 1, i, d * d)
    inverse = 0.0 if is_infinite and spread > 0.0 else scale
    return 1.0 / sqrt(total(notes, 1, x.size, itself) / n + epsilon * inverse * inverse), inverse


@paired
def finite(value, is_infinite):
    """VALUE; among infinite ones its sign, for only that counts."""
    value = np.float64(value)
    sign = (1.0 if value > 0.0 else -1.0) if abs(value) == np.inf else 0.0
    return sign if is_infinite else value


@paired
def standardize(x, out, notes, row, epsilon=1e-5):
    inverse, _ = apart(x, notes, epsilon)
    for i in range(x.size):
        put(out, i, kept(notes, 0, i) * inverse)


@paired
def standardize_vjp(x, v, out, notes, row, epsilon=1e-5):
    inverse, scale = apart(x, notes, epsilon)
    n = float(x.size)
    for i in range(x.size):
        y = kept(notes, 0, i) * inverse
        keep(notes, 0, i, y)
        keep(notes, 1, i, y * entry(v[i]))
    along = total(notes, 1, x.size, itself)
    for i in range(x.size):
        keep(notes, 1, i, entry(v[i]))
    mean = total(notes, 1, x.size, itself)
    for j in range(x.size):
        slope = (entry(v[j]) * n - mean - kept(notes, 0, j) * along) / n
        put(out, j, slope * inverse * scale)
