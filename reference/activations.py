"""Activation functions: textbook formulas with their cards, in order of increasing complexity.

Each takes a number of any kind that dlc.reference.numbers understands. At a kink the derivative is that of the flat
side, as in torch.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from dlc.reference.family import Card, Family
from dlc.reference.numbers import (
    Number,
    constant,
    cosh,
    exp,
    expm1,
    log1p,
    normal_cdf,
    normal_pdf,
    pi,
    sqrt,
    tanh,
    where,
)

# Worst error allowed, in units in the last place: (value, derivative) for each type.
ULP = {"float32": (2.0, 2.0), "float64": (4.0, 4.0)}


@dataclass(frozen=True, kw_only=True)
class ActivationCard(Card):
    """What is declared of an activation function; facts hold for the default parameters."""

    grad: Callable[..., Any] = field(repr=False)
    derivative: str
    bounds: tuple[float, float] = (-inf, inf)
    monotone: bool = False
    symmetry: str = ""  # "odd" or "even"
    kinks: tuple[float, ...] | Callable[..., tuple[float, ...]] = ()  # a function of the parameters, if they matter
    vector: bool = False  # takes a vector; its derivative is a Jacobian
    ulp: dict[str, tuple[float, float]] = field(default_factory=lambda: dict(ULP))

    def kinks_at(self, params: dict[str, float]) -> list[float]:
        """Where value or derivative jumps, for these parameters."""
        return [float(kink) for kink in (self.kinks(**params) if callable(self.kinks) else self.kinks)]

    def facts(self) -> list[tuple[str, str]]:
        """Formula, derivative and what else is declared, as (label, text)."""
        low, high = self.bounds
        rows = [
            ("formula", self.formula),
            ("derivative", self.derivative),
            ("range", f"{low:g} to {high:g}"),
            ("monotone", "yes" if self.monotone else "no"),
        ]
        if self.symmetry:
            rows.append(("symmetry", self.symmetry))
        rows.append(("kinks", ", ".join(f"x = {kink:g}" for kink in self.kinks_at(self.knobs)) or "none"))
        bounds = (f"{dtype} {value:g} / {slope:g}" for dtype, (value, slope) in self.ulp.items())
        rows.append(("error", "at most " + ", ".join(bounds) + " ulp (value / derivative)"))
        rows.append(("source", self.source))
        return rows


ACTIVATIONS: Family[ActivationCard] = Family("activation", ActivationCard)

# fmt: off  (a card reads as one entry of a table)


def identity_grad(x: Number) -> Number:
    """1."""
    return where(x == x, 1, x)


@ACTIVATIONS.card(
    "x",
    derivative="1",
    grad=identity_grad,
    monotone=True,
    symmetry="odd",
    aliases=("linear",),
    source="Goodfellow, Bengio & Courville 2016, Deep Learning, section 6.2",
)
def identity(x: Number) -> Number:
    """x itself: no activation."""
    return x


def step_grad(x: Number) -> Number:
    """0 wherever the derivative exists."""
    return where(x == x, 0, x)


@ACTIVATIONS.card(
    "1 if x ≥ 0, else 0",
    derivative="0 (does not exist at 0)",
    grad=step_grad,
    bounds=(0, 1),
    monotone=True,
    kinks=(0,),
    aliases=("heaviside", "binary_step"),
    source="McCulloch & Pitts 1943, Bulletin of Mathematical Biophysics 5:115",
)
def step(x: Number) -> Number:
    """The threshold unit: fires from 0 on."""
    return where(x >= 0, 1, 0)


def relu_grad(x: Number) -> Number:
    """1 above 0, else 0."""
    return where(x > 0, 1, 0)


@ACTIVATIONS.card(
    "max(x, 0)",
    derivative="1 if x > 0, else 0",
    grad=relu_grad,
    bounds=(0, inf),
    monotone=True,
    kinks=(0,),
    source="Nair & Hinton 2010, ICML; Fukushima 1969, IEEE Trans. SSC 5:322",
)
def relu(x: Number) -> Number:
    """The rectified linear unit."""
    return where(x > 0, x, 0)


def relu6_grad(x: Number) -> Number:
    """1 between 0 and 6, else 0."""
    return where((x > 0) & (x < 6), 1, 0)


@ACTIVATIONS.card(
    "min(max(x, 0), 6)",
    derivative="1 if 0 < x < 6, else 0",
    grad=relu6_grad,
    bounds=(0, 6),
    monotone=True,
    kinks=(0, 6),
    source="Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10",
)
def relu6(x: Number) -> Number:
    """The rectified linear unit, capped at 6."""
    return where(x > 0, where(x < 6, x, 6), 0)


def leaky_relu_grad(x: Number, alpha: float = 0.01) -> Number:
    """1 above 0, else alpha."""
    return where(x > 0, 1, alpha)


@ACTIVATIONS.card(
    "x if x > 0, else α·x",
    derivative="1 if x > 0, else α",
    grad=leaky_relu_grad,
    monotone=True,
    kinks=(0,),
    source="Maas, Hannun & Ng 2013, ICML workshop",
)
def leaky_relu(x: Number, alpha: float = 0.01) -> Number:
    """The rectified linear unit with a small slope below 0."""
    return where(x > 0, x, alpha * x)


def prelu_grad(x: Number, alpha: float = 0.25) -> Number:
    """1 above 0, else alpha."""
    return leaky_relu_grad(x, alpha)


@ACTIVATIONS.card(
    "x if x > 0, else α·x, with α learned",
    derivative="1 if x > 0, else α",
    grad=prelu_grad,
    monotone=True,
    kinks=(0,),
    source="He et al. 2015, arXiv:1502.01852",
)
def prelu(x: Number, alpha: float = 0.25) -> Number:
    """The rectified linear unit whose slope below 0 is learned; alpha is where it starts."""
    return leaky_relu(x, alpha)


def thresholded_relu_grad(x: Number, theta: float = 1.0) -> Number:
    """1 above theta, else 0."""
    return where(x > theta, 1, 0)


@ACTIVATIONS.card(
    "x if x > θ, else 0",
    derivative="1 if x > θ, else 0",
    grad=thresholded_relu_grad,
    bounds=(0, inf),
    monotone=True,
    kinks=lambda theta: (theta,),
    requires=(("theta >= 0", lambda theta: theta >= 0),),
    source="Konda, Memisevic & Krueger 2014, arXiv:1402.3337",
)
def thresholded_relu(x: Number, theta: float = 1.0) -> Number:
    """x above a threshold, 0 below: it jumps there unless theta is 0."""
    return where(x > theta, x, 0)


def hard_sigmoid_grad(x: Number) -> Number:
    """1/6 between −3 and 3, else 0."""
    return where((x > -3) & (x < 3), constant("1/6", x), 0)


@ACTIVATIONS.card(
    "min(max(x + 3, 0), 6) / 6",
    derivative="1/6 if −3 < x < 3, else 0",
    grad=hard_sigmoid_grad,
    bounds=(0, 1),
    monotone=True,
    kinks=(-3, 3),
    source="Howard et al. 2019, arXiv:1905.02244",
)
def hard_sigmoid(x: Number) -> Number:
    """The sigmoid in three straight pieces."""
    return relu6(x + 3) / constant("6", x)


def hard_tanh_grad(x: Number, low: float = -1.0, high: float = 1.0) -> Number:
    """1 between low and high, else 0."""
    return where((x > low) & (x < high), 1, 0)


@ACTIVATIONS.card(
    "min(max(x, low), high)",
    derivative="1 if low < x < high, else 0",
    grad=hard_tanh_grad,
    bounds=(-1, 1),
    monotone=True,
    symmetry="odd",
    kinks=lambda low, high: (low, high),
    requires=(("low < high", lambda low, high: low < high),),
    source="Collobert 2004, Large Scale Machine Learning, thesis, Université Paris 6",
)
def hard_tanh(x: Number, low: float = -1.0, high: float = 1.0) -> Number:
    """The hyperbolic tangent in three straight pieces."""
    return where(x > low, where(x < high, x, high), low)


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
    requires=(("alpha >= 0", lambda alpha: alpha >= 0),),
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


Vector = Sequence[Number]


def softmax_grad(x: Vector) -> list[list[Number]]:
    """The Jacobian: row i, column j is y_i·([i = j] − y_j); 1 − y_i is summed from the others."""
    y = softmax(x)
    rest = [sum(y[:i]) + sum(y[i + 1 :]) for i in range(len(y))]
    return [[y[i] * (rest[i] if i == j else -y[j]) for j in range(len(y))] for i in range(len(y))]


@ACTIVATIONS.card(
    "y_i = e^(x_i) / Σ_j e^(x_j)",
    derivative="∂y_i/∂x_j = y_i·([i = j] − y_j)",
    grad=softmax_grad,
    bounds=(0, 1),
    vector=True,
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def softmax(x: Vector) -> list[Number]:
    """Exponentials of a vector, scaled to sum to 1."""
    top = max(x)
    weights = [exp(each - top) for each in x]
    return [weight / sum(weights) for weight in weights]


def log_softmax_grad(x: Vector) -> list[list[Number]]:
    """The Jacobian: row i, column j is [i = j] − y_j with y = softmax(x)."""
    y = softmax(x)
    rest = [sum(y[:i]) + sum(y[i + 1 :]) for i in range(len(y))]
    return [[rest[j] if i == j else -y[j] for j in range(len(y))] for i in range(len(y))]


@ACTIVATIONS.card(
    "y_i = x_i − log Σ_j e^(x_j)",
    derivative="∂y_i/∂x_j = [i = j] − softmax(x)_j",
    grad=log_softmax_grad,
    bounds=(-inf, 0),
    vector=True,
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def log_softmax(x: Vector) -> list[Number]:
    """The logarithm of softmax."""
    top = x.index(max(x))
    others = sum(exp(each - x[top]) for i, each in enumerate(x) if i != top)
    return [(each - x[top]) - log1p(others) for each in x]
