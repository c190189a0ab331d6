"""Races beside optax and torch, and steps over one big vector: `python -m tests.peers.optimizer_speed [FILE.md]`.

All contenders of a line take turns in one run. optax is vmap + lax.scan, compiled, with the textbook function's own
gradient by jax; `judged` keeps each run's loss and step of divergence, as dlc always does. torch.optim is its own loop.
"""

import math
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import torch

from dlc.cli.timing import Ratio, Timing, paired_ratio, race
from dlc.kernels.cache import write_whole
from dlc.kernels.chain import chain
from dlc.kernels.dense import Dense
from dlc.kernels.problems import problem_of
from dlc.kernels.race import Race, advance_all

RUNS, STEPS = 256, 50_000
BUDGET = 1.5  # seconds for all contenders of a line
SIZES = (10_000, 1_000_000, 20_000_000)

Call = Callable[[], Any]

# Function, dimension, and the same function in jax.
FUNCTIONS: dict[tuple[str, int], Callable[[Any], Any]] = {
    ("rosenbrock", 2): lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2,
    ("rastrigin", 2): lambda x: 10 * x.size + jnp.sum(x**2 - 10 * jnp.cos(2 * math.pi * x)),
    ("quadratic", 10): lambda x: jnp.sum(1e4 ** (jnp.arange(10, dtype=x.dtype) / 9) * x**2) / 2,
    ("rosenbrock", 10): lambda x: jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
}
OPTIMIZERS: dict[str, Callable[[Any], optax.GradientTransformation]] = {
    "gd": optax.sgd,
    "momentum": lambda rate: optax.sgd(rate, momentum=0.9),
    "adam": optax.adam,
}
DENSE: dict[str, tuple[Callable[[Any], Any], optax.GradientTransformation]] = {
    "momentum": (lambda p: torch.optim.SGD([p], lr=1e-3, momentum=0.9, fused=True), optax.sgd(1e-3, momentum=0.9)),
    "adam": (lambda p: torch.optim.Adam([p], fused=True), optax.adam(1e-3)),
    "adamw": (lambda p: torch.optim.AdamW([p], fused=True), optax.adamw(1e-3, weight_decay=0.01)),
}


def optax_race(
    function: Callable[[Any], Any], made: Callable[[Any], Any], start: np.ndarray, rates: np.ndarray, dtype: str,
    *, judged: bool,
) -> Call:  # fmt: skip
    """The same race in optax, vectorised over the runs and compiled as one scan."""

    def run(x: Any, rate: Any) -> Any:
        optimizer = made(rate)

        def step(carry: Any, t: Any) -> Any:
            x, state, diverged, _ = carry
            loss, g = jax.value_and_grad(function)(x)
            moves, state = optimizer.update(g, state)
            moved = optax.apply_updates(x, moves)
            if judged:
                is_lost = ~(jnp.isfinite(loss) & jnp.all(jnp.abs(x) <= 1e8))
                diverged = jnp.where((diverged < 0) & is_lost, t, diverged)
                moved = jnp.where(diverged < 0, moved, x)
            return (moved, state, diverged, loss), None

        begin = x, optimizer.init(x), jnp.int32(-1), function(x)
        end = jax.lax.scan(step, begin, jnp.arange(STEPS, dtype=jnp.int32))[0]
        return (end[0], end[2], end[3]) if judged else (end[0],)

    compiled = jax.jit(jax.vmap(run))
    arguments = jnp.array(start.T, dtype), jnp.array(rates, dtype)
    return lambda: jax.block_until_ready(compiled(*arguments))[0]


