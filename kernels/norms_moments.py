"""Normalisations of arrays [samples, channels, positions] or [samples, positions, channels] by their moments.

Compiled loops go over memory as few times as the caches allow; the bits do not depend on the number of threads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dlc.kernels.lift import BLOCK, PARALLEL_FROM, STREAM_FROM, TYPES, pool
from dlc.kernels.norms_columns import FEW, ROWS, STRIP, column_lines, column_slope_sums, column_sums
from dlc.kernels.norms_rows import HEAD as ROW_HEAD
from dlc.kernels.norms_rows import ROWS as ROW_BLOCK
from dlc.kernels.norms_rows import row_backward, row_forward
from dlc.kernels.norms_runs import HEAD, MOMENTS, run_backward, run_forward


class Shape(NamedTuple):
    """How an array's memory is meant."""

    samples: int
    channels: int
    positions: int = 1
    channels_last: bool = True
    groups: int = 1

    @property
    def size(self) -> int:
        """Of the array."""
        return self.samples * self.channels * self.positions

    @property
    def features(self) -> int:
        """Numbers of a sample."""
        return self.channels * self.positions


class Gradients(NamedTuple):
    """Those by the input, the gains and the biases."""

    x: np.ndarray
    gain: np.ndarray
    bias: np.ndarray


class Result(NamedTuple):
    """What is normalised, and the moments of each set: its mean in two parts, and its variance by n."""

    y: np.ndarray
    moments: np.ndarray  # [sets, 3] float64


