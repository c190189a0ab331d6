"""Activation functions that are bells, arches and waves, and their derivatives."""

from math import inf

from dlc.kernels.double import FARTHEST
from dlc.kernels.elementary import (
    bell,
    choose,
    clamped,
    exp_scaled,
    rounded,
    scaled,
    signed,
    sqrt,
    tanh,
    tanhshrink_near_0,
)
from dlc.kernels.scalar import scalar
from dlc.kernels.trigonometry import (
    angle,
    angle_of_product,
    atan,
    long_sine_and_versine,
    one_plus_sine,
    sine,
    sine_and_versine,
)


@scalar
def bell_curve(x):
    """e^(−x²), its unit, and x within what matters."""
    t = clamped(x, -FARTHEST, FARTHEST)
    e, unit = exp_scaled(-(t * t))
    return e, unit, t


@scalar
def gaussian(x):
    e, unit, _ = bell_curve(x)
    return scaled(e, unit)


@scalar
def gaussian_grad(x):
    e, unit, t = bell_curve(x)
    return signed(scaled(2.0 * abs(t) * e, unit), -x)


@scalar
def gaussian_grad2(x):
    e, unit, t = bell_curve(x)
    return scaled((4.0 * (t * t) - 2.0) * e, unit)


FAR = 1e140  # beyond it x·√alpha is far beyond 1, and x² still a number


@scalar
def inverse_root(t, alpha):
    """1/√(1 + α·t²), for |t| ≤ FAR."""
    return 1.0 / sqrt(1.0 + alpha * (t * t))


@scalar
def isru(x, alpha=1.0):
    t = clamped(x, -FAR, FAR)
    return signed(t * inverse_root(t, alpha), x)


@scalar
def isru_grad(x, alpha=1.0):
    q = inverse_root(clamped(x, -FAR, FAR), alpha)
    return q * q * q


@scalar
def isru_grad2(x, alpha=1.0):
    t = clamped(x, -FAR, FAR)
    q = inverse_root(t, alpha)
    return signed(3.0 * (alpha * t * q) * (q * q) * (q * q), -x)


VERY_FAR = 1e300  # beyond it 1/x² is 0, and 1/x still a normal number


@scalar
def arctan(x):
    return signed(atan(clamped(abs(x), 0.0, VERY_FAR)), x)


@scalar
def inverse_square_parts(x):
    """1/(1 + x²) = u/(1 + v²): u = 1 and v = |x|, but u = 1/x² and v = 1/|x| above 1; 1 + v², and v."""
    t = clamped(abs(x), 0.0, VERY_FAR)
    inverse = 1.0 / clamped(t, 1.0, VERY_FAR)
    is_far = t > 1.0
    v = inverse if is_far else t
    return inverse * inverse if is_far else 1.0, 1.0 + v * v, v


@scalar
def arctan_grad(x):
    u, d, _ = inverse_square_parts(x)
    return u / d


@scalar
def arctan_grad2(x):
    u, d, v = inverse_square_parts(x)
    return signed(2.0 * (u * v) / (d * d), -x)


FLAT = 2.0**60  # beyond it x − 1 is x


@scalar
def tanhshrink(x):
    t = clamped(abs(x), 0.0, FLAT)
    shrunk = choose(t, t < 1.0, tanhshrink_near_0(clamped(t, 0.0, 1.0)), t - tanh(t))
    return choose(x, t < FLAT, signed(shrunk, x), x)


@scalar
def tanhshrink_grad(x):
    slope = tanh(x)
    return slope * slope


@scalar
def tanhshrink_grad2(x):
    # 2·tanh(x)/cosh²(x)
    steep, unit = bell(2.0 * abs(x))
    return signed(scaled(8.0 * tanh(abs(x)) * steep, unit), x)


LEAST_ANGLE = 2.0**-30  # below it sin(x) is x


@scalar
def sin(x):
    n, r = angle(x)
    s, v = sine_and_versine(r)
    return choose(x, abs(x) < LEAST_ANGLE, x, rounded(sine(n, s, v)))


@scalar
def sin_grad(x):
    n, r = angle(x)
    s, v = sine_and_versine(r)
    return sine(n + 1.0, s, v)


@scalar
def sin_grad2(x):
    return -sin(x)


@scalar
def snake(x, alpha=1.0):
    n, r = angle_of_product(alpha, x)
    s, v = sine_and_versine(r)
    wave = sine(n, s, v)
    return choose(x, abs(x) < inf, signed(x + wave / alpha * wave, x), x)


@scalar
def snake_grad(x, alpha=1.0):
    n, r = angle_of_product(2.0 * alpha, x)
    s, v = sine_and_versine(r)
    return one_plus_sine(n, s, v)


@scalar
def snake_grad2(x, alpha=1.0):
    n, r = angle_of_product(2.0 * alpha, x)
    s, v = sine_and_versine(r)
    return 2.0 * alpha * sine(n + 1.0, s, v)


@scalar
def snake_wrt_alpha(x, alpha=1.0):
    # sin(z)/α·(2x·cos(z) − sin(z)/α), with z = α·x; the second factor has roots where tan(z) = 2z.
    t = abs(x)
    n, r = angle_of_product(alpha, t)
    s, v = long_sine_and_versine(r)
    wave = sine(n, s, v) / alpha
    return 2.0 * (wave * (t * sine(n + 1.0, s, v) - 0.5 * wave))  # 2x may be no number
