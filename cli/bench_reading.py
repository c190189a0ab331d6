"""Files of benchmarks, of any tool of bench_formats: read whole, or refused in one line."""

import gzip
import itertools
import json
import statistics
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dlc.cli.bench_formats import DAMAGE, FORMATS, Format, at, stated
from dlc.cli.errors import BadInputError

TOOLS = f"{', '.join(each.tool for each in FORMATS[:-1])} or {FORMATS[-1].tool}"
GZIP = b"\x1f\x8b"
CLOCK = (1e-15, 1e9)  # seconds between which a time can be one; what lies beyond is damage


@dataclass(frozen=True)
class Measurement:
    """One benchmark of a saved run: the median, and every round where the file keeps them; seconds per call."""

    median: float
    seconds: tuple[float, ...]
    calls: int = 1  # in a round


@dataclass(frozen=True)
class Run:
    """A saved run: when it was made, on what machine, and its measurements by full name."""

    path: Path
    when: str
    machine: dict[str, str]
    measurements: dict[str, Measurement]
    tool: str = ""
    commit: str = ""
    notes: tuple[str, ...] = ()  # what the file holds that is no measurement, a line each

    @property
    def label(self) -> str:
        """File name and minute."""
        return f"{self.path.name} ({self.when[:16].replace('T', ' ')})"


def read_run(path: Path) -> Run:
    """The run saved in PATH by dlc or by any tool of FORMATS, compressed or not. Raises BadInputError."""
    content = _content(path)
    form = next((each for each in FORMATS if isinstance(content, dict) and each.fits(content)), None)
    if form is None:
        raise BadInputError(f"{path} is JSON of another kind; give a file of `dlc bench run`, {TOOLS}")
    if (version := at(content, *form.version)) not in form.versions:
        known = " or ".join(str(each) for each in form.versions if each)
        raise BadInputError(f"{path}: {form.tool} of format version {version!r}; dlc reads {known}; convert the file")
    measurements, notes = _measurements(path, form, content)
    try:
        made = str(form.when(content) or datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat())
    except DAMAGE:
        raise BadInputError(f"{path} does not say when {form.tool} made it; save the run again") from None
    commit = str(at(content, *form.commit) or "").removeprefix("unversioned")
    return Run(path, made, stated(content, form.machine), measurements, form.tool, commit, notes)


def _content(path: Path) -> Any:
    """The JSON value in PATH. Raises BadInputError."""
    try:
        found = path.read_bytes()
        text = (gzip.decompress(found) if found.startswith(GZIP) else found).decode("utf-8-sig")
    except FileNotFoundError:
        raise BadInputError(f"no file {path}; give a benchmark file, a run's number, `latest` or `previous`") from None
    except (OSError, UnicodeDecodeError, EOFError, zlib.error) as error:
        packed = not isinstance(error, UnicodeDecodeError)
        reason = getattr(error, "strerror", None) or ("its compression is damaged" if packed else "it is not text")
        raise BadInputError(f"cannot read {path}: {reason}; give a JSON file of {TOOLS}") from None
    if not text.strip():
        raise BadInputError(f"{path} is empty; run the benchmark again")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        text = text.strip()
        if text.startswith("{") and (not text.endswith("}") or error.pos >= len(text)):
            raise BadInputError(f"{path} is cut short at line {error.lineno}; run the benchmark again") from None
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInputError(f"{path} is not JSON ({where}); give a JSON file of {TOOLS}") from None
    except (ValueError, RecursionError):
        raise BadInputError(f"{path} is not usable JSON; give a JSON file of {TOOLS}") from None


def _measurements(
    path: Path, form: Format, content: Mapping[str, Any]
) -> tuple[dict[str, Measurement], tuple[str, ...]]:
    """All benchmarks, and a note for each reason why some have no time. The median is recomputed from the rounds."""
    kept: dict[str, Measurement] = {}
    without = defaultdict(list)
    entries = form.read(content)
    for index in itertools.count(1):
        try:
            if (found := next(entries, None)) is None:
                break
            name = unique(found.name, kept)
            seconds = tuple(map(float, found.seconds))
            times = seconds or (() if found.why_not else (float(found.median),))
            calls = max(1, int(found.calls))
        except DAMAGE:
            raise BadInputError(f"{path}: benchmark {index} has no name, median or data; save the run again") from None
        if 0.0 in times and not found.why_not:  # below the clock's step, or all of it taken for the shell's
            found = found._replace(why_not="too fast for the clock")
        if found.why_not:
            without[found.why_not].append(name)
        elif wrong := [value for value in times if not CLOCK[0] < value < CLOCK[1]]:
            what = f"a time of {wrong[0]:g} s, not a positive number that a clock can give"
            raise BadInputError(f"{path}: {name} holds {what}; save the run again")
        else:
            kept[name] = Measurement(statistics.median(times), seconds, calls)
    notes = tuple(f"{path.name}: left out {len(names)} ({why}): {_few(names)}" for why, names in without.items())
    if not kept:
        raise BadInputError(notes[0] if notes else f"{path} holds no benchmarks; run the benchmark again")
    return kept, notes


def unique(name: str, taken: Mapping[str, Any]) -> str:
    """NAME, numbered where another benchmark has it."""
    if not isinstance(name, str):
        raise TypeError("a name that is no text")
    numbered = (f"{name} #{number}" for number in itertools.count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
