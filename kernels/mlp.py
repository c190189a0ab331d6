"""Networks of dense layers, activations, batch normalisation and dropout, compiled: forward and backward over batches.

    net = Mlp(4, [Layer("dense", 8), Layer("activation", name="tanh", module="smooth"), Layer("dense", 3)],
              Loss("losses_classes", "sparse_softmax_cross_entropy", True), dtype=np.float32)
    loss = net.forward(weights, inputs, targets)        # a batch; what is between is kept in `net`
    slopes = net.backward(weights)                      # of the loss, by each weight

WEIGHTS is one flat vector: layer by layer the weights [inputs, units] row by row and a bias for each unit; of batch
normalisation a gain for each feature and a bias for each. Compiled code trains with `forward` and `backward` below.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numba.extending import register_jitable

from dlc.kernels.draws import key, mixed
from dlc.kernels.jit import compiled
from dlc.kernels.mlp_parts import (
    PRODUCTS,
    VALUES,
    call_part,
    elementwise,
    loss_of_numbers,
    loss_of_rows,
    rowwise,
)
from dlc.kernels.mlp_products import matrix, place, set_affine, turn

DENSE, ELEMENTWISE, ROWWISE, BATCH_NORM, DROPOUT, RELU = KINDS = range(6)

# A row of a plan, one for each layer: what it is, how many numbers of a row it takes and gives, where its parameters,
# its settings and what it keeps begin, where its results begin (for one row), whether there is a bias, and a part.
KIND, TAKES, GIVES, WEIGHTS, SETTINGS, KEPT, BEFORE, BEHIND, BIAS, PART = COLUMNS = range(10)


class Layer(NamedTuple):
    """A layer: dense, activation, batch_norm or dropout."""

    kind: str
    units: int = 0  # of dense
    bias: bool = True
    module: str = ""  # of an activation: the file of dlc.kernels that has it
    name: str = ""
    vector: bool = False  # whether it takes a row
    settings: tuple[float, ...] = ()  # an activation's parameters; epsilon and momentum; a rate
    width: int = 0  # what a function of a row gives, where it is not as many as it takes


class Loss(NamedTuple):
    """A loss of dlc.kernels."""

    module: str
    name: str
    row: bool = False  # whether it takes a row of outputs
    settings: tuple[float, ...] = ()
    width: int = 0  # of a row of targets, where it is not that of the outputs
    note: int = 0  # how long a note it takes, where that is more than the outputs


class Plan(NamedTuple):
    """What compiled code is told of a network: see COLUMNS. The last row of `layers` is the loss."""

    layers: np.ndarray  # int64 [layers + 1, COLUMNS]
    settings: np.ndarray  # float64; those of the loss follow a place for its value


def plan(inputs: int, layers: Sequence[Layer], loss: Loss, dtype: Any) -> Plan:
    """The plan of a network, with its parts compiled. Raises ValueError for a kind that there is not."""
    kind = np.dtype(dtype).name
    rows, settings = [], [0.0, *loss.settings]
    takes, weights, kept, before = inputs, 0, 0, 0
    for layer in layers:
        gives, count, part, number = takes, 0, 0, ELEMENTWISE
        if layer.kind == "dense":
            gives, number = layer.units, DENSE
            count = (takes + layer.bias) * gives
        elif layer.kind == "activation":
            gives = layer.width or takes
            number = ROWWISE if layer.vector else ELEMENTWISE
            make = rowwise if layer.vector else elementwise
            part = make(layer.module, layer.name, len(layer.settings), kind)
        elif layer.kind == "batch_norm":
            number, count = BATCH_NORM, 2 * takes
        elif layer.kind == "dropout":
            number = DROPOUT
        else:
            raise ValueError(f"no kind of layer {layer.kind!r}")
        rows.append((number, takes, gives, weights, len(settings), kept, before, before + takes, int(layer.bias), part))
        settings += layer.settings
        takes, weights, before = gives, weights + count, before + takes
        kept += 2 * gives if number == BATCH_NORM else 0
    make_loss = loss_of_rows if loss.row else loss_of_numbers
    part = make_loss(loss.module, loss.name, len(loss.settings), kind)
    width = loss.width if loss.row else takes
    rows.append((0, takes, width, weights, 0, kept, before, max(takes, loss.note), 0, part))
    return Plan(np.array(rows, np.int64), np.array(settings))


def lean(full: Plan, dtype: Any) -> tuple[Plan, int]:
    """The plan for training alone, and how many numbers of a row there are in all: relu works in place, and is no part.

    So less has to be kept near the processor.
    """
    layers, relu, before = full.layers.copy(), elementwise("piecewise", "relu", 0, np.dtype(dtype).name), 0
    for row in layers[:-1]:
        row[BEFORE] = before
        if row[KIND] == ELEMENTWISE and row[PART] == relu:
            row[KIND] = RELU
        else:
            before += row[TAKES]
        row[BEHIND] = before
    layers[-1, BEFORE] = before
    return Plan(layers, full.settings.copy()), int(before + layers[-1, TAKES])


@register_jitable
def block(numbers, rows, first, columns):
    """The part of a buffer that has a layer's numbers, [rows, columns]."""
    return matrix(numbers, rows * first, rows, columns)


