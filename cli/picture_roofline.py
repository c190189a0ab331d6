"""The roofline as a picture: roofs with their names, kernels as numbers, and a list of what these are."""

import math
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli.ceilings import Ceilings
from dlc.cli.errors import BadInputError
from dlc.cli.picture_style import COLOURS, INK, PALE, figure, shortened, styled
from dlc.cli.pictures import STILLS
from dlc.cli.roofline import Placed, frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (12.0, 6.75)
AXES = (0.07, 0.125, 0.605, 0.69)  # left, bottom, width and height, as shares of the figure
LIST = (0.705, 0.815)  # left and top
MOST = 32  # kernels in the list
MEMORY, PEAK = COLOURS[0], COLOURS[1]  # of kernels, by the roof that binds
RADIUS = 8.5  # points, of a disc
AWAY = (0.0, 2.1, 3.3, 4.6, 6.0)  # radii between a kernel's place and its disc
DIRECTIONS = (270, 315, 225, 0, 180, 45, 135, 90)  # downwards first: under a roof is room


def check(path: Path) -> None:
    """Refuse what could not be saved. Raises BadInputError."""
    if path.suffix.lower().removeprefix(".") not in STILLS:
        raise BadInputError(f"{path}: a roofline is drawn as {', '.join(f'.{each}' for each in STILLS)}")
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise BadInputError(f"{path} is a folder" if path.is_dir() else f"{path}: there is no folder {path.parent}")
    if any(find_spec(module) is None for module in ("matplotlib", "PIL")):
        raise BadInputError(f"{path} needs matplotlib, which is not installed: pip install 'dlc[plot]'")


def save(path: Path, placed: Sequence[Placed], ceilings: Ceilings, about: str = "") -> None:
    """Write the picture, whole or not at all; ABOUT says what was timed. Raises BadInputError as check() does."""
    check(path)
    if not any(each.is_drawn for each in placed):
        raise BadInputError(f"{path}: no kernel here has operations that could be counted, so none has a place")
    from dlc.cli.picture_page import written
    from dlc.kernels.cache import write_whole

    with styled():
        content = written(picture(placed, ceilings, about), path.suffix.lower().removeprefix("."))
    write_whole(path, content)


def picture(placed: Sequence[Placed], ceilings: Ceilings, about: str = "") -> "Figure":
    """Roofs and kernels on two logarithmic axes."""
    from dlc.cli.picture_scene import head

    drawn = [each for each in placed if each.is_drawn]
    sheet = figure(SIZE)
    axes = sheet.add_axes(AXES)
    view = frame(placed, ceilings)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xlim(view.left, view.right)
    axes.set_ylim(view.bottom, view.top)
    ticks = [2.0**k for k in range(round(math.log2(view.left)), round(math.log2(view.right)) + 1)]
    axes.set_xticks(ticks, [f"{tick:g}" if tick >= 1 else f"1/{1 / tick:g}" for tick in ticks])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("arithmetic intensity, flop/byte")
    axes.set_ylabel("GFLOP/s")
    _draw_roofs(axes, ceilings)
    _draw_kernels(axes, drawn)
    _list(sheet, drawn)
    threads = f"{ceilings.threads} thread{'s' * (ceilings.threads > 1)}"
    machine = ceilings.machine.get("cpu", "this machine")
    day = ceilings.measured[:10]
    foot = f"ceilings measured {day} · flop: what compiled code does, a fused multiply-add counts 2"
    head(sheet, "Roofline", " · ".join(filter(None, [machine, threads, about])), foot)
    return sheet


