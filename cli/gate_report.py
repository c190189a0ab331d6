"""How a run of the gate is told: the rows that matter first, and sentences that say what was not shown, too."""

import math
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from dlc.cli import show
from dlc.cli.bench_table import ratio_cell
from dlc.cli.gate_row import GateReport, GateRow, Verdict

WORDS = {  # in the order of rows; to be read after their names
    Verdict.REGRESSION: "takes longer",
    Verdict.ERROR: "failed",
    Verdict.INCONCLUSIVE: "is inconclusive",
    Verdict.IMPROVED: "takes less time",
    Verdict.NEW: "is new: the base has nothing to compare it with",
    Verdict.GONE: "is gone: the base has it, the head has not",
    Verdict.PASS: "shows no regression",
    Verdict.SAME_CODE: "has the same machine code and inputs on both sides, and was not timed",
}
ORDER = tuple(WORDS)
FINE = (Verdict.PASS, Verdict.IMPROVED, Verdict.SAME_CODE)  # not slower, as far as was seen
FROM_TIMES = {Verdict.REGRESSION, Verdict.INCONCLUSIVE, Verdict.IMPROVED, Verdict.PASS}
PLURAL = {Verdict.REGRESSION: "regressions", Verdict.ERROR: "errors"}  # the other words are no nouns
COLUMNS = ("benchmark", "verdict", "base", "head", "head/base", "could miss", "generations", "why")
DETAILS = {"base", "head", "generations"}  # left out on a terminal that is not
WIDE = 110
NOTHING_SEEN = 100.0  # times as long: who could miss that has seen nothing
MOST_QUIET = 20  # rows a terminal shows of what needs no look
MOST_NAMES = 5  # in a sentence
LONGEST_WHY = 300
REMEDY = "Stop other work on this machine or choose another one, and run it again."


def settled(report: GateReport) -> GateReport:
    """REPORT, with no verdict from times where the machine allows none."""
    if not report.unfit:
        return report
    rows = [
        replace(row, verdict=Verdict.INCONCLUSIVE, why=row.why or "unfit machine") if row.verdict in FROM_TIMES else row
        for row in report.rows
    ]
    return replace(report, rows=rows)


def quiet(report: GateReport) -> set[Verdict]:
    """The verdicts of rows that need no look: nothing was found, or this machine could not tell."""
    return {Verdict.PASS, Verdict.SAME_CODE} | ({Verdict.INCONCLUSIVE} if report.unfit else set())


def ordered(rows: Iterable[GateRow]) -> list[GateRow]:
    """What needs a look first; among equals the largest change, or what was seen least sharply."""

    def key(row: GateRow) -> tuple[int, float, str]:
        ratio = row.ratio or 1.0
        size = {Verdict.REGRESSION: ratio, Verdict.IMPROVED: 1 / ratio}.get(row.verdict, row.detectable or math.inf)
        return ORDER.index(row.verdict), -size, row.name

    return sorted(rows, key=key)


