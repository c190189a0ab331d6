"""Sets of numbers that a normalisation can make nothing of."""

import numpy as np

from dlc.reference.norm_family import Arrangement, NormCard


def size_of_set(card: NormCard, at: Arrangement) -> int:
    """How many numbers are normalised together."""
    samples, channels, positions = at.samples, at.channels, at.positions
    return {
        "channel": samples * positions, "sample": channels * positions, "group": channels // at.groups * positions,
        "instance": positions, "position": channels, "matrix": samples * channels,
    }[card.shares]  # fmt: skip


def constant_sets(card: NormCard, x: np.ndarray, at: Arrangement) -> np.ndarray:
    """The numbers of sets without a spread, or without a length where no mean is taken off."""
    samples, channels, positions, groups = at.samples, at.channels, at.positions, at.groups
    canonical = x.reshape((samples, positions, channels) if at.channels_last else (samples, channels, positions))
    if at.channels_last:
        canonical = canonical.swapaxes(1, 2)
    rows = {
        "channel": lambda: canonical.swapaxes(0, 1).reshape(channels, -1),
        "sample": lambda: canonical.reshape(samples, -1),
        "group": lambda: canonical.reshape(samples * groups, -1),
        "instance": lambda: canonical.reshape(samples * channels, -1),
        "position": lambda: canonical.swapaxes(1, 2).reshape(samples * positions, -1),
        "matrix": lambda: canonical.reshape(1, -1),
    }[card.shares]()
    if card.name == "lrn":
        return np.empty(0, int)
    spread = rows.max(1) - rows.min(1) if card.shift_free else abs(rows).max(1)
    return np.flatnonzero(spread == 0)
