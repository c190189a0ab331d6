"""Metrics of forecasts that are several numbers, over arrays with a row of members for each."""

import math

import numpy as np

from dlc.kernels.weighted import Weights, doubles, mean, ratio


def crps(target, pred, weights: Weights = None):
    """Continuous ranked probability score."""
    y, members = doubles(target, pred)
    n = members.shape[1]
    # In order, member i is the greater one of i pairs and the less of n − 1 − i.
    apart = (np.sort(members, axis=1) * (2 * np.arange(n) - n + 1)).sum(axis=1) * 2 / n**2
    return mean(np.abs(members - y[:, None]).mean(axis=1) - apart / 2, weights)


def spread_skill_ratio(target, pred, weights: Weights = None):
    """How wide ensembles are beside how wrong their means are."""
    y, members = doubles(target, pred)
    middles = members.mean(axis=1)
    if members.shape[1] == 1:
        return math.nan
    spreads = np.square(members - middles[:, None]).sum(axis=1) / (members.shape[1] - 1)
    return ratio(math.sqrt(mean(spreads, weights)), math.sqrt(mean(np.square(middles - y), weights)))
