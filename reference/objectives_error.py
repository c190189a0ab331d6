"""Objectives of the class error minimisation: data, targets and beliefs that ought to agree."""

from dlc.reference.linear import dot, product, transposed
from dlc.reference.numbers import Number, tanh
from dlc.reference.objective_family import OBJECTIVES, scattered, table
from dlc.reference.problems import Point
from dlc.reference.smooth import sigmoid, softplus

# A card reads as one entry of a table.
# fmt: off

INPUTS = table(0, 12, 4)
TARGETS = [dot(row, (1.0, -1.0, 0.5, 2.0)) + noise / 4 for row, noise in zip(INPUTS, scattered(48, 12), strict=True)]


def least_squares_gradient(w: Point) -> list[Number]:
    """Σₙ (w·xₙ − tₙ)·xₙ."""
    errors = [dot(w, x) - t for x, t in zip(INPUTS, TARGETS, strict=True)]
    return product(transposed(INPUTS), errors)


@OBJECTIVES.card(
    "½·Σₙ (w·xₙ − tₙ)²,  12 rows of 4",
    objective="error minimisation", sense="minimise", gradient=least_squares_gradient, dimension=4, start=(0.0,) * 4,
    box=(-3, 3), optima=((1.0874500598909316, -0.9008284292208227, 0.635018711266191, 2.112581931538341),),
    best=0.042555085103780775,
    source="Bishop 2006, Pattern Recognition and Machine Learning, section 3.1.1",
)
def least_squares(w: Point) -> Number:
    """A linear regression: half the sum of the squared errors."""
    return sum((dot(w, x) - t) ** 2 for x, t in zip(INPUTS, TARGETS, strict=True)) / 2


CASES = table(60, 16, 3)
LABELS = [
    1 if dot(row, (2.0, -1.0, 1.0)) + noise > 0 else -1 for row, noise in zip(CASES, scattered(108, 16), strict=True)
]


def logistic_cross_entropy_gradient(w: Point, decay: float = 0.01) -> list[Number]:
    """mean of −tₙ·σ(−tₙ·w·xₙ)·xₙ, + decay·w."""
    errors = [-t * sigmoid(-t * dot(w, x)) / len(CASES) for x, t in zip(CASES, LABELS, strict=True)]
    return [slope + decay * value for slope, value in zip(product(transposed(CASES), errors), w, strict=True)]


@OBJECTIVES.card(
    "mean of ln(1 + e^(−tₙ·w·xₙ)) + ½·decay·|w|²,  tₙ = ±1;  16 rows of 3",
    objective="error minimisation", sense="minimise", gradient=logistic_cross_entropy_gradient, dimension=3,
    start=(0.0,) * 3, box=(-4, 4), optima=((3.2844251398429014, -1.5359298244403852, 2.196830571829968),),
    best=0.19141256501851042, requires=(("decay >= 0", lambda decay: decay >= 0),),
    source="Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.2",
)
def logistic_cross_entropy(w: Point, decay: float = 0.01) -> Number:
    """A logistic regression: the cross-entropy of two classes, with weight decay."""
    losses = sum(softplus(-t * dot(w, x)) for x, t in zip(CASES, LABELS, strict=True)) / len(CASES)
    return losses + decay * dot(w, w) / 2


SENSED, WANTED = (0.75, -0.5), (0.5, -0.25)  # what the first and the last layer are held at
WEIGHTS = (table(124, 3, 2), table(130, 3, 3), table(139, 2, 3))
VARIANCES = (1.0, 0.5, 0.25)


def predictive_coding_errors(x: Point) -> list[list[Number]]:
    """(x_l − W_l·tanh(x_(l−1))) / v_l of each layer after the first."""
    layers = [SENSED, x[:3], x[3:], WANTED]
    predictions = [
        product(w, [tanh(value + 0 * x[0]) for value in below]) for w, below in zip(WEIGHTS, layers[:3], strict=True)
    ]
    return [
        [(value - expected) / variance for value, expected in zip(layer, prediction, strict=True)]
        for layer, prediction, variance in zip(layers[1:], predictions, VARIANCES, strict=True)
    ]


def predictive_coding_gradient(x: Point) -> list[Number]:
    """e_l − tanh′(x_l)·(W_(l+1)ᵀ·e_(l+1)), with e_l = (x_l − W_l·tanh(x_(l−1)))/v_l."""
    first, second, last = predictive_coding_errors(x)
    back = [*product(transposed(WEIGHTS[1]), second), *product(transposed(WEIGHTS[2]), last)]
    return [own - (1 - tanh(value) ** 2) * above for own, value, above in zip(first + second, x, back, strict=True)]


@OBJECTIVES.card(
    "½·Σ_l |x_l − W_l·tanh(x_(l−1))|²/v_l;  layers of 2, 3, 3 and 2, first and last held",
    objective="error minimisation", sense="minimise", gradient=predictive_coding_gradient, dimension=6,
    start=(0.0,) * 6, box=(-2, 2),
    optima=((
        -0.06651236153514992, -0.9591746498699204, 0.6232215972371009,
        0.7413184486957298, -0.09798135404037943, 0.19479890881394402,
    ),),
    best=0.2431092763343361,
    source="after Whittington & Bogacz 2017, Neural Computation 29(5):1229 (there a log-likelihood, to be maximised)",
)
def predictive_coding(x: Point) -> Number:
    """The energy of a predictive-coding network: how wrong each layer predicts the next one."""
    errors = predictive_coding_errors(x)
    return sum(variance * dot(layer, layer) for variance, layer in zip(VARIANCES, errors, strict=True)) / 2
