"""What is added to an optimizer, as in adam+clip, and changes gradients or weights: one textbook step with its card."""

from collections.abc import Callable

from dlc.reference.draws import mixed, normal
from dlc.reference.linear import dot
from dlc.reference.numbers import Number, sign, sqrt
from dlc.reference.optimizer_family import MODIFIERS, At, Block, Moved, State, not_negative, positive, share
from dlc.reference.tensors import entries, length

# A card reads as one entry of a table.
# fmt: off

NOISE = 2**40  # a modifier's noise is not that of the problem


Scale = Callable[[list[Number]], Number]


def by_tensor(at: At, state: State, scale: Scale) -> Moved:
    """Each tensor's gradient times SCALE(it)."""
    g = list(at.g)
    for block in at.blocks:
        places = entries(block)
        factor = scale([at.g[i] for i in places])
        for i in places:
            g[i] = factor * at.g[i]
    return Moved(at.x, state, g)


@MODIFIERS.card(
    "g ← g·min(1, max_norm/(‖g‖ + ε))", stage="gradient", requires=(positive("max_norm"), not_negative("eps")),
    source="Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063",
)
def clip(at: At, state: State, t: int, *, max_norm: float = 1.0, eps: float = 0.0) -> Moved:
    """A gradient longer than the bound is shortened to it."""
    size = length(at.g) + eps
    scale = max_norm / size if size > max_norm else 1
    return Moved(at.x, state, [scale * g for g in at.g])


@MODIFIERS.card(
    "g ← max(−bound, min(bound, g))", stage="gradient", requires=(positive("bound"),),
    source="torch 2.13, torch.nn.utils.clip_grad_value_; optax.clip",
)
def clip_value(at: At, state: State, t: int, *, bound: float = 1.0) -> Moved:
    """No coordinate of the gradient exceeds the bound."""
    return Moved(at.x, state, [max(-bound, min(bound, g)) for g in at.g])


@MODIFIERS.card(
    "g ← g·min(1, max_norm/‖g‖), tensor by tensor", stage="gradient", requires=(positive("max_norm"),),
    source="keras 3.15, the argument clipnorm",
)
def clip_tensor(at: At, state: State, t: int, *, max_norm: float = 1.0) -> Moved:
    """Each tensor's gradient is shortened to the bound."""
    return by_tensor(at, state, lambda g: max_norm / max(length(g), max_norm))


@MODIFIERS.card(
    "g ← g/max(1, √(mean g²)/threshold), tensor by tensor", stage="gradient", requires=(positive("threshold"),),
    source="Shazeer & Stern 2018, arXiv:1804.04235, section 6; optax.clip_by_block_rms",
)
def clip_rms(at: At, state: State, t: int, *, threshold: float = 1.0) -> Moved:
    """The root mean square of each tensor's gradient is bounded, whatever the tensor's size."""
    return by_tensor(at, state, lambda g: threshold / max(sqrt(dot(g, g) / len(g)), threshold))


def units(block: Block) -> list[range]:
    """A matrix's columns; a vector as a whole."""
    first, rows, columns = block
    if rows == 1 or columns == 1:
        return [entries(block)]
    return [range(first + k, first + rows * columns, columns) for k in range(columns)]


@MODIFIERS.card(
    "g ← g·min(1, clipping·max(‖x‖, ε)/‖g‖), by columns of matrices, and of vectors as a whole", stage="gradient",
    requires=(positive("clipping"), positive("eps")), source="Brock et al. 2021, arXiv:2102.06171",
)
def adaptive_clip(at: At, state: State, t: int, *, clipping: float = 0.01, eps: float = 1e-3) -> Moved:
    """A gradient is bounded by a share of the weights that it is to change."""
    g = list(at.g)
    for block in at.blocks:
        for places in units(block):
            most = clipping * max(length([at.x[i] for i in places]), eps)
            size = length([at.g[i] for i in places])
            if size > most:
                for i in places:
                    g[i] = most / size * at.g[i]
    return Moved(at.x, state, g)


@MODIFIERS.card(
    "g ← g/(‖g‖ + ε)", stage="gradient", requires=(not_negative("eps"),),
    source="Nesterov 1984, Matekon 29; Hazan, Levy & Shalev-Shwartz 2015, arXiv:1507.02030",
)
def normalize(at: At, state: State, t: int, *, eps: float = 1e-12) -> Moved:
    """Only the gradient's direction counts."""
    size = length(at.g) + eps
    return Moved(at.x, state, [g / size for g in at.g])


@MODIFIERS.card(
    "g ← g − mean g of its row, in matrices", stage="gradient", source="Yong et al. 2020, arXiv:2004.01461",
)
def centralize(at: At, state: State, t: int) -> Moved:
    """Gradient centralization: the weights into a unit keep their sum."""
    g = list(at.g)
    for first, rows, columns in at.blocks:
        for row in range(rows if rows > 1 else 0):
            places = range(first + row * columns, first + (row + 1) * columns)
            mean = sum(at.g[i] for i in places) / columns
            for i in places:
                g[i] = at.g[i] - mean
    return Moved(at.x, state, g)


