"""Losses as torch, keras and optax have them: values and gradients on file, names, arguments with defaults."""

import json

import numpy as np
import pytest
from conftest import ROOT
from loss_data import weights_of

from dlc.cli.loss_values import divisor, values_there
from dlc.reference.convention import REQUIRED
from dlc.reference.loss_convention import DIVISORS, REDUCTIONS
from dlc.reference.loss_conventions import EXCLUDED, LOSS_CONVENTIONS, loss_convention, loss_conventions, short
from dlc.reference.losses import LOSSES

RECORD = json.loads((ROOT / "tests/data/losses.json").read_text())
OFFERED = [(library, name) for library, found in LOSS_CONVENTIONS.items() for name in found]
TOLERANCE = {"float64": 1e-12, "float32": 3e-7}
NOT_DECLARED = {
    "reduction", "size_average", "reduce", "reduce_fn", "weight", "weights", "name", "dtype",  # what is made of values
    "axis", "where", "class_weights", "ignore_background", "apply_softmax",  # which values there are
    "ref_labels", "ref_embeddings",  # of other examples
    "input", "target", "input1", "input2", "y_true", "y_pred", "predictions", "targets", "logits", "labels",
}  # fmt: skip


def array(value):
    return np.array(value, dtype=float)


@pytest.mark.parametrize(("library", "name"), OFFERED)
def test_kernels_compute_what_the_library_does(library, name):
    found, card = LOSS_CONVENTIONS[library][name], LOSSES[name]
    precision = "float32" if library == "keras" else "float64"  # in which it averages
    near = {"rtol": found.near or TOLERANCE[precision], "atol": TOLERANCE[precision]}
    for trial in RECORD["losses"][name][library].values():
        params = {key: float(value) for key, value in trial["params"].items()}
        assert list(params) == list(card.knobs)
        for data, result in zip(RECORD["data"][name], trial[precision], strict=True):
            p, t = array(data["p"]), array(data["t"])
            values, gradient = values_there(card, found, params, p, t)
            by = divisor(found.reduction, values, p)
            value = values if found.reduction == "none" else values.sum() / by
            np.testing.assert_allclose(value, array(result["value"]), **near)
            np.testing.assert_allclose(gradient / by, array(result["gradient"]), **near)


@pytest.mark.parametrize(
    ("library", "name"), [(library, name) for library, name in OFFERED if LOSS_CONVENTIONS[library][name].weighted]
)
def test_what_a_weighted_mean_divides_by(library, name):
    found, card = LOSS_CONVENTIONS[library][name], LOSSES[name]
    for data, recorded in zip(RECORD["data"][name], RECORD["weighted"][name][library], strict=True):
        p, t = array(data["p"]), array(data["t"])
        values, _ = values_there(card, found, found.params, p, t)
        weights = weights_of(card, p)
        weights = weights[t[..., 0].astype(int)] if card.target == "class" else weights
        by = divisor("mean", values, p, weights if found.divisor == "weights" else None)
        np.testing.assert_allclose((weights * values).sum() / by, recorded, rtol=1e-12)


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
    assert loss_convention("keras", "Poisson").params == {"epsilon": 1e-7}
    assert loss_convention("torch", "mean_squared_error").name == "F.mse_loss"
    assert loss_convention("torch", "HuberLoss").card == "huber"
    assert loss_convention("torch", "tukey_biweight") is None
    assert loss_convention("optax", "focal_with_logits").params["alpha"] == -1


@pytest.mark.parametrize("name", sorted({name for _, name in OFFERED}))
def test_diff_tells_everything(dlc, name):
    result = dlc("diff", name, "--kind", "loss", "--json")
    assert result.code == 0, result.err
    said = json.loads(result.out)
    offered = loss_conventions(name)
    assert [each["library"] for each in said["compared"]] == ["dlc", *offered]
    for each, found in zip(said["compared"][1:], offered.values(), strict=True):
        assert each["call"] == found.name
        assert (each["means"] == "as dlc") == (not found.unlike and not found.kink and not found.targets)
        assert (each["same"] == found.call_with(LOSSES[name].knobs)) == found.takes(LOSSES[name], LOSSES[name].knobs)
    printed = dlc("diff", name, "--kind", "loss").out
    assert all(each["same"] in printed for each in said["compared"][1:])


def test_diff_of_given_data(dlc):
    said = json.loads(dlc("diff", "BCELoss", "--pred", "0,0.5", "--target", "1,1", "--json").out)
    compared = {each["library"]: each for each in said["compared"]}
    assert compared["dlc"]["values"][0] == "inf"
    assert compared["torch"]["values"][0] == 100
    assert compared["keras"]["values"][0] == pytest.approx(-np.log(1e-7))
    assert compared["torch"]["gradients"][0] == pytest.approx(-1e12)
    assert compared["keras"]["gradients"][0] == 0
    assert compared["torch"]["reduced"] == pytest.approx((100 + np.log(2)) / 2)
    hinge = json.loads(dlc("diff", "hinge", "--pred", "1", "--target", "1", "--json").out)
    kinks = {each["library"]: each["gradients"][0] for each in hinge["compared"]}
    assert kinks == {"dlc": 0, "torch": 0, "keras": -0.5, "optax": -0.5}


def test_diff_of_a_name_that_several_kinds_have(dlc):
    assert "mse is a loss, too: --kind loss" in dlc("diff", "mse").err
    assert json.loads(dlc("diff", "mse", "--kind", "loss", "--json").out)["compared"][1]["call"] == "F.mse_loss"
    assert "no library has tukey_biweight" in dlc("diff", "tukey_biweight").err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["huber", "--pred", "1"], "needs both --pred and --target"),
        (["huber", "1", "2"], "takes no numbers to compare at"),
        (["huber", "--kind", "metric"], "no metric is called 'huber'"),
        (["huber", "--kind", "cost"], "no kind 'cost'"),
        (["huber", "--dtype", "int8"], "no dtype 'int8'"),
        (["bce", "--pred", "2", "--target", "1"], "a probability"),
        (["hubber"], "did you mean"),
    ],
)
def test_bad_input_of_diff(dlc, arguments, complaint):
    result = dlc("diff", *arguments)
    assert result.code == 2
    assert complaint in result.err
    assert not result.out
