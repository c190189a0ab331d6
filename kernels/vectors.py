"""Activation functions of a vector, and their Jacobians: the names of dlc.reference.activations.

Each function takes one vector, the array it fills, and two rows to note down exponentials as pairs. With
e_i = e^(x_i − max x) and rest = Σ e_i over all but the greatest entry, 1 + rest and 1 − y_i are sums of positive
numbers, and lose no digits.
"""

import math

from dlc.kernels.elementary import add, divide, exp_pair, is_finite, log1p_pair, multiply, multiply_pairs
from dlc.kernels.scalar import fma, scalar


@scalar
def greatest(x):
    """The index of the greatest entry."""
    top = 0
    for i in range(1, x.size):
        if x[i] > x[top]:
            top = i
    return top


@scalar
def below_top(x, i, top):
    """x_i − x_top as a pair; 0 for equal entries, infinite ones included."""
    if x[i] == x[top]:
        return 0.0, 0.0
    high, low = add(x[i], -x[top])
    return high, low if is_finite(high) else 0.0


@scalar
def exponentials(x, notes):
    """e_i as pairs (the rows of NOTES), and the sum of all but the greatest as a pair."""
    top = greatest(x)
    e, e_low = notes[0], notes[1]
    rest, rest_low = 0.0, 0.0
    for i in range(x.size):
        high, low = below_top(x, i, top)
        e[i], e_low[i] = exp_pair(high, low)
        if i != top:
            rest, lost = add(rest, e[i])
            rest_low = rest_low + (lost + e_low[i])
    return top, e, e_low, rest, rest_low


@scalar
def all_but(i, top, e, e_low, rest, rest_low):
    """Σ_j e_j − e_i as a pair."""
    if i == top:
        return rest, rest_low
    high, low = add(1.0, rest)
    high, lost = add(high, -e[i])
    return high, (low + lost) + (rest_low - e_low[i])


@scalar
def sum_of_all(rest, rest_low):
    """Σ_j e_j = 1 + rest as a pair."""
    high, low = add(1.0, rest)
    return high, low + rest_low


@scalar
def softmax(x, out, notes):
    _, e, e_low, rest, rest_low = exponentials(x, notes)
    d, d_low = sum_of_all(rest, rest_low)
    for i in range(x.size):
        q, q_low = divide(e[i], e_low[i], d, d_low)
        out[i] = q + q_low


@scalar
def product_over_square(a, a_low, b, b_low, d, d_low):
    """a·b / d² for pairs."""
    n, n_low = multiply_pairs(a, a_low, b, b_low)
    square, square_low = multiply(d, d)
    q, q_low = divide(n, n_low, square, fma(2.0 * d, d_low, square_low))
    return q + q_low


@scalar
def softmax_diagonal(x, out, notes):
    top, e, e_low, rest, rest_low = exponentials(x, notes)
    d, d_low = sum_of_all(rest, rest_low)
    for i in range(x.size):
        others, others_low = all_but(i, top, e, e_low, rest, rest_low)
        out[i] = product_over_square(e[i], e_low[i], others, others_low, d, d_low)


@scalar
def softmax_grad(x, out, notes):
    top, e, e_low, rest, rest_low = exponentials(x, notes)
    d, d_low = sum_of_all(rest, rest_low)
    for i in range(x.size):
        for j in range(x.size):
            out[i, j] = product_over_square(e[i], e_low[i], -e[j], -e_low[j], d, d_low)
        others, others_low = all_but(i, top, e, e_low, rest, rest_low)
        out[i, i] = product_over_square(e[i], e_low[i], others, others_low, d, d_low)


@scalar
def log_sum(rest, rest_low):
    """log(1 + rest) as a pair."""
    if rest <= 1.0:
        return log1p_pair(rest, rest_low)
    return math.log1p(rest), rest_low / (1.0 + rest)


@scalar
def log_softmax(x, out, notes):
    top, _, _, rest, rest_low = exponentials(x, notes)
    log, log_low = log_sum(rest, rest_low)
    for i in range(x.size):
        high, low = below_top(x, i, top)
        total, lost = add(high, -log)
        out[i] = total + (lost + (low - log_low)) if is_finite(total) else total


@scalar
def log_softmax_diagonal(x, out, notes):
    top, e, e_low, rest, rest_low = exponentials(x, notes)
    d, d_low = sum_of_all(rest, rest_low)
    for i in range(x.size):
        others, others_low = all_but(i, top, e, e_low, rest, rest_low)
        q, q_low = divide(others, others_low, d, d_low)
        out[i] = q + q_low


@scalar
def log_softmax_grad(x, out, notes):
    top, e, e_low, rest, rest_low = exponentials(x, notes)
    d, d_low = sum_of_all(rest, rest_low)
    for j in range(x.size):
        share, share_low = divide(e[j], e_low[j], d, d_low)
        for i in range(x.size):
            out[i, j] = -(share + share_low)
        others, others_low = all_but(j, top, e, e_low, rest, rest_low)
        q, q_low = divide(others, others_low, d, d_low)
        out[j, j] = q + q_low
