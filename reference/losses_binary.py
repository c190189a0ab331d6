"""Losses of the chance of one of two classes, from a probability or its logit, in order of increasing complexity."""

from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.numbers import Number, exp, log1p, reciprocal, sign, times_log

# A card reads as one entry of a table.
# fmt: off

SMOOTHING = ("0 <= smoothing < 1", lambda smoothing: 0 <= smoothing < 1)
CLIP = ("0 <= clip < 1/2", lambda clip: 0 <= clip < 0.5)
GAMMA = ("gamma >= 0", lambda gamma: gamma >= 0)
ALPHA = ("alpha <= 1", lambda alpha: alpha <= 1)
LIN = "Lin et al. 2017, Focal loss for dense object detection, arXiv:1708.02002"


def smoothed(t: Number, smoothing: Number) -> Number:
    """The label, moved towards ½."""
    return t * (1 - smoothing) + smoothing / 2


def chances(z: Number) -> tuple[Number, Number]:
    """σ(z) and σ(−z), each to all digits."""
    e = exp(-abs(z))
    near, far = 1 / (1 + e), e / (1 + e)
    return (near, far) if z >= 0 else (far, near)


def weight(t: Number, alpha: Number) -> Number:
    """α of label 1 and 1 − α of label 0; 1 for a negative α."""
    return t * alpha + (1 - t) * (1 - alpha) if alpha >= 0 else 1


def brier_gradient(p: Number, t: Number) -> Number:
    """2·(p − t)."""
    return 2 * (p - t)


@LOSSES.card(
    "(p − t)²", gradient=brier_gradient, pred="probability", target="label", convex=True,
    source="Brier 1950, Monthly Weather Review 78(1):1",
)
def brier(p: Number, t: Number) -> Number:
    """The squared error of a probability, which is least on average for the true one."""
    return (p - t) ** 2


def bce_gradient(
    p: Number, t: Number, smoothing: float = 0.0, clip: float = 0.0, floor: float = -inf, denominator: float = 0.0
) -> Number:
    """(p − t)/(p·(1 − p)); 0 where p is clipped, and with no denominator below the one given."""
    t = smoothed(t, smoothing)
    if not clip <= p <= 1 - clip:
        return 0 * p
    if denominator:
        return (p - t) / max(p * (1 - p), denominator)
    return ((1 - t) * reciprocal(1 - p) if t != 1 else 0) - (t * reciprocal(p) if t else 0)


@LOSSES.card(
    "−t·log p − (1 − t)·log(1 − p)", gradient=bce_gradient, pred="probability", target="label", convex=True,
    perfect=False, aliases=("binary_cross_entropy",),
    requires=(SMOOTHING, CLIP, ("floor < 0", lambda floor: floor < 0),
              ("denominator >= 0", lambda denominator: denominator >= 0)),
    source="Good 1952, Journal of the Royal Statistical Society B 14(1):107",
)
def bce(
    p: Number, t: Number, smoothing: float = 0.0, clip: float = 0.0, floor: float = -inf, denominator: float = 0.0
) -> Number:
    """Binary cross-entropy; libraries clip p to [c, 1 − c], or let no logarithm be below a floor."""
    t, p = smoothed(t, smoothing), min(max(p, clip), 1 - clip)
    if floor > -inf:
        return -sum(w * max(times_log(1, x), floor) for w, x in ((t, p), (1 - t, 1 - p)))
    return -times_log(t, p) - ((1 - t) * log1p(-p) if t != 1 else 0)


def bce_with_logits_gradient(
    p: Number, t: Number, pos_weight: float = 1.0, smoothing: float = 0.0
) -> Number:
    """(1 − t)·σ(p) − w·t·σ(−p)."""
    t = smoothed(t, smoothing)
    yes, no = chances(p)
    return (1 - t) * yes - pos_weight * t * no


def logit_gradient_terms(p: Number, t: Number, **_params: float) -> Number:
    """The greater of both terms of σ(p) − t."""
    yes, no = chances(p)
    return max((1 - t) * yes, t * no)


