"""What the gate measures next, and what it may say: a screen of all benchmarks, then fresh proof of what moved.

One effect a generation, log(head/base), is all that counts; generations are fresh processes. The screen only chooses
whom to look at again. Its data are never used as proof, so that nobody is convicted for the bad luck that made him a
suspect. Proof is Wilcoxon's signed-rank test that the effect is beyond the margin, over the mean of two copies of the
base: it asks of the noise no more than that it falls to either side alike, be it spiky, or of two modes. Holm's
correction covers all suspects, and the looks share its level: the chance that a run convicts anyone wrongly is at most
ALPHA. Suspects of whom the screen is surer get more of that, so that a noisy crowd does not hide them. One copy alone
may be fast by bad luck for a whole run (where its files lie): the median effect over each of them must be beyond the
margin, too.
"""

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from dlc.cli.gate_detectable import POWER, Procedure, noise
from dlc.cli.gate_generation import BASE, CONTROL, HEAD, Generation
from dlc.cli.gate_row import GateRow, Verdict
from dlc.cli.paired import holm, median_interval, signed_rank_greater, walsh_averages, walsh_interval

FEWEST = 6  # effects from which an exact 95 % interval exists
CONTROL_LEVEL = 0.001  # at which all controls together may be said to lean to a side
FEWEST_MOVED = 2  # controls which must move before the machine is blamed, and not their benchmark
MOST_MOVED = 0.1  # share of controls


@dataclass(frozen=True)
class Rule:
    """The settings of a gate. Effects are ratios less 1."""

    screen: int = 4  # generations of all benchmarks
    flag: float = 0.015  # median effect in the screen which makes a suspect
    looks: tuple[int, ...] = (12, 18, 24)  # fresh generations after which a suspect may be convicted
    pauses: tuple[int, ...] = (6, 12, 18, 24)  # ... and let go
    margin: float = 0.02  # effects up to it are no regression
    alpha: float = 0.01  # chance of any wrong conviction in a run, for each direction
    futility: float = 0.01  # a suspect with a smaller median effect is let go
    detect: float = 0.10  # a row that could miss more than this has not passed
    control: float = 0.1  # share of benchmarks that have a control, in each generation of the screen
    bias: float = 0.005  # median effect over all controls which makes a machine unfit


class Stage(StrEnum):
    """What a generation is for."""

    SCREEN = "screen"
    CONFIRM = "confirm"
    DONE = "done"


@dataclass(frozen=True)
class Wanted:
    """The next generation: what to measure, and which of it against the second copy of the base, too."""

    stage: Stage
    names: tuple[str, ...] = ()
    control: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Effects:
    """What the rule reads in a generation, by the name of the benchmark."""

    head: Mapping[str, float]  # log(head/base)
    head_over_control: Mapping[str, float] = field(default_factory=dict)
    control: Mapping[str, float] = field(default_factory=dict)  # log(control/base)
    seconds: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # of base and head
    settled: Mapping[str, tuple[Verdict, str]] = field(default_factory=dict)  # without times, and why

    @classmethod
    def of(cls, generation: Generation) -> "Effects":
        """The effects of a measured generation."""
        rows = generation.rows
        controlled = {name: each for name, each in rows.items() if CONTROL in each.order}
        kinds = {Verdict.NEW: generation.new, Verdict.GONE: generation.gone, Verdict.SAME_CODE: generation.same_code}
        settled = {name: (verdict, "") for verdict, names in kinds.items() for name in names}
        return cls(
            head={name: each.effect() for name, each in rows.items()},
            head_over_control={name: each.effect(CONTROL, HEAD) for name, each in controlled.items()},
            control={name: each.effect(BASE, CONTROL) for name, each in controlled.items()},
            seconds={
                name: (statistics.median(each.of(BASE)), statistics.median(each.of(HEAD)))
                for name, each in rows.items()
            },
            settled=settled | {name: (Verdict.ERROR, why) for name, why in generation.errors.items()},
        )


