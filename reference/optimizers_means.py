"""Descendants of Adam by other means of gradients, squares or differences: one textbook step each with its card."""

from dlc.reference.numbers import Number, sign, sqrt
from dlc.reference.optimizer_family import OPTAX, OPTIMIZERS, Slots, not_negative, positive, share, switch
from dlc.reference.optimizers_adaptive import MOMENTS

# A card reads as one entry of a table.
# fmt: off

Stepped = tuple[Number, Slots]


def unbiased(mean: Number, g: Number, beta: Number, t: int, nesterov: Number) -> Number:
    """The mean freed of its bias towards 0; with Nesterov's momentum that of the next step, as far as it is known."""
    if nesterov:
        return beta * mean / (1 - beta**(t + 1)) + (1 - beta) * g / (1 - beta**t)
    return mean / (1 - beta**t)


@OPTIMIZERS.card(
    "m, v as in Adam;  x ← x − η·(β₁·m/(1−β₁ᵗ⁺¹) + (1−β₁)·g/(1−β₁ᵗ))/(√(v̂ + ε₀) + ε)", state={"m": 0.0, "v": 0.0},
    requires=(*MOMENTS, not_negative("eps_root"), switch("nesterov")), defaults_of=OPTAX,
    source="Dozat 2016, ICLR workshop, without the schedule of momenta, as in optax",
)
def adam_nesterov(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    nesterov: float = 1.0,
) -> Stepped:
    """Adam with Nesterov's momentum and no schedule; without it, Adam with an ε under the root."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    move = unbiased(m, g, beta1, t, nesterov) / (sqrt(v / (1 - beta2**t) + eps_root) + eps)
    return x - lr * move, (m, v)


@OPTIMIZERS.card(
    "m, v as in Adam;  w ← max(w, v̂);  x ← x − η·m̂/(√(w + ε₀) + ε)", state={"m": 0.0, "v": 0.0, "w": 0.0},
    requires=(*MOMENTS, not_negative("eps_root"), switch("mean_corrected"), switch("square_corrected")),
    defaults_of=OPTAX, paper={"mean_corrected": 0.0, "square_corrected": 0.0},
    source="Reddi, Kale & Kumar 2018, ICLR, with the corrections of bias that optax makes",
)
def amsgrad_corrected(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    mean_corrected: float = 1.0, square_corrected: float = 1.0,
) -> Stepped:
    """AMSGrad whose largest is that of the corrected mean squares."""
    m, v, w = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = max(w, v / (1 - beta2**t) if square_corrected else v)
    mean = m / (1 - beta1**t) if mean_corrected else m
    return x - lr * mean / (sqrt(w + eps_root) + eps), (m, v, w)


@OPTIMIZERS.card(
    "m as in Adam;  s ← β₂·s + (1−β₂)·(g−m)² + ε₀;  x ← x − η·m̂/(√ŝ + ε)", state={"m": 0.0, "s": 0.0},
    requires=(*MOMENTS, not_negative("eps_root"), switch("nesterov")), defaults_of=OPTAX,
    paper={"eps": 1e-8, "eps_root": 1e-8}, source="Zhuang et al. 2020, arXiv:2010.07468",
)
def adabelief(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-16, eps_root: float = 1e-16,
    nesterov: float = 0.0,
) -> Stepped:
    """Adam that takes long steps where gradients are as they were expected."""
    m, s = state
    m = beta1 * m + (1 - beta1) * g
    s = beta2 * s + (1 - beta2) * (g - m)**2 + eps_root
    return x - lr * unbiased(m, g, beta1, t, nesterov) / (sqrt(s / (1 - beta2**t)) + eps), (m, s)


@OPTIMIZERS.card(
    "v ← v − (1−β₂)·sgn(v − g²)·g²;  m and x as in Adam", state={"m": "initial", "v": "initial"},
    requires=(*MOMENTS, not_negative("initial")), defaults_of=OPTAX,
    source="Zaheer et al. 2018, NeurIPS 31, with Adam's corrections of bias",
)
def yogi(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-3, initial: float = 1e-6,
) -> Stepped:
    """Adam whose mean square moves by the new square, and not by how far that is away."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = v - (1 - beta2) * sign(v - g**2) * g**2
    return x - lr * m / (1 - beta1**t) / (sqrt(v / (1 - beta2**t)) + eps), (m, v)


