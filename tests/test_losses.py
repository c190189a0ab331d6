"""Every loss: kernel against reference, gradient against differences, and what its card declares."""

import inspect
import itertools
import math

import mpmath
import numpy as np
import pytest
from loss_data import cases

from dlc.cli.agreement_losses import check_loss, errors
from dlc.cli.catalog import loss_kernel
from dlc.cli.loss_samples import edges, samples
from dlc.reference.loss_family import DOMAINS
from dlc.reference.losses import LOSSES
from dlc.reference.ulp import FORMATS

CARDS = list(LOSSES.values())
every_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
of_numbers = pytest.mark.parametrize("card", [each for each in CARDS if not each.row], ids=lambda card: card.name)
both_types = pytest.mark.parametrize("dtype", FORMATS)


def numbers(array):
    return [mpmath.mpf(float(each)) for each in array] if array.ndim else mpmath.mpf(float(array))


def examples(card, count, seed=1):
    """Pairs of exact predictions and targets."""
    for pred, target in samples(card, card.knobs, "float64", count, seed):
        yield from ((numbers(p), numbers(t)) for p, t in zip(pred, target, strict=True))


@every_card
@both_types
def test_kernels_keep_the_bounds_of_their_card(card, dtype):
    for agreement in check_loss(card, (dtype,), count=120):
        assert agreement.holds, agreement


@of_numbers
@both_types
def test_edges_and_kinks(card, dtype):
    ((pred, target),) = cases(card)
    agree(card, pred.astype(dtype), target.astype(dtype))


@of_numbers
@both_types
def test_very_large_and_very_small_predictions(card, dtype):
    sizes = [1e-30, 1e-10, 1e10, 1e30] if dtype == "float32" else [1e-200, 1e-20, 1e20, 1e100, 1e200]
    sizes = [size for size in sizes if size <= 1 or card.pred != "probability"]
    signed = [*sizes, *(-size for size in sizes)] if card.pred in ("number", "logit") else sizes
    targets = {"sign": [-1, 1], "label": [0, 1, 0.5], "positive": [1e-10, 1, 1e10]}.get(card.target, [0, 1, 1e10])
    agree(card, *np.array([(p, t) for p in signed for t in targets], dtype).T.copy())


def agree(card, pred, target):
    """Kernel and reference, to the bounds of the card."""
    for (quantity, (error, place)), bound in zip(
        errors(card, card.knobs, pred, target).items(), card.ulp[pred.dtype.name], strict=True
    ):
        assert error <= bound, f"{quantity} at {place}: {error} ulp"


@pytest.mark.parametrize("card", [card for card in CARDS if card.row], ids=lambda card: card.name)
def test_rows_at_the_edges_keep_the_bounds_of_their_card(card):
    for pred, target in edges(card, card.knobs, seed=2):
        agree(card, pred, target)


@every_card
def test_the_gradient_is_that_of_the_value(card):
    with mpmath.workdps(40):
        step = mpmath.mpf(10) ** -15
        for p, t in list(examples(card, 60))[:20]:
            slopes = card.gradient(p, t, **card.knobs)
            places = range(0, len(p), 1 + len(p) // 8) if card.row else [None]
            for i in places:
                values = []
                for shift in (-step, step):
                    moved = p + shift if i is None else [*p[:i], p[i] + shift, *p[i + 1 :]]
                    values.append(card.function(moved, t, **card.knobs))
                numeric = (values[1] - values[0]) / (2 * step)
                slope = slopes if i is None else slopes[i]
                assert abs(numeric - slope) <= mpmath.mpf(10) ** -9 * max(1, abs(slope)), (p, t, i)


@every_card
def test_no_value_is_below_the_least(card):
    for p, t in examples(card, 100):
        assert card.function(p, t, **card.knobs) >= card.least - mpmath.mpf(10) ** -12


@pytest.mark.parametrize("card", [card for card in CARDS if card.convex], ids=lambda card: card.name)
def test_convexity(card):
    pairs = list(examples(card, 120))
    for (p, t), (q, _) in itertools.pairwise(pairs):
        if card.row and len(p) != len(q):
            continue
        middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)] if card.row else (p + q) / 2
        f = [card.function(each, t, **card.knobs) for each in (p, middle, q)]
        assert f[1] <= (f[0] + f[2]) / 2 + mpmath.mpf(10) ** -10 * (1 + abs(f[0]) + abs(f[2]))


@pytest.mark.parametrize("card", [card for card in CARDS if card.perfect], ids=lambda card: card.name)
def test_perfect_predictions_cost_least(card):
    for _, t in examples(card, 100):
        assert abs(card.function(t, t, **card.knobs) - card.least) <= mpmath.mpf(10) ** -12


@every_card
def test_both_sides_have_the_same_parameters(card):
    module = __import__(f"dlc.kernels.{card.function.__module__.rpartition('.')[2]}", fromlist=[card.name])
    kernel = getattr(module, card.name)
    found = {n: p.default for n, p in inspect.signature(kernel).parameters.items() if p.default is not p.empty}
    assert found == card.knobs
    assert all(isinstance(value, float) for value in card.knobs.values())


@every_card
def test_cards_are_whole(card):
    assert card.pred in DOMAINS
    assert card.target in DOMAINS
    assert card.source
    assert card.summary.endswith(".")
    assert (card.gradient.__doc__ or "").strip()
    for label, text in card.facts():
        assert label
        assert text


@every_card
@both_types
def test_threads_and_what_is_kept_change_no_bit(card, dtype):
    pred, target = next(samples(card, card.knobs, dtype, 1, seed=3))
    repeats = -(-70_000 // pred.size)
    pred = np.concatenate([pred] * repeats)
    target = np.concatenate([target] * repeats)
    kernel, params = loss_kernel(card), list(card.knobs.values())
    gradients = [np.empty_like(pred) for _ in range(2)]
    sums = [kernel(pred, target, *params, gradient=g, threads=n) for g, n in zip(gradients, (1, 2), strict=True)]
    assert sums[0] == sums[1] == kernel(pred, target, *params)
    assert gradients[0].tobytes() == gradients[1].tobytes()
    values = np.empty(pred.shape[:-1] if card.row else pred.shape)
    assert kernel(pred, target, *params, values=values) == sums[0]
    assert math.isclose(float(values.sum()), sums[0], rel_tol=1e-12, abs_tol=1e-12)
    kernel(pred, target, *params, gradient=gradients[1], scale=0.5)
    np.testing.assert_allclose(gradients[1], gradients[0] / 2, rtol=1e-6, atol=np.finfo(dtype).tiny)


@every_card
def test_nan_stays(card):
    pred, target = next(samples(card, card.knobs, "float64", 1, seed=4))
    pred[0 if card.target == "class" or not card.row else (0, 0)] = math.nan  # other classes may not count
    values = np.empty(pred.shape[:-1] if card.row else pred.shape)
    loss_kernel(card)(pred, target, *card.knobs.values(), values=values)
    assert math.isnan(values[0])
