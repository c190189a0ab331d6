"""What `dlc train` learns: MNIST-1D, scikit-learn's sets, or a table; split, and standardised by its training rows."""

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlc.cli import show
from dlc.cli.errors import BadInputError
from dlc.cli.tables import BadRows, open_table
from dlc.cli.values import is_number

if TYPE_CHECKING:
    from dlc.kernels.train import Rows

MNIST1D = "mnist1d"
CLASSIFIED = ("digits", "iris", "wine", "breast_cancer")  # of scikit-learn
MEASURED = ("diabetes",)
BUNDLED = (MNIST1D, *CLASSIFIED, *MEASURED)
TASKS = ("auto", "classification", "regression")
TEXTS = (".csv", ".tsv")
FEW = 20  # different whole numbers that are taken for classes
MOST_CLASSES = 1000


@dataclass(frozen=True)
class Raw:
    """Rows as they were read; those of the test come last."""

    name: str
    features: list[str]
    inputs: np.ndarray
    target: np.ndarray  # numbers, or words
    tested: int = 0  # how many rows are the set's own test
    is_scaled: bool = False  # by those who made it
    lines: np.ndarray | None = None


@dataclass(frozen=True)
class Learnable:
    """Rows for training, validation and test, standardised by the training rows."""

    name: str
    features: list[str]
    classes: list[str]  # empty for a regression
    train: "Rows"
    validation: "Rows | None"
    test: "Rows | None"
    mean: np.ndarray = field(repr=False)  # of the inputs that are left
    scale: np.ndarray = field(repr=False)
    target_mean: float = 0.0
    target_scale: float = 1.0

    @property
    def classifies(self) -> bool:
        """Whether targets are classes."""
        return bool(self.classes)


def read(name: str, target: str | None, features: str | None, *, skip_bad: bool) -> Raw:
    """A bundled set by its name, or a table with its TARGET column. Raises BadInputError."""
    if name in BUNDLED:
        if target is not None or features is not None:
            raise BadInputError(f"{name} has its own target and features; --target and --features are for a table")
        return _bundled(name)
    if "." not in name and name != "-":
        raise BadInputError(f"no data set {name!r}; choose {', '.join(BUNDLED)}, or a file like data.csv")
    if target is None:
        raise BadInputError(f"which column of {name} is to be learnt? give --target COLUMN, by name or number from 1")
    return _table(name, target, features, skip_bad)


def _bundled(name: str) -> Raw:
    from dlc.kernels import datasets, mnist1d

    if name == MNIST1D:
        found = mnist1d.load()
        inputs = np.concatenate([found.inputs, found.test_inputs])
        labels = np.concatenate([found.labels, found.test_labels])
        return Raw(name, [f"x{i}" for i in range(1, 41)], inputs, labels, len(found.test_labels), is_scaled=True)
    try:
        raw = datasets.kept(name, datasets.Raw, lambda: datasets.read(name))
    except datasets.MissingExtraError as error:
        raise BadInputError(str(error)) from None
    scaled = name == "digits"
    inputs = raw.inputs / 16 if scaled else raw.inputs
    tested = len(inputs) - datasets.DIGITS_TRAINING if scaled else 0  # those of other writers
    labels = raw.labels if name in CLASSIFIED else raw.labels.astype(float)
    return Raw(name, [f"x{i}" for i in range(1, inputs.shape[1] + 1)], inputs, labels, tested, is_scaled=scaled)


def _table(path: str, target: str, features: str | None, skip_bad: bool) -> Raw:
    bad = BadRows(skip=skip_bad)
    with open_table(path) as table:
        (goal,) = table.find([target])
        if features is None:
            columns = [i for i in range(len(table.names)) if i != goal]
        else:
            columns = table.find(features.split(","))
        if not columns:
            raise BadInputError(f"{table.called} has no column besides the target; there is nothing to learn from")
        if goal in columns:
            raise BadInputError(f"column {target!r} is the target, and --features has it, too")
        words = _words(path, goal)
        wanted = columns if words else [*columns, goal]
        names = [table.names[i] for i in columns]
        try:
            lines, values = (np.concatenate(each) for each in zip(*table.chunks(wanted, bad=bad), strict=True))
        except BadInputError as error:
            raise BadInputError(f"{error}; --features takes other columns") from None
    bad.tell()
    if words is None:
        return Raw(path, names, values[:, :-1], values[:, -1], lines=lines)
    for line in lines.tolist():
        if not words.get(line):
            raise BadInputError(f"{path}, line {line}: column {target!r} is empty")
    return Raw(path, names, values, np.array([words[line] for line in lines.tolist()]), lines=lines)


def _words(path: str, column: int) -> dict[int, str] | None:
    """A column's cells by their lines, where it holds words; None for numbers, and for what is no text."""
    if not path.lower().removesuffix(".gz").endswith(TEXTS):
        return None
    opened = gzip.open if path.lower().endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        delimiter = max("\t;,", key=first.count)
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter)
        cells, line = {}, 1
        for row in reader:
            if row and len(row) > column:
                cells[line] = row[column].strip()
            line = reader.line_num + 1
    cells.pop(1, None)  # a name, or a number like the others
    return None if any(map(is_number, cells.values())) or not cells else cells


