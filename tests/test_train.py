"""`dlc train`: what it learns, what it keeps, how it goes on, and what it refuses."""

import json
import signal

import numpy as np
import pytest
from conftest import ROOT

from dlc.cli import train_show
from dlc.cli.agreement_regularizers import check_regularizer
from dlc.cli.backprop_machine import initial, machine
from dlc.kernels.chain import chain
from dlc.kernels.train import FOR_ORDER, Regularizers, Rows, Training
from dlc.kernels.train_regularizers import KERNELS, mixup_shares
from dlc.reference.draws import batch, mixed
from dlc.reference.losses import LOSSES
from dlc.reference.network import Activation, BatchNorm, Dense, Network, gradient
from dlc.reference.regularizers import REGULARIZER_OFFERS, REGULARIZERS, label_smoothing, max_norm

RECORD = json.loads((ROOT / "tests/data/regularizers.json").read_text())
QUICK = ("--quiet", "--layers", "4", "--batch", "8", "--lr", "0.01")


@pytest.fixture
def table(tmp_path):
    """Three kinds of flowers, as words; and a number to learn."""
    random = np.random.default_rng(0)
    kinds = np.repeat(np.arange(3), 12)
    inputs = random.normal(size=(36, 2)) + 2 * np.stack([kinds, -kinds], axis=1)
    lines = ["length,width,constant,kind,price"]
    lines += [
        f"{a:.3f},{b:.3f},7,{['rose', 'lily', 'iris'][k]},{3 * a - b:.3f}"
        for (a, b), k in zip(inputs, kinds, strict=True)
    ]
    path = tmp_path / "flowers.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("card", REGULARIZERS.values(), ids=lambda card: card.name)
def test_kernels_of_regularizers_agree(card):
    assert bool(card.elsewhere) == (card.name not in KERNELS)
    assert all(each.holds for each in check_regularizer(card))


@pytest.mark.parametrize("offer", REGULARIZER_OFFERS, ids=lambda offer: offer.name)
def test_libraries_regularise_as_declared(offer):
    if offer.name not in RECORD["results"]:
        assert offer.card in ("mixup", "noise")  # drawn otherwise
        return
    card = REGULARIZERS[offer.card]
    kind = "targets" if card.sees == "targets" else "weights"
    numbers = [[1.0] * 1000] if card.name == "dropout" else RECORD[kind]
    knob = next(iter(card.knobs))
    found = card.function(numbers, **{knob: offer.as_ours(RECORD["value"])})
    if card.name == "dropout":
        found = [sorted(set(found[0]))]
    theirs = RECORD["results"][offer.name]
    assert np.allclose(found, theirs if isinstance(theirs[0], list) else [theirs], rtol=2e-6, atol=1e-12)


def test_a_loss_with_smoothing_is_that_of_smoothed_targets():
    loss, logits, target = LOSSES["softmax_cross_entropy"].function, [0.5, -1.0, 2.0], [0.0, 1.0, 0.0]
    assert loss(logits, target, smoothing=0.2) == pytest.approx(loss(logits, *label_smoothing([target], 0.2)))


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_shares_of_mixup_are_of_beta(alpha):
    shares = mixup_shares(1, alpha, 20_000)
    variance = 1 / (4 * (2 * alpha + 1))
    assert 0 <= shares.min() < shares.max() <= 1
    assert abs(shares.mean() - 0.5) < 5 * (variance / 20_000) ** 0.5
    assert shares.var() == pytest.approx(variance, rel=0.05)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_an_epoch_is_that_of_the_reference(activation):
    """Two steps of gradient descent, the second on fewer rows, with penalties and a limit."""
    network = Network(2, (Dense(5), BatchNorm(), Activation(activation), Dense(3)), "softmax_cross_entropy")
    random = np.random.default_rng(3)
    inputs, targets = random.normal(size=(10, 2)), np.eye(3)[random.integers(0, 3, 10)]
    weights, rate, l2, most = initial(network, seed=4), 0.5, 0.02, 0.6
    training = Training(
        machine(network, "float32"), chain([("gd", {})]), rate, weights, Rows(inputs, targets), batch=6, seed=9,
        classifies=True, regularizers=Regularizers(l1=0.01, l2=l2, max_norm=most),
    )  # fmt: skip
    training.epoch()
    order = batch(10, 10, mixed(9, FOR_ORDER) >> 1, 1)
    exact = weights.tolist()
    for rows in (order[:6], order[6:]):
        slopes = gradient(network, exact, inputs[rows].tolist(), targets[rows].tolist())
        for tensor in network.tensors:
            own = slice(tensor.first, tensor.stop)
            decay = [0.01 * np.sign(w) + 2 * l2 * w if tensor.name.startswith("W") else 0.0 for w in exact[own]]
            exact[own] = [w - rate * (g + d) for w, g, d in zip(exact[own], slopes[own], decay, strict=True)]
            if tensor.name.startswith("W"):
                limited = max_norm(np.reshape(exact[own], (tensor.rows, tensor.columns)).tolist(), most)
                exact[own] = [w for row in limited for w in row]
    assert np.abs(training.weights - exact).max() < 2e-6
    assert (training.steps, training.epochs) == (2, 1)


