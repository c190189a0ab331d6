"""Metrics of two groupings of the same things, in any numbering: targets are classes, predictions clusters.

n counts things, n_ij those of class i in cluster j, a_i those of class i, b_j those of cluster j. Logarithms are
natural.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from math import comb, inf, lgamma

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, exp, log, sqrt
from dlc.reference.weighted import EPSILON, ratio

Labels = Sequence[int]
ROUNDING = 2.0**-40  # what differences of entropies may be off

# A card reads as one entry of a table.
# fmt: off


def table(target: Labels, pred: Labels) -> list[list[int]]:
    """n_ij, classes and clusters in the order of their labels."""
    together = Counter(zip(target, pred, strict=True))
    return [[together[i, j] for j in sorted(set(pred))] for i in sorted(set(target))]


@METRICS.card(
    "n_ij = #{things of class i in cluster j}, labels in rising order", takes="clustering", weights=False, many=True,
    bounds=(0, inf), sklearn="metrics.cluster.contingency_matrix(y, p)",
    source="Hubert & Arabie 1985, Journal of Classification 2:193, table 1",
)
def contingency_matrix(target: Labels, pred: Labels) -> list[list[int]]:
    """How many things of each class each cluster has."""
    return table(target, pred)


@METRICS.card(
    "[[apart in both, together in p only], [together in y only, together in both]], over ordered pairs",
    takes="clustering", weights=False, many=True, bounds=(0, inf),
    sklearn="metrics.cluster.pair_confusion_matrix(y, p)",
    source="Hubert & Arabie 1985, Journal of Classification 2:193, section 2",
)
def pair_confusion_matrix(target: Labels, pred: Labels) -> list[list[int]]:
    """Pairs of things by whether classes and clusters put them together; each pair counts twice."""
    counts = [[0, 0], [0, 0]]
    for i in range(len(target)):
        for j in range(len(target)):
            if i != j:
                counts[target[i] == target[j]][pred[i] == pred[j]] += 1
    return counts


@METRICS.card(
    "(pairs together in both + pairs apart in both) / pairs", takes="clustering", weights=False, bounds=(0, 1), best=1,
    aliases=("rand_score", "rand_index"), sklearn="metrics.rand_score(y, p)",
    source="Rand 1971, Journal of the American Statistical Association 66:846",
)
def rand(target: Labels, pred: Labels) -> Number:
    """The share of pairs that both groupings treat alike; 1 of fewer than two things."""
    (apart, pred_only), (target_only, together) = pair_confusion_matrix(target, pred)
    return ratio(apart + together, apart + pred_only + target_only + together, 1.0)


@METRICS.card(
    "(Σ C(n_ij,2) − E) / (½(A + B) − E), A = Σ C(a_i,2), B = Σ C(b_j,2), E = A·B/C(n,2)", takes="clustering",
    weights=False, bounds=(-0.5, 1), best=1, aliases=("adjusted_rand_score", "ari"),
    sklearn="metrics.adjusted_rand_score(y, p)",
    source="Hubert & Arabie 1985, Journal of Classification 2:193, equation 5",
)
def adjusted_rand(target: Labels, pred: Labels) -> Number:
    """Rand's index less what chance gives: 0 for groupings that have nothing in common, 1 for equal ones."""
    counts, pairs = table(target, pred), comb(len(target), 2)
    both = sum(comb(n, 2) for row in counts for n in row)
    in_classes = sum(comb(sum(row), 2) for row in counts)
    in_clusters = sum(comb(sum(column), 2) for column in zip(*counts, strict=True))
    if both == in_classes == in_clusters:
        return 1.0
    expected = in_classes * in_clusters / pairs
    return (both - expected) / ((in_classes + in_clusters) / 2 - expected)


def entropy(labels: Labels) -> Number:
    """−Σ pᵢ·log pᵢ."""
    return sum(count / len(labels) * log(len(labels) / count) for count in Counter(labels).values())


@METRICS.card(
    "Σ n_ij/n · log(n·n_ij / (a_i·b_j))", takes="clustering", weights=False, bounds=(0, inf),
    aliases=("mutual_info_score", "mutual_information"), sklearn="metrics.mutual_info_score(y, p)",
    source="Cover & Thomas 2006, Elements of Information Theory, 2nd edition, section 2.3",
)
def mutual_info(target: Labels, pred: Labels) -> Number:
    """What knowing the cluster says about the class, in nats."""
    n, classes, clusters = len(target), Counter(target), Counter(pred)
    if len(classes) == 1 or len(clusters) == 1:
        return 0.0
    together = Counter(zip(target, pred, strict=True)).items()
    return max(sum(m / n * log(n * m / (classes[i] * clusters[j])) for (i, j), m in together), 0.0)


# How the entropies of classes and clusters become one.
AVERAGES: dict[str, Callable[[Number, Number], Number]] = {
    "arithmetic": lambda a, b: (a + b) / 2,
    "geometric": lambda a, b: sqrt(a * b),
    "min": min,
    "max": max,
}


@METRICS.card(
    "I(y, p) / average of H(y) and H(p)", takes="clustering", weights=False, bounds=(0, 1), best=1,
    aliases=("normalized_mutual_info_score", "nmi"), choices={"average_method": tuple(AVERAGES)},
    sklearn="metrics.normalized_mutual_info_score(y, p, average_method=average_method)",
    source="Vinh, Epps & Bailey 2010, Journal of Machine Learning Research 11:2837",
)
def normalized_mutual_info(target: Labels, pred: Labels, average_method: str = "arithmetic") -> Number:
    """Mutual information as a share of the entropy; 1 if there is one class and one cluster."""
    if len(set(target)) == len(set(pred)) == 1:
        return 1.0
    information = mutual_info(target, pred)
    return information and information / AVERAGES[average_method](entropy(target), entropy(pred))


