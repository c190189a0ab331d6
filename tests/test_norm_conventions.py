"""Normalisations as torch, keras and ONNX have them: recorded results, gradients and what is kept, by our kernels."""

import json
from pathlib import Path

import numpy as np
import pytest

from dlc.cli.agreement_norms import shape_of
from dlc.cli.catalog import norm_kernel
from dlc.reference.norm_conventions import BY_TYPE, NORM_CONVENTIONS
from dlc.reference.norm_family import Arrangement
from dlc.reference.norms import NORMS

RECORD = json.loads((Path(__file__).parent / "data/norms.json").read_text())
OFFERS = [(library, found) for library, table in NORM_CONVENTIONS.items() for found in table.values()]
every_offer = pytest.mark.parametrize(
    ("library", "found"), OFFERS, ids=lambda each: each if isinstance(each, str) else each.card
)
EPS_64 = 2.0**-52
SIZES = {"torch": 3.0, "onnx": 4.0}  # of lrn


def near_to(library, name):
    """keras computes some in float32 whatever it is told, and ONNX group normalisation by default."""
    return 3e-6 if library == "keras" or (library, name) == ("onnx", "group") else 1e-12


@every_offer
def test_results_gradients_and_what_is_kept(library, found):
    card, given = NORMS[found.card], {name: np.array(each) for name, each in RECORD["inputs"][found.card].items()}
    expected = RECORD["results"][f"{library} {found.card}"]
    layout = "NC" if given["x"].ndim == 2 else "NCL"
    at = Arrangement(layout, given["x"].shape, 2 if card.shares == "group" else 1)
    params = found.knobs(EPS_64)
    if card.name == "lrn":
        params["size"] = SIZES[library]
    gain, bias = (given[name].reshape(-1) if has else None for name, has in (("gain", card.gain), ("bias", card.bias)))
    kept = np.array(RECORD["statistics"]).T if "variance" in card.kept else None
    if card.shares == "matrix":
        kept = tuple(each / np.linalg.norm(each) for each in (given["left"], given["right"]))
    kernel, shape, near = norm_kernel(card), shape_of(at), near_to(library, card.name)
    y, by = kernel.forward(given["x"], shape, params, gain, bias, kept)
    np.testing.assert_allclose(y, expected["y"], rtol=near, atol=near)
    slopes = kernel.backward(given["x"], given["v"], shape, params, by, gain)
    for name, each in zip(("gradient", "by gain", "by bias"), slopes, strict=True):
        if expected.get(name) is not None:
            np.testing.assert_allclose(each, np.reshape(expected[name], each.shape), rtol=near, atol=10 * near)
    if "kept" in expected:
        moving = {"unbiased": float(found.unbiased), "deviation": float(found.deviation), "eps": params["eps"]}
        after = kernel.updated(kept, by, shape, momentum=found.share_of_new, **moving)
        ours = list(after) if card.shares == "matrix" else list(np.transpose(after))
        for a, b in zip(ours, expected["kept"], strict=False):  # keras keeps one direction of two
            np.testing.assert_allclose(a, b, rtol=near, atol=near)
    if "inference y" in expected:
        y, by = kernel.forward(given["x"], shape, params, gain, bias, kept, training=False)
        np.testing.assert_allclose(y, expected["inference y"], rtol=near, atol=near)
        slopes = kernel.backward(given["x"], given["v"], shape, params, by, gain, training=False)
        for name, each in zip(("gradient", "by gain", "by bias"), slopes, strict=True):
            np.testing.assert_allclose(
                each, np.reshape(expected[f"inference {name}"], each.shape), rtol=near, atol=near
            )


@every_offer
def test_defaults_are_those_of_the_library(library, found):
    defaults = RECORD["results"][f"{library} {found.card}"].get("defaults", {})
    eps = defaults.get("eps", defaults.get("epsilon"))
    if eps is not None:
        assert found.knobs(EPS_64)["eps"] == eps
    if defaults.get("momentum") is not None and found.weight_of:
        assert found.momentum == defaults["momentum"]
    has_none = "eps" in defaults and eps is None and "eps" in NORMS[found.card].knobs
    assert (found.params.get("eps") == BY_TYPE) == has_none


@pytest.mark.parametrize("library", NORM_CONVENTIONS)
def test_one_batch_through_the_command(dlc, library):
    answer = json.loads(dlc("norm", "batch", "1,2,3,4", "--as", library, "--json").out)
    found = [answer["kept"]["mean"][0], answer["kept"]["variance"][0], answer["y"][0][0]]
    np.testing.assert_allclose(found, RECORD["one batch of 1, 2, 3, 4"][library], rtol=near_to(library, "batch"))
    rows = {each["library"]: each for each in json.loads(dlc("diff", "batch_norm", "--json").out)["offers"]}
    np.testing.assert_allclose([*rows[library]["kept"], rows[library]["first"]], found, rtol=1e-14)


def test_a_batch_of_1(dlc):
    assert RECORD["a batch of 1"]["torch"].startswith("Expected more than 1 value")
    refused = dlc("norm", "batch", "3,4", "--shape", "1,2", "--as", "torch")
    assert refused.code == 2
    assert "refuses a batch of 1" in refused.err
    answer = json.loads(dlc("norm", "batch", "3,4", "--shape", "1,2", "--as", "keras", "--json").out)
    y, variances = RECORD["a batch of 1"]["keras"]
    assert answer["y"] == y
    np.testing.assert_allclose(answer["kept"]["variance"], variances, rtol=1e-6)
