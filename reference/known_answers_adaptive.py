"""Known answers of methods that scale each coordinate: where they fail, how long their steps are, what they equal."""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from dlc.reference.known_answers_family import KNOWN_ANSWERS, Expected
from dlc.reference.optimizers import OPTIMIZERS

# A card reads as one entry of a table.
# fmt: off


class Online(NamedTuple):
    """The losses high·x every PERIOD steps and low·x else, on [−1, 1], and how Adam without bias correction is set."""

    steps: int
    period: int
    high: float
    low: float
    beta1: float
    beta2: float
    rate: float
    is_shrinking: bool  # whether the rate of step t is rate/√t


ADVERSE = Online(1_000_000, 3, 3.0, -1.0, 0.0, 0.1, 0.5 * sqrt(0.9), True)
STOCHASTIC = Online(10_000_000, 101, 1010.0, -10.0, 0.9, 0.99, 1e-3, False)
LONG_MEMORY = STOCHASTIC._replace(beta2=0.9999)


@KNOWN_ANSWERS.card(
    "on a linear loss that is mostly −x and now and then steeply +x, Adam forgets the rare slopes and goes to the "
    "worst point, +1; AMSGrad, and Adam with a memory longer than the period, go to the best, −1",
    source="Reddi, Kale & Kumar 2018, ICLR, arXiv:1904.09237, sections 3 and 5",
)
def adam_fails() -> list[Expected]:
    """At +1 a period of 3 loses (3 − 1 − 1)·2 against −1: 2/3 a step."""
    return [
        Expected("adam, slopes 3, −1, −1: x", 1.0, 1e-3),
        Expected("adam, slopes 3, −1, −1: regret a step", 2 / 3, 1e-3),
        Expected("amsgrad, slopes 3, −1, −1: x", -1.0, 1e-3),
        Expected("amsgrad, slopes 3, −1, −1: regret a step", 0.0, 1e-3),
        Expected("adam, slopes 1010, 100 times −10: x", 1.0, 0.02),
        Expected("amsgrad, slopes 1010, 100 times −10: x", -1.0, 0.02),
        Expected("adam with β₂ = 0.9999, the same: x", -1.0, 0.02),
    ]


BETA1, BETA2, EPS = 0.9, 0.999, 1e-8
QUIET_STEPS, GROWING_STEPS = 20_000, 300
FIRST_SLOPE = 1e-6
GROWTH = BETA2 / BETA1


@KNOWN_ANSWERS.card(
    "Adam's step in units of the rate is g/(|g| + ε) at first, (1−β₁)/√(1−β₂) for a slope after long silence, and "
    "never above (1−β₁)/√((1−β₂)(1−β₁²/β₂)), which slopes that grow by β₂/β₁ attain",
    source="Kingma & Ba 2015, ICLR, arXiv:1412.6980, section 2.1; the longest by the Cauchy-Schwarz inequality",
)
def adam_step_bound() -> list[Expected]:
    """The 3.16 rates of the paper are those of one slope after silence; slopes that grow make steps of 7.27 rates."""
    steps = QUIET_STEPS + GROWING_STEPS
    unbiased = sqrt(1 - BETA2**steps) / (1 - BETA1**steps)
    longest = (1 - BETA1) / sqrt((1 - BETA2) * (1 - BETA1**2 / BETA2))
    return [
        Expected("first step, slope 1e-6", FIRST_SLOPE / (FIRST_SLOPE + EPS), 1e-12),
        Expected("step of one slope after silence", unbiased * (1 - BETA1) / sqrt(1 - BETA2), 1e-7),
        Expected("step of growing slopes after silence", unbiased * longest, 1e-7),
        Expected("longest step, random slopes", longest, 0.0, "≤"),
    ]


POSITIVES, NEGATIVES = 60, 40


@KNOWN_ANSWERS.card(
    "least squares on rows (y, 1, 1, own slots: one for y = 1, five for y = −1): the point nearest to 0 without "
    "training error, which gradient descent finds, makes no error on new rows; adaptive methods find sign(Xᵀy)/4, "
    "which errs on every y = −1",
    source="Wilson et al. 2017, NeurIPS, arXiv:1705.08292, section 3.3 and Lemma 3.1",
)
def adaptive_generalisation() -> list[Expected]:
    """The nearest point is Xᵀα, with one α for each sign of y: two linear equations."""
    # Xᵀα is n₊α₊ − n₋α₋ in the first place, n₊α₊ + n₋α₋ in the next two, and α in a row's own slots.
    a, b, c, d = 3.0 * POSITIVES + 1, float(NEGATIVES), float(POSITIVES), 3.0 * NEGATIVES + 5
    plus, minus = (d + b) / (a * d - b * c), (-a - c) / (a * d - b * c)
    nearest = POSITIVES * plus - NEGATIVES * minus, POSITIVES * plus + NEGATIVES * minus, 0.0
    signs = 0.25, 0.25, NEGATIVES / (POSITIVES + NEGATIVES)
    finds = dict.fromkeys(("gd", "momentum"), nearest) | dict.fromkeys(("adagrad", "rmsprop", "adam"), signs)
    return [
        Expected(f"{name}: {what}", value, tolerance)
        for name, values in finds.items()
        for what, value, tolerance in zip(
            ("first weight", "second weight", "test error"), values, (1e-6, 1e-6, 1e-12), strict=True
        )
    ]


