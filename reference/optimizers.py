"""Optimizers: one textbook step each with its card, in order of increasing complexity.

Every rule works on each coordinate alone: rule(x, g, state, t, *, lr, ...) takes a coordinate x, its derivative g, its
slots and the step number t = 1, 2, ..., and returns the new x and the new slots. Rules and defaults are torch's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dlc.reference.family import Card, Family
from dlc.reference.numbers import Number, sqrt

State = tuple[Number, ...]


@dataclass(frozen=True, kw_only=True)
class OptimizerCard(Card):
    """What is declared of an optimizer."""

    state: dict[str, float]  # each slot of a coordinate, and the value it begins with
    defaults_of: str = "torch 2.13"
    agreement: float = 1e-12  # of the kernel after 100 steps, relative to the larger of 1 and x

    def start(self, x: Sequence[Number]) -> list[State]:
        """The slots of every coordinate before the first step."""
        return [tuple(type(value)(begin) for begin in self.state.values()) for value in x]

    def step(
        self, x: Sequence[Number], g: Sequence[Number], states: Sequence[State], t: int, **knobs: float
    ) -> tuple[list[Number], list[State]]:
        """The rule in every coordinate, computed in the arithmetic of x: the new point and the new slots."""
        exact = {name: type(x[0])(value) for name, value in (self.knobs | knobs).items()}
        moved = [self.function(*each, t, **exact) for each in zip(x, g, states, strict=True)]
        return [value for value, _ in moved], [state for _, state in moved]

    def facts(self) -> list[tuple[str, str]]:
        """The rule with what it keeps and what it takes, as (label, text)."""
        return [
            ("step", self.formula),
            ("keeps", ", ".join(self.state) or "nothing"),
            ("parameters", ", ".join(f"{name} = {value:g}" for name, value in self.knobs.items())),
            ("defaults of", self.defaults_of),
            ("requires", ", ".join(text for text, _ in self.requires)),
            ("source", self.source),
        ]


OPTIMIZERS: Family[OptimizerCard] = Family("optimizer", OptimizerCard)

RATE = ("lr > 0", lambda lr: lr > 0)
BETA = ("0 <= beta < 1", lambda beta: 0 <= beta < 1)
EPS = ("eps >= 0", lambda eps: eps >= 0)
# A card reads as one entry of a table.
# fmt: off

BETAS = (
    ("0 <= beta1 < 1", lambda beta1: 0 <= beta1 < 1),
    ("0 <= beta2 < 1", lambda beta2: 0 <= beta2 < 1),
)


@OPTIMIZERS.card(
    "x ← x − η·g", state={}, aliases=("sgd",), requires=(RATE,),
    source="Cauchy 1847, C. R. Acad. Sci. Paris 25",
)
def gd(x: Number, g: Number, state: State, t: int, *, lr: float = 1e-3) -> tuple[Number, State]:
    """Gradient descent: downhill, as far as it is steep."""
    return x - lr * g, state


@OPTIMIZERS.card(
    "v ← β·v + g;  x ← x − η·v", state={"v": 0.0}, aliases=("heavy_ball",), requires=(RATE, BETA),
    defaults_of="torch 2.13, with its momentum of 0 set to 0.9",
    source="Polyak 1964, USSR Comput. Math. Math. Phys. 4(5)",
)
def momentum(
    x: Number, g: Number, state: State, t: int,
    *, lr: float = 1e-3, beta: float = 0.9,
) -> tuple[Number, State]:
    """Heavy ball: gradient descent that keeps its velocity."""
    (v,) = state
    v = beta * v + g
    return x - lr * v, (v,)


@OPTIMIZERS.card(
    "v ← β·v + g;  x ← x − η·(g + β·v)", state={"v": 0.0}, aliases=("nag",), requires=(RATE, BETA),
    defaults_of="torch 2.13, with its momentum of 0 set to 0.9",
    source="Nesterov 1983, Soviet Math. Dokl. 27(2); in the form of Sutskever et al. 2013, ICML",
)
def nesterov(
    x: Number, g: Number, state: State, t: int,
    *, lr: float = 1e-3, beta: float = 0.9,
) -> tuple[Number, State]:
    """Momentum with the gradient that lies ahead."""
    (v,) = state
    v = beta * v + g
    return x - lr * (g + beta * v), (v,)


@OPTIMIZERS.card(
    "G ← G + g²;  x ← x − η·g/(√G + ε)", state={"G": 0.0}, requires=(RATE, EPS),
    source="Duchi, Hazan & Singer 2011, JMLR 12",
)
def adagrad(
    x: Number, g: Number, state: State, t: int,
    *, lr: float = 1e-2, eps: float = 1e-10,
) -> tuple[Number, State]:
    """Each coordinate's steps shrink with all the gradients it has seen."""
    (total,) = state
    total = total + g**2
    return x - lr * g / (sqrt(total) + eps), (total,)


