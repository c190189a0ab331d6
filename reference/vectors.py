"""Activation functions of a vector.

The derivative of each is the product of a vector v with its Jacobian, Σ_i v_i·∂y_i/∂x_j for each j, as backpropagation
needs it. Nothing is subtracted that could cancel: differences are taken from the greatest entry, and its own term,
which they do away with, is left out of sums.
"""

from collections.abc import Sequence
from functools import reduce
from math import inf

from dlc.reference.activation_family import ACTIVATIONS
from dlc.reference.numbers import Number, exp, expm1, library, log1p, sqrt

# fmt: off  (a card reads as one entry of a table)

Vector = Sequence[Number]


def larger(a: Number, b: Number) -> Number:
    """The larger of two; nan where one is."""
    return a if a > b or a != a else b


def greatest(x: Vector) -> Number:
    """The greatest entry; nan where one is."""
    return reduce(larger, x)


def place_of_greatest(x: Vector) -> int:
    """The first place of the greatest entry, or of the first nan."""
    top = greatest(x)
    return next(i for i, each in enumerate(x) if each == top or each != each)


def one(_length: int, *_params: float) -> int:
    """1."""
    return 1


def softmax_vjp(x: Vector, v: Vector) -> list[Number]:
    """y_j·(v_j − Σ_k y_k·v_k)."""
    y, here = softmax(x), v[place_of_greatest(x)]
    mean = sum(share * (each - here) for share, each in zip(y, v, strict=True))
    return [share * ((each - here) - mean) for share, each in zip(y, v, strict=True)]