@LOSSES.card(
    "−w·t·log σ(p) − (1 − t)·log σ(−p)", gradient=bce_with_logits_gradient, gradient_terms=logit_gradient_terms,
    pred="logit", target="label", convex=True, perfect=False,
    aliases=("binary_cross_entropy_with_logits", "sigmoid_binary_cross_entropy"),
    requires=(("pos_weight > 0", lambda pos_weight: pos_weight > 0), SMOOTHING),
    source="Cox 1958, Journal of the Royal Statistical Society B 20(2):215",
)
def bce_with_logits(
    p: Number, t: Number, pos_weight: float = 1.0, smoothing: float = 0.0
) -> Number:
    """Binary cross-entropy of a logit, whose probability may be as near to 0 or 1 as it likes."""
    t = smoothed(t, smoothing)
    tail = log1p(exp(-abs(p)))
    return pos_weight * t * (tail + max(-p, 0)) + (1 - t) * (tail + max(p, 0))


def miss(p: Number, t: Number) -> Number:
    """1 minus the probability of the label."""
    return p * (1 - t) + (1 - p) * t


def power_of(x: Number, exponent: Number) -> Number:
    """x^exponent for x ≥ 0; 1 for the exponent 0."""
    if exponent == 0:
        return 1 + 0 * x
    if x == 0:
        return 0 * x if exponent > 0 else inf
    return exp(exponent * times_log(1, x))


def focal_gradient(
    p: Number, t: Number, gamma: float = 2.0, alpha: float = -1.0, smoothing: float = 0.0, clip: float = 0.0
) -> Number:
    """a·(γ·m^(γ−1)·(1 − 2t)·bce + m^γ·bce'), with m = p·(1 − t) + (1 − p)·t."""
    t = smoothed(t, smoothing)
    m, value, slope = miss(p, t), bce(p, t, clip=clip), bce_gradient(p, t, clip=clip)
    if abs(slope) == inf:
        return slope
    steep = gamma * power_of(m, gamma - 1) * (1 - 2 * t) * value if gamma and value else 0
    return weight(t, alpha) * (steep + power_of(m, gamma) * slope)


@LOSSES.card(
    "a·m^γ·bce(p, t), m = p·(1 − t) + (1 − p)·t; a = α·t + (1 − α)·(1 − t) for α ≥ 0, else 1",
    gradient=focal_gradient, pred="probability", target="label", perfect=False,
    aliases=("binary_focal_crossentropy",), requires=(GAMMA, ALPHA, SMOOTHING, CLIP), source=LIN,
)
def focal(
    p: Number, t: Number, gamma: float = 2.0, alpha: float = -1.0, smoothing: float = 0.0, clip: float = 0.0
) -> Number:
    """Binary cross-entropy where what is nearly right hardly counts; a negative α leaves out the classes' weights."""
    t = smoothed(t, smoothing)
    return weight(t, alpha) * power_of(miss(p, t), gamma) * bce(p, t, clip=clip)


def focal_with_logits_gradient(p: Number, t: Number, gamma: float = 2.0, alpha: float = -1.0) -> Number:
    """a·m^γ·(γ·σ(p)·σ(−p)·(1 − 2t)/m·bce + σ(p) − t), with m = σ(p)·(1 − t) + σ(−p)·t."""
    yes, no = chances(p)
    m = yes * (1 - t) + no * t
    steep = gamma * power_of(m, gamma - 1) * yes * no * (1 - 2 * t) * bce_with_logits(p, t) if gamma else 0
    return weight(t, alpha) * (steep + power_of(m, gamma) * bce_with_logits_gradient(p, t))


def focal_gradient_terms(p: Number, t: Number, gamma: float = 2.0, alpha: float = -1.0) -> Number:
    """The greater of both terms of σ(p) − t, as weighted."""
    yes, no = chances(p)
    return power_of(yes * (1 - t) + no * t, gamma) * logit_gradient_terms(p, t)


@LOSSES.card(
    "a·m^γ·bce_with_logits(p, t), m = σ(p)·(1 − t) + σ(−p)·t; a = α·t + (1 − α)·(1 − t) for α ≥ 0, else 1",
    gradient=focal_with_logits_gradient, gradient_terms=focal_gradient_terms, pred="logit", target="label",
    perfect=False, aliases=("sigmoid_focal_loss", "sigmoid_focal"), requires=(GAMMA, ALPHA), source=LIN,
)
def focal_with_logits(p: Number, t: Number, gamma: float = 2.0, alpha: float = -1.0) -> Number:
    """The focal loss of a logit; a negative α leaves out the classes' weights."""
    yes, no = chances(p)
    return weight(t, alpha) * power_of(yes * (1 - t) + no * t, gamma) * bce_with_logits(p, t)


