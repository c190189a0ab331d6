"""Losses of numbers that measure how far a prediction is off, in order of increasing complexity."""

from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.numbers import Number, constant, exp, expm1, log, log1p, reciprocal, sign, tanh

# A card reads as one entry of a table.
# fmt: off

EPSILON = ("epsilon >= 0", lambda epsilon: epsilon >= 0)
QUANTILE = ("0 < quantile < 1", lambda quantile: 0 < quantile < 1)


def mse_gradient(p: Number, t: Number) -> Number:
    """2·(p − t)."""
    return 2 * (p - t)


@LOSSES.card(
    "(p − t)²", gradient=mse_gradient, pred="number", target="number", convex=True,
    aliases=("squared_error", "mean_squared_error", "l2"),
    source="Gauss 1809, Theoria motus corporum coelestium",
)
def mse(p: Number, t: Number) -> Number:
    """Squared error; averaged, the mean squared error."""
    return (p - t) ** 2


def half_squared_error_gradient(p: Number, t: Number) -> Number:
    """p − t."""
    return p - t


@LOSSES.card(
    "½·(p − t)²", gradient=half_squared_error_gradient, pred="number", target="number", convex=True,
    aliases=("l2_loss", "half_mse"), source="Rumelhart, Hinton & Williams 1986, Nature 323:533",
)
def half_squared_error(p: Number, t: Number) -> Number:
    """Half the squared error, whose gradient is the error itself."""
    return (p - t) ** 2 / 2


def mae_gradient(p: Number, t: Number) -> Number:
    """sign(p − t); 0 at the kink p = t."""
    return sign(p - t)


@LOSSES.card(
    "|p − t|", gradient=mae_gradient, pred="number", target="number", convex=True,
    aliases=("absolute_error", "mean_absolute_error", "l1", "l1_loss"),
    source="Laplace 1774, Mémoire sur la probabilité",
)
def mae(p: Number, t: Number) -> Number:
    """Absolute error; averaged, the mean absolute error."""
    return abs(p - t)


def huber_gradient(p: Number, t: Number, delta: float = 1.0) -> Number:
    """p − t, but no further from 0 than δ."""
    return min(max(p - t, -delta), delta)


@LOSSES.card(
    "½·(p − t)² where |p − t| ≤ δ, else δ·(|p − t| − ½δ)", gradient=huber_gradient, pred="number", target="number",
    convex=True, requires=(("delta > 0", lambda delta: 0 < delta < inf),),
    source="Huber 1964, Annals of Mathematical Statistics 35(1):73",
)
def huber(p: Number, t: Number, delta: float = 1.0) -> Number:
    """Quadratic for small errors, linear for large ones."""
    size = abs(p - t)
    return size**2 / 2 if size <= delta else delta * (size - delta / 2)


def smooth_l1_gradient(p: Number, t: Number, beta: float = 1.0) -> Number:
    """(p − t)/β, but no further from 0 than 1; for β = 0 sign(p − t), 0 at the kink p = t."""
    return sign(p - t) if beta == 0 else min(max((p - t) / beta, -1), 1)


@LOSSES.card(
    "½·(p − t)²/β where |p − t| < β, else |p − t| − ½β", gradient=smooth_l1_gradient, pred="number", target="number",
    convex=True, requires=(("beta >= 0", lambda beta: beta >= 0),),
    source="Girshick 2015, Fast R-CNN, arXiv:1504.08083",
)
def smooth_l1(p: Number, t: Number, beta: float = 1.0) -> Number:
    """The Huber loss divided by its bound β; the absolute error for β = 0."""
    size = abs(p - t)
    return size**2 / (2 * beta) if size < beta else size - beta / 2


def log_cosh_gradient(p: Number, t: Number) -> Number:
    """tanh(p − t)."""
    return tanh(p - t)


@LOSSES.card(
    "log cosh(p − t)", gradient=log_cosh_gradient, pred="number", target="number", convex=True, aliases=("logcosh",),
    source="Green 1990, IEEE Transactions on Medical Imaging 9(1):84",
)
def log_cosh(p: Number, t: Number) -> Number:
    """Quadratic for small errors, linear for large ones, and smooth."""
    size = abs(p - t)
    if size > 1:
        return size - log(constant("2", size)) + log1p(exp(-2 * size))
    m = expm1(size)
    return log1p(m * m / (2 * (1 + m)))  # cosh(x) − 1 = (e^x − 1)²/2e^x


def pinball_gradient(p: Number, t: Number, quantile: float = 0.5) -> Number:
    """−q where p < t, 1 − q where p > t; 0 at the kink p = t."""
    return -quantile if p < t else 1 - quantile if p > t else 0 * p


@LOSSES.card(
    "q·(t − p) where p < t, else (1 − q)·(p − t)", gradient=pinball_gradient, pred="number", target="number",
    convex=True, aliases=("quantile",), requires=(QUANTILE,), source="Koenker & Bassett 1978, Econometrica 46(1):33",
)
def pinball(p: Number, t: Number, quantile: float = 0.5) -> Number:
    """What is least, on average, at a quantile of the targets."""
    return quantile * (t - p) if p < t else (1 - quantile) * (p - t)


def expectile_gradient(p: Number, t: Number, expectile: float = 0.5) -> Number:
    """2·τ·(p − t) where p < t, else 2·(1 − τ)·(p − t)."""
    return 2 * (expectile if p < t else 1 - expectile) * (p - t)


@LOSSES.card(
    "τ·(p − t)² where p < t, else (1 − τ)·(p − t)²", gradient=expectile_gradient, pred="number", target="number",
    convex=True, requires=(("0 < expectile < 1", lambda expectile: 0 < expectile < 1),),
    source="Newey & Powell 1987, Econometrica 55(4):819",
)
def expectile(p: Number, t: Number, expectile: float = 0.5) -> Number:
    """The squared error with another weight on either side."""
    return (expectile if p < t else 1 - expectile) * (p - t) ** 2


