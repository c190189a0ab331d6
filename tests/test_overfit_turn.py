"""Turns: how often noise alone shows one, how often a true one is found, and where."""

import numpy as np
import pytest

from dlc.cli.overfit_turn import FEWEST, LEVEL, lowest, noise_of, rise_p, turn_of, width

CURVES = 160


def noise(rng, points, correlation=0.0):
    steps = rng.standard_normal((CURVES, points))
    for at in range(1, points):
        steps[:, at] = correlation * steps[:, at - 1] + (1 - correlation**2) ** 0.5 * steps[:, at]
    return steps


NOISE = {
    "normal": noise,
    "correlated 0.3": lambda rng, points: noise(rng, points, 0.3),
    "correlated 0.6": lambda rng, points: noise(rng, points, 0.6),
    "heavy tails": lambda rng, points: rng.standard_t(3, (CURVES, points)),
    "spiky": lambda rng, points: noise(rng, points) + (rng.random((CURVES, points)) < 0.05) * 15,
}
MOST = {"correlated 0.6": 0.1, "correlated 0.3": 0.045}  # of curves in which noise shows a rise; else 0.025
KINDS = [*((kind, 0.0) for kind in NOISE), ("normal", 20.0), ("correlated 0.6", 20.0)]  # and how far the curve falls


def valley(points, bottom, rise):
    """Falls to the place BOTTOM, and rises from it by RISE to the end."""
    x = np.arange(points)
    return np.where(
        x <= bottom, 20 * np.exp(-4 * x / bottom), 20 * np.exp(-4) + rise * (x - bottom) / (points - 1 - bottom)
    )


@pytest.mark.parametrize(("kind", "fall"), KINDS)
@pytest.mark.parametrize("points", [FEWEST, 20, 100])
def test_noise_alone_seldom_shows_a_rise(kind, fall, points):
    curves = fall * np.exp(-6 * np.linspace(0, 1, points)) + NOISE[kind](np.random.default_rng(3), points)
    assert np.mean([rise_p(curve) < LEVEL for curve in curves]) <= MOST.get(kind, 0.025)


@pytest.mark.parametrize(
    ("kind", "points", "bottom", "rise", "power"),
    [
        ("normal", 12, 4, 10, 0.9),
        ("normal", 20, 7, 6, 0.7),
        ("normal", 50, 16, 6, 0.9),
        ("normal", 100, 60, 8, 0.9),
        ("correlated 0.3", 50, 16, 8, 0.9),
        ("heavy tails", 50, 16, 10, 0.9),
    ],
)
def test_a_true_turn_is_found_where_it_is(kind, points, bottom, rise, power):
    curve = valley(points, bottom, rise)
    found = [turn_of(curve + each) for each in NOISE[kind](np.random.default_rng(4), points)[:80]]
    assert np.mean([each.is_shown for each in found]) >= power
    assert np.mean([each.first <= curve.argmin() <= each.last for each in found]) >= 0.95
    assert abs(np.median([each.at for each in found]) - curve.argmin()) <= points / 20
    assert np.median([each.last - each.first for each in found]) < 0.9 * points, "the interval says something"


def test_the_scale_and_the_place_of_zero_do_not_matter():
    curve = valley(40, 12, 6) + noise(np.random.default_rng(5), 40)[0]
    one, other = turn_of(curve), turn_of(1e-3 * curve + 7)
    assert (one.at, one.first, one.last, one.p) == (other.at, other.first, other.last, other.p)
    assert other.least_shown == pytest.approx(1e-3 * one.least_shown)


@pytest.mark.parametrize("points", [8, 9, 127, 128, 129, 1000])
def test_curves_without_noise(points):
    x = np.arange(points)
    assert rise_p(-x) > 0.8
    assert rise_p(0 * x) > 0.8
    turn = turn_of(abs(x - points // 3))
    assert turn.is_shown
    assert abs(turn.at - points // 3) <= 1
    assert turn.first <= points // 3 <= turn.last


@pytest.mark.parametrize("points", [FEWEST, 20, 60, 300])
@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6])
def test_the_noise_of_a_curve(points, correlation):
    curves = 0.1 * noise(np.random.default_rng(6), points, correlation)
    found = [noise_of(curve) for curve in curves]
    assert np.median([each.sigma for each in found]) == pytest.approx(0.1, rel=0.4)
    assert np.mean([each.correlation for each in found]) == pytest.approx(correlation, abs=0.45)
    covered = [abs(curve[-width(points) :].mean()) <= each.level for curve, each in zip(curves, found, strict=True)]
    assert np.mean(covered) >= 0.93


def test_the_lowest_place_is_that_of_the_best_fit():
    """Against all fits that fall up to a place and rise from it on, by the formula of isotonic regression."""

    def rising(values):
        n = len(values)
        return [max(min(np.mean(values[i : j + 1]) for j in range(k, n)) for i in range(k + 1)) for k in range(n)]

    def loss(values, at):
        falls = -np.array(rising([-value for value in values[: at + 1]]))
        rises = np.array(rising(values[at + 1 :])) if at + 1 < len(values) else np.array([])
        return ((np.concatenate([falls, rises]) - values) ** 2).sum()

    rng = np.random.default_rng(7)
    for _ in range(20):
        values = valley(9, 4, 2) + rng.standard_normal(9)
        losses = [loss(values, at) for at in range(9)]
        assert losses[lowest(values)] == pytest.approx(min(losses))
