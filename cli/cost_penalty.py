"""Penalties of the weights in a file, for `dlc cost`."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from dlc.cli import params as parameters
from dlc.cli.errors import BadInputError
from dlc.cli.tables import NUMBERS, open_table
from dlc.kernels import costs
from dlc.reference.costs import PENALTIES


@dataclass(frozen=True)
class Penalised:
    """What the weights of a file add to a cost."""

    count: int
    values: dict[str, float]  # of each penalty
    gradient_norm: float  # of their sum, by the weights

    @property
    def total(self) -> float:
        """The sum of all penalties."""
        return math.fsum(self.values.values())


@dataclass(frozen=True)
class Strengths:
    """All penalties as l1·Σ|w| + l2·Σw² + group·Σ√n·‖row‖."""

    l1: float = 0.0
    l2: float = 0.0
    group: float = 0.0

    @classmethod
    def of(cls, penalties: Mapping[str, Mapping[str, float]]) -> Self:
        """Those of PENALTIES: names of cards, and their parameters. Raises BadInputError outside their domain."""
        found = dict.fromkeys(("l1", "l2", "group"), 0.0)
        for name, given in penalties.items():
            params = {**PENALTIES[name].knobs, **given}
            parameters.check_domain(PENALTIES[name], params)
            strength, ratio = params["strength"], params.get("ratio", 0.0)
            shares = {
                "lasso": {"l1": strength},
                "ridge": {"l2": strength},
                "elastic_net": {"l1": strength * ratio, "l2": strength * (1 - ratio) / 2},
                "group_lasso": {"group": strength},
            }
            for part, share in shares[name].items():
                found[part] += share
        return cls(**found)

    def value(self, sums: costs.Penalty) -> float:
        """The penalties of weights with these sums."""
        return math.fsum((self.l1 * sums.absolutes, self.l2 * sums.squares, self.group * sums.groups))


def penalised(path: str, penalties: Mapping[str, Mapping[str, float]]) -> Penalised:
    """The penalties, by name with their parameters, of all weights at PATH. Raises BadInputError."""
    together = Strengths.of(penalties)
    sums, count = costs.Penalty(), 0
    for rows in weight_rows(path):
        sums = sums.plus(costs.penalty(rows, together.l1, together.l2, together.group))
        count += rows.size
    if not count:
        raise BadInputError(f"{path} has no weights")
    values = {name: Strengths.of({name: given}).value(sums) for name, given in penalties.items()}
    return Penalised(count, values, math.sqrt(sums.gradient))


def weight_rows(path: str) -> Iterator[np.ndarray]:
    """The weights of a file, some rows at a time; an array of more dimensions has a row for each index of the first.

    A vector is one row. Raises BadInputError for what cannot be read or is not finite.
    """
    for rows in _arrays(path) if path.lower().endswith((".npy", ".npz")) else _tables(path):
        if not np.isfinite(rows).all():
            raise BadInputError(f"{path} has a weight that is not finite")
        yield rows


def _tables(path: str) -> Iterator[np.ndarray]:
    with open_table(path) as table:
        for chunk in table.chunks(range(len(table.names))):
            yield chunk.values


def _arrays(path: str) -> Iterator[np.ndarray]:
    try:
        loaded: Any = np.load(path, mmap_mode="r", allow_pickle=False)
        arrays = (
            [(path, loaded)] if isinstance(loaded, np.ndarray) else ((f"{path}, array {k}", loaded[k]) for k in loaded)
        )
        for name, array in arrays:
            if array.dtype.kind not in "fiub":
                raise BadInputError(f"{name} holds {array.dtype}; real numbers are needed")
            rows = array.reshape(len(array), -1) if array.ndim > 1 else array.reshape(1, -1)
            step = max(1, NUMBERS // max(1, rows.shape[1]))
            for start in range(0, len(rows), step):
                yield rows[start : start + step].astype(np.float64)
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or error}") from None
    except (ValueError, EOFError) as error:
        raise BadInputError(f"{path} is not a file of arrays ({str(error).splitlines()[0]})") from None
