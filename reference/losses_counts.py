"""Losses of amounts, counts and rates: deviances and negative log-likelihoods, in order of increasing complexity."""

from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.numbers import Number, constant, exp, log, log1p, minus_log1p, pi, reciprocal, times_log

# A card reads as one entry of a table.
# fmt: off

EPSILON = ("epsilon >= 0", lambda epsilon: epsilon >= 0)
NELDER = "Nelder & Wedderburn 1972, Journal of the Royal Statistical Society A 135(3):370"


def stirling(t: Number) -> Number:
    """log t! by Stirling's formula, t·log t − t + ½·log 2πt, where t > 1; else 0."""
    return t * log(t) - t + log(2 * pi(t) * t) / 2 if t > 1 else 0 * t


def poisson_terms(p: Number, t: Number, epsilon: float = 0.0) -> Number:
    """The greatest term of the loss."""
    return max(p, abs(times_log(t, p + epsilon)), abs(times_log(t, t)))


def poisson_gradient(p: Number, t: Number, epsilon: float = 0.0) -> Number:
    """1 − t/(p + ε)."""
    return 1 - (t * reciprocal(p + epsilon) if t else 0)


@LOSSES.card(
    "p − t·log(p + ε)", gradient=poisson_gradient, terms=poisson_terms,
    pred="amount", target="amount", convex=True, perfect=False, least=-inf, requires=(EPSILON,), source=NELDER,
)
def poisson(p: Number, t: Number, epsilon: float = 0.0) -> Number:
    """Negative log-likelihood of a count by its expected rate, without what depends on the count alone."""
    return p - times_log(t, p + epsilon)


@LOSSES.card(
    "p − t·log(p + ε) + (t·log t − t + ½·log 2πt where t > 1)", gradient=poisson_gradient, terms=poisson_terms,
    pred="amount", target="amount", convex=True, perfect=False, least=-inf, requires=(EPSILON,), source=NELDER,
)
def poisson_full(p: Number, t: Number, epsilon: float = 0.0) -> Number:
    """Negative log-likelihood of a count by its expected rate, the count's factorial by Stirling's formula."""
    return poisson(p, t, epsilon) + stirling(t)


def poisson_log_terms(p: Number, t: Number) -> Number:
    """The greatest term of the loss."""
    return max(exp(p), abs(t * p), abs(times_log(t, t)))


def poisson_log_gradient(p: Number, t: Number) -> Number:
    """e^p − t."""
    return exp(p) - t


def poisson_log_gradient_terms(p: Number, t: Number) -> Number:
    """The greater term of the gradient."""
    return max(exp(p), t)


@LOSSES.card(
    "e^p − t·p", gradient=poisson_log_gradient, terms=poisson_log_terms, gradient_terms=poisson_log_gradient_terms,
    pred="number", target="amount", convex=True, perfect=False, least=-inf, source=NELDER,
)
def poisson_log(p: Number, t: Number) -> Number:
    """Negative log-likelihood of a count by the logarithm of its rate, without what depends on the count alone."""
    return exp(p) - t * p


@LOSSES.card(
    "e^p − t·p + (t·log t − t + ½·log 2πt where t > 1)", gradient=poisson_log_gradient, terms=poisson_log_terms,
    gradient_terms=poisson_log_gradient_terms, pred="number", target="amount", convex=True, perfect=False, least=-inf,
    source=NELDER,
)
def poisson_log_full(p: Number, t: Number) -> Number:
    """Negative log-likelihood of a count by the logarithm of its rate, the count's factorial by Stirling's formula."""
    return poisson_log(p, t) + stirling(t)


def poisson_deviance_gradient(p: Number, t: Number) -> Number:
    """2·(p − t)/p."""
    return 2 * (1 - (t * reciprocal(p) if t else 0))


@LOSSES.card(
    "2·(t·log(t/p) − t + p)", gradient=poisson_deviance_gradient, pred="amount", target="amount", convex=True,
    source=NELDER,
)
def poisson_deviance(p: Number, t: Number) -> Number:
    """Twice the log-likelihood that a count has beyond that of the prediction."""
    if abs(p - t) < t / 2:
        return 2 * t * minus_log1p((p - t) / t)
    return 2 * (times_log(t, t) - times_log(t, p) - t + p)


def gamma_deviance_gradient(p: Number, t: Number) -> Number:
    """2·(p − t)/p²."""
    return 2 * (p - t) / p**2


@LOSSES.card(
    "2·(log(p/t) + t/p − 1)", gradient=gamma_deviance_gradient, pred="positive", target="positive",
    source="McCullagh & Nelder 1989, Generalized Linear Models, table 2.1",
)
def gamma_deviance(p: Number, t: Number) -> Number:
    """Of amounts whose spread grows with them; twice the Itakura-Saito divergence."""
    if abs(t - p) < p / 2:
        return 2 * minus_log1p((t - p) / p)
    return 2 * (log(p) - log(t) + t / p - 1)


