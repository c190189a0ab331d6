"""Activation functions that weight x by a gate between 0 and 1."""

from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, constant, erf, exp, normal_cdf, normal_pdf, pi, sqrt, tanh, where
from dlc.reference.smooth import sigmoid, sigmoid_grad, softplus, tanh_grad

# fmt: off  (a card reads as one entry of a table)


def swish_grad(x: Number, beta: float = 1.0) -> Number:
    """σ(z)·(1 + z·σ(−z)), with z = β·x."""
    z = beta * x
    return sigmoid(z) * (1 + z * sigmoid(-z))


def swish_grad2(x: Number, beta: float = 1.0) -> Number:
    """β·σ(z)·σ(−z)·(2 − z·tanh(z/2)), with z = β·x."""
    z = beta * x
    return beta * sigmoid_grad(z) * (2 - z * tanh(z / 2))


def swish_wrt_beta(x: Number, beta: float = 1.0) -> Number:
    """x²·σ(β·x)·σ(−β·x)."""
    return x * x * sigmoid_grad(beta * x)


def silu_grad(x: Number) -> Number:
    """σ(x)·(1 + x·σ(−x))."""
    return swish_grad(x)


def silu_grad2(x: Number) -> Number:
    """σ(x)·σ(−x)·(2 − x·tanh(x/2))."""
    return swish_grad2(x)


@ACTIVATIONS.card(
    "x·σ(x)",
    derivative="σ(x)·(1 + x·σ(−x))",
    grad=silu_grad,
    grad2=silu_grad2,
    bounds=(-0.2784645427610738, inf),
    source="Elfwing, Uchibe & Doya 2017, arXiv:1702.03118",
)
def silu(x: Number) -> Number:
    """x, weighted by its own sigmoid."""
    return x * sigmoid(x)


@ACTIVATIONS.card(
    "x·σ(β·x), with β learned",
    derivative="σ(z)·(1 + z·σ(−z)), with z = β·x",
    grad=swish_grad,
    grad2=swish_grad2,
    partials={"beta": swish_wrt_beta},
    bounds=(-0.2784645427610738, inf),
    source="Ramachandran, Zoph & Le 2017, arXiv:1710.05941",
)
def swish(x: Number, beta: float = 1.0) -> Number:
    """x, weighted by a sigmoid whose steepness is learned; beta is where it starts."""
    return x * sigmoid(beta * x)


def quick_gelu_grad(x: Number) -> Number:
    """σ(z)·(1 + z·σ(−z)), with z = 1.702·x."""
    return swish_grad(x, constant("1.702", x))


def quick_gelu_grad2(x: Number) -> Number:
    """1.702·σ(z)·σ(−z)·(2 − z·tanh(z/2)), with z = 1.702·x."""
    return swish_grad2(x, constant("1.702", x))


@ACTIVATIONS.card(
    "x·σ(1.702·x)",
    derivative="σ(z)·(1 + z·σ(−z)), with z = 1.702·x",
    grad=quick_gelu_grad,
    grad2=quick_gelu_grad2,
    bounds=(-0.1636101896363536, inf),
    source="Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2",
)
def quick_gelu(x: Number) -> Number:
    """The approximation of gelu by a sigmoid."""
    return swish(x, constant("1.702", x))


def gelu_grad(x: Number) -> Number:
    """Φ(x) + x·φ(x)."""
    return normal_cdf(x) + x * normal_pdf(x)


def gelu_grad2(x: Number) -> Number:
    """φ(x)·(2 − x²)."""
    return normal_pdf(x) * (2 - x * x)


@ACTIVATIONS.card(
    "x·Φ(x) = x·erfc(−x/√2)/2",
    derivative="Φ(x) + x·φ(x)",
    grad=gelu_grad,
    grad2=gelu_grad2,
    bounds=(-0.16997120747990369, inf),
    source="Hendrycks & Gimpel 2016, arXiv:1606.08415",
)
def gelu(x: Number) -> Number:
    """x, weighted by the chance that a standard normal falls below it."""
    return x * normal_cdf(x)


