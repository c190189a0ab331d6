"""Losses of a row of probabilities, one for each class."""

from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, dot, greatest, one_hot, over, smoothed, weighed
from dlc.reference.numbers import Number, log, sqrt

# A card reads as one entry of a table.
# fmt: off

INSIDE = (
    ("0 <= clip < 1/2", lambda clip: 0 <= clip < 0.5),
    ("normalised is 0 or 1", lambda normalised: normalised in (0, 1)),
)
Q_ABOVE_0 = (("q > 0", lambda q: q > 0),)


def divided(p: Row, normalised: Number) -> list[Number]:
    """p divided by its sum, where NORMALISED is 1."""
    total = sum(p) if normalised else 1
    return [each / total for each in p]


def clipped(p: Row, clip: Number, normalised: Number = 0.0) -> list[Number]:
    """p between CLIP and 1 − CLIP."""
    return [min(max(each, clip), 1 - clip) for each in divided(p, normalised)]


def through_clip(slopes: Row, p: Row, clip: Number, normalised: Number) -> list[Number]:
    """The gradient by p of what has SLOPES by the clipped p: 0 where p is outside."""
    shares = divided(p, normalised)
    slopes = [g if clip <= each <= 1 - clip else 0 * each for g, each in zip(slopes, shares, strict=True)]
    if not normalised:
        return slopes
    mean = dot(slopes, shares)
    return [(g - mean) / sum(p) for g in slopes]


def clip_terms(
    p: Row, t: Row, smoothing: Number = 0.0, clip: Number = 0.0, normalised: Number = 0.0, **_params: Number
) -> Number:
    """The greatest of what is summed."""
    return greatest(
        [y * log(s) for y, s in zip(smoothed(t, smoothing), clipped(p, clip, normalised), strict=True) if y and s > 0]
        + [0]
    )


def slope_terms(p: Row, t: Row, smoothing: Number, clip: Number, normalised: Number, **_params: Number) -> Number:
    """The greatest quotient t/p, where the mean of all is taken from each; else nothing cancels."""
    shares = clipped(p, clip, normalised)
    return normalised * greatest([over(y, s) for y, s in zip(smoothed(t, smoothing), shares, strict=True)]) / sum(p)


def categorical_cross_entropy_gradient(
    p: Row, t: Row, smoothing: Number = 0.0, clip: Number = 0.0, normalised: Number = 0.0
) -> list[Number]:
    """−t/p; 0 where p was clipped."""
    slopes = [-over(y, s) for y, s in zip(smoothed(t, smoothing), clipped(p, clip, normalised), strict=True)]
    return through_clip(slopes, p, clip, normalised)


@LOSSES.card(
    "−Σ tᵢ·log pᵢ, p clipped to [clip, 1 − clip], before that divided by its sum if normalised",
    gradient=categorical_cross_entropy_gradient, gradient_terms=slope_terms, pred="distribution", target="distribution",
    row=True, convex=True, perfect=False, requires=INSIDE, terms=clip_terms,
    aliases=("categorical_crossentropy", "cross_entropy"), ulp={"float32": (1, 1), "float64": (8, 4)},
    source="Good 1952, JRSS B 14:107",
)
def categorical_cross_entropy(
    p: Row, t: Row, smoothing: float = 0.0, clip: float = 0.0, normalised: float = 0.0
) -> Number:
    """Cross-entropy of a target distribution and predicted probabilities."""
    return -weighed(smoothed(t, smoothing), [log(s) for s in clipped(p, clip, normalised)])


def sparse_categorical_cross_entropy_gradient(
    p: Row, t: Row, clip: Number = 0.0, normalised: Number = 0.0
) -> list[Number]:
    """−1/p at the right class, else 0; 0 where p was clipped."""
    return categorical_cross_entropy_gradient(p, one_hot(int(t[0]), len(p)), 0.0, clip, normalised)


@LOSSES.card(
    "−log pₜ, p clipped to [clip, 1 − clip], before that divided by its sum if normalised",
    gradient=sparse_categorical_cross_entropy_gradient, pred="distribution", target="class", row=True, convex=True,
    perfect=False, requires=INSIDE, aliases=("sparse_categorical_crossentropy",),
    ulp={"float32": (1, 1), "float64": (2, 2)}, source="Good 1952, JRSS B 14:107",
)
def sparse_categorical_cross_entropy(p: Row, t: Row, clip: float = 0.0, normalised: float = 0.0) -> Number:
    """The right class's surprise, −log of its probability."""
    return categorical_cross_entropy(p, one_hot(int(t[0]), len(p)), 0.0, clip, normalised)


