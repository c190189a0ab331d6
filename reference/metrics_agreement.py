"""Agreement of two raters beyond chance: they differ in what they take for chance."""

from collections.abc import Callable

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number
from dlc.reference.tallies import Labels, classes
from dlc.reference.weighted import Weights, ratio, weight

# A card reads as one entry of a table.
# fmt: off

ONE_CLASS = "nan where both raters give one label only"


def shares(target: Labels, pred: Labels, weights: Weights = None) -> tuple[list[int], list[Number], list[Number]]:
    """The labels that occur, and which share of each rater's labels each is."""
    rows = [1] * len(target) if weights is None else weights
    found = classes(target, pred)
    n = weight(target, weights)
    a, b = (
        [sum(w for label, w in zip(labels, rows, strict=True) if label == k) / n for k in found]
        for labels in (target, pred)
    )
    return found, a, b


def beyond_chance(agreed: Number, chance: Number) -> Number:
    """(a − c) / (1 − c)."""
    return ratio(agreed - chance, 1 - chance)


@METRICS.card(
    "mean [a = b]", takes="agreement", bounds=(0, 1), best=1, aliases=("observed_agreement",),
    sklearn="metrics.accuracy_score(y, p, sample_weight=w)",
    source="Cohen 1960, Educational and Psychological Measurement 20(1):37",
)
def percent_agreement(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """How often two raters give the same label."""
    rows = [1] * len(target) if weights is None else weights
    return sum(w for a, b, w in zip(target, pred, rows, strict=True) if a == b) / weight(target, weights)


def distance(weighting: str) -> Callable[[Number, Number], Number]:
    """How far apart two labels are."""
    return {
        "none": lambda i, j: float(i != j),
        "linear": lambda i, j: abs(i - j),
        "quadratic": lambda i, j: (i - j) ** 2,
    }[weighting]


@METRICS.card(
    "1 − Σ d_ij·C_ij / Σ d_ij·t_i·p_j,  d_ij = [i ≠ j], |i − j| or (i − j)²", takes="agreement",
    also=("multiclass", "binary"), bounds=(-1, 1), best=1, undefined=ONE_CLASS, aliases=("kappa", "cohen_kappa_score"),
    choices={"weighting": ("none", "linear", "quadratic")},
    sklearn="metrics.cohen_kappa_score(y, p, weights=weighting, sample_weight=w, labels=range(max(*y, *p) + 1))",
    source="Cohen 1968, Psychological Bulletin 70(4):213",
)
def cohen_kappa(target: Labels, pred: Labels, weights: Weights = None, weighting: str = "none") -> Number:
    """Agreement of raters who would use each label as often as they do, by chance; weighted, near labels agree more."""
    rows = [1] * len(target) if weights is None else weights
    apart = distance(weighting)
    found, a, b = shares(target, pred, weights)
    seen = sum(w * apart(i, j) for i, j, w in zip(target, pred, rows, strict=True)) / weight(target, weights)
    chance = sum(apart(i, j) * a[k] * b[m] for k, i in enumerate(found) for m, j in enumerate(found))
    return 1 - ratio(seen, chance)


@METRICS.card(
    "(a − c) / (1 − c),  c = Σ_k ((t_k + p_k)/2)²", takes="agreement", bounds=(-1, 1), best=1, undefined=ONE_CLASS,
    source="Scott 1955, Public Opinion Quarterly 19(3):321",
)
def scott_pi(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """Agreement of raters who would use labels as often as both together, by chance."""
    found, a, b = shares(target, pred, weights)
    if len(found) == 1:
        return ratio(0.0, 0.0)
    chance = sum(((t + p) / 2) ** 2 for t, p in zip(a, b, strict=True))
    return beyond_chance(percent_agreement(target, pred, weights), chance)


@METRICS.card(
    "(a − c) / (1 − c),  c = Σ_k π_k·(1 − π_k) / (K − 1),  π_k = (t_k + p_k)/2", takes="agreement",
    bounds=(-1, 1), best=1, undefined=ONE_CLASS, source="Gwet 2008, Br. J. Math. Stat. Psychol. 61(1):29",
)
def gwet_ac1(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """Agreement of raters who now and then guess: steady where one label is rare."""
    found, a, b = shares(target, pred, weights)
    middle = [(t + p) / 2 for t, p in zip(a, b, strict=True)]
    chance = ratio(sum(share * (1 - share) for share in middle), len(found) - 1)
    return beyond_chance(percent_agreement(target, pred, weights), chance)


@METRICS.card(
    "(a − 1/K) / (1 − 1/K)", takes="agreement", bounds=(-1, 1), best=1, undefined=ONE_CLASS,
    aliases=("brennan_prediger", "pabak"),
    source="Bennett, Alpert & Goldstein 1954, Public Opinion Quarterly 18(3):303",
)
def bennett_s(target: Labels, pred: Labels, weights: Weights = None) -> Number:
    """Agreement of raters who would use each label equally often, by chance."""
    return beyond_chance(percent_agreement(target, pred, weights), 1 / len(classes(target, pred)))


LEVELS = ("nominal", "interval", "ratio")


def difference(level: str) -> Callable[[Number, Number], Number]:
    """How different two values are, squared, at this level of measurement."""
    return {
        "nominal": lambda i, j: float(i != j),
        "interval": lambda i, j: (i - j) ** 2,
        "ratio": lambda i, j: ratio(i - j, i + j, 0.0) ** 2,
    }[level]


@METRICS.card(
    "1 − D_o / D_e,  D_o = mean δ²(a, b),  D_e = Σ_ij n_i·n_j·δ²_ij / (2n·(2n − 1)),  n_k how often both give k",
    takes="agreement", bounds=(-1, 1), best=1, undefined=ONE_CLASS, choices={"level": LEVELS},
    source="Hayes & Krippendorff 2007, Communication Methods and Measures 1(1):77",
)
def krippendorff_alpha(target: Labels, pred: Labels, weights: Weights = None, level: str = "nominal") -> Number:
    """Agreement of raters who would draw from all labels given, by chance, without replacement."""
    rows = [1] * len(target) if weights is None else weights
    apart = difference(level)
    n = weight(target, weights)
    found, a, b = shares(target, pred, weights)
    counts = [n * (t + p) for t, p in zip(a, b, strict=True)]
    seen = sum(w * apart(i, j) for i, j, w in zip(target, pred, rows, strict=True)) / n
    pairs = sum(apart(i, j) * counts[k] * counts[m] for k, i in enumerate(found) for m, j in enumerate(found))
    return 1 - ratio(seen, ratio(pairs, 2 * n * (2 * n - 1)))
