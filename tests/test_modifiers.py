"""Modifiers: as optax and torch have them, and what theory says of them."""

import json

import numpy as np
import pytest
from conftest import ROOT

from dlc.cli import params
from dlc.kernels import chain as kernels
from dlc.reference.chain import Link, Walk, descend, in_order
from dlc.reference.convention import REQUIRED
from dlc.reference.modifier_conventions import MODIFIER_OFFERS
from dlc.reference.optimizers import MODIFIERS, OPTIMIZERS

RECORD = json.loads((ROOT / "tests/data/modifiers.json").read_text())
BLOCKS = ((0, 2, 3), (6, 1, 2))
CASES = [(offer, k) for offer in MODIFIER_OFFERS for k in range(len(offer.cases))]
RATE = 0.1


def case_id(value):
    return getattr(value, "name", str(value))


def chained(name, optimizer="gd", **knobs):
    return [Link(MODIFIERS[name], knobs), Link(OPTIMIZERS[optimizer])]


def by_kernel(links, start, gradients, losses):
    ordered = [(link.card.name, link.knobs) for link in in_order(links)]
    walk = kernels.Walk(kernels.chain(ordered), np.reshape(start, (-1, 1)), RATE, blocks=BLOCKS, seeds=[0])
    for g, loss in zip(gradients, losses, strict=True):
        walk.step(np.reshape(g, (-1, 1)), loss)
        yield walk.answer[:, 0].copy()


def by_reference(links, start, gradients, losses):
    walk = Walk(links, start, RATE, BLOCKS)
    for g, loss in zip(gradients, losses, strict=True):
        walk.step(g, loss)
        yield np.array(walk.answer, float)


@pytest.mark.parametrize(("offer", "k"), CASES, ids=case_id)
def test_chain_walks_as_with_the_librarys_modifier(offer, k):
    (link,) = offer.links(**offer.cases[k])
    params.check_domain(link.card, link.card.knobs | dict(link.knobs))
    links = [link, Link(OPTIMIZERS["momentum"], {"beta": 0.9})]
    expected = np.array(RECORD["walks"][offer.name][k])
    kept = [step - 1 for step in RECORD["steps"]]
    for walked in (by_kernel, by_reference):
        points = np.array(list(walked(links, RECORD["start"], RECORD["gradients"], RECORD["losses"])))[kept]
        np.testing.assert_allclose(points, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("offer", MODIFIER_OFFERS, ids=case_id)
def test_arguments_and_defaults_are_the_librarys(offer):
    theirs = RECORD["signatures"][offer.name]
    assert set(offer.required) <= set(theirs)
    for name, value in offer.defaults.items():
        assert theirs[name] == REQUIRED if value == REQUIRED else theirs[name] == str(value) or (
            float(theirs[name]) == float(value)
        )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "knobs"),
    [
        ("lookahead", {"alpha": 1.0}), ("grokfast", {"lamb": 0.0}), ("l1", {"weight": 0.0}),
        ("l2", {"weight_decay": 0.0}), ("decay", {"weight_decay": 0.0}), ("shrink", {"weight": 0.0}),
        ("accumulate", {"count": 1.0}), ("ema", {"beta": 0.0}), ("clip", {"max_norm": 1e9}), ("box", {"bound": 1e9}),
        ("schedule_free", {"beta": 0.0}),
    ],
)  # fmt: skip
def test_with_these_parameters_it_changes_nothing(name, knobs):
    start, gradients = [1.0, -2.0, 0.5], np.random.default_rng(1).normal(size=(12, 3))
    walk, plain = Walk(chained(name, **knobs), start, RATE), Walk([Link(OPTIMIZERS["gd"])], start, RATE)
    for g in gradients:
        walk.step(list(g))
        plain.step(list(g))
    assert walk.x == pytest.approx(plain.x, rel=1e-12)


def test_the_mean_of_schedule_free_descent_is_that_of_its_points():
    """With β = 0 the gradients are taken at z, and the mean is that of all z (Defazio et al. 2024, section 2)."""
    gradients = np.random.default_rng(2).normal(size=(20, 2))
    walk, plain = (
        Walk(chained("schedule_free", beta=0.0), [1.0, 2.0], RATE),
        Walk([Link(OPTIMIZERS["gd"])], [1.0, 2.0], RATE),
    )
    points = []
    for g in gradients:
        walk.step(list(g))
        plain.step(list(g))
        points.append(plain.x)
    assert walk.answer == pytest.approx(np.mean(points, axis=0), rel=1e-12)