def quantile_huber_gradient(p: Number, t: Number, quantile: float = 0.5, delta: float = 1.0) -> Number:
    """The Huber loss' gradient over δ, times q where p < t, else times 1 − q."""
    return (quantile if p < t else 1 - quantile) * huber_gradient(p, t, delta) / delta


@LOSSES.card(
    "huber(p, t, δ)/δ, times q where p < t, else times 1 − q", gradient=quantile_huber_gradient,
    pred="number", target="number", convex=True,
    requires=(QUANTILE, ("delta > 0", lambda delta: delta > 0)),
    source="Dabney et al. 2018, arXiv:1710.10044",
)
def quantile_huber(p: Number, t: Number, quantile: float = 0.5, delta: float = 1.0) -> Number:
    """The pinball loss with a round bottom, as in distributional reinforcement learning."""
    return (quantile if p < t else 1 - quantile) * huber(p, t, delta) / delta


def epsilon_insensitive_gradient(p: Number, t: Number, epsilon: float = 0.1) -> Number:
    """sign(p − t) where |p − t| > ε, else 0; 0 at the kinks |p − t| = ε."""
    return sign(p - t) if abs(p - t) > epsilon else 0 * p


@LOSSES.card(
    "max(0, |p − t| − ε)", gradient=epsilon_insensitive_gradient, pred="number", target="number", convex=True,
    requires=(EPSILON,), source="Vapnik 1995, The Nature of Statistical Learning Theory",
)
def epsilon_insensitive(p: Number, t: Number, epsilon: float = 0.1) -> Number:
    """The absolute error beyond a tolerance: the loss of support vector regression."""
    return max(0 * p, abs(p - t) - epsilon)


def squared_epsilon_insensitive_gradient(p: Number, t: Number, epsilon: float = 0.1) -> Number:
    """2·sign(p − t)·max(0, |p − t| − ε)."""
    return 2 * sign(p - t) * epsilon_insensitive(p, t, epsilon)


@LOSSES.card(
    "max(0, |p − t| − ε)²", gradient=squared_epsilon_insensitive_gradient, pred="number", target="number", convex=True,
    requires=(EPSILON,), source="Drucker et al. 1997, Support vector regression machines, NeurIPS 9",
)
def squared_epsilon_insensitive(p: Number, t: Number, epsilon: float = 0.1) -> Number:
    """The squared error beyond a tolerance."""
    return epsilon_insensitive(p, t, epsilon) ** 2


def mape_gradient(p: Number, t: Number, epsilon: float = 0.0, scale: float = 100.0) -> Number:
    """s·sign(p − t)/max(|t|, ε); 0 at the kink p = t."""
    return scale * sign(p - t) * reciprocal(max(abs(t), epsilon)) if p != t else 0 * p


@LOSSES.card(
    "s·|p − t|/max(|t|, ε)", gradient=mape_gradient, pred="number", target="number", convex=True,
    aliases=("mean_absolute_percentage_error",), requires=(EPSILON, ("scale > 0", lambda scale: scale > 0)),
    source="Makridakis 1993, International Journal of Forecasting 9(4):527",
)
def mape(p: Number, t: Number, epsilon: float = 0.0, scale: float = 100.0) -> Number:
    """The error as a percentage of the target; a fraction of it for s = 1."""
    return scale * abs(p - t) * reciprocal(max(abs(t), epsilon)) if p != t else 0 * p


def smape_gradient(p: Number, t: Number, epsilon: float = 0.0, scale: float = 100.0) -> Number:
    """4·s·|t|·sign(p − t)/(|p| + |t|)² where p·t > 0, else 0; 2·s·sign(p − t)/ε where |p| + |t| < ε."""
    size = abs(p) + abs(t)
    if size < epsilon:
        return 2 * scale * sign(p - t) / epsilon
    return 4 * scale * abs(t) * sign(p - t) / size**2 if p * t > 0 else 0 * p


@LOSSES.card(
    "2·s·|p − t|/max(|p| + |t|, ε)", gradient=smape_gradient, pred="number", target="number",
    aliases=("symmetric_mean_absolute_percentage_error",), requires=(EPSILON, ("scale > 0", lambda scale: scale > 0)),
    source="Makridakis 1993, International Journal of Forecasting 9(4):527",
)
def smape(p: Number, t: Number, epsilon: float = 0.0, scale: float = 100.0) -> Number:
    """The error as a percentage of the mean size of prediction and target, 200 at most; 0 where both are 0."""
    return 2 * scale * abs(p - t) / max(abs(p) + abs(t), epsilon) if p != t else 0 * p


def msle_gradient(p: Number, t: Number, epsilon: float = 0.0) -> Number:
    """2·(log(1 + p) − log(1 + t))/(1 + p), with max(t, ε); 0 where p < ε."""
    return 2 * (log1p(p) - log1p(max(t, epsilon))) / (1 + p) if p >= epsilon else 0 * p


@LOSSES.card(
    "(log(1 + max(p, ε)) − log(1 + max(t, ε)))²", gradient=msle_gradient, pred="amount", target="amount",
    aliases=("mean_squared_logarithmic_error",), requires=(EPSILON,), source="scikit-learn 1.9, mean_squared_log_error",
)
def msle(p: Number, t: Number, epsilon: float = 0.0) -> Number:
    """The squared error of logarithms, for amounts of any size."""
    return (log1p(max(p, epsilon)) - log1p(max(t, epsilon))) ** 2
