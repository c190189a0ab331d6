"""Steps of which only the sign of the gradient counts: one textbook step each with its card."""

from dlc.reference.numbers import Number, sign
from dlc.reference.optimizer_family import OPTAX, OPTIMIZERS, Slots, positive, share
from dlc.reference.optimizers_classic import BETAS

# A card reads as one entry of a table.
# fmt: off


@OPTIMIZERS.card(
    "g·g′ > 0: s ← min(η₊·s, largest);  g·g′ < 0: s ← max(η₋·s, least), g ← 0;  x ← x − s·sign(g);  g′ ← g",
    state={"g′": 0.0, "s": "lr"}, needs="exact gradients", paper={"lr": 0.1},
    requires=(positive("lr"), share("shrink"), positive("grow"), positive("least"), positive("largest")),
    source="Riedmiller & Braun 1993, IEEE Int. Conf. Neural Networks, without the way back",
)
def rprop(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, shrink: float = 0.5, grow: float = 1.2, least: float = 1e-6, largest: float = 50.0,
) -> tuple[Number, Slots]:
    """Each coordinate has a step of its own, longer while the sign of its derivative stays, shorter when it turns."""
    before, step = state
    agreement = sign(g * before)
    factor = grow if agreement > 0 else shrink if agreement < 0 else 1
    step = min(max(step * factor, least), largest)
    g = 0 * g if agreement < 0 else g
    return x - step * sign(g), (g, step)


@OPTIMIZERS.card(
    "x ← x − η·sign(β₁·m + (1−β₁)·g);  m ← β₂·m + (1−β₂)·g", state={"m": 0.0}, natural=1e-3, defaults_of="keras 3.15",
    requires=(positive("lr"), *BETAS), paper={"lr": 1e-4}, source="Chen et al. 2023, arXiv:2302.06675",
)
def lion(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.99,
) -> tuple[Number, Slots]:
    """The sign of a mean of gradients that the latest has more weight in than in the mean that is kept."""
    (m,) = state
    return x - lr * sign(beta1 * m + (1 - beta1) * g), (beta2 * m + (1 - beta2) * g,)


@OPTIMIZERS.card(
    "x ← x − η·sign(g)", natural=1e-3, defaults_of=OPTAX, requires=(positive("lr"),),
    source="Bernstein et al. 2018, arXiv:1802.04434",
)
def sign_sgd(x: Number, g: Number, state: Slots, t: int, *, lr: float = 1e-3) -> tuple[Number, Slots]:
    """Every coordinate moves by the rate."""
    return x - lr * sign(g), state


@OPTIMIZERS.card(
    "m ← β·m + (1−β)·g;  x ← x − η·sign(m)", state={"m": 0.0}, natural=1e-3,
    defaults_of=OPTAX, requires=(positive("lr"), share("beta")),
    source="Bernstein et al. 2018, arXiv:1802.04434",
)
def signum(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-3, beta: float = 0.9,
) -> tuple[Number, Slots]:
    """The sign of the mean of gradients."""
    (m,) = state
    m = beta * m + (1 - beta) * g
    return x - lr * sign(m), (m,)


@OPTIMIZERS.card(
    "a = g·u;  a > 0: s ← η₊·s;  a < 0: s ← η₋·s;  a ≥ 0: x ← x − u, u ← s·sign(g);  a < 0: u ← 0",
    state={"u": 0.0, "s": "lr"}, needs="exact gradients", defaults_of=OPTAX,
    requires=(positive("lr"), share("shrink"), positive("grow"), positive("least"), positive("largest")),
    source="optax 0.2.8, optax.rprop",
)
def rprop_delayed(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1e-2, shrink: float = 0.5, grow: float = 1.2, least: float = 1e-6, largest: float = 50.0,
) -> tuple[Number, Slots]:
    """Rprop that moves each time by the step found the time before."""
    move, step = state
    agreement = sign(g * move)
    if agreement:
        step = min(max(step * (grow if agreement > 0 else shrink), least), largest)
    return (x, (0 * g, step)) if agreement < 0 else (x - move, (step * sign(g), step))
