"""What is added to an optimizer, as in adam+sam, and changes where it stands, what is judged, or its rate.

Lengths below 1 are shares of `steps`, as in schedules.py.
"""

from math import inf

from dlc.reference.numbers import Number
from dlc.reference.optimizer_family import MODIFIERS, At, Moved, State, not_negative, positive, share
from dlc.reference.schedules import span
from dlc.reference.tensors import length

# A card reads as one entry of a table.
# fmt: off

LEAST = 1e-12  # a gradient's length, where it divides


@MODIFIERS.card(
    "odd t: w ← x;  x ← x + ρ·g/‖g‖;  even t: x ← w, then the step with the gradient of the point probed",
    stage="probe", probes=True, gradients=2, state={"w": "x"}, requires=(positive("radius"),),
    source="Foret et al. 2021, arXiv:2010.01412",
)
def sam(at: At, state: State, t: int, *, radius: float = 0.05) -> Moved:
    """Sharpness-aware: the gradient is taken where the loss is worst nearby, at two gradients a step."""
    if t % 2 == 0:
        return Moved(state["w"], state)
    size = length(at.g) + LEAST
    probed = [x + radius * g / size for x, g in zip(at.x, at.g, strict=True)]
    return Moved(probed, {"w": at.x}, is_probe=True)


@MODIFIERS.card(
    "as sam, with x ← x + ρ·T²·g/‖T·g‖,  T = |x| + η", stage="probe", probes=True, gradients=2, state={"w": "x"},
    requires=(positive("radius"), positive("eta")), source="Kwon et al. 2021, arXiv:2102.11600",
)
def asam(at: At, state: State, t: int, *, radius: float = 0.5, eta: float = 0.01) -> Moved:
    """Sharpness-aware, whatever the scale of the weights: larger ones are moved further."""
    if t % 2 == 0:
        return Moved(state["w"], state)
    scales = [abs(x) + eta for x in at.x]
    size = length([scale * g for scale, g in zip(scales, at.g, strict=True)]) + LEAST
    probed = [x + radius * scale**2 * g / size for x, g, scale in zip(at.x, at.g, scales, strict=True)]
    return Moved(probed, {"w": at.x}, is_probe=True)


@MODIFIERS.card(
    "a step after every `count` gradients, with their mean", stage="probe", probes=True, gradients="count",
    state={"sum": 0.0}, requires=(("count >= 1", lambda count: count >= 1),), source="optax 0.2.8, optax.MultiSteps",
)
def accumulate(at: At, state: State, t: int, *, count: float = 4.0) -> Moved:
    """Several batches count as one."""
    total = [kept + g for kept, g in zip(state["sum"], at.g, strict=True)]
    if t % count:
        return Moved(at.x, {"sum": total}, is_probe=True)
    return Moved(at.x, {"sum": [0 * g for g in total]}, [g / count for g in total])


@MODIFIERS.card(
    "every `period` steps: slow ← slow + α·(x − slow);  x ← slow", stage="after", state={"slow": "x"},
    requires=(positive("period"), positive("alpha")), source="Zhang et al. 2019, arXiv:1907.08610",
)
def lookahead(at: At, state: State, t: int, *, period: float = 5.0, alpha: float = 0.5) -> Moved:
    """Now and then x goes only part of the way that it went since the last time."""
    if t % period != 0:
        return Moved(at.x, state)
    slow = toward(state["slow"], at.x, alpha)
    return Moved(slow, {"slow": slow})


def toward(mean: list[Number], x: list[Number], part: Number) -> list[Number]:
    """MEAN, moved a PART of the way to X."""
    return [kept + part * (value - kept) for kept, value in zip(mean, x, strict=True)]


@MODIFIERS.card(
    "x̄ ← x after the first step, then β·x̄ + (1−β)·x", stage="after", state={"mean": "x"}, answer="mean",
    requires=(share("beta"),), source="Polyak & Juditsky 1992, SIAM J. Control Optim. 30(4); Morales-Brotons et al. "
    "2024, arXiv:2411.18704",
)
def ema(at: At, state: State, t: int, *, beta: float = 0.99) -> Moved:
    """What is judged is a moving average of the points."""
    return Moved(at.x, {"mean": list(at.x) if t == 1 else toward(state["mean"], at.x, 1 - beta)})


