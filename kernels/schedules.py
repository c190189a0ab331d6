"""Schedules that only fall, wave or jump: the factor of the rate in step t = 1, 2, ..."""

import math

from numba.extending import register_jitable

from dlc.kernels.parts import schedule


@register_jitable
def span(length, steps):
    """A length in steps: one below 1 is a share of STEPS, in whole steps, at least one."""
    return length if length >= 1 or length <= 0 else max(1.0, math.floor(length * steps + 0.5))


@register_jitable
def half_wave(along):
    """From 1 at 0 down to 0 at 1, as the cosine falls."""
    return (1 + math.cos(math.pi * along)) / 2


@register_jitable
def room(length):
    """A length to divide by: 1 where a phase has none."""
    return length if length > 0 else 1.0


@register_jitable
def past(s, begin, length):
    """How much of a phase is over: 0 before it and 1 after it."""
    return min(max(s - begin, 0.0), room(length)) / room(length)


@register_jitable
def strides(s, begin, every):
    """Steps since BEGIN, in multiples of EVERY."""
    return every * math.floor(max(s - begin, 0.0) / every)


@schedule
def constant(t, value=1.0):
    return value


@schedule
def linear(t, end=0.0, start=1.0, begin=0.0, steps=2000.0):
    first = span(begin, steps)
    return start + (end - start) * past(t - 1, first, steps - first)


@schedule
def step(t, gamma=0.1, size=0.25, steps=2000.0):
    return gamma ** math.floor((t - 1) / span(size, steps))


@schedule
def multistep(t, gamma=0.1, first=0.5, second=0.75, steps=2000.0):
    return (gamma if t > span(first, steps) else 1.0) * (gamma if t > span(second, steps) else 1.0)


@schedule
def piecewise(t, first=1.0, second=0.5, third=0.1, begin_second=0.4, begin_third=0.8, steps=2000.0):
    if t > span(begin_third, steps):
        return third
    return second if t > span(begin_second, steps) else first


@schedule
def exponential(t, end=0.01, begin=0.0, every=1.0, least=0.0, steps=2000.0):
    return max(least, end ** (strides(t - 1, span(begin, steps), span(every, steps)) / steps))


@schedule
def inverse_time(t, decay=9.0, every=1.0, steps=2000.0):
    return 1 / (1 + decay * (strides(t - 1, 0.0, span(every, steps)) / steps))


@schedule
def inverse_power(t, power=0.5):
    return t**-power


@schedule
def inverse_sqrt(t, warmup=0.05, steps=2000.0):
    peak = span(warmup, steps)
    return min(t / peak, math.sqrt(peak / t))


@schedule
def polynomial(t, power=2.0, end=0.0, start=1.0, begin=0.0, cycle=0.0, steps=2000.0):
    first = span(begin, steps)
    length = steps - first
    if cycle:
        length *= max(1.0, math.ceil((t - 1) / steps))
    return end + (start - end) * (1 - past(t - 1, first, length)) ** power


@schedule
def cosine(t, steps=2000.0, end=0.0, exponent=1.0):
    return end + (1 - end) * half_wave(past(t - 1, 0.0, steps)) ** exponent


@schedule
def flat_cosine(t, flat=0.75, end=0.0, steps=2000.0):
    level = span(flat, steps)
    return end + (1 - end) * half_wave(past(t - 1, level, steps - level))


@schedule
def cosine_wave(t, end=0.0, period=0.2, steps=2000.0):
    return end + (1 - end) * half_wave((t - 1) / span(period, steps) % 2)


@schedule
def cosine_restarts(t, period=1 / 7, t_mul=2.0, m_mul=1.0, end=0.0, steps=2000.0):
    s, length, height = t - 1, span(period, steps), 1.0
    if t_mul == 1:
        height = m_mul ** math.floor(s / length)
        s %= length
    while s >= length:
        s -= length
        length *= t_mul
        height *= m_mul
    return end + (1 - end) * height * half_wave(s / length)


@schedule
def rex(t, end=0.0, steps=2000.0):
    z = past(t - 1, 0.0, steps)
    return end + (1 - end) * (1 - z) / (1 - z / 2)


@schedule
def chebyshev(t, condition=100.0, period=32.0):
    bits = 0
    while 2**bits < period:
        bits += 1
    place, k, length = int(t - 1) % 2**bits, 1, 1
    for bit in range(bits - 1, -1, -1):  # the permutation of twice the length has k and 2·length + 1 − k by turns
        length *= 2
        k = length + 1 - k if place >> bit & 1 else k
    return 1 / (1 - (condition - 1) / (condition + 1) * math.cos(math.pi * (2 * k - 1) / (2 * length)))
