"""What real libraries compute, kept on file for the tests, which need none of them; a difference is drift."""

import json
import math
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dlc.cli.show import plain

FOLDER = Path(__file__).parent.parent / "data"


def check(name: str, libraries: tuple[str, ...], now: dict[str, Any], *, rewrite: bool, folder: Path = FOLDER) -> bool:
    """Compare NOW with the file NAME; write the file if there is none. Returns whether nothing drifted."""
    path = folder / name
    versions = {library: version(library) for library in libraries}
    if rewrite or not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(_text({"versions": versions, **plain(now)}))
        print(f"{name}: recorded from {versions}")
        return True
    kept = json.loads(path.read_text())
    before = {key: value for key, value in kept.items() if key != "versions"}
    new, old = dict(_leaves(plain(now))), dict(_leaves(before))
    drift = {" ".join(path[1:3]) for path in new | old if not _near(new.get(path), old.get(path), path)}
    print(f"{name}: {versions}, on file from {kept['versions']}: {', '.join(sorted(drift)) or 'no drift'}")
    return not drift


def _text(record: Mapping[str, Any]) -> str:
    """JSON with a line for each entry of what is recorded, so that a difference can be read."""
    parts = []
    for key, value in record.items():
        if isinstance(value, dict):
            lines = (f"  {json.dumps(name)}: {json.dumps(each, allow_nan=False)}" for name, each in value.items())
            parts.append(f"{json.dumps(key)}: {{\n" + ",\n".join(lines) + "\n}")
        else:
            parts.append(f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, str(key)))
    else:
        yield path, value


def _near(value: Any, before: Any, path: tuple[str, ...]) -> bool:
    """Whether two numbers are the same but for the last digits, which depend on the processor."""
    if isinstance(value, (int, float)) and isinstance(before, (int, float)):
        return math.isclose(value, before, rel_tol=1e-6 if "float32" in path else 1e-13, abs_tol=1e-15)
    return bool(value == before)
