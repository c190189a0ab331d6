"""Estimates of objectives that are expectations: value and gradient from samples, with their standard errors.

An estimator draws a batch: draw(x, count, random, **knobs) -> values [count], gradients [count, dimension], the means
of which are what the objective and its gradient are. A baseline is the mean of the batch's other samples, so that it
does not depend on the sample it is subtracted from.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from dlc.kernels.objectives_fitness import CURVATURES, SUMMIT
from dlc.kernels.objectives_reward import BEGINS, EARNS, LEADS, REWARDS

Batch = tuple[np.ndarray, np.ndarray]
Draw = Callable[..., Batch]

BATCH = 2**14
LONGEST_EPISODES = 1e5  # on average


class Estimate(NamedTuple):
    """The means of the samples, and their standard errors: of the value, and then of each slope."""

    means: np.ndarray
    errors: np.ndarray


def estimate(name: str, x: np.ndarray, samples: int, seed: int, **knobs: float) -> Estimate:
    """From SAMPLES (2 or more) at X. Raises ValueError where they would take too long."""
    random = np.random.default_rng(seed)
    batches = -(-samples // BATCH)
    count, means, squares = 0, np.zeros(1 + x.size), np.zeros(1 + x.size)
    for i in range(batches):
        size = samples * (i + 1) // batches - samples * i // batches
        values, slopes = ESTIMATORS[name](x, size, random, **knobs)
        drawn = np.column_stack([values, slopes])
        here = drawn.mean(axis=0)
        offset, count = here - means, count + size
        means += offset * size / count
        squares += ((drawn - here) ** 2).sum(axis=0) + offset**2 * size * (count - size) / count
    return Estimate(means, np.sqrt(squares / (count - 1) / count))


def above_others(values: np.ndarray) -> np.ndarray:
    """Each value less the mean of the others, as a column."""
    return ((values - values.mean()) * (values.size / (values.size - 1)))[:, None]


def drawn(shares: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One place for each row of SHARES, with the probabilities that stand there."""
    return (random.random(len(shares))[:, None] >= np.cumsum(shares[:, :-1], axis=1)).sum(axis=1)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Shares along the last axis."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def antithetic(fitness: Callable[[np.ndarray], np.ndarray], x: np.ndarray, noise: np.ndarray, sigma: float) -> Batch:
    """Of evolution strategies, from pairs of opposite steps x ± sigma·NOISE [pairs, dimension]."""
    above, below = fitness(x + sigma * noise), fitness(x - sigma * noise)
    return (above + below) / 2, ((above - below) / (2 * sigma))[:, None] * noise


def pairs(fitness: Callable[[np.ndarray], np.ndarray]) -> Draw:
    """Antithetic pairs with normal noise."""

    def draw(x: np.ndarray, count: int, random: np.random.Generator, sigma: float) -> Batch:
        return antithetic(fitness, x, random.standard_normal((count, x.size)), sigma)

    return draw


def bits(fitness: Callable[[np.ndarray], np.ndarray]) -> Draw:
    """Strings of independent bits, and the scores of their probabilities."""

    def draw(x: np.ndarray, count: int, random: np.random.Generator) -> Batch:
        chances = 1 / (1 + np.exp(-x))
        strings = (random.random((count, x.size)) < chances).astype(float)
        values = fitness(strings)
        return values, above_others(values) * (strings - chances)

    return draw


def quadratic_fitness(x: np.ndarray) -> np.ndarray:
    """−½·Σ λᵢ·(xᵢ − cᵢ)²."""
    return -((x - SUMMIT) ** 2 @ CURVATURES) / 2


def rastrigin_fitness(x: np.ndarray) -> np.ndarray:
    """−Σ (xᵢ² + 10 − 10·cos(2πxᵢ))."""
    return -(x**2 + 10 - 10 * np.cos(2 * np.pi * x)).sum(axis=1)


def count_ones(strings: np.ndarray) -> np.ndarray:
    """Σ bᵢ."""
    return strings.sum(axis=1)


def count_leading_ones(strings: np.ndarray) -> np.ndarray:
    """Σ_k b₁·…·b_k."""
    return np.cumprod(strings, axis=1).sum(axis=1)


def arms(shares: np.ndarray, worth: np.ndarray, count: int, random: np.random.Generator) -> Batch:
    """Arms drawn with these SHARES, and the scores of their logits."""
    chosen = drawn(np.broadcast_to(shares, (count, shares.size)), random)
    values = worth[chosen]
    return values, above_others(values) * (np.eye(shares.size)[chosen] - shares)


def bandit(x: np.ndarray, count: int, random: np.random.Generator) -> Batch:
    """Draws of an arm, each worth its reward."""
    return arms(softmax(x), REWARDS, count, random)


def entropy_bandit(x: np.ndarray, count: int, random: np.random.Generator, temperature: float) -> Batch:
    """Draws of an arm, each worth its reward less temperature·ln share; the last logit is held at 0."""
    logits = np.append(x, 0.0)
    shares = softmax(logits)
    log_shares = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
    values, slopes = arms(shares, REWARDS - temperature * log_shares, count, random)
    return values, slopes[:, :-1]


def episodes(x: np.ndarray, count: int, random: np.random.Generator, discount: float) -> Batch:
    """Episodes that go on after each step with probability DISCOUNT: their plain returns have the discounted mean."""
    if LONGEST_EPISODES * (1 - discount) < 1:
        raise ValueError(f"episodes of {1 / (1 - discount):.3g} steps on average are too long to be drawn")
    policy = softmax(x.reshape(LEADS.shape[:2]))
    returns, scores, spent = np.zeros(count), np.zeros((count, *policy.shape)), np.zeros((count, *policy.shape))
    alive = np.arange(count)
    states = drawn(np.broadcast_to(BEGINS, (count, BEGINS.size)), random)
    while alive.size:
        actions = drawn(policy[states], random)
        score = np.eye(policy.shape[1])[actions] - policy[states]
        scores[alive, states] += score
        spent[alive, states] += score * returns[alive, None]  # an action is not to be thanked for what came before it
        returns[alive] += EARNS[states, actions]
        goes_on = random.random(alive.size) < discount
        alive, states, actions = alive[goes_on], states[goes_on], actions[goes_on]
        states = drawn(LEADS[states, actions], random)
    return returns, above_others(returns) * scores.reshape(count, -1) - spent.reshape(count, -1)


ESTIMATORS: dict[str, Any] = {
    "es_quadratic": pairs(quadratic_fitness),
    "smoothed_rastrigin": pairs(rastrigin_fitness),
    "one_max": bits(count_ones),
    "leading_ones": bits(count_leading_ones),
    "softmax_bandit": bandit,
    "entropy_bandit": entropy_bandit,
    "tabular_mdp": episodes,
}
