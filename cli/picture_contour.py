"""The contour of a function of two variables, and the way of each entrant from the classic start."""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import BoundaryNorm

from dlc.cli import cells
from dlc.cli.picture_scene import Scene
from dlc.cli.picture_style import INK, PALE, counted, name_size, shortened, surface_colours
from dlc.cli.race_plan import RACING
from dlc.cli.tournament import Race, Standing
from dlc.cli.tuning import cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

GRID = 240
LEVELS = 22
DENSE = 300  # so many steps are drawn one by one, the others at ever greater distances
ROW = 32.0  # points, of a name and how it ended
PADDING = 0.12
FLATTEST = 1e-7  # of the highest gap: lower ones have one colour


@dataclass(frozen=True)
class Trail:
    """The way of one entrant from the classic start."""

    standing: Standing
    steps: np.ndarray  # [points]
    path: np.ndarray  # [points, 2]; nan after it diverged
    gradients: float  # until the race's target; inf where it was missed, nan where there is none
    diverged: int  # the step, or -1


def trails(scene: Scene, pool: Executor | None = None) -> list[Trail]:
    """The first run of each entrant again, step by step: the same bits as in the race."""
    race = scene.race
    starts, seeds = race.plan.draw(RACING)
    starts, seeds = np.ascontiguousarray(starts[:, :1]), seeds[:1]
    first = race.plan.arena.first_losses(starts, seeds)
    steps = drawn_steps(race.plan.steps)
    outcomes = cells.run(
        [
            cell(
                race.plan, each.entrant, [each.tuned.best.knobs], starts, seeds, first, checkpoints=steps,
                keeps_paths=True,
            )
            for each in scene.ranked
        ],
        pool,
    )  # fmt: skip
    return [
        Trail(
            each,
            np.array(steps),
            outcome.paths[:, :, 0],
            np.nan if race.target is None else float(each.costs(race.target)[0]),
            int(outcome.diverged[0]),
        )
        for each, outcome in zip(scene.ranked, outcomes, strict=True)
    ]


def drawn_steps(steps: int) -> tuple[int, ...]:
    """Every step up to a number of them, then ever rarer ones."""
    late = np.geomspace(DENSE, steps, DENSE).tolist() if steps > DENSE else []
    return tuple(sorted({*range(min(steps, DENSE) + 1), *(round(step) for step in late)}))


def window(race: Race, ways: list[Trail]) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of both coordinates: the start, the minima and the ways within the box, and some room."""
    card = race.plan.arena.card
    low, high = np.array(card.bounds, float).T
    points = [way.path[np.isfinite(way.path).all(axis=1)] for way in ways]
    inside = np.concatenate([np.clip(each, low, high) for each in points] + [np.array(p)[None] for p in card.minima])
    least, most = inside.min(axis=0), inside.max(axis=0)
    # Neither a line nor a point: one side is at most four times the other, measured in the box.
    share = (most - least) / (high - low)
    span = np.maximum(share, max(share.max() / 4, 1e-6)) * (high - low)
    middle = (least + most) / 2
    reach = span * (0.5 + PADDING)
    return middle - reach, middle + reach


def surface(race: Race, low: np.ndarray, high: np.ndarray, grid: int = GRID) -> tuple[Any, Any, np.ndarray]:
    """x, y and the logarithm of the gap above the least loss: [grid], [grid], [grid, grid]."""
    x, y = np.linspace(low[0], high[0], grid), np.linspace(low[1], high[1], grid)
    points = np.stack([each.ravel() for each in np.meshgrid(x, y)])
    losses = race.plan.arena.first_losses(points, np.zeros(points.shape[1], np.int64)).reshape(grid, grid)
    finite = losses[np.isfinite(losses)]
    least = race.plan.arena.card.least
    gaps = losses - (finite.min() if least is None else min(least, finite.min()))
    top = gaps[np.isfinite(gaps)].max()
    return x, y, np.log10(np.clip(np.nan_to_num(gaps, nan=top, posinf=top), FLATTEST * top, None) + 1e-300)


def draw_surface(axes: "Axes", race: Race, low: np.ndarray, high: np.ndarray) -> None:
    """Contours whose levels are as many on every part of the picture's heights, with start and minima."""
    x, y, z = surface(race, low, high)
    levels = np.unique(np.quantile(z, np.linspace(0, 1, LEVELS)))
    if len(levels) < 3:
        levels = np.linspace(z.min() - 1e-9, z.max() + 1e-9, 3)
    colours = surface_colours()
    norm = BoundaryNorm(levels, colours.N)
    axes.contourf(x, y, z, levels=levels, cmap=colours, norm=norm, zorder=-3)
    axes.contour(x, y, z, levels=levels[1:-1], colors="white", linewidths=0.7, linestyles="solid", zorder=-2)
    axes.set_rasterization_zorder(0)  # in SVG and PDF an image, not a hundred thousand corners
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(True)
    for minimum in race.plan.arena.card.minima:
        axes.plot(*minimum, "*", color="white", markeredgecolor=INK, markersize=17, zorder=40, clip_on=True)


