"""The table of errors: kept as JSON, and the Markdown that is made of it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from dlc.cli import show
from dlc.cli.errors import BadInputError
from dlc.kernels.cache import write_whole
from dlc.reference.activations import ACTIVATIONS

PEERS = ("torch", "jax", "keras")
OURS = ("float32", "float64")
PATTERNS = 1 << 32
SAMPLED = "†"  # marks what was tried over many inputs, but not over all

Row = dict[str, Any]


@dataclass
class Table:
    """Rows by activation, and the versions of the libraries in them."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Table":
        """The table kept beside PATH, or an empty one. Raises BadInputError where it cannot be read."""
        kept = path.with_suffix(".json")
        try:
            return cls(**json.loads(kept.read_text())) if kept.exists() else cls()
        except (OSError, ValueError, TypeError):
            raise BadInputError(f"{kept} is no table of errors; give --save another name") from None

    def put(self, name: str, rows: list[Row]) -> None:
        """Enter the ROWS of one activation, measured now."""
        self.rows[name] = show.plain(rows)
        self.rows = {name: self.rows[name] for name in ACTIVATIONS if name in self.rows}
        self.versions |= {name: found for name in PEERS if (found := _version(name))}

    def write(self, path: Path) -> None:
        """Write PATH and the JSON beside it, each whole. Raises BadInputError where that cannot be done."""
        kept = json.dumps({"rows": self.rows, "versions": self.versions}, indent=1)
        try:
            write_whole(path.with_suffix(".json"), kept.encode())
            write_whole(path, self.full().encode())
        except OSError as error:
            raise BadInputError(f"{path}: {error.strerror or error}") from None

    def full(self) -> str:
        """Markdown with a line for each thing that an activation has, and the input where it is worst."""
        headers = ("", "", *OURS, *self._peers())
        lines = [
            (row["name"], row["quantity"], *(_with_place(row.get(column)) for column in headers[2:]))
            for rows in self.rows.values()
            for row in rows
        ]
        return "\n".join(_markdown(headers, lines)) + "\n"

    def brief(self) -> str:
        """Markdown with a line for each activation: value / derivative, in ulp."""
        columns = (*OURS, *self._peers())
        lines = [(name, *(_pair(rows, column) for column in columns)) for name, rows in self.rows.items()]
        return "\n".join(_markdown(("", *columns), lines)) + "\n"

    def _peers(self) -> list[str]:
        return [name for name in PEERS if any(name in row for rows in self.rows.values() for row in rows)]


def _markdown(headers: Iterable[str], lines: Iterable[Iterable[str]]) -> Iterator[str]:
    headers = list(headers)
    yield f"| {' | '.join(headers)} |"
    yield "|" + "---|" * len(headers)
    for line in lines:
        yield f"| {' | '.join(line)} |"


def _with_place(found: Row | None) -> str:
    if not found:
        return ""
    place = f" at {found['at'].removeprefix('x = ')}" if float(found["ulp"]) else ""
    beyond = f"; {found['at_infinity']}" if found.get("at_infinity") else ""
    return f"{_ulp(found)}{place}{beyond}"


def _pair(rows: list[Row], column: str) -> str:
    pair = " / ".join(_ulp(row[column]) for row in rows[:2] if column in row)
    is_sampled = column == "float32" and not ACTIVATIONS[rows[0]["name"]].vector and not _proven(rows)
    return pair + SAMPLED * is_sampled


def _proven(rows: list[Row]) -> bool:
    """Whether value and derivative were computed for every float32 number."""
    return all(row["float32"]["inputs"] == PATTERNS for row in rows[:2])


def _ulp(found: Row) -> str:
    error = float(found["ulp"])
    if error == 0:
        return "0"
    return f"{error:.2f}" if error < 100 else f"{error:.1e}".replace("e+0", "e").replace("e+", "e")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
