"""Schedules of several phases: warm-ups and cycles."""

import math

from numba.extending import register_jitable

from dlc.kernels.parts import schedule
from dlc.kernels.schedules import half_wave, past, room, span, strides


@schedule
def warmup(t, warmup=0.05, steps=2000.0):
    return min(1.0, t / span(warmup, steps))


@schedule
def warmup_cosine(t, warmup=0.05, start=0.0, end=0.0, exponent=1.0, steps=2000.0):
    s, rise = t - 1, span(warmup, steps)
    if s < rise:
        return start + (1 - start) * s / rise
    return end + (1 - end) * half_wave(past(s, rise, steps - rise)) ** exponent


@schedule
def warmup_linear(t, warmup=0.1, start=0.0, end=0.0, steps=2000.0):
    s, rise = t - 1, span(warmup, steps)
    if s < rise:
        return start + (1 - start) * s / rise
    return end + (1 - end) * (1 - past(s, rise, steps - rise))


@schedule
def warmup_exponential(t, warmup=0.05, start=0.0, end=0.01, begin=0.0, every=1.0, least=0.0, steps=2000.0):
    s, rise = t - 1, span(warmup, steps)
    if s < rise:
        return start + (1 - start) * s / rise
    return max(least, end ** (strides(s, rise + span(begin, steps), span(every, steps)) / room(steps - rise)))


@schedule
def wsd(t, warmup=0.05, decay=0.2, start=0.0, end=0.0, power=1.0, steps=2000.0):
    s, rise, fall = t - 1, span(warmup, steps), span(decay, steps)
    if s < rise:
        return start + (1 - start) * s / rise
    return end + (1 - end) * (1 - past(s, steps - fall, fall) ** power)


@schedule
def slanted_triangular(t, peak=0.1, ratio=32.0, steps=2000.0):
    s, cut = t - 1, span(peak, steps)
    p = s / cut if s < cut else 1 - past(s, cut, cut * (1 / peak - 1))
    return (1 + p * (ratio - 1)) / ratio


@schedule
def onecycle(t, peak=0.3, start=0.04, end=4e-6, back=0.0, linear=0.0, steps=2000.0):
    s, top, turn = t - 1, peak * steps, back * steps
    if s <= top:
        before, after, along = start, 1.0, s / top
    elif s <= turn:
        before, after, along = 1.0, start, past(s, top, turn - top)
    elif back:
        before, after, along = start, end, past(s, turn, steps - turn)
    else:
        before, after, along = 1.0, end, past(s, top, steps - top)
    return after + (before - after) * (1 - along if linear else half_wave(along))


@register_jitable
def tooth(s, up, down, steps):
    """The height of a wave of straight lines, and how many have passed."""
    rise = span(up, steps)
    length = rise + (span(down, steps) if down else rise)
    cycle = math.floor(s / length)
    along = s - cycle * length
    return along / rise if along <= rise else (length - along) / (length - rise), cycle


@schedule
def triangular(t, low=0.1, up=0.1, down=0.0, steps=2000.0):
    height, _ = tooth(t - 1, up, down, steps)
    return low + (1 - low) * height


@schedule
def triangular2(t, low=0.1, up=0.1, down=0.0, steps=2000.0):
    height, cycle = tooth(t - 1, up, down, steps)
    return low + (1 - low) * height / 2.0**cycle


@schedule
def exp_range(t, low=0.1, up=0.1, down=0.0, end=0.1, steps=2000.0):
    height, _ = tooth(t - 1, up, down, steps)
    return low + (1 - low) * height * end ** ((t - 1) / steps)
