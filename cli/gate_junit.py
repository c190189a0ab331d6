"""The gate as JUnit XML: what makes the gate fail is a failure, or an error, in the file too."""

import os
from pathlib import Path

from dlc.cli import show
from dlc.cli.errors import BadInputError
from dlc.cli.gate_report import finding, ordered, result, sentences, settled
from dlc.cli.gate_row import GateReport, GateRow, Verdict
from dlc.cli.junit import Case, junit

# A verdict that is not here has passed.
ENDINGS = {
    Verdict.REGRESSION: "failure",
    Verdict.ERROR: "error",
    Verdict.INCONCLUSIVE: "skipped",
    Verdict.SAME_CODE: "skipped",
    Verdict.NEW: "skipped",
    Verdict.GONE: "skipped",
}
STRICT_ENDINGS = {**ENDINGS, Verdict.INCONCLUSIVE: "failure"}
FIGURES = ("base_s", "head_s", "ratio", "low", "high", "detectable", "generations", "why")
NO_TEST = "dlc.bench.gate"  # the class of what is no pytest test: a whole command, the machine


def gate_junit(report: GateReport, *, strict: bool) -> bytes:
    """The file: a case for each row, its time that of a call on the head side. STRICT: inconclusive is a failure.

    All figures of a row are in its output; an unfit machine is a case of its own, an error.
    """
    report = settled(report)
    endings = STRICT_ENDINGS if strict and not report.unfit else ENDINGS
    cases = [_case(row, endings) for row in ordered(report.rows)]
    if report.unfit:
        cases.insert(0, Case(NO_TEST, "machine", 0.0, error=result(report)))
    properties = {"base": report.base, "head": report.head, "seconds": show.exact(report.seconds)}
    return junit("dlc bench gate", cases, properties, output="\n".join(sentences(report)))


def _case(row: GateRow, endings: dict[Verdict, str]) -> Case:
    classname, name = split(row.name)
    figures = ((label, getattr(row, label)) for label in ("verdict", *FIGURES))
    output = "\n".join(f"{label}: {show.exact(value)}" for label, value in figures if value not in (None, ""))
    ending = endings.get(row.verdict)
    reason = {ending: finding(row)} if ending else {}
    return Case(classname, name, row.head_s or 0.0, output=output, **reason)


def split(name: str) -> tuple[str, str]:
    """The class and the name by which pytest's own JUnit file calls the test of this NAME."""
    place, bracket, parameters = name.partition("[")  # parameters may hold any character
    file, *parts = place.split("::")
    if not parts:
        return NO_TEST, name
    module = file.removesuffix(".py").replace("/", ".")
    return ".".join([module, *parts[:-1]]), f"{parts[-1]}{bracket}{parameters}"


def write_junit(path: Path, report: GateReport, *, strict: bool) -> None:
    """Write the whole file or nothing. Raises BadInputError."""
    from dlc.kernels.cache import write_whole

    try:
        write_whole(path.resolve(), gate_junit(report, strict=strict))
    except OSError as error:
        raise BadInputError(f"cannot write {path}: {error.strerror or error}") from None


def check_writable(path: Path) -> None:
    """Refuse, before a long run, a PATH that could not be written after it. Raises BadInputError."""
    place = path.resolve()
    draft = place.with_name(f".{place.name}.{os.getpid()}")  # the file is written beside PATH first, and renamed
    try:
        if place.exists() and not place.is_file():
            reason = "it is a folder" if place.is_dir() else "it is no plain file"
        elif not place.parent.is_dir():
            reason = f"there is no folder {path.parent}"
        else:
            draft.touch(exist_ok=False)
            draft.unlink()
            return
    except OSError as error:
        reason = error.strerror or str(error)
    raise BadInputError(f"cannot write {path}: {reason}; choose another place")
