"""How little a row of probabilities, one for each pixel, overlaps its labels."""

from collections.abc import Callable

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, dot
from dlc.reference.numbers import Number, cosh, log, sqrt, tanh

# A card reads as one entry of a table.
# fmt: off

ULP = {"float32": (1, 1), "float64": (16, 16)}
WEIGHTS = (("alpha, beta >= 0", lambda alpha, beta: alpha >= 0 and beta >= 0),)


def quotient_gradient(top: Number, bottom: Number, by_top: Row, by_bottom: Row) -> list[Number]:
    """Of 1 − top/bottom."""
    return [(b * top / bottom - a) / bottom for a, b in zip(by_top, by_bottom, strict=True)]


def slope_terms(gradient: Callable[..., list[Number]]) -> Callable[..., Number]:
    """The greatest entry of GRADIENT: the others are differences of numbers of its size."""
    return lambda p, t, **params: max(abs(each) for each in gradient(p, t, **params))


def dice_gradient(p: Row, t: Row, smooth: Number = 1.0, epsilon: Number = 0.0) -> list[Number]:
    """(N/D − 2t)/D for the quotient N/D."""
    return quotient_gradient(
        2 * dot(p, t) + smooth, sum(p) + sum(t) + smooth + epsilon, [2 * y for y in t], [1] * len(p)
    )


@LOSSES.card(
    "1 − (2·Σ pᵢ·tᵢ + smooth) / (Σ pᵢ + Σ tᵢ + smooth + epsilon)", gradient=dice_gradient,
    gradient_terms=slope_terms(dice_gradient), pred="probabilities",
    target="labels", row=True, aliases=("soft_dice",), ulp=ULP,
    source="Dice 1945, Ecology 26:297; Sudre et al. 2017, arXiv:1707.03237",
)
def dice(p: Row, t: Row, smooth: float = 1.0, epsilon: float = 0.0) -> Number:
    """One less twice the overlap by the sum of both areas."""
    return 1 - (2 * dot(p, t) + smooth) / (sum(p) + sum(t) + smooth + epsilon)


def squared_dice_gradient(p: Row, t: Row, smooth: Number = 1.0) -> list[Number]:
    """(2p·N/D − 2t)/D for the quotient N/D."""
    return quotient_gradient(
        2 * dot(p, t) + smooth, dot(p, p) + dot(t, t) + smooth, [2 * y for y in t], [2 * s for s in p]
    )


@LOSSES.card(
    "1 − (2·Σ pᵢ·tᵢ + smooth) / (Σ pᵢ² + Σ tᵢ² + smooth)", gradient=squared_dice_gradient,
    gradient_terms=slope_terms(squared_dice_gradient), pred="probabilities",
    target="labels", row=True, ulp=ULP, source="Milletari, Navab & Ahmadi 2016, 3DV, arXiv:1606.04797",
)
def squared_dice(p: Row, t: Row, smooth: float = 1.0) -> Number:
    """Dice's loss with squares for areas."""
    return 1 - (2 * dot(p, t) + smooth) / (dot(p, p) + dot(t, t) + smooth)


def tversky_parts(
    p: Row, t: Row, alpha: Number, beta: Number, smooth: Number, epsilon: Number
) -> tuple[Number, Number, list[Number]]:
    """Top and bottom of the index, and the derivatives of the bottom by p."""
    hit = dot(p, t)
    bottom = hit + alpha * (sum(p) - hit) + beta * (sum(t) - hit) + smooth + epsilon
    return hit + smooth, bottom, [y + alpha * (1 - y) - beta * y for y in t]


def tversky_gradient(
    p: Row, t: Row, alpha: Number = 0.5, beta: Number = 0.5, smooth: Number = 1.0, epsilon: Number = 0.0
) -> list[Number]:
    """((t + alpha·(1 − t) − beta·t)·N/D − t)/D for the quotient N/D."""
    top, bottom, by_bottom = tversky_parts(p, t, alpha, beta, smooth, epsilon)
    return quotient_gradient(top, bottom, t, by_bottom)


@LOSSES.card(
    "1 − (I + smooth) / (I + alpha·(Σ pᵢ − I) + beta·(Σ tᵢ − I) + smooth + epsilon), I = Σ pᵢ·tᵢ: "
    "alpha weighs false positives, beta false negatives",
    gradient=tversky_gradient, gradient_terms=slope_terms(tversky_gradient),
    pred="probabilities", target="labels", row=True,
    requires=WEIGHTS, ulp=ULP,
    source="Salehi, Erdogmus & Gholipour 2017, arXiv:1706.05721",
)
def tversky(p: Row, t: Row, alpha: float = 0.5, beta: float = 0.5, smooth: float = 1.0, epsilon: float = 0.0) -> Number:
    """Dice's loss with separate weights for false positives and false negatives."""
    top, bottom, _ = tversky_parts(p, t, alpha, beta, smooth, epsilon)
    return 1 - top / bottom


