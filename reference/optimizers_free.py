"""Steps whose size the method finds itself: one textbook step each with its card."""

from dlc.reference.linear import dot
from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import (
    OPTIMIZERS,
    At,
    Moved,
    Slots,
    State,
    not_negative,
    positive,
    share,
    switch,
)  # fmt: skip
from dlc.reference.optimizers_adaptive import MOMENTS
from dlc.reference.tensors import length

# A card reads as one entry of a table.
# fmt: off

TINY = 2.0**-52  # a squared length below which optax takes no step


def with_first(values: list[Number], number: Number) -> list[Number]:
    """A slot whose first entry is a number of the whole run."""
    return [number, *values[1:]]


@OPTIMIZERS.card(
    "x ← x − η·min((f − f_min)/(‖g‖² + ε), max_rate)·g", whole=True, natural=1.0, is_rate_free=True,
    defaults_of="optax 0.2.8", needs="the least loss, f_min",
    requires=(positive("lr"), positive("max_rate"), not_negative("eps"), switch("positive_gap")),
    source="Polyak 1969, USSR Comput. Math. Math. Phys. 9(3); Loizou et al. 2021, arXiv:2002.10542",
)
def polyak_sgd(
    at: At, state: State, t: int,
    *, lr: float = 1.0, max_rate: float = 1.0, f_min: float = 0.0, eps: float = 0.0, positive_gap: float = 0.0,
) -> Moved:
    """Gradient descent to where a line down the slope would reach the least loss."""
    square, gap = dot(at.g, at.g), at.loss - f_min
    if positive_gap:
        gap = max(gap, 0)
    rate = lr * min(gap / (square + eps), max_rate) if square + eps > TINY else 0
    return Moved([x - rate * g for x, g in zip(at.x, at.g, strict=True)], state)


@OPTIMIZERS.card(
    "g ← η·g;  L ← max(L, |g|);  G ← G + |g|;  R ← max(R − g·(x−x₀), 0);  C ← C − g;  "
    "x ← x₀ + C/(L·max(G+L, α·L))·(L+R)",
    state={"x₀": "x", "C": 0.0, "L": "eps", "G": 0.0, "R": 0.0}, natural=1.0, is_rate_free=True,
    requires=(positive("lr"), positive("alpha"), positive("eps")), defaults_of="optax 0.2.8",
    source="Orabona & Tommasi 2017, arXiv:1705.07795",
)
def cocob(
    x: Number, g: Number, state: Slots, t: int,
    *, lr: float = 1.0, alpha: float = 100.0, eps: float = 1e-8,
) -> tuple[Number, Slots]:
    """Each coordinate bets on its gradients as on a coin; η matters only beside ε."""
    start, total, largest, size, reward = state
    g = lr * g
    largest = max(largest, abs(g))
    size = size + abs(g)
    reward = max(reward - g * (x - start), 0)
    total = total - g
    x = start + total / (largest * max(size + largest, alpha * largest)) * (largest + reward)
    return x, (start, total, largest, size, reward)


@OPTIMIZERS.card(
    "r ← max(r, ‖x − x₀‖), at first at least distance + relative·(1+‖x₀‖);  G ← G + ‖g‖²;  x ← x − η·r/√(G + ε)·g",
    whole=True, state={"x₀": "x", "r": 0.0, "G": 0.0}, natural=1.0, is_rate_free=True, defaults_of="optax 0.2.8",
    requires=(positive("lr"), not_negative("distance"), not_negative("relative"), not_negative("first_rate"),
              not_negative("eps")),
    source="Ivgi, Hinder & Carmon 2023, arXiv:2302.12022, without its average",
)
def dog(
    at: At, state: State, t: int,
    *, lr: float = 1.0, distance: float = 0.0, relative: float = 1e-6, first_rate: float = 0.0, eps: float = 1e-8,
) -> Moved:
    """The longest distance from the start over the sum of gradients; a first_rate is taken as it is in step 1."""
    far, total = state["r"][0], state["G"][0]
    if t == 1:
        far = distance + relative * (1 + length(at.x))
    far = max(far, length([x - start for x, start in zip(at.x, state["x₀"], strict=True)]))
    total = total + dot(at.g, at.g)
    rate = first_rate if t == 1 and first_rate > 0 else far / sqrt(total + eps)
    x = [x - lr * rate * g for x, g in zip(at.x, at.g, strict=True)]
    return Moved(x, {"x₀": state["x₀"], "r": with_first(state["r"], far), "G": with_first(state["G"], total)})


@OPTIMIZERS.card(
    "r² ← max(r², ‖x − x₀‖²);  G ← G + r²·‖g‖²;  x ← x − η·r²/(√G + ε)·g",
    whole=True, state={"x₀": "x", "r²": "initial", "G": 0.0}, natural=1.0, is_rate_free=True,
    requires=(positive("lr"), positive("initial"), not_negative("eps")), defaults_of="optax 0.2.8",
    source="Khaled, Mishchenko & Jin 2023, arXiv:2305.16284",
)
def dowg(
    at: At, state: State, t: int,
    *, lr: float = 1.0, initial: float = 1e-4, eps: float = 1e-4,
) -> Moved:
    """DoG in which gradients far from the start count more."""
    apart = [x - start for x, start in zip(at.x, state["x₀"], strict=True)]
    far = max(state["r²"][0], dot(apart, apart))
    total = state["G"][0] + far * dot(at.g, at.g)
    rate = lr * far / (sqrt(total) + eps)
    x = [x - rate * g for x, g in zip(at.x, at.g, strict=True)]
    return Moved(x, {"x₀": state["x₀"], "r²": with_first(state["r²"], far), "G": with_first(state["G"], total)})


