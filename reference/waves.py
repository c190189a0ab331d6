"""Activation functions that are bells, arches and waves."""

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, atan, cos, exp, infinite, minus_tanh, sin, sqrt, tanh, where
from dlc.reference.smooth import tanh_grad2

# fmt: off  (a card reads as one entry of a table)


def gaussian_grad(x: Number) -> Number:
    """−2x·e^(−x²)."""
    return -2 * x * exp(-x * x)


def gaussian_grad2(x: Number) -> Number:
    """(4x² − 2)·e^(−x²)."""
    return (4 * x * x - 2) * exp(-x * x)


@ACTIVATIONS.card(
    "e^(−x²)",
    derivative="−2x·e^(−x²)",
    grad=gaussian_grad,
    grad2=gaussian_grad2,
    bounds=(0, 1),
    symmetry="even",
    source="Broomhead & Lowe 1988, Complex Systems 2:321",
)
def gaussian(x: Number) -> Number:
    """The bell curve, the radial basis function of one number."""
    return exp(-x * x)


def isru_grad(x: Number, alpha: float = 1.0) -> Number:
    """(1 + α·x²)^(−3/2)."""
    return (1 / sqrt(1 + alpha * x * x)) ** 3


def isru_grad2(x: Number, alpha: float = 1.0) -> Number:
    """−3·α·x·(1 + α·x²)^(−5/2)."""
    return -3 * alpha * x * (1 / sqrt(1 + alpha * x * x)) ** 5


@ACTIVATIONS.card(
    "x/√(1 + α·x²)",
    derivative="(1 + α·x²)^(−3/2)",
    grad=isru_grad,
    grad2=isru_grad2,
    bounds=(-1, 1),
    monotone=True,
    symmetry="odd",
    requires=(("alpha > 0", lambda alpha: alpha > 0),),
    source="Carlile et al. 2017, arXiv:1710.09967",
)
def isru(x: Number, alpha: float = 1.0) -> Number:
    """The inverse square root unit: a sigmoid without exponentials, between ±1/√alpha."""
    return x / sqrt(1 + alpha * x * x)


def arctan_grad(x: Number) -> Number:
    """1/(1 + x²)."""
    return 1 / (1 + x * x)


def arctan_grad2(x: Number) -> Number:
    """−2x/(1 + x²)²."""
    return -2 * x * (1 / (1 + x * x)) ** 2


@ACTIVATIONS.card(
    "arctan(x)",
    derivative="1/(1 + x²)",
    grad=arctan_grad,
    grad2=arctan_grad2,
    bounds=(-1.5707963267948966, 1.5707963267948966),
    monotone=True,
    symmetry="odd",
    aliases=("atan",),
    source="Duch & Jankowski 1999, Survey of neural transfer functions, Neural Computing Surveys 2:163",
)
def arctan(x: Number) -> Number:
    """The angle whose tangent is x: a sigmoid that approaches its limits like 1/x."""
    return atan(x)


def tanhshrink_grad(x: Number) -> Number:
    """tanh²(x)."""
    return tanh(x) ** 2


def tanhshrink_grad2(x: Number) -> Number:
    """2·tanh(x)/cosh²(x)."""
    return -tanh_grad2(x)


@ACTIVATIONS.card(
    "x − tanh(x)",
    derivative="tanh²(x)",
    grad=tanhshrink_grad,
    grad2=tanhshrink_grad2,
    monotone=True,
    symmetry="odd",
    aliases=("tanh_shrink",),
    source="Collobert, Kavukcuoglu & Farabet 2011, Torch7, nn.TanhShrink",
)
def tanhshrink(x: Number) -> Number:
    """What the hyperbolic tangent takes away from x."""
    return minus_tanh(x)


def sin_grad(x: Number) -> Number:
    """cos(x)."""
    return cos(x)


def sin_grad2(x: Number) -> Number:
    """−sin(x)."""
    return -sin(x)


ACTIVATIONS.card(
    "sin(x)",
    derivative="cos(x)",
    grad=sin_grad,
    grad2=sin_grad2,
    bounds=(-1, 1),
    symmetry="odd",
    source="Sitzmann et al. 2020, arXiv:2006.09661",
)(sin)


def snake_grad(x: Number, alpha: float = 1.0) -> Number:
    """1 + sin(2α·x) = (sin(α·x) + cos(α·x))²."""
    return (sin(alpha * x) + cos(alpha * x)) ** 2


def snake_grad2(x: Number, alpha: float = 1.0) -> Number:
    """2α·cos(2α·x)."""
    return 2 * alpha * cos(2 * alpha * x)


def snake_wrt_alpha(x: Number, alpha: float = 1.0) -> Number:
    """sin(u)·(2u·cos(u) − sin(u))/α², with u = α·x."""
    u = alpha * x
    return sin(u) * (2 * u * cos(u) - sin(u)) / alpha**2


@ACTIVATIONS.card(
    "x + sin²(α·x)/α, with α learned",
    derivative="1 + sin(2α·x)",
    grad=snake_grad,
    grad2=snake_grad2,
    partials={"alpha": snake_wrt_alpha},
    monotone=True,
    requires=(("1e-30 <= alpha <= 1e30", lambda alpha: 1e-30 <= alpha <= 1e30),),
    source="Liu, Hartwig & Ueda 2020, arXiv:2006.08195",
)
def snake(x: Number, alpha: float = 1.0) -> Number:
    """The identity with a wave on it, whose frequency is learned."""
    return where(infinite(x), x, x + sin(alpha * x) ** 2 / alpha)
