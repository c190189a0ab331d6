"""What causes overfitting and what is done against it: the table that the command, its help and its tests go by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from dlc.cli.errors import BadInputError
from dlc.cli.values import number
from dlc.reference.family import UnknownNameError


@dataclass(frozen=True)
class Setting:
    """What is learnt, and how. With FEATURES it is least squares on so many random ones, else a network."""

    rows: int = 800
    useless: int = 0  # columns of noise
    preprocessing: str = "right"
    leak: str = "none"
    hidden: int = 100
    flipped: float = 0.0  # share of the training labels that are drawn anew
    features: int = 0
    l1: float = 0.0
    l2: float = 0.0
    weight_decay: float = 0.0
    max_norm: float = 0.0
    dropout: float = 0.0
    smoothing: float = 0.0
    mixup: float = 0.0
    noise: float = 0.0
    batch_norm: int = 0
    patience: int = 0
    copies: int = 0  # shifted ones of each row
    members: int = 1


BASE = Setting()
AT_THRESHOLD = Setting(rows=100, features=100)
# The least and the greatest value of a number; the words that others may be.
LIMITS: Mapping[str, tuple[float, float]] = {
    "rows": (40, 3200), "useless": (0, 2000), "hidden": (1, 2000), "flipped": (0, 1), "features": (1, 4000),
    "l1": (0, 100), "l2": (0, 100), "weight_decay": (0, 100), "max_norm": (0, 1e6), "dropout": (0, 0.99),
    "smoothing": (0, 1), "mixup": (0, 100), "noise": (0, 100), "batch_norm": (0, 1), "patience": (1, 1000),
    "copies": (0, 50), "members": (1, 50),
}  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    "preprocessing": ("right", "mixed_units", "of_test", "apart"),
    "leak": ("none", "statistics", "selection", "copies"),
}


@dataclass(frozen=True)
class Factor:
    """One thing that is changed, and to what; all else is as in `base`."""

    says: str
    field: str
    levels: tuple[Any, ...]
    base: Setting = BASE
    judged: str = "test_loss"  # or flattery: by how much the test is better than rows that are really new
    is_cause: bool = field(default=False, kw_only=True)  # type: ignore[operator]

    def settings(self) -> Iterator[tuple[Any, Setting]]:
        """Each level with what is then run."""
        for level in self.levels:
            yield level, replace(self.base, **{self.field: level})


# fmt: off
CAUSES = {
    "rows": Factor("fewer rows to learn from", "rows", (100, 200, 400, 1600, 3200), is_cause=True),
    "useless": Factor("features that say nothing: normal noise", "useless", (20, 80, 320), is_cause=True),
    "preprocessing": Factor(
        "mixed_units: each feature in a unit of its own, not scaled; of_test: scaled by the test's mean and deviation; "
        "apart: training and test each by their own", "preprocessing", WORDS["preprocessing"][1:], is_cause=True),
    "leak": Factor(
        "the test's rows are used: statistics, for scaling; selection, to choose 40 of 1,040 features; copies, for "
        "200 of them are among those learnt", "leak", WORDS["leak"][1:], judged="flattery", is_cause=True),
    "hidden": Factor("the size of the network", "hidden", (2, 5, 10, 20, 50, 200, 400), is_cause=True),
    "interpolation": Factor(
        "random features around as many as there are rows: least squares of least norm", "features",
        (10, 25, 50, 75, 125, 200, 400, 1000), AT_THRESHOLD, is_cause=True),
    "flipped": Factor("wrong labels among those learnt", "flipped", (0.1, 0.2, 0.4), is_cause=True),
}
REMEDIES = {
    "l2": Factor("l2·Σw² is added to the loss", "l2", (0.003,)),
    "l1": Factor("l1·Σ|w| is added to the loss", "l1", (0.001,)),
    "weight_decay": Factor("AdamW: weights shrink by this times the rate in each step", "weight_decay", (1.0,)),
    "max_norm": Factor("no unit's weights have a greater norm", "max_norm", (1.0,)),
    "dropout": Factor("hidden units are left out with this chance", "dropout", (0.5,)),
    "label_smoothing": Factor("this share of each label goes to all classes", "smoothing", (0.2,)),
    "mixup": Factor("rows are mixed in pairs, by shares of Beta(a, a)", "mixup", (0.4,)),
    "noise": Factor("normal noise of this deviation is added to inputs", "noise", (0.5,)),
    "batch_norm": Factor("batch normalisation before the activation", "batch_norm", (1,)),
    "early_stopping": Factor(
        "stops after so many epochs without a better loss on a fifth of the rows, kept apart", "patience", (5,)),
    "augmentation": Factor("so many shifted copies of each row are learnt, too", "copies", (4,)),
    "more_data": Factor("so many rows are learnt", "rows", (3200,)),
    "smaller_model": Factor("so many hidden units", "hidden", (10,)),
    "ensemble": Factor("the mean answer of so many networks", "members", (5,)),
}
# fmt: on
FACTORS = CAUSES | REMEDIES
GROUPS = {"all": FACTORS, "causes": CAUSES, "remedies": REMEDIES}


def chosen(typed: Sequence[str]) -> dict[str, Factor]:
    """What NAMES mean: names of the table or of a group of it, also NAME:level,level. Raises BadInputError."""
    found: dict[str, Factor] = {}
    for each in typed or ["all"]:
        name, colon, levels = each.partition(":")
        if name in GROUPS and not colon:
            found |= GROUPS[name]
        elif name not in FACTORS:
            known = f"there are {', '.join((*GROUPS, *FACTORS))}"
            raise BadInputError(f"{UnknownNameError('cause or remedy', name, (*GROUPS, *FACTORS), known)}")
        else:
            factor = FACTORS[name]
            found[name] = replace(factor, levels=_levels(name, factor.field, levels)) if colon else factor
    return found


def _levels(name: str, field_name: str, text: str) -> tuple[Any, ...]:
    parts = [part.strip() for part in text.split(",")]
    if field_name in WORDS:
        for part in parts:
            if part not in WORDS[field_name]:
                raise BadInputError(f"{name}:{text}: {part!r} is not one of {', '.join(WORDS[field_name])}")
        return tuple(dict.fromkeys(parts))
    low, high = LIMITS[field_name]
    is_whole = isinstance(getattr(BASE, field_name), int)
    numbers = [number(part, f"{name}:{text}") for part in parts]
    for value in numbers:
        if not low <= value <= high or (is_whole and value != int(value)):
            kind = "a whole number" if is_whole else "a number"
            raise BadInputError(f"{name}:{text}: {value:g} is not {kind} from {low:g} to {high:g}")
    return tuple(dict.fromkeys(int(value) if is_whole else value for value in numbers))


def difference(setting: Setting) -> str:
    """In what a setting is not the usual one, for people."""
    changed = [each.name for each in fields(setting) if getattr(setting, each.name) != getattr(BASE, each.name)]
    return ", ".join(f"{name} {getattr(setting, name)}" for name in changed) or "as usual"
