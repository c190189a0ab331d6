"""How a race is told: a table of entrants, notes on how it was held, and sentences on who beats whom."""

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlc.cli import show
from dlc.cli.race_measures import table_targets
from dlc.cli.race_plan import Plan
from dlc.cli.race_record import Row
from dlc.cli.verdict import counted

MOST_SENTENCES = 8


def table(plan: Plan, found: Sequence[Row]) -> None:
    """Each entrant with its rate, its loss, its median gradients to each target, and how it took to its rate."""
    targets = table_targets(plan)
    merit = _merit_name(plan, found)
    headers = ["entrant", "rate", "loss", *([merit] if merit else []), *(f"to {target:g}" for target in targets)]
    headers += [*(["area"] if targets else []), "rate width", "diverged"]
    show.table(headers, [_cells(row, targets, with_merit=bool(merit)) for row in found], accent=0)


def _merit_name(plan: Plan, found: Sequence[Row]) -> str:
    if plan.arena.is_network and any(row.merit for row in found):
        return "test accuracy"
    return "distance" if any(row.merit for row in found) else ""


def _cells(row: Row, targets: Sequence[float], *, with_merit: bool) -> list[Any]:
    cells: list[Any] = [row.entrant, (row.lr, show.short(row.lr)), (row.loss, show.short(row.loss, 3))]
    if with_merit:
        cells.append((row.merit_median, show.short(row.merit_median, 3)))
    for target in targets:
        cost = float(np.median(row.costs(target)))
        cells.append((cost, f"{cost:.0f}" if math.isfinite(cost) else "-"))
    if targets:
        cells.append((row.area, "" if math.isnan(row.area) else f"{row.area:.3f}"))
    width = row.robust_decades
    cells.append((width, "" if math.isnan(width) else f"{width:.1f}"))
    return [*cells, (row.lost, f"{row.lost}/{len(row.losses)}" if row.lost else "")]


def protocol(plan: Plan, found: Sequence[Row]) -> list[str]:
    """How the race was held, and what is to be known of some rates."""
    starts = f"on {counted(plan.tuning_runs, 'start')} that the race does not use"
    is_tuned = plan.trials > 1 and any(len(row.trials) > 1 for row in found or [])
    how = {
        "tuned": f"{plan.trials} trials for each rate not given, the default first, {starts}"
        if is_tuned
        else "untuned",
        "default": "default rates, untuned",
        "free": "rate-free methods at their defaults, untuned",
    }[plan.rule]
    shared, cost = counted(plan.runs, "shared start"), counted(plan.steps, "gradient")
    lines = [f"{how}; {shared}, {cost} a run; seed {plan.seed}"]
    more = {row.entrant: sum(trial["extension"] for trial in row.trials) for row in found}
    if charged := [f"{name} {count}" for name, count in more.items() if count]:
        lines.append(f"further trials beyond an edge, charged: {', '.join(charged)}")
    lines += [
        f"{row.entrant}: the best rate, {row.lr:g}, is at the edge of what was tried, though that was extended once"
        for row in found
        if row.lr_at_edge
    ]
    if plan.arena.card.is_negated:
        lines.append(f"{plan.arena.card.name} is to be maximised: each loss is the negative of its value")
    return lines


def tell(lines: Sequence[str]) -> None:
    """Sentences: on a terminal with the data, else beside them."""
    for line in lines:
        if sys.stdout.isatty():
            show.terminal().print(line, soft_wrap=True)
        else:
            show.note(line)


def shortened(sentences: Sequence[str]) -> list[str]:
    """The first sentences, and how many more there are."""
    if len(sentences) <= MOST_SENTENCES:
        return list(sentences)
    more = len(sentences) - MOST_SENTENCES + 1
    return [*sentences[: MOST_SENTENCES - 1], f"... and {more} more, in the verdict of --json."]


def tuning_table(found: Sequence[Row]) -> None:
    """What a budget of k trials is worth: the expected area of the best of k."""
    show.note("area under the curve of targets reached, as expected of the best of k trials:")
    budgets = list(dict.fromkeys(k for row in found for k in row.tunability))
    show.table(["entrant", *(f"best of {k}" for k in budgets)], [_chances(row, budgets) for row in found])


def _chances(row: Row, budgets: Sequence[str]) -> list[Any]:
    chances = [row.tunability.get(k, math.nan) for k in budgets]
    return [row.entrant, *((chance, "" if math.isnan(chance) else f"{chance:.3f}") for chance in chances)]
