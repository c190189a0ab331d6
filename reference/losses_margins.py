"""Losses of a row of scores, one for each class: the right one is to be above the others by a margin."""

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, dot, greatest, logsumexp, over, sigmoid, softplus
from dlc.reference.losses_classes import greatest_of_one, softmax_cross_entropy_gradient, sparse_softmax_cross_entropy
from dlc.reference.numbers import Number, cos, exp, library, pi, sin, sqrt

# A card reads as one entry of a table.
# fmt: off

ONE_OR_TWO = (("power is 1 or 2", lambda power: power in (1, 2)),)


def multi_margin_gradient(p: Row, t: Row, power: Number = 1.0, margin: Number = 1.0) -> list[Number]:
    """power·max(0, margin − pₜ + pᵢ)^(power − 1) / n where not 0; at the right class minus the sum of these."""
    right = int(t[0])
    gaps = [margin - p[right] + z for z in p]
    slopes = [power * gap ** (power - 1) / len(p) if gap > 0 and i != right else 0 for i, gap in enumerate(gaps)]
    return [-sum(slopes) if i == right else slope for i, slope in enumerate(slopes)]


@LOSSES.card(
    "Σ over other classes of max(0, margin − pₜ + pᵢ)^power / n", gradient=multi_margin_gradient, pred="logits",
    target="class", row=True, convex=True, perfect=False, requires=ONE_OR_TWO,
    ulp={"float32": (1, 1), "float64": (16, 16)}, aliases=("weston_watkins",),
    terms=lambda p, t, power, margin: max(abs(margin), greatest(p)) ** power,
    gradient_terms=lambda p, t, power, margin: max(1, abs(margin), greatest(p)), source="Weston & Watkins 1999, ESANN",
)
def multi_margin(p: Row, t: Row, power: float = 1.0, margin: float = 1.0) -> Number:
    """The mean, over the classes, of how far each is above the margin below the right one."""
    right = int(t[0])
    return sum(max(0, margin - p[right] + z) ** power for i, z in enumerate(p) if i != right) / len(p)


def multilabel_margin_gradient(p: Row, t: Row) -> list[Number]:
    """For each pair with pᵢ − pⱼ < 1, tᵢ = 1, tⱼ = 0: −1/n by pᵢ and 1/n by pⱼ."""
    n = len(p)
    pairs = [(i, j) for i in range(n) for j in range(n) if t[i] == 1 and t[j] == 0 and 1 - p[i] + p[j] > 0]
    return [(sum(j == k for _, j in pairs) - sum(i == k for i, _ in pairs)) * (0 * p[0] + 1) / n for k in range(n)]


@LOSSES.card(
    "Σ over pairs tᵢ = 1, tⱼ = 0 of max(0, 1 − pᵢ + pⱼ) / n", gradient=multilabel_margin_gradient, pred="logits",
    target="labels", row=True, convex=True, perfect=False, ulp={"float32": (1, 1), "float64": (16, 8)},
    terms=lambda p, t: max(1, greatest(p)), source="Elisseeff & Weston 2001, NeurIPS 14, in torch's scale",
)
def multilabel_margin(p: Row, t: Row) -> Number:
    """Every right class above every wrong one by 1."""
    above, below = ([z for z, y in zip(p, t, strict=True) if y == label] for label in (1, 0))
    return sum(max(0, 1 - a + b) for a in above for b in below) * (0 * p[0] + 1) / len(p)


def multilabel_soft_margin_gradient(p: Row, t: Row) -> list[Number]:
    """(σ(p) − t) / n."""
    return [(sigmoid(z) - y) / len(p) for z, y in zip(p, t, strict=True)]


@LOSSES.card(
    "−Σ (tᵢ·log σ(pᵢ) + (1 − tᵢ)·log σ(−pᵢ)) / n", gradient=multilabel_soft_margin_gradient,
    gradient_terms=greatest_of_one, pred="logits", target="labels", row=True, convex=True, perfect=False,
    ulp={"float32": (1, 2), "float64": (8, 8)}, source="torch.nn.MultiLabelSoftMarginLoss; Cox 1958, JRSS B 20:215",
)
def multilabel_soft_margin(p: Row, t: Row) -> Number:
    """The mean of each label's own cross-entropy, from logits."""
    return sum(y * softplus(-z) + (1 - y) * softplus(z) for z, y in zip(p, t, strict=True)) / len(p)


def lsep_gradient(p: Row, t: Row) -> list[Number]:
    """σ(a)·∂a/∂p for the argument a of softplus: shares of e^p where t is 0, minus those of e^(−p) where it is 1."""
    parts = {side: [z if side == 0 else -z for z, y in zip(p, t, strict=True) if y == side] for side in (0, 1)}
    if not parts[0] or not parts[1]:
        return [0 * z for z in p]
    sums = {side: logsumexp(row) for side, row in parts.items()}
    slope = sigmoid(sums[0] + sums[1])
    return [slope * (exp(z - sums[0]) if y == 0 else -exp(-z - sums[1])) for z, y in zip(p, t, strict=True)]


