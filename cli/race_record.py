"""A race as it is printed, saved and read back: one row for each entrant, with one number for each run."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlc.cli.errors import BadInputError
from dlc.cli.race_measures import ecdf_area, plain_trials, robust_decades, tunability
from dlc.cli.race_plan import TARGETS, costs
from dlc.cli.tournament import Race, Standing
from dlc.cli.verdict import Measure, counted, ranking

SHOWN_BUDGETS = (1, 2, 4, 8, 16, 32, 64)  # trials, of the tunability


@dataclass(frozen=True)
class Row:
    """How one entrant did."""

    entrant: str
    optimizer: str
    lr: float
    params: dict[str, float]  # of its optimizer
    losses: list[float]  # inf where the run diverged
    best: list[float]
    reached: list[list[int]]  # [targets][runs] gradients until there, -1 where missed
    diverged: list[int | None]  # after which step
    merit: list[float]  # distances from the nearest minimum; accuracies on the test set, for a classifier
    gradients: int  # those of tuning included
    lr_at_edge: bool
    area: float  # under the ECDF of targets reached over log gradients
    robust_decades: float
    tunability: dict[str, float]  # expected area of the best of k trials
    trials: list[dict[str, Any]]

    @property
    def loss(self) -> float:
        """The median of the last losses."""
        return float(np.median(self.losses))

    @property
    def merit_median(self) -> float:
        """The median of the distances or accuracies."""
        return float(np.median(self.merit)) if self.merit else math.nan

    @property
    def lost(self) -> int:
        """How many runs diverged."""
        return sum(step is not None for step in self.diverged)

    def costs(self, target: float) -> np.ndarray:
        """Gradients of each run until TARGET, inf where it was missed."""
        return costs(np.array(self.reached), target)


def rows(race: Race) -> list[Row]:
    """The rows of a race; those that nothing else tells apart come by what they reached, then by their losses."""
    found = [_row(race, standing) for standing in race.standings]
    return sorted(found, key=lambda row: (0.0 if math.isnan(row.area) else -row.area, row.loss))


def _row(race: Race, standing: Standing) -> Row:
    outcome, tuned, plan = standing.outcome, standing.tuned, race.plan
    chances = tunability(tuned.trials, plan.steps) if outcome.reached.size else []
    return Row(
        entrant=standing.label,
        optimizer=standing.entrant.card.name,
        lr=standing.rate,
        params={**standing.entrant.knobs, **{k: v for k, v in tuned.best.knobs.items() if k != "lr"}},
        losses=outcome.losses.tolist(),
        best=outcome.best.tolist(),
        reached=outcome.reached.tolist(),
        diverged=[step if step >= 0 else None for step in outcome.diverged.tolist()],
        merit=merits(race, standing),
        gradients=standing.evaluations,
        lr_at_edge=tuned.is_at_edge,
        area=ecdf_area(outcome.reached, plan.steps),
        robust_decades=robust_decades(tuned.trials, race.target),
        tunability={str(k): chances[k - 1] for k in SHOWN_BUDGETS if k <= len(chances)},
        trials=plain_trials(tuned.trials),
    )


def merits(race: Race, standing: Standing) -> list[float]:
    """Accuracies of a classifier; else distances from the nearest minimum, inf where the run diverged."""
    outcome, card = standing.outcome, race.plan.arena.card
    if outcome.accuracy is not None:
        return outcome.accuracy.tolist()
    if not card.minima:
        return []
    ended = zip(outcome.x.T.tolist(), outcome.diverged.tolist(), strict=True)
    return [card.distance(x) if step < 0 else math.inf for x, step in ended]


def measure(found: Sequence[Row], target: float | None, problem: str, steps: int) -> Measure:
    """What the runs are compared by: gradients to a target, or the last losses."""
    if target is not None:
        values = {row.entrant: row.costs(target).tolist() for row in found}
        return Measure(values, "fewer gradients", f"on {problem} to {target:g} of the first gap")
    least = min((min(row.losses) for row in found), default=0.0)
    where = f"on {problem} after {counted(steps, 'gradient')}"
    if least > 0:
        return Measure({row.entrant: row.losses for row in found}, "smaller loss", where)
    # A ratio needs positive numbers: the way above the least that anyone saw.
    gaps = {row.entrant: [loss - least + 1e-12 for loss in row.losses] for row in found}
    return Measure(gaps, "smaller loss above the least one seen", where)


def ranked(found: Sequence[Row], by: Measure) -> list[Row]:
    """The rows, the best one first."""
    by_name = {row.entrant: row for row in found}
    return [by_name[name] for name in ranking(by.values, by.solved)]


def record(
    card: dict[str, Any], found: Sequence[Row], target: float | None, sentences: Sequence[str]
) -> dict[str, Any]:
    """Everything, for --json and for files that are read back."""
    return {
        **card,
        "target": target,
        "targets": list(TARGETS) if found and found[0].reached else [],
        "entrants": [{"rank": place, **vars(row), "loss": row.loss} for place, row in enumerate(found, 1)],
        "verdict": list(sentences),
    }


def read(path: Path, card: dict[str, Any]) -> list[Row]:
    """The rows of a saved race. Raises BadInputError where it is no such file, or was held on something else."""
    try:
        text = path.read_text()
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror}") from None
    try:
        saved = json.loads(text)
        theirs = saved["hash"]
        found = [
            Row(**{name: _number(entrant[name]) for name in Row.__dataclass_fields__}) for entrant in saved["entrants"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInputError(f"{path} is no race saved by dlc optimize, as with --save race.json ({error!r})") from None
    if theirs != card["hash"]:
        differing = [name for name, value in card.items() if name != "hash" and saved.get(name) != value]
        what = ", ".join(differing) or "starts, data or batch orders"
        raise BadInputError(
            f"{path} was held on something else (hash {theirs}, this race {card['hash']}; it differs in {what}); "
            "results of different hashes are not comparable"
        )
    return found


def _number(value: Any) -> Any:
    """Numbers that JSON cannot hold were written as texts."""
    if isinstance(value, str) and value in ("inf", "-inf", "nan"):
        return float(value)
    if isinstance(value, list):
        return [_number(each) for each in value]
    if isinstance(value, dict):
        return {name: _number(each) for name, each in value.items()}
    return value
