"""Curves drawn in the terminal."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence

from dlc.cli.errors import BadInputError

# Curves differ by their marks too, never by colour alone.
MARKERS = ("braille", "dot", "+", "x")
COLOURS = ("cyan", "orange", "green", "magenta")


def curves(x: Sequence[float], lines: Mapping[str, Sequence[float]], *, title: str) -> str:
    """LINES over X as text, as wide as the terminal; points that are not finite are left out."""
    import plotext

    plotext.clear_figure()
    width = shutil.get_terminal_size().columns
    plotext.plotsize(min(width, 120), 20)
    plotext.theme("clear")
    for (label, y), marker, colour in zip(lines.items(), MARKERS, COLOURS, strict=False):
        drawn = [(a, b) for a, b in zip(x, y, strict=True) if abs(a) < float("inf") and abs(b) < float("inf")]
        if drawn:
            plotext.plot(*zip(*drawn, strict=True), label=label, marker=marker, color=colour)
    plotext.title(title)
    try:
        text: str = plotext.build()
    except (ValueError, OverflowError):
        raise BadInputError("the numbers span too much, or too little, to be drawn; leave out --plot") from None
    return text if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else plotext.uncolorize(text)
