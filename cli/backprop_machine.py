"""A network as it is described, compiled; and the weights that it begins with."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from dlc.cli import params
from dlc.cli.errors import BadInputError
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.family import Card, Family
from dlc.reference.initializers import INITIALIZERS, LAYER_OFFERS, LayerOffer
from dlc.reference.losses import LOSSES
from dlc.reference.network import Activation, BatchNorm, Dense, Dropout, Network
from dlc.reference.network import Layer as Described

if TYPE_CHECKING:
    import numpy as np

    from dlc.kernels.mlp import Layer, Loss, Mlp

Named = tuple[str, Mapping[str, float]]


def named(text: str, family: Family[Any]) -> Named:
    """A card's name and its parameters that were typed as NAME or NAME:param=value,param=value.

    Raises BadInputError, UnknownNameError.
    """
    name, _, assignments = text.partition(":")
    card: Card = family[name.strip()]
    given = params.parse(card, [each for each in assignments.split(",") if each.strip()])
    return card.name, {key: value for key, value in given.items() if value != card.knobs[key]}


def machine(network: Network, dtype: Any = "float64") -> "Mlp":
    """The compiled network; the functions of its layers and of its loss are compiled where they never were."""
    from dlc.kernels.mlp import Mlp  # on use: Numba

    layers = [_layer(each, width) for each, width in zip(network.layers, network.widths[:-1], strict=True)]
    return Mlp(network.inputs, layers, _loss(network), dtype)


def _layer(layer: Described, inputs: int) -> "Layer":
    from dlc.kernels.mlp import Layer

    if isinstance(layer, Dense):
        return Layer("dense", units=layer.units, bias=layer.bias)
    if isinstance(layer, BatchNorm):
        return Layer("batch_norm", settings=(layer.epsilon, layer.momentum))
    if isinstance(layer, Dropout):
        return Layer("dropout", settings=(layer.rate,))
    assert isinstance(layer, Activation)
    card = ACTIVATIONS[layer.name]
    return Layer(
        "activation", module=_module(card.vjp if card.vector else card.grad), name=card.name, vector=card.vector,
        settings=tuple((card.knobs | dict(layer.params)).values()), width=layer.width(inputs),
    )  # fmt: skip


def _module(function: Any) -> str:
    """A kernel's file has the name of its reference's."""
    return str(function.__module__.rpartition(".")[2])


def _loss(network: Network) -> "Loss":
    from dlc.kernels.mlp import Loss

    card, outputs = LOSSES[network.loss], network.widths[-1]
    settings = card.knobs | dict(network.loss_params)
    note = card.note_length(outputs, **settings) if card.row else 0
    return Loss(
        _module(card.function), card.name, card.row, tuple(settings.values()), network.target_width(), note
    )  # fmt: skip


def initial(network: Network, spec: str = "torch.linear", seed: int = 0) -> "np.ndarray":
    """All parameters in float64: weights by an initialiser, or by the rule of a library's layer; gains are 1.

    Biases are 0, or as the library's layer has them. Raises BadInputError, UnknownNameError.
    """
    import numpy as np

    rule = layer_rule(spec)
    found = np.zeros(network.size)
    for place, tensor in enumerate(network.tensors):
        own = found[tensor.first : tensor.stop]
        fan_in, fan_out = network.widths[tensor.layer], network.widths[tensor.layer + 1]
        if tensor.name.startswith("W"):
            own[:] = _drawn(rule.card, rule.params, (fan_in, fan_out), own.size, seed, place)
        elif tensor.name.startswith("b"):
            own[:] = _drawn(rule.bias, rule.bias_params, (fan_in, fan_out), own.size, seed, place)
        elif tensor.name.startswith("γ"):
            own[:] = 1.0
    return found


def layer_rule(spec: str) -> LayerOffer:
    """The rule that SPEC names: an initialiser, with parameters like he_normal:slope=0.2, or a library's layer.

    Raises BadInputError, UnknownNameError.
    """
    if spec in LAYER_OFFERS:
        return LAYER_OFFERS[spec]
    if "." in spec.partition(":")[0]:
        raise BadInputError(f"no layer {spec!r} whose weights we know; choose {', '.join(LAYER_OFFERS)}")
    return LayerOffer(spec, *named(spec, INITIALIZERS))  # type: ignore[arg-type]


def _drawn(
    name: str, given: Mapping[str, float], fans: tuple[int, int], count: int, seed: int, place: int
) -> "np.ndarray":
    """COUNT numbers for the tensor in this PLACE: a matrix, or of it as many as there are biases."""
    from dlc.kernels.mlp_initial import LAWS, key

    law = INITIALIZERS[name].law(*fans, **given)  # type: ignore[arg-type]
    rows = count // fans[1]
    matrix = LAWS[type(law).__name__.lower()](max(rows, 1), fans[1], key(seed, place), *astuple(law))
    return matrix.reshape(-1)[:count]


def norms(numbers: "Sequence[np.ndarray]") -> list[float]:
    """The root of the mean square of each array."""
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):  # what is infinite is told to be so
        return [float(np.sqrt(np.mean(np.square(each, dtype=np.float64)))) for each in numbers]
