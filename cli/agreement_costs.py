"""Costs computed in one pass, and penalties, against the reference at fifty digits."""

from collections.abc import Iterator
from typing import Any

from dlc.cli.agreement import Agreement
from dlc.cli.loss_samples import drawn
from dlc.reference.costs import CostCard, PenaltyCard
from dlc.reference.losses import LOSSES
from dlc.reference.ulp import DIGITS

ROWS = 300
CHUNK = 64
COLUMNS = 4  # of a row of predictions
SEED = 2026


def check_cost(card: CostCard) -> Iterator[Agreement]:
    """The error of a cost over weighted rows, read in several chunks."""
    import mpmath
    import numpy as np

    from dlc.cli.cost_sum import Columns, CostSum
    from dlc.cli.tables import BadRows, Chunk, Table

    loss = LOSSES[card.loss]
    random = np.random.default_rng(SEED)
    preds = COLUMNS if loss.row else 1
    targets = loss.width(preds) if loss.row else 1
    pred = drawn(loss.pred, random, (ROWS, preds), 1.0, preds)
    target = drawn(loss.target, random, (ROWS, targets), 1.0, preds)
    weights = random.uniform(0.1, 2.0, (ROWS, 1))
    table = Table("sample", [], has_names=False)
    columns = Columns(range(preds), range(preds, preds + targets), preds + targets)
    found = CostSum(loss, loss.knobs, table, columns, bad=BadRows(skip=False))
    values = np.hstack([pred, target, weights])
    for start in range(0, ROWS, CHUNK):
        found.add(Chunk(np.arange(start, min(start + CHUNK, ROWS)), values[start : start + CHUNK]))
    with mpmath.workdps(DIGITS):
        rows = [
            (_numbers(p, loss.row), _numbers(t, loss.row), mpmath.mpf(w))
            for p, t, (w,) in zip(pred.tolist(), target.tolist(), weights.tolist(), strict=True)
        ]
        exact = card.function(rows)
        error = float(abs(found.averaged(card.average) / exact - 1))
    yield Agreement(card.name, "value", "float64", error, "relative", f"{ROWS} rows", card.agreement, ROWS)


def check_penalty(card: PenaltyCard) -> Iterator[Agreement]:
    """The errors of a penalty, and of the length of its gradient."""
    import mpmath
    import numpy as np

    from dlc.cli.cost_penalty import Strengths
    from dlc.kernels.costs import penalty

    weights = np.random.default_rng(SEED).normal(size=(ROWS // COLUMNS, COLUMNS))
    weights[0] = 0.0
    strengths = Strengths.of({card.name: card.knobs})
    sums = penalty(weights, strengths.l1, strengths.l2, strengths.group)
    with mpmath.workdps(DIGITS):
        exact = [[mpmath.mpf(w) for w in row] for row in weights.tolist()]
        true = {
            "value": card.function(exact),
            "gradient": mpmath.sqrt(sum(slope**2 for row in card.gradient(exact) for slope in row)),
        }
        found = {"value": strengths.value(sums), "gradient": sums.gradient**0.5}
        errors = {quantity: float(abs(found[quantity] / true[quantity] - 1)) for quantity in true}
    for quantity, error in errors.items():
        place = f"{len(weights)} rows of {COLUMNS}"
        yield Agreement(card.name, quantity, "float64", error, "relative", place, card.agreement, weights.size)


def _numbers(values: list[float], is_row: bool) -> Any:
    import mpmath

    return [mpmath.mpf(value) for value in values] if is_row else mpmath.mpf(values[0])
