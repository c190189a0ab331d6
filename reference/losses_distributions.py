"""How far a predicted distribution is from the target: divergences and distances."""

from collections.abc import Callable, Sequence
from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, greatest, over
from dlc.reference.losses_probabilities import steps
from dlc.reference.numbers import Number, exp, log, sign, sqrt

# A card reads as one entry of a table.
# fmt: off


def each(function: Callable[[Number, Number], Number], p: Row, t: Row) -> list[Number]:
    """FUNCTION of each pair."""
    return [function(s, y) for s, y in zip(p, t, strict=True)]


def log_ratio(a: Number, b: Number) -> Number:
    """log(a/b), 0 where they are equal."""
    return log(over(a, b)) if a != b else 0 * a


def relative(y: Number, s: Number) -> Number:
    """y·log(y/s), 0 where y is 0."""
    return y * log_ratio(y, s) if y > 0 else 0 * s


def kl_gradient(p: Row, t: Row, clip: Number = 0.0) -> list[Number]:
    """−t/p; 0 where p was clipped."""
    return each(lambda s, y: -over(max(y, clip), s) if clip <= s <= 1 else 0 * s, p, t)


def kl_terms(p: Row, t: Row, clip: Number) -> Number:
    """The greatest of what is summed."""
    return greatest(t, each(lambda s, y: relative(max(y, clip), max(s, clip)), p, t))


@LOSSES.card(
    "Σ tᵢ·log(tᵢ/pᵢ), both no lower than clip", gradient=kl_gradient, terms=kl_terms, pred="distribution",
    target="distribution", row=True, convex=True, requires=(("0 <= clip < 1", lambda clip: 0 <= clip < 1),),
    ulp={"float32": (1, 1), "float64": (16, 2)}, aliases=("kl_divergence", "relative_entropy"),
    source="Kullback & Leibler 1951, Ann. Math. Stat. 22:79",
)
def kl(p: Row, t: Row, clip: float = 0.0) -> Number:
    """Kullback–Leibler divergence of the target from the prediction: what coding by p costs more than by t."""
    return sum(each(lambda s, y: relative(max(y, clip), min(max(s, clip), 1)), p, t))


def reverse_kl_gradient(p: Row, t: Row) -> list[Number]:
    """log(p/t) + 1."""
    return each(lambda s, y: log_ratio(s, y) + 1 if s else -inf, p, t)


@LOSSES.card(
    "Σ pᵢ·log(pᵢ/tᵢ)", gradient=reverse_kl_gradient, terms=lambda p, t: kl_terms(t, p, 0),
    gradient_terms=lambda p, t: 1, pred="distribution", target="distribution", row=True, convex=True,
    ulp={"float32": (1, 1), "float64": (16, 4)}, aliases=("exclusive_kl",),
    source="Kullback & Leibler 1951, Ann. Math. Stat. 22:79",
)
def reverse_kl(p: Row, t: Row) -> Number:
    """Kullback–Leibler divergence the other way round: it seeks one mode of the target."""
    return sum(each(relative, p, t))


def jeffreys_gradient(p: Row, t: Row) -> list[Number]:
    """log(p/t) + 1 − t/p."""
    return each(lambda s, y: log_ratio(s, y) + over(s - y, s), p, t)


@LOSSES.card(
    "Σ (pᵢ − tᵢ)·log(pᵢ/tᵢ)", gradient=jeffreys_gradient,
    gradient_terms=lambda p, t: each(lambda s, y: max(1, over(y, s)), p, t), pred="distribution", target="distribution",
    row=True, convex=True, ulp={"float32": (1, 1), "float64": (16, 8)}, terms=lambda p, t: max(t),
    aliases=("symmetric_kl",), source="Jeffreys 1946, Proc. R. Soc. A 186:453",
)
def jeffreys(p: Row, t: Row) -> Number:
    """The sum of both Kullback–Leibler divergences."""
    return sum(each(lambda s, y: (s - y) * log_ratio(s, y), p, t))


def js_gradient(p: Row, t: Row) -> list[Number]:
    """log(2p/(p + t)) / 2."""
    return each(lambda s, y: log_ratio(2 * s, s + y) / 2, p, t)


