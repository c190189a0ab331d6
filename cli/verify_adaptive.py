"""Measures the known answers of dlc.reference.known_answers_adaptive: each as numbers in their order."""

from collections.abc import Iterator

import numpy as np

from dlc.cli.agreement_parts import check_optimizer
from dlc.kernels.chain import Walk, chain
from dlc.kernels.known_answers import online
from dlc.reference import known_answers_adaptive as known
from dlc.reference.known_answers_adaptive import Identity
from dlc.reference.optimizers import OPTIMIZERS

SEED = 2026
STEPS = 100
SHAPE = (6, 8)  # coordinates, lanes
TINY = 1e-100  # an ε that makes 0/0 a 0 and changes nothing else
FITTING_STEPS = 2000
PARITY_STEPS, PARITY_LANES = 30, 1  # `dlc check optimizer` goes farther


def adam_fails() -> list[float]:
    """Where each ends, and its regret."""
    adverse, worse = (online(*known.ADVERSE, is_amsgrad) for is_amsgrad in (False, True))
    ends = [online(*known.STOCHASTIC, is_amsgrad)[0] for is_amsgrad in (False, True)]
    return [*adverse, *worse, *ends, online(*known.LONG_MEMORY, False)[0]]


def adam_step_bound() -> list[float]:
    """The first step, the last ones of two lanes, and the longest of the third, at the rate 1."""
    first = Walk(chain([("adam", {})]), np.zeros((1, 1)), 1.0)
    first.step(np.full((1, 1), known.FIRST_SLOPE))
    random = np.random.default_rng(SEED)
    walk = Walk(chain([("adam", {"eps": TINY})]), np.zeros((1, 3)), 1.0)
    longest = np.zeros(3)
    for t in range(known.QUIET_STEPS + known.GROWING_STEPS):
        is_last, k = t == known.QUIET_STEPS + known.GROWING_STEPS - 1, t - known.QUIET_STEPS
        growing = 1e-9 * known.GROWTH**k if k >= 0 else 0.0
        before = walk.x[0].copy()
        walk.step(np.array([[float(is_last), growing, random.normal() * 10 ** random.uniform(-4, 4)]]))
        steps = np.abs(walk.x[0] - before)
        longest = np.maximum(longest, steps)
    return [float(-first.x[0, 0]), float(steps[0]), float(steps[1]), float(longest[2])]


def adaptive_generalisation() -> list[float]:
    """First and second weight, and the share of new rows that are on the wrong side."""
    signs = np.repeat([1.0, -1.0], [known.POSITIVES, known.NEGATIVES])
    rows = np.ones((signs.size, 3 + known.POSITIVES + 5 * known.NEGATIVES))  # slots that are never 1 are left out
    rows[:, 0] = signs
    owners = np.repeat(np.arange(signs.size), np.where(signs > 0, 1, 5))
    rows[:, 3:] = owners == np.arange(signs.size)[:, None]
    curvatures = np.linalg.eigvalsh(rows @ rows.T / signs.size)
    gentle, beta = 2 / (curvatures[-1] + curvatures[0]), 0.9
    settled = [("cosine", {"steps": float(FITTING_STEPS)})]
    found: list[float] = []
    for links, rate in (
        ([("gd", {})], gentle),
        ([("momentum", {"beta": beta})], gentle),
        ([("adagrad", {"eps": TINY})], 0.1),
        ([*settled, ("rmsprop", {"eps": TINY})], 0.01),
        ([*settled, ("adam", {"eps": TINY})], 0.01),
    ):
        walk = Walk(chain(links), np.zeros((rows.shape[1], 1)), rate)
        for _ in range(FITTING_STEPS):
            walk.step(rows.T @ (rows @ walk.x - signs[:, None]) / signs.size)
        first, second, third = walk.x[:3, 0].tolist()
        wrong = known.POSITIVES * (first + second + third <= 0) + known.NEGATIVES * (second + third - first >= 0)
        found += [first, second, wrong / signs.size]
    return found


def _slopes() -> Iterator[np.ndarray]:
    random = np.random.default_rng(SEED)
    for _ in range(STEPS):
        yield random.normal(size=SHAPE) * 10.0 ** random.uniform(-3, 1, SHAPE)


def _difference(identity: Identity) -> float:
    """The greatest one of the two chains' answers."""
    start, rates = np.random.default_rng(SEED + 1).normal(size=SHAPE), np.geomspace(1e-4, 0.1, SHAPE[1])
    left = Walk(chain(identity.left), start, rates)
    right = Walk(chain(identity.right), start, rates * identity.rates)
    worst = 0.0
    for g in _slopes():
        left.step(g)
        right.step(identity.scale * g)
        worst = max(worst, float((np.abs(left.answer - right.answer) / np.maximum(1, np.abs(right.answer))).max()))
    return worst


def identities() -> list[float]:
    """Differences of pairs, of Schedule-Free from a mean, and the step in which RAdam begins to adapt."""
    walk = Walk(chain([("schedule_free_sgd", {"beta": 0.0})]), np.zeros(SHAPE), 0.01)
    points, off = [], 0.0
    for g in _slopes():
        walk.step(g)
        points.append(walk.x.copy())
        off = max(off, float(np.abs(walk.answer - np.mean(points, axis=0)).max()))
    return [*map(_difference, known.IDENTITIES.values()), off, _first_adaptive_step()]


def _first_adaptive_step() -> int:
    """An adaptive step does not see that one slope is 1000 times the other."""
    walk = Walk(chain([("radam", {})]), np.zeros((1, 2)), 1.0)
    for t in range(1, STEPS):
        before = walk.x[0].copy()
        walk.step(np.array([[1.0, 1000.0]]))
        gentle, steep = walk.x[0] - before
        if steep / gentle < 2:
            return t
    return 0


def muon_singular_values() -> list[float]:
    """What one step makes of U·diag(s, √(1 − s²))·Vᵀ, whose norm is 1, turned back."""
    values = np.array(known.muon_values())
    left, right = (np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]) for a in (0.3, 1.1))
    lanes = np.zeros((len(values), 2, 2))
    lanes[:, 0, 0], lanes[:, 1, 1] = values, np.sqrt((1 - values) * (1 + values))
    g = (left @ lanes @ right.T).reshape(-1, 4).T
    walk = Walk(chain([("muon", {"momentum": 0.0, "weight_decay": 0.0})]), np.zeros_like(g), 1.0, blocks=((0, 2, 2),))
    walk.step(g)
    found = (left.T @ -walk.x.T.reshape(-1, 2, 2) @ right)[:, 0, 0]
    return [float(found.min()), float(found.max()), float(found[0]), float(found[len(found) // 2])]


def parity() -> list[float]:
    """How many optimizers were compared, and the worst error as a share of what its card allows."""
    agreements = [
        agreement for card in OPTIMIZERS.values() for agreement in check_optimizer(card, PARITY_STEPS, PARITY_LANES)
    ]
    return [len(agreements), max(each.worst / each.bound for each in agreements)]