def test_averages_of_the_way():
    points = [0.9, 0.7, 0.4, 0.0]  # of descent by these gradients from 1 at rate 0.1
    gradients = [1.0, 2.0, 3.0, 4.0]
    answers = {
        "average": np.mean(points),
        "swa": np.mean(points[2:]),
        "ema": 0.25 * 0.9 * 0.5 + 0.125 * 0.7 + 0.25 * 0.4,
    }
    knobs = {"swa": {"begin": 0.5, "steps": 4.0}, "ema": {"beta": 0.5}}
    for name, expected in answers.items():
        walk = Walk(chained(name, **knobs.get(name, {})), [1.0], RATE)
        for g in gradients:
            walk.step([g])
        assert walk.x == pytest.approx([0.0], abs=1e-12)
        assert walk.answer == pytest.approx([expected], rel=1e-12)


def test_ista_finds_the_exact_zeros_of_a_lasso():
    """½‖x − b‖² + λ·Σ|x| is least at the soft threshold of b."""
    b, weight = [2.0, -0.3, 0.05, -1.0], 0.5

    def slope(x):
        return 0.0, [value - target for value, target in zip(x, b, strict=True)]

    found = descend(Walk(chained("shrink", weight=weight), [1.0] * 4, 0.5), slope, 200)
    assert found == pytest.approx([1.5, 0.0, 0.0, -0.5], rel=1e-12)
    assert found[1] == found[2] == 0


def test_sharpness_aware_descent_takes_the_gradient_uphill():
    """On ½·λ·x² sam's gradient is λ·(x + ρ·sign x), and it takes two gradients."""
    walk = Walk(chained("sam", radius=0.1), [1.0], RATE)
    for _ in range(2):
        walk.step([2.0 * walk.x[0]])
    assert walk.x == pytest.approx([1 - RATE * 2.0 * 1.1], rel=1e-9)


def test_asam_does_not_depend_on_the_scale_of_the_weights():
    """With η → 0 the point that is probed is T·ρ·g'/‖g'‖ away, in the units of each weight."""
    probes = []
    for scale in (1.0, 1000.0):
        walk = Walk(chained("asam", eta=1e-30), [scale, -2 * scale], RATE)
        walk.step([0.3 / scale, 0.4 / scale])
        probes.append([value / scale for value in walk.x])
    assert probes[0] == pytest.approx(probes[1], rel=1e-9)


def test_the_projected_gradient_keeps_the_length_of_the_weights_to_first_order():
    x, g = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.1, -0.7])
    walk = Walk(chained("orthograd"), list(x), 1.0)
    walk.step(list(g))
    move = x - np.array(walk.x)
    assert move @ x == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(move) == pytest.approx(np.linalg.norm(g), rel=1e-12)


def test_noise_is_the_runs_own_and_fades():
    def moves(seed, steps=400):
        walk = kernels.Walk(kernels.chain([("noise", {"eta": 1.0}), ("gd", {})]), np.zeros((20, 1)), 1.0, seeds=[seed])
        points = [np.zeros(20)]
        for _ in range(steps):
            walk.step(np.zeros((20, 1)))
            points.append(walk.x[:, 0].copy())
        return np.diff(points, axis=0)

    one, again, other = moves(1), moves(1), moves(2)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    scaled = one * np.sqrt(np.arange(1, 401) ** 0.55)[:, None]
    assert scaled.std() == pytest.approx(1, abs=0.03)
    assert abs(scaled.mean()) < 0.05


def test_clipped_gradients():
    def move(name, g, **knobs):
        walk = Walk(chained(name, **knobs), [0.0] * len(g), 1.0)
        walk.step(list(g))
        return [-value for value in walk.x]

    assert move("clip", [3.0, 4.0], max_norm=1.0) == pytest.approx([0.6, 0.8])
    assert move("clip", [0.3, 0.4], max_norm=1.0) == [0.3, 0.4]
    assert move("clip_value", [3.0, -0.4], bound=1.0) == [1.0, -0.4]
    assert move("normalize", [3.0, 4.0]) == pytest.approx([0.6, 0.8])
    assert move("normalize", [0.0, 0.0]) == [0.0, 0.0]


def test_a_card_shows_its_turn_and_the_libraries(dlc):
    shown = dict(line.split("\t") for line in dlc("show", "clip").out.splitlines())
    assert shown["turn"] == "gradient"
    assert shown["torch"] == "torch.nn.utils.clip_grad_norm_: 1e-6 is added to the norm"
    assert shown["optax"] == "optax.clip_by_global_norm"
    assert "count" in dict(line.split("\t") for line in dlc("show", "accumulate").out.splitlines())["cost"]
