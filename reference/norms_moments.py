"""Normalisations by mean and variance."""

from collections.abc import Sequence

from dlc.reference.linear import dot
from dlc.reference.norm_family import NORMS
from dlc.reference.numbers import Number, sqrt

Numbers = Sequence[Number]

# fmt: off  (a card reads as one entry of a table)


def moments(x: Numbers) -> tuple[Number, Number]:
    """Mean, and variance by n."""
    mean = sum(x) / len(x)
    return mean, sum((each - mean) ** 2 for each in x) / len(x)


def by(x: Numbers, mean: Number, variance: Number, eps: Number) -> list[Number]:
    """(x − mean)/√(variance + ε)."""
    return [(each - mean) / sqrt(variance + eps) for each in x]


def standardised(x: Numbers, eps: Number) -> list[Number]:
    """x with the mean 0 and, but for ε, the variance 1."""
    return by(x, *moments(x), eps)


def standardised_vjp(x: Numbers, v: Numbers, eps: Number = 1e-5) -> list[Number]:
    """(v − mean(v) − x̂·mean(v·x̂))/σ."""
    hat, size = standardised(x, eps), sqrt(moments(x)[1] + eps)
    level, along = sum(v) / len(v), dot(v, hat) / len(v)
    return [(each - level - h * along) / size for each, h in zip(v, hat, strict=True)]


def fixed(x: Numbers, mean: Number, variance: Number, eps: Number = 1e-5) -> list[Number]:
    """x by kept statistics."""
    return by(x, mean, variance, eps)


def fixed_vjp(x: Numbers, v: Numbers, mean: Number, variance: Number, eps: Number = 1e-5) -> list[Number]:
    """v/√(variance + ε)."""
    return [each / sqrt(variance + eps) for each in v]


def moving(
    kept: Numbers,
    fresh: Numbers,
    count: int,
    momentum: float = 0.1,
    unbiased: float = 1.0,
    deviation: float = 0.0,
    eps: float = 0.0,
) -> tuple[Number, Number]:
    """kept·(1 − momentum) + fresh·momentum; the variance that is kept is by n − 1 where UNBIASED is 1.

    Where DEVIATION is 1, it is √(variance + ε) that moves.
    """
    mean = kept[0] * (1 - momentum) + fresh[0] * momentum
    variance = fresh[1] * count / (count - 1) if unbiased else fresh[1]
    if deviation:
        return mean, (sqrt(kept[1] + eps) * (1 - momentum) + sqrt(variance + eps) * momentum) ** 2 - eps
    return mean, kept[1] * (1 - momentum) + variance * momentum


KEEPING = {
    "kept": ("mean", "variance"),
    "start": (0.0, 1.0),
    "statistics": moments,
    "update": moving,
    "update_formula": "kept·(1 − momentum) + new·momentum, the variance by n − 1",
}
BY_MOMENTS = {
    "gradient": "(γ/σ)·(v − mean(v) − x̂·mean(v·x̂))",
    "bias": True,
    "mean": 0.0,
    "square": 1.0,
    "scale_free": True,
    "shift_free": True,
}


@NORMS.card(
    "γ·(x − μ)/√(σ² + ε) + β, by the moments of a channel over the batch",
    vjp=standardised_vjp,
    shares="channel",
    gain="channel",
    **KEEPING,
    **BY_MOMENTS,
    inference=fixed,
    inference_vjp=fixed_vjp,
    aliases=("batch_norm",),
    requires=(("eps >= 0", lambda eps: eps >= 0),),
    source="Ioffe & Szegedy 2015, arXiv:1502.03167",
)
def batch(x: Numbers, eps: float = 1e-5) -> list[Number]:
    """Batch normalisation: each channel by its mean and variance over the batch."""
    return standardised(x, eps)


def correction(
    x: Numbers, mean: Number, variance: Number, eps: Number, r_max: Number, d_max: Number
) -> tuple[Number, Number]:
    """How much wider the batch is than what is kept, and how far away, within limits."""
    level, spread = moments(x)
    wider, away = sqrt(spread + eps) / sqrt(variance + eps), (level - mean) / sqrt(variance + eps)
    return max(1 / r_max, min(wider, r_max)), max(-d_max, min(away, d_max))


