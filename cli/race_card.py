"""The run card of a race: what its result depends on, in one hash, and the line that holds it again."""

import hashlib
import platform
import shlex
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from dlc.cli.race_plan import RACING, RULES, TUNING, Plan
from dlc.cli.show import exact


def race_card(plan: Plan) -> dict[str, Any]:
    """What all entrants share; results with different hashes were not held on the same thing."""
    problem = plan.arena.problem
    shared = {
        "problem": plan.arena.card.name,
        "params": dict(plan.arena.knobs),
        "dimension": plan.arena.card.dimension,
        "rotation": plan.arena.card.rotation,
        "negated": plan.arena.card.is_negated,
        "steps": plan.steps,
        "runs": plan.runs,
        "seed": plan.seed,
        "rule": plan.rule,
        "trials": plan.trials,
        "tuning_runs": plan.tuning_runs,
        "dtype": plan.dtype,
    }
    digest = hashlib.sha256()
    for key, value in shared.items():
        digest.update(f"{key}={value}\n".encode())
    seeds = np.empty(0, np.int64)
    for phase in (TUNING, RACING):
        starts, seeds = plan.draw(phase)
        digest.update(np.ascontiguousarray(starts).tobytes())
        digest.update(seeds.tobytes())
    task = problem.task(seeds[:1], **plan.arena.knobs)
    for array in (task.constants, task.inputs, task.labels):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(_batch_orders(plan, seeds).tobytes())
    return {
        **shared,
        "hash": digest.hexdigest()[:16],
        "versions": {name: version(name) for name in ("dlc", "numpy", "numba")},
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def _batch_orders(plan: Plan, seeds: np.ndarray) -> np.ndarray:
    """The order of the rows in the first two epochs of the first run, where there are batches."""
    if not plan.arena.is_network:
        return np.empty(0, np.int32)
    from dlc.reference.draws import batch

    rows = len(plan.arena.network.data().labels)
    return np.array([batch(rows, rows, int(seeds[0]), t) for t in (1, 2)])


def command(
    plans: Sequence[Plan], typed: Sequence[str], library: str, defaults: Plan, with_saved: Sequence[Path] = ()
) -> str:
    """The line that holds the race of the TYPED entrants again; options only where they differ from the DEFAULTS."""
    plan = plans[0]
    words = ["dlc", "optimize", *typed]
    for each in plans:
        words += ["--on", each.arena.card.name]
    for path in with_saved:
        words += ["--with", str(path)]
    if library:
        words += ["--as", library]
    for name, value in plan.arena.knobs.items():
        if value != plan.arena.card.knobs.get(name):
            words += ["-p", f"{name}={exact(value)}"]
    if plan.arena.card.dimension != plan.arena.default_dimension:
        words += ["--dim", str(plan.arena.card.dimension)]
    if plan.arena.card.rotation:
        words += ["--rotate", f"{plan.arena.card.rotation:g}"]
    if plan.rule != RULES[0]:
        words += ["--rule", plan.rule]
    options = {"steps": "--steps", "runs": "--runs", "seed": "--seed", "trials": "--trials", "dtype": "--dtype",
               "target": "--target"}  # fmt: skip
    for field, option in options.items():
        value = getattr(plan, field)
        if value != getattr(defaults, field):
            words += [option, str(value)]
    return shlex.join(words)
