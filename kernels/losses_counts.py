"""Losses of amounts, counts and rates, and their gradients by the prediction."""

import math

from dlc.kernels.double import LOG_TWO_PI
from dlc.kernels.elementary import (
    choose,
    exp_scaled,
    log,
    log_one_plus,
    log_wide,
    minus_log1p,
    number,
    scaled,
)
from dlc.kernels.ramps import exponential
from dlc.kernels.scalar import scalar

HIGHEST = 709.0


@scalar
def within(p, value, at_0):
    """VALUE where p > 0, AT_0 at 0; nan below."""
    return choose(p, p > 0.0, value, at_0 if p == 0.0 else math.nan)


@scalar
def stirling(t):
    """t·log t − t + ½·log 2πt where t > 1; else 0."""
    lg = log(t if t > 1.0 else 1.0)
    return choose(t, t > 1.0, t * lg - t + 0.5 * (lg + number(LOG_TWO_PI)), 0.0)


@scalar
def poisson(p, t, epsilon=0.0):
    rate = p + epsilon
    return within(rate, p - t * log_wide(rate), math.inf if t > 0.0 else 0.0)


@scalar
def poisson_grad(p, t, epsilon=0.0):
    rate = p + epsilon
    return within(rate, choose(t, t == 0.0, 1.0, (p - t + epsilon) / rate), -math.inf if t > 0.0 else 1.0)


@scalar
def poisson_full(p, t, epsilon=0.0):
    rate = p + epsilon
    return within(rate, p - t * log_wide(rate) + stirling(t), math.inf if t > 0.0 else 0.0)


@scalar
def poisson_full_grad(p, t, epsilon=0.0):
    return poisson_grad(p, t, epsilon)


@scalar
def poisson_log(p, t):
    grown = exponential(p)
    return choose(p, p > HIGHEST, grown, grown - t * p)


@scalar
def poisson_log_grad(p, t):
    grown = exponential(p)
    return choose(p, p > HIGHEST, grown, grown - t)


@scalar
def poisson_log_full(p, t):
    grown = exponential(p)
    return choose(p, p > HIGHEST, grown, grown - t * p + stirling(t))


@scalar
def poisson_log_full_grad(p, t):
    return poisson_log_grad(p, t)


@scalar
def poisson_deviance(p, t):
    value = choose(t, t > 0.0, 2.0 * t * minus_log1p((p - t) / t, p / t), 2.0 * p)
    return within(p, value, math.inf if t > 0.0 else 0.0)


@scalar
def poisson_deviance_grad(p, t):
    return within(p, choose(t, t == 0.0, 2.0, 2.0 * (p - t) / p), -math.inf if t > 0.0 else 2.0)


@scalar
def gamma_deviance(p, t):
    return within(p, within(t, 2.0 * minus_log1p((t - p) / p, t / p), math.inf), math.inf)


@scalar
def gamma_deviance_grad(p, t):
    return within(p, 2.0 * ((p - t) / p) / p, -math.inf)


@scalar
def inverse_gaussian_deviance(p, t):
    u = (p - t) / p
    return within(p, within(t, u * (u / t), math.inf), math.inf)


@scalar
def inverse_gaussian_deviance_grad(p, t):
    return within(p, 2.0 * ((p - t) / p) / p / p, -math.inf)


@scalar
def tweedie_deviance(p, t, power=1.5):
    first, second = 1.0 - power, 2.0 - power
    a, a_unit = exp_scaled(first * log_wide(p))
    b, b_unit = exp_scaled(second * log_wide(t))
    value = 2.0 * (b * b_unit / (first * second) + a * a_unit * (p / second - t / first))
    return within(p, within(t, value, math.nan), math.nan)


@scalar
def tweedie_deviance_grad(p, t, power=1.5):
    e, unit = exp_scaled((1.0 - power) * log_wide(p))
    return within(p, scaled(2.0 * ((p - t) / p) * e, unit), math.nan)


@scalar
def exponential_nll(p, t):
    return within(p, log_wide(p) + choose(t, t == 0.0, 0.0, t / p), math.inf if t > 0.0 else -math.inf)


@scalar
def exponential_nll_grad(p, t):
    return within(p, (p - t) / p / p, -math.inf if t > 0.0 else math.inf)


@scalar
def exponential_log_nll(p, t):
    grown = exponential(-p)
    return choose(t, t == 0.0, p, choose(p, -p > HIGHEST, grown, p + t * grown))


@scalar
def exponential_log_nll_grad(p, t):
    grown = exponential(-p)
    return choose(t, t == 0.0, 1.0, choose(p, -p > HIGHEST, -grown, 1.0 - t * grown))


@scalar
def negative_binomial(p, t, dispersion=1.0):
    x = dispersion * p
    return within(
        p,
        log_one_plus(x) / dispersion + choose(t, t == 0.0, 0.0, t * log_one_plus(1.0 / x)),
        math.inf if t > 0.0 else 0.0,
    )


@scalar
def negative_binomial_grad(p, t, dispersion=1.0):
    slope = choose(t, t == 0.0, 1.0, (p - t) / p) / (1.0 + dispersion * p)
    return within(p, slope, -math.inf if t > 0.0 else 1.0)