def focal_tversky_gradient(
    p: Row, t: Row, alpha: Number = 0.3, beta: Number = 0.7, gamma: Number = 0.75, smooth: Number = 1.0
) -> list[Number]:
    """gamma·L^(gamma − 1) times the gradient of tversky, L; 0 where L is 0."""
    loss = tversky(p, t, alpha, beta, smooth)
    factor = gamma * loss ** (gamma - 1) if loss > 0 else 0
    return [factor * g for g in tversky_gradient(p, t, alpha, beta, smooth)]


@LOSSES.card(
    "tversky(p, t)^gamma", gradient=focal_tversky_gradient, gradient_terms=slope_terms(focal_tversky_gradient),
    pred="probabilities", target="labels", row=True, ulp=ULP,
    requires=(*WEIGHTS, ("gamma > 0", lambda gamma: gamma > 0)),
    source="Abraham & Khan 2019, ISBI, arXiv:1810.07842 (their 1/gamma)",
)
def focal_tversky(
    p: Row, t: Row, alpha: float = 0.3, beta: float = 0.7, gamma: float = 0.75, smooth: float = 1.0
) -> Number:
    """Tversky's loss raised to a power: below 1, small errors count more."""
    return tversky(p, t, alpha, beta, smooth) ** gamma


def jaccard_gradient(p: Row, t: Row, smooth: Number = 1.0) -> list[Number]:
    """((1 − t)·N/D − t)/D for the quotient N/D."""
    hit = dot(p, t)
    return quotient_gradient(hit + smooth, sum(p) + sum(t) - hit + smooth, t, [1 - y for y in t])


@LOSSES.card(
    "1 − (I + smooth) / (Σ pᵢ + Σ tᵢ − I + smooth), I = Σ pᵢ·tᵢ", gradient=jaccard_gradient,
    gradient_terms=slope_terms(jaccard_gradient), pred="probabilities", target="labels",
    row=True, aliases=("soft_iou", "iou_loss"), ulp=ULP,
    source="Jaccard 1912, New Phytologist 11:37; Rahman & Wang 2016, ISVC",
)
def jaccard(p: Row, t: Row, smooth: float = 1.0) -> Number:
    """One less the overlap by the area of both together."""
    hit = dot(p, t)
    return 1 - (hit + smooth) / (sum(p) + sum(t) - hit + smooth)


def log_cosh_dice_gradient(p: Row, t: Row, smooth: Number = 1.0) -> list[Number]:
    """tanh(dice)·∂dice/∂p."""
    return [tanh(dice(p, t, smooth)) * g for g in dice_gradient(p, t, smooth)]


@LOSSES.card(
    "log cosh dice(p, t)", gradient=log_cosh_dice_gradient, gradient_terms=slope_terms(dice_gradient),
    pred="probabilities", target="labels", row=True, ulp=ULP,
    source="Jadon 2020, CIBCB, arXiv:2006.14822",
)
def log_cosh_dice(p: Row, t: Row, smooth: float = 1.0) -> Number:
    """Dice's loss, flat where it is small."""
    return log(cosh(dice(p, t, smooth)))


def soft_f_parts(p: Row, t: Row, beta: Number, epsilon: Number) -> tuple[Number, Number, list[Number], list[Number]]:
    """Top and bottom of the F score of expected counts, and their derivatives by p."""
    square = beta**2
    return (
        (1 + square) * dot(p, t),
        square * sum(t) + sum(p) + epsilon,
        [(1 + square) * y for y in t],
        [0 * s + 1 for s in p],
    )


def soft_f1_gradient(p: Row, t: Row, beta: Number = 1.0, epsilon: Number = 0.0) -> list[Number]:
    """(N/D − (1 + beta²)·t)/D for the quotient N/D; 0 without any mass."""
    top, bottom, by_top, by_bottom = soft_f_parts(p, t, beta, epsilon)
    return quotient_gradient(top, bottom, by_top, by_bottom) if bottom else [0 * s for s in p]


