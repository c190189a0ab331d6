"""Losses of embeddings: two or three vectors in a row, one behind the other, are to be near or far."""

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, dot, greatest, logsumexp, sigmoid, softmax, softplus
from dlc.reference.losses_vectors import cosine, cosine_slopes
from dlc.reference.numbers import Number, sign, sqrt

# A card reads as one entry of a table.
# fmt: off

TRIPLET = ("anchor", "positive", "negative")
ULP = {"float32": (1, 1), "float64": (16, 16)}


def parts_of(p: Row, count: int) -> list[Row]:
    """COUNT vectors of one length."""
    size = len(p) // count
    return [p[i * size : (i + 1) * size] for i in range(count)]


def torch_cosine(a: Row, b: Row, epsilon: Number) -> tuple[Number, list[Number]]:
    """a·b/√((‖a‖² + epsilon)·(‖b‖² + epsilon)), and its gradient by a; 0 where a vector is 0 and epsilon too."""
    square, its = dot(a, a) + epsilon, dot(b, b) + epsilon
    if not square * its:
        return 0 * a[0], [0 * x for x in a]
    turn = dot(a, b) / sqrt(square * its)
    return turn, [y / sqrt(square * its) - turn * x / square for x, y in zip(a, b, strict=True)]


def cosine_embedding_gradient(p: Row, t: Row, margin: Number = 0.0, epsilon: Number = 0.0) -> list[Number]:
    """The gradient of −cos where the target is 1; of cos where it is −1 and cos is above the margin."""
    a, b = parts_of(p, 2)
    turn, first = torch_cosine(a, b, epsilon)
    _, second = torch_cosine(b, a, epsilon)
    factor = -1 if t[0] > 0 else int(turn > margin)
    return [factor * g for g in (*first, *second)]


def inverse_size(p: Row, count: int, epsilon: Number = 0) -> Number:
    """The inverse of the size of the smallest of COUNT vectors."""
    sizes = [sqrt(dot(v, v) + epsilon) for v in parts_of(p, count)]
    return 1 / min(sizes) if min(sizes) else 1


@LOSSES.card(
    "1 − cos(p₁, p₂) where t = 1, max(0, cos(p₁, p₂) − margin) where t = −1; epsilon is added to squared norms",
    gradient=cosine_embedding_gradient, pred="vector", target="sign", row=True, parts=2,
    names=("vector", "other vector"), perfect=False, terms=lambda p, t, **_: 1,
    gradient_terms=lambda p, t, margin, epsilon: inverse_size(p, 2, epsilon), ulp=ULP,
    requires=(("epsilon >= 0", lambda epsilon: epsilon >= 0),), source="PyTorch 2.13, torch.nn.CosineEmbeddingLoss",
)
def cosine_embedding(p: Row, t: Row, margin: float = 0.0, epsilon: float = 0.0) -> Number:
    """Two vectors to one direction where they belong together, else apart."""
    a, b = parts_of(p, 2)
    turn, _ = torch_cosine(a, b, epsilon)
    return 1 - turn if t[0] > 0 else max(0 * turn, turn - margin)


def distance(a: Row, b: Row, power: Number = 2, epsilon: Number = 0, floor: Number = 0) -> tuple[Number, list[Number]]:
    """(Σ |a − b + epsilon|^power + floor)^(1/power), and its gradient by a."""
    d = [x - y + epsilon for x, y in zip(a, b, strict=True)]
    size = (sum(abs(e) ** power for e in d) + floor) ** (1 / power)
    return size, [sign(e) * (abs(e) / size) ** (power - 1) if e else e for e in d]


