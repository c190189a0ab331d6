"""The gate in GitHub Actions: a step summary in Markdown, and annotations at the tests that matter."""

import ast
import os
import re
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from dlc.cli import show
from dlc.cli.errors import BadInputError
from dlc.cli.gate_junit import split
from dlc.cli.gate_report import (
    COLUMNS,
    cells,
    clean,
    common_prefix,
    cut,
    finding,
    ordered,
    quiet,
    result,
    sentences,
    settled,
    tally,
)
from dlc.cli.gate_row import GateReport, GateRow, Verdict

MOST_BYTES = 1 << 20  # GitHub drops a step's summary that is longer
MOST_ANNOTATIONS = 10  # of a kind and step, GitHub shows no more
LEVELS = {Verdict.REGRESSION: "error", Verdict.ERROR: "error", Verdict.INCONCLUSIVE: "notice"}
STRICT_LEVELS = {**LEVELS, Verdict.INCONCLUSIVE: "error"}
MARKDOWN = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|[\\`*\[\]<>#|&~$@]")
RIGHT = {2, 3, 5, 6}  # columns of numbers
FRAME = 600  # bytes, at most, of a table's head, its fold, and the line on what did not fit
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_github() -> bool:
    """Whether this is a step of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def summary_file() -> Path | None:
    """The file of the step's summary, where GitHub named one. Raises BadInputError if it cannot be written."""
    named = os.environ.get("GITHUB_STEP_SUMMARY")
    if not named:
        return None
    try:
        Path(named).open("ab").close()
    except OSError as error:
        reason = error.strerror or error
        raise BadInputError(f"cannot write GITHUB_STEP_SUMMARY, {named}: {reason}; mend or unset it") from None
    return Path(named)


def add_summary(path: Path, report: GateReport) -> None:
    """Append REPORT to the step's summary, as much as fits; a complaint is a note, for the verdict counts more."""
    try:
        size = path.stat().st_size if path.is_file() else 0  # other commands of the step may have written, too
        content = markdown(report, MOST_BYTES - size).encode()
        if not content:
            show.note("The summary of this step is full: the gate's result is not in it.")
        with path.open("ab") as file:
            try:
                file.write(content)
                file.flush()
            except OSError:
                if path.is_file():
                    os.truncate(path, size)
                raise
    except OSError as error:
        show.note(f"The summary of this step could not be written: {error.strerror or error}: {path}")


def markdown(report: GateReport, room: int = MOST_BYTES) -> str:
    """REPORT in at most ROOM bytes: what matters in a table, all else folded away; nothing where it cannot fit."""
    report = settled(report)
    rows = ordered(report.rows)
    prefix = common_prefix(rows)
    main = [row for row in rows if row.verdict not in quiet(report)]
    folded = [row for row in rows if row.verdict in quiet(report)]
    *details, headline = (escaped(line) for line in sentences(report))
    top = f"### Benchmark gate\n\n**{headline}**\n\n"
    bottom = "\n".join(["", *(f"- {line}" for line in details), "", ""])
    room -= len((top + bottom).encode()) + 2 * FRAME
    if room < 0:
        return ""
    first, room = _table(main, prefix, room)
    second, room = _table(folded, prefix, room)
    if second:
        second = f"\n<details><summary>{escaped(tally(folded))}</summary>\n\n{second}\n</details>\n"
    return top + first + second + bottom


def _table(rows: Sequence[GateRow], prefix: str, room: int) -> tuple[str, int]:
    """As many ROWS as fit, and the room that is left."""
    lines = []
    for row in rows:
        line = _line(row, prefix)
        room -= len(line.encode())
        if room < 0:
            break
        lines.append(line)
    if not rows:
        return "", room
    left_out = len(rows) - len(lines)
    head = f"| {' | '.join(COLUMNS)} |\n|{'|'.join('--:' if i in RIGHT else '---' for i in range(len(COLUMNS)))}|\n"
    more = f"\n{left_out} more did not fit into the summary.\n" if left_out else ""
    return (head + "".join(lines) if lines else "") + more, max(room, 0)


def _line(row: GateRow, prefix: str) -> str:
    name, verdict, *texts = (cell[1] if isinstance(cell, tuple) else cell for cell in cells(row, prefix))
    strong = "**" if row.verdict in LEVELS else ""
    told = [f"<code>{escaped(name)}</code>", f"{strong}{verdict}{strong}", *map(escaped, map(cut, texts))]
    return f"| {' | '.join(told)} |\n"


def escaped(text: str) -> str:
    """TEXT so that Markdown, in a cell of a table or elsewhere, shows it as it is."""
    return MARKDOWN.sub(lambda found: f"\\{found[0]}", text)


def annotate(report: GateReport, root: Path, *, strict: bool) -> None:
    """Print the annotations, on stderr: the runner of GitHub reads both streams, and stdout is for data."""
    sys.stdout.flush()
    for line in annotations(report, root, strict=strict):
        print(line, file=sys.stderr)


def annotations(report: GateReport, root: Path, *, strict: bool) -> list[str]:
    """At most MOST_ANNOTATIONS commands of GitHub, the worst first. ROOT is the folder that names of tests are in.

    An error says what made the gate fail. STRICT: that may be an inconclusive row.
    """
    report = settled(report)
    levels = STRICT_LEVELS if strict else LEVELS
    lines = [_command("error", "Benchmark gate: unfit machine", result(report))] if report.unfit else []
    rows = [row for row in ordered(report.rows) if row.verdict in levels and row.verdict not in quiet(report)]
    room = MOST_ANNOTATIONS - len(lines)
    shown = rows if len(rows) <= room else rows[: room - 1]
    for row in shown:
        title = f"Benchmark {row.verdict}: {split(row.name)[1]}"
        where = place(row.name, root)
        lines.append(_command(levels[row.verdict], title, f"{row.name} {finding(row)}", where))
    if rest := rows[len(shown) :]:
        message = f"{tally(rest)} more; the summary of this step has them all"
        lines.append(_command(levels[rest[0].verdict], "Benchmark gate", message))
    return lines


def _command(level: str, title: str, message: str, where: dict[str, str] | None = None) -> str:
    properties = {**(where or {}), "title": cut(title)}
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {told}::{_data(clean(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def place(name: str, root: Path) -> dict[str, str]:
    """The file and line of the test of this NAME under ROOT, from the folder of the repository; as far as known."""
    file, *parts = name.partition("[")[0].split("::")
    try:
        path = (root / file).resolve()
        workspace = Path(os.environ.get("GITHUB_WORKSPACE") or root).resolve()
        if not parts or not path.is_file():
            return {}
        line = line_of(path, parts)
        return {"file": path.relative_to(workspace).as_posix()} | ({"line": str(line)} if line else {})
    except (OSError, ValueError):  # elsewhere, or no name of a file
        return {}


def line_of(path: Path, parts: Iterable[str]) -> int | None:
    """The line in which a Python file defines the function, or class and method, that PARTS name."""
    line = None
    try:
        with warnings.catch_warnings(action="ignore"):  # of a project's own odd escapes
            body = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return None
    for part in parts:
        found = [node for node in body if isinstance(node, DEFINITIONS) and node.name == part]
        if not found:
            return None
        line, body = found[-1].lineno, found[-1].body
    return line