def inverse_gaussian_deviance_gradient(p: Number, t: Number) -> Number:
    """2·(p − t)/p³."""
    return 2 * (p - t) / p**3


@LOSSES.card(
    "(p − t)²/(p²·t)", gradient=inverse_gaussian_deviance_gradient, pred="positive", target="positive",
    source="McCullagh & Nelder 1989, Generalized Linear Models, table 2.1",
)
def inverse_gaussian_deviance(p: Number, t: Number) -> Number:
    """Of waiting times, whose spread grows faster than they do."""
    return (p - t) ** 2 / (p**2 * t)


def power_of(x: Number, exponent: Number) -> Number:
    """x^exponent for x ≥ 0."""
    return exp(exponent * log(x)) if x else 0 * x


def tweedie_terms(p: Number, t: Number, power: float = 1.5) -> Number:
    """The greatest term of the deviance."""
    return 2 * max(
        abs(power_of(t, 2 - power) / ((1 - power) * (2 - power))),
        abs(t * power_of(p, 1 - power) / (1 - power)),
        abs(power_of(p, 2 - power) / (2 - power)),
    )


def tweedie_deviance_gradient(p: Number, t: Number, power: float = 1.5) -> Number:
    """2·(p − t)·p^(−q)."""
    return 2 * (p - t) * power_of(p, -power)


@LOSSES.card(
    "2·(t^(2−q)/((1−q)(2−q)) − t·p^(1−q)/(1−q) + p^(2−q)/(2−q))", gradient=tweedie_deviance_gradient,
    terms=tweedie_terms, pred="positive", target="positive",
    requires=(("power not 1 (poisson_deviance) or 2 (gamma_deviance)", lambda power: power not in (1, 2)),),
    source="Jørgensen 1987, Journal of the Royal Statistical Society B 49(2):127",
)
def tweedie_deviance(p: Number, t: Number, power: float = 1.5) -> Number:
    """Of amounts whose variance is the power q of their mean: squared error for 0, sums of amounts from 1 to 2."""
    return 2 * (
        power_of(t, 2 - power) / ((1 - power) * (2 - power))
        - t * power_of(p, 1 - power) / (1 - power)
        + power_of(p, 2 - power) / (2 - power)
    )


def exponential_nll_gradient(p: Number, t: Number) -> Number:
    """(p − t)/p²."""
    return (p - t) / p**2


@LOSSES.card(
    "log p + t/p", gradient=exponential_nll_gradient, terms=lambda p, t: max(abs(log(p)), t / p),
    pred="positive", target="amount", perfect=False, least=-inf,
    source="McCullagh & Nelder 1989, Generalized Linear Models, chapter 8",
)
def exponential_nll(p: Number, t: Number) -> Number:
    """Negative log-likelihood of a waiting time by its mean."""
    return log(p) + t / p


def negative_binomial_gradient(p: Number, t: Number, dispersion: float = 1.0) -> Number:
    """(p − t)/(p·(1 + d·p))."""
    return (p - t) / (p * (1 + dispersion * p))


@LOSSES.card(
    "log(1 + d·p)/d + t·log(1 + 1/(d·p))", gradient=negative_binomial_gradient, pred="positive", target="amount",
    perfect=False, requires=(("dispersion > 0", lambda dispersion: dispersion > 0),),
    source="Hilbe 2011, Negative Binomial Regression, NB2",
)
def negative_binomial(p: Number, t: Number, dispersion: float = 1.0) -> Number:
    """Negative log-likelihood of a count that varies more than Poisson's, without what depends on the count alone."""
    return log1p(dispersion * p) / dispersion + t * log1p(1 / (dispersion * p))


def exponential_log_terms(p: Number, t: Number) -> Number:
    """The greater of the two terms."""
    return max(abs(p), (t * exp(-p)))


def exponential_log_nll_gradient(p: Number, t: Number) -> Number:
    """1 − t·e^(−p)."""
    return 1 - t * exp(-p)


@LOSSES.card(
    "p + t·e^(−p)", gradient=exponential_log_nll_gradient, terms=exponential_log_terms,
    gradient_terms=lambda p, t: max(constant("1", p), t * exp(-p)), pred="number", target="amount", convex=True,
    perfect=False, least=-inf, source="McCullagh & Nelder 1989, Generalized Linear Models, chapter 8",
)
def exponential_log_nll(p: Number, t: Number) -> Number:
    """Negative log-likelihood of a waiting time by the logarithm of its mean."""
    return p + t * exp(-p)