def nll_gradient(p: Row, t: Row) -> list[Number]:
    """−1 at the right class, else 0."""
    return [-each for each in one_hot(int(t[0]), len(p))]


@LOSSES.card(
    "−pₜ for logarithms of probabilities p", gradient=nll_gradient, pred="log-distribution", target="class", row=True,
    convex=True, perfect=False, aliases=("negative_log_likelihood",), ulp={"float32": (0, 0), "float64": (0, 0)},
    source="torch.nn.NLLLoss; Fisher 1922, Phil. Trans. A 222:309",
)
def nll(p: Row, t: Row) -> Number:
    """The right class's surprise, from log-probabilities."""
    return -p[int(t[0])]


def categorical_focal_gradient(
    p: Row,
    t: Row,
    alpha: Number = 0.25,
    gamma: Number = 2.0,
    smoothing: Number = 0.0,
    clip: Number = 0.0,
    normalised: Number = 0.0,
) -> list[Number]:
    """alpha·t·(gamma·(1 − p)^(gamma − 1)·log p − (1 − p)^gamma / p); 0 where p was clipped."""
    shares = clipped(p, clip, normalised)
    slopes = [
        alpha * y * (gamma * (1 - s) ** (gamma - 1) * log(s) - over((1 - s) ** gamma, s)) if y else 0 * s
        for y, s in zip(smoothed(t, smoothing), shares, strict=True)
    ]
    return through_clip(slopes, p, clip, normalised)


@LOSSES.card(
    "−alpha·Σ tᵢ·(1 − pᵢ)^gamma·log pᵢ, p clipped as in categorical_cross_entropy", gradient=categorical_focal_gradient,
    gradient_terms=slope_terms, pred="distribution", target="distribution", row=True, perfect=False,
    requires=(*INSIDE, ("gamma >= 1", lambda gamma: gamma >= 1)),
    aliases=("categorical_focal_cross_entropy", "categorical_focal_crossentropy"),
    ulp={"float32": (1, 1), "float64": (8, 8)},
    source="Lin, Goyal, Girshick, He & Dollár 2017, ICCV; keras.losses.CategoricalFocalCrossentropy",
)
def categorical_focal(
    p: Row,
    t: Row,
    alpha: float = 0.25,
    gamma: float = 2.0,
    smoothing: float = 0.0,
    clip: float = 0.0,
    normalised: float = 0.0,
) -> Number:
    """Cross-entropy of probabilities that counts examples less the better they are known."""
    return -alpha * weighed(smoothed(t, smoothing), [(1 - s) ** gamma * log(s) for s in clipped(p, clip, normalised)])


def generalized_cross_entropy_gradient(p: Row, t: Row, q: Number = 0.5) -> list[Number]:
    """−pₜ^(q − 1) at the right class, else 0."""
    right = int(t[0])
    return [(-(s ** (q - 1)) if s or q == 1 else -inf) if i == right else 0 * s for i, s in enumerate(p)]


@LOSSES.card(
    "(1 − pₜ^q) / q", gradient=generalized_cross_entropy_gradient, pred="distribution", target="class", row=True,
    perfect=False, convex=True, requires=(("0 < q <= 1", lambda q: 0 < q <= 1),),
    aliases=("gce", "categorical_generalized_cross_entropy"), ulp={"float32": (1, 1), "float64": (8, 4)},
    source="Zhang & Sabuncu 2018, NeurIPS, arXiv:1805.07836",
)
def generalized_cross_entropy(p: Row, t: Row, q: float = 0.5) -> Number:
    """Between cross-entropy (q → 0) and mean absolute error (q = 1): robust to wrong labels."""
    return (1 - p[int(t[0])] ** q) / q


def taylor_cross_entropy_gradient(p: Row, t: Row, order: Number = 2.0) -> list[Number]:
    """−Σ (1 − pₜ)^k, k from 0 to order − 1, at the right class, else 0."""
    missed = 1 - p[int(t[0])]
    return [-sum(missed**k for k in range(int(order))) * each for each in one_hot(int(t[0]), len(p))]


@LOSSES.card(
    "Σ (1 − pₜ)^k / k, k from 1 to order", gradient=taylor_cross_entropy_gradient, pred="distribution", target="class",
    row=True, convex=True, perfect=False,
    requires=(("order is 1, 2, 3, ...", lambda order: order >= 1 and order == int(order)),),
    ulp={"float32": (1, 1), "float64": (4, 4)}, source="Feng, Shu, Lin, Lv, Li & An 2020, IJCAI",
)
def taylor_cross_entropy(p: Row, t: Row, order: float = 2.0) -> Number:
    """The first terms of the cross-entropy's series: between it and mean absolute error (order 1)."""
    missed = 1 - p[int(t[0])]
    return sum(missed**k / k for k in range(1, int(order) + 1))


