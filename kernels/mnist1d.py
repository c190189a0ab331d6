"""MNIST-1D, generated from its published recipe and kept in dlc's cache folder.

The templates and the recipe are those of https://github.com/greydanus/mnist1d, Copyright 2020 Sam Greydanus, licensed
under the Apache License, Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0). Changed here: written anew over
NumPy alone, for the default arguments only. Greydanus & Kobak, "Scaling Down Deep Learning with MNIST-1D", ICML 2024.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from dlc.kernels.datasets import kept

CLASSES = 10
SAMPLES = 5000
TRAINING_SAMPLES = 4000
LENGTH = 40
PADDED_LENGTH = 72  # 12 template points and at most 60 zeros
SEED = 42
SIGMA = 2  # of the blur that makes the noise correlated

TEMPLATES = (
    (5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5),
    (5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5),
    (5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5),
    (5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5),
    (5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5),
    (5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5),
    (5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5),
    (5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5),
    (5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5),
)


class Mnist1d(NamedTuple):
    """4,000 training and 1,000 test signals of 40 points, with the digit each one shows."""

    inputs: np.ndarray  # [4000, 40] float64
    labels: np.ndarray  # [4000] int64
    test_inputs: np.ndarray  # [1000, 40] float64
    test_labels: np.ndarray  # [1000] int64


def templates() -> np.ndarray:
    """The ten digits as drawn by the authors, whitened, beginning at 0: [10, 12]."""
    x = np.array(TEMPLATES)
    x -= x.mean(1, keepdims=True)
    x /= x.std(1, keepdims=True)
    x -= x[:, :1]
    return x / 6.0


def blur(noise: np.ndarray) -> np.ndarray:
    """A Gaussian filter of width SIGMA over a signal mirrored at its ends, summed in scipy.ndimage's order."""
    radius = 4 * SIGMA
    weights = np.exp(-0.5 / SIGMA**2 * np.arange(-radius, radius + 1) ** 2)
    weights /= weights.sum()
    mirrored, size = np.pad(noise, radius, mode="symmetric"), noise.size
    total = noise * weights[radius]
    for offset in range(radius):
        pair = mirrored[offset : offset + size] + mirrored[2 * radius - offset : 2 * radius - offset + size]
        total += pair * weights[offset]
    return total


def resample(x: np.ndarray, length: int) -> np.ndarray:
    """X at LENGTH equally spaced points, linearly interpolated."""
    return np.interp(np.linspace(0, 1, length), np.linspace(0, 1, x.size), x)


def example(template: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """One signal: the template padded, dilated, scaled, translated, made noisy, sheared and sampled at 40 points."""
    x = np.concatenate([template + 1e-8, np.zeros(36 + int(random.rand() * 25))])
    x = resample(x, PADDED_LENGTH)
    x *= 1 + 0.4 * (random.rand() - 0.5)
    shift = random.choice(48)
    x = np.concatenate([x[-shift:], x[:-shift]])
    is_drawn = x != 0
    x = is_drawn * x + (1 - is_drawn) * blur(0.25 * random.randn(PADDED_LENGTH))
    x = x + 2e-2 * random.randn(PADDED_LENGTH)
    x = x - 0.75 * (random.rand() - 0.5) * np.linspace(-0.5, 0.5, PADDED_LENGTH)
    return resample(x, LENGTH)


def generate() -> Mnist1d:
    """The data set with the recipe's default arguments and its seed, 42."""
    random = np.random.RandomState(SEED)
    x = np.stack([example(template, random) for template in templates() for _ in range(SAMPLES // CLASSES)])
    order = random.permutation(SAMPLES)
    x = x[order]
    labels = np.repeat(np.arange(CLASSES), SAMPLES // CLASSES)[order]
    x = (x - x.mean()) / x.std()
    return Mnist1d(x[:TRAINING_SAMPLES], labels[:TRAINING_SAMPLES], x[TRAINING_SAMPLES:], labels[TRAINING_SAMPLES:])


@cache
def load() -> Mnist1d:
    """The data set from the cache; generated where there is none, or a broken one."""
    return kept("mnist1d", Mnist1d, lambda: generate())
