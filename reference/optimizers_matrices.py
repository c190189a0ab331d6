"""Steps that see a tensor as a matrix: one textbook step each with its card."""

from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import (
    OPTAX,
    OPTIMIZERS,
    At,
    Block,
    Moved,
    State,
    not_negative,
    positive,
    share,
    switch,
)  # fmt: skip
from dlc.reference.optimizers_means import adam_nesterov, unbiased

# A card reads as one entry of a table.
# fmt: off

Matrix = list[list[Number]]


def matrix(values: list[Number], block: Block) -> Matrix:
    """The tensor as a list of its rows; a vector has one."""
    first, rows, columns = block
    return [values[first + i * columns : first + (i + 1) * columns] for i in range(rows)]


def transposed(a: Matrix) -> Matrix:
    """Columns as rows."""
    return [list(column) for column in zip(*a, strict=True)]


def product(a: Matrix, b: Matrix) -> Matrix:
    """The matrix product."""
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in transposed(b)] for row in a]


def combined(p: Number, a: Matrix, q: Number, b: Matrix) -> Matrix:
    """p·a + q·b."""
    return [[p * x + q * y for x, y in zip(left, right, strict=True)] for left, right in zip(a, b, strict=True)]


def flat(a: Matrix) -> list[Number]:
    """The tensor as it lies in x."""
    return [value for row in a for value in row]


def mean(values: list[Number]) -> Number:
    """Σ v/n."""
    return sum(values) / len(values)


def rms(a: Matrix) -> Number:
    """The root of the mean square of all entries."""
    return sqrt(mean([value**2 for value in flat(a)]))


@OPTIMIZERS.card(
    "each tensor: r, c ← means of g² + ε₁ over its rows and over its columns, of which 1 − t^(−power) is kept;  "
    "v = r·c/mean(r), of a vector c;  u = g/√v;  x ← x − η·λ·x − max(ε₂, rms(x))·min(η, 1/√t)·u/max(1, rms(u)/d)",
    whole=True, state={"r": 0.0, "c": 0.0},
    requires=(
        positive("lr"), positive("power"), not_negative("eps1"), not_negative("eps2"), positive("threshold"),
        not_negative("floor"), not_negative("weight_decay"),
    ),
    defaults_of="keras 3.15", paper={"lr": 1e-2}, source="Shazeer & Stern 2018, arXiv:1804.04235, algorithms 4 and 5",
)
def adafactor(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, power: float = 0.8, eps1: float = 1e-30, eps2: float = 1e-3, threshold: float = 1.0,
    floor: float = 0.0, weight_decay: float = 0.0,
) -> Moved:
    """RMSprop that keeps of a matrix only means of rows and of columns, with steps relative to the weights' size.

    d is the threshold. A floor is the least mean(r), and its square the least v.
    """
    x, r, c = list(at.x), list(state["r"]), list(state["c"])
    fresh = t ** -power
    for block in at.blocks:
        first, rows, columns = block
        g, weights = matrix(at.g, block), matrix(at.x, block)
        square = [[value**2 + eps1 for value in row] for row in g]
        for means, lines in ((r, square), (c, transposed(square))):
            for k, line in enumerate(lines, first):
                means[k] = (1 - fresh) * means[k] + fresh * mean(line)
        mean_row = max(mean(r[first : first + rows]), floor)
        u = [
            [
                g[i][j] / sqrt(max((r[first + i] / mean_row if rows > 1 else 1) * c[first + j], floor**2))
                for j in range(columns)
            ]
            for i in range(rows)
        ]
        rate = max(eps2, rms(weights)) * min(lr, 1 / sqrt(type(lr)(t))) / max(1, rms(u) / threshold)
        x[first : first + rows * columns] = flat(combined(1 - lr * weight_decay, weights, -rate, u))
    return Moved(x, {"r": r, "c": c})


def orthogonalised(
    a: Matrix, coefficients: tuple[Number, Number, Number], iterations: Number, eps: Number, floor: Number
) -> Matrix:
    """The matrix with its singular values brought near 1, by Newton-Schulz iterations of fifth order."""
    if len(a) > len(a[0]):
        return transposed(orthogonalised(transposed(a), coefficients, iterations, eps, floor))
    p, q, s = coefficients
    length = max(rms(a) * sqrt(type(p)(len(a) * len(a[0]))), floor) + eps
    a = [[value / length for value in row] for row in a]
    for _ in range(int(iterations)):
        gram = product(a, transposed(a))
        a = combined(p, a, 1, product(combined(q, gram, s, product(gram, gram)), a))
    return a


