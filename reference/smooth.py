"""Activation functions of exponentials, sigmoid or like a smooth ramp."""

from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, constant, cosh, exp, expm1, log1p, tanh, where

# fmt: off  (a card reads as one entry of a table)


def softsign_grad(x: Number) -> Number:
    """1 / (1 + |x|)²."""
    return (1 / (1 + abs(x))) ** 2


@ACTIVATIONS.card(
    "x / (1 + |x|)",
    derivative="1 / (1 + |x|)²",
    grad=softsign_grad,
    bounds=(-1, 1),
    monotone=True,
    symmetry="odd",
    source="Bergstra et al. 2009, Quadratic polynomials learn better image features, Université de Montréal TR 1337",
)
def softsign(x: Number) -> Number:
    """A sigmoid that approaches its limits like 1/x."""
    return x / (1 + abs(x))


def sigmoid_grad(x: Number) -> Number:
    """σ(x)·σ(−x)."""
    return sigmoid(x) * sigmoid(-x)


@ACTIVATIONS.card(
    "σ(x) = 1 / (1 + e⁻ˣ)",
    derivative="σ(x)·σ(−x)",
    grad=sigmoid_grad,
    bounds=(0, 1),
    monotone=True,
    aliases=("logistic",),
    source="Rumelhart, Hinton & Williams 1986, Nature 323:533",
)
def sigmoid(x: Number) -> Number:
    """The logistic function: from log-odds to probability."""
    return 1 / (1 + exp(-x))


def softplus_grad(x: Number, beta: float = 1.0) -> Number:
    """σ(beta·x)."""
    return sigmoid(beta * x)


@ACTIVATIONS.card(
    "log(1 + e^(β·x)) / β",
    derivative="σ(β·x)",
    grad=softplus_grad,
    bounds=(0, inf),
    monotone=True,
    requires=(("beta > 0", lambda beta: beta > 0),),
    source="Dugas et al. 2000, NIPS 13",
)
def softplus(x: Number, beta: float = 1.0) -> Number:
    """A smooth rectified linear unit."""
    z = beta * x
    return (where(z > 0, z, 0) + log1p(exp(-abs(z)))) / beta


def log_sigmoid_grad(x: Number) -> Number:
    """σ(−x)."""
    return sigmoid(-x)


@ACTIVATIONS.card(
    "log σ(x) = −log(1 + e⁻ˣ)",
    derivative="σ(−x)",
    grad=log_sigmoid_grad,
    bounds=(-inf, 0),
    monotone=True,
    aliases=("logsigmoid",),
    source="Goodfellow, Bengio & Courville 2016, Deep Learning, section 3.10",
)
def log_sigmoid(x: Number) -> Number:
    """The logarithm of the logistic function."""
    return -softplus(-x)


def tanh_grad(x: Number) -> Number:
    """1 / cosh²(x), which is 1 − tanh²(x) without its cancellation."""
    return (1 / cosh(x)) ** 2


ACTIVATIONS.card(
    "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)",
    derivative="1 / cosh²(x)",
    grad=tanh_grad,
    bounds=(-1, 1),
    monotone=True,
    symmetry="odd",
    source="LeCun et al. 1998, Efficient BackProp",
)(tanh)


def elu_grad(x: Number, alpha: float = 1.0) -> Number:
    """1 above 0, else alpha·eˣ."""
    return where(x > 0, 1, alpha * exp(x))


@ACTIVATIONS.card(
    "x if x > 0, else α·(eˣ − 1)",
    derivative="1 if x > 0, else α·eˣ",
    grad=elu_grad,
    bounds=(-1, inf),
    monotone=True,
    kinks=lambda alpha: () if alpha == 1 else (0,),
    requires=(("0 <= alpha <= 1e6", lambda alpha: 0 <= alpha <= 1e6),),
    source="Clevert, Unterthiner & Hochreiter 2015, arXiv:1511.07289",
)
def elu(x: Number, alpha: float = 1.0) -> Number:
    """The exponential linear unit; smooth at 0 only for alpha = 1."""
    return where(x > 0, x, alpha * expm1(x))


SELU_SCALE = "1.0507009873554804934193349852946"
SELU_ALPHA = "1.6732632423543772848170429916717"


def selu_grad(x: Number) -> Number:
    """λ above 0, else λ·α·eˣ."""
    return constant(SELU_SCALE, x) * elu_grad(x, constant(SELU_ALPHA, x))


@ACTIVATIONS.card(
    "λ·x if x > 0, else λ·α·(eˣ − 1), with α = 1.6732632…, λ = 1.0507009…",
    derivative="λ if x > 0, else λ·α·eˣ",
    grad=selu_grad,
    bounds=(-1.7580993408473768, inf),
    monotone=True,
    kinks=(0,),
    source="Klambauer et al. 2017, arXiv:1706.02515",
)
def selu(x: Number) -> Number:
    """The scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer."""
    return constant(SELU_SCALE, x) * elu(x, constant(SELU_ALPHA, x))
