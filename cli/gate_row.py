"""What the gate says: a verdict for each benchmark, and the report of a whole run."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """What was found about one benchmark."""

    REGRESSION = "regression"  # slower by more than the margin, confirmed on fresh processes
    IMPROVED = "improved"
    PASS = "pass"
    INCONCLUSIVE = "inconclusive"  # neither shown nor ruled out
    SAME_CODE = "same code"  # machine code and inputs are the same bytes on both sides: not timed
    NEW = "new"  # not there on the base side
    GONE = "gone"  # not there on the head side
    ERROR = "error"  # failed, or hung, on one side


@dataclass(frozen=True)
class GateRow:
    """One benchmark: head/base as a ratio of times, with its interval, and what could have been missed.

    Numbers are None where nothing was timed. DETECTABLE is the smallest slowdown, as a ratio above 1, that this run
    would have called a regression in 80 of 100 cases. Seconds are per call, the median over generations.
    """

    name: str
    verdict: Verdict
    base_s: float | None = None
    head_s: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    detectable: float | None = None
    generations: int = 0
    why: str = ""  # one line where a verdict needs it: the error, what stopped the confirmation


@dataclass(frozen=True)
class GateReport:
    """A finished run of the gate."""

    base: str  # what was compared, as a reader calls it: a short revision, an interpreter, a command
    head: str
    rows: Sequence[GateRow]
    control: Sequence[GateRow] = ()  # base code against base code, measured in the same run
    unfit: str = ""  # why this machine allowed no verdict, or nothing
    seconds: float = 0.0
    notes: Sequence[str] = field(default=())  # dirty tree, budget used up, what was left out

    def with_verdict(self, *verdicts: Verdict) -> list[GateRow]:
        """The rows of these VERDICTS."""
        return [row for row in self.rows if row.verdict in verdicts]

    def exit_code(self, *, strict: bool) -> int:
        """0 pass, 1 regression, 3 inconclusive (if STRICT), 4 unfit machine, 5 a benchmark failed.

        An unfit machine allows no verdict at all; a proven regression counts more than a failed benchmark.
        """
        if self.unfit:
            return 4
        if self.with_verdict(Verdict.REGRESSION):
            return 1
        if self.with_verdict(Verdict.ERROR):
            return 5
        return 3 if strict and self.with_verdict(Verdict.INCONCLUSIVE) else 0
