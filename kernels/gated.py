"""Activation functions that weight x by a gate, and their derivatives."""

from dlc.kernels.double import (
    ERF_SLOPE,
    FARTHEST,
    GELU_GRAD_ROOT,
    GELU_TANH_CUBIC,
    GELU_TANH_GRAD2_ROOT,
    GELU_TANH_GRAD_ROOT,
    GELU_TANH_LINEAR,
    INV_SQRT_2PI,
    LISHT_GRAD2_ROOT,
    LOWEST,
    MISH_GRAD2_LEFT_ROOT,
    MISH_GRAD2_RIGHT_ROOT,
    MISH_GRAD_ROOT,
    QUICK_GELU,
    SERF_GRAD2_LEFT_ROOT,
    SERF_GRAD2_RIGHT_ROOT,
    SERF_GRAD_ROOT,
    SILU_GRAD2_ROOT,
    SILU_GRAD_ROOT,
    TANHEXP_GRAD2_LEFT_ROOT,
    TANHEXP_GRAD2_RIGHT_ROOT,
    TANHEXP_GRAD_ROOT,
)
from dlc.kernels.elementary import (
    at_least,
    bell,
    bounded,
    choose,
    clamped,
    exp,
    exp_long,
    exp_scaled,
    expm1,
    log1p_long,
    log1p_scaled,
    logistic,
    near_root,
    number,
    scaled,
    signed,
    tanh,
    tanh_scaled,
    weighted,
)
from dlc.kernels.normal import erf_scaled, gaussian, normal_cdf, normal_pdf, normal_tail
from dlc.kernels.scalar import scalar

LONG_LOWEST = -600.0  # of the arguments of exp_long: what is below does not matter beside 1
GREATEST = 1.7976931348623157e308


@scalar
def vanishing(x, z):
    """An exact x, but 0 where z is so low that any weight e^z makes it 0."""
    return choose(x, z < LOWEST, signed(0.0, x), x)


@scalar
def slope_of_sigmoid_gate(z):
    """σ(z)·(1 + z·σ(−z)), for |z| ≤ −LOWEST, and its unit."""
    w, unit = logistic(z)
    return near_root(z, SILU_GRAD_ROOT, w * (1.0 + z * (1.0 - w * unit))), unit


@scalar
def bend_of_sigmoid_gate(z):
    """σ(z)·σ(−z)·(2 − z·tanh(z/2)), for |z| ≤ −LOWEST, and its unit."""
    t = abs(z)
    e, unit = exp_scaled(-t)
    d = 1.0 + e * unit
    bend = e * (2.0 * d - t * (1.0 - e * unit)) / (d * d * d)
    return near_root(t, SILU_GRAD2_ROOT, bend), unit


@scalar
def silu(x):
    t = at_least(x, LOWEST)
    w, unit = logistic(t)
    return weighted(t, w, unit)


@scalar
def silu_grad(x):
    slope, unit = slope_of_sigmoid_gate(clamped(x, LOWEST, -LOWEST))
    return scaled(slope, unit)


@scalar
def silu_grad2(x):
    bend, unit = bend_of_sigmoid_gate(clamped(x, LOWEST, -LOWEST))
    return scaled(bend, unit)


@scalar
def finite_product(x, factor):
    """factor·x, where x is no more than the greatest number."""
    return factor * clamped(x, -GREATEST, GREATEST)


@scalar
def swish(x, beta=1.0):
    z = finite_product(x, beta)
    w, unit = logistic(z)
    return weighted(vanishing(x, z), w, unit)


@scalar
def swish_grad(x, beta=1.0):
    slope, unit = slope_of_sigmoid_gate(bounded(finite_product(x, beta), LOWEST, -LOWEST))
    return scaled(slope, unit)


@scalar
def swish_grad2(x, beta=1.0):
    bend, unit = bend_of_sigmoid_gate(bounded(finite_product(x, beta), LOWEST, -LOWEST))
    return scaled(beta * bend, unit)


@scalar
def swish_wrt_beta(x, beta=1.0):
    z = -abs(finite_product(x, beta))
    slope, unit = bell(z)
    t = vanishing(x, z)
    return scaled(t * t * slope, unit)


@scalar
def quick_gelu(x):
    t = at_least(x, LOWEST)
    w, unit = logistic(number(QUICK_GELU) * t)
    return weighted(t, w, unit)


@scalar
def quick_gelu_grad(x):
    slope, unit = slope_of_sigmoid_gate(number(QUICK_GELU) * clamped(x, LOWEST, -LOWEST))
    return scaled(slope, unit)


