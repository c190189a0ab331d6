"""Every normalisation by name: forward, backward, and what it keeps; arrays are as a Shape says.

Results have the type of the array, gains, biases and what is kept are float64.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from dlc.kernels import norms_plain
from dlc.kernels.norms_moments import Gradients, Moments, Shape

Params = Mapping[str, float]


class Forward(NamedTuple):
    """A result, and what it was computed by: the backward pass needs it again."""

    y: np.ndarray
    by: Any


class Norm:
    """A normalisation; KEPT is [sets, statistics], of spectral normalisation a pair of vectors."""

    def forward(
        self,
        x: np.ndarray,
        shape: Shape,
        params: Params,
        gain: np.ndarray | None = None,
        bias: np.ndarray | None = None,
        kept: Any = None,
        *,
        training: bool = True,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> Forward:
        """γ·x̂ + β into OUT; in inference by what is KEPT."""
        raise NotImplementedError

    def backward(
        self,
        x: np.ndarray,
        v: np.ndarray,
        shape: Shape,
        params: Params,
        by: Any,
        gain: np.ndarray | None = None,
        *,
        training: bool = True,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> Gradients:
        """The gradients of Σ V·forward, whose result came with BY."""
        raise NotImplementedError

    def updated(self, kept: Any, by: Any, shape: Shape, **knobs: float) -> Any:
        """What is kept after a batch."""
        raise NotImplementedError


class ByMoments(Norm):
    """By mean and variance, or by a length, of sets of all kinds."""

    def __init__(self, shares: str, gain: str, *, centred: bool = True, by_length: bool = False):
        self.moments = Moments(shares, gain, centred)
        self._by_length = by_length

    def forward(
        self,
        x: np.ndarray,
        shape: Shape,
        params: Params,
        gain: np.ndarray | None = None,
        bias: np.ndarray | None = None,
        kept: Any = None,
        *,
        training: bool = True,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> Forward:
        """By the moments of X, or those that are kept."""
        if self._turns(shape):
            found = self.forward(*_turned(shape, x), params, gain, bias, threads=threads)
            return Forward(_back(found.y, shape, out, x.shape), found.by)
        by = self._by(x, shape, params, kept, training, threads)
        result = self.moments.forward(
            x,
            shape,
            params.get("eps", 0.0),
            self._scaled(gain, shape, by),
            self._shifted(gain, bias, by),
            moments=None if by is None else by[:, :3],
            out=out,
            threads=threads,
        )
        return Forward(result.y, result.moments if by is None else by)

    def backward(
        self,
        x: np.ndarray,
        v: np.ndarray,
        shape: Shape,
        params: Params,
        by: Any,
        gain: np.ndarray | None = None,
        *,
        training: bool = True,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> Gradients:
        """By the gains of the forward pass."""
        if self._turns(shape):
            (turned, inner), (slopes, _) = _turned(shape, x), _turned(shape, v)
            found = self.backward(turned, slopes, inner, params, by, gain, threads=threads)
            return Gradients(_back(found.x, shape, out, x.shape), found.gain, found.bias)
        scaled = self._scaled(gain, shape, by)
        found = self.moments.backward(
            x, v, shape, params.get("eps", 0.0), by[:, :3], scaled, fixed=not training, out=out, threads=threads
        )
        factor = self._factor(shape, by)
        by_gain = found.gain * factor + (found.bias * by[:, 4] if by.shape[1] > 3 else 0.0)
        return Gradients(found.x, by_gain, found.bias)

    def _by(
        self, x: np.ndarray, shape: Shape, params: Params, kept: Any, training: bool, threads: int
    ) -> np.ndarray | None:
        """Moments that are known before the pass over X; None where it finds them itself."""
        return None if training else _as_moments(kept, x.dtype)

    def _factor(self, shape: Shape, by: np.ndarray | None) -> Any:
        """What gains are multiplied by, besides."""
        return shape.features**-0.5 if self._by_length else 1.0 if by is None or by.shape[1] == 3 else by[:, 3]

    def _scaled(self, gain: np.ndarray | None, shape: Shape, by: np.ndarray | None) -> np.ndarray | None:
        factor = self._factor(shape, by)
        if gain is None and np.ndim(factor) == 0 and factor == 1:
            return None
        return (np.ones(self.moments.gains(shape)) if gain is None else gain) * factor

    @staticmethod
    def _shifted(gain: np.ndarray | None, bias: np.ndarray | None, by: np.ndarray | None) -> np.ndarray | None:
        if by is None or by.shape[1] == 3:
            return bias
        shift = by[:, 4] if gain is None else gain * by[:, 4]
        return shift if bias is None else bias + shift

    def _turns(self, shape: Shape) -> bool:
        """Whether a set's numbers lie apart, so that channels have to come first."""
        return shape.channels_last and shape.positions > 1 and self.moments.shares in ("group", "instance")

    def updated(self, kept: Any, by: Any, shape: Shape, **knobs: float) -> np.ndarray:
        """kept·(1 − momentum) + new·momentum; the variance by n − 1 if UNBIASED is 1, its root if DEVIATION is."""
        momentum, count, eps = knobs["momentum"], shape.size // shape.channels, knobs.get("eps", 0.0)
        variance = by[:, 2] * (count / (count - 1) if knobs["unbiased"] else 1.0)
        fresh = np.stack([by[:, 0] + by[:, 1], variance], axis=1)
        found = kept * (1 - momentum) + fresh * momentum
        if knobs.get("deviation"):
            old, new = np.sqrt(kept[:, 1] + eps), np.sqrt(variance + eps)
            found[:, 1] = (old * (1 - momentum) + new * momentum) ** 2 - eps
        return np.asarray(found)


