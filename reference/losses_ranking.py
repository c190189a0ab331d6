"""Losses of a row of scores by which items are put in order."""

from itertools import combinations

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, greatest, log_softmax, logsumexp, sigmoid, softmax, softplus, weighed
from dlc.reference.numbers import Number, exp, log

# A card reads as one entry of a table.
# fmt: off

ULP = {"float32": (1, 2), "float64": (16, 32)}


def ranking_softmax_gradient(p: Row, t: Row) -> list[Number]:
    """softmax(p)·Σ t − t."""
    return [s * sum(t) - y for s, y in zip(softmax(p), t, strict=True)]


@LOSSES.card(
    "−Σ tᵢ·log softmax(p)ᵢ", gradient=ranking_softmax_gradient,
    gradient_terms=lambda p, t: max(sum(t) * max(softmax(p)), *t), pred="logits", target="relevances", row=True,
    convex=True, perfect=False, ulp=ULP, source="Cao et al. 2007, ICML; Bruch et al. 2019, ICTIR",
)
def ranking_softmax(p: Row, t: Row) -> Number:
    """Cross-entropy of relevances, whatever their sum, and the softmax of scores."""
    return -weighed(t, log_softmax(p))


def listnet_gradient(p: Row, t: Row) -> list[Number]:
    """softmax(p) − softmax(t)."""
    return [a - b for a, b in zip(softmax(p), softmax(t), strict=True)]


@LOSSES.card(
    "−Σ softmax(t)ᵢ·log softmax(p)ᵢ", gradient=listnet_gradient,
    gradient_terms=lambda p, t: greatest(softmax(p), softmax(t)), pred="logits", target="relevances", row=True,
    convex=True, perfect=False, ulp=ULP, source="Cao, Qin, Liu, Tsai & Li 2007, ICML",
)
def listnet(p: Row, t: Row) -> Number:
    """Cross-entropy of the chances to be first, by relevance and by score."""
    return -weighed(softmax(t), log_softmax(p))


def from_most_relevant(t: Row) -> list[int]:
    """The places of a row from its greatest number on."""
    return sorted(range(len(t)), key=lambda i: -t[i])


def listmle_gradient(p: Row, t: Row) -> list[Number]:
    """Σ of the shares in all choices that the item is there for, − 1."""
    order, slopes = from_most_relevant(t), [-1 + 0 * z for z in p]
    for k in range(len(p)):
        for i, share in zip(order[k:], softmax([p[i] for i in order[k:]]), strict=True):
            slopes[i] += share
    return slopes


@LOSSES.card(
    "Σₖ log Σ over i from k on of e^pᵢ − pₖ, items in the order of relevance, equal ones as given",
    gradient=listmle_gradient, gradient_terms=lambda p, t: 1 + greatest(listmle_gradient(p, t)),
    terms=lambda p, t: max(1, max(p) - min(p)), pred="logits", target="relevances", row=True, convex=True,
    perfect=False, ulp={"float32": (1, 2), "float64": (32, 32)}, source="Xia, Liu, Wang, Zhang & Li 2008, ICML",
)
def listmle(p: Row, t: Row) -> Number:
    """The surprise of the right order, where each next item is drawn by the softmax of scores (Plackett–Luce)."""
    ordered = [p[i] for i in from_most_relevant(t)]
    return sum(logsumexp(ordered[k:]) - ordered[k] for k in range(len(p)))


def ordered_pairs(t: Row) -> list[tuple[int, int]]:
    """All pairs (i, j) with tᵢ > tⱼ."""
    return [(i, j) if t[i] > t[j] else (j, i) for i, j in combinations(range(len(t)), 2) if t[i] != t[j]]


def by_pairs(p: Row, t: Row, slopes: list[Number]) -> list[Number]:
    """The gradient of a sum over ordered pairs, from the SLOPES by pᵢ − pⱼ."""
    total = [0 * z for z in p]
    for (i, j), slope in zip(ordered_pairs(t), slopes, strict=True):
        total[i] += slope
        total[j] -= slope
    return total


def ranknet_gradient(p: Row, t: Row) -> list[Number]:
    """For each pair with tᵢ > tⱼ: −σ(pⱼ − pᵢ) by pᵢ, and the opposite by pⱼ."""
    return by_pairs(p, t, [-sigmoid(p[j] - p[i]) for i, j in ordered_pairs(t)])


@LOSSES.card(
    "Σ over tᵢ > tⱼ of log(1 + e^(pⱼ − pᵢ))", gradient=ranknet_gradient, gradient_terms=lambda p, t: 1, pred="logits",
    target="relevances", row=True, convex=True, perfect=False, aliases=("pairwise_logistic",), ulp=ULP,
    source="Burges et al. 2005, ICML",
)
def ranknet(p: Row, t: Row) -> Number:
    """The cross-entropy of each pair's order."""
    return sum(softplus(p[j] - p[i]) for i, j in ordered_pairs(t)) + 0 * p[0]


