"""Variants of Adam whose coordinates share a norm, a mean or a switch: one textbook step each with its card."""

from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import OPTIMIZERS, At, Moved, State, not_negative, positive, share

# A card reads as one entry of a table.
# fmt: off

BETAS = (share("beta1"), share("beta2"))
MOMENTS = {"m": 0.0, "v": 0.0}


def mean(old: list[Number], new: list[Number], beta: Number) -> list[Number]:
    """The running mean of each coordinate."""
    return [beta * kept + (1 - beta) * value for kept, value in zip(old, new, strict=True)]


def squares(g: list[Number]) -> list[Number]:
    """Of each coordinate."""
    return [value**2 for value in g]


def adam_moves(at: At, state: State, t: int, beta1: Number, beta2: Number, eps: Number) -> tuple[list[Number], State]:
    """How far Adam would go for η = 1, and its moments."""
    m, v = mean(state["m"], at.g, beta1), mean(state["v"], squares(at.g), beta2)
    moves = [a / (1 - beta1**t) / (sqrt(b / (1 - beta2**t)) + eps) for a, b in zip(m, v, strict=True)]
    return moves, {"m": m, "v": v}


def moved(x: list[Number], moves: list[Number], lr: Number) -> list[Number]:
    """X − lr·moves."""
    return [value - lr * move for value, move in zip(x, moves, strict=True)]


def tensors(at: At, values: list[Number]) -> list[list[Number]]:
    """VALUES of each tensor."""
    return [values[first : first + rows * columns] for first, rows, columns in at.blocks]


@OPTIMIZERS.card(
    "v as in Adam;  β = 1 − β₀·v̂/(mean of v̂), kept within 0 and 1 − ε;  m ← β·m + (1−β)·g;  x ← x − η·m/(1 − Πβ)",
    whole=True, state={**MOMENTS, "Πβ": 1.0}, natural=1e-1, defaults_of="the authors' code",
    requires=(positive("lr"), positive("beta0"), share("beta2"), positive("eps")),
    source="Xie, Wang, Zhang, Sato & Sugiyama 2022, arXiv:2006.15815",
)
def adai(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, beta0: float = 0.1, beta2: float = 0.99, eps: float = 1e-3,
) -> Moved:
    """Adaptive inertia: momentum, not the rate, depends on how steep a coordinate is."""
    v = mean(state["v"], squares(at.g), beta2)
    usual = sum(v) / len(v)
    betas = [min(max(1 - beta0 * value / usual, 0), 1 - eps) if usual > 0 else 1 - beta0 for value in v]
    m = [beta * kept + (1 - beta) * g for beta, kept, g in zip(betas, state["m"], at.g, strict=True)]
    product = [beta * kept for beta, kept in zip(betas, state["Πβ"], strict=True)]
    moves = [value / (1 - kept) for value, kept in zip(m, product, strict=True)]
    return Moved(moved(at.x, moves, lr), {"m": m, "v": v, "Πβ": product})


@OPTIMIZERS.card(
    "m as in Adam;  s = 1/(√v + ε);  x ← x − η·m·s/√(mean of s²);  v as in Adam", whole=True, state=MOMENTS,
    requires=(positive("lr"), *BETAS, positive("eps")), natural=1e-1, defaults_of="the paper",
    source="Savarese, McAllester, Babu & Maire 2021, arXiv:1912.01823",
)
def avagrad(
    at: At, state: State, t: int,
    *, lr: float = 0.1, beta1: float = 0.9, beta2: float = 0.999, eps: float = 0.1,
) -> Moved:
    """Adam of the last step's mean squares, its rates normalised, so that ε and η can be tuned one by one."""
    m = mean(state["m"], at.g, beta1)
    scales = [1 / (sqrt(value) + eps) for value in state["v"]]
    length = sqrt(sum(scale**2 for scale in scales) / len(scales))
    moves = [value * scale / length for value, scale in zip(m, scales, strict=True)]
    return Moved(moved(at.x, moves, lr), {"m": m, "v": mean(state["v"], squares(at.g), beta2)})


@OPTIMIZERS.card(
    "β̂ = β·(1−βᵗ⁻¹)/(1−βᵗ);  m ← β̂₁·m + (1−β̂₁)·g;  v ← β̂₂·v + (1−β̂₂)·g²;  "
    "r = η/max(1, √(mean of g²/max(v, ε²))) of each tensor;  x ← (1 − r·λ)·x − r·m/(√v + ε)",
    whole=True, state=MOMENTS, requires=(positive("lr"), *BETAS, positive("eps"), not_negative("weight_decay")),
    defaults_of="kozistr", source="Wortsman et al. 2023, arXiv:2304.13013",
)
def stable_adamw(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.99, eps: float = 1e-8, weight_decay: float = 0.01,
) -> Moved:
    """AdamW that slows down when a tensor's gradients are larger than their mean squares foretold."""
    now1, now2 = (beta * (1 - beta ** (t - 1)) / (1 - beta**t) for beta in (beta1, beta2))
    m, v = mean(state["m"], at.g, now1), mean(state["v"], squares(at.g), now2)
    ratios = [g**2 / max(value, eps**2) for g, value in zip(at.g, v, strict=True)]
    x = []
    for each, here, a, b in zip(*(tensors(at, values) for values in (ratios, at.x, m, v)), strict=True):
        rate = lr / max(1, sqrt(sum(each) / len(each)))
        x += [
            (1 - rate * weight_decay) * value - rate * up / (sqrt(down) + eps)
            for value, up, down in zip(here, a, b, strict=True)
        ]
    return Moved(x, {"m": m, "v": v})


