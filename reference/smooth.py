"""Activation functions of exponentials, sigmoid or like a smooth ramp."""

from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, cosh, exp, expm1, log1p, sign, tanh, where

# fmt: off  (a card reads as one entry of a table)


def softsign_grad(x: Number) -> Number:
    """1 / (1 + |x|)²."""
    return (1 / (1 + abs(x))) ** 2


def softsign_grad2(x: Number) -> Number:
    """−2·sign(x) / (1 + |x|)³."""
    return -2 * sign(x) * (1 / (1 + abs(x))) ** 3


@ACTIVATIONS.card(
    "x / (1 + |x|)",
    derivative="1 / (1 + |x|)²",
    grad=softsign_grad,
    grad2=softsign_grad2,
    bounds=(-1, 1),
    monotone=True,
    symmetry="odd",
    bends=(0,),
    aliases=("soft_sign",),
    source="Bergstra et al. 2009, Quadratic polynomials learn better image features, Université de Montréal TR 1337",
)
def softsign(x: Number) -> Number:
    """A sigmoid that approaches its limits like 1/x."""
    return x / (1 + abs(x))


def sigmoid_grad(x: Number) -> Number:
    """σ(x)·σ(−x)."""
    return sigmoid(x) * sigmoid(-x)


def sigmoid_grad2(x: Number) -> Number:
    """−σ(x)·σ(−x)·tanh(x/2)."""
    return -sigmoid_grad(x) * tanh(x / 2)


@ACTIVATIONS.card(
    "σ(x) = 1 / (1 + e⁻ˣ)",
    derivative="σ(x)·σ(−x)",
    grad=sigmoid_grad,
    grad2=sigmoid_grad2,
    bounds=(0, 1),
    monotone=True,
    aliases=("logistic",),
    source="Rumelhart, Hinton & Williams 1986, Nature 323:533",
)
def sigmoid(x: Number) -> Number:
    """The logistic function: from log-odds to probability."""
    return 1 / (1 + exp(-x))


def softplus_grad(x: Number, beta: float = 1.0, threshold: float = inf) -> Number:
    """σ(β·x); 1 where β·x > threshold."""
    z = beta * x
    return where(z > threshold, 1, sigmoid(z))


def softplus_grad2(x: Number, beta: float = 1.0, threshold: float = inf) -> Number:
    """β·σ(β·x)·σ(−β·x); 0 where β·x > threshold."""
    z = beta * x
    return where(z > threshold, 0, beta * sigmoid_grad(z))


@ACTIVATIONS.card(
    "log(1 + e^(β·x)) / β; x where β·x > threshold",
    derivative="σ(β·x); 1 where β·x > threshold",
    grad=softplus_grad,
    grad2=softplus_grad2,
    bounds=(0, inf),
    monotone=True,
    kinks=lambda beta, threshold: (threshold / beta,) if threshold < inf else (),
    requires=(("beta > 0", lambda beta: beta > 0),),
    source="Dugas et al. 2000, NIPS 13",
)
def softplus(x: Number, beta: float = 1.0, threshold: float = inf) -> Number:
    """A smooth rectified linear unit."""
    z = beta * x
    return where(z > threshold, x, (where(z > 0, z, 0) + log1p(exp(-abs(z)))) / beta)


def log_sigmoid_grad(x: Number) -> Number:
    """σ(−x)."""
    return sigmoid(-x)


def log_sigmoid_grad2(x: Number) -> Number:
    """−σ(x)·σ(−x)."""
    return -sigmoid_grad(x)


@ACTIVATIONS.card(
    "log σ(x) = −log(1 + e⁻ˣ)",
    derivative="σ(−x)",
    grad=log_sigmoid_grad,
    grad2=log_sigmoid_grad2,
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


def tanh_grad2(x: Number) -> Number:
    """−2·tanh(x) / cosh²(x)."""
    return -2 * tanh(x) * tanh_grad(x)


ACTIVATIONS.card(
    "(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)",
    derivative="1 / cosh²(x)",
    grad=tanh_grad,
    grad2=tanh_grad2,
    bounds=(-1, 1),
    monotone=True,
    symmetry="odd",
    source="LeCun et al. 1998, Efficient BackProp",
)(tanh)


def elu_grad(x: Number, alpha: float = 1.0) -> Number:
    """1 if x > 0, else α·eˣ."""
    return where(x > 0, 1, alpha * exp(x))


def elu_grad2(x: Number, alpha: float = 1.0) -> Number:
    """0 if x > 0, else α·eˣ."""
    return where(x > 0, 0, alpha * exp(x))


@ACTIVATIONS.card(
    "x if x > 0, else α·(eˣ − 1)",
    derivative="1 if x > 0, else α·eˣ",
    grad=elu_grad,
    grad2=elu_grad2,
    bounds=(-1, inf),
    monotone=True,
    kinks=lambda alpha: () if alpha == 1 else (0,),
    bends=lambda alpha: (0,) if alpha == 1 else (),
    requires=(("0 <= alpha <= 1e6", lambda alpha: 0 <= alpha <= 1e6),),
    source="Clevert, Unterthiner & Hochreiter 2015, arXiv:1511.07289",
)
def elu(x: Number, alpha: float = 1.0) -> Number:
    """The exponential linear unit; smooth at 0 only for alpha = 1."""
    return where(x > 0, x, alpha * expm1(x))


# What keeps mean 0 and variance 1, rounded to float64; the parameters that libraries have.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def selu_grad(x: Number, alpha: float = SELU_ALPHA, scale: float = SELU_SCALE) -> Number:
    """λ if x > 0, else λ·α·eˣ."""
    return scale * elu_grad(x, alpha)


def selu_grad2(x: Number, alpha: float = SELU_ALPHA, scale: float = SELU_SCALE) -> Number:
    """0 if x > 0, else λ·α·eˣ."""
    return scale * elu_grad2(x, alpha)


@ACTIVATIONS.card(
    "λ·x if x > 0, else λ·α·(eˣ − 1), with α = 1.6732632…, scale λ = 1.0507009…",
    derivative="λ if x > 0, else λ·α·eˣ",
    grad=selu_grad,
    grad2=selu_grad2,
    bounds=(-1.7580993408473768, inf),
    monotone=True,
    kinks=lambda alpha, scale: () if alpha == 1 else (0,),
    bends=lambda alpha, scale: (0,) if alpha == 1 else (),
    requires=(
        ("0 <= alpha <= 1e6", lambda alpha: 0 <= alpha <= 1e6),
        ("0 < scale <= 1e6", lambda scale: 0 < scale <= 1e6),
    ),
    source="Klambauer et al. 2017, arXiv:1706.02515",
)
def selu(x: Number, alpha: float = SELU_ALPHA, scale: float = SELU_SCALE) -> Number:
    """The scaled exponential linear unit: keeps mean 0 and variance 1 from layer to layer."""
    return scale * elu(x, alpha)
