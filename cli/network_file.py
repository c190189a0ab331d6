"""Networks as people write them: options of a command, or a JSON or TOML file with weights and a batch.

    {"inputs": 2, "loss": "mse", "init": "he_normal", "seed": 0,
     "layers": [{"type": "dense", "units": 3, "weights": [[1, 2, 3], [4, 5, 6]], "bias": [0, 0, 0]},
                {"type": "batch_norm", "gain": [1, 1, 1], "bias": [0, 0, 0], "epsilon": 1e-5, "momentum": 0.1},
                {"type": "tanh"}, {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 1}],
     "x": [[1, 2]], "target": [[0]]}

Weights are [inputs][units]; what has none is drawn. An activation has its own name as type, with its parameters.
"""

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli.backprop_machine import initial, named
from dlc.cli.errors import BadInputError
from dlc.cli.params import check_domain
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.losses import LOSSES
from dlc.reference.network import Activation, BatchNorm, Dense, Dropout, Layer, Network, NetworkError

if TYPE_CHECKING:
    import numpy as np

MOST_LAYERS = 10_000
GREATEST = sys.float_info.max
KEYS = ("inputs", "layers", "loss", "init", "seed", "x", "target")
# What a file calls the tensors of a layer, and their first letters in a network.
TENSORS = {"dense": {"weights": "W", "bias": "b"}, "batch_norm": {"gain": "γ", "bias": "β"}}


@dataclass(frozen=True)
class Written:
    """A network, the parameters that were given, by the names of their tensors, and perhaps a batch."""

    network: Network
    given: Mapping[str, list[float]] = field(default_factory=dict)
    init: str = "torch.linear"
    seed: int = 0
    x: Any = None
    target: Any = None

    def weights(self, init: str | None = None, seed: int | None = None) -> "np.ndarray":
        """All parameters: those given, the others drawn. Raises BadInputError, UnknownNameError."""
        found = initial(self.network, init or self.init, self.seed if seed is None else seed)
        for tensor in self.network.tensors:
            if tensor.name in self.given:
                found[tensor.first : tensor.stop] = self.given[tensor.name]
        return found


def from_options(
    sizes: str, activation: str, output: str, loss: str, *, batch_norm: bool = False, dropout: float = 0.0
) -> Network:
    """A network of dense layers with the SIZES "2,3,1", where 64x8 are eight alike.

    After each but the last come batch normalisation, the activation and dropout, and at the end OUTPUT, if any.
    Raises BadInputError, UnknownNameError.
    """
    widths = _sizes(sizes)
    between = Activation(*named(activation, ACTIVATIONS))
    layers: list[Layer] = []
    for place, units in enumerate(widths[1:], 1):
        layers.append(Dense(units))
        if place < len(widths) - 1:
            layers += [BatchNorm()] if batch_norm else []
            layers.append(between)
            layers += [Dropout(dropout)] if dropout else []
    if output:
        layers.append(Activation(*named(output, ACTIVATIONS)))
    return _fitting(widths[0], layers, named(loss, LOSSES))


def _sizes(text: str) -> list[int]:
    widths: list[int] = []
    for part in text.split(","):
        size, _, times = part.strip().partition("x")
        if not size.isdecimal() or not (times or "1").isdecimal() or int(size) < 1 or int(times or "1") < 1:
            raise BadInputError(f"--layers {text!r}: {part.strip()!r} is no size; write 2,3,1, or 64x8 for eight of 64")
        widths += [int(size)] * min(int(times or "1"), MOST_LAYERS + 1)
        if len(widths) > MOST_LAYERS:
            raise BadInputError(f"--layers has more than {MOST_LAYERS:,} sizes")
    if len(widths) < 2:
        raise BadInputError(f"--layers {text!r} has one size; give inputs and at least one layer, like 2,3,1")
    return widths


def _fitting(inputs: int, layers: Sequence[Layer], loss: tuple[str, Mapping[str, float]], where: str = "") -> Network:
    try:
        network = Network(inputs, tuple(layers), *loss)
        network.target_width()
    except NetworkError as error:
        raise BadInputError(f"{where}{error}") from None
    return network


