"""Metrics of ranked items, over arrays with a row for each query. k = 0 is all items."""

import numpy as np

from dlc.kernels.weighted import Weights, doubles, mean


def ranked(target: np.ndarray, pred: np.ndarray, k: int = 0) -> np.ndarray:
    """The first k targets of each row by falling prediction."""
    y, p = doubles(target, pred)
    order = np.argsort(-p, axis=1, kind="stable")
    return np.take_along_axis(y, order[:, : k or None], axis=1)


def hits(target: np.ndarray, pred: np.ndarray, k: int = 0) -> np.ndarray:
    """Whether the first k items of each row are relevant."""
    return ranked(target, pred, k) > 0


def relevant(target: np.ndarray) -> np.ndarray:
    """How many items of each row are relevant."""
    return np.count_nonzero(target > 0, axis=1)


def shares(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """PART/WHOLE of each row; 0 where WHOLE is."""
    return part / np.where(whole == 0, 1, whole) * (whole != 0)


def ties(pred: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last place of those of equal score, for each place of rows in falling order."""
    (falling,) = doubles(-np.sort(-pred, axis=1))
    places = np.arange(falling.shape[1])
    edge = np.ones((len(falling), 1), bool)
    new = falling[:, 1:] != falling[:, :-1]
    firsts = np.maximum.accumulate(np.where(np.hstack([edge, new]), places, 0), axis=1)
    lasts = np.where(np.hstack([new, edge]), places, places[-1])
    return firsts, np.minimum.accumulate(lasts[:, ::-1], axis=1)[:, ::-1]


def at(counts: np.ndarray, places: np.ndarray) -> np.ndarray:
    """COUNTS of each row at PLACES; 0 before the first."""
    return np.take_along_axis(np.pad(counts, ((0, 0), (1, 0))), places + 1, axis=1)


def gains(target: np.ndarray, pred: np.ndarray, k: int, ignore_ties: bool, base: float = 2.0) -> np.ndarray:
    """Discounted gain of each row."""
    found = ranked(target, pred)
    if not ignore_ties:
        firsts, lasts = ties(pred)
        sums = np.cumsum(found, axis=1)
        found = (at(sums, lasts) - at(sums, firsts - 1)) / (lasts - firsts + 1)
    found = found[:, : k or None]
    return (found * (np.log(base) / np.log(np.arange(found.shape[1]) + 2))).sum(axis=1)


def dcg(target, pred, weights: Weights = None, k=0, base=2.0, ignore_ties=False):
    """Discounted cumulative gain."""
    return mean(gains(target, pred, k, ignore_ties, base), weights)


def ndcg(target, pred, weights: Weights = None, k=0, ignore_ties=False):
    """Discounted cumulative gain as a share of that of the best order."""
    return mean(shares(gains(target, pred, k, ignore_ties), gains(target, target, k, True)), weights)


def reciprocal_rank(target, pred, weights: Weights = None, k=0):
    """How early the first relevant item comes."""
    found = hits(target, pred, k)
    return mean(found.any(axis=1) / (found.argmax(axis=1) + 1), weights)


def mean_average_precision(target, pred, weights: Weights = None, k=0):
    """Mean over rows of the precision at each relevant item."""
    found = hits(target, pred, k)
    precisions = np.cumsum(found, axis=1) / np.arange(1, found.shape[1] + 1)
    return mean(shares((precisions * found).sum(axis=1), np.minimum(relevant(target), found.shape[1])), weights)


def precision_at_k(target, pred, weights: Weights = None, k=5):
    """The share of the first k items that is relevant."""
    return mean(hits(target, pred, k).sum(axis=1) / (k or target.shape[1]), weights)


def recall_at_k(target, pred, weights: Weights = None, k=5):
    """The share of the relevant items that is among the first k."""
    return mean(shares(hits(target, pred, k).sum(axis=1), relevant(target)), weights)


def hit_rate_at_k(target, pred, weights: Weights = None, k=5):
    """The share of rows with a relevant item among the first k."""
    return mean(hits(target, pred, k).max(axis=1), weights)


def r_precision(target, pred, weights: Weights = None):
    """Precision where as many items are shown as are relevant."""
    shown = np.arange(target.shape[1]) < relevant(target)[:, None]
    return mean(shares((hits(target, pred) & shown).sum(axis=1), relevant(target)), weights)


def fall_out_at_k(target, pred, weights: Weights = None, k=5):
    """The share of the irrelevant items that is among the first k."""
    return mean(shares((~hits(target, pred, k)).sum(axis=1), target.shape[1] - relevant(target)), weights)


def err(target, pred, weights: Weights = None, k=0, grades=4):
    """Expected reciprocal rank."""
    chances = (2.0 ** ranked(target, pred, k) - 1) / 2.0**grades
    reads = np.cumprod(np.hstack([np.ones((len(chances), 1)), 1 - chances[:, :-1]]), axis=1)
    return mean((reads * chances / np.arange(1, chances.shape[1] + 1)).sum(axis=1), weights)


def rbp(target, pred, weights: Weights = None, persistence=0.8):
    """Rank-biased precision."""
    found = hits(target, pred)
    return mean((1 - persistence) * (found * persistence ** np.arange(found.shape[1])).sum(axis=1), weights)


def coverage_error(target, pred, weights: Weights = None):
    """How far one has to go down to have seen every relevant item."""
    _, lasts = ties(pred)
    return mean(((lasts + 1) * hits(target, pred)).max(axis=1), weights)


def label_ranking_average_precision(target, pred, weights: Weights = None):
    """How many of the items above each relevant one are relevant, too."""
    found, (_, lasts) = hits(target, pred), ties(pred)
    precisions = at(np.cumsum(found, axis=1), lasts) / (lasts + 1)
    count = relevant(target)
    trivial = (count == 0) | (count == target.shape[1])
    return mean(np.where(trivial, 1.0, shares((precisions * found).sum(axis=1), count)), weights)


def label_ranking_loss(target, pred, weights: Weights = None):
    """The share of pairs in the wrong order."""
    found, (firsts, _) = hits(target, pred), ties(pred)
    good = relevant(target)
    no_better = good[:, None] - at(np.cumsum(found, axis=1), firsts - 1)
    return mean(shares((no_better * ~found).sum(axis=1), good * (target.shape[1] - good)), weights)
