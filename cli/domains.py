"""Which numbers a loss cannot take, by what its card says that predictions and targets are."""

from collections.abc import Mapping

import numpy as np

from dlc.reference.loss_family import DOMAINS

SUM_TOLERANCE = 1e-3  # of a distribution that was written in decimals
EVERYTHING = (-np.inf, np.inf)


def outside(domain: str, numbers: np.ndarray, classes: int) -> np.ndarray | None:
    """Where NUMBERS, in rows, are outside of DOMAIN; of rows whose sum is wrong, all numbers. None where it has all.

    CLASSES is how many there are, for class numbers.
    """
    low, high = DOMAINS[domain][1]
    if domain in ("class", "symbols"):
        return (numbers < 0) | (numbers >= classes) | (numbers != np.floor(numbers))
    if domain == "sign":
        return np.abs(numbers) != 1
    if domain in ("labels", "one-hot"):
        wrong = (numbers != 0) & (numbers != 1)
        return wrong if domain == "labels" else wrong | (numbers.sum(axis=1) != 1)[:, None]
    if domain == "spreads":
        return (numbers <= 0) & (np.arange(numbers.shape[1]) >= numbers.shape[1] // 2)
    if (low, high) == EVERYTHING:
        return None
    wrong = (numbers < low) | (numbers > high)
    if domain in ("positive", "positives"):
        wrong |= numbers == 0
    if domain == "distribution":
        wrong |= (np.abs(numbers.sum(axis=1) - 1) > SUM_TOLERANCE)[:, None]
    return wrong


def what(domain: str, classes: int) -> str:
    """What a number of DOMAIN is, for people."""
    return f"a class from 0 to {classes - 1}" if domain in ("class", "symbols") else DOMAINS[domain][0]


def classes_of(params: Mapping[str, float], columns: int) -> int:
    """How many classes a row of predictions of this length is about."""
    return int(params.get("classes", columns))
