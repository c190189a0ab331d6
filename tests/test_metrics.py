"""Every metric: its kernel against its textbook formula, its bounds, what perfect predictions are worth, bad input."""

import inspect
from importlib import import_module

import numpy as np
import pytest
from metric_data import cases

from dlc.cli.agreement_metrics import check_metric, flat, numbers
from dlc.cli.metric_kernel import judged, metric_kernel
from dlc.kernels import tallies, thresholds
from dlc.kernels.examples import PAIRS, RowError
from dlc.reference.metric_family import TAKES
from dlc.reference.metrics import METRICS

every_metric = pytest.mark.parametrize("card", METRICS.values(), ids=lambda card: card.name)
weighted_metric = pytest.mark.parametrize(
    "card", [card for card in METRICS.values() if card.weights], ids=lambda card: card.name
)
curve_metric = pytest.mark.parametrize(
    "card", [card for card in METRICS.values() if card.takes == "curve"], ids=lambda card: card.name
)
ROUNDING = 1e-12


def value(card, kind, target, pred, weights=None, **setting):
    """All numbers the kernel gives, averaged over labels where there are several; None where it refuses."""
    if card.knobs.get("average") == "binary" and kind != "binary":
        setting = {"average": "macro"} | setting
    return numbers(lambda: judged(card, metric_kernel(card), target, pred, weights, **setting))


@every_metric
def test_the_kernel_agrees_with_the_formula(card):
    (found,) = check_metric(card)
    assert found.holds, found
    assert found.samples >= len(cases(card.takes)) // 2


@every_metric
def test_both_sides_have_the_same_parameters(card):
    def parameters(function):
        return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]

    def text(found):
        return [(name, str(default)) for name, default in found]  # nan is not nan

    assert text(parameters(metric_kernel(card))) == text(parameters(card.function))
    assert ("weights" in dict(parameters(card.function))) == card.weights
    assert set(card.choices) <= set(card.knobs)
    for name, texts in card.choices.items():
        assert card.knobs[name] in texts


@every_metric
def test_every_setting_is_possible_on_some_data(card):
    for setting in card.settings:
        found = [
            value(card, kind, target, pred, **setting)
            for kind in card.kinds
            for _, target, pred, weights in cases(kind)
            if weights is None
        ]
        assert any(each and np.isfinite(each).any() for each in found), setting


@every_metric
def test_bounds_hold(card):
    low, high = card.bounds
    for kind in card.kinds:
        for label, target, pred, weights in cases(kind):
            if weights is None or card.weights:
                for each in value(card, kind, target, pred, weights) or []:
                    assert np.isnan(each) or low - ROUNDING <= each <= high + ROUNDING, (kind, label)


@every_metric
def test_perfect_predictions_are_worth_the_best(card):
    if card.best is None:
        return
    for kind in card.kinds:
        for label, target, pred, weights in cases(kind):
            if "perfect" in label and weights is None:
                for each in value(card, kind, target, pred) or []:
                    assert np.isnan(each) or each == pytest.approx(card.best, abs=1e-12), (kind, label)


@weighted_metric
def test_a_weight_of_2_counts_twice(card):
    if "equal mass" in card.formula:  # bins are those of rows, whatever their weights
        return
    for kind in card.kinds:
        _, target, pred, _ = cases(kind)[0]
        twice = np.concatenate([np.arange(len(target)), np.arange(0, len(target), 3)])
        weights = np.where(np.arange(len(target)) % 3 == 0, 2.0, 1.0)
        expected = value(card, kind, target[twice], pred[twice])
        if not card.many or not card.columns:
            assert value(card, kind, target, pred, weights) == pytest.approx(expected, rel=1e-9, nan_ok=True), kind


@every_metric
def test_a_card_names_kinds_of_data(card):
    assert set(card.kinds) <= set(TAKES)
    assert card.best is None or card.bounds[0] <= card.best <= card.bounds[1]


def test_the_promised_number_of_metrics():
    assert len(METRICS) >= 90


def test_every_file_of_metrics_has_its_kernels():
    for module in {card.function.__module__ for card in METRICS.values()}:
        assert import_module(module.replace("dlc.reference", "dlc.kernels"))


@curve_metric
def test_merging_sorted_labels_gives_the_same_bits(card, monkeypatch):
    for label, target, pred, weights in cases("curve"):
        if weights is None:
            plain = value(card, "curve", target, pred)
            monkeypatch.setattr(thresholds, "COMPILED_FROM", 1)
            merged = value(card, "curve", target, pred)
            monkeypatch.undo()
            np.testing.assert_array_equal(merged, plain, label)


@pytest.mark.parametrize("name", ["accuracy", "f1", "confusion_matrix", "matthews_corrcoef", "cohen_kappa"])
def test_blocks_change_nothing(name, monkeypatch):
    card = METRICS[name]
    for label, target, pred, weights in cases("multiclass"):
        whole = value(card, "multiclass", target, pred, weights)
        monkeypatch.setattr(tallies, "BLOCK", 7)
        parts = value(card, "multiclass", target, pred, weights)
        monkeypatch.undo()
        assert parts == pytest.approx(whole, rel=1e-13, nan_ok=True), label


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int32, np.uint64, np.float32, np.float64])
def test_labels_may_be_of_any_type(dtype):
    _, target, pred, weights = cases("binary")[0]
    for name in ("accuracy", "f1", "matthews_corrcoef", "cohen_kappa", "confusion_matrix"):
        plain = list(flat(metric_kernel(METRICS[name])(target, pred, weights)))
        assert list(flat(metric_kernel(METRICS[name])(target.astype(dtype), pred.astype(dtype)))) == plain


@pytest.mark.parametrize("kind", TAKES)
def test_what_is_wrong_with_data_is_said(kind):
    _, target, pred, _ = cases(kind)[0]
    check = PAIRS[kind]
    check(target, pred, None)
    with pytest.raises(ValueError, match=r"rows|shape"):
        check(target[1:], pred)
    with pytest.raises(ValueError, match="empty"):
        check(target[:0], pred[:0])
    with pytest.raises(ValueError, match="weights"):
        check(target, pred, np.ones(len(target) + 1))
    with pytest.raises(RowError, match="row 3: weights is -1"):
        check(target, pred, np.where(np.arange(len(target)) == 2, -1.0, 1.0))
    with pytest.raises(ValueError, match="all weights are 0"):
        check(target, pred, np.zeros(len(target)))
    for name, (y, p) in {"target": (spoiled(target), pred), "pred": (target, spoiled(pred))}.items():
        with pytest.raises(RowError, match=f"row 2: .*{name} is nan"):
            check(y, p)


def spoiled(values):
    values = values.astype(float)
    values[1] = np.nan
    return values
