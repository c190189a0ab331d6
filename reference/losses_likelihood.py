"""How unlikely targets are under predicted distributions; a row holds their locations, then their spreads."""

from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, greatest
from dlc.reference.losses_embedding import parts_of
from dlc.reference.numbers import Number, exp, expm1, log, log1p, pi, sign

# A card reads as one entry of a table.
# fmt: off

ULP = {"float32": (1, 1), "float64": (8, 8)}


def joined(rows: list[tuple[Number, Number]]) -> list[Number]:
    """All first numbers, then all second ones, divided by their count."""
    return [each / len(rows) for part in zip(*rows, strict=True) for each in part]


def gaussian_nll_gradient(p: Row, t: Row, epsilon: Number = 1e-6, full: Number = 0.0) -> list[Number]:
    """(m − t)/(n·v) by the means and (1 − (m − t)²/v)/(2·n·v) by the variances; 0 by those below epsilon."""
    rows = []
    for m, v, y in zip(*parts_of(p, 2), t, strict=True):
        held = max(v, epsilon)
        rows.append(((m - y) / held, (1 - (m - y) ** 2 / held) / (2 * held) if v >= epsilon else 0 * v))
    return joined(rows)


def gaussian_terms(p: Row, t: Row, epsilon: Number, full: Number) -> list[Number]:
    """The greater part of each difference."""
    rows = [(m - y, max(v, epsilon)) for m, v, y in zip(*parts_of(p, 2), t, strict=True)]
    return [max(1, d**2 / v) / v for d, v in rows] * 2


@LOSSES.card(
    "Σ (log v + (m − t)²/v)/2n, v no less than epsilon; full adds log(2π)/2", gradient=gaussian_nll_gradient,
    terms=lambda p, t, epsilon, full: max(1, *(abs(log(max(v, epsilon))) for v in parts_of(p, 2)[1])),
    gradient_terms=gaussian_terms,
    pred="spreads", target="vector", row=True, parts=2, names=("means", "variances"), least=-inf, perfect=False,
    requires=(("epsilon > 0", lambda epsilon: epsilon > 0), ("full is 0 or 1", lambda full: full in (0, 1))), ulp=ULP,
    source="Nix & Weigend 1994, ICNN; torch.nn.GaussianNLLLoss",
)
def gaussian_nll(p: Row, t: Row, epsilon: float = 1e-6, full: float = 0.0) -> Number:
    """The mean surprise of numbers under normal distributions with these means and variances."""
    total = sum(
        log(max(v, epsilon)) + (m - y) ** 2 / max(v, epsilon) for m, v, y in zip(*parts_of(p, 2), t, strict=True)
    )
    return total / (2 * len(t)) + full * log(2 * pi(p[0])) / 2


def log_variance_nll_gradient(p: Row, t: Row) -> list[Number]:
    """(m − t)·e^(−s)/n by the means and (1 − (m − t)²·e^(−s))/2n by the logarithms."""
    return joined(
        [((m - y) * exp(-s), (1 - (m - y) ** 2 * exp(-s)) / 2) for m, s, y in zip(*parts_of(p, 2), t, strict=True)]
    )


@LOSSES.card(
    "Σ (s + (m − t)²·e^(−s))/2n", gradient=log_variance_nll_gradient,
    terms=lambda p, t: max(1, greatest(parts_of(p, 2)[1])),
    gradient_terms=lambda p, t: [max(1, (m - y) ** 2 / exp(s)) for m, s, y in zip(*parts_of(p, 2), t, strict=True)] * 2,
    pred="log-spreads", target="vector", row=True, parts=2, names=("means", "logarithms of variances"), least=-inf,
    perfect=False, ulp={"float32": (1, 1), "float64": (16, 16)}, aliases=("heteroscedastic",),
    source="Kendall & Gal 2017, NeurIPS, arXiv:1703.04977",
)
def log_variance_nll(p: Row, t: Row) -> Number:
    """The mean surprise under normal distributions, whose spreads are given as logarithms of variances."""
    return sum(s + (m - y) ** 2 * exp(-s) for m, s, y in zip(*parts_of(p, 2), t, strict=True)) / (2 * len(t))