@dataclass
class _Case:
    """One benchmark's effects, and what was decided."""

    name: str
    screen: list[float] = field(default_factory=list)
    fresh: list[float] = field(default_factory=list)
    fresh_over_control: list[float] = field(default_factory=list)
    proof: list[float] = field(default_factory=list)  # fresh, over the mean of both copies where there are two
    control: list[float] = field(default_factory=list)
    fresh_control: list[float] = field(default_factory=list)
    seconds: list[tuple[float, float]] = field(default_factory=list)
    direction: int = 0  # of a suspect: 1 slower, -1 faster; 0: neither, but too noisy to pass on the screen alone
    verdict: Verdict | None = None
    why: str = ""

    def decide(self, verdict: Verdict, why: str = "") -> None:
        self.verdict, self.why = verdict, why

    def least_moved(self) -> float:
        """How far all but one generation of the screen have moved in the suspected direction at least."""
        return sorted(self.direction * each for each in self.screen)[1]

    def evidence(self) -> list[float]:
        """Effects that were not chosen by their size: of a suspect the fresh ones alone."""
        if not self.direction:
            return self.screen + self.fresh
        return self.proof if len(self.proof) >= FEWEST else self.screen

    def noise(self) -> float:
        """Of a generation, head over one copy of the base."""
        return noise(self.fresh if self.direction and len(self.fresh) >= FEWEST else self.screen + self.fresh)

    def moved(self) -> float:
        """The median effect in the suspected direction, over that copy of the base over which it is less."""
        copies = [self.fresh, self.fresh_over_control] if self.fresh_over_control else [self.fresh]
        return min(self.direction * statistics.median(each) for each in copies)


