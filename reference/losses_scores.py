"""Losses of a score by its sign, with margins t·p for t = ±1, and of distances, in order of increasing complexity."""

from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.numbers import Number, atan, exp, log1p

# A card reads as one entry of a table.
# fmt: off

MARGIN = ("margin >= 0", lambda margin: margin >= 0)
ZHANG = "Zhang 2004, Statistical behavior and consistency of classification methods, Annals of Statistics 32(1):56"
MASNADI = "Masnadi-Shirazi & Vasconcelos 2008, On the design of loss functions for classification, NeurIPS 21"


def unhinged_gradient(p: Number, t: Number) -> Number:
    """−t."""
    return -t


@LOSSES.card(
    "1 − t·p", gradient=unhinged_gradient, pred="number", target="sign", convex=True, perfect=False, least=-inf,
    source="van Rooyen, Menon & Williamson 2015, arXiv:1505.07634",
)
def unhinged(p: Number, t: Number) -> Number:
    """The hinge without its corner, which does not mind symmetric noise of labels."""
    return 1 - t * p


def perceptron_gradient(p: Number, t: Number) -> Number:
    """−t where t·p < 0, else 0; 0 at the kink p = 0."""
    return -t if t * p < 0 else 0 * p


@LOSSES.card(
    "max(0, −t·p)", gradient=perceptron_gradient, pred="number", target="sign", convex=True,
    source="Rosenblatt 1958, Psychological Review 65(6):386",
)
def perceptron(p: Number, t: Number) -> Number:
    """How far a score is on the wrong side."""
    return max(0 * p, -t * p)


def hinge_gradient(p: Number, t: Number, margin: float = 1.0) -> Number:
    """−t where t·p < m, else 0; 0 at the kink t·p = m."""
    return -t if t * p < margin else 0 * p


@LOSSES.card(
    "max(0, m − t·p)", gradient=hinge_gradient, pred="number", target="sign", convex=True, requires=(MARGIN,),
    aliases=("margin_ranking",), source="Cortes & Vapnik 1995, Machine Learning 20(3):273",
)
def hinge(p: Number, t: Number, margin: float = 1.0) -> Number:
    """How far a score misses its margin; of the difference of two scores, the margin ranking loss."""
    return max(0 * p, margin - t * p)


def squared_hinge_gradient(p: Number, t: Number) -> Number:
    """−2·t·max(0, 1 − t·p)."""
    return -2 * t * max(0 * p, 1 - t * p)


@LOSSES.card(
    "max(0, 1 − t·p)²", gradient=squared_hinge_gradient, pred="number", target="sign", convex=True,
    source="Lee & Mangasarian 2001, Computational Optimization and Applications 20(1):5",
)
def squared_hinge(p: Number, t: Number) -> Number:
    """The hinge without its kink."""
    return max(0 * p, 1 - t * p) ** 2


def smooth_hinge_gradient(p: Number, t: Number, gamma: float = 1.0) -> Number:
    """−t·min(1, max(0, 1 − t·p)/γ)."""
    return -t * min(1, max(0 * p, 1 - t * p) / gamma)


@LOSSES.card(
    "max(0, 1 − t·p)²/2γ where t·p ≥ 1 − γ, else 1 − γ/2 − t·p", gradient=smooth_hinge_gradient,
    pred="number", target="sign", convex=True, requires=(("gamma > 0", lambda gamma: gamma > 0),),
    source="Rennie & Srebro 2005, Loss functions for preference levels, IJCAI multidisciplinary workshop",
)
def smooth_hinge(p: Number, t: Number, gamma: float = 1.0) -> Number:
    """The hinge with its kink rounded off over a width γ."""
    short = max(0 * p, 1 - t * p)
    return short**2 / (2 * gamma) if short <= gamma else short - gamma / 2


def modified_huber_gradient(p: Number, t: Number) -> Number:
    """−2·t·max(0, 1 − t·p) where t·p ≥ −1, else −4·t."""
    return -2 * t * min(2, max(0 * p, 1 - t * p))


@LOSSES.card(
    "max(0, 1 − t·p)² where t·p ≥ −1, else −4·t·p", gradient=modified_huber_gradient, pred="number", target="sign",
    convex=True, source=ZHANG,
)
def modified_huber(p: Number, t: Number) -> Number:
    """The squared hinge, straight for what is far on the wrong side."""
    return max(0 * p, 1 - t * p) ** 2 if t * p >= -1 else -4 * t * p


def ramp_gradient(p: Number, t: Number, cap: float = 2.0) -> Number:
    """−t where 1 − c < t·p < 1, else 0; 0 at both kinks."""
    return -t if 1 - cap < t * p < 1 else 0 * p


@LOSSES.card(
    "min(c, max(0, 1 − t·p))", gradient=ramp_gradient, pred="number", target="sign",
    requires=(("cap > 0", lambda cap: cap > 0),), source="Collobert et al. 2006, ICML",
)
def ramp(p: Number, t: Number, cap: float = 2.0) -> Number:
    """The hinge, but no example costs more than c."""
    return min(cap, max(0 * p, 1 - t * p))