@ACTIVATIONS.card(
    "y_i = e^(x_i) / Σ_j e^(x_j)",
    derivative="∂y_i/∂x_j = y_i·([i = j] − y_j)",
    vjp=softmax_vjp,
    bounds=(0, 1),
    aliases=("softmax2d",),
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def softmax(x: Vector) -> list[Number]:
    """Exponentials of a vector, scaled to sum to 1; softmax2d is the same over the channels of each pixel."""
    top = greatest(x)
    weights = [exp(each - top) for each in x]
    total = sum(weights)
    return [weight / total for weight in weights]


def softmin_vjp(x: Vector, v: Vector) -> list[Number]:
    """−y_j·(v_j − Σ_k y_k·v_k)."""
    return [-each for each in softmax_vjp([-each for each in x], v)]


@ACTIVATIONS.card(
    "y_i = e^(−x_i) / Σ_j e^(−x_j)",
    derivative="∂y_i/∂x_j = y_i·(y_j − [i = j])",
    vjp=softmin_vjp,
    bounds=(0, 1),
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def softmin(x: Vector) -> list[Number]:
    """The softmax of −x: the least entry gets most."""
    return softmax([-each for each in x])


def all_but_greatest(x: Vector) -> tuple[int, Number]:
    """The place of the greatest entry, and Σ e^(x_k − max x) over all others."""
    top = place_of_greatest(x)
    nothing = x[top] - x[top]  # which is nan at nan
    return top, sum((exp(each - x[top]) for k, each in enumerate(x) if k != top), nothing)


def log_softmax_vjp(x: Vector, v: Vector) -> list[Number]:
    """v_j − softmax(x)_j·Σ_k v_k."""
    top, rest = all_but_greatest(x)
    others = sum(each for k, each in enumerate(v) if k != top)
    slopes = [each - share * (v[top] + others) for share, each in zip(softmax(x), v, strict=True)]
    slopes[top] = (v[top] * rest - others) / (1 + rest)
    return slopes


@ACTIVATIONS.card(
    "y_i = x_i − log Σ_j e^(x_j)",
    derivative="∂y_i/∂x_j = [i = j] − softmax(x)_j",
    vjp=log_softmax_vjp,
    bounds=(-inf, 0),
    source="Bridle 1990, Neurocomputing, NATO ASI F68:227",
)
def log_softmax(x: Vector) -> list[Number]:
    """The logarithm of softmax."""
    top, rest = all_but_greatest(x)
    return [(each - x[top]) - log1p(rest) for each in x]


def logsumexp_vjp(x: Vector, v: Vector) -> list[Number]:
    """v·softmax(x)_j."""
    return [v[0] * share for share in softmax(x)]


def logsumexp_terms(x: Vector) -> list[Number]:
    """|max x| and the logarithm that is added to it."""
    top, rest = all_but_greatest(x)
    return [abs(x[top]) + log1p(rest)]


@ACTIVATIONS.card(
    "y = log Σ_j e^(x_j)",
    derivative="∂y/∂x_j = softmax(x)_j",
    vjp=logsumexp_vjp,
    width=one,
    terms=logsumexp_terms,
    source="Nielsen & Sun 2016, Entropy 18(12):442, arXiv:1606.05850",
)
def logsumexp(x: Vector) -> list[Number]:
    """A smooth maximum: the logarithm of the sum of all exponentials."""
    top, rest = all_but_greatest(x)
    return [x[top] + log1p(rest)]


def logmeanexp_vjp(x: Vector, v: Vector) -> list[Number]:
    """v·softmax(x)_j."""
    return logsumexp_vjp(x, v)


def below_mean(x: Vector) -> Number:
    """log(Σ_j e^(x_j − max x) / n), which is 0 or less."""
    top = greatest(x)
    return log1p(sum(expm1(each - top) for each in x) / len(x))


def logmeanexp_terms(x: Vector) -> list[Number]:
    """|max x| and the logarithm that is taken from it."""
    return [abs(greatest(x)) - below_mean(x)]


@ACTIVATIONS.card(
    "y = log(Σ_j e^(x_j) / n)",
    derivative="∂y/∂x_j = softmax(x)_j",
    vjp=logmeanexp_vjp,
    width=one,
    terms=logmeanexp_terms,
    source="Burda, Grosse & Salakhutdinov 2015, arXiv:1509.00519",
)
def logmeanexp(x: Vector) -> list[Number]:
    """A smooth mean: the logarithm of the mean of all exponentials."""
    return [greatest(x) + below_mean(x)]


def hardmax_vjp(x: Vector, _v: Vector) -> list[Number]:
    """0, wherever it exists."""
    top = greatest(x)
    return [top if top != top else 0 for _ in x]


@ACTIVATIONS.card(
    "y_i = 1 for the first of the greatest entries, else 0",
    derivative="∂y_i/∂x_j = 0",
    vjp=hardmax_vjp,
    bounds=(0, 1),
    source="ONNX 2017, operator Hardmax",
)
def hardmax(x: Vector) -> list[Number]:
    """The greatest entry gets all."""
    top, place = greatest(x), place_of_greatest(x)
    return [top if top != top else int(i == place) for i in range(len(x))]


def support(x: Vector) -> tuple[list[Number], Number]:
    """x_i − max x, and the threshold τ, also from the greatest entry, above which entries are sparsemax's support."""
    top = greatest(x)
    z = [each - top for each in x]
    total, threshold = 0, -1
    for k, each in enumerate(sorted(z, reverse=True), 1):
        if 1 + k * each <= total + each:
            break
        total += each
        threshold = (total - 1) / k
    return z, threshold


def sparsemax_vjp(x: Vector, v: Vector) -> list[Number]:
    """v_j − the mean of v over the support, in the support; else 0."""
    z, threshold = support(x)
    inside = [each > threshold for each in z]
    mean = sum(each for each, counts in zip(v, inside, strict=True) if counts) / max(1, sum(inside))
    return [each - mean if counts else 0 * threshold for each, counts in zip(v, inside, strict=True)]


@ACTIVATIONS.card(
    "y_i = max(x_i − τ, 0), with τ such that Σ_i y_i = 1",
    derivative="∂y_i/∂x_j = [i = j] − 1/|S| for i, j in the support S, where y > 0; else 0",
    vjp=sparsemax_vjp,
    bounds=(0, 1),
    source="Martins & Astudillo 2016, arXiv:1602.02068",
)
def sparsemax(x: Vector) -> list[Number]:
    """The nearest point of the probability simplex: small entries get exactly 0."""
    z, threshold = support(x)
    return [larger(each - threshold, 0 * threshold) for each in z]


def standard(x: Vector, epsilon: float) -> tuple[list[Number], Number]:
    """x_i − mean x, and what divides it: √(variance + ε)."""
    mean = library(x[0]).fsum(x) / len(x)
    apart = [each - mean for each in x]
    return apart, sqrt(sum(each * each for each in apart) / len(x) + epsilon)


def standardize_vjp(x: Vector, v: Vector, epsilon: float = 1e-5) -> list[Number]:
    """(v_j − mean v − y_j·mean(v·y)) / √(variance + ε)."""
    _, scale = standard(x, epsilon)
    y, n = standardize(x, epsilon), len(x)
    mean, along = sum(v) / n, sum(a * b for a, b in zip(v, y, strict=True)) / n
    return [(each - mean - share * along) / scale for share, each in zip(y, v, strict=True)]


def standardize_terms(x: Vector, epsilon: float = 1e-5) -> list[Number]:
    """|x_i| + |mean x|, divided alike."""
    _, scale = standard(x, epsilon)
    mean = abs(sum(x)) / len(x)
    return [(abs(each) + mean) / scale for each in x]


def standardize_vjp_terms(x: Vector, v: Vector, epsilon: float = 1e-5) -> list[Number]:
    """|v_j| + mean |v| + |y_j|·mean |v·y|, divided alike."""
    _, scale = standard(x, epsilon)
    y, n = standardize(x, epsilon), len(x)
    mean, along = sum(map(abs, v)) / n, sum(abs(a * b) for a, b in zip(v, y, strict=True)) / n
    return [(abs(each) + mean + abs(share) * along) / scale for share, each in zip(y, v, strict=True)]


@ACTIVATIONS.card(
    "y_i = (x_i − mean x) / √(variance x + ε)",
    derivative="∂y_i/∂x_j = ([i = j] − 1/n − y_i·y_j/n) / √(variance x + ε)",
    vjp=standardize_vjp,
    terms=standardize_terms,
    vjp_terms=standardize_vjp_terms,
    requires=(("epsilon > 0", lambda epsilon: epsilon > 0),),
    source="Ba, Kiros & Hinton 2016, arXiv:1607.06450",
)
def standardize(x: Vector, epsilon: float = 1e-5) -> list[Number]:
    """A vector moved and scaled to mean 0 and variance 1."""
    apart, scale = standard(x, epsilon)
    return [each / scale for each in apart]
