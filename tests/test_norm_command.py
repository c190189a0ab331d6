"""`dlc norm` as a user meets it."""

import json

import numpy as np
import pytest

from dlc.reference.norms import NORMS


def test_a_vector_is_one_set(dlc):
    for name in ("batch", "layer", "instance"):
        table = json.loads(dlc("norm", name, "1,2,3,4", "--json").out)
        assert np.ravel(table["y"]) == pytest.approx([-1.3416354, -0.4472118, 0.4472118, 1.3416354], abs=1e-7)
        assert max(table["worst_ulp"].values()) < 4


def test_tables_in_a_pipe(dlc):
    found = dlc("norm", "batch", "1,5;2,7;4,1", "--backward", "1,0;0,1;0,0", "--gain", "2", "--bias", "1,-1")
    assert found.code == 0
    numbers, gains, kept = found.out.strip().split("\n\n")
    assert numbers.splitlines()[0].split("\t")[:4] == ["sample", "channel", "x", "value"]
    assert len(numbers.splitlines()) == 7
    assert gains.splitlines()[0] == "channel\tby gain\tby bias"
    assert kept.splitlines()[1].split("\t")[2] == str(0.1 * 7 / 3)
    assert "0.9·before + 0.1·batch" in found.err


def test_files_layouts_and_what_is_written(dlc, tmp_path):
    x = np.random.default_rng(1).normal(size=(2, 3, 4, 6)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "two.npz", a=x, b=x[0])
    answers = []
    for layout, array in (("NCHW", x.transpose(0, 3, 1, 2)), ("NHWC", x)):
        np.save(tmp_path / "x.npy", array)
        out = tmp_path / f"{layout}.npz"
        found = dlc(
            "norm", "group", tmp_path / "x.npy", "--layout", layout, "--groups", 3, "--backward", 1, "--out", out
        )
        assert found.code == 0
        with np.load(out) as stored:
            assert stored["y"].dtype == np.float32
            answers.append(stored["y"] if layout == "NHWC" else stored["y"].transpose(0, 2, 3, 1))
    np.testing.assert_array_equal(*answers)
    assert "choose one with --array" in dlc("norm", "layer", tmp_path / "two.npz").err
    assert dlc("norm", "layer", tmp_path / "two.npz", "--array", "b").code == 0


def test_inference_by_what_is_kept(dlc):
    answer = json.loads(dlc("norm", "batch", "3;5", "--inference", "--running", "1;4", "--eps", "0", "--json").out)
    assert answer["y"] == [[1.0], [2.0]]


@pytest.mark.parametrize("name", NORMS)
def test_every_normalisation_through_the_command(dlc, name):
    options = ["--groups", "2"] if name == "group" else []
    found = dlc("norm", name, "1,5,3,2;2,7,-1,0;4,1,0,3", "--backward", "1,0,0,2;0,1,0,0;0,0,1,0", *options, "--json",
                *(["--shape", "3,2,2"] if name == "instance" else []))  # fmt: skip
    assert found.code == 0, found.err
    assert np.size(json.loads(found.out)["y"]) == 12


BAD = {
    "nan": (["batch", "1,nan,3"], "X, at 2: nan is not a finite number"),
    "no numbers": (["batch"], "give numbers or a file to normalise, or --demo"),
    "batch of 1": (["batch", "3"], "a batch of 1"),
    "constant without eps": (["batch", "3,3,3", "--eps", "0"], "channel 1 is constant: with ε = 0 that is 0/0"),
    "row of zeros": (["weight", "1,2;0,0"], "row 2 of the weights is 0, and has no direction"),
    "sizes": (["layer", "1,2;3,4", "--gain", "1,2,3"], "--gain has 3 numbers, 2 are needed: one for each feature"),
    "gradient": (["layer", "1,2;3,4", "--backward", "1,2,3"], "--backward has shape 3, X has 2×2"),
    "no bias": (["rms", "1,2", "--bias", "1"], "rms has no bias"),
    "groups": (["group", "1,2,3"], "group needs --groups"),
    "unequal groups": (["group", "1,2,3", "--groups", "2"], "3 channels do not fall into 2 equal groups"),
    "layout": (["batch", "1,2;3,4", "--layout", "NCHW"], "layout NCHW has 4 axes, X has shape 2×2"),
    "shape": (["batch", "1,2,3", "--shape", "2,2"], "--shape 2,2 has 4 numbers, X has 3"),
    "inference": (["batch", "1,2", "--inference"], "--inference needs --running: mean and variance"),
    "library": (["lrn", "1,2", "--as", "keras"], "keras has no lrn; of the others, torch and onnx"),
    "momentum": (["layer", "1,2", "--momentum", "0.5"], "layer keeps no moving mean"),
    "demo of another": (["layer", "--demo"], "--demo is of batch, not of layer"),
    "few seeds": (["batch", "--demo", "--seeds", "3"], "--seeds 3 is not between 6 and 200"),
    "name": (["bach", "1,2"], "no norm 'bach'; did you mean 'batch'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line(dlc, case):
    arguments, message = BAD[case]
    found = dlc("norm", *arguments)
    assert found.code == 2
    assert found.out == ""
    assert message in found.err
    assert len(found.err.splitlines()) == 1


def test_a_constant_channel_is_noted(dlc):
    found = dlc("norm", "batch", "1,3;2,3;3,3")
    assert found.code == 0
    assert "channel 2 has no spread" in found.err