@OPTIMIZERS.card(
    "each matrix: m ← μ·m + (1−μ)·g;  u = (1−μ)·g + μ·m;  X = u/(max(‖u‖, floor) + ε);  `iterations` times X ← a·X + "
    "(b·A + c·A²)·X, A = XXᵀ;  x ← x − η·λ·x − η·√max(1, tall·rows/columns)·X;  each vector: Adam",
    whole=True, state={"m": 0.0, "v": 0.0}, natural=2e-2, paper={"lr": 2e-2},
    requires=(
        positive("lr"), share("momentum"), switch("nesterov"), positive("iterations"), not_negative("eps"),
        not_negative("floor"), not_negative("tall"), not_negative("rms_rate"), not_negative("weight_decay"),
        not_negative("vector_rate"), share("beta1"), share("beta2"), not_negative("vector_eps"),
        not_negative("vector_decay"),
    ),
    cost="1 gradient and 5 times 3 matrix products", source="Jordan et al. 2024, kellerjordan.github.io/posts/muon",
)
def muon(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, momentum: float = 0.95, nesterov: float = 1.0,
    a: float = 3.4445, b: float = -4.7750, c: float = 2.0315, iterations: float = 5.0, eps: float = 0.0,
    floor: float = 1e-7, tall: float = 1.0, rms_rate: float = 0.0, weight_decay: float = 0.1, vector_rate: float = 1.0,
    beta1: float = 0.9, beta2: float = 0.999, vector_eps: float = 1e-7, vector_decay: float = 0.004,
) -> Moved:
    """Momentum of which only the directions count: all singular values of a matrix's step are near 1.

    nesterov = 0 is u = m. An rms_rate makes a step rms_rate·√max(rows, columns) times as long. Vectors take Adam's
    step, with ε beside the root that has its bias, at vector_rate·η.
    """
    x, m, v = list(at.x), list(state["m"]), list(state["v"])
    for block in at.blocks:
        first, rows, columns = block
        entries = range(first, first + rows * columns)
        if rows == 1:
            rate = vector_rate * lr * sqrt(1 - beta2**t) / (1 - beta1**t)
            for k in entries:
                m[k] = beta1 * m[k] + (1 - beta1) * at.g[k]
                v[k] = beta2 * v[k] + (1 - beta2) * at.g[k] ** 2
                x[k] = (1 - lr * vector_decay) * x[k] - rate * m[k] / (sqrt(v[k]) + vector_eps)
            continue
        for k in entries:
            m[k] = momentum * m[k] + (1 - momentum) * at.g[k]
        share_of_m = 1 - nesterov * (1 - momentum)
        u = combined(1 - share_of_m, matrix(at.g, block), share_of_m, matrix(m, block))
        scale = sqrt(max(1, tall * rows / columns)) * (rms_rate * sqrt(type(lr)(max(rows, columns))) or 1)
        turned = orthogonalised(u, (a, b, c), iterations, eps, floor)
        x[first : first + rows * columns] = flat(
            combined(1 - lr * weight_decay, matrix(x, block), -lr * scale, turned)
        )
    return Moved(x, {"m": m, "v": v})


@OPTIMIZERS.card(
    "each matrix: m ← μ·m + (1−μ)·g;  u = m̂, with Nesterov that of the next step;  X from u/(‖u‖ + ε) as in Muon, "
    "where adaptive ⟨u, X⟩·X;  x ← x − η·λ·x − η·√max(1, columns/rows)·X;  each vector: Adam, with Nesterov or without",
    whole=True, state={"m": 0.0, "v": 0.0}, natural=2e-2, defaults_of=OPTAX,
    requires=(
        positive("lr"), share("momentum"), switch("nesterov"), positive("iterations"), not_negative("eps"),
        switch("adaptive"), not_negative("rms_rate"), not_negative("weight_decay"), not_negative("vector_rate"),
        share("beta1"), share("beta2"), not_negative("eps_root"), not_negative("vector_decay"),
    ),
    cost="1 gradient and 5 times 3 matrix products",
    source="Jordan et al. 2024, kellerjordan.github.io/posts/muon, as in optax.contrib",
)
def muon_corrected(
    at: At, state: State, t: int,
    *, lr: float = 1e-3, momentum: float = 0.95, nesterov: float = 1.0,
    a: float = 3.4445, b: float = -4.7750, c: float = 2.0315, iterations: float = 5.0, eps: float = 1e-8,
    adaptive: float = 0.0, rms_rate: float = 0.0, weight_decay: float = 0.0, vector_rate: float = 1.0,
    beta1: float = 0.9, beta2: float = 0.999, eps_root: float = 0.0, vector_decay: float = 0.0,
) -> Moved:
    """Muon with means freed of their bias.

    An rms_rate makes a step rms_rate·√max(rows, columns) times as long as X, whatever the shape; vectors go at
    vector_rate·η.
    """
    x, m, v = list(at.x), list(state["m"]), list(state["v"])
    for block in at.blocks:
        first, rows, columns = block
        places = range(first, first + rows * columns)
        if rows == 1:
            knobs = {"beta1": beta1, "beta2": beta2, "eps": eps, "eps_root": eps_root, "nesterov": nesterov}
            for k in places:
                decayed = (1 - vector_rate * lr * vector_decay) * x[k]
                x[k], (m[k], v[k]) = adam_nesterov(decayed, at.g[k], (m[k], v[k]), t, lr=vector_rate * lr, **knobs)
            continue
        for k in places:
            m[k] = momentum * m[k] + (1 - momentum) * at.g[k]
        u = matrix([unbiased(kept, g, momentum, t, nesterov) for kept, g in zip(m, at.g, strict=True)], block)
        turned = orthogonalised(u, (a, b, c), iterations, eps, 0)
        scale = rms_rate * sqrt(type(lr)(max(rows, columns))) or sqrt(type(lr)(max(rows, columns)) / rows)
        if adaptive:
            scale = scale * sum(p * q for p, q in zip(flat(u), flat(turned), strict=True))
        x[first : first + rows * columns] = flat(combined(1 - lr * weight_decay, matrix(x, block), -lr * scale, turned))
    return Moved(x, {"m": m, "v": v})
