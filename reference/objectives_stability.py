"""Objectives of the class stability: activities and inner states that are held at set points."""

from collections.abc import Sequence

from dlc.reference.linear import dot, product, transposed
from dlc.reference.numbers import Number, sign
from dlc.reference.objective_family import OBJECTIVES, table
from dlc.reference.problems import Point, mean
from dlc.reference.smooth import sigmoid

# A card reads as one entry of a table.
# fmt: off

DRIVES = [[2 * value for value in row] for row in table(217, 6, 3)]  # of 3 neurons, by 6 stimuli
ONWARD = [[2 * value for value in row] for row in table(235, 2, 3)]  # from those 3 to 2 more


def rates_of(theta: Point) -> list[tuple[list[Number], list[Number]]]:
    """The rates of both layers, by each stimulus."""
    found = []
    for drive in DRIVES:
        first = [sigmoid(value + bias) for value, bias in zip(drive, theta[:3], strict=True)]
        second = [sigmoid(value + bias) for value, bias in zip(product(ONWARD, first), theta[3:], strict=True)]
        found.append((first, second))
    return found


def misses(theta: Point, target: Number) -> list[Number]:
    """How far each neuron's mean rate is from the target."""
    return [
        mean(rates) - target for rates in zip(*([*first, *second] for first, second in rates_of(theta)), strict=True)
    ]


def target_rate_gradient(theta: Point, target: float = 0.2) -> list[Number]:
    """2·Σᵢ (r̄ᵢ − target)·∂r̄ᵢ/∂θ, back through the layers."""
    errors = [2 * miss / len(DRIVES) for miss in misses(theta, target)]
    slopes = [0 * value for value in theta]
    for first, second in rates_of(theta):
        outer = [error * rate * (1 - rate) for error, rate in zip(errors[3:], second, strict=True)]
        felt = [error + back for error, back in zip(errors[:3], product(transposed(ONWARD), outer), strict=True)]
        inner = [error * rate * (1 - rate) for error, rate in zip(felt, first, strict=True)]
        slopes = [slope + each for slope, each in zip(slopes, inner + outer, strict=True)]
    return slopes


@OBJECTIVES.card(
    "Σᵢ (r̄ᵢ − target)²,  r = σ(drive + θ), means over 6 stimuli;  layers of 3 and 2 neurons",
    objective="stability", sense="minimise", gradient=target_rate_gradient, dimension=5, start=(0.0,) * 5, box=(-3, 3),
    optima=((-1.6430445905204105, -0.788302598643691, -1.7832484723104025, -0.5544598099702718, -1.4005702188127596),),
    best=0, requires=(("0 < target < 1", lambda target: 0 < target < 1),),
    source="after Turrigiano 2008, Cell 135(3):422 (set points of firing rates); the squares and the network are ours",
)
def target_rate(theta: Point, target: float = 0.2) -> Number:
    """How far mean firing rates are from a set point; the variables are the excitabilities of the neurons."""
    errors = misses(theta, target)
    return dot(errors, errors)


SET_POINT = (0.5, -0.25, 1.0, 0.0)


def deviation(h: Point, n: Number) -> Number:
    """Σ |hᵢ − h*ᵢ|ⁿ."""
    return sum(abs(value - wanted) ** n for value, wanted in zip(h, SET_POINT, strict=True))


def homeostatic_drive_gradient(h: Point, n: float = 4.0, m: float = 3.0) -> list[Number]:
    """(n/m)·(Σ |h − h*|ⁿ)^(1/m − 1)·|hᵢ − h*ᵢ|ⁿ⁻¹·sign(hᵢ − h*ᵢ); 0 at the set point."""
    whole = deviation(h, n)
    if whole == 0:
        return [0 * value for value in h]
    factor = n / m * whole ** (1 / m - 1)
    offsets = [value - wanted for value, wanted in zip(h, SET_POINT, strict=True)]
    return [factor * abs(offset) ** (n - 1) * sign(offset) for offset in offsets]


@OBJECTIVES.card(
    "(Σᵢ |hᵢ − h*ᵢ|ⁿ)^(1/m)",
    objective="stability", sense="minimise", gradient=homeostatic_drive_gradient, dimension=4,
    start=(-1.0, 1.0, -0.5, 1.5), box=(-2, 2), optima=(SET_POINT,), best=0,
    requires=(("n > m >= 1", lambda n, m: n > m >= 1),),
    source="Keramati & Gutkin 2014, eLife 3:e04811",
)
def homeostatic_drive(h: Point, n: float = 4.0, m: float = 3.0) -> Number:
    """How far inner states are from their set points; what an action takes away from it is its reward."""
    return deviation(h, n) ** (1 / m)


INPUTS = [[2 * value for value in row] for row in table(241, 2, 6)]  # of each neuron, at 6 moments


def moments(gain: Number, bias: Number, inputs: Sequence[float]) -> tuple[list[Number], Number, Number]:
    """Rates, their mean and their variance."""
    rates = [sigmoid(gain * value + bias) for value in inputs]
    middle = mean(rates)
    return rates, middle, mean((rate - middle) ** 2 for rate in rates)


# Parameters have the names of what they set.
def rate_moments_gradient(x: Point, rate: float = 0.3, variance: float = 0.03) -> list[Number]:
    """mean over t of (2·(r̄ − rate) + 4·(v − variance)·(r_t − r̄))·r_t·(1 − r_t)·(input_t, 1)."""
    slopes: list[Number] = []
    for gain, bias, inputs in zip(x[::2], x[1::2], INPUTS, strict=True):
        rates, middle, spread = moments(gain, bias, inputs)
        felt = [
            (2 * (middle - rate) + 4 * (spread - variance) * (each - middle)) * each * (1 - each) / len(rates)
            for each in rates
        ]
        slopes += [dot(felt, inputs), sum(felt)]
    return slopes


@OBJECTIVES.card(
    "Σ (r̄ᵢ − rate)² + (var rᵢ − variance)²,  r = σ(gain·input + bias);  2 neurons, 6 moments",
    objective="stability", sense="minimise", gradient=rate_moments_gradient, dimension=4, start=(0.5, 0.0, -0.5, 0.0),
    box=(-2, 2),
    optima=(  # either sign of each gain
        (1.0810446633190522, -1.7274337641266384, 0.7370037674830486, -1.2360156821567314),
        (1.0810446633190522, -1.7274337641266384, -0.6771708601198407, -0.8125336985319459),
        (-0.83213908740903, -0.47404052630222177, 0.7370037674830486, -1.2360156821567314),
        (-0.83213908740903, -0.47404052630222177, -0.6771708601198407, -0.8125336985319459),
    ),
    best=0,
    requires=(
        ("0 < rate < 1", lambda rate: 0 < rate < 1),
        ("0 < variance < rate·(1 − rate)", lambda rate, variance: 0 < variance < rate * (1 - rate)),
    ),
    source="after Cannon & Miller 2017, J. Math. Neurosci. 7:1 (there by two rules, which hold both)",
)
def rate_moments(x: Point, rate: float = 0.3, variance: float = 0.03) -> Number:
    """How far mean and variance of firing rates are from set points; the variables are each neuron's gain and bias."""
    total = 0 * x[0]
    for gain, bias, inputs in zip(x[::2], x[1::2], INPUTS, strict=True):
        _, middle, spread = moments(gain, bias, inputs)
        total += (middle - rate) ** 2 + (spread - variance) ** 2
    return total
