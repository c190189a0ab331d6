"""Change points: how often noise alone shows one, how often a true one is found, and that the partition is the best."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from dlc.cli import change_points as changes
from dlc.cli.change_points import ChangePoint, change_points, noise

SIGMA = 0.01


def correlated(rng, size, correlation):
    steps = rng.standard_normal(size)
    for run in range(1, size[1]):
        steps[:, run] = correlation * steps[:, run - 1] + (1 - correlation**2) ** 0.5 * steps[:, run]
    return steps


NOISE = {
    "normal": lambda rng, size: rng.standard_normal(size),
    "heavy tails": lambda rng, size: rng.standard_t(3, size),
    "skew": lambda rng, size: np.exp(rng.standard_normal(size)),
    "spiky": lambda rng, size: rng.standard_normal(size) + (rng.random(size) < 0.05) * rng.exponential(15, size),
    "two modes": lambda rng, size: rng.standard_normal(size) + 10 * (rng.random(size) < 0.2),
    "correlated 0.3": lambda rng, size: correlated(rng, size, 0.3),
    "correlated 0.6": lambda rng, size: correlated(rng, size, 0.6),
}
MOST = {"correlated 0.3": 0.04, "correlated 0.6": 0.12}  # of series in which noise shows a change; else 0.02
SERIES = 200


@pytest.mark.parametrize("kind", NOISE)
@pytest.mark.parametrize("runs", [8, 20])
def test_noise_alone_seldom_shows_a_change(kind, runs):
    times = np.exp(SIGMA * NOISE[kind](np.random.default_rng(1), (SERIES, runs)))
    shown = sum(bool(change_points(each)) for each in times)
    assert shown / SERIES <= MOST.get(kind, 0.02)


@pytest.mark.parametrize(
    ("kind", "runs", "at", "sigmas", "share"),
    [
        ("normal", 20, 10, 3, 0.80),
        ("normal", 20, 10, 5, 0.95),
        ("normal", 20, 16, 10, 0.75),
        ("normal", 10, 5, 10, 0.80),
        ("normal", 50, 25, 2, 0.75),
        ("spiky", 20, 10, 5, 0.85),
        ("correlated 0.3", 50, 25, 5, 0.85),
    ],
)
@pytest.mark.parametrize("direction", [1, -1])
def test_a_true_change_is_found_where_it_is(kind, runs, at, sigmas, share, direction):
    steps = NOISE[kind](np.random.default_rng(2), (100, runs))
    steps[:, at:] += direction * sigmas
    found = [change_points(each) for each in np.exp(SIGMA * steps)]
    assert np.mean([any(abs(point.at - at) <= 1 for point in each) for each in found]) >= share
    assert np.mean([len(each) for each in found]) < 1.1


def test_several_changes_are_told_with_their_sizes():
    logs = SIGMA * np.random.default_rng(3).standard_normal(60)
    logs[20:] += np.log(2)
    logs[45:] -= np.log(1.5)
    first, second = change_points(np.exp(logs))
    assert (first.at, second.at) == (20, 45)
    assert first.ratio == pytest.approx(2, rel=0.02)
    assert second.ratio == pytest.approx(1 / 1.5, rel=0.02)
    assert first.after == second.before == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize("spikes", [[5], [5, 6], [18, 19], [0, 1, 10, 19]])
def test_spikes_are_no_change(spikes):
    logs = SIGMA * np.random.default_rng(4).standard_normal(20)
    logs[spikes] += 1.0
    assert change_points(np.exp(logs)) == []


def test_what_never_varies_has_changes_from_the_least_noise_on():
    assert change_points([3.0] * 20) == []
    assert change_points([3.0] * 10 + [3.001] * 10) == [], "0.03 %"
    assert change_points([3.0] * 10 + [3.1] * 10) == [ChangePoint(10, pytest.approx(3.0), pytest.approx(3.1))]


@pytest.mark.parametrize("count", range(changes.FEWEST))
def test_of_few_runs_nothing_is_told(count):
    assert change_points([1.0] * (count // 2) + [9.0] * (count - count // 2)) == []


def test_the_unit_of_time_and_the_direction_do_not_matter():
    logs = SIGMA * np.random.default_rng(6).standard_normal(30)
    logs[18:] += 0.1
    there = [point.at for point in change_points(np.exp(logs))]
    assert there == [18]
    assert [point.at for point in change_points(1e-9 * np.exp(logs))] == there
    assert [30 - point.at for point in change_points(np.exp(logs[::-1]))] == there


def test_noise_is_that_about_the_levels():
    logs = SIGMA * np.random.default_rng(7).standard_normal(2000)
    logs[700:] += 1.0
    assert noise(logs) == pytest.approx(SIGMA, rel=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_no_partition_is_better(seed):
    rng = np.random.default_rng(seed)
    scaled = rng.standard_normal(11) + 6 * (np.arange(11) >= rng.integers(3, 9))
    levels = np.quantile(scaled, np.linspace(0, 1, 21))

    def cost(edges):
        pairs = list(pairwise(edges))
        if any(stop - start < changes.LEAST_RUNS for start, stop in pairs):
            return np.inf
        losses = [np.minimum((scaled[a:b, None] - levels) ** 2, changes.BOUND**2).sum(0).min() for a, b in pairs]
        return sum(losses) + 4.0 * (len(pairs) - 1)

    every = [[0, *inner, 11] for k in range(4) for inner in combinations(range(1, 11), k)]
    assert cost(changes._partition(scaled, 4.0)) == pytest.approx(min(map(cost, every)))
