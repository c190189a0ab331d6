"""Confusion matrices, curves and reliability diagrams in the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.cli import plot, show

if TYPE_CHECKING:
    from dlc.cli.metric_inputs import Data

SHADES = " ░▒▓█"
MOST_CLASSES = 20
MOST_POINTS = 400  # of a curve
BINS = 10


def confusion(matrix: np.ndarray) -> None:
    """A matrix of counts, a row for each class; on a terminal shaded by its share of the row."""
    sums = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, sums, out=np.zeros_like(matrix), where=sums > 0)
    show.table(
        ["target \\ pred", *map(str, range(len(matrix)))],
        [
            [str(i), *map(_cell, row, part)]
            for i, (row, part) in enumerate(zip(matrix.tolist(), shares.tolist(), strict=True))
        ],
    )


def _cell(count: float, share: float) -> tuple[float, str]:
    whole = int(count) if count.is_integer() else count
    return whole, f"{whole:.6g} {2 * SHADES[round(share * (len(SHADES) - 1))]}"


def curves(data: "Data") -> list[str]:
    """The ROC and the precision-recall curve of scores."""
    from dlc.kernels.metrics_curves import average_precision, precision_recall_curve, roc_auc, roc_curve

    judged = data.target, data.pred, data.weights
    fpr, tpr, _ = roc_curve(*judged)
    precision, recall, _ = precision_recall_curve(*judged)
    share = float(np.average(data.target, weights=data.weights))
    return [
        _drawn(fpr, {"tpr by fpr": tpr, "guessing": fpr}, f"ROC curve, area {roc_auc(*judged):.4f}"),
        _drawn(
            recall,
            {"precision by recall": precision, "guessing": np.full_like(recall, share)},
            f"precision-recall curve, average precision {average_precision(*judged):.4f}",
        ),
    ]


def reliability(data: "Data") -> str:
    """What happened, by the probability with which it was predicted."""
    from dlc.kernels.metrics_calibration import calibration_curve, expected_calibration_error

    judged = data.target, data.pred, data.weights
    happened, predicted = calibration_curve(*judged, bins=BINS)
    error = expected_calibration_error(*judged, bins=BINS)
    lines = {"happened by predicted": happened, "calibrated": predicted}
    return _drawn(predicted, lines, f"reliability diagram, {BINS} bins, calibration error {error:.4f}")


def _drawn(x: np.ndarray, lines: dict[str, np.ndarray], title: str) -> str:
    kept = np.unique(np.linspace(0, len(x) - 1, MOST_POINTS).round().astype(int))
    return plot.curves(x[kept].tolist(), {name: y[kept].tolist() for name, y in lines.items()}, title=title)


def sequences(names: Sequence[str], columns: Sequence[Any]) -> None:
    """Columns side by side; shorter ones end with empty cells."""
    longest = max(map(len, columns))
    padded = [[*each.tolist(), *[None] * (longest - len(each))] for each in columns]
    show.table(list(names), [list(row) for row in zip(*padded, strict=True)])
