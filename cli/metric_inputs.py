"""Targets, predictions and weights as they were typed or read, and what a metric makes of them."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dlc.cli.errors import BadInputError
from dlc.cli.values import number
from dlc.reference.metric_family import TAKES, MetricCard

if TYPE_CHECKING:
    import numpy as np

FILES = (".csv", ".tsv", ".gz", ".npy", ".npz", ".parquet")
THRESHOLD = 0.5
LABELS = ("binary", "multiclass", "agreement", "clustering")
# The kinds of data by the dimensions of targets and predictions.
SHAPES = {
    (1, 1): (*LABELS, "curve", "margin", "probability", "regression", "segmentation"),
    (1, 2): ("top-k", "probability", "margin", "ensemble"),
    (2, 2): ("multilabel", "ranking", "segmentation", "regression"),
    (2, 1): ("points",),
}
MOST_CLASSES = 100  # of whole numbers that are taken for labels


@dataclass(frozen=True)
class Data:
    """What is judged: a number or a row of numbers for each example."""

    target: "np.ndarray"
    pred: "np.ndarray"
    weights: "np.ndarray | None" = None
    path: str = ""  # of the file all of it is from
    lines: "np.ndarray | None" = None  # where each row is in it


def is_file(text: str) -> bool:
    """Whether this is the name of a data file."""
    return text.lower().endswith(FILES)


def typed(target: str | None, pred: str | None, weights: str | None) -> Data:
    """What the options say: numbers, rows of them, or the name of a file each. Raises BadInputError."""
    if target is None or pred is None:
        missing = " and ".join(option for option, text in (("--target", target), ("--pred", pred)) if text is None)
        raise BadInputError(f"no {missing}; give numbers like 1,0,1, rows like 0.1,0.9;0.7,0.3, or a file each")
    shares = None if weights is None else _values(weights, "--weights")
    return Data(_values(target, "--target"), _values(pred, "--pred"), shares)


def _values(text: str, option: str) -> "np.ndarray":
    """One number for each example, or a row of them."""
    import numpy as np

    if is_file(text):
        return _columns(text, None)[1]
    rows = [_row(row, f"{option}, row {i}") for i, row in enumerate(text.strip().strip(";").split(";"), 1)]
    if ";" not in text:
        return np.array(rows[0])
    for i, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise BadInputError(f"{option}: row {i} has {len(row)} numbers, the first one {len(rows[0])}")
    return np.array(rows)


def _row(text: str, where: str) -> list[float]:
    words = text.replace(",", " ").split()
    if not words:
        raise BadInputError(f"{where}: there are no numbers")
    return [number(word, where) for word in words]


def from_file(path: str, columns: str | None, *, skip_bad: bool = False) -> Data:
    """The columns of a file: TARGET,PRED or TARGET,PRED,WEIGHT, where a+b or 2..5 is a row of several.

    Raises BadInputError.
    """
    roles = [part.strip() for part in (columns or "").split(",")]
    if columns is None:
        raise BadInputError(
            f"which columns of {path} are meant? give --columns TARGET,PRED, by name or by number from 1"
        )
    if not 2 <= len(roles) <= 3 or not all(roles):
        raise BadInputError(
            f"--columns {columns or ''!r} is not TARGET,PRED or TARGET,PRED,WEIGHT: columns of {path} by name or by "
            "number from 1; several scores as a+b+c or 2..4"
        )
    lines, values, counts = _split(path, roles, skip_bad=skip_bad)
    parts = []
    for role, count in zip(roles, counts, strict=True):
        part, values = values[:, :count], values[:, count:]
        parts.append(part[:, 0] if count == 1 and "+" not in role else part)
    return Data(parts[0], parts[1], parts[2] if len(parts) > 2 else None, path, lines)


def _split(path: str, roles: Sequence[str], *, skip_bad: bool) -> tuple["np.ndarray", "np.ndarray", list[int]]:
    """Lines, all columns of all roles side by side, and how many each has."""
    named = [[name for each in role.split("+") for name in _range(each)] for role in roles]
    lines, values = _columns(path, [name for names in named for name in names], skip_bad=skip_bad)
    return lines, values, [len(names) for names in named]


def _range(text: str) -> list[str]:
    """2..4 is 2, 3, 4."""
    ends = re.fullmatch(r"(\d+)\.\.(\d+)", text.strip())
    return [str(i) for i in range(int(ends[1]), int(ends[2]) + 1)] if ends else [text]


def _columns(path: str, wanted: Sequence[str] | None, *, skip_bad: bool = False) -> tuple["np.ndarray", "np.ndarray"]:
    """Lines and numbers of these columns, or of all; one column alone is a vector then. Raises BadInputError."""
    import numpy as np

    from dlc.cli.tables import BadRows, open_table

    with open_table(path) as table:
        found = list(range(len(table.names))) if wanted is None else table.find(wanted)
        bad = BadRows(skip=skip_bad)
        lines, values = zip(*table.chunks(found, bad=bad), strict=True)
    bad.tell()
    numbers = np.concatenate(values)
    return np.concatenate(lines), numbers[:, 0] if wanted is None and len(found) == 1 else numbers


def kind_of(card: MetricCard, data: Data) -> str:
    """Which of the kinds of data a metric takes this is. Raises BadInputError where it is none."""
    y, p = data.target.ndim, data.pred.ndim
    fitting = [kind for kind in card.kinds if kind in SHAPES[y, p]]
    if (y, p) == (1, 2) and not fitting:  # the highest score says the label
        fitting = [kind for kind in card.kinds if kind in LABELS]
    if "ranking" in card.kinds and (y, p) == (1, 1):
        return "ranking"
    if not fitting:
        shapes = f"target has the shape {data.target.shape} and pred {data.pred.shape}"
        raise BadInputError(f"{card.name} takes {'; or '.join(TAKES[kind] for kind in card.kinds)}: {shapes}")
    if fitting[0] in LABELS and "multiclass" in fitting and "binary" in fitting:
        several = p == 2 or data.target.max() > 1 or (_is_whole(data.pred) and data.pred.max() > 1)
        return "multiclass" if several else "binary"
    return fitting[0]


def shaped(kind: str, data: Data, threshold: float | None) -> Data:
    """DATA as that kind has it: scores become labels, by a threshold or by which is the highest.

    Raises BadInputError.
    """
    cuts = kind in (*LABELS, "multilabel", "segmentation")
    if threshold is not None and not cuts:
        raise BadInputError("--threshold is for metrics of labels; this one is of scores as they are")
    if kind == "ranking" and data.target.ndim == 1:
        return replace(data, target=data.target[None], pred=data.pred[None])
    if kind in LABELS and data.pred.ndim == 2:
        if threshold is not None:
            raise BadInputError("--threshold is for one score a row; of several the highest is the label")
        return replace(data, pred=data.pred.argmax(axis=1))
    if cuts and (threshold is not None or not _is_whole(data.pred)):
        if kind == "multiclass":
            raise BadInputError("pred has one score a row and target more than two classes; give a score for each")
        cut = THRESHOLD if threshold is None else threshold
        return replace(data, pred=(data.pred > cut).astype(int))
    return data


def checked(kind: str, data: Data) -> tuple[Any, Any, Any]:
    """Targets, predictions and weights, found fit for a kind of metric. Raises BadInputError naming the row."""
    from dlc.kernels.examples import PAIRS

    return _named(data, PAIRS[kind])


def sound(data: Data) -> Data:
    """DATA, found to be numbers of the same examples. Raises BadInputError naming the row."""
    from dlc.kernels.examples import numbers, same_rows

    def check(target: Any, pred: Any, weights: Any) -> None:
        same_rows(numbers(target, "target"), numbers(pred, "pred"), weights)

    _named(data, check)
    return data


def _named(data: Data, check: Callable[[Any, Any, Any], Any]) -> Any:
    """What CHECK makes of the data. Raises BadInputError, naming the line of a row it refuses."""
    from dlc.kernels.examples import RowError

    try:
        return check(data.target, data.pred, data.weights)
    except RowError as error:
        if data.lines is not None:
            raise BadInputError(f"{data.path}, line {data.lines[error.row]}: {error.complaint}") from None
        raise BadInputError(str(error)) from None
    except ValueError as error:
        raise BadInputError(str(error)) from None


def _is_whole(values: "np.ndarray") -> bool:
    import numpy as np

    return bool((values == np.floor(values)).all())


def detected(data: Data) -> list[str]:
    """The kinds of metrics that apply to DATA, most telling first. Raises BadInputError where none do."""
    y, p = data.target, data.pred
    labelled = _is_whole(y) and y.min() >= 0
    two = labelled and y.max() <= 1
    if p.ndim == 2:
        if y.ndim == 2:
            if two:
                return ["multilabel"]
            raise BadInputError("several targets a row are labels 0 and 1; for numbers judge one column at a time")
        if not labelled:
            raise BadInputError("pred has several scores a row, so target must be labels 0, 1, 2, ...")
        return ["multiclass", "probability" if _are_probabilities(p) else "margin", "top-k"]
    if two and _is_whole(p) and p.min() >= 0 and p.max() <= 1:
        return ["binary"]
    if two:
        return ["binary", "probability", "curve"] if p.min() >= 0 and p.max() <= 1 else ["curve", "margin"]
    if labelled and _is_whole(p) and p.min() >= 0 and max(y.max(), p.max()) < min(MOST_CLASSES, len(y)):
        return ["multiclass"]
    return ["regression"]


def _are_probabilities(rows: "np.ndarray") -> bool:
    from dlc.kernels.examples import SUM_TOLERANCE

    return bool(rows.min() >= 0 and (abs(rows.sum(axis=1) - 1) <= SUM_TOLERANCE).all())
