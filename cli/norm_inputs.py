"""Arrays, layouts and statistics for `dlc norm`, as they were typed or read; every complaint says what does not fit."""

from pathlib import Path
from typing import Any

import numpy as np

from dlc.cli import loss_inputs
from dlc.cli.errors import BadInputError
from dlc.reference.norm_family import LAYOUTS, Arrangement, NormCard

BY_AXES = {2: "NC", 3: "NCL", 4: "NCHW"}  # the layout of an array, where none is said


def array(text: str, option: str, member: str | None = None) -> np.ndarray:
    """Numbers, rows with semicolons between them, or a .csv, .npy or .npz file. Raises BadInputError."""
    found = _member(Path(text), member) if text.lower().endswith(".npz") else loss_inputs.table(text, option)
    wrong = np.argwhere(~np.isfinite(found))
    if len(wrong):
        place = tuple(int(each) for each in wrong[0])
        where = ", ".join(str(each + 1) for each in place)
        raise BadInputError(f"{option}, at {where}: {float(found[place])} is not a finite number")
    return found


def _member(path: Path, member: str | None) -> np.ndarray:
    """One array of a .npz file."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            names = list(stored)
            chosen = member or (names[0] if len(names) == 1 else "")
            if chosen not in names:
                raise BadInputError(f"{path} holds {', '.join(names) or 'nothing'}; choose one with --array")
            found = np.asarray(stored[chosen])
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise BadInputError(f"{path} is not a .npz file of numbers ({str(error).splitlines()[0]})") from None
    if found.dtype.kind not in "fiub" or not found.size:
        raise BadInputError(f"{path}, {chosen}: {found.dtype} of shape {found.shape}; real numbers are needed")
    return found if found.dtype in (np.float32, np.float64) else found.astype(np.float64)


def shaped(x: np.ndarray, shape: str | None) -> np.ndarray:
    """X in the SHAPE that was typed as 2,3,4. Raises BadInputError."""
    if shape is None:
        return x
    try:
        sizes = tuple(int(each) for each in shape.split(","))
    except ValueError:
        raise BadInputError(f"--shape {shape!r} is not whole numbers with commas, like 2,3,4") from None
    if min(sizes) < 1 or int(np.prod(sizes)) != x.size:
        raise BadInputError(f"--shape {shape} has {int(np.prod(sizes))} numbers, X has {x.size}")
    return x.reshape(sizes)


def arranged(card: NormCard, x: np.ndarray, layout: str | None, groups: int) -> tuple[np.ndarray, Arrangement]:
    """X with all its axes, and what they are; a vector is one set. Raises BadInputError."""
    if layout is not None and layout not in LAYOUTS:
        raise BadInputError(f"no layout {layout!r}; choose {', '.join(LAYOUTS)}")
    if x.ndim == 1:
        x = x.reshape({"channel": (-1, 1), "instance": (1, 1, -1)}.get(card.shares, (1, -1)))
    if layout is None and x.ndim not in BY_AXES:
        raise BadInputError(f"an array of {x.ndim} axes needs --layout NC, with all axes but the last as N, or --shape")
    chosen = layout or BY_AXES[x.ndim]
    if chosen != "NC" and x.ndim != len(chosen):
        raise BadInputError(f"layout {chosen} has {len(chosen)} axes, X has shape {_said(x.shape)}")
    if (card.shares == "matrix" or card.gain == "set") and x.ndim != 2:
        raise BadInputError(f"{card.name} takes a matrix with a row for each unit, not shape {_said(x.shape)}")
    channels = x.shape[-1] if chosen.endswith("C") else x.shape[1]
    if channels % groups:
        raise BadInputError(f"{channels} channels do not fall into {groups} equal groups; give other --groups")
    return x, Arrangement(chosen, x.shape, groups)


def like(found: np.ndarray, x: np.ndarray, option: str) -> np.ndarray:
    """Numbers for each of X. Raises BadInputError."""
    if found.size == 1:
        return np.full(x.shape, found.reshape(-1)[0], x.dtype)
    if found.size != x.size or (found.ndim == x.ndim and found.shape != x.shape):
        raise BadInputError(f"{option} has shape {_said(found.shape)}, X has {_said(x.shape)}")
    return found.reshape(x.shape).astype(x.dtype)


def gains(text: str | None, option: str, card: NormCard, at: Arrangement, dtype: str) -> np.ndarray | None:
    """A gain or bias for each of what has one, exact in the type of X. Raises BadInputError."""
    if text is None:
        return None
    count = at.gains(card)
    if not count or (option == "--bias" and not card.bias):
        raise BadInputError(f"{card.name} has no {option[2:]}")
    found = array(text, option).reshape(-1)
    if found.size == 1:
        found = np.full(count, found[0])
    if found.size != count:
        raise BadInputError(f"{option} has {found.size} numbers, {count} are needed: one for each {card.gain}")
    return found.astype(dtype).astype(np.float64)


def kept(text: str | None, card: NormCard, at: Arrangement, *, from_right: bool = False) -> Any:
    """What is kept before the batch: a row for each statistic, or where it starts. Raises BadInputError.

    Of spectral normalisation it is the vector that the iteration begins with, the left one unless FROM_RIGHT.
    """
    if card.shares == "matrix":
        return _directions(text, at, from_right=from_right)
    sets = len(at.sets(card.shares)) if card.kept else 0
    if text is None:
        return np.tile(card.start, (sets, 1)) if card.kept else None
    if not card.kept:
        raise BadInputError(f"{card.name} keeps nothing of a batch, so it takes no --running")
    found = array(text, "--running")
    found = found.reshape(len(card.kept), -1) if found.size == len(card.kept) else found
    if found.shape != (len(card.kept), sets):
        raise BadInputError(
            f"--running has shape {_said(found.shape)}; {' and '.join(card.kept)} of {sets} sets are {len(card.kept)} "
            f"rows of {sets}"
        )
    if "variance" in card.kept and (found[1] < 0).any():
        raise BadInputError(f"--running: a variance of {float(found[1].min()):g} is below 0")
    return found.T.astype(np.float64)


def _directions(text: str | None, at: Arrangement, *, from_right: bool) -> tuple[np.ndarray, np.ndarray]:
    sizes = (at.samples, at.features)
    needed = sizes[from_right]
    given = np.ones(needed) if text is None else array(text, "--running").reshape(-1)
    if given.size != needed or not given.any():
        side = "right one, a number for each column" if from_right else "left one, a number for each row"
        raise BadInputError(f"--running is the singular vector to begin with, the {side}: {needed} numbers, not all 0")
    given = given / np.sqrt((given**2).sum())
    return (np.zeros(sizes[0]), given) if from_right else (given, np.zeros(sizes[1]))


def _said(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
