"""A training log of anyone's as two curves: training and validation loss over epochs.

It may be a table with names in its first line (Keras' and Lightning's CSVLogger, a spreadsheet), trainer_state.json or
other JSON of rows, a JSON object of columns (Keras' `history.history`), JSON lines, or TensorBoard's export of one
curve. Rows may be sparse: training and validation each have their own.
"""

import csv
import io
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from dlc.cli.errors import BadInputError
from dlc.reference.family import UnknownNameError

# What columns are called. Names are compared by their words alone: "Validation Loss" and validation/loss are the same.
TRAINING = ("train", "training")
VALIDATION = ("val", "valid", "validation", "eval", "evaluation", "dev", "test")
LOSS = {"loss"}
PARTS = ("epoch", "", "step")  # of which a loss is the mean, in Lightning's names; the first there is, is taken
PLACES = ({"epoch"}, {"epochs"}, {"step"}, {"global", "step"}, {"iteration"}, {"iter"})  # so are these
REPEATED = 4  # one in so many points may have the epoch of another
MOST_TOLD = 3
HIGHER_IS_BETTER = ("acc", "accuracy", "auc", "auroc", "f1", "precision", "recall", "r2", "bleu", "iou", "dice", "map")
TENSORBOARD = ["Wall time", "Step", "Value"]
DELIMITERS = ("\t", ";", ",")
LONGEST = 40  # of a cell, in a complaint

Row = tuple[int, Mapping[str, str]]  # the line it is in, and its cells by column


@dataclass(frozen=True)
class History:
    """The curves, point by point: an epoch, or a step, or the number of a row."""

    place: str  # what the points are: epoch, step, row
    at: list[float]
    train: list[float]  # nan where there is none; empty where there is no such column
    val: list[float]
    train_name: str
    val_name: str
    is_better_high: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """Columns by name, or by number from 1; empty for those that are called as usual."""

    train: str = ""
    val: str = ""
    place: str = ""
    mode: str = "auto"
    continued: bool = False


def read(paths: Sequence[str], wanted: Wanted) -> History:
    """The log in a file, or `-`; or TensorBoard's training and validation curves in two. Raises BadInputError."""
    if len(paths) > 2:
        raise BadInputError(f"{len(paths)} files; give one log, or TensorBoard's training and validation curves")
    tables = [_table(path) for path in paths]
    if len(tables) == 2 or tables[0][0] == TENSORBOARD:
        names, rows = _tensorboard(paths, tables)
    else:
        names, rows = tables[0]
    called = " and ".join(map(_called, paths))
    return _history(called, names, rows, wanted)


def _called(path: str) -> str:
    return "standard input" if path == "-" else path


def _table(path: str) -> tuple[list[str], list[Row]]:
    """Names of the columns and rows of a file. Raises BadInputError."""
    called = _called(path)
    try:
        content = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadInputError(f"{called} is no text; give a log as CSV or JSON") from None
    if "\0" in content:
        raise BadInputError(f"{called} is no text; give a log as CSV or JSON")
    if not content.strip():
        raise BadInputError(f"{called} is empty")
    names, rows = _json(called, content) if content.lstrip()[0] in "{[" else _text(called, content)
    if not rows:
        raise BadInputError(f"{called} has names of columns, and no rows")
    return names, rows


