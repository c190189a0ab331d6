"""Metrics of ranked items, a row for each query: targets say how relevant each is, predictions are its scores.

Each is the mean over rows. An item is relevant if its target is above 0. Items of equal score rank as they stand, but
where a card says otherwise. k = 0 is all items.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Any

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, log
from dlc.reference.weighted import Weights, mean, ratio

Rows = Sequence[Sequence[Number]]

K = (("k >= 0", lambda k: k >= 0),)
TRIALS = ({"k": 1}, {"k": 3})

# A card reads as one entry of a table.
# fmt: off


def over_rows(of_row: Callable[..., Number], target: Rows, pred: Rows, weights: Weights, **knobs: Any) -> Number:
    """The mean over rows of a metric of one row."""
    return mean([of_row(*row, **knobs) for row in zip(target, pred, strict=True)], weights)


def ranked(target: Sequence[Number], pred: Sequence[Number], k: int = 0) -> list[Number]:
    """The first k targets by falling prediction."""
    order = sorted(range(len(pred)), key=lambda i: -pred[i])
    return [target[i] for i in order][: k or None]


def hits(target: Sequence[Number], pred: Sequence[Number], k: int = 0) -> list[bool]:
    """Whether the first k items are relevant."""
    return [y > 0 for y in ranked(target, pred, k)]


def relevant(target: Sequence[Number]) -> int:
    """How many items are relevant."""
    return sum(y > 0 for y in target)


def discount(rank: int, base: float = 2.0) -> Number:
    """What relevance at this rank, from 0, counts."""
    return log(base) / log(rank + 2.0)


def gain(target: Sequence[Number], pred: Sequence[Number], k: int, ignore_ties: bool, base: float = 2.0) -> Number:
    """Discounted gain of one row; items of equal score share the mean of their targets."""
    if ignore_ties:
        return sum(discount(rank, base) * y for rank, y in enumerate(ranked(target, pred, k)))
    mean_of = {p: mean([y for y, other in zip(target, pred, strict=True) if other == p]) for p in set(pred)}
    return sum(discount(rank, base) * mean_of[p] for rank, p in enumerate(ranked(pred, pred, k)))


@METRICS.card(
    "mean Σᵣ yᵣ / log_b(r + 1), r ≤ k; equal scores share their mean", takes="ranking",
    aliases=("dcg_score", "discounted_cumulative_gain"), requires=(*K, ("base > 1", lambda base: base > 1)),
    sklearn="metrics.dcg_score(y, p, k=k or None, log_base=base, ignore_ties=ignore_ties, sample_weight=w)",
    trials=(*TRIALS, {"base": 10.0}),
    source="Järvelin & Kekäläinen 2002, ACM TOIS 20(4):422; ties: McSherry & Najork 2008, ECIR",
)
def dcg(
    target: Rows, pred: Rows, weights: Weights = None, k: int = 0, base: float = 2.0, ignore_ties: bool = False
) -> Number:
    """Discounted cumulative gain: relevance counts less the later it is found."""
    return over_rows(gain, target, pred, weights, k=k, ignore_ties=ignore_ties, base=base)


def normalised_gain(target: Sequence[Number], pred: Sequence[Number], k: int, ignore_ties: bool) -> Number:
    """Gain over the greatest that is possible; 0 where nothing is relevant."""
    return ratio(gain(target, pred, k, ignore_ties), gain(target, target, k, True), 0.0)


@METRICS.card(
    "mean DCG / DCG of the best order; 0 where nothing is relevant", takes="ranking", bounds=(0, 1), best=1,
    aliases=("ndcg_score", "normalized_discounted_cumulative_gain"), requires=K, trials=TRIALS,
    sklearn="metrics.ndcg_score(y, p, k=k or None, ignore_ties=ignore_ties, sample_weight=w)",
    source="Järvelin & Kekäläinen 2002, ACM TOIS 20(4):422; ties: McSherry & Najork 2008, ECIR",
)
def ndcg(target: Rows, pred: Rows, weights: Weights = None, k: int = 0, ignore_ties: bool = False) -> Number:
    """Discounted cumulative gain as a share of that of the best order; targets are not below 0."""
    return over_rows(normalised_gain, target, pred, weights, k=k, ignore_ties=ignore_ties)


def first_hit(target: Sequence[Number], pred: Sequence[Number], k: int) -> Number:
    """One over the rank of the first relevant item; 0 without one."""
    found = hits(target, pred, k)
    return 1 / (found.index(True) + 1) if any(found) else 0.0


@METRICS.card(
    "mean 1 / rank of the first relevant item, 0 where it is beyond k", takes="ranking", bounds=(0, 1), best=1,
    aliases=("mean_reciprocal_rank", "mrr"), requires=K, trials=TRIALS,
    source="Voorhees 1999, TREC-8 Question Answering Track Report",
)
def reciprocal_rank(target: Rows, pred: Rows, weights: Weights = None, k: int = 0) -> Number:
    """How early the first relevant item comes."""
    return over_rows(first_hit, target, pred, weights, k=k)


def average_precision_of_row(target: Sequence[Number], pred: Sequence[Number], k: int) -> Number:
    """Mean, over the relevant items that k items can hold, of the precision where each is found."""
    found = hits(target, pred, k)
    precisions = [sum(found[: rank + 1]) / (rank + 1) for rank, hit in enumerate(found) if hit]
    return ratio(sum(precisions), min(relevant(target), len(found)), 0.0)


@METRICS.card(
    "mean Σᵣ precision@r·[item r is relevant] / min(R, k), R relevant; 0 where R = 0", takes="ranking",
    bounds=(0, 1), best=1, aliases=("average_precision_at_k", "map_at_k"), requires=K, trials=TRIALS,
    peers={"torchmetrics": "retrieval_average_precision divides by the relevant items that were found among k"},
    source="Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4",
)
def mean_average_precision(target: Rows, pred: Rows, weights: Weights = None, k: int = 0) -> Number:
    """Mean over rows of the precision at each relevant item."""
    return over_rows(average_precision_of_row, target, pred, weights, k=k)


def share_found(target: Sequence[Number], pred: Sequence[Number], k: int) -> Number:
    """Relevant items among the first k, over k."""
    return sum(hits(target, pred, k)) / (k or len(target))


@METRICS.card(
    "mean relevant items among the first k / k", takes="ranking", bounds=(0, 1),
    requires=K, trials=TRIALS,
    source="Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4",
)
def precision_at_k(target: Rows, pred: Rows, weights: Weights = None, k: int = 5) -> Number:
    """The share of the first k items that is relevant; a row of fewer items counts the missing ones as misses."""
    return over_rows(share_found, target, pred, weights, k=k)


def share_of_relevant(target: Sequence[Number], pred: Sequence[Number], k: int) -> Number:
    """Relevant items among the first k, over all relevant ones; 0 without any."""
    return ratio(sum(hits(target, pred, k)), relevant(target), 0.0)


@METRICS.card(
    "mean relevant items among the first k / relevant items; 0 where there are none", takes="ranking", bounds=(0, 1),
    requires=K, trials=TRIALS,
    source="Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4",
)
def recall_at_k(target: Rows, pred: Rows, weights: Weights = None, k: int = 5) -> Number:
    """The share of the relevant items that is among the first k."""
    return over_rows(share_of_relevant, target, pred, weights, k=k)


@METRICS.card(
    "mean [a relevant item is among the first k]", takes="ranking", bounds=(0, 1),
    aliases=("success_at_k",), requires=K, trials=TRIALS,
    source="Deshpande & Karypis 2004, ACM TOIS 22(1):143",
)
def hit_rate_at_k(target: Rows, pred: Rows, weights: Weights = None, k: int = 5) -> Number:
    """The share of rows with a relevant item among the first k."""
    return over_rows(lambda y, p: float(any(hits(y, p, k))), target, pred, weights)


@METRICS.card(
    "mean relevant items among the first R / R, R relevant; 0 where R = 0", takes="ranking", bounds=(0, 1), best=1,
    source="Manning, Raghavan & Schütze 2008, Introduction to Information Retrieval, section 8.4",
)
def r_precision(target: Rows, pred: Rows, weights: Weights = None) -> Number:
    """Precision where as many items are shown as are relevant."""
    return over_rows(lambda y, p: share_of_relevant(y, p, relevant(y)), target, pred, weights)


def share_of_irrelevant(target: Sequence[Number], pred: Sequence[Number], k: int) -> Number:
    """Irrelevant items among the first k, over all irrelevant ones; 0 without any."""
    return ratio(sum(not hit for hit in hits(target, pred, k)), len(target) - relevant(target), 0.0)


@METRICS.card(
    "mean irrelevant items among the first k / irrelevant items; 0 where there are none", takes="ranking",
    bounds=(0, 1), aliases=("retrieval_fall_out",), requires=K, trials=TRIALS,
    source="van Rijsbergen 1979, Information Retrieval, 2nd edition, chapter 7",
)
def fall_out_at_k(target: Rows, pred: Rows, weights: Weights = None, k: int = 5) -> Number:
    """The share of the irrelevant items that is among the first k."""
    return over_rows(share_of_irrelevant, target, pred, weights, k=k)


def stops(target: Sequence[Number], pred: Sequence[Number], k: int, grades: int) -> Number:
    """Σᵣ 1/r · chance to stop at r; a reader stops at an item with the chance (2^y − 1) / 2^grades."""
    reads, expected = 1.0, 0.0
    for rank, y in enumerate(ranked(target, pred, k), 1):
        chance = (2.0**y - 1) / 2.0**grades
        expected += reads * chance / rank
        reads *= 1 - chance
    return expected


@METRICS.card(
    "mean Σᵣ 1/r · Rᵣ·Π_{i<r} (1 − Rᵢ), R = (2^y − 1) / 2^grades", takes="ranking", bounds=(0, 1),
    aliases=("expected_reciprocal_rank",), requires=(*K, ("grades >= 1", lambda grades: grades >= 1)), trials=TRIALS,
    source="Chapelle, Metzler, Zhang & Grinspan 2009, CIKM, page 621",
)
def err(target: Rows, pred: Rows, weights: Weights = None, k: int = 0, grades: int = 4) -> Number:
    """Expected reciprocal rank, where a reader is satisfied; targets are grades from 0 to `grades`."""
    return over_rows(stops, target, pred, weights, k=k, grades=grades)


@METRICS.card(
    "mean (1 − q)·Σᵣ [item r is relevant]·q^(r−1), q = persistence", takes="ranking", bounds=(0, 1),
    aliases=("rank_biased_precision",), trials=({"persistence": 0.5},),
    requires=(("0 < persistence < 1", lambda persistence: 0 < persistence < 1),),
    source="Moffat & Zobel 2008, ACM TOIS 27(1):2",
)
def rbp(target: Rows, pred: Rows, weights: Weights = None, persistence: float = 0.8) -> Number:
    """Rank-biased precision: relevant items a reader sees who goes on to the next with the chance `persistence`."""
    def of_row(y: Sequence[Number], p: Sequence[Number]) -> Number:
        return (1 - persistence) * sum(persistence**rank for rank, hit in enumerate(hits(y, p)) if hit)

    return over_rows(of_row, target, pred, weights)


def depth(target: Sequence[Number], pred: Sequence[Number]) -> int:
    """How many items score no less than the least relevant one; 0 without any."""
    least = min((p for y, p in zip(target, pred, strict=True) if y > 0), default=inf)
    return sum(p >= least for p in pred)


@METRICS.card(
    "mean #{items that score ≥ the least score of a relevant one}", takes="ranking", bounds=(0, inf),
    sklearn="metrics.coverage_error(y > 0, p, sample_weight=w)",
    source="Tsoumakas, Katakis & Vlahavas 2010, Mining Multi-label Data",
)
def coverage_error(target: Rows, pred: Rows, weights: Weights = None) -> Number:
    """How far one has to go down to have seen every relevant item; equal scores are all seen."""
    return over_rows(depth, target, pred, weights)


def precision_of_labels(target: Sequence[Number], pred: Sequence[Number]) -> Number:
    """Mean, over relevant items, of the share of relevant ones among those that score no less; 1 without a choice."""
    if relevant(target) in (0, len(target)):
        return 1.0
    shares = [
        sum(other > 0 for other, q in zip(target, pred, strict=True) if q >= p) / sum(q >= p for q in pred)
        for y, p in zip(target, pred, strict=True) if y > 0
    ]
    return mean(shares)


@METRICS.card(
    "mean over rows and their relevant items of relevant / all items that score no less", takes="ranking",
    bounds=(0, 1), best=1, aliases=("lrap", "label_ranking_average_precision_score"),
    sklearn="metrics.label_ranking_average_precision_score(y > 0, p, sample_weight=w)",
    source="Tsoumakas, Katakis & Vlahavas 2010, Mining Multi-label Data",
)
def label_ranking_average_precision(target: Rows, pred: Rows, weights: Weights = None) -> Number:
    """How many of the items above each relevant one are relevant, too; 1 where all or none are."""
    return over_rows(precision_of_labels, target, pred, weights)


def wrong_pairs(target: Sequence[Number], pred: Sequence[Number]) -> Number:
    """The share of pairs of a relevant and an irrelevant item where the irrelevant one scores no less."""
    good = [p for y, p in zip(target, pred, strict=True) if y > 0]
    bad = [p for y, p in zip(target, pred, strict=True) if y <= 0]
    return ratio(sum(b >= g for b in bad for g in good), len(good) * len(bad), 0.0)


@METRICS.card(
    "mean #{(relevant, irrelevant) in the wrong order or equal} / #{(relevant, irrelevant)}", takes="ranking",
    bounds=(0, 1), best=0, sklearn="metrics.label_ranking_loss(y > 0, p, sample_weight=w)",
    source="Tsoumakas, Katakis & Vlahavas 2010, Mining Multi-label Data",
)
def label_ranking_loss(target: Rows, pred: Rows, weights: Weights = None) -> Number:
    """The share of pairs in the wrong order; 0 where all or no items are relevant."""
    return over_rows(wrong_pairs, target, pred, weights)