Links = Sequence[tuple[str, dict[str, float]]]


class Identity(NamedTuple):
    """Two chains that move alike when the second sees SCALE times the slopes."""

    left: Links
    right: Links
    rates: float = 1.0  # the right one's rate over the left one's
    scale: float = 1.0
    tolerance: float = 1e-14


def one(name: str, **knobs: float) -> Links:
    """A chain of an optimizer alone."""
    return [(name, knobs)]


def unscaled(name: str, **knobs: float) -> Identity:
    """The optimizer does not see how steep a slope is."""
    return Identity(one(name, **knobs), one(name, **knobs), scale=1e3)


IDENTITIES = {
    "adamw without decay = adam": Identity(one("adamw", weight_decay=0.0), one("adam")),
    "adamw = adam + decay": Identity(one("adamw", weight_decay=0.1), [("decay", {"weight_decay": 0.1}), ("adam", {})]),
    "momentum, β = 0 = gd": Identity(one("momentum", beta=0.0), one("gd")),
    "qhm, ν = 0 = gd": Identity(one("qhm", nu=0.0), one("gd")),
    "qhm, ν = 1 = momentum at (1−β)·η": Identity(one("qhm", nu=1.0, beta=0.9), one("momentum", beta=0.9), 0.1),
    "qhm, ν = β = nesterov at (1−β)·η": Identity(one("qhm", nu=0.9, beta=0.9), one("nesterov", beta=0.9), 0.1),
    "qhadam, ν = 1 = adam": Identity(one("qhadam", nu1=1.0, nu2=1.0, beta1=0.9), one("adam")),
    "adam, β = 0, ε = 0 = lion, β₁ = 0": Identity(one("adam", beta1=0.0, beta2=0.0, eps=0.0), one("lion", beta1=0.0)),
    "lookahead, α = 1 = its optimizer": Identity([("adam", {}), ("lookahead", {"alpha": 1.0})], one("adam")),
    "lion sees no scale": unscaled("lion"),
    "rprop sees no scale": unscaled("rprop"),
    "adam without ε sees no scale": unscaled("adam", eps=0.0),
}


@KNOWN_ANSWERS.card(
    "with certain settings two optimizers are one, and some do not see how steep a slope is",
    source="the rules themselves; Ma & Yarats 2019, arXiv:1810.06801 (QHM); Liu et al. 2020, arXiv:1908.03265 (RAdam)",
)
def identities() -> list[Expected]:
    """The greatest difference of 100 steps on random slopes, relative to the larger of 1 and x."""
    length = 2 / (1 - BETA2) - 1

    def averaged(t: int) -> float:
        return length - 2 * t * BETA2**t / (1 - BETA2**t)

    return [
        *(Expected(name, 0.0, identity.tolerance) for name, identity in IDENTITIES.items()),
        Expected("schedule_free_sgd, β = 0: answer = mean of all z", 0.0, 1e-14),
        Expected("radam: its first adaptive step", next(t for t in range(1, 100) if averaged(t) > 5)),
    ]


MUON_LEAST, MUON_COUNT = 3e-3, 2000


def muon_values() -> list[float]:
    """Singular values from the least to 1, equally spaced in their logarithm."""
    return [MUON_LEAST ** (1 - i / (MUON_COUNT - 1)) for i in range(MUON_COUNT)]


def newton_schulz(value: float) -> float:
    """What Muon's five steps make of a singular value: s ← a·s + b·s³ + c·s⁵."""
    for _ in range(5):
        value = 3.4445 * value - 4.7750 * value**3 + 2.0315 * value**5
    return value


@KNOWN_ANSWERS.card(
    "Muon's five steps of s ← 3.4445·s − 4.7750·s³ + 2.0315·s⁵ bring singular values from 0.003 to 1 near 1, not to 1",
    source="Jordan et al. 2024, kellerjordan.github.io/posts/muon",
)
def muon_singular_values() -> list[Expected]:
    """Over 2000 values: the least, the greatest and the middle one."""
    found = [newton_schulz(value) for value in muon_values()]
    return [
        Expected("least", min(found), 1e-11), Expected("greatest", max(found), 1e-11),
        *(Expected(f"of {muon_values()[i]:.3g}", found[i], 1e-11) for i in (0, MUON_COUNT // 2)),
    ]


@KNOWN_ANSWERS.card(
    "each compiled optimizer moves as its textbook rule at fifty digits does",
    source="the rules of dlc.reference, which the tests compare with torch, keras and optax",
)
def parity() -> list[Expected]:
    """The worst error of x, relative to the larger of 1 and x, as a share of what the card of each allows."""
    return [
        Expected("optimizers compared", len(OPTIMIZERS)),
        Expected("worst error / what its card allows", 1.0, 0.0, "≤"),
    ]
