"""Functions of a vector whose result has another length: gated linear units, and what joins or parts groups."""

from collections.abc import Callable
from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.gated import gelu, gelu_grad, silu, silu_grad
from dlc.reference.numbers import Number
from dlc.reference.piecewise import identity, identity_grad, relu, relu_grad
from dlc.reference.smooth import sigmoid, sigmoid_grad
from dlc.reference.vectors import Vector, greatest, larger, place_of_greatest

# fmt: off  (a card reads as one entry of a table)


def half(length: int, *_params: float) -> int:
    """Half of the vector's.

    Raises ValueError where that is no whole number.
    """
    if length % 2:
        raise ValueError(f"needs an even length, not {length}")
    return length // 2


def twice(length: int, *_params: float) -> int:
    """Twice the vector's."""
    return 2 * length


def part(length: int, pieces: float) -> int:
    """The vector's, divided by pieces.

    Raises ValueError where that is no whole number.
    """
    if length % pieces:
        raise ValueError(f"needs a length that its {pieces:g} pieces divide, not {length}")
    return int(length // pieces)


Gate = Callable[[Number], Number]


def halves(x: Vector) -> tuple[Vector, Vector]:
    """The first half and the second."""
    return x[: len(x) // 2], x[len(x) // 2 :]


def through(gate: Gate, b: Number) -> Number:
    """g(b); nan at nan, whatever side a comparison takes."""
    return gate(b) if b == b else b


def gated(gate: Gate, x: Vector) -> list[Number]:
    """a_i·g(b_i) for the halves a and b of x."""
    return [a * through(gate, b) for a, b in zip(*halves(x), strict=True)]


def gated_vjp(gate: Gate, slope: Gate, x: Vector, v: Vector) -> list[Number]:
    """v_i·g(b_i) for each a_i, and v_i·a_i·g′(b_i) for each b_i."""
    a, b = halves(x)
    by_a = [each * through(gate, below) for each, below in zip(v, b, strict=True)]
    return by_a + [each * above * through(slope, below) for each, above, below in zip(v, a, b, strict=True)]


SHAZEER = "Shazeer 2020, arXiv:2002.05202"


def glu_vjp(x: Vector, v: Vector) -> list[Number]:
    """v·σ(b) for a, and v·a·σ(b)·σ(−b) for b."""
    return gated_vjp(sigmoid, sigmoid_grad, x, v)


@ACTIVATIONS.card(
    "y_i = a_i·σ(b_i), with x = [a, b]",
    derivative="∂y_i/∂a_i = σ(b_i), ∂y_i/∂b_i = a_i·σ(b_i)·σ(−b_i)",
    vjp=glu_vjp,
    width=half,
    source="Dauphin et al. 2016, arXiv:1612.08083",
)
def glu(x: Vector) -> list[Number]:
    """The gated linear unit: the first half, weighted by the sigmoid of the second."""
    return gated(sigmoid, x)


def reglu_vjp(x: Vector, v: Vector) -> list[Number]:
    """v·max(b, 0) for a, and v·a·[b > 0] for b."""
    return gated_vjp(relu, relu_grad, x, v)


@ACTIVATIONS.card(
    "y_i = a_i·max(b_i, 0), with x = [a, b]",
    derivative="∂y_i/∂a_i = max(b_i, 0), ∂y_i/∂b_i = a_i if b_i > 0, else 0",
    vjp=reglu_vjp,
    width=half,
    source=SHAZEER,
)
def reglu(x: Vector) -> list[Number]:
    """The first half, weighted by the relu of the second."""
    return gated(relu, x)


def geglu_vjp(x: Vector, v: Vector) -> list[Number]:
    """v·gelu(b) for a, and v·a·gelu′(b) for b."""
    return gated_vjp(gelu, gelu_grad, x, v)


@ACTIVATIONS.card(
    "y_i = a_i·gelu(b_i), with x = [a, b]",
    derivative="∂y_i/∂a_i = gelu(b_i), ∂y_i/∂b_i = a_i·gelu′(b_i)",
    vjp=geglu_vjp,
    width=half,
    source=SHAZEER,
)
def geglu(x: Vector) -> list[Number]:
    """The first half, weighted by the gelu of the second."""
    return gated(gelu, x)


def swiglu_vjp(x: Vector, v: Vector) -> list[Number]:
    """v·silu(b) for a, and v·a·silu′(b) for b."""
    return gated_vjp(silu, silu_grad, x, v)


@ACTIVATIONS.card(
    "y_i = a_i·silu(b_i), with x = [a, b]",
    derivative="∂y_i/∂a_i = silu(b_i), ∂y_i/∂b_i = a_i·silu′(b_i)",
    vjp=swiglu_vjp,
    width=half,
    source=SHAZEER,
)
def swiglu(x: Vector) -> list[Number]:
    """The first half, weighted by the silu of the second."""
    return gated(silu, x)


def bilinear_vjp(x: Vector, v: Vector) -> list[Number]:
    """v·b for a, and v·a for b."""
    return gated_vjp(identity, identity_grad, x, v)


@ACTIVATIONS.card(
    "y_i = a_i·b_i, with x = [a, b]",
    derivative="∂y_i/∂a_i = b_i, ∂y_i/∂b_i = a_i",
    vjp=bilinear_vjp,
    width=half,
    source=SHAZEER,
)
def bilinear(x: Vector) -> list[Number]:
    """The first half, weighted by the second."""
    return gated(identity, x)


def crelu_vjp(x: Vector, v: Vector) -> list[Number]:
    """v_j if x_j > 0, minus v_(n+j) if x_j < 0."""
    above, below = halves(v)
    signs = [(each > 0) - (each < 0) if each == each else each for each in x]
    return [sign * (a if sign == 1 else b) for sign, a, b in zip(signs, above, below, strict=True)]


@ACTIVATIONS.card(
    "y = [max(x, 0), max(−x, 0)]",
    derivative="∂y_i/∂x_i = 1 if x_i > 0, ∂y_(n+i)/∂x_i = −1 if x_i < 0; else 0",
    vjp=crelu_vjp,
    width=twice,
    bounds=(0, inf),
    source="Shang et al. 2016, arXiv:1603.05201",
)
def crelu(x: Vector) -> list[Number]:
    """The relu of x, and behind it that of −x."""
    return [larger(each, 0) for each in x] + [larger(-each, 0) for each in x]


def groups(x: Vector, pieces: float) -> list[Vector]:
    """The vector in groups of so many consecutive entries."""
    size = int(pieces)
    return [x[start : start + size] for start in range(0, len(x), size)]


def maxout_vjp(x: Vector, v: Vector, pieces: float = 2.0) -> list[Number]:
    """v_i for the first of the greatest entries of group i; else 0."""
    places = [place_of_greatest(group) for group in groups(x, pieces)]
    slopes = [greatest(group) * 0 for group in groups(x, pieces)]
    return [
        each + slope if k == place else slope
        for each, place, slope in zip(v, places, slopes, strict=True)
        for k in range(int(pieces))
    ]


@ACTIVATIONS.card(
    "y_i = the greatest of x_(p·i), ..., x_(p·i + p − 1), with p pieces",
    derivative="∂y_i/∂x_j = 1 for the first of the greatest entries of group i; else 0",
    vjp=maxout_vjp,
    width=part,
    requires=(("a whole number of pieces", lambda pieces: pieces >= 1 and pieces == int(pieces)),),
    source="Goodfellow et al. 2013, arXiv:1302.4389",
)
def maxout(x: Vector, pieces: float = 2.0) -> list[Number]:
    """The greatest of each group of consecutive entries."""
    return [greatest(group) for group in groups(x, pieces)]
