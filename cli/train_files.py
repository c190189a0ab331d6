"""The files of a training: its history as CSV, and its weights with all that it takes to go on from there."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.cli.errors import BadInputError

if TYPE_CHECKING:
    from dlc.reference.network import Network

FORMAT = 1
STATE, BEST, NOTE = "state.", "best.", "dlc"


@dataclass(frozen=True)
class Epoch:
    """A line of the history."""

    epoch: int  # from 0, as Keras' CSVLogger counts
    loss: float
    accuracy: float  # of a regression R²
    val_loss: float | None
    val_accuracy: float | None
    lr: float

    @classmethod
    def names(cls, *, classifies: bool, validates: bool) -> list[str]:
        """The columns, as Keras' CSVLogger has them."""
        score = "accuracy" if classifies else "r2_score"
        return ["epoch", "loss", score, *(["val_loss", f"val_{score}"] if validates else []), "lr"]

    def values(self) -> list[float]:
        """The numbers of the columns."""
        found = (self.epoch, self.loss, self.accuracy, self.val_loss, self.val_accuracy, self.lr)
        return [each for each in found if each is not None]


def history_text(history: Sequence[Epoch], names: Sequence[str]) -> str:
    """The history as CSV, numbers at full precision."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(each.values() for each in history)
    return text.getvalue()


@dataclass(frozen=True)
class Saved:
    """What a file of weights holds besides them."""

    options: dict[str, Any]  # as they were typed
    digest: str  # of the data
    state: dict[str, np.ndarray]
    best: dict[str, np.ndarray]
    history: list[Epoch]


def packed(network: "Network", weights: np.ndarray, scaling: Mapping[str, np.ndarray], saved: Saved) -> bytes:
    """All of it as .npz: W1, b1, ... by the names of the tensors, mean and scale of the inputs, and the state."""
    arrays: dict[str, Any] = {
        tensor.name: weights[tensor.first : tensor.stop].reshape(tensor.rows, tensor.columns).squeeze(
            axis=0 if tensor.rows == 1 and not tensor.name.startswith("W") else ()
        )
        for tensor in network.tensors
    }  # fmt: skip
    arrays |= scaling
    arrays |= {STATE + name: array for name, array in saved.state.items()}
    arrays |= {BEST + name: array for name, array in saved.best.items()}
    history = [list(astuple(epoch)) for epoch in saved.history]
    note = {"format": FORMAT, "options": saved.options, "digest": saved.digest, "history": history}
    arrays[NOTE] = np.frombuffer(json.dumps(note).encode(), np.uint8)
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def unpacked(path: Path) -> Saved:
    """What `packed` wrote. Raises BadInputError."""
    try:
        with np.load(path) as arrays:
            found = {name: arrays[name] for name in arrays.files}
        note = json.loads(bytes(found[NOTE]))
    except FileNotFoundError:
        raise BadInputError(f"{path}: there is no such file") from None
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or error}") from None
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile):
        raise BadInputError(f"{path} is no file that `dlc train --save` wrote") from None
    if note.get("format") != FORMAT:
        raise BadInputError(f"{path} was written by another version of dlc; train again")

    def under(prefix: str) -> dict[str, np.ndarray]:
        return {name.removeprefix(prefix): array for name, array in found.items() if name.startswith(prefix)}

    history = [Epoch(*each) for each in note["history"]]
    return Saved(note["options"], note["digest"], under(STATE), under(BEST), history)
