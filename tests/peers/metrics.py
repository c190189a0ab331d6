"""Metrics as scikit-learn, keras and torchmetrics compute them on the data of all tests of metrics, recorded."""

import ast
import inspect
import json
import os
import warnings
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from dlc.reference.metric_conventions import CONVENTIONS
from dlc.reference.metrics import METRICS, MetricCard
from tests.metric_data import cases

RECORD = "metrics.json"
LIBRARIES = ("scikit-learn", "keras", "torchmetrics", "torch")
FUNCTIONAL = ("clustering", "regression", "segmentation")  # modules of torchmetrics
PRECISION = {"keras": "float32", "torchmetrics": "float32", "sklearn": "float64"}  # to what precision they repeat


def recorded() -> dict[str, Any]:
    """What the libraries compute now, in the form of the file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is undefined
        return {
            "data": {kind: {label: checksum(*arrays) for label, *arrays in cases(kind)} for kind in _kinds()},
            "sklearn": {name: _of_card(card) for name, card in METRICS.items() if card.sklearn},
            "conventions": _of_conventions(),
            "defaults": {library: _defaults(library) for library in PRECISION},
        }


def checksum(*arrays: np.ndarray | None) -> float:
    """One number for the data of a case: what is recorded is of these data only."""
    found = [np.ravel(each).astype(float) for each in arrays if each is not None]
    return float(sum((each * np.arange(1, each.size + 1)).sum() for each in found))


def settings(card: MetricCard) -> list[dict[str, Any]]:
    """Parameters of a card's trials that can be told to scikit-learn."""
    return [each for each in card.settings if set(each) <= _told(card)]


def _told(card: MetricCard) -> set[str]:
    """The names in a card's call."""
    return {node.id for node in ast.walk(ast.parse(card.sklearn)) if isinstance(node, ast.Name)}


def classes(target: np.ndarray, pred: np.ndarray) -> int:
    """K of a convention's call: at least two."""
    if pred.dtype.kind == "f":
        return pred.shape[1] if pred.ndim > 1 else 2
    return max(2, int(target.max()) + 1, int(pred.max()) + 1)


def queries(target: np.ndarray) -> np.ndarray:
    """The row of each item of rankings."""
    return np.repeat(np.arange(len(target)), target.size // len(target))


def _kinds() -> list[str]:
    return sorted({kind for card in METRICS.values() for kind in card.kinds})


def _of_card(card: MetricCard) -> dict[str, Any]:
    """By parameters and case."""
    return {
        json.dumps(chosen): {
            f"{kind}: {label}": _computed("sklearn", card.sklearn, card.knobs | chosen, y=y, p=p, w=w)
            for kind in card.kinds
            for label, y, p, w in cases(kind)
            if w is None or (card.weights and "w" in _told(card))
        }
        for chosen in settings(card)
    }


def _of_conventions() -> dict[str, Any]:
    """By call, precision and case; of data without weights."""
    found: dict[str, Any] = {}
    for each in CONVENTIONS:
        for call in filter(None, (each.call, each.same)):
            by_case = found.setdefault(call, {PRECISION[each.library]: {}})[PRECISION[each.library]]
            for kind in filter(each.takes, _kinds()):
                for label, y, p, w in cases(kind):
                    if w is None:
                        by_case[f"{kind}: {label}"] = _computed(
                            each.library, call, {}, y=y, p=p, K=classes(y, p), rows=queries(y)
                        )
    return found


def _defaults(library: str) -> dict[str, Any]:
    """By name there: the defaults of arguments of which a convention speaks."""
    found: dict[str, Any] = {}
    for each in CONVENTIONS:
        if each.library == library and each.defaults:
            parameters = inspect.signature(eval(each.name, dict(_namespace(library)))).parameters
            found.setdefault(each.name, {}).update({name: parameters[name].default for name in each.defaults})
    return found


def _computed(library: str, call: str, params: Mapping[str, Any], **data: Any) -> Any:
    """What CALL is, or the error that it ends with."""
    arrays = data
    if library == "torchmetrics":
        tensor = import_module("torch").tensor
        arrays = {name: tensor(each) if isinstance(each, np.ndarray) else each for name, each in data.items()}
    chosen = {name: None if value == "none" else value for name, value in params.items()}
    try:
        return _plain(eval(call, {**_namespace(library), **chosen, **arrays}))
    except (ValueError, ZeroDivisionError, IndexError, RuntimeError, TypeError) as error:
        return {"error": type(error).__name__}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value)


@cache
def _namespace(library: str) -> dict[str, Any]:
    """What calls are written with."""
    if library == "sklearn":
        names = {"metrics": "sklearn.metrics", "calibration": "sklearn.calibration"}
        return {"np": np, **{name: import_module(module) for name, module in names.items()}}
    if library == "keras":
        os.environ["KERAS_BACKEND"] = "torch"
        return {"np": np, "keras": import_module("keras")}
    return {
        "F": import_module("torchmetrics.functional"),
        **{name: import_module(f"torchmetrics.functional.{name}") for name in FUNCTIONAL},
        "classification": import_module("torchmetrics.classification"),
        "retrieval": import_module("torchmetrics.retrieval"),
    }
