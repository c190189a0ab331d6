"""`dlc diff` of metrics: what libraries mean by a name, on the same data."""

import json

import pytest

from dlc.reference.metric_conventions import CONVENTIONS


def views(dlc, *args):
    """By kind of data: what is said of each call, dlc's own first."""
    result = dlc("diff", *args, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)["compared"]


def test_f1_is_averaged_differently_everywhere(dlc):
    found = views(dlc, "f1", "--target", "0,0,1,2,2", "--pred", "0,1,1,2,0")["multiclass"]
    values = {(view["library"], view["call"]): view["value"] for view in found}
    assert values["dlc", "f1"] is None  # of three classes, binary says nothing
    assert values["torchmetrics", "F.f1_score"] == 0.6
    assert values["torchmetrics", "classification.MulticlassF1Score"] == pytest.approx((1 / 2 + 2 / 3 + 2 / 3) / 3)
    assert values["keras", "keras.metrics.F1Score"] == pytest.approx([1 / 2, 2 / 3, 2 / 3])


def test_mape_is_a_fraction_or_a_percentage(dlc):
    found = views(dlc, "mape", "--target", "1,2,4", "--pred", "1,1,2")["regression"]
    assert {view["library"]: round(view["value"], 9) for view in found} == {
        "dlc": 0.333333333, "sklearn": 0.333333333, "torchmetrics": 0.333333333, "keras": 33.333333333,
    }  # fmt: skip


def test_areas_differ(dlc):
    found = views(dlc, "pr_auc", "--target", "0,1,1,0,1", "--pred", "0.1,0.4,0.35,0.8,0.9")["curve"]
    by_card = {view["card"]: view["value"] for view in found}
    assert set(by_card) == {"pr_auc", "average_precision", "binned_pr_auc"}
    assert len(set(by_card.values())) == 3


def test_another_definition_has_no_value(dlc):
    (own, there) = views(dlc, "dunn")["points"]
    assert own["value"] > 0
    assert there["value"] is None
    assert "centres" in there["means"]


def test_as_a_table(dlc):
    result = dlc("diff", "matthews_corrcoef")
    assert result.code == 0
    assert "F.matthews_corrcoef(p, y, task='binary')" in result.out
    assert "one class in both, and right: 1" in result.out
    assert "scikit-learn 1.9.1" in result.err


def test_no_library_has_it(dlc):
    result = dlc("diff", "purity")
    assert result.code == 0
    assert "no library has purity" in result.err


@pytest.mark.parametrize("name", sorted({each.metric for each in CONVENTIONS}))
def test_every_convention_is_shown(dlc, name):
    found = views(dlc, name)
    shown = {(view["library"], view["call"]) for each in found.values() for view in each}
    assert {(each.library, each.name) for each in CONVENTIONS if each.metric == name} <= shown


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["f1", "1", "2"], "a metric takes no numbers to compare at; give --target and --pred"),
        (["f1", "--dtype", "float32"], "a metric takes no --dtype; give --target and --pred"),
        (["f1", "--target", "1,0"], "no --pred"),
        (["f1", "--target", "1,0", "--pred", "1,0,1"], "2 rows and pred 3"),
        (["gelu", "--target", "1,0"], "--target and --pred are for losses and metrics"),
    ],
)
def test_bad_input(dlc, args, complaint):
    result = dlc("diff", *args)
    assert result.code == 2
    assert complaint in result.err
    assert len(result.err.splitlines()) == 1


def test_a_card_of_sklearn_is_shown_with_its_defaults(dlc):
    result = dlc("diff", "normalized_mutual_info")
    assert "metrics.normalized_mutual_info_score(y, p, average_method='arithmetic')" in result.out