def gelu_tanh_inner(x: Number) -> Number:
    """√(2/π)·(x + 0.044715·x³)."""
    return sqrt(2 / pi(x)) * (x + constant("0.044715", x) * x * x * x)


def gelu_tanh_slope(x: Number) -> Number:
    """√(2/π)·(1 + 3·0.044715·x²), the derivative of gelu_tanh_inner."""
    return sqrt(2 / pi(x)) * (1 + 3 * constant("0.044715", x) * x * x)


def gelu_tanh_grad(x: Number) -> Number:
    """σ(2u)·(1 + 2x·u′·σ(−2u)), with u = √(2/π)·(x + 0.044715·x³)."""
    u = gelu_tanh_inner(x)
    return sigmoid(2 * u) * (1 + 2 * x * gelu_tanh_slope(x) * sigmoid(-2 * u))


def gelu_tanh_grad2(x: Number) -> Number:
    """σ(2u)·σ(−2u)·(4u′ + 2x·u″ − 4x·u′²·tanh u), with u = √(2/π)·(x + 0.044715·x³)."""
    u, slope = gelu_tanh_inner(x), gelu_tanh_slope(x)
    bend = sqrt(2 / pi(x)) * 6 * constant("0.044715", x) * x
    return sigmoid_grad(2 * u) * (4 * slope + 2 * x * bend - 4 * x * slope * slope * tanh(u))


@ACTIVATIONS.card(
    "x·(1 + tanh u)/2 = x·σ(2u), with u = √(2/π)·(x + 0.044715·x³)",
    derivative="σ(2u)·(1 + 2x·u′·σ(−2u))",
    grad=gelu_tanh_grad,
    grad2=gelu_tanh_grad2,
    bounds=(-0.17004075057125412, inf),
    source="Hendrycks & Gimpel 2016, arXiv:1606.08415",
)
def gelu_tanh(x: Number) -> Number:
    """The approximation of gelu by a hyperbolic tangent."""
    return x * sigmoid(2 * gelu_tanh_inner(x))


def mish_grad(x: Number) -> Number:
    """tanh(s) + x·σ(x)/cosh²(s), with s = softplus(x)."""
    s = softplus(x)
    return tanh(s) + x * sigmoid(x) * tanh_grad(s)


def mish_grad2(x: Number) -> Number:
    """σ(x)·(2 + x·(σ(−x) − 2·σ(x)·tanh(s)))/cosh²(s), with s = softplus(x)."""
    s = softplus(x)
    return sigmoid(x) * tanh_grad(s) * (2 + x * (sigmoid(-x) - 2 * sigmoid(x) * tanh(s)))


@ACTIVATIONS.card(
    "x·tanh(log(1 + eˣ))",
    derivative="tanh(s) + x·σ(x)/cosh²(s), with s = log(1 + eˣ)",
    grad=mish_grad,
    grad2=mish_grad2,
    bounds=(-0.30884341301725043, inf),
    source="Misra 2019, arXiv:1908.08681",
)
def mish(x: Number) -> Number:
    """x, weighted by the hyperbolic tangent of its softplus."""
    return x * tanh(softplus(x))


def erf_grad(x: Number) -> Number:
    """2/√π·e^(−x²)."""
    return 2 / sqrt(pi(x)) * exp(-x * x)


def serf_grad(x: Number) -> Number:
    """erf(s) + x·σ(x)·erf′(s), with s = softplus(x), erf′(s) = 2/√π·e^(−s²)."""
    s = softplus(x)
    return erf(s) + x * sigmoid(x) * erf_grad(s)


def serf_grad2(x: Number) -> Number:
    """σ(x)·erf′(s)·(2 + x·(σ(−x) − 2·σ(x)·s)), with s = softplus(x), erf′(s) = 2/√π·e^(−s²)."""
    s = softplus(x)
    return sigmoid(x) * erf_grad(s) * (2 + x * (sigmoid(-x) - 2 * sigmoid(x) * s))


