"""One run of the gate: measures what the rule asks for, as long as there is time, and reports what it may say."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dlc.cli.gate_generation import Generation, Recording
from dlc.cli.gate_row import GateReport
from dlc.cli.gate_rule import Judge, Rule, Stage, Wanted

OUT_OF_TIME = "the time limit ended it"
CONFIRM_VISIT = 4  # a benchmark takes so many times as long in the proof: more turns, and a control


class Source(Protocol):
    """What gives generations: workers of pytest, or whole commands."""

    def names(self) -> list[str]:
        """What there is to time."""
        ...

    def generation(self, names: Collection[str], number: int, control: Collection[str] = ()) -> Generation:
        """Time these names in fresh processes, those in CONTROL against a second copy of the base, too."""
        ...

    def notes(self) -> list[str]:
        """What else was found."""
        ...


class Opened(Protocol):
    """A source, what readers call its sides, and what they have to know."""

    source: Source
    base: str
    head: str

    def told(self) -> list[str]:
        """Notes, once all is measured."""
        ...


@dataclass
class Run:
    """The loop of a gate, with a clock. DEADLINE is a time of that clock, RECORD the file that keeps every slice."""

    rule: Rule
    deadline: float | None = None
    record: Path | None = None
    clock: Callable[[], float] = time.monotonic
    interrupted: bool = False
    _skipped: set[str] = field(default_factory=set)
    _disturbed: int = 0
    _focused: bool = False

    def report(self, opened: Opened, begun: float) -> GateReport:
        """Measure, and say what may be said. BEGUN is when the work on the sides did."""
        judge = Judge(self.rule, opened.source.names())
        recording = Recording(self.record, {"base": opened.base, "head": opened.head}) if self.record else None
        self._measure(judge, opened.source, recording)
        notes = opened.told()
        if recording and recording.broken:
            notes.append(f"the recording {recording.path} is cut off: {recording.broken}")
        if self._skipped:
            notes.append(f"Skipped by themselves on both sides: {', '.join(sorted(self._skipped))}")
        if self._disturbed:
            notes.append(f"{self._disturbed} turns were taken again, because another process was given the core.")
        return GateReport(
            opened.base,
            opened.head,
            [row for row in judge.rows() if row.name not in self._skipped],
            control=judge.control_rows(),
            unfit=judge.unfit(),
            seconds=self.clock() - begun,
            notes=notes,
        )

    def _measure(self, judge: Judge, source: Source, recording: Recording | None) -> None:
        """Measure until all is decided, the time is used up, or Ctrl-C."""
        number, starting, visit = 0, 0.0, 0.0  # seconds of a start, and of one benchmark then
        try:
            while (wanted := judge.wanted()).stage is not Stage.DONE:
                if self._gives_up(judge, wanted, starting, visit):
                    continue
                number, begun = number + 1, self.clock()
                generation = source.generation(wanted.names, number, wanted.control)
                starting = generation.starting_s
                visit = (self.clock() - begun - starting) / len(wanted.names)
                self._skipped |= generation.skipped
                self._disturbed += generation.disturbed
                if recording:
                    recording.add(generation)
                judge.add(generation)
        except KeyboardInterrupt:
            self.interrupted = True
            judge.stop("interrupted")

    def _gives_up(self, judge: Judge, wanted: Wanted, starting: float, visit: float) -> bool:
        """Whether the time that is left made JUDGE want less: fewer suspects, once, before the proof; then nothing."""
        if self.deadline is None:
            return False
        left = self.deadline - self.clock()
        if wanted.stage is Stage.CONFIRM and visit and not self._focused:
            self._focused = True
            a_generation = left / self.rule.looks[-1] - starting
            judge.focus(max(1, int(a_generation / (CONFIRM_VISIT * visit))), OUT_OF_TIME)
            return True
        if starting + visit * len(wanted.names) > left:
            judge.stop(OUT_OF_TIME)
            return True
        return False