def prepared(
    raw: Raw, *, task: str, test: float, validation: float, seed: int, scales: bool = True, rows: int | None = None
) -> Learnable:
    """RAW split by the SEED, with shares TEST and VALIDATION (of what is left) kept back; at most ROWS are learnt.

    Raises BadInputError.
    """
    from dlc.kernels.train import Rows

    classifies = _classifies(raw, task)
    target, classes = _classes(raw) if classifies else (_numbers(raw), [])
    train, valid, tested = _split(raw, test, validation, seed)
    if rows is not None:
        if rows > len(train):
            raise BadInputError(f"--rows {rows}: there are only {len(train)} rows to train on")
        train = train[:rows]
    if classifies and len(missing := sorted(set(range(len(classes))) - set(target[train].tolist()))):
        show.note(f"class {classes[missing[0]]} is in no training row")
    inputs, names, mean, scale = _standardised(raw, train, scales)
    centre, spread = 0.0, 1.0
    if not classifies:
        centre, spread = float(target[train].mean()), float(target[train].std())
        if spread == 0:
            raise BadInputError(f"{raw.name}: the target is {centre:g} in all training rows; there is nothing to learn")
        goals = ((target - centre) / spread)[:, None]
    else:
        goals = np.eye(len(classes))[target]

    def part(chosen: np.ndarray) -> "Rows | None":
        return Rows(inputs[chosen], goals[chosen]) if len(chosen) else None

    learnt = part(train)
    assert learnt is not None
    return Learnable(raw.name, names, classes, learnt, part(valid), part(tested), mean, scale, centre, spread)


def _classifies(raw: Raw, task: str) -> bool:
    if task not in TASKS:
        raise BadInputError(f"no task {task!r}; choose {', '.join(TASKS)}")
    is_words = raw.target.dtype.kind == "U"
    if task == "regression" and is_words:
        raise BadInputError(f"{raw.name}: a regression needs numbers, and the target is {str(raw.target[0])!r}")
    if task != "auto":
        return task == "classification"
    if raw.name in BUNDLED:
        return raw.name not in MEASURED
    found = is_words or (len(np.unique(raw.target)) <= FEW and bool(np.all(raw.target == np.floor(raw.target))))
    what = "classification" if found else "regression"
    show.note(f"{what}: the target has {len(np.unique(raw.target))} different values (--task says otherwise)")
    return found


def _classes(raw: Raw) -> tuple[np.ndarray, list[str]]:
    found, labels = np.unique(raw.target, return_inverse=True)
    if len(found) < 2:
        raise BadInputError(f"{raw.name}: the target is {found[0]} in all rows; a classification needs two classes")
    if len(found) > MOST_CLASSES:
        raise BadInputError(f"{raw.name}: {len(found)} classes are too many; is it --task regression?")
    names = [str(each) if found.dtype.kind in "Ui" else f"{each:g}" for each in found.tolist()]
    return labels.reshape(-1), names


def _numbers(raw: Raw) -> np.ndarray:
    _refuse_infinite(raw, raw.target[:, None], ["the target"])
    return raw.target.astype(float)


def _refuse_infinite(raw: Raw, values: np.ndarray, names: Sequence[str]) -> None:
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = (int(each) for each in bad[0])
        where = f"row {row + 1}" if raw.lines is None else f"line {raw.lines[row]}"
        raise BadInputError(f"{raw.name}, {where}: {names[column]} is {values[row, column]:g}, not a finite number")


def _split(raw: Raw, test: float, validation: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of training, validation and test."""
    for option, share in (("--test", test), ("--validation", validation)):
        if not 0 <= share < 1:
            raise BadInputError(f"{option} {share:g} is not a share from 0 to below 1")
    rows = len(raw.inputs)
    random = np.random.default_rng(seed)
    if raw.tested:
        left, tested = np.arange(rows - raw.tested), np.arange(rows - raw.tested, rows)
        left = random.permutation(left) if validation else left
    else:
        order = random.permutation(rows)
        cut = rows - round(test * rows)
        left, tested = order[:cut], order[cut:]
    cut = len(left) - round(validation * len(left))
    if cut < 2:
        raise BadInputError(f"{raw.name}: {cut} row{'s' * (cut != 1)} for training; at least 2 are needed")
    return left[:cut], left[cut:], tested


def _standardised(raw: Raw, train: np.ndarray, scales: bool) -> tuple[np.ndarray, list[str], np.ndarray, np.ndarray]:
    """Inputs, the names of the features that are left, and what was taken off and divided by."""
    _refuse_infinite(raw, raw.inputs, raw.features)
    inputs = raw.inputs
    if raw.is_scaled or not scales:
        return inputs, raw.features, np.zeros(inputs.shape[1]), np.ones(inputs.shape[1])
    mean, scale = inputs[train].mean(0), inputs[train].std(0)
    is_left = scale > 1e-12 * np.maximum(1, abs(mean))
    dropped = [name for name, left in zip(raw.features, is_left.tolist(), strict=True) if not left]
    if len(dropped) == len(raw.features):
        raise BadInputError(f"{raw.name}: every feature is constant in the training rows; there is nothing to learn")
    if dropped:
        show.note(f"left out, as constant in the training rows: {', '.join(dropped)}")
    names = [name for name in raw.features if name not in dropped]
    mean, scale = mean[is_left], scale[is_left]
    return (inputs[:, is_left] - mean) / scale, names, mean, scale


def check_writable(path: Path) -> None:
    """Raises BadInputError where no file could be written there."""
    import os

    folder = path.parent
    if not folder.is_dir():
        raise BadInputError(f"{path}: there is no folder {folder}")
    if path.is_dir():
        raise BadInputError(f"{path} is a folder")
    if not os.access(folder, os.W_OK):
        raise BadInputError(f"{path}: the folder {folder} cannot be written")
