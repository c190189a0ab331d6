"""What libraries have among their optimizers is all offered or left out with a reason; what no walk shows."""

import itertools
import json

import numpy as np
import pytest
from conftest import ROOT

from dlc.kernels import chain as kernels
from dlc.reference.chain import Walk, in_order
from dlc.reference.optimizer_conventions import OFFERS

RECORD = json.loads((ROOT / "tests/data/optimizers.json").read_text())
BLOCKS = ((0, 2, 3), (6, 1, 2))
BY_NAME = {offer.name: offer for offer in OFFERS}

NOT_OFFERED = {
    "the class that they share": ["torch.optim.Optimizer", "keras.optimizers.Optimizer"],
    "searches along a line, for which it asks for losses of its own": ["torch.optim.LBFGS", "optax.lbfgs"],
    "hands the gradients on to optimizers": ["keras.optimizers.LossScaleOptimizer", "keras.optimizers.MultiOptimizer"],
    "changes another optimizer, which it is given": [
        "optax.contrib.mechanize", "optax.contrib.reduce_on_plateau", "optax.contrib.sam",
        "optax.contrib.schedule_free", "optax.contrib.split_real_and_imaginary",
    ],
    "asks for products with the Hessian, of random vectors of its own": [
        "optax.contrib.sophia", "optax.contrib.hutchinson_estimator_diag_hessian",
    ],
    "asks for the gradient of each example": [
        "optax.contrib.dpsgd", "optax.contrib.differentially_private_aggregate",
    ],
    "projects matrices on singular vectors, whose signs are no one's choice": [
        "optax.contrib.galore", "optax.contrib.scale_by_galore",
    ],
    "the part without a rate of one that is offered": [
        f"optax.contrib.scale_by_{name}"
        for name in ("acprop", "ademamix", "adopt", "cocob", "madgrad", "muon", "simplified_ademamix")
    ],
    "no optimizer, but a help": ["optax.contrib.normalize", "optax.contrib.schedule_free_eval_params"],
}  # fmt: skip


@pytest.mark.parametrize("library", RECORD["names"])
def test_every_optimizer_of_a_library_is_offered_or_left_out_with_a_reason(library):
    there = RECORD["names"][library]
    left_out = [name for names in NOT_OFFERED.values() for name in names if name.startswith(f"{library}.")]
    offered = [offer.name for offer in OFFERS if offer.library == library]
    assert sorted(offered + left_out) == sorted(there)  # none twice, none forgotten, none that is not there


@pytest.mark.parametrize("name", RECORD["answers"])
def test_schedule_free_is_judged_where_optax_evaluates_it(name):
    links = BY_NAME[name].links()
    lr = links[0].knobs["lr"]
    fast = kernels.Walk(kernels.chain([(links[0].card.name, links[0].knobs)]), np.reshape(RECORD["start"], (-1, 1)), lr)
    slow = Walk(links, RECORD["start"], lr)
    for g in RECORD["gradients"]:
        fast.step(np.reshape(g, (-1, 1)))
        slow.step(g)
    for answer, x in ((fast.answer[:, 0], fast.x[:, 0]), (np.array(slow.answer), np.array(slow.x))):
        assert answer == pytest.approx(RECORD["answers"][name], rel=1e-12, abs=1e-12)
        assert not np.allclose(answer, x)


def standardised(points, gradients, links):
    """What noise moved between the kept steps, over what it should have moved: standard normal numbers."""
    knobs = {name: value for link in links for name, value in link.knobs.items()}
    steps = np.arange(1, len(gradients) + 1)
    variances = knobs["eta"] / steps ** knobs["gamma"]
    places = [0, *RECORD["steps"]]
    free = np.array(RECORD["start"]) - knobs["lr"] * np.cumsum([np.zeros(points.shape[1]), *gradients], axis=0)
    apart = np.array([RECORD["start"], *points]) - free[places]
    spread = [np.sqrt(variances[begin:end].sum()) for begin, end in itertools.pairwise(places)]
    return np.diff(apart, axis=0) / (knobs["lr"] * np.array(spread)[:, None])


@pytest.mark.parametrize("k", [0, 1])
def test_noise_has_the_librarys_distribution(k):
    offer = BY_NAME["optax.noisy_sgd"]
    links, gradients, lanes = offer.links(**offer.cases[k]), np.array(RECORD["gradients"]), 100
    ordered = [(link.card.name, link.knobs) for link in in_order(links)]
    start = np.repeat(np.reshape(RECORD["start"], (-1, 1)), lanes, axis=1)
    walk = kernels.Walk(kernels.chain(ordered), start, links[-1].knobs["lr"], seeds=range(lanes))
    points = []
    for g in gradients:
        walk.step(np.repeat(g[:, None], lanes, axis=1))
        points.append(walk.x.copy())
    ours = np.array(points)[[step - 1 for step in RECORD["steps"]]]
    z = np.array([standardised(ours[:, :, j], gradients, links) for j in range(lanes)])
    assert abs(z.mean()) < 4 / np.sqrt(z.size)
    assert abs((z**2).mean() - 1) < 4 * np.sqrt(2 / z.size)
    assert np.all(np.abs((z**2).mean(axis=(0, 2)) - 1) < 4 * np.sqrt(2 / (lanes * z.shape[2])))  # in each interval
    theirs = standardised(np.array(RECORD["walks"][offer.name][k]), gradients, links)
    assert abs(theirs.mean()) < 4 / np.sqrt(theirs.size)
    assert abs((theirs**2).mean() - 1) < 4 * np.sqrt(2 / theirs.size)


def test_schedule_free_without_interpolation_is_the_mean_of_gradient_descent():
    gradients = np.array(RECORD["gradients"])
    link = kernels.chain([("schedule_free_sgd", {"beta": 0.0})])
    walk = kernels.Walk(link, np.reshape(RECORD["start"], (-1, 1)), 0.1)
    for g in gradients:
        walk.step(g[:, None])
    points = np.array(RECORD["start"]) - 0.1 * np.cumsum(gradients, axis=0)
    assert walk.answer[:, 0] == pytest.approx(points.mean(axis=0), rel=1e-12)
