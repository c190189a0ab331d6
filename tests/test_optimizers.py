"""Optimizers, modifiers and schedules: kernels and reference agree; what theory says of each rule."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli.agreement_parts import check_chain, check_modifier, check_optimizer, check_schedule
from dlc.kernels import chain as kernels
from dlc.kernels.optimizers import MODIFIERS as MODIFIER_KERNELS
from dlc.kernels.optimizers import PARTS, STEPS
from dlc.kernels.optimizers import SCHEDULES as SCHEDULE_KERNELS
from dlc.kernels.optimizers_classic import debias
from dlc.reference.chain import Link, Walk
from dlc.reference.optimizers import MODIFIERS, OPTIMIZERS, SCHEDULES

FAMILIES = {"optimizer": OPTIMIZERS, "modifier": MODIFIERS, "schedule": SCHEDULES}
KERNELS = {"optimizer": STEPS, "modifier": MODIFIER_KERNELS, "schedule": SCHEDULE_KERNELS}
CHECKS = {
    "optimizer": lambda card: check_optimizer(card, steps=40, lanes=2),  # `dlc check` takes more of both
    "modifier": lambda card: check_modifier(card, steps=40, lanes=2),
    "schedule": check_schedule,
}
PART_CARDS = [(kind, name) for kind, family in FAMILIES.items() for name in family]


def walk(name, start, gradients, lr, **knobs):
    """The kernel's points [steps, dimension] for one lane."""
    lane = kernels.Walk(kernels.chain([(name, knobs)]), np.reshape(start, (-1, 1)), lr, seeds=[0])
    points = []
    for g in gradients:
        lane.step(np.reshape(g, (-1, 1)))
        points.append(lane.x[:, 0].copy())
    return np.array(points)


@pytest.mark.parametrize("kind", FAMILIES)
def test_both_sides_have_the_same_names(kind):
    assert list(KERNELS[kind]) == list(FAMILIES[kind])


def test_no_name_is_used_twice():
    names = [name for family in FAMILIES.values() for name in family.names]
    assert len(names) == len(set(names))
    assert len(PARTS) == len(PART_CARDS)


@pytest.mark.parametrize(("kind", "name"), PART_CARDS)
def test_both_sides_have_the_same_knobs_and_slots(kind, name):
    card, kernel = FAMILIES[kind][name], KERNELS[kind][name]
    assert list(kernel.knobs.items()) == [(knob, value) for knob, value in card.knobs.items() if knob != "lr"]
    if kind != "schedule":
        assert kernel.state + kernel.memory == tuple(card.state.values())
        assert kernel.probes == card.probes
        assert kernel.answer == (list(card.state).index(card.answer) if card.answer else -1)


@pytest.mark.parametrize(("kind", "name"), PART_CARDS)
def test_defaults_lie_in_the_declared_domain(kind, name):
    card = FAMILIES[kind][name]
    for text, holds in card.requires:
        knob = next(knob for knob in card.knobs if knob in text.replace("<", " ").split())
        assert holds(**{knob: card.knobs[knob]})
        assert not holds(**{knob: -1.0})


@pytest.mark.parametrize(("kind", "name"), PART_CARDS)
def test_kernel_follows_the_reference(kind, name):
    (agreement,) = CHECKS[kind](FAMILIES[kind][name])
    assert agreement.holds, agreement
    assert agreement.samples >= 200


def test_a_wrong_kernel_is_found(monkeypatch):
    monkeypatch.setitem(PARTS, "momentum", STEPS["nesterov"])
    assert not check_chain("momentum", "step", [Link(OPTIMIZERS["momentum"])], 1e-12).holds


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_at_fifty_digits_is_the_step_in_floats(name):
    x, g = [1.0, -2.0], [0.3, -4.0]
    rough = Walk([Link(OPTIMIZERS[name])], x, 0.1)
    rough.step(g, 1.5)
    with mpmath.workdps(50):
        exact = Walk([Link(OPTIMIZERS[name])], [mpmath.mpf(value) for value in x], 0.1)
        exact.step([mpmath.mpf(value) for value in g], mpmath.mpf(1.5))
        assert all(isinstance(value, mpmath.mpf) for value in exact.x)
    assert rough.x == pytest.approx([float(value) for value in exact.x], rel=1e-12)


@pytest.mark.parametrize("name", ["adam", "momentum"])
def test_lanes_of_float32_walk_beside_those_of_float64(name):
    start, g = np.linspace(-1, 1, 8).reshape(4, 2), np.linspace(-3, 2, 8).reshape(4, 2)
    lanes = [kernels.Walk(kernels.chain([(name, {})]), start, 0.01, dtype=dtype) for dtype in (np.float32, np.float64)]
    for _ in range(30):
        for each in lanes:
            each.step(g)
    narrow, wide = (each.x for each in lanes)
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, rtol=1e-5)


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
    lane = kernels.Walk(kernels.chain([(name, knobs)]), np.ones((len(eigenvalues), 1)), lr)
    lengths = []
    for _ in range(steps):
        lane.step(eigenvalues[:, None] * lane.x)
        ahead = lr * knobs["beta"] * lane.slots[0] if name == "nesterov" else 0.0
        lengths.append(np.linalg.norm(lane.x + ahead))
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
