"""Methods that look at curvature or along a line: one textbook step each with its card.

Those that search along a line take one gradient a step, at a trial point. They are judged at the point they accepted
last, and the learning rate is the length of the first trial.
"""

from dlc.reference.line_search import SEARCH, aimed, dot, first_step, look, trial
from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import OPTIMIZERS, At, Moved, State, positive, share

# A card reads as one entry of a table.
# fmt: off

SEARCHING = (positive("lr"), share("decrease"), positive("curvature"))
WOLFE = "φ(a) ≤ φ(0) + c₁·a·φ′(0) and |φ′(a)| ≤ −c₂·φ′(0)"
EXACT = "exact gradients"
NOCEDAL = "Nocedal & Wright 2006, Numerical Optimization"
MEMORY = 10
ANY_SLOPE = 1e300
ROUNDING = 2.0**-52
PAIRS: dict[str, float | str] = {
    "pairs": 0.0, **{f"{letter}{k}": 0.0 for letter in "sy" for k in range(MEMORY)},
}


def less(a: list[Number], b: list[Number]) -> list[Number]:
    """A − b."""
    return [one - other for one, other in zip(a, b, strict=True)]


def remembered(state: State, s: list[Number], y: list[Number], least: Number) -> State:
    """The state with one more pair, in place of the oldest of ten, if its curvature sᵀy is above LEAST."""
    if not dot(s, y) > least:
        return state
    k = int(state["pairs"][0])
    return {**state, f"s{k % MEMORY}": s, f"y{k % MEMORY}": y, "pairs": [state["pairs"][0] + 1, *state["pairs"][1:]]}


def two_loops(g: list[Number], state: State) -> list[Number]:
    """−H·g by the recursion over the pairs kept; −g without any."""
    count = int(state["pairs"][0])
    kept = [(state[f"s{k % MEMORY}"], state[f"y{k % MEMORY}"]) for k in range(max(0, count - MEMORY), count)]
    q, shares = list(g), []
    for s, y in reversed(kept):
        shares.append(dot(s, q) / dot(s, y))
        q = [value - shares[-1] * change for value, change in zip(q, y, strict=True)]
    if kept:
        s, y = kept[-1]
        q = [value * dot(s, y) / dot(y, y) for value in q]
    for (s, y), part in zip(kept, reversed(shares), strict=True):
        back = part - dot(y, q) / dot(s, y)
        q = [value + back * move for value, move in zip(q, s, strict=True)]
    return [-value for value in q]


@OPTIMIZERS.card(
    f"x ← x − H·g by the last 10 pairs s = x − x₋₁, y = g − g₋₁, as far as {WOLFE} say", whole=True, answer="at",
    state={**SEARCH, **PAIRS}, requires=SEARCHING, natural=1.0, is_rate_free=True, needs=EXACT, agreement=1e-6,
    defaults_of=NOCEDAL, source="Liu & Nocedal 1989, Math. Programming 45; pairs with sᵀy ≤ 2⁻⁵²·yᵀy are left out",
)
def lbfgs(
    at: At, state: State, t: int,
    *, lr: float = 1.0, decrease: float = 1e-4, curvature: float = 0.9,
) -> Moved:
    """L-BFGS with a line search: Newton's method with curvature as seen on the last steps."""
    state, is_accepted = look(at, state, decrease, curvature)
    if is_accepted:
        y = less(at.g, state["slope"])
        state = remembered(state, less(at.x, state["at"]), y, ROUNDING * dot(y, y))
        step = first_step(at) if state["pairs"][0] == 0 else 1
        state = aimed(at, state, two_loops(at.g, state), step)
    return Moved(trial(state), state)


@OPTIMIZERS.card(
    "x ← x − η·H·g by the last 10 pairs s = x − x₋₁, y = g − g₋₁;  x ← x − η·min(1, 1/‖g‖₁)·g without any", whole=True,
    state={"at": "x", "slope": 0.0, "along": 0.0, **PAIRS}, requires=(positive("lr"),), natural=1.0, needs=EXACT,
    agreement=1e-6, defaults_of="torch 2.13, with its history of 100 set to 10",
    source="Liu & Nocedal 1989, Math. Programming 45; as torch without line search, which leaves out sᵀy ≤ 1e-10",
)
def lbfgs_fixed(at: At, state: State, t: int, *, lr: float = 1.0) -> Moved:
    """L-BFGS whose every step has the same length: nothing checks that it went down."""
    if t > 1:
        state = remembered(state, less(at.x, state["at"]), less(at.g, state["slope"]), 1e-10)
    along = two_loops(at.g, state)
    size = sum(abs(g) for g in at.g)
    rate = lr / size if t == 1 and size > 1 else lr
    return Moved(
        [x + rate * d for x, d in zip(at.x, along, strict=True)], {**state, "at": at.x, "slope": at.g, "along": along},
    )


