"""How measured causes and remedies look: tables, a chart of one cause, and a picture of all."""

import math
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli import show
from dlc.cli.overfit_measure import MEASURES, NAMES, Compared, Result, sentences

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dlc.cli.overfit_verdict import Estimate

MEANS = ("train_loss", "test_loss", "gap", "accuracy")
WIDE, HIGH, COLUMN, LINE, LEFT, ABOVE, BELOW, COLUMNS = 3.9, 2.2, 4.9, 3.3, 0.85, 1.5, 0.75, 3
TALL, FLOOR = 30.0, 1e-3  # of losses that are drawn by their logarithms


def table(result: Result) -> None:
    """Every level; a base comes before the first level that is compared with it."""
    is_wide = not sys.stdout.isatty()
    judged = dict.fromkeys(("test_loss", "gap", *(each.factor.judged for each in result.compared)))
    told = MEASURES if is_wide else tuple(judged)
    ends = ("", " low", " high") if is_wide else ("",)
    headers = [f"{NAMES[name]} −base{end}" for name in told for end in ends]
    rows: list[tuple[Any, ...]] = []
    seen: list[Mapping[str, float]] = []
    for each in result.compared:
        if each.base not in seen:
            seen.append(each.base)
            level = f"{each.factor.field} {getattr(each.factor.base, each.factor.field)}"
            rows.append(
                ("base", level if each.factor.base.features else "", *_means(each.base), *[""] * len(headers), "")
            )
        changes = [cell for name in told for cell in _cells(each.changes[name], is_wide)]
        p = each.p[each.factor.judged]
        rows.append((each.name, str(each.level), *_means(each.means), *changes, (p, show.short(p, 2))))
    show.table(("factor", "level", *(NAMES.get(name, "train loss") for name in MEANS), *headers, "p"), rows)


def _means(means: Mapping[str, float]) -> list[tuple[float, str]]:
    return [(means[name], show.short(means[name], 3)) for name in MEANS]


def _cells(change: "Estimate", is_wide: bool) -> list[Any]:
    return [change.value, change.low, change.high] if is_wide else [change.text]


def record(result: Result, steps: int) -> dict[str, Any]:
    """The fields of --json."""
    return {
        "seeds": result.seeds,
        "steps": steps,
        "rows": [
            {
                "factor": each.name,
                "kind": "cause" if each.factor.is_cause else "remedy",
                "level": each.level,
                "judged": each.factor.judged,
                "means": each.means,
                "base": each.base,
                "changes": {name: vars(each.changes[name]) for name in MEASURES},
                "p": each.p,
            }
            for each in result.compared
        ],
        "sentences": list(sentences(result)),
    }


def chart(result: Result, name: str) -> str:
    """Training and test losses over the levels of one cause."""
    from dlc.cli.plot import curves

    levels, means = zip(*result.points(name), strict=True)
    lines = {
        label: [each[key] for each in means]
        for label, key in (("test loss", "test_loss"), ("train loss", "train_loss"))
    }
    places, axis = _scaled(levels)
    if max(lines["test loss"]) > TALL * min(lines["test loss"]):
        lines = {
            f"log10 {label}": [math.log10(max(value, FLOOR)) for value in values] for label, values in lines.items()
        }
    return curves(places, lines, title=f"losses over {axis}{name}")


def _scaled(levels: tuple[float, ...]) -> tuple[list[float], str]:
    """Places on an axis: logarithms of positive levels."""
    if min(levels) > 0 and max(levels) > 10 * min(levels):
        return [math.log10(level) for level in levels], "log10 of "
    return [float(level) for level in levels], ""


def is_drawable(result: Result, name: str) -> bool:
    """Whether its levels are numbers, three or more with the base."""
    points = result.points(name)
    return len(points) >= 3 and not any(isinstance(level, str) for level, _ in points)


