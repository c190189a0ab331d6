"""The ridges of robustness: how fast each entrant is at each learning rate, and how wide the range is that works."""

import math
from typing import TYPE_CHECKING

import numpy as np

from dlc.cli.picture_scene import Scene, share_text
from dlc.cli.picture_style import INK, PALE, name_size, shortened
from dlc.cli.race_measures import NEAR, rate_costs, robust_decades
from dlc.cli.tournament import Standing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 12  # ridges in a picture
HEIGHT, LOWEST = 0.8, 0.1  # of the highest, in rows, and of the lowest in shares of it


def draw_rates(axes: "Axes", scene: Scene, most: int = MOST) -> None:
    """A row for each entrant: the higher, the fewer gradients (or the less loss); a bar where at most twice the best.

    Heights are linear in the logarithm, from the best of all to the budget, which has LOWEST; a miss has none.
    """
    race = scene.race
    rows = [each for each in scene.ranked if len(each.tuned.trials) > 2][:most]
    limits = _limits(scene, rows)
    rates = [rate for each in rows for rate, _ in rate_costs(each.tuned.trials, race.target)]
    axes.set_xscale("log")
    axes.set_xlim(min(rates) / 1.5, max(rates) * 1.5)
    for place, standing in enumerate(rows):
        _draw_row(axes, scene, standing, -place, limits)
    axes.set_ylim(-len(rows) + 0.75, 1.0)
    axes.set_yticks(range(0, -len(rows), -1), [shortened(each.label) for each in rows])
    for tick, standing in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set_color(scene.looks[standing.label].colour if scene.looks[standing.label].is_named else PALE)
        tick.set_fontweight("bold")
        tick.set_fontsize(name_size([shortened(each.label) for each in rows]))
        tick.set_verticalalignment("baseline")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(False, axis="y")
    axes.set_xlabel(f"learning rate (▼ raced; bar: within {NEAR:g}× of the best)")
    merit = "Loss" if race.target is None else f"Speed to {share_text(race.target)}"
    axes.set_title(f"{merit} over learning rate")


def _limits(scene: Scene, rows: list[Standing]) -> tuple[float, float]:
    """Logarithms of what is highest and of what is lowest."""
    target = scene.race.target
    costs = [cost for each in rows for _, cost in rate_costs(each.tuned.trials, target) if 0 < cost < math.inf]
    best = math.log(min(costs, default=1.0))
    worst = math.log(max(costs, default=1.0) if target is None else scene.race.plan.steps)
    return best, max(worst, best + 1e-9)


def _draw_row(axes: "Axes", scene: Scene, standing: Standing, base: int, limits: tuple[float, float]) -> None:
    race, look = scene.race, scene.looks[standing.label]
    costs = rate_costs(standing.tuned.trials, race.target)
    rates = np.array([rate for rate, _ in costs])
    values = np.array([cost for _, cost in costs])
    best, worst = limits
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.clip((worst - np.log(np.maximum(values, 1e-300))) / (worst - best), 0, 1)
    heights = np.where(np.isfinite(values), LOWEST + (1 - LOWEST) * shares, 0.0) * HEIGHT
    axes.fill_between(rates, base, base + heights, color=look.colour, alpha=0.22, linewidth=0, zorder=look.depth)
    axes.plot(rates, base + heights, color=look.colour, linewidth=1.6, zorder=look.depth)
    axes.axhline(base, color=PALE, linewidth=0.6, zorder=1)
    least = values.min()
    good = values <= NEAR * least if math.isfinite(least) else np.zeros(len(values), bool)
    edges = np.sqrt(rates[1:] * rates[:-1])
    for k in np.flatnonzero(good):
        low = edges[k - 1] if k > 0 else rates[0]
        high = edges[k] if k < len(edges) else rates[-1]
        axes.plot([low, high], [base, base], color=look.colour, linewidth=5, solid_capstyle="butt", zorder=30)
    decades = robust_decades(standing.tuned.trials, race.target)
    text = f"{decades:.1f} decades" if good.any() else "missed"
    axes.text(
        1.012, base + 0.02, text, transform=axes.get_yaxis_transform(), fontsize=11, color=INK if good.any() else PALE,
        va="baseline", weight="bold" if good.any() else "normal",
    )  # fmt: skip
    # The rate that raced.
    axes.plot(standing.rate, base, "v", color=INK, markersize=5, zorder=31, clip_on=False)
