"""The landscape of a function of two variables in the terminal: bands of equal level, and trails over them.

A cell shows two pixels, one above the other, as a half block; a trail is of braille dots, eight to a cell.
Without colours each band has a character.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor, inf, isfinite, log10
from typing import NamedTuple

from rich.text import Text

from dlc.cli import show
from dlc.reference.problems import Point, ProblemCard

LOW_TO_HIGH = (
    (9, 13, 38), (19, 32, 77), (27, 56, 112), (33, 84, 139), (46, 113, 158), (73, 142, 172), (111, 170, 187),
    (155, 197, 204), (200, 222, 223),
)  # fmt: skip
SHADES = " .:-=+*%#@"
PLAIN = "#ffffff"  # of labels of the picture itself

MINIMUM, TRAP, START, HARD_START = "◆", "◇", "●", "○"
MARK = "#ff5f87"  # of these
MEANINGS = {MINIMUM: "minimum", TRAP: "other minimum", START: "classic start", HARD_START: "hard start"}

MOST_BANDS = 9
DECADES = 8  # below the highest level, at most: what is lower is one band
LARGEST = 0.98  # of all pixels are below the highest level

LEAST_WIDTH, LEAST_HEIGHT = 24, 8
MOST_WIDTH = 100
TALL = 0.4  # rows for a column: cells are about twice as high as wide, and pictures somewhat wider than high

# The dot of a braille cell at (row, column).
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BRAILLE = 0x2800

Window = tuple[tuple[float, float], tuple[float, float]]


class Trail(NamedTuple):
    """Where an optimizer went, in order; MARK is drawn where it is now."""

    points: Sequence[Point]
    colour: str
    mark: str = "●"


class Levels(NamedTuple):
    """The edges between bands, upwards, each a value less the BASE; and what the base is called."""

    edges: list[float]
    base: float
    title: str

    def band(self, value: float) -> int:
        """How many edges are at or below a value."""
        return bisect_right(self.edges, value - self.base)


class Contour:
    """The landscape of a card of two variables: values are computed once, trails drawn as often as they change."""

    def __init__(self, card: ProblemCard, width: int, height: int, window: Window | None = None):
        """WIDTH columns and HEIGHT rows, axes included; the WINDOW is the card's box where none is given."""
        if card.dimension != 2 or card.data:
            raise ValueError(f"{card.name} is not a function of two variables")
        self.card = card
        (self._left, self._right), (self._bottom, self._top) = window or card.bounds
        ticks = [f"{value:g}" for value in (self._top, (self._top + self._bottom) / 2, self._bottom)]
        self._margin = max(map(len, ticks)) + 1
        self._rows, self._columns = max(2, height - 1), max(4, width - self._margin)
        self._ticks = dict(zip((0, self._rows // 2, self._rows - 1), ticks, strict=False))
        values = [[self._value(row, column) for column in range(self._columns)] for row in range(2 * self._rows)]
        self.levels = levels(card, [value for line in values for value in line if isfinite(value)])
        self._bands = [[self.levels.band(value) for value in line] for line in values]
        self._marks = self._placed(
            [
                *((point, TRAP) for point in card.traps), *((point, MINIMUM) for point in card.minima),
                (card.hard_start, HARD_START), (card.start, START),
            ]
        )  # fmt: skip
        self._still = [self._line(row, {}) for row in range(self._rows)]  # without trails

    def _value(self, row: int, column: int) -> float:
        x = self._left + (column + 0.5) / self._columns * (self._right - self._left)
        y = self._top - (row + 0.5) / (2 * self._rows) * (self._top - self._bottom)
        try:
            return float(self.card.function((x, y), **self.card.knobs))
        except OverflowError:
            return inf

    def _placed(self, points: Iterable[tuple[Point, str]]) -> dict[tuple[int, int], tuple[str, str]]:
        """The marks of POINTS by cell; of two in one cell the later one."""
        return {cell: (mark, MARK) for point, mark in points if point and (cell := self._cell(point))}

    def _cell(self, point: Point) -> tuple[int, int] | None:
        dot = self._dot(point)
        return (dot[0] // 4, dot[1] // 2) if dot else None

    def _dot(self, point: Point) -> tuple[int, int] | None:
        """Row and column of a point among all braille dots; None outside."""
        x, y = map(float, point)
        across = (x - self._left) / (self._right - self._left)
        down = (self._top - y) / (self._top - self._bottom)
        if not (0 <= across <= 1 and 0 <= down <= 1):
            return None
        rows, columns = 4 * self._rows, 2 * self._columns
        return min(int(down * rows), rows - 1), min(int(across * columns), columns - 1)

    def lines(self, trails: Iterable[Trail] = ()) -> list[Text]:
        """The picture with TRAILS, later ones over earlier ones, and the axis below it; each as wide as asked for."""
        drawn: dict[tuple[int, int], tuple[str, str]] = {}
        dots: dict[tuple[int, int], int] = {}
        ends = {}
        for trail in trails:
            own: dict[tuple[int, int], int] = {}
            for row, column in self._path(trail.points):
                cell = row // 4, column // 2
                own[cell] = own.get(cell, 0) | DOTS[row % 4][column % 2]
            for cell, pattern in own.items():
                dots[cell] = dots.get(cell, 0) | pattern
                drawn[cell] = chr(BRAILLE + dots[cell]), trail.colour
            if trail.points and (end := self._cell(trail.points[-1])):
                ends[end] = trail.mark, trail.colour
        drawn |= self._marks | ends
        touched = {row for row, _ in drawn.keys() - self._marks.keys()} | {row for row, _ in ends}
        lines = [self._line(row, drawn) if row in touched else self._still[row] for row in range(self._rows)]
        return [*lines, self._axis()]

    def _path(self, points: Sequence[Point]) -> Iterator[tuple[int, int]]:
        """All dots on the way from each point to the next one, where both are inside."""
        before = None
        for point in points:
            here = self._dot(point)
            if here:
                yield from straight(before or here, here)
            before = here

    def _line(self, row: int, drawn: dict[tuple[int, int], tuple[str, str]]) -> Text:
        line = Text(f"{self._ticks.get(row, ''):>{self._margin - 1}} ", style="dim", end="")
        drawn = drawn or self._marks
        upper, lower = self._bands[2 * row], self._bands[2 * row + 1]
        run, style = "", ""
        for column in range(self._columns):
            character, wanted = self._drawing(upper[column], lower[column], drawn.get((row, column)))
            if wanted != style:
                line.append(run, style or None)
                run, style = "", wanted
            run += character
        line.append(run, style or None)
        return line

    def _drawing(self, upper: int, lower: int, over: tuple[str, str] | None) -> tuple[str, str]:
        """The character of a cell, and its style."""
        count = len(self.levels.edges) + 1
        if not has_colours():
            return (over[0] if over else shade(lower, count)), ""
        if over:
            return over[0], f"bold {over[1]} on {colour(lower, count)}"
        if upper == lower:
            return " ", f"on {colour(lower, count)}"
        return "▀", f"{colour(upper, count)} on {colour(lower, count)}"

    def _axis(self) -> Text:
        left, middle, right = (f"{value:g}" for value in (self._left, (self._left + self._right) / 2, self._right))
        gap = self._columns - len(left) - len(right)
        between = middle.center(gap) if len(middle) + 2 <= gap else " " * max(1, gap)
        return Text(" " * self._margin + left + between + right, style="dim", end="")

    def legend(self) -> Text:
        """The colours' levels, and what the marks mean."""
        count = len(self.levels.edges) + 1
        text = Text(f"{self.levels.title}  ")
        texts = [f"<{self.levels.edges[0]:g}", *(f"{edge:g}" for edge in self.levels.edges)]
        for band, level in enumerate(texts):
            swatch = ("██", colour(band, count)) if has_colours() else (f"[{shade(band, count)}]", "")
            text.append(*swatch)
            text.append(f" {level}  ")
        text.append("\n")
        for mark in dict.fromkeys(mark for mark, _ in self._marks.values()):
            text.append(f"{mark} ", MARK)
            text.append(f"{MEANINGS[mark]}  ")
        return text


def levels(card: ProblemCard, values: Sequence[float]) -> Levels:
    """Edges of bands for these VALUES: above the least value by 1, 10, 100, ...; equally spaced where there is none."""
    ordered = sorted(values)
    if card.least is None:
        return Levels(spaced(ordered[0], ordered[-1]), 0.0, "f")
    above = [value - card.least for value in ordered]
    highest = above[int(LARGEST * (len(above) - 1))]
    lowest = max(above[len(above) // 200], highest / 10**DECADES)
    base = f"f − {card.least:.6g}" if card.least > 0 else f"f + {-card.least:.6g}" if card.least < 0 else "f"
    return Levels(decades(lowest, highest), card.least, base)


def decades(lowest: float, highest: float) -> list[float]:
    """Round numbers from LOWEST to HIGHEST, equally spaced in their logarithm as nearly as round ones can be."""
    digits: tuple[float, ...] = (1, 1.5, 2, 3, 5, 7)
    for digits in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        exponents = range(floor(log10(lowest)), ceil(log10(highest)) + 1)
        edges = [float(f"{digit}e{power}") for power in exponents for digit in digits]
        edges = [edge for edge in edges if lowest <= edge < highest]
        if len(edges) < MOST_BANDS:
            break
    return edges[-(MOST_BANDS - 1) :] or [float(f"{highest:.1g}")]


def spaced(lowest: float, highest: float) -> list[float]:
    """Round numbers between LOWEST and HIGHEST, equally spaced."""
    rough = (highest - lowest) / MOST_BANDS
    power = 10.0 ** floor(log10(rough))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough)
    first = floor(lowest / step) + 1
    return [k * step for k in range(first, ceil(highest / step))]


def straight(begin: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots from BEGIN to END."""
    steps = max(abs(end[0] - begin[0]), abs(end[1] - begin[1]), 1)
    for step in range(steps + 1):
        yield tuple(round(a + (b - a) * step / steps) for a, b in zip(begin, end, strict=True))  # type: ignore[misc]


def colour(band: int, count: int) -> str:
    """The colour of BAND among COUNT."""
    place = band / max(1, count - 1) * (len(LOW_TO_HIGH) - 1)
    index = min(int(place), len(LOW_TO_HIGH) - 2)
    low, high = LOW_TO_HIGH[index], LOW_TO_HIGH[index + 1]
    red, green, blue = (round(a + (b - a) * (place - index)) for a, b in zip(low, high, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"


def shade(band: int, count: int) -> str:
    """The character of BAND among COUNT."""
    return SHADES[round(band / max(1, count - 1) * (len(SHADES) - 1))]


def has_colours() -> bool:
    """Whether the terminal shows colours, and the user wants them."""
    return show.terminal().color_system is not None and not show.terminal().no_color


def contour_lines(card: ProblemCard, width: int, height: int, trails: Iterable[Trail] = ()) -> list[Text]:
    """The landscape of a function of two variables with TRAILS, HEIGHT lines of WIDTH cells."""
    return Contour(card, width, height).lines(trails)


def draw(card: ProblemCard) -> None:
    """The landscape and its legend on the terminal, as large as it has room for."""
    console = show.terminal()
    width = min(console.width, MOST_WIDTH)
    height = min(console.height - 4, round(TALL * width))
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return
    contour = Contour(card, width, height)
    for line in contour.lines():
        console.print(line, end="\n", no_wrap=True, crop=True)
    console.print(contour.legend())
