"""Activation functions like a smooth ramp, and exponentials."""

from math import inf, nan

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, constant, exp, expm1, log, log1p, reciprocal, sqrt, where

# fmt: off  (a card reads as one entry of a table)


def celu_grad(x: Number, alpha: float = 1.0) -> Number:
    """1 if x > 0, else e^(x/α)."""
    return where(x > 0, 1, exp(x / alpha))


def celu_grad2(x: Number, alpha: float = 1.0) -> Number:
    """0 if x > 0, else e^(x/α)/α."""
    return where(x > 0, 0, exp(x / alpha) / alpha)


@ACTIVATIONS.card(
    "x if x > 0, else α·(e^(x/α) − 1)",
    derivative="1 if x > 0, else e^(x/α)",
    grad=celu_grad,
    grad2=celu_grad2,
    bounds=(-1, inf),
    monotone=True,
    bends=(0,),
    requires=(("alpha > 0", lambda alpha: alpha > 0),),
    source="Barron 2017, arXiv:1704.07483",
)
def celu(x: Number, alpha: float = 1.0) -> Number:
    """The exponential linear unit whose derivative is continuous for every alpha."""
    return where(x > 0, x, alpha * expm1(x / alpha))


def pelu_grad(x: Number, alpha: float = 1.0, beta: float = 1.0) -> Number:
    """α/β if x > 0, else α/β·e^(x/β)."""
    return alpha / beta * where(x > 0, 1, exp(x / beta))


def pelu_grad2(x: Number, alpha: float = 1.0, beta: float = 1.0) -> Number:
    """0 if x > 0, else α/β²·e^(x/β)."""
    return where(x > 0, 0, alpha / beta**2 * exp(x / beta))


def pelu_wrt_alpha(x: Number, alpha: float = 1.0, beta: float = 1.0) -> Number:
    """x/β if x > 0, else e^(x/β) − 1."""
    return where(x > 0, x / beta, expm1(x / beta))


def pelu_wrt_beta(x: Number, alpha: float = 1.0, beta: float = 1.0) -> Number:
    """−x·α/β² if x > 0, else −x·α/β²·e^(x/β)."""
    return -x * pelu_grad(x, alpha, beta) / beta


@ACTIVATIONS.card(
    "x·α/β if x > 0, else α·(e^(x/β) − 1), with α and β learned",
    derivative="α/β if x > 0, else α/β·e^(x/β)",
    grad=pelu_grad,
    grad2=pelu_grad2,
    partials={"alpha": pelu_wrt_alpha, "beta": pelu_wrt_beta},
    bounds=(-1, inf),
    monotone=True,
    bends=(0,),
    requires=(("alpha > 0", lambda alpha: alpha > 0), ("beta > 0", lambda beta: beta > 0)),
    source="Trottier, Giguère & Chaib-draa 2016, arXiv:1605.09332",
)
def pelu(x: Number, alpha: float = 1.0, beta: float = 1.0) -> Number:
    """The exponential linear unit whose slope, saturation and decay are learned."""
    return where(x > 0, x * alpha / beta, alpha * expm1(x / beta))


def squareplus_grad(x: Number, b: float = 4.0) -> Number:
    """(1 + x/√(x² + b))/2 = f(x)/√(x² + b)."""
    return squareplus(x, b) / sqrt(x * x + b)


def squareplus_grad2(x: Number, b: float = 4.0) -> Number:
    """b / (2·√(x² + b)³)."""
    return b / 2 * (1 / sqrt(x * x + b)) ** 3


@ACTIVATIONS.card(
    "(x + √(x² + b))/2",
    derivative="(1 + x/√(x² + b))/2",
    grad=squareplus_grad,
    grad2=squareplus_grad2,
    bounds=(0, inf),
    monotone=True,
    requires=(("b > 0", lambda b: b > 0),),
    source="Barron 2021, arXiv:2112.11687",
)
def squareplus(x: Number, b: float = 4.0) -> Number:
    """A smooth rectified linear unit without exponentials; below 0 as a quotient, which does not cancel."""
    larger = (abs(x) + sqrt(x * x + b)) / 2
    return where(x > 0, larger, b / 4 / larger)


