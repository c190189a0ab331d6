"""Variants of momentum and of running moments: one textbook step each with its card."""

from dlc.reference.numbers import Number, atan, exp, sqrt
from dlc.reference.optimizer_family import OPTIMIZERS, Slots, not_negative, positive, share

# A card reads as one entry of a table.
# fmt: off

BETAS = (share("beta1"), share("beta2"))
MOMENTS = {"m": 0.0, "v": 0.0}
PAPER = "the paper"


@OPTIMIZERS.card(
    "m ← β·m + (1−β)·g;  x ← x − η·((1−ν)·g + ν·m)", state={"m": 0.0}, natural=1e-1, defaults_of=PAPER,
    requires=(positive("lr"), share("beta"), not_negative("nu")),
    source="Ma & Yarats 2019, arXiv:1810.06801; it leaves η to the task",
)
def qhm(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 0.1, beta: float = 0.999, nu: float = 0.7,
) -> tuple[Number, Slots]:
    """Quasi-hyperbolic momentum: a weighted mean of gradient descent (ν = 0) and momentum (ν = 1)."""
    (m,) = state
    m = beta * m + (1 - beta) * g
    return x - lr * ((1 - nu) * g + nu * m), (m,)


@OPTIMIZERS.card(
    "vₖ ← βₖ·vₖ + g;  x ← x − η·(v₁ + v₂ + v₃)/3", state={"v1": 0.0, "v2": 0.0, "v3": 0.0}, defaults_of=PAPER,
    requires=(positive("lr"), share("beta1"), share("beta2"), share("beta3")),
    source="Lucas, Sun, Zemel & Grosse 2019, arXiv:1804.00325",
)
def aggmo(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.0, beta2: float = 0.9, beta3: float = 0.99,
) -> tuple[Number, Slots]:
    """Aggregated momentum: velocities of several decays, of which the fast ones damp the slow."""
    betas = (beta1, beta2, beta3)
    velocities = tuple(beta * v + g for beta, v in zip(betas, state, strict=True))
    return x - lr * sum(velocities) / 3, velocities


@OPTIMIZERS.card(
    "v ← β·v + g;  d ← β·d + (1−β)·(g − g₋₁);  x ← x − η·(g + i·v + k·d)", state={"v": 0.0, "d": 0.0, "g₋₁": 0.0},
    requires=(positive("lr"), share("beta"), not_negative("integral"), not_negative("derivative")),
    defaults_of="the authors' code, with its momentum of 0 set to 0.9", natural=1e-3,
    source="An et al. 2018, CVPR, A PID controller approach for stochastic optimization of deep networks",
)
def pid(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta: float = 0.9, integral: float = 5.0, derivative: float = 10.0,
) -> tuple[Number, Slots]:
    """A controller: the gradient, its sum and its change, which brakes before the minimum is overshot."""
    v, d, previous = state
    v = beta * v + g
    d = beta * d + (1 - beta) * (g - previous) if t > 1 else d
    return x - lr * (g + integral * v + derivative * d), (v, d, g)


@OPTIMIZERS.card(
    "m ← β²·m₋₂ + (1−β²)·g;  x ← x − η·((1+β₀)·m − β₀·m₋₁)/√((1+β₀)² + β₀²)", state={"m₋₁": 0.0, "m₋₂": 0.0},
    requires=(positive("lr"), share("beta"), not_negative("beta0")), defaults_of="the authors' code", natural=1e-1,
    source="Xie et al. 2021, arXiv:2103.17182",
)
def pnm(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta: float = 0.9, beta0: float = 1.0,
) -> tuple[Number, Slots]:
    """Positive-negative momentum: two means by turns, whose difference makes more noise for the same step."""
    last, one_before = state
    m = beta**2 * one_before + (1 - beta**2) * g
    move = ((1 + beta0) * m - beta0 * last) / sqrt((1 + beta0) ** 2 + beta0**2)
    return x - lr * move, (m, last)


@OPTIMIZERS.card(
    "w ← α·w + (1−α)·(x − (η·κ/c)·g);  x ← ζ·(x − η·g) + (1−ζ)·w,  α = 1 − c²·ξ/κ,  ζ = c/(c + 1 − α)",
    state={"w": "x"}, requires=(positive("lr"), positive("kappa"), positive("xi"), positive("small")),
    defaults_of="the authors' code", natural=1e-3,
    source="Kidambi, Netrapalli, Jain & Kakade 2018, arXiv:1803.05591",
)
def accsgd(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, kappa: float = 1000.0, xi: float = 10.0, small: float = 0.7,
) -> tuple[Number, Slots]:
    """Accelerated SGD: a short step drawn towards the mean of long steps."""
    (w,) = state
    new = small**2 * xi / kappa
    zeta = small / (small + new)
    w = (1 - new) * w + new * (x - lr * kappa / small * g)
    return zeta * (x - lr * g) + (1 - zeta) * w, (w,)


