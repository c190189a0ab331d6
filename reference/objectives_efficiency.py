"""Objectives of the class efficiency: as much coded as possible for as little activity or energy as possible."""

from dlc.reference.linear import dot, product, transposed
from dlc.reference.numbers import Number, constant, exp, log, log1p
from dlc.reference.objective_family import OBJECTIVES, scattered, table
from dlc.reference.problems import Point
from dlc.reference.smooth import sigmoid, softplus

# A card reads as one entry of a table.
# fmt: off

DICTIONARY = table(152, 5, 8)  # a column for each unit: more units than inputs
SIGNAL = scattered(192, 5)


def missing(matrix: list[list[float]], activity: Point, signal: Point) -> list[Number]:
    """What MATRIX·activity leaves of the signal."""
    return [s - coded for s, coded in zip(signal, product(matrix, activity), strict=True)]


def sparse_coding_gradient(a: Point, sparsity: float = 0.1) -> list[Number]:
    """−Dᵀ·(s − D·a) + sparsity·2aᵢ/(1 + aᵢ²)."""
    back = product(transposed(DICTIONARY), missing(DICTIONARY, a, SIGNAL))
    return [sparsity * 2 * value / (1 + value**2) - slope for value, slope in zip(a, back, strict=True)]


@OBJECTIVES.card(
    "½·|s − D·a|² + sparsity·Σ ln(1 + aᵢ²);  5 inputs, 8 units",
    objective="efficiency", sense="minimise", gradient=sparse_coding_gradient, dimension=8, start=(1.0,) * 8,
    box=(-2, 2),
    optima=((
        0.13628195524506434, 0.7602232781805027, -0.05972453419255041, 0.24419352684151016,
        -0.3713402035304907, 0.0009547341916733388, -0.2108541950348485, -0.08459871288339742,
    ),),
    best=0.08744614107058829, requires=(("sparsity >= 0", lambda sparsity: sparsity >= 0),),
    source="Olshausen & Field 1996, Nature 381:607 (S(a) = ln(1 + a²)); the dictionary is fixed",
)
def sparse_coding(a: Point, sparsity: float = 0.1) -> Number:
    """How well few active units of an overcomplete dictionary code a signal."""
    errors = missing(DICTIONARY, a, SIGNAL)
    return dot(errors, errors) / 2 + sparsity * sum(log1p(value**2) for value in a)


DECODER = table(197, 5, 4)
STIMULUS = product(DECODER, (1.0, 0.5, 2.0, 0.75))


def firing_rate_cost_gradient(u: Point, linear: float = 0.1, quadratic: float = 0.02) -> list[Number]:
    """rᵢ·(−2·(Dᵀ·(s − D·r))ᵢ + linear + 2·quadratic·rᵢ),  r = e^u."""
    rates = [exp(value) for value in u]
    back = product(transposed(DECODER), missing(DECODER, rates, STIMULUS))
    return [r * (linear + 2 * quadratic * r - 2 * slope) for r, slope in zip(rates, back, strict=True)]


@OBJECTIVES.card(
    "|s − D·r|² + linear·Σ rᵢ + quadratic·Σ rᵢ²,  r = e^u;  5 inputs, 4 neurons",
    objective="efficiency", sense="minimise", gradient=firing_rate_cost_gradient, dimension=4, start=(0.0,) * 4,
    box=(-2, 1.5), optima=((-0.04565105102229978, -0.7065696737656361, 0.6333186606195721, -0.2413072846047651),),
    best=0.5295869848390692,
    requires=(("linear >= 0", lambda linear: linear >= 0), ("quadratic >= 0", lambda quadratic: quadratic >= 0)),
    source="after Boerlin, Machens & Denève 2013, PLoS Comput. Biol. 9(11):e1003258 (there of spikes over time)",
)
def firing_rate_cost(u: Point, linear: float = 0.1, quadratic: float = 0.02) -> Number:
    """The error of a code by firing rates, and what the rates cost; the variables are the logarithms of the rates."""
    rates = [exp(value) for value in u]
    errors = missing(DECODER, rates, STIMULUS)
    return dot(errors, errors) + linear * sum(rates) + quadratic * dot(rates, rates)


SPIKES = (2.0, 4.0, 6.0, 8.0, 12.0, 16.0)  # what a spike costs, where a moment of rest costs 1


def bits_and_energy(theta: Point) -> tuple[Number, Number]:
    """Σ H(pᵢ) in bits, and Σ (1 + (cᵢ − 1)·pᵢ)."""
    nats = sum(softplus(value) - value * sigmoid(value) for value in theta)
    energy = sum(1 + (cost - 1) * sigmoid(value) for cost, value in zip(SPIKES, theta, strict=True))
    return nats / log(constant("2", theta[0])), energy


def bits_per_energy_gradient(theta: Point) -> list[Number]:
    """pᵢ·(1 − pᵢ)·(−θᵢ/ln 2 − J·(cᵢ − 1))/E."""
    bits, energy = bits_and_energy(theta)
    per_bit = log(constant("2", theta[0]))
    return [
        sigmoid(value) * sigmoid(-value) * (-value / per_bit - bits / energy * (cost - 1)) / energy
        for cost, value in zip(SPIKES, theta, strict=True)
    ]


@OBJECTIVES.card(
    "Σ H(pᵢ) / Σ (1 + (cᵢ − 1)·pᵢ),  p = σ(θ), c = 2, 4, 6, 8, 12, 16;  H in bits",
    objective="efficiency", sense="maximise", gradient=bits_per_energy_gradient, dimension=6, start=(0.0,) * 6,
    box=(-6, 2),
    optima=((
        -0.24624392418880106, -0.7387317725664032, -1.2312196209440052,
        -1.7237074693216075, -2.7086831660768116, -3.6936588628320157,
    ),),
    best=0.35525488827622115,
    source="after Levy & Baxter 1996, Neural Computation 8(3):531 (there for neurons of one cost)",
)
def bits_per_energy(theta: Point) -> Number:
    """The entropy of neurons that fire with probability p, for each unit of energy that they spend."""
    bits, energy = bits_and_energy(theta)
    return bits / energy
