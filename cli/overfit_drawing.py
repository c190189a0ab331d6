"""The curves of a training log with the turn marked: in the terminal, and as a picture."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlc.cli.overfit_verdict import Diagnosis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, MOST_WIDTH, TICKS = 18, 120, 6


def chart(found: Diagnosis) -> str:
    """Both curves over epochs; vertical lines around the turn, and one at the best point."""
    import plotext

    plotext.clear_figure()
    plotext.plotsize(min(shutil.get_terminal_size().columns, MOST_WIDTH), HEIGHT)
    plotext.theme("clear")
    known = np.isfinite(found.train)
    if known.any():
        at = np.array(found.at)[known].tolist()
        plotext.plot(at, (found.sign * found.train[known]).tolist(), label=found.history.train_name, color="cyan")
    val = (found.sign * found.val).tolist()
    plotext.plot(found.at, val, label=found.history.val_name, color="orange", marker="dot")
    if found.turn and found.turn.is_shown:
        for place in (found.turn.first, found.turn.last):
            plotext.vline(found.at[place], color="gray")
        plotext.vline(found.at[found.turn.at], color="magenta")
    places = sorted({round(k * (len(found.at) - 1) / (TICKS - 1)) for k in range(TICKS)})
    plotext.xticks([found.at[place] for place in places], [f"{found.at[place]:g}" for place in places])
    plotext.xlabel(found.history.place)
    plotext.title(title(found))
    text: str = plotext.build()
    return plotext.uncolorize(text) if os.environ.get("NO_COLOR") else text


def title(found: Diagnosis) -> str:
    """The verdict and where the turn is."""
    if not (found.turn and found.turn.is_shown):
        return found.verdict
    first, last = found.at[found.turn.first], found.at[found.turn.last]
    return f"{found.verdict}: turned at {found.place(found.turn.at)} ({first:g} to {last:g})"


def check(path: Path) -> None:
    """Refuse what could not be saved. Raises BadInputError."""
    from dlc.cli.picture_history import check as check_still

    check_still(path)


def save(path: Path, found: Diagnosis) -> None:
    """Draw the curves and write them whole or not at all. Raises OSError."""
    from dlc.cli.picture_page import written
    from dlc.cli.picture_scene import head
    from dlc.cli.picture_style import figure, styled
    from dlc.kernels.cache import write_whole

    with styled():
        sheet = figure()
        axes = sheet.add_axes((0.085, 0.155, 0.695, 0.6))
        _draw(axes, found)
        axes.set_title(_folded(found.reason), fontsize=10.5, weight="normal")
        foot = "dashed: the turn, with its 95 % interval" if found.turn and found.turn.is_shown else "no turn is shown"
        curves = f"{found.history.val_name} over {found.history.place}s, {len(found.at)} points"
        head(sheet, title(found).capitalize(), curves, foot)
        write_whole(path, written(sheet, path.suffix.lower().removeprefix(".")))


def _folded(text: str, most: int = 110) -> str:
    """A text of two lines, if it is long."""
    if len(text) <= most:
        return text
    cut = text.rfind(" ", 0, most)
    return f"{text[:cut]}\n{text[cut + 1 :]}"


def _draw(axes: "Axes", found: Diagnosis) -> None:
    from dlc.cli.picture_style import COLOURS, PALE, name_ends

    ends = []
    for values, name, colour in (
        (found.val, found.history.val_name, COLOURS[1]),
        (found.train, found.history.train_name, COLOURS[0]),
    ):
        known = np.isfinite(values)
        if known.any():
            curve = found.sign * values[known]
            axes.plot(np.array(found.at)[known], curve, color=colour, linewidth=2)
            ends.append((float(curve[-1]), name, colour))
    if found.turn and found.turn.is_shown:
        at, first, last = (found.at[place] for place in (found.turn.at, found.turn.first, found.turn.last))
        axes.axvspan(first, last, color=PALE, alpha=0.15, linewidth=0)
        axes.axvline(at, color=PALE, linestyle=(0, (4, 3)))
    axes.set_xlim(found.at[0], max(found.at[-1], found.at[0] + 1e-9))
    axes.set_xlabel(found.history.place)
    name_ends(axes, ends)
