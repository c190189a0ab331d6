"""Optimizers as torch, keras and optax have them: every recorded setting walked by kernels and by the reference."""

import json
from pathlib import Path

import numpy as np
import pytest

from dlc.cli import params
from dlc.kernels import chain as kernels
from dlc.reference.chain import Walk, in_order
from dlc.reference.convention import REQUIRED
from dlc.reference.optimizer_conventions import OFFERS

RECORD = json.loads((Path(__file__).parent / "data/optimizers.json").read_text())
BLOCKS = ((0, 2, 3), (6, 1, 2))
CASES = [(offer, k) for offer in OFFERS for k in range(len(offer.cases)) if not offer.is_random]
TOLERANCE = 1e-12
JUDGED = ("torch.optim.ASGD",)  # recorded is the mean, as with use_ema


def case_id(value):
    return f"{value.name} {value.card}" if hasattr(value, "name") else str(value)


def kernel_walk(links, start, gradients, losses, lr, place):
    ordered = [(link.card.name, link.knobs) for link in in_order(links)]
    walk = kernels.Walk(kernels.chain(ordered), np.reshape(start, (-1, 1)), lr, blocks=BLOCKS, seeds=[0])
    for g, loss in zip(gradients, losses, strict=True):
        walk.step(np.reshape(g, (-1, 1)), loss)
        yield getattr(walk, place)[:, 0].copy()


def reference_walk(links, start, gradients, losses, lr, place):
    walk = Walk(links, start, lr, BLOCKS)
    for g, loss in zip(gradients, losses, strict=True):
        walk.step(g, loss)
        yield np.array(getattr(walk, place), float)


def compared(walk, offer, k):
    """The points of a recorded setting after the steps that are kept: ours and the library's."""
    links = offer.links(**offer.cases[k])
    (rate,) = [link.knobs["lr"] for link in links if "lr" in link.knobs]
    expected = np.array(RECORD["walks"][offer.name][k])
    kept = [step - 1 for step in RECORD["steps"]]
    place = "answer" if offer.name in JUDGED or offer.cases[k].get("use_ema") else "x"
    points = walk(links, RECORD["start"], RECORD["gradients"], RECORD["losses"], rate, place)
    return np.array(list(points))[kept, : expected.shape[1]], expected  # some libraries take the matrix alone


@pytest.mark.parametrize("walk", [kernel_walk, reference_walk])
@pytest.mark.parametrize(("offer", "k"), CASES, ids=case_id)
def test_chain_walks_as_the_library_does(offer, k, walk):
    points, expected = compared(walk, offer, k)
    assert np.all(np.abs(points - expected) <= TOLERANCE * np.maximum(1, np.abs(expected)))
    assert not np.array_equal(expected[-1], RECORD["start"])  # it went somewhere


@pytest.mark.parametrize("offer", OFFERS, ids=case_id)
def test_arguments_and_defaults_are_the_librarys(offer):
    theirs = RECORD["signatures"][offer.name]
    for name, value in offer.defaults.items():
        assert name in theirs
        if value == REQUIRED:
            assert theirs[name] == "required"
        else:
            assert theirs[name] == str(value) or float(theirs[name]) == float(value)


@pytest.mark.parametrize("offer", OFFERS, ids=case_id)
def test_what_a_library_sets_lies_in_the_declared_domain(offer):
    for case in offer.cases:
        for link in offer.links(**case):
            params.check_domain(link.card, link.card.knobs | dict(link.knobs))