def test_words_are_classes_and_a_constant_feature_is_left_out(dlc, table, tmp_path):
    history, weights = tmp_path / "h.csv", tmp_path / "w.npz"
    found = dlc(
        "train", table, "--target", "kind", *QUICK, "--epochs", "60", "--history", history, "--save", weights, "--json"
    )
    assert found.code == 0, found.err
    answer = json.loads(found.out)
    assert answer["classes"] == ["iris", "lily", "rose"]
    assert answer["features"] == ["length", "width", "price"]
    assert "left out, as constant in the training rows: constant" in found.err
    assert answer["test"]["accuracy"] > 0.8
    lines = history.read_text().splitlines()
    assert lines[0] == "epoch,loss,accuracy,val_loss,val_accuracy,lr"
    assert len(lines) == 61
    assert lines[1].endswith(",0.01")
    with np.load(weights) as arrays:
        assert arrays["W1"].shape == (3, 4)
        assert arrays["b3"].shape == (3,)
    assert dlc("overfit", "diagnose", history).code == 0


def test_a_regression_explains_variance_and_stops_early(dlc, table):
    found = dlc(
        "train", table, "--target", "price", "--features", "length,width", "--task", "regression", *QUICK,
        "--epochs", "400", "--patience", "30", "--validation", "0.2", "--json",
    )  # fmt: skip
    answer = json.loads(found.out)
    assert answer["test"]["accuracy"] > 0.8
    losses = [each["val_loss"] for each in answer["history"]]
    assert answer["kept_epoch"] == losses.index(min(losses))
    if answer["ended"] == "stopped early":
        assert len(losses) == answer["kept_epoch"] + 31


def test_an_interrupted_training_goes_on_to_the_same_bits(dlc, table, tmp_path, monkeypatch):
    whole, part = tmp_path / "whole.npz", tmp_path / "part.npz"
    all_of_it = (
        "train", table, "--target", "kind", *QUICK, "--epochs", "6", "--optimizer", "adam+cosine", "--batch-norm",
        "--dropout", "0.2", "--mixup", "0.4", "--noise", "0.1", "--l2", "0.001", "--label-smoothing", "0.1",
    )  # fmt: skip
    assert dlc(*(each for each in all_of_it if each not in ("--lr", "0.01")), "--save", whole).code == 0
    told = train_show.Progress.__call__

    def interrupting(self, epoch):
        told(self, epoch)
        if epoch.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(train_show.Progress, "__call__", interrupting)
    stopped = dlc(*(each for each in all_of_it if each not in ("--lr", "0.01")), "--save", part)
    assert stopped.code == 130
    assert "3 epochs are in" in stopped.err
    monkeypatch.undo()
    assert "--dropout is in" in dlc("train", "--resume", part, "--dropout", "0.5").err
    assert dlc("train", "--resume", part, "--save", part, "--quiet").code == 0
    with np.load(whole) as one, np.load(part) as other:
        assert one.files == other.files
        for name in one.files:
            if name != "dlc":
                assert one[name].tobytes() == other[name].tobytes(), name
        assert json.loads(bytes(one["dlc"]))["history"] == json.loads(bytes(other["dlc"]))["history"]
    assert "has had 6 epochs; give more" in dlc("train", "--resume", part).err


def test_bits_do_not_depend_on_threads(dlc, table):
    found = [
        dlc("train", table, "--target", "kind", *QUICK, "--epochs", "2", "--runs", "3", "--threads", threads).out
        for threads in (1, 2)
    ]
    assert found[0] == found[1]
    assert len(found[0].splitlines()) == 4


def test_a_training_that_diverges_says_so(dlc, table, tmp_path):
    history = tmp_path / "h.csv"
    found = dlc(
        "train", table, "--target", "price", "--task", "regression", "--features", "length", *QUICK[:-2],
        "--optimizer", "gd", "--lr", "1e20", "--epochs", "5", "--history", history,
    )  # fmt: skip
    assert found.code == 1
    assert "diverged: in epoch" in found.err
    assert history.exists()


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (None, ["--target", "kind", "--batch", "1", "--batch-norm"], "batch normalisation needs 2 or more"),
        (None, ["--target", "kind", "--batch", "7", "--batch-norm"], "leaves a last one of 1 row"),
        (None, ["--target", "kind", "--batch", "0"], "--batch 0 is not 1"),
        (None, ["--target", "sort"], "column 'sort'"),
        (None, [], "give --target COLUMN"),
        (
            None,
            ["--target", "constant", "--features", "width", "--task", "classification"],
            "the target is 7.0 in all rows",
        ),
        (
            None,
            ["--target", "constant", "--features", "width", "--task", "regression"],
            "the target is 7 in all training rows",
        ),
        (None, ["--target", "kind", "--features", "constant"], "every feature is constant"),
        (None, ["--target", "price"], "--features takes other columns"),
        (None, ["--target", "kind", "--layers", "4,x"], "is no size"),
        (None, ["--target", "kind", "--layers", "0"], "is no size"),
        (None, ["--target", "kind", "--loss", "mse"], "mse does not fit a classification"),
        (None, ["--target", "kind", "--save", "nowhere/w.npz"], "there is no folder nowhere"),
        (None, ["--target", "kind", "--patience", "3", "--validation", "0"], "needs rows to validate on"),
        (None, ["--target", "kind", "--optimizer", "adam:lr=1", "--lr", "1"], "the rate is given twice"),
        (None, ["--target", "kind", "--runs", "2", "--history", "h.csv"], "are for one run"),
        (("0,7,", "0,x7,"), ["--target", "kind", "--features", "constant,length"], "line "),
        ((",7,", ",nan,"), ["--target", "kind", "--features", "constant,length"], "nan"),
    ],
)
def test_bad_input_is_named(dlc, table, change, options, words):
    if change:
        table.write_text(table.read_text().replace(*change, 1))
    found = dlc("train", table, *options)
    assert found.code == 2
    assert words in found.err
    assert found.out == ""
