"""Optimizers beside torch, keras and optax: what they compute, for the tests to compare with, and how fast they are."""

import inspect
import math
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from dlc.cli.timing import paired_ratio, race
from dlc.kernels.chain import chain
from dlc.kernels.problems import PROBLEMS
from dlc.kernels.race import Race, advance_all
from dlc.reference.optimizer_conventions import OFFERS
from tests.peers.optimizers_libraries import walk

RECORD = "optimizers.json"
LIBRARIES = ("torch", "keras", "optax", "jax")
SEED, STEPS = 20, 100
START = [1.0, -2.0, 0.5, 3.0, -0.25, 0.75, 2.0, -1.5]
KEPT = (1, 2, 3, 10, 30, 100)  # steps


def gradients() -> list[list[float]]:
    """Seeded random gradients, their sizes over three decades."""
    draw = random.Random(SEED)
    return [[draw.gauss(0, 1) * 10 ** draw.uniform(-2, 1) for _ in START] for _ in range(STEPS)]


def losses() -> list[float]:
    """Seeded losses, for those who look at them."""
    draw = random.Random(SEED + 1)
    return [draw.uniform(0, 10) for _ in range(STEPS)]


def recorded() -> dict[str, Any]:
    """What the libraries compute, and all that it takes to compute it without them."""
    walks = {}
    for offer in OFFERS:
        cases = []
        for case in offer.cases:
            points = walk(offer.library, offer.name, {**offer.required, **case}, START, gradients(), losses())
            cases.append([points[step - 1] for step in KEPT])
        walks[offer.name] = cases
    return {
        "start": START,
        "gradients": gradients(),
        "losses": losses(),
        "steps": KEPT,
        "signatures": {offer.name: signature(offer.name) for offer in OFFERS},
        "walks": walks,
    }


def signature(name: str) -> dict[str, Any]:
    """The arguments of a library's optimizer, with their defaults as texts."""
    module, _, short = name.rpartition(".")
    parameters = inspect.signature(getattr(sys.modules[module], short)).parameters.values()
    return {p.name: "required" if p.default is p.empty else str(p.default) for p in parameters}


def race_speed(runs: int = 256, steps: int = 50_000, budget: float = 20) -> None:
    """Adam on 2-D Rosenbrock, RUNS side by side: millions of steps a second, and times as fast as optax."""
    start = np.tile([[-1.2], [1.0]], (1, runs))
    rates = np.geomspace(1e-4, 1e-2, runs)

    def dlc(pool: ThreadPoolExecutor | None = None) -> np.ndarray:
        entry = Race(PROBLEMS["rosenbrock"], chain([("adam", {})]), start, rates)
        advance_all([entry], steps, pool)
        return entry.x

    peers = {
        f"optax {dtype}{', judged' * judged}": optax_race(start, rates, steps, dtype, judged=judged)
        for dtype in ("float32", "float64")
        for judged in (False, True)
    }
    for name, peer in peers.items():
        if not math.isclose(np.median(peer()), np.median(dlc()), rel_tol=1e-2):
            sys.exit(f"{name} ends elsewhere than dlc")
    pool = ThreadPoolExecutor(2)
    timings = race({**peers, "dlc, 1 thread": dlc, "dlc, 2 threads": lambda: dlc(pool)}, budget=budget)
    print(f"Adam on Rosenbrock, {runs} runs of {steps} steps, in one run. Optax is vmap + lax.scan; judged: with each")
    print("run's loss and step of divergence, as always in dlc (float64). Times as fast as optax, 95 % interval:")
    for name, timing in timings.items():
        print(f"  {name:24}{runs * steps / timing.median / 1e6:6.0f} million steps a second")
    for name in ("dlc, 1 thread", "dlc, 2 threads"):
        for peer in peers:
            ratio = paired_ratio(timings[peer].seconds, timings[name].seconds)
            print(f"  {name:16}{ratio.ratio:6.2f} [{ratio.low:.2f}, {ratio.high:.2f}]  {peer}")


def optax_race(start: np.ndarray, rates: np.ndarray, steps: int, dtype: str, *, judged: bool) -> Callable[[], Any]:
    """The same race in optax, vectorised over the runs and compiled as one scan."""

    def rosenbrock(x: Any) -> Any:
        return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    def run(x: Any, rate: Any) -> Any:
        optimizer = optax.adam(rate)

        def step(carry: Any, t: Any) -> Any:
            x, state, diverged, _ = carry
            loss, g = jax.value_and_grad(rosenbrock)(x)
            moves, state = optimizer.update(g, state)
            moved = optax.apply_updates(x, moves)
            if judged:
                is_lost = ~(jnp.isfinite(loss) & jnp.all(jnp.abs(x) <= 1e8))
                diverged = jnp.where((diverged < 0) & is_lost, t, diverged)
                moved = jnp.where(diverged < 0, moved, x)
            return (moved, state, diverged, loss), None

        begin = x, optimizer.init(x), jnp.int32(-1), rosenbrock(x)
        end = jax.lax.scan(step, begin, jnp.arange(steps, dtype=jnp.int32))[0]
        return (end[0], end[2], end[3]) if judged else (end[0],)

    compiled = jax.jit(jax.vmap(run))
    arguments = jnp.array(start.T, dtype), jnp.array(rates, dtype)
    return lambda: jax.block_until_ready(compiled(*arguments))[0]
