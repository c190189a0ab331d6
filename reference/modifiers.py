"""What is added to an optimizer, as in adam+clip: one textbook step each with its card."""

from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import MODIFIERS, At, Moved, State, not_negative, positive

# A card reads as one entry of a table.
# fmt: off


def norm(values: list[Number]) -> Number:
    """√Σ v²."""
    return sqrt(sum(value**2 for value in values))


@MODIFIERS.card(
    "g ← g·min(1, max_norm/‖g‖)", stage="gradient", requires=(positive("max_norm"),),
    source="Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063",
)
def clip(at: At, state: State, t: int, *, max_norm: float = 1.0) -> Moved:
    """A gradient longer than the bound is shortened to it."""
    length = norm(at.g)
    scale = max_norm / length if length > max_norm else 1
    return Moved(at.x, state, [scale * g for g in at.g])


@MODIFIERS.card(
    "g ← g + λ·x", stage="gradient", requires=(not_negative("weight_decay"),),
    source="Krogh & Hertz 1991, NIPS 4",
)
def l2(at: At, state: State, t: int, *, weight_decay: float = 0.01) -> Moved:
    """Weight decay through the gradient: that of λ/2·‖x‖² is added, which the moments see."""
    return Moved(at.x, state, [g + weight_decay * x for x, g in zip(at.x, at.g, strict=True)])


@MODIFIERS.card(
    "x ← (1 − η·λ)·x", stage="weights", requires=(not_negative("weight_decay"),),
    source="Loshchilov & Hutter 2019, arXiv:1711.05101",
)
def decay(at: At, state: State, t: int, *, weight_decay: float = 0.01) -> Moved:
    """Weight decay that the moments do not see."""
    return Moved([x - at.lr * weight_decay * x for x in at.x], state)


@MODIFIERS.card(
    "every `period` steps: slow ← slow + α·(x − slow);  x ← slow", stage="after", state={"slow": "x"},
    requires=(positive("period"), positive("alpha")), source="Zhang et al. 2019, arXiv:1907.08610",
)
def lookahead(at: At, state: State, t: int, *, period: float = 5.0, alpha: float = 0.5) -> Moved:
    """Now and then x goes only part of the way that it went since the last time."""
    if t % period != 0:
        return Moved(at.x, state)
    slow = [kept + alpha * (x - kept) for x, kept in zip(at.x, state["slow"], strict=True)]
    return Moved(slow, {"slow": slow})


@MODIFIERS.card(
    "odd t: w ← x;  x ← x + ρ·g/‖g‖;  even t: x ← w, then the step with the gradient of the point probed",
    stage="probe", probes=True, gradients=2, state={"w": "x"}, requires=(positive("radius"),),
    source="Foret et al. 2021, arXiv:2010.01412",
)
def sam(at: At, state: State, t: int, *, radius: float = 0.05) -> Moved:
    """Sharpness-aware: the gradient is taken where the loss is worst nearby, at two gradients a step."""
    if t % 2 == 0:
        return Moved(state["w"], state)
    length = norm(at.g) + 1e-12
    probed = [x + radius * g / length for x, g in zip(at.x, at.g, strict=True)]
    return Moved(probed, {"w": at.x}, is_probe=True)


@MODIFIERS.card(
    "g ← −g", stage="gradient", source="torch.optim, the argument maximize",
)
def maximize(at: At, state: State, t: int) -> Moved:
    """Uphill: every gradient is turned around."""
    return Moved(at.x, state, [-g for g in at.g])
