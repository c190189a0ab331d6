"""`dlc optimize --why`: the same race under five protocols, and which ranks depend on the choice."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlc.cli import show
from dlc.cli.entrants import Entrant, read_entrants
from dlc.cli.race_plan import Plan
from dlc.cli.race_record import measure, ranked, rows
from dlc.cli.tournament import Race, Report, hold

GALLERY_TUNING, GALLERY_RACE = 100, 500  # steps


@dataclass(frozen=True)
class Protocol:
    """One way to hold a race."""

    name: str
    how: str


PROTOCOLS = (
    Protocol("tuned", "this race: equal trials at the race's own length, on other starts than the race's"),
    Protocol("one-shot", "default rates"),
    Protocol("gallery", "rates tuned for 100 steps on the distance from the minimum, one start, clipped; 500 shown"),
    Protocol("one start", "tuned on the classic start, and judged on it"),
    Protocol("short", "a quarter of the gradients, tuned for that"),
)


def why(plan: Plan, entrants: Sequence[Entrant], pool: Executor | None, report: Report) -> dict[str, list[str]]:
    """The order of the entrants under each protocol, the best first."""

    def order(other: Plan, **options: Any) -> list[str]:
        return _order(hold(other, entrants, pool, report, keeps_curves=False, **options))

    orders = {
        "tuned": order(plan),
        "one-shot": order(replace(plan, rule="default")),
        "gallery": _gallery(plan, entrants, pool, report),
        "one start": order(replace(plan, runs=1), tunes_on_race=True),
        "short": order(replace(plan, steps=max(1, plan.steps // 4))),
    }
    return {protocol.name: orders[protocol.name] for protocol in PROTOCOLS}


def _order(race: Race) -> list[str]:
    """The entrants of a race by what it is judged by."""
    found, plan = rows(race), race.plan
    by = measure(found, race.target, plan.arena.card.name, plan.steps)
    return [row.entrant for row in ranked(found, by)]


def _gallery(plan: Plan, entrants: Sequence[Entrant], pool: Executor | None, report: Report) -> list[str]:
    """As picture galleries do it: clipped gradients, a rate for 100 steps by distance, 500 steps then shown."""
    clipped = [_clipped(entrant) for entrant in entrants]
    labels = {each.label: entrant.label for each, entrant in zip(clipped, entrants, strict=True)}
    tuning = replace(plan, steps=GALLERY_TUNING, runs=1)
    tried = hold(tuning, clipped, pool, report, keeps_curves=False, tunes_on_race=True, judge=_distance)
    fixed = [replace(each, rate=found.rate) for each, found in zip(clipped, tried.standings, strict=True)]
    shown = hold(replace(plan, steps=GALLERY_RACE, runs=1), fixed, pool, report, keeps_curves=False)
    return [labels[each.label] for each in sorted(shown.standings, key=lambda standing: standing.loss)]


def _clipped(entrant: Entrant) -> Entrant:
    """The entrant with gradients of at most length 1."""
    if any(link.card.name == "clip" for link in entrant.links):
        return entrant
    return read_entrants([f"{entrant.label}+clip"])[0]


def _distance(plan: Plan, x: np.ndarray) -> np.ndarray:
    """The distance of each lane from the nearest minimum."""
    return np.array([plan.arena.card.distance(point) for point in x.T.tolist()])


def flips(orders: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    """Pairs whose order is not the same under all protocols: (ahead in the first one, behind, where it is not so)."""
    first, *others = orders
    found = []
    for i, a in enumerate(orders[first]):
        for b in orders[first][i + 1 :]:
            if where := [name for name in others if orders[name].index(a) > orders[name].index(b)]:
                found.append((a, b, ", ".join(where)))
    return found


def table(orders: dict[str, list[str]]) -> None:
    """The rank of each entrant under each protocol, and how far it moved."""
    first = next(iter(orders))
    found: list[list[Any]] = []
    for rank, entrant in enumerate(orders[first], 1):
        places = [order.index(entrant) + 1 for order in orders.values()]
        cells = [(place, f"{place}{_arrow(place - rank)}") for place in places]
        found.append([entrant, *cells, max(places) - min(places)])
    show.table(["entrant", *orders, "spread"], found, accent=0)


def _arrow(change: int) -> str:
    return f" ▲{-change}" if change < 0 else f" ▼{change}" if change > 0 else ""


def sentences(orders: dict[str, list[str]]) -> list[str]:
    """What the protocols change, in words."""
    count = len(next(iter(orders.values())))
    lines = [f"{len(flips(orders))} of {count * (count - 1) // 2} pairs change places under some protocol."]
    lines += [f"{each.name}: {orders[each.name][0]} is first ({each.how})." for each in PROTOCOLS]
    return lines
