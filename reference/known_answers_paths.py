"""Known answers on quadratics, saddles and piecewise quadratics: how many steps, where to, and how much noise stays."""

from collections.abc import Sequence
from math import ceil, log, log1p, sqrt
from typing import NamedTuple

from dlc.reference.known_answers_family import KNOWN_ANSWERS, Expected

# A card reads as one entry of a table.
# fmt: off


class Method(NamedTuple):
    """An optimizer with all its settings."""

    optimizer: str  # gd, momentum or nesterov
    rate: float
    beta: float = 0.0

    @property
    def label(self) -> str:
        """For reading."""
        return f"{self.optimizer}, η = {self.rate:g}" + f", β = {self.beta:g}" * (self.beta > 0)

    def recursion(self, curvature: float) -> tuple[float, float, float]:
        """On ½·curvature·x²: (first, a, b) with x₁ = first·x₀ and then xₖ₊₁ = a·xₖ − b·xₖ₋₁.

        x is where gradients are taken: of Nesterov's two sequences the one that looks ahead.
        """
        kept = 1 - self.rate * curvature
        if self.optimizer == "nesterov":
            return kept - self.beta * self.rate * curvature, (1 + self.beta) * kept, self.beta * kept
        return kept, kept + self.beta, self.beta


def steps_until(
    method: Method, curvatures: Sequence[float], start: Sequence[float], weights: Sequence[float], share: float
) -> int:
    """The first k with Σ weight·xₖ² ≤ share·Σ weight·x₀², each x on the parabola of its curvature."""
    rows = [method.recursion(curvature) for curvature in curvatures]

    def size(x: Sequence[float]) -> float:
        return sum(w * value * value for w, value in zip(weights, x, strict=True))

    bound = share * size(start)
    if method.beta == 0:  # xₖ = firstᵏ·x₀ only shrinks: bisection
        def is_there(k: int) -> bool:
            return size([first**k * x for (first, _, _), x in zip(rows, start, strict=True)]) <= bound

        low, high = 0, 1
        while not is_there(high):
            low, high = high, 2 * high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if is_there(middle) else (middle, high)
        return high
    before, now, k = list(start), [first * x for (first, _, _), x in zip(rows, start, strict=True)], 1
    while size(now) > bound:
        after = [a * x - b * old for (_, a, b), x, old in zip(rows, now, before, strict=True)]
        before, now, k = now, after, k + 1
    return k


QUADRATIC_SIZE, QUADRATIC_SHARE = 50, 1e-6
CONDITIONS = (100.0, 1e4)


def methods_for(condition: float) -> dict[str, Method]:
    """What is proved for curvatures from 1 to CONDITION, named with the rate at which ‖x‖ shrinks."""
    root, wide = sqrt(condition), sqrt(3 * condition + 1)
    slow = (root - 1) / (root + 1)
    return {
        "gd 1/L, 1 − 1/κ": Method("gd", 1 / condition),
        "gd 2/(L+μ), (κ−1)/(κ+1)": Method("gd", 2 / (condition + 1)),
        "heavy ball, (√κ−1)/(√κ+1)": Method("momentum", 4 / (root + 1) ** 2, slow**2),
        "nesterov 1/L, 1 − 1/√κ": Method("nesterov", 1 / condition, slow),
        "nesterov 4/(3L+μ), 1 − 2/√(3κ+1)": Method("nesterov", 4 / (3 * condition + 1), (wide - 2) / (wide + 2)),
    }


@KNOWN_ANSWERS.card(
    "on a quadratic of 50 curvatures from 1 to κ, ‖x‖ falls to 1e-6 of the first in exactly as many steps as the "
    "recursion of each method has",
    source="Lessard, Recht & Packard 2016, SIAM J. Optim. 26(1), arXiv:1408.3595, Proposition 1",
)
def quadratic_rates() -> list[Expected]:
    """Gradient descent needs in proportion to κ, momentum to √κ."""
    expected = []
    for condition in CONDITIONS:
        curvatures = [condition ** (i / (QUADRATIC_SIZE - 1)) for i in range(QUADRATIC_SIZE)]
        ones = [1.0] * QUADRATIC_SIZE
        for name, method in methods_for(condition).items():
            steps = steps_until(method, curvatures, ones, ones, QUADRATIC_SHARE**2)
            expected.append(Expected(f"steps, κ = {condition:g}, {name}", steps))
    return expected


CYCLE_METHOD, CYCLE_SAFE = Method("momentum", 1 / 9, 4 / 9), Method("gd", 2 / 26)
CYCLE_START, CYCLE_OTHER_STARTS = 3.3, (3.0, 3.5)


