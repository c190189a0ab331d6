"""Trends over saved runs as a picture: a panel for each benchmark, those with changes of level first."""

import math
import statistics
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from dlc.cli.bench_series import Series, called, short_name
from dlc.cli.errors import BadInputError
from dlc.cli.picture_style import COLOURS, INK, PALE, figure, shortened, styled
from dlc.cli.plot_history import limits
from dlc.cli.show import duration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CALM, FASTER, SLOWER = "#8A929B", COLOURS[2], COLOURS[1]
MOST, COLUMNS = 12, 3  # panels
ALONE = (0.105, 0.17, 0.86, 0.62)
# Inches: width and height of a panel's axes, from one to the next, around all of them.
WIDE, HIGH, COLUMN, ROW, LEFT, ABOVE, BELOW = 4.0, 1.9, 5.05, 2.95, 0.95, 1.55, 0.85
LETTERS = 44  # of a panel's title
LOG_FROM = 4.0  # highest over lowest time
TICKS = 5
NAME_SIZE, NAME_ROWS = 9.0, 3  # of changes


def check(path: Path) -> None:
    """Refuse what could not be saved. Raises BadInputError."""
    from dlc.cli import pictures

    if path.suffix.lower().removeprefix(".") not in pictures.STILLS:
        raise BadInputError(f"{path}: --save draws .png, .svg or .pdf; --json has the numbers")
    pictures.check(path, "", [])


def save(path: Path, series: Sequence[Series], letters: Mapping[int, str]) -> None:
    """Draw the SERIES, at most MOST, and write them whole or not at all. LETTERS name machines, if there are several.

    Raises OSError.
    """
    from dlc.cli.picture_page import written
    from dlc.kernels.cache import write_whole

    with styled():
        sheet = _alone(series[0]) if len(series) == 1 else _page(series, letters)
        write_whole(path, written(sheet, path.suffix.lower().removeprefix(".")))


def _alone(series: Series) -> "Figure":
    sheet = figure()
    axes = sheet.add_axes(ALONE)
    _draw(axes, series, ticks=2 * TICKS)
    first, last = series.points[0].run, series.points[-1].run
    _head(sheet, series.name, f"{len(series.points)} runs, {first.when[:10]} to {last.when[:10]}")
    return sheet


def _page(series: Sequence[Series], letters: Mapping[int, str]) -> "Figure":
    """The greatest changes first, then as they come."""
    ranked = sorted(series, key=_greatest, reverse=True)[:MOST]
    columns, every = min(COLUMNS, len(ranked)), [each.name for each in series]
    rows = math.ceil(len(ranked) / columns)
    wide, high = LEFT + COLUMN * columns - 0.45, ABOVE + ROW * (rows - 1) + HIGH + BELOW
    sheet = figure((wide, high))
    for place, each in enumerate(ranked):
        row, column = divmod(place, columns)
        left, bottom = LEFT + column * COLUMN, high - ABOVE - HIGH - row * ROW
        axes = sheet.add_axes((left / wide, bottom / high, WIDE / wide, HIGH / high))
        _draw(axes, each, ticks=TICKS)
        machine = f"  ({letters[id(each.runs[0])]})" if letters else ""
        axes.set_title(shortened(short_name(each.name, every), LETTERS) + machine, fontsize=11)
    changed = sum(bool(each.changes) for each in series)
    more = f"; {len(series) - MOST} more are not drawn" if len(series) > MOST else ""
    _head(sheet, "Times over saved runs", f"{changed} of {len(series)} series change their level{more}")
    return sheet


def _greatest(series: Series) -> float:
    return max((abs(math.log(change.ratio)) for change in series.changes), default=0.0)


def _head(sheet: "Figure", title: str, below: str) -> None:
    from dlc.cli.picture_scene import head

    longest = int(6.4 * sheet.get_figwidth())  # letters
    foot = "dot: median of a run, line: its interval over rounds · a trend, not a verdict"
    head(sheet, shortened(title, longest), below, foot)


def _draw(axes: "Axes", series: Series, *, ticks: int) -> None:
    at, times = series.at, series.times
    for place, point in zip(at, series.points, strict=True):
        if point.interval:
            axes.plot([place, place], point.interval, color=PALE, linewidth=1.2, alpha=0.55, zorder=3)
    axes.plot(at, times, "o", color=INK, markersize=4 if len(at) < 60 else 2.5, zorder=5)
    edges = [0, *(change.at for change in series.changes), len(times)]
    for number, (start, stop) in enumerate(pairwise(edges)):
        change = series.changes[number - 1] if number else None
        level = change.after if change else series.changes[0].before if series.changes else statistics.median(times)
        colour = CALM if change is None else SLOWER if change.ratio > 1 else FASTER
        right = at[stop] - 0.5 if stop < len(at) else at[-1] + 0.4
        width = 3 if series.changes else 1.5
        axes.plot([at[start] - 0.5, right], [level, level], color=colour, linewidth=width, alpha=0.85, zorder=4)
        if change:
            axes.axvline(at[start] - 0.5, color=colour, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
            _name(axes, series, number - 1, colour)
    _set_heights(axes, times, min(len(series.changes), NAME_ROWS))
    axes.set_xlim(-0.7, len(series.runs) - 0.3)
    _ticks(axes, series, ticks)


def _set_heights(axes: "Axes", times: list[float], rows: int) -> None:
    """From the least to the greatest time, and room for so many ROWS of names above."""
    share = 1.35 * rows * NAME_SIZE / (72 * axes.bbox.height / axes.figure.dpi)
    low, high = limits(times)
    if max(times) > LOG_FROM * min(times):
        axes.set_yscale("log")
        low, high = min(times) / 1.2, max(times) * 1.2
        axes.set_ylim(low, low * (high / low) ** (1 / (1 - share)))
    else:
        axes.set_ylim(low, low + (high - low) / (1 - share))


def _name(axes: "Axes", series: Series, number: int, colour: str) -> None:
    """What a change is called, above the points, on the side that has more room; neighbours are in different rows."""
    change = series.changes[number]
    place = series.at[change.at] - 0.5
    is_right = place > 0.55 * len(series.runs)
    axes.annotate(
        f"{change.ratio:.2f}x  {called(series.points[change.at].run)}", (place, 1.0),
        xycoords=("data", "axes fraction"), xytext=(-4 if is_right else 4, -1.35 * NAME_SIZE * (number % NAME_ROWS)),
        textcoords="offset points", ha="right" if is_right else "left", va="top", color=colour, fontsize=NAME_SIZE,
        weight="bold", zorder=6, bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1},
    )  # fmt: skip


def _ticks(axes: "Axes", series: Series, ticks: int) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    runs = series.runs
    places = sorted({round(k * (len(runs) - 1) / max(1, ticks - 1)) for k in range(min(ticks, len(runs)))})
    days = {run.when[:10] for run in runs}
    part = slice(5, 10) if len(days) > 1 else slice(11, 16)
    names = [shortened(called(runs[k]).partition(" (")[0], 12) for k in places]
    axes.set_xticks(places, [f"{name}\n{runs[k].when[part]}" for name, k in zip(names, places, strict=True)])
    axes.tick_params(axis="both", labelsize=9)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: duration(seconds) if seconds > 0 else ""))
    axes.yaxis.set_minor_formatter(NullFormatter())
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.tick_params(axis="y", which="minor", length=0)
