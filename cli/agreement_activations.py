"""Activation kernels against the reference at fifty digits, over dense samples."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dlc.cli.agreement import Agreement
from dlc.cli.catalog import array_kernel
from dlc.cli.values import params_as_type
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
    """The worst error of value and derivative over at least SAMPLES inputs in each of DTYPES."""
    for dtype in dtypes:
        for quantity, bound in zip(("value", "derivative"), card.ulp[dtype], strict=True):
            check = _vectors if card.vector else _numbers
            worst, at, count = check(card, quantity == "derivative", dtype, samples, seed)
            yield Agreement(card.name, quantity, dtype, worst, "ulp", at, bound, count)


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


def _numbers(card: ActivationCard, derivative: bool, dtype: str, samples: int, seed: int) -> tuple[float, str, int]:
    params = params_as_type(card.knobs, dtype)
    x = numbers(dtype, samples, seed, card.kinks_at(params))
    values = array_kernel(card, derivative=derivative)(x, *params.values())
    worst, at = -1.0, ""
    for point, value in zip(x.tolist(), values.tolist(), strict=True):
        error = error_at(card, derivative, point, value, params, dtype)
        if not error <= worst:
            worst, at = error, f"x = {x.dtype.type(point)}"
    return worst, at, len(x)


def error_at(
    card: ActivationCard, derivative: bool, x: float, value: float, params: dict[str, float], dtype: str
) -> float:
    """How many ulp VALUE is from the true value or derivative at X."""
    return ulps(value, truth(card.grad if derivative else card.function, x, params), dtype)


def vector_errors(function: Callable[..., Any], x: "np.ndarray", values: "np.ndarray") -> "np.ndarray":
    """Errors in ulp of every number of VALUES, a vector or a matrix that FUNCTION of the reference makes of X."""
    import numpy as np

    true = vector_truth(function, x.tolist())
    flat = [each for row in true for each in row] if values.ndim > 1 else true
    errors = [ulps(value, exact, x.dtype.name) for value, exact in zip(values.ravel().tolist(), flat, strict=True)]
    return np.array(errors).reshape(values.shape)


def vector_truth(function: Callable[..., Any], x: list[float]) -> Any:
    """FUNCTION of a vector at fifty digits; infinite entries stand for their limits, and nan anywhere makes all nan."""
    import mpmath

    from dlc.reference.ulp import DIGITS, exact_number

    with mpmath.workdps(DIGITS):
        return function([exact_number(each) for each in x])


def _vectors(card: ActivationCard, derivative: bool, dtype: str, samples: int, seed: int) -> tuple[float, str, int]:
    import numpy as np

    random = np.random.default_rng(seed)
    kernel = array_kernel(card, jacobian=derivative)
    function = card.grad if derivative else card.function
    worst, at, count = -1.0, "", 0
    while count < samples:
        length = int(random.choice([1, 2, 3, 10, 30]))
        x = random.normal(0, random.choice([0.01, 1, 10, 100, 1e10, 1e30]), length).astype(dtype)
        errors = vector_errors(function, x, kernel(x))
        count += errors.size
        if not errors.max() <= worst:
            worst, at = float(errors.max()), f"a vector of {length}, seed {seed}, number {count}"
    return worst, at, count