def _draw_roofs(axes: "Axes", ceilings: Ceilings) -> None:
    left, right = axes.get_xlim()
    bottom, _ = axes.get_ylim()
    highest = max(ceilings.peaks.values()) / 1e9
    for kind, peak in ceilings.peaks.items():
        peak /= 1e9
        axes.plot([left, right], [peak, peak], color=INK, linewidth=1.6, zorder=4)
        axes.annotate(
            f"{kind} FMA  {peak:.3g} GFLOP/s", (right, peak), (-4, 4), textcoords="offset points", ha="right",
            fontsize=10.5, color=INK, weight="bold", zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip
    for level in ceilings.levels:
        slope = ceilings.bandwidth(level) / 1e9
        low, high = max(left, bottom / slope), min(right, highest / slope)
        axes.plot([low, high], [low * slope, high * slope], color=INK, linewidth=1.6, zorder=4)
        axes.annotate(
            f"{level}  {slope:.3g} GB/s", (low * 1.12, low * slope * 1.12), (-2, 3), textcoords="offset points",
            rotation=math.degrees(math.atan2(*_rise(axes))), rotation_mode="anchor", va="bottom",
            fontsize=10.5, color=INK, weight="bold", zorder=5,
        )  # fmt: skip


def _rise(axes: "Axes") -> tuple[float, float]:
    """Pixels upwards and to the right of a line of slope 1."""
    x, y = axes.get_xlim()[0], axes.get_ylim()[0]
    (left, low), (right, high) = axes.transData.transform([(x, y), (2 * x, 2 * y)])
    return float(high - low), float(right - left)


def _draw_kernels(axes: "Axes", drawn: Sequence[Placed]) -> None:
    """A dot at each place, and its number in a disc on or beside it, where no other disc is."""
    points_per_pixel = 72 / axes.figure.dpi
    places = [(each.intensity or 1.0, (each.flops_per_second or 1.0) / 1e9) for each in drawn]
    pixels = axes.transData.transform(places) * points_per_pixel
    dots = [(float(x), float(y)) for x, y in pixels]
    discs: list[tuple[float, float]] = []
    for number, (each, place, dot) in enumerate(zip(drawn, places, dots, strict=True), 1):
        colour = MEMORY if each.is_bound_by_memory else PEAK
        others = [other for other in dots if other != dot]
        disc = _free(dot, discs, others)
        discs.append(disc)
        axes.plot(*place, "o", color=colour, markersize=4.5, zorder=20)
        axes.annotate(
            f"{number}", place, (disc[0] - dot[0], disc[1] - dot[1]), textcoords="offset points", ha="center",
            va="center_baseline", fontsize=8.5, weight="bold", color="white", zorder=22, annotation_clip=False,
            bbox={"boxstyle": f"circle,pad={0.25 if number < 10 else 0.16}", "facecolor": colour, "edgecolor": "white",
                  "linewidth": 0.9},
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _free(
    dot: tuple[float, float], discs: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Where a disc for DOT has most room: the nearest place that touches no other disc and hides no other dot."""

    def room(place: tuple[float, float]) -> float:
        to_discs = min((math.dist(place, disc) / 2 for disc in discs), default=math.inf)
        return min(to_discs, min((math.dist(place, other) for other in others), default=math.inf))

    candidates = [dot]
    for away in AWAY[1:]:
        for direction in DIRECTIONS:
            angle = math.radians(direction)
            x, y = away * RADIUS * math.cos(angle), away * RADIUS * math.sin(angle)
            candidates.append((dot[0] + x, dot[1] + y))
    return next((place for place in candidates if room(place) >= 1.15 * RADIUS), max(candidates, key=room))


def _list(sheet: "Figure", drawn: Sequence[Placed]) -> None:
    """The kernels by number: name, share, and the roof that binds."""
    left, top = LIST
    height = min(0.036, 0.66 / max(1, min(len(drawn), MOST)))
    size = min(11.0, 300 * height)
    for number, each in enumerate(drawn[:MOST], 1):
        y = top - (number + 0.2) * height
        colour = MEMORY if each.is_bound_by_memory else PEAK
        common: dict[str, Any] = {"va": "center_baseline", "fontsize": size}
        sheet.text(left + 0.018, y, f"{number}", color=colour, weight="bold", ha="right", **common)
        sheet.text(left + 0.026, y, shortened(each.point.name, 17), color=INK, weight="bold", **common)
        sheet.text(left + 0.172, y, f"{100 * each.share:.0f} %", color=colour, weight="bold", ha="right", **common)
        sheet.text(left + 0.18, y, each.roof.replace(" bandwidth", "").replace(" peak", ""), color=PALE, **common)
    if len(drawn) > MOST:
        sheet.text(left, top - (MOST + 1.3) * height, f"and {len(drawn) - MOST} more", color=PALE, fontsize=size)
    sheet.text(left, top, "share of the roof that binds", color=PALE, fontsize=10, va="bottom")
    for place, (text, colour) in enumerate(
        (("memory is the lower roof", MEMORY), ("arithmetic is the lower roof", PEAK))
    ):
        sheet.text(left, 0.095 - 0.032 * place, f"● {text}", color=colour, fontsize=10)
