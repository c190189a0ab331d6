"""A race in motion, as GIF: the ways over the contour, or the loss curves as they grow."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from PIL import Image

from dlc.cli.picture_contour import draw_contour, draw_way, mark_end, trails, window
from dlc.cli.picture_curves import draw_curves
from dlc.cli.picture_page import ALONE, NAMES, pixels
from dlc.cli.picture_scene import Scene
from dlc.cli.picture_style import COLOURS, INK, OTHERS, counted, figure, surface_colours
from dlc.cli.tournament import Race

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

FRAMES = 72
FRAME_MS, LAST_MS = 60, 2500
SIZE = (9.0, 5.0)  # inches
PACE = 2.5  # exponent: the first steps, in which most happens, are shown slowly
MOST_COLOURS = 250  # a GIF has 256, and one is for what does not change

Moving = Callable[[int], "Iterator[Artist]"]  # what moves, as it is after so many steps


def animation(race: Race, picture: str) -> bytes:
    """The frames of a race as a GIF that begins again at its end."""
    scene, sheet = Scene(race), figure(SIZE)
    canvas = FigureCanvasAgg(sheet)
    axes = sheet.add_axes(ALONE)
    moving = _contour(axes, scene) if picture == "contour" else _curves(axes, scene)
    scene.write(sheet, f"{scene.problem}: {NAMES[picture]}", axes.get_title(loc="left"))
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
        images.append(pixels(canvas))
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
    draw_curves(axes, scene)
    low, high = axes.get_ylim()
    _, right = axes.get_xlim()
    curtain = Rectangle((1, low), 0, high - low, color="white", animated=True)
    axes.add_patch(curtain)

    def moving(at: int) -> Iterator["Artist"]:
        curtain.set_x(max(at, 1))
        curtain.set_width(right - max(at, 1))
        yield curtain

    return moving


def _gif(images: Sequence[Image.Image]) -> bytes:
    """The frames as a file; each keeps only what differs from the one before."""
    palette = Image.new("P", (1, 1))
    palette.putpalette([each for colour in _palette() for each in colour])
    first, *others = (each.quantize(palette=palette, dither=Image.Dither.NONE) for each in images)
    file = BytesIO()
    durations = [FRAME_MS] * len(others) + [LAST_MS]
    first.save(file, "gif", save_all=True, append_images=others, duration=durations, loop=0, optimize=True)
    return file.getvalue()


def _palette() -> list[tuple[int, int, int]]:
    """Every colour of the look, and its shades on white and on the surface, as soft edges have them."""
    surface = surface_colours()
    grounds = [surface(k / 31)[:3] for k in range(32)]
    inks = [to_rgb(colour) for colour in (*COLOURS, OTHERS, INK)]
    shades = [
        tuple(share * a + (1 - share) * b for a, b in zip(ink, ground, strict=True))
        for ink in inks
        for ground in ((1.0, 1.0, 1.0), grounds[0], grounds[-4])
        for share in (1.0, 0.75, 0.5, 0.3, 0.14)
    ]
    found = dict.fromkeys(
        tuple(round(255 * each) for each in colour) for colour in [(1.0, 1.0, 1.0), *grounds, *shades]
    )
    return list(found)[:MOST_COLOURS]
