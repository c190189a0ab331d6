"""Losses of a row of logits, one for each class, by their softmax."""

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import (
    Row,
    all_but,
    dot,
    greatest,
    log_softmax,
    logsumexp,
    one_hot,
    smoothed,
    softmax,
    weighed,
)
from dlc.reference.numbers import Number, exp, log

# A card reads as one entry of a table.
# fmt: off

SMOOTHING = (("0 <= smoothing <= 1", lambda smoothing: 0 <= smoothing <= 1),)


def greatest_share(p: Row, t: Row, **_params: Number) -> Number:
    """The greater of a class's share in softmax(p) and its target: their difference has no digits of its own."""
    return max(*t, max(softmax(p)))


def greatest_of_one(p: Row, t: Row, **_params: Number) -> Number:
    """1: the right class's target."""
    return 1


def softmax_cross_entropy_gradient(p: Row, t: Row, smoothing: Number = 0.0) -> list[Number]:
    """softmax(p)·Σ t − t."""
    t = smoothed(t, smoothing)
    return [s * sum(t) - y for s, y in zip(softmax(p), t, strict=True)]


@LOSSES.card(
    "−Σ tᵢ·log softmax(p)ᵢ, t smoothed to (1 − smoothing)·t + smoothing/n", gradient=softmax_cross_entropy_gradient,
    gradient_terms=greatest_share, pred="logits", target="distribution", row=True, convex=True, perfect=False,
    requires=SMOOTHING, aliases=("safe_softmax_cross_entropy",), ulp={"float32": (1, 2), "float64": (8, 8)},
    source="Bridle 1990, NeurIPS 2",
)
def softmax_cross_entropy(p: Row, t: Row, smoothing: float = 0.0) -> Number:
    """Cross-entropy of a distribution and the softmax of logits."""
    return -weighed(smoothed(t, smoothing), log_softmax(p))


def sparse_softmax_cross_entropy_gradient(p: Row, t: Row, smoothing: Number = 0.0) -> list[Number]:
    """softmax(p) − 1 at the right class, softmax(p) elsewhere, for smoothing 0."""
    return softmax_cross_entropy_gradient(p, one_hot(int(t[0]), len(p)), smoothing)


@LOSSES.card(
    "−log softmax(p)ₜ; smoothing spreads a part over all classes", gradient=sparse_softmax_cross_entropy_gradient,
    gradient_terms=greatest_of_one, pred="logits", target="class", row=True, convex=True, perfect=False,
    requires=SMOOTHING, ulp={"float32": (1, 2), "float64": (8, 8)},
    aliases=("softmax_cross_entropy_with_integer_labels", "multiclass_logistic"), source="Bridle 1990, NeurIPS 2",
)
def sparse_softmax_cross_entropy(p: Row, t: Row, smoothing: float = 0.0) -> Number:
    """Cross-entropy of the right class and the softmax of logits."""
    return softmax_cross_entropy(p, one_hot(int(t[0]), len(p)), smoothing)


def through_softmax(slopes: Row, shares: Row) -> list[Number]:
    """The gradient by logits of what has SLOPES by their softmax."""
    mean = dot(slopes, shares)
    return [s * (g - mean) for s, g in zip(shares, slopes, strict=True)]


def softmax_focal_gradient(p: Row, t: Row, alpha: Number = 1.0, gamma: Number = 2.0) -> list[Number]:
    """sᵢ·(hᵢ − Σ hⱼ·sⱼ) with s = softmax(p), h = −alpha·t·((1 − s)^gamma / s − gamma·(1 − s)^(gamma − 1)·log s)."""
    shares = softmax(p)
    by_log = [
        -alpha * y * rest ** (gamma - 1) * (rest - gamma * s * v)
        for y, s, rest, v in zip(t, shares, all_but(p), log_softmax(p), strict=True)
    ]
    return [h - s * sum(by_log) for h, s in zip(by_log, shares, strict=True)]


def focal_terms(p: Row, t: Row, alpha: Number, gamma: Number) -> Number:
    """The greatest part of the gradient."""
    rows = zip(t, softmax(p), all_but(p), log_softmax(p), strict=True)
    return alpha * max(y * rest ** (gamma - 1) * (rest - gamma * s * v) for y, s, rest, v in rows)


