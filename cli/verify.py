"""`dlc optimize --verify`: known answers of optimizers, theory beside measurement."""

import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from dlc.cli import progress, show
from dlc.cli.errors import BadInputError, FailedError
from dlc.reference.known_answers import KNOWN_ANSWERS, Expected, KnownAnswer

HEADERS = ("answer", "what", "relation", "theory", "measured", "difference", "tolerance", "holds", "seconds", "source")


class Row(NamedTuple):
    """One number of a known answer, measured."""

    card: KnownAnswer
    expected: Expected
    measured: float
    seconds: float  # of processor time, for the whole answer

    @property
    def holds(self) -> bool:
        """Whether theory and measurement agree."""
        return self.expected.holds(self.measured)

    @property
    def difference(self) -> float:
        """Measured − theory."""
        return self.measured - self.expected.value

    @property
    def theory(self) -> str:
        """For reading, with ≤ or ≥ where it is a bound."""
        return self.expected.relation.replace("=", "") + f"{self.expected.value:.8g}"


class NotRun(NamedTuple):
    """A known answer that could not be measured here."""

    card: KnownAnswer
    reason: str


def verify(names: Sequence[str], *, as_json: bool = False, markdown: Path | None = None) -> None:
    """Measure the known answers NAMES, or all, print them and write them to the file MARKDOWN.

    Raises UnknownNameError, BadInputError; FailedError where a number is missed.
    """
    cards = [KNOWN_ANSWERS[name] for name in dict.fromkeys(names or KNOWN_ANSWERS)]
    if markdown is not None and not markdown.absolute().parent.is_dir():
        raise BadInputError(f"--markdown {markdown}: no folder {markdown.parent}; name a file in one that exists")
    rows: list[Row] = []
    not_run: list[NotRun] = []
    with progress.compiling():
        for card in progress.over(cards, "verifying", total=len(cards)):
            try:
                rows += measured(card)
            except import_module("dlc.kernels.datasets").MissingExtraError:
                not_run.append(NotRun(card, "not run: needs dlc[data]"))
    if as_json:
        show.json_object("optimize --verify", rows=_records(rows), not_run=_unmeasured(not_run))
    else:
        show.table(HEADERS, [*_cells(rows), *([each.card.name, each.reason, *[""] * 8] for each in not_run)])
    if markdown is not None:
        _write(markdown, rows, not_run)
    missed = [row for row in rows if not row.holds]
    if missed:
        first = missed[0]
        raise FailedError(
            f"{len(missed)} of {len(rows)} known answers missed, first {first.card.name} ({first.expected.what}): "
            f"measured {first.measured:.8g}, theory {first.theory}, tolerance {first.expected.tolerance:g}"
        )
    show.note(f"all {len(rows)} known answers hold" + f"; {len(not_run)} not run" * bool(not_run))


def measured(card: KnownAnswer) -> list[Row]:
    """All numbers of a known answer. Raises MissingExtraError."""
    began = time.process_time()
    found = measurement(card)()
    seconds = time.process_time() - began
    return [Row(card, expected, value, seconds) for expected, value in zip(card.function(), found, strict=True)]


def measurement(card: KnownAnswer) -> Callable[[], list[float]]:
    """What measures it: of the same name, in the file verify_X for the reference's known_answers_X."""
    part = card.function.__module__.rpartition("_")[2]
    return getattr(import_module(f"dlc.cli.verify_{part}"), card.name)


def _cells(rows: Sequence[Row]) -> Iterator[list[Any]]:
    """Rows of a table; on a terminal what is the same for all numbers of an answer is written once."""
    shown = ""
    for row in rows:
        is_first, shown = row.card.name != shown, row.card.name
        expected = row.expected
        yield [
            (row.card.name, row.card.name * is_first),
            expected.what,
            expected.relation,
            (expected.value, f"{expected.value:.8g}"),
            (row.measured, f"{row.measured:.8g}"),
            (row.difference, show.short(row.difference, 2)),
            (expected.tolerance, f"{expected.tolerance:.2g}"),
            "yes" if row.holds else "NO",
            (row.seconds, f"{row.seconds:.1f}" * is_first),
            (row.card.source, row.card.source * is_first),
        ]


def _records(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "answer": row.card.name, "claim": row.card.formula, "what": row.expected.what,
            "relation": row.expected.relation, "theory": row.expected.value, "measured": row.measured,
            "difference": row.difference, "tolerance": row.expected.tolerance, "holds": row.holds,
            "seconds": row.seconds, "source": row.card.source,
        }
        for row in rows
    ]  # fmt: skip


def _unmeasured(not_run: Sequence[NotRun]) -> list[dict[str, str]]:
    return [{"answer": each.card.name, "claim": each.card.formula, "reason": each.reason} for each in not_run]


def _write(path: Path, rows: Sequence[Row], not_run: Sequence[NotRun]) -> None:
    """The table for a README, whole or not at all. Raises FailedError."""
    from dlc.kernels.cache import write_whole

    lines = ["| answer | what | theory | measured | tolerance | holds | source |", "|---|---|---|---|---|---|---|"]
    for row, cells in zip(rows, _cells(rows), strict=True):
        answer, source = cells[0][1], cells[-1][1]
        claim = f"**{answer}**: {row.card.formula}" if answer else ""
        holds = "yes" if row.holds else "NO"
        texts = [
            claim, row.expected.what, row.theory, f"{row.measured:.8g}", f"{row.expected.tolerance:.2g}", holds, source,
        ]  # fmt: skip
        lines.append("| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |")
    lines += [f"| **{each.card.name}** | {each.reason} |  |  |  |  |  |" for each in not_run]
    try:
        write_whole(path.absolute(), ("\n".join(lines) + "\n").encode())
    except OSError as error:
        raise FailedError(f"cannot write {path}: {error.strerror or error}; choose another --markdown") from None
