"""Schedules: known values, races of any length, and what torch, keras and optax compute."""

import json
import math

import numpy as np
import pytest
from conftest import ROOT

from dlc.cli import params
from dlc.cli.browse_parts import curve
from dlc.kernels import chain as kernels
from dlc.reference.convention import REQUIRED
from dlc.reference.optimizers import SCHEDULES
from dlc.reference.schedule_conventions import EXCLUDED, SCHEDULE_OFFERS

RECORD = json.loads((ROOT / "tests/data/schedules.json").read_text())
CASES = [(offer, k) for offer in SCHEDULE_OFFERS for k in range(len(offer.cases))]
TOLERANCE = 1e-12


def case_id(value):
    return getattr(value, "name", str(value))


def factors(name, count, **knobs):
    return [SCHEDULES[name].function(t, **knobs) for t in range(1, count + 1)]


def by_kernel(name, count, **knobs):
    links = kernels.chain([(name, knobs)])
    (frame,) = kernels.frames(links, np.zeros((1, 1)), 1.0)
    for t in range(1, count + 1):
        links[0].part.step(frame.address, float(t))
        yield frame.lr[0]


@pytest.mark.parametrize(("offer", "k"), CASES, ids=case_id)
def test_rates_are_the_librarys(offer, k):
    optimizer, schedule = offer.links(**offer.cases[k])
    params.check_domain(schedule.card, schedule.card.knobs | dict(schedule.knobs))
    knobs = {name: float(value) for name, value in schedule.knobs.items()}
    theirs = np.array(RECORD["rates"][offer.name][k])
    for ours in (
        factors(schedule.card.name, len(theirs), **knobs),
        by_kernel(schedule.card.name, len(theirs), **knobs),
    ):
        np.testing.assert_allclose(optimizer.knobs["lr"] * np.array(list(ours)), theirs, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("offer", SCHEDULE_OFFERS, ids=case_id)
def test_arguments_and_defaults_are_the_librarys(offer):
    theirs = RECORD["signatures"][offer.name]
    for name, value in offer.defaults.items():
        if name == "lr":
            assert "optimizer" in theirs
        elif value == REQUIRED:
            assert theirs[name] in ("required", "None")  # torch asks for total_steps, or for two others
        else:
            assert theirs[name] == str(value) or float(theirs[name]) == float(value)


def test_every_schedule_of_the_libraries_is_offered_or_has_a_reason():
    offered = {offer.name for offer in SCHEDULE_OFFERS}
    public = {f"{module}.{name}" for module, names in RECORD["names"].items() for name in names}
    assert offered | set(EXCLUDED) == public
    assert not offered & set(EXCLUDED)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 7, 1000])
def test_races_of_any_length(name, steps):
    knobs = {"steps": float(steps)} if "steps" in SCHEDULES[name].knobs else {}
    found = factors(name, steps, **knobs)
    highest = 51 if name == "chebyshev" else 1
    assert all(0 <= factor <= highest for factor in found)
    assert steps == 1 or max(found) > 0


@pytest.mark.parametrize("name", [name for name, card in SCHEDULES.items() if "steps" in card.knobs])
def test_a_race_twice_as_long_has_the_same_shape(name):
    short, long = (np.array(factors(name, steps, steps=float(steps))) for steps in (2000, 4000))
    apart = np.abs(short - long[::2])
    assert np.sort(apart)[-20] < 0.01  # but where it jumps, or is as steep as a wall


def test_the_transformers_schedule_as_its_paper_has_it():
    steps, warmup, width = np.arange(1, 10_001), 4000.0, 512
    paper = width**-0.5 * np.minimum(steps**-0.5, steps * warmup**-1.5)
    np.testing.assert_allclose(factors("inverse_sqrt", 10_000, warmup=warmup), paper / paper.max(), rtol=1e-12)


def test_warm_restarts_as_figure_1_of_their_paper_has_them():
    """T₀ = 10 and T_mult = 2: restarts after 10, 30 and 70 steps, and half the rate halfway between."""
    found = factors("cosine_restarts", 151, period=10.0, t_mul=2.0)
    assert [t for t, factor in enumerate(found) if factor == 1] == [0, 10, 30, 70, 150]
    assert found[50] == pytest.approx(0.5)


def test_chebyshevs_rates_shrink_every_eigenvector_as_his_polynomial_does():
    """After all T of them no eigenvector of an eigenvalue in [1/κ, 1] has more left than 1/|T_T((κ+1)/(κ−1))|."""
    condition, length = 50.0, 16
    rates = 2 / (1 / condition + 1) * np.array(factors("chebyshev", length, condition=condition, period=float(length)))
    eigenvalues = np.linspace(1 / condition, 1, 2001)
    left = np.prod(1 - rates[:, None] * eigenvalues, axis=0)
    bound = 1 / math.cosh(length * math.acosh((condition + 1) / (condition - 1)))
    assert np.abs(left).max() == pytest.approx(bound, rel=1e-9)
    assert len(set(rates)) == length


def test_the_fractal_order_of_its_paper():
    """σ₈ = 1, 8, 4, 5, 2, 7, 3, 6 (arXiv:2103.01338, section 3)."""
    angles = [math.acos((1 - 1 / factor) * 101 / 99) for factor in factors("chebyshev", 8, condition=100.0, period=8.0)]
    assert [round(angle * 8 / math.pi + 0.5) for angle in angles] == [1, 8, 4, 5, 2, 7, 3, 6]


def test_one_cycle_of_torch_and_of_optax_peak_apart():
    """Over 10 steps torch's is at its peak after 2 steps, optax's after 3."""
    (torch, optax) = (
        next(offer for offer in SCHEDULE_OFFERS if offer.name.endswith(name))
        for name in ("OneCycleLR", "cosine_onecycle_schedule")
    )
    peaks = []
    for offer, arguments in ((torch, {"total_steps": 10}), (optax, {"transition_steps": 10})):
        _, schedule = offer.links(**arguments)
        found = factors("onecycle", 10, **schedule.knobs)
        peaks.append(int(np.argmax(found)))
    assert peaks == [2, 3]


def test_a_card_shows_the_libraries_and_on_a_terminal_the_curve(dlc):
    lines = dlc("show", "onecycle").out.splitlines()
    assert {"torch", "optax"} <= {line.split("\t")[0] for line in lines}
    assert sum("OneCycleLR" in line or "cosine_onecycle" in line for line in lines) >= 2
    assert "┤" not in "".join(lines)
    assert curve(SCHEDULES["cosine"]).count("┤") > 3


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_is_drawn(name):
    assert name in curve(SCHEDULES[name])
