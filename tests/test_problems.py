"""Problems: what their cards declare is true, and the kernels compute it."""

import itertools

import mpmath
import numpy as np
import pytest

from dlc.cli.agreement_problems import check_problem
from dlc.kernels.lanes import Frame, make_task
from dlc.kernels.networks import BATCH, MLP, SOFTMAX
from dlc.kernels.problems import PROBLEMS as KERNELS
from dlc.reference.objectives import OBJECTIVES
from dlc.reference.problems import PROBLEMS

FUNCTIONS = [name for name, card in PROBLEMS.items() if not card.data]
NETWORKS = [name for name, card in PROBLEMS.items() if card.data]
DIGITS = 50


def points(card, count=4):
    random = np.random.default_rng(1)
    return [list(card.start), *random.uniform(*card.box, (count, card.dimension)).tolist()]


def test_both_sides_have_the_same_problems():
    assert set(KERNELS) == {*PROBLEMS, *OBJECTIVES}


@pytest.mark.parametrize("name", PROBLEMS)
def test_both_sides_agree_on_knobs_and_dimension(name):
    assert KERNELS[name].knobs == PROBLEMS[name].knobs
    assert KERNELS[name].dimension == PROBLEMS[name].dimension


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradient_is_the_derivative(name):
    card = PROBLEMS[name]
    with mpmath.workdps(DIGITS):
        for point in points(card):
            x = [mpmath.mpf(value) for value in point]
            for i, slope in enumerate(card.gradient(x)):
                along = mpmath.diff(lambda value, x=x, i=i: card.function([*x[:i], value, *x[i + 1 :]]), x[i])
                assert mpmath.almosteq(slope, along, rel_eps=1e-30, abs_eps=1e-30)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_minima_are_minima(name):
    """At fifty digits a minimum lies within rounding of the declared point: slope 0, the least value."""
    card = PROBLEMS[name]
    with mpmath.workdps(DIGITS):
        for declared in card.minima:
            start = [mpmath.mpf(value) for value in declared]
            found = mpmath.findroot(lambda *x: card.gradient(list(x)), start, tol=1e-60, maxsteps=30)
            exact = list(found)
            assert max(abs(a - b) for a, b in zip(exact, start, strict=True)) < 1e-14
            assert abs(card.function(exact) - card.least) < 1e-40
            for i, sign in itertools.product(range(card.dimension), (-1, 1)):
                beside = [value + sign * (i == j) * mpmath.mpf("1e-3") for j, value in enumerate(exact)]
                assert card.function(beside) > card.least


@pytest.mark.parametrize("name", FUNCTIONS)
def test_starts_are_no_minima(name):
    card = PROBLEMS[name]
    low, high = card.box
    assert all(low <= value <= high for value in card.start)
    assert card.function(card.start) > card.least + 0.1
    assert card.distance(card.start) > 0.1
    assert card.distance(card.minima[0]) == 0


def test_known_start_values():
    assert PROBLEMS["rosenbrock"].function((-1.2, 1.0)) == pytest.approx(24.2, rel=1e-12)
    assert PROBLEMS["beale"].function((1.0, 1.0)) == pytest.approx(14.203125, rel=1e-12)
    assert PROBLEMS["beale"].function((-4.5, 4.5)) == pytest.approx(169_681, rel=1e-5)
    assert PROBLEMS["himmelblau"].function((0.0, 0.0)) == 170


@pytest.mark.parametrize("condition", [1.0, 10.0, 1e6])
def test_condition_is_the_condition_of_the_quadratic(condition):
    scales = PROBLEMS["quadratic"].gradient([1.0] * 10, condition=condition)
    assert scales[0] == 1
    assert max(scales) / min(scales) == pytest.approx(condition, rel=1e-12)
    frame = Frame(np.ones((10, 1)), KERNELS["quadratic"].task(np.zeros(1, int), condition=condition))
    KERNELS["quadratic"].gradient(frame.address, 1.0)
    assert frame.g[:, 0] == pytest.approx(scales, rel=1e-12)


@pytest.mark.parametrize("name", NETWORKS)
def test_network_gradient_is_the_derivative(name):
    """Along random directions, with few rows: numerical differentiation of thousands of parameters would take hours."""
    card, random = PROBLEMS[name], np.random.default_rng(3)
    with mpmath.workdps(DIGITS):
        rows = [([mpmath.mpf(value) for value in random.normal(size=40)], label) for label in (3, 7)]
        x = [mpmath.mpf(value) for value in random.normal(0, 0.2, card.dimension)]
        slope = card.gradient(x, rows)
        direction = [mpmath.mpf(value) for value in random.normal(size=card.dimension)]
        step = mpmath.mpf("1e-20")

        def value(side):
            return card.function([a + side * step * b for a, b in zip(x, direction, strict=True)], rows)

        along = (value(1) - value(-1)) / (2 * step)
        assert mpmath.almosteq(along, mpmath.fdot(slope, direction), rel_eps=1e-25)


@pytest.mark.parametrize("name", PROBLEMS)
def test_kernel_agrees_with_the_reference(name):
    value, gradient = check_problem(PROBLEMS[name])
    assert value.holds, value
    assert gradient.holds, gradient


def test_a_wrong_kernel_is_found(monkeypatch):
    monkeypatch.setitem(KERNELS, "beale", KERNELS["himmelblau"])
    assert not any(agreement.holds for agreement in check_problem(PROBLEMS["beale"]))


def batches(seed, steps, rows=128):
    """Which rows each step sees, read off a gradient that only the biases' labels shape."""
    labels = np.arange(rows, dtype=np.int64) % 10
    one = make_task(np.array([seed]), (), np.zeros((rows, 40)), labels)
    frame = Frame(np.zeros((SOFTMAX.dimension, 1)), one)
    seen = []
    for t in range(1, steps + 1):
        SOFTMAX.gradient(frame.address, float(t))
        place = (t - 1) % (rows // BATCH)
        seen.append(one.order[0, place * BATCH : (place + 1) * BATCH].tolist())
    return seen


def test_every_epoch_sees_every_row_once_in_a_new_order():
    epochs = np.array(batches(seed=5, steps=12)).reshape(3, 128)
    assert (np.sort(epochs, axis=1) == np.arange(128)).all()
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_batches_follow_from_the_seed():
    assert batches(5, 8) == batches(5, 8)
    assert batches(5, 8) != batches(6, 8)


def test_shuffles_are_uniform():
    """Each row comes first about equally often: chi-square of 127 degrees within five standard deviations."""
    firsts = [batches(seed, 1)[0][0] for seed in range(6400)]
    counts = np.bincount(firsts, minlength=128)
    chi_square = ((counts - 50) ** 2 / 50).sum()
    assert abs(chi_square - 127) < 5 * np.sqrt(2 * 127)


def test_initial_weights_follow_from_the_seed_and_fill_their_range():
    weights = MLP.initial([1, 2, 1])
    assert weights.shape == (3274, 3)
    assert np.array_equal(weights[:, 0], weights[:, 2])
    assert not np.array_equal(weights[:, 0], weights[:, 1])
    first, second = weights[: 41 * 64, 0], weights[41 * 64 :, 0]
    assert 0.99 / np.sqrt(40) < np.abs(first).max() <= 1 / np.sqrt(40)
    assert 0.98 / np.sqrt(64) < np.abs(second).max() <= 1 / np.sqrt(64)
