"""Data sets of scikit-learn: kept once read, one clear error where they cannot be; and the optima on the cards."""

import sys

import numpy as np
import pytest

from dlc.cli.agreement_problems import check_problem
from dlc.cli.errors import BadInputError
from dlc.kernels import datasets
from dlc.kernels.lanes import Frame
from dlc.kernels.problems import PROBLEMS as KERNELS
from dlc.reference.problems import PROBLEMS

CONVEX = [name for name, card in PROBLEMS.items() if card.data and card.least is not None]
LOADERS = (datasets.standardised, datasets.digits, datasets.digits_split)

# Of the published data sets: rows and features. The accuracy at the optimum, of least squares R².
SIZES = {"diabetes": (442, 10), "breast_cancer": (569, 30), "iris": (150, 4), "wine": (178, 13), "digits": (1797, 64)}
ACCURACIES = {"diabetes_least_squares": 0.5177484222, "breast_cancer_logistic": 0.98769772, "iris_softmax": 146 / 150}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DLC_CACHE_DIR", str(tmp_path))
    for loader in LOADERS:
        loader.cache_clear()
    yield tmp_path / "data"
    for loader in LOADERS:
        loader.cache_clear()


@pytest.mark.parametrize("name", SIZES)
def test_shapes_and_scale(name):
    data = datasets.digits() if name == "digits" else datasets.standardised(name)
    assert data.inputs.shape == SIZES[name]
    assert data.labels.shape == SIZES[name][:1]
    if name == "digits":
        assert (data.inputs.min(), data.inputs.max()) == (0, 1)
    else:
        assert np.abs(data.inputs.mean(0)).max() < 1e-12
        assert data.inputs.std(0) == pytest.approx(1, rel=1e-12)


def test_the_digits_of_later_writers_are_kept_for_the_test():
    whole, split = datasets.digits(), datasets.digits_split()
    assert (len(split.labels), len(split.test_labels)) == (1297, 500)
    assert np.array_equal(np.concatenate([split.inputs, split.test_inputs]), whole.inputs)


def test_a_second_load_needs_no_scikit_learn(folder, monkeypatch):
    first = datasets.standardised("iris")
    assert [path.name for path in folder.iterdir()] == ["iris.npz"]
    datasets.standardised.cache_clear()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    second = datasets.standardised("iris")
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_without_scikit_learn_the_error_names_the_extra(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(datasets.MissingExtraError, match=r"'wine' .* not installed; pip install 'dlc\[data\]'$"):
        KERNELS["wine_softmax"].data()
    with pytest.raises(BadInputError, match=r"dlc\[data\]"):
        list(check_problem(PROBLEMS["digits_mlp"]))
    assert not folder.exists()


def slopes(name, x):
    """Loss and gradient at one point, over all rows."""
    frame = Frame(np.array(x)[:, None], KERNELS[name].task(np.zeros(1, int)))
    KERNELS[name].gradient(frame.address, 1.0)
    return float(frame.loss[0]), frame.g[:, 0].copy()


@pytest.fixture(scope="module", params=CONVEX)
def solved(request):
    """The name of a convex problem, the least loss that L-BFGS finds, and where."""
    from scipy.optimize import minimize

    name = request.param
    options = {"maxiter": 5000, "maxfun": 5000, "ftol": 0, "gtol": 1e-9, "maxcor": 30}
    start = np.zeros(PROBLEMS[name].dimension)
    found = minimize(lambda x: slopes(name, x), start, jac=True, method="L-BFGS-B", options=options)
    return name, found.fun, found.x


def test_the_optimum_is_the_one_on_the_card(solved):
    name, least, _ = solved
    assert least == pytest.approx(PROBLEMS[name].least, rel=1e-9)


def test_what_is_known_at_the_optimum(solved):
    name, least, x = solved
    network = KERNELS[name]
    if name in ACCURACIES:
        data, loss, accuracy = network.data(), np.empty(1), np.empty(1)
        network.evaluate(x[:, None].copy(), data.inputs, data.labels, loss, accuracy)
        assert loss[0] == pytest.approx(least, rel=1e-12)
        assert accuracy[0] == pytest.approx(ACCURACIES[name], rel=1e-7)
    if network.dimension < 50:
        step = 1e-5
        rows = [(slopes(name, x + step * e)[1] - slopes(name, x - step * e)[1]) / (2 * step) for e in np.eye(len(x))]
        values = np.linalg.eigvalsh((np.array(rows) + np.array(rows).T) / 2)
        if np.isinf(PROBLEMS[name].condition):  # all biases together change no share
            assert abs(values[0]) < 1e-9 < values[1]
        else:
            assert values[-1] / values[0] == pytest.approx(PROBLEMS[name].condition, rel=1e-4)
    else:
        assert np.isinf(PROBLEMS[name].condition)