@LOSSES.card(
    "−alpha·Σ tᵢ·(1 − sᵢ)^gamma·log sᵢ, s = softmax(p)", gradient=softmax_focal_gradient, gradient_terms=focal_terms,
    pred="logits", target="distribution", row=True, perfect=False, requires=(("gamma >= 1", lambda gamma: gamma >= 1),),
    ulp={"float32": (1, 2), "float64": (16, 32)},
    source="Lin, Goyal, Girshick, He & Dollár 2017, ICCV, for classes that exclude each other",
)
def softmax_focal(p: Row, t: Row, alpha: float = 1.0, gamma: float = 2.0) -> Number:
    """Cross-entropy of logits that counts examples less the better they are known."""
    return -alpha * weighed(t, [rest**gamma * v for rest, v in zip(all_but(p), log_softmax(p), strict=True)])


def poly_loss_gradient(p: Row, t: Row, epsilon: Number = 2.0) -> list[Number]:
    """s·Σ t − t − epsilon·s·(t − Σ tⱼ·sⱼ), s = softmax(p)."""
    shares = softmax(p)
    return [
        e - epsilon * h for e, h in zip(softmax_cross_entropy_gradient(p, t), through_softmax(t, shares), strict=True)
    ]


@LOSSES.card(
    "−Σ tᵢ·log sᵢ + epsilon·(Σ tᵢ·(1 − sᵢ)), s = softmax(p)", gradient=poly_loss_gradient,
    gradient_terms=greatest_share, pred="logits", target="distribution", row=True, perfect=False,
    aliases=("poly1", "poly_loss_cross_entropy"), ulp={"float32": (1, 2), "float64": (8, 16)},
    requires=(("epsilon >= -1", lambda epsilon: epsilon >= -1),), source="Leng et al. 2022, ICLR, arXiv:2204.12511",
)
def poly_loss(p: Row, t: Row, epsilon: float = 2.0) -> Number:
    """Cross-entropy of logits with another weight for the first term of its series in 1 − softmax(p)."""
    return softmax_cross_entropy(p, t) + epsilon * weighed(t, all_but(p))


def surprises(t: Row, floor: Number) -> list[Number]:
    """−log t, no more than −FLOOR."""
    return [-max(log(y), floor) if y > 0 else -floor for y in t]


def symmetric_cross_entropy_gradient(
    p: Row, t: Row, alpha: Number = 0.1, beta: Number = 1.0, floor: Number = -4.0
) -> list[Number]:
    """alpha·(s·Σ t − t) + beta·s·(r − Σ rⱼ·sⱼ), s = softmax(p), r = −max(log t, floor)."""
    reverse = through_softmax(surprises(t, floor), softmax(p))
    return [alpha * a + beta * b for a, b in zip(softmax_cross_entropy_gradient(p, t), reverse, strict=True)]


def symmetric_terms(p: Row, t: Row, alpha: Number, beta: Number, floor: Number) -> Number:
    """The greatest part of the gradient."""
    return max(alpha * greatest_share(p, t), -beta * floor * max(softmax(p)))


@LOSSES.card(
    "alpha·(−Σ tᵢ·log sᵢ) + beta·(−Σ sᵢ·max(log tᵢ, floor)), s = softmax(p)", gradient=symmetric_cross_entropy_gradient,
    gradient_terms=symmetric_terms, pred="logits", target="distribution", row=True, perfect=False,
    requires=(("floor <= 0", lambda floor: floor <= 0),),
    ulp={"float32": (1, 2), "float64": (8, 16)}, source="Wang, Ma, Chen, Luo, Yi & Bailey 2019, ICCV, arXiv:1908.06112",
)
def symmetric_cross_entropy(p: Row, t: Row, alpha: float = 0.1, beta: float = 1.0, floor: float = -4.0) -> Number:
    """Cross-entropy of target and softmax, and the other way round, which wrong labels disturb less."""
    return alpha * softmax_cross_entropy(p, t) + beta * dot(softmax(p), surprises(t, floor))


def distillation_gradient(p: Row, t: Row, temperature: Number = 2.0) -> list[Number]:
    """temperature·(softmax(p/temperature) − softmax(t/temperature))."""
    ours, theirs = (softmax([z / temperature for z in row]) for row in (p, t))
    return [temperature * (a - b) for a, b in zip(ours, theirs, strict=True)]


def distillation_terms(p: Row, t: Row, temperature: Number) -> Number:
    """The greatest part of the value."""
    theirs = softmax([z / temperature for z in t])
    logs = (log_softmax([z / temperature for z in row]) for row in (p, t))
    return temperature**2 * max(s * max(abs(a), abs(b)) for s, a, b in zip(theirs, *logs, strict=True))


