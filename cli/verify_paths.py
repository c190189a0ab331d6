"""Measures the known answers of dlc.reference.known_answers_paths: each as numbers in their order."""

import math
from collections.abc import Callable

import numpy as np

from dlc.kernels.chain import Link, Walk, chain
from dlc.kernels.problems import FUNCTIONS
from dlc.kernels.race import Race, advance_all
from dlc.reference import known_answers_paths as known
from dlc.reference.known_answers_paths import Method

CHUNK, MOST_STEPS = 500, 200_000
RATES = np.geomspace(1e-3, 10, 200)  # of Adam, at each angle
BURN_IN, BETWEEN_LOOKS = 1500, 500

Slopes = Callable[[np.ndarray], np.ndarray]


def links(method: Method) -> list[Link]:
    """The chain of the optimizer alone."""
    return chain([(method.optimizer, {"beta": method.beta} if method.beta else {})])


def quadratic_rates() -> list[float]:
    """Steps until ‖x‖ is small enough."""
    return [
        _steps_to_point(method, condition)
        for condition in known.CONDITIONS
        for method in known.methods_for(condition).values()
    ]


def _steps_to_point(method: Method, condition: float) -> int:
    """In chunks as far as they stay away, and from there step by step."""
    start, rates = np.ones((known.QUADRATIC_SIZE, 1)), np.array([method.rate])
    problem = FUNCTIONS["quadratic"].in_dimension(known.QUADRATIC_SIZE)
    bound = known.QUADRATIC_SHARE * np.linalg.norm(start)

    def walked(steps: int) -> Race:
        race = Race(problem, links(method), start, rates, problem_knobs={"condition": condition})
        advance_all([race], steps)
        return race

    def advance_until_near(race: Race, steps: int) -> int:
        while np.linalg.norm(race.x) > bound and race.steps < MOST_STEPS:
            advance_all([race], steps)
        return race.steps

    chunks = advance_until_near(walked(0), CHUNK)
    return advance_until_near(walked(chunks - CHUNK), 1)


def heavy_ball_cycle() -> list[float]:
    """The last three points from the start that circles, and the last ones of others."""

    def slopes(x: np.ndarray) -> np.ndarray:
        return np.where(x < 1, 25 * x, np.where(x < 2, x + 24, 25 * x - 24))

    balls = _walked(known.CYCLE_METHOD, [known.CYCLE_START, *known.CYCLE_OTHER_STARTS], slopes)
    safe = _walked(known.CYCLE_SAFE, [known.CYCLE_START], slopes)
    return [*sorted(balls[-3:, 0].tolist()), *balls[-1, 1:].tolist(), float(safe[-1, 0])]


def _walked(method: Method, starts: list[float], slopes: Slopes, steps: int = 2000) -> np.ndarray:
    """All points of one coordinate: [steps, starts]."""
    walk, points = Walk(links(method), np.array([starts]), method.rate), []
    for _ in range(steps):
        walk.step(slopes(walk.x))
        points.append(walk.x[0].copy())
    return np.array(points)


def noise_floor() -> list[float]:
    """Mean losses at rest, over lanes and times."""
    start = np.zeros((known.NOISY_SIZE, known.NOISY_LANES))
    problem = FUNCTIONS["noisy_quadratic"].in_dimension(known.NOISY_SIZE)
    found = []
    for method in known.NOISY_METHODS:
        rates, seeds = np.full(known.NOISY_LANES, method.rate), np.arange(known.NOISY_LANES)
        race = Race(problem, links(method), start, rates, seeds, {"condition": known.NOISY_CONDITION})
        advance_all([race], BURN_IN)
        losses = []
        for _ in range(known.NOISY_LOOKS):
            advance_all([race], BETWEEN_LOOKS)
            losses.append(race.loss.mean())
        found.append(float(np.mean(losses)))
    return found


def saddle_escape() -> list[float]:
    """Steps until the loss is −1, from a point exactly above the ridge's line a = 0."""
    rates = np.array(known.SADDLE_RATES)
    start = np.repeat([[0.0], [known.SADDLE_OFF]], len(rates), axis=1)
    each = []
    for beta in (0.0, known.SADDLE_BETA):
        method = Method("momentum" if beta else "gd", 0.0, beta)
        race = Race(FUNCTIONS["saddle"], links(method), start, rates, bounds=-np.ones((1, len(rates))))
        advance_all([race], math.ceil(20 / min(rates)))
        each.append(race.reached[0].tolist())
    return [steps for both in zip(*each, strict=True) for steps in both]


def rotation() -> list[float]:
    """Steps at each angle; of Adam the range of those with the best of many rates."""
    found = [
        int(_turned(links(method), np.array([method.rate]), angle)[0])
        for method in known.TURNED_METHODS
        for angle in known.ANGLES
    ]
    counts = [_turned(chain([("adam", {})]), RATES, angle) for angle in known.ANGLES]
    best = [int(steps[steps > 0].min()) for steps in counts]
    return [*found, max(best) - min(best)]


def _turned(optimizer: list[Link], rates: np.ndarray, angle: float) -> np.ndarray:
    """The step in which each rate's loss was first small enough, or −1."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    u, v = known.TURNED_START
    start = np.repeat([[c * u + s * v], [c * v - s * u]], len(rates), axis=1)
    first = (u * u + known.TURNED_CONDITION * v * v) / 2
    bounds = np.full((1, len(rates)), known.TURNED_SHARE * first)
    knobs = {"condition": known.TURNED_CONDITION, "angle": angle}
    race = Race(FUNCTIONS["rotated_ellipsoid"], optimizer, start, rates, problem_knobs=knobs, bounds=bounds)
    advance_all([race], 1000)
    return race.reached[0]