@OPTIMIZERS.card(
    "η′ = η·d·√(1−β₂ᵗ)/(1−β₁ᵗ);  r ← √β₂·r + (1−√β₂)·η′·⟨g, s/(√v + ε)⟩;  m ← β₁·m + (1−β₁)·η′·g;  v as in Adam;  "
    "s ← √β₂·s + (1−√β₂)·η′·g;  d ← max(d, r/((1−√β₂)·‖s‖₁));  x ← x − m/(√v + ε) − η′·λ·x",
    whole=True, state={"m": 0.0, "v": 0.0, "s": 0.0, "d": "initial", "r": 0.0}, natural=1.0, is_rate_free=True,
    requires=(*MOMENTS, positive("initial"), not_negative("weight_decay")), defaults_of="optax 0.2.8",
    source="Defazio & Mishchenko 2023, arXiv:2301.07733",
)
def dadapt_adamw(
    at: At, state: State, t: int,
    *, lr: float = 1.0, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, initial: float = 1e-6,
    weight_decay: float = 0.0,
) -> Moved:
    """AdamW at a rate from a lower bound of the distance between start and solution."""
    root, d = sqrt(beta2), state["d"][0]
    rate = lr * d * sqrt(1 - beta2**t) / (1 - beta1**t)
    scaled = [s / (sqrt(v) + eps) for s, v in zip(state["s"], state["v"], strict=True)]
    r = root * state["r"][0] + (1 - root) * rate * dot(at.g, scaled)
    m = [beta1 * kept + (1 - beta1) * rate * g for kept, g in zip(state["m"], at.g, strict=True)]
    v = [beta2 * kept + (1 - beta2) * g**2 for kept, g in zip(state["v"], at.g, strict=True)]
    s = [root * kept + (1 - root) * rate * g for kept, g in zip(state["s"], at.g, strict=True)]
    total = sum(map(abs, s))
    if total > 0:
        d = max(d, r / ((1 - root) * total))
    x = [
        x - mean / (sqrt(square) + eps) - rate * weight_decay * x
        for x, mean, square in zip(at.x, m, v, strict=True)
    ]
    return Moved(x, {"m": m, "v": v, "s": s, "d": with_first(state["d"], d), "r": with_first(state["r"], r)})


@OPTIMIZERS.card(
    "η′ = η·d·√(1−β₂ᵗ)/(1−β₁ᵗ);  m, v as in Adam, of d·g;  r ← β₃·r + d/d₀·η′·⟨g, x₀−x⟩;  s ← β₃·s + η′·d/d₀·g;  "
    "x ← x − η′·λ·x − η′·m/(√v + d′·ε),  d′ = max(d, coefficient·r/‖s‖₁);  d ← d′",
    whole=True, state={"x₀": "x", "m": 0.0, "v": 0.0, "s": 0.0, "d": "initial", "r": 0.0}, natural=1.0,
    is_rate_free=True, defaults_of="optax 0.2.8",
    requires=(*MOMENTS, share("beta3"), positive("initial"), positive("coefficient"), not_negative("weight_decay"),
              switch("warmup")),
    source="Mishchenko & Defazio 2024, arXiv:2306.06101, with Adam's corrections of bias",
)
def prodigy(
    at: At, state: State, t: int,
    *, lr: float = 1.0, beta1: float = 0.9, beta2: float = 0.999, beta3: float = 0.0, eps: float = 1e-8,
    initial: float = 1e-6, coefficient: float = 1.0, weight_decay: float = 0.0, warmup: float = 0.0,
) -> Moved:
    """D-Adaptation that finds the distance faster; β₃ = 0 stands for √β₂, and warmup = 1 leaves the rate out of s."""
    beta3 = beta3 or sqrt(beta2)
    d = state["d"][0]
    rate = lr * d * sqrt(1 - beta2**t) / (1 - beta1**t)
    apart = [start - x for x, start in zip(at.x, state["x₀"], strict=True)]
    r = beta3 * state["r"][0] + d / initial * rate * dot(at.g, apart)
    m = [beta1 * kept + (1 - beta1) * d * g for kept, g in zip(state["m"], at.g, strict=True)]
    v = [beta2 * kept + (1 - beta2) * (d * g)**2 for kept, g in zip(state["v"], at.g, strict=True)]
    weight = (d if warmup else rate) * d / initial
    s = [beta3 * kept + weight * g for kept, g in zip(state["s"], at.g, strict=True)]
    total = sum(map(abs, s))
    if total > 0:
        d = max(d, coefficient * r / total)
    x = [
        x - rate * (weight_decay * x + mean / (sqrt(square) + d * eps))
        for x, mean, square in zip(at.x, m, v, strict=True)
    ]
    after = {"x₀": state["x₀"], "m": m, "v": v, "s": s}
    return Moved(x, after | {"d": with_first(state["d"], d), "r": with_first(state["r"], r)})


