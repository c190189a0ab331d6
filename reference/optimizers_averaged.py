"""Methods judged at a mean of their points: one textbook step each with its card."""

from dlc.reference.numbers import Number, exp, log, sqrt
from dlc.reference.optimizer_family import OPTAX, OPTIMIZERS, At, Moved, Slots, State, not_negative, positive, share

# A card reads as one entry of a table.
# fmt: off

SCHEDULE_FREE = "Defazio et al. 2024, arXiv:2405.15682"
WARMED = (not_negative("weight_power"), not_negative("warmup"), not_negative("lag"), not_negative("weight_decay"))


def averaged(
    at: At, state: State, t: int, moves: list[Number],
    *, lr: Number, beta: Number, weight_power: Number, warmup: Number, lag: Number,
) -> Moved:
    """The step of Schedule-Free: z goes along MOVES; the mean and where the next gradient is taken follow it.

    The rate rises to η in `warmup` steps; that of z's move lies `lag` steps behind the one that weighs the mean.
    """
    rise, late = (min((t - behind) / warmup, 1) if warmup else 1 for behind in (0, lag))
    most = max(state["most"][0], lr * rise)
    total = state["Σw"][0] + most**weight_power
    c = most**weight_power / total if total > 0 else 0
    x, z, mean = [], [], []
    for y, old, kept, move in zip(at.x, state["z"], state["x̄"], moves, strict=True):
        now = old - lr * late * move
        before = (y - (1 - beta) * old) / beta if beta > 0 else kept
        mean.append((1 - c) * before + c * now)
        z.append(now)
        x.append(beta * mean[-1] + (1 - beta) * now)
    numbers = {"most": [most, *state["most"][1:]], "Σw": [total, *state["Σw"][1:]]}
    return Moved(x, {**state, "z": z, "x̄": mean, **numbers})


@OPTIMIZERS.card(
    "z ← z − η·(g + λ·x);  w = max η ^ weight_power,  c = w/Σw;  x̄ ← (1−c)·x̄ + c·z;  x ← β·x̄ + (1−β)·z",
    whole=True, state={"z": "x", "x̄": "x", "most": 0.0, "Σw": 0.0}, answer="x̄", is_rate_free=True, natural=1.0,
    requires=(positive("lr"), share("beta"), *WARMED), defaults_of="optax 0.2.8", source=SCHEDULE_FREE,
)
def schedule_free_sgd(
    at: At, state: State, t: int,
    *, lr: float = 1.0, beta: float = 0.9, weight_power: float = 2.0, warmup: float = 0.0, lag: float = 0.0,
    weight_decay: float = 0.0,
) -> Moved:
    """Gradient descent judged at the mean of its points, its gradients taken near it: no schedule is needed."""
    moves = [g + weight_decay * x for x, g in zip(at.x, at.g, strict=True)]
    return averaged(at, state, t, moves, lr=lr, beta=beta, weight_power=weight_power, warmup=warmup, lag=lag)


@OPTIMIZERS.card(
    "v as in Adam;  z ← z − η·(g/(√v̂ + ε) + λ·x);  w = max η ^ weight_power,  c = w/Σw;  x̄ ← (1−c)·x̄ + c·z;  "
    "x ← β·x̄ + (1−β)·z",
    whole=True, state={"z": "x", "x̄": "x", "most": 0.0, "Σw": 0.0, "v": 0.0}, answer="x̄", is_rate_free=True,
    requires=(positive("lr"), share("beta"), share("beta2"), not_negative("eps"), *WARMED),
    defaults_of="optax 0.2.8", source=SCHEDULE_FREE,
)
def schedule_free_adamw(
    at: At, state: State, t: int,
    *, lr: float = 2.5e-3, beta: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, weight_power: float = 2.0,
    warmup: float = 0.0, lag: float = 0.0, weight_decay: float = 0.0,
) -> Moved:
    """AdamW judged at the mean of its points, which takes the place of its momentum and of a schedule."""
    v = [beta2 * kept + (1 - beta2) * g**2 for kept, g in zip(state["v"], at.g, strict=True)]
    moves = [
        g / (sqrt(square / (1 - beta2**t)) + eps) + weight_decay * x
        for x, g, square in zip(at.x, at.g, v, strict=True)
    ]
    state = {**state, "v": v}
    return averaged(at, state, t, moves, lr=lr, beta=beta, weight_power=weight_power, warmup=warmup, lag=lag)


@OPTIMIZERS.card(
    "λ = (η + ε)·√t;  s ← s + λ·g;  G ← G + λ·g²;  z = x₀ − s/(∛G + ε);  x ← β·x + (1−β)·z",
    state={"x₀": "x", "s": 0.0, "G": 0.0}, defaults_of=OPTAX,
    requires=(positive("lr"), share("beta"), positive("eps")),
    source="Defazio & Jelassi 2021, arXiv:2101.11075",
)
def madgrad(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, beta: float = 0.9, eps: float = 1e-6,
) -> tuple[Number, Slots]:
    """Averages dual to gradients, with cube roots of their squares, and momentum as a mean of points."""
    start, s, total = state
    weight = (lr + eps) * sqrt(t + 0 * x)
    s = s + weight * g
    total = total + weight * g**2
    root = exp(log(total) / 3) if total > 0 else 0
    return beta * x + (1 - beta) * (start - s / (root + eps)), (start, s, total)