def pairwise_hinge_gradient(p: Row, t: Row, margin: Number = 1.0) -> list[Number]:
    """For each pair with tᵢ > tⱼ and pᵢ − pⱼ < margin: −1 by pᵢ and 1 by pⱼ."""
    return by_pairs(p, t, [-1 if margin - p[i] + p[j] > 0 else 0 for i, j in ordered_pairs(t)])


@LOSSES.card(
    "Σ over tᵢ > tⱼ of max(0, margin − pᵢ + pⱼ)", gradient=pairwise_hinge_gradient, pred="logits", target="relevances",
    row=True, convex=True, perfect=False, terms=lambda p, t, margin: max(margin, greatest(p)),
    ulp={"float32": (1, 0), "float64": (64, 0)}, aliases=("ranking_svm",),
    source="Herbrich, Graepel & Obermayer 1999; Joachims 2002, KDD",
)
def pairwise_hinge(p: Row, t: Row, margin: float = 1.0) -> Number:
    """Every item above all less relevant ones by a margin."""
    return sum(max(0, margin - p[i] + p[j]) for i, j in ordered_pairs(t)) + 0 * p[0]


def pairwise_mse_gradient(p: Row, t: Row) -> list[Number]:
    """2·(n·(p − t) − Σ (p − t))."""
    errors = [z - y for z, y in zip(p, t, strict=True)]
    return [2 * (len(p) * e - sum(errors)) for e in errors]


@LOSSES.card(
    "Σ over i < j of ((pᵢ − pⱼ) − (tᵢ − tⱼ))²", gradient=pairwise_mse_gradient, pred="vector", target="vector",
    row=True, convex=True, terms=lambda p, t: len(p) * max(greatest(p), greatest(t)) ** 2,
    gradient_terms=lambda p, t: 2 * len(p) * max(greatest(p), greatest(t)), ulp=ULP,
    source="Eigen, Puhrsch & Fergus 2014, NeurIPS; TF-Ranking's pairwise_mse_loss",
)
def pairwise_mse(p: Row, t: Row) -> Number:
    """The squared error of all differences: what is added to all predictions does not count."""
    return sum(((p[i] - p[j]) - (t[i] - t[j])) ** 2 for i, j in combinations(range(len(p)), 2)) + 0 * p[0]


def gains(t: Row) -> list[Number]:
    """2^t − 1, divided by the best discounted sum that an order can reach; 0 where that is 0."""
    found = [exp(y * log(2 + 0 * y)) - 1 for y in t]
    best = sum(g / log(2 + k + 0 * g) for k, g in enumerate(sorted(found, reverse=True))) * log(2 + 0 * t[0])
    return [g / best if best else 0 * g for g in found]


def soft_ranks(p: Row, temperature: Number) -> list[Number]:
    """1 + Σ over the others of σ((pⱼ − pᵢ)/temperature)."""
    return [1 + sum(sigmoid((z - own) / temperature) for j, z in enumerate(p) if j != i) for i, own in enumerate(p)]


def approx_ndcg_gradient(p: Row, t: Row, temperature: Number = 1.0) -> list[Number]:
    """Σ over pairs of σ′((pⱼ − pᵢ)/temperature)/temperature times the difference of what a rank costs i and j."""
    two = log(2 + 0 * p[0])
    costs = [g * two / ((1 + r) * log(1 + r) ** 2) for g, r in zip(gains(t), soft_ranks(p, temperature), strict=True)]
    slopes = [0 * z for z in p]
    for i, j in combinations(range(len(p)), 2):
        s = sigmoid((p[j] - p[i]) / temperature)
        moved = s * sigmoid((p[i] - p[j]) / temperature) / temperature * (costs[j] - costs[i])
        slopes[i] += moved
        slopes[j] -= moved
    return slopes


@LOSSES.card(
    "1 − Σ gᵢ / log₂(1 + rᵢ), g = (2^t − 1)/best, rᵢ = 1 + Σ over j ≠ i of σ((pⱼ − pᵢ)/temperature)",
    gradient=approx_ndcg_gradient, terms=lambda p, t, temperature: 1,
    gradient_terms=lambda p, t, temperature: 1 / temperature, pred="logits", target="relevances", row=True,
    perfect=False, requires=(("temperature > 0", lambda temperature: temperature > 0),), ulp=ULP,
    source="Qin, Liu & Li 2010, Information Retrieval 13:375",
)
def approx_ndcg(p: Row, t: Row, temperature: float = 1.0) -> Number:
    """One less the normalised discounted gain, with ranks that move smoothly."""
    two = log(2 + 0 * p[0])
    return 1 - sum(g * two / log(1 + r) for g, r in zip(gains(t), soft_ranks(p, temperature), strict=True))
