"""Functions of a vector, by kernel and by reference: values, and products with the Jacobian, from which it follows."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlc.cli.catalog import array_kernel
from dlc.reference.activations import ActivationCard
from dlc.reference.ulp import BEYOND, DIGITS, exact_number, ulps

if TYPE_CHECKING:
    import numpy as np

Params = Mapping[str, float]


def jacobian(card: ActivationCard, params: Params, x: "np.ndarray") -> "np.ndarray":
    """∂y_i/∂x_j of each row of X, by the kernel: [..., i, j]."""
    import numpy as np

    return np.stack([slopes for _, slopes in gradients(card, params, x)], axis=-2)


def gradients(card: ActivationCard, params: Params, x: "np.ndarray") -> Iterator[tuple[int, "np.ndarray"]]:
    """Each i, and ∂y_i/∂x_j of each row of X: a row of each Jacobian."""
    import numpy as np

    kernel = array_kernel(card, 1)
    v = np.zeros((*x.shape[:-1], card.width(x.shape[-1], *params.values())), x.dtype)
    for i in range(v.shape[-1]):
        v[..., i] = 1
        yield i, kernel(x, *params.values(), v=v)
        v[..., i] = 0


class Truth:
    """What the reference says of one vector at fifty digits; FIRST is the position of its first entry in its array."""

    def __init__(self, card: ActivationCard, params: Params, x: Sequence[float], first: int):
        self._card, self._x = card, x
        self._params: dict[str, Any] = dict(params)
        self._more = {"first": first} if card.noisy else {}

    def value_errors(self, y: Sequence[float], dtype: str) -> list[float]:
        """How many ulp each of Y is from the true value."""
        return self._errors(self._card.function, self._card.terms, [], y, dtype)

    def product_errors(self, v: Sequence[float], slopes: Sequence[float], dtype: str) -> list[float]:
        """How many ulp each of SLOPES is from the product of V with the true Jacobian."""
        assert self._card.vjp is not None
        return self._errors(self._card.vjp, self._card.vjp_terms, [v], slopes, dtype)

    def _errors(self, function: Any, terms: Any, more: list[Any], values: Sequence[float], dtype: str) -> list[float]:
        true = self._limit(function, more)
        if not terms:
            return [_error(*each, 0, dtype) for each in zip(values, true, strict=True)]
        sizes = self._limit(terms, more)
        true = [exact if size else size for exact, size in zip(true, sizes, strict=True)]  # what cancels has no limit
        return [_error(*each, dtype) for each in zip(values, true, sizes, strict=True)]

    def _limit(self, function: Any, more: list[Any]) -> list[Any]:
        """FUNCTION where infinite entries of x go to infinity together: two steps on the way tell where it goes."""
        near = self._at(function, more, 0)
        if not any(map(math.isinf, self._x)):
            return near
        return [_goal(*steps) for steps in zip(near, self._at(function, more, BEYOND), strict=True)]

    def _at(self, function: Any, more: list[Any], farther: int) -> list[Any]:
        import mpmath

        with mpmath.workdps(DIGITS):
            far = mpmath.mpf(10) ** farther
            x = [exact_number(each) * (far if math.isinf(each) else 1) for each in self._x]
            vectors = [[mpmath.mpf(each) for each in vector] for vector in more]
            params = {name: mpmath.mpf(value) for name, value in self._params.items()}
            result: list[Any] = function(x, *vectors, **params, **self._more)
            return result


def _goal(near: Any, far: Any) -> Any:
    """Where what is NEAR at 10^400 and FAR at 10^800 goes: to infinity, to 0, or nowhere else."""
    import mpmath

    much = mpmath.mpf(10) ** (BEYOND // 4)
    if abs(far) > abs(near) * much:
        return mpmath.sign(far) * mpmath.inf
    return mpmath.mpf(0) if abs(far) * much < abs(near) else far


def _error(value: float, true: Any, size: Any, dtype: str) -> float:
    """How many ulp of SIZE, or of TRUE if that is larger, are between VALUE and TRUE."""
    import mpmath

    error = ulps(value, true, dtype)
    if not abs(size) > abs(true) or not math.isfinite(value):
        return error
    with mpmath.workdps(DIGITS):
        return float(abs(mpmath.mpf(value) - true) * ulps(0.0, size, dtype) / size)
