"""How unlikely targets are under predicted distributions: locations first, then as many spreads."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.light import exp_long, log_long
from dlc.kernels.loss_rows import at_least, number
from dlc.kernels.scalar import inlined

HALF_LOG_2PI = math.log(2.0 * math.pi) / 2.0
EXTREME = 700.0


@inlined
def gaussian_nll(p, t, out, notes, epsilon=1e-6, full=0.0):
    n, value = t.size, 0.0
    means, variances = p[:n], p[n:]
    for i in range(n):
        d, v = number(means[i]) - t[i], at_least(number(variances[i]), epsilon)
        out[i] = d / v / n
        out[n + i] = 0.0 if variances[i] < epsilon else 0.5 * (1.0 - d * d / v) / v / n
        value = plus(value, log_long(v) + d * d / v)
    return 0.5 * value / n + full * HALF_LOG_2PI


@inlined
def log_variance_nll(p, t, out, notes):
    n, value = t.size, 0.0
    means, logs = p[:n], p[n:]
    for i in range(n):
        d, s = number(means[i]) - t[i], number(logs[i])
        s = -EXTREME if s < -EXTREME else (EXTREME if s > EXTREME else s)
        precision = exp_long(-s)
        out[i] = d * precision / n
        out[n + i] = 0.5 * (1.0 - d * d * precision) / n
        value = plus(value, logs[i] + d * d * precision)
    return 0.5 * value / n


@inlined
def laplace_nll(p, t, out, notes):
    n, value = t.size, 0.0
    locations, scales = p[:n], p[n:]
    for i in range(n):
        d, b = number(locations[i]) - t[i], number(scales[i])
        out[i] = (1.0 if d > 0.0 else (-1.0 if d < 0.0 else 0.0)) / b / n
        out[n + i] = (1.0 - abs(d) / b) / b / n
        value = plus(value, log_long(2.0 * b) + abs(d) / b)
    return value / n


@inlined
def student_nll(p, t, out, notes, nu=5.0):
    n, value = t.size, 0.0
    locations, scales = p[:n], p[n:]
    for i in range(n):
        b = number(scales[i])
        z = (number(locations[i]) - t[i]) / b
        whole = nu + z * z
        out[i] = (nu + 1.0) * z / (whole * b * n)
        out[n + i] = nu * (1.0 - z) * (1.0 + z) / (whole * b * n)
        value = plus(value, log_long(b) + 0.5 * (nu + 1.0) * math.log1p(z * z / nu))
    return value / n


@inlined
def kl_to_standard_normal(p, t, out, notes):
    n, value = p.size // 2, 0.0
    means, logs = p[:n], p[n:]
    for i in range(n):
        m, s = number(means[i]), number(logs[i])
        gone = math.expm1(s)
        out[i] = m
        out[n + i] = 0.5 * gone
        value = plus(value, m * m + (gone - s))
    return 0.5 * value