def draw_contour(axes: "Axes", scene: Scene, ways: list[Trail], *, are_drawn: bool = True) -> None:
    """The contour and the names, with the ways unless they are to be drawn later; a cross where one left for good."""
    low, high = window(scene.race, ways)
    draw_surface(axes, scene.race, low, high)
    for way in ways if are_drawn else []:
        line, end = draw_way(axes, scene, way)
        line.set_data(*way.path.T)
        mark_end(end, way, way.steps[-1], low, high)
    axes.plot(*ways[0].path[0], "o", color="white", markeredgecolor=INK, markersize=9, markeredgewidth=1.8, zorder=41)
    _list(axes, scene, ways)
    place = "classic" if scene.race.plan.arena.card.start else "first"
    goal = "" if scene.race.target is None else f", {scene.goal}"
    axes.set_title(f"From the {place} start{goal}")


def draw_way(axes: "Axes", scene: Scene, way: Trail) -> tuple["Line2D", "Line2D"]:
    """The line of a way and the mark at its end, both without a point as yet."""
    look = scene.looks[way.standing.label]
    (line,) = axes.plot([], [], color=look.colour, linewidth=0.75 * look.width, alpha=0.9, zorder=look.depth)
    (end,) = axes.plot([], [], color=look.colour, markeredgecolor="white", zorder=look.depth + 30, clip_on=False)
    return line, end


def mark_end(end: "Line2D", way: Trail, at: int, low: np.ndarray, high: np.ndarray) -> None:
    """A dot where a way is after AT steps, or a cross where it left the window and diverged."""
    has_diverged = 0 <= way.diverged <= at
    point = way.path[way.steps <= at][-1]
    is_inside = bool(((point >= low) & (point <= high)).all())
    if has_diverged:
        point = exit_point(way.path, low, high)
    end.set_marker("X" if has_diverged else "o")
    end.set_markersize(12 if has_diverged else 7 if is_inside else 0)
    end.set_data(point[:1], point[1:])


def exit_point(path: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Where a way last crossed the border of the window, or its last point in it."""
    known = path[np.isfinite(path).all(axis=1)]
    within = np.flatnonzero(((known >= low) & (known <= high)).all(axis=1))
    k = int(within[-1]) if within.size else 0
    here = known[k]
    if k + 1 >= len(known):
        return here
    way = known[k + 1] - here
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(way > 0, (high - here) / way, np.where(way < 0, (low - here) / way, np.inf))
    return np.clip(here + min(1.0, float(shares.min())) * way, low, high)


def _list(axes: "Axes", scene: Scene, ways: list[Trail]) -> None:
    """Names beside the picture, each with how it ended."""
    named = [way for way in ways if scene.looks[way.standing.label].is_named]
    point = axes.figure.dpi / 72 / axes.bbox.height  # as a share of the height
    has_room = len(named) * ROW * point <= 1
    size = name_size([shortened(way.standing.label) for way in named])
    for place, way in enumerate(named):
        y = 0.985 - place * (ROW if has_room else 0.7 * ROW) * point
        colour = scene.looks[way.standing.label].colour
        axes.text(1.03, y, shortened(way.standing.label), transform=axes.transAxes, color=colour, weight="bold",
                  fontsize=size, va="top")  # fmt: skip
        y -= (14.5 if has_room else 12.0) * point
        axes.text(1.03, y, _fate(way), transform=axes.transAxes, color=PALE, fontsize=9.5 if has_room else 8, va="top")


def _fate(way: Trail) -> str:
    if way.diverged >= 0:
        return f"✕ diverged at {counted(way.diverged)}"
    if np.isnan(way.gradients):
        return ""
    return f"{counted(way.gradients)} gradients" if np.isfinite(way.gradients) else "not there in time"
