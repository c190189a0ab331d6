"""The live board of a race: on a terminal's side channel, and gone when the race is over."""

import math
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dlc.cli.show import bar, short, side_channel

if TYPE_CHECKING:
    from dlc.cli.contour import Contour
    from dlc.cli.race_plan import Plan

WIDTH = 30
LEAST = 1e-18  # what is less is drawn as if it were that
LABELS = (12, 28)  # columns of a name
SECONDS, LONGEST = 0.1, 0.5  # between two pictures, at least and at most
SHARE = 0.2  # of the time goes into pictures, at most, unless that takes LONGEST
NUMBERS = 24  # columns of the loss, of what diverged, and of the gaps between
BESIDE = 72  # columns that board and contour need to stand side by side
TALLEST = 20  # rows of a contour
LOWEST = 8
TRAIL = 40  # pictures back that a trail reaches

# Bright ones for a dark or a blue ground, told apart by the colour-blind as well.
COLOURS = ("#56B4E9", "#E69F00", "#00C08B", "#F0E442", "#FF7F50", "#E59FD0", "#FFFFFF", "#B08D57")
OTHERS = "#9AA0A6"


def sparkline(values: Sequence[float], low: float, high: float, width: int = WIDTH) -> str:
    """VALUES between LOW and HIGH as bars; at most WIDTH of them, evenly chosen; a blank for what is not finite."""
    step = max(1.0, len(values) / width)
    chosen = [values[int(i * step)] for i in range(min(width, len(values)))]
    return "".join(_bar(value, low, high) for value in chosen)


