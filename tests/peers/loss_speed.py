"""Losses beside torch and jax: value of the mean and its gradient at a million numbers.

`python -m tests.peers.loss_speed THREADS [FILE.md]` times every loss that torch or optax has. All take turns in one
race; jax is compiled, and the kernels write into an array that is there.
"""

import math
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from dlc.cli.catalog import loss_kernel
from dlc.cli.loss_libraries import as_taken, called
from dlc.cli.loss_samples import drawn, fitting
from dlc.cli.timing import paired_ratio, race
from dlc.kernels.cache import write_whole
from dlc.reference.loss_convention import LossConvention
from dlc.reference.loss_conventions import LOSS_CONVENTIONS
from dlc.reference.losses import LOSSES, LossCard

NUMBERS, ROW = 1_000_000, 100
BUDGET = 0.4  # seconds for all contenders of a loss
# Losses of a whole batch or sequence in one row: a row of 100 numbers says nothing of their speed.
OF_A_BATCH = ("ntxent", "ctc", "supervised_contrastive", "npairs", "info_nce", "lovasz_hinge")
Call = Callable[[], Any]


def main() -> None:
    """Race all, print the table, and keep it where a file is named."""
    threads = int(sys.argv[1])
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})  # jax takes whatever it finds
    import jax
    import torch

    jax.config.update("jax_enable_x64", True)
    torch.set_num_threads(threads)
    lines = [
        f"Value of the mean and its gradient, a million numbers (rows of {ROW}), {threads} thread(s): nanoseconds a",
        f"number, and how many times as fast as the quicker of torch {torch.__version__} and jax {jax.__version__}.",
        "",
        "| loss | type | dlc | torch | jax | times as fast |",
        "|---|---|---|---|---|---|",
    ]
    ratios: dict[str, list[float]] = {"float32": [], "float64": []}
    for card in LOSSES.values():
        found = [library for library in ("torch", "optax") if card.name in LOSS_CONVENTIONS[library]]
        if not found or card.name in OF_A_BATCH:
            continue
        for dtype, times in ratios.items():
            contenders = dict(_contenders(card, dtype, found, threads))
            if len(contenders) == 1:
                continue
            cells, ratio = _raced(contenders)
            times.append(ratio)
            lines.append(f"| {card.name} | {dtype} | {' | '.join(cells)} | {ratio:.2f} |")
            print(lines[-1], flush=True)
    lines.append("")
    for dtype, times in ratios.items():
        lines.append(
            f"- {dtype}: geometric mean {math.exp(np.mean(np.log(times))):.2f} over {len(times)} losses; "
            f"slower in {sum(each < 1 for each in times)}."
        )
    print("\n".join(lines[-2:]))
    if len(sys.argv) > 2:
        write_whole(Path(sys.argv[2]), ("\n".join(lines) + "\n").encode())


def _raced(contenders: dict[str, Call]) -> tuple[list[str], float]:
    """Nanoseconds a number of dlc, torch and jax, and the ratio to the quickest of the others."""
    timings = race(contenders, budget=BUDGET)
    cells = [
        f"{timings[name].median / NUMBERS * 1e9:.2f}" if name in timings else "" for name in ("dlc", "torch", "optax")
    ]
    best = min((name for name in timings if name != "dlc"), key=lambda name: timings[name].median)
    return cells, paired_ratio(timings[best].seconds, timings["dlc"].seconds).ratio


def _contenders(card: LossCard, dtype: str, libraries: list[str], threads: int) -> Iterator[tuple[str, Call]]:
    p, t = _data(card, dtype)
    gradient = np.empty_like(p)
    count = p.size // p.shape[-1] if card.row else p.size
    params = list(card.knobs.values())
    yield "dlc", partial(loss_kernel(card), p, t, *params, gradient=gradient, scale=1 / count, threads=threads)
    makers = {"torch": _of_torch, "optax": _of_jax}
    for library in libraries:
        call = makers[library](LOSS_CONVENTIONS[library][card.name], p, t)
        try:
            call()
        except TypeError as error:
            print(f"{library} fails on {card.name} {dtype}: {str(error)[:80]}", file=sys.stderr)
        else:
            yield library, call


def _of_torch(found: LossConvention, p: np.ndarray, t: np.ndarray) -> Call:
    import torch

    pred, target = torch.from_numpy(p.copy()).requires_grad_(), torch.from_numpy(as_taken(found, t))
    mean = partial(called, "torch", found, found.run_with(found.params), lambda _: target)
    return lambda: torch.autograd.grad(mean(pred, t).mean(), pred)


def _of_jax(found: LossConvention, p: np.ndarray, t: np.ndarray) -> Call:
    import jax

    pred, target = jax.numpy.asarray(p), jax.numpy.asarray(as_taken(found, t))
    values = partial(called, "optax", found, found.run_with(found.params))
    both = jax.jit(jax.value_and_grad(lambda pred, target: values(lambda _: target, pred, t).mean()))
    return lambda: jax.block_until_ready(both(pred, target))


def _data(card: LossCard, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    columns = fitting(card, card.knobs, ROW) if card.row else ROW
    width = card.width(columns, **card.knobs) if card.row else columns
    rows = NUMBERS // columns
    pred = drawn(card.pred, random, (rows, columns), 1.0, columns).astype(dtype)
    target = drawn(card.target, random, (rows, width), 1.0, columns).astype(dtype)
    return (pred, target) if card.row else (pred.reshape(-1), target.reshape(-1))


if __name__ == "__main__":
    main()
