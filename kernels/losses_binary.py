"""Losses of the chance of one of two classes, and their gradients by the prediction."""

import math

from dlc.kernels.elementary import (
    at_least,
    bell,
    choose,
    clamped,
    exp_scaled,
    log_one_plus,
    log_wide,
    logistic,
    scaled,
)
from dlc.kernels.elementary import high as plain
from dlc.kernels.losses_regression import mse, mse_grad
from dlc.kernels.scalar import scalar
from dlc.kernels.smooth import log_one_plus_exp

LEAST = 1e-300  # of what is less, the inverse may be infinite
NO_FLOOR = -1e4  # no logarithm of a number of any type is below


@scalar
def smoothed(t, smoothing):
    """The label, moved towards ½."""
    return t * (1.0 - smoothing) + 0.5 * smoothing


@scalar
def weight(t, alpha):
    """α of label 1 and 1 − α of label 0; 1 for a negative α."""
    return choose(t, alpha < 0.0, 1.0, t * alpha + (1.0 - t) * (1.0 - alpha))


@scalar
def within(p, value):
    """VALUE for a probability p; nan for what is none."""
    return choose(p, (p >= 0.0) & (p <= 1.0), value, math.nan)


@scalar
def brier(p, t):
    return mse(p, t)


@scalar
def brier_grad(p, t):
    return mse_grad(p, t)


@scalar
def floored(x, logarithm, floor):
    """log(x), but not below FLOOR, which it is for x = 0."""
    least = at_least(floor, NO_FLOOR)
    return choose(x, (x > 0.0) & (logarithm > least), logarithm, least)


@scalar
def bce(p, t, smoothing=0.0, clip=0.0, floor=-math.inf, denominator=0.0):
    q, x = smoothed(t, smoothing), clamped(p, plain(clip), 1.0 - plain(clip))
    yes = floored(x, log_wide(x), floor)
    no = floored(1.0 - x, log_one_plus(-x), floor)
    is_unlimited = (floor < NO_FLOOR) & ((x <= 0.0) & (q > 0.0) | (x >= 1.0) & (q < 1.0))
    return within(p, choose(q, is_unlimited, math.inf, 0.0 - (q * yes + (1.0 - q) * no)))


@scalar
def bce_grad(p, t, smoothing=0.0, clip=0.0, floor=-math.inf, denominator=0.0):
    q = smoothed(t, smoothing)
    product = p * (1.0 - p)
    slope = (p - q) / (product if product > denominator else denominator)
    # Where p is a label of 0 or 1 both parts are 0, and the quotient is 1/(1 − p) or −1/p.
    is_sure = (denominator == 0.0) & (product == 0.0) & (p == q)
    is_clipped = (p < plain(clip)) | (p > 1.0 - plain(clip))
    return within(p, choose(q, is_clipped, 0.0, choose(q, is_sure, 1.0 - 2.0 * q, slope)))


@scalar
def scaled_sum(x, y, unit):
    """x + y·unit, to all digits of a y·unit that stands alone; infinite where x is."""
    return choose(y, x == 0.0, scaled(y, unit), choose(x, abs(x) == math.inf, x, x + y * unit))


@scalar
def bce_with_logits(p, t, pos_weight=1.0, smoothing=0.0):
    q = smoothed(t, smoothing)
    tail, unit = log_one_plus_exp(-abs(p))
    yes, no = pos_weight * q, 1.0 - q
    share = yes if p < 0.0 else no
    return scaled_sum(choose(p, share == 0.0, 0.0, abs(p) * share), (yes + no) * tail, unit)


@scalar
def bce_with_logits_grad(p, t, pos_weight=1.0, smoothing=0.0):
    q = smoothed(t, smoothing)
    s, unit = logistic(-abs(p))
    yes, no = pos_weight * q, 1.0 - q
    is_below = p < 0.0
    slope = scaled_sum(yes if is_below else no, -(yes + no) * s, unit)
    return choose(p, is_below, -slope, slope)


@scalar
def raised(x, logarithm, exponent):
    """x^exponent, for x ≥ 0, by log(x); 1 for the exponent 0."""
    e, unit = exp_scaled(exponent * logarithm)
    value = choose(x, exponent == 2.0, x * x, choose(x, x > 0.0, e * unit, 0.0))
    return choose(x, exponent == 0.0, 1.0, value)


@scalar
def steeper(exponent, power, x, slope, value):
    """The derivative of POWER = x^exponent, times VALUE: exponent·x^exponent/x·slope·value; 0 where it is of 0."""
    return choose(value, (abs(x) < LEAST) | (value == 0.0), 0.0, exponent * power * (slope / x) * value)


@scalar
def missed(p, t):
    """1 minus the probability of the label."""
    return p * (1.0 - t) + (1.0 - p) * t


