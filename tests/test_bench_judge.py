"""Who is exact: the judge of kernels and libraries knows errors, and asks for tails."""

import numpy as np
import pytest

from dlc.cli.bench_judge import Exactness, Judge
from dlc.cli.catalog import array_kernel
from dlc.reference.activations import ACTIVATIONS


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["gelu", "relu6", "log1mexp", "softmax", "logsumexp"])
def test_the_judge_knows_right_from_wrong(name, dtype, order):
    judge = Judge(ACTIVATIONS[name], order, dtype, 0)
    kernel = array_kernel(judge.card, order)
    values = judge.task.kernel_call(kernel, 1)().copy()
    assert judge.judged(values).worst <= judge.card.ulp[dtype][order]
    worst_place = int(np.argmax(np.abs(values) > 0.01))
    values.reshape(-1)[worst_place] *= 1 + 100 * np.finfo(dtype).eps
    found = judge.judged(values)
    assert 40 < found.worst < 210
    assert not found.exact
    values[:] = np.nan
    assert judge.judged(values).worst == np.inf


def test_the_judge_asks_for_tails_but_not_for_kinks_and_what_is_not_defined():
    x = Judge(ACTIVATIONS["relu6"], 1, "float32", 0).task.x
    assert np.isfinite(x).all()
    assert not np.isin(x, [0, 6]).any()
    assert np.abs(x).max() > 1e30
    assert np.abs(x).min() < 1e-38
    assert np.isin(Judge(ACTIVATIONS["relu6"], 0, "float32", 0).task.x, [0, 6]).any()
    assert Judge(ACTIVATIONS["log1mexp"], 0, "float32", 0).task.x.min() >= 0


@pytest.mark.parametrize(("worst", "exact"), [(4.0, True), (4.1, False), (float("inf"), False), (float("nan"), False)])
def test_exact_is_within_four_ulp(worst, exact):
    assert Exactness(worst, "").exact is exact
