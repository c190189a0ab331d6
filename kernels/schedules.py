"""Schedules: the factor of the rate in step t = 1, 2, ..."""

import math

from dlc.kernels.parts import schedule


@schedule
def cosine(t, steps=2000.0, end=0.0):
    share = min(t - 1, steps) / steps
    return end + (1 - end) * (1 + math.cos(math.pi * share)) / 2


@schedule
def warmup(t, warmup_steps=100.0):
    return min(1.0, t / warmup_steps)
