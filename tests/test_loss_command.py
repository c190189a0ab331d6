"""`dlc loss` as a user meets it."""

import json
import math

import numpy as np
import pytest


def test_each_example_then_what_they_are_reduced_to(dlc):
    result = dlc("loss", "mse", "--pred", "1,2,4", "--target", "1,3,1")
    assert result.code == 0
    assert [row["value"] for row in result.table] == ["0.0", "1.0", "9.0", str(10 / 3)]
    assert result.table[-1]["example"] == "mean"


@pytest.mark.parametrize(
    ("reduction", "value", "slopes"),
    [("sum", 10.0, [0, -2, 6]), ("mean", 10 / 3, [0, -2 / 3, 2]), ("batch", 10 / 3, [0, -2 / 3, 2])],
)
def test_the_gradient_is_that_of_what_is_printed(dlc, reduction, value, slopes):
    table = dlc("loss", "mse", "--pred", "1,2,4", "--target", "1,3,1", "--reduction", reduction, "--grad").table
    assert float(table[-1]["value"]) == pytest.approx(value, rel=1e-15)
    assert [float(row["gradient"]) for row in table[:-1]] == pytest.approx(slopes, rel=1e-15)


def test_rows(dlc):
    found = dlc(
        "loss", "softmax_cross_entropy", "--pred", "0,0;1,3", "--target", "1,0;0,1", "--reduction", "batch", "--json"
    )
    answer = json.loads(found.out)
    assert [row["value"] for row in answer["rows"]] == pytest.approx([math.log(2), math.log1p(math.exp(-2))])
    assert answer["value"] == pytest.approx((math.log(2) + math.log1p(math.exp(-2))) / 2)
    assert all(row["ulp"] <= 4 for row in answer["rows"])


def test_a_row_typed_flat_is_one_row(dlc):
    table = dlc("loss", "softmax_cross_entropy", "--pred", "0,0", "--target", "1,0").table
    assert float(table[0]["value"]) == pytest.approx(math.log(2))


@pytest.mark.parametrize(("library", "value", "slope"), [("torch", 100.0, -1e12), ("keras", 16.118095650958317, 0.0)])
def test_a_library_computes_as_it_does(dlc, library, value, slope):
    table = dlc("loss", "bce", "--pred", "0", "--target", "1", "--as", library, "--grad").table
    assert float(table[-1]["value"]) == pytest.approx(value, rel=1e-9)
    assert float(table[0]["gradient"]) == pytest.approx(slope, rel=1e-7)


def test_a_library_reduces_as_it_does(dlc):
    data = ("--pred", "-1,-2;-0.5,-1", "--target", "0.3,0.7;0.5,0.5", "--as", "torch")
    assert dlc("loss", "KLDivLoss", *data).table[-1]["example"] == "elements"
    assert dlc("loss", "KLDivLoss", *data, "--reduction", "batch").table[-1]["example"] == "batch"


def test_a_loss_without_targets(dlc):
    table = dlc("loss", "triplet_margin", "--pred", "0,0,3,4,1,0").table
    assert float(table[0]["value"]) == pytest.approx(5.0, rel=1e-5)


def test_symbols_are_filled_up_with_blanks(dlc):
    frames = ("--pred", "0,1,0,0,1,0,2,0,0", "--target")
    short, long = (dlc("loss", "ctc", *frames, each).table for each in ("1", "1,0,0"))
    assert short == long


def test_weights_divide_a_mean_by_their_sum(dlc):
    table = dlc("loss", "mse", "--pred", "1,2", "--target", "0,0", "--weight", "1,3", "--grad").table
    assert float(table[-1]["value"]) == (1 * 1 + 3 * 4) / 4
    assert [float(row["gradient"]) for row in table[:-1]] == [2 * 1 / 4, 2 * 2 * 3 / 4]


def test_a_weight_of_0_leaves_out_even_what_is_infinite(dlc):
    table = dlc("loss", "bce", "--pred", "0,0.5", "--target", "1,1", "--weight", "0,1", "--grad").table
    assert float(table[-1]["value"]) == pytest.approx(math.log(2))
    assert float(table[0]["gradient"]) == 0.0


def test_classes_may_be_weighted_and_ignored(dlc):
    common = ("loss", "sparse_softmax_cross_entropy", "--pred", "0,0;1,3;5,0")
    weighted = dlc(*common, "--target", "0,1,0", "--class-weight", "1,3").table[-1]["value"]
    values = [math.log(2), math.log1p(math.exp(-2)), math.log1p(math.exp(-5))]
    assert float(weighted) == pytest.approx((values[0] + 3 * values[1] + values[2]) / 5)
    ignored = dlc(*common, "--target", "0,-100,0", "--ignore-index", "-100", "--grad").table
    assert float(ignored[-1]["value"]) == pytest.approx((values[0] + values[2]) / 2)
    assert set(ignored[1]["gradient"].split()) <= {"0.0", "-0.0"}
    assert (ignored[1]["target"], ignored[1]["error (ulp)"]) == ("-100.0", "")
    by_torch = dlc(*common, "--target", "0,-100,0", "--as", "torch", "--grad").table
    assert by_torch[-1] == ignored[-1]


