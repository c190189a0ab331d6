"""The start-point map as a picture: who is first from where, and how each entrant fares."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import ListedColormap

from dlc.cli.picture_style import INK, OTHERS, PALE, Look, counted, shortened, speed_colours
from dlc.cli.start_map import NOBODY, StartMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

NOWHERE = "#F0F1F3"  # where the target is missed
LOST = "#22262B"  # where the run diverges
COLUMNS, ROWS = 4, 2  # of small maps


def draw_map(
    figure: "Figure", found: StartMap, by_look: Mapping[str, Look], minima: Sequence[tuple[float, ...]]
) -> None:
    """The map of who is first on the left, a small map of each of the best eight on the right."""
    big = figure.add_axes((0.04, 0.13, 0.345, 0.66))
    _draw_winners(big, found, by_look, minima)
    shown = found.order[: COLUMNS * ROWS]
    width, height = 0.125, 0.225
    images = []
    for place, e in enumerate(shown):
        row, column = divmod(place, COLUMNS)
        axes = figure.add_axes((0.42 + column * 0.143, 0.52 - row * 0.37, width, height))
        images.append(_draw_small(axes, found, e, by_look[found.labels[e]], minima))
    bar = figure.add_axes((0.56, 0.088, 0.16, 0.014))
    scale = figure.colorbar(images[0], cax=bar, orientation="horizontal")
    low, high = images[0].get_clim()
    scale.set_ticks([low, high], labels=[counted(10**low), counted(10**high)])
    bar.set_frame_on(False)
    bar.tick_params(length=0, labelsize=9.5)
    figure.text(0.55, 0.094, "gradients to the target", ha="right", va="center", fontsize=9.5, color=PALE)
    for x, colour, name in ((0.765, NOWHERE, "missed"), (0.84, LOST, "diverged")):
        figure.text(x, 0.094, "■", color=colour if colour != NOWHERE else "#D5D8DC", fontsize=13, va="center")
        figure.text(x + 0.016, 0.094, name, color=PALE, fontsize=9.5, va="center")


def _draw_winners(
    axes: "Axes", found: StartMap, by_look: Mapping[str, Look], minima: Sequence[tuple[float, ...]]
) -> None:
    colours = [NOWHERE, *(by_look[label].colour for label in found.labels)]
    axes.pcolormesh(
        found.x, found.y, found.winner - NOBODY, cmap=ListedColormap(colours), vmin=0, vmax=len(found.labels),
        shading="nearest", rasterized=True,
    )  # fmt: skip
    _finish(axes, found, minima, 15)
    axes.set_title("Who is first, from where")


def _draw_small(axes: "Axes", found: StartMap, e: int, look: Look, minima: Sequence[tuple[float, ...]]) -> "QuadMesh":
    gradients = np.log10(np.where(np.isfinite(found.gradients), found.gradients, np.nan))
    low, high = np.nanquantile(gradients, [0.02, 1]) if np.isfinite(gradients).any() else (0.0, np.log10(found.steps))
    axes.set_facecolor(NOWHERE)
    image = axes.pcolormesh(
        found.x,
        found.y,
        gradients[e],
        cmap=speed_colours(),
        vmin=low,
        vmax=max(high, low + 1e-9),
        shading="nearest",
        rasterized=True,
    )
    lost = np.where(found.diverged[e], 1.0, np.nan)
    axes.pcolormesh(found.x, found.y, lost, cmap=ListedColormap([LOST]), shading="nearest", rasterized=True)
    _finish(axes, found, minima, 8)
    axes.set_xticks([])
    axes.set_yticks([])
    first = (found.winner == e).mean()
    axes.set_title(shortened(found.labels[e], 16), fontsize=11.5, color=look.colour, pad=32)
    share = found.lost[e]
    lines = (f"arrives {_percent(found.reached[e])}, first {_percent(first)}", f"diverges {_percent(share)}")
    for line, height in zip(lines, (1.17, 1.05), strict=True):
        is_loud = line is lines[1] and share > 0
        axes.text(0, height, line, transform=axes.transAxes, fontsize=9, color=INK if is_loud else PALE,
                  weight="bold" if is_loud else "normal")  # fmt: skip
    return image


def _finish(axes: "Axes", found: StartMap, minima: Sequence[tuple[float, ...]], size: float) -> None:
    axes.grid(False)
    axes.set_xlim(found.x[0], found.x[-1])
    axes.set_ylim(found.y[0], found.y[-1])
    for spine in axes.spines.values():
        spine.set_color(OTHERS)
        spine.set_visible(True)
    for minimum in minima:
        axes.plot(*minimum, "*", color="white", markeredgecolor=INK, markersize=size, markeredgewidth=0.8)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
