"""A race as numbers: a tidy table, or the object of --json with the curves."""

import csv as writer
import json as encoder
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from dlc.cli.race_plan import TARGETS, costs
from dlc.cli.show import SCHEMA, exact, plain
from dlc.cli.tournament import Race, Standing

COLUMNS = ("entrant", "lr", "run", "measure", "gradients", "value")


def csv(race: Race, told: Mapping[str, Any]) -> bytes:
    """One row for each number: after so many gradients a run of an entrant had that value of a measure.

    Measures: loss (the curve; the last row is the result), best (the least loss), target (VALUE is the share of the
    first gap, gradients inf where it was missed), diverged (VALUE is inf), accuracy.
    """
    return _table(COLUMNS, (row for standing in race.standings for row in _rows(race, standing)))


def _rows(race: Race, standing: Standing) -> Iterator[list[Any]]:
    outcome, steps = standing.outcome, race.plan.steps
    reached = {target: costs(outcome.reached, target).tolist() for target in TARGETS if outcome.reached.size}
    for run in range(len(outcome.losses)):
        head = [standing.label, standing.rate, run]
        for at, loss in zip(race.checkpoints, outcome.curve[:, run].tolist(), strict=True):
            yield [*head, "loss", at, loss]
        yield [*head, "best", steps, float(outcome.best[run])]
        for target, gradients in reached.items():
            yield [*head, "target", gradients[run], float(f"{target:.4g}")]
        if outcome.diverged[run] >= 0:
            yield [*head, "diverged", int(outcome.diverged[run]), float("inf")]
        if outcome.accuracy is not None:
            yield [*head, "accuracy", steps, float(outcome.accuracy[run])]


def suite_csv(found: Mapping[str, Sequence[float]], problems: Sequence[str], target: float) -> bytes:
    """The median gradients of each entrant to a target on each problem."""
    return _table(
        ("entrant", "problem", "target", "gradients"),
        (
            [label, name, target, cost]
            for label, each in found.items()
            for name, cost in zip(problems, each, strict=True)
        ),
    )


def _table(columns: Sequence[str], rows: Iterator[list[Any]]) -> bytes:
    text = StringIO()
    table = writer.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(list(map(exact, row)) for row in rows)
    return text.getvalue().encode()


def json(race: Race, told: Mapping[str, Any]) -> bytes:
    """What --json tells, and the losses of every run at the checkpoints: [checkpoints][runs]."""
    curves = {standing.label: standing.outcome.curve.tolist() for standing in race.standings}
    return json_object({**told, "curves": {"gradients": race.checkpoints, "losses": curves}})


def json_object(told: Mapping[str, Any]) -> bytes:
    """The object that --json prints."""
    return (encoder.dumps({"schema": SCHEMA, "command": "optimize", **plain(told)}, ensure_ascii=False) + "\n").encode()
