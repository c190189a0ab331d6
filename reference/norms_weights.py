"""Normalisations of a layer's weights: a matrix with a row for each unit."""

from collections.abc import Sequence

from dlc.reference.linear import Matrix, dot, product, transposed
from dlc.reference.norm_family import NORMS
from dlc.reference.norms_moments import BY_MOMENTS, Numbers, standardised, standardised_vjp
from dlc.reference.numbers import Number, sqrt

# fmt: off  (a card reads as one entry of a table)


def weight_vjp(x: Numbers, v: Numbers) -> list[Number]:
    """(v − x̂·Σ v·x̂)/‖x‖."""
    size = sqrt(dot(x, x))
    along = dot(v, x) / size
    return [(each - at / size * along) / size for each, at in zip(v, x, strict=True)]


@NORMS.card(
    "γ·x/‖x‖, of each row",
    vjp=weight_vjp,
    gradient="(γ/‖x‖)·(v − x̂·Σ v·x̂)",
    shares="sample",
    gain="set",
    scale_free=True,
    aliases=("weight_norm",),
    source="Salimans & Kingma 2016, arXiv:1602.07868",
)
def weight(x: Numbers) -> list[Number]:
    """Weight normalisation: a unit's weights have the length γ."""
    size = sqrt(dot(x, x))
    return [each / size for each in x]


@NORMS.card(
    "(x − μ)/√(σ² + ε), of each row",
    vjp=standardised_vjp,
    shares="sample",
    **(BY_MOMENTS | {"bias": False, "gradient": "(v − mean(v) − x̂·mean(v·x̂))/σ"}),
    aliases=("weight_standardisation", "weight_standardization"),
    requires=(("eps >= 0", lambda eps: eps >= 0),),
    source="Qiao et al. 2019, arXiv:1903.10520",
)
def weight_standard(x: Numbers, eps: float = 1e-5) -> list[Number]:
    """Weight standardisation: a unit's weights have the mean 0 and the variance 1."""
    return standardised(x, eps)


def of_length_1(x: Numbers, eps: Number) -> list[Number]:
    """x/max(‖x‖, ε)."""
    size = max(sqrt(dot(x, x)), eps)
    return [each / size for each in x]


def directions(
    rows: Matrix, left: Numbers, right: Numbers, iterations: float = 1.0, eps: Number = 1e-12, from_right: float = 0.0
) -> tuple[Sequence[Number], Sequence[Number]]:
    """Singular vectors after some steps of the power iteration, each from the left one or, if so told, the right."""
    for _ in range(int(iterations)):
        if from_right:
            left = of_length_1(product(rows, right), eps)
        right = of_length_1(product(transposed(rows), left), eps)
        if not from_right:
            left = of_length_1(product(rows, right), eps)
    return left, right


def by_value(
    rows: Matrix, left: Numbers, right: Numbers, iterations: float = 1.0, eps: float = 1e-12, from_right: float = 0.0
) -> Matrix:
    """rows/(leftᵀ·rows·right)."""
    value = dot(left, product(rows, right))
    return [[each / value for each in row] for row in rows]


def by_value_vjp(
    rows: Matrix,
    v: Matrix,
    left: Numbers,
    right: Numbers,
    iterations: float = 1.0,
    eps: float = 1e-12,
    from_right: float = 0.0,
) -> Matrix:
    """v/σ − (Σ v·rows/σ²)·left·rightᵀ, the directions as constants."""
    value = dot(left, product(rows, right))
    along = sum(dot(a, b) for a, b in zip(v, rows, strict=True)) / value**2
    return [
        [each / value - along * a * b for each, b in zip(row, right, strict=True)]
        for row, a in zip(v, left, strict=True)
    ]


def spectral_vjp(
    rows: Matrix,
    v: Matrix,
    left: Numbers,
    right: Numbers,
    iterations: float = 1.0,
    eps: float = 1e-12,
    from_right: float = 0.0,
) -> Matrix:
    """v/σ − (Σ v·x/σ²)·a·bᵀ, the directions a and b as constants."""
    return by_value_vjp(rows, v, *directions(rows, left, right, iterations, eps, from_right))


@NORMS.card(
    "x/σ with σ = aᵀ·x·b, a and b by the power iteration",
    vjp=spectral_vjp,
    gradient="v/σ − (Σ v·x/σ²)·a·bᵀ, a and b as constants",
    shares="matrix",
    kept=("left", "right"),
    reads_kept=True,
    statistics=directions,
    update_formula="b = xᵀ·a and a = x·b, each of length 1",
    inference=by_value,
    inference_vjp=by_value_vjp,
    scale_free=True,
    aliases=("spectral_norm",),
    requires=(
        ("iterations is a whole number from 1", lambda iterations: iterations >= 1 and iterations == int(iterations)),
        ("eps > 0", lambda eps: eps > 0),
    ),
    source="Miyato et al. 2018, arXiv:1802.05957",
)
def spectral(
    rows: Matrix, left: Numbers, right: Numbers, iterations: float = 1.0, eps: float = 1e-12, from_right: float = 0.0
) -> Matrix:
    """Spectral normalisation: the greatest singular value, as far as the power iteration knows it, becomes 1."""
    return by_value(rows, *directions(rows, left, right, iterations, eps, from_right))