@MODIFIERS.card(
    "x̄ ← x̄ + (x − x̄)·(η + 1)/(t + η)", stage="after", state={"mean": "x"}, answer="mean",
    requires=(not_negative("eta"),), aliases=("polyak_averaging",),
    source="Polyak & Juditsky 1992, SIAM J. Control Optim. 30(4); η > 0: Shamir & Zhang 2013, arXiv:1212.1824",
)
def average(at: At, state: State, t: int, *, eta: float = 0.0) -> Moved:
    """What is judged is the mean of all points; with η > 0 late ones count more."""
    return Moved(at.x, {"mean": toward(state["mean"], at.x, (eta + 1) / (t + eta))})


@MODIFIERS.card(
    "x̄ is x up to step `begin`, and then the mean of the points after every `every` steps from there on",
    stage="after", state={"mean": "x"}, answer="mean",
    requires=(share("begin"), positive("every"), positive("steps")), source="Izmailov et al. 2018, arXiv:1803.05407",
)
def swa(at: At, state: State, t: int, *, begin: float = 0.75, every: float = 1.0, steps: float = 2000.0) -> Moved:
    """Stochastic weight averaging: what is judged is the mean of the last part of the way."""
    since, stride = t - span(begin, steps) - 1, span(every, steps)
    if since < 0:
        return Moved(at.x, {"mean": list(at.x)})
    if since % stride != 0:
        return Moved(at.x, state)
    return Moved(at.x, {"mean": toward(state["mean"], at.x, 1 / (since / stride + 1))})


@MODIFIERS.card(
    "z ← z + the step;  x̄ ← (1−c)·x̄ + c·z,  c = w/Σw,  w = (greatest η so far)^power;  x ← β·x̄ + (1−β)·z",
    stage="after", state={"z": "x", "before": "x", "mean": "x", "weights": 0.0, "greatest": 0.0}, answer="mean",
    requires=(share("beta"), not_negative("power")), source="Defazio et al. 2024, arXiv:2405.15682",
)
def schedule_free(at: At, state: State, t: int, *, beta: float = 0.9, power: float = 2.0) -> Moved:
    """Around any optimizer: its steps are taken from z, its gradients between z and the mean, which is judged."""
    greatest = max(state["greatest"][0], at.lr)
    weight = greatest**power
    total = state["weights"][0] + weight
    part = weight / total if total > 0 else 0 * total
    z = [kept + (x - before) for kept, x, before in zip(state["z"], at.x, state["before"], strict=True)]
    mean = toward(state["mean"], z, part)
    x = toward(z, mean, beta)
    rest = state["weights"][1:]
    return Moved(
        x, {"z": z, "before": x, "mean": mean, "weights": [total, *rest], "greatest": [greatest, *rest]},
    )


@MODIFIERS.card(
    "bad ← 0 where loss < (1 − rtol)·best, else bad + 1;  at bad = patience: η ← factor·η, bad ← 0, and `cooldown` "
    "steps pass", stage="rate", state={"scale": 1.0, "best": inf, "bad": 0.0, "cooling": 0.0}, aliases=("plateau",),
    requires=(
        ("0 < factor < 1", lambda factor: 0 < factor < 1), positive("patience"), share("rtol"),
        not_negative("cooldown"), not_negative("least"), positive("steps"),
    ),
    source="optax 0.2.8, optax.contrib.reduce_on_plateau; torch's waits a step longer, and then acts on the next one",
)
def reduce_on_plateau(
    at: At, state: State, t: int, *, factor: float = 0.1, patience: float = 0.05, rtol: float = 1e-4,
    cooldown: float = 0.0, least: float = 0.0, steps: float = 2000.0,
) -> Moved:
    """The rate drops when the loss has not for a while."""
    scale, best, bad, cooling = (state[slot][0] for slot in ("scale", "best", "bad", "cooling"))
    improved = at.loss < (1 - rtol) * best
    best = at.loss if improved else best
    bad = 0 if improved else bad + 1
    if cooling > 0:
        bad, cooling = 0, cooling - 1
    elif bad == span(patience, steps):
        scale, bad, cooling = scale * factor, 0, span(cooldown, steps)
    scale = max(scale, least)
    numbers = {"scale": scale, "best": best, "bad": bad, "cooling": cooling}
    kept = {slot: [0 * scale + value, *state[slot][1:]] for slot, value in numbers.items()}
    return Moved(at.x, kept, lr=at.lr * scale)
