"""Losses of several embeddings at once: a row holds vectors of `dim` numbers, one behind the other."""

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, dot, log_softmax, logsumexp, softmax
from dlc.reference.losses_vectors import cosine_slopes, size_of
from dlc.reference.numbers import Number

# A card reads as one entry of a table.
# fmt: off

ULP = {"float32": (1, 2), "float64": (16, 16)}
KNOBS = (
    ("dim is 1, 2, 3, ...", lambda dim: dim >= 1 and dim == int(dim)),
    ("temperature > 0", lambda temperature: temperature > 0),
)


def vectors_of(p: Row, dim: Number) -> list[Row]:
    """The vectors of DIM numbers in a row."""
    size = int(dim)
    return [p[i : i + size] for i in range(0, len(p), size)]


def count_of(columns: int, dim: float, least: int) -> int:
    """How many vectors of DIM numbers a row holds. Raises ValueError for a part of one, or fewer than LEAST."""
    if columns % int(dim) or columns // int(dim) < least:
        raise ValueError(f"a row holds {least} or more vectors of dim = {int(dim)} numbers each, not {columns} numbers")
    return columns // int(dim)


def no_target(columns: int, *, dim: float, **_params: float) -> int:
    """An anchor, its positive and negatives need no target."""
    return 0 * count_of(columns, dim, 3)


def one_group_each(columns: int, *, dim: float, **_params: float) -> int:
    """As many groups as vectors."""
    return count_of(columns, dim, 2)


def npairs_gradient(p: Row, t: Row, dim: Number = 2.0) -> list[Number]:
    """Through the products: softmax(a·x) − 1 at the positive, softmax(a·x) at negatives."""
    anchor, *others = vectors_of(p, dim)
    slopes = [s - (i == 0) for i, s in enumerate(softmax([dot(anchor, x) for x in others]))]
    by_anchor = [sum(s * x[k] for s, x in zip(slopes, others, strict=True)) for k in range(len(anchor))]
    return [*by_anchor, *(s * a for s in slopes for a in anchor)]


def product_size(p: Row, dim: Number) -> Number:
    """The size of the greatest product of the anchor with another vector."""
    anchor, *others = vectors_of(p, dim)
    return max(1, *(sum(abs(a * b) for a, b in zip(anchor, x, strict=True)) for x in others))


@LOSSES.card(
    "−log softmax(a·x)₁ for an anchor a, its positive x₁ and negatives xᵢ", gradient=npairs_gradient, pred="vector",
    target="nothing", row=True, perfect=False, target_length=no_target, terms=lambda p, t, dim: product_size(p, dim),
    gradient_terms=lambda p, t, dim: product_size(p, dim) * max(1, max(abs(z) for z in p)), ulp=ULP, requires=KNOBS[:1],
    source="Sohn 2016, NeurIPS",
)
def npairs(p: Row, t: Row, dim: float = 2.0) -> Number:
    """An anchor's product with its positive above those with negatives."""
    anchor, *others = vectors_of(p, dim)
    return -log_softmax([dot(anchor, x) for x in others])[0]


def similarities(p: Row, dim: Number, temperature: Number) -> list[list[Number]]:
    """The cosines of all vectors with all, divided by the temperature."""
    units = [[x / (size_of(v, 0) or 1) for x in v] for v in vectors_of(p, dim)]
    return [[dot(a, b) / temperature for b in units] for a in units]


def through_cosines(p: Row, dim: Number, temperature: Number, slopes: list[list[Number]]) -> list[Number]:
    """The gradient by p of what has SLOPES by the similarities."""
    vectors = vectors_of(p, dim)
    found = [[0 * x for x in v] for v in vectors]
    for i, a in enumerate(vectors):
        for j, b in enumerate(vectors):
            if i != j and slopes[i][j]:
                found[i] = [
                    g + slopes[i][j] / temperature * x for g, x in zip(found[i], cosine_slopes(a, b), strict=True)
                ]
                found[j] = [
                    g + slopes[i][j] / temperature * x for g, x in zip(found[j], cosine_slopes(b, a), strict=True)
                ]
    return [x for v in found for x in v]


def steepest(p: Row, t: Row, dim: Number, temperature: Number) -> Number:
    """1/temperature, and by the smallest vector where that is steeper."""
    return 1 / temperature / min(1, *(size_of(v, 0) or 1 for v in vectors_of(p, dim)))


def info_nce_gradient(p: Row, t: Row, dim: Number = 2.0, temperature: Number = 0.07) -> list[Number]:
    """Through the cosines: (softmax(cos/temperature) − 1 at the positive)/temperature."""
    row = similarities(p, dim, temperature)[0]
    slopes = [[0, *(s - (i == 0) for i, s in enumerate(softmax(row[1:])))], *([0] * len(row) for _ in row[1:])]
    return through_cosines(p, dim, temperature, slopes)


