"""Optimizers that every library has: one textbook step each with its card, in order of increasing complexity.

Rules and defaults are torch's.
"""

from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import OPTIMIZERS, At, Moved, Slots, State, not_negative, positive, share

# A card reads as one entry of a table.
# fmt: off

BETAS = (share("beta1"), share("beta2"))


@OPTIMIZERS.card(
    "x ← x − η·g", state={}, aliases=("sgd",), requires=(positive("lr"),),
    source="Cauchy 1847, C. R. Acad. Sci. Paris 25",
)
def gd(x: Number, g: Number, state: Slots, t: int, *, lr: float = 1e-3) -> tuple[Number, Slots]:
    """Gradient descent: downhill, as far as it is steep."""
    return x - lr * g, state


@OPTIMIZERS.card(
    "v ← β·v + g;  x ← x − η·v", state={"v": 0.0}, aliases=("heavy_ball",), requires=(positive("lr"), share("beta")),
    defaults_of="torch 2.13, with its momentum of 0 set to 0.9",
    source="Polyak 1964, USSR Comput. Math. Math. Phys. 4(5)",
)
def momentum(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta: float = 0.9,
) -> tuple[Number, Slots]:
    """Heavy ball: gradient descent that keeps its velocity."""
    (v,) = state
    v = beta * v + g
    return x - lr * v, (v,)


@OPTIMIZERS.card(
    "v ← β·v + g;  x ← x − η·(g + β·v)", state={"v": 0.0}, aliases=("nag",), requires=(positive("lr"), share("beta")),
    defaults_of="torch 2.13, with its momentum of 0 set to 0.9",
    source="Nesterov 1983, Soviet Math. Dokl. 27(2); in the form of Sutskever et al. 2013, ICML",
)
def nesterov(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta: float = 0.9,
) -> tuple[Number, Slots]:
    """Momentum with the gradient that lies ahead."""
    (v,) = state
    v = beta * v + g
    return x - lr * (g + beta * v), (v,)


@OPTIMIZERS.card(
    "v ← β·v + (1−d)·g, but g in the first step;  x ← x − η·v", state={"v": 0.0},
    requires=(positive("lr"), share("beta"), share("dampening")),
    defaults_of="torch 2.13, with its momentum and dampening of 0 set to 0.9",
    source="torch 2.13, torch.optim.SGD, the argument dampening",
)
def momentum_dampened(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta: float = 0.9, dampening: float = 0.9,
) -> tuple[Number, Slots]:
    """Momentum that gradients join with less weight; with d = β their running mean."""
    (v,) = state
    v = g if t == 1 else beta * v + (1 - dampening) * g
    return x - lr * v, (v,)


@OPTIMIZERS.card(
    "v ← β·v − η·g;  x ← x + v", state={"v": 0.0}, requires=(positive("lr"), share("beta")),
    defaults_of="keras 3.15, with its momentum of 0 set to 0.9",
    source="Rumelhart, Hinton & Williams 1986, Nature 323",
)
def momentum_of_moves(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, beta: float = 0.9,
) -> tuple[Number, Slots]:
    """Momentum that keeps moves, not gradients: another rate changes only the moves to come."""
    (v,) = state
    v = beta * v - lr * g
    return x + v, (v,)


@OPTIMIZERS.card(
    "v ← β·v − η·g;  x ← x + β·v − η·g", state={"v": 0.0}, requires=(positive("lr"), share("beta")),
    defaults_of="keras 3.15, with its momentum of 0 set to 0.9",
    source="Sutskever et al. 2013, ICML; at the point ahead, as in Bengio et al. 2013, arXiv:1212.0901",
)
def nesterov_of_moves(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, beta: float = 0.9,
) -> tuple[Number, Slots]:
    """Nesterov's momentum that keeps moves, not gradients."""
    (v,) = state
    v = beta * v - lr * g
    return x + beta * v - lr * g, (v,)


@OPTIMIZERS.card(
    "x ← (1 − λ·ηₜ)·x − ηₜ·g;  a ← a + (x − a)/max(1, t−1−t₀);  ηₜ₊₁ = η/(1 + λ·η·t)^α, η₁ = η",
    whole=True, state={"a": "x", "ηₜ": "lr"}, answer="a", source="Polyak & Juditsky 1992, SIAM J. Control Optim. 30(4)",
    requires=(positive("lr"), not_negative("lambd"), not_negative("alpha"), not_negative("t0")),
)
def asgd(
    at: At, state: State, t: int,
    *, lr: float = 1e-2, lambd: float = 1e-4, alpha: float = 0.75, t0: float = 1e6,
) -> Moved:
    """Averaged SGD: judged at the mean of all its points after t₀; until then at the last one."""
    rate = state["ηₜ"][0]
    x = [(1 - lambd * rate) * x - rate * g for x, g in zip(at.x, at.g, strict=True)]
    mean = [a + (x - a) / max(1, t - 1 - t0) for a, x in zip(state["a"], x, strict=True)]
    following = lr / (1 + lambd * lr * t) ** alpha
    return Moved(x, {"a": mean, "ηₜ": [following] * len(x)})