def clean(text: str) -> str:
    """TEXT as one line that any terminal and any file can take: what cannot be printed is escaped as Python does."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def cut(text: str) -> str:
    """A clean TEXT of bearable length."""
    line = clean(text)
    return line if len(line) <= LONGEST_WHY else f"{line[: LONGEST_WHY - 2]} …"


def common_prefix(rows: Sequence[GateRow]) -> str:
    """The folders, file and class that the names of all ROWS begin with, or nothing."""
    names = [clean(row.name) for row in rows]
    if len(names) < 2 or not all("::" in name for name in names):
        return ""
    # Parameters, in brackets, may hold any character.
    steps = [re.findall(".*?(?:::|/)", name.partition("[")[0]) for name in names]
    levels = takewhile(lambda level: len(set(level)) == 1, zip(*steps, strict=False))
    return "".join(level[0] for level in levels)


def percent(ratio: float) -> str:
    """How far RATIO is from 1."""
    off = abs(ratio - 1) * 100
    return f"{off:.{0 if off >= 10 else 1}f} %"


def cells(row: GateRow, prefix: str = "") -> tuple[Any, ...]:
    """The cells of show.table for ROW: each with all its digits, and as a reader wants it."""
    name = clean(row.name)
    return (
        (name, name.removeprefix(prefix)),
        str(row.verdict),
        _optional(row.base_s, show.duration),
        _optional(row.head_s, show.duration),
        ratio_cell(vars(row) if row.ratio is not None else None, 3),
        _optional(row.detectable, lambda size: percent(size) if size < NOTHING_SEEN else "any"),
        (row.generations, str(row.generations)) if row.generations else (None, ""),
        clean(row.why),
    )


def _optional(value: float | None, text: Any) -> tuple[float | None, str]:
    return value, "" if value is None else text(value)


def print_report(report: GateReport, *, everything: bool = False) -> None:
    """The table on stdout, then sentences on stderr, the result last. EVERYTHING: no row is left out on a terminal."""
    report = settled(report)
    rows = ordered(report.rows)
    prefix, hidden = "", []
    if sys.stdout.isatty():
        prefix = common_prefix(rows)
        hidden = [row for row in rows if row.verdict in quiet(report)]
        if len(hidden) <= MOST_QUIET or everything:
            hidden = []
    left_out = {row.verdict for row in hidden}
    is_narrow = sys.stdout.isatty() and show.terminal().width < WIDE
    chosen = [i for i, column in enumerate(COLUMNS) if not (is_narrow and column in DETAILS)]
    lines = [cells(row, prefix) for row in rows if row.verdict not in left_out]
    show.table([COLUMNS[i] for i in chosen], [[line[i] for i in chosen] for line in lines])
    sys.stdout.flush()  # a log that holds both streams keeps their order
    if hidden:
        show.note(f"Not shown: {tally(hidden)}; --all shows them.")
    for line in sentences(report):
        show.note(line)


def print_json(report: GateReport, *, strict: bool) -> None:
    """One object with every row: seconds, and ratios of times."""
    report = settled(report)
    show.json_object(
        "bench gate",
        base=clean(report.base),
        head=clean(report.head),
        exit_code=report.exit_code(strict=strict),
        result=result(report),
        unfit=report.unfit or None,
        counts={str(verdict): len(report.with_verdict(verdict)) for verdict in ORDER},
        rows=[_record(row) for row in ordered(report.rows)],
        control=[_record(row) for row in report.control],
        seconds=report.seconds,
        notes=[clean(each) for each in report.notes],
    )


def _record(row: GateRow) -> dict[str, Any]:
    return vars(row) | {"name": clean(row.name), "verdict": str(row.verdict), "why": clean(row.why)}


def tally(rows: Iterable[GateRow]) -> str:
    """How many there are of each verdict."""
    verdicts = [row.verdict for row in rows]
    counts = {verdict: verdicts.count(verdict) for verdict in ORDER}
    return ", ".join(f"{n} {v if n == 1 else PLURAL.get(v, v)}" for v, n in counts.items() if n)


def finding(row: GateRow) -> str:
    """What was found about ROW, to be read after its name."""
    text = WORDS[row.verdict]
    if row.verdict in (Verdict.REGRESSION, Verdict.IMPROVED) and row.ratio is not None:
        text = f"{_change(row.ratio)} (head/base {ratio_cell(vars(row), 3)[1]})"
    elif row.verdict is Verdict.PASS and row.detectable is not None:
        text = f"{text}; {_missed(row.detectable)} could have been missed"
    return f"{text}: {cut(row.why)}" if row.why else text


def _change(ratio: float) -> str:
    if ratio >= 2:
        return f"takes {show.short(ratio, 3)} times as long"
    return f"takes {percent(ratio)} {'longer' if ratio >= 1 else 'less time'}"


def _missed(detectable: float) -> str:
    return f"slowdowns below {percent(detectable)}" if detectable < NOTHING_SEEN else "any slowdown"


def sentences(report: GateReport) -> Iterator[str]:
    """All that the table does not say, a line each; the result is the last."""
    report = settled(report)
    prefix = common_prefix(report.rows)
    if prefix:
        yield f"All names begin with {prefix}"
    sides = f"base {clean(report.base)}, head {clean(report.head)}"
    count = _counted(len(report.rows), "benchmark")
    yield f"{count} ({sides}) in {show.duration(report.seconds)}: {tally(report.rows)}."
    yield from (_sentence(cut(note)) for note in report.notes)
    if report.control:
        yield control(report.control, prefix)
    reasons: dict[str, list[GateRow]] = {}
    for row in [] if report.unfit else ordered(report.with_verdict(Verdict.INCONCLUSIVE)):
        reasons.setdefault(cut(row.why) or "neither shown nor ruled out", []).append(row)
    for reason, rows in list(reasons.items())[:MOST_NAMES]:
        yield f"Inconclusive: {_listed(_names(rows, prefix))}: {reason}."
    if more := sum(map(len, list(reasons.values())[MOST_NAMES:])):
        yield f"Inconclusive: {more} more, each for its own reason."
    fine = report.with_verdict(*FINE)
    if report.with_verdict(Verdict.REGRESSION) and fine:
        yield f"No regression shown in {_counted(len(fine), 'other benchmark')}{_sensitivity(fine, prefix)}."
    yield result(report)


def control(rows: Sequence[GateRow], prefix: str = "") -> str:
    """What base against base came to: there is no difference to find."""
    about = f"Control, base against base in {_counted(len(rows), 'benchmark')}:"
    if wrong := [row for row in rows if row.verdict in (Verdict.REGRESSION, Verdict.IMPROVED)]:
        return f"{about} {_listed(_names(wrong, prefix))} seemed to differ, though the code is the same."
    ratios = [row.ratio for row in rows if row.ratio is not None]
    if not ratios:
        return f"{about} nothing was timed."
    return f"{about} no difference shown, ratios from {min(ratios):.3f} to {max(ratios):.3f}."


def result(report: GateReport) -> str:
    """One sentence on the whole run, which promises no more than was measured."""
    report = settled(report)
    if report.unfit:
        return f"No verdict, this machine is unfit: {cut(report.unfit).removesuffix('.')}. {REMEDY}"
    prefix = common_prefix(report.rows)
    slower = ordered(report.with_verdict(Verdict.REGRESSION))
    failed = ordered(report.with_verdict(Verdict.ERROR))
    undecided = len(report.with_verdict(Verdict.INCONCLUSIVE))
    fine = report.with_verdict(*FINE)
    parts = []
    if slower:
        found = [f"{name} {finding(row)}" for name, row in zip(_names(slower, prefix), slower, strict=True)]
        parts.append(f"Regression in {len(slower)} of {_counted(len(report.rows), 'benchmark')}: {_listed(found)}")
    if failed:
        parts.append(f"{_counted(len(failed), 'benchmark')} failed: {_listed(_names(failed, prefix))}")
    if fine and not slower:
        parts.append(f"no regression shown in {_counted(len(fine), 'benchmark')}{_sensitivity(fine, prefix)}")
    if undecided:
        parts.append(f"{undecided} inconclusive")
    if not parts:
        parts.append("nothing was compared: no benchmark is on both sides")
    return _sentence("; ".join(parts))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."


def _sensitivity(rows: Sequence[GateRow], prefix: str) -> str:
    timed = sorted((row for row in rows if row.detectable is not None), key=lambda row: row.detectable or 0)
    if not timed:
        return ""
    middle, worst = (_missed(row.detectable or 0) for row in (timed[len(timed) // 2], timed[-1]))
    if middle == worst:
        return f"; {worst} could have been missed"
    (name,) = _names(timed[-1:], prefix)
    return f"; {middle} could have been missed in a typical one, {worst} in the least sensitive ({name})"


def _names(rows: Sequence[GateRow], prefix: str) -> list[str]:
    return [clean(row.name).removeprefix(prefix) for row in rows]


def _listed(names: Sequence[str]) -> str:
    few = ", ".join(names[:MOST_NAMES])
    return few if len(names) <= MOST_NAMES else f"{few} and {len(names) - MOST_NAMES} more"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
