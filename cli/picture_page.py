"""Figures: one picture, or all that fit a race on one page."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL.Image import Dither, Image, fromarray

from dlc.cli.picture_contour import draw_contour, trails
from dlc.cli.picture_curves import draw_curves, draw_ecdf, draw_profile, draw_tuning
from dlc.cli.picture_map import draw_map
from dlc.cli.picture_rates import MOST, draw_rates
from dlc.cli.picture_scene import Scene, head, share_text
from dlc.cli.picture_style import PAGE_WIDTH, figure
from dlc.cli.race_plan import TABLE
from dlc.cli.start_map import StartMap, start_map
from dlc.cli.tournament import Race

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Left, bottom, width and height of the axes of one picture, as shares of the figure.
ALONE = (0.085, 0.155, 0.695, 0.645)
RIDGES = (0.21, 0.155, 0.645, 0.645)
# Inches: above all axes, below them, height and width of axes, from a column to the next, from a row to the next.
ABOVE, BELOW, HIGH, WIDE, COLUMN, ROW, LEFT = 1.4, 0.95, 2.7, 5.0, 7.95, 3.95, 0.85
ROOM_FOR_NAMES = 1.5  # left of ridges
MAP_SIZE = (13.0, 7.3125)
PAGE_RIDGES = 8
NAMES = {
    "contour": "ways over the contour",
    "curves": "losses",
    "ecdf": "targets reached",
    "profile": "performance profile",
    "rates": "robustness to the learning rate",
    "tuning": "what tuning is worth",
    "map": "who arrives, from where",
}


def page(race: Race, names: Sequence[str], pool: Executor | None = None) -> "Figure":
    """The pictures NAMES, at most four, on one page."""
    wide, high = PAGE_WIDTH, ABOVE + HIGH + BELOW + ROW * ((len(names) - 1) // 2)
    scene, sheet = Scene(race), figure((wide, high))
    scene.write(sheet, scene.problem, scene.goal)
    for place, name in enumerate(names):
        row, column = divmod(place, 2)
        room = ROOM_FOR_NAMES if name == "rates" else 0.0
        left, bottom = LEFT + column * COLUMN + room, high - ABOVE - HIGH - row * ROW
        axes = sheet.add_axes((left / wide, bottom / high, (WIDE - room) / wide, HIGH / high))
        _draw(axes, scene, name, pool, most=PAGE_RIDGES)
    return sheet


def alone(race: Race, name: str, found: StartMap | None = None, pool: Executor | None = None) -> "Figure":
    """One picture."""
    scene = Scene(race)
    if name == "map":
        sheet = figure(MAP_SIZE)
        found = found or start_map(race, pool=pool)
        draw_map(sheet, found, scene.looks, race.plan.arena.card.minima)
        side = len(found.x)
        goal = f"{share_text(found.target)} of the first gap"
        below = f"{side} × {side} starts, each entrant with the rate that raced; target: {goal}"
        scene.write(sheet, f"{scene.problem}: {NAMES[name]}", below, scene.held.split(" · ", 1)[1])
        return sheet
    sheet = figure()
    axes = sheet.add_axes(RIDGES if name == "rates" else ALONE)
    _draw(axes, scene, name, pool)
    left_out = len(race.standings) - MOST if name == "rates" else 0
    more = f" ({left_out} more entrants not shown)" if left_out > 0 else ""
    scene.write(sheet, f"{scene.problem}: {NAMES[name]}", axes.get_title(loc="left") + more)
    axes.set_title("")
    return sheet


def _draw(axes: "Axes", scene: Scene, name: str, pool: Executor | None, **options: int) -> None:
    if name == "contour":
        draw_contour(axes, scene, trails(scene, pool))
    elif name == "curves":
        draw_curves(axes, scene)
    elif name == "ecdf":
        draw_ecdf(axes, scene)
    elif name == "profile":
        target = scene.race.target or TABLE[0]
        draw_profile(axes, {each.label: each.costs(target).tolist() for each in scene.ranked}, "starts")
    elif name == "rates":
        draw_rates(axes, scene, **options)
    else:
        draw_tuning(axes, scene)


def profile_page(races: Sequence[Race], costs: Mapping[str, Sequence[float]], target: float) -> "Figure":
    """The performance profile over the problems of RACES: COSTS has a number for each."""
    sheet = figure()
    axes = sheet.add_axes(ALONE)
    draw_profile(axes, costs, "problems")
    below = f"{axes.get_title(loc='left')}, to {share_text(target)} of the first gap"
    head(sheet, f"{len(races)} problems: {NAMES['profile']}", below, Scene(races[0]).held)
    axes.set_title("")
    return sheet


def written(sheet: "Figure", extension: str) -> bytes:
    """A figure as the content of a file; the same figure gives the same bytes."""
    file = BytesIO()
    if extension == "png":
        # With 256 colours of its own a picture takes a third of the bytes.
        painted(sheet).quantize(256, dither=Dither.NONE).save(file, "png", optimize=True)
    else:
        undated: dict[str, Any] = {{"svg": "Date", "pdf": "CreationDate"}[extension]: None}
        sheet.savefig(file, format=extension, metadata=undated)
    return file.getvalue()


def painted(sheet: "Figure") -> Image:
    """A figure in pixels."""
    canvas = FigureCanvasAgg(sheet)
    canvas.draw()
    return pixels(canvas)


def pixels(canvas: FigureCanvasAgg) -> Image:
    """What is on a canvas."""
    return fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
