"""Losses of numbers on which a large error weighs less than its square, in order of increasing complexity."""

from dlc.reference.loss_family import LOSSES
from dlc.reference.numbers import Number, exp, expm1, log1p, minus_expm1, minus_log1p, sign, sqrt

# A card reads as one entry of a table.
# fmt: off

C = ("c > 0", lambda c: c > 0)


def pseudo_huber_gradient(p: Number, t: Number, delta: float = 1.0) -> Number:
    """(p − t)/√(1 + ((p − t)/δ)²)."""
    return (p - t) / sqrt(1 + ((p - t) / delta) ** 2)


@LOSSES.card(
    "δ²·(√(1 + ((p − t)/δ)²) − 1)", gradient=pseudo_huber_gradient, pred="number", target="number", convex=True,
    requires=(("delta > 0", lambda delta: delta > 0),),
    source="Charbonnier et al. 1997, IEEE Transactions on Image Processing 6(2):298",
)
def pseudo_huber(p: Number, t: Number, delta: float = 1.0) -> Number:
    """A hyperbola: quadratic for small errors, linear for large ones, and smooth."""
    d = p - t
    return d**2 / (1 + sqrt(1 + (d / delta) ** 2))


def charbonnier_gradient(p: Number, t: Number, epsilon: float = 1e-3) -> Number:
    """(p − t)/√((p − t)² + ε²)."""
    return (p - t) / sqrt((p - t) ** 2 + epsilon**2)


@LOSSES.card(
    "√((p − t)² + ε²)", gradient=charbonnier_gradient, pred="number", target="number", convex=True, least=1e-3,
    requires=(("epsilon > 0", lambda epsilon: epsilon > 0),), source="Lai et al. 2017, arXiv:1704.03915",
)
def charbonnier(p: Number, t: Number, epsilon: float = 1e-3) -> Number:
    """The absolute error with its kink rounded off."""
    return sqrt((p - t) ** 2 + epsilon**2)


def cauchy_gradient(p: Number, t: Number, c: float = 1.0) -> Number:
    """(p − t)/(1 + ((p − t)/c)²)."""
    return (p - t) / (1 + ((p - t) / c) ** 2)


@LOSSES.card(
    "½·c²·log(1 + ((p − t)/c)²)", gradient=cauchy_gradient, pred="number", target="number", aliases=("lorentzian",),
    requires=(C,), source="Black & Anandan 1996, Computer Vision and Image Understanding 63(1):75",
)
def cauchy(p: Number, t: Number, c: float = 1.0) -> Number:
    """Grows as the logarithm of a large error."""
    return c**2 / 2 * log1p(((p - t) / c) ** 2)


def geman_mcclure_gradient(p: Number, t: Number, c: float = 1.0) -> Number:
    """(p − t)/(1 + ((p − t)/c)²)²."""
    return (p - t) / (1 + ((p - t) / c) ** 2) ** 2


@LOSSES.card(
    "½·(p − t)²/(1 + ((p − t)/c)²)", gradient=geman_mcclure_gradient, pred="number", target="number", requires=(C,),
    source="Geman & McClure 1987, Bulletin of the International Statistical Institute 52(4):5",
)
def geman_mcclure(p: Number, t: Number, c: float = 1.0) -> Number:
    """Rises to ½·c², however large an error is."""
    d = p - t
    return d**2 / (1 + (d / c) ** 2) / 2


def welsch_gradient(p: Number, t: Number, c: float = 1.0) -> Number:
    """(p − t)·e^(−((p − t)/c)²)."""
    return (p - t) * exp(-(((p - t) / c) ** 2))


@LOSSES.card(
    "½·c²·(1 − e^(−((p − t)/c)²))", gradient=welsch_gradient, pred="number", target="number",
    aliases=("leclerc", "correntropy"), requires=(C,),
    source="Dennis & Welsch 1978, Communications in Statistics B 7(4):345",
)
def welsch(p: Number, t: Number, c: float = 1.0) -> Number:
    """Forgets a large error all but for its being one."""
    return -(c**2) / 2 * expm1(-(((p - t) / c) ** 2))


def tukey_biweight_gradient(p: Number, t: Number, c: float = 4.685) -> Number:
    """(p − t)·(1 − ((p − t)/c)²)² where |p − t| ≤ c, else 0."""
    y = ((p - t) / c) ** 2
    return (p - t) * (1 - y) ** 2 if y <= 1 else 0 * p