@OPTIMIZERS.card(
    "m̂, v̂ as in Adam;  x ← x − η·((1−ν₁)·g + ν₁·m̂)/(√((1−ν₂)·g² + ν₂·v̂) + ε)", state=MOMENTS,
    requires=(positive("lr"), *BETAS, not_negative("nu1"), not_negative("nu2"), not_negative("eps")),
    defaults_of="the authors' code", source="Ma & Yarats 2019, arXiv:1810.06801",
)
def qhadam(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.995, beta2: float = 0.999, nu1: float = 0.7, nu2: float = 1.0,
    eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Adam with quasi-hyperbolic moments: ν₁ = ν₂ = 1 is Adam."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    above = (1 - nu1) * g + nu1 * m / (1 - beta1**t)
    below = (1 - nu2) * g**2 + nu2 * v / (1 - beta2**t)
    return x - lr * above / (sqrt(below) + eps), (m, v)


def bounded(rate: Number, t: int, final_lr: Number, gamma: Number) -> Number:
    """RATE between two bounds that close in on FINAL_LR."""
    low = final_lr * (1 - 1 / (gamma * t + 1))
    high = final_lr * (1 + 1 / (gamma * t))
    return min(max(rate, low), high)


@OPTIMIZERS.card(
    "m, v as in Adam;  r = η·√(1−β₂ᵗ)/(1−β₁ᵗ)/(√v + ε) kept within f·(1 − 1/(γt+1)) and f·(1 + 1/(γt));  x ← x − r·m",
    state=MOMENTS, natural=1e-3, defaults_of="the authors' code",
    requires=(positive("lr"), *BETAS, positive("final_lr"), positive("gamma"), not_negative("eps")),
    source="Luo, Xiong, Liu & Sun 2019, arXiv:1902.09843; as their code, which leaves out the paper's 1/√t",
)
def adabound(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, final_lr: float = 0.1, gamma: float = 1e-3,
    eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Adam that turns into momentum: bounds on each coordinate's rate close in on one final rate."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    rate = lr * sqrt(1 - beta2**t) / (1 - beta1**t) / (sqrt(v) + eps)
    return x - bounded(rate, t, final_lr, gamma) * m, (m, v)


@OPTIMIZERS.card(
    "w ← max(w, v), then AdaBound's step with w in place of v", state={**MOMENTS, "w": 0.0}, natural=1e-3,
    requires=(positive("lr"), *BETAS, positive("final_lr"), positive("gamma"), not_negative("eps")),
    defaults_of="the authors' code", source="Luo, Xiong, Liu & Sun 2019, arXiv:1902.09843",
)
def amsbound(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, final_lr: float = 0.1, gamma: float = 1e-3,
    eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """AdaBound whose rates cannot grow when gradients vanish."""
    m, v, w = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = max(w, v)
    rate = lr * sqrt(1 - beta2**t) / (1 - beta1**t) / (sqrt(w) + eps)
    return x - bounded(rate, t, final_lr, gamma) * m, (m, v, w)


@OPTIMIZERS.card(
    "m, v as in Adam;  r = η·√(1−β₂ᵗ)/(1−β₁ᵗ)/(√v + ε);  s ← β₃·s + (1−β₃)·r;  x ← x − min(r, s)·m",
    state={**MOMENTS, "s": 0.0}, requires=(positive("lr"), *BETAS, share("beta3"), not_negative("eps")),
    defaults_of="the authors' code", source="Ding, Ren, Luo & Sun 2019, arXiv:1910.12249",
)
def adamod(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, beta3: float = 0.999, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Adam whose rates are at most their own running means: a warm-up without a schedule."""
    m, v, s = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    rate = lr * sqrt(1 - beta2**t) / (1 - beta1**t) / (sqrt(v) + eps)
    s = beta3 * s + (1 - beta3) * rate
    return x - min(rate, s) * m, (m, v, s)


@OPTIMIZERS.card(
    "x ← x − η·ξ·m̂/(√v̂ + ε),  ξ = 1/(1 + exp(−|g₋₁ − g|)),  m̂, v̂ as in Adam", state={**MOMENTS, "g₋₁": 0.0},
    requires=(positive("lr"), *BETAS, not_negative("eps")), defaults_of=PAPER,
    source="Dubey et al. 2019, arXiv:1909.11015",
)
def diffgrad(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Adam at half speed where the gradient hardly changes."""
    m, v, previous = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    friction = 1 / (1 + exp(-abs(previous - g)))
    return x - lr * friction * m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + eps), (m, v, g)


@OPTIMIZERS.card(
    "m, v as in Adam;  w ← max(w, v);  x ← x − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√w + ε)²ᵖ", state={**MOMENTS, "w": 0.0},
    requires=(positive("lr"), *BETAS, positive("power"), not_negative("eps")), natural=1e-1,
    defaults_of=PAPER, source="Chen et al. 2018, arXiv:1806.06763; bias corrected as in their code",
)
def padam(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 0.1, beta1: float = 0.9, beta2: float = 0.999, power: float = 0.125, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Partially adaptive: from momentum (p = 0) to AMSGrad (p = ½)."""
    m, v, w = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = max(w, v)
    return x - lr * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(w) + eps) ** (2 * power), (m, v, w)


@OPTIMIZERS.card(
    "v ← β₂·v + (1−β₂)·g²;  m ← β₁·m + (1−β₁)·g/(√v̂ + ε);  x ← x − η·m̂", state=MOMENTS, natural=1e-3,
    requires=(positive("lr"), *BETAS, not_negative("eps")), defaults_of=PAPER,
    source="Ziyin, Wang & Ueda 2020, arXiv:2002.04839",
)
def laprop(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 4e-4, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-15,
) -> tuple[Number, Slots]:
    """Adam the other way round: momentum of scaled gradients, so that no two of its settings can harm each other."""
    m, v = state
    v = beta2 * v + (1 - beta2) * g**2
    m = beta1 * m + (1 - beta1) * g / (sqrt(v / (1 - beta2**t)) + eps)
    return x - lr * m / (1 - beta1**t), (m, v)


@OPTIMIZERS.card(
    "m ← β₁²·m₋₂ + (1−β₁²)·g;  v as in Adam;  w ← max(w, v);  "
    "x ← x − η·((1+β₀)·m − β₀·m₋₁)/√((1+β₀)² + β₀²)/(1−β₁ᵗ)/(√ŵ + ε)",
    state={"m₋₁": 0.0, "m₋₂": 0.0, "v": 0.0, "w": 0.0},
    requires=(positive("lr"), *BETAS, not_negative("beta0"), not_negative("eps")), defaults_of="the authors' code",
    source="Xie et al. 2021, arXiv:2103.17182",
)
def adapnm(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, beta0: float = 1.0, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Positive-negative momentum over AMSGrad's mean squares."""
    last, one_before, v, w = state
    m = beta1**2 * one_before + (1 - beta1**2) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = max(w, v)
    move = ((1 + beta0) * m - beta0 * last) / sqrt((1 + beta0) ** 2 + beta0**2) / (1 - beta1**t)
    return x - lr * move / (sqrt(w / (1 - beta2**t)) + eps), (m, last, v, w)


@OPTIMIZERS.card(
    "m, v means with one β;  x ← x − η·m̂·m̂²/(m̂² + ρ·s),  s = (v̂ − m̂²)/(1−ρ),  ρ = (1−β)(1+βᵗ)/((1+β)(1−βᵗ))",
    state=MOMENTS, requires=(positive("lr"), share("beta")), natural=1e-1, defaults_of=PAPER,
    source="Balles & Hennig 2018, arXiv:1705.07774", agreement=1e-10,
)
def msvag(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 0.1, beta: float = 0.9,
) -> tuple[Number, Slots]:
    """Momentum, short where the gradient's variance is large: what is left of Adam without its sign."""
    m, v = state
    m = beta * m + (1 - beta) * g
    v = beta * v + (1 - beta) * g**2
    mean = m / (1 - beta**t)
    rho = (1 - beta) * (1 + beta**t) / ((1 + beta) * (1 - beta**t))
    variance = (v / (1 - beta**t) - mean**2) / (1 - rho) if t > 1 else 0
    whole = mean**2 + rho * variance
    return x - lr * mean * (mean**2 / whole if whole > 0 else 0), (m, v)


@OPTIMIZERS.card(
    "x ← x − η·sign(g)·|m̂|/(√v̂ + ε),  m̂, v̂ as in Adam", state=MOMENTS,
    requires=(positive("lr"), *BETAS, not_negative("eps")), defaults_of="the authors' code",
    source="Cao, Li, Liang, Sha & Shi 2024, arXiv:2412.17107",
)
def grams(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-6,
) -> tuple[Number, Slots]:
    """As far as Adam goes, but never against the gradient."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    length = abs(m) / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + eps)
    return x - lr * ((g > 0) - (g < 0)) * length, (m, v)


@OPTIMIZERS.card(
    "x ← x − η·a·atan2(m̂, b·√v̂),  m̂, v̂ as in Adam", state=MOMENTS,
    requires=(positive("lr"), *BETAS, positive("a"), positive("b")), paper={"a": 1.0},
    defaults_of="lucidrains/adam-atan2-pytorch, with Adam's η and β₂",
    source="Everett et al. 2024, arXiv:2407.05872",
)
def adam_atan2(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, a: float = 1.27, b: float = 1.0,
) -> tuple[Number, Slots]:
    """Adam without ε: an angle in place of the quotient."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    unbiased_m, unbiased_v = m / (1 - beta1**t), v / (1 - beta2**t)
    angle = atan(unbiased_m / (b * sqrt(unbiased_v))) if unbiased_v > 0 else 0
    return x - lr * a * angle, (m, v)
