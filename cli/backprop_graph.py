"""The graph of a computation: in the dot language, and drawn as SVG, in columns from the inputs to the loss."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlc.cli.show import short
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.network import Activation, Dense, Dropout

if TYPE_CHECKING:
    from dlc.cli.backprop_run import Passes

MOST_NODES = 80  # beyond, a node is a layer, not a unit
DIGITS = 3
NEW_LINE = "\n"
WIDE, HIGH = 124, 56  # of a node, in pixels
ACROSS, DOWN = 250, 84  # from a column to the next, and from a node to the next
MARGIN = 24
CHARACTER = 6.2  # width, about
POSITIVE, NEGATIVE, PLAIN = "#0072B2", "#D55E00", "#6A717A"
INK, PALE, FILL = "#22262B", "#6A717A", "#F2F5F9"


@dataclass(frozen=True)
class Node:
    """A number, or a layer: its column, its place there, and its lines of text."""

    column: int
    place: int
    lines: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its name in dot."""
        return f"n{self.column}_{self.place}"


@dataclass(frozen=True)
class Edge:
    """From a node to one in the next column: what the number is multiplied by."""

    start: Node
    end: Node
    label: str = ""
    factor: float | None = None  # its sign gives the colour
    is_alone: bool = False  # whether no other edge has this end


@dataclass(frozen=True)
class Graph:
    """Nodes by column, and edges."""

    columns: list[list[Node]]
    edges: list[Edge]


def graph(passes: "Passes", row: int) -> Graph:
    """Of one ROW: a node for each number, or for each layer of a large network."""
    is_small = sum(passes.network.widths) < MOST_NODES
    return _of_units(passes, row) if is_small else _of_layers(passes)


def _of_units(passes: "Passes", row: int) -> Graph:
    network, net = passes.network, passes.net
    columns: list[list[Node]] = []
    for place in range(-1, len(network.layers)):
        name = f"y{place + 1}" if place >= 0 else "x"
        what = f" · {network.layers[place].text}" if place >= 0 else ""
        numbers = zip(net.outputs(place)[row], net.errors_of(place)[row], strict=True)
        texts = [(_short(value), f"∂L {_short(error)}") for value, error in numbers]
        columns.append([Node(place + 1, k, (f"{name}[{k}]{what}", *text)) for k, text in enumerate(texts)])
    judged = Node(len(columns), 0, (f"L · {network.loss}", _short(passes.loss), "∂L 1"))
    edges = [edge for place in range(len(network.layers)) for edge in _between(passes, place, columns, row)]
    slopes = net.errors_of(len(network.layers) - 1)[row]
    edges += [
        Edge(node, judged, f"× {_short(slope)} back", float(slope))
        for node, slope in zip(columns[-1], slopes, strict=True)
    ]
    return Graph([*columns, [judged]], edges)


def _between(passes: "Passes", place: int, columns: list[list[Node]], row: int) -> Iterator[Edge]:
    """The edges into a layer."""
    network, layer, starts, ends = passes.network, passes.network.layers[place], columns[place], columns[place + 1]
    if isinstance(layer, Dense):
        tensor = next(each for each in network.tensors if each.layer == place)
        weights = passes.weights[tensor.first : tensor.stop].reshape(tensor.rows, tensor.columns)
        for start in starts:
            for end in ends:
                weight = float(weights[start.place, end.place])
                yield Edge(start, end, _short(weight), weight)
    elif isinstance(layer, Activation) and ACTIVATIONS[layer.name].vector:
        yield from (Edge(start, end) for start in starts for end in ends)
    elif isinstance(layer, (Activation, Dropout)):
        for start, end, slope in zip(starts, ends, passes.net.slopes_of(place)[row], strict=True):
            yield Edge(start, end, f"× {_short(slope)} back", float(slope), is_alone=True)
    else:
        yield from (Edge(start, end) for start, end in zip(starts, ends, strict=True))


def _short(value: float) -> str:
    return short(float(value), DIGITS)


def _of_layers(passes: "Passes") -> Graph:
    network = passes.network
    columns = [[Node(0, 0, ("x", f"{network.inputs} inputs"))]]
    for each in passes.states:
        text = (f"{each.layer} · {each.text}", f"rms {_short(each.signal)}", f"∂L rms {_short(each.error)}")
        columns.append([Node(each.layer, 0, text)])
    columns.append([Node(len(columns), 0, (f"L · {network.loss}", _short(passes.loss)))])
    edges = [
        Edge(start[0], end[0], str(width), is_alone=True)
        for start, end, width in zip(columns, columns[1:], network.widths, strict=False)
    ]
    return Graph(columns, edges)


