"""Kernels of normalisations: bounds of cards, moments far from 0, and the same bits for any number of threads."""

import numpy as np
import pytest

from dlc.cli.agreement_norms import check_norm, shape_of
from dlc.cli.catalog import norm_kernel
from dlc.kernels import norms as kernels
from dlc.reference.norm_family import Arrangement
from dlc.reference.norms import NORMS
from dlc.reference.ulp import FORMATS

every_card = pytest.mark.parametrize("card", NORMS.values(), ids=lambda card: card.name)
both_types = pytest.mark.parametrize("dtype", FORMATS)
# One for each kind of loop: columns, runs of channels, runs in groups, rows.
WAYS = {"columns": ("batch", "NC"), "runs": ("batch", "NCL"), "groups": ("group", "NCL"), "rows": ("layer", "NC")}
every_way = pytest.mark.parametrize("way", WAYS)


def test_each_card_has_a_kernel():
    assert list(kernels.NORMS) == sorted(kernels.NORMS, key=list(kernels.NORMS).index)
    assert set(kernels.NORMS) == set(NORMS)


@every_card
@both_types
def test_kernels_keep_the_bounds_of_their_card(card, dtype):
    for agreement in check_norm(card, (dtype,)):
        assert agreement.holds, agreement


def large(way):
    """A card, and an array that is cut into many blocks, by none of their lengths."""
    name, layout = WAYS[way]
    shape = {"NC": (1301, 70), "NCL": (13, 6, 1301)}[layout]
    return NORMS[name], Arrangement(layout, shape, 2)


def moments_of(way, x, at):
    return norm_kernel(NORMS[WAYS[way][0]]).forward(x, shape_of(at), {"eps": 1e-5}).by


def sets_of(x, card, at):
    """Rows of the numbers of each set, in float64."""
    n, c, p = at.samples, at.channels, at.positions
    canonical = x.astype(np.float64).reshape((n, p, c) if at.channels_last else (n, c, p))
    if at.channels_last:
        canonical = canonical.swapaxes(1, 2)
    if card.shares == "channel":
        return canonical.swapaxes(0, 1).reshape(c, -1)
    return canonical.reshape(n * at.groups if card.shares == "group" else n, -1)


@every_way
def test_float32_far_from_0_keeps_its_variance_where_the_formula_of_one_pass_loses_it(way):
    card, at = large(way)
    x = np.random.default_rng(1).normal(1e4, 1, at.shape).astype(np.float32)
    sets = sets_of(x, card, at)
    true = sets.var(1)
    naive = (sets.astype(np.float32) ** 2).mean(1, dtype=np.float32) - sets.mean(1).astype(np.float32) ** 2
    found = moments_of(way, x, at)
    assert abs(naive / true - 1).max() > 0.5
    assert abs(found[:, 2] / true - 1).max() < 1e-6
    assert abs(found[:, :2].sum(1) - sets.mean(1)).max() < 1e-6


@every_way
def test_a_first_number_far_from_all_others_does_no_harm(way):
    card, at = large(way)
    x = np.random.default_rng(2).normal(0, 1, at.shape).astype(np.float32)
    x[0] = 300.0
    true = sets_of(x, card, at).var(1)
    assert abs(moments_of(way, x, at)[:, 2] / np.where(true > 0, true, 1) - (true > 0)).max() < 2e-5


@every_way
@both_types
def test_large_arrays_agree_with_the_formula_and_threads_change_no_bit(way, dtype):
    card, at = large(way)
    random = np.random.default_rng(3)
    x, v = (random.normal(mean, 1, at.shape).astype(dtype) for mean in (5.0, 0.1))
    gain, bias = random.normal(size=(2, at.gains(card)))
    kernel, shape, results = norm_kernel(card), shape_of(at), []
    for threads in (1, 2, 3):
        y, by = kernel.forward(x, shape, {"eps": 1e-5}, gain, bias, threads=threads)
        found = kernel.backward(x, v, shape, {"eps": 1e-5}, by, gain, threads=threads)
        results.append([each.tobytes() for each in (y, by, *found)])
    assert results[0] == results[1] == results[2]
    spread = np.broadcast_to(gain[:, None] if at.positions > 1 else gain, at.shape)
    shift = np.broadcast_to(bias[:, None] if at.positions > 1 else bias, at.shape)
    axes = {"channel": (0, 2), "group": (2, 3), "sample": (1,)}[card.shares][: 2 if at.positions > 1 else 1]
    parts = (at.samples, at.groups, at.channels // at.groups, at.positions) if card.shares == "group" else at.shape
    exact, slopes, scales = (each.astype(np.float64).reshape(parts) for each in (x, v, spread))
    size = np.sqrt(exact.var(axes, keepdims=True) + 1e-5)
    hat = (exact - exact.mean(axes, keepdims=True)) / size
    inner = slopes * scales
    by_x = (inner - inner.mean(axes, keepdims=True) - hat * (inner * hat).mean(axes, keepdims=True)) / size
    near = {"float32": 1e-5, "float64": 1e-12}[dtype]
    np.testing.assert_allclose(y, hat.reshape(at.shape) * spread + shift, rtol=0, atol=near)
    np.testing.assert_allclose(found.x, by_x.reshape(at.shape), rtol=0, atol=near)
    others = (0, 2) if at.positions > 1 else 0
    products, sums = (slopes * hat).reshape(at.shape).sum(others), slopes.reshape(at.shape).sum(others)
    np.testing.assert_allclose(found.gain, products, rtol=0, atol=near * np.sqrt(x.size))
    np.testing.assert_allclose(found.bias, sums, rtol=0, atol=near * np.sqrt(x.size))