@register_jitable
def moments(x, means, variances, kept, momentum):
    """Means and variances of the columns by two passes; the two rows of KEPT move towards them."""
    rows, columns = x.shape
    for j in range(columns):
        means[j] = variances[j] = 0.0
    for i in range(rows):
        for j in range(columns):
            means[j] += x[i, j]
    for j in range(columns):
        means[j] /= rows
    for i in range(rows):
        for j in range(columns):
            off = x[i, j] - means[j]
            variances[j] += off * off
    for j in range(columns):
        kept[0, j] += momentum * (means[j] - kept[0, j])
        kept[1, j] += momentum * (variances[j] / (rows - 1) - kept[1, j])
        variances[j] /= rows


@register_jitable
def normalise(x, y, hat, scale, kept, sizes, epsilon, momentum, training):
    """y = gain·hat + bias, the rows of SCALE, with hat = (x − mean)/√(variance + epsilon); SIZES become the roots."""
    rows, columns = x.shape
    means, variances = kept[0], kept[1]
    if training:
        means, variances = np.empty(columns, x.dtype), np.empty(columns, x.dtype)
        moments(x, means, variances, kept, momentum)
    for j in range(columns):
        sizes[0, j] = np.sqrt(variances[j] + epsilon)
    for i in range(rows):
        for j in range(columns):
            hat[i, j] = (x[i, j] - means[j]) / sizes[0, j]
            y[i, j] = scale[0, j] * hat[i, j] + scale[1, j]


@register_jitable
def denormalise(before, behind, hat, scale, by_scale, sizes, training):
    """The derivatives BEFORE batch normalisation, and those by gain and bias, from those BEHIND it."""
    rows, columns = hat.shape
    for j in range(columns):
        by_scale[0, j] = by_scale[1, j] = 0.0
    for i in range(rows):
        for j in range(columns):
            by_scale[0, j] += behind[i, j] * hat[i, j]
            by_scale[1, j] += behind[i, j]
    share = 1.0 / rows if training else 0.0
    for i in range(rows):
        for j in range(columns):
            free = behind[i, j] - share * by_scale[1, j] - share * by_scale[0, j] * hat[i, j]
            before[i, j] = scale[0, j] / sizes[0, j] * free


@register_jitable
def drop(x, y, slopes, rate, seed, layer):
    """Multiply each number by 0, with the chance RATE, or else by 1/(1 − rate): by seed, layer and place alone."""
    own, (rows, columns) = key(seed, layer), x.shape
    limit, factor = np.uint64(rate * 2.0**64), 1.0 / (1.0 - rate)
    for i in range(rows):
        for j in range(columns):
            slopes[i, j] = 0.0 if mixed(own, i * columns + j) < limit else factor
            y[i, j] = x[i, j] * slopes[i, j]


@register_jitable
def rectify(values, first, count):
    """max(·, 0) in place; nan stays. A product: of a choice LLVM would make stores under a mask, which are slow."""
    for i in range(np.uint64(first), np.uint64(first + count)):
        values[i] *= values.dtype.type(values[i] > 0)


@register_jitable
def derectify(errors, values, first, count):
    """The derivatives before that, in place."""
    for i in range(np.uint64(first), np.uint64(first + count)):
        errors[i] *= errors.dtype.type(values[i] > 0)