def _bar(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return " "
    share = (value - low) / (high - low) if high > low else 0.0
    return bar(share)


class Board:
    """Entrants by their median loss, its course, and where their first runs are; nothing where stderr is no terminal.

    It looks at the races at most ten times a second, and is as wide and as high as the terminal allows.
    """

    def __init__(self, labels: Sequence[str], plan: "Plan"):
        self._labels = labels
        self._plan = plan
        self._phase, self._round, self._done, self._next = "", 0, 0, -math.inf
        self._history: list[list[float]] = []
        self._paths: list[list[tuple[float, float]]] = []
        self._contours: dict[tuple[int, int], Contour] = {}
        self._console = side_channel()
        self._live: Live | None = None

    def __enter__(self) -> "Board":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def report(self, phase: str, done: int, races: Sequence[Any]) -> None:
        """Draw RACES (dlc.kernels.race.Race) after DONE steps of a PHASE, unless that was done just now."""
        began = time.monotonic()
        if not self._console.is_terminal or began < self._next:
            return
        if not self._live:  # not before: what runs elsewhere shows its progress in another way
            self._live = Live(console=self._console, transient=True, auto_refresh=False)
            self._live.start()
        self._live.update(self.drawn(phase, done, races), refresh=True)
        ended = time.monotonic()
        self._next = ended + min(LONGEST, max(SECONDS, (1 / SHARE - 1) * (ended - began)))

    def drawn(self, phase: str, done: int, races: Sequence[Any]) -> RenderableType:
        """The board as it is now."""
        if phase != self._phase:
            self._phase, self._round, self._done = phase, 0, 0
            self._history, self._paths = [[] for _ in self._labels], [[] for _ in self._labels]
        if done < self._done:
            self._round += 1  # tuning goes on beyond the edges
        self._done = done
        if phase == "tuning":
            return self._progress(done, races)
        losses = [self._median(race) for race in races]
        least = self._plan.arena.card.least or 0.0
        for history, loss in zip(self._history, losses, strict=True):
            history.append(math.log10(max(loss - least, LEAST)) if not math.isnan(loss) else math.inf)
        self._follow(races)
        return self._race(done, races, losses)

    @staticmethod
    def _median(race: Any) -> float:
        ordered = sorted(race.loss.tolist())
        return float(ordered[len(ordered) // 2])

    def _follow(self, races: Sequence[Any]) -> None:
        """Keep where the first run of each entrant is, where that can be drawn."""
        if not self._has_contour:
            return
        for path, race in zip(self._paths, races, strict=True):
            x, y = race.x[:, 0].tolist()
            if math.isfinite(x + y):
                path.append((x, y))
                del path[:-TRAIL]

    @property
    def _has_contour(self) -> bool:
        card = self._plan.arena.card
        return card.dimension == 2 and not card.data

    def _progress(self, done: int, races: Sequence[Any]) -> RenderableType:
        """How far tuning is."""
        runs = sum(len(race.loss) for race in races)
        where = " beyond the edges" if self._round else ""
        text = f"tuning{where}: {runs // max(1, self._plan.tuning_runs)} trials of {len(self._labels)} entrants"
        return self._head(text, done)

    def _head(self, text: str, done: int) -> RenderableType:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_row(
            Text(text, style="bold"), ProgressBar(total=self._plan.steps, completed=done, width=WIDTH // 2),
            Text(f"{done:,} of {self._plan.steps:,}", style="dim"),
        )  # fmt: skip
        return grid

    def _race(self, done: int, races: Sequence[Any], losses: Sequence[float]) -> RenderableType:
        order = sorted(range(len(losses)), key=lambda i: (math.isnan(losses[i]), losses[i]))
        width, height = self._console.width, self._console.height
        label = min(LABELS[1], max(LABELS[0], *map(len, self._labels)))
        board_width = label + NUMBERS + 12
        is_beside = self._has_contour and width >= board_width + BESIDE // 2
        rows = height - 5 if is_beside or not self._has_contour else max(3, (height - 5) // 2)
        bars = max(4, min(WIDTH, (width if not is_beside else board_width) - label - NUMBERS))
        board = self._leaders(order, races, losses, rows, label, bars)
        head = self._head(f"race on {self._plan.arena.card.name}", done)
        if not self._has_contour:
            return Group(head, board)
        if is_beside:
            columns, lines = width - board_width - 4, min(TALLEST, height - 4)
        else:
            columns, lines = width - 1, min(TALLEST, height - 5 - min(rows, len(order)) - 2)
        if lines < LOWEST:
            return Group(head, board)
        picture = self._picture(order, races, min(columns, 3 * lines), lines)
        if not is_beside:
            return Group(head, board, picture)
        both = Table.grid(padding=(0, 2, 0, 0))
        both.add_row(board, picture)
        return Group(head, both)

    def _leaders(
        self, order: Sequence[int], races: Sequence[Any], losses: Sequence[float], rows: int, label: int, bars: int
    ) -> RenderableType:
        """The best entrants that have room, and a line for the rest."""
        finite = [value for history in self._history for value in history if math.isfinite(value)]
        low, high = min(finite, default=0.0), max(finite, default=0.0)
        grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        grid.add_column("entrant", no_wrap=True, max_width=label, overflow="ellipsis")
        grid.add_column("median loss", justify="right", no_wrap=True, min_width=11)
        grid.add_column("log loss", no_wrap=True, width=bars)
        grid.add_column("", no_wrap=True, min_width=4)
        shown = order if len(order) <= rows else order[: max(1, rows - 1)]
        for place, i in enumerate(shown):
            lost = int((races[i].diverged >= 0).sum())
            grid.add_row(
                Text(self._labels[i], style=_colour(place)), short(losses[i]),
                Text(sparkline(self._history[i], low, high, bars), style=_colour(place)),
                Text(f"✕{lost}" if lost else "", style="red"),
            )  # fmt: skip
        if len(shown) < len(order):
            grid.add_row(Text(f"and {len(order) - len(shown)} more", style="dim"), "", "", "")
        return grid

    def _picture(self, order: Sequence[int], races: Sequence[Any], width: int, height: int) -> RenderableType:
        """The landscape with the trails of the best, the leader's on top, and crosses where they diverged."""
        from dlc.cli.contour import Contour, Trail

        if (width, height) not in self._contours:
            self._contours[width, height] = Contour(self._plan.arena.card, width, height)
        trails = [
            Trail(self._paths[i], _colour(place), "✕" if races[i].diverged[0] >= 0 else "●")
            for place, i in enumerate(order)
            if self._paths[i]
        ]
        return Text("\n").join(self._contours[width, height].lines(trails[::-1]))


def _colour(place: int) -> str:
    return COLOURS[place] if place < len(COLOURS) else OTHERS