@dataclass(frozen=True)
class Moments:
    """What is shared, and whether a set's mean is taken off it: batch, layer, group, instance, rms, weight."""

    shares: str  # channel, sample, group or instance
    gain: str  # what has one: channel, feature or set
    centred: bool = True

    def forward(
        self,
        x: np.ndarray,
        shape: Shape,
        eps: float,
        gain: np.ndarray | None = None,
        bias: np.ndarray | None = None,
        *,
        moments: np.ndarray | None = None,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> Result:
        """γ·(x − mean)/√(variance + ε) + β, by the MOMENTS that are given, or those of X.

        Gains and biases are float64. Raises TypeError for other types than float32 and float64.
        """
        x = _checked(x)
        out = np.empty_like(x) if out is None else out
        count = self.gains(shape)
        gain = np.ones(count) if gain is None else gain
        bias = np.zeros(count) if bias is None else bias
        return self._pass(shape).forward(x, out, eps, gain, bias, moments, threads)

    def moments(self, x: np.ndarray, shape: Shape, *, threads: int = 1) -> np.ndarray:
        """Those of each set. Raises ValueError where sets are rows."""
        found = self._pass(shape)
        if isinstance(found, Rows):
            raise ValueError("moments of rows come with the forward pass alone")
        return found.moments(_checked(x), threads)

    def backward(
        self,
        x: np.ndarray,
        v: np.ndarray,
        shape: Shape,
        eps: float,
        moments: np.ndarray,
        gain: np.ndarray | None = None,
        *,
        fixed: bool = False,
        out: np.ndarray | None = None,
        threads: int = 1,
    ) -> Gradients:
        """The gradients of Σ V·forward; MOMENTS that are FIXED do not follow X."""
        x, v = _checked(x), np.ascontiguousarray(v)
        out = np.empty_like(x) if out is None else out
        gain = np.ones(self.gains(shape)) if gain is None else gain
        return self._pass(shape).backward(x, v, out, eps, gain, moments, fixed, threads)

    def gains(self, shape: Shape) -> int:
        """How many gains there are."""
        return {"channel": shape.channels, "feature": shape.features, "set": shape.samples}[self.gain]

    def _pass(self, shape: Shape) -> "Columns | Runs | Rows":
        """The loops that go over an array of this shape. Raises ValueError where sets are no runs of it."""
        samples, channels, positions, last, groups = shape
        if last and positions > 1 and self.shares in ("group", "instance"):
            raise ValueError(f"{self.shares} normalisation takes channels before positions")
        if self.gain == "feature":
            return Rows(samples, shape.features, 1, self.centred)
        if self.gain == "set":
            return Runs(samples, 1, shape.features, shape.features, 0, samples, 1, 0, samples, shape.size, self.centred)
        if self.shares == "channel":
            if last or positions == 1:
                return Columns(samples * positions, channels)
            run = channels * positions
            return Runs(channels, samples, positions, positions, run, channels, 1, 0, channels, shape.size)
        if self.shares == "instance":
            groups = channels
        each = channels // groups
        if positions == 1:
            return Rows(samples * groups, each, groups)
        return Runs(
            samples * groups, each, positions, each * positions, positions, groups, each, 1, channels, shape.size
        )


def _checked(x: np.ndarray) -> np.ndarray:
    if x.dtype not in TYPES:
        raise TypeError(f"a normalisation takes float32 or float64 in the machine's byte order, not {x.dtype.str}")
    return np.ascontiguousarray(x)


def _in_parts(work: Callable[[int, int], None], count: int, step: int, numbers: int, threads: int) -> None:
    """WORK(start, stop) over COUNT things; parts begin at multiples of STEP."""
    if threads < 2 or numbers < PARALLEL_FROM or count <= step:
        work(0, count)
        return
    size = -(-count // (threads * step)) * step
    starts = range(size, count, size)
    pending = [pool(threads).submit(work, start, min(start + size, count)) for start in starts]
    work(0, min(size, count))  # by the caller itself
    for done in pending:
        done.result()


def _streams(out: np.ndarray) -> bool:
    return bool(out.nbytes >= STREAM_FROM)


@dataclass(frozen=True)
class Columns:
    """Sets are the columns of [rows, channels]."""

    rows: int
    channels: int

    def moments(self, x: np.ndarray, threads: int) -> np.ndarray:
        """Merged from those of blocks of rows (Chan, Golub & LeVeque 1983)."""
        data = x.reshape(self.rows, self.channels)
        starts = range(0, self.rows, ROWS)
        pivots = np.stack([data[start : start + FEW].mean(0, dtype=np.float64) for start in starts]).astype(x.dtype)
        sums, count = self._sums(column_sums, data, None, pivots, threads)
        pivots = pivots.astype(np.float64)
        origin = pivots[0]
        levels = (pivots - origin) + sums[:, 0] / count
        spread = sums[:, 1] - sums[:, 0] ** 2 / count
        level = (levels * count).sum(0) / self.rows
        variance = (spread + count * (levels - level) ** 2).sum(0) / self.rows
        mean = (origin + level).astype(x.dtype).astype(np.float64)
        return np.stack([mean, (origin - mean) + level, np.maximum(variance, 0.0)], axis=1)

    def forward(
        self,
        x: np.ndarray,
        out: np.ndarray,
        eps: float,
        gain: np.ndarray,
        bias: np.ndarray,
        moments: np.ndarray | None,
        threads: int,
    ) -> Result:
        """Two readings of X: the mean of a column is known at its end."""
        moments = self.moments(x, threads) if moments is None else moments
        mean, rest, variance = moments.T
        scale = gain / np.sqrt(variance + eps)
        self._lines(x, None, out, [mean, scale, bias - rest * scale, np.zeros_like(mean)], threads)
        return Result(out, moments)

    def backward(
        self,
        x: np.ndarray,
        v: np.ndarray,
        out: np.ndarray,
        eps: float,
        gain: np.ndarray,
        moments: np.ndarray,
        fixed: bool,
        threads: int,
    ) -> Gradients:
        """Two readings of X and V."""
        mean, rest, variance = moments.T
        scale = 1 / np.sqrt(variance + eps)
        sums, _ = self._sums(column_slope_sums, x, v, mean.astype(x.dtype), threads)
        by_bias, by_gain = sums.sum(0)
        by_gain = (by_gain - rest * by_bias) * scale
        level, along = (np.zeros_like(mean),) * 2 if fixed else (by_bias / self.rows, by_gain / self.rows)
        slope = -gain * along * scale**2
        self._lines(x, v, out, [mean, slope, -slope * rest - gain * level * scale, gain * scale], threads)
        return Gradients(out, by_gain, by_bias)

    def _sums(
        self,
        loop_of: Callable[[str], Callable[..., None]],
        x: np.ndarray,
        v: np.ndarray | None,
        centre: np.ndarray,
        threads: int,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Two sums of each block and column, and how many rows each block has."""
        loop, data = loop_of(x.dtype.name), x.reshape(self.rows, self.channels)
        slopes = None if v is None else v.reshape(data.shape)
        sums = np.empty((-(-self.rows // ROWS), 2, self.channels))

        def work(start: int, stop: int) -> None:
            given = None if slopes is None else slopes[start:stop]
            first, last = start // ROWS, -(-stop // ROWS)
            chosen = centre[first:last] if slopes is None else centre
            scratch = np.concatenate([chosen.reshape(-1), np.empty(2 * STRIP, x.dtype)])
            loop(data[start:stop], given, None, scratch, sums[start // ROWS :], stop - start, self.channels, 1, 0)

        _in_parts(work, self.rows, ROWS, x.size, threads)
        count = np.minimum(ROWS, self.rows - ROWS * np.arange(len(sums)))
        return sums, count[:, None].astype(np.float64)

    def _lines(
        self, x: np.ndarray, v: np.ndarray | None, out: np.ndarray, lines: list[np.ndarray], threads: int
    ) -> None:
        loop, data = column_lines(x.dtype.name), x.reshape(self.rows, self.channels)
        slopes = data if v is None else v.reshape(data.shape)
        target, numbers = out.reshape(data.shape), np.stack(lines).astype(x.dtype)

        def work(start: int, stop: int) -> None:
            scratch = np.concatenate([numbers.reshape(-1), np.empty(BLOCK, x.dtype)])
            part = slice(start, stop)
            loop(data[part], slopes[part], target[part], scratch, None, stop - start, self.channels, v is not None,
                 _streams(out))  # fmt: skip

        _in_parts(work, self.rows, 1, x.size, threads)


@dataclass(frozen=True)
class Runs:
    """Sets are runs of numbers side by side, each with one gain."""

    sets: int
    runs: int  # of a set
    length: int  # of a run
    set_stride: int
    run_stride: int
    cycle: int  # after so many sets the gains come again
    channels_of_set: int
    channels_of_run: int
    channels: int
    size: int
    centred: bool = True

    def moments(self, x: np.ndarray, threads: int) -> np.ndarray:
        """By one reading of X."""
        nothing = np.zeros(self.channels)
        return self._forward(x, x, 0.0, nothing, nothing, None, threads, applied=False)

    def forward(
        self,
        x: np.ndarray,
        out: np.ndarray,
        eps: float,
        gain: np.ndarray,
        bias: np.ndarray,
        moments: np.ndarray | None,
        threads: int,
    ) -> Result:
        """One reading of X where a set stays in the caches."""
        return Result(out, self._forward(x, out, eps, gain, bias, moments, threads, applied=True))

    def _forward(
        self,
        x: np.ndarray,
        out: np.ndarray,
        eps: float,
        gain: np.ndarray,
        bias: np.ndarray,
        moments: np.ndarray | None,
        threads: int,
        *,
        applied: bool,
    ) -> np.ndarray:
        loop = run_forward(x.dtype.name)
        found = np.zeros((self.sets, MOMENTS)) if moments is None else moments

        def work(start: int, stop: int) -> None:
            head = self._head(start, eps, moments is not None, applied)
            params = np.concatenate([head, gain, bias, found[start:stop].reshape(-1)])
            block = np.empty(BLOCK, x.dtype)
            loop(x, None, out, block, params, stop - start, self.length, self.runs, _streams(out))
            if moments is None:
                found[start:stop] = params[HEAD + 2 * self.channels :].reshape(-1, MOMENTS)

        _in_parts(work, self.sets, 1, x.size, threads)
        return found

    def backward(
        self,
        x: np.ndarray,
        v: np.ndarray,
        out: np.ndarray,
        eps: float,
        gain: np.ndarray,
        moments: np.ndarray,
        fixed: bool,
        threads: int,
    ) -> Gradients:
        """One reading of X and V where a set stays in the caches."""
        loop = run_backward(x.dtype.name)
        sums = np.empty((self.sets, self.runs, 2))

        def work(start: int, stop: int) -> None:
            room = np.empty((stop - start) * self.runs * 2)
            params = np.concatenate([self._head(start, eps, fixed, True), gain, moments[start:stop].reshape(-1), room])
            block = np.empty(BLOCK, x.dtype)
            loop(x, v, out, block, params, stop - start, self.length, self.runs, _streams(out))
            sums[start:stop] = params[-room.size :].reshape(-1, self.runs, 2)

        _in_parts(work, self.sets, 1, x.size, threads)
        return Gradients(out, *self._by_channel(sums).T)

    def _by_channel(self, sums: np.ndarray) -> np.ndarray:
        """The sums of each run, added up for each channel."""
        if not self.channels_of_run:  # all runs of a set have one gain
            return np.asarray(sums.sum(1).reshape(-1, self.channels, 2).sum(0))
        return np.asarray(sums.reshape(-1, self.channels, 2).sum(0))

    def _head(self, first: int, eps: float, given: bool, applied: bool) -> np.ndarray:
        return np.array([
            first, self.set_stride, self.run_stride, self.cycle, self.channels_of_set, self.channels_of_run,
            self.channels, self.size, eps, self.centred, given, applied,
        ], np.float64)  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """Sets are rows, with a gain for each number of so many rows as are a CYCLE."""

    rows: int
    columns: int
    cycle: int
    centred: bool = True

    def forward(
        self,
        x: np.ndarray,
        out: np.ndarray,
        eps: float,
        gain: np.ndarray,
        bias: np.ndarray,
        moments: np.ndarray | None,
        threads: int,
    ) -> Result:
        """One reading of X where a row stays in the caches."""
        loop, data, target = row_forward(x.dtype.name), *(each.reshape(self.rows, self.columns) for each in (x, out))
        factors, found = np.concatenate([gain, bias]).astype(x.dtype), np.empty((self.rows, MOMENTS))

        def work(start: int, stop: int) -> None:
            params = np.concatenate([[eps, self.centred], np.empty((stop - start) * MOMENTS)])
            block = np.empty(BLOCK, x.dtype)
            part = slice(start, stop)
            loop(data[part], factors, target[part], block, params, stop - start, self.columns, self.cycle,
                 _streams(out))  # fmt: skip
            found[part] = params[ROW_HEAD:].reshape(-1, MOMENTS)

        _in_parts(work, self.rows, self.cycle, x.size, threads)
        return Result(out, found)

    def backward(
        self,
        x: np.ndarray,
        v: np.ndarray,
        out: np.ndarray,
        eps: float,
        gain: np.ndarray,
        moments: np.ndarray,
        fixed: bool,
        threads: int,
    ) -> Gradients:
        """One reading of X and V where a row stays in the caches."""
        loop = row_backward(x.dtype.name)
        data, slopes, target = (each.reshape(self.rows, self.columns) for each in (x, v, out))
        step, features = ROW_BLOCK * self.cycle, self.cycle * self.columns
        gains, sums = gain.astype(x.dtype), np.empty((-(-self.rows // step), 2, features))

        def work(start: int, stop: int) -> None:
            room = np.empty(-(-(stop - start) // step) * 2 * features)
            params = np.concatenate([[eps, self.centred], moments[start:stop].reshape(-1), room])
            scratch = np.concatenate([gains, np.empty(BLOCK + 2 * features, x.dtype)])
            part = slice(start, stop)
            loop(data[part], slopes[part], target[part], scratch, params, stop - start, self.columns, self.cycle,
                 _streams(out))  # fmt: skip
            sums[start // step : -(-stop // step)] = params[-room.size :].reshape(-1, 2, features)

        _in_parts(work, self.rows, step, x.size, threads)
        return Gradients(out, *sums.sum(0))
