"""Adam and AMSGrad against an adversary: the one known answer that needs a loop of its own, of ten million steps."""

import numpy as np

from dlc.kernels.jit import compiled
from dlc.kernels.optimizers_classic import moments


@compiled()
def online(steps, period, high, low, beta1, beta2, rate, is_shrinking, is_amsgrad):
    """Where the point ends on [−1, 1], from 0, and the mean regret against −1; without bias correction and ε.

    The slope is HIGH in steps 1, 1 + period, ... and LOW else; the rate of step t is RATE/√t where it is shrinking.
    """
    x, mean, square, most, regret = 0.0, 0.0, 0.0, 0.0, 0.0
    for t in range(1, steps + 1):
        slope = high if t % period == 1 else low
        regret += slope * (x + 1.0)
        mean, square = moments(mean, square, slope, beta1, 1 - beta1, beta2, 1 - beta2)
        most = max(most, square)
        size = rate / np.sqrt(t) if is_shrinking else rate
        x -= size * mean / np.sqrt(most if is_amsgrad else square)
        x = min(max(x, -1.0), 1.0)
    return x, regret / steps