@LOSSES.card(
    "log(1 + Σ over pairs tᵢ = 1, tⱼ = 0 of e^(pⱼ − pᵢ))", gradient=lsep_gradient,
    gradient_terms=lambda p, t: greatest(lsep_gradient(p, t)), pred="logits", target="labels", row=True, convex=True,
    perfect=False, ulp={"float32": (1, 2), "float64": (256, 256)}, aliases=("log_sum_exp_pairwise",),
    source="Li, Song & Luo 2017, CVPR, arXiv:1704.03135",
)
def lsep(p: Row, t: Row) -> Number:
    """Every right class above every wrong one, smoothly."""
    above, below = ([z if label == 0 else -z for z, y in zip(p, t, strict=True) if y == label] for label in (1, 0))
    return softplus(logsumexp(above) + logsumexp(below)) if above and below else 0 * p[0]


def categorical_hinge_gradient(p: Row, t: Row) -> list[Number]:
    """Where the loss is not 0, 1 − tᵢ at the greatest of (1 − t)·p, and −tᵢ everywhere."""
    others = [(1 - y) * z for z, y in zip(p, t, strict=True)]
    if max(others) - dot(p, t) + 1 <= 0:
        return [0 * z for z in p]
    top = others.index(max(others))
    return [(1 - y) * (i == top) - y for i, y in enumerate(t)]


@LOSSES.card(
    "max(0, 1 + max (1 − tᵢ)·pᵢ − Σ tᵢ·pᵢ)", gradient=categorical_hinge_gradient, pred="logits", target="one-hot",
    row=True, convex=True, perfect=False, terms=lambda p, t: max(1, greatest(p)),
    ulp={"float32": (1, 1), "float64": (4, 1)}, source="Keras 3.15, keras.losses.CategoricalHinge",
)
def categorical_hinge(p: Row, t: Row) -> Number:
    """The right class above every other by 1, and above 1: the others' greatest counts as no less than 0."""
    return max(0 * p[0], max((1 - y) * z for z, y in zip(p, t, strict=True)) - dot(p, t) + 1)


def above_others(scores: list[Number], right: int) -> list[Number]:
    """The gradient of max(scores) − the right one; 0 where that is a greatest."""
    top = right if scores[right] == max(scores) else scores.index(max(scores))
    return [(i == top) - (i == right) + 0 * scores[0] for i in range(len(scores))]


def multiclass_hinge_gradient(p: Row, t: Row) -> list[Number]:
    """1 at the greatest of p + 1 at other classes and p at the right one, −1 there; 0 where they are one."""
    right = int(t[0])
    return above_others([z + (i != right) for i, z in enumerate(p)], right)


@LOSSES.card(
    "max over other classes of max(0, 1 − pₜ + pᵢ)", gradient=multiclass_hinge_gradient, pred="logits", target="class",
    row=True, convex=True, perfect=False, terms=lambda p, t: max(1, greatest(p)),
    ulp={"float32": (1, 1), "float64": (4, 1)}, aliases=("crammer_singer",), source="Crammer & Singer 2001, JMLR 2:265",
)
def multiclass_hinge(p: Row, t: Row) -> Number:
    """The right class above every other by 1."""
    right = int(t[0])
    return max(z + (i != right) for i, z in enumerate(p)) - p[right]


def multiclass_perceptron_gradient(p: Row, t: Row) -> list[Number]:
    """1 at the greatest score, −1 at the right class; 0 where they are one."""
    return above_others([*p], int(t[0]))


@LOSSES.card(
    "max pᵢ − pₜ", gradient=multiclass_perceptron_gradient, pred="logits", target="class", row=True, convex=True,
    perfect=False, terms=lambda p, t: greatest(p), ulp={"float32": (1, 1), "float64": (2, 1)},
    source="Collins 2002, EMNLP; Rosenblatt 1958, Psychological Review 65:386",
)
def multiclass_perceptron(p: Row, t: Row) -> Number:
    """How far the right class is below the greatest score."""
    return max(p) - p[int(t[0])]


def nearest_shares(z: Row) -> list[Number]:
    """The distribution nearest to z (sparsemax)."""
    ordered = sorted(z, reverse=True)
    bounds = [(sum(ordered[:k]) - 1) / k for k in range(1, len(z) + 1)]
    threshold = max(b for b in bounds)
    return [max(0 * threshold, each - threshold) for each in z]