@OPTIMIZERS.card(
    f"d ← −g + max(0, gᵀ(g − g₋₁)/‖g₋₁‖²)·d;  x ← x + a·d, as far as {WOLFE} say", whole=True, answer="at",
    state=SEARCH, requires=SEARCHING, natural=1.0, is_rate_free=True, needs=EXACT, agreement=1e-6, aliases=("cg",),
    defaults_of=NOCEDAL, source="Polak & Ribière 1969, RIRO 3; Gilbert & Nocedal 1992, SIAM J. Optim. 2",
)
def conjugate_gradients(
    at: At, state: State, t: int,
    *, lr: float = 1.0, decrease: float = 1e-4, curvature: float = 0.1,
) -> Moved:
    """Nonlinear conjugate gradients: each line as independent of the last ones as the curvature lets it be."""
    state, is_accepted = look(at, state, decrease, curvature)
    if is_accepted:
        before = dot(state["slope"], state["slope"])
        beta = max(0, dot(at.g, less(at.g, state["slope"])) / before) if before > 0 else 0
        along = [beta * d - g for d, g in zip(state["along"], at.g, strict=True)]
        state = aimed(at, state, along, like_last_step(at, state, along))
    return Moved(trial(state), state)


def like_last_step(at: At, state: State, along: list[Number]) -> Number:
    """The step along ALONG that goes down as far as the last step did, to first order, and at most ten times that."""
    last, slope = state["step"][0], dot(at.g, along)
    expected = last * state["φ′₀"][0]
    return min(expected / slope, 10 * last) if expected < 0 and slope < 0 else first_step(at)


@OPTIMIZERS.card(
    "x ← x − a·g with a by interpolation until φ(a) ≤ φ(0) + c₁·a·φ′(0)", whole=True, answer="at", state=SEARCH,
    requires=(positive("lr"), share("decrease")), natural=1.0, is_rate_free=True, needs=EXACT, agreement=1e-6,
    defaults_of=NOCEDAL, source="Armijo 1966, Pacific J. Math. 16",
)
def gd_armijo(
    at: At, state: State, t: int,
    *, lr: float = 1.0, decrease: float = 1e-4,
) -> Moved:
    """Gradient descent with backtracking: it begins with twice the last step and shortens it until the loss falls."""
    state, is_accepted = look(at, state, decrease, ANY_SLOPE)
    if is_accepted:
        step = 2 * state["step"][0] if state["step"][0] > 0 else first_step(at)
        state = aimed(at, state, [-g for g in at.g], step)
    return Moved(trial(state), state)


@OPTIMIZERS.card(
    "a = sᵀs/sᵀy with s = x − x₋₁, y = g − g₋₁ where sᵀy > 0, else as before;  x ← x − a·g;  a = η at first",
    whole=True, state={"x₋₁": "x", "g₋₁": 0.0, "a": "lr"}, requires=(positive("lr"),), is_rate_free=True, needs=EXACT,
    agreement=1e-8, natural=1e-3, defaults_of="our choice of the first step",
    source="Barzilai & Borwein 1988, IMA J. Numer. Anal. 8",
)
def barzilai_borwein(at: At, state: State, t: int, *, lr: float = 1e-3) -> Moved:
    """Gradient descent with the step of the last secant: it goes up now and then, and arrives sooner for it."""
    s, y = less(at.x, state["x₋₁"]), less(at.g, state["g₋₁"])
    along = dot(s, y)
    step = dot(s, s) / along if along > 0 else state["a"][0]
    x = [x - step * g for x, g in zip(at.x, at.g, strict=True)]
    return Moved(x, {"x₋₁": at.x, "g₋₁": at.g, "a": [step, *state["a"][1:]]})


@OPTIMIZERS.card(
    "a = min(√(1+θ)·a₋₁, ‖x − x₋₁‖/(2·‖g − g₋₁‖));  θ = a/a₋₁;  x ← x − a·g;  a = η at first",
    whole=True, state={"x₋₁": "x", "g₋₁": 0.0, "a": "lr", "θ": 1e9}, requires=(positive("lr"),), is_rate_free=True,
    natural=1e-6, defaults_of="our choice of the first step", needs=EXACT,
    source="Malitsky & Mishchenko 2020, arXiv:1910.09529",
)
def adgd(at: At, state: State, t: int, *, lr: float = 1e-6) -> Moved:
    """Adaptive gradient descent without descent: the step follows the local smoothness."""
    last, theta = state["a"][0], state["θ"][0]
    way, change = (sqrt(dot(d, d)) for d in (less(at.x, state["x₋₁"]), less(at.g, state["g₋₁"])))
    if way > 0 and change > 0:
        most = sqrt(1 + theta) * last
        step = most if 2 * change * most <= way else way / (2 * change)
        theta, last = step / last, step
    x = [x - last * g for x, g in zip(at.x, at.g, strict=True)]
    rest = state["a"][1:]
    return Moved(x, {"x₋₁": at.x, "g₋₁": at.g, "a": [last, *rest], "θ": [theta, *rest]})
