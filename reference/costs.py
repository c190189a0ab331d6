"""Costs: how predictions for a whole data set are judged; in order of increasing complexity."""

from dlc.reference.cost_family import AVERAGES, COSTS, PENALTIES, CostCard, PenaltyCard, Rows
from dlc.reference.numbers import Number, exp, log, sqrt
from dlc.reference.penalties import elastic_net, group_lasso, lasso, ridge

__all__ = [
    "AVERAGES", "COSTS", "PENALTIES", "CostCard", "PenaltyCard", "elastic_net", "group_lasso", "lasso", "ridge",
]  # fmt: skip

# A card reads as one entry of a table.
# fmt: off


def weight_of(rows: Rows) -> Number:
    """The sum of weights."""
    return sum(w for _, _, w in rows)


@COSTS.card(
    "Σ wᵢ·(pᵢ − tᵢ)²",
    loss="mse",
    average="sum",
    aliases=("sse", "rss", "residual_sum_of_squares", "weighted_least_squares"),
    source="Legendre 1805, Nouvelles méthodes pour la détermination des orbites des comètes",
)
def sum_of_squares(rows: Rows) -> Number:
    """What least squares makes least."""
    return sum(w * (p - t) ** 2 for p, t, w in rows)


@COSTS.card(
    "½·Σ wᵢ·(pᵢ − tᵢ)²",
    loss="mse",
    average="half_sum",
    source="Bishop 2006, Pattern Recognition and Machine Learning, equation 1.2",
)
def half_sum_of_squares(rows: Rows) -> Number:
    """Sum of squares whose gradient has no factor 2."""
    return sum_of_squares(rows) / 2


@COSTS.card(
    "Σ wᵢ·(pᵢ − tᵢ)² / Σ wᵢ",
    loss="mse",
    average="mean",
    source="Gauss 1823, Theoria combinationis observationum erroribus minimis obnoxiae",
)
def mean_squared(rows: Rows) -> Number:
    """Mean of squared errors."""
    return sum_of_squares(rows) / weight_of(rows)


@COSTS.card(
    "Σ wᵢ·(pᵢ − tᵢ)² / (2·Σ wᵢ)",
    loss="mse",
    average="half_mean",
    source="Ng 2011, Machine Learning (course), cost function of linear regression",
)
def half_mean_squared(rows: Rows) -> Number:
    """Half the mean of squared errors: its gradient is the mean of p − t."""
    return mean_squared(rows) / 2


@COSTS.card(
    "√(Σ wᵢ·(pᵢ − tᵢ)² / Σ wᵢ)",
    loss="mse",
    average="root_mean",
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679",
)
def root_mean_squared(rows: Rows) -> Number:
    """Typical error, in the units of the target; its gradient at 0 is 0."""
    return sqrt(mean_squared(rows))


@COSTS.card(
    "Σ wᵢ·|pᵢ − tᵢ|",
    loss="mae",
    average="sum",
    aliases=("least_absolute_deviations", "sum_of_absolute_errors"),
    source="Boscovich 1757; Laplace 1793; see Stigler 1986, The History of Statistics, chapter 1",
)
def sum_of_absolutes(rows: Rows) -> Number:
    """What a median regression makes least."""
    return sum(w * abs(p - t) for p, t, w in rows)


@COSTS.card(
    "Σ wᵢ·|pᵢ − tᵢ| / Σ wᵢ",
    loss="mae",
    average="mean",
    source="Willmott & Matsuura 2005, Climate Research 30(1):79",
)
def mean_absolute(rows: Rows) -> Number:
    """Mean of absolute errors."""
    return sum_of_absolutes(rows) / weight_of(rows)


@COSTS.card(
    "√(Σ wᵢ·(log(1 + pᵢ) − log(1 + tᵢ))² / Σ wᵢ)",
    loss="msle",
    average="root_mean",
    source="Kaggle 2012, Root Mean Squared Logarithmic Error",
)
def root_mean_squared_log(rows: Rows) -> Number:
    """Typical ratio of prediction and target, in logarithms."""
    return sqrt(sum(w * (log(1 + p) - log(1 + t)) ** 2 for p, t, w in rows) / weight_of(rows))


def surprise(p: Number, t: Number) -> Number:
    """−t·log p; what has chance 0 and does not happen surprises no one."""
    return -t * log(p) if t else 0 * p


@COSTS.card(
    "−Σ wᵢ·(tᵢ·log pᵢ + (1 − tᵢ)·log(1 − pᵢ)) / Σ wᵢ",
    loss="bce",
    average="mean",
    aliases=("logistic_cost",),
    source="Good 1952, JRSS B 14(1):107; Cox 1958, JRSS B 20(2):215",
)
def log_loss(rows: Rows) -> Number:
    """Mean surprise of labels 0 and 1 at the probabilities of 1."""
    return sum(w * (surprise(p, t) + surprise(1 - p, 1 - t)) for p, t, w in rows) / weight_of(rows)


@COSTS.card(
    "−2·Σ wᵢ·(tᵢ·log pᵢ + (1 − tᵢ)·log(1 − pᵢ))",
    loss="bce",
    average="double_sum",
    aliases=("logistic_deviance",),
    source="Nelder & Wedderburn 1972, Journal of the Royal Statistical Society A 135(3):370",
)
def binomial_deviance(rows: Rows) -> Number:
    """Twice the negative logarithm of the likelihood of labels 0 and 1."""
    return 2 * log_loss(rows) * weight_of(rows)


@COSTS.card(
    "−Σᵢ wᵢ·Σₖ tᵢₖ·log pᵢₖ / Σ wᵢ",
    loss="categorical_cross_entropy",
    average="mean",
    aliases=("mean_cross_entropy",),
    source="Shannon 1948; Goodfellow, Bengio & Courville 2016, Deep Learning, section 3.13",
)
def cross_entropy(rows: Rows) -> Number:
    """Mean surprise of shares of classes at the probabilities of classes."""
    return sum(w * sum(map(surprise, p, t)) for p, t, w in rows) / weight_of(rows)


@COSTS.card(
    "Σᵢ wᵢ·(log Σₖ e^pᵢₖ − pᵢ at class tᵢ) / Σ wᵢ",
    loss="sparse_softmax_cross_entropy",
    average="mean",
    aliases=("softmax_regression_cost",),
    source="Bridle 1990, NeurIPS 2; Bishop 2006, PRML, equation 4.108",
)
def multinomial_log_loss(rows: Rows) -> Number:
    """Mean surprise of classes, given by number, at the logits of classes."""
    return sum(w * (log(sum(map(exp, p))) - p[int(t[0])]) for p, t, w in rows) / weight_of(rows)