@LOSSES.card(
    "(Σ pᵢ·log(pᵢ/mᵢ) + Σ tᵢ·log(tᵢ/mᵢ)) / 2, m = (p + t)/2", gradient=js_gradient, gradient_terms=lambda p, t: 1,
    terms=lambda p, t: greatest(p, t), pred="distribution", target="distribution", row=True, convex=True,
    ulp={"float32": (1, 1), "float64": (16, 2)}, aliases=("jensen_shannon",),
    source="Lin 1991, IEEE Trans. Information Theory 37:145",
)
def js(p: Row, t: Row) -> Number:
    """Jensen–Shannon divergence, at most log 2: that of both from their mean."""
    return sum(each(lambda s, y: relative(s, (s + y) / 2) + relative(y, (s + y) / 2), p, t)) / 2


def kl_log_gradient(p: Row, t: Row) -> list[Number]:
    """−t."""
    return each(lambda s, y: -y + 0 * s, p, t)


def log_terms(p: Row, t: Row) -> Number:
    """The greatest of what is summed."""
    return greatest(t, each(lambda s, y: y * s, p, t), each(lambda _, y: y * log(y) if y > 0 else 0, p, t))


@LOSSES.card(
    "Σ tᵢ·(log tᵢ − pᵢ) for logarithms of probabilities p", gradient=kl_log_gradient, terms=log_terms,
    pred="log-distribution", target="distribution", row=True, convex=True, perfect=False,
    ulp={"float32": (1, 0), "float64": (16, 0)}, aliases=("kl_div",),
    source="torch.nn.KLDivLoss; Kullback & Leibler 1951",
)
def kl_log(p: Row, t: Row) -> Number:
    """Kullback–Leibler divergence of the target from log-probabilities."""
    return sum(each(lambda s, y: y * (log(y) - s) if y > 0 else 0 * s, p, t))


def kl_log_targets_gradient(p: Row, t: Row) -> list[Number]:
    """−e^t."""
    return each(lambda s, y: -exp(y) + 0 * s, p, t)


@LOSSES.card(
    "Σ e^tᵢ·(tᵢ − pᵢ)", gradient=kl_log_targets_gradient,
    terms=lambda p, t: greatest(each(lambda s, y: exp(y) * max(abs(y), abs(s)), p, t)), pred="log-distribution",
    target="log-distribution", row=True, convex=True, ulp={"float32": (1, 1), "float64": (16, 2)},
    aliases=("kl_divergence_with_log_targets",), source="PyTorch 2.13, torch.nn.KLDivLoss(log_target=True)",
)
def kl_log_targets(p: Row, t: Row) -> Number:
    """Kullback–Leibler divergence where both are logarithms."""
    return sum(each(lambda s, y: exp(y) * (y - s), p, t))


def generalized_kl_gradient(p: Row, t: Row) -> list[Number]:
    """e^p − t."""
    return each(lambda s, y: exp(s) - y, p, t)


@LOSSES.card(
    "Σ tᵢ·(log tᵢ − pᵢ) + e^pᵢ − tᵢ", gradient=generalized_kl_gradient,
    terms=lambda p, t: max(log_terms(p, t), max(exp(s) for s in p)),
    gradient_terms=lambda p, t: each(lambda s, y: max(exp(s), y), p, t), pred="log-distribution", target="distribution",
    row=True, convex=True, perfect=False, ulp={"float32": (1, 1), "float64": (16, 4)},
    aliases=("convex_kl", "generalized_kl_divergence"), source="Csiszár 1991, Ann. Stat. 19:2032",
)
def generalized_kl(p: Row, t: Row) -> Number:
    """Kullback–Leibler divergence of amounts that need not sum to 1, from logarithms: a Bregman divergence."""
    return sum(each(lambda s, y: (y * (log(y) - s) if y > 0 else 0) + exp(s) - y, p, t))


def squared_hellinger_gradient(p: Row, t: Row) -> list[Number]:
    """(1 − √(t/p)) / 2."""
    return each(lambda s, y: (1 - sqrt(over(y, s))) / 2 if y else (s > 0) / 2 + 0 * s, p, t)


@LOSSES.card(
    "Σ (√pᵢ − √tᵢ)² / 2", gradient=squared_hellinger_gradient, pred="distribution", target="distribution", row=True,
    convex=True, ulp={"float32": (1, 1), "float64": (16, 8)}, source="Hellinger 1909, J. reine angew. Math. 136:210",
)
def squared_hellinger(p: Row, t: Row) -> Number:
    """Half the squared distance of the roots of probabilities, between 0 and 1."""
    return sum(each(lambda s, y: (sqrt(s) - sqrt(y)) ** 2, p, t)) / 2


def hellinger_gradient(p: Row, t: Row) -> list[Number]:
    """(1 − √(t/p)) / (4·H); 0 where the distance H is 0."""
    size = hellinger(p, t)
    return [g / (2 * size) if size else g for g in squared_hellinger_gradient(p, t)]