@LOSSES.card(
    "−log softmax(cos(a, x)/temperature)₁ for an anchor a, its positive x₁ and negatives xᵢ",
    gradient=info_nce_gradient, pred="vector", target="nothing", row=True, perfect=False, target_length=no_target,
    terms=lambda p, t, dim, temperature: 1 / temperature, gradient_terms=steepest, ulp=ULP, requires=KNOBS,
    aliases=("infonce",), source="van den Oord, Li & Vinyals 2018, arXiv:1807.03748",
)
def info_nce(p: Row, t: Row, dim: float = 2.0, temperature: float = 0.07) -> Number:
    """An anchor nearer, by angle, to its positive than to negatives."""
    return -log_softmax(similarities(p, dim, temperature)[0][1:])[0]


def positives_of(t: Row) -> list[list[int]]:
    """For each vector the others of its group."""
    return [[j for j in range(len(t)) if j != i and t[j] == t[i]] for i in range(len(t))]


def ntxent_gradient(p: Row, t: Row, dim: Number = 2.0, temperature: Number = 0.07) -> list[Number]:
    """Through the cosines: the mean, over all pairs of one group, of softmax − 1 at the pair."""
    sims, positives = similarities(p, dim, temperature), positives_of(t)
    pairs, n = sum(map(len, positives)), len(t)
    slopes = [[0 * p[0]] * n for _ in range(n)]
    for i in range(n):
        negatives = [j for j in range(n) if t[j] != t[i]]
        for j in positives[i]:
            for k, share in zip([j, *negatives], softmax([sims[i][k] for k in [j, *negatives]]), strict=True):
                slopes[i][k] += (share - (k == j)) / pairs
    return through_cosines(p, dim, temperature, slopes)


@LOSSES.card(
    "mean over pairs (i, j) of one group of −log(e^sᵢⱼ / (e^sᵢⱼ + Σ over other groups of e^sᵢₖ)), s = cos/temperature",
    gradient=ntxent_gradient, pred="vector", target="groups", row=True, perfect=False, target_length=one_group_each,
    terms=lambda p, t, dim, temperature: 1 / temperature, gradient_terms=steepest, ulp=ULP, requires=KNOBS,
    aliases=("nt_xent",), source="Chen, Kornblith, Norouzi & Hinton 2020, ICML, arXiv:2002.05709; Sohn 2016",
)
def ntxent(p: Row, t: Row, dim: float = 2.0, temperature: float = 0.07) -> Number:
    """Vectors of one group nearer, by angle, than those of other groups; 0 without a pair."""
    sims, positives = similarities(p, dim, temperature), positives_of(t)
    losses = [
        logsumexp([sims[i][j], *(sims[i][k] for k in range(len(t)) if t[k] != t[i])]) - sims[i][j]
        for i in range(len(t)) for j in positives[i]
    ]
    return sum(losses) / len(losses) if losses else 0 * p[0]


def supervised_contrastive_gradient(p: Row, t: Row, dim: Number = 2.0, temperature: Number = 0.07) -> list[Number]:
    """Through the cosines: the mean, over anchors, of softmax − 1/(number of positives) at each positive."""
    sims, positives = similarities(p, dim, temperature), positives_of(t)
    anchors, n = sum(bool(each) for each in positives), len(t)
    slopes = [[0 * p[0]] * n for _ in range(n)]
    for i in range(n):
        if positives[i]:
            others = [k for k in range(n) if k != i]
            for k, share in zip(others, softmax([sims[i][k] for k in others]), strict=True):
                slopes[i][k] = (share - (0 * p[0] + (k in positives[i])) / len(positives[i])) / anchors
    return through_cosines(p, dim, temperature, slopes)


@LOSSES.card(
    "mean over anchors i of the mean over its group of −log(e^sᵢⱼ / Σ over k ≠ i of e^sᵢₖ), s = cos/temperature",
    gradient=supervised_contrastive_gradient, pred="vector", target="groups", row=True, perfect=False,
    target_length=one_group_each, terms=lambda p, t, dim, temperature: 1 / temperature, gradient_terms=steepest,
    ulp=ULP, requires=KNOBS, aliases=("supcon",), source="Khosla et al. 2020, NeurIPS, arXiv:2004.11362",
)
def supervised_contrastive(p: Row, t: Row, dim: float = 2.0, temperature: float = 0.07) -> Number:
    """Vectors of one group nearer, by angle, than all others; anchors alone in their group do not count."""
    sims, positives = similarities(p, dim, temperature), positives_of(t)
    losses = [
        logsumexp([s for k, s in enumerate(sims[i]) if k != i])
        - sum(sims[i][j] for j in positives[i]) / len(positives[i])
        for i in range(len(t))
        if positives[i]
    ]
    return sum(losses) / len(losses) if losses else 0 * p[0]