def multiclass_sparsemax_gradient(p: Row, t: Row) -> list[Number]:
    """sparsemax(p) − t."""
    return [s - y for s, y in zip(nearest_shares(p), t, strict=True)]


def spread(p: Row, t: Row) -> Number:
    """How far p is from its greatest entry where it is shared: these terms cancel."""
    shares = nearest_shares(p)
    return max(
        1,
        *(abs(y * (max(p) - z)) for z, y in zip(p, t, strict=True)),
        *(s * abs(z - max(p)) for z, s in zip(p, shares, strict=True)),
    )


@LOSSES.card(
    "Σ (sᵢ − tᵢ)·pᵢ − Σ sᵢ²/2 + Σ tᵢ²/2, s = sparsemax(p)", gradient=multiclass_sparsemax_gradient,
    gradient_terms=greatest_of_one, terms=spread, pred="logits", target="distribution", row=True, convex=True,
    perfect=False, ulp={"float32": (1, 2), "float64": (16, 16)},
    source="Martins & Astudillo 2016, ICML; Blondel, Martins & Niculae 2020, JMLR 21:35",
)
def multiclass_sparsemax(p: Row, t: Row) -> Number:
    """The loss whose minimum is where sparsemax of the scores is the target (a Fenchel–Young loss)."""
    shares = nearest_shares(p)
    return sum((s - y) * z - s * s / 2 + y * y / 2 for s, y, z in zip(shares, t, p, strict=True))


def scaled_margin(p: Row, t: Row, scale: Number, margin: Number) -> list[Number]:
    """The logits of cosface."""
    return [scale * (z - margin * (i == int(t[0]))) for i, z in enumerate(p)]


def cosface_gradient(p: Row, t: Row, scale: Number = 64.0, margin: Number = 0.35) -> list[Number]:
    """scale·(softmax(z) − 1 at the right class)."""
    right = [int(i == int(t[0])) for i in range(len(p))]
    return [scale * g for g in softmax_cross_entropy_gradient(scaled_margin(p, t, scale, margin), right)]


@LOSSES.card(
    "−log softmax(z)ₜ, zᵢ = scale·pᵢ, but zₜ = scale·(pₜ − margin)", gradient=cosface_gradient,
    gradient_terms=lambda p, t, scale, margin: scale, terms=lambda p, t, scale, margin: 1,
    pred="cosines", target="class", row=True, convex=True, perfect=False, ulp={"float32": (1, 2), "float64": (64, 64)},
    aliases=("am_softmax", "large_margin_cosine"), source="Wang et al. 2018, CVPR, arXiv:1801.09414",
)
def cosface(p: Row, t: Row, scale: float = 64.0, margin: float = 0.35) -> Number:
    """Cross-entropy of scaled cosines, the right one less a margin."""
    return sparse_softmax_cross_entropy(scaled_margin(p, t, scale, margin), t)


def turned(cosine: Number, margin: Number) -> tuple[Number, Number]:
    """cos(θ + margin) for cos θ, and its derivative by cos θ; cos θ less a constant where θ + margin is above π."""
    angle = library(cosine).acos(cosine)
    if angle + margin > pi(cosine):
        return cosine - margin * sin(margin), 1 + 0 * cosine
    return cos(angle + margin), over(sin(angle + margin), sqrt(1 - cosine * cosine))


def arcface_gradient(p: Row, t: Row, scale: Number = 64.0, margin: Number = 0.5) -> list[Number]:
    """scale·(softmax(z) − 1 at the right class), there times sin(θ + margin) / sin θ."""
    right = int(t[0])
    cosine, slope = turned(p[right], margin)
    z = [scale * (cosine if i == right else each) for i, each in enumerate(p)]
    slopes = softmax_cross_entropy_gradient(z, [int(i == right) for i in range(len(p))])
    return [scale * g * (slope if i == right else 1) for i, g in enumerate(slopes)]


@LOSSES.card(
    "−log softmax(z)ₜ, zᵢ = scale·pᵢ, but zₜ = scale·cos(arccos pₜ + margin)", gradient=arcface_gradient,
    gradient_terms=lambda p, t, scale, margin: scale, terms=lambda p, t, scale, margin: scale,
    pred="cosines", target="class", row=True, perfect=False, ulp={"float32": (1, 2), "float64": (16, 256)},
    source="Deng, Guo, Xue & Zafeiriou 2019, CVPR, arXiv:1801.07698",
)
def arcface(p: Row, t: Row, scale: float = 64.0, margin: float = 0.5) -> Number:
    """Cross-entropy of scaled cosines, the right one's angle widened by a margin."""
    right = int(t[0])
    return sparse_softmax_cross_entropy(
        [scale * (turned(z, margin)[0] if i == right else z) for i, z in enumerate(p)], t
    )