def expected_mutual_info(target: Labels, pred: Labels) -> Number:
    """Mean mutual information of groupings drawn at random with the same sizes."""
    n, expected = len(target), 0.0
    for a in Counter(target).values():
        for b in Counter(pred).values():
            for m in range(max(1, a + b - n), min(a, b) + 1):
                grown = sum(lgamma(size + 1) for size in (a, b, n - a, n - b))
                shrunk = sum(lgamma(size + 1) for size in (n, m, a - m, b - m, n - a - b + m))
                expected += m / n * log(n * m / (a * b)) * exp(grown - shrunk)
    return expected


@METRICS.card(
    "(I − E[I]) / (average of H(y) and H(p) − E[I])", takes="clustering", weights=False, bounds=(-inf, 1), best=1,
    aliases=("adjusted_mutual_info_score", "ami"), choices={"average_method": tuple(AVERAGES)},
    sklearn="metrics.adjusted_mutual_info_score(y, p, average_method=average_method)",
    source="Vinh, Epps & Bailey 2010, Journal of Machine Learning Research 11:2837",
)
def adjusted_mutual_info(target: Labels, pred: Labels, average_method: str = "arithmetic") -> Number:
    """Mutual information less what chance gives; 1 if there is one class and one cluster."""
    if 1 in (len(set(target)), len(set(pred))):
        return float(len(set(target)) == len(set(pred)))
    expected = expected_mutual_info(target, pred)
    above = mutual_info(target, pred) - expected
    greatest = AVERAGES[average_method](entropy(target), entropy(pred)) - expected
    return away_from_zero(above) / away_from_zero(greatest)


def away_from_zero(x: Number) -> Number:
    """X, or ε where it is nothing but rounding: where both differences vanish, the groupings are equal."""
    return x if abs(x) > ROUNDING else EPSILON


@METRICS.card(
    "I(y, p) / H(y); 1 where H(y) = 0", takes="clustering", weights=False, bounds=(0, 1), best=1,
    aliases=("homogeneity_score",), sklearn="metrics.homogeneity_score(y, p)",
    source="Rosenberg & Hirschberg 2007, EMNLP-CoNLL, pages 410–420",
)
def homogeneity(target: Labels, pred: Labels) -> Number:
    """How far each cluster has things of one class only."""
    return ratio(mutual_info(target, pred), entropy(target), 1.0)


@METRICS.card(
    "I(y, p) / H(p); 1 where H(p) = 0", takes="clustering", weights=False, bounds=(0, 1), best=1,
    aliases=("completeness_score",), sklearn="metrics.completeness_score(y, p)",
    source="Rosenberg & Hirschberg 2007, EMNLP-CoNLL, pages 410–420",
)
def completeness(target: Labels, pred: Labels) -> Number:
    """How far the things of each class are in one cluster."""
    return homogeneity(pred, target)


@METRICS.card(
    "(1 + β)·h·c / (β·h + c), h homogeneity, c completeness", takes="clustering", weights=False, bounds=(0, 1), best=1,
    aliases=("v_measure_score",), requires=(("beta >= 0", lambda beta: beta >= 0),), trials=({"beta": 0.5},),
    sklearn="metrics.v_measure_score(y, p, beta=beta)",
    source="Rosenberg & Hirschberg 2007, EMNLP-CoNLL, pages 410–420",
)
def v_measure(target: Labels, pred: Labels, beta: float = 1.0) -> Number:
    """Harmonic mean of homogeneity and completeness, which beta > 1 makes count more."""
    h, c = homogeneity(target, pred), completeness(target, pred)
    return ratio((1 + beta) * h * c, beta * h + c, 0.0)


@METRICS.card(
    "P / √((P + Q)(P + R)) of pairs: P together in both, Q in y only, R in p only; 0 where P = 0", takes="clustering",
    weights=False, bounds=(0, 1), best=1, aliases=("fowlkes_mallows_score",),
    sklearn="metrics.fowlkes_mallows_score(y, p)",
    source="Fowlkes & Mallows 1983, Journal of the American Statistical Association 78:553",
)
def fowlkes_mallows(target: Labels, pred: Labels) -> Number:
    """Geometric mean of precision and recall over pairs."""
    (_, pred_only), (target_only, both) = pair_confusion_matrix(target, pred)
    return both and both / (sqrt(float(both + target_only)) * sqrt(float(both + pred_only)))


@METRICS.card(
    "Σ_j max_i n_ij / n", takes="clustering", weights=False, bounds=(0, 1), best=1,
    source="Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 16.3",
)
def purity(target: Labels, pred: Labels) -> Number:
    """The share of things that are of the greatest class of their cluster."""
    return sum(map(max, zip(*table(target, pred), strict=True))) / len(target)


@METRICS.card(
    "H(y) + H(p) − 2·I(y, p)", takes="clustering", weights=False, bounds=(0, inf), best=0,
    source="Meilă 2007, Journal of Multivariate Analysis 98(5):873",
)
def variation_of_information(target: Labels, pred: Labels) -> Number:
    """What each grouping says that the other does not, in nats: a distance between groupings."""
    return max(entropy(target) + entropy(pred) - 2 * mutual_info(target, pred), 0.0)