def batch_renorm_vjp(
    x: Numbers, v: Numbers, mean: Number, variance: Number, eps: Number = 1e-5, r_max: Number = 3.0, d_max: Number = 5.0
) -> list[Number]:
    """r times the gradient of batch normalisation: r and d are constants."""
    wider, _ = correction(x, mean, variance, eps, r_max, d_max)
    return [wider * each for each in standardised_vjp(x, v, eps)]


def renormed(
    x: Numbers, mean: Number, variance: Number, eps: Number = 1e-5, r_max: Number = 3.0, d_max: Number = 5.0
) -> list[Number]:
    """x by kept statistics, whatever the limits."""
    return by(x, mean, variance, eps)


def renormed_vjp(
    x: Numbers, v: Numbers, mean: Number, variance: Number, eps: Number = 1e-5, r_max: Number = 3.0, d_max: Number = 5.0
) -> list[Number]:
    """v/√(variance + ε)."""
    return fixed_vjp(x, v, mean, variance, eps)


@NORMS.card(
    "γ·(r·(x − μ)/√(σ² + ε) + d) + β, r = σ/σ_kept and d = (μ − μ_kept)/σ_kept within limits",
    vjp=batch_renorm_vjp,
    shares="channel",
    gain="channel",
    **KEEPING,
    **(
        BY_MOMENTS
        | {
            "gradient": "(γ·r/σ)·(v − mean(v) − x̂·mean(v·x̂)), r and d as constants",
            "mean": None,
            "square": None,
            "scale_free": False,
            "shift_free": False,
        }
    ),
    reads_kept=True,
    inference=renormed,
    inference_vjp=renormed_vjp,
    aliases=("batch_renormalisation",),
    requires=(
        ("eps >= 0", lambda eps: eps >= 0),
        ("r_max >= 1", lambda r_max: r_max >= 1),
        ("d_max >= 0", lambda d_max: d_max >= 0),
    ),
    source="Ioffe 2017, arXiv:1702.03275",
)
def batch_renorm(
    x: Numbers, mean: Number, variance: Number, eps: float = 1e-5, r_max: float = 3.0, d_max: float = 5.0
) -> list[Number]:
    """Batch renormalisation: the batch's statistics, corrected towards those that inference will use."""
    wider, away = correction(x, mean, variance, eps, r_max, d_max)
    return [wider * each + away for each in standardised(x, eps)]


@NORMS.card(
    "γ·(x − μ)/√(σ² + ε) + β, by the moments of a sample",
    vjp=standardised_vjp,
    shares="sample",
    gain="feature",
    **BY_MOMENTS,
    aliases=("layer_norm",),
    requires=(("eps >= 0", lambda eps: eps >= 0),),
    source="Ba, Kiros & Hinton 2016, arXiv:1607.06450",
)
def layer(x: Numbers, eps: float = 1e-5) -> list[Number]:
    """Layer normalisation: each sample by its mean and variance over all features."""
    return standardised(x, eps)


@NORMS.card(
    "γ·(x − μ)/√(σ² + ε) + β, by the moments of a sample's group of channels",
    vjp=standardised_vjp,
    shares="group",
    gain="channel",
    **BY_MOMENTS,
    aliases=("group_norm",),
    requires=(("eps >= 0", lambda eps: eps >= 0),),
    source="Wu & He 2018, arXiv:1803.08494",
)
def group(x: Numbers, eps: float = 1e-5) -> list[Number]:
    """Group normalisation: each sample's channels in groups, each by its mean and variance."""
    return standardised(x, eps)


@NORMS.card(
    "γ·(x − μ)/√(σ² + ε) + β, by the moments of a sample's channel",
    vjp=standardised_vjp,
    shares="instance",
    gain="channel",
    **BY_MOMENTS,
    aliases=("instance_norm",),
    requires=(("eps >= 0", lambda eps: eps >= 0),),
    source="Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022",
)
def instance(x: Numbers, eps: float = 1e-5) -> list[Number]:
    """Instance normalisation: each sample's channel by its mean and variance over all positions."""
    return standardised(x, eps)
