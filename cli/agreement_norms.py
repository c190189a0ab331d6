"""Kernels of normalisations against the reference at fifty digits: forward and backward, in training and inference."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dlc.cli.agreement import Agreement
from dlc.cli.catalog import norm_kernel
from dlc.reference import norms_passes
from dlc.reference.norm_family import Arrangement, NormCard
from dlc.reference.ulp import DIGITS, FORMATS

if TYPE_CHECKING:
    import numpy as np

    from dlc.kernels.norms_moments import Shape

SEED = 2026
SIZES = {"N": 5, "C": 6, "L": 5, "H": 2, "W": 3}
MEANS = (0.0, 1e4)  # beside a standard deviation of 2
GROUPS = 2


@dataclass(frozen=True)
class Case:
    """An array, and all that is normalised with it; gains and biases are exact in its type."""

    card: NormCard
    at: Arrangement
    params: Mapping[str, float]
    x: "np.ndarray"
    v: "np.ndarray"
    gain: "np.ndarray | None" = None
    bias: "np.ndarray | None" = None
    kept: Any = None
    training: bool = True
    quantities: tuple[str, ...] = field(default=("value", "gradient", "by gain", "by bias"))


def shape_of(at: Arrangement) -> "Shape":
    """As kernels take it."""
    from dlc.kernels.norms_moments import Shape

    return Shape(at.samples, at.channels, at.positions, at.channels_last, at.groups)


def layouts(card: NormCard) -> tuple[str, ...]:
    """Those that make sense: of weights only rows."""
    if card.shares == "matrix" or card.gain == "set" or (card.shares == "sample" and not card.gain):
        return ("NC",)
    return ("NCL", "NHWC") if card.shares == "instance" else ("NC", "NCHW", "NLC")


def cases(card: NormCard, dtype: str) -> Iterator[Case]:
    """Random arrays in all layouts, near 0 and far from it."""
    import numpy as np

    random = np.random.default_rng(SEED)
    for layout in layouts(card):
        at = Arrangement(layout, tuple(SIZES[axis] for axis in layout), GROUPS)
        for training in (True, False) if card.inference else (True,):
            for mean in MEANS:
                x, v = (random.normal(size=at.shape) * 2 + mean).astype(dtype), random.normal(size=at.shape)
                gains = at.gains(card)
                gain = random.normal(size=gains).astype(dtype).astype(np.float64) if gains else None
                bias = random.normal(size=gains).astype(dtype).astype(np.float64) if card.bias else None
                sets = len(at.sets(card.shares))
                kept: Any = None
                if card.shares == "matrix":
                    kept = (random.normal(size=at.samples), random.normal(size=at.features))
                elif card.kept:
                    kept = np.stack([mean - random.uniform(1, 3, sets), mean + random.uniform(1, 3, sets)], axis=1)
                    kept[:, 1] = kept[:, 1] if card.update is not None and card.name == "minmax" else 4.0
                yield Case(card, at, card.knobs, x, v.astype(dtype), gain, bias, kept, training)


def computed(case: Case) -> dict[str, "np.ndarray"]:
    """Result and gradients of the kernel."""
    kernel, shape = norm_kernel(case.card), shape_of(case.at)
    y, by = kernel.forward(case.x, shape, case.params, case.gain, case.bias, case.kept, training=case.training)
    found = kernel.backward(case.x, case.v, shape, case.params, by, case.gain, training=case.training)
    has = (True, True, bool(case.card.gain), case.card.bias)
    return {name: each for name, each, holds in zip(case.quantities, (y, *found), has, strict=True) if holds}


def exactly(case: Case) -> dict[str, list[Any]]:
    """The same by the reference."""
    import mpmath

    def numbers(array: Any) -> list[Any]:
        return [] if array is None else [mpmath.mpf(float(each)) for each in array.reshape(-1)]

    with mpmath.workdps(DIGITS):
        params = {name: mpmath.mpf(value) for name, value in case.params.items()}
        x, v, gain, bias = map(numbers, (case.x, case.v, case.gain, case.bias))
        if case.card.shares == "matrix":
            kept: Any = [tuple(map(numbers, case.kept))]
        else:
            kept = [] if case.kept is None else [tuple(numbers(row)) for row in case.kept]
        y = norms_passes.forward(case.card, x, case.at, params, gain, bias, kept, training=case.training)
        found = norms_passes.backward(case.card, x, v, case.at, params, gain, kept, training=case.training)
    return dict(zip(case.quantities, (y, *found), strict=True))


def errors(found: "np.ndarray", exact: Sequence[Any], dtype: str) -> list[float]:
    """Of each number, in units in the last place of the greatest one."""
    import mpmath

    greatest = max((abs(each) for each in exact), default=mpmath.mpf(0))
    if not greatest:
        return [0.0 if each == 0 else float("inf") for each in found.reshape(-1)]
    unit = mpmath.mpf(2) ** (mpmath.mag(greatest) - FORMATS[dtype].digits)
    return [
        float(abs(mpmath.mpf(float(each)) - true) / unit) for each, true in zip(found.reshape(-1), exact, strict=True)
    ]


def check_norm(card: NormCard, dtypes: Sequence[str] = tuple(FORMATS)) -> Iterator[Agreement]:
    """The worst errors of the result and of the gradients in each of DTYPES."""
    for dtype in dtypes:
        worst: dict[str, tuple[float, str]] = {}
        count = 0
        for case in cases(card, dtype):
            exact = exactly(case)
            count += case.x.size
            for quantity, found in computed(case).items():
                kind = "forward" if quantity == "value" else "backward"
                there = errors(found, exact[quantity], dtype)
                text = f"{quantity} {case.at.layout}, {'training' if case.training else 'inference'}"
                worst[kind] = max(worst.get(kind, (-1.0, "")), (max(there), text), key=lambda each: each[0])
        for (kind, (error, at)), bound in zip(worst.items(), card.ulp[dtype], strict=True):
            yield Agreement(card.name, kind, dtype, error, "ulp of the greatest", at, bound, count)