@scalar
def quick_gelu_grad2(x):
    bend, unit = bend_of_sigmoid_gate(number(QUICK_GELU) * clamped(x, LOWEST, -LOWEST))
    return scaled(number(QUICK_GELU) * bend, unit)


@scalar
def gelu(x):
    t = at_least(x, -FARTHEST)
    w, unit = normal_cdf(t)
    return weighted(t, w, unit)


@scalar
def slope_of_normal_gate(x):
    """Φ(x) + x·φ(x) = ±e^(−x²/2)·(M(|x|) − |x|/√(2π)), and 1 more above 0; and its unit."""
    t = abs(clamped(x, -FARTHEST, FARTHEST))
    e, unit = gaussian(t)
    slope = e * (normal_tail(t) - t * number(INV_SQRT_2PI))
    is_below = x < 0.0
    return choose(x, is_below, near_root(x, GELU_GRAD_ROOT, slope), 1.0 - slope * unit), unit if is_below else 1.0


@scalar
def gelu_grad(x):
    slope, unit = slope_of_normal_gate(x)
    return scaled(slope, unit)


@scalar
def gelu_grad2(x):
    t = clamped(x, -FARTHEST, FARTHEST)
    density, unit = normal_pdf(t)
    return scaled(density * (2.0 - t * t), unit)


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
    slope = w * (1.0 + linear * (1.0 + 3.0 * cubic) * (1.0 - w * unit))
    return scaled(near_root(x, GELU_TANH_GRAD_ROOT, slope), unit)


@scalar
def gelu_tanh_grad2(x):
    # σ(v)·σ(−v)·L·(2 + 12c − x·L·(1 + 3c)²·tanh(v/2)), with c = C·x² and v = L·x·(1 + c)
    t = abs(clamped(x, LOWEST, -LOWEST))
    linear = number(GELU_TANH_LINEAR) * t
    cubic = number(GELU_TANH_CUBIC) * (t * t)
    e, unit = exp_scaled(-(linear * (1.0 + cubic)))
    d = 1.0 + e * unit
    steep = 1.0 + 3.0 * cubic
    inner = (2.0 + 12.0 * cubic) * d - linear * (steep * steep) * (1.0 - e * unit)
    bend = number(GELU_TANH_LINEAR) * e * inner / (d * d * d)
    return scaled(near_root(t, GELU_TANH_GRAD2_ROOT, bend), unit)


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
    return scaled(near_root(x, MISH_GRAD_ROOT, slope), unit)


@scalar
def mish_grad2(x):
    # 4e·(2(1 + e)·d + x·(2 + 2e − 3e² − 2e³)) / d³, with e = eˣ and d = 2 + 2e + e²; above 0, the same in e⁻ˣ.
    t = clamped(x, LOWEST, -LOWEST)
    is_below = t < 0.0
    e = exp(-abs(t))
    square = e * e
    d = 2.0 + 2.0 * e + square if is_below else 1.0 + 2.0 * e + 2.0 * square
    odd = 2.0 + 2.0 * e - square * (3.0 + 2.0 * e) if is_below else square * (2.0 + 2.0 * e) - (2.0 + 3.0 * e)
    steep, unit = exp_scaled(t if is_below else -2.0 * t)
    bend = 4.0 * steep * (2.0 * (1.0 + e) * d + t * odd) / (d * d * d)
    return scaled(near_root(x, MISH_GRAD2_LEFT_ROOT, near_root(x, MISH_GRAD2_RIGHT_ROOT, bend)), unit)


SERF_FLAT = 40.0  # above it serf is x to all digits, and its second derivative 0


@scalar
def softplus_scaled(x):
    """log(1 + eˣ), and its unit."""
    e, unit = exp_scaled(-abs(x))
    log = log1p_scaled(e, unit)
    is_below = x < 0.0
    return log if is_below else x + log * unit, unit if is_below else 1.0


@scalar
def serf(x):
    s, unit = softplus_scaled(clamped(x, LOWEST, SERF_FLAT))
    return weighted(at_least(x, LOWEST), erf_scaled(s, unit), unit)


@scalar
def serf_grad(x):
    t = clamped(x, LOWEST, SERF_FLAT)
    s, unit = softplus_scaled(t)
    full = s * unit
    w, _ = logistic(t)
    slope = erf_scaled(s, unit) + t * w * (number(ERF_SLOPE) * exp(-(full * full)))
    return scaled(near_root(x, SERF_GRAD_ROOT, slope), unit)


