"""What all pictures of a race share: who is drawn how, and what is written over and under them."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dlc.cli.picture_style import INK, PALE, Look, counted, looks, shortened
from dlc.cli.race_record import measure, rows
from dlc.cli.tournament import Race, Standing
from dlc.cli.verdict import ranking

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DEEPEST = 1e-16  # of the first gap: what is nearer to the least loss is rounding


@dataclass(frozen=True)
class Scene:
    """A race as it is drawn."""

    race: Race

    @cached_property
    def ranked(self) -> list[Standing]:
        """The entrants, the leader first."""
        by_label = {each.label: each for each in self.race.standings}
        by = measure(rows(self.race), self.race.target, self.problem, self.race.plan.steps)
        return [by_label[label] for label in ranking(by.values, by.solved)]

    @cached_property
    def looks(self) -> dict[str, Look]:
        """How each is drawn."""
        return looks([each.label for each in self.ranked])

    @property
    def named(self) -> list[Standing]:
        """Those that are pointed out."""
        return [each for each in self.ranked if self.looks[each.label].is_named]

    @property
    def problem(self) -> str:
        """The name of what was raced on."""
        return self.race.plan.arena.card.name

    @property
    def goal(self) -> str:
        """What the race is judged by, in words."""
        if self.race.target is None:
            return f"loss after {counted(self.race.plan.steps)} gradients"
        return f"gradients to {share_text(self.race.target)} of the first gap"

    @property
    def held(self) -> str:
        """Under which conditions, in words."""
        plan = self.race.plan
        is_tuned = any(len(each.tuned.trials) > 1 for each in self.race.standings)
        tuned = f"rates tuned in {plan.trials} trials" if is_tuned else "rates not tuned"
        runs = f"{plan.runs} start{'s' * (plan.runs != 1)}"
        return f"{runs} · {counted(plan.steps)} gradients · {tuned} · seed {plan.seed} · dlc optimize"

    @property
    def greys(self) -> str:
        """Who is drawn in grey, in words; empty where nobody is."""
        count = len(self.ranked) - len(self.named)
        return f"grey: {count} other entrant{'s' * (count != 1)}" if count else ""

    def gaps(self, standing: Standing) -> np.ndarray:
        """Losses of the curves above the least one, where that is known: [checkpoints, runs]."""
        least = self.race.plan.arena.card.least
        return standing.outcome.curve - (least or 0.0)

    @property
    def gap_name(self) -> str:
        """What gaps() are."""
        least = self.race.plan.arena.card.least
        return "loss − least loss" if least else "loss"

    def write(self, sheet: "Figure", title: str, below: str, foot: str = "") -> None:
        """Title and footer of a figure."""
        head(sheet, title, below, foot or " · ".join(filter(None, [self.greys, self.held])))


def head(sheet: "Figure", title: str, below: str, foot: str) -> None:
    """A title, a line below it, and a line at the foot of a figure."""
    inch = 1 / sheet.get_figheight()
    left = 0.45 / sheet.get_figwidth()
    sheet.text(left, 1 - 0.42 * inch, title, fontsize=19, weight="bold", color=INK, va="center")
    sheet.text(left, 1 - 0.76 * inch, below, fontsize=12.5, color=PALE, va="center")
    sheet.text(1 - left, 0.17 * inch, foot, fontsize=9.5, color=PALE, va="center", ha="right")


def share_text(share: float) -> str:
    """A share as one writes it: 10⁻⁵, 0.1."""
    exponent = np.log10(share)
    if abs(exponent - round(exponent)) < 1e-9 and exponent < -1.5:
        return "10" + str(round(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{share:g}"


def name_of(standing: Standing, more: str = "") -> str:
    """An entrant's name, and something about it."""
    return shortened(standing.label) + (f"  {more}" if more else "")