def test_files_and_types(dlc, tmp_path):
    np.save(tmp_path / "p.npy", np.array([1, 2], np.float32))
    (tmp_path / "t.csv").write_text("y\n0\n4\n")
    answer = json.loads(dlc("loss", "mse", "--pred", tmp_path / "p.npy", "--target", tmp_path / "t.csv", "--json").out)
    assert answer["dtype"] == "float32"
    assert answer["value"] == 2.5


def test_standard_input(dlc):
    assert dlc("loss", "mse", "--pred", "-", "--target", "0,0", stdin="1 2\n").table[-1]["value"] == "2.5"


def test_a_difference_beyond_float64(dlc):
    assert float(dlc("loss", "huber", "--pred=1e308", "--target=-1e308").table[-1]["value"]) > 1.7e308


def test_the_plural_of_a_kind(dlc):
    assert dlc("list", "loss").code == dlc("list", "losses").code == dlc("list", "penalties").code == 0


def test_many_examples_are_summed_up(dlc):
    result = dlc("loss", "mse", "--pred", "0:99:1", "--target", "0:99:1")
    assert len(result.table) == 1
    assert "100 values" in result.err


BAD = {
    "unknown loss": ("loss huberr --pred 1 --target 1", "did you mean"),
    "no target": ("loss mse --pred 1", "--target"),
    "shapes": ("loss mse --pred 1,2 --target 1", "2 numbers, --target 1 numbers"),
    "rows of unequal length": ("loss softmax_cross_entropy --pred 1,2;3 --target 1,0", "rows of 2, 1"),
    "nan": ("loss mse --pred 1,nan --target 1,2", "--pred, number 2: nan"),
    "nan in a row": ("loss softmax_cross_entropy --pred 1,2;nan,1 --target 1,0;0,1", "--pred, row 2, number 1: nan"),
    "probability": ("loss bce --pred 0.5,1.5 --target 0,1", "--pred, number 2: 1.5 is not a probability"),
    "label": ("loss bce --pred 0.5 --target 2", "--target, number 1: 2.0 is not 0 or 1"),
    "sign": ("loss hinge --pred 0.5 --target 0", "write 0 as −1"),
    "class": ("loss sparse_softmax_cross_entropy --pred 1,2 --target 2", "a class from 0 to 1"),
    "symbol": ("loss ctc --pred 0,1,0,2,0,0 --target 3", "a class from 0 to 2"),
    "half a class": ("loss sparse_softmax_cross_entropy --pred 1,2 --target 0.5", "a class from 0 to 1"),
    "distribution": ("loss softmax_cross_entropy --pred 1,2 --target 1,1", "sum to 2, not 1"),
    "reduction": ("loss mse --pred 1 --target 1 --reduction median", "mean, elements, batch, sum, none"),
    "type": ("loss mse --pred 1 --target 1 --dtype float16", "float32 or float64"),
    "weights": ("loss mse --pred 1,2 --target 1,2 --weight 1", "2 are needed"),
    "negative weight": ("loss mse --pred 1,2 --target 1,2 --weight 1,-1", "a finite weight, 0 or more"),
    "no weight": ("loss mse --pred 1,2 --target 1,2 --weight 0,0", "no weight above 0"),
    "class weight of none": ("loss mse --pred 1 --target 1 --class-weight 1", "target is a class"),
    "all ignored": (
        "loss sparse_softmax_cross_entropy --pred 1,2 --target 1 --ignore-index 1",
        "every target is 1, which is ignored",
    ),
    "parameter": ("loss huber --pred 1 --target 1 -p delta=0", "delta > 0"),
    "infinity": ("loss huber --pred inf --target 0", "--pred, number 1: inf is not a finite number"),
    "nothing between commas": ("loss mse --pred 1,,2 --target 1,2", "--pred: nothing stands between two commas"),
    "text": ("loss mse --pred abc --target 1", "--pred: 'abc' is not a number"),
    "smoothed and weighted": (
        "loss cross_entropy --pred 1,2 --target 0 --as torch -p smoothing=0.1 --class-weight 1,2",
        "one or the other",
    ),
    "both from stdin": ("loss mse --pred - --target -", "cannot both"),
    "target of none": ("loss triplet_margin --pred 1,2,3 --target 1", "takes no --target"),
    "loss a library lacks": ("loss lovasz_hinge --pred 1 --target 1 --as torch", "torch has no lovasz_hinge"),
    "library": ("loss mse --pred 1 --target 1 --as pytorch", "torch"),
}


@pytest.mark.parametrize(("line", "words"), BAD.values(), ids=BAD)
def test_bad_input(dlc, line, words):
    result = dlc(*line.split())
    assert result.code == 2
    assert result.out == ""
    assert result.err.count("\n") == 1
    assert result.err.startswith("Error: ")
    assert words in result.err