@OPTIMIZERS.card(
    "d = g − g₋;  m, v, n: means of g, d and (g + (1−β₂)·d)²;  x ← x − η·(m̂ + (1−β₂)·v̂)/(√(n̂ + ε₀) + ε)",
    state={"m": 0.0, "v": 0.0, "n": 0.0, "g₋": 0.0},
    requires=(*MOMENTS, share("beta3"), not_negative("eps_root")), defaults_of=OPTAX,
    source="Xie et al. 2022, arXiv:2208.06677, whose β are 1 − β here",
)
def adan(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.98, beta2: float = 0.92, beta3: float = 0.99, eps: float = 1e-8,
    eps_root: float = 1e-8,
) -> Stepped:
    """Adam with Nesterov's momentum from differences of gradients."""
    m, v, n, before = state
    d = g - before if t > 1 else g - g
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * d
    n = beta3 * n + (1 - beta3) * (g + (1 - beta2) * d)**2
    move = m / (1 - beta1**t) + (1 - beta2) * v / (1 - beta2**t)
    return x - lr * move / (sqrt(n / (1 - beta3**t) + eps_root) + eps), (m, v, n, g)


@OPTIMIZERS.card(
    "m, v as in Adam;  s ← β₃·s + (1−β₃)·g;  x ← x − η·(m̂ + α·s)/(√(v̂ + ε₀) + ε)",
    state={"m": 0.0, "s": 0.0, "v": 0.0},
    requires=(*MOMENTS, share("beta3"), not_negative("alpha"), not_negative("eps_root")), defaults_of=OPTAX,
    source="Pagliardini, Ablin & Grangier 2024, arXiv:2409.03137",
)
def ademamix(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, beta3: float = 0.9999, alpha: float = 5.0,
    eps: float = 1e-8, eps_root: float = 0.0,
) -> Stepped:
    """Adam with a second, very slow mean of gradients, which keeps its bias."""
    m, s, v = state
    m = beta1 * m + (1 - beta1) * g
    s = beta3 * s + (1 - beta3) * g
    v = beta2 * v + (1 - beta2) * g**2
    move = (m / (1 - beta1**t) + alpha * s) / (sqrt(v / (1 - beta2**t) + eps_root) + eps)
    return x - lr * move, (m, s, v)


@OPTIMIZERS.card(
    "m ← β₁·m + g;  v as in Adam;  x ← x − η·(m + α·g)/(√(v̂ + ε₀) + ε)", state={"m": 0.0, "v": 0.0},
    requires=(*MOMENTS, not_negative("alpha"), not_negative("eps_root")), defaults_of=OPTAX, natural=1e-4,
    source="Morwani et al. 2025, arXiv:2502.02431",
)
def simplified_ademamix(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-4, beta1: float = 0.99, beta2: float = 0.95, alpha: float = 0.0, eps: float = 1e-8,
    eps_root: float = 0.0,
) -> Stepped:
    """AdEMAMix with one sum of gradients: the last one counts extra."""
    m, v = state
    m = beta1 * m + g
    v = beta2 * v + (1 - beta2) * g**2
    return x - lr * (m + alpha * g) / (sqrt(v / (1 - beta2**t) + eps_root) + eps), (m, v)


@OPTIMIZERS.card(
    "t > 1: u = clip(g/max(√v, ε), ±(t−1)^¼);  m ← β₁·m + (1−β₁)·u;  x ← x − η·m;  then v ← β₂·v + (1−β₂)·g²",
    state={"m": 0.0, "v": 0.0}, requires=(*MOMENTS, switch("nesterov"), switch("clipping")), defaults_of=OPTAX,
    source="Taniguchi et al. 2024, arXiv:2411.02853",
)
def adopt(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.9999, eps: float = 1e-6, nesterov: float = 0.0,
    clipping: float = 1.0,
) -> Stepped:
    """Adam that scales a gradient by those before it, and takes the mean of what it has scaled."""
    m, v = state
    if t == 1:
        return x, (m, g**2)
    u = g / max(sqrt(v), eps)
    if clipping:
        bound = sqrt(sqrt(t - 1 + 0 * x))
        u = max(-bound, min(u, bound))
    m = beta1 * m + (1 - beta1) * u
    move = beta1 * m + (1 - beta1) * u if nesterov else m
    return x - lr * move, (m, beta2 * v + (1 - beta2) * g**2)


@OPTIMIZERS.card(
    "x ← x − η·g/(√ŝ + ε), the first time with ŝ = 1;  then s ← β₂·s + (1−β₂)·(g−m)² + ε₀;  m ← β₁·m + (1−β₁)·g",
    state={"m": 0.0, "s": 0.0}, requires=(*MOMENTS, not_negative("eps_root")), defaults_of=OPTAX, natural=1e-3,
    source="Zhuang et al. 2021, arXiv:2110.05454",
)
def acprop(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-16, eps_root: float = 1e-16,
) -> Stepped:
    """A gradient over how far those before it lay from their mean."""
    m, s = state
    spread = s / (1 - beta2**(t - 1)) if t > 1 else 1 + 0 * x
    s = beta2 * s + (1 - beta2) * (g - m)**2 + eps_root
    return x - lr * g / (sqrt(spread) + eps), (beta1 * m + (1 - beta1) * g, s)


