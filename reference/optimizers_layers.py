"""Steps scaled by the norm of each tensor: one textbook step each with its card."""

from dlc.reference.linear import dot
from dlc.reference.numbers import sqrt
from dlc.reference.optimizer_family import (
    OPTAX,
    OPTIMIZERS,
    At,
    Moved,
    State,
    not_negative,
    positive,
    share,
    switch,
)  # fmt: skip
from dlc.reference.optimizers_adaptive import MOMENTS
from dlc.reference.tensors import entries, length, ratio_of_lengths

# A card reads as one entry of a table.
# fmt: off


@OPTIMIZERS.card(
    "each tensor: v ← β·v + η·τ·‖x‖/(‖g‖ + ε)·g;  x ← x − v, with Nesterov x − η·τ·‖x‖/(‖g‖ + ε)·g − β·v",
    whole=True, state={"v": 0.0}, natural=1.0, defaults_of=OPTAX,
    requires=(positive("lr"), share("beta"), positive("trust"), not_negative("eps"), switch("nesterov")),
    source="You, Gitman & Ginsburg 2017, arXiv:1708.03888; weight decay is +l2",
)
def lars(
    at: At, state: State, t: int,
    *, lr: float = 1.0, beta: float = 0.9, trust: float = 1e-3, eps: float = 0.0, nesterov: float = 0.0,
) -> Moved:
    """Momentum of steps as long as a fixed share τ of each tensor's weights."""
    x, v = list(at.x), list(state["v"])
    for block in at.blocks:
        places = entries(block)
        ratio = ratio_of_lengths([at.x[k] for k in places], [at.g[k] for k in places], trust, eps)
        for k in places:
            move = lr * ratio * at.g[k]
            v[k] = beta * v[k] + move
            x[k] -= move + beta * v[k] if nesterov else v[k]
    return Moved(x, {"v": v})


@OPTIMIZERS.card(
    "m, v as in Adam;  u = m̂/(√(v̂ + ε₀) + ε) + λ·x;  each tensor: x ← x − η·‖x‖/‖u‖·u",
    whole=True, state={"m": 0.0, "v": 0.0}, defaults_of=OPTAX,
    requires=(*MOMENTS, not_negative("eps_root"), not_negative("weight_decay")),
    source="You et al. 2020, arXiv:1904.00962, without bounds on ‖x‖",
)
def lamb(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-6, eps_root: float = 0.0,
    weight_decay: float = 0.0,
) -> Moved:
    """Adam with steps as long as a fixed share of each tensor's weights."""
    m = [beta1 * kept + (1 - beta1) * g for kept, g in zip(state["m"], at.g, strict=True)]
    v = [beta2 * kept + (1 - beta2) * g**2 for kept, g in zip(state["v"], at.g, strict=True)]
    u = [
        mean / (1 - beta1**t) / (sqrt(square / (1 - beta2**t) + eps_root) + eps) + weight_decay * x
        for mean, square, x in zip(m, v, at.x, strict=True)
    ]
    x = list(at.x)
    for block in at.blocks:
        places = entries(block)
        ratio = ratio_of_lengths([at.x[k] for k in places], [u[k] for k in places], 1, 0)
        for k in places:
            x[k] -= lr * ratio * u[k]
    return Moved(x, {"m": m, "v": v})


@OPTIMIZERS.card(
    "each tensor: v ← β₂·v + (1−β₂)·‖g‖², at first ‖g‖²;  m ← β₁·m + g/(√(v + ε₀) + ε) + λ·x;  x ← x − η·m",
    whole=True, state={"m": 0.0, "v": 0.0}, defaults_of=OPTAX, paper={"beta1": 0.95, "beta2": 0.98, "eps": 1e-8},
    requires=(*MOMENTS, not_negative("eps_root"), not_negative("weight_decay")),
    source="Ginsburg et al. 2019, arXiv:1905.11286",
)
def novograd(
    at: At, state: State, t: int,
    *, lr: float = 1e-2, beta1: float = 0.9, beta2: float = 0.25, eps: float = 1e-6, eps_root: float = 0.0,
    weight_decay: float = 0.0,
) -> Moved:
    """Momentum over gradients that are scaled by one mean square for a whole tensor."""
    x, m, v = list(at.x), list(state["m"]), list(state["v"])
    for block in at.blocks:
        places, first = entries(block), block[0]
        g = [at.g[k] for k in places]
        v[first] = beta2 * v[first] + (1 - beta2) * dot(g, g) if t > 1 else dot(g, g)
        for k in places:
            m[k] = beta1 * m[k] + at.g[k] / (sqrt(v[first] + eps_root) + eps) + weight_decay * at.x[k]
            x[k] -= lr * m[k]
    return Moved(x, {"m": m, "v": v})


