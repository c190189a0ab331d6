"""`--save FILE`: how signals, errors and gradients change over the layers, as a picture."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from dlc.cli.errors import BadInputError
from dlc.reference.network import Network

STILLS = (".png", ".svg", ".pdf")
ROOM = (0.085, 0.13, 0.72, 0.63)  # left, bottom, width and height of the axes, as shares of the figure
LONGEST = 80  # letters of a title


def check_extension(path: Path) -> None:
    """Raises BadInputError for a picture that could not be saved."""
    if path.suffix.lower() not in STILLS:
        raise BadInputError(
            f"{path}: --save writes {', '.join(STILLS)}, not {path.suffix or 'a name without an ending'}"
        )
    for module in ("matplotlib", "PIL"):
        if find_spec(module) is None:
            raise BadInputError(f"a {path.suffix} needs {module}, which is not installed: pip install 'dlc[plot]'")


def save(
    path: Path, curves: Mapping[str, tuple[list[int], list[float]]], flags: Mapping[int, tuple[str, ...]],
    network: Network, verdict: str,
) -> None:  # fmt: skip
    """Draw CURVES over the layers, with FLAGS over the layers that have some. Raises OSError."""
    from matplotlib.ticker import MaxNLocator

    from dlc.cli.picture_page import written
    from dlc.cli.picture_style import COLOURS, INK, PALE, figure, name_ends, shortened, styled
    from dlc.kernels.cache import write_whole

    with styled():
        sheet = figure()
        axes = sheet.add_axes(ROOM)
        ends = []
        for (label, (x, y)), colour in zip(curves.items(), COLOURS, strict=False):
            axes.plot(x, y, color=colour, linewidth=2.2, marker="o", markersize=4)
            ends.append((y[-1], label, colour))
        axes.set_yscale("log")
        axes.set_xlim(0.5, len(network.layers) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("layer")
        axes.set_ylabel("root mean square")
        for level, flag in enumerate(dict.fromkeys(flag for found in flags.values() for flag in found)):
            places = [place for place, found in flags.items() if flag in found]
            for place in places:
                axes.axvspan(place - 0.5, place + 0.5, color=PALE, alpha=0.1, linewidth=0)
            axes.annotate(flag, (sum(places) / len(places), 1.01 + 0.04 * level), xycoords=("data", "axes fraction"),
                          fontsize=10, color=PALE, ha="center", va="bottom")  # fmt: skip
        name_ends(axes, ends)
        chain = " → ".join([f"{network.inputs}", *(each.text for each in network.layers), network.loss])
        sheet.text(ROOM[0], 0.92, shortened(chain, LONGEST), fontsize=12, weight="bold", color=INK)
        sheet.text(ROOM[0], 0.865, verdict, fontsize=11, color=PALE)
        content = written(sheet, path.suffix.lower().removeprefix("."))
    write_whole(path, content)