def quality_focal_gradient(p: Number, t: Number, beta: float = 2.0) -> Number:
    """|σ(p) − t|^β·(β·σ(p)·σ(−p)/(σ(p) − t)·bce + σ(p) − t); 0 where σ(p) = t."""
    yes, no = chances(p)
    d = (1 - t) * yes - t * no
    steep = beta * power_of(abs(d), beta - 1) * sign(d) * yes * no * bce_with_logits(p, t) if d and beta else 0
    return steep + power_of(abs(d), beta) * d


@LOSSES.card(
    "|σ(p) − t|^β·bce_with_logits(p, t)", gradient=quality_focal_gradient, pred="logit", target="label",
    perfect=False, requires=(("beta >= 0", lambda beta: beta >= 0),),
    terms=lambda p, t, beta=2.0: power_of(logit_gradient_terms(p, t), beta) * bce_with_logits(p, t),
    gradient_terms=lambda p, t, beta=2.0: power_of(logit_gradient_terms(p, t), beta) * max(bce_with_logits(p, t), 1),
    source="Li et al. 2020, Generalized focal loss, arXiv:2006.04388",
)
def quality_focal(p: Number, t: Number, beta: float = 2.0) -> Number:
    """The focal loss for labels between 0 and 1, such as how well a box fits."""
    yes, no = chances(p)
    return power_of(abs((1 - t) * yes - t * no), beta) * bce_with_logits(p, t)


def poly1_bce_gradient(p: Number, t: Number, epsilon: float = 1.0) -> Number:
    """σ(p) − t + ε·σ(p)·σ(−p)·(1 − 2t)."""
    yes, no = chances(p)
    return (1 - t) * yes - t * no + epsilon * yes * no * (1 - 2 * t)


@LOSSES.card(
    "bce_with_logits(p, t) + ε·(σ(p)·(1 − t) + σ(−p)·t)", gradient=poly1_bce_gradient,
    gradient_terms=logit_gradient_terms, pred="logit", target="label", perfect=False,
    requires=(("epsilon >= −1", lambda epsilon: epsilon >= -1),),
    source="Leng et al. 2022, PolyLoss, arXiv:2204.12511",
)
def poly1_bce(p: Number, t: Number, epsilon: float = 1.0) -> Number:
    """Binary cross-entropy with another coefficient of the first power of what is missed."""
    yes, no = chances(p)
    return bce_with_logits(p, t) + epsilon * (yes * (1 - t) + no * t)


def asymmetric_gradient(
    p: Number, t: Number, gamma_pos: float = 1.0, gamma_neg: float = 4.0, margin: float = 0.05
) -> Number:
    """t·n^γ₊·(γ₊·y·log y − n) + (1 − t)·y·n·q^γ₋·(1/(1 − q) − γ₋·log(1 − q)/q); y = σ(p), n = σ(−p), q = y − m > 0."""
    yes, no = chances(p)
    right = power_of(no, gamma_pos) * (-gamma_pos * yes * bce_with_logits(p, 1) - no)
    q = yes - margin
    if q <= 0:
        return t * right
    steep = power_of(q, gamma_neg - 1) * gamma_neg * log1p(-q) if gamma_neg else 0
    return t * right + (1 - t) * yes * no * (power_of(q, gamma_neg) / (no + margin) - steep)


@LOSSES.card(
    "−t·σ(−p)^γ₊·log σ(p) − (1 − t)·q^γ₋·log(1 − q), q = max(0, σ(p) − m)", gradient=asymmetric_gradient,
    pred="logit", target="label", perfect=False,
    requires=(
        ("gamma_pos >= 0", lambda gamma_pos: gamma_pos >= 0), ("gamma_neg >= 0", lambda gamma_neg: gamma_neg >= 0),
        ("0 <= margin < 1", lambda margin: 0 <= margin < 1),
    ),
    source="Ridnik et al. 2021, Asymmetric loss for multi-label classification, arXiv:2009.14119",
)
def asymmetric(
    p: Number, t: Number, gamma_pos: float = 1.0, gamma_neg: float = 4.0, margin: float = 0.05
) -> Number:
    """A focal loss that is stricter with many absent labels than with few present ones."""
    yes, no = chances(p)
    q = max(yes - margin, 0 * p)
    absent = -power_of(q, gamma_neg) * log1p(-q) if q else 0
    return t * power_of(no, gamma_pos) * bce_with_logits(p, 1) + (1 - t) * absent
