"""Data sets of scikit-learn, read once and kept in dlc's cache folder; what is not there is read or made."""

import io
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import NamedTuple, TypeVar

import numpy as np

from dlc.kernels import cache as folders

Set = TypeVar("Set", bound=tuple)

DIGITS_TRAINING = 1297  # the other 500 are of later writers


class MissingExtraError(RuntimeError):
    """A data set is not in the cache, and the library that has it is not installed."""


class Data(NamedTuple):
    """What is learnt, and what it is tested on: the same again where every row is learnt."""

    inputs: np.ndarray  # [rows, features] float64
    labels: np.ndarray  # [rows] int64
    test_inputs: np.ndarray
    test_labels: np.ndarray


def kept(name: str, kind: type[Set], make: Callable[[], Set]) -> Set:
    """The data set of this NAME from the cache; made where there is none, or a broken one."""
    fields = kind._fields  # type: ignore[attr-defined] # a NamedTuple
    path = folders.root() / "data" / f"{name}.npz"
    with suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile), open(path, "rb") as file:
        stored = np.load(file)
        return kind(*(stored[field] for field in fields))
    data = make()
    packed = io.BytesIO()
    np.savez(packed, **dict(zip(fields, data, strict=True)))
    with suppress(OSError):  # nowhere to keep it: made anew in each process
        path.parent.mkdir(parents=True, exist_ok=True)
        folders.write_whole(path, packed.getvalue())
    return data


class Raw(NamedTuple):
    """As scikit-learn has it."""

    inputs: np.ndarray
    labels: np.ndarray


def read(name: str) -> Raw:
    """The data set NAME of the installed scikit-learn. Raises MissingExtraError."""
    try:
        library = import_module("sklearn.datasets")
    except ImportError:
        raise MissingExtraError(
            f"the data set {name!r} is read from scikit-learn, which is not installed; pip install 'dlc[data]'"
        ) from None
    found = getattr(library, f"load_{name}")()
    return Raw(np.asarray(found.data, np.float64), np.asarray(found.target).astype(np.int64))


@cache
def standardised(name: str) -> Data:
    """All rows of a data set, each feature with the mean 0 and the standard deviation 1. Raises MissingExtraError."""
    inputs, labels = kept(name, Raw, lambda: read(name))
    inputs = (inputs - inputs.mean(0)) / inputs.std(0)
    return Data(inputs, labels, inputs, labels)


@cache
def digits() -> Data:
    """All 1,797 images of 8 × 8 pixels, from 0 to 1. Raises MissingExtraError."""
    inputs, labels = kept("digits", Raw, lambda: read("digits"))
    return Data(inputs / 16, labels, inputs / 16, labels)


@cache
def digits_split() -> Data:
    """The first 1,297 images to learn, and the last 500, of other writers, as a test. Raises MissingExtraError."""
    inputs, labels, _, _ = digits()
    first = slice(DIGITS_TRAINING)
    rest = slice(DIGITS_TRAINING, None)
    return Data(inputs[first], labels[first], inputs[rest], labels[rest])
