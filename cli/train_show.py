"""What `dlc train` shows: curves while it runs, on a terminal; lines elsewhere; and at the end what came of it."""

import math
import shutil
import statistics
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlc.cli import show
from dlc.cli.train_data import Learnable
from dlc.cli.train_files import Epoch
from dlc.cli.train_run import Outcome, Plan

if TYPE_CHECKING:
    from dlc.kernels.train import Score

REDRAWN = 0.25  # seconds between two drawings
MOST_LINES = 20  # off a terminal
HEIGHT, MOST_WIDTH = 12, 100
T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)  # Student's t for 1 to 10 degrees


class Progress:
    """The epochs as they come, on stderr: curves that are redrawn in place, or a line for some of them."""

    def __init__(self, epochs: int, *, classifies: bool, quiet: bool = False):
        self._epochs, self._score, self._quiet = epochs, "accuracy" if classifies else "R²", quiet
        self._live = sys.stderr.isatty()
        self._every = max(1, math.ceil(epochs / MOST_LINES))
        self._history: list[Epoch] = []
        self._drawn, self._lines = 0.0, 0

    def __call__(self, epoch: Epoch) -> None:
        """Take note of an epoch, and show it where it is its turn."""
        self._history.append(epoch)
        if self._quiet:
            return
        if not self._live:
            if (epoch.epoch + 1) % self._every == 0 or epoch.epoch in (0, self._epochs - 1):
                show.note(self._line(epoch))
            return
        now = time.monotonic()
        if now - self._drawn >= REDRAWN or epoch.epoch == self._epochs - 1:
            self._drawn = now
            self.draw()

    def _line(self, epoch: Epoch) -> str:
        text = f"epoch {epoch.epoch + 1}/{self._epochs}  loss {epoch.loss:.4f}  {self._score} {epoch.accuracy:.4f}"
        if epoch.val_loss is not None:
            text += f"  val_loss {epoch.val_loss:.4f}  val_{self._score} {epoch.val_accuracy:.4f}"
        return f"{text}  lr {epoch.lr:.3g}"

    def draw(self) -> None:
        """The curves so far, over those drawn before."""
        if self._quiet or not self._live or not self._history:
            return
        text = self._curves() if len(self._history) > 1 else ""
        lines = [*text.splitlines(), self._line(self._history[-1])[: shutil.get_terminal_size().columns - 1]]
        up = f"\x1b[{self._lines}F\x1b[J" if self._lines else ""
        self._lines = len(lines)
        print(up + "\n".join(lines), file=sys.stderr, flush=True)

    def _curves(self) -> str:
        import plotext

        plotext.clear_figure()
        plotext.plotsize(min(shutil.get_terminal_size().columns, MOST_WIDTH), HEIGHT)
        plotext.theme("clear")
        at = [each.epoch + 1 for each in self._history]
        for label, values, marker in (
            ("loss", [each.loss for each in self._history], "braille"),
            ("val_loss", [each.val_loss for each in self._history], "dot"),
        ):
            drawn = [(x, y) for x, y in zip(at, values, strict=True) if y is not None and math.isfinite(y)]
            if drawn:
                plotext.plot(*zip(*drawn, strict=True), label=label, marker=marker)
        text: str = plotext.uncolorize(plotext.build())
        return text


def described(plan: Plan, data: Learnable) -> str:
    """What is trained, in a line."""
    sizes = "-".join(str(each) for each in _widths(plan))
    count = plan.network.size
    kind = f"{len(data.classes)} classes" if data.classifies else "a regression"
    sets = [f"{len(data.train.inputs):,} rows to learn"]
    sets += [f"{len(rows.inputs):,} for {what}"
             for rows, what in ((data.validation, "validation"), (data.test, "test")) if rows is not None]  # fmt: skip
    return f"{data.name} ({kind}; {', '.join(sets)}): net {sizes}, {count:,} parameters, {plan.entrant.label}"


def _widths(plan: Plan) -> list[int]:
    from dlc.reference.network import Dense

    return [plan.network.inputs, *(layer.units for layer in plan.network.layers if isinstance(layer, Dense))]


def facts(outcome: Outcome, plan: Plan, data: Learnable) -> list[tuple[str, str]]:
    """How one training ended."""
    score = "accuracy" if data.classifies else "R²"
    last = outcome.history[-1]
    kept = outcome.history[outcome.kept] if 0 <= outcome.kept < len(outcome.history) else last
    rows = [("ended", f"{outcome.end} ({len(outcome.history)} of {plan.epochs} epochs)"),
            ("weights of", f"epoch {kept.epoch + 1}"),
            ("training", f"loss {kept.loss:.6g}, {score} {kept.accuracy:.6g}")]  # fmt: skip
    if data.validation is not None:
        rows.append(("validation", f"loss {kept.val_loss:.6g}, {score} {kept.val_accuracy:.6g}"))
    if outcome.test is not None:
        rows.append(("test", f"loss {outcome.test.loss:.6g}, {score} {outcome.test.accuracy:.6g}"))
        if not data.classifies and plan.network.loss == "mse":
            error = math.sqrt(max(outcome.test.loss, 0.0)) * data.target_scale
            rows.append(("test error", f"{error:.6g} (root mean square, in the target's units)"))
    return rows


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and how far its 95 % interval goes to each side, by Student's t."""
    freedom = len(values) - 1
    t = T95[freedom - 1] if freedom <= len(T95) else 1.96 + 2.4 / freedom
    return statistics.fmean(values), t * statistics.stdev(values) / math.sqrt(len(values))


def over_seeds(seeds: Sequence[int], outcomes: Sequence[Outcome], *, classifies: bool) -> list[str]:
    """A table of several runs, and sentences about all of them."""
    score = "accuracy" if classifies else "r2_score"
    rows = []
    for seed, each in zip(seeds, outcomes, strict=True):
        last = each.history[-1]
        test = each.test
        rows.append([seed, len(each.history), (last.loss, f"{last.loss:.4f}"), (last.accuracy, f"{last.accuracy:.4f}"),
                     *((value, f"{value:.4f}") for value in test or ()), each.end])  # fmt: skip
    headers = ["seed", "epochs", "loss", score, *(["test_loss", f"test_{score}"] if outcomes[0].test else []), "ended"]
    show.table(headers, rows)
    found: list[Score] = [each.test for each in outcomes if each.test is not None]
    if not found:
        return []
    mean, half = interval([each.accuracy for each in found])
    return [f"test {score}: {mean:.4f} ± {half:.4f} (95 % interval of the mean over {len(found)} seeds)"]
