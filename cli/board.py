"""The live board of a race: on a terminal's side channel, and gone when the race is over."""

import math
from collections.abc import Sequence
from types import TracebackType

from rich.live import Live
from rich.table import Table

from dlc.cli.show import ACCENT, short, side_channel

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 30


def sparkline(values: Sequence[float], low: float, high: float, width: int = WIDTH) -> str:
    """VALUES between LOW and HIGH as bars; at most WIDTH of them, evenly chosen; a blank for what is not finite."""
    step = max(1.0, len(values) / width)
    chosen = [values[int(i * step)] for i in range(min(width, len(values)))]
    return "".join(_bar(value, low, high) for value in chosen)


def _bar(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return " "
    share = (value - low) / (high - low) if high > low else 0.0
    return BARS[min(len(BARS) - 1, max(0, int(share * len(BARS))))]


class Board:
    """Entrants by their loss, each with the course of its logarithm; nothing where stderr is no terminal."""

    def __init__(self, labels: Sequence[str], steps: int):
        self._labels = labels
        self._steps = steps
        self._phase = ""
        self._history: list[list[float]] = []
        console = side_channel()
        self._live = Live(console=console, transient=True, auto_refresh=False) if console.is_terminal else None

    def __enter__(self) -> "Board":
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def report(self, phase: str, done: int, losses: Sequence[float]) -> None:
        """Draw the losses after DONE steps of a PHASE."""
        if not self._live:
            return
        if phase != self._phase:
            self._phase, self._history = phase, [[] for _ in self._labels]
        for history, loss in zip(self._history, losses, strict=True):
            history.append(math.log10(max(loss, 1e-300)))
        self._live.update(self._drawn(done, losses), refresh=True)

    def _drawn(self, done: int, losses: Sequence[float]) -> Table:
        finite = [value for history in self._history for value in history if math.isfinite(value)]
        low, high = min(finite, default=0.0), max(finite, default=0.0)
        grid = Table(
            box=None, pad_edge=False, title=f"{self._phase}: step {done} of {self._steps}", title_justify="left"
        )
        grid.add_column("entrant")
        grid.add_column("loss", justify="right", min_width=10)
        grid.add_column("log loss, from the start", min_width=WIDTH, no_wrap=True)
        order = sorted(range(len(losses)), key=lambda i: (math.isnan(losses[i]), losses[i]))
        for place, i in enumerate(order):
            bars = sparkline(self._history[i], low, high)
            grid.add_row(self._labels[i], short(losses[i]), bars, style=ACCENT if place == 0 else None)
        return grid