def _text(called: str, content: str) -> tuple[list[str], list[Row]]:
    first = next(line for line in content.splitlines() if line.strip())
    delimiter = max(DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    rows: list[Row] = []
    try:
        for cells in lines:
            cells = [cell.strip() for cell in cells]
            if not any(cells) or cells == names:  # a run that was begun again may have written the names again
                continue
            if not names:
                names = cells
                if all(_number(cell) is not None for cell in cells):
                    raise BadInputError(f"{called}, line {lines.line_num}: the first row has no names of columns")
            elif len(cells) != len(names):
                raise BadInputError(
                    f"{called}, line {lines.line_num}: {len(cells)} cells, and the first row has {len(names)} names"
                )
            else:
                rows.append((lines.line_num, dict(zip(names, cells, strict=True))))
    except csv.Error as error:
        raise BadInputError(f"{called}, line {lines.line_num}: {error}") from None
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInputError(f"{called} has two columns {twice!r}")
    return names, rows


def _json(called: str, content: str) -> tuple[list[str], list[Row]]:
    """Rows as objects, one a line or in a list, or columns as lists; the number of a row stands for its line."""
    try:
        try:
            data = json.loads(content)
        except json.JSONDecodeError:
            data = [json.loads(line) for line in content.splitlines() if line.strip()]
    except json.JSONDecodeError as error:
        raise BadInputError(f"{called}, line {error.lineno}: neither JSON nor rows of it: {error.msg}") from None
    if isinstance(data, dict):
        data = data.get("log_history", data.get("history", data))
    if isinstance(data, dict):
        columns = {name: values for name, values in data.items() if isinstance(values, list)}
        if len({len(values) for values in columns.values()}) != 1:
            raise BadInputError(f"{called}: no object of equally long lists, and no list of rows")
        data = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if not (isinstance(data, list) and all(isinstance(row, dict) for row in data)):
        raise BadInputError(f"{called}: no list of rows, each an object with names and numbers")
    rows: list[Row] = [(i, {str(name): _cell(value) for name, value in row.items()}) for i, row in enumerate(data, 1)]
    return list(dict.fromkeys(name for _, row in rows for name in row)), rows


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _tensorboard(paths: Sequence[str], tables: Sequence[tuple[list[str], list[Row]]]) -> tuple[list[str], list[Row]]:
    """The rows of two curves together. Raises BadInputError."""
    for path, (names, _) in zip(paths, tables, strict=True):
        if names != TENSORBOARD:
            raise BadInputError(f"{_called(path)} has columns {', '.join(names)}; of two files, each has {TENSORBOARD}")
    if len(tables) == 1:
        raise BadInputError(f"{_called(paths[0])} is one curve of TensorBoard; give two files, training and validation")
    if _words(Path(paths[0]).stem) & set(VALIDATION) and not _words(Path(paths[1]).stem) & set(VALIDATION):
        tables = tables[::-1]
    names = ["train_loss", "val_loss"]
    rows: list[Row] = [(line, {"step": cells["Step"], name: cells["Value"]})
            for name, (_, table) in zip(names, tables, strict=True) for line, cells in table]  # fmt: skip
    return ["step", *names], rows


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+\d*|\d+", name.lower()))


def _history(called: str, names: Sequence[str], rows: Sequence[Row], wanted: Wanted) -> History:
    val = _given(called, names, wanted.val) or _usual(names, VALIDATION, LOSS)
    if not val:
        raise BadInputError(
            f"{called} has no validation loss: its columns are {', '.join(names)}; say which one is with --val"
        )
    measure = _words(val) - {*VALIDATION, *PARTS}
    train = _given(called, names, wanted.train) or _usual(names, TRAINING, measure)
    place = _given(called, names, wanted.place)
    is_better_high = wanted.mode == "max" or (wanted.mode == "auto" and bool(_words(val) & set(HIGHER_IS_BETTER)))
    places = [place] if place else [name for words in PLACES for name in names if _words(name) == words]
    for column in [*places, *[""] * (not place)]:
        notes: list[str] = []
        points = _begun_again(list(_points(called, rows, column, train, val)), column, wanted.continued, notes)
        at, trained, validated, doubled = _joined(points, has_train=bool(train))
        if REPEATED * len(doubled) <= len(at):  # otherwise it does not tell the points apart
            break
    if not validated:
        raise BadInputError(f"{called}: column {val!r} is empty")
    name = " ".join(sorted(_words(column))) if column else "row"
    notes += [f"{name} {each:g} is there more than once: its last row counts" for each in doubled[:MOST_TOLD]]
    return History(name, at, trained, validated, train, val, is_better_high, notes)


def _given(called: str, names: Sequence[str], wanted: str) -> str:
    """The column that WANTED names, by name or number from 1. Raises BadInputError."""
    if not wanted or wanted in names:
        return wanted
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    known = f"it has {', '.join(names)}"
    raise BadInputError(f"{called}: {UnknownNameError('column', wanted, names, known)}")


def _usual(names: Sequence[str], kind: Sequence[str], measure: set[str]) -> str:
    """The column of this KIND and MEASURE by the usual names; empty where there is none."""
    found = []
    for place, name in enumerate(names):
        words = _words(name)
        of_kind = [kind.index(word) for word in kind if word in words]
        if kind is TRAINING and not words & set(VALIDATION):
            of_kind.append(len(kind))  # Keras has "loss" beside "val_loss"
        if of_kind and words - {*kind, *PARTS} == measure:
            part = "epoch" if "epoch" in words else "step" if "step" in words else ""
            found.append((PARTS.index(part), of_kind[0], place, name))
    return min(found)[-1] if found else ""


@dataclass
class _Point:
    line: int
    at: float
    train: float | None
    val: float | None


def _points(called: str, rows: Sequence[Row], place: str, train: str, val: str) -> Iterator[_Point]:
    """The rows that have a loss. Raises BadInputError."""
    for count, (line, cells) in enumerate(rows, 1):
        values = {}
        for column in filter(None, (place, train, val)):
            cell = cells.get(column, "")
            values[column] = _number(cell)
            if cell and values[column] is None:
                raise BadInputError(f"{called}, line {line}, column {column!r}: {cell[:LONGEST]!r} is not a number")
        trained, validated = values.get(train), values[val]
        if trained is None and validated is None:
            continue
        at = values[place] if place else float(count)
        if at is None or not math.isfinite(at):
            raise BadInputError(f"{called}, line {line}: there is a loss, and no {place}")
        yield _Point(line, at, trained, validated)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _begun_again(points: Sequence[_Point], column: str, continued: bool, notes: list[str]) -> list[_Point]:
    """What counts of a log that was begun again: of epochs there twice, the later one; or all, numbered on."""
    if _is_split(points):
        return list(points)
    kept: list[_Point] = []
    shift, previous = 0.0, -math.inf
    for point in points:
        begins, previous = point.at < previous, point.at
        if begins and continued:
            shift = kept[-1].at + 1 - point.at
            notes.append(f"the log begins again at line {point.line}, and is numbered on")
        elif begins:
            before = len(kept)
            kept = [each for each in kept if each.at < point.at]
            notes.append(
                f"the log begins again at line {point.line} with {column} {point.at:g}: {before - len(kept)} earlier "
                f"rows from there on are left out; --continued numbers on instead"
            )
        point.at += shift
        kept.append(point)
    return kept


def _is_split(points: Sequence[_Point]) -> bool:
    """Whether first all of one curve is there, and then all of the other."""
    kinds = [(point.train is None, point.val is None) for point in points]
    return (False, False) not in kinds and sum(a != b for a, b in pairwise(kinds)) == 1


def _joined(points: Sequence[_Point], *, has_train: bool) -> tuple[list[float], list[float], list[float], list[float]]:
    """A point for each validation: places, training and validation losses, and places that are there more than once.

    A row without a training loss gets the mean of those since the validation before.
    """
    validated = [point for point in points if point.val is not None]
    last = {point.at: point for point in validated}
    trained = sorted((point for point in points if point.train is not None), key=lambda point: point.at)
    at, losses, start = sorted(last), [], 0
    for place in at if has_train else ():
        stop = start
        while stop < len(trained) and trained[stop].at <= place:
            stop += 1
        since = [point.train for point in trained[start:stop] if point.train is not None]
        mean = sum(since) / len(since) if since else math.nan
        own = last[place].train
        losses.append(mean if own is None else own)
        start = stop
    counts = Counter(point.at for point in validated)
    doubled = [place for place in at if counts[place] > 1]
    return at, losses, [point.val for place in at if (point := last[place]).val is not None], doubled
