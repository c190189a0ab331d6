"""The trend of one benchmark in the terminal."""

import os
import shutil

from dlc.cli.bench_series import Series, called
from dlc.cli.show import duration

HEIGHT, MOST_WIDTH, TICKS = 18, 120, 6
LEAST_SPAN = 1.1  # highest over lowest


def chart(series: Series) -> str:
    """A mark for each run, the levels as lines, and the changes as vertical ones."""
    import plotext

    at, times = series.at, series.times
    plotext.clear_figure()
    plotext.plotsize(min(shutil.get_terminal_size().columns, MOST_WIDTH), HEIGHT)
    plotext.theme("clear")
    low, high = limits(times)
    plotext.ylim(low, high)
    plotext.xlim(-0.5, len(series.runs) - 0.5)
    edges = [0, *(change.at for change in series.changes), len(times)]
    levels = [series.changes[0].before, *(change.after for change in series.changes)] if series.changes else []
    for start, stop, level in zip(edges, edges[1:], levels, strict=False):
        plotext.plot([at[start], at[stop - 1]], [level, level], marker="braille", color="cyan")
    for change in series.changes:
        plotext.vline(at[change.at] - 0.5, color="orange")
    plotext.scatter(at, times, marker="●")
    places = sorted({round(k * (len(series.runs) - 1) / (TICKS - 1)) for k in range(TICKS)})
    plotext.xticks(places, [called(series.runs[place]).partition(" (")[0] for place in places])
    heights = [low + k * (high - low) / 4 for k in range(5)]
    plotext.yticks(heights, [duration(each) for each in heights])
    plotext.title(series.name)
    text: str = plotext.build()
    return plotext.uncolorize(text) if os.environ.get("NO_COLOR") else text


def limits(times: list[float]) -> tuple[float, float]:
    """The heights of a chart: what varies little looks as calm as it is."""
    low, high = min(times), max(times)
    if high < LEAST_SPAN * low:
        middle = (low + high) / 2
        low, high = 2 * middle / (1 + LEAST_SPAN), 2 * middle * LEAST_SPAN / (1 + LEAST_SPAN)
    room = 0.06 * (high - low)
    return low - room, high + room