@LOSSES.card(
    "c²/6·(1 − (1 − ((p − t)/c)²)³) where |p − t| ≤ c, else c²/6", gradient=tukey_biweight_gradient,
    pred="number", target="number", aliases=("bisquare",), requires=(C,),
    source="Beaton & Tukey 1974, Technometrics 16(2):147",
)
def tukey_biweight(p: Number, t: Number, c: float = 4.685) -> Number:
    """Ignores errors beyond c, which by default costs 5 % efficiency on normal errors."""
    y = min(((p - t) / c) ** 2, 1)
    return c**2 / 6 * y * (3 - 3 * y + y**2)


def fair_gradient(p: Number, t: Number, c: float = 1.3998) -> Number:
    """(p − t)/(1 + |p − t|/c)."""
    return (p - t) / (1 + abs(p - t) / c)


@LOSSES.card(
    "c²·(|p − t|/c − log(1 + |p − t|/c))", gradient=fair_gradient, pred="number", target="number", convex=True,
    requires=(C,), source="Fair 1974, Annals of Economic and Social Measurement 3(4):667",
)
def fair(p: Number, t: Number, c: float = 1.3998) -> Number:
    """Quadratic for small errors, nearly linear for large ones, by a logarithm."""
    return c**2 * minus_log1p(abs(p - t) / c)


def barron_gradient(p: Number, t: Number, alpha: float = 1.0, c: float = 1.0) -> Number:
    """(p − t)/c²·(((p − t)/c)²/|α − 2| + 1)^(α/2 − 1)."""
    b = abs(alpha - 2)
    growth = exp((alpha / 2 - 1) * log1p(((p - t) / c) ** 2 / b)) if b else 1
    return (p - t) / c**2 * growth


@LOSSES.card(
    "|α − 2|/α·((((p − t)/c)²/|α − 2| + 1)^(α/2) − 1); α = 2: ½((p − t)/c)²; α = 0: log(½((p − t)/c)² + 1)",
    gradient=barron_gradient, pred="number", target="number", convex=True, aliases=("general_robust",), requires=(C,),
    source="Barron 2019, A general and adaptive robust loss function, arXiv:1701.03077",
)
def barron(p: Number, t: Number, alpha: float = 1.0, c: float = 1.0) -> Number:
    """A family: squared (α = 2), a hyperbola (1), Cauchy (0), Geman-McClure (−2), towards Welsch far below."""
    y, b = ((p - t) / c) ** 2, abs(alpha - 2)
    if b == 0:
        return y / 2
    growth = log1p(y / b)
    return b / alpha * expm1(alpha / 2 * growth) if alpha else growth


def wing_gradient(p: Number, t: Number, w: float = 10.0, epsilon: float = 2.0) -> Number:
    """sign(p − t)·w/(ε + |p − t|) where |p − t| < w, else sign(p − t); 0 at the kink p = t."""
    size = abs(p - t)
    return sign(p - t) * (w / (epsilon + size) if size < w else 1)


@LOSSES.card(
    "w·log(1 + |p − t|/ε) where |p − t| < w, else |p − t| − w + w·log(1 + w/ε)", gradient=wing_gradient,
    pred="number", target="number",
    requires=(("w > 0", lambda w: w > 0), ("epsilon > 0", lambda epsilon: epsilon > 0)),
    source="Feng et al. 2018, arXiv:1711.06753",
)
def wing(p: Number, t: Number, w: float = 10.0, epsilon: float = 2.0) -> Number:
    """Small errors weigh more than by their size, as wanted for landmarks of faces."""
    size = abs(p - t)
    return w * log1p(size / epsilon) if size < w else size - w + w * log1p(w / epsilon)


def linex_gradient(p: Number, t: Number, a: float = 1.0, b: float = 1.0) -> Number:
    """a·b·(e^(a(p − t)) − 1)."""
    return a * b * expm1(a * (p - t))


@LOSSES.card(
    "b·(e^(a(p − t)) − a(p − t) − 1)", gradient=linex_gradient, pred="number", target="number", convex=True,
    requires=(("a != 0", lambda a: a != 0), ("b > 0", lambda b: b > 0)),
    source="Varian 1975; Zellner 1986, Journal of the American Statistical Association 81:446",
)
def linex(p: Number, t: Number, a: float = 1.0, b: float = 1.0) -> Number:
    """Exponential on one side, linear on the other."""
    return -b * minus_expm1(a * (p - t))
