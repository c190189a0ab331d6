"""The roofline in the terminal: roofs as dotted lines with their names, kernels as letters, and what these mean."""

import math
import shutil
import string
from collections.abc import Sequence

from dlc.cli.ceilings import Ceilings
from dlc.cli.roofline import Frame, Placed, frame

LETTERS = string.ascii_uppercase + string.ascii_lowercase
HEIGHT, WIDEST, MARGIN = 18, 110, 7
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a Braille sign, by row and column
BRAILLE = 0x2800
NEAR = ((0, 0), (1, 0), (-1, 0), (2, 0), (-2, 0), (0, -1), (0, 1))  # where a letter goes if its cell is taken


class Canvas:
    """Cells of signs over two logarithmic axes."""

    def __init__(self, view: Frame, width: int, height: int):
        self.view, self.width, self.height = view, width, height
        self.dots = [[0] * width for _ in range(height)]
        self.signs = [[""] * width for _ in range(height)]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Column and row, counted from the upper left."""
        view = self.view
        across = math.log(x / view.left) / math.log(view.right / view.left)
        down = math.log(view.top / y) / math.log(view.top / view.bottom)
        return across * (self.width - 1), down * (self.height - 1)

    def line(self, ends: tuple[float, float, float, float]) -> None:
        """From (x, y) to (x, y)."""
        (left, start), (right, end) = self.place(*ends[:2]), self.place(*ends[2:])
        steps = max(1, round(4 * (right - left)))
        for step in range(steps + 1):
            column, row = left + (right - left) * step / steps, start + (end - start) * step / steps
            across, down = int(2 * column + 0.5), int(4 * row + 0.5)
            if 0 <= across < 2 * self.width and 0 <= down < 4 * self.height:
                self.dots[down // 4][across // 2] |= DOTS[down % 4][across % 2]

    def text(self, column: int, row: int, text: str) -> None:
        """From this cell on, as far as there are cells."""
        for place, sign in enumerate(text, column):
            if 0 <= row < self.height and 0 <= place < self.width:
                self.signs[row][place] = sign

    def letter(self, x: float, y: float, letter: str, taken: set[tuple[int, int]]) -> None:
        """In the cell of (x, y), or beside it where that is TAKEN."""
        found = self.place(x, y)
        column, row = round(found[0]), round(found[1])
        cells = [(column + right, row + down) for right, down in NEAR]
        cell = next((each for each in cells if each not in taken), cells[0])
        taken.add(cell)
        self.text(*cell, letter)

    def lines(self) -> list[str]:
        """Rows of text."""
        return [
            "".join(sign or (chr(BRAILLE + dots) if dots else " ") for sign, dots in zip(*row, strict=True))
            for row in zip(self.signs, self.dots, strict=True)
        ]


def drawing(placed: Sequence[Placed], ceilings: Ceilings) -> str:
    """Roofs over flop/byte, as wide as the terminal; empty where there is nothing to draw."""
    drawn = [each for each in placed if each.is_drawn][: len(LETTERS)]
    if not drawn:
        return ""
    view = frame(placed, ceilings)
    width = min(shutil.get_terminal_size().columns, WIDEST) - MARGIN - 2
    canvas = Canvas(view, width, HEIGHT)
    for kind, peak in ceilings.peaks.items():
        _draw_peak(canvas, peak / 1e9, f"{kind} FMA {peak / 1e9:.0f} GFLOP/s")
    for level in ceilings.levels:
        slope = ceilings.bandwidth(level) / 1e9
        _draw_slope(canvas, slope, max(ceilings.peaks.values()) / 1e9, f"{level} {slope:.0f} GB/s")
    taken: set[tuple[int, int]] = set()
    for letter, each in zip(LETTERS, drawn, strict=False):
        canvas.letter(each.intensity or 1.0, (each.flops_per_second or 1.0) / 1e9, letter, taken)
    legend = [f"{letter} {each.point.name}: {each.sentence}" for letter, each in zip(LETTERS, drawn, strict=False)]
    return "\n".join([f"{'GFLOP/s':>{MARGIN}}", *_framed(canvas), *legend])


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


def _framed(canvas: Canvas) -> list[str]:
    """The canvas between its axes."""
    view = canvas.view
    heights = {}
    for power in range(math.ceil(math.log10(view.bottom)), math.floor(math.log10(view.top)) + 1):
        heights[round(canvas.place(view.left, 10.0**power)[1])] = f"{10.0**power:g}"
    rows = [f"{heights.get(row, ''):>{MARGIN}} {'┤' if row in heights else '│'}{text}"
            for row, text in enumerate(canvas.lines())]  # fmt: skip
    axis, numbers = ["─"] * canvas.width, [" "] * (canvas.width + 8)
    powers = range(round(math.log2(view.left)), round(math.log2(view.right)) + 1)
    for power in powers[:: -(-len(powers) * 6 // canvas.width)]:
        column, label = round(canvas.place(2.0**power, view.top)[0]), f"{2**power}" if power >= 0 else f"1/{2**-power}"
        axis[column] = "┬"
        start = max(0, column - len(label) // 2)
        numbers[start : start + len(label)] = label
    below = "".join(numbers).rstrip()
    return [*rows, f"{'':>{MARGIN}} └{''.join(axis)}", f"{'':>{MARGIN}}  {below}", f"{'':>{MARGIN}}  flop/byte"]