def triplet_margin_parts(
    p: Row, margin: Number, power: Number, epsilon: Number, swap: Number, floor: Number
) -> tuple[Number, list[Number]]:
    """margin + the positive's distance − the negative's, and its gradient."""
    a, b, c = parts_of(p, 3)
    near, by_near = distance(a, b, power, epsilon, floor)
    far, by_far = distance(a, c, power, epsilon, floor)
    other, by_other = distance(b, c, power, epsilon, floor)
    zero = [0 * x for x in a]
    if swap and other < far:
        slopes = [by_near, [-x - y for x, y in zip(by_near, by_other, strict=True)], by_other]
        return margin + near - other, [x for row in slopes for x in row]
    slopes = [
        [x - y for x, y in zip(by_near, by_far, strict=True)],
        [z - x for x, z in zip(by_near, zero, strict=True)],
        by_far,
    ]
    return margin + near - far, [x for row in slopes for x in row]


def triplet_margin_gradient(
    p: Row,
    t: Row,
    margin: Number = 1.0,
    power: Number = 2.0,
    epsilon: Number = 1e-6,
    swap: Number = 0.0,
    floor: Number = 0.0,
) -> list[Number]:
    """Unit vectors along the distances where the loss is not 0, for power 2."""
    value, slopes = triplet_margin_parts(p, margin, power, epsilon, swap, floor)
    return slopes if value > 0 else [0 * x for x in p]


@LOSSES.card(
    "max(0, margin + d(a, p) − d(a, n)), d(x, y) = (Σ |xᵢ − yᵢ + epsilon|^power + floor)^(1/power); "
    "swap takes d(p, n) for d(a, n) where it is less",
    gradient=triplet_margin_gradient, pred="vector", target="nothing", row=True, parts=3, names=TRIPLET, perfect=False,
    ulp=ULP, terms=lambda p, t, margin, **_: max(margin, 3 * greatest(p)),
    gradient_terms=lambda p, t, **_: max(1, greatest(p) / (min(distance(a, b)[0] for a, b in triplet_pairs(p)) or 1)),
    requires=(
        ("power >= 1", lambda power: power >= 1), ("swap is 0 or 1", lambda swap: swap in (0, 1)),
        ("epsilon, floor >= 0", lambda epsilon, floor: epsilon >= 0 and floor >= 0),
    ),
    source="Balntas, Riba, Ponsa & Mikolajczyk 2016, BMVC; Schroff, Kalenichenko & Philbin 2015, CVPR",
)
def triplet_margin(
    p: Row,
    t: Row,
    margin: float = 1.0,
    power: float = 2.0,
    epsilon: float = 1e-6,
    swap: float = 0.0,
    floor: float = 0.0,
) -> Number:
    """An anchor nearer to its positive than to its negative by a margin."""
    return max(0 * p[0], triplet_margin_parts(p, margin, power, epsilon, swap, floor)[0])


def triplet_pairs(p: Row) -> list[tuple[Row, Row]]:
    """All pairs of anchor, positive and negative."""
    a, b, c = parts_of(p, 3)
    return [(a, b), (a, c), (b, c)]


def triplet_cosine_gradient(p: Row, t: Row, margin: Number = 0.5) -> list[Number]:
    """The gradients of cos(a, n) − cos(a, p) where the loss is not 0."""
    a, b, c = parts_of(p, 3)
    if margin + cosine(a, c) - cosine(a, b) <= 0:
        return [0 * x for x in p]
    by_anchor = [y - x for x, y in zip(cosine_slopes(a, b), cosine_slopes(a, c), strict=True)]
    return [*by_anchor, *(-x for x in cosine_slopes(b, a)), *cosine_slopes(c, a)]


@LOSSES.card(
    "max(0, margin + cos(a, n) − cos(a, p))", gradient=triplet_cosine_gradient, pred="vector", target="nothing",
    row=True, parts=3, names=TRIPLET, perfect=False, ulp=ULP, terms=lambda p, t, margin: 1,
    gradient_terms=lambda p, t, margin: inverse_size(p, 3),
    source="PyTorch 2.13, torch.nn.TripletMarginWithDistanceLoss, of cosines",
)
def triplet_cosine(p: Row, t: Row, margin: float = 0.5) -> Number:
    """An anchor's angle to its positive less than to its negative by a margin of cosines."""
    a, b, c = parts_of(p, 3)
    return max(0 * p[0], margin + cosine(a, c) - cosine(a, b))