def races(dtype: str, pool: ThreadPoolExecutor) -> list[str]:
    """A line for each function and optimizer."""
    lines = []
    for (name, dimension), function in FUNCTIONS.items():
        start = np.tile(np.linspace(-1.2, 1.0, dimension)[:, None], (1, RUNS))
        rates = np.geomspace(1e-6, 1e-4, RUNS)
        for optimizer, made in OPTIMIZERS.items():

            def dlc(with_pool: Any = None, problem: str = name, size: int = dimension, entrant: str = optimizer,
                    x: np.ndarray = start, lr: np.ndarray = rates) -> np.ndarray:  # fmt: skip
                entry = Race(problem_of(problem, size), chain([(entrant, {})]), x, lr, dtype=dtype)
                advance_all([entry], STEPS, with_pool)
                return entry.x

            plain, judged = (optax_race(function, made, start, rates, dtype, judged=each) for each in (False, True))
            if not np.allclose(np.median(plain(), axis=0), np.median(dlc(), axis=1), rtol=1e-2, atol=1e-3):
                sys.exit(f"optax ends elsewhere than dlc: {name} {optimizer}")
            contenders = {"optax": plain, "judged": judged, "one": dlc, "two": lambda run=dlc: run(pool)}
            found = race(contenders, budget=BUDGET)
            speed = {each: RUNS * STEPS / timing.median / 1e6 for each, timing in found.items()}
            cells = [f"{speed[each]:.0f}" for each in ("one", "two", "optax", "judged")]
            cells += [told(_ratio(found, peer, own)) for own in ("one", "two") for peer in ("optax", "judged")]
            lines.append(f"| {name} {dimension}-D | {optimizer} | {dtype} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    return lines


def eager() -> str:
    """torch.optim's own loop on 2-D Rosenbrock, one run at a time, beside dlc."""
    steps = 2_000

    def of_torch() -> Any:
        x = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([x], lr=1e-3)
        for _ in range(steps):
            optimizer.zero_grad()
            (100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2).backward()
            optimizer.step()
        return x.detach().numpy()

    start = np.tile([[-1.2], [1.0]], (1, RUNS))
    pool = ThreadPoolExecutor(2)

    def dlc() -> np.ndarray:
        entry = Race(problem_of("rosenbrock"), chain([("adam", {})]), start, np.full(RUNS, 1e-3))
        advance_all([entry], 100 * steps, pool)
        return entry.x

    entry = Race(problem_of("rosenbrock"), chain([("adam", {})]), start, np.full(RUNS, 1e-3))
    advance_all([entry], steps)
    if not np.allclose(of_torch(), entry.x[:, 0], rtol=1e-9):
        sys.exit("torch's loop ends elsewhere than dlc")
    found = race({"torch": of_torch, "dlc": dlc}, budget=2 * BUDGET)
    slow, fast = steps / found["torch"].median, RUNS * 100 * steps / found["dlc"].median
    return (
        f"torch.optim.Adam, its own loop on 2-D Rosenbrock, float64: {slow:,.0f} steps a second; dlc, {RUNS} runs side "
        f"by side on two threads: {fast:,.0f}; {fast / slow:,.0f} times as many."
    )


def dense(threads: int, pool: ThreadPoolExecutor) -> list[str]:
    """A line for each optimizer and size, float32."""
    torch.set_num_threads(threads)
    lines = []
    for name, (of_torch, of_optax) in DENSE.items():
        for size in SIZES:
            g = np.random.default_rng(0).normal(size=size).astype(np.float32)
            own = Dense(name, np.ones(size), 1e-3, threads=threads)
            own.g[:] = g
            tensor = torch.ones(size, requires_grad=True)
            tensor.grad = torch.from_numpy(g.copy())
            optimizer = of_torch(tensor)
            contenders: dict[str, Call] = {"dlc": lambda own=own: own.step(pool if threads > 1 else None)}
            contenders["torch"] = optimizer.step
            contenders["optax"] = _optax_steps(of_optax, g)
            found = race(contenders, budget=BUDGET)
            micro = [f"{found[each].median * 1e6:,.1f}" for each in ("dlc", "torch", "optax")]
            cells = [told(_ratio(found, each, "dlc")) for each in ("torch", "optax")]
            lines.append(f"| {name} | {size:,} | {threads} | " + " | ".join([*micro, *cells]) + " |")
            print(lines[-1], flush=True)
    return lines


def _optax_steps(optimizer: optax.GradientTransformation, g: np.ndarray) -> Call:
    """One step after another in optax, compiled, its buffers given back to it."""
    gradient = jnp.array(g)

    def step(x: Any, state: Any) -> Any:
        moves, state = optimizer.update(gradient, state, x)
        return optax.apply_updates(x, moves), state

    compiled = jax.jit(step, donate_argnums=(0, 1))
    x = jnp.ones(g.size, jnp.float32)
    kept = [x, optimizer.init(x)]

    def call() -> None:
        kept[:] = jax.block_until_ready(compiled(*kept))

    return call


def _ratio(found: dict[str, Timing], peer: str, own: str) -> Ratio:
    return paired_ratio(found[peer].seconds, found[own].seconds)


def told(ratio: Ratio) -> str:
    return f"{ratio.ratio:.2f} ({ratio.low:.2f}-{ratio.high:.2f})"


def main() -> None:
    """Race all, print the tables, and keep them where a file is named."""
    jax.config.update("jax_enable_x64", True)
    pool = ThreadPoolExecutor(2)
    lines = [
        "# Optimizers: speed beside optax and torch",
        "",
        f"`python -m tests.peers.optimizer_speed`: {RUNS} runs of {STEPS} steps side by side, in one interleaved run. "
        "Millions of steps a second; ratios are how many times as fast as optax (vmap + lax.scan) dlc is, with 95 % "
        "intervals. `judged` also keeps each run's loss and step of divergence, as dlc always does.",
        "",
        "| function | optimizer | type | dlc, 1 thread | 2 threads | optax | optax judged "
        "| 1 thread : optax | : judged | 2 threads : optax | : judged |",
        "|" + "---|" * 11,
        *(line for dtype in ("float64", "float32") for line in races(dtype, pool)),
        "",
        eager(),
        "",
        "One step over one big vector of float32 parameters, microseconds; torch is fused, optax compiled:",
        "",
        "| optimizer | parameters | threads | dlc | torch | optax | times torch | times optax |",
        "|" + "---|" * 8,
        *(line for threads in (1, 2) for line in dense(threads, pool)),
        "",
    ]
    print("\n".join(lines))
    if len(sys.argv) > 1:
        write_whole(Path(sys.argv[1]), "\n".join(lines).encode())


if __name__ == "__main__":
    main()