@KNOWN_ANSWERS.card(
    "on a strongly convex function with the slope 25x, x + 24 from 1 to 2 and 25x − 24 beyond, the heavy ball with the "
    "rates that are best for quadratics runs in a circle of three points for ever",
    source="Lessard, Recht & Packard 2016, SIAM J. Optim. 26(1), arXiv:1408.3595, section 4.6",
)
def heavy_ball_cycle() -> list[Expected]:
    """The circle solves p = s·r + c − β·q,  q = s·p − β·r,  r = s·q − β·p with s = 1 + β − 25η, c = 24η."""
    rate, beta = CYCLE_METHOD.rate, CYCLE_METHOD.beta
    s, c = 1 + beta - 25 * rate, 24 * rate
    # q and r as multiples of p, from the last two; then p from the first.
    q = (s + beta**2) / (1 + beta * s)
    r = s * q - beta
    p = c / (1 - s * r + beta * q)
    points = [Expected(f"point {i} of the circle", x, 1e-9) for i, x in enumerate(sorted((p, q * p, r * p)), 1)]
    others = [Expected(f"heavy ball from {start:g} ends at", 0.0, 1e-9) for start in CYCLE_OTHER_STARTS]
    return [*points, *others, Expected(f"gd from {CYCLE_START:g} ends at", 0.0, 1e-9)]


NOISY_SIZE, NOISY_CONDITION = 10, 100.0
NOISY_METHODS = (Method("gd", 0.01), Method("gd", 0.004), Method("momentum", 0.002, 0.9))
NOISY_LANES, NOISY_LOOKS = 256, 8
NOISY_ERRORS = 4  # standard errors of the measured mean


def noise_floors(method: Method) -> list[float]:
    """λ·Var(x) of each curvature: Var = η(1+β) / ((1−β)·λ·(2(1+β) − ηλ)), for noise of variance 1."""
    rate, beta = method.rate, method.beta
    curvatures = [NOISY_CONDITION ** (i / (NOISY_SIZE - 1)) for i in range(NOISY_SIZE)]
    return [rate * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - rate * value)) for value in curvatures]


@KNOWN_ANSWERS.card(
    "on a noisy quadratic the loss comes to rest at ½·Σ λ·Var,  Var = η(1+β)σ² / ((1−β)λ(2(1+β) − ηλ))",
    source="the variance of an AR(2) process; Mandt, Hoffman & Blei 2017, JMLR 18(134), arXiv:1704.04289",
)
def noise_floor() -> list[Expected]:
    """The tolerance is four standard errors: a normal x has Var(x²) = 2·Var(x)²."""
    expected = []
    for method in NOISY_METHODS:
        floors = noise_floors(method)
        error = sqrt(sum(floor**2 for floor in floors) / 2 / (NOISY_LANES * NOISY_LOOKS))
        expected.append(Expected(f"mean loss, {method.label}", sum(floors) / 2, NOISY_ERRORS * error))
    return expected


SADDLE_OFF = 1e-6
SADDLE_RATES = (0.1, 0.01, 0.001)
SADDLE_BETA = 0.9


@KNOWN_ANSWERS.card(
    "beside the saddle a² − b², gradient descent multiplies b by 1 + 2η: from 1e-6 it takes ⌈ln 1e6 / ln(1 + 2η)⌉ "
    "steps to |b| ≥ 1",
    source="Du et al. 2017, NeurIPS, arXiv:1705.10412",
)
def saddle_escape() -> list[Expected]:
    """The heavy ball's b follows bₖ₊₁ = (1 + β + 2η)·bₖ − β·bₖ₋₁."""
    expected = []
    for rate in SADDLE_RATES:
        expected.append(Expected(f"steps, gd, η = {rate:g}", ceil(-log(SADDLE_OFF) / log1p(2 * rate))))
        method = Method("momentum", rate, SADDLE_BETA)
        first, a, b = method.recursion(-2.0)
        before, now, steps = SADDLE_OFF, first * SADDLE_OFF, 1
        while now < 1:
            before, now, steps = now, a * now - b * before, steps + 1
        expected.append(Expected(f"steps, {method.label}", steps))
    return expected


ANGLES = (0.0, 15.0, 30.0, 45.0)
TURNED_CONDITION, TURNED_START, TURNED_SHARE = 100.0, (1.0, 0.37), 1e-6
TURNED_METHODS = (Method("gd", 2 / 101), Method("momentum", 0.02, 0.8), Method("nesterov", 0.01, 0.8))


@KNOWN_ANSWERS.card(
    "turning the space changes no step of gradient descent, heavy ball and Nesterov, and changes those of Adam, which "
    "treats coordinates one by one",
    source="the rules themselves; Xie, Mohamadi & Li 2025, ICLR, arXiv:2410.08198 (Adam)",
)
def rotation() -> list[Expected]:
    """For Adam with its best rate at each angle only that the numbers of steps differ."""
    curvatures = (1.0, TURNED_CONDITION)
    expected = []
    for method in TURNED_METHODS:
        steps = steps_until(method, curvatures, TURNED_START, curvatures, TURNED_SHARE)
        expected += [Expected(f"steps, {method.optimizer}, turned by {angle:g}°", steps) for angle in ANGLES]
    return [*expected, Expected("adam: most − fewest steps of the angles", 1, 0, "≥")]
