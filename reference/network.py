"""Networks as they are described: layers in a row, a loss, and where each parameter lies in one flat vector.

The parameters are, layer by layer, the weights [inputs, units] row by row and then one bias for each unit; of batch
normalisation a gain for each feature and then a bias for each. Derivatives are those of dlc.reference.autodiff.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dlc.reference import autodiff
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.autodiff import Value
from dlc.reference.draws import WORD, mixed
from dlc.reference.losses import LOSSES
from dlc.reference.numbers import Number

Rows = Sequence[Sequence[Number]]


class NetworkError(ValueError):
    """Layers or data that do not fit together."""


@dataclass(frozen=True)
class Layer:
    """A layer; WIDTH is how many numbers it gives for as many that it takes."""

    def width(self, inputs: int) -> int:
        """By default as many."""
        return inputs

    def tensors(self, inputs: int) -> tuple[tuple[str, int, int], ...]:
        """Its parameters, each (name, rows, columns)."""
        return ()

    @property
    def text(self) -> str:
        """What it is called in tables."""
        return type(self).__name__.lower()


@dataclass(frozen=True)
class Dense(Layer):
    """z = W·x + b."""

    units: int
    bias: bool = True

    def width(self, inputs: int) -> int:
        """The units."""
        return self.units

    def tensors(self, inputs: int) -> tuple[tuple[str, int, int], ...]:
        """W [inputs, units] and b."""
        return (("W", inputs, self.units), *([("b", 1, self.units)] if self.bias else []))

    @property
    def text(self) -> str:
        """dense, with its units."""
        return f"dense {self.units}"


@dataclass(frozen=True)
class Activation(Layer):
    """One of dlc's activations: of each number, or of each row where it is a function of a vector."""

    name: str
    params: Mapping[str, float] = field(default_factory=dict)

    def width(self, inputs: int) -> int:
        """As the card says. Raises ValueError for a vector that does not fit."""
        card = ACTIVATIONS[self.name]
        return card.width(inputs, **card.knobs | dict(self.params)) if card.vector else inputs

    @property
    def text(self) -> str:
        """The name, and parameters that differ from the defaults."""
        return " ".join([self.name, *(f"{name}={value:g}" for name, value in self.params.items())])


@dataclass(frozen=True)
class BatchNorm(Layer):
    """y = γ·(x − μ)/√(σ² + ε) + β by the batch's own moments in training, by kept ones in inference.

    What is kept moves by MOMENTUM towards the batch's mean and its variance by n − 1, as in torch.
    """

    epsilon: float = 1e-5
    momentum: float = 0.1

    def tensors(self, inputs: int) -> tuple[tuple[str, int, int], ...]:
        """γ and β."""
        return (("γ", 1, inputs), ("β", 1, inputs))

    @property
    def text(self) -> str:
        """batch norm."""
        return "batch norm"


@dataclass(frozen=True)
class Dropout(Layer):
    """In training each number is 0 with the chance RATE, and else divided by 1 − RATE; in inference nothing changes."""

    rate: float

    @property
    def text(self) -> str:
        """dropout, with its rate."""
        return f"dropout {self.rate:g}"


@dataclass(frozen=True)
class Tensor:
    """Parameters that belong together: their place in the flat vector."""

    name: str  # like W1: the layer is counted from 1
    layer: int  # from 0
    first: int
    rows: int
    columns: int

    @property
    def size(self) -> int:
        """How many parameters."""
        return self.rows * self.columns

    @property
    def stop(self) -> int:
        """Where the next one begins."""
        return self.first + self.size

    def names(self) -> list[str]:
        """Of each parameter, like W1[0,2] and b1[2]."""
        if self.rows == 1 and not self.name.startswith("W"):
            return [f"{self.name}[{k}]" for k in range(self.columns)]
        return [f"{self.name}[{i},{k}]" for i in range(self.rows) for k in range(self.columns)]