@LOSSES.card(
    "1 − (1 + beta²)·TP / (beta²·Σ tᵢ + Σ pᵢ + epsilon), TP = Σ pᵢ·tᵢ", gradient=soft_f1_gradient,
    gradient_terms=slope_terms(soft_f1_gradient), pred="probabilities", target="labels",
    row=True, perfect=False, aliases=("soft_fbeta",), ulp=ULP, source="Pastor-Pellicer et al. 2013, IWANN",
)
def soft_f1(p: Row, t: Row, beta: float = 1.0, epsilon: float = 0.0) -> Number:
    """One less the F score of the expected counts of true and false positives; 0 without any mass."""
    top, bottom, *_ = soft_f_parts(p, t, beta, epsilon)
    return 1 - top / bottom if bottom else 0 * top


def mcc_parts(p: Row, t: Row) -> tuple[Number, Number, Number]:
    """n·Σ pt − Σp·Σt, and the square roots of what each row's own such number is."""
    n, hit, a, b = len(p), dot(p, t), sum(p), sum(t)
    return n * hit - a * b, sqrt(max(0, a * (n - a))), sqrt(max(0, b * (n - b)))


def soft_mcc_gradient(p: Row, t: Row) -> list[Number]:
    """−((n·t − Σ t) − C·(n − 2·Σ p)/(2·A²))/(A·B), for the quotient C/(A·B); 0 where that is 0/0."""
    cross, a, b = mcc_parts(p, t)
    if a * b == 0:
        return [0 * s for s in p]
    shared = cross * (len(p) - 2 * sum(p)) / (2 * a**2)
    return [-((len(p) * y - sum(t)) - shared) / (a * b) for y in t]


@LOSSES.card(
    "1 − (n·Σ pᵢ·tᵢ − P·T) / √(P·(n − P)·T·(n − T)), P = Σ pᵢ, T = Σ tᵢ", gradient=soft_mcc_gradient,
    gradient_terms=lambda p, t: len(p) ** 2 / (mcc_parts(p, t)[1] * mcc_parts(p, t)[2] or len(p)),
    terms=lambda p, t: max(1, len(p) ** 2 / (mcc_parts(p, t)[1] * mcc_parts(p, t)[2] or len(p))), pred="probabilities",
    target="labels", row=True, perfect=False, aliases=("mcc_loss",), ulp=ULP,
    source="Abhishek & Hamarneh 2021, ISBI, arXiv:2010.13454",
)
def soft_mcc(p: Row, t: Row) -> Number:
    """One less Matthews' correlation of the expected counts; 1 where it is not defined."""
    cross, a, b = mcc_parts(p, t)
    return 1 - cross / (a * b) if a * b else 1 + 0 * cross


def lovasz_weights(errors: Row, t: Row) -> list[Number]:
    """What each error weighs: how much Jaccard's loss grows when it joins all greater ones."""
    order = sorted(range(len(errors)), key=lambda i: -errors[i])
    total, hits, misses, before = sum(t), 0, 0, 0
    weights = [0 * errors[0]] * len(errors)
    for i in order:
        hits, misses = hits + t[i], misses + 1 - t[i]
        loss = 1 - (total - hits) / (total + misses)
        weights[i], before = loss - before, loss
    return weights


def lovasz_errors(p: Row, t: Row) -> list[Number]:
    """1 − p·(2t − 1)."""
    return [1 - z * (2 * y - 1) for z, y in zip(p, t, strict=True)]


def lovasz_hinge_gradient(p: Row, t: Row) -> list[Number]:
    """−(2t − 1)·w where the error is above 0."""
    errors = lovasz_errors(p, t)
    return [-(2 * y - 1) * w if e > 0 else 0 * e for e, y, w in zip(errors, t, lovasz_weights(errors, t), strict=True)]


@LOSSES.card(
    "Σ max(0, eᵢ)·wᵢ, e = 1 − p·(2t − 1), w the growth of Jaccard's loss in the order of errors",
    gradient=lovasz_hinge_gradient, gradient_terms=lambda p, t: 1, terms=lambda p, t: max(1, max(abs(z) for z in p)),
    pred="logits", target="labels", row=True, convex=True, perfect=False, ulp={"float32": (1, 1), "float64": (16, 2)},
    source="Berman, Triki & Blaschko 2018, CVPR, arXiv:1705.08790",
)
def lovasz_hinge(p: Row, t: Row) -> Number:
    """The convex extension of Jaccard's loss to logits."""
    errors = lovasz_errors(p, t)
    return sum(max(0 * e, e) * w for e, w in zip(errors, lovasz_weights(errors, t), strict=True))
