"""Metrics of predicted numbers: errors, in the unit of the target or free of it. y are targets, p predictions."""

from math import inf, nan

from dlc.reference.metric_family import METRICS
from dlc.reference.numbers import Number, expm1, log1p, sqrt
from dlc.reference.weighted import EPSILON, Numbers, Weights, mean, quantile, ratio, scatter, total, weight

# A card reads as one entry of a table.
# fmt: off


def errors(target: Numbers, pred: Numbers) -> list[Number]:
    """p − y."""
    return [p - y for y, p in zip(target, pred, strict=True)]


def squares(target: Numbers, pred: Numbers) -> list[Number]:
    """(p − y)²."""
    return [e**2 for e in errors(target, pred)]


def distances(target: Numbers, pred: Numbers) -> list[Number]:
    """|p − y|."""
    return [abs(e) for e in errors(target, pred)]


def shares(target: Numbers, pred: Numbers, epsilon: float) -> list[Number]:
    """|p − y| / max(|y|, ε)."""
    return [d / max(abs(y), epsilon) for y, d in zip(target, distances(target, pred), strict=True)]


@METRICS.card(
    "mean (p − y)²", takes="regression", bounds=(0, inf), best=0, aliases=("mean_squared_error",),
    sklearn="metrics.mean_squared_error(y, p, sample_weight=w)",
    source="Hastie, Tibshirani & Friedman 2009, The Elements of Statistical Learning, section 2.4",
)
def mse(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Mean squared error."""
    return mean(squares(target, pred), weights)


@METRICS.card(
    "√(mean (p − y)²)", takes="regression", bounds=(0, inf), best=0, aliases=("root_mean_squared_error",),
    sklearn="metrics.root_mean_squared_error(y, p, sample_weight=w)",
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679, section 2.1",
)
def rmse(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Root of the mean squared error, in the unit of the target."""
    return sqrt(mse(target, pred, weights))


@METRICS.card(
    "mean |p − y|", takes="regression", bounds=(0, inf), best=0, aliases=("mean_absolute_error",),
    sklearn="metrics.mean_absolute_error(y, p, sample_weight=w)",
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679, section 2.1",
)
def mae(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Mean absolute error."""
    return mean(distances(target, pred), weights)


@METRICS.card(
    "median |p − y|", takes="regression", bounds=(0, inf), best=0, aliases=("medae",),
    sklearn="metrics.median_absolute_error(y, p, sample_weight=w)",
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679, section 2.1",
)
def median_absolute_error(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Median of the absolute errors: half of the weight is on smaller ones."""
    return quantile(distances(target, pred), weights)


@METRICS.card(
    "max |p − y|", takes="regression", bounds=(0, inf), best=0, weights=False,
    sklearn="metrics.max_error(y, p)", source="scikit-learn 1.9 user guide, section 3.4.6",
)
def max_error(target: Numbers, pred: Numbers) -> Number:
    """The greatest absolute error."""
    return max(distances(target, pred))


@METRICS.card(
    "mean (p − y)", takes="regression", aliases=("mbe",),
    source="Willmott 1982, Bulletin of the American Meteorological Society 63(11):1309",
)
def mean_bias_error(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Mean error with its sign: above 0 where predictions are too high."""
    return mean(errors(target, pred), weights)


@METRICS.card(
    "scale · mean |p − y| / max(|y|, ε)", takes="regression", bounds=(0, inf), best=0,
    aliases=("mean_absolute_percentage_error",),
    sklearn="metrics.mean_absolute_percentage_error(y, p, sample_weight=w)",
    requires=(("epsilon > 0", lambda epsilon: epsilon > 0), ("scale > 0", lambda scale: scale > 0)),
    trials=({"epsilon": 1e-7, "scale": 100.0},),
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679, section 2.2",
)
def mape(
    target: Numbers, pred: Numbers, weights: Weights = None, epsilon: float = EPSILON, scale: float = 1.0
) -> Number:
    """Mean absolute error as a share of the target: a fraction, or with scale = 100 a percentage."""
    return scale * mean(shares(target, pred, epsilon), weights)


@METRICS.card(
    "scale · median |p − y| / max(|y|, ε)", takes="regression", bounds=(0, inf), best=0,
    aliases=("median_absolute_percentage_error",),
    requires=(("epsilon > 0", lambda epsilon: epsilon > 0), ("scale > 0", lambda scale: scale > 0)),
    trials=({"epsilon": 1e-7, "scale": 100.0},),
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679, section 2.2",
)
def mdape(
    target: Numbers, pred: Numbers, weights: Weights = None, epsilon: float = EPSILON, scale: float = 1.0
) -> Number:
    """Median absolute error as a share of the target."""
    return scale * quantile(shares(target, pred, epsilon), weights)


@METRICS.card(
    "scale · mean 2|p − y| / max(|p| + |y|, ε)", takes="regression", bounds=(0, inf), best=0,
    aliases=("symmetric_mean_absolute_percentage_error",),
    requires=(("epsilon > 0", lambda epsilon: epsilon > 0), ("scale > 0", lambda scale: scale > 0)),
    trials=({"epsilon": 1e-7, "scale": 100.0},),
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679, section 2.2",
)
def smape(
    target: Numbers, pred: Numbers, weights: Weights = None, epsilon: float = EPSILON, scale: float = 1.0
) -> Number:
    """Mean absolute error as a share of the mean size of target and prediction: at most 2·scale."""
    pairs = list(zip(target, pred, strict=True))
    return scale * mean([2 * abs(p - y) / max(abs(p) + abs(y), epsilon) for y, p in pairs], weights)


@METRICS.card(
    "scale · Σ|p − y| / Σ|y|", takes="regression", bounds=(0, inf), best=0,
    undefined="all targets are 0: nan, or infinite where there is an error",
    aliases=("weighted_mean_absolute_percentage_error", "wape"),
    requires=(("scale > 0", lambda scale: scale > 0),),
    source="Kolassa & Schütz 2007, Foresight 6:40 (as MAD/Mean ratio)",
)
def wmape(target: Numbers, pred: Numbers, weights: Weights = None, scale: float = 1.0) -> Number:
    """Sum of the absolute errors as a share of the sum of the targets' sizes."""
    return scale * ratio(total(distances(target, pred), weights), total([abs(y) for y in target], weights))


def logs(values: Numbers) -> list[Number]:
    """log(1 + x); nan at and below −1."""
    return [log1p(x) if x > -1 else nan for x in values]


@METRICS.card(
    "mean (log(1+p) − log(1+y))²", takes="regression", bounds=(0, inf), best=0, aliases=("mean_squared_log_error",),
    undefined="a number at or below −1: nan", sklearn="metrics.mean_squared_log_error(y, p, sample_weight=w)",
    source="scikit-learn 1.9 user guide, section 3.4.6",
)
def msle(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Mean squared error of logarithms: errors count relative to the size, and too low counts more than too high."""
    return mse(logs(target), logs(pred), weights)


@METRICS.card(
    "√(mean (log(1+p) − log(1+y))²)", takes="regression", bounds=(0, inf), best=0,
    aliases=("root_mean_squared_log_error",), undefined="a number at or below −1: nan",
    sklearn="metrics.root_mean_squared_log_error(y, p, sample_weight=w)",
    source="scikit-learn 1.9 user guide, section 3.4.6",
)
def rmsle(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Root of the mean squared error of logarithms."""
    return sqrt(msle(target, pred, weights))


@METRICS.card(
    "mean max(α(y − p), (α − 1)(y − p))", takes="regression", bounds=(0, inf), best=0,
    aliases=("pinball_loss", "quantile_score"),
    sklearn="metrics.mean_pinball_loss(y, p, sample_weight=w, alpha=alpha)", trials=({"alpha": 0.1}, {"alpha": 1.0}),
    requires=(("0 <= alpha <= 1", lambda alpha: 0 <= alpha <= 1),),
    source="Koenker & Bassett 1978, Econometrica 46(1):33",
)
def mean_pinball_loss(target: Numbers, pred: Numbers, weights: Weights = None, alpha: float = 0.5) -> Number:
    """How good predictions are as the quantile α: too low costs α, too high 1 − α, for each unit."""
    return mean([max(-alpha * e, (1 - alpha) * e) for e in errors(target, pred)], weights)


@METRICS.card(
    "mean log cosh(p − y)", takes="regression", bounds=(0, inf), best=0, aliases=("logcosh",),
    source="Saleh & Saleh 2022, arXiv:2208.04564",
)
def log_cosh_error(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Mean of log cosh of the errors: half the square of small ones, and |p − y| − log 2 of large ones."""
    sizes = distances(target, pred)
    return mean([log1p(-expm1(d) * expm1(-d) / 2) if d < 1 else d + log1p(expm1(-2 * d) / 2) for d in sizes], weights)


@METRICS.card(
    "(Σ |p − y|^order)^(1/order)", takes="regression", bounds=(0, inf), best=0, aliases=("minkowski",),
    requires=(("order >= 1", lambda order: order >= 1),), trials=({"order": 1.0}, {"order": 3.5}),
    source="Minkowski 1896, Geometrie der Zahlen",
)
def minkowski_distance(target: Numbers, pred: Numbers, weights: Weights = None, order: float = 2.0) -> Number:
    """Length of the vector of all errors: 1 adds their sizes, 2 is Euclid's."""
    return total([d**order for d in distances(target, pred)], weights) ** (1 / order)


# What a root mean squared error may be divided by.
NORMALISERS = {
    "mean": lambda y, w: mean(y, w),
    "range": lambda y, w: max(y) - min(y),
    "std": lambda y, w: sqrt(ratio(scatter(y, w), weight(y, w))),
    "l2": lambda y, w: sqrt(total([value**2 for value in y], w)),
}


@METRICS.card(
    "√(mean (p − y)²) / (mean y, max y − min y, std y or ‖y‖)", takes="regression",
    aliases=("normalized_root_mean_squared_error",), undefined="what it is divided by is 0: infinite, or nan",
    choices={"normalizer": tuple(NORMALISERS)},
    source="torchmetrics 1.9 documentation, NormalizedRootMeanSquaredError",
)
def nrmse(target: Numbers, pred: Numbers, weights: Weights = None, normalizer: str = "mean") -> Number:
    """Root of the mean squared error in units of the target's mean, range, standard deviation or length."""
    return ratio(rmse(target, pred, weights), NORMALISERS[normalizer](target, weights))


@METRICS.card(
    "Σ(p − y)² / Σ(ȳ − y)²", takes="regression", bounds=(0, inf), best=0, aliases=("relative_squared_error",),
    undefined="constant target: infinite, or nan where it is met",
    source="Witten & Frank 2005, Data Mining, 2nd edition, section 5.8",
)
def rse(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Squared error relative to that of the mean target: 1 − R²."""
    return ratio(total(squares(target, pred), weights), scatter(target, weights))


@METRICS.card(
    "Σ|p − y| / Σ|ȳ − y|", takes="regression", bounds=(0, inf), best=0, aliases=("relative_absolute_error",),
    undefined="constant target: infinite, or nan where it is met",
    source="Witten & Frank 2005, Data Mining, 2nd edition, section 5.8",
)
def rae(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Absolute error relative to that of the mean target."""
    if len(set(target)) == 1:
        return ratio(total(distances(target, pred), weights), 0.0)
    middle = mean(target, weights)
    return ratio(total(distances(target, pred), weights), total([abs(middle - y) for y in target], weights))


@METRICS.card(
    "mean |p − y| / mean |yᵢ − yᵢ₋ₘ|, m = season", takes="regression", bounds=(0, inf), best=0, weights=False,
    aliases=("mean_absolute_scaled_error",), undefined="targets repeat, or are fewer than season + 1: infinite, or nan",
    requires=(("season >= 1", lambda season: season >= 1),), trials=({"season": 3},),
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679, section 3",
)
def mase(target: Numbers, pred: Numbers, season: int = 1) -> Number:
    """Absolute error relative to that of saying the last season's value again; targets are in order of time."""
    steps = [abs(later - earlier) for earlier, later in zip(target, target[season:], strict=False)]
    return ratio(mae(target, pred), mean(steps))


@METRICS.card(
    "√(mean (p − y)²) / (√(mean p²) + √(mean y²))", takes="regression", bounds=(0, 1), best=0,
    aliases=("theil_u1",), undefined="all numbers are 0: nan",
    source="Theil 1961, Economic Forecasts and Policy; Bliemel 1973, Journal of Marketing Research 10(4):444",
)
def theils_inequality(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Theil's coefficient of inequality U1: between 0 and 1, whatever the unit."""
    sizes = sqrt(mean([p**2 for p in pred], weights)) + sqrt(mean([y**2 for y in target], weights))
    return ratio(rmse(target, pred, weights), sizes)