def save(path: Path, result: Result) -> None:
    """Draw a panel for each cause with numbers, and one for all other changes; whole or not at all. Raises OSError."""
    from dlc.cli.picture_page import written
    from dlc.cli.picture_scene import head
    from dlc.cli.picture_style import figure, styled
    from dlc.kernels.cache import write_whole

    names = list(dict.fromkeys(each.name for each in result.compared))
    drawn = [name for name in names if is_drawable(result, name)]
    others = [each for each in result.compared if each.name not in drawn and each.factor.judged == "test_loss"]
    columns = min(COLUMNS, max(1, len(drawn)))
    rows = -(-len(drawn) // columns)
    tall = max(1.2, 0.27 * len(others)) if others else 0.0
    wide = LEFT + COLUMN * max(columns, 2) - 0.4
    high = ABOVE + LINE * rows + (tall + BELOW if others else 0.0)
    with styled():
        sheet = figure((wide, high))
        for place, name in enumerate(drawn):
            row, column = divmod(place, columns)
            box = (LEFT + COLUMN * column, high - ABOVE - HIGH - LINE * row, WIDE, HIGH)
            axes = sheet.add_axes((box[0] / wide, box[1] / high, box[2] / wide, box[3] / high))
            _draw_levels(axes, result, name)
        if others:
            left = LEFT + 1.6
            axes = sheet.add_axes((left / wide, BELOW / high, (wide - left - 0.6) / wide, tall / high))
            _draw_changes(axes, others)
        foot = f"MNIST-1D, {result.seeds} seeds, the same with and without; intervals of 95 %"
        head(sheet, "Overfitting: causes and remedies", "blue: training loss, orange: test loss", foot)
        write_whole(path, written(sheet, path.suffix.lower().removeprefix(".")))


def _draw_levels(axes: "Axes", result: Result, name: str) -> None:
    from dlc.cli.picture_style import COLOURS, PALE

    levels, means = zip(*result.points(name), strict=True)
    for key, colour in (("train_loss", COLOURS[0]), ("test_loss", COLOURS[1])):
        values = [max(each[key], FLOOR) for each in means]
        axes.plot(levels, values, color=colour, marker="o", markersize=4, linewidth=2)
    factor = next(each.factor for each in result.compared if each.name == name)
    axes.axvline(getattr(factor.base, factor.field), color=PALE, linewidth=1, linestyle=(0, (4, 3)))
    if min(levels) > 0 and max(levels) > 10 * min(levels):
        axes.set_xscale("log")
    if max(each["test_loss"] for each in means) > TALL * min(each["test_loss"] for each in means):
        axes.set_yscale("log")
    axes.set_title(f"{name}: {factor.field}" if name != factor.field else name, fontsize=11)
    axes.tick_params(axis="both", labelsize=9)


def _draw_changes(axes: "Axes", others: list[Compared]) -> None:
    """The change of the test loss by each other level, with its interval; the greatest gain is on top."""
    from dlc.cli.picture_style import COLOURS, PALE

    ranked = sorted(others, key=lambda each: each.changes["test_loss"].value, reverse=True)
    for place, each in enumerate(ranked):
        change = each.changes["test_loss"]
        colour = PALE if not each.is_shown("test_loss") else COLOURS[1] if change.value > 0 else COLOURS[2]
        axes.plot([change.low, change.high], [place, place], color=colour, linewidth=3, solid_capstyle="butt")
        axes.plot([change.value], [place], "o", color=colour, markersize=5)
    axes.axvline(0, color=PALE, linewidth=1)
    axes.set_yticks(range(len(ranked)), [each.label for each in ranked], fontsize=9)
    axes.set_title("change of the test loss; grey: no difference shown", fontsize=11)
    axes.set_ylim(-0.7, len(ranked) - 0.3)


def told(result: Result, planned: int, needed: int) -> Iterator[str]:
    """What the reader has to know of how it was measured."""
    yield (
        f"{result.seeds} seeds, each with and without; changes: median of Walsh's averages with 95 % interval; p of "
        f"signed ranks, corrected by Holm for all {sum(len(each.p) for each in result.compared)} comparisons"
    )
    if result.seeds < planned:
        yield f"the budget ended it after {result.seeds} of {planned} seeds"
    if result.seeds < needed:
        yield f"no difference among so many can be shown with fewer than {needed} seeds; use --seeds {needed}"