@LOSSES.card(
    "T²·Σ qᵢ·log(qᵢ / sᵢ), q = softmax(t/T), s = softmax(p/T), T = temperature", gradient=distillation_gradient,
    terms=distillation_terms,
    gradient_terms=lambda p, t, temperature: temperature,
    pred="logits", target="logits", row=True, convex=True,
    requires=(("temperature > 0", lambda temperature: temperature > 0),), ulp={"float32": (1, 2), "float64": (64, 64)},
    aliases=("knowledge_distillation",), source="Hinton, Vinyals & Dean 2015, arXiv:1503.02531",
)
def distillation(p: Row, t: Row, temperature: float = 2.0) -> Number:
    """How far a student's softened classes are from those of a teacher, both given as logits."""
    logs = [log_softmax([z / temperature for z in row]) for row in (p, t)]
    theirs = softmax([z / temperature for z in t])
    return temperature**2 * sum(q * (b - a) for q, a, b in zip(theirs, *logs, strict=True))


def squentropy_gradient(p: Row, t: Row) -> list[Number]:
    """softmax(p) − 1 at the right class; softmax(p) + 2p/(n − 1) elsewhere."""
    right, shares = int(t[0]), softmax(p)
    return [s - 1 if i == right else s + 2 * z / (len(p) - 1) for i, (s, z) in enumerate(zip(shares, p, strict=True))]


@LOSSES.card(
    "−log softmax(p)ₜ + Σ over other classes of pᵢ²/(n − 1)", gradient=squentropy_gradient,
    gradient_terms=greatest_of_one, pred="logits", target="class", row=True, convex=True, perfect=False,
    ulp={"float32": (1, 2), "float64": (8, 8)}, source="Hui, Belkin & Wright 2023, ICML, arXiv:2302.03952",
)
def squentropy(p: Row, t: Row) -> Number:
    """Cross-entropy of the right class and the mean square of the other classes' logits."""
    right = int(t[0])
    return sparse_softmax_cross_entropy(p, t) + sum(z * z for i, z in enumerate(p) if i != right) / max(1, len(p) - 1)


def normalized_cross_entropy_gradient(p: Row, t: Row) -> list[Number]:
    """(∂a/∂p − L·∂b/∂p) / b for the fraction L = a/b."""
    shares, logs, right = softmax(p), log_softmax(p), int(t[0])
    value = logs[right] / sum(logs)
    by_log = [((i == right) - value) / sum(logs) for i in range(len(p))]
    return [h - s * sum(by_log) for h, s in zip(by_log, shares, strict=True)]


def normalized_terms(p: Row, t: Row) -> Number:
    """The greatest part of the gradient."""
    return len(p) / -sum(log_softmax(p))


@LOSSES.card(
    "log sₜ / Σ log sᵢ, s = softmax(p)", gradient=normalized_cross_entropy_gradient, gradient_terms=normalized_terms,
    pred="logits", target="class", row=True, perfect=False, aliases=("nce",),
    ulp={"float32": (1, 2), "float64": (8, 16)},
    source="Ma, Huang, Wang, Romano, Erfani & Bailey 2020, ICML, arXiv:2006.13554",
)
def normalized_cross_entropy(p: Row, t: Row) -> Number:
    """The right class's share in the cross-entropies of all classes, between 0 and 1: robust to wrong labels."""
    logs = log_softmax(p)
    return logs[int(t[0])] / sum(logs)


def zlpr_gradient(p: Row, t: Row) -> list[Number]:
    """e^p / (1 + Σ₀ e^p) where t is 0, −e^(−p) / (1 + Σ₁ e^(−p)) where it is 1."""
    parts = {
        side: logsumexp([0 * p[0], *(z if y == 0 else -z for z, y in zip(p, t, strict=True) if y == side)])
        for side in (0, 1)
    }
    return [exp(z - parts[0]) if y == 0 else -exp(-z - parts[1]) for z, y in zip(p, t, strict=True)]


@LOSSES.card(
    "log(1 + Σ over tᵢ = 0 of e^pᵢ) + log(1 + Σ over tᵢ = 1 of e^(−pᵢ))", gradient=zlpr_gradient, pred="logits",
    target="labels", row=True, gradient_terms=lambda p, t: greatest(zlpr_gradient(p, t)), convex=True, perfect=False,
    aliases=("multilabel_categorical_cross_entropy",), ulp={"float32": (1, 2), "float64": (8, 16)},
    source="Su, Zhu, Murtadha, Wen & Liu 2022, arXiv:2208.02955",
)
def zlpr(p: Row, t: Row) -> Number:
    """Every right class above 0, every other below, as one cross-entropy for several labels."""
    return sum(
        logsumexp([0 * p[0], *(z if y == 0 else -z for z, y in zip(p, t, strict=True) if y == side)]) for side in (0, 1)
    )