@LOSSES.card(
    "√(Σ (√pᵢ − √tᵢ)² / 2)", gradient=hellinger_gradient, pred="distribution", target="distribution", row=True,
    ulp={"float32": (1, 1), "float64": (8, 16)}, source="Hellinger 1909, J. reine angew. Math. 136:210",
)
def hellinger(p: Row, t: Row) -> Number:
    """The distance of the roots of probabilities, between 0 and 1."""
    return sqrt(squared_hellinger(p, t))


def total_variation_gradient(p: Row, t: Row) -> list[Number]:
    """1/2 above the target, −1/2 below."""
    return each(lambda s, y: sign(s - y) * (0 * s + 1) / 2, p, t)


@LOSSES.card(
    "Σ |pᵢ − tᵢ| / 2", gradient=total_variation_gradient, pred="distribution", target="distribution", row=True,
    convex=True, ulp={"float32": (1, 0), "float64": (16, 0)},
    source="Jordan 1881; Gibbs & Su 2002, Int. Stat. Rev. 70:419",
)
def total_variation(p: Row, t: Row) -> Number:
    """The greatest difference of the chances of any event."""
    return sum(each(lambda s, y: abs(s - y), p, t)) / 2


def bhattacharyya_gradient(p: Row, t: Row) -> list[Number]:
    """−√(t/p) / (2·Σ √(p·t))."""
    overlap = sum(each(lambda s, y: sqrt(s * y), p, t))
    return each(lambda s, y: -over(sqrt(over(y, s)), 2 * overlap), p, t)


@LOSSES.card(
    "−log Σ √(pᵢ·tᵢ)", gradient=bhattacharyya_gradient, terms=lambda p, t: 1, pred="distribution",
    target="distribution", row=True, convex=True, ulp={"float32": (1, 1), "float64": (8, 8)},
    source="Bhattacharyya 1943, Bull. Calcutta Math. Soc. 35:99",
)
def bhattacharyya(p: Row, t: Row) -> Number:
    """How little two distributions overlap."""
    return -log(sum(each(lambda s, y: sqrt(s * y), p, t)))


def chi2_gradient(p: Row, t: Row) -> list[Number]:
    """2·(p − t)/t."""
    return each(lambda s, y: over(2 * (s - y), y), p, t)


@LOSSES.card(
    "Σ (pᵢ − tᵢ)²/tᵢ", gradient=chi2_gradient, pred="distribution", target="distribution", row=True, convex=True,
    ulp={"float32": (1, 1), "float64": (16, 4)}, aliases=("pearson_chi2",),
    source="Pearson 1900, Philosophical Magazine 50:157",
)
def chi2(p: Row, t: Row) -> Number:
    """Pearson's divergence: squared errors in units of what is expected."""
    return sum(each(lambda s, y: over((s - y) ** 2, y), p, t))


def neyman_chi2_gradient(p: Row, t: Row) -> list[Number]:
    """1 − (t/p)²."""
    return each(lambda s, y: 1 - over(y, s) ** 2 if y else (s > 0) + 0 * s, p, t)


@LOSSES.card(
    "Σ (pᵢ − tᵢ)²/pᵢ", gradient=neyman_chi2_gradient, pred="distribution", target="distribution", row=True, convex=True,
    ulp={"float32": (1, 1), "float64": (16, 8)}, source="Neyman 1949, Berkeley Symposium 1:239",
)
def neyman_chi2(p: Row, t: Row) -> Number:
    """Squared errors in units of the prediction."""
    return sum(each(lambda s, y: over((s - y) ** 2, s), p, t))


def triangular_discrimination_gradient(p: Row, t: Row) -> list[Number]:
    """(p − t)·(p + 3t)/(p + t)²."""
    return each(lambda s, y: over((s - y) * (s + 3 * y), (s + y) ** 2), p, t)


@LOSSES.card(
    "Σ (pᵢ − tᵢ)²/(pᵢ + tᵢ)", gradient=triangular_discrimination_gradient, pred="distribution", target="distribution",
    row=True, convex=True, ulp={"float32": (1, 1), "float64": (16, 8)}, aliases=("vincze_le_cam",),
    source="Topsøe 2000, IEEE Trans. Information Theory 46:1602",
)
def triangular_discrimination(p: Row, t: Row) -> Number:
    """Squared errors in units of both, between 0 and 2."""
    return sum(each(lambda s, y: over((s - y) ** 2, s + y), p, t))