def isrlu_grad(x: Number, alpha: float = 1.0) -> Number:
    """1 if x > 0, else (1 + α·x²)^(−3/2)."""
    return where(x > 0, 1, (1 / sqrt(1 + alpha * x * x)) ** 3)


def isrlu_grad2(x: Number, alpha: float = 1.0) -> Number:
    """0 if x > 0, else −3·α·x·(1 + α·x²)^(−5/2)."""
    return where(x > 0, 0, -3 * alpha * x * (1 / sqrt(1 + alpha * x * x)) ** 5)


@ACTIVATIONS.card(
    "x if x > 0, else x/√(1 + α·x²)",
    derivative="1 if x > 0, else (1 + α·x²)^(−3/2)",
    grad=isrlu_grad,
    grad2=isrlu_grad2,
    bounds=(-1, inf),
    monotone=True,
    requires=(("alpha > 0", lambda alpha: alpha > 0),),
    source="Carlile et al. 2017, arXiv:1710.09967",
)
def isrlu(x: Number, alpha: float = 1.0) -> Number:
    """The inverse square root linear unit: like elu, and smoother at 0."""
    return where(x > 0, x, x / sqrt(1 + alpha * x * x))


def bent_identity_grad(x: Number) -> Number:
    """1 + x/(2·√(x² + 1))."""
    return 1 + x / sqrt(x * x + 1) / 2


def bent_identity_grad2(x: Number) -> Number:
    """1/(2·√(x² + 1)³)."""
    return (1 / sqrt(x * x + 1)) ** 3 / 2


@ACTIVATIONS.card(
    "x + (√(x² + 1) − 1)/2",
    derivative="1 + x/(2·√(x² + 1))",
    grad=bent_identity_grad,
    grad2=bent_identity_grad2,
    monotone=True,
    source="Wikipedia 2018, Activation function, table of functions",
)
def bent_identity(x: Number) -> Number:
    """The identity, bent from slope 1/2 to slope 3/2."""
    return x + x / (sqrt(x * x + 1) + 1) * x / 2


def exponential_grad(x: Number) -> Number:
    """eˣ."""
    return exp(x)


def exponential_grad2(x: Number) -> Number:
    """eˣ."""
    return exp(x)


@ACTIVATIONS.card(
    "eˣ",
    derivative="eˣ",
    grad=exponential_grad,
    grad2=exponential_grad2,
    bounds=(0, inf),
    monotone=True,
    source="Euler 1748, Introductio in analysin infinitorum, chapter 7",
)
def exponential(x: Number) -> Number:
    """The exponential function: from the logarithm of a rate to the rate."""
    return exp(x)


def log1mexp_grad(x: Number) -> Number:
    """1/(eˣ − 1)."""
    return reciprocal(expm1(where(x >= 0, x, nan)))


def log1mexp_grad2(x: Number) -> Number:
    """−eˣ/(eˣ − 1)²."""
    return -log1mexp_grad(x) * reciprocal(-expm1(-x))


@ACTIVATIONS.card(
    "log(1 − e⁻ˣ) if x ≥ 0, else nan",
    derivative="1/(eˣ − 1)",
    grad=log1mexp_grad,
    grad2=log1mexp_grad2,
    domain=(0, inf),
    bounds=(-inf, 0),
    monotone=True,
    source="Mächler 2012, Accurately computing log(1 − exp(−|a|)), vignette of R package Rmpfr",
)
def log1mexp(x: Number) -> Number:
    """The logarithm of the chance that an event of log-probability −x does not happen."""
    x = where(x >= 0, x, nan)
    return where(x > constant("0.7", x), log1p(-exp(-x)), log(-expm1(-x)))
