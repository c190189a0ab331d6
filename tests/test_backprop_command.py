"""`dlc backprop`: what it prints, what it flags, what it writes, and what it refuses."""

import json
import shlex
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from dlc.kernels.mlp import Mlp

SMALL = ("backprop", "--layers", "2,3,1", "--activation", "tanh", "--x", "0.5,-1", "--target", "0.2")

FILE = """
inputs = 2
loss = "sparse_softmax_cross_entropy"
x = [[1, 2], [3, -4], [0.5, 0]]
target = [0, 2, 1]

[[layers]]
type = "dense"
weights = [[1, -2], [3, 0.5]]
bias = [0.1, 0.2]

[[layers]]
type = "batch_norm"
gain = [1, 2]

[[layers]]
type = "leaky_relu"
alpha = 0.2

[[layers]]
type = "dropout"
rate = 0.25

[[layers]]
type = "dense"
units = 3
"""


@pytest.fixture
def network(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.toml").write_text(FILE.replace("target = [0, 2, 1]", "target = [[0], [2], [1]]"))
    return tmp_path / "net.toml"


def test_numbers_are_those_one_gets_by_hand(dlc):
    """One input, one unit, tanh, one unit: the chain of products, written out."""
    found = json.loads(dlc("backprop", "--layers", "1,1,1", "--x", "0.5", "--target", "0.2", "--json").out)
    weight = {each["name"]: each["weight"] for each in found["gradients"]}
    z = 0.5 * weight["W1[0,0]"] + weight["b1[0]"]
    a = np.tanh(z)
    y = a * weight["W3[0,0]"] + weight["b3[0]"]
    by_y = 2 * (y - 0.2)
    by_z = by_y * weight["W3[0,0]"] * (1 - a * a)
    exact = {"W1[0,0]": by_z * 0.5, "b1[0]": by_z, "W3[0,0]": by_y * a, "b3[0]": by_y}
    assert {each["name"]: each["gradient"] for each in found["gradients"]} == pytest.approx(exact, rel=1e-14)
    assert found["loss"] == pytest.approx((y - 0.2) ** 2, rel=1e-14)
    assert [each["value"] for each in found["units"]] == pytest.approx([0.5, z, a, y], rel=1e-14)
    assert found["units"][2]["local"] == pytest.approx(1 - a * a, rel=1e-14)
    assert found["units"][1]["error"] == pytest.approx(by_z, rel=1e-14)
    assert found["chains"]["W1"] == "xᵀ·(∂mse/∂y3·W3ᵀ ⊙ tanh′(y1))"
    assert all(check["holds"] for check in found["checks"])


def test_tables_in_a_pipe_and_a_descent(dlc):
    result = dlc(*SMALL, "--step", "0.1", "--steps", "20")
    assert result.code == 0
    tables = [part.splitlines() for part in result.out.split("\n\n")]
    assert len(tables) == 6
    facts, units, gradients, layers, checks, descent = tables
    assert dict(line.split("\t") for line in facts)["parameters"] == "13"
    assert [len(each) - 1 for each in (units, gradients, layers, checks, descent)] == [9, 13, 3, 2, 21]
    losses = [float(line.split("\t")[1]) for line in descent[1:]]
    assert losses[0] == float(dict(line.split("\t") for line in facts)["loss"])
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 1e-3 * losses[0]


def test_a_network_of_a_file(dlc, network):
    found = json.loads(dlc("backprop", network, "--json").out)
    assert found["network"] == ["dense 2", "batch norm", "leaky_relu alpha=0.2", "dropout 0.25", "dense 3"]
    weights = {each["name"]: each["weight"] for each in found["gradients"]}
    assert [weights[name] for name in ("W1[0,1]", "W1[1,0]", "b1[1]", "γ2[1]", "β2[0]")] == [-2, 3, 0.2, 2, 0]
    assert found["rows"] == 3
    assert all(check["holds"] for check in found["checks"])
    again = dlc("backprop", network, "--json", "--seed", "0").out
    assert json.loads(again) == found
    assert json.loads(dlc("backprop", network, "--json", "--seed", "1").out)["loss"] != found["loss"]
    inference = json.loads(dlc("backprop", network, "--json", "--inference").out)
    assert all(check["holds"] for check in inference["checks"])
    assert inference["loss"] != found["loss"]


def test_vanishing_saturated_and_exploding_layers_are_flagged(dlc):
    def flags(*options):
        found = json.loads(dlc("backprop", "--json", "--batch", "4", "--seed", "3", *options).out)
        assert all(check["holds"] for check in found["checks"])
        return [set(each["flags"]) for each in found["layers"]], found["verdict"]

    vanishing, verdict = flags("--layers", "8x12,2", "--activation", "sigmoid", "--init", "glorot")
    assert "vanishing" in vanishing[0]
    assert not vanishing[-1]
    assert "shrinks by a factor of 0.2" in verdict
    exploding, verdict = flags("--layers", "8x12,2", "--activation", "relu", "--init", "normal:std=1.5")
    assert "exploding" in exploding[0]
    assert "grows" in verdict
    saturated, _ = flags("--layers", "8,8,2", "--activation", "tanh", "--init", "normal:std=30")
    assert "saturated" in saturated[1]
    kept, _ = flags("--layers", "32x12,2", "--activation", "relu", "--init", "he")
    assert not any({"vanishing", "exploding"} & each for each in kept)


def test_a_wrong_gradient_is_found(dlc, monkeypatch):
    """One weight's derivative is off by a hundred-thousandth: both checks see it."""
    right = Mlp.backward

    def wrong(self, weights):
        gradient = right(self, weights)
        gradient[4] *= 1 + 1e-5
        return gradient

    monkeypatch.setattr(Mlp, "backward", wrong)
    result = dlc(*SMALL)
    assert result.code == 1
    assert result.out.count("FAILED") == 2
    assert "the gradient by W1[1,1] is off scalar autodiff by 1e-05, more than 1e-10" in result.err


def test_a_descent_that_diverges_says_so(dlc):
    result = dlc(*SMALL, "--step", "1e200", "--steps", "50")
    assert result.code == 0
    assert "the descent diverges" in result.err


def test_graphs(dlc, tmp_path):
    dot, svg = tmp_path / "g.dot", tmp_path / "g.svg"
    result = dlc(*SMALL, "--dot", dot, "--svg", svg)
    assert result.code == 0
    lines = dot.read_text().splitlines()
    assert sum("->" in line for line in lines) == 6 + 3 + 3 + 1
    assert sum(" [label=" in line and "->" not in line for line in lines) == 2 + 3 + 3 + 1 + 1
    root = ElementTree.fromstring(svg.read_text())
    kinds = [each.tag.rpartition("}")[2] for each in root]
    assert kinds.count("line") == 13
    assert kinds.count("rect") == 10 + 1
    width, height = float(root.get("width")), float(root.get("height"))
    for each in root:
        assert 0 <= float(each.get("x", 0)) <= width
        assert 0 <= float(each.get("y", 0)) <= height
    dlc("backprop", "--layers", "64,64,1", "--batch", "2", "--svg", svg)
    assert sum(each.tag.endswith("rect") for each in ElementTree.fromstring(svg.read_text())) == 5 + 1


def test_a_picture_over_depth(dlc, tmp_path):
    pytest.importorskip("matplotlib")
    dlc(*SMALL, "--save", tmp_path / "depth.png")
    assert (tmp_path / "depth.png").read_bytes().startswith(b"\x89PNG")
    assert "root mean square" in dlc(*SMALL, "--plot").out


BAD = {
    "nothing": ("", "give --layers"),
    "both": ("net.toml --layers 2,1", "give one"),
    "size 0": ("--layers 2,0", "'0' is no size"),
    "one size": ("--layers 2", "one size"),
    "unknown activation": ("--layers 2,3,1 --activation tahn", "did you mean 'tanh'"),
    "unknown loss": ("--layers 2,1 --loss mes", "did you mean 'mse'"),
    "unknown initialiser": ("--layers 2,1 --init he_norml", "did you mean 'he_normal'"),
    "unknown layer": ("--layers 2,1 --init torch.dense", "choose torch.linear"),
    "parameter out of its domain": ("--layers 2,1 --init sparse:sparsity=2", "sparsity < 1"),
    "too many inputs": ("--layers 2,1 --x 1,2,3", "rows of 3 numbers; the network takes 2"),
    "rows that differ": ("--layers 2,1 --x 1,2;3,4 --target 1", "2 rows of inputs have 1 rows of targets"),
    "nan": ("--layers 2,1 --x 1,nan", "row 1, number 2 is nan"),
    "empty batch": ("--layers 2,1 --batch 0", "take 1 to"),
    "batch of 1": ("--layers 2,2,1 --batch-norm --x 1,2", "2 rows or more"),
    "class too great": ("--layers 2,3 --loss sparse_softmax_cross_entropy --x 1,2 --target 3", "a class from 0 to 2"),
    "no probability": ("--layers 2,1 --loss bce --seed 0 --target 1 --x 9,9", "--output sigmoid"),
    "rate": ("--layers 2,3,1 --dropout 1", "0 <= rate < 1"),
    "row": ("--layers 2,1 --row 9", "the batch has 8 rows"),
    "steps alone": ("--layers 2,1 --steps 3", "--step LR"),
    "negative rate": ("--layers 2,1 --step -1", "above 0"),
    "other picture": ("--layers 2,1 --save x.gif", ".png, .svg, .pdf"),
    "json": ("bad.json", "at line 2, column 21"),
    "toml": ("bad.toml", "at line 2"),
    "no file": ("none.toml", "No such file"),
    "weights of another shape": ("shape.json", "needs 2 rows of 3"),
    "unknown key": ("key.json", "layer 1 (dense): no 'unit' is known"),
    "nan in a file": ("nan.json", "not a finite number"),
    "no rows": ("rows.json", "no rows"),
}


@pytest.mark.parametrize(("line", "words"), BAD.values(), ids=BAD)
def test_one_line_and_exit_code_2(dlc, network, line, words):
    files = {
        "bad.json": '{"inputs": 2,\n "layers": [{"type" "dense"}]}',
        "bad.toml": "inputs = 2\nlayers = = 3\n",
        "shape.json": '{"inputs": 2, "layers": [{"type": "dense", "units": 3, "weights": [[1, 2], [3, 4]]}]}',
        "key.json": '{"inputs": 2, "layers": [{"type": "dense", "unit": 3}]}',
        "nan.json": '{"inputs": 1, "layers": [{"type": "dense", "weights": [[NaN]]}]}',
        "rows.json": '{"inputs": 1, "layers": [{"type": "dense", "units": 1}], "x": [], "target": []}',
    }
    if line in files:
        network.with_name(line).write_text(files[line])
    result = dlc("backprop", *shlex.split(line.replace(";", "\\;")))
    assert result.code == 2, result
    assert result.out == ""
    error = result.err.splitlines()[-1]
    assert error.startswith("Error: ")
    assert words in error
