"""Optimizers beside torch and optax: what they compute, for the tests to compare with, and how fast they are."""

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
import torch

from dlc.cli.timing import paired_ratio, race
from dlc.kernels.problems import PROBLEMS
from dlc.kernels.race import Race, advance_all
from dlc.reference.optimizers import OPTIMIZERS

RECORD = "optimizers.json"
SEED, STEPS, COORDINATES = 20, 100, 5
KEPT = (1, 2, 3, 10, 30, 100)  # steps

Knobs = dict[str, float]


def betas(knobs: Knobs) -> tuple[float, float]:
    return knobs["beta1"], knobs["beta2"]


TORCH: dict[str, Callable[[list[Any], Knobs], torch.optim.Optimizer]] = {
    "gd": lambda p, k: torch.optim.SGD(p, lr=k["lr"]),
    "momentum": lambda p, k: torch.optim.SGD(p, lr=k["lr"], momentum=k["beta"]),
    "nesterov": lambda p, k: torch.optim.SGD(p, lr=k["lr"], momentum=k["beta"], nesterov=True),
    "adagrad": lambda p, k: torch.optim.Adagrad(p, lr=k["lr"], eps=k["eps"]),
    "rmsprop": lambda p, k: torch.optim.RMSprop(p, lr=k["lr"], alpha=k["alpha"], eps=k["eps"]),
    "adadelta": lambda p, k: torch.optim.Adadelta(p, lr=k["lr"], rho=k["rho"], eps=k["eps"]),
    "adam": lambda p, k: torch.optim.Adam(p, lr=k["lr"], betas=betas(k), eps=k["eps"]),
    "adamw": lambda p, k: torch.optim.AdamW(
        p, lr=k["lr"], betas=betas(k), eps=k["eps"], weight_decay=k["weight_decay"]
    ),
    "nadam": lambda p, k: torch.optim.NAdam(
        p, lr=k["lr"], betas=betas(k), eps=k["eps"], momentum_decay=k["momentum_decay"]
    ),
}

# Optax's Adagrad keeps eps under the root, and its NAdam has no schedule: other rules, left out.
OPTAX: dict[str, Callable[[Knobs], optax.GradientTransformation]] = {
    "gd": lambda k: optax.sgd(k["lr"]),
    "momentum": lambda k: optax.sgd(k["lr"], momentum=k["beta"]),
    "nesterov": lambda k: optax.sgd(k["lr"], momentum=k["beta"], nesterov=True),
    "rmsprop": lambda k: optax.rmsprop(k["lr"], decay=k["alpha"], eps=k["eps"], eps_in_sqrt=False),
    "adadelta": lambda k: optax.adadelta(k["lr"], rho=k["rho"], eps=k["eps"]),
    "adam": lambda k: optax.adam(k["lr"], b1=k["beta1"], b2=k["beta2"], eps=k["eps"]),
    "adamw": lambda k: optax.adamw(k["lr"], b1=k["beta1"], b2=k["beta2"], eps=k["eps"], weight_decay=k["weight_decay"]),
}


def gradients() -> list[list[float]]:
    """Seeded random gradients, their sizes over three decades."""
    draw = random.Random(SEED)
    return [[draw.gauss(0, 1) * 10 ** draw.uniform(-2, 1) for _ in range(COORDINATES)] for _ in range(STEPS)]


def torch_trajectory(name: str, start: list[float], knobs: Knobs) -> list[list[float]]:
    x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer, points = TORCH[name]([x], knobs), []
    for g in gradients():
        x.grad = torch.tensor(g, dtype=torch.float64)
        optimizer.step()
        points.append(x.tolist())
    return [points[step - 1] for step in KEPT]


def optax_trajectory(name: str, start: list[float], knobs: Knobs) -> list[list[float]]:
    x, optimizer = jnp.array(start, jnp.float64), OPTAX[name](knobs)
    state, points = optimizer.init(x), []
    for g in gradients():
        moves, state = optimizer.update(jnp.array(g, jnp.float64), state, x)
        x = optax.apply_updates(x, moves)
        points.append([float(value) for value in x])
    return [points[step - 1] for step in KEPT]


def recorded() -> dict[str, Any]:
    """What the peers compute, and all that it takes to compute it without them."""
    start = [1.0, -2.0, 0.5, 3.0, -0.25]
    peers: dict[str, dict[str, Any]] = {}
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # else NAdam keeps the product of its schedule in float32
    for name, card in OPTIMIZERS.items():
        peers[name] = {"torch": torch_trajectory(name, start, card.knobs)}
        if name in OPTAX:
            peers[name]["optax"] = optax_trajectory(name, start, card.knobs)
    torch.set_default_dtype(usual)
    return {"start": start, "gradients": gradients(), "steps": KEPT, "trajectories": peers}


def race_speed(runs: int = 256, steps: int = 50_000, budget: float = 20) -> None:
    """Adam on 2-D Rosenbrock, RUNS side by side: millions of steps a second, and times as fast as optax."""
    start = np.tile([[-1.2], [1.0]], (1, runs))
    rates = np.geomspace(1e-4, 1e-2, runs)

    def dlc(pool: ThreadPoolExecutor | None = None) -> np.ndarray:
        entry = Race(PROBLEMS["rosenbrock"], "adam", start, rates)
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
