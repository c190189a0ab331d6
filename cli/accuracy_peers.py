"""How exact the libraries are: their float32 functions over many bit patterns, judged by our float64 kernels."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlc.cli import libraries
from dlc.cli.catalog import array_kernel
from dlc.reference.activations import ActivationCard

STRIDE = 251  # every so many bit patterns: seventeen million inputs, of every exponent and both signs
CHUNK = 1 << 20
LENGTHS = (1, 2, 3, 10, 100, 1000, 4096)
VECTORS = 40  # of each length
FRACTION_BITS = 23


@dataclass(frozen=True)
class Worst:
    """The worst error over finite inputs, in float32 ulp, and where it is; and what is wrong at infinity."""

    ulp: float
    at: str
    inputs: int
    at_infinity: str = ""


def errors(values: np.ndarray, true: np.ndarray) -> np.ndarray:
    """|value − true| in float32 units of the true float64, as dlc.reference.ulp.ulps counts; infinite at a lone nan."""
    with np.errstate(invalid="ignore", over="ignore"):
        exact, there = (np.clip(each.astype(np.float64), -(2.0**128), 2.0**128) for each in (true, values))
        exponent = np.frexp(np.clip(np.abs(exact), 2.0**-126, 2.0**127))[1] - 1
        error = np.abs(np.ldexp(there - exact, FRACTION_BITS - exponent))
    return np.where(np.isnan(values) & np.isnan(true), 0.0, np.where(np.isnan(error), np.inf, error))


def number_errors(card: ActivationCard, library: str, order: int) -> Worst | None:
    """The worst of a function of a number (ORDER 1: of its derivative) there; None where it has none."""
    compute = _computed(library, card.name, order)
    if compute is None:
        return None
    kernel = array_kernel(card, order)
    params = card.knobs.values()
    worst, at, count = -1.0, 0.0, 0
    for x in _patterns(card):
        found = errors(compute(x), kernel(x.astype(np.float64), *params))
        count += x.size
        if not found.max() <= worst:
            place = int(found.argmax())
            worst, at = float(found[place]), float(x[place])
    ends = np.array([-np.inf, np.inf], np.float32)
    wrong = [
        f"{value} at {end}, not {limit:g}"
        for end, value, limit, error in zip(
            ends, compute(ends), kernel(ends, *params), errors(compute(ends), kernel(ends.astype(float), *params)),
            strict=True,
        )
        if error > 1 and end in card.domain
    ]  # fmt: skip
    return Worst(worst, f"{np.float32(at)}", count, ", ".join(wrong))


def vector_errors(card: ActivationCard, library: str) -> Worst | None:
    """The worst of a function of a vector there, over vectors of many lengths and spreads."""
    compute = _computed(library, card.name, 0)
    if compute is None:
        return None
    kernel, params = array_kernel(card), card.knobs.values()
    worst, at, count = -1.0, "", 0
    for x in _vectors(card):
        found = errors(compute(x), kernel(x.astype(np.float64), *params))
        count += x.size
        if not found.max() <= worst:
            worst, at = float(found.max()), f"a vector of {x.size}"
    return Worst(worst, at, count)


def _computed(library: str, name: str, order: int) -> Callable[[np.ndarray], np.ndarray] | None:
    if libraries.function(library, name) is None:
        return None
    if order == 0:
        called = libraries.function(library, name)
        assert called is not None
        return lambda x: libraries.to_numpy(library, called(libraries.to_native(library, x)))
    return partial(_derivative, library, name)


def _derivative(library: str, name: str, x: np.ndarray) -> np.ndarray:
    found: Any = libraries.value_and_vjp(library, name, x, np.ones_like(x))
    derivative: np.ndarray = found[1]
    return derivative


def _patterns(card: ActivationCard) -> Iterator[np.ndarray]:
    low, high = card.domain
    for start in range(0, 1 << 32, STRIDE * CHUNK):
        x = np.arange(start, min(start + STRIDE * CHUNK, 1 << 32), STRIDE, dtype=np.uint64).astype(np.uint32)
        numbers = x.view(np.float32)
        numbers = numbers[np.isfinite(numbers) & (numbers >= low) & (numbers <= high)]
        if numbers.size:
            yield numbers


def _vectors(card: ActivationCard) -> Iterator[np.ndarray]:
    random = np.random.default_rng(2026)
    for length in LENGTHS:
        for _ in range(VECTORS):
            x = random.normal(0, random.choice([0.01, 1, 10, 100, 1e10]), length).astype(np.float32)
            try:
                array_kernel(card)(x.astype(np.float64), *card.knobs.values())
            except ValueError:  # a length that the function does not take
                continue
            yield x
