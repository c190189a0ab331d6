"""Activation functions that weight x by a gate, and their derivatives."""

from dlc.kernels.double import (
    FARTHEST,
    GELU_GRAD_HALF_WIDTH,
    GELU_GRAD_ROOT,
    GELU_GRAD_WINDOW,
    GELU_TANH_CUBIC,
    GELU_TANH_GRAD_HALF_WIDTH,
    GELU_TANH_GRAD_ROOT,
    GELU_TANH_GRAD_WINDOW,
    GELU_TANH_LINEAR,
    INV_SQRT_2PI,
    LOWEST,
    MISH_GRAD_HALF_WIDTH,
    MISH_GRAD_ROOT,
    MISH_GRAD_WINDOW,
    SILU_GRAD_HALF_WIDTH,
    SILU_GRAD_ROOT,
    SILU_GRAD_WINDOW,
)
from dlc.kernels.elementary import (
    at_least,
    choose,
    clamped,
    exp_scaled,
    gaussian,
    logistic,
    near_root,
    normal_cdf,
    normal_tail,
    number,
    scaled,
    weighted,
)
from dlc.kernels.scalar import scalar


@scalar
def silu(x):
    t = at_least(x, LOWEST)
    w, unit = logistic(t)
    return weighted(t, w, unit)


@scalar
def silu_grad(x):
    t = clamped(x, LOWEST, -LOWEST)
    w, unit = logistic(t)
    slope = scaled(w * (1.0 + t * (1.0 - w * unit)), unit)
    return near_root(x, SILU_GRAD_ROOT, SILU_GRAD_HALF_WIDTH, SILU_GRAD_WINDOW, slope)


@scalar
def gelu(x):
    t = at_least(x, -FARTHEST)
    w, unit = normal_cdf(t)
    return weighted(t, w, unit)


@scalar
def gelu_grad(x):
    # Φ(x) + x·φ(x) = ±e^(−x²/2)·(M(|x|) − |x|/√(2π)), and 1 more above 0.
    t = abs(clamped(x, -FARTHEST, FARTHEST))
    e, unit = gaussian(t)
    slope = e * (normal_tail(t) - t * number(INV_SQRT_2PI))
    below = near_root(x, GELU_GRAD_ROOT, GELU_GRAD_HALF_WIDTH, GELU_GRAD_WINDOW, scaled(slope, unit))
    return choose(x, x < 0.0, below, 1.0 - slope * unit)


@scalar
def gelu_tanh(x):
    t = at_least(x, LOWEST)
    u = clamped(x, LOWEST, -LOWEST)
    w, unit = logistic(number(GELU_TANH_LINEAR) * u * (1.0 + number(GELU_TANH_CUBIC) * (u * u)))
    return weighted(t, w, unit)


@scalar
def gelu_tanh_grad(x):
    t = clamped(x, LOWEST, -LOWEST)
    linear = number(GELU_TANH_LINEAR) * t
    cubic = number(GELU_TANH_CUBIC) * (t * t)
    w, unit = logistic(linear * (1.0 + cubic))
    slope = scaled(w * (1.0 + linear * (1.0 + 3.0 * cubic) * (1.0 - w * unit)), unit)
    return near_root(x, GELU_TANH_GRAD_ROOT, GELU_TANH_GRAD_HALF_WIDTH, GELU_TANH_GRAD_WINDOW, slope)


MISH_FLAT = 60.0  # above it mish is x


@scalar
def mish(x):
    # tanh(log(1 + e)) = n / (n + 2), with e = eˣ and n = e·(e + 2)
    t = at_least(x, LOWEST)
    e, unit = exp_scaled(clamped(x, LOWEST, MISH_FLAT))
    n = e * (e * unit + 2.0)
    return weighted(t, n / (n * unit + 2.0), unit)


@scalar
def mish_grad(x):
    # e·((e + 2)·d + 4x·(e + 1)) / d², with d = e·(e + 2) + 2
    t = clamped(x, LOWEST, MISH_FLAT)
    e, unit = exp_scaled(t)
    full = e * unit
    a = full + 2.0
    d = full * a + 2.0
    slope = e * (a * d + 4.0 * t * (full + 1.0)) / (d * d)
    return near_root(x, MISH_GRAD_ROOT, MISH_GRAD_HALF_WIDTH, MISH_GRAD_WINDOW, scaled(slope, unit))
