"""How far one vector is from another: norms, cosines and correlations."""

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, dot, greatest, over
from dlc.reference.numbers import Number, log, sign, sqrt

# A card reads as one entry of a table.
# fmt: off


def differences(p: Row, t: Row) -> list[Number]:
    """p − t."""
    return [a - b for a, b in zip(p, t, strict=True)]


def rmse_gradient(p: Row, t: Row) -> list[Number]:
    """(p − t)/(n·rmse); 0 where the error is 0."""
    size = rmse(p, t)
    return [d / (len(p) * size) if size else d for d in differences(p, t)]


@LOSSES.card(
    "√(Σ (pᵢ − tᵢ)² / n)", gradient=rmse_gradient, pred="vector", target="vector", row=True, convex=True,
    aliases=("root_mean_squared_error",), ulp={"float32": (1, 1), "float64": (8, 8)},
    source="Gauss 1823, Theoria combinationis observationum",
)
def rmse(p: Row, t: Row) -> Number:
    """The root of the mean squared error, in the units of the data."""
    d = differences(p, t)
    return sqrt(dot(d, d) / len(d))


def minkowski_gradient(p: Row, t: Row, power: Number = 2.0) -> list[Number]:
    """sign(d)·(|d|/D)^(power − 1) for the distance D; 0 where that is 0."""
    size = minkowski(p, t, power)
    return [sign(d) * (abs(d) / size) ** (power - 1) if d else d for d in differences(p, t)]


@LOSSES.card(
    "(Σ |pᵢ − tᵢ|^power)^(1/power)", gradient=minkowski_gradient, pred="vector", target="vector", row=True, convex=True,
    requires=(("power >= 1", lambda power: power >= 1),), aliases=("euclidean", "norm_distance"),
    ulp={"float32": (1, 1), "float64": (8, 8)}, source="Minkowski 1896, Geometrie der Zahlen",
)
def minkowski(p: Row, t: Row, power: float = 2.0) -> Number:
    """The distance by a norm: power 1 is the city block's, 2 Euclid's."""
    return sum(abs(d) ** power for d in differences(p, t)) ** (1 / power)


def relative_l2_gradient(p: Row, t: Row) -> list[Number]:
    """(p − t)/(‖p − t‖·‖t‖); 0 where the error is 0."""
    return [over(g, sqrt(dot(t, t))) for g in minkowski_gradient(p, t)]


@LOSSES.card(
    "‖p − t‖ / ‖t‖", gradient=relative_l2_gradient, pred="vector", target="vector", row=True, convex=True,
    ulp={"float32": (1, 1), "float64": (8, 8)}, source="Li et al. 2021, ICLR, arXiv:2010.08895",
)
def relative_l2(p: Row, t: Row) -> Number:
    """The error's share of the target's size."""
    return over(minkowski(p, t), sqrt(dot(t, t)))


def size_of(v: Row, epsilon: Number) -> Number:
    """‖v‖, its square no less than EPSILON."""
    return sqrt(max(dot(v, v), epsilon))


def cosine(p: Row, t: Row, epsilon: Number = 0) -> Number:
    """The cosine of the angle between vectors; 0 where one is 0."""
    sizes = size_of(p, epsilon) * size_of(t, epsilon)
    return dot(p, t) / sizes if sizes else 0 * p[0]


def cosine_slopes(p: Row, t: Row, epsilon: Number = 0) -> list[Number]:
    """The gradient of the cosine by p."""
    a, b = size_of(p, epsilon), size_of(t, epsilon)
    if not a * b:
        return [0 * z for z in p]
    turn = cosine(p, t, epsilon) if dot(p, p) >= epsilon else 0
    return [(y / b - turn * z / a) / a for z, y in zip(p, t, strict=True)]


def cosine_terms(p: Row, t: Row, epsilon: Number) -> Number:
    """The inverse of the prediction's size."""
    size = size_of(p, epsilon)
    return 1 / size if size else 1


def cosine_distance_gradient(p: Row, t: Row, epsilon: Number = 0.0) -> list[Number]:
    """(cos·p/‖p‖ − t/‖t‖)/‖p‖; 0 where a vector is 0."""
    return [-g for g in cosine_slopes(p, t, epsilon)]


@LOSSES.card(
    "1 − p·t/(‖p‖·‖t‖), squared norms no less than epsilon", gradient=cosine_distance_gradient,
    gradient_terms=cosine_terms, terms=lambda p, t, epsilon: 1, pred="vector", target="vector", row=True,
    requires=(("epsilon >= 0", lambda epsilon: epsilon >= 0),), ulp={"float32": (1, 1), "float64": (8, 8)},
    source="Salton & McGill 1983",
)
def cosine_distance(p: Row, t: Row, epsilon: float = 0.0) -> Number:
    """One less the cosine: 0 for one direction, 2 for opposite ones, 1 where a vector is 0."""
    return 1 - cosine(p, t, epsilon)