@ACTIVATIONS.card(
    "x·erf(log(1 + eˣ))",
    derivative="erf(s) + x·σ(x)·2/√π·e^(−s²), with s = log(1 + eˣ)",
    grad=serf_grad,
    grad2=serf_grad2,
    bounds=(-0.34843745875960647, inf),
    source="Nag et al. 2021, arXiv:2108.09598",
)
def serf(x: Number) -> Number:
    """x, weighted by the error function of its softplus."""
    return x * erf(softplus(x))


def tanhexp_inner(x: Number) -> Number:
    """eˣ, but no more than e⁵⁰, whose hyperbolic tangent is 1 to as many digits as anyone could count."""
    return exp(where(x < 50, x, constant("50", x)))


def tanhexp_grad(x: Number) -> Number:
    """tanh(e) + x·e/cosh²(e), with e = eˣ."""
    e = tanhexp_inner(x)
    return tanh(e) + x * e * tanh_grad(e)


def tanhexp_grad2(x: Number) -> Number:
    """e·(2 + x·(1 − 2e·tanh(e)))/cosh²(e), with e = eˣ."""
    e = tanhexp_inner(x)
    return e * tanh_grad(e) * (2 + x * (1 - 2 * e * tanh(e)))


@ACTIVATIONS.card(
    "x·tanh(eˣ)",
    derivative="tanh(e) + x·e/cosh²(e), with e = eˣ",
    grad=tanhexp_grad,
    grad2=tanhexp_grad2,
    bounds=(-0.3532857778482113, inf),
    source="Liu & Di 2020, arXiv:2003.09855",
)
def tanhexp(x: Number) -> Number:
    """x, weighted by the hyperbolic tangent of its exponential."""
    return x * tanh(tanhexp_inner(x))


def aria_gate(z: Number, alpha: float) -> Number:
    """σ(z)^α."""
    return exp(-alpha * softplus(-z))


def aria_grad(x: Number, alpha: float = 1.5, beta: float = 1.0) -> Number:
    """σ(z)^α·(1 + α·z·σ(−z)), with z = β·x."""
    z = beta * x
    return aria_gate(z, alpha) * (1 + alpha * z * sigmoid(-z))


def aria_grad2(x: Number, alpha: float = 1.5, beta: float = 1.0) -> Number:
    """α·β·σ(z)^α·σ(−z)·(2 + z·(α·σ(−z) − σ(z))), with z = β·x."""
    z = beta * x
    return alpha * beta * aria_gate(z, alpha) * sigmoid(-z) * (2 + z * (alpha * sigmoid(-z) - sigmoid(z)))


@ACTIVATIONS.card(
    "x·(1 + e^(−β·x))^(−α)",
    derivative="σ(z)^α·(1 + α·z·σ(−z)), with z = β·x",
    grad=aria_grad,
    grad2=aria_grad2,
    bounds=(-0.13995528263940288, inf),
    requires=(("alpha > 0", lambda alpha: alpha > 0),),
    source="Patwardhan, Ingalhalikar & Walambe 2018, arXiv:1805.08878 (ARiA2)",
)
def aria(x: Number, alpha: float = 1.5, beta: float = 1.0) -> Number:
    """x, weighted by Richards' curve, a power of the sigmoid."""
    return x * aria_gate(beta * x, alpha)


def lisht_grad(x: Number) -> Number:
    """tanh(x) + x/cosh²(x)."""
    return tanh(x) + x * tanh_grad(x)


def lisht_grad2(x: Number) -> Number:
    """2·(1 − x·tanh(x))/cosh²(x)."""
    return 2 * (1 - x * tanh(x)) * tanh_grad(x)


@ACTIVATIONS.card(
    "x·tanh(x)",
    derivative="tanh(x) + x/cosh²(x)",
    grad=lisht_grad,
    grad2=lisht_grad2,
    bounds=(0, inf),
    symmetry="even",
    source="Roy et al. 2019, arXiv:1901.05894",
)
def lisht(x: Number) -> Number:
    """x, weighted by its own hyperbolic tangent; never negative."""
    return x * tanh(x)
