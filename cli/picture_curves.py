"""Pictures of lines: losses, targets reached, performance profiles, what tuning is worth."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlc.cli.picture_scene import DEEPEST, Scene, name_of
from dlc.cli.picture_style import PALE, counted, looks, name_ends, shortened
from dlc.cli.race_measures import WORST_RATIO, benchmark_score, ecdf, profile, tunability

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGHEST = 30.0  # times the first loss that is drawn
FARTHEST_RATIO = 32.0  # of a profile's axis


def draw_curves(axes: "Axes", scene: Scene) -> None:
    """The median loss of each entrant over the runs, and the band between the quartiles."""
    steps = np.array(scene.race.checkpoints)
    is_log = _has_log_losses(scene)
    floor = _floor(scene) if is_log else -math.inf
    seen = steps >= 1
    ends = []
    for standing in scene.ranked:
        look = scene.looks[standing.label]
        losses = np.maximum(scene.gaps(standing), floor)
        low, middle, high = (_quantile(losses, q) for q in (0.25, 0.5, 0.75))
        axes.plot(steps[seen], middle[seen], color=look.colour, linewidth=look.width, zorder=look.depth)
        if look.is_named:
            axes.fill_between(
                steps[seen], low[seen], high[seen], color=look.colour, alpha=0.13, linewidth=0, zorder=look.depth - 10
            )
            known = middle[np.isfinite(middle)]
            more = "" if np.isfinite(middle[-1]) else "✕"
            ends.append((float(known[-1]) if known.size else math.inf, name_of(standing, more), look.colour))
    axes.set_xscale("log")
    axes.set_xlim(1, max(steps[-1], 2))
    _name_gradients(axes)
    if is_log:
        axes.set_yscale("log")
    _set_heights(axes, scene, floor)
    axes.set_title(f"{scene.gap_name[0].upper()}{scene.gap_name[1:]}, median and quartiles of the runs")
    name_ends(axes, ends)


def _has_log_losses(scene: Scene) -> bool:
    """Whether all losses are positive, so that their logarithm is drawn."""
    card = scene.race.plan.arena.card
    return card.least is not None or all((each.outcome.curve > 0).all() for each in scene.ranked)


def _floor(scene: Scene) -> float:
    """The least gap that is drawn."""
    first = [float(np.median(scene.gaps(each)[0])) for each in scene.ranked]
    return DEEPEST * max(first)


def _set_heights(axes: "Axes", scene: Scene, floor: float) -> None:
    """Heights from the least median to the losses at the start: what flies off must not flatten all the rest."""
    shown = [_quantile(np.maximum(scene.gaps(each), floor), 0.5) for each in scene.named]
    known = np.concatenate([middle[np.isfinite(middle)] for middle in shown])
    if not known.size:
        return
    low, first = float(known.min()), max(float(middle[0]) for middle in shown if np.isfinite(middle[0]))
    high = min(float(known.max()), HIGHEST * first) if axes.get_yscale() == "log" else first
    if axes.get_yscale() == "log":
        axes.set_ylim(low / 3, max(high, first) * 3)
    else:
        axes.set_ylim(low - 0.05 * (high - low), high + 0.2 * (high - low) + 1e-12)


def _quantile(losses: np.ndarray, q: float) -> np.ndarray:
    """A quantile over the runs, by an actual run: runs that diverged are infinite, and stay so."""
    found: np.ndarray = np.quantile(losses, q, axis=1, method="inverted_cdf")
    return found


def draw_ecdf(axes: "Axes", scene: Scene) -> None:
    """The share of all targets and runs that each entrant reached, over the gradients."""
    ends = []
    for standing in scene.ranked:
        look = scene.looks[standing.label]
        at, shares = ecdf(standing.outcome.reached, scene.race.plan.steps)
        axes.step(at, shares, where="post", color=look.colour, linewidth=look.width, zorder=look.depth)
        if look.is_named:
            ends.append((float(shares[-1]), name_of(standing, f"{100 * shares[-1]:.0f} %"), look.colour))
    axes.set_xscale("log")
    axes.set_xlim(1, max(scene.race.plan.steps, 2))
    _name_gradients(axes)
    _set_shares(axes)
    axes.set_title("Share of targets reached, over all runs")
    name_ends(axes, ends)


def draw_profile(axes: "Axes", costs: Mapping[str, Sequence[float]], what: str) -> None:
    """The share of problems on which an entrant takes at most so many times the cost of the best one there.

    COSTS has a number for each problem; WHAT they are is written in the title: "problems", "starts".
    """
    ratios = np.geomspace(1, FARTHEST_RATIO, 400)
    heights = profile(costs, ratios.tolist())
    scores = benchmark_score(costs)
    by_look = looks(sorted(costs, key=lambda label: -scores[label]))
    ends = []
    for label, look in by_look.items():
        axes.step(ratios, heights[label], where="post", color=look.colour, linewidth=look.width, zorder=look.depth)
        if look.is_named:
            ends.append((heights[label][-1], f"{shortened(label)}  {scores[label]:.2f}", look.colour))
    axes.axvline(WORST_RATIO, color=PALE, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_xscale("log", base=2)
    axes.set_xlim(1, FARTHEST_RATIO)
    ticks = [2.0**k for k in range(6)]
    axes.set_xticks(ticks, [f"{tick:g}×" for tick in ticks])
    axes.set_xlabel(f"times the best entrant's cost (beside a name: mean height up to {WORST_RATIO:g}×)")
    _set_shares(axes)
    axes.set_title(f"Share of {what} solved within so many times the best cost")
    name_ends(axes, ends)


def draw_tuning(axes: "Axes", scene: Scene) -> None:
    """The area under the ECDF that k trials may be expected to reach."""
    ends = []
    longest = max(len(each.tuned.trials) for each in scene.ranked)
    for standing in scene.ranked:
        look = scene.looks[standing.label]
        areas = tunability(standing.tuned.trials, scene.race.plan.steps)
        places = range(1, len(areas) + 1)
        axes.plot(places, areas, color=look.colour, linewidth=look.width, zorder=look.depth)
        if look.is_named:
            axes.plot(len(areas), areas[-1], "o", color=look.colour, markersize=5, zorder=look.depth)
            ends.append((areas[-1], name_of(standing), look.colour))
    axes.set_xscale("log", base=2)
    axes.set_xlim(1, max(longest, 2))
    ticks = [2**k for k in range(int(math.log2(longest)) + 1)]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.set_xlabel("trials")
    axes.set_ylim(bottom=0)
    axes.set_title("Area under the ECDF, expected of the best of so many trials")
    name_ends(axes, ends)


def _set_shares(axes: "Axes") -> None:
    axes.set_ylim(0, 1.01)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])


def _name_gradients(axes: "Axes") -> None:
    """Gradients as numbers, not as powers."""
    high = axes.get_xlim()[1]
    ticks = [10**k for k in range(int(math.log10(high) + 1e-9) + 1)]
    axes.set_xticks(ticks, [counted(tick) for tick in ticks])
    axes.set_xlabel("gradient evaluations")