class Judge:
    """Takes generations, says what the next one should measure, and gives the verdicts."""

    def __init__(self, rule: Rule, names: Iterable[str]):
        self.rule = rule
        self._cases = {name: _Case(name) for name in sorted(names)}
        self._done = {Stage.SCREEN: 0, Stage.CONFIRM: 0}
        self._stage = Stage.SCREEN if self._cases else Stage.DONE
        self._slower = 0  # suspects of a slowdown

    def wanted(self) -> Wanted:
        """What to measure next; every suspect is measured against the control as well.

        After the screen these are suspects, and rows so noisy that four generations do not say what they could miss.
        """
        if self._stage is Stage.DONE:
            return Wanted(Stage.DONE)
        names = tuple(case.name for case in self._open())
        if self._stage is Stage.CONFIRM:
            return Wanted(self._stage, names, frozenset(case.name for case in self._open() if case.direction))
        period = max(1, min(round(1 / self.rule.control), len(names))) if self.rule.control else 0
        turn = self._done[Stage.SCREEN]
        return Wanted(self._stage, names, frozenset(names[turn % period :: period] if period else ()))

    def add(self, generation: Generation | Effects) -> None:
        """Take what was measured, and decide what can be decided."""
        effects = Effects.of(generation) if isinstance(generation, Generation) else generation
        for case in self._open():
            if case.name in effects.settled:
                case.decide(*effects.settled[case.name])
            elif case.name in effects.head:
                self._take(case, effects)
        if self._stage is not Stage.DONE:
            self._done[self._stage] += 1
        if self._stage is Stage.SCREEN and self._done[Stage.SCREEN] == self.rule.screen:
            self._choose_suspects()
            self._stage = Stage.CONFIRM
        elif self._stage is Stage.CONFIRM:
            if self._done[Stage.CONFIRM] in self.rule.looks:
                self._convict()
            if self._done[Stage.CONFIRM] in self.rule.pauses:
                self._let_go()
                self._give_up()
            if self._done[Stage.CONFIRM] == self.rule.looks[-1]:
                self.stop(f"neither shown nor ruled out in {self.rule.looks[-1]} fresh generations")
        if not self._open():
            self._stage = Stage.DONE

    def focus(self, most: int, reason: str) -> None:
        """Keep the MOST suspects that the screen is surest of; others stay undecided, for this REASON.

        To be called before the proof has begun: the choice must not depend on its data.
        """
        suspects = [case for case in self._open() if case.direction]
        for case in sorted(suspects, key=_Case.least_moved, reverse=True)[most:]:
            self._slower -= case.direction == 1
            case.direction = 0
            case.decide(Verdict.INCONCLUSIVE, f"{_percent(statistics.median(case.screen))} in the screen; {reason}")
        if not self._open():
            self._stage = Stage.DONE

    def stop(self, reason: str) -> None:
        """Measure no more; what is undecided stays so, for this REASON, which must not lie in the data.

        Suspects get the look that they would have had next.
        """
        if self._stage is Stage.CONFIRM and self._done[Stage.CONFIRM] not in self.rule.looks:
            self._convict()
            self._let_go()
        for case in self._open():
            case.decide(Verdict.INCONCLUSIVE, self._known(case) or reason)
        self._stage = Stage.DONE

    def rows(self) -> list[GateRow]:
        """A row for each benchmark, in the order of their names."""
        return [self._row(case) for case in self._cases.values()]

    def control_rows(self) -> list[GateRow]:
        """The control against the base, wherever it was measured: judged like suspects where there is as much data."""
        moved = self._moved_controls()
        rows = []
        for case in self._cases.values():
            if effects := case.fresh_control or case.control:
                low, high = walsh_interval(effects)
                ratio = _exp(float(statistics.median(walsh_averages(effects))))
                rows.append(GateRow(
                    case.name, moved.get(case.name, Verdict.PASS), ratio=ratio, low=_exp(low), high=_exp(high),
                    generations=len(effects),
                ))  # fmt: skip
        return rows

    def unfit(self) -> str:
        """Why no verdict of this run can be trusted, or nothing."""
        pooled = [each for case in self._cases.values() for each in case.control]
        low, high = median_interval(np.array(pooled), CONTROL_LEVEL) if pooled else (0.0, 0.0)
        bias = math.log1p(self.rule.bias)
        if low > bias or high < -bias:
            return f"the control differs from the base by {_percent(statistics.median(pooled))} in the median benchmark"
        tested = sum(len(case.fresh_control) >= FEWEST for case in self._cases.values())
        moved = self._moved_controls()
        if len(moved) >= max(FEWEST_MOVED, MOST_MOVED * tested):
            return f"{len(moved)} of {tested} controls differ from the base, which is the same code"
        return ""

    def _open(self) -> list[_Case]:
        return [case for case in self._cases.values() if case.verdict is None]

    def _take(self, case: _Case, effects: Effects) -> None:
        is_screen = self._stage is Stage.SCREEN
        (case.screen if is_screen else case.fresh).append(effects.head[case.name])
        if case.name in effects.control:
            (case.control if is_screen else case.fresh_control).append(effects.control[case.name])
        if case.name in effects.head_over_control and not is_screen:
            case.fresh_over_control.append(effects.head_over_control[case.name])
            case.proof.append((effects.head[case.name] + effects.head_over_control[case.name]) / 2)
        elif not is_screen:
            case.proof.append(effects.head[case.name])
        if case.name in effects.seconds:
            case.seconds.append(effects.seconds[case.name])

    def _choose_suspects(self) -> None:
        flag = math.log1p(self.rule.flag)
        for case in self._open():
            if len(case.screen) < self.rule.screen:
                case.decide(Verdict.INCONCLUSIVE, f"timed in {len(case.screen)} of {self.rule.screen} generations")
            elif abs(middle := statistics.median(case.screen)) >= flag:
                case.direction = 1 if middle > 0 else -1
                self._slower += case.direction == 1
        for case in self._open():
            if not case.direction and self._sees_enough(case):
                case.decide(Verdict.PASS)

    def _p(self, effects: Iterable[float]) -> float:
        """That the true effect is not beyond the margin."""
        margin = math.log1p(self.rule.margin)
        return signed_rank_greater([each - margin for each in effects])

    def _p_of(self, case: _Case) -> float:
        if case.verdict or not case.proof or case.moved() <= math.log1p(self.rule.margin):
            return 1.0
        return self._p(case.direction * each for each in case.proof)

    def _convict(self) -> None:
        """Holm's correction counts those who were let go; those convicted before no longer have to be.

        The k-th surest suspect of the screen has the weight 1/k: the screen is not part of the proof.
        """
        for direction, verdict in ((1, Verdict.REGRESSION), (-1, Verdict.IMPROVED)):
            family = [c for c in self._suspects(direction) if c.verdict is not verdict]
            weights = [1 / rank for rank in range(1, len(family) + 1)]
            for case, adjusted in zip(family, holm([self._p_of(each) for each in family], weights), strict=True):
                if adjusted <= self._level():
                    case.decide(verdict)

    def _suspects(self, direction: int) -> list[_Case]:
        """The surest first."""
        found = [case for case in self._cases.values() if case.direction == direction]
        return sorted(found, key=_Case.least_moved, reverse=True)

    def _level(self) -> float:
        return self.rule.alpha / len(self.rule.looks)

    def _let_go(self) -> None:
        """Who moves little over either copy of the base, or surely by less than the margin."""
        futility, margin = math.log1p(self.rule.futility), math.log1p(self.rule.margin)
        for case in self._open():
            if not case.direction:
                is_clear = self._sees_enough(case)
            elif len(case.proof) < FEWEST:
                is_clear = False
            else:
                most = walsh_interval([case.direction * each for each in case.proof])[1]
                is_clear = case.moved() < futility or most < margin
            if is_clear:
                case.decide(Verdict.PASS)

    def _give_up(self) -> None:
        """Of rows that are merely noisy: a first pause may show that the screen exaggerated, a second no more."""
        for case in self._open():
            if not case.direction and self._done[Stage.CONFIRM] >= self.rule.pauses[1]:
                case.decide(Verdict.INCONCLUSIVE, self._known(case))

    def _sees_enough(self, case: _Case) -> bool:
        return self._procedure(case).power(math.log1p(self.rule.detect), case.noise()) >= POWER

    def _known(self, case: _Case) -> str:
        """What the data say of a row that was not decided."""
        margin = math.log1p(self.rule.margin)
        is_shown = case.direction and self._p(case.direction * each for each in case.proof) <= self._level()
        if is_shown and case.moved() <= margin:
            return "shown against one copy of the base, not against the other"
        if len(case.screen) == self.rule.screen and not self._sees_enough(case):
            return f"too noisy: could have missed a slowdown of {self._detectable(case) - 1:.0%}"
        return ""

    def _moved_controls(self) -> dict[str, Verdict]:
        """By the test of suspects, in both directions."""
        tested = [case for case in self._cases.values() if len(case.fresh_control) >= FEWEST]
        signed = [(case.name, sign, [sign * x for x in case.fresh_control]) for sign in (1, -1) for case in tested]
        adjusted = holm([self._p(effects) for _, _, effects in signed])
        return {
            name: Verdict.REGRESSION if sign > 0 else Verdict.IMPROVED
            for (name, sign, _), p in zip(signed, adjusted, strict=True)
            if p <= self.rule.alpha
        }

    def _row(self, case: _Case) -> GateRow:
        verdict, why = case.verdict or Verdict.INCONCLUSIVE, case.why if case.verdict else "not measured to the end"
        effects = case.evidence()
        if not effects or verdict in (Verdict.ERROR, Verdict.NEW, Verdict.GONE, Verdict.SAME_CODE):
            return GateRow(case.name, verdict, why=why)
        low, high = walsh_interval(effects)
        base_s, head_s = map(statistics.median, zip(*case.seconds, strict=True)) if case.seconds else (None, None)
        if verdict is Verdict.PASS and not self._sees_enough(case):
            verdict, why = Verdict.INCONCLUSIVE, self._known(case)
        return GateRow(
            case.name, verdict, base_s, head_s, _exp(float(statistics.median(walsh_averages(effects)))),
            _exp(low), _exp(high), self._detectable(case) if len(effects) > 1 else None,
            len(case.screen) + len(case.fresh), why,
        )  # fmt: skip

    def _detectable(self, case: _Case) -> float:
        return _exp(self._procedure(case).detectable(case.noise()))

    def _procedure(self, case: _Case) -> Procedure:
        """What a slowdown of a benchmark had to pass, beside the other suspects of this run."""
        rule = self.rule
        is_controlled = bool(case.fresh_over_control if case.direction and case.fresh else rule.control)
        return Procedure(
            screen=rule.screen, flag=math.log1p(rule.flag), proof=rule.looks[-1], margin=math.log1p(rule.margin),
            level=self._level() / max(1, self._slower + (case.direction != 1)), copies=1 + is_controlled,
        )  # fmt: skip


def _exp(effect: float) -> float:
    return math.exp(min(effect, 700.0))


def _percent(effect: float) -> str:
    return f"{math.expm1(effect):+.1%}"
