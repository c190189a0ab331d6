"""Normalisations by a length, without a mean, and by the least and the greatest number."""

from dlc.reference.linear import dot
from dlc.reference.norm_family import NORMS
from dlc.reference.norms_moments import Numbers
from dlc.reference.numbers import Number, sign, sqrt

# fmt: off  (a card reads as one entry of a table)


def rms_vjp(x: Numbers, v: Numbers, eps: Number = 1e-5) -> list[Number]:
    """(v − x̂·mean(v·x̂))/√(mean(x²) + ε)."""
    hat, size = rms(x, eps), sqrt(dot(x, x) / len(x) + eps)
    along = dot(v, hat) / len(x)
    return [(each - h * along) / size for each, h in zip(v, hat, strict=True)]


@NORMS.card(
    "γ·x/√(mean(x²) + ε), over a sample",
    vjp=rms_vjp,
    gradient="(γ·v − x̂·mean(γ·v·x̂))/√(mean(x²) + ε)",
    shares="sample",
    gain="feature",
    square=1.0,
    scale_free=True,
    aliases=("rms_norm",),
    requires=(("eps >= 0", lambda eps: eps >= 0),),
    source="Zhang & Sennrich 2019, arXiv:1910.07467",
)
def rms(x: Numbers, eps: float = 1e-5) -> list[Number]:
    """Each sample by the root of its mean square."""
    size = sqrt(dot(x, x) / len(x) + eps)
    return [each / size for each in x]


def length(x: Numbers, power: Number) -> Number:
    """(Σ |x|^power)^(1/power)."""
    return sqrt(dot(x, x)) if power == 2 else sum(abs(each) ** power for each in x) ** (1 / power)


def unit_vjp(x: Numbers, v: Numbers, power: Number = 2.0, eps: Number = 1e-12) -> list[Number]:
    """(v − s·Σ v·x̂)/‖x‖ with s = sign(x)·(|x|/‖x‖)^(power − 1); v/ε where ‖x‖ is below ε."""
    size = length(x, power)
    if size < eps:
        return [each / eps for each in v]
    along = dot(v, x) / size
    return [(each - sign(at) * (abs(at) / size) ** (power - 1) * along) / size for each, at in zip(v, x, strict=True)]


@NORMS.card(
    "x/max((Σ |x|^power)^(1/power), ε), over the channels at a position",
    vjp=unit_vjp,
    gradient="(v − sign(x)·(|x|/‖x‖)^(power − 1)·Σ v·x̂)/‖x‖",
    shares="position",
    scale_free=True,
    aliases=("l2_normalize", "unit_norm", "lp_norm"),
    requires=(("power >= 1", lambda power: power >= 1), ("eps > 0", lambda eps: eps > 0)),
    source="Minkowski 1896, Geometrie der Zahlen; ONNX LpNormalization 2017",
)
def unit(x: Numbers, power: float = 2.0, eps: float = 1e-12) -> list[Number]:
    """Vectors of length 1, by any p-norm."""
    size = max(length(x, power), eps)
    return [each / size for each in x]


def window(i: int, count: int, size: float, ahead: float) -> range:
    """The channels around channel i; of an even SIZE the odd one is AHEAD of it, or behind."""
    behind = int(size - 1) // 2 if ahead else int(size) // 2
    return range(max(0, i - behind), min(count, i - behind + int(size)))


def divisors(x: Numbers, size: float, alpha: Number, k: Number, ahead: float) -> list[Number]:
    """k + α/size·Σ x² over each channel's window."""
    return [k + alpha / size * sum(x[j] ** 2 for j in window(i, len(x), size, ahead)) for i in range(len(x))]