@scalar
def focal(p, t, gamma=2.0, alpha=-1.0, smoothing=0.0, clip=0.0):
    q = smoothed(t, smoothing)
    m = missed(p, q)
    return weight(q, alpha) * raised(m, log_wide(m), gamma) * bce(p, q, 0.0, clip, -math.inf, 0.0)


@scalar
def focal_grad(p, t, gamma=2.0, alpha=-1.0, smoothing=0.0, clip=0.0):
    q = smoothed(t, smoothing)
    m = missed(p, q)
    power = raised(m, log_wide(m), gamma)
    value, slope = bce(p, q, 0.0, clip, -math.inf, 0.0), bce_grad(p, q, 0.0, clip, -math.inf, 0.0)
    total = steeper(gamma, power, m, 1.0 - 2.0 * q, value) + choose(power, power == 0.0, 0.0, power * slope)
    return weight(q, alpha) * choose(slope, abs(slope) == math.inf, slope, total)


@scalar
def missed_by_logit(p, t):
    """1 minus the probability of the label, and its derivative by the logit."""
    s, unit = logistic(-abs(p))
    share = t if p < 0.0 else 1.0 - t
    rest, rest_unit = bell(p)
    return share + s * unit * (1.0 - 2.0 * share), rest * rest_unit * (1.0 - 2.0 * t)


@scalar
def focal_with_logits(p, t, gamma=2.0, alpha=-1.0):
    m, _ = missed_by_logit(p, t)
    return weight(t, alpha) * raised(m, log_wide(m), gamma) * bce_with_logits(p, t, 1.0, 0.0)


@scalar
def focal_with_logits_grad(p, t, gamma=2.0, alpha=-1.0):
    m, rise = missed_by_logit(p, t)
    power = raised(m, log_wide(m), gamma)
    value, slope = bce_with_logits(p, t, 1.0, 0.0), bce_with_logits_grad(p, t, 1.0, 0.0)
    return weight(t, alpha) * (steeper(gamma, power, m, rise, value) + power * slope)


@scalar
def quality_focal(p, t, beta=2.0):
    d = abs(bce_with_logits_grad(p, t, 1.0, 0.0))
    return raised(d, log_wide(d), beta) * bce_with_logits(p, t, 1.0, 0.0)


@scalar
def quality_focal_grad(p, t, beta=2.0):
    slope = bce_with_logits_grad(p, t, 1.0, 0.0)
    d = abs(slope)
    power = raised(d, log_wide(d), beta)
    rise, unit = bell(p)
    return steeper(beta, power, slope, rise * unit, bce_with_logits(p, t, 1.0, 0.0)) + power * slope


@scalar
def poly1_bce(p, t, epsilon=1.0):
    m, _ = missed_by_logit(p, t)
    return bce_with_logits(p, t, 1.0, 0.0) + epsilon * m


@scalar
def poly1_bce_grad(p, t, epsilon=1.0):
    _, rise = missed_by_logit(p, t)
    return bce_with_logits_grad(p, t, 1.0, 0.0) + epsilon * rise


@scalar
def asymmetric_parts(p, gamma_pos, gamma_neg, margin):
    """σ(p), σ(−p), −log σ(p) and its weight; q = max(0, σ(p) − m), −log(1 − q) and its weight."""
    yes, yes_unit = logistic(p)
    no, no_unit = logistic(-p)
    tail, unit = log_one_plus_exp(-abs(p))
    tail = tail * unit
    yes, no, below = yes * yes_unit, no * no_unit, choose(p, p < 0.0, -p, 0.0)
    present = raised(no, -(tail + choose(p, p > 0.0, p, 0.0)), gamma_pos)
    over = yes - margin
    q = choose(over, over > 0.0, over, 0.0)
    return yes, no, tail + below, present, q, -log_one_plus(-q), raised(q, log_wide(q), gamma_neg)


@scalar
def asymmetric(p, t, gamma_pos=1.0, gamma_neg=4.0, margin=0.05):
    _, _, right, present, _, wrong, absent = asymmetric_parts(p, gamma_pos, gamma_neg, margin)
    return t * (present * right) + (1.0 - t) * (absent * wrong)


@scalar
def asymmetric_grad(p, t, gamma_pos=1.0, gamma_neg=4.0, margin=0.05):
    yes, no, right, present, q, wrong, absent = asymmetric_parts(p, gamma_pos, gamma_neg, margin)
    rise = -present * (gamma_pos * yes * right + no)
    steep = steeper(gamma_neg, absent, q, 1.0, wrong) + absent / (1.0 - q)
    return t * rise + (1.0 - t) * choose(q, q > 0.0, yes * no * steep, 0.0)
