"""Activation functions in straight pieces."""

from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, where

# fmt: off  (a card reads as one entry of a table)


def straight(x: Number, **_params: float) -> Number:
    """0, wherever it exists."""
    return where(x == x, 0, x)


def identity_grad(x: Number) -> Number:
    """1."""
    return where(x == x, 1, x)


@ACTIVATIONS.card(
    "x",
    derivative="1",
    grad=identity_grad,
    grad2=straight,
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
    grad2=straight,
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
    grad2=straight,
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
    grad2=straight,
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
    grad2=straight,
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


def prelu_wrt_alpha(x: Number, alpha: float = 0.25) -> Number:
    """0 if x > 0, else x."""
    return where(x > 0, 0, x)


@ACTIVATIONS.card(
    "x if x > 0, else α·x, with α learned",
    derivative="1 if x > 0, else α",
    grad=prelu_grad,
    grad2=straight,
    partials={"alpha": prelu_wrt_alpha},
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
    grad2=straight,
    bounds=(0, inf),
    monotone=True,
    kinks=lambda theta: (theta,),
    requires=(("theta >= 0", lambda theta: theta >= 0),),
    source="Konda, Memisevic & Krueger 2014, arXiv:1402.3337",
)
def thresholded_relu(x: Number, theta: float = 1.0) -> Number:
    """x above a threshold, 0 below: it jumps there unless theta is 0."""
    return where(x > theta, x, 0)


def hard_sigmoid_grad(x: Number, width: float = 6.0, offset: float = 0.5) -> Number:
    """1/width where x/width + offset is between 0 and 1, else 0."""
    above = x + offset * width
    return where((above > 0) & (above < width), 1 / width, 0)


@ACTIVATIONS.card(
    "min(max(x/width + offset, 0), 1)",
    derivative="1/width if 0 < x/width + offset < 1, else 0",
    grad=hard_sigmoid_grad,
    grad2=straight,
    bounds=(0, 1),
    monotone=True,
    kinks=lambda width, offset: (-offset * width, (1 - offset) * width),
    aliases=("hardsigmoid",),
    requires=(("width > 0", lambda width: width > 0),),
    source="Howard et al. 2019, arXiv:1905.02244; Courbariaux, Bengio & David 2015, arXiv:1511.00363",
)
def hard_sigmoid(x: Number, width: float = 6.0, offset: float = 0.5) -> Number:
    """The sigmoid in three straight pieces; the middle one is width wide and offset high at 0."""
    above = x + offset * width
    return where(above > 0, where(above < width, above / width, 1), 0)


def hard_tanh_grad(x: Number, low: float = -1.0, high: float = 1.0) -> Number:
    """1 between low and high, else 0."""
    return where((x > low) & (x < high), 1, 0)


@ACTIVATIONS.card(
    "min(max(x, low), high)",
    derivative="1 if low < x < high, else 0",
    grad=hard_tanh_grad,
    grad2=straight,
    bounds=(-1, 1),
    monotone=True,
    symmetry="odd",
    kinks=lambda low, high: (low, high),
    aliases=("hardtanh",),
    requires=(("low < high", lambda low, high: low < high),),
    source="Collobert 2004, Large Scale Machine Learning, thesis, Université Paris 6",
)
def hard_tanh(x: Number, low: float = -1.0, high: float = 1.0) -> Number:
    """The hyperbolic tangent in three straight pieces."""
    return where(x > low, where(x < high, x, high), low)
