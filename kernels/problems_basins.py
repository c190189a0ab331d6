# ruff: noqa: D103 - a kernel has the docstring of the reference's function of the same name
"""Problems with many minima.

Waves of a whole period are taken of the distance from the nearest whole number, which is exact: their arguments are
small angles.
"""

from math import factorial

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.functions import function
from dlc.kernels.light import polynomial

# Of sin(√z)/√z, highest power first: (−1)ᵏ/(2k+1)!, to 1e-17 for angles up to 45 degrees.
SINE = tuple((-1) ** k / factorial(2 * k + 1) for k in range(8, -1, -1))


@function(2)
def himmelblau(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        u, y = x[0, j], x[1, j]
        a, b = u * u + y - 11, u + y * y - 7
        loss[j] = a * a + b * b
        g[0, j] = 4 * a * u + 2 * b
        g[1, j] = 2 * a + 4 * b * y


@function(2)
def goldstein_price(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        s, t = a + b + 1, 2 * a - 3 * b
        p = 19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b
        q = 18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b
        first, second = 1 + s * s * p, 30 + t * t * q
        slope = 2 * s * p + s * s * (6 * a + 6 * b - 14)
        loss[j] = first * second
        g[0, j] = slope * second + first * (4 * t * q + t * t * (24 * a - 36 * b - 32))
        g[1, j] = slope * second + first * (-6 * t * q + t * t * (54 * b - 36 * a + 48))


BEND, SHEAR, HEIGHT = 5.1 / (4 * np.pi**2), 5 / np.pi, 10 - 10 / (8 * np.pi)


@function(2)
def branin(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a = x[0, j]
        r = x[1, j] - BEND * a * a + SHEAR * a - 6
        loss[j] = r * r + HEIGHT * np.cos(a) + 10
        g[0, j] = 2 * r * (SHEAR - 2 * BEND * a) - HEIGHT * np.sin(a)
        g[1, j] = 2 * r


@function(2)
def three_hump(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        c = a * a
        loss[j] = ((c / 6 - 1.05) * c + 2) * c + a * b + b * b
        g[0, j] = ((c - 4.2) * c + 4) * a + b
        g[1, j] = a + 2 * b


@function(2)
def six_hump(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        c, d = a * a, b * b
        loss[j] = ((c / 3 - 2.1) * c + 4) * c + a * b + (4 * d - 4) * d
        g[0, j] = ((2 * c - 8.4) * c + 8) * a + b
        g[1, j] = a + (16 * d - 8) * b


@function(2)
def styblinski_tang(x, g, loss, _t, _task):
    loss[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            a = x[i, j]
            loss[j] += 0.5 * (((a * a - 16) * a + 5) * a)
            g[i, j] = (2 * a * a - 16) * a + 2.5


@function(2)
def mccormick(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        wave, across = np.cos(a + b), 2 * (a - b)
        loss[j] = np.sin(a + b) + (a - b) * (a - b) - 1.5 * a + 2.5 * b + 1
        g[0, j] = wave + across - 1.5
        g[1, j] = wave - across + 2.5


@register_jitable
def half_turn(r):
    """sin πr and cos πr for |r| ≤ ½, from the sine and the cosine of half the angle: no branch, so in vectors."""
    angle = 0.5 * np.pi * r
    s = angle * polynomial(angle * angle, SINE)
    return 2 * s * np.sqrt(1 - s * s), 1 - 2 * s * s


@function(2)
def rastrigin(x, g, loss, _t, _task):
    loss[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            s, c = half_turn(x[i, j] - np.rint(x[i, j]))
            loss[j] += x[i, j] * x[i, j] + 20 * s * s
            g[i, j] = 2 * x[i, j] + 40 * np.pi * s * c


@function(2)
def ackley(x, g, loss, _t, _task):
    n = x.shape[0]
    for j in range(x.shape[1]):
        square, below = 0.0, 0.0  # below: how far the mean of the cosines is below 1
        for i in range(n):
            half = np.sin(np.pi * (x[i, j] - np.rint(x[i, j])))
            square += x[i, j] * x[i, j]
            below += 2 * half * half / n
        root = np.sqrt(square / n)
        loss[j] = -20 * np.expm1(-0.2 * root) - np.e * np.expm1(-below)
        fall = 4 * np.exp(-0.2 * root) / (n * root) if root > 0 else 0.0
        ripple = 2 * np.pi / n * np.exp(1 - below)
        for i in range(n):
            angle = 2 * np.pi * (x[i, j] - np.rint(x[i, j]))
            g[i, j] = fall * x[i, j] + ripple * np.sin(angle)


@function(2)
def levy(x, g, loss, _t, _task):
    last = x.shape[0] - 1
    for j in range(x.shape[1]):
        u = (x[0, j] - 1) / 4
        wave = np.sin(np.pi * u)  # the sine's square and its slope do not see that the angle is greater by π
        total, first = wave * wave, np.pi * np.sin(2 * np.pi * u)
        for i in range(last):
            u = (x[i, j] - 1) / 4
            angle = np.pi * u + 1
            wave = 1 + 10 * np.sin(angle) * np.sin(angle)
            total += u * u * wave
            g[i, j] = 0.5 * u * wave + 2.5 * np.pi * u * u * np.sin(2 * angle)
        u = (x[last, j] - 1) / 4
        wave = np.sin(2 * np.pi * u)
        loss[j] = total + u * u * (1 + wave * wave)
        g[last, j] = 0.5 * u * (1 + wave * wave) + 0.5 * np.pi * u * u * np.sin(4 * np.pi * u)
        g[0, j] += first / 4


@function(2)
def griewank(x, g, loss, _t, _task):
    n = x.shape[0]
    for j in range(x.shape[1]):
        square, before = 0.0, 1.0
        for i in range(n):
            g[i, j] = before
            square += x[i, j] * x[i, j]
            before *= np.cos(x[i, j] / np.sqrt(i + 1.0))
        loss[j] = 1 + square / 4000 - before
        after = 1.0
        for i in range(n - 1, -1, -1):
            root = np.sqrt(i + 1.0)
            g[i, j] = x[i, j] / 2000 + np.sin(x[i, j] / root) / root * g[i, j] * after
            after *= np.cos(x[i, j] / root)


@function(2)
def easom(x, g, loss, _t, _task):
    for j in range(x.shape[1]):
        a, b = x[0, j], x[1, j]
        u, v = a - np.pi, b - np.pi
        p, q, bell = np.cos(a), np.cos(b), np.exp(-u * u - v * v)
        loss[j] = -p * q * bell
        g[0, j] = bell * q * (np.sin(a) + 2 * u * p)
        g[1, j] = bell * p * (np.sin(b) + 2 * v * q)


@function(2)
def michalewicz(x, g, loss, _t, _task):
    loss[:] = 0.0
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            a = x[i, j]
            angle = (i + 1) * a * a / np.pi
            s = np.sin(angle)
            s19 = s**19
            loss[j] -= np.sin(a) * s19 * s
            g[i, j] = -s19 * (np.cos(a) * s + 40 * np.sin(a) * np.cos(angle) * (i + 1) * a / np.pi)