def lrn_vjp(
    x: Numbers,
    v: Numbers,
    size: float = 5.0,
    alpha: Number = 1e-4,
    beta: Number = 0.75,
    k: Number = 1.0,
    ahead: float = 0.0,
) -> list[Number]:
    """v·d^−β − (2αβ/size)·x·Σ v·x·d^(−β−1), over the windows that have x."""
    d = divisors(x, size, alpha, k, ahead)
    parts = [each * at * of ** (-beta - 1) for each, at, of in zip(v, x, d, strict=True)]
    found = [each * of**-beta for each, of in zip(v, d, strict=True)]
    for i, part in enumerate(parts):
        for j in window(i, len(x), size, ahead):
            found[j] -= 2 * alpha * beta / size * x[j] * part
    return found


@NORMS.card(
    "x/(k + α/size·Σ x²)^β, the sum over size channels around",
    vjp=lrn_vjp,
    gradient="v·d^−β − (2αβ/size)·x·Σ v·x·d^(−β−1)",
    shares="position",
    aliases=("local_response_norm",),
    requires=(
        ("size is a whole number from 1", lambda size: size >= 1 and size == int(size)),
        ("k > 0", lambda k: k > 0),
        ("alpha >= 0", lambda alpha: alpha >= 0),
    ),
    source="Krizhevsky, Sutskever & Hinton 2012, NeurIPS, section 3.3",
)
def lrn(
    x: Numbers, size: float = 5.0, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0, ahead: float = 0.0
) -> list[Number]:
    """Local response normalisation: each channel by those beside it."""
    return [each / d**beta for each, d in zip(x, divisors(x, size, alpha, k, ahead), strict=True)]


def extremes(x: Numbers) -> tuple[Number, Number]:
    """The least and the greatest number."""
    return min(x), max(x)


def wider(kept: Numbers, fresh: Numbers, count: int) -> tuple[Number, Number]:
    """The range of all batches so far."""
    return min(kept[0], fresh[0]), max(kept[1], fresh[1])


def within(x: Numbers, least: Number, greatest: Number, low: Number = 0.0, high: Number = 1.0) -> list[Number]:
    """x by a kept range; a range of 0 counts as 1."""
    size = greatest - least if greatest != least else 1
    return [low + (each - least) / size * (high - low) for each in x]


def within_vjp(
    x: Numbers, v: Numbers, least: Number, greatest: Number, low: Number = 0.0, high: Number = 1.0
) -> list[Number]:
    """v·(high − low)/(greatest − least)."""
    size = greatest - least if greatest != least else 1
    return [each / size * (high - low) for each in v]


def minmax_vjp(x: Numbers, v: Numbers, low: Number = 0.0, high: Number = 1.0) -> list[Number]:
    """s·v, less s·Σ v·(1 − t) at the least and s·Σ v·t at the greatest, for s = (high − low)/(max − min)."""
    least, greatest = extremes(x)
    if least == greatest:
        return [0 * each for each in v]
    scale = (high - low) / (greatest - least)
    shares = within(x, least, greatest)
    at_greatest = dot(v, shares)
    at_least = sum(v) - at_greatest
    ends = {least: at_least / list(x).count(least), greatest: at_greatest / list(x).count(greatest)}
    return [scale * (each - ends.get(at, 0)) for each, at in zip(v, x, strict=True)]


@NORMS.card(
    "low + (x − min)/(max − min)·(high − low), of a channel over the batch",
    vjp=minmax_vjp,
    gradient="s·v, less s·Σ v·(1 − t) at the least and s·Σ v·t at the greatest",
    shares="channel",
    kept=("least", "greatest"),
    start=(float("inf"), float("-inf")),
    statistics=extremes,
    update=wider,
    update_formula="the range of all batches so far",
    inference=within,
    inference_vjp=within_vjp,
    scale_free=True,
    shift_free=True,
    aliases=("min_max", "min_max_scaling"),
    requires=(("low < high", lambda low, high: low < high),),
    source="Han, Kamber & Pei 2011, Data Mining, section 3.5.2; scikit-learn MinMaxScaler",
)
def minmax(x: Numbers, low: float = 0.0, high: float = 1.0) -> list[Number]:
    """Each channel stretched from low to high; a constant one is low."""
    return within(x, *extremes(x), low, high)