def contrastive_embedding_gradient(p: Row, t: Row, margin: Number = 1.0) -> list[Number]:
    """The difference where t = 1; −max(0, margin − d) along it where t = 0."""
    size, along = distance(*parts_of(p, 2))
    factor = t[0] * size - (1 - t[0]) * max(0, margin - size)
    return [factor * g for g in along] + [-factor * g for g in along]


@LOSSES.card(
    "t·d²/2 + (1 − t)·max(0, margin − d)²/2, d = ‖p₁ − p₂‖", gradient=contrastive_embedding_gradient, pred="vector",
    target="label", row=True, parts=2, names=("vector", "other vector"), perfect=False,
    terms=lambda p, t, margin: margin, gradient_terms=lambda p, t, margin: margin, ulp=ULP,
    aliases=("contrastive_pair",), source="Hadsell, Chopra & LeCun 2006, CVPR",
)
def contrastive_embedding(p: Row, t: Row, margin: float = 1.0) -> Number:
    """Two vectors near where they belong together (1), else a margin apart (0)."""
    size, _ = distance(*parts_of(p, 2))
    return t[0] * size**2 / 2 + (1 - t[0]) * max(0, margin - size) ** 2 / 2


def circle_parts(p: Row, t: Row, gamma: Number, margin: Number) -> list[tuple[list[int], list[Number], list[Number]]]:
    """For positives and negatives: their places, what is exponentiated, and its derivatives."""
    found = []
    for side in (1, 0):
        places = [i for i, y in enumerate(t) if y == side]
        offset = 1 + margin if side else -margin
        weights = [max(0, offset - p[i] if side else p[i] - offset) for i in places]
        centre = 1 - margin if side else margin
        gaps = [centre - p[i] if side else p[i] - centre for i in places]
        slopes = [(-1 if side else 1) * gamma * ((g if w > 0 else 0) + w) for w, g in zip(weights, gaps, strict=True)]
        found.append((places, [gamma * w * g for w, g in zip(weights, gaps, strict=True)], slopes))
    return found


def circle_gradient(p: Row, t: Row, gamma: Number = 80.0, margin: Number = 0.4) -> list[Number]:
    """σ of the argument of softplus, times the softmax of each side, times the derivatives of what is exponentiated."""
    sides, slopes = circle_parts(p, t, gamma, margin), [0 * z for z in p]
    if not all(places for places, _, _ in sides):
        return slopes
    factor = sigmoid(sum(logsumexp(z) for _, z, _ in sides))
    for places, z, by in sides:
        for i, share, slope in zip(places, softmax(z), by, strict=True):
            slopes[i] = factor * share * slope
    return slopes


@LOSSES.card(
    "log(1 + Σ over tⱼ = 0 of e^(γ·[pⱼ + m]₊·(pⱼ − m)) · Σ over tᵢ = 1 of e^(γ·[1 + m − pᵢ]₊·(1 − m − pᵢ))), "
    "γ = gamma, m = margin",
    gradient=circle_gradient, gradient_terms=lambda p, t, gamma, margin: 4 * gamma, pred="cosines", target="labels",
    row=True, perfect=False, ulp={"float32": (1, 2), "float64": (512, 512)},
    source="Sun et al. 2020, CVPR, arXiv:2002.10857 (the weights are differentiated, too)",
)
def circle(p: Row, t: Row, gamma: float = 80.0, margin: float = 0.4) -> Number:
    """Similarities of an anchor to others: near 1 where they belong together (1), else near 0; 0 without a pair."""
    sides = circle_parts(p, t, gamma, margin)
    return softplus(sum(logsumexp(z) for _, z, _ in sides)) if all(places for places, _, _ in sides) else 0 * p[0]
