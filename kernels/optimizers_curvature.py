"""Methods that look at curvature or along a line, in lanes form."""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.line_search import (
    ALONG,
    FALL,
    POINT,
    SEARCH,
    SLOPE,
    STEP,
    aim,
    dot,
    first_step,
    has_stopped,
    look,
    try_next,
)
from dlc.kernels.parts import Begin, whole

MEMORY = 10
ANY_SLOPE = 1e300
ROUNDING = 2.0**-52
PAIRS: tuple[Begin, ...] = (0.0,) * (1 + 2 * MEMORY)  # how many pairs there were; s and y of the last ten


@register_jitable
def squares_of_change(run, j):
    """‖s‖², sᵀy and ‖y‖² with s = x − x₋₁ and y = g − g₋₁, which lie in the first two slots."""
    moves, along, changes = 0.0, 0.0, 0.0
    for i in range(run.x.shape[0]):
        s, y = np.float64(run.x[i, j] - run.state[0, i, j]), np.float64(run.g[i, j] - run.state[1, i, j])
        moves += s * s
        along += s * y
        changes += y * y
    return moves, along, changes


@register_jitable
def remember(run, j, pairs, least, share):
    """Keep s and y of the step just taken, in place of the oldest, if sᵀy is above LEAST + SHARE·yᵀy."""
    x, g, point, slope = run.x, run.g, run.state[POINT], run.state[SLOPE]
    _, along, changes = squares_of_change(run, j)
    if not along > least + share * changes:
        return
    k = pairs + 1 + int(run.state[pairs, 0, j]) % MEMORY
    for i in range(x.shape[0]):
        run.state[k, i, j] = x[i, j] - point[i, j]
        run.state[k + MEMORY, i, j] = g[i, j] - slope[i, j]
    run.state[pairs, 0, j] += 1


@register_jitable
def two_loops(run, j, pairs):
    """Put −H·g, by the recursion over the pairs kept, into the direction; −g without any."""
    along, count = run.state[ALONG], int(run.state[pairs, 0, j])
    shares, scale = np.empty(MEMORY), 1.0
    for i in range(run.x.shape[0]):
        along[i, j] = -run.g[i, j]
    first = max(0, count - MEMORY)
    for k in range(count - 1, first - 1, -1):
        s, y = run.state[pairs + 1 + k % MEMORY], run.state[pairs + 1 + MEMORY + k % MEMORY]
        bend = dot(s, y, j)
        share = dot(s, along, j) / bend
        shares[k % MEMORY] = share
        if k == count - 1:
            scale = bend / dot(y, y, j)
        for i in range(run.x.shape[0]):
            along[i, j] -= share * y[i, j]
    for i in range(run.x.shape[0]):
        along[i, j] *= scale
    for k in range(first, count):
        s, y = run.state[pairs + 1 + k % MEMORY], run.state[pairs + 1 + MEMORY + k % MEMORY]
        back = shares[k % MEMORY] - dot(y, along, j) / dot(s, y, j)
        for i in range(run.x.shape[0]):
            along[i, j] += back * s[i, j]


@whole(*SEARCH, *PAIRS, answer=POINT)
def lbfgs(run, t, decrease=1e-4, curvature=0.9):
    pairs = len(SEARCH)
    for j in range(run.x.shape[1]):
        if look(run, j, decrease, curvature):
            remember(run, j, pairs, 0.0, ROUNDING)
            two_loops(run, j, pairs)
            aim(run, j, first_step(run, j) if run.state[pairs, 0, j] == 0 else 1.0)
        try_next(run, j)


@whole("x", 0.0, 0.0, *PAIRS)
def lbfgs_fixed(run, t):
    x, g, pairs = run.x, run.g, 3
    for j in range(x.shape[1]):
        if has_stopped(run, j):
            continue
        if t > 1:
            remember(run, j, pairs, 1e-10, 0.0)
        two_loops(run, j, pairs)
        size = 0.0
        for i in range(x.shape[0]):
            size += abs(g[i, j])
        rate = run.lr[j] / size if t == 1 and size > 1 else run.lr[j]
        for i in range(x.shape[0]):
            run.state[POINT, i, j], run.state[SLOPE, i, j] = x[i, j], g[i, j]
            x[i, j] += rate * run.state[ALONG, i, j]


@whole(*SEARCH, answer=POINT)
def conjugate_gradients(run, t, decrease=1e-4, curvature=0.1):
    g, slope, along = run.g, run.state[SLOPE], run.state[ALONG]
    for j in range(run.x.shape[1]):
        if look(run, j, decrease, curvature):
            before, change = dot(slope, slope, j), 0.0
            for i in range(g.shape[0]):
                change += g[i, j] * (g[i, j] - slope[i, j])
            beta = max(0.0, change / before) if before > 0 else 0.0
            for i in range(g.shape[0]):
                along[i, j] = beta * along[i, j] - g[i, j]
            last, fall = run.state[STEP, 0, j], dot(g, along, j)
            expected = last * run.state[FALL, 0, j]
            aim(run, j, min(expected / fall, 10 * last) if expected < 0 and fall < 0 else first_step(run, j))
        try_next(run, j)


@whole(*SEARCH, answer=POINT)
def gd_armijo(run, t, decrease=1e-4):
    for j in range(run.x.shape[1]):
        if look(run, j, decrease, ANY_SLOPE):
            for i in range(run.x.shape[0]):
                run.state[ALONG, i, j] = -run.g[i, j]
            last = run.state[STEP, 0, j]
            aim(run, j, 2 * last if last > 0 else first_step(run, j))
        try_next(run, j)


@register_jitable
def step_down(run, j, step):
    """Keep where x is, and go STEP down the gradient."""
    for i in range(run.x.shape[0]):
        run.state[0, i, j], run.state[1, i, j] = run.x[i, j], run.g[i, j]
        run.x[i, j] -= step * run.g[i, j]


@whole("x", 0.0, "lr")
def barzilai_borwein(run, t):
    for j in range(run.x.shape[1]):
        moves, along, _ = squares_of_change(run, j)
        if along > 0:
            run.state[2, 0, j] = moves / along
        step_down(run, j, run.state[2, 0, j])


@whole("x", 0.0, "lr", 1e9)
def adgd(run, t):
    for j in range(run.x.shape[1]):
        moves, _, changes = squares_of_change(run, j)
        if moves > 0 and changes > 0:
            last = np.float64(run.state[2, 0, j])
            way, change, most = np.sqrt(moves), np.sqrt(changes), np.sqrt(1 + run.state[3, 0, j]) * last
            step = most if 2 * change * most <= way else way / (2 * change)
            run.state[2, 0, j], run.state[3, 0, j] = step, step / last
        step_down(run, j, run.state[2, 0, j])
