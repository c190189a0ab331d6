"""Batch and layer normalisation beside torch and jax: forward and backward, and what the memory allows.

`python -m tests.peers.norm_speed THREADS [FILE.md]` races all on float32. Each contender gets x, the gradient by the
result, gains and biases, and gives the result, gradients by all three, and running statistics. A copy takes turns with
them: a pass over memory cannot be faster than the share of it that it reads and writes.
"""

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dlc.cli.catalog import norm_kernel
from dlc.cli.timing import paired_ratio, race
from dlc.kernels.cache import write_whole
from dlc.kernels.norms_moments import Shape
from dlc.reference.norms import NORMS

EPS, MOMENTUM = 1e-5, 0.1
BUDGET = 6.0  # seconds for all contenders of a case
CASES = {
    "batch": ((65536, 256), (64, 64, 32, 32)),
    "layer": ((65536, 256),),
    "group": ((64, 64, 32, 32),),
}
GROUPS = 8
# Arrays read or written at least. Statistics of a set that no cache holds: x to measure, x and y to normalise; x and v
# for the sums, x, v and dx for the slopes. Where the caches hold it: x and y, then x, v and dx.
ARRAYS = {"batch": 8, "layer": 5, "group": 5}
Call = Callable[[], Any]


def main() -> None:
    """Race all, print the table, and keep it where a file is named."""
    threads = int(sys.argv[1])
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # jax takes whatever it finds
    import jax
    import torch

    torch.set_num_threads(threads)
    lines = [
        f"Forward and backward of float32 arrays, {threads} thread(s): milliseconds (median), how many times as fast",
        f"as torch {torch.__version__} and jax {jax.__version__} (95 % interval), and the share of a copy's",
        "speed, over so many readings and writings of an array as are unavoidable.",
        "",
        "| normalisation | shape | dlc | torch | jax | copy | torch / dlc | jax / dlc | arrays | share of copy |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, shapes in CASES.items():
        for shape in shapes:
            lines.append(_row(name, shape, threads))
            print(lines[-1], flush=True)
    if len(sys.argv) > 2:
        write_whole(Path(sys.argv[2]), ("\n".join(lines) + "\n").encode())


def _row(name: str, shape: tuple[int, ...], threads: int) -> str:
    timings = race(dict(_contenders(name, shape, threads)), budget=BUDGET)
    times = [f"{timings[each].median * 1e3:.1f}" for each in ("dlc", "torch", "jax", "copy")]
    ratios = (paired_ratio(timings[each].seconds, timings["dlc"].seconds) for each in ("torch", "jax"))
    told = [f"{each.ratio:.2f} ({each.low:.2f} to {each.high:.2f})" for each in ratios]
    share = paired_ratio(timings["copy"].seconds, timings["dlc"].seconds).ratio * ARRAYS[name] / 2
    sizes = "×".join(map(str, shape))
    return f"| {name} | {sizes} | {' | '.join(times)} | {' | '.join(told)} | {ARRAYS[name]} | {share:.2f} |"


def _contenders(name: str, shape: tuple[int, ...], threads: int) -> Iterator[tuple[str, Call]]:
    random = np.random.default_rng(1)
    x, v = (random.normal(size=shape).astype(np.float32) for _ in range(2))
    channels = shape[1]
    gain, bias = random.uniform(0.5, 2, channels), random.normal(size=channels)
    yield "dlc", partial(_ours, name, x, v, gain, bias, np.empty_like(x), np.empty_like(x), threads)
    yield "torch", _of_torch(name, x, v, gain, bias)
    yield "jax", _of_jax(name, x, v, gain, bias)
    yield "copy", partial(_copied, np.empty_like(x), x, threads)


def _copied(target: np.ndarray, source: np.ndarray, threads: int) -> None:
    """In as many parts as threads."""
    from dlc.kernels.lift import pool

    parts = zip(np.array_split(target, threads), np.array_split(source, threads), strict=True)
    for done in [pool(threads).submit(np.copyto, *part) for part in parts]:
        done.result()


def _ours(
    name: str,
    x: np.ndarray,
    v: np.ndarray,
    gain: np.ndarray,
    bias: np.ndarray,
    y: np.ndarray,
    slopes: np.ndarray,
    threads: int,
) -> Any:
    kernel = norm_kernel(NORMS[name])
    positions = int(np.prod(x.shape[2:]))
    shape = Shape(x.shape[0], x.shape[1], positions, x.ndim == 2, GROUPS if name == "group" else 1)
    params = {"eps": EPS}
    _, by = kernel.forward(x, shape, params, gain, bias, out=y, threads=threads)
    found = kernel.backward(x, v, shape, params, by, gain, out=slopes, threads=threads)
    if name == "batch":
        kept = np.tile((0.0, 1.0), (x.shape[1], 1))
        return found, kernel.updated(kept, by, shape, momentum=MOMENTUM, unbiased=1.0)
    return found


def _of_torch(name: str, x: np.ndarray, v: np.ndarray, gain: np.ndarray, bias: np.ndarray) -> Call:
    import torch
    from torch.nn import functional as F  # noqa: N812

    inputs = [torch.from_numpy(each.astype(np.float32)).requires_grad_() for each in (x, gain, bias)]
    slopes, (mean, variance) = torch.from_numpy(v), (torch.zeros(len(gain)), torch.ones(len(gain)))
    forward = {
        "batch": lambda x, g, b: F.batch_norm(x, mean, variance, g, b, training=True, momentum=MOMENTUM, eps=EPS),
        "layer": lambda x, g, b: F.layer_norm(x, (len(gain),), g, b, EPS),
        "group": lambda x, g, b: F.group_norm(x, GROUPS, g, b, EPS),
    }[name]
    return lambda: torch.autograd.grad(forward(*inputs), inputs, slopes)


def _of_jax(name: str, x: np.ndarray, v: np.ndarray, gain: np.ndarray, bias: np.ndarray) -> Call:
    import jax
    import jax.numpy as jnp

    channels = (1, -1) + (1,) * (x.ndim - 2)

    def forward(x: Any, g: Any, b: Any) -> Any:
        shape, axes = x.shape, {"batch": (0, *range(2, x.ndim)), "layer": (1,), "group": (2, 3, 4)}[name]
        if name == "group":
            x = x.reshape(shape[0], GROUPS, shape[1] // GROUPS, *shape[2:])
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        hat = ((x - mean) * jax.lax.rsqrt(variance + EPS)).reshape(shape)
        return hat * g.reshape(channels) + b.reshape(channels), (mean, variance)

    @jax.jit
    def both(x: Any, g: Any, b: Any, v: Any) -> Any:
        y, back, kept = jax.vjp(forward, x, g, b, has_aux=True)
        return y, back(v), kept

    given = [jnp.asarray(each.astype(np.float32)) for each in (x, gain, bias, v)]
    return lambda: jax.block_until_ready(both(*given))


if __name__ == "__main__":
    main()