def exponential_loss_gradient(p: Number, t: Number) -> Number:
    """−t·e^(−t·p)."""
    return -t * exp(-t * p)


@LOSSES.card(
    "e^(−t·p)", gradient=exponential_loss_gradient, pred="number", target="sign", convex=True, perfect=False,
    aliases=("adaboost",), source="Friedman, Hastie & Tibshirani 2000, Annals of Statistics 28(2):337",
)
def exponential_loss(p: Number, t: Number) -> Number:
    """What AdaBoost makes least."""
    return exp(-t * p)


def soft_margin_gradient(p: Number, t: Number) -> Number:
    """−t·σ(−t·p)."""
    return -t / (1 + exp(t * p))


@LOSSES.card(
    "log(1 + e^(−t·p))", gradient=soft_margin_gradient, pred="number", target="sign", convex=True, perfect=False,
    aliases=("logistic_loss",), source="Cox 1958, Journal of the Royal Statistical Society B 20(2):215",
)
def soft_margin(p: Number, t: Number) -> Number:
    """The binary cross-entropy of a logit, for labels −1 and 1."""
    z = t * p
    return log1p(exp(-abs(z))) + max(-z, 0)


def sigmoid_loss_gradient(p: Number, t: Number) -> Number:
    """−t·σ(t·p)·σ(−t·p)."""
    e = exp(-abs(p))
    return -t * e / (1 + e) ** 2


@LOSSES.card(
    "σ(−t·p)", gradient=sigmoid_loss_gradient, pred="number", target="sign", perfect=False,
    source="Mason et al. 1999, Boosting algorithms as gradient descent, NeurIPS 12",
)
def sigmoid_loss(p: Number, t: Number) -> Number:
    """The chance of the wrong label: between 0 and 1, however far a score is off."""
    return 1 / (1 + exp(t * p))


def savage_gradient(p: Number, t: Number) -> Number:
    """−2·t·σ(−t·p)²·σ(t·p)."""
    return -2 * t / ((1 + exp(t * p)) ** 2 * (1 + exp(-t * p)))


@LOSSES.card(
    "σ(−t·p)²", gradient=savage_gradient, pred="number", target="sign", perfect=False, source=MASNADI,
)
def savage(p: Number, t: Number) -> Number:
    """The squared chance of the wrong label."""
    return 1 / (1 + exp(t * p)) ** 2


def tangent_gradient(p: Number, t: Number) -> Number:
    """4·t·(2·arctan(t·p) − 1)/(1 + p²)."""
    return 4 * t * (2 * atan(t * p) - 1) / (1 + p**2)


@LOSSES.card(
    "(2·arctan(t·p) − 1)²", gradient=tangent_gradient, terms=lambda p, t: 1, gradient_terms=lambda p, t: 4 / (1 + p**2),
    pred="number", target="sign", perfect=False, aliases=("tangent_loss",),
    source="Masnadi-Shirazi, Mahadevan & Vasconcelos 2010, On the design of robust classifiers, CVPR",
)
def tangent(p: Number, t: Number) -> Number:
    """Bounded, and a score that is far on the right side costs a little, too."""
    return (2 * atan(t * p) - 1) ** 2


def hinge_embedding_gradient(p: Number, t: Number, margin: float = 1.0) -> Number:
    """1 for t = 1; for t = −1, −1 where p < m, else 0; 0 at the kink p = m."""
    return 1 + 0 * p if t > 0 else -1 + 0 * p if p < margin else 0 * p


@LOSSES.card(
    "p for t = 1; max(0, m − p) for t = −1", gradient=hinge_embedding_gradient, pred="distance", target="sign",
    convex=True, perfect=False, requires=(MARGIN,), source="Hadsell, Chopra & LeCun 2006, CVPR, as torch has it",
)
def hinge_embedding(p: Number, t: Number, margin: float = 1.0) -> Number:
    """A distance where two are alike, and how far it misses the margin where they are not."""
    return p if t > 0 else max(0 * p, margin - p)


def contrastive_gradient(p: Number, t: Number, margin: float = 1.0) -> Number:
    """t·p − (1 − t)·max(0, m − p)."""
    return t * p - (1 - t) * max(0 * p, margin - p)


@LOSSES.card(
    "½·t·p² + ½·(1 − t)·max(0, m − p)²", gradient=contrastive_gradient,
    gradient_terms=lambda p, t, margin=1.0: max(t * p, (1 - t) * max(0 * p, margin - p)),
    pred="distance", target="label", convex=True, perfect=False, requires=(MARGIN,),
    source="Hadsell, Chopra & LeCun 2006, Dimensionality reduction by learning an invariant mapping, CVPR",
)
def contrastive(p: Number, t: Number, margin: float = 1.0) -> Number:
    """Pulls together what is alike (t = 1), and what is not (t = 0) apart, up to a margin."""
    return (t * p**2 + (1 - t) * max(0 * p, margin - p) ** 2) / 2
