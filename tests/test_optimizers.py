"""Optimizers: kernel, reference, torch and optax agree; what theory says of each rule."""

import json
import math
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli.agreement_races import check_optimizer
from dlc.kernels.optimizers import STEPS, debias
from dlc.reference.optimizers import OPTIMIZERS

PEERS = json.loads((Path(__file__).parent / "data" / "optimizers.json").read_text())
TRAJECTORIES = [(name, peer) for name, peers in PEERS["trajectories"].items() for peer in peers]


def walk(name, start, gradients, lr, **knobs):
    """The kernel's points [steps, dimension] for one lane."""
    kernel = STEPS[name]
    frame = kernel.frame(np.reshape(start, (-1, 1)), lr, knobs)
    points = []
    for t, g in enumerate(gradients, 1):
        frame.g[:, 0] = g
        kernel.step(frame.address, float(t))
        points.append(frame.x[:, 0].copy())
    return np.array(points)


def test_both_sides_have_the_same_optimizers():
    assert set(STEPS) == set(OPTIMIZERS) == set(PEERS["trajectories"])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_both_sides_have_the_same_knobs_and_slots(name):
    card, kernel = OPTIMIZERS[name], STEPS[name]
    assert {"lr": card.knobs["lr"], **kernel.knobs} == card.knobs
    assert list(kernel.knobs) == [knob for knob in card.knobs if knob != "lr"]
    assert kernel.state == tuple(card.state.values())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_defaults_lie_in_the_declared_domain(name):
    card = OPTIMIZERS[name]
    for text, holds in card.requires:
        knob = next(knob for knob in card.knobs if knob in text.split())
        assert holds(card.knobs[knob])
        assert not holds(-1.0)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_kernel_follows_the_reference(name):
    (agreement,) = check_optimizer(OPTIMIZERS[name])
    assert agreement.holds, agreement
    assert agreement.samples >= 1000


def test_a_wrong_kernel_is_found(monkeypatch):
    monkeypatch.setitem(STEPS, "momentum", STEPS["nesterov"])
    (agreement,) = check_optimizer(OPTIMIZERS["momentum"])
    assert not agreement.holds


@pytest.mark.parametrize(("name", "peer"), TRAJECTORIES)
def test_kernel_and_reference_follow_torch_and_optax(name, peer):
    card, start, gradients = OPTIMIZERS[name], PEERS["start"], PEERS["gradients"]
    knobs = {knob: value for knob, value in card.knobs.items() if knob != "lr"}
    expected = np.array(PEERS["trajectories"][name][peer])
    kept = [step - 1 for step in PEERS["steps"]]
    kernel = walk(name, start, gradients, card.knobs["lr"], **knobs)
    x, states, points = list(start), card.start(start), []
    for t, g in enumerate(gradients, 1):
        x, states = card.step(x, g, states, t)
        points.append(x)
    assert np.abs(kernel[kept] - expected).max() <= 1e-12
    assert np.abs(np.array(points)[kept] - expected).max() <= 1e-12
    assert np.abs(expected[-1] - start).max() > 1e-3  # it went somewhere


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_at_fifty_digits_is_the_step_in_floats(name):
    card = OPTIMIZERS[name]
    x, g = [1.0, -2.0], [0.3, -4.0]
    rough, _ = card.step(x, g, card.start(x), 1)
    with mpmath.workdps(50):
        exact_x = [mpmath.mpf(value) for value in x]
        exact, states = card.step(exact_x, [mpmath.mpf(value) for value in g], card.start(exact_x), 1)
        assert all(isinstance(value, mpmath.mpf) for value in [*exact, *(slot for state in states for slot in state)])
    assert rough == pytest.approx([float(value) for value in exact], rel=1e-14)


finite = st.floats(-100, 100).filter(lambda value: abs(value) > 1e-3)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=20), st.floats(1e-4, 1.0))
def test_adamw_without_decay_is_adam(gradients, lr):
    assert np.array_equal(walk("adamw", [1, 2], gradients, lr, weight_decay=0), walk("adam", [1, 2], gradients, lr))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=20), st.floats(1e-4, 1.0))
