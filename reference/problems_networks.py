"""Problems on data: convex ones whose exact optimum is known, and networks. Each is the mean over its rows.

The parameters are, layer by layer, the weights [inputs, units] row by row, and then one bias for each unit.
"""

from collections.abc import Callable, Iterable
from math import inf

from dlc.reference.numbers import Number, exp, log, log1p
from dlc.reference.problem_family import Point, Rows, mean, problem

# A card reads as one entry of a table.
# fmt: off


def layer(w: Point, inputs: Point, units: int) -> list[Number]:
    """The sum that each unit receives."""
    bias = w[len(inputs) * units :]
    return [bias[k] + sum(v * w[i * units + k] for i, v in enumerate(inputs)) for k in range(units)]


def layer_gradient(inputs: Point, error: Point) -> list[Number]:
    """The derivative by w, given the one by the units' sums."""
    return [v * e for v in inputs for e in error] + list(error)


def cross_entropy(logits: Point, label: int) -> Number:
    """ln Σ e^z − z[label]."""
    return log(sum(exp(z) for z in logits)) - logits[label]


def cross_entropy_gradient(logits: Point, label: int) -> list[Number]:
    """softmax(z) − onehot(label)."""
    total = sum(exp(z) for z in logits)
    return [exp(z) / total - (c == label) for c, z in enumerate(logits)]


def mean_of_columns(rows: Iterable[list[Number]]) -> list[Number]:
    """The mean over the ROWS, column by column."""
    return [mean(column) for column in zip(*rows, strict=True)]


# Of a linear model with UNITS outputs: its rows' mean loss, and the gradient of that.


def linear_loss(x: Point, rows: Rows, units: int, loss: Callable[..., Number]) -> Number:
    """The mean LOSS(outputs, label)."""
    return mean(loss(layer(x, inputs, units), label) for inputs, label in rows)


def linear_gradient(x: Point, rows: Rows, units: int, slopes: Callable[..., list[Number]]) -> list[Number]:
    """SLOPES(outputs, label), by the weights, averaged over the rows."""
    return mean_of_columns(layer_gradient(inputs, slopes(layer(x, inputs, units), label)) for inputs, label in rows)


# The same with ‖W‖²/2n besides, for n rows: the biases are free.


def ridge_loss(x: Point, rows: Rows, units: int, loss: Callable[..., Number]) -> Number:
    """The mean LOSS and half of the weights' squares per row."""
    rows = list(rows)
    return linear_loss(x, rows, units, loss) + sum(w * w for w in x[:-units]) / (2 * len(rows))


def ridge_gradient(x: Point, rows: Rows, units: int, slopes: Callable[..., list[Number]]) -> list[Number]:
    """The gradient of that."""
    rows = list(rows)
    decay = [*(w / len(rows) for w in x[:-units]), *(0 * w for w in x[-units:])]
    return [a + b for a, b in zip(linear_gradient(x, rows, units, slopes), decay, strict=True)]


def half_square(outputs: Point, label: int) -> Number:
    """½(z − label)²."""
    return (outputs[0] - label) ** 2 / 2


def logistic(outputs: Point, label: int) -> Number:
    """ln(1 + e^(−z)) for label 1, ln(1 + e^z) for label 0."""
    return log1p(exp(-outputs[0] if label == 1 else outputs[0]))


def logistic_gradient(outputs: Point, label: int) -> list[Number]:
    """σ(z) − label."""
    return [1 / (1 + exp(-outputs[0])) - label]


SKLEARN = "scikit-learn's copy, Pedregosa et al. 2011, JMLR 12:2825; "


def diabetes_gradient(x: Point, rows: Rows) -> list[Number]:
    """inputsᵀ·(z − label), averaged over the rows."""
    return linear_gradient(x, rows, 1, lambda z, label: [z[0] - label])


@problem(
    "mean of ½(z − label)²,  z = inputs·w + bias;  10 → 1", gradient=diabetes_gradient, dimension=11,
    least=1429.848173793375, condition=470.078, data="diabetes: 442 rows, standardised; a step sees all",
    teaches="a condition of 470",
    source=SKLEARN + "Efron et al. 2004, Annals of Statistics 32(2):407",
)
def diabetes_least_squares(x: Point, rows: Rows) -> Number:
    """How far diabetes progresses, by least squares (convex): 11 parameters."""
    return linear_loss(x, rows, 1, half_square)


def breast_cancer_gradient(x: Point, rows: Rows) -> list[Number]:
    """inputsᵀ·(σ(z) − label), averaged over the rows, and w/n."""
    return ridge_gradient(x, rows, 1, logistic_gradient)


@problem(
    "mean of ln(1 + e^∓z) + ‖w‖²/2n,  z = inputs·w + bias;  30 → 1", gradient=breast_cancer_gradient, dimension=31,
    least=0.06636018622473808, condition=85.859, data="breast_cancer: 569 rows, standardised; a step sees all",
    teaches="strongly correlated inputs",
    source=SKLEARN + "Street, Wolberg & Mangasarian 1993, SPIE 1905:861",
)
def breast_cancer_logistic(x: Point, rows: Rows) -> Number:
    """Benign or malign, by logistic regression (strongly convex but for the bias): 31 parameters."""
    return ridge_loss(x, rows, 1, logistic)


def softmax_gradient(classes: int) -> Callable[..., list[Number]]:
    """Of regression with CLASSES: inputsᵀ·(softmax(z) − onehot), averaged over the rows, and W/n."""
    def gradient(x: Point, rows: Rows) -> list[Number]:
        return ridge_gradient(x, rows, classes, cross_entropy_gradient)

    return gradient


