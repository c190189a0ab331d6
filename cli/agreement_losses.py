"""Loss kernels against the reference at fifty digits."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlc.cli.agreement import Agreement
from dlc.cli.catalog import loss_kernel
from dlc.cli.loss_samples import samples
from dlc.reference.losses import LossCard
from dlc.reference.ulp import DIGITS, FORMATS, ulps

if TYPE_CHECKING:
    import numpy as np

COUNT = 600
SEED = 2026


def check_loss(
    card: LossCard,
    dtypes: Sequence[str] = tuple(FORMATS),
    count: int = COUNT,
    seed: int = SEED,
    params: Mapping[str, float] | None = None,
) -> Iterator[Agreement]:
    """The worst errors of value and gradient over at least COUNT predictions, in each of DTYPES."""
    params = card.knobs if params is None else params
    for dtype in dtypes:
        worst: dict[str, tuple[float, str]] = {"value": (-1.0, ""), "gradient": (-1.0, "")}
        done = 0
        for pred, target in samples(card, params, dtype, count, seed):
            done += pred.size
            for quantity, found in errors(card, params, pred, target).items():
                worst[quantity] = max(worst[quantity], found, key=lambda each: each[0])
        for (quantity, (error, at)), bound in zip(worst.items(), card.ulp[dtype], strict=True):
            yield Agreement(card.name, quantity, dtype, error, "ulp", at, bound, done)


def errors(
    card: LossCard, params: Mapping[str, float], pred: "np.ndarray", target: "np.ndarray"
) -> dict[str, tuple[float, str]]:
    """The worst error of the values and of the gradients there, and where."""
    import numpy as np

    kernel = loss_kernel(card)
    values, gradient = np.empty(pred.shape[:-1] if card.row else pred.shape), np.empty_like(pred)
    kernel(pred, target, *params.values(), values=values, gradient=gradient)
    with np.errstate(over="ignore"):
        values = values.astype(pred.dtype)
    worst = {"value": (-1.0, ""), "gradient": (-1.0, "")}
    for i in range(len(pred)):
        place = f"p = {_text(pred[i])}, t = {_text(target[i])}"
        for quantity, found in (("value", values[i]), ("gradient", gradient[i])):
            error = error_of(card, params, pred[i], target[i], found, quantity)
            worst[quantity] = max(worst[quantity], (error, place), key=lambda each: each[0])
    return worst


def error_of(
    card: LossCard, params: Mapping[str, float], pred: Any, target: Any, found: Any, quantity: str = "value"
) -> float:
    """How many ulp of what is true, or of its greatest term, FOUND is from the value or the gradient of one example."""
    import mpmath

    exactly, terms = (card.function, card.terms) if quantity == "value" else (card.gradient, card.gradient_terms)
    with mpmath.workdps(DIGITS):
        knobs = {name: mpmath.mpf(value) for name, value in params.items()}
        p, t = _exact(pred), _exact(target)
        return _worst(found, exactly(p, t, **knobs), terms(p, t, **knobs) if terms else 0)


def _exact(numbers: Any) -> Any:
    import mpmath

    return [mpmath.mpf(float(each)) for each in numbers] if numbers.shape else mpmath.mpf(float(numbers))


def _text(numbers: Any) -> str:
    if not numbers.shape:
        return repr(float(numbers))
    return f"a row of {numbers.size} from {float(numbers[0])!r}" if numbers.size else "nothing"


def _worst(found: Any, true: Any, sizes: Any) -> float:
    """In units in the last place of what is true, or of the greatest term's SIZE where that is greater."""
    import mpmath

    dtype = found.dtype.name
    several = isinstance(true, list)
    sizes = sizes if isinstance(sizes, list) else [sizes] * (len(true) if several else 1)
    worst = 0.0
    for here, exact, size in zip(found if several else [found], true if several else [true], sizes, strict=True):
        if mpmath.isfinite(exact) and abs(exact) < size and mpmath.isfinite(float(here)):
            unit = mpmath.mpf(2) ** (mpmath.mag(size) - FORMATS[dtype].digits)
            worst = max(worst, float(abs(mpmath.mpf(float(here)) - exact) / unit))
        else:
            worst = max(worst, ulps(float(here), exact, dtype))
    return worst
