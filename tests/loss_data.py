"""The data on which losses are compared with those of libraries: edges, kinks, and rows as they come."""

import numpy as np

from dlc.cli.loss_samples import samples
from dlc.reference.loss_family import LossCard

LOGITS = [-1e4, -40.0, -3.0, 0.0, 0.5, 7.0, 40.0, 1e4]
SCORES = [-30.0, -2.0, -1.0, -0.25, 0.0, 0.25, 1.0, 2.0, 30.0]
CHANCES = [0.0, 1e-9, 1e-3, 0.3, 0.5, 0.9, 1 - 1e-9, 1.0]
AMOUNTS = [0.0, 1e-3, 0.5, 1.0, 2.0, 7.0, 100.0]
ERRORS = [-100.0, -2.0, -1.0, -0.25, -1e-3, 0.0, 1e-3, 0.25, 1.0, 2.0, 100.0]
TARGETS = {"number": [-2.0, 0.0, 0.5], "sign": [-1.0, 1.0], "label": [0.0, 1.0, 0.25], "amount": AMOUNTS}
PREDICTIONS = {"logit": LOGITS, "probability": CHANCES, "amount": AMOUNTS, "distance": AMOUNTS, "number": SCORES}
ONE_HOT = ("multiclass_sparsemax",)  # of which a library takes one right class only
ROWS, SEED = 24, 7


def cases(card: LossCard) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of predictions and targets; of a loss of numbers one pair, of a loss of rows one for each length."""
    if card.row:
        return [(p, _as_libraries_take(card, t)) for p, t in samples(card, card.knobs, "float64", ROWS, SEED)]
    targets = [each for each in TARGETS.get(card.target, AMOUNTS) if each or card.target != "positive"]
    if (card.pred, card.target) == ("number", "number"):
        pairs = [(t + d, t) for t in targets for d in ERRORS]
    else:
        pairs = [(p, t) for t in targets for p in PREDICTIONS.get(card.pred, AMOUNTS[1:])]
    p, t = np.array(pairs).T
    return [(p.copy(), t.copy())]


def _as_libraries_take(card: LossCard, t: np.ndarray) -> np.ndarray:
    """Targets with one right class, where no more is taken; symbols before blanks."""
    if card.name in ONE_HOT:
        return np.eye(t.shape[-1])[t.argmax(axis=-1)]
    return np.take_along_axis(t, np.argsort(t == 0, axis=-1, stable=True), -1) if card.target == "symbols" else t


def weights_of(card: LossCard, p: np.ndarray) -> np.ndarray:
    """A weight for each value, or for each class where the target is one."""
    count = p.shape[-1] if card.target == "class" else p[..., 0].size if card.row else p.size
    return 1 + np.arange(count) % 3 / 2
