# ruff: noqa: D103 - a kernel has the docstring of the reference's function of the same name
"""Problems with a long curved or badly scaled valley."""

from numba.extending import register_jitable

from dlc.kernels.functions import function


@register_jitable
def curved_valley(a, b):
    """What two neighbours add to the loss, and its slopes."""
    off, along = b - a * a, 1 - a
    return 100 * off * off + along * along, -400 * off * a - 2 * along, 200 * off


@function(2)
def rosenbrock(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        loss[j], g[0, j], g[1, j] = curved_valley(x[0, j], x[1, j])
    for i in range(1, x.shape[0] - 1):
        for j in range(x.shape[1]):
            value, slope, g[i + 1, j] = curved_valley(x[i, j], x[i + 1, j])
            loss[j] += value
            g[i, j] += slope


@function(2)
def beale(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        u, y = x[0, j], x[1, j]
        square = y * y
        a, b, c = 1.5 - u + u * y, 2.25 - u + u * square, 2.625 - u + u * square * y
        loss[j] = a * a + b * b + c * c
        g[0, j] = 2 * (a * (y - 1) + b * (square - 1) + c * (square * y - 1))
        g[1, j] = 2 * u * (a + 2 * b * y + 3 * c * square)


@function(2)
def dixon_price(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        loss[j] = (x[0, j] - 1) * (x[0, j] - 1)
        g[0, j] = 2 * (x[0, j] - 1)
    for i in range(1, x.shape[0]):
        for j in range(x.shape[1]):
            r = 2 * x[i, j] * x[i, j] - x[i - 1, j]
            loss[j] += (i + 1) * r * r
            g[i, j] = 8 * (i + 1) * r * x[i, j]
            g[i - 1, j] -= 2 * (i + 1) * r


@function(4)
def powell_singular(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        p, q = x[0, j] + 10 * x[1, j], x[2, j] - x[3, j]
        r, s = x[1, j] - 2 * x[2, j], x[0, j] - x[3, j]
        r3, s3 = r * r * r, s * s * s
        loss[j] = p * p + 5 * q * q + r3 * r + 10 * s3 * s
        g[0, j] = 2 * p + 40 * s3
        g[1, j] = 20 * p + 4 * r3
        g[2, j] = 10 * q - 8 * r3
        g[3, j] = -10 * q - 40 * s3


@function(4)
def wood(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        p, q = x[0, j] * x[0, j] - x[1, j], x[2, j] * x[2, j] - x[3, j]
        a, b, c, d = x[0, j] - 1, x[1, j] - 1, x[2, j] - 1, x[3, j] - 1
        loss[j] = 100 * p * p + a * a + c * c + 90 * q * q + 10.1 * (b * b + d * d) + 19.8 * b * d
        g[0, j] = 400 * x[0, j] * p + 2 * a
        g[1, j] = -200 * p + 20.2 * b + 19.8 * d
        g[2, j] = 360 * x[2, j] * q + 2 * c
        g[3, j] = -180 * q + 20.2 * d + 19.8 * b


@function(2)
def freudenstein_roth(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        p, q = a - 13 + ((5 - b) * b - 2) * b, a - 29 + ((b + 1) * b - 14) * b
        loss[j] = p * p + q * q
        g[0, j] = 2 * (p + q)
        g[1, j] = 2 * (p * ((10 - 3 * b) * b - 2) + q * ((3 * b + 2) * b - 14))


@function(2)
def brown_badly_scaled(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        p, q, r = x[0, j] - 1e6, x[1, j] - 2e-6, x[0, j] * x[1, j] - 2
        loss[j] = p * p + q * q + r * r
        g[0, j] = 2 * (p + r * x[1, j])
        g[1, j] = 2 * (q + r * x[0, j])
