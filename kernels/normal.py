"""The normal distribution and the error function of numbers (dlc.kernels.numbers), each beside its twin for float32."""

from dlc.kernels.double import ERF, ERF_END, ERF_SLOPE, FARTHEST, INV_SQRT_2PI, MILLS, MILLS_END, MILLS_SCALE, SQRT_2
from dlc.kernels.elementary import bounded, clamped, exp, exp_scaled, high, long_polynomial, number
from dlc.kernels.scalar import scalar


@scalar
def gaussian(t):
    """e^(−t²/2) of an exact t, for |t| ≤ FARTHEST, and its unit."""
    return exp_scaled(t * (-0.5 * high(t)))


@scalar
def normal_pdf(t):
    """e^(−t²/2) / √(2π) of an exact t, for |t| ≤ FARTHEST, and its unit."""
    e, unit = gaussian(t)
    return number(INV_SQRT_2PI) * e, unit


@scalar
def normal_tail(t):
    """M(t) = Φ(−t)·e^(t²/2), for 0 ≤ t ≤ FARTHEST: the tail of the normal distribution without its steep factor."""
    w = MILLS_SCALE / (MILLS_SCALE + t)
    return w * long_polynomial(w - 0.5, MILLS, MILLS_END)


@scalar
def normal_cdf(x):
    """Φ(x) of an exact x, and its unit."""
    t = clamped(x, -FARTHEST, FARTHEST)
    e, unit = gaussian(t)
    below = e * normal_tail(abs(t))
    is_below = t < 0.0
    return below if is_below else 1.0 - below * unit, unit if is_below else 1.0


@scalar
def erf(s):
    """The error function, for s ≥ 0."""
    z = s * s
    beyond = 1.0 - 2.0 * exp(-z) * normal_tail(bounded(number(SQRT_2) * s, 0.0, FARTHEST))
    return beyond if s > 1.0 else s * long_polynomial(z, ERF, ERF_END)


@scalar
def erf_scaled(s, unit):
    """erf(s·unit), in the same unit, for s ≥ 0."""
    return number(ERF_SLOPE) * s if unit < 1.0 else erf(s)
