"""Methods that measure the Hessian's diagonal or row norms: one textbook step each with its card.

A product with the Hessian is the difference of two gradients, H·u ≈ (g(x + r·u) − g(x))/r: one more gradient, on the
same batch, at a point that is only probed.
"""

from dlc.reference.draws import normal, rademacher
from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import OPTIMIZERS, At, Moved, State, not_negative, positive, share

# A card reads as one entry of a table.
# fmt: off

BETAS = (share("beta1"), share("beta2"))
KEPT: dict[str, float | str] = {"w": "x", "g": 0.0}  # the point before a probe, and the gradient there
PROBED = "Hu = (g(x + r·u) − g)/r"


def probe(at: At, state: State, u: list[Number], radius: Number) -> Moved:
    """Go from x along U for a gradient only."""
    ahead = [x + radius * each for x, each in zip(at.x, u, strict=True)]
    return Moved(ahead, {**state, "w": at.x, "g": at.g}, is_probe=True)


def product(at: At, state: State, radius: Number) -> list[Number]:
    """H·u, at the point probed."""
    return [(g - kept) / radius for g, kept in zip(at.g, state["g"], strict=True)]


def signs(at: At, t: int) -> list[int]:
    """A random vector of −1 and 1."""
    return [rademacher(at.seed, t, i) for i in range(len(at.x))]


def mean(old: list[Number], new: list[Number], beta: Number) -> list[Number]:
    """The running mean of each coordinate."""
    return [beta * kept + (1 - beta) * value for kept, value in zip(old, new, strict=True)]


@OPTIMIZERS.card(
    f"m ← β₁·m + (1−β₁)·g;  every 10 steps  h ← β₂·h + (1−β₂)·u·Hu,  u random signs, {PROBED};  "
    "x ← x − η·clip(m/max(γ·h, ε), ±1)",
    whole=True, probes=True, state={"m": 0.0, "h": 0.0, **KEPT}, cost="1.1 gradients", defaults_of="optax 0.2.8",
    requires=(positive("lr"), *BETAS, positive("gamma"), positive("eps"), positive("radius")),
    paper={"eps": 1e-12}, source="Liu, Li, Hall, Liang & Ma 2023, arXiv:2305.14342; optax corrects the bias of m",
)
def sophia(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, beta1: float = 0.965, beta2: float = 0.99, gamma: float = 0.01, eps: float = 1e-8,
    radius: float = 1e-4,
) -> Moved:
    """Momentum over the Hessian's diagonal, and no coordinate moves by more than the rate."""
    place = (t - 1) % 11
    if place == 0:
        return probe(at, state, signs(at, t), radius)
    x, g, h = at.x, at.g, state["h"]
    if place == 1:
        x, g = state["w"], state["g"]
        h = mean(h, [u * bend for u, bend in zip(signs(at, t - 1), product(at, state, radius), strict=True)], beta2)
    m = mean(state["m"], g, beta1)
    moves = [min(max(up / max(gamma * down, eps), -1), 1) for up, down in zip(m, h, strict=True)]
    return Moved([value - lr * move for value, move in zip(x, moves, strict=True)], {**state, "m": m, "h": h})


@OPTIMIZERS.card(
    f"D = u·Hu,  u random signs, {PROBED};  m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·D²;  x ← x − η·m̂/(√v̂ + ε)",
    whole=True, probes=True, state={"m": 0.0, "v": 0.0, **KEPT}, cost="2 gradients", natural=1e-1,
    requires=(positive("lr"), *BETAS, not_negative("eps"), positive("radius")), defaults_of="the authors' code",
    source="Yao et al. 2021, arXiv:2006.00719; without its mean over a convolution's window",
)
def adahessian(
    at: At, state: State, t: int,
    *, lr: float = 0.15, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-4, radius: float = 1e-4,
) -> Moved:
    """Adam with the Hessian's diagonal in place of the gradient's squares."""
    if t % 2 == 1:
        return probe(at, state, signs(at, t), radius)
    diagonal = [u * bend for u, bend in zip(signs(at, t - 1), product(at, state, radius), strict=True)]
    m, v = mean(state["m"], state["g"], beta1), mean(state["v"], [value**2 for value in diagonal], beta2)
    steps = t // 2
    moves = [up / (1 - beta1**steps) / (sqrt(down / (1 - beta2**steps)) + eps) for up, down in zip(m, v, strict=True)]
    return Moved([x - lr * move for x, move in zip(state["w"], moves, strict=True)], {**state, "m": m, "v": v})


@OPTIMIZERS.card(
    f"every 20 steps  D ← D + (Hu)²,  u standard normal, {PROBED};  x ← x − η·g/(√(mean of D) + λ)",
    whole=True, probes=True, state={"D": 0.0, **KEPT}, cost="1.05 gradients", defaults_of="our choice of η and λ",
    requires=(positive("lr"), positive("damping"), positive("radius")), natural=1e-1,
    source="Dauphin, de Vries & Bengio 2015, arXiv:1502.04390",
)
def esgd(
    at: At, state: State, t: int,
    *, lr: float = 1e-2, damping: float = 1e-4, radius: float = 1e-4,
) -> Moved:
    """Equilibrated gradient descent: each coordinate over the norm of its row of the Hessian."""
    place = (t - 1) % 21
    if place == 0:
        kind = type(at.lr)
        return probe(at, state, [kind(normal(at.seed, t, i)) for i in range(len(at.x))], radius)
    x, g, total = at.x, at.g, state["D"]
    if place == 1:
        x, g = state["w"], state["g"]
        total = [kept + bend**2 for kept, bend in zip(total, product(at, state, radius), strict=True)]
    count = (t - 1) // 21 + 1
    moves = [value / (sqrt(each / count) + damping) for value, each in zip(g, total, strict=True)]
    return Moved([value - lr * move for value, move in zip(x, moves, strict=True)], {**state, "D": total})