def laplace_nll_gradient(p: Row, t: Row) -> list[Number]:
    """sign(m − t)/(n·b) by the locations and (1 − |m − t|/b)/(n·b) by the scales."""
    return joined([(sign(m - y) / b, (1 - abs(m - y) / b) / b) for m, b, y in zip(*parts_of(p, 2), t, strict=True)])


@LOSSES.card(
    "Σ (log(2b) + |m − t|/b)/n", gradient=laplace_nll_gradient,
    terms=lambda p, t: max(1, *(abs(log(2 * b)) for b in parts_of(p, 2)[1])),
    gradient_terms=lambda p, t: [max(1, abs(m - y) / b) / b for m, b, y in zip(*parts_of(p, 2), t, strict=True)] * 2,
    pred="spreads", target="vector", row=True, parts=2, names=("locations", "scales"), least=-inf, perfect=False,
    ulp=ULP, source="Laplace 1774, Mémoires 6:621",
)
def laplace_nll(p: Row, t: Row) -> Number:
    """The mean surprise under Laplace distributions, which expect larger errors."""
    return sum(log(2 * b) + abs(m - y) / b for m, b, y in zip(*parts_of(p, 2), t, strict=True)) / len(t)


def student_nll_gradient(p: Row, t: Row, nu: Number = 5.0) -> list[Number]:
    """(nu + 1)·d/(n·(nu·b² + d²)) by the locations and nu·(b² − d²)/(n·b·(nu·b² + d²)) by the scales, d = m − t."""
    return joined([
        ((nu + 1) * (m - y) / (nu * b**2 + (m - y) ** 2), nu * (b**2 - (m - y) ** 2) / (b * (nu * b**2 + (m - y) ** 2)))
        for m, b, y in zip(*parts_of(p, 2), t, strict=True)
    ])


@LOSSES.card(
    "Σ (log b + (nu + 1)/2·log(1 + (m − t)²/(nu·b²)))/n, without the constant", gradient=student_nll_gradient,
    terms=lambda p, t, nu: max(1, *(abs(log(b)) for b in parts_of(p, 2)[1])),
    gradient_terms=lambda p, t, nu: [1 / b for b in parts_of(p, 2)[1]] * 2, pred="spreads", target="vector", row=True,
    parts=2, names=("locations", "scales"), least=-inf, perfect=False, requires=(("nu > 0", lambda nu: nu > 0),),
    ulp=ULP, source="Student 1908, Biometrika 6:1; Lange, Little & Taylor 1989, JASA 84:881",
)
def student_nll(p: Row, t: Row, nu: float = 5.0) -> Number:
    """The mean surprise under Student's distributions with nu degrees of freedom, which outliers disturb little."""
    return sum(
        log(b) + (nu + 1) / 2 * log1p(((m - y) / b) ** 2 / nu) for m, b, y in zip(*parts_of(p, 2), t, strict=True)
    ) / len(t)


def kl_to_standard_normal_gradient(p: Row, t: Row) -> list[Number]:
    """m by the means and (e^s − 1)/2 by the logarithms."""
    means, logs = parts_of(p, 2)
    return [*means, *(expm1(s) / 2 for s in logs)]


@LOSSES.card(
    "Σ (m² + e^s − s − 1)/2", gradient=kl_to_standard_normal_gradient, terms=lambda p, t: max(1, greatest(p)),
    gradient_terms=lambda p, t: 1, pred="log-spreads", target="nothing", row=True, parts=2,
    names=("means", "logarithms of variances"), convex=True, perfect=False, ulp={"float32": (1, 1), "float64": (8, 8)},
    aliases=("vae_kl",), source="Kingma & Welling 2014, ICLR, arXiv:1312.6114",
)
def kl_to_standard_normal(p: Row, t: Row) -> Number:
    """Kullback–Leibler divergence of normal distributions from the standard one: a variational autoencoder's code."""
    return sum(m**2 + exp(s) - s - 1 for m, s in zip(*parts_of(p, 2), strict=True)) / 2
