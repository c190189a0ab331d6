"""Optimizers that are others under another name, in a limit, or seen from elsewhere: exact, or to rounding."""

import numpy as np
import pytest

from dlc.kernels import chain as kernels

RANDOM = np.random.default_rng(5)
GRADIENTS = RANDOM.normal(size=(40, 6, 1)) * 10.0 ** RANDOM.uniform(-2, 2, (40, 6, 1))
START = RANDOM.normal(size=(6, 1))


def walk(links, lr=0.01, gradients=GRADIENTS):
    """The points [steps, dimension] of a chain of parts, each with its parameters."""
    lane = kernels.Walk(kernels.chain(links), START, lr, seeds=[0])
    points = []
    for g in gradients:
        lane.step(g)
        points.append(lane.x[:, 0].copy())
    return np.array(points)


ADAM = {"beta1": 0.9, "beta2": 0.99, "eps": 1e-3}
SQUARES = {"beta1": 0.0, "beta2": 0.99, "eps": 1e-3}
NO_EPS = {"beta1": 0.9, "beta2": 0.99, "eps": 0.0}
BETAS = ("beta1", "beta2", "beta3")


@pytest.mark.parametrize(
    ("one", "other", "rate"),
    [
        # Where one's momentum is a running mean and the other's a sum, the other has the rate lr·(1 − β).
        (("qhm", {"beta": 0.9, "nu": 0.0}), ("gd", {}), 1.0),
        (("qhm", {"beta": 0.9, "nu": 1.0}), ("momentum", {"beta": 0.9}), 0.1),
        (("qhm", {"beta": 0.9, "nu": 0.9}), ("nesterov", {"beta": 0.9}), 0.1),
        (("aggmo", dict.fromkeys(BETAS, 0.9)), ("momentum", {"beta": 0.9}), 1.0),
        (("pid", {"beta": 0.9, "integral": 0.9, "derivative": 0.0}), ("nesterov", {"beta": 0.9}), 1.0),
        (("pnm", {"beta": 0.0, "beta0": 0.0}), ("gd", {}), 1.0),
        (("accsgd", {"kappa": 0.7, "xi": 1 / 0.7, "small": 0.7}), ("gd", {}), 1.0),
        (("qhadam", {**ADAM, "nu1": 1.0, "nu2": 1.0}), ("adam", ADAM), 1.0),
        (("adabound", {**ADAM, "final_lr": 0.01, "gamma": 1e18}), ("momentum", {"beta": 0.9}), 0.1),
        (("amsbound", {**ADAM, "final_lr": 0.01, "gamma": 1e18}), ("momentum", {"beta": 0.9}), 0.1),
        (("adamod", {**NO_EPS, "beta3": 0.0}), ("adam", NO_EPS), 1.0),
        (("padam", {**NO_EPS, "power": 0.5}), ("amsgrad", NO_EPS), 1.0),
        (("laprop", SQUARES), ("adam", SQUARES), 1.0),
        (("grams", SQUARES), ("adam", SQUARES), 1.0),
        (("cautious_adam", SQUARES), ("adam", SQUARES), 1.0),
        (("adapnm", {**SQUARES, "beta0": 0.0}), ("amsgrad", SQUARES), 1.0),
        (("swats", {**NO_EPS, "eps": 1e-300}), ("adam", NO_EPS), 1.0),
        (("avagrad", {"beta1": 0.9, "beta2": 0.9, "eps": 1e18}), ("momentum", {"beta": 0.9}), 0.1),
        (("adai", {"beta0": 0.1, "beta2": 0.9, "eps": 1 - 1e-16}), ("gd", {}), 1.0),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_it_is_the_other(one, other, rate):
    np.testing.assert_allclose(walk([one]), walk([other], lr=0.01 * rate), rtol=1e-12, atol=1e-12)


def test_mars_without_correction_is_adam_with_clipping():
    mars = walk([("mars", {**ADAM, "gamma": 0.0})])
    np.testing.assert_allclose(mars, walk([("clip", {"max_norm": 1.0}), ("adam", ADAM)]), rtol=1e-12)


def test_stable_adamw_is_adamw_while_gradients_keep_their_size():
    decayed = {**ADAM, "weight_decay": 0.1}
    same_size = [walk([(name, decayed)], gradients=np.sign(GRADIENTS)) for name in ("stable_adamw", "adamw")]
    np.testing.assert_allclose(*same_size, rtol=1e-12)
    surprised, trusting = (walk([(name, decayed)]) for name in ("stable_adamw", "adamw"))
    assert np.abs(np.diff(surprised, axis=0)).sum() < np.abs(np.diff(trusting, axis=0)).sum()


@pytest.mark.parametrize(("name", "knobs"), [("adam_atan2", {}), ("laprop", {"eps": 0.0})])
def test_moves_do_not_depend_on_the_scale_of_the_gradients(name, knobs):
    """Exactly so for powers of 2, which round nothing."""
    assert np.array_equal(walk([(name, knobs)], gradients=1024 * GRADIENTS), walk([(name, knobs)]))


def test_an_angle_bounds_the_step():
    steps = np.diff(walk([("adam_atan2", {"a": 1.0})], gradients=np.repeat(GRADIENTS, 2, axis=0)), axis=0)
    assert np.abs(steps).max() <= 0.01 * np.pi / 2


def test_swats_switches_to_the_rate_that_adam_amounts_to():
    """One coordinate on a line: Adam's step is lr·sign(g), and so lr/|g| of SGD, whose running mean has settled."""
    lane = kernels.Walk(kernels.chain([("swats", {})]), np.zeros((1, 1)), 0.01)
    for _ in range(3):
        lane.step(np.full((1, 1), 2.0))
    assert lane.slots[4, 0, 0] * 0.01 == pytest.approx(0.01 / 2, rel=1e-6)
    before = lane.x.copy()
    for _ in range(200):
        before = lane.x.copy()
        lane.step(np.full((1, 1), 2.0))
    assert (before - lane.x)[0, 0] == pytest.approx(0.01, rel=1e-6)  # (1 − β)·Σ βᵏ·g·lr/|g|


def on_a_quadratic(name, lr, steps, **knobs):
    """The lane after STEPS gradients of ½ Σ λᵢxᵢ², λ = 1, 10, 100."""
    eigenvalues = np.array([[1.0], [10.0], [100.0]])
    lane = kernels.Walk(kernels.chain([(name, knobs)]), np.ones((3, 1)), lr, seeds=[0])
    for _ in range(steps):
        lane.step(eigenvalues * lane.x, 0.5 * np.sum(eigenvalues * lane.x**2, axis=0))
    return lane, eigenvalues


def test_the_diagonal_is_measured_exactly_where_it_is_all_there_is():
    """On a separable quadratic u·Hu is λ for every u, and a probe is no step."""
    lane, eigenvalues = on_a_quadratic("sophia", 1e-3, 1)
    assert lane.is_probe
    lane, eigenvalues = on_a_quadratic("sophia", 1e-3, 2, beta2=0.9)
    np.testing.assert_allclose(lane.slots[1], 0.1 * eigenvalues, rtol=1e-8)
    lane, _ = on_a_quadratic("adahessian", 0.1, 2, eps=0.0)
    np.testing.assert_allclose(lane.x, 0.9, rtol=1e-8)  # Newton's step times the rate, all directions alike


def test_equilibration_sees_the_rows():
    lane, eigenvalues = on_a_quadratic("esgd", 0.0, 21 * 100)
    np.testing.assert_allclose(np.sqrt(lane.slots[0] / 100), eigenvalues, rtol=0.2)
