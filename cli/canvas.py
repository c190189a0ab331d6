"""Lines and signs over two logarithmic axes, drawn in the cells of a terminal."""

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

HEIGHT, WIDEST, MARGIN = 18, 110, 7
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a Braille sign, by row and column
BRAILLE = 0x2800
NEAR = ((0, 0), (1, 0), (-1, 0), (2, 0), (-2, 0), (0, -1), (0, 1))  # where a letter goes if its cell is taken


@dataclass(frozen=True)
class Frame:
    """The part of the plane that is drawn."""

    left: float
    right: float
    bottom: float
    top: float


class Canvas:
    """Cells of signs over two logarithmic axes."""

    def __init__(self, view: Frame, width: int = 0, height: int = HEIGHT):
        """As wide as the terminal, where no WIDTH is given."""
        self.view, self.height = view, height
        self.width = width = width or min(shutil.get_terminal_size().columns, WIDEST) - MARGIN - 2
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
        steps = max(1, round(4 * max(right - left, abs(end - start))))
        for step in range(steps + 1):
            column, row = left + (right - left) * step / steps, start + (end - start) * step / steps
            across, down = int(2 * column + 1), int(4 * row + 2)  # from the middle of a cell
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

    def framed(self, x_label: str, x_ticks: Mapping[float, str], y_label: str) -> list[str]:
        """Rows of text between axes; those upwards have powers of ten."""
        view, heights = self.view, {}
        for power in range(math.ceil(math.log10(view.bottom)), math.floor(math.log10(view.top)) + 1):
            heights[round(self.place(view.left, 10.0**power)[1])] = f"{10.0**power:g}"
        rows = [f"{heights.get(row, ''):>{MARGIN}} {'┤' if row in heights else '│'}{text}"
                for row, text in enumerate(self.lines())]  # fmt: skip
        axis, numbers = ["─"] * self.width, [" "] * self.width
        every = -(-len(x_ticks) * 6 // self.width)
        for x, label in list(x_ticks.items())[::every]:
            column = round(self.place(x, view.top)[0])
            axis[column] = "┬"
            start = min(max(0, column - len(label) // 2), self.width - len(label))
            numbers[start : start + len(label)] = label
        left = " " * MARGIN
        below = "".join(numbers).rstrip()
        return [f"{y_label:>{MARGIN}}", *rows, f"{left} └{''.join(axis)}", f"{left}  {below}", f"{left}  {x_label}"]