@register_jitable
def forward(layers, settings, weights, kept, values, slopes, sizes, rows, seed, training):
    """Fill VALUES, which begin with the inputs of ROWS rows, and the local derivatives SLOPES."""
    for p in range(len(layers) - 1):
        kind, takes, gives, first = layers[p, KIND], layers[p, TAKES], layers[p, GIVES], layers[p, WEIGHTS]
        own, rest = layers[p, SETTINGS], layers[p, KEPT]
        x, y = block(values, rows, layers[p, BEFORE], takes), block(values, rows, layers[p, BEHIND], gives)
        slope = block(slopes, rows, layers[p, BEHIND], gives)
        if kind == DENSE:
            none = np.zeros(0 if layers[p, BIAS] else gives, weights.dtype)
            start = matrix(weights, first + takes * gives, 1, gives) if layers[p, BIAS] else matrix(none, 0, 1, gives)
            set_affine(y, start, x, matrix(weights, first, takes, gives))
        elif kind == RELU:
            rectify(values, rows * layers[p, BEHIND], rows * gives)
        elif kind == BATCH_NORM:
            scale, remembered = matrix(weights, first, 2, gives), matrix(kept, rest, 2, gives)
            size = matrix(sizes, rest, 1, gives)
            normalise(x, y, slope, scale, remembered, size, settings[own], settings[own + 1], training)
        elif kind == DROPOUT:
            drop(x, y, slope, settings[own] if training else 0.0, seed, p)
        else:
            call_part(
                layers[p, PART], place(x, 0), place(y, 0), place(slope, 0), place(settings, own), rows, takes, gives,
                VALUES,
            )  # fmt: skip


@register_jitable
def loss(layers, settings, values, targets, errors, rows):
    """The mean loss of the outputs; ERRORS ends in its derivatives by them. TARGETS is a vector."""
    last = len(layers) - 1
    first, takes = layers[last, BEFORE] * rows, layers[last, TAKES]
    call_part(
        layers[last, PART], place(values, first), place(targets, 0), place(errors, first), place(settings, 0), rows,
        takes, layers[last, GIVES], layers[last, BEHIND],
    )  # fmt: skip
    return settings[0]


@register_jitable
def backward(layers, settings, weights, values, slopes, sizes, errors, gradient, turned, rows, training, with_inputs):
    """From derivatives by the outputs, at the end of ERRORS, all others there, and GRADIENT by the weights.

    Those by the inputs only WITH_INPUTS, where the first layer is dense.
    """
    widest = 0
    for p in range(len(layers)):
        widest = max(widest, layers[p, TAKES], layers[p, GIVES])
    ones, zeros = np.ones(rows, gradient.dtype), np.zeros(widest, gradient.dtype)
    for p in range(len(layers) - 2, -1, -1):
        kind, takes, gives, first = layers[p, KIND], layers[p, TAKES], layers[p, GIVES], layers[p, WEIGHTS]
        own, rest = layers[p, SETTINGS], layers[p, KEPT]
        x, before = block(values, rows, layers[p, BEFORE], takes), block(errors, rows, layers[p, BEFORE], takes)
        slope, behind = block(slopes, rows, layers[p, BEHIND], gives), block(errors, rows, layers[p, BEHIND], gives)
        if kind == DENSE:
            start = matrix(zeros, 0, 1, gives)
            set_affine(matrix(gradient, first, takes, gives), start, x.T, behind)
            if layers[p, BIAS]:
                set_affine(matrix(gradient, first + takes * gives, 1, gives), start, matrix(ones, 0, rows, 1).T, behind)
            if p == 0 and not with_inputs:
                return
            across = matrix(turned, 0, gives, takes)
            turn(across, matrix(weights, first, takes, gives))
            set_affine(before, matrix(zeros, 0, 1, takes), behind, across)
        elif kind == RELU:
            derectify(errors, values, rows * layers[p, BEHIND], rows * gives)
        elif kind == BATCH_NORM:
            scale, by_scale = matrix(weights, first, 2, gives), matrix(gradient, first, 2, gives)
            denormalise(before, behind, slope, scale, by_scale, matrix(sizes, rest, 1, gives), training)
        elif kind == ROWWISE:
            call_part(
                layers[p, PART], place(x, 0), place(behind, 0), place(before, 0), place(settings, own), rows, takes,
                gives, PRODUCTS,
            )  # fmt: skip
        else:
            for i in range(rows):
                for k in range(gives):
                    before[i, k] = behind[i, k] * slope[i, k]


