"""What is measured: one benchmark's slices in one generation of fresh processes, and the file that keeps generations.

Sides have letters: A the base, B the head, C the base again, as a control.
"""

import json
import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlc.cli.errors import BadInputError

BASE, HEAD, CONTROL = "A", "B", "C"
WORD = {BASE: "base", HEAD: "head", CONTROL: "control"}
RECORDING = "dlc gate recording"
KINDS = ("new", "gone", "same_code", "skipped")  # why a name has no row


@dataclass(frozen=True)
class Slices:
    """Turns in the ORDER they were taken, and seconds per call in each.

    The order is a sequence of palindromes in which each side has two turns (ABBA, CABBAC): a linear drift of the
    machine, and who comes first, cancel in each.
    """

    order: str
    seconds: tuple[float, ...]

    def effects(self, over: str = BASE, of: str = HEAD) -> list[float]:
        """Of each palindrome: the mean logarithm of one side's seconds less that of the other."""
        length = 2 * len(set(self.order))
        found = []
        for start in range(0, len(self.order), length):
            turns = list(zip(self.order[start : start + length], self.seconds[start : start + length], strict=True))
            found.append(sum(math.log(s) for side, s in turns if side == of) / 2)
            found[-1] -= sum(math.log(s) for side, s in turns if side == over) / 2
        return found

    def effect(self, over: str = BASE, of: str = HEAD) -> float:
        """log(of/over) in this generation: the median over palindromes."""
        return statistics.median(self.effects(over, of))

    def of(self, side: str) -> list[float]:
        """Seconds per call in each turn of a SIDE."""
        return [s for turn, s in zip(self.order, self.seconds, strict=True) if turn == side]


@dataclass
class Generation:
    """What one set of fresh processes gave, by the name of the benchmark."""

    number: int
    started: str
    rows: dict[str, Slices] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    same_code: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)  # tests that skip themselves on both sides
    disturbed: int = 0  # palindromes taken again, because another process was given the core in one of their turns
    starting_s: float = 0.0  # until the first benchmark could be timed; not recorded

    def to_json(self) -> dict[str, Any]:
        """The line of a recording."""
        rows = {name: {"order": each.order, "seconds": each.seconds} for name, each in self.rows.items()}
        sets = {kind: sorted(getattr(self, kind)) for kind in KINDS}
        return {
            "number": self.number,
            "started": self.started,
            "disturbed": self.disturbed,
            "rows": rows,
            "errors": self.errors,
            **sets,
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> "Generation":
        """The generation of a recording's line. Raises KeyError, TypeError, ValueError."""
        rows = {name: Slices(each["order"], tuple(map(float, each["seconds"]))) for name, each in line["rows"].items()}
        if not all(s > 0 and math.isfinite(s) for each in rows.values() for s in each.seconds):
            raise ValueError("a time that is not a positive number")
        if any(len(each.order) != len(each.seconds) for each in rows.values()):
            raise ValueError("turns without times")
        sets: dict[str, Any] = {kind: set(line[kind]) for kind in KINDS}
        return cls(line["number"], line["started"], rows, dict(line["errors"]), disturbed=line["disturbed"], **sets)


class Recording:
    """A file to which each generation is added as a line when it is done; a run that is cut off loses none."""

    def __init__(self, path: Path, about: Mapping[str, Any]):
        """Begin the file anew. Raises BadInputError where it cannot be written."""
        self.path, self.broken = path, ""
        try:
            path.write_text(json.dumps({"schema": 1, "kind": RECORDING, **about}) + "\n", encoding="utf-8")
        except OSError as error:
            raise BadInputError(f"cannot write {path}: {error.strerror or error}; choose another --record") from None

    def add(self, generation: Generation) -> None:
        """Append a line; after a failure, which is kept as the reason, no more: the verdict needs no recording."""
        if self.broken:
            return
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(generation.to_json()) + "\n")
        except OSError as error:
            self.broken = error.strerror or str(error)


def read_recording(path: Path) -> tuple[dict[str, Any], list[Generation]]:
    """What a recording says about itself, and its generations; a last line that was cut off is left out."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        about = json.loads(lines[0])
        if about["kind"] != RECORDING:
            raise KeyError("kind")
    except (OSError, ValueError, IndexError, KeyError, TypeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is no recording of dlc bench gate"
        raise BadInputError(f"cannot read {path}: {reason}; make one with --record") from None
    return about, list(_generations(path, lines[1:]))


def _generations(path: Path, lines: list[str]) -> Iterable[Generation]:
    for place, line in enumerate(lines, 2):
        try:
            yield Generation.from_json(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            if place == len(lines) + 1:
                return
            raise BadInputError(f"{path} is damaged in line {place}; record it again") from None
