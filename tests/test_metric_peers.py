"""Metrics beside what scikit-learn, keras and torchmetrics computed, as `make peers` recorded it; none is needed."""

import json
import math
from functools import cache

import numpy as np
import pytest
from conftest import ROOT
from metric_data import cases

from dlc.cli.metric_kernel import judged, metric_kernel
from dlc.reference.metric_conventions import CONVENTIONS, LIBRARIES, SKLEARN_APART, VERSIONS, as_library
from dlc.reference.metrics import METRICS

RECORD = json.loads((ROOT / "tests" / "data" / "metrics.json").read_text())

# Where scikit-learn is off by more than the last digits.
OFF = {
    ("davies_bouldin", "points: a cluster of one"): 2e-8,  # its distance of a point to itself is not 0
}


@cache
def data():
    """All cases by "kind: label"."""
    kinds = {kind for card in METRICS.values() for kind in card.kinds}
    return {f"{kind}: {label}": case for kind in sorted(kinds) for label, *case in cases(kind)}


def flat(value):
    """Numbers in one row; infinities and nan are texts in JSON."""
    if isinstance(value, (list, tuple)):
        return [number for each in value for number in flat(each)]
    return [float(number) for number in np.ravel(value)]


def ours(card, case, **params):
    """What our kernel says; nan where it raises that there is no such value."""
    target, pred, weights = data()[case]
    try:
        return flat(judged(card, metric_kernel(card), target, pred, weights, **params))
    except ValueError:
        return [math.nan]


def near(mine, theirs, tolerance):
    return len(mine) == len(theirs) and all(
        a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= tolerance * max(1, abs(b))
        for a, b in zip(mine, theirs, strict=True)
    )


def test_the_data_are_those_that_were_recorded():
    for kind, by_label in RECORD["data"].items():
        found = {label: arrays for label, *arrays in cases(kind)}
        assert set(found) == set(by_label)
        for label, arrays in found.items():
            numbers = [np.ravel(each).astype(float) for each in arrays if each is not None]
            total = sum((each * np.arange(1, each.size + 1)).sum() for each in numbers)
            assert total == pytest.approx(by_label[label], rel=1e-12), "record again: make peers"


def test_every_call_of_a_card_is_recorded():
    assert VERSIONS.items() <= RECORD["versions"].items()
    assert set(RECORD["sklearn"]) == {name for name, card in METRICS.items() if card.sklearn}
    assert set(RECORD["conventions"]) == {call for each in CONVENTIONS for call in (each.call, each.same) if call}


@pytest.mark.parametrize("name", RECORD["sklearn"])
def test_a_metric_is_that_of_scikit_learn(name):
    apart, compared = set(), 0
    for chosen, by_case in RECORD["sklearn"][name].items():
        for case, theirs in by_case.items():
            if isinstance(theirs, dict):  # it raises an error
                continue
            compared += 1
            if not near(ours(METRICS[name], case, **json.loads(chosen)), flat(theirs), OFF.get((name, case), 1e-12)):
                apart.add(label_of(case))
    assert apart == declared(SKLEARN_APART.get(name, {}))
    assert compared > len(apart)


@pytest.mark.parametrize("each", CONVENTIONS, ids=lambda each: each.call)
def test_a_convention_says_what_the_library_computes(each):
    by_default = (METRICS[each.metric], {})
    meanings = {each.same: by_default, each.call: by_default if each.other else each.meaning}
    apart, compared = set(), set()
    for call, (card, params) in meanings.items():
        for case, theirs in recorded(each, call):
            compared.add(label_of(case))
            if not near(ours(card, case, **params), flat(theirs), LIBRARIES[each.library]):
                apart.add(label_of(case))
    if each.other:
        assert "random" in apart
    else:
        assert apart == declared(each.apart)
        assert compared > apart


def recorded(convention, call):
    """What a library gave for a call: (case, value) of each case that it is of and that it has a value of."""
    (by_case,) = RECORD["conventions"][call].values() if call else ({},)
    for case, value in by_case.items():
        if convention.takes(case.partition(": ")[0]) and not isinstance(value, dict):
            yield case, value


def label_of(case):
    return case.partition(": ")[2].removesuffix(", weighted")


def declared(apart):
    return {label for labels in apart.values() for label in labels}


@pytest.mark.parametrize("each", CONVENTIONS, ids=lambda each: each.call)
def test_a_convention_has_the_defaults_of_the_library(each):
    there = RECORD["defaults"][each.library].get(each.name, {})
    assert each.defaults == {name: there[name] for name in each.defaults}
    assert each.metric in METRICS
    assert set(each.params) <= set(METRICS[each.card or each.metric].knobs)


def test_as_a_library():
    assert as_library("torchmetrics", "f1", "multiclass") == (METRICS["f1"], {"average": "micro"})
    assert as_library("keras", "mean_absolute_percentage_error", "regression")[1]["scale"] == 100
    assert as_library("sklearn", "rmse", "regression") == (METRICS["rmse"], {})
    with pytest.raises(ValueError, match="keras has no purity"):
        as_library("keras", "purity", "clustering")
    with pytest.raises(ValueError, match="dunn is defined otherwise in torchmetrics"):
        as_library("torchmetrics", "dunn", "points")
    with pytest.raises(KeyError):
        as_library("caffe", "f1", "binary")
