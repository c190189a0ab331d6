"""Regularisers: what a training step does against overfitting, each to a matrix of numbers.

Weights are [inputs, units], a batch is rows of numbers. What is drawn follows from a seed and the place alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf

from dlc.reference.draws import WORD, mixed, normal
from dlc.reference.numbers import Number, sign, sqrt
from dlc.reference.regularizer_family import REGULARIZERS, RegularizerCard

__all__ = ["REGULARIZERS", "REGULARIZER_OFFERS", "RegularizerCard", "RegularizerOffer"]

Matrix = Sequence[Sequence[Number]]


@dataclass(frozen=True)
class RegularizerOffer:
    """How a library offers it: VALUE there is as_ours(VALUE) here."""

    card: str
    name: str  # in full
    argument: str
    default: float | None = None  # None where it must be given
    note: str = ""
    as_ours: Callable[[float], float] = field(default=lambda value: value, repr=False)

    @property
    def library(self) -> str:
        """The one whose name it begins with."""
        return self.name.partition(".")[0]

    @property
    def text(self) -> str:
        """Name, argument and default, and what is different there."""
        default = "" if self.default is None else f"={self.default:g}"
        return f"{self.name}({self.argument}{default})" + (f": {self.note}" if self.note else "")


STRENGTH = ("strength >= 0", lambda strength: 0 <= strength < inf)
RATE = ("0 <= rate < 1", lambda rate: 0 <= rate < 1)

# A card reads as one entry of a table.
# fmt: off


@REGULARIZERS.card(
    "λ·sign(wᵢⱼ), of the penalty λ·Σ|wᵢⱼ|", sees="weights", gives="slopes", option="--l1", requires=(STRENGTH,),
    source="Tibshirani 1996, Journal of the Royal Statistical Society B 58(1):267",
)
def l1(weights: Matrix, strength: float = 0.01) -> list[list[Number]]:
    """Draws each weight to 0 by the same force."""
    return [[strength * sign(w) for w in row] for row in weights]


@REGULARIZERS.card(
    "2·λ·wᵢⱼ, of the penalty λ·Σwᵢⱼ²", sees="weights", gives="slopes", option="--l2", requires=(STRENGTH,),
    source="Hoerl & Kennard 1970, Technometrics 12(1):55; Krogh & Hertz 1991, NeurIPS 4",
)
def l2(weights: Matrix, strength: float = 0.01) -> list[list[Number]]:
    """Draws each weight to 0 by a force that grows with it."""
    return [[2 * strength * w for w in row] for row in weights]


@REGULARIZERS.card(
    "wᵢⱼ·min(1, c/‖w.ⱼ‖₂)", sees="weights", gives="new weights", option="--max-norm",
    requires=(("most > 0", lambda most: 0 < most < inf),),
    source="Srebro & Shraibman 2005, COLT; Srivastava et al. 2014, JMLR 15:1929",
)
def max_norm(weights: Matrix, most: float = 2.0) -> list[list[Number]]:
    """Scales down the weights into a unit to a greatest norm, after each step."""
    norms = [sqrt(sum(w * w for w in column)) for column in zip(*weights, strict=True)]
    return [[w * most / size if size > most else w for w, size in zip(row, norms, strict=True)] for row in weights]


@REGULARIZERS.card(
    "x·m/(1 − p), m = 0 with the chance p and else 1", sees="outputs of a layer", gives="new numbers",
    option="--dropout", requires=(RATE,), elsewhere="a layer of dlc.kernels.mlp",
    source="Srivastava et al. 2014, JMLR 15:1929, scaled in training",
)
def dropout(rows: Matrix, rate: float = 0.5, seed: float = 0.0) -> list[list[Number]]:
    """Leaves out units at random."""
    width, limit = len(rows[0]), int(rate * WORD)
    return [
        [x / (1 - rate) if mixed(int(seed), i * width + k) >= limit else 0 * x for k, x in enumerate(row)]
        for i, row in enumerate(rows)
    ]


@REGULARIZERS.card(
    "(1 − ε)·t + ε/K, K classes", sees="targets", gives="new targets", option="--label-smoothing",
    requires=(("0 <= smoothing < 1", lambda smoothing: 0 <= smoothing < 1),),
    elsewhere="the loss softmax_cross_entropy",
    source="Szegedy et al. 2016, CVPR, arXiv:1512.00567",
)
def label_smoothing(targets: Matrix, smoothing: float = 0.1) -> list[list[Number]]:
    """Spreads a share of each target over all classes, its own among them."""
    return [[(1 - smoothing) * t + smoothing / len(row) for t in row] for row in targets]


@REGULARIZERS.card(
    "λ·xᵢ + (1 − λ)·xₙ₋₁₋ᵢ, λ of Beta(α, α) for each batch; targets alike", sees="inputs and targets",
    gives="new numbers", option="--mixup", requires=(("0 <= share <= 1", lambda share: 0 <= share <= 1),),
    source="Zhang et al. 2018, ICLR, arXiv:1710.09412; pairs are mirror images, as in timm",
)
def mixup(rows: Matrix, share: float = 0.7) -> list[list[Number]]:
    """Mixes pairs of rows."""
    return [
        [share * x + (1 - share) * y for x, y in zip(row, other, strict=True)]
        for row, other in zip(rows, reversed(rows), strict=True)
    ]


@REGULARIZERS.card(
    "x + σ·n, n standard normal", sees="inputs", gives="new numbers", option="--noise",
    requires=(("deviation >= 0", lambda deviation: 0 <= deviation < inf),),
    source="Bishop 1995, Neural Computation 7(1):108",
)
def noise(rows: Matrix, deviation: float = 0.1, seed: float = 0.0) -> list[list[Number]]:
    """Adds noise to inputs: on average, like a penalty of the slopes by them."""
    width = len(rows[0])
    return [
        [x + deviation * normal(int(seed), 1, i * width + k) for k, x in enumerate(row)] for i, row in enumerate(rows)
    ]


def _half(value: float) -> float:
    return value / 2


REGULARIZER_OFFERS = [
    RegularizerOffer("l1", "keras.regularizers.L1", "l1", 0.01),
    RegularizerOffer("l2", "keras.regularizers.L2", "l2", 0.01, "the gradient is twice that of torch's weight_decay"),
    RegularizerOffer("l2", "torch.optim.SGD", "weight_decay", 0.0, "½·λ·Σw², biases too", _half),
    RegularizerOffer("l2", "optax.add_decayed_weights", "weight_decay", 0.0, "½·λ·Σw², biases too", _half),
    RegularizerOffer("max_norm", "keras.constraints.MaxNorm", "max_value", 2.0, "divides by the norm + 1e-7"),
    RegularizerOffer("dropout", "torch.nn.Dropout", "p", 0.5),
    RegularizerOffer("dropout", "keras.layers.Dropout", "rate"),
    RegularizerOffer("label_smoothing", "torch.nn.CrossEntropyLoss", "label_smoothing", 0.0),
    RegularizerOffer("label_smoothing", "keras.losses.CategoricalCrossentropy", "label_smoothing", 0.0),
    RegularizerOffer("label_smoothing", "optax.smooth_labels", "alpha"),
    RegularizerOffer("mixup", "keras.layers.MixUp", "alpha", 0.2, "λ for each image"),
    RegularizerOffer("noise", "keras.layers.GaussianNoise", "stddev"),
]