@OPTIMIZERS.card(
    "u as Adam's move;  x ← x − η·u where u·g > 0, and what is left of a tensor goes 1/max(its share, 10⁻³) as far",
    whole=True, state=MOMENTS, requires=(positive("lr"), *BETAS, not_negative("eps")), aliases=("c_adam",),
    defaults_of="the authors' code", source="Liang, Chen, Liu & Liu 2024, arXiv:2411.16085",
)
def cautious_adam(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-6,
) -> Moved:
    """Adam without the moves against the present gradient."""
    moves, state = adam_moves(at, state, t, beta1, beta2, eps)
    x = []
    for here, each, g in zip(*(tensors(at, values) for values in (at.x, moves, at.g)), strict=True):
        agrees = [move * slope > 0 for move, slope in zip(each, g, strict=True)]
        rate = lr * 1000 * len(agrees) / max(1000 * sum(agrees), len(agrees))
        x += [value - rate * move * keep for value, move, keep in zip(here, each, agrees, strict=True)]
    return Moved(x, state)


@OPTIMIZERS.card(
    "c = g + γ·β₁/(1−β₁)·(g − g₋₁), each tensor's shortened to norm 1;  Adam's step with c in place of g",
    whole=True, state={**MOMENTS, "g₋₁": 0.0}, natural=1e-2, defaults_of="the authors' code",
    requires=(positive("lr"), *BETAS, not_negative("gamma"), not_negative("eps")),
    source="Yuan, Liu, Wu, Zhou & Gu 2024, arXiv:2411.10438; the form without a second gradient, MARS-AdamW",
)
def mars(
    at: At, state: State, t: int,
    *, lr: float = 3e-3, beta1: float = 0.95, beta2: float = 0.99, gamma: float = 0.025, eps: float = 1e-8,
) -> Moved:
    """Adam of gradients whose variance the gradient before reduces."""
    ahead = gamma * beta1 / (1 - beta1)
    corrected = [g + ahead * (g - previous) for g, previous in zip(at.g, state["g₋₁"], strict=True)]
    clipped = []
    for each in tensors(at, corrected):
        length = sqrt(sum(value**2 for value in each))
        clipped += [value / max(1, length) for value in each]
    moves, moments = adam_moves(at._replace(g=clipped), state, t, beta1, beta2, eps)
    return Moved(moved(at.x, moves, lr), {**moments, "g₋₁": at.g})


@OPTIMIZERS.card(
    "Adam's move p;  γ = p·p/(−p·g);  λ ← β₂·λ + (1−β₂)·γ;  once |λ/(1−β₂ᵗ) − γ| < ε: Λ = λ/(1−β₂ᵗ)/η, and from then "
    "on  a ← β₁·a + g;  x ← x − η·Λ·(1−β₁)·a",
    whole=True, state={**MOMENTS, "a": 0.0, "λ": 0.0, "Λ": 0.0}, requires=(positive("lr"), *BETAS, positive("eps")),
    defaults_of="the paper", source="Keskar & Socher 2017, arXiv:1712.07628",
)
def swats(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-9,
) -> Moved:
    """Adam that switches to SGD for good, with the rate that Adam's moves amount to, when that has settled."""
    ratio = state["Λ"][0]
    if ratio > 0:
        velocity = [beta1 * kept + g for kept, g in zip(state["a"], at.g, strict=True)]
        return Moved(moved(at.x, velocity, lr * ratio * (1 - beta1)), {**state, "a": velocity})
    moves, moments = adam_moves(at, state, t, beta1, beta2, eps)
    along = sum(move * g for move, g in zip(moves, at.g, strict=True))
    usual = state["λ"][0]
    if along != 0:
        rate = lr * sum(move**2 for move in moves) / along
        usual = beta2 * usual + (1 - beta2) * rate
        settled = usual / (1 - beta2**t)
        if t > 1 and settled > 0 and abs(settled - rate) < eps:
            ratio = settled / lr
    rest = state["λ"][1:]
    return Moved(moved(at.x, moves, lr), {**moments, "a": state["a"], "λ": [usual, *rest], "Λ": [ratio, *rest]})
