"""Losses as torch, keras and optax have them: values and gradients on file, names, and arguments with their defaults."""

import json

import numpy as np
import pytest
from conftest import ROOT

from dlc.cli.catalog import loss_kernel
from dlc.reference.convention import REQUIRED
from dlc.reference.loss_convention import DIVISORS, REDUCTIONS
from dlc.reference.loss_conventions import EXCLUDED, LOSS_CONVENTIONS, loss_convention, loss_conventions, short
from dlc.reference.losses import LOSSES

RECORD = json.loads((ROOT / "tests/data/losses.json").read_text())
OFFERED = [(library, name) for library, found in LOSS_CONVENTIONS.items() for name in found]
TOLERANCE = {"float64": 1e-12, "float32": 3e-7}
NOT_DECLARED = {
    "reduction", "size_average", "reduce", "weight", "name", "dtype",  # what is made of the values
    "input", "target", "input1", "input2", "y_true", "y_pred", "predictions", "targets", "logits", "labels",
}  # fmt: skip


def array(value):
    return np.array(value, dtype=float)


def reduced(reduction, values, p):
    """What a library makes of the values, and what it multiplies their gradient by."""
    if reduction == "none":
        return values, 1
    count = {"mean": values.size, "elements": p.size, "batch": len(p), "sum": 1}[reduction]
    return values.sum() / count, 1 / count


def computed(card, params, p, t):
    values, gradient = np.empty(p.shape[:-1] if card.row else p.shape), np.empty_like(p)
    loss_kernel(card)(p, t, *params.values(), values=values, gradient=gradient)
    return values, gradient


def at_kinks(card, found, params, p, t, gradient):
    """The gradient with the library's share of the steeper side where ours is 0 at a jump."""
    if not found.kink:
        return gradient
    beside = [computed(card, params, np.nextafter(p, side), t)[1] for side in (-np.inf, np.inf)]
    steeper = np.where(abs(beside[0]) > abs(beside[1]), *beside)
    jumps = (gradient == 0) & (abs(beside[0] - beside[1]) > 0.1)
    return np.where(jumps, found.kink * steeper, gradient)


@pytest.mark.parametrize(("library", "name"), OFFERED)
def test_kernels_compute_what_the_library_does(library, name):
    found, card = LOSS_CONVENTIONS[library][name], LOSSES[name]
    precision = "float32" if library == "keras" else "float64"  # in which it averages
    near = {"rtol": TOLERANCE[precision], "atol": TOLERANCE[precision]}
    for trial in RECORD["losses"][name][library].values():
        params = {key: float(value) for key, value in trial["params"].items()}
        assert list(params) == list(card.knobs)
        for data, result in zip(RECORD["data"][name], trial[precision], strict=True):
            p, t = array(data["p"]), array(data["t"])
            values, gradient = computed(card, params, p, t)
            value, factor = reduced(found.reduction, values, p)
            gradient = at_kinks(card, found, params, p, t, gradient)
            np.testing.assert_allclose(value, array(result["value"]), **near)
            np.testing.assert_allclose(gradient * factor, array(result["gradient"]), **near)


@pytest.mark.parametrize("library", LOSS_CONVENTIONS)
def test_every_loss_of_a_library_is_ours_or_none(library):
    covered = {short(name) for found in LOSS_CONVENTIONS[library].values() for name in found.names}
    excluded = set(EXCLUDED[library])
    assert covered | excluded >= set(RECORD["names"][library])
    assert not covered & excluded
    assert covered | excluded <= set(RECORD["names"][library])


@pytest.mark.parametrize(("library", "name"), OFFERED)
def test_defaults_are_those_of_the_library(library, name):
    found = LOSS_CONVENTIONS[library][name]
    there = RECORD["signatures"][library][found.name]
    declared = {key: argument.default for key, argument in found.arguments.items()}
    assert declared.items() <= there.items()
    optional = {key for key, default in there.items() if default != REQUIRED}
    assert optional - set(declared) <= NOT_DECLARED | set(found.written)


@pytest.mark.parametrize(("library", "name"), OFFERED)
def test_a_convention_is_consistent(library, name):
    found, card = LOSS_CONVENTIONS[library][name], LOSSES[name]
    assert found.card == card.name
    assert set(found.params) == set(card.knobs)
    assert found.reduction in REDUCTIONS
    assert found.divisor in DIVISORS
    found.call_with(card.knobs)  # raises KeyError for what the card does not have
    assert found.target_first == (library == "keras")
    assert loss_conventions(name)[library] is found
    assert all(loss_convention(library, short(each)) is found for each in found.names)


def test_what_a_name_means():
    assert loss_convention("torch", "PoissonNLLLoss").card == "poisson_log"
    assert loss_convention("torch", "poisson").card == "poisson"
    assert loss_convention("keras", "Poisson").params == {"epsilon": 1e-7, "full": 0.0}
    assert loss_convention("torch", "mean_squared_error").name == "F.mse_loss"
    assert loss_convention("torch", "HuberLoss").card == "huber"
    assert loss_convention("torch", "tukey_biweight") is None
    assert loss_convention("optax", "focal_with_logits").params["alpha"] == -1
