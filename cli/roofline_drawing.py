"""The roofline in the terminal: roofs as dotted lines with their names, kernels as letters, and what these mean."""

import math
import string
from collections.abc import Sequence

from dlc.cli.canvas import Canvas
from dlc.cli.ceilings import Ceilings
from dlc.cli.roofline import Placed, frame

LETTERS = string.ascii_uppercase + string.ascii_lowercase


def drawing(placed: Sequence[Placed], ceilings: Ceilings) -> str:
    """Roofs over flop/byte, as wide as the terminal; empty where there is nothing to draw."""
    drawn = [each for each in placed if each.is_drawn][: len(LETTERS)]
    if not drawn:
        return ""
    view = frame(placed, ceilings)
    canvas = Canvas(view)
    for kind, peak in ceilings.peaks.items():
        _draw_peak(canvas, peak / 1e9, f"{kind} FMA {peak / 1e9:.0f} GFLOP/s")
    for level in ceilings.levels:
        slope = ceilings.bandwidth(level) / 1e9
        _draw_slope(canvas, slope, max(ceilings.peaks.values()) / 1e9, f"{level} {slope:.0f} GB/s")
    taken: set[tuple[int, int]] = set()
    for letter, each in zip(LETTERS, drawn, strict=False):
        canvas.letter(each.intensity or 1.0, (each.flops_per_second or 1.0) / 1e9, letter, taken)
    legend = [f"{letter} {each.point.name}: {each.sentence}" for letter, each in zip(LETTERS, drawn, strict=False)]
    powers = range(round(math.log2(view.left)), round(math.log2(view.right)) + 1)
    ticks = {2.0**power: f"{2**power}" if power >= 0 else f"1/{2**-power}" for power in powers}
    return "\n".join([*canvas.framed("flop/byte", ticks, "GFLOP/s"), *legend])


def _draw_peak(canvas: Canvas, peak: float, label: str) -> None:
    view = canvas.view
    canvas.line((view.left, peak, view.right, peak))
    row = round(canvas.place(view.right, peak)[1])
    canvas.text(canvas.width - len(label) - 1, row - 1, label)


def _draw_slope(canvas: Canvas, slope: float, peak: float, label: str) -> None:
    """A bandwidth as far as the PEAK."""
    view = canvas.view
    low, high = max(view.left, view.bottom / slope), min(view.right, peak / slope)
    if low < high:
        canvas.line((low, low * slope, high, high * slope))
        column, row = canvas.place(low, low * slope)
        canvas.text(round(column) + 2, round(row), f" {label} ")