def dot(drawn: Graph) -> str:
    """The graph in the dot language."""
    lines = ["digraph backprop {", '  rankdir="LR"; node [shape=box, style=rounded, fontname="sans-serif"];',
             '  edge [fontname="sans-serif", fontsize=10];']  # fmt: skip
    for column in drawn.columns:
        lines += [f"  {node.key} [label={_quoted(NEW_LINE.join(node.lines))}];" for node in column]
        lines.append(f"  {{ rank=same; {' '.join(f'{node.key};' for node in column)} }}")
    for edge in drawn.edges:
        look = f"label={_quoted(edge.label)}, color={_quoted(_colour(edge))}"
        lines.append(f"  {edge.start.key} -> {edge.end.key} [{look}];")
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _colour(edge: Edge) -> str:
    if edge.factor is None or edge.factor == 0 or edge.factor != edge.factor:
        return PLAIN
    return POSITIVE if edge.factor > 0 else NEGATIVE


def svg(drawn: Graph) -> str:
    """The graph, drawn in columns that are centred; blue factors are positive, red ones negative."""
    most = max(map(len, drawn.columns))
    texts = [max(len(line) for node in column for line in node.lines) for column in drawn.columns]
    widths = [max(WIDE, int(CHARACTER * count) + 16) for count in texts]
    lefts = [MARGIN + sum(widths[:i]) + i * (ACROSS - WIDE) for i in range(len(widths))]
    width, height = lefts[-1] + widths[-1] + MARGIN, 2 * MARGIN + HIGH + (most - 1) * DOWN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="DejaVu Sans, sans-serif" font-size="11">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]

    def middle(node: Node) -> float:
        return height / 2 + (node.place - (len(drawn.columns[node.column]) - 1) / 2) * DOWN

    labels = []
    strongest = max((abs(edge.factor) for edge in drawn.edges if edge.factor and np.isfinite(edge.factor)), default=1.0)
    for edge in drawn.edges:
        x1, y1 = lefts[edge.start.column] + widths[edge.start.column], middle(edge.start)
        x2, y2 = lefts[edge.end.column], middle(edge.end)
        thick = 0.8 + 1.8 * (abs(edge.factor) / strongest if edge.factor and np.isfinite(edge.factor) else 0)
        parts.append(f'<line x1="{x1}" y1="{y1:.1f}" x2="{x2 - 5}" y2="{y2:.1f}" stroke="{_colour(edge)}" '
                     f'stroke-width="{thick:.2f}" stroke-opacity="0.75"/>')  # fmt: skip
        if edge.label:
            # For each start at a share of the way of its own: labels of one end never meet.
            share = 0.5 if edge.is_alone else 0.72 - 0.5 * edge.start.place / len(drawn.columns[edge.start.column])
            labels.append((x1 + share * (x2 - x1), y1 + share * (y2 - y1), edge.label, _colour(edge)))
    parts += [
        f'<text x="{x:.1f}" y="{y - 3:.1f}" text-anchor="middle" font-size="10" fill="{colour}" stroke="white" '
        f'stroke-width="3" paint-order="stroke">{escape(text)}</text>'
        for x, y, text, colour in labels
    ]
    for column, left, wide in zip(drawn.columns, lefts, widths, strict=True):
        for node in column:
            top = middle(node) - HIGH / 2
            parts.append(f'<rect x="{left}" y="{top:.1f}" width="{wide}" height="{HIGH}" rx="8" fill="{FILL}" '
                         f'stroke="{PALE}"/>')  # fmt: skip
            for i, line in enumerate(node.lines):
                style = f'fill="{INK}" font-weight="bold"' if i == 0 else f'fill="{INK if i == 1 else PALE}"'
                place = f'x="{left + wide / 2:.1f}" y="{top + 17 + 15 * i:.1f}"'
                parts.append(f'<text {place} text-anchor="middle" {style}>{escape(line)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def write(passes: "Passes", row: int, to_dot: Path | None, to_svg: Path | None) -> None:
    """Write the graph, whole or not at all. Raises OSError."""
    from dlc.kernels.cache import write_whole

    drawn = graph(passes, row)
    for path, make in ((to_dot, dot), (to_svg, svg)):
        if path is not None:
            write_whole(path, make(drawn).encode())