def model_step(
    x: list[Number], m: list[Number], scale: list[Number], loss: Number, along: Number, bound: Number, cap: Number,
    bias: Number, lr: Number, weight_decay: Number, lower_bound: Number, adapt: Number,
) -> tuple[list[Number], Number]:
    """The step to where the mean of all linear models of the loss meets its lower bound, at most CAP; the new bound."""
    shrink = 1 + lr * weight_decay
    square = sum(mean**2 / size for mean, size in zip(m, scale, strict=True))
    inner = dot(m, x)
    if adapt:
        height = shrink * (loss - along) + inner
        if height < shrink * bias * bound:
            bound = max(height / (2 * bias * shrink), lower_bound)
    gap = max(shrink * (loss - bias * bound - along) + inner, 0)
    rate = min(cap, gap / square) if square > TINY else 0
    x = [w - lr * weight_decay / shrink * w - rate * mean / size for w, mean, size in zip(x, m, scale, strict=True)]
    if adapt:
        bound = max((loss + inner - along - rate * square / 2) / bias, lower_bound)
    return x, bound


@OPTIMIZERS.card(
    "m, f̄, γ: means of g, f and ⟨g, x⟩, at first these;  x ← x/(1+η·λ) − min(η, h₊/‖m‖²)·m,  "
    "h = (1+η·λ)·(f̄ − f* − γ) + ⟨m, x⟩",
    whole=True, state={"m": 0.0, "f̄": 0.0, "γ": 0.0, "f*": "lower_bound"}, natural=1.0, is_rate_free=True,
    needs="a lower bound of the loss", defaults_of="optax 0.2.8",
    requires=(positive("lr"), share("beta"), not_negative("weight_decay"), switch("adapt")),
    source="Schaipp et al. 2024, arXiv:2305.07583",
)
def momo(
    at: At, state: State, t: int,
    *, lr: float = 1.0, beta: float = 0.9, lower_bound: float = 0.0, weight_decay: float = 0.0, adapt: float = 0.0,
) -> Moved:
    """Momentum with Polyak's step: to where past gradients together expect the lower bound of the loss."""
    kept = beta if t > 1 else 0
    m = [kept * mean + (1 - kept) * g for mean, g in zip(state["m"], at.g, strict=True)]
    loss = kept * state["f̄"][0] + (1 - kept) * at.loss
    along = kept * state["γ"][0] + (1 - kept) * dot(at.g, at.x)
    ones = [1] * len(m)
    x, bound = model_step(
        at.x, m, ones, loss, along, state["f*"][0], lr, 1, lr, weight_decay, lower_bound, adapt
    )
    numbers = {"f̄": loss, "γ": along, "f*": bound}
    return Moved(x, {"m": m} | {name: with_first(state[name], number) for name, number in numbers.items()})


@OPTIMIZERS.card(
    "m, v as in Adam;  f̄, γ: means of f and ⟨g, x⟩ in the same way;  D = √v̂ + ε;  "
    "x ← x/(1+η·λ) − min(η/(1−β₁ᵗ), h₊/⟨m, m/D⟩)·m/D,  h = (1+η·λ)·(f̄ − (1−β₁ᵗ)·f* − γ) + ⟨m, x⟩",
    whole=True, state={"m": 0.0, "v": 0.0, "f̄": 0.0, "γ": 0.0, "f*": "lower_bound"}, is_rate_free=True,
    needs="a lower bound of the loss", defaults_of="optax 0.2.8",
    requires=(*MOMENTS, not_negative("weight_decay"), switch("adapt")), source="Schaipp et al. 2024, arXiv:2305.07583",
)
def momo_adam(
    at: At, state: State, t: int,
    *, lr: float = 1e-2, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8, lower_bound: float = 0.0,
    weight_decay: float = 0.0, adapt: float = 0.0,
) -> Moved:
    """Adam with Polyak's step, where that is shorter."""
    m = [beta1 * mean + (1 - beta1) * g for mean, g in zip(state["m"], at.g, strict=True)]
    v = [beta2 * mean + (1 - beta2) * g**2 for mean, g in zip(state["v"], at.g, strict=True)]
    loss = beta1 * state["f̄"][0] + (1 - beta1) * at.loss
    along = beta1 * state["γ"][0] + (1 - beta1) * dot(at.g, at.x)
    scale = [eps + sqrt(mean / (1 - beta2**t)) for mean in v]
    bias = 1 - beta1**t
    x, bound = model_step(
        at.x, m, scale, loss, along, state["f*"][0], lr / bias, bias, lr, weight_decay, lower_bound, adapt
    )
    numbers = {"f̄": loss, "γ": along, "f*": bound}
    return Moved(x, {"m": m, "v": v} | {name: with_first(state[name], number) for name, number in numbers.items()})