def alpha_divergence_gradient(p: Row, t: Row, alpha: Number = 0.5) -> list[Number]:
    """(1 − (t/p)^alpha) / alpha."""
    return each(lambda s, y: (1 - over(y, s) ** alpha) / alpha, p, t)


def mixed(s: Number, y: Number, alpha: Number) -> Number:
    """y^alpha·s^(1 − alpha)."""
    if s == 0 and y > 0:
        return 0 * y if alpha < 1 else inf
    return s * over(y, s) ** alpha


NOT_0_1 = (("alpha > 0, not 1", lambda alpha: alpha > 0 and alpha != 1),)


@LOSSES.card(
    "Σ (alpha·tᵢ + (1 − alpha)·pᵢ − tᵢ^alpha·pᵢ^(1 − alpha)) / (alpha·(1 − alpha))", gradient=alpha_divergence_gradient,
    requires=NOT_0_1, terms=lambda p, t, alpha: 1 / abs(1 - alpha),
    gradient_terms=lambda p, t, alpha: each(lambda s, y: max(1, over(y, s) ** alpha), p, t), pred="distribution",
    target="distribution", row=True, convex=True, ulp={"float32": (1, 1), "float64": (16, 16)},
    source="Amari 1985; Cichocki & Amari 2010, Entropy 12:1532",
)
def alpha_divergence(p: Row, t: Row, alpha: float = 0.5) -> Number:
    """The family that holds both Kullback–Leibler divergences (alpha → 1, 0), Hellinger's and Neyman's."""
    parts = each(lambda s, y: alpha * y + (1 - alpha) * s - mixed(s, y, alpha), p, t)
    return sum(parts) / (alpha * (1 - alpha))


def renyi_gradient(p: Row, t: Row, alpha: Number = 2.0) -> list[Number]:
    """−(t/p)^alpha / Σ tᵢ^alpha·pᵢ^(1 − alpha)."""
    total = sum(each(lambda s, y: mixed(s, y, alpha), p, t))
    return each(lambda s, y: -(over(y, s) ** alpha) / total, p, t)


@LOSSES.card(
    "log(Σ tᵢ^alpha·pᵢ^(1 − alpha)) / (alpha − 1)", gradient=renyi_gradient,
    terms=lambda p, t, alpha: 1 / abs(alpha - 1), pred="distribution", target="distribution", row=True,
    requires=NOT_0_1, ulp={"float32": (1, 1), "float64": (16, 16)}, source="Rényi 1961, Berkeley Symposium 1:547",
)
def renyi(p: Row, t: Row, alpha: float = 2.0) -> Number:
    """Rényi's divergence of order alpha of the target from the prediction."""
    return log(sum(each(lambda s, y: mixed(s, y, alpha), p, t))) / (alpha - 1)


def itakura_saito_gradient(p: Row, t: Row) -> list[Number]:
    """(p − t)/p²."""
    return each(lambda s, y: (s - y) / s**2, p, t)


@LOSSES.card(
    "Σ tᵢ/pᵢ − log(tᵢ/pᵢ) − 1", gradient=itakura_saito_gradient,
    terms=lambda p, t: max(1, *each(lambda s, y: y / s, p, t)), pred="positives", target="positives", row=True,
    ulp={"float32": (1, 1), "float64": (16, 4)},
    source="Itakura & Saito 1968; Févotte, Bertin & Durrieu 2009, Neural Computation 21:793",
)
def itakura_saito(p: Row, t: Row) -> Number:
    """The divergence of spectra, the same at every loudness."""
    return sum(each(lambda s, y: y / s - log(y / s) - 1, p, t))


def wasserstein_gradient(p: Row, t: Row) -> list[Number]:
    """Σ of the signs of all cumulative errors that the class is part of."""
    signs: Sequence[Number] = [sign(error) for error in steps(p, t)[:-1]]
    return [sum(signs[i:]) + 0 * p[0] for i in range(len(p))]


@LOSSES.card(
    "Σₖ |Σ to k of pᵢ − tᵢ|", gradient=wasserstein_gradient, terms=lambda p, t: 1, pred="distribution",
    target="distribution", row=True, convex=True, ulp={"float32": (1, 0), "float64": (16, 0)},
    aliases=("emd", "earth_mover"), source="Vallender 1974, Theory Prob. Appl. 18:784",
)
def wasserstein(p: Row, t: Row) -> Number:
    """The earth mover's distance of distributions over classes in an order, neighbours 1 apart."""
    return sum(abs(error) for error in steps(p, t)[:-1]) + 0 * p[0]
