"""Kernels of functions of a vector against the reference at fifty digits, over vectors of all kinds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dlc.cli.agreement import Agreement
from dlc.cli.catalog import array_kernel
from dlc.cli.vectors import Truth
from dlc.reference.activations import ActivationCard

if TYPE_CHECKING:
    import numpy as np

LENGTHS = (1, 2, 3, 4, 6, 10, 12, 30, 64, 257)
LONG = 1000  # of one vector among many
SCALES = (0.01, 1.0, 1.0, 1.0, 10.0, 100.0, 1000.0, 1e10, 1e30)
BEYOND_FLOAT32 = (1e-300, 1e150, 1e300)
# Where e^x becomes subnormal, and where it becomes 0.
EDGES = {"float32": (-87.3, -103.9), "float64": (-708.4, -745.1)}


def _as_drawn(x: "np.ndarray", _scale: float, _dtype: str, _random: "np.random.Generator") -> "np.ndarray":
    return x


def _with_ties(x: "np.ndarray", scale: float, _dtype: str, _random: "np.random.Generator") -> "np.ndarray":
    return (x / scale).round() * scale


def _all_equal(x: "np.ndarray", _scale: float, _dtype: str, _random: "np.random.Generator") -> "np.ndarray":
    return 0 * x + x[0]


def _far_apart(x: "np.ndarray", _scale: float, dtype: str, random: "np.random.Generator") -> "np.ndarray":
    """All but one of the exponentials, beside the greatest, are nearly or altogether 0."""
    return random.normal(0, 1, x.size) + random.choice([*EDGES[dtype], EDGES[dtype][0] / 3], x.size)


def _with_special(x: "np.ndarray", _scale: float, _dtype: str, random: "np.random.Generator") -> "np.ndarray":
    places = random.integers(x.size, size=1 + x.size // 8)
    x[places] = random.choice([float("inf"), float("-inf"), 0.0, -0.0], places.size)
    if random.integers(4) == 0:
        x[places[0]] = float("nan")
    return x


KINDS = (_as_drawn, _as_drawn, _with_ties, _all_equal, _far_apart, _with_special)


def check_vector(
    card: ActivationCard, dtypes: Sequence[str], samples: int, seed: int, params: Mapping[str, float] | None = None
) -> Iterator[Agreement]:
    """The worst errors of SAMPLES values, and of as many entries of Jacobians, in each of DTYPES."""
    params = card.knobs if params is None else params
    for dtype in dtypes:
        worst = {"value": -1.0, "derivative": -1.0}
        at, count = dict.fromkeys(worst, ""), 0
        for x in vectors(card, params, dtype, samples, seed):
            count += x.size
            for quantity, error in errors(card, params, x, seed + count).items():
                if not error <= worst[quantity]:
                    worst[quantity] = error
                    at[quantity] = f"a vector of {x.size}, seed {seed}, after {count} entries"
        for quantity, bound in zip(worst, card.ulp[dtype], strict=True):
            yield Agreement(card.name, quantity, dtype, worst[quantity], "ulp", at[quantity], bound, count)


def errors(card: ActivationCard, params: Mapping[str, float], x: "np.ndarray", seed: int) -> dict[str, float]:
    """The worst errors of the values at X, and of the derivatives of one value, drawn by SEED, by all of X."""
    import numpy as np

    # X is the second of two rows: what depends on the position in the array must know it.
    rows, dtype = np.stack([x, x]), x.dtype.name
    truth = Truth(card, params, x.tolist(), x.size)
    y = array_kernel(card)(rows, *params.values())
    v = np.zeros_like(y)
    v[:, np.random.default_rng(seed).integers(y.shape[-1])] = 1
    slopes = array_kernel(card, 1)(rows, *params.values(), v=v)
    return {
        "value": max(truth.value_errors(y[1].tolist(), dtype)),
        "derivative": max(truth.product_errors(v[1].tolist(), slopes[1].tolist(), dtype)),
    }


def vectors(
    card: ActivationCard, params: Mapping[str, float], dtype: str, samples: int, seed: int
) -> Iterator["np.ndarray"]:
    """Vectors of at least SAMPLES entries in all; the last may be long."""
    import numpy as np

    random = np.random.default_rng(seed)
    scales = SCALES + (BEYOND_FLOAT32 if dtype == "float64" else ())
    count = 0
    while count < samples:
        is_last = LONG <= samples <= count + LONG
        length = fitting(card, params, LONG if is_last else int(random.choice(LENGTHS)))
        scale = random.choice(scales)
        change = KINDS[random.integers(len(KINDS))]
        yield change(random.normal(0, scale, length), scale, dtype, random).astype(dtype)
        count += length


def fitting(card: ActivationCard, params: Mapping[str, float], length: int) -> int:
    """The least length from LENGTH on that the function takes."""
    while True:
        try:
            card.width(length, *params.values())
        except ValueError:
            length += 1
        else:
            return length