@dataclass(frozen=True)
class Network:
    """Layers in a row, and the loss of what the last one gives; the loss of a batch is the mean of its values.

    Raises NetworkError for layers that do not fit.
    """

    inputs: int
    layers: tuple[Layer, ...]
    loss: str = "mse"
    loss_params: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.inputs < 1:
            raise NetworkError(f"a network needs 1 input or more, not {self.inputs}")
        for place, layer in enumerate(self.layers, 1):
            if isinstance(layer, Dense) and layer.units < 1:
                raise NetworkError(f"layer {place} needs 1 unit or more, not {layer.units}")
            if isinstance(layer, Dropout) and not 0 <= layer.rate < 1:
                raise NetworkError(f"layer {place} needs 0 <= rate < 1, not {layer.rate:g}")
            if isinstance(layer, BatchNorm) and not layer.epsilon > 0:
                raise NetworkError(f"layer {place} needs epsilon > 0, not {layer.epsilon:g}")
        assert self.widths

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """How many numbers of a row each layer takes, and at the end the outputs."""
        widths = [self.inputs]
        for place, layer in enumerate(self.layers, 1):
            try:
                widths.append(layer.width(widths[-1]))
            except ValueError as error:
                raise NetworkError(f"layer {place} ({layer.text}): {error}") from None
        return tuple(widths)

    @cached_property
    def tensors(self) -> tuple[Tensor, ...]:
        """All parameters, in their order in the flat vector."""
        found: list[Tensor] = []
        for place, layer in enumerate(self.layers):
            for name, rows, columns in layer.tensors(self.widths[place]):
                first = found[-1].stop if found else 0
                found.append(Tensor(f"{name}{place + 1}", place, first, rows, columns))
        return tuple(found)

    @property
    def size(self) -> int:
        """The number of parameters."""
        return self.tensors[-1].stop if self.tensors else 0

    def names(self) -> list[str]:
        """Of all parameters, in their order."""
        return [name for tensor in self.tensors for name in tensor.names()]

    @property
    def kept(self) -> list[float]:
        """What batch normalisation keeps before the first batch: of each such layer the means, then the variances."""
        sizes = [self.widths[i] for i, layer in enumerate(self.layers) if isinstance(layer, BatchNorm)]
        return [number for size in sizes for number in [0.0] * size + [1.0] * size]

    def target_width(self) -> int:
        """The length of a row of targets. Raises NetworkError where the loss does not take the outputs."""
        card = LOSSES[self.loss]
        if not card.row:
            return self.widths[-1]
        try:
            return card.width(self.widths[-1], **card.knobs | dict(self.loss_params))
        except ValueError as error:
            raise NetworkError(f"loss {self.loss}: {error}") from None


@dataclass(frozen=True)
class Run:
    """What a network computes of a batch, as values that know where they come from."""

    weights: list[Value]
    outputs: list[list[list[Value]]]  # of the inputs, and of each layer: rows of numbers
    losses: list[Value]
    loss: Value  # their mean


def run(network: Network, weights: Sequence[Number], inputs: Rows, targets: Rows, *, training: bool = True,
        seed: int = 0, kept: Sequence[Number] | None = None) -> Run:  # fmt: skip
    """Compute a batch in the arithmetic of WEIGHTS; SEED is that of dropout, KEPT what inference normalises by."""
    parameters = [Value(each, name=name) for each, name in zip(weights, network.names(), strict=True)]
    outputs = [[[Value(each) for each in row] for row in inputs]]
    remembered = iter(network.kept if kept is None else kept)
    for place, layer in enumerate(network.layers):
        own = [parameters[t.first : t.stop] for t in network.tensors if t.layer == place]
        rows = outputs[-1]
        if isinstance(layer, Dense):
            rows = _dense(layer, own, rows)
        elif isinstance(layer, Activation):
            rows = [_activated(layer, row, i) for i, row in enumerate(rows)]
        elif isinstance(layer, BatchNorm):
            size = network.widths[place]
            moments = [[next(remembered) for _ in range(size)] for _ in range(2)]
            rows = _normalised(layer, own, rows, None if training else moments)
        elif isinstance(layer, Dropout) and training:
            rows = [
                [x * dropout_factor(layer.rate, seed, place, r * len(row) + k) for k, x in enumerate(row)]
                for r, row in enumerate(rows)
            ]
        outputs.append(rows)
    losses = [each for row, target in zip(outputs[-1], targets, strict=True) for each in _losses(network, row, target)]
    total = autodiff.dot(losses, [Value(1 / (len(losses) + 0 * each.data)) for each in losses], name="mean")
    return Run(parameters, outputs, losses, total)


