"""The start-point map: who reaches the target from where, and who diverges."""

import sys
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rich.text import Text

from dlc.cli import cells, show
from dlc.cli.cells import Outcome
from dlc.cli.contour import has_colours
from dlc.cli.errors import BadInputError
from dlc.cli.race_plan import TABLE, Plan, costs
from dlc.cli.tournament import Race
from dlc.cli.tuning import cell

SIDE = 64
SIDES = (2, 512)
NOBODY = -1
MOST_WIDTH = 100  # columns
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#FFFFFF")  # on black
OTHERS, EMPTY = "#8A8F96", "#26292D"  # of entrants besides, and where nobody arrives
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class StartMap:
    """What became of each entrant from each start of a grid: rows are y, from low to high, columns x."""

    problem: str
    labels: tuple[str, ...]
    x: np.ndarray  # [side]
    y: np.ndarray  # [side]
    gradients: np.ndarray  # [entrants, side, side] until the target, inf where it was missed
    diverged: np.ndarray  # [entrants, side, side] whether the run did
    target: float
    steps: int

    @cached_property
    def reached(self) -> np.ndarray:
        """The share of starts from which each entrant reaches the target: [entrants]."""
        return np.isfinite(self.gradients).mean(axis=(1, 2))

    @cached_property
    def lost(self) -> np.ndarray:
        """The share of starts from which each entrant diverges: [entrants]."""
        return self.diverged.mean(axis=(1, 2))

    @cached_property
    def winner(self) -> np.ndarray:
        """Which entrant is first to the target, NOBODY where all miss it; of equals, the first: [side, side]."""
        return np.where(np.isfinite(self.gradients).any(axis=0), self.gradients.argmin(axis=0), NOBODY)

    @cached_property
    def order(self) -> list[int]:
        """Entrants, those that reach the target from the most starts first; of equals, those that are sooner there."""
        sooner = np.minimum(self.gradients, 2.0 * self.steps).mean(axis=(1, 2))
        return sorted(range(len(self.labels)), key=lambda e: (-self.reached[e], sooner[e]))

    def sentences(self) -> list[str]:
        """What the map shows, entrant by entrant."""
        first = [(self.winner == e).mean() for e in range(len(self.labels))]
        return [
            f"{self.labels[e]} reaches {self.target:g} of the first gap from {_percent(self.reached[e])} of the starts"
            f", is first from {_percent(first[e])}, diverges from {_percent(self.lost[e])}."
            for e in self.order
        ]


def check(plan: Plan, side: int) -> None:
    """Raises BadInputError where there is no map of that problem, or none of that SIDE."""
    card = plan.arena.card
    if not SIDES[0] <= side <= SIDES[1]:
        raise BadInputError(f"--map {side}: a map has {SIDES[0]} to {SIDES[1]} starts a side")
    if card.dimension != 2 or plan.arena.is_network:
        raise BadInputError(f"{card.name} has {card.dimension:,} variables; a map of starts needs 2")
    if card.least is None:
        raise BadInputError(f"the least value of {card.name} is not known, so a map has no target to reach")


def start_map(
    race: Race,
    side: int = SIDE,
    pool: Executor | None = None,
    watch: cells.Watch = cells.ignore,
    *,
    run: Callable[..., list[Outcome]] = cells.run,
) -> StartMap:
    """Run every entrant with its settings of the race from SIDE·SIDE starts over the problem's box.

    All have the seed of the race's first run. Raises BadInputError as check() does.
    """
    plan = race.plan
    check(plan, side)
    (x_low, x_high), (y_low, y_high) = plan.arena.card.bounds
    x, y = _evenly(x_low, x_high, side), _evenly(y_low, y_high, side)
    starts = np.ascontiguousarray(np.stack([each.ravel() for each in np.meshgrid(x, y)]))
    seeds = np.full(side * side, plan.draw(1)[1][0])
    first = plan.arena.first_losses(starts, seeds)
    outcomes = run(
        [cell(plan, each.entrant, [each.tuned.best.knobs], starts, seeds, first) for each in race.standings],
        pool,
        watch,
    )
    target = race.target or TABLE[0]
    shape = (len(outcomes), side, side)
    return StartMap(
        problem=plan.arena.card.name,
        labels=tuple(each.label for each in race.standings),
        x=x,
        y=y,
        gradients=np.array([costs(each.reached, target) for each in outcomes]).reshape(shape),
        diverged=np.array([each.diverged >= 0 for each in outcomes]).reshape(shape),
        target=target,
        steps=plan.steps,
    )