@OPTIMIZERS.card(
    "each tensor: x ← (x − η·max(‖x‖, least)/max(‖g‖, least)·g)/√(1 + η²)",
    whole=True, requires=(positive("lr"), not_negative("least")), defaults_of=OPTAX,
    source="Bernstein et al. 2020, arXiv:2002.03432",
)
def fromage(
    at: At, state: State, t: int,
    *, lr: float = 1e-2, least: float = 1e-6,
) -> Moved:
    """Steps as long as a share of each tensor's weights, whose own length then stays."""
    x = list(at.x)
    for block in at.blocks:
        places = entries(block)
        size, way = (max(length([values[k] for k in places]), least) for values in (at.x, at.g))
        ratio = size / way if size > 0 and way > 0 else 1
        for k in places:
            x[k] = (at.x[k] - lr * ratio * at.g[k]) / sqrt(1 + lr**2)
    return Moved(x, state)


@OPTIMIZERS.card(
    "each tensor: u = g² + min(r of the row, c of the column);  r, c ← the largest u of each row and column;  "
    "m ← β·m + (1−β)·g/√(u + ε);  x ← x − η·m",
    whole=True, state={"m": 0.0, "r": 0.0, "c": 0.0}, natural=1e-1, defaults_of=OPTAX,
    requires=(positive("lr"), share("beta"), not_negative("eps")), source="Anil et al. 2019, arXiv:1901.11150",
)
def sm3(
    at: At, state: State, t: int,
    *, lr: float = 1e-1, beta: float = 0.9, eps: float = 1e-8,
) -> Moved:
    """Adagrad that keeps only the largest sum of squares of each row and column."""
    x, m, r, c = (list(values) for values in (at.x, state["m"], state["r"], state["c"]))
    for first, rows, columns in at.blocks:
        u = [[at.g[first + i * columns + j] ** 2 + min(r[first + i], c[first + j]) for j in range(columns)]
             for i in range(rows)]
        for i in range(rows):
            r[first + i] = max(u[i])
            for j in range(columns):
                k = first + i * columns + j
                scaled = at.g[k] / sqrt(u[i][j] + eps) if u[i][j] > 0 else 0 * at.g[k]
                m[k] = beta * m[k] + (1 - beta) * scaled
                x[k] -= lr * m[k]
        for j in range(columns):
            c[first + j] = max(row[j] for row in u)
    return Moved(x, {"m": m, "r": r, "c": c})


@OPTIMIZERS.card(
    "each tensor: v, of a matrix no smaller than `least`: r·c/mean(r) from means of rows and of columns of g² + ε, "
    "of which 1 − t^(−power) is kept;  u = g/√v, of root mean square at most threshold;  "
    "m ← β·m + (1−β)·η·max(rms(x), 10⁻³)·u;  x ← x − m − λ·x",
    whole=True, state={"m": 0.0, "r": 0.0, "c": 0.0}, defaults_of="optax 0.2.8, without a rate 1",
    requires=(positive("lr"), positive("power"), not_negative("eps"), not_negative("least"), not_negative("threshold"),
              switch("relative"), share("beta"), not_negative("weight_decay")),
    source="Shazeer & Stern 2018, arXiv:1804.04235, algorithm 4, as in optax",
)
def adafactor_momentum(
    at: At, state: State, t: int,
    *, lr: float = 1e-2, power: float = 0.8, offset: float = 0.0, eps: float = 1e-30, least: float = 128.0,
    threshold: float = 1.0, relative: float = 1.0, beta: float = 0.0, weight_decay: float = 0.0,
) -> Moved:
    """Adafactor with momentum over its moves; threshold = 0 bounds nothing, relative = 0 forgets the weights' size."""
    x, m, r, c = (list(values) for values in (at.x, state["m"], state["r"], state["c"]))
    fresh = (t - offset) ** -power
    for block in at.blocks:
        first, rows, columns = block
        places = entries(block)
        squares = [at.g[k] ** 2 + eps for k in places]
        if rows == 1 or min(rows, columns) < least:
            for k, square in zip(places, squares, strict=True):
                c[k] = (1 - fresh) * c[k] + fresh * square
            u = [at.g[k] / sqrt(c[k]) for k in places]
        else:
            for i in range(rows):
                of_row = squares[i * columns : (i + 1) * columns]
                r[first + i] = (1 - fresh) * r[first + i] + fresh * sum(of_row) / columns
            for j in range(columns):
                c[first + j] = (1 - fresh) * c[first + j] + fresh * sum(squares[j::columns]) / rows
            mean = sum(r[first : first + rows]) / rows
            u = [at.g[k] / sqrt(r[first + n // columns] / mean * c[first + n % columns]) for n, k in enumerate(places)]
        size = sqrt(type(lr)(len(u)))
        scale = lr / max(1, length(u) / size / threshold) if threshold else lr
        if relative:
            scale = scale * max(length([at.x[k] for k in places]) / size, 1e-3)
        for k, move in zip(places, u, strict=True):
            m[k] = beta * m[k] + (1 - beta) * scale * move
            x[k] = at.x[k] - m[k] - weight_decay * at.x[k]
    return Moved(x, {"m": m, "r": r, "c": c})
