"""Metrics of predicted numbers beside a simple prediction, and correlations. y are targets, p predictions."""

from math import inf, nan

from dlc.reference.metric_family import METRICS
from dlc.reference.metrics_regression import mean_pinball_loss, squares
from dlc.reference.numbers import Number, log, sign, sqrt
from dlc.reference.weighted import (
    Numbers,
    Weights,
    co_scatter,
    correlation,
    mean,
    quantile,
    ranks,
    ratio,
    scatter,
    total,
    weight,
)

CONSTANT = "constant target: 1 where it is met, else 0; with force_finite = False nan and −inf"
UNRELATED = "constant target or prediction: nan"
FEW = "fewer than two examples: nan"

# A card reads as one entry of a table.
# fmt: off


def explained(error: Number, spread: Number, force_finite: bool = True) -> Number:
    """1 − ERROR/SPREAD; with FORCE_FINITE 1 where ERROR is 0, and 0 where only SPREAD is."""
    if force_finite and (error == 0 or spread == 0):
        return 1.0 if error == 0 else 0.0
    return 1 - ratio(error, spread)


@METRICS.card(
    "1 − Σ(p − y)² / Σ(y − ȳ)²", takes="regression", bounds=(-inf, 1), best=1,
    aliases=("r2_score", "r_squared", "nash_sutcliffe"), undefined=f"{CONSTANT}; {FEW}",
    sklearn="metrics.r2_score(y, p, sample_weight=w, force_finite=force_finite)", trials=({"force_finite": False},),
    source="Nash & Sutcliffe 1970, Journal of Hydrology 10(3):282",
)
def r2(target: Numbers, pred: Numbers, weights: Weights = None, force_finite: bool = True) -> Number:
    """Coefficient of determination: the share of the target's variance that is predicted."""
    if len(target) < 2:
        return nan
    return explained(total(squares(target, pred), weights), scatter(target, weights), force_finite)


@METRICS.card(
    "1 − (1 − R²)(n − 1)/(n − k − 1), k = predictors", takes="regression", bounds=(-inf, 1), best=1, weights=False,
    undefined="fewer than predictors + 2 examples: nan",
    requires=(("predictors >= 0", lambda predictors: predictors >= 0),), trials=({"predictors": 3},),
    source="Theil 1961, Economic Forecasts and Policy, 2nd edition",
)
def adjusted_r2(target: Numbers, pred: Numbers, predictors: int = 1) -> Number:
    """R² that does not grow by a predictor that says nothing."""
    free = len(target) - predictors - 1
    return nan if free < 1 else 1 - (1 - r2(target, pred)) * (len(target) - 1) / free


@METRICS.card(
    "1 − Var(y − p) / Var(y)", takes="regression", bounds=(-inf, 1), best=1, aliases=("explained_variance_score",),
    undefined=CONSTANT, sklearn="metrics.explained_variance_score(y, p, sample_weight=w, force_finite=force_finite)",
    trials=({"force_finite": False},),
    source="scikit-learn 1.9 user guide, section 3.4.6",
)
def explained_variance(target: Numbers, pred: Numbers, weights: Weights = None, force_finite: bool = True) -> Number:
    """R² where a constant error is forgiven."""
    errors = [y - p for y, p in zip(target, pred, strict=True)]
    return explained(scatter(errors, weights), scatter(target, weights), force_finite)


def deviance(y: Number, p: Number, power: float) -> Number:
    """Unit deviance of the Tweedie family; nan outside its domain."""
    if power == 0:
        return (y - p) ** 2
    lowest = -inf if power < 0 else 0
    if p <= 0 or y < lowest or (power >= 2 and y <= 0):
        return nan
    if power == 1:
        return 2 * ((y * log(y / p) if y else 0) - y + p)
    if power == 2:
        return 2 * (log(p / y) + y / p - 1)
    a, b = 1 - power, 2 - power
    return 2 * (max(y, 0) ** b / (a * b) - y * p**a / a + p**b / b)


POWERS = (("power <= 0 or power >= 1", lambda power: power <= 0 or power >= 1),)


