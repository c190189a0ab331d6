"""Functions of a vector that draw noise, which depends on nothing but the seed and an entry's position in its array."""

from collections.abc import Iterator

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.draws import WEYL, WORD, finished
from dlc.reference.numbers import Number, library, log
from dlc.reference.vectors import Vector, greatest, place_of_greatest, softmax, softmax_vjp

# fmt: off  (a card reads as one entry of a table)


def uniform(seed: Number, position: int, like: Number) -> Number:
    """An odd multiple of 2⁻⁵³ between 0 and 1, of the type of LIKE: what SplitMix64 makes of seed and position."""
    word = finished((finished(int(seed)) + (position + 1) * WEYL) % WORD)
    chance = (2 * (word >> 12) + 1) * 2.0**-53
    return library(like).mpf(chance) if library(like).__name__ == "mpmath" else chance


def perturbed(x: Vector, tau: Number, seed: Number, first: int) -> list[Number]:
    """(x_i − max x + g_i)/τ, with g_i = −log(−log u_i) for uniform u_i: a draw from Gumbel's distribution."""
    top = greatest(x)
    return [((each - top) - log(-log(uniform(seed, first + i, each)))) / tau for i, each in enumerate(x)]


def gumbel_softmax_vjp(
    x: Vector, v: Vector, tau: float = 1.0, seed: float = 0.0, hard: float = 0.0, *, first: int
) -> list[Number]:
    """y_j·(v_j − Σ_k y_k·v_k)/τ for the soft y, also where the value is hard."""
    return [each / tau for each in softmax_vjp(perturbed(x, tau, seed, first), v)]


SEED = ("a whole number as seed", lambda seed: 0 <= seed < 2**53 and seed == int(seed))


@ACTIVATIONS.card(
    "y = softmax((x + g)/τ), g_i = −log(−log u_i), u_i uniform; with hard = 1, 1 for its greatest entry, else 0",
    derivative="∂y_i/∂x_j = y_i·([i = j] − y_j)/τ for the soft y, also where the value is hard",
    vjp=gumbel_softmax_vjp,
    bounds=(0, 1),
    requires=(("tau > 0", lambda tau: tau > 0), SEED, ("hard = 0 or 1", lambda hard: hard in (0, 1))),
    source="Jang, Gu & Poole 2016, arXiv:1611.01144",
)
def gumbel_softmax(x: Vector, tau: float = 1.0, seed: float = 0.0, hard: float = 0.0, *, first: int) -> list[Number]:
    """A draw from the categorical distribution with logits x, softened so that it has a derivative."""
    z = perturbed(x, tau, seed, first)
    y = softmax(z)
    place = place_of_greatest(z)
    return [int(i == place) if hard and share == share else share for i, share in enumerate(y)]


def slopes(x: Vector, lower: Number, upper: Number, seed: Number, first: int) -> Iterator[Number]:
    """1 where x > 0, else uniform between lower and upper."""
    for i, each in enumerate(x):
        yield 1 if each > 0 else lower + (upper - lower) * uniform(seed, first + i, each)


def rrelu_train_vjp(
    x: Vector, v: Vector, lower: float = 0.125, upper: float = 1 / 3, seed: float = 0.0, *, first: int
) -> list[Number]:
    """v_j if x_j > 0, else a_j·v_j."""
    drawn = slopes(x, lower, upper, seed, first)
    return [each * slope if point == point else point for point, each, slope in zip(x, v, drawn, strict=True)]


@ACTIVATIONS.card(
    "y_i = x_i if x_i > 0, else a_i·x_i, with a_i uniform between lower and upper",
    derivative="∂y_i/∂x_i = 1 if x_i > 0, else a_i",
    vjp=rrelu_train_vjp,
    requires=(("lower <= upper", lambda lower, upper: lower <= upper), SEED),
    source="Xu et al. 2015, arXiv:1505.00853",
)
def rrelu_train(
    x: Vector, lower: float = 0.125, upper: float = 1 / 3, seed: float = 0.0, *, first: int
) -> list[Number]:
    """A leaky relu, as in training: each entry that is not positive has a random slope of its own."""
    return [each * slope for each, slope in zip(x, slopes(x, lower, upper, seed, first), strict=True)]
