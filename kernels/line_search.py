"""A line search for the strong Wolfe conditions, lane by lane: the automaton of the reference's file of that name.

An optimizer that searches keeps, from slot 0 on, the point accepted last, the gradient there, the direction, and then
the numbers of the search.
"""

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.parts import Begin

MOST_TRIALS = 20
ANY, WIDENING, BRACKETED = 0.0, 1.0, 2.0  # phases; in the first, whatever point comes is accepted

POINT, SLOPE, ALONG = 0, 1, 2
STEP, LOSS, FALL, LOW, LOW_LOSS, LOW_SLOPE, HIGH, HIGH_LOSS, HIGH_SLOPE, PHASE, TRIALS = range(3, 14)
SEARCH: tuple[Begin, ...] = ("x", *(0.0,) * TRIALS)


@register_jitable
def dot(a, b, j):
    """Σ aᵢ·bᵢ of lane J."""
    total = 0.0
    for i in range(a.shape[0]):
        total += a[i, j] * b[i, j]
    return total


@register_jitable
def cubic_minimum(a, loss_a, slope_a, b, loss_b, slope_b):
    """Where the cubic with these values and slopes at A and B has its minimum; nan if it has none."""
    if a == b:
        return np.nan
    mixed = slope_a + slope_b - 3 * (loss_a - loss_b) / (a - b)
    square = mixed * mixed - slope_a * slope_b
    if not square >= 0:
        return np.nan
    root = np.sqrt(square) if b > a else -np.sqrt(square)
    below = slope_b - slope_a + 2 * root
    return np.nan if below == 0 else b - (b - a) * (slope_b + root - mixed) / below


@register_jitable
def has_stopped(run, j):
    """Whether the lane's run has diverged: nothing may bring it back."""
    return np.isnan(run.x[0, j])


@register_jitable
def look(run, j, decrease, curvature):
    """Go on with the search, told loss and gradient at the present trial; whether that point is accepted."""
    n = run.state[:, 0, j]
    if has_stopped(run, j):
        return False
    if n[PHASE] == ANY:
        return True
    loss, slope, step = np.float64(run.loss[j]), dot(run.g, run.state[ALONG], j), np.float64(n[STEP])
    low, low_loss, low_slope = np.float64(n[LOW]), np.float64(n[LOW_LOSS]), np.float64(n[LOW_SLOPE])
    is_low = loss - n[LOSS] <= decrease * step * n[FALL] and loss < low_loss
    if is_low and abs(slope) <= -curvature * n[FALL]:
        return True
    n[TRIALS] += 1
    if not is_low:
        n[HIGH], n[HIGH_LOSS], n[HIGH_SLOPE], n[PHASE] = step, loss, slope, BRACKETED
    else:
        if slope * (n[HIGH] - low if n[PHASE] == BRACKETED else 1.0) >= 0:
            n[HIGH], n[HIGH_LOSS], n[HIGH_SLOPE], n[PHASE] = low, low_loss, low_slope, BRACKETED
        n[LOW], n[LOW_LOSS], n[LOW_SLOPE] = step, loss, slope
    if n[TRIALS] >= MOST_TRIALS:
        n[STEP], n[PHASE] = n[LOW], ANY
        return False
    if n[PHASE] == BRACKETED:
        low, low_loss, low_slope = np.float64(n[HIGH]), np.float64(n[HIGH_LOSS]), np.float64(n[HIGH_SLOPE])
    guess = cubic_minimum(n[LOW], n[LOW_LOSS], n[LOW_SLOPE], low, low_loss, low_slope)
    n[STEP] = between(n[LOW], low, guess) if n[PHASE] == BRACKETED else beyond(n[LOW], n[LOW] - low, guess)
    return False


@register_jitable
def between(one, other, guess):
    """The guess, or the middle, and not near an end."""
    least, most = min(one, other), max(one, other)
    margin = (most - least) / 10
    return min(max(guess, least + margin), most - margin) if guess == guess else (least + most) / 2


@register_jitable
def beyond(low, way, guess):
    """The guess further out, or as far as allowed."""
    return min(max(guess, low + way), low + 4 * way) if guess > low else low + 4 * way


@register_jitable
def first_step(run, j):
    """The step straight down whose length is the learning rate."""
    length = np.sqrt(dot(run.g, run.g, j))
    return run.lr[j] / length if length > 0 else run.lr[j]


@register_jitable
def aim(run, j, step):
    """A new search, from the point just accepted along the direction found; straight down where that is not down."""
    n, along, loss, slope = run.state[:, 0, j], run.state[ALONG], run.loss[j], dot(run.g, run.state[ALONG], j)
    if not slope < 0:
        for i in range(run.x.shape[0]):
            along[i, j] = -run.g[i, j]
        slope, step = dot(run.g, along, j), first_step(run, j)
    for i in range(run.x.shape[0]):
        run.state[POINT, i, j], run.state[SLOPE, i, j] = run.x[i, j], run.g[i, j]
    n[STEP], n[LOSS], n[FALL], n[PHASE], n[TRIALS] = step, loss, slope, WIDENING, 0.0
    n[LOW], n[LOW_LOSS], n[LOW_SLOPE] = 0.0, loss, slope
    n[HIGH], n[HIGH_LOSS], n[HIGH_SLOPE] = 0.0, loss, slope


@register_jitable
def try_next(run, j):
    """Put x at the next trial."""
    if has_stopped(run, j):
        return
    step = run.state[STEP, 0, j]
    for i in range(run.x.shape[0]):
        run.x[i, j] = run.state[POINT, i, j] + step * run.state[ALONG, i, j]
