"""Metrics of forecasts that are several numbers, the members of an ensemble: x are members, y what came out."""

from collections.abc import Sequence
from math import inf

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, sqrt
from dlc.reference.weighted import Numbers, Weights, mean, ratio

Members = Sequence[Sequence[Number]]

# A card reads as one entry of a table.
# fmt: off


def ranked_score(y: Number, members: Sequence[Number]) -> Number:
    """CRPS of one forecast."""
    apart = mean([abs(a - b) for a in members for b in members])
    return mean([abs(x - y) for x in members]) - apart / 2


@METRICS.card(
    "mean (mean |xᵢ − y| − ½·mean |xᵢ − xⱼ|)", takes="ensemble", bounds=(0, inf), best=0,
    aliases=("continuous_ranked_probability_score",),
    source="Gneiting & Raftery 2007, Journal of the American Statistical Association 102:359, section 4.2",
)
def crps(target: Numbers, pred: Members, weights: Weights = None) -> Number:
    """Continuous ranked probability score: the absolute error of a distribution; of one member that of a number."""
    return mean([ranked_score(y, members) for y, members in zip(target, pred, strict=True)], weights)


@METRICS.card(
    "√(mean Var x) / √(mean (x̄ − y)²),  Var over n − 1 members", takes="ensemble", bounds=(0, inf),
    undefined="one member, or every mean is right: nan, or infinite",
    source="Fortin, Abaza, Anctil & Turcotte 2014, Journal of Hydrometeorology 15(4):1708",
)
def spread_skill_ratio(target: Numbers, pred: Members, weights: Weights = None) -> Number:
    """How wide ensembles are beside how wrong their means are: below 1 they are too sure."""
    middles = [mean(members) for members in pred]
    spreads = [
        ratio(sum((x - middle) ** 2 for x in members), len(members) - 1)
        for middle, members in zip(middles, pred, strict=True)
    ]
    squares = [(middle - y) ** 2 for middle, y in zip(middles, target, strict=True)]
    return ratio(sqrt(mean(spreads, weights)), sqrt(mean(squares, weights)))
