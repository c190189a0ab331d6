"""Objectives of the class fitness maximisation: the expected fitness of a distribution that is searched with."""

from itertools import accumulate
from operator import mul

from dlc.reference.numbers import Number, cos, exp, pi, sin
from dlc.reference.objective_family import OBJECTIVES, scattered
from dlc.reference.problems import Point
from dlc.reference.smooth import sigmoid

# A card reads as one entry of a table.
# fmt: off

PAIRS = "antithetic pairs of evolution strategies: ε·(f(θ + σε) − f(θ − σε))/(2σ), ε standard normal"
BITS = "the score of the drawn bits b, (f(b) − mean fitness of the other draws)·(b − p)"
POSITIVE_SIGMA = ("sigma > 0", lambda sigma: sigma > 0)

CURVATURES = (1.0, 2.0, 4.0, 8.0, 16.0)
SUMMIT = tuple(scattered(147, 5))


def es_quadratic_gradient(theta: Point, sigma: float = 0.1) -> list[Number]:
    """−λᵢ·(θᵢ − cᵢ), whatever σ is."""
    return [-scale * (value - centre) for scale, value, centre in zip(CURVATURES, theta, SUMMIT, strict=True)]


@OBJECTIVES.card(
    "E f(θ + σε) = −½·Σ λᵢ·((θᵢ − cᵢ)² + σ²),  f(x) = −½·Σ λᵢ·(xᵢ − cᵢ)², λ = 1, 2, 4, 8, 16",
    objective="fitness maximisation", sense="maximise", gradient=es_quadratic_gradient, dimension=5, start=(2.0,) * 5,
    box=(-3, 3), optima=(SUMMIT,), best=-0.155, requires=(POSITIVE_SIGMA,), estimate=PAIRS,
    source="Salimans, Ho, Chen, Sidor & Sutskever 2017, arXiv:1703.03864; here of a quadratic",
)
def es_quadratic(theta: Point, sigma: float = 0.1) -> Number:
    """What evolution strategies climb, on a quadratic fitness: there smoothing changes the height and not the slope."""
    triples = zip(CURVATURES, theta, SUMMIT, strict=True)
    return -sum(scale * ((value - centre) ** 2 + sigma**2) for scale, value, centre in triples) / 2


def ripple(sigma: Number, like: Number) -> Number:
    """What is left of a wave of length 1: e^(−2π²σ²)."""
    return exp(-2 * pi(like) ** 2 * sigma**2)


def smoothed_rastrigin_gradient(theta: Point, sigma: float = 0.3) -> list[Number]:
    """−2θᵢ − 20π·e^(−2π²σ²)·sin(2πθᵢ)."""
    left = ripple(sigma, theta[0])
    return [-2 * value - 20 * pi(value) * left * sin(2 * pi(value) * value) for value in theta]


@OBJECTIVES.card(
    "E f(θ + σε) = −Σ (θᵢ² + σ² + 10 − 10·e^(−2π²σ²)·cos(2πθᵢ)),  f(x) = −Σ (xᵢ² + 10 − 10·cos(2πxᵢ))",
    objective="fitness maximisation", sense="maximise", gradient=smoothed_rastrigin_gradient, dimension=4,
    start=(3.2,) * 4, box=(-5.12, 5.12), optima=((0.0,) * 4,), best=-33.591018300702004, requires=(POSITIVE_SIGMA,),
    estimate=PAIRS,
    source="Rastrigin's function as in Mühlenbein, Schomisch & Born 1991; its mean after Salimans et al. 2017, "
    "arXiv:1703.03864",
)
def smoothed_rastrigin(theta: Point, sigma: float = 0.3) -> Number:
    """What evolution strategies climb on Rastrigin's function: noise flattens its ripples, by a known factor."""
    left = ripple(sigma, theta[0])
    return -sum(value**2 + sigma**2 + 10 - 10 * left * cos(2 * pi(value) * value) for value in theta)


def one_max_gradient(theta: Point) -> list[Number]:
    """pᵢ·(1 − pᵢ)."""
    return [sigmoid(value) * sigmoid(-value) for value in theta]


@OBJECTIVES.card(
    "E Σ bᵢ = Σ pᵢ,  bits bᵢ = 1 with probability pᵢ = σ(θᵢ)",
    objective="fitness maximisation", sense="maximise", gradient=one_max_gradient, dimension=8, start=(0.0,) * 8,
    box=(-2, 2), best=8, estimate=BITS,
    source="after Ollivier, Arnold, Auger & Hansen 2017, JMLR 18(18):1 (there Bernoulli distributions on any fitness)",
)
def one_max(theta: Point) -> Number:
    """The expected number of ones in a string of independent bits."""
    return sum(map(sigmoid, theta))


def leading_ones_gradient(theta: Point) -> list[Number]:
    """(1 − pᵢ)·Σ_(k ≥ i) p₁·…·p_k."""
    runs = list(accumulate(map(sigmoid, theta), mul))
    return [sigmoid(-value) * sum(runs[i:]) for i, value in enumerate(theta)]


@OBJECTIVES.card(
    "E Σ_k b₁·…·b_k = Σ_k p₁·…·p_k,  bits bᵢ = 1 with probability pᵢ = σ(θᵢ)",
    objective="fitness maximisation", sense="maximise", gradient=leading_ones_gradient, dimension=8, start=(0.0,) * 8,
    box=(-2, 2), best=8, estimate=BITS,
    source="after Ollivier, Arnold, Auger & Hansen 2017, JMLR 18(18):1; LeadingOnes as in Lehre & Nguyen 2019, "
    "arXiv:1904.09239",
)
def leading_ones(theta: Point) -> Number:
    """The expected number of ones before the first zero: a bit matters only as far as those before it are right."""
    return sum(accumulate(map(sigmoid, theta), mul))