@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_without_momentum_it_is_gradient_descent(name, gradients, lr):
    assert np.array_equal(walk(name, [1, 2], gradients, lr, beta=0), walk("gd", [1, 2], gradients, lr))


@settings(deadline=None, max_examples=100)
@given(finite, st.floats(1e-4, 1.0))
def test_adams_first_step_is_its_rate(g, lr):
    moved = walk("adam", [0], [[g]], lr)[0, 0]
    assert moved == pytest.approx(-lr * g / (abs(g) + 1e-8), rel=1e-12)


def test_adams_first_step_with_a_small_gradient():
    assert walk("adam", [0], [[1e-6]], 1.0)[0, 0] == pytest.approx(-0.990099, rel=1e-6)


def test_adams_longest_step():
    """A spike after long silence moves by lr·(1−β₁)/√(1−β₂), the bound of Kingma & Ba, section 2.1."""
    silence = 20_000
    points = walk("adam", [0], [[0.0]] * silence + [[1.0]], 1.0, eps=0.0)
    assert np.isnan(points[0, 0])  # 0/0 without eps
    points = walk("adam", [0], [[0.0]] * silence + [[1.0]], 1.0, eps=1e-16)
    longest = (1 - 0.9) / math.sqrt(1 - 0.999)
    assert abs(points[-1, 0]) == pytest.approx(longest, rel=1e-8)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(finite, finite), min_size=1, max_size=20), st.sampled_from([0.25, 2.0, 1024.0]))
@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "nadam"])
def test_moves_do_not_depend_on_the_scale_of_the_gradients(name, gradients, scale):
    """Exactly so for powers of 2, which round nothing; eps would break it."""
    scaled = [(scale * a, scale * b) for a, b in gradients]
    assert np.array_equal(walk(name, [1, 2], scaled, 0.1, eps=0), walk(name, [1, 2], gradients, 0.1, eps=0))


def descend(name, eigenvalues, lr, steps, **knobs):
    """|x| after each of STEPS on ½ Σ λᵢxᵢ² from x = 1.

    The deep-learning form of Nesterov's method holds the point ahead, where the gradient is taken; theory counts the
    point before, which is lr·β·v away.
    """
    kernel = STEPS[name]
    frame = kernel.frame(np.ones((len(eigenvalues), 1)), lr, knobs)
    lengths = []
    for t in range(1, steps + 1):
        frame.g[:, 0] = eigenvalues * frame.x[:, 0]
        kernel.step(frame.address, float(t))
        ahead = lr * knobs["beta"] * frame.state[0] if name == "nesterov" else 0.0
        lengths.append(np.linalg.norm(frame.x + ahead))
    return np.array(lengths)


LARGE, SMALL = 100.0, 1.0
ROOT = math.sqrt(LARGE / SMALL)


@pytest.mark.parametrize(
    ("name", "lr", "knobs", "steps"),
    [
        ("gd", 1 / LARGE, {}, 1185),
        ("gd", 2 / (LARGE + SMALL), {}, 612),
        ("momentum", 4 / (ROOT + 1) ** 2, {"beta": ((ROOT - 1) / (ROOT + 1)) ** 2}, 85),
        ("nesterov", 1 / LARGE, {"beta": (ROOT - 1) / (ROOT + 1)}, 139),
        ("nesterov", 4 / (3 * LARGE + SMALL), {"beta": (math.sqrt(301) - 2) / (math.sqrt(301) + 2)}, 120),
    ],
)
def test_known_rates_on_a_quadratic(name, lr, knobs, steps):
    """Steps to a millionth of the start, condition 100, 50 eigenvalues (Lessard, Recht & Packard 2016, Prop. 1)."""
    lengths = descend(name, np.geomspace(SMALL, LARGE, 50), lr, 2000, **knobs)
    assert int(np.argmax(lengths <= 1e-6 * math.sqrt(50))) + 1 == steps


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 10**7))
def test_the_correction_of_bias_is_exact(beta, t):
    assert debias(beta, float(t)) == 1 - beta ** float(t)
