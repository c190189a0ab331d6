"""Causes and remedies over seeds: each level beside its base, seed by seed, and what the intervals allow to be said."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlc.cli import progress
from dlc.cli.errors import FailedError
from dlc.cli.overfit_factors import Factor, Setting, difference
from dlc.cli.overfit_fit import Measures, fit
from dlc.cli.overfit_verdict import Estimate
from dlc.cli.paired import LEVEL, holm, signed_rank, walsh_averages, walsh_interval

FEWEST_SEEDS = 6  # that an interval of 95 % takes
MEASURES = ("test_loss", "gap", "accuracy", "flattery")
NAMES = {"test_loss": "test loss", "gap": "gap", "accuracy": "accuracy", "flattery": "flattery"}


@dataclass(frozen=True)
class Compared:
    """A level of a factor beside its base: by how much each measure differs, and whether that is shown."""

    name: str
    factor: Factor
    level: Any
    means: Mapping[str, float]
    base: Mapping[str, float]
    changes: Mapping[str, Estimate]
    p: Mapping[str, float]  # of the judged measure and the gap, corrected for the number of all comparisons

    @property
    def label(self) -> str:
        """Factor and level, for people."""
        return f"{self.name} {self.level}"

    def is_shown(self, measure: str) -> bool:
        """Whether it differs from the base in this measure."""
        return self.p.get(measure, 1.0) < LEVEL


@dataclass(frozen=True)
class Result:
    """What was measured."""

    seeds: int
    means: Mapping[Setting, Mapping[str, float]]
    compared: Sequence[Compared]

    def points(self, name: str) -> list[tuple[Any, Mapping[str, float]]]:
        """Levels of a factor with its base among them, in order where they are numbers."""
        each = [compared for compared in self.compared if compared.name == name]
        base = getattr(each[0].factor.base, each[0].factor.field)
        levels = {base: each[0].base} | {compared.level: compared.means for compared in each}
        return sorted(levels.items()) if not isinstance(base, str) else list(levels.items())


def measure(factors: Mapping[str, Factor], seeds: int, steps: int, budget: float | None, threads: int) -> Result:
    """Fit all settings of the FACTORS with each seed, as many as BUDGET seconds allow, at least FEWEST_SEEDS.

    Raises FailedError for a setting with which training diverges.
    """
    settings = list(dict.fromkeys(
        each for factor in factors.values() for each in (factor.base, *(setting for _, setting in factor.settings()))
    ))  # fmt: skip
    with progress.compiling():
        _fitted(settings[0], 0, min(steps, 1))  # compiles, and not in two threads at once
    found: list[list[Measures]] = []
    began = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        for seed in progress.over(range(seeds), "fitting", total=seeds):
            spent = time.monotonic() - began
            if budget is not None and seed >= FEWEST_SEEDS and spent * (seed + 1) / seed > budget:
                break
            found.append(list(pool.map(partial(_fitted, seed=seed, steps=steps), settings)))
    table = {setting: [row[k] for row in found] for k, setting in enumerate(settings)}
    means = {setting: {name: _mean(rows, name) for name in _names()} for setting, rows in table.items()}
    return Result(len(found), means, _compared(factors, table, means))


def _fitted(setting: Setting, seed: int, steps: int) -> Measures:
    try:
        return fit(setting, seed, steps)
    except FloatingPointError as error:
        raise FailedError(f"{difference(setting)}: with seed {seed} {error}; give it a smaller value") from None


def _names() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*Measures._fields, *MEASURES)))


def _mean(rows: Sequence[Measures], name: str) -> float:
    return float(np.mean([getattr(row, name) for row in rows]))


def _compared(
    factors: Mapping[str, Factor],
    table: Mapping[Setting, Sequence[Measures]],
    means: Mapping[Setting, Mapping[str, float]],
) -> list[Compared]:
    """All levels beside their bases, with p-values corrected for their number."""
    pairs = [(name, factor, level, setting) for name, factor in factors.items()
             for level, setting in factor.settings() if setting != factor.base]  # fmt: skip
    changes: list[dict[str, list[float]]] = []
    for _, factor, _, setting in pairs:
        rows, base = table[setting], table[factor.base]
        changes.append(
            {name: [getattr(a, name) - getattr(b, name) for a, b in zip(rows, base, strict=True)] for name in MEASURES}
        )
    tested = [(k, name) for k, (_, factor, _, _) in enumerate(pairs) for name in dict.fromkeys((factor.judged, "gap"))]
    corrected = holm([signed_rank(changes[k][name]) for k, name in tested])
    p: list[dict[str, float]] = [{} for _ in pairs]
    for (k, name), each in zip(tested, corrected, strict=True):
        p[k][name] = each
    return [
        Compared(
            name, factor, level, means[setting], means[factor.base],
            {measure: _estimate(values) for measure, values in changes[k].items()}, p[k],
        )
        for k, (name, factor, level, setting) in enumerate(pairs)
    ]  # fmt: skip


def _estimate(differences: Sequence[float]) -> Estimate:
    """The median of Walsh's averages, with the exact interval of 95 %."""
    averages = walsh_averages(differences)
    return Estimate(float(np.median(averages)), *walsh_interval(differences))


def sentences(result: Result) -> Iterator[str]:
    """What the corrected p-values allow to be said, and what is not shown."""
    for each in result.compared:
        shown = [_said(each, name) for name in each.p if each.is_shown(name)]
        if shown:
            kept = [NAMES[name] for name in each.p if not each.is_shown(name)]
            more = f" ({kept[0]}: no difference shown)" if kept else ""
            yield f"{each.label}: {', '.join(shown)}{more}"
    yield from _descents(result)
    hidden = [each.label for each in result.compared if not any(each.is_shown(name) for name in each.p)]
    if hidden:
        yield f"no difference shown: {', '.join(hidden)}"


def _said(each: Compared, name: str) -> str:
    change = each.changes[name]
    if name == "flattery":
        return f"the test looks better than new rows by {change.text} more"
    return f"{NAMES[name]} {'+' if change.value > 0 else '−'}{Estimate(*_sized(change)).text}"


def _sized(change: Estimate) -> tuple[float, float, float]:
    """The size of a change whose sign is told apart."""
    if change.value > 0:
        return change.value, change.low, change.high
    return -change.value, -change.high, -change.low


def _descents(result: Result) -> Iterator[str]:
    """Double descent: the test loss at the base is above that of fewer features, and above that of more."""
    for name in dict.fromkeys(each.name for each in result.compared if each.factor.base.features):
        levels = [each for each in result.compared if each.name == name]
        peak = levels[0].factor.base.features
        lower = [each for each in levels if each.is_shown("test_loss") and each.changes["test_loss"].high < 0]
        fewer, more = [each for each in lower if each.level < peak], [each for each in lower if each.level > peak]
        if fewer and more:
            best, last = min(fewer, key=_loss), min(more, key=_loss)
            yield (
                f"double descent: the test loss is {_loss(best):.3g} at {best.level} features, "
                f"{levels[0].base['test_loss']:.3g} at {peak}, as many as rows, and {_loss(last):.3g} at {last.level}"
            )


def _loss(each: Compared) -> float:
    return each.means["test_loss"]