@problem(
    "mean of ln Σ e^z − z[label] + ‖W‖²/2n,  z = inputs·W + bias;  4 → 3", gradient=softmax_gradient(3), dimension=15,
    least=0.2091917884053098, condition=inf, data="iris: 150 rows, standardised; a step sees all",
    teaches="a small convex problem",
    source=SKLEARN + "Fisher 1936, Annals of Eugenics 7(2):179",
)
def iris_softmax(x: Point, rows: Rows) -> Number:
    """Three irises told apart, by softmax regression (convex): 15 parameters."""
    return ridge_loss(x, rows, 3, cross_entropy)


@problem(
    "mean of ln Σ e^z − z[label] + ‖W‖²/2n,  z = inputs·W + bias;  13 → 3", gradient=softmax_gradient(3), dimension=42,
    least=0.06792323468457989, condition=inf, data="wine: 178 rows, standardised; a step sees all",
    teaches="classes that are separable",
    source=SKLEARN + "Aeberhard & Forina 1991, UCI Machine Learning Repository, doi:10.24432/C5PC7J",
)
def wine_softmax(x: Point, rows: Rows) -> Number:
    """Three cultivars told apart, by softmax regression (convex): 42 parameters."""
    return ridge_loss(x, rows, 3, cross_entropy)


@problem(
    "mean of ln Σ e^z − z[label] + ‖W‖²/2n,  z = inputs·W + bias;  64 → 10", gradient=softmax_gradient(10),
    dimension=650, least=0.1995264038586319, condition=inf, data="digits: 1,797 rows, from 0 to 1; a step sees all",
    teaches="many parameters, few of which matter",
    source=SKLEARN + "Alpaydin & Kaynak 1998, UCI Machine Learning Repository, doi:10.24432/C50P49",
)
def digits_softmax(x: Point, rows: Rows) -> Number:
    """Digits told apart, by softmax regression (convex): 650 parameters."""
    return ridge_loss(x, rows, 10, cross_entropy)


MNIST1D = "Greydanus & Kobak 2024, ICML, arXiv:2011.14439"


def mnist1d_softmax_gradient(x: Point, rows: Rows) -> list[Number]:
    """inputsᵀ·(softmax(z) − onehot), averaged over the rows."""
    return linear_gradient(x, rows, 10, cross_entropy_gradient)


@problem(
    "mean of ln Σ e^z − z[label],  z = inputs·W + bias;  40 → 10", gradient=mnist1d_softmax_gradient, dimension=410,
    data="MNIST-1D: 4,000 rows; a step sees 32", teaches="mini-batches", source=MNIST1D,
)
def mnist1d_softmax(x: Point, rows: Rows) -> Number:
    """Digits told apart by one linear layer (convex): 410 parameters."""
    return linear_loss(x, rows, 10, cross_entropy)


def perceptron(x: Point, inputs: Point, units: int, outputs: int) -> tuple[list[Number], Point, list[Number]]:
    """The hidden units' sums max(·, 0), the second layer's parameters, and the outputs."""
    first = (len(inputs) + 1) * units
    hidden = [max(z, 0 * z) for z in layer(x[:first], inputs, units)]
    return hidden, x[first:], layer(x[first:], hidden, outputs)


def perceptron_row_gradient(x: Point, inputs: Point, label: int, units: int, outputs: int) -> list[Number]:
    """The gradient of one row's loss."""
    hidden, second, logits = perceptron(x, inputs, units, outputs)
    error = cross_entropy_gradient(logits, label)
    slopes = [(h > 0) * sum(second[k * outputs + c] * e for c, e in enumerate(error)) for k, h in enumerate(hidden)]
    return layer_gradient(inputs, slopes) + layer_gradient(hidden, error)


def perceptron_gradient(units: int) -> Callable[..., list[Number]]:
    """Of ten classes with hidden UNITS: back-propagation through both layers, averaged over the rows."""
    def gradient(x: Point, rows: Rows) -> list[Number]:
        return mean_of_columns(perceptron_row_gradient(x, inputs, label, units, 10) for inputs, label in rows)

    return gradient


@problem(
    "mean of ln Σ e^z − z[label],  z = max(inputs·W + bias, 0)·V + bias;  40 → 64 → 10",
    gradient=perceptron_gradient(64), dimension=3274, data="MNIST-1D: 4,000 rows; a step sees 32",
    teaches="mini-batches, a hidden layer", source=MNIST1D,
)
def mnist1d_mlp(x: Point, rows: Rows) -> Number:
    """Digits told apart by a network with 64 hidden units: 3,274 parameters."""
    return mean(cross_entropy(perceptron(x, inputs, 64, 10)[2], label) for inputs, label in rows)


@problem(
    "mean of ln Σ e^z − z[label],  z = max(inputs·W + bias, 0)·V + bias;  64 → 32 → 10",
    gradient=perceptron_gradient(32), dimension=2410,
    data="digits: the first 1,297 rows, tested on the last 500, of other writers; a step sees 32",
    teaches="writers who were not seen", source=SKLEARN + "Alpaydin & Kaynak 1998, UCI, doi:10.24432/C50P49",
)
def digits_mlp(x: Point, rows: Rows) -> Number:
    """Images of digits told apart by a network with 32 hidden units: 2,410 parameters."""
    return mean(cross_entropy(perceptron(x, inputs, 32, 10)[2], label) for inputs, label in rows)
