"""Losses of numbers that measure how far a prediction is off, and their gradients by the prediction."""

from dlc.kernels.double import LN2
from dlc.kernels.elementary import LIFT, TINY, at_least, choose, expm1, log1p, log_one_plus, number
from dlc.kernels.elementary import high as plain
from dlc.kernels.scalar import inlined, scalar, twins

GREATEST = 1.7976931348623157e308


@inlined
def difference_plain(p, t):
    """p − t."""
    return p - t


@twins(difference_plain)
def difference(p, t):
    """p − t; where float64 has not that much, the greatest number: pairs have no infinity."""
    d = p - t
    beyond = GREATEST if plain(d) > 0.0 else -GREATEST
    return beyond if abs(plain(d)) > GREATEST else d


@scalar
def sign_of(d):
    """1 above 0, −1 below, 0 at 0; nan stays."""
    return choose(d, d > 0.0, 1.0, choose(d, d < 0.0, -1.0, 0.0))


@scalar
def mse(p, t):
    d = p - t
    return d * d


@scalar
def mse_grad(p, t):
    return 2.0 * (p - t)


@scalar
def half_squared_error(p, t):
    d = p - t
    return 0.5 * d * d


@scalar
def half_squared_error_grad(p, t):
    return p - t


@scalar
def mae(p, t):
    return abs(p - t)


@scalar
def mae_grad(p, t):
    return sign_of(p - t)


@scalar
def huber(p, t, delta=1.0):
    size = abs(difference(p, t))
    return choose(size, size <= delta, 0.5 * size * size, delta * (size - 0.5 * delta))


@scalar
def huber_grad(p, t, delta=1.0):
    d = difference(p, t)
    inside = d if d < delta else delta
    return choose(d, d > -delta, inside, -delta)


@scalar
def smooth_l1(p, t, beta=1.0):
    size = abs(difference(p, t))
    return choose(size, size < beta, size * size * (0.5 / beta), size - 0.5 * beta)


@scalar
def smooth_l1_grad(p, t, beta=1.0):
    d = difference(p, t)
    return choose(d, abs(d) < beta, d * (1.0 / beta), sign_of(d))


@scalar
def log_cosh(p, t):
    size = abs(difference(p, t))
    m = expm1(-size)
    e = 1.0 + m
    is_near = size < 0.75
    y = m * m / (2.0 * e) if is_near else e * e  # cosh(x) − 1 = (e^−x − 1)²/2e^−x
    return choose(size, is_near, 0.0, size - number(LN2)) + log1p(y)


@scalar
def log_cosh_grad(p, t):
    d = difference(p, t)
    m = expm1(-abs(d))
    e = 1.0 + m
    size = -m * (2.0 + m) / (1.0 + e * e)
    return size if d > 0.0 else -size


@scalar
def pinball(p, t, quantile=0.5):
    d = difference(p, t)
    return choose(d, d < 0.0, quantile * -d, (1.0 - quantile) * d)


@scalar
def pinball_grad(p, t, quantile=0.5):
    d = difference(p, t)
    return choose(d, d < 0.0, -quantile, choose(d, d > 0.0, 1.0 - quantile, 0.0))


@scalar
def expectile(p, t, expectile=0.5):
    d = difference(p, t)
    return (expectile if d < 0.0 else 1.0 - expectile) * d * d


@scalar
def expectile_grad(p, t, expectile=0.5):
    d = difference(p, t)
    return 2.0 * (expectile if d < 0.0 else 1.0 - expectile) * d


@scalar
def quantile_huber(p, t, quantile=0.5, delta=1.0):
    return (quantile if p < t else 1.0 - quantile) * huber(p, t, delta) * (1.0 / delta)


@scalar
def quantile_huber_grad(p, t, quantile=0.5, delta=1.0):
    return (quantile if p < t else 1.0 - quantile) * huber_grad(p, t, delta) * (1.0 / delta)


@scalar
def epsilon_insensitive(p, t, epsilon=0.1):
    d = difference(p, t)
    beyond = abs(d) - epsilon
    return choose(d, beyond > 0.0, beyond, 0.0)


@scalar
def epsilon_insensitive_grad(p, t, epsilon=0.1):
    d = difference(p, t)
    return choose(d, abs(d) - epsilon > 0.0, sign_of(d), 0.0)


@scalar
def squared_epsilon_insensitive(p, t, epsilon=0.1):
    beyond = epsilon_insensitive(p, t, epsilon)
    return beyond * beyond


@scalar
def squared_epsilon_insensitive_grad(p, t, epsilon=0.1):
    beyond = 2.0 * epsilon_insensitive(p, t, epsilon)
    return beyond if p > t else -beyond


@scalar
def mape(p, t, epsilon=0.0, scale=100.0):
    d = difference(p, t)
    return choose(d, d == 0.0, 0.0, scale * (abs(d) / at_least(abs(t), plain(epsilon))))


@scalar
def mape_grad(p, t, epsilon=0.0, scale=100.0):
    d = difference(p, t)
    return choose(d, d == 0.0, 0.0, scale * sign_of(d) / at_least(abs(t), plain(epsilon)))


@scalar
def smape(p, t, epsilon=0.0, scale=100.0):
    lift = 2.0**LIFT if abs(p) + abs(t) < TINY else 1.0
    d, size = (p - t) * lift, (abs(p) + abs(t)) * lift
    least = epsilon * lift
    return choose(d, d == 0.0, 0.0, 2.0 * scale * (abs(d) / (size if size > least else least)))


@scalar
def smape_grad(p, t, epsilon=0.0, scale=100.0):
    d, size = p - t, abs(p) + abs(t)
    is_alike = (p > 0.0) & (t > 0.0) | (p < 0.0) & (t < 0.0)
    slope = choose(d, is_alike, 4.0 * (abs(t) / size) / size, 0.0)
    return scale * sign_of(d) * choose(d, size < epsilon, 2.0 / epsilon, slope)


@scalar
def log_growth(p, t):
    """log(1 + p) − log(1 + t), by what one is more than the other."""
    is_more = p > t
    d, base = (p - t, t) if is_more else (t - p, p)
    size = log_one_plus(d / (1.0 + base))
    return size if is_more else -size


@scalar
def msle(p, t, epsilon=0.0):
    growth = log_growth(at_least(p, plain(epsilon)), at_least(t, plain(epsilon)))
    return growth * growth


@scalar
def msle_grad(p, t, epsilon=0.0):
    slope = 2.0 * log_growth(p, at_least(t, plain(epsilon))) / (1.0 + p)
    return choose(p, p < epsilon, 0.0, slope)