@OPTIMIZERS.card(
    "v ← α·v + (1−α)·g²;  x ← x − η·g/(√v + ε)", state={"v": 0.0},
    requires=(RATE, ("0 <= alpha < 1", lambda alpha: 0 <= alpha < 1), EPS),
    source="Tieleman & Hinton 2012, Coursera lecture 6.5",
)
def rmsprop(
    x: Number, g: Number, state: State, t: int,
    *, lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8,
) -> tuple[Number, State]:
    """Adagrad that forgets: steps scaled by recent gradients."""
    (v,) = state
    v = alpha * v + (1 - alpha) * g**2
    return x - lr * g / (sqrt(v) + eps), (v,)


@OPTIMIZERS.card(
    "v ← ρ·v + (1−ρ)·g²;  Δ = g·√(u+ε)/√(v+ε);  u ← ρ·u + (1−ρ)·Δ²;  x ← x − η·Δ", state={"v": 0.0, "u": 0.0},
    requires=(RATE, ("0 <= rho < 1", lambda rho: 0 <= rho < 1), ("eps > 0", lambda eps: eps > 0)),
    source="Zeiler 2012, arXiv:1212.5701",
)
def adadelta(
    x: Number, g: Number, state: State, t: int,
    *, lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6,
) -> tuple[Number, State]:
    """Steps in the unit of x: recent moves over recent gradients."""
    v, u = state
    v = rho * v + (1 - rho) * g**2
    move = sqrt(u + eps) / sqrt(v + eps) * g
    u = rho * u + (1 - rho) * move**2
    return x - lr * move, (v, u)


@OPTIMIZERS.card(
    "m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  x ← x − η·m̂/(√v̂ + ε),  m̂ = m/(1−β₁ᵗ),  v̂ = v/(1−β₂ᵗ)",
    state={"m": 0.0, "v": 0.0}, requires=(RATE, *BETAS, EPS), source="Kingma & Ba 2015, arXiv:1412.6980",
)
def adam(
    x: Number, g: Number, state: State, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8,
) -> tuple[Number, State]:
    """Momentum over recent gradients' size, both freed of their bias towards 0."""
    m, v = state
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    unbiased_m = m / (1 - beta1**t)
    unbiased_v = v / (1 - beta2**t)
    return x - lr * unbiased_m / (sqrt(unbiased_v) + eps), (m, v)


@OPTIMIZERS.card(
    "x ← (1 − η·λ)·x, then Adam's step", state={"m": 0.0, "v": 0.0},
    requires=(RATE, *BETAS, EPS, ("weight_decay >= 0", lambda weight_decay: weight_decay >= 0)),
    source="Loshchilov & Hutter 2019, arXiv:1711.05101",
)
def adamw(
    x: Number, g: Number, state: State, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_decay: float = 1e-2,
) -> tuple[Number, State]:
    """Adam after a decay of the weights that its moments do not see."""
    return adam((1 - lr * weight_decay) * x, g, state, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)


@OPTIMIZERS.card(
    "m, v as in Adam;  x ← x − η·((1−μₜ)/(1−Πμ)·g + μₜ₊₁/(1−Πμ·μₜ₊₁)·m)/(√v̂ + ε),  μₜ = β₁·(1 − ½·0.96^(t·ψ))",
    state={"m": 0.0, "v": 0.0, "Πμ": 1.0},
    requires=(RATE, *BETAS, EPS, ("momentum_decay >= 0", lambda momentum_decay: momentum_decay >= 0)),
    source="Dozat 2016, ICLR workshop",
)
def nadam(
    x: Number, g: Number, state: State, t: int,
    *, lr: float = 2e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, momentum_decay: float = 4e-3,
) -> tuple[Number, State]:
    """Adam with Nesterov's momentum, warmed up by a schedule."""
    m, v, product = state

    def mu(step: int) -> Number:
        return beta1 * (1 - 0.5 * 0.96 ** (step * momentum_decay))

    product = product * mu(t)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    ahead = (1 - mu(t)) / (1 - product) * g + mu(t + 1) / (1 - product * mu(t + 1)) * m
    return x - lr * ahead / (sqrt(v / (1 - beta2**t)) + eps), (m, v, product)
