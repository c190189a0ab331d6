"""Costs: how predictions for a whole data set are judged; in order of increasing complexity."""

from dlc.reference.cost_family import AVERAGES, COSTS, PENALTIES, CostCard, PenaltyCard, Rows
from dlc.reference.numbers import Number, log, sqrt
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
    "Σ wᵢ·(pᵢ − tᵢ)²", loss="mse", average="sum",
    aliases=("sse", "rss", "residual_sum_of_squares", "weighted_least_squares"),
    source="Legendre 1805, Nouvelles méthodes pour la détermination des orbites des comètes",
)
def sum_of_squares(rows: Rows) -> Number:
    """What least squares makes least."""
    return sum(w * (p - t) ** 2 for p, t, w in rows)


@COSTS.card(
    "½·Σ wᵢ·(pᵢ − tᵢ)²", loss="mse", average="half_sum",
    source="Bishop 2006, Pattern Recognition and Machine Learning, equation 1.2",
)
def half_sum_of_squares(rows: Rows) -> Number:
    """Sum of squares whose gradient has no factor 2."""
    return sum_of_squares(rows) / 2


@COSTS.card(
    "Σ wᵢ·(pᵢ − tᵢ)² / Σ wᵢ", loss="mse", average="mean",
    source="Gauss 1823, Theoria combinationis observationum erroribus minimis obnoxiae",
)
def mean_squared(rows: Rows) -> Number:
    """Mean of squared errors."""
    return sum_of_squares(rows) / weight_of(rows)


@COSTS.card(
    "Σ wᵢ·(pᵢ − tᵢ)² / (2·Σ wᵢ)", loss="mse", average="half_mean",
    source="Ng 2011, Machine Learning (course), cost function of linear regression",
)
def half_mean_squared(rows: Rows) -> Number:
    """Half the mean of squared errors: its gradient is the mean of p − t."""
    return mean_squared(rows) / 2


@COSTS.card(
    "√(Σ wᵢ·(pᵢ − tᵢ)² / Σ wᵢ)", loss="mse", average="root_mean",
    source="Hyndman & Koehler 2006, International Journal of Forecasting 22(4):679",
)
def root_mean_squared(rows: Rows) -> Number:
    """Typical error, in the units of the target; its gradient at 0 is 0."""
    return sqrt(mean_squared(rows))


@COSTS.card(
    "Σ wᵢ·|pᵢ − tᵢ|", loss="mae", average="sum", aliases=("least_absolute_deviations", "sum_of_absolute_errors"),
    source="Boscovich 1757; Laplace 1793; see Stigler 1986, The History of Statistics, chapter 1",
)
def sum_of_absolutes(rows: Rows) -> Number:
    """What a median regression makes least."""
    return sum(w * abs(p - t) for p, t, w in rows)


@COSTS.card(
    "Σ wᵢ·|pᵢ − tᵢ| / Σ wᵢ", loss="mae", average="mean",
    source="Willmott & Matsuura 2005, Climate Research 30(1):79",
)
def mean_absolute(rows: Rows) -> Number:
    """Mean of absolute errors."""
    return sum_of_absolutes(rows) / weight_of(rows)


@COSTS.card(
    "√(Σ wᵢ·(log(1 + pᵢ) − log(1 + tᵢ))² / Σ wᵢ)", loss="msle", average="root_mean",
    source="Kaggle 2012, Root Mean Squared Logarithmic Error",
)
def root_mean_squared_log(rows: Rows) -> Number:
    """Typical ratio of prediction and target, in logarithms."""
    return sqrt(sum(w * (log(1 + p) - log(1 + t)) ** 2 for p, t, w in rows) / weight_of(rows))