def _evenly(low: float, high: float, count: int) -> np.ndarray:
    """Numbers from LOW to HIGH, with ten digits: they are read."""
    return np.array([float(f"{value:.10g}") for value in np.linspace(low, high, count)])


def show_map(found: StartMap) -> None:
    """On a terminal the map of who is first, and shares; in a pipe every start, and shares on stderr."""
    if sys.stdout.isatty():
        for line in lines(found, show.terminal().width, has_colours=has_colours()):
            show.terminal().print(line)
        for sentence in found.sentences():
            show.terminal().print(sentence)
        return
    rows = [
        [label, float(found.x[j]), float(found.y[i]), float(found.gradients[e, i, j]), bool(found.diverged[e, i, j])]
        for e, label in enumerate(found.labels)
        for i in range(len(found.y))
        for j in range(len(found.x))
    ]
    show.table(["entrant", "x", "y", "gradients", "diverged"], rows)
    for sentence in found.sentences():
        show.note(sentence)


def lines(found: StartMap, width: int, *, has_colours: bool) -> list[Text]:
    """Who is first from where, as lines of at most WIDTH cells: two starts to a cell, or a letter for each."""
    columns = min(width - 2, MOST_WIDTH, len(found.x))
    pixels = max(2, round(columns * len(found.y) / len(found.x)))
    across = np.linspace(0, len(found.x) - 1, columns).round().astype(int)
    down = np.linspace(len(found.y) - 1, 0, pixels + pixels % 2).round().astype(int)
    winners = found.winner[np.ix_(down, across)]
    places = {e: place for place, e in enumerate(found.order)}
    drawn = [_line(upper, lower, places, has_colours=has_colours)
             for upper, lower in zip(winners[::2], winners[1::2], strict=True)]  # fmt: skip
    return [*drawn, _legend(found, places, has_colours=has_colours)]


def _line(upper: np.ndarray, lower: np.ndarray, places: dict[int, int], *, has_colours: bool) -> Text:
    line = Text()
    for top, bottom in zip(upper.tolist(), lower.tolist(), strict=True):
        if has_colours:
            line.append("▀", f"{_colour(top, places)} on {_colour(bottom, places)}")
        else:
            line.append(_letter(bottom, places))
    return line


def _legend(found: StartMap, places: dict[int, int], *, has_colours: bool) -> Text:
    """Who has which colour or letter; those who are first from nowhere are left out."""
    text = Text("first to the target: ")
    for e in [*found.order, NOBODY]:
        if not (found.winner == e).any():
            continue
        text.append(*(("██", _colour(e, places)) if has_colours else (_letter(e, places), "")))
        text.append(f" {found.labels[e] if e != NOBODY else 'nobody'}  ")
    return text


def _colour(entrant: int, places: dict[int, int]) -> str:
    place = places.get(entrant, NOBODY)
    return EMPTY if place == NOBODY else COLOURS[place] if place < len(COLOURS) else OTHERS


def _letter(entrant: int, places: dict[int, int]) -> str:
    place = places.get(entrant, NOBODY)
    return "." if place == NOBODY else LETTERS[place] if place < len(LETTERS) else "#"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share in (0, 1) or 0.01 <= share <= 0.99 else f"{share:.1%}"