@MODIFIERS.card(
    "g ← (g − x·⟨x, g⟩/‖x‖²)·‖g‖/‖g − ...‖, tensor by tensor", stage="gradient", agreement=1e-10,
    source="Prieto et al. 2025, arXiv:2501.04697",
)
def orthograd(at: At, state: State, t: int) -> Moved:
    """What would only make the weights longer is taken out of the gradient, which keeps its length."""
    g = list(at.g)
    for block in at.blocks:
        places = entries(block)
        weights, slopes = [at.x[i] for i in places], [at.g[i] for i in places]
        along = dot(weights, slopes) / (dot(weights, weights) + 1e-30)
        across = [slope - along * weight for weight, slope in zip(weights, slopes, strict=True)]
        scale = length(slopes) / (length(across) + 1e-30)
        for i, value in zip(places, across, strict=True):
            g[i] = scale * value
    return Moved(at.x, state, g)


@MODIFIERS.card(
    "h ← α·h + (1−α)·g, at first g;  g ← g + λ·h", stage="gradient", state={"h": 0.0},
    requires=(share("alpha"), not_negative("lamb")), source="Lee et al. 2024, arXiv:2405.20233",
)
def grokfast(at: At, state: State, t: int, *, lamb: float = 2.0, alpha: float = 0.98) -> Moved:
    """What changes slowly in the gradients is amplified."""
    slow = at.g if t == 1 else [alpha * h + (1 - alpha) * g for h, g in zip(state["h"], at.g, strict=True)]
    return Moved(at.x, {"h": slow}, [g + lamb * h for g, h in zip(at.g, slow, strict=True)])


@MODIFIERS.card(
    "g ← g + N(0, η/t^γ)", stage="gradient", requires=(positive("eta"), not_negative("gamma")),
    source="Neelakantan et al. 2015, arXiv:1511.06807",
)
def noise(at: At, state: State, t: int, *, eta: float = 0.01, gamma: float = 0.55) -> Moved:
    """Annealed Gaussian noise, of the run's own seed."""
    own, deviation = mixed(at.seed, NOISE) >> 1, sqrt(eta / t**gamma)
    return Moved(at.x, state, [g + deviation * normal(own, t, i) for i, g in enumerate(at.g)])


@MODIFIERS.card(
    "g ← g + λ·x", stage="gradient", requires=(not_negative("weight_decay"),),
    source="Krogh & Hertz 1991, NIPS 4",
)
def l2(at: At, state: State, t: int, *, weight_decay: float = 0.01) -> Moved:
    """Weight decay through the gradient: that of λ/2·‖x‖² is added, which the moments see."""
    return Moved(at.x, state, [g + weight_decay * x for x, g in zip(at.x, at.g, strict=True)])


@MODIFIERS.card(
    "g ← g + λ·sign(x)", stage="gradient", requires=(not_negative("weight"),),
    source="Tibshirani 1996, J. R. Stat. Soc. B 58(1)",
)
def l1(at: At, state: State, t: int, *, weight: float = 0.01) -> Moved:
    """The slope of λ·Σ|x| is added."""
    return Moved(at.x, state, [g + weight * sign(x) for x, g in zip(at.x, at.g, strict=True)])


@MODIFIERS.card(
    "g ← −g", stage="gradient", source="torch 2.13, torch.optim, the argument maximize",
)
def maximize(at: At, state: State, t: int) -> Moved:
    """Uphill: every gradient is turned around."""
    return Moved(at.x, state, [-g for g in at.g])


@MODIFIERS.card(
    "x ← (1 − η·λ)·x", stage="weights", requires=(not_negative("weight_decay"),),
    source="Loshchilov & Hutter 2019, arXiv:1711.05101",
)
def decay(at: At, state: State, t: int, *, weight_decay: float = 0.01) -> Moved:
    """Weight decay that the moments do not see."""
    return Moved([x - at.lr * weight_decay * x for x in at.x], state)


@MODIFIERS.card(
    "after the step: x ← sign(x)·max(0, |x| − η·λ)", stage="after", requires=(not_negative("weight"),),
    source="Beck & Teboulle 2009, SIAM J. Imaging Sci. 2(1): with gd it is ISTA",
)
def shrink(at: At, state: State, t: int, *, weight: float = 0.01) -> Moved:
    """The proximal step of λ·Σ|x|: small weights become exactly 0."""
    return Moved([sign(x) * max(0, abs(x) - at.lr * weight) for x in at.x], state)


@MODIFIERS.card(
    "after the step: x ← max(0, x)", stage="after", source="Goldstein 1964, Bull. Amer. Math. Soc. 70(5)",
)
def nonnegative(at: At, state: State, t: int) -> Moved:
    """Projected on what is not negative."""
    return Moved([max(x, 0 * x) for x in at.x], state)


@MODIFIERS.card(
    "after the step: x ← max(−bound, min(bound, x))", stage="after", requires=(positive("bound"),),
    source="Goldstein 1964, Bull. Amer. Math. Soc. 70(5)",
)
def box(at: At, state: State, t: int, *, bound: float = 1.0) -> Moved:
    """Projected into a box around 0."""
    return Moved([max(-bound, min(bound, x)) for x in at.x], state)
