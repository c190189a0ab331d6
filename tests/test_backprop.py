"""Networks: compiled forward and backward against torch on file, scalar autodiff, and fifty digits."""

import json
from pathlib import Path

import mpmath
import numpy as np
import pytest

from dlc.cli.backprop_machine import initial, machine
from dlc.cli.network_file import read
from dlc.kernels.jit import compiled
from dlc.kernels.mlp_products import set_affine, turn
from dlc.reference.network import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Network,
    NetworkError,
    dropout_factor,
    gradient,
    run,
)

RECORD = json.loads((Path(__file__).parent / "data" / "networks.json").read_text())
MIXED = Network(
    3, (Dense(4), BatchNorm(), Activation("tanh"), Dropout(0.3), Dense(3), Activation("softmax")),
    "sparse_softmax_cross_entropy",
)  # fmt: skip


def batch(network, rows, seed=0):
    random = np.random.default_rng(seed)
    return random.normal(size=(rows, network.inputs)), random.integers(0, 3, (rows, network.target_width())) * 1.0


def test_fifty_networks_of_torch(tmp_path):
    assert len(RECORD["networks"]) == 50
    for number, found in RECORD["networks"].items():
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(found["network"]))
        written = read(file)
        net, weights = machine(written.network), written.weights()
        loss = net.forward(weights, np.array(written.x), np.array(written.target))
        assert loss == pytest.approx(found["loss"], rel=1e-10), number
        theirs = np.array(found["gradient"])
        off, greatest = np.abs(net.backward(weights) - theirs), np.abs(theirs).max()
        for tensor in written.network.tensors:
            own = slice(tensor.first, tensor.stop)
            # Before batch normalisation a bias has the derivative 0, and what is recorded is rounding.
            assert off[own].max() <= 1e-10 * max(np.abs(theirs[own]).max(), 1e-3 * greatest), (number, tensor.name)


@pytest.mark.parametrize(("dtype", "bound"), [("float64", 1e-14), ("float32", 1e-6)])
@pytest.mark.parametrize("training", [True, False])
def test_compiled_gradients_are_those_of_scalar_autodiff(dtype, bound, training):
    net, weights = machine(MIXED, dtype), initial(MIXED, "glorot", 1).astype(dtype)
    x, target = batch(MIXED, 5)
    x = x.astype(dtype)
    net.kept[:] = np.linspace(0.5, 2, net.kept.size)
    how = {"training": training, "seed": 3, "kept": net.kept.tolist()}
    loss = net.forward(weights, x, target, seed=3, training=training)
    assert abs(loss - run(MIXED, weights.tolist(), x.tolist(), target.tolist(), **how).loss.data) < bound
    exact = gradient(MIXED, weights.tolist(), x.tolist(), target.tolist(), **how)
    assert np.abs(net.backward(weights) - exact).max() < bound


def test_scalar_autodiff_is_right_at_fifty_digits():
    x, target = (each.tolist() for each in batch(MIXED, 3))
    with mpmath.workdps(50):
        weights = [mpmath.mpf(each) for each in initial(MIXED, "he", 2).tolist()]
        exact = gradient(MIXED, weights, x, target, seed=1)
        h = mpmath.mpf(10) ** -16
        for i in (0, 9, 14, 17, 22, 30):
            up, down = list(weights), list(weights)
            up[i], down[i] = up[i] + h, down[i] - h
            slope = (run(MIXED, up, x, target, seed=1).loss.data - run(MIXED, down, x, target, seed=1).loss.data) / (
                2 * h
            )
            assert abs(slope - exact[i]) < 1e-28


def test_running_statistics_are_torchs():
    """The batch 1, 2, 3, 4: torch keeps a tenth of its mean, and of its variance by n − 1."""
    network = Network(1, (BatchNorm(), Dense(1)))
    net = machine(network)
    net.forward(initial(network), np.array([[1.0], [2.0], [3.0], [4.0]]), np.zeros((4, 1)))
    assert net.kept.tolist() == pytest.approx([0.25, 0.9 + 0.1 * 5 / 3], rel=1e-15)


def test_dropout_keeps_the_mean_and_depends_on_the_place_alone():
    factors = [dropout_factor(0.25, 7, 2, i) for i in range(4000)]
    assert set(factors) == {0.0, 1 / 0.75}
    assert abs(sum(factors) / 4000 - 1) < 5 * (0.25 / 0.75 / 4000) ** 0.5
    network = Network(2, (Dense(3), Dropout(0.25)), "mse")
    net = machine(network)
    net.forward(initial(network), np.ones((4, 2)), np.zeros((4, 3)), seed=7)
    assert net.slopes_of(1).reshape(-1).tolist() == [dropout_factor(0.25, 7, 1, i) for i in range(12)]


def test_products_of_every_shape():
    def both(result, start, left, right, turned):
        set_affine(result, start, left, right)
        turn(turned, right)

    go, random = compiled()(both), np.random.default_rng(0)
    for m, n, p in ((1, 1, 1), (5, 3, 7), (4, 0, 4), (33, 17, 23), (70, 9, 44)):
        left, right, start = (random.normal(size=shape) for shape in ((m, n), (n, p), (1, p)))
        result, turned = np.full((m, p), np.nan), np.full((p, n), np.nan)
        go(result, start, left, right, turned)
        assert np.abs(result - start - left @ right).max() < 1e-13
        assert np.array_equal(turned, right.T)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Network(0, (Dense(1),)), "1 input or more"),
        (lambda: Network(1, (Dense(0),)), "1 unit or more"),
        (lambda: Network(1, (Dense(1), Dropout(1.0))), "layer 2 needs 0 <= rate < 1"),
        (lambda: Network(1, (BatchNorm(epsilon=0.0),)), "epsilon > 0"),
        (lambda: Network(2, (Dense(3), Activation("glu"))), "layer 2 .glu.: .*even"),
    ],
)
def test_layers_that_do_not_fit(make, words):
    with pytest.raises(NetworkError, match=words):
        make()


def test_batches_that_do_not_fit():
    net = machine(MIXED)
    weights = initial(MIXED)
    x, target = batch(MIXED, 4)
    with pytest.raises(ValueError, match="an empty batch"):
        net.forward(weights, x[:0], target[:0])
    with pytest.raises(ValueError, match="2 rows or more"):
        net.forward(weights, x[:1], target[:1])
    for wrong in ((weights, x[:, :2], target), (weights, x, target[:3]), (weights[1:], x, target)):
        with pytest.raises(ValueError, match="is needed, not"):
            net.forward(*wrong)
