"""Activation functions that weight x by a gate between 0 and 1."""

from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, constant, normal_cdf, normal_pdf, pi, sqrt, tanh
from dlc.reference.smooth import sigmoid, softplus, tanh_grad

# fmt: off  (a card reads as one entry of a table)


def silu_grad(x: Number) -> Number:
    """σ(x)·(1 + x·σ(−x))."""
    return sigmoid(x) * (1 + x * sigmoid(-x))


@ACTIVATIONS.card(
    "x·σ(x)",
    derivative="σ(x)·(1 + x·σ(−x))",
    grad=silu_grad,
    bounds=(-0.2784645427610738, inf),
    aliases=("swish",),
    source="Elfwing, Uchibe & Doya 2017, arXiv:1702.03118; Ramachandran, Zoph & Le 2017, arXiv:1710.05941",
)
def silu(x: Number) -> Number:
    """x, weighted by its own sigmoid."""
    return x * sigmoid(x)


def gelu_grad(x: Number) -> Number:
    """Φ(x) + x·φ(x)."""
    return normal_cdf(x) + x * normal_pdf(x)


@ACTIVATIONS.card(
    "x·Φ(x) = x·erfc(−x/√2)/2",
    derivative="Φ(x) + x·φ(x)",
    grad=gelu_grad,
    bounds=(-0.16997120747990369, inf),
    source="Hendrycks & Gimpel 2016, arXiv:1606.08415",
)
def gelu(x: Number) -> Number:
    """x, weighted by the chance that a standard normal falls below it."""
    return x * normal_cdf(x)


def gelu_tanh_inner(x: Number) -> Number:
    """√(2/π)·(x + 0.044715·x³)."""
    return sqrt(2 / pi(x)) * (x + constant("0.044715", x) * x**3)


def gelu_tanh_grad(x: Number) -> Number:
    """σ(2u) + x·σ(2u)·σ(−2u)·2u′, with u = √(2/π)·(x + 0.044715·x³)."""
    u = gelu_tanh_inner(x)
    slope = sqrt(2 / pi(x)) * (1 + 3 * constant("0.044715", x) * x**2)
    return sigmoid(2 * u) * (1 + 2 * x * slope * sigmoid(-2 * u))


@ACTIVATIONS.card(
    "x·(1 + tanh u)/2 = x·σ(2u), with u = √(2/π)·(x + 0.044715·x³)",
    derivative="σ(2u)·(1 + 2x·u′·σ(−2u))",
    grad=gelu_tanh_grad,
    bounds=(-0.17004075057125412, inf),
    source="Hendrycks & Gimpel 2016, arXiv:1606.08415",
)
def gelu_tanh(x: Number) -> Number:
    """The approximation of gelu by a hyperbolic tangent."""
    return x * sigmoid(2 * gelu_tanh_inner(x))


def mish_grad(x: Number) -> Number:
    """tanh(s) + x·σ(x) / cosh²(s), with s = softplus(x)."""
    s = softplus(x)
    return tanh(s) + x * sigmoid(x) * tanh_grad(s)


@ACTIVATIONS.card(
    "x·tanh(log(1 + eˣ))",
    derivative="tanh(s) + x·σ(x)/cosh²(s), with s = log(1 + eˣ)",
    grad=mish_grad,
    bounds=(-0.30884341301725043, inf),
    source="Misra 2019, arXiv:1908.08681",
)
def mish(x: Number) -> Number:
    """x, weighted by the hyperbolic tangent of its softplus."""
    return x * tanh(softplus(x))