@scalar
def serf_grad2(x):
    t = clamped(x, LOWEST, SERF_FLAT)
    s, unit = softplus_scaled(t)
    full = s * unit
    w, _ = logistic(t)
    e, far = exp_scaled(-(full * full))
    bend = 2.0 + t * (1.0 - w * unit - 2.0 * full * (w * unit))
    bend = number(ERF_SLOPE) * e * w * bend
    return scaled(near_root(x, SERF_GRAD2_LEFT_ROOT, near_root(x, SERF_GRAD2_RIGHT_ROOT, bend)), unit * far)


TANHEXP_FLAT = 7.0  # above it tanhexp is x to all digits, and its second derivative 0


@scalar
def tanhexp(x):
    e, unit = exp_scaled(clamped(x, LOWEST, TANHEXP_FLAT))
    return weighted(at_least(x, LOWEST), tanh_scaled(e, unit), unit)


@scalar
def tanhexp_grad(x):
    t = clamped(x, LOWEST, TANHEXP_FLAT)
    e, unit = exp_scaled(t)
    steep, far = bell(2.0 * e * unit)
    slope = tanh_scaled(e, unit) + 4.0 * t * e * (steep * far)
    return scaled(near_root(x, TANHEXP_GRAD_ROOT, slope), unit)


@scalar
def tanhexp_grad2(x):
    # e·(2 + x·(1 − 2e·tanh(e)))/cosh²(e), with e = eˣ; e⁻²ᵉ has as many digits as e has beyond its own size.
    t = clamped(x, LOWEST, TANHEXP_FLAT)
    e, unit = exp_scaled(t)
    full = exp_long(clamped(x, LONG_LOWEST, TANHEXP_FLAT))
    steep, far = bell(2.0 * full)
    bend = 4.0 * e * steep * (2.0 + t * (1.0 - 2.0 * full * tanh(full)))
    return scaled(near_root(x, TANHEXP_GRAD2_LEFT_ROOT, near_root(x, TANHEXP_GRAD2_RIGHT_ROOT, bend)), unit * far)


ARIA_LOWEST = -1e200  # below it aria is 0 for any alpha that is not nearly 0


@scalar
def aria_parts(x, alpha, beta):
    """z = β·x, σ(z) and σ(−z) to a hundred bits, and log(σ(z)^α); below e^LONG_LOWEST, σ counts as nothing."""
    z = bounded(finite_product(x, beta), ARIA_LOWEST, -LOWEST)
    e = exp_long(bounded(-abs(z), LONG_LOWEST, 0.0))
    greater = 1.0 / (1.0 + e)
    is_below = z < 0.0
    log = log1p_long(e)
    exponent = -alpha * (log - z if is_below else log)
    return z, e * greater if is_below else greater, greater if is_below else e * greater, exponent


@scalar
def aria(x, alpha=1.5, beta=1.0):
    _, _, _, exponent = aria_parts(x, alpha, beta)
    w, unit = exp_scaled(exponent)
    return weighted(vanishing(x, exponent), w, unit)


@scalar
def aria_grad(x, alpha=1.5, beta=1.0):
    z, _, rest, exponent = aria_parts(x, alpha, beta)
    w, unit = exp_scaled(exponent)
    slope = 1.0 + alpha * z * rest
    return choose(x, exponent < LOWEST, signed(0.0, slope), scaled(w * slope, unit))


@scalar
def aria_grad2(x, alpha=1.5, beta=1.0):
    z, gate, rest, exponent = aria_parts(x, alpha, beta)
    w, unit = exp_scaled(exponent)
    bend = beta * (2.0 + z * (alpha * rest - gate))
    rest, far = logistic(-z)
    return choose(x, exponent < LOWEST, signed(0.0, bend), scaled(alpha * w * rest * bend, unit * far))


@scalar
def lisht(x):
    t = abs(x)
    return weighted(t, tanh(t), 1.0)


@scalar
def lisht_grad(x):
    # tanh(x) = −m/(2 + m) and 1/cosh²(x) = 4(1 + m)/(2 + m)², with m = e^(−2x) − 1
    t = abs(clamped(x, LOWEST, -LOWEST))
    m = expm1(-2.0 * t)
    d = 2.0 + m
    return signed((4.0 * t * (1.0 + m) - m * d) / (d * d), x)


@scalar
def lisht_grad2(x):
    # 2·(1 − x·tanh(x))/cosh²(x), with tanh(x) = (1 − e)/(1 + e) and 1/cosh²(x) = 4e/(1 + e)², e = e^(−2x)
    t = abs(clamped(x, LOWEST, -LOWEST))
    e, unit = exp_scaled(-2.0 * t)
    d = 1.0 + e * unit
    bend = 8.0 * e * (d - t * (1.0 - e * unit)) / (d * d * d)
    return scaled(near_root(t, LISHT_GRAD2_ROOT, bend), unit)
