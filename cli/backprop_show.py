"""Tables of a network's forward and backward pass: each number, each gradient, each layer, each step."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.cli import show
from dlc.cli.backprop_check import Check
from dlc.cli.backprop_layers import State
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.network import Activation, Dense, Dropout, Network, Tensor

if TYPE_CHECKING:
    from dlc.kernels.mlp import Mlp

DIGITS = 6
FACTORS = 3  # terms of a sum that are written out
MOST_UNITS, MOST_WEIGHTS = 64, 200  # that a terminal shows unless told otherwise
MOST_STEPS = 20


def summary(network: Network, rows: int, loss: float, *, training: bool) -> list[tuple[str, str]]:
    """What is computed, as (label, text)."""
    chain = " → ".join([f"{network.inputs} inputs", *(each.text for each in network.layers), network.loss])
    return [
        ("network", chain),
        ("parameters", f"{network.size:,}"),
        ("batch", f"{rows} row{'s' * (rows > 1)}, {'training' if training else 'inference'}"),
        ("loss", show.exact(loss)),
        *((f"∂L/∂{tensor.name}", product_of(network, tensor)) for tensor in network.tensors if _is_short(network)),
    ]


def _is_short(network: Network) -> bool:
    return len(network.layers) <= 8


def product_of(network: Network, tensor: Tensor) -> str:
    """The chain of products that gives a tensor's gradient, from the loss back, as a formula."""
    text = f"∂{network.loss}/∂y{len(network.layers)}"
    for place in range(len(network.layers) - 1, tensor.layer, -1):
        layer = network.layers[place]
        if isinstance(layer, Dense):
            text = f"({text})·W{place + 1}ᵀ" if " ⊙ " in text else f"{text}·W{place + 1}ᵀ"
        elif isinstance(layer, Activation) and not ACTIVATIONS[layer.name].vector:
            text += f" ⊙ {layer.name}′(y{place})"
        elif isinstance(layer, Dropout):
            text += f" ⊙ mask{place + 1}"
        else:
            text = f"({text})·J{place + 1}"
    before = f"y{tensor.layer}" if tensor.layer else "x"
    if tensor.name.startswith("W"):
        return f"{before}ᵀ·({text})"
    if tensor.name.startswith("γ"):
        return f"Σ rows of ({text}) ⊙ x̂{tensor.layer + 1}"
    return f"Σ rows of {text}"


def units(network: Network, net: "Mlp", weights: np.ndarray, row: int) -> list[dict[str, Any]]:
    """Each number of a row: what it is, its local derivative, and the loss's derivative by it, with how it came."""
    found = []
    for place in range(-1, len(network.layers)):
        outputs, errors = net.outputs(place)[row], net.errors_of(place)[row]
        layer = network.layers[place] if place >= 0 else None
        number = isinstance(layer, Activation) and not ACTIVATIONS[layer.name].vector
        slopes = net.slopes_of(place)[row] if number or isinstance(layer, Dropout) else None
        for unit, (value, error) in enumerate(zip(outputs, errors, strict=True)):
            found.append({
                "layer": place + 1, "what": layer.text if layer else "input", "unit": unit, "value": value,
                "local": None if slopes is None else slopes[unit], "error": error,
                "chain": _chain(network, net, weights, place, row, unit),
            })  # fmt: skip
    return found


def _chain(network: Network, net: "Mlp", weights: np.ndarray, place: int, row: int, unit: int) -> str:
    """How the error at a number follows from those behind it."""
    if place == len(network.layers) - 1:
        return f"∂{network.loss}/∂y"
    behind, layer = net.errors_of(place + 1)[row], network.layers[place + 1]
    if isinstance(layer, Dense):
        tensor = next(each for each in network.tensors if each.layer == place + 1)
        return _sum(weights[tensor.first : tensor.stop].reshape(tensor.rows, tensor.columns)[unit], behind)
    if isinstance(layer, Activation) and ACTIVATIONS[layer.name].vector:
        return f"vᵀ·∂{layer.name}/∂x"
    if isinstance(layer, (Activation, Dropout)):
        return _sum(net.slopes_of(place + 1)[row, unit : unit + 1], behind[unit : unit + 1])
    return "through batch norm, over all rows"


def _sum(left: np.ndarray, right: np.ndarray) -> str:
    terms = [f"{show.short(float(a))}·{show.short(float(b))}" for a, b in zip(left, right, strict=True)]
    more = [f"… ({len(terms)} terms)"] if len(terms) > FACTORS else []
    return " + ".join(terms[:FACTORS] + more)


def show_units(rows: Sequence[dict[str, Any]], row: int) -> None:
    """A table of units()."""
    headers = ["layer", "", "unit", f"value in row {row + 1}", "local derivative", "∂L/∂value", "chain"]
    table = [
        [each["layer"], each["what"], each["unit"], *map(_number, (each["value"], each["local"], each["error"])),
         each["chain"]]
        for each in rows
    ]  # fmt: skip
    print()
    show.table(headers, table)


def gradients(
    network: Network, weights: np.ndarray, gradient: np.ndarray, checks: Sequence[Check]
) -> list[dict[str, Any]]:
    """Each weight with its gradient, and what the checks have for it."""
    names = network.names()
    return [
        {"name": names[i], "weight": weights[i], "gradient": gradient[i],
         **{check.against: check.values.get(i) for check in checks}}
        for i in range(network.size)
    ]  # fmt: skip


def show_gradients(rows: Sequence[dict[str, Any]]) -> None:
    """A table of gradients()."""
    headers = list(rows[0])
    print()
    cells = [[row["name"], *(_number(row[key]) for key in headers[1:])] for row in rows]
    show.table(["∂L/∂", *headers[1:]], cells)


def _number(value: Any, digits: int = DIGITS) -> Any:
    return (
        "" if value is None else (value if isinstance(value, int) else float(value), show.short(float(value), digits))
    )


def show_layers(found: Sequence[State]) -> None:
    """A table of the layers."""
    headers = ["layer", "", "outputs", "rms output", "rms ∂L/∂output", "rms ∂L/∂weight", "flat", "dead", "flags"]
    rows = [
        [each.layer, each.text, each.width,
         *(_number(value, 4) for value in (each.signal, each.error, each.gradient, each.flat, each.dead)),
         ", ".join(each.flags)]
        for each in found
    ]  # fmt: skip
    print()
    show.table(headers, rows)


def show_checks(checks: Sequence[Check]) -> None:
    """A table of the checks."""
    print()
    show.table(
        ["gradient against", "worst relative error", "at", "allowed", "compared", ""],
        [[each.against, (each.worst, show.short(each.worst, 3)), each.at, (each.bound, show.short(each.bound)),
          each.compared, "ok" if each.holds else "FAILED"] for each in checks],
    )  # fmt: skip


def show_steps(steps: Sequence[tuple[int, float, float]]) -> None:
    """A table of the descent; a terminal shows some of the steps."""
    last, chosen = len(steps) - 1, list(range(len(steps)))
    if sys.stdout.isatty() and last >= MOST_STEPS:
        chosen = sorted({round(i * last / (MOST_STEPS - 1)) for i in range(MOST_STEPS)})
    print()
    show.table(["step", "loss", "‖∂L/∂w‖"], [[steps[i][0], *map(_number, steps[i][1:])] for i in chosen])
