"""The look of all pictures, in one place: colours, letters, and names that stand beside what they name."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colours, which the colour-blind tell apart, and a brown for their yellow, which is too pale for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#1A1A1A", "#8C5A2B")
OTHERS = "#B4B8BE"  # of entrants that are not pointed out
INK, PALE, FAINT = "#22262B", "#6A717A", "#E3E6EA"
SURFACE = ("#8FA6C6", "#B9C8DE", "#DCE4EF", "#F2F5F9", "#FCFDFE")  # of contours, from low to high
SPEED = ("#FFF3C4", "#F6C667", "#E07B54", "#A13D63", "#3B1C5A")  # of maps, from few gradients to many

SIZE = (10.0, 5.625)  # inches, 16:9
PAGE_WIDTH = 16.0
DPI = 120
LONGEST = 24  # letters of a name
NAME_ROOM = 150.0  # points beside the axes
NAME_SIZES = (7.5, 11.5)
LETTER = 0.68  # widths of a bold letter, in sizes

STYLE: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: a picture is the same everywhere
    "font.size": 12,
    "text.color": INK,
    "axes.labelcolor": PALE,
    "axes.edgecolor": PALE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 13.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.titlepad": 9,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "xtick.color": PALE,
    "ytick.color": PALE,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
    "lines.solid_capstyle": "round",
    "lines.solid_joinstyle": "round",
    "figure.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "dlc",  # the same picture has the same bytes
}


@dataclass(frozen=True)
class Look:
    """How an entrant is drawn in every picture of a race."""

    colour: str
    width: float
    depth: float  # what is greater lies on top
    is_named: bool


def looks(ranked: Sequence[str]) -> dict[str, Look]:
    """The best eight in colours, the leader on top; the rest grey and without a name. RANKED begins with the leader."""
    named = {label: Look(colour, 2.2, 20 - place, True)
             for place, (label, colour) in enumerate(zip(ranked, COLOURS, strict=False))}  # fmt: skip
    return {label: named.get(label, Look(OTHERS, 1.0, 2, False)) for label in ranked}


@contextmanager
def styled() -> Iterator[None]:
    """All that is drawn in this block has the look."""
    from matplotlib import rc_context

    settings: Any = dict(STYLE)
    with rc_context(settings):
        yield


def figure(size: tuple[float, float] = SIZE) -> "Figure":
    """An empty figure that belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=size, dpi=DPI)


def shortened(label: str, longest: int = LONGEST) -> str:
    """A name of at most LONGEST letters; what is left out is in the middle."""
    if len(label) <= longest:
        return label
    head = (longest - 1) // 2
    return f"{label[:head]}…{label[len(label) - (longest - 1 - head) :]}"


def surface_colours() -> Any:
    """The colours of contours, from low to high."""
    return _blended("surface", SURFACE)


def speed_colours() -> Any:
    """The colours of maps, from few gradients to many."""
    return _blended("speed", SPEED)


def _blended(name: str, colours: Sequence[str]) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(name, list(colours))


def name_size(texts: Sequence[str]) -> float:
    """The size at which all of these names have room beside the axes."""
    longest = max(map(len, texts), default=1)
    return min(NAME_SIZES[1], max(NAME_SIZES[0], NAME_ROOM / (LETTER * longest)))


def name_ends(axes: "Axes", ends: Sequence[tuple[float, str, str]]) -> None:
    """Write names to the right of the axes, each (y, text, colour) at its height, moved apart where they would meet.

    Of equal heights, the earlier one is on top.
    """
    size = name_size([text for _, text, _ in ends])
    to_share = axes.transData + axes.transAxes.inverted()
    x = axes.get_xlim()[1]
    shares = [min(1.0, max(0.0, float(to_share.transform((x, y))[1]))) if y < math.inf else 1.0 for y, _, _ in ends]
    order = sorted(range(len(ends)), key=lambda k: (shares[k], -k))
    wanted = [(shares[k], *ends[k][1:]) for k in order]
    height = axes.bbox.height / axes.figure.dpi * 72  # points
    places = spread([share for share, _, _ in wanted], 1.3 * size / height)
    for place, (share, text, colour) in zip(places, wanted, strict=True):
        axes.plot(
            [1.004, 1.02, 1.03], [share, place, place], transform=axes.transAxes, color=colour, linewidth=0.9,
            clip_on=False,
        )  # fmt: skip
        axes.text(
            1.037, place, text, transform=axes.transAxes, color=colour, fontsize=size, va="center_baseline",
            weight="bold",
        )  # fmt: skip


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Places in increasing order, as near as may be to those WANTED, at least GAP apart, the middle within 0 to 1."""
    places: list[tuple[float, int]] = []  # clusters: the mean of what their members want at the lowest, and how many
    for k, share in enumerate(wanted):
        low, count = share - k * gap, 1
        while places and places[-1][0] > low:
            other, others = places.pop()
            low, count = (low * count + other * others) / (count + others), count + others
        places.append((low, count))
    lows = [low for low, count in places for _ in range(count)]
    top = 1 - (len(wanted) - 1) * gap  # of the lowest one, where all of them end at 1
    return [min(max(low, 0.0), max(top, 0.0)) + k * gap for k, low in enumerate(lows)]


def counted(value: float) -> str:
    """A number of gradients, as one says it."""
    return f"{value:,.0f}".replace(",", " ")