def gradient(network: Network, weights: Sequence[Number], inputs: Rows, targets: Rows, **how: Any) -> list[Number]:
    """The derivative of the batch's loss by each parameter."""
    found = run(network, weights, inputs, targets, **how)
    found.loss.backward()
    return [each.grad for each in found.weights]


def dropout_factor(rate: float, seed: int, layer: int, index: int) -> float:
    """What number INDEX of a layer's outputs, row by row, is multiplied by: 0 with the chance RATE, else 1/(1 − rate).

    It follows from the seed and the place alone.
    """
    return 0.0 if mixed(mixed(seed, layer) >> 1, index) < int(rate * WORD) else 1 / (1 - rate)


def _dense(layer: Dense, own: list[list[Value]], rows: list[list[Value]]) -> list[list[Value]]:
    weights, bias = own[0], own[1] if layer.bias else [None] * layer.units
    columns = [weights[k :: layer.units] for k in range(layer.units)]
    return [[autodiff.dot(row, column, start) for column, start in zip(columns, bias, strict=True)] for row in rows]


def _activated(layer: Activation, row: list[Value], number: int) -> list[Value]:
    """Derivatives are those of the card: at a kink, a definition is needed, and it has one."""
    card = ACTIVATIONS[layer.name]
    params = dict(layer.params)
    if not card.vector:
        assert card.grad is not None
        return [Value(card.function(x.data, **params), [(x, card.grad(x.data, **params))], card.name) for x in row]
    assert card.vjp is not None
    x = [each.data for each in row]
    noise = {"first": number * len(row)} if card.noisy else {}
    y = card.function(x, **params, **noise)
    unit = [[float(i == k) for i in range(len(y))] for k in range(len(y))]
    slopes = [card.vjp(x, each, **params, **noise) for each in unit]
    return [Value(each, list(zip(row, slope, strict=True)), card.name) for each, slope in zip(y, slopes, strict=True)]


def _normalised(
    layer: BatchNorm, own: list[list[Value]], rows: list[list[Value]], kept: list[list[Number]] | None
) -> list[list[Value]]:
    """By the formula, so that its derivative is found, not declared."""
    columns = []
    for k, column in enumerate(zip(*rows, strict=True)):
        if kept is None:
            mean: Any = sum(column[1:], column[0]) / len(column)
            variance = sum(((x - mean) ** 2 for x in column), Value(0)) / len(column)
        else:
            mean, variance = Value(kept[0][k]), Value(kept[1][k])
        size = autodiff.ELEMENTARY.sqrt(variance + layer.epsilon)
        columns.append([own[0][k] * ((x - mean) / size) + own[1][k] for x in column])
    return [list(row) for row in zip(*columns, strict=True)]


def _losses(network: Network, row: list[Value], target: Sequence[Number]) -> list[Value]:
    card, params = LOSSES[network.loss], dict(network.loss_params)
    if not card.row:
        return [
            Value(card.function(p.data, t, **params), [(p, card.gradient(p.data, t, **params))], card.name)
            for p, t in zip(row, target, strict=True)
        ]
    p = [each.data for each in row]
    slopes = card.gradient(p, list(target), **params)
    return [Value(card.function(p, list(target), **params), list(zip(row, slopes, strict=True)), card.name)]
