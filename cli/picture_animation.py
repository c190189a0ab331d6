"""A race in motion, as GIF: the ways over the contour, or the loss curves as they grow."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.cli.picture_contour import draw_contour, draw_way, mark_end, trails, window
from dlc.cli.picture_curves import draw_curves
from dlc.cli.picture_page import ALONE, NAMES
from dlc.cli.picture_scene import Scene
from dlc.cli.picture_style import INK, counted, figure
from dlc.cli.tournament import Race

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from PIL.Image import Image

FRAMES = 72
FRAME_MS, LAST_MS = 60, 2500
SIZE = (9.0, 5.0)  # inches
PACE = 2.5  # exponent: the first steps, in which most happens, are shown slowly

Moving = Callable[[int], "Iterator[Artist]"]  # what moves, as it is after so many steps


def animation(race: Race, picture: str) -> bytes:
    """The frames of a race as a GIF that begins again at its end."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    scene, sheet = Scene(race), figure(SIZE)
    canvas = FigureCanvasAgg(sheet)
    axes = sheet.add_axes(ALONE)
    moving = _contour(axes, scene) if picture == "contour" else _curves(axes, scene)
    scene.write(sheet, f"{scene.problem}: {NAMES[picture]}", axes.get_title(loc="left"), " ")
    axes.set_title("")
    counter = axes.text(0.985, 0.03, "", transform=axes.transAxes, ha="right", weight="bold", color=INK, fontsize=14,
                        zorder=200, animated=True)  # fmt: skip
    canvas.draw()
    still = canvas.copy_from_bbox(sheet.bbox)
    images = []
    for at in frames(race.plan.steps):
        canvas.restore_region(still)
        counter.set_text(f"{counted(at)} gradients")
        for artist in [*moving(at), counter]:
            axes.draw_artist(artist)
        images.append(_image(canvas))
    return _gif(images)


def frames(steps: int) -> list[int]:
    """After which steps there is a frame: all of the first ones, the last one, and ever rarer ones between."""
    return sorted({round(steps * (k / (FRAMES - 1)) ** PACE) for k in range(FRAMES)})


def _contour(axes: "Axes", scene: Scene) -> Moving:
    """Draw what stands still; give what moves, by the step."""
    ways = trails(scene)
    draw_contour(axes, scene, ways, are_drawn=False)
    low, high = window(scene.race, ways)
    pairs = [draw_way(axes, scene, way) for way in ways]
    for artist in (each for pair in pairs for each in pair):
        artist.set_animated(True)

    def moving(at: int) -> Iterator["Artist"]:
        # The leader last, so that it lies on top.
        for way, (line, end) in reversed(list(zip(ways, pairs, strict=True))):
            line.set_data(*way.path[way.steps <= at].T)
            mark_end(end, way, at, low, high)
            yield from (line, end)

    return moving


def _curves(axes: "Axes", scene: Scene) -> Moving:
    """Draw all curves; give a curtain that hides what is still to come, by the step."""
    from matplotlib.patches import Rectangle

    draw_curves(axes, scene)
    low, high = axes.get_ylim()
    _, right = axes.get_xlim()
    curtain = axes.add_patch(Rectangle((1, low), 0, high - low, color="white", animated=True))

    def moving(at: int) -> Iterator["Artist"]:
        curtain.set_x(max(at, 1))
        curtain.set_width(right - max(at, 1))
        yield curtain

    return moving


def _image(canvas: Any) -> "Image":
    from PIL import Image

    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")


def _gif(images: Sequence["Image"]) -> bytes:
    """All frames in the colours of the last one, in which everything is seen."""
    from PIL import Image

    colours = images[-1].quantize(128, dither=Image.Dither.NONE)
    first, *others = (each.quantize(palette=colours, dither=Image.Dither.NONE) for each in images)
    file = BytesIO()
    durations = [FRAME_MS] * len(others) + [LAST_MS]
    first.save(file, "gif", save_all=True, append_images=others, duration=durations, loop=0, optimize=False)
    return file.getvalue()