def multiclass_brier_gradient(p: Row, t: Row) -> list[Number]:
    """2·(p − t)."""
    return [2 * (s - y) for s, y in zip(p, t, strict=True)]


@LOSSES.card(
    "Σ (pᵢ − tᵢ)²", gradient=multiclass_brier_gradient, pred="distribution", target="distribution", row=True,
    convex=True, aliases=("quadratic_score", "quadratic_probability_score",),
    ulp={"float32": (1, 1), "float64": (8, 2)}, source="Brier 1950, Monthly Weather Review 78:1",
)
def multiclass_brier(p: Row, t: Row) -> Number:
    """The squared error of probabilities: a proper score, between 0 and 2."""
    return sum((s - y) ** 2 for s, y in zip(p, t, strict=True))


def spherical_gradient(p: Row, t: Row) -> list[Number]:
    """(p·pₜ/‖p‖² − 1 at the right class) / ‖p‖."""
    size, right = sqrt(dot(p, p)), int(t[0])
    return [(s * p[right] / size**2 - (i == right)) / size for i, s in enumerate(p)]


@LOSSES.card(
    "1 − pₜ / ‖p‖", gradient=spherical_gradient, pred="distribution", target="class", row=True, perfect=False,
    terms=lambda p, t: 1, gradient_terms=lambda p, t: 1 / sqrt(dot(p, p)), aliases=("spherical_score",),
    ulp={"float32": (1, 1), "float64": (4, 8)}, source="Roby 1965; Gneiting & Raftery 2007, JASA 102:359",
)
def spherical(p: Row, t: Row) -> Number:
    """One less the cosine of the probabilities and the right class: a proper score."""
    return 1 - p[int(t[0])] / sqrt(dot(p, p))


def ranked_probability_gradient(p: Row, t: Row) -> list[Number]:
    """2·Σ of the errors of all sums that the class is part of."""
    errors = steps(p, t)
    return [2 * sum(errors[i:]) for i in range(len(p))]


def steps(p: Row, t: Row) -> list[Number]:
    """Differences of the cumulative sums."""
    return [sum(p[: i + 1]) - sum(t[: i + 1]) for i in range(len(p))]


@LOSSES.card(
    "Σₖ (Σ to k of pᵢ − tᵢ)²", gradient=ranked_probability_gradient, pred="distribution", target="distribution",
    row=True, convex=True, gradient_terms=lambda p, t: 2 * len(p), terms=lambda p, t: 1, aliases=("rps", "squared_emd"),
    ulp={"float32": (1, 1), "float64": (16, 4)},
    source="Epstein 1969, J. Appl. Meteorology 8:985; Hou, Yu & Samaras 2016, arXiv:1611.05916",
)
def ranked_probability(p: Row, t: Row) -> Number:
    """The squared error of cumulative probabilities, for classes that have an order."""
    return sum(each**2 for each in steps(p, t))


def evidential_gradient(p: Row, t: Row) -> list[Number]:
    """−2·(tᵢ − mᵢ)/S + Σ 2·(tⱼ − mⱼ)·mⱼ/S, and the derivative of the variances, with m = (p + 1)/S."""
    a, s = [e + 1 for e in p], sum(p) + len(p)
    shared = sum(2 * (y - x / s) * x / s**2 for x, y in zip(a, t, strict=True))
    variance = sum(x * (s - x) for x in a)
    common = sum(a) / (s**2 * (s + 1)) - variance * (3 * s + 2) / (s**3 * (s + 1) ** 2)
    return [-2 * (y - x / s) / s + shared + (s - 2 * x) / (s**2 * (s + 1)) + common for x, y in zip(a, t, strict=True)]


@LOSSES.card(
    "Σ (tᵢ − mᵢ)² + mᵢ·(1 − mᵢ)/(S + 1), m = (p + 1)/S, S = Σ (p + 1)", gradient=evidential_gradient, pred="amounts",
    target="distribution", row=True, perfect=False, gradient_terms=lambda p, t: 1 / (sum(p) + len(p)),
    ulp={"float32": (1, 2), "float64": (8, 16)}, aliases=("evidential_mse",),
    source="Sensoy, Kaplan & Kandemir 2018, NeurIPS, arXiv:1806.01768",
)
def evidential(p: Row, t: Row) -> Number:
    """The expected Brier score of a Dirichlet distribution with evidence p for each class."""
    s = sum(p) + len(p)
    means = [(e + 1) / s for e in p]
    return sum((y - m) ** 2 + m * (1 - m) / (s + 1) for m, y in zip(means, t, strict=True))