@METRICS.card(
    "mean 2(max(y,0)^(2−k)/((1−k)(2−k)) − y·p^(1−k)/(1−k) + p^(2−k)/(2−k)), k = power", takes="regression",
    bounds=(0, inf), best=0, undefined="a number outside the distribution's domain: nan", requires=POWERS,
    sklearn="metrics.mean_tweedie_deviance(y, p, sample_weight=w, power=power)",
    trials=tuple({"power": power} for power in (-1.5, 1.0, 1.5, 2.0, 3.0)),
    source="Jørgensen 1987, Journal of the Royal Statistical Society B 49(2):127",
)
def mean_tweedie_deviance(target: Numbers, pred: Numbers, weights: Weights = None, power: float = 0.0) -> Number:
    """Deviance of a distribution whose variance is mean^power: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian."""
    return mean([deviance(y, p, power) for y, p in zip(target, pred, strict=True)], weights)


@METRICS.card(
    "mean 2(y·log(y/p) − y + p)", takes="regression", bounds=(0, inf), best=0, aliases=("poisson_deviance",),
    undefined="a target below 0, or a prediction at or below 0: nan",
    sklearn="metrics.mean_poisson_deviance(y, p, sample_weight=w)",
    source="McCullagh & Nelder 1989, Generalized Linear Models, 2nd edition, section 2.3",
)
def mean_poisson_deviance(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Deviance of counts."""
    return mean_tweedie_deviance(target, pred, weights, power=1)


@METRICS.card(
    "mean 2(log(p/y) + y/p − 1)", takes="regression", bounds=(0, inf), best=0, aliases=("gamma_deviance",),
    undefined="a number at or below 0: nan", sklearn="metrics.mean_gamma_deviance(y, p, sample_weight=w)",
    source="McCullagh & Nelder 1989, Generalized Linear Models, 2nd edition, section 2.3",
)
def mean_gamma_deviance(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Deviance of positive numbers whose error grows with their size."""
    return mean_tweedie_deviance(target, pred, weights, power=2)


@METRICS.card(
    "1 − deviance(y, p) / deviance(y, ȳ)", takes="regression", bounds=(-inf, 1), best=1, aliases=("d2_tweedie_score",),
    undefined=f"constant target, a number outside the domain: nan or −inf; {FEW}", requires=POWERS,
    sklearn="metrics.d2_tweedie_score(y, p, sample_weight=w, power=power)",
    trials=tuple({"power": power} for power in (1.0, 1.5, 2.0, 3.0)),
    source="Hastie, Tibshirani & Wainwright 2015, Statistical Learning with Sparsity, equation 3.11",
)
def d2_tweedie(target: Numbers, pred: Numbers, weights: Weights = None, power: float = 0.0) -> Number:
    """The share of the deviance of the mean target that is explained; R² for power = 0."""
    if len(target) < 2:
        return nan
    middle = target[0] if len(set(target)) == 1 else mean(target, weights)
    spread = mean_tweedie_deviance(target, [middle] * len(target), weights, power)
    return 1 - ratio(mean_tweedie_deviance(target, pred, weights, power), spread)


@METRICS.card(
    "1 − pinball(y, p) / pinball(y, quantile α of y)", takes="regression", bounds=(-inf, 1), best=1,
    aliases=("d2_pinball_score",), undefined=f"constant target: 1 where it is met, else 0; {FEW}",
    sklearn="metrics.d2_pinball_score(y, p, sample_weight=w, alpha=alpha)", trials=({"alpha": 0.1}, {"alpha": 0.9}),
    requires=(("0 <= alpha <= 1", lambda alpha: 0 <= alpha <= 1),),
    source="Koenker & Machado 1999, Journal of the American Statistical Association 94:1296, equation 7",
)
def d2_pinball(target: Numbers, pred: Numbers, weights: Weights = None, alpha: float = 0.5) -> Number:
    """The share of the target's own pinball loss that is explained."""
    if len(target) < 2:
        return nan
    simple = [quantile(target, weights, alpha)] * len(target)
    spread = mean_pinball_loss(target, simple, weights, alpha)
    return explained(mean_pinball_loss(target, pred, weights, alpha), spread)


@METRICS.card(
    "1 − Σ|p − y| / Σ|y − median y|", takes="regression", bounds=(-inf, 1), best=1,
    aliases=("d2_absolute_error_score",), undefined=f"constant target: 1 where it is met, else 0; {FEW}",
    sklearn="metrics.d2_absolute_error_score(y, p, sample_weight=w)",
    source="Koenker & Machado 1999, Journal of the American Statistical Association 94:1296, equation 7",
)
def d2_absolute_error(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """The share of the absolute error of the median target that is explained."""
    return d2_pinball(target, pred, weights)


@METRICS.card(
    "1 − Σ(p − y)² / Σ(|p − ȳ| + |y − ȳ|)²", takes="regression", bounds=(0, 1), best=1, aliases=("willmott_d",),
    undefined="all numbers are the mean target: nan",
    source="Willmott 1982, Bulletin of the American Meteorological Society 63(11):1309",
)
def index_of_agreement(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Squared error beside the greatest that numbers so far from the mean target could have."""
    middle = mean(target, weights)
    possible = [(abs(p - middle) + abs(y - middle)) ** 2 for y, p in zip(target, pred, strict=True)]
    return 1 - ratio(total(squares(target, pred), weights), total(possible, weights))


@METRICS.card(
    "1 − √((r − 1)² + (σp/σy − 1)² + (p̄/ȳ − 1)²)", takes="regression", bounds=(-inf, 1), best=1, aliases=("kge",),
    undefined=f"{UNRELATED}; mean target 0: −inf or nan",
    source="Gupta, Kling, Yilmaz & Martinez 2009, Journal of Hydrology 377:80, equations 9 and 10",
)
def kling_gupta(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """How far correlation, variability and bias together are from perfect."""
    r = correlation(target, pred, weights)
    variability = ratio(sqrt(scatter(pred, weights)), sqrt(scatter(target, weights)), nan)
    bias = ratio(mean(pred, weights), mean(target, weights))
    return 1 - sqrt((r - 1) ** 2 + (variability - 1) ** 2 + (bias - 1) ** 2)


@METRICS.card(
    "Cov(y, p) / (σy·σp)", takes="regression", bounds=(-1, 1), best=1, aliases=("pearson_correlation", "pearsonr"),
    undefined=UNRELATED, source="Pearson 1895, Proceedings of the Royal Society of London 58:240",
)
def pearson(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Correlation: how near pairs are to a straight line that rises."""
    return correlation(target, pred, weights)


@METRICS.card(
    "2·Cov(y, p) / (σy² + σp² + (ȳ − p̄)²)", takes="regression", bounds=(-1, 1), best=1,
    aliases=("concordance", "ccc"), undefined="all numbers are one constant: nan",
    peers={"torchmetrics": "divides variances and covariance by n − 1, not n"},
    source="Lin 1989, Biometrics 45(1):255",
)
def concordance_correlation(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Correlation about the line y = p."""
    size = weight(target, weights)
    apart = (mean(target, weights) - mean(pred, weights)) ** 2
    together = scatter(target, weights) / size + scatter(pred, weights) / size + apart
    return ratio(2 * co_scatter(target, pred, weights) / size, together)


@METRICS.card(
    "Pearson's correlation of ranks; equal numbers share the mean rank", takes="regression", bounds=(-1, 1), best=1,
    weights=False, aliases=("spearman_correlation", "spearmanr"), undefined=UNRELATED,
    source="Spearman 1904, American Journal of Psychology 15(1):72",
)
def spearman(target: Numbers, pred: Numbers) -> Number:
    """Correlation of ranks: how near predictions are to the order of the targets."""
    return correlation(ranks(target), ranks(pred))


@METRICS.card(
    "(C − D) / √((C + D + Ty)(C + D + Tp)) of all pairs: C in the same order, D in the other, T equal in one only",
    takes="regression", bounds=(-1, 1), best=1, weights=False, aliases=("kendall_tau", "kendalltau"),
    undefined=UNRELATED, source="Kendall 1945, Biometrika 33(3):239",
)
def kendall(target: Numbers, pred: Numbers) -> Number:
    """Kendall's τ-b: pairs in the same order less pairs in the other."""
    pairs = [(target[i] - target[j], pred[i] - pred[j]) for i in range(len(target)) for j in range(i)]
    balance = sum(sign(a) * sign(b) for a, b in pairs)
    return ratio(balance, sqrt(float(sum(a != 0 for a, _ in pairs))) * sqrt(float(sum(b != 0 for _, b in pairs))), nan)


@METRICS.card(
    "Σ y·p / (‖y‖·‖p‖)", takes="regression", bounds=(-1, 1), best=1, undefined="all targets or predictions are 0: nan",
    source="Salton & McGill 1983, Introduction to Modern Information Retrieval",
)
def cosine_similarity(target: Numbers, pred: Numbers, weights: Weights = None) -> Number:
    """Cosine of the angle between the vector of all targets and that of all predictions."""
    together = total([y * p for y, p in zip(target, pred, strict=True)], weights)
    length, other = (sqrt(total([value**2 for value in each], weights)) for each in (target, pred))
    return ratio(together, length * other, nan)