@compiled()
def run_forward(layers, settings, weights, kept, values, slopes, sizes, errors, targets, rows, seed, training):
    """forward(), and the loss."""
    forward(layers, settings, weights, kept, values, slopes, sizes, rows, seed, training)
    return loss(layers, settings, values, targets, errors, rows)


@compiled()
def run_backward(layers, settings, weights, values, slopes, sizes, errors, gradient, turned, rows, training):
    """backward()."""
    backward(layers, settings, weights, values, slopes, sizes, errors, gradient, turned, rows, training, True)


class Mlp:
    """A network, and the buffers of a batch. `kept` is what batch normalisation keeps."""

    def __init__(self, inputs: int, layers: Sequence[Layer], loss: Loss, dtype: Any = np.float64):
        self.dtype = np.dtype(dtype)
        self.plan = plan(inputs, layers, loss, dtype)
        self.size = int(self.plan.layers[-1, WEIGHTS])
        self.width = int(self.plan.layers[-1, BEFORE] + self.plan.layers[-1, TAKES])  # numbers of a row in all
        self.kept = np.zeros(int(self.plan.layers[-1, KEPT]), self.dtype)
        for row in self.plan.layers[:-1]:
            if row[KIND] == BATCH_NORM:
                self.kept[row[KEPT] + row[GIVES] : row[KEPT] + 2 * row[GIVES]] = 1.0
        self.turned = np.empty(max([0, *(int(row[TAKES] * row[GIVES]) for row in self.plan.layers[:-1])]), self.dtype)
        self._fit(0)

    def _fit(self, rows: int) -> None:
        self.rows = rows
        self.values, self.slopes, self.errors = (np.zeros(rows * self.width, self.dtype) for _ in range(3))
        self.sizes = np.ones(self.kept.size, self.dtype)

    def forward(
        self, weights: np.ndarray, inputs: np.ndarray, targets: np.ndarray, *, seed: int = 0, training: bool = True
    ) -> float:
        """The mean loss of a batch, inputs [rows, features] and targets [rows, ...]; SEED is that of dropout.

        Raises ValueError for arrays that do not fit.
        """
        rows, last = len(inputs), self.plan.layers[-1]
        takes = int(self.plan.layers[0, TAKES])
        if rows == 0:
            raise ValueError("an empty batch")
        if inputs.shape != (rows, takes) or targets.size != rows * last[GIVES] or weights.shape != (self.size,):
            raise ValueError(
                f"a batch of [{rows}, {takes}] inputs, [{rows}, {last[GIVES]}] targets and {self.size} weights is "
                f"needed, not {inputs.shape}, {targets.shape} and {weights.shape}"
            )
        if training and rows < 2 and (self.plan.layers[:-1, KIND] == BATCH_NORM).any():
            raise ValueError("batch normalisation needs 2 rows or more in training")
        if rows != self.rows:
            self._fit(rows)
        self.training = training
        self.values[: inputs.size] = inputs.reshape(-1)
        goals = np.ascontiguousarray(targets, self.dtype).reshape(-1)
        return float(
            run_forward(
                *self.plan, weights, self.kept, self.values, self.slopes, self.sizes, self.errors, goals, rows, seed,
                training,
            )
        )  # fmt: skip

    def backward(self, weights: np.ndarray) -> np.ndarray:
        """The derivative of the last forward()'s loss by each weight."""
        gradient = np.empty_like(weights)
        run_backward(
            *self.plan, weights, self.values, self.slopes, self.sizes, self.errors, gradient, self.turned, self.rows,
            self.training,
        )  # fmt: skip
        return gradient

    def outputs(self, layer: int) -> np.ndarray:
        """What layer number LAYER gave, from 0; −1 for the inputs: [rows, width]."""
        return self._block(self.values, layer)

    def slopes_of(self, layer: int) -> np.ndarray:
        """The local derivatives of an activation of numbers, or dropout's factors: [rows, width]."""
        return self._block(self.slopes, layer)

    def errors_of(self, layer: int) -> np.ndarray:
        """The derivatives of the loss by what layer number LAYER gave; −1 for the inputs: [rows, width]."""
        return self._block(self.errors, layer)

    def _block(self, numbers: np.ndarray, layer: int) -> np.ndarray:
        first, columns = (int(each) for each in self.plan.layers[layer + 1, [BEFORE, TAKES]])
        return numbers[self.rows * first : self.rows * (first + columns)].reshape(self.rows, columns)