@LOSSES.card(
    "−p·t/(‖p‖·‖t‖), squared norms no less than epsilon", gradient=cosine_distance_gradient,
    gradient_terms=cosine_terms, terms=lambda p, t, epsilon: 1, pred="vector", target="vector", row=True, least=-1,
    requires=(("epsilon >= 0", lambda epsilon: epsilon >= 0),), ulp={"float32": (1, 1), "float64": (8, 8)},
    source="Keras 3.15, keras.losses.CosineSimilarity",
)
def cosine_similarity(p: Row, t: Row, epsilon: float = 0.0) -> Number:
    """The negative cosine: −1 for one direction, 1 for opposite ones, 0 where a vector is 0."""
    return -cosine(p, t, epsilon)


def centred(v: Row) -> list[Number]:
    """v less its mean."""
    mean = sum(v) / len(v)
    return [z - mean for z in v]


def correlation_size(p: Row, t: Row) -> Number:
    """The size of the greatest number, in units of its row's spread."""
    return max(1, *(greatest(row) / (size_of(centred(row), 0) or 1) for row in (p, t)))


def correlation_distance_gradient(p: Row, t: Row) -> list[Number]:
    """That of cosine_distance, of vectors less their means; its own mean is 0."""
    return [-g for g in cosine_slopes(centred(p), centred(t))]


@LOSSES.card(
    "1 − Pearson's correlation of p and t", gradient=correlation_distance_gradient, terms=correlation_size,
    gradient_terms=lambda p, t: correlation_size(p, t) / (size_of(centred(p), 0) or 1), pred="vector", target="vector",
    row=True, perfect=False, aliases=("pearson",), ulp={"float32": (1, 1), "float64": (16, 16)},
    source="Pearson 1895, Proc. R. Soc. 58:240",
)
def correlation_distance(p: Row, t: Row) -> Number:
    """One less the correlation: what is linear in the target costs nothing; 1 where a row is constant."""
    return 1 - cosine(centred(p), centred(t))


def concordance_parts(p: Row, t: Row) -> tuple[Number, Number]:
    """2·covariance, and what it is divided by, both times n."""
    a, b, gap = centred(p), centred(t), (sum(p) - sum(t)) / len(p)
    return 2 * dot(a, b), dot(a, a) + dot(b, b) + len(p) * gap**2


def concordance_gradient(p: Row, t: Row) -> list[Number]:
    """2·(C·(p − mean t) − (t − mean t))/D for the coefficient C = N/D; 0 where it is 0/0."""
    top, bottom = concordance_parts(p, t)
    mean = sum(t) / len(t)
    return [
        2 * ((z - mean) * top / bottom - b) / bottom if bottom else 0 * z for z, b in zip(p, centred(t), strict=True)
    ]


def concordance_size(p: Row, t: Row) -> Number:
    """The size of the greatest number, in units of the root of the denominator."""
    return max(1, greatest(p, t) / sqrt(concordance_parts(p, t)[1] or 1))


@LOSSES.card(
    "1 − 2·cov(p, t) / (var p + var t + (mean p − mean t)²)", gradient=concordance_gradient, terms=concordance_size,
    gradient_terms=lambda p, t: concordance_size(p, t) / sqrt(concordance_parts(p, t)[1] or 1), pred="vector",
    target="vector", row=True, aliases=("ccc",), ulp={"float32": (1, 1), "float64": (16, 32)},
    source="Lin 1989, Biometrics 45:255",
)
def concordance(p: Row, t: Row) -> Number:
    """One less Lin's coefficient of concordance: a correlation that also wants equal means and spreads."""
    top, bottom = concordance_parts(p, t)
    return 1 - top / bottom if bottom else 0 * top


def log_ratios(p: Row, t: Row) -> list[Number]:
    """log(p/t)."""
    return [log(a / b) for a, b in zip(p, t, strict=True)]


def scale_invariant_log_gradient(p: Row, t: Row, share: Number = 0.5) -> list[Number]:
    """2·(d − share·mean d)/(n·p), d = log(p/t)."""
    d = log_ratios(p, t)
    mean = sum(d) / len(d)
    return [2 * (e - share * mean) / (len(d) * z) for e, z in zip(d, p, strict=True)]


@LOSSES.card(
    "Σ dᵢ²/n − share·(Σ dᵢ/n)², d = log(p/t)", gradient=scale_invariant_log_gradient,
    terms=lambda p, t, share: max(1, greatest(log_ratios(p, t)) ** 2),
    gradient_terms=lambda p, t, share: [max(1, greatest(log_ratios(p, t))) / z for z in p], pred="positives",
    target="positives", row=True, requires=(("0 <= share <= 1", lambda share: 0 <= share <= 1),), aliases=("silog",),
    ulp={"float32": (1, 1), "float64": (8, 8)}, source="Eigen, Puhrsch & Fergus 2014, NeurIPS, arXiv:1406.2283",
)
def scale_invariant_log(p: Row, t: Row, share: float = 0.5) -> Number:
    """The squared error of logarithms, without a share of what one factor for all explains."""
    d = log_ratios(p, t)
    return dot(d, d) / len(d) - share * (sum(d) / len(d)) ** 2
