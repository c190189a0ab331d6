"""Kernels of functions of a number against the reference at fifty digits, over dense samples."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dlc.cli.agreement import Agreement
from dlc.cli.quantities import Quantity, quantities
from dlc.reference.activations import ActivationCard
from dlc.reference.ulp import FORMATS, truth, ulps

if TYPE_CHECKING:
    import numpy as np

SEED = 2026
SAMPLES = 1500
SPECIALS = (0.0, -0.0, 1.0, -1.0, 1e30, -1e30, float("inf"), float("-inf"), float("nan"))


def check_activation(
    card: ActivationCard, dtypes: Sequence[str] = tuple(FORMATS), samples: int = SAMPLES, seed: int = SEED
) -> Iterator[Agreement]:
    """The worst error of everything that CARD has over at least SAMPLES inputs in each of DTYPES."""
    if card.vector:
        from dlc.cli.agreement_vectors import check_vector

        yield from check_vector(card, dtypes, samples, seed)
        return
    for dtype in dtypes:
        x = numbers(dtype, samples, seed, card.kinks_at(card.knobs))
        for quantity in quantities(card):
            values = quantity.kernel(x, *card.knobs.values())
            yield worst_of(quantity, card.knobs, x, values)


def numbers(dtype: str, samples: int, seed: int, places: Sequence[float] = ()) -> "np.ndarray":
    """Where functions are judged: random bit patterns, all scales, the unsaturated middle, and the specials.

    PLACES (kinks, roots) are surrounded closely.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    form = FORMATS[dtype]
    part = -(-samples // 5)
    bits = random.integers(0, 2**64, part, dtype=np.uint64)
    with np.errstate(invalid="ignore"):  # some of the patterns are signalling nans
        patterns = (bits.astype(np.uint32) if dtype == "float32" else bits).view(dtype).astype(float)
    signs = random.choice([-1.0, 1.0], part)
    scales = signs * 2.0 ** random.uniform(-form.digits - 3, 10, part)
    reach = 1.05 * -np.log(2.0) * (form.least_exponent - form.digits)  # beyond it eˣ is zero
    around = [place + side * 2.0**-power for place in (0.0, *places) for side in (-1, 1) for power in range(0, 54, 3)]
    least = 2.0 ** (form.least_exponent - form.digits + 1)
    subnormal = [side * least * factor for side in (-1, 1) for factor in (1, 2, 3, 1000, 2.0 ** (form.digits - 2))]
    parts = [patterns, scales, random.normal(0, 3, 2 * part), random.uniform(-reach, reach, part)]
    return np.concatenate([*parts, places, around, subnormal, SPECIALS]).astype(dtype)


def worst_of(quantity: Quantity, params: dict[str, float], x: "np.ndarray", values: "np.ndarray") -> Agreement:
    """The worst of VALUES, which a kernel computed at X."""
    worst, at, dtype = -1.0, "", x.dtype.name
    for point, value in zip(x.tolist(), values.tolist(), strict=True):
        error = error_at(quantity, point, value, params, dtype)
        if not error <= worst:
            worst, at = error, f"x = {x.dtype.type(point)}"
    return Agreement(quantity.card.name, quantity.label, dtype, worst, "ulp", at, quantity.bound(dtype), len(x))


def error_at(quantity: Quantity, x: float, value: float, params: dict[str, float], dtype: str) -> float:
    """How many ulp VALUE is from the true one at X."""
    return ulps(value, truth(quantity.function, x, params), dtype)
