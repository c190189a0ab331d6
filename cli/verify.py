"""`dlc optimize --verify`: known answers of optimizers, theory beside measurement."""

import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from dlc.cli import progress, show
from dlc.cli.errors import BadInputError, FailedError
from dlc.reference.family import UnknownNameError
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
    cards = [_card(name) for name in dict.fromkeys(names or KNOWN_ANSWERS)]
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
        _tell(rows, not_run)
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


def _card(name: str) -> KnownAnswer:
    if name not in KNOWN_ANSWERS:
        known = KNOWN_ANSWERS.names
        raise UnknownNameError("known answer", name, known, f"there are {', '.join(known)}")
    return KNOWN_ANSWERS[name]


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


def _tell(rows: Sequence[Row], not_run: Sequence[NotRun]) -> None:
    """One table in a pipe; on a terminal one for each answer, below what it claims and where that is from."""
    if not sys.stdout.isatty():
        cells = [
            [
                row.card.name, row.expected.what, row.expected.relation, row.expected.value, row.measured,
                row.difference, row.expected.tolerance, "yes" if row.holds else "NO", row.seconds, row.card.source,
            ]
            for row in rows
        ]  # fmt: skip
        show.table(HEADERS, [*cells, *([each.card.name, each.reason, *[""] * 8] for each in not_run)])
        return
    for card, numbers in groupby(rows, lambda row: row.card):
        group = list(numbers)
        texts = [
            [
                row.expected.what, row.theory, f"{row.measured:.8g}", show.short(row.difference, 2),
                f"{row.expected.tolerance:.2g}", "yes" if row.holds else "NO",
            ]
            for row in group
        ]  # fmt: skip
        show.terminal().print(f"{card.name} ({group[0].seconds:.1f} s)", style="bold")
        show.terminal().print(f"{card.formula}\n{card.source}")
        show.table(("what", "theory", "measured", "difference", "tolerance", "holds"), texts)
        show.terminal().print()
    for each in not_run:
        show.terminal().print(f"{each.card.name}: {each.reason}")


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
    for row, before in zip(rows, [None, *rows], strict=False):
        is_first = before is None or before.card is not row.card
        texts = [
            f"**{row.card.name}**: {row.card.formula}" * is_first, row.expected.what, row.theory,
            f"{row.measured:.8g}", f"{row.expected.tolerance:.2g}", "yes" if row.holds else "NO",
            row.card.source * is_first,
        ]  # fmt: skip
        lines.append("| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |")
    lines += [f"| **{each.card.name}** | {each.reason} |  |  |  |  |  |" for each in not_run]
    try:
        write_whole(path.absolute(), ("\n".join(lines) + "\n").encode())
    except OSError as error:
        raise FailedError(f"cannot write {path}: {error.strerror or error}; choose another --markdown") from None