def read(path: Path) -> Written:
    """The network in a .json or .toml FILE. Raises BadInputError that says where it is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadInputError(f"{path} is not a text file of JSON or TOML") from None
    found = _parsed(path, text)
    if not isinstance(found, dict):
        raise BadInputError(f"{path} holds no table with inputs and layers, but a {type(found).__name__}")
    if unknown := [key for key in found if key not in KEYS]:
        raise BadInputError(f"{path}: no {unknown[0]!r} is known there; it has {', '.join(KEYS)}")
    try:
        return _network(found)
    except (BadInputError, KeyError) as error:
        raise BadInputError(f"{path}: {error}") from None


def _parsed(path: Path, text: str) -> Any:
    if path.suffix.lower() == ".toml":
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInputError(f"{path} is not TOML: {error}") from None
    if path.suffix.lower() != ".json":
        raise BadInputError(f"{path}: a network is read from a .json or .toml file")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInputError(f"{path} is not JSON: {error.msg} (at line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise BadInputError(f"{path} has too many brackets inside each other") from None


def _network(found: Mapping[str, Any]) -> Written:
    for key, kind, what in (("inputs", int, "a whole number"), ("layers", list, "a list of layers")):
        if not _is(found.get(key), kind):
            raise BadInputError(f"it needs {key!r}, {what}" + (f", not {found[key]!r}" if key in found else ""))
    layers: list[Layer] = []
    given: dict[str, list[float]] = {}
    for place, each in enumerate(found["layers"], 1):
        where = f"layer {place}"
        if not isinstance(each, dict) or not isinstance(each.get("type"), str):
            raise BadInputError(f'{where} needs a "type": dense, batch_norm, dropout or the name of an activation')
        try:
            layers.append(_layer(each))
            for key, letter in TENSORS.get(each["type"], {}).items():
                if key in each and each[key] is not False:
                    given[f"{letter}{place}"] = _numbers(each[key], key)
        except (BadInputError, KeyError) as error:
            raise BadInputError(f"{where} ({each['type']}): {error}") from None
    loss = found.get("loss", "mse")
    if not isinstance(loss, str):
        raise BadInputError(f'"loss" is a name, like "mse" or "huber:delta=2", not {loss!r}')
    network = _fitting(found["inputs"], layers, named(loss, LOSSES))
    for tensor in network.tensors:
        if tensor.name in given and len(given[tensor.name]) != tensor.size:
            shape = f"{tensor.rows} rows of {tensor.columns}" if tensor.rows > 1 else str(tensor.columns)
            raise BadInputError(f"{tensor.name} of layer {tensor.layer + 1} has {len(given[tensor.name])} numbers; "
                                f"it needs {shape}, [inputs][units]")  # fmt: skip
    init, seed = found.get("init", "torch.linear"), found.get("seed", 0)
    if not isinstance(init, str) or not _is(seed, int) or seed < 0:
        raise BadInputError('"init" is the name of an initialiser, and "seed" a whole number, 0 or more')
    return Written(network, given, init, seed, found.get("x"), found.get("target"))


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _layer(each: Mapping[str, Any]) -> Layer:
    kind, rest = each["type"], {key: value for key, value in each.items() if key != "type"}
    if kind == "dense":
        _only(rest, "units", "weights", "bias")
        if "units" not in rest and isinstance(rest.get("weights"), list) and rest["weights"]:
            row = rest["weights"][0]
            rest["units"] = len(row) if isinstance(row, list) else 0
        if not _is(rest.get("units"), int):
            raise BadInputError('it needs "units", a whole number, or "weights"')
        return Dense(rest["units"], rest.get("bias") is not False)
    if kind == "batch_norm":
        _only(rest, "gain", "bias", "epsilon", "momentum")
        return BatchNorm(**{key: _number(rest[key], key) for key in ("epsilon", "momentum") if key in rest})
    if kind == "dropout":
        _only(rest, "rate")
        return Dropout(_number(rest.get("rate", 0.5), "rate"))
    card = ACTIVATIONS[kind]
    _only(rest, *card.knobs)
    params = {key: _number(value, key) for key, value in rest.items()}
    check_domain(card, card.knobs | params)
    return Activation(card.name, params)


def _only(rest: Mapping[str, Any], *keys: str) -> None:
    if unknown := [key for key in rest if key not in keys]:
        raise BadInputError(f"no {unknown[0]!r} is known; it has {', '.join(keys) or 'nothing but its type'}")


def _number(value: Any, what: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= GREATEST:
        return float(value)
    raise BadInputError(f"{what} is {str(value)[:40]!r}, not a finite number")


def _numbers(value: Any, what: str) -> list[float]:
    """All numbers of a list, or of a list of rows alike. Raises BadInputError."""
    if not isinstance(value, list):
        raise BadInputError(f"{what} is {value!r}, not a list of numbers")
    if any(isinstance(row, list) for row in value):
        lengths = {len(row) if isinstance(row, list) else 0 for row in value}
        if len(lengths) > 1:
            raise BadInputError(f"{what} has rows of {' and '.join(map(str, sorted(lengths)))} numbers")
        return [_number(each, what) for row in value for each in row]
    return [_number(each, what) for each in value]


def table(value: Any, what: str) -> list[list[float]]:
    """Rows of numbers, of a file's batch; a plain list is one row, a number one of one. Raises BadInputError."""
    rows = value if isinstance(value, list) else [value]
    if not any(isinstance(row, list) for row in rows):
        rows = [rows]
    flat = _numbers(rows, what)
    width = len(rows[0])
    return [flat[i : i + width] for i in range(0, len(flat), width)] if width else []