@OPTIMIZERS.card(
    "ρ = ρ∞ − 2t·β₂ᵗ/(1−β₂ᵗ),  ρ∞ = 2/(1−β₂) − 1;  ρ ≥ threshold: x ← x − η·r·m̂/(√(v̂ + ε₀) + ε), "
    "r² = (ρ−4)(ρ−2)ρ∞/((ρ∞−4)(ρ∞−2)ρ);  else x ← x − η·m̂",
    state={"m": 0.0, "v": 0.0}, defaults_of=OPTAX,
    requires=(*MOMENTS, not_negative("eps_root"), ("threshold >= 4", lambda threshold: threshold >= 4),
              switch("nesterov")),
    source="Liu et al. 2020, arXiv:1908.03265, with the ε of optax",
)
def radam_threshold(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    threshold: float = 5.0, nesterov: float = 0.0,
) -> Stepped:
    """Adam that scales its steps only once enough squares were seen, and as much as they are sure."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    move = unbiased(m, g, beta1, t, nesterov)
    most = 2 / (1 - beta2) - 1
    rho = most - 2 * t * beta2**t / (1 - beta2**t)
    if rho >= threshold:
        sure = sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
        move = sure * move / (sqrt(v / (1 - beta2**t) + eps_root) + eps)
    return x - lr * move, (m, v)


@OPTIMIZERS.card(
    "x ← x − η·((α+β)·g − β·g₋)", state={"g₋": 0.0}, defaults_of=OPTAX, natural=1e-3,
    requires=(positive("lr"), not_negative("alpha"), not_negative("beta")),
    source="Popov 1980, Math. Notes 28(5); Mokhtari, Ozdaglar & Pattathil 2020, arXiv:1901.08511",
)
def optimistic_gradient_descent(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, alpha: float = 1.0, beta: float = 1.0,
) -> Stepped:
    """Gradient descent that expects the gradient to change as it did last."""
    before = state[0] if t > 1 else g
    return x - lr * ((alpha + beta) * g - beta * before), (g,)


@OPTIMIZERS.card(
    "d = Adam's direction;  x ← x − η·((α+β)·d − β·d₋)", state={"m": 0.0, "v": 0.0, "d₋": 0.0}, defaults_of=OPTAX,
    requires=(*MOMENTS, not_negative("eps_root"), not_negative("alpha"), not_negative("beta"), switch("nesterov")),
    paper={"nesterov": 0.0}, source="Daskalakis et al. 2018, arXiv:1711.00141",
)
def optimistic_adam(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, alpha: float = 1.0, beta: float = 1.0, beta1: float = 0.9, beta2: float = 0.999,
    eps: float = 1e-8, eps_root: float = 0.0, nesterov: float = 1.0,
) -> Stepped:
    """Adam that expects its direction to change as it did last: for games."""
    m, v, before = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    d = unbiased(m, g, beta1, t, nesterov) / (sqrt(v / (1 - beta2**t) + eps_root) + eps)
    if t == 1:
        before = d
    return x - lr * ((alpha + beta) * d - beta * before), (m, v, d)


@OPTIMIZERS.card(
    "v ← α·v + (1−α)·g²;  m, where centered: α·m + (1−α)·g, else 0;  u = η·g/(√(v − m² + ε₀) + ε);  b ← β·b + u;  "
    "x ← x − b, with Nesterov x − u − β·b;  corrected: v/(1−αᵗ) and m/(1−αᵗ) in place of v and m",
    state={"v": "initial", "m": 0.0, "b": 0.0}, defaults_of="optax 0.2.8 where eps_in_sqrt is False",
    requires=(positive("lr"), share("alpha"), not_negative("eps"), not_negative("eps_root"), not_negative("initial"),
              share("beta"), switch("nesterov"), switch("centered"), switch("corrected")),
    source="optax 0.2.8, optax.rmsprop",
)
def rmsprop_general(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, alpha: float = 0.9, eps: float = 1e-8, eps_root: float = 0.0, initial: float = 0.0,
    beta: float = 0.0, nesterov: float = 0.0, centered: float = 0.0, corrected: float = 0.0,
) -> Stepped:
    """RMSprop with every choice that any of its forms makes, momentum over its moves."""
    v, m, b = state
    v = alpha * v + (1 - alpha) * g**2
    m = alpha * m + (1 - alpha) * g if centered else m
    seen = 1 - alpha**t if corrected else 1
    u = lr * g / (sqrt(v / seen - (m / seen)**2 + eps_root) + eps)
    b = beta * b + u
    return x - (u + beta * b if nesterov else b), (v, m, b)
