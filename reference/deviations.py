"""Where libraries leave the mathematical limit: recorded from the real ones by `make peers` into deviations.json."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("deviations.json")

# What is wrong: the limit, nan or the sign of zero at a special place; every digit, from there on; or some, at worst.
SPECIAL, OUTWARDS, INWARDS, BETWEEN, WORST = "there", "and beyond", "and nearer to 0", "about there", "at worst"


@dataclass(frozen=True)
class Deviation:
    """What a library gives at one place for a card's function or derivative, by the call that is to agree with dlc."""

    library: str
    dtype: str
    quantity: str  # value or derivative
    kind: str
    x: Any  # a number, or the numbers of a vector
    gives: Any
    true: Any


@cache
def recorded() -> dict[str, Any]:
    """The file: the libraries' versions, and the deviations of each card."""
    return json.loads(FILE.read_text())


def deviations(card: str) -> list[Deviation]:
    """All that is recorded of a card's function."""
    return [Deviation(*map(_number, row)) for row in recorded()["deviations"].get(card, ())]


def versions() -> dict[str, str]:
    """The libraries' versions that were looked at."""
    return dict(recorded()["versions"])


def _number(cell: Any) -> Any:
    """Infinities and nan are texts in JSON."""
    if isinstance(cell, list):
        return [_number(each) for each in cell]
    return float(cell) if cell in ("inf", "-inf", "nan") else cell
