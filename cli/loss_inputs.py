"""Predictions, targets and weights as arrays that fit a loss; every complaint says which number does not."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlc.cli import domains, values
from dlc.cli.errors import BadInputError
from dlc.reference.loss_family import LossCard

# Where −∞ is a mask, or the logarithm of 0.
INFINITE = ("logits", "log-distribution")


def table(text: str, option: str) -> np.ndarray:
    """What an option says: numbers with commas, rows with semicolons between them, a file, or `-`."""
    if not text.strip():
        raise BadInputError(f"{option} is empty; give numbers, a file, or -")
    try:
        rows = [values.read([part]) for part in text.split(";")]
    except BadInputError as error:
        raise BadInputError(str(error).replace("X:", f"{option}:", 1)) from None
    if len({row.shape for row in rows}) > 1:
        raise BadInputError(f"{option} has rows of {', '.join(str(row.size) for row in rows)} numbers; give equal ones")
    return np.stack(rows) if len(rows) > 1 else rows[0]


def fitted(
    card: LossCard,
    params: Mapping[str, float],
    pred: np.ndarray,
    target: np.ndarray,
    *,
    ignored: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Predictions and targets in the shapes of the loss's kernel; any target may be IGNORED. Raises BadInputError."""
    if not card.row:
        if pred.shape != target.shape and pred.size == target.size:
            pred, target = pred.reshape(-1), target.reshape(-1)
        if pred.shape != target.shape:
            raise BadInputError(
                f"--pred has {_shape(pred)}, --target {_shape(target)}; {card.name} takes one for each prediction"
            )
    else:
        pred = pred.reshape(-1, pred.shape[-1])
        try:
            width = card.width(pred.shape[-1], **params)
        except ValueError as error:
            raise BadInputError(str(error)) from None
        if card.target == "symbols" and target.reshape(len(target) if target.ndim > 1 else 1, -1).shape[-1] < width:
            target = _padded(target, width, params["blank"])
        if target.size != len(pred) * width:
            raise BadInputError(
                f"--pred has {_shape(pred)}, --target {target.size} numbers; {card.name} takes {width} for each row"
            )
        target = target.reshape(len(pred), width)
    classes = domains.classes_of(params, pred.shape[-1])
    _check("--pred", card.pred, pred, classes, params)
    _check("--target", card.target, np.where(target == ignored, 0.0, target), classes, params)
    return pred, target


def _padded(target: np.ndarray, width: int, blank: float) -> np.ndarray:
    """Rows of symbols, each with blanks behind it."""
    rows = target if target.ndim > 1 else target[None]
    filled = np.full((len(rows), width), blank, rows.dtype)
    filled[:, : rows.shape[-1]] = rows
    return filled


def weights(source: np.ndarray, option: str, needed: int) -> np.ndarray:
    """As many weights as needed, none of them negative. Raises BadInputError."""
    flat: np.ndarray = source.reshape(-1)
    if flat.size != needed:
        raise BadInputError(f"{option} has {flat.size} numbers, {needed} are needed")
    _refuse(option, flat, ~(flat >= 0) | np.isinf(flat), "a finite weight, 0 or more")
    if not flat.any():
        raise BadInputError(f"{option} has no weight above 0")
    return flat


def _check(option: str, domain: str, numbers: np.ndarray, classes: int, params: Mapping[str, float]) -> None:
    _refuse(option, numbers, np.isnan(numbers), "a number")
    if domain not in INFINITE:
        _refuse(option, numbers, np.isinf(numbers), "a finite number")
    if domain == "distribution" and params.get("normalised"):
        domain = "relevances"  # the loss itself divides by the sum
    rows = numbers if numbers.ndim > 1 else numbers[:, None]
    wrong = domains.outside(domain, rows, classes)
    if wrong is None:
        return
    if domain == "distribution" and wrong.all(axis=1).any() and not ((rows < 0) | (rows > 1)).any():
        row = int(np.argmax(wrong.all(axis=1)))
        raise BadInputError(f"{option}, row {row + 1}: the probabilities sum to {float(rows[row].sum()):g}, not 1")
    hint = "; write 0 as −1" if domain == "sign" and (numbers == 0).any() else ""
    _refuse(option, numbers, wrong.reshape(numbers.shape), domains.what(domain, classes) + hint)


def _refuse(option: str, numbers: np.ndarray, wrong: np.ndarray, what: str) -> None:
    """Raises BadInputError that names the first number that is WRONG."""
    places = np.argwhere(wrong)
    if not len(places):
        return
    place: tuple[Any, ...] = tuple(int(each) for each in places[0])
    where = f"number {place[0] + 1}" if len(place) == 1 else f"row {place[0] + 1}, number {place[-1] + 1}"
    raise BadInputError(f"{option}, {where}: {float(numbers[place])} is not {what}")


def _shape(numbers: np.ndarray) -> str:
    if numbers.ndim == 1:
        return f"{numbers.size} numbers"
    return f"{numbers.size // numbers.shape[-1]} rows of {numbers.shape[-1]}"
