"""Losses of embeddings: two or three vectors in a row, one behind the other."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.loss_rows import at_least, exp_or_0, number, sigmoid, softplus
from dlc.kernels.losses_distributions import over
from dlc.kernels.losses_vectors import cosine, distance
from dlc.kernels.scalar import inlined


@inlined
def cosine_embedding(p, t, out, notes, margin=0.0, epsilon=0.0):
    n = p.size // 2
    a, b = p[:n], p[n:]
    square, its, product = epsilon, epsilon, 0.0
    for i in range(n):
        x, y = number(a[i]), number(b[i])
        square = plus(square, x * x)
        its = plus(its, y * y)
        product = plus(product, x * y)
    size, other = math.sqrt(square), math.sqrt(its)
    turn = over(over(product, size), other)
    factor = -1.0 if t[0] > 0.0 else (0.0 if turn <= margin else 1.0)
    shared = factor / size / other if size != 0.0 and other != 0.0 else 0.0
    for i in range(n):
        x, y = number(a[i]), number(b[i])
        out[i] = shared * y - over(factor * turn * x, square)
        out[n + i] = shared * x - over(factor * turn * y, its)
    return 1.0 - turn if t[0] > 0.0 else at_least(turn - margin, 0.0)


@inlined
def triplet_margin(p, t, out, notes, margin=1.0, power=2.0, epsilon=1e-6, swap=0.0, floor=0.0):
    n = p.size // 3
    a, b, c = p[:n], p[n : 2 * n], p[2 * n :]
    by_near, by_far, by_other = notes[0], notes[1], notes[2]
    near, far = distance(a, b, by_near, power, epsilon, floor), distance(a, c, by_far, power, epsilon, floor)
    other = distance(b, c, by_other, power, epsilon, floor)
    is_swapped = swap != 0.0 and other < far
    value = at_least(margin + near - (other if is_swapped else far), 0.0)
    for i in range(n):
        if value == 0.0:
            out[i], out[n + i], out[2 * n + i] = 0.0, 0.0, 0.0
        elif is_swapped:
            out[i], out[n + i], out[2 * n + i] = by_near[i], -by_near[i] - by_other[i], by_other[i]
        else:
            out[i], out[n + i], out[2 * n + i] = by_near[i] - by_far[i], -by_near[i], by_far[i]
    return value


@inlined
def triplet_cosine(p, t, out, notes, margin=0.5):
    n = p.size // 3
    a, b, c = p[:n], p[n : 2 * n], p[2 * n :]
    near, far = cosine(a, b, notes[0], 0.0), cosine(a, c, notes[1], 0.0)
    cosine(b, a, notes[2], 0.0)
    cosine(c, a, notes[3], 0.0)
    value = at_least(margin + far - near, 0.0)
    factor = 0.0 if value == 0.0 else 1.0
    for i in range(n):
        out[i] = factor * (notes[1, i] - notes[0, i])
        out[n + i] = -factor * notes[2, i]
        out[2 * n + i] = factor * notes[3, i]
    return value


@inlined
def contrastive_embedding(p, t, out, notes, margin=1.0):
    n = p.size // 2
    size = distance(p[:n], p[n:], notes[0], 2.0, 0.0, 0.0)
    short, together = at_least(margin - size, 0.0), number(t[0])
    factor = together * size - (1.0 - together) * short
    for i in range(n):
        out[i] = factor * notes[0, i]
        out[n + i] = -factor * notes[0, i]
    return 0.5 * (together * size * size + (1.0 - together) * short * short)


@inlined
def circle(p, t, out, notes, gamma=80.0, margin=0.4):
    argument, count = 0.0, 0
    for side in range(2):
        top, found, total, sign = -math.inf, 0, 0.0, 1.0 - 2.0 * side
        for i in range(p.size):
            # What [1 + m − p] is to a positive, [p + m] is to a negative.
            s = number(p[i]) if side == 0 else 1.0 - p[i]
            weight, gap = at_least(s + margin, 0.0), s - margin
            notes[0, i] = gamma * weight * gap
            notes[1, i] = sign * gamma * ((0.0 if weight == 0.0 else gap) + weight) if t[i] == side else notes[1, i]
            if t[i] == side:
                top, found = notes[0, i] if notes[0, i] > top or notes[0, i] != notes[0, i] else top, 1
        for i in range(p.size):
            e = exp_or_0(notes[0, i] - top) if t[i] == side else 0.0
            notes[2, i] = e if t[i] == side else notes[2, i]
            total = plus(total, e)
        for i in range(p.size):
            notes[1, i] *= notes[2, i] / total if t[i] == side else 1.0
        argument += top + math.log(total)
        count += found
    factor = sigmoid(argument)
    for i in range(p.size):
        out[i] = factor * notes[1, i] if count == 2 else 0.0 * p[i]
    return softplus(argument) if count == 2 else 0.0 * p[0]