class Renormalised(ByMoments):
    """Batch renormalisation: behind the moments of a channel stand r and d."""

    def _by(
        self, x: np.ndarray, shape: Shape, params: Params, kept: Any, training: bool, threads: int
    ) -> np.ndarray | None:
        if not training:
            return _as_moments(kept, x.dtype)
        by = self.moments.moments(x, shape, threads=threads)
        size, before = np.sqrt(by[:, 2] + params["eps"]), np.sqrt(kept[:, 1] + params["eps"])
        r = np.clip(size / before, 1 / params["r_max"], params["r_max"])
        d = np.clip((by[:, 0] - kept[:, 0] + by[:, 1]) / before, -params["d_max"], params["d_max"])
        return np.column_stack([by, r, d])


def _as_moments(kept: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Mean and variance, the mean in two parts of which the first is of this type."""
    first = kept[:, 0].astype(dtype).astype(np.float64)
    return np.stack([first, kept[:, 0] - first, kept[:, 1]], axis=1)


def _turned(shape: Shape, x: np.ndarray) -> tuple[np.ndarray, Shape]:
    """Channels before positions."""
    samples, channels, positions, _, groups = shape
    turned = np.ascontiguousarray(x.reshape(samples, positions, channels).swapaxes(1, 2))
    return turned, Shape(samples, channels, positions, False, groups)


def _back(y: np.ndarray, shape: Shape, out: np.ndarray | None, axes: tuple[int, ...]) -> np.ndarray:
    """Channels behind positions again."""
    turned = y.reshape(shape.samples, shape.channels, shape.positions).swapaxes(1, 2)
    if out is None:
        return np.ascontiguousarray(turned).reshape(axes)
    out.reshape(turned.shape)[...] = turned
    return out


class Plain(Norm):
    """By whole arrays: sets are rows, or for spectral normalisation the array itself."""

    def __init__(self, name: str, shares: str):
        self._name, self._shares = name, shares

    def forward(
        self,
        x: np.ndarray,
        shape: Shape,
        params: Params,
        gain: np.ndarray | None = None,
        bias: np.ndarray | None = None,
        kept: Any = None,
        *,
        training: bool = True,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> Forward:
        """In float64, then rounded."""
        rows, by, knobs = self._rows(x, shape), kept, params
        if self._name == "spectral":
            left, right = kept
            by = norms_plain.directions(rows, left, right, **params) if training else kept
            found = norms_plain.by_value(rows, *by)
        elif self._name == "minmax":
            by = norms_plain.extremes(rows) if training else kept
            found = norms_plain.within(rows, by, **knobs)
        else:
            found = getattr(norms_plain, self._name)(rows, **knobs)
        return Forward(self._whole(found, x, shape, out), by)

    def backward(
        self,
        x: np.ndarray,
        v: np.ndarray,
        shape: Shape,
        params: Params,
        by: Any,
        gain: np.ndarray | None = None,
        *,
        training: bool = True,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> Gradients:
        """In float64, then rounded."""
        rows, slopes = self._rows(x, shape), self._rows(v, shape)
        if self._name == "spectral":
            found = norms_plain.by_value_vjp(rows, slopes, *by)
        elif self._name == "minmax":
            found = norms_plain.within_vjp(rows, slopes, by, **params, fixed=not training)
        else:
            found = getattr(norms_plain, f"{self._name}_vjp")(rows, slopes, **params)
        return Gradients(self._whole(found, x, shape, out), np.empty(0), np.empty(0))

    def updated(self, kept: Any, by: Any, shape: Shape, **knobs: float) -> Any:
        """The range of all batches so far; the directions as they are."""
        if self._name == "spectral":
            return by
        return np.stack([np.minimum(kept[:, 0], by[:, 0]), np.maximum(kept[:, 1], by[:, 1])], axis=1)

    def _axes(self, shape: Shape) -> tuple[tuple[int, ...], tuple[int, int, int]]:
        """The array's axes, and the order in which sets come first and their numbers last."""
        n, c, p = (0, 2, 1) if shape.channels_last else (0, 1, 2)
        sizes = [0, 0, 0]
        sizes[n], sizes[c], sizes[p] = shape.samples, shape.channels, shape.positions
        return tuple(sizes), (c, n, p) if self._shares == "channel" else (n, p, c)

    def _rows(self, x: np.ndarray, shape: Shape) -> np.ndarray:
        numbers = x.astype(np.float64)
        if self._shares == "matrix":
            return numbers.reshape(shape.samples, shape.features)
        sizes, order = self._axes(shape)
        turned = numbers.reshape(sizes).transpose(order)
        return turned.reshape(shape.channels if self._shares == "channel" else -1, self._length(shape))

    def _length(self, shape: Shape) -> int:
        return shape.samples * shape.positions if self._shares == "channel" else shape.channels

    def _whole(self, rows: np.ndarray, x: np.ndarray, shape: Shape, out: np.ndarray | None) -> np.ndarray:
        out = np.empty_like(x) if out is None else out
        if self._shares == "matrix":
            out[...] = rows.reshape(out.shape)
            return out
        sizes, order = self._axes(shape)
        turned = rows.reshape([sizes[axis] for axis in order]).transpose(np.argsort(order))
        out[...] = turned.reshape(out.shape)
        return out


NORMS: dict[str, Norm] = {
    "batch": ByMoments("channel", "channel"),
    "batch_renorm": Renormalised("channel", "channel"),
    "layer": ByMoments("sample", "feature"),
    "group": ByMoments("group", "channel"),
    "instance": ByMoments("instance", "channel"),
    "rms": ByMoments("sample", "feature", centred=False),
    "unit": Plain("unit", "position"),
    "lrn": Plain("lrn", "position"),
    "minmax": Plain("minmax", "channel"),
    "weight": ByMoments("sample", "set", centred=False, by_length=True),
    "weight_standard": ByMoments("sample", "set"),
    "spectral": Plain("spectral", "matrix"),
}