@OPTIMIZERS.card(
    "G ← G + g²;  x ← x − ηₜ·g/(√G + ε),  ηₜ = η/(1 + (t−1)·lr_decay)", state={"G": "initial"},
    requires=(positive("lr"), not_negative("eps"), not_negative("lr_decay"), not_negative("initial")),
    source="Duchi, Hazan & Singer 2011, JMLR 12",
)
def adagrad(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, eps: float = 1e-10, lr_decay: float = 0.0, initial: float = 0.0,
) -> tuple[Number, Slots]:
    """Each coordinate's steps shrink with all the gradients it has seen."""
    (total,) = state
    total = total + g**2
    return x - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(total) + eps), (total,)


@OPTIMIZERS.card(
    "v ← α·v + (1−α)·g²;  x ← x − η·g/(√v + ε)", state={"v": 0.0},
    requires=(positive("lr"), share("alpha"), not_negative("eps")), paper={"alpha": 0.9},
    source="Tieleman & Hinton 2012, Coursera lecture 6.5",
)
def rmsprop(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Adagrad that forgets: steps scaled by recent gradients."""
    (v,) = state
    v = alpha * v + (1 - alpha) * g**2
    return x - lr * g / (sqrt(v) + eps), (v,)


@OPTIMIZERS.card(
    "v ← ρ·v + (1−ρ)·g²;  Δ = g·√(u+ε)/√(v+ε);  u ← ρ·u + (1−ρ)·Δ²;  x ← x − η·Δ", state={"v": 0.0, "u": 0.0},
    requires=(positive("lr"), share("rho"), positive("eps")), natural=1.0, paper={"rho": 0.95},
    source="Zeiler 2012, arXiv:1212.5701",
)
def adadelta(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6,
) -> tuple[Number, Slots]:
    """Steps in the unit of x: recent moves over recent gradients."""
    v, u = state
    v = rho * v + (1 - rho) * g**2
    move = sqrt(u + eps) / sqrt(v + eps) * g
    u = rho * u + (1 - rho) * move**2
    return x - lr * move, (v, u)


@OPTIMIZERS.card(
    "m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  x ← x − η·m̂/(√v̂ + ε),  m̂ = m/(1−β₁ᵗ),  v̂ = v/(1−β₂ᵗ)",
    state={"m": 0.0, "v": 0.0}, requires=(positive("lr"), *BETAS, not_negative("eps")),
    source="Kingma & Ba 2015, arXiv:1412.6980",
)
def adam(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Momentum over recent gradients' size, both freed of their bias towards 0."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    unbiased_m = m / (1 - beta1**t)
    unbiased_v = v / (1 - beta2**t)
    return x - lr * unbiased_m / (sqrt(unbiased_v) + eps), (m, v)


@OPTIMIZERS.card(
    "x ← (1 − η·λ)·x, then Adam's step", state={"m": 0.0, "v": 0.0},
    requires=(positive("lr"), *BETAS, not_negative("eps"), not_negative("weight_decay")),
    source="Loshchilov & Hutter 2019, arXiv:1711.05101",
)
def adamw(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_decay: float = 1e-2,
) -> tuple[Number, Slots]:
    """Adam after a decay of the weights that its moments do not see."""
    return adam((1 - lr * weight_decay) * x, g, state, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@OPTIMIZERS.card(
    "m, v as in Adam;  x ← x − η·((1−μₜ)/(1−Πμ)·g + μₜ₊₁/(1−Πμ·μₜ₊₁)·m)/(√v̂ + ε),  μₜ = β₁·(1 − ½·0.96^(t·ψ))",
    state={"m": 0.0, "v": 0.0, "Πμ": 1.0},
    requires=(positive("lr"), *BETAS, not_negative("eps"), not_negative("momentum_decay")),
    source="Dozat 2016, ICLR workshop",
)
def nadam(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 2e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, momentum_decay: float = 4e-3,
) -> tuple[Number, Slots]:
    """Adam with Nesterov's momentum, warmed up by a schedule."""
    m, v, product = state

    def mu(step: int) -> Number:
        return beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay))

    product = product * mu(t)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    ahead = (1 - mu(t)) / (1 - product) * g + mu(t + 1) / (1 - product * mu(t + 1)) * m
    return x - lr * ahead / (sqrt(v / (1 - beta2**t)) + eps), (m, v, product)


@OPTIMIZERS.card(
    "m, v as in Adam;  w ← max(w, v);  x ← x − η·m̂/(√ŵ + ε),  ŵ = w/(1−β₂ᵗ)", state={"m": 0.0, "v": 0.0, "w": 0.0},
    requires=(positive("lr"), *BETAS, not_negative("eps")), natural=1e-2,
    source="Reddi, Kale & Kumar 2018, ICLR, with the corrections of bias that torch makes",
)
def amsgrad(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Adam whose steps cannot grow when gradients vanish: the largest mean square counts."""
    m, v, w = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    w = max(w, v)
    return x - lr * m / (1 - beta1**t) / (sqrt(w / (1 - beta2**t)) + eps), (m, v, w)
