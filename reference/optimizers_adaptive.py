"""Descendants of Adagrad, RMSprop and Adam: one textbook step each with its card."""

from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import OPTIMIZERS, Slots, not_negative, positive, share
from dlc.reference.optimizers_classic import BETAS

# A card reads as one entry of a table.
# fmt: off

RUNNING = (positive("lr"), share("alpha"), not_negative("eps"))
MOMENTS = (positive("lr"), *BETAS, not_negative("eps"))


@OPTIMIZERS.card(
    "G ← G + g²;  x ← x − η·g/√(G + ε)", state={"G": "initial"}, defaults_of="keras 3.15",
    requires=(positive("lr"), not_negative("eps"), not_negative("initial")),
    source="keras 3.15, keras.optimizers.Adagrad",
)
def adagrad_eps_inside(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, eps: float = 1e-7, initial: float = 0.1,
) -> tuple[Number, Slots]:
    """Adagrad with ε under the root."""
    (total,) = state
    total = total + g**2
    return x - lr * g / sqrt(total + eps), (total,)


@OPTIMIZERS.card(
    "v ← α·v + (1−α)·g²;  b ← β·b + g/(√v + ε);  x ← x − η·b", state={"v": 0.0, "b": 0.0},
    requires=(*RUNNING, share("beta")), defaults_of="torch 2.13, with its momentum of 0 set to 0.9",
    source="torch 2.13, torch.optim.RMSprop, the argument momentum",
)
def rmsprop_momentum(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8, beta: float = 0.9,
) -> tuple[Number, Slots]:
    """RMSprop with momentum over its scaled gradients."""
    v, b = state
    v = alpha * v + (1 - alpha) * g**2
    b = beta * b + g / (sqrt(v) + eps)
    return x - lr * b, (v, b)


@OPTIMIZERS.card(
    "m ← α·m + (1−α)·g;  v ← α·v + (1−α)·g²;  b ← β·b + g/(√(v−m²) + ε);  x ← x − η·b",
    state={"m": 0.0, "v": 0.0, "b": 0.0}, requires=(*RUNNING, share("beta")),
    source="Graves 2013, arXiv:1308.0850, with torch's place of ε and of the rate",
)
def rmsprop_centered(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8, beta: float = 0.0,
) -> tuple[Number, Slots]:
    """RMSprop by the gradients' standard deviation, not by their size; β = 0 is without momentum."""
    m, v, b = state
    m = alpha * m + (1 - alpha) * g
    v = alpha * v + (1 - alpha) * g**2
    b = beta * b + g / (sqrt(v - m**2) + eps)
    return x - lr * b, (m, v, b)


@OPTIMIZERS.card(
    "m, v as in Adam;  x ← x − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√v + ε)", state={"m": 0.0, "v": 0.0}, requires=MOMENTS,
    defaults_of="keras 3.15", source="Kingma & Ba 2015, arXiv:1412.6980, the faster form at the end of section 2",
)
def adam_eps_hat(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7,
) -> tuple[Number, Slots]:
    """Adam with ε beside a root that still has its bias: in early steps it weighs up to 1/√(1−β₂) times as much."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return x - lr * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(v) + eps), (m, v)


@OPTIMIZERS.card(
    "m, v as in Adam;  w ← max(w, v);  x ← x − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√w + ε)", state={"m": 0.0, "v": 0.0, "w": 0.0},
    requires=MOMENTS, defaults_of="keras 3.15", source="keras 3.15, keras.optimizers.Adam, the argument amsgrad",
)
def amsgrad_eps_hat(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7,
) -> tuple[Number, Slots]:
    """AMSGrad with ε beside a root that still has its bias."""
    m, v, w = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = max(w, v)
    return x - lr * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(w) + eps), (m, v, w)


@OPTIMIZERS.card(
    "m as in Adam;  u ← max(β₂·u, |g| + ε);  x ← x − η·m̂/u", state={"m": 0.0, "u": 0.0}, requires=MOMENTS,
    paper={"eps": 0.0}, source="Kingma & Ba 2015, arXiv:1412.6980, section 7.1",
)
def adamax(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 2e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Adam by the largest recent gradient, not by the mean square."""
    m, u = state
    m = beta1 * m + (1 - beta1) * g
    u = max(beta2 * u, abs(g) + eps)
    return x - lr / (1 - beta1**t) * m / u, (m, u)


@OPTIMIZERS.card(
    "m as in Adam;  u ← max(β₂·u, |g|);  x ← x − η·m̂/(u + ε)", state={"m": 0.0, "u": 0.0}, requires=MOMENTS,
    defaults_of="keras 3.15", source="keras 3.15, keras.optimizers.Adamax",
)
def adamax_eps_outside(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-7,
) -> tuple[Number, Slots]:
    """Adamax with ε beside the largest gradient, which does not keep it."""
    m, u = state
    m = beta1 * m + (1 - beta1) * g
    u = max(beta2 * u, abs(g))
    return x - lr / (1 - beta1**t) * m / (u + eps), (m, u)


@OPTIMIZERS.card(
    "m, v as in Adam;  ρ = 2/(1−β₂) − 1;  ρₜ = ρ − 2t·β₂ᵗ/(1−β₂ᵗ);  where ρₜ ≤ 5: x ← x − η·m̂;  else x ← x − "
    "η·r·√(1−β₂ᵗ)·m̂/(√v + ε),  r² = (ρₜ−4)(ρₜ−2)ρ/((ρ−4)(ρ−2)ρₜ)", state={"m": 0.0, "v": 0.0}, requires=MOMENTS,
    paper={"eps": 0.0}, source="Liu et al. 2020, arXiv:1908.03265",
)
def radam(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Rectified Adam: its steps are held back while the mean square is a guess; before that, plain momentum."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    unbiased_m = m / (1 - beta1**t)
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * t * beta2**t / (1 - beta2**t)
    if length <= 5:
        return x - lr * unbiased_m, (m, v)
    share_of_step = sqrt(
        (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
    )
    return x - lr * share_of_step * unbiased_m * sqrt(1 - beta2**t) / (sqrt(v) + eps), (m, v)


@OPTIMIZERS.card(
    "n′ = n + g²;  z ← z + g + 2·s·x − (n′ᵖ − nᵖ)/η·x;  x ← (clip(z, −l1, l1) − z)/((n′ᵖ + β)/η + 2·l2)",
    state={"n": "initial", "z": 0.0}, defaults_of="keras 3.15",
    requires=(
        positive("lr"), not_negative("power"), not_negative("initial"), not_negative("l1"), not_negative("l2"),
        not_negative("shrinkage"), not_negative("beta"),
    ),
    source="McMahan et al. 2013, KDD, \"Ad click prediction\"",
)
def ftrl(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, power: float = 0.5, initial: float = 0.1, l1: float = 0.0, l2: float = 0.0,
    shrinkage: float = 0.0, beta: float = 0.0,
) -> tuple[Number, Slots]:
    """Follow the regularised leader: Adagrad whose weights are exactly 0 unless gradients add up to more than l1.

    Its x is where the sum z puts it, as if all had begun at 0: a start elsewhere fades with the first steps.
    """
    n, z = state
    following = n + g**2
    z = z + g + 2 * shrinkage * x - (following**power - n**power) / lr * x
    quadratic = following**power / lr + 2 * (l2 + beta / (2 * lr))
    return (max(-l1, min(l1, z)) - z) / quadratic, (following, z)
