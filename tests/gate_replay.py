"""`python -m tests.gate_replay RECORDING...` judges recorded generations of equal code, as the gate and others would.

Every window of consecutive generations is a run of the whole suite, from each start and in each direction. Windows
overlap: how many of them share no generation is told, too.
"""

import argparse
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import numpy as np

from dlc.cli.gate_generation import BASE, CONTROL, HEAD
from dlc.cli.gate_row import GateRow, Verdict
from dlc.cli.gate_rule import Effects, Judge, Rule, Stage
from dlc.kernels.cache import write_whole
from tests.gate_recorded import Recorded, noise_lines, sigma_classes
from tests.other_rules import OTHER_RULES

REPORT = Path(__file__).parent.parent / "bench_results" / "gate.md"
EFFECTS = (1.03, 1.05, 1.10, 1.50)
POWER_RUNS = 400  # of each effect
OVERHEAD = 0.25  # of a generation's time, for starts of processes: does not shrink with the names


@dataclass(frozen=True)
class Window:
    """A run of the gate: which side is taken for which, and from which generation on."""

    record: Recorded
    base: str
    head: str
    start: int

    def effects(self, place: int, stage: Stage) -> Effects:
        """The generation at this PLACE. A control that was only recorded now and then serves the screen."""
        third = next(side for side in (BASE, HEAD, CONTROL) if side not in (self.base, self.head))
        effects, g = self.record.effects, self.start + place
        if third in self.record.sides:
            return Effects(effects[self.base, self.head][g], effects[third, self.head][g], effects[self.base, third][g])
        control = effects[self.base, third][g] if stage is Stage.SCREEN else {}
        return Effects(effects[self.base, self.head][g], control=control)


@dataclass(frozen=True)
class Run:
    """What a run said, and took."""

    rows: list[GateRow]
    unfit: str
    generations: int
    seconds: float

    def names(self, verdict: Verdict) -> set[str]:
        return {row.name for row in self.rows if row.verdict is verdict}


def run(window: Window, rule: Rule, slower: Mapping[str, float] | None = None) -> Run:
    """Judge a window; the log effects in SLOWER are added to the head."""
    if len(window.record.sides) < 3:
        rule = replace(rule, control=0)
    judge, place, seconds = Judge(rule, window.record.names), 0, 0.0
    while (wanted := judge.wanted()).stage is not Stage.DONE:
        found = window.effects(place, wanted.stage)
        if slower:
            head = found.head | {name: found.head[name] + each for name, each in slower.items()}
            over = {name: each + slower.get(name, 0.0) for name, each in found.head_over_control.items()}
            found = Effects(head, over, found.control)
        judge.add(found)
        place += 1
        share = len(wanted.names) / len(window.record.names)
        seconds += window.record.generation_s * (OVERHEAD + (1 - OVERHEAD) * share)
    return Run(judge.rows(), judge.unfit(), place, seconds)


def windows(records: list[Recorded], length: int, stride: int) -> Iterator[Window]:
    """All of a length, in all directions."""
    for record in records:
        for base, head in permutations(record.sides, 2):
            for start in range(0, len(record.generations) - length + 1, stride):
                yield Window(record, base, head, start)


def bounds(hits: int, count: int, level: float = 0.05) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share."""

    def at_most(k: int, p: float) -> float:
        if k < 0:
            return 0.0
        logs = [math.lgamma(count + 1) - math.lgamma(j + 1) - math.lgamma(count - j + 1)
                + j * math.log(p) + (count - j) * math.log1p(-p) for j in range(k + 1)]  # fmt: skip
        return math.fsum(map(math.exp, logs))

    def solved(k: int, target: float) -> float:
        low, high = 1e-12, 1 - 1e-12
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if at_most(k, middle) > target else (low, middle)
        return low

    return (solved(hits - 1, 1 - level / 2) if hits else 0.0), (solved(hits, level / 2) if hits < count else 1.0)


def share(hits: int, count: int) -> str:
    low, high = bounds(hits, count)
    return f"{hits} of {count} ({low:.1%} to {high:.1%})"


def false_lines(records: list[Recorded], rule: Rule, stride: int) -> list[str]:
    """What the gate says where nothing has changed."""
    length = rule.screen + rule.looks[-1]
    runs = [run(window, rule) for window in windows(records, length, stride)]
    disjoint = sum(len(each.generations) // length for each in records)
    rows = len(runs[0].rows)
    lines = [
        f"{len(runs)} runs over windows of {length} generations; {disjoint} of these windows share none, so that "
        "the intervals (95 %, Clopper-Pearson) are narrower than what is known.\n",
        "| runs with | |",
        "|---|---|",
    ]
    for verdict in (Verdict.REGRESSION, Verdict.IMPROVED, Verdict.INCONCLUSIVE):
        hits = sum(bool(each.names(verdict)) for each in runs)
        lines.append(f"| a row called {verdict.value} | {share(hits, len(runs))} |")
    lines.append(f"| a machine called unfit | {share(sum(bool(each.unfit) for each in runs), len(runs))} |")
    inconclusive = [len(each.names(Verdict.INCONCLUSIVE)) for each in runs]
    generations, minutes = ([getattr(each, what) for each in runs] for what in ("generations", "seconds"))
    lines.append(
        f"\nInconclusive rows in a run of {rows}: mean {np.mean(inconclusive):.2f}, most {max(inconclusive)}. "
        f"Generations in a run: median {statistics.median(generations):.0f}, most {max(generations)}; that is about "
        f"{statistics.median(minutes) / 60:.1f} min, at most {max(minutes) / 60:.1f} min."
    )
    for verdict in (Verdict.REGRESSION, Verdict.IMPROVED, Verdict.INCONCLUSIVE):
        named = Counter(name for each in runs for name in each.names(verdict))
        if named:
            lines.append(f"\nCalled {verdict.value}: " + ", ".join(f"{k} {n}" for k, n in named.most_common(6)) + ".")
    return lines


def other_lines(records: list[Recorded], stride: int) -> list[str]:
    """What other rules say of the same slices."""
    lines = ["| rule | when | runs | red suites | red benchmarks in a suite |", "|---|---|---|---|---|"]
    for rule in OTHER_RULES:
        for when in ("right after", "half of the recording later", "in the same processes' turns"):
            counts = []
            for record in records:
                n = len(record.generations)
                gap = {"right after": rule.processes, "half of the recording later": n // 2}.get(when, 0)
                for base, head in permutations(record.sides, 2):
                    for start in range(0, n - gap - rule.processes + 1, stride):
                        counts.append(_red(rule, record, (base, start), (head, start + gap)))
            if counts:
                red = sum(each > 0 for each in counts)
                lines.append(
                    f"| {rule.name} | {when} | {len(counts)} | {red} ({red / len(counts):.0%}) | "
                    f"{np.mean(counts):.1f} |"
                )
    return lines


def _red(rule, record: Recorded, base: tuple[str, int], head: tuple[str, int]) -> int:
    """How many benchmarks a rule calls slower."""
    (a, first), (b, second) = base, head
    red = 0
    for place in range(len(record.names)):
        x = [record.slices[a][g][place] for g in range(first, first + rule.processes)]
        y = [record.slices[b][g][place] for g in range(second, second + rule.processes)]
        turns = min(map(len, [*x, *y]))
        red += rule.slower(np.array([each[:turns] for each in x]), np.array([each[:turns] for each in y]))
    return red


def power_lines(records: list[Recorded], rule: Rule) -> list[str]:
    """How often a slowdown put into one benchmark of a recorded run is found, and others are named."""
    random = np.random.default_rng(0)
    every = list(windows(records, rule.screen + rule.looks[-1], 1))
    classes = {id(each): {name: label for label, names in sigma_classes(each).items() for name in names}
               for each in records}  # fmt: skip
    labels = list(dict.fromkeys(label for each in classes.values() for label in each.values()))
    found: Counter[tuple[str, float | None]] = Counter()
    tried: Counter[tuple[str, float | None]] = Counter()
    others = runs = 0
    for effect in (*EFFECTS, None):
        for _ in range(POWER_RUNS):
            window = every[random.integers(len(every))]
            label = labels[random.integers(len(labels))]  # every class alike, however many benchmarks it has
            members = [name for name, each in classes[id(window.record)].items() if each == label]
            if not members:
                continue
            name = members[random.integers(len(members))]
            slower = effect or next(row.detectable for row in run(window, rule).rows if row.name == name)
            red = run(window, rule, {name: math.log(slower)}).names(Verdict.REGRESSION)
            tried[label, effect] += 1
            found[label, effect] += name in red
            others += bool(red - {name})
            runs += 1
    heads = " | ".join(f"+{effect - 1:.0%}" for effect in EFFECTS)
    lines = [f"| sigma of the benchmark | {heads} | what its row calls detectable |", "|---" * (len(EFFECTS) + 2) + "|"]
    for label in (each for each in ("≤ 0.5 %", "≤ 1 %", "≤ 2 %", "> 2 %") if each in labels):
        cells = " | ".join(
            f"{found[label, e] / max(1, tried[label, e]):.1%} of {tried[label, e]}" for e in (*EFFECTS, None)
        )
        lines.append(f"| {label} | {cells} |")
    return [*lines, f"\nRuns in which another benchmark was called a regression: {share(others, runs)}."]


def report(paths: list[Path], stride: int, parts: str) -> str:
    records = [Recorded(path) for path in paths]
    lines = ["# The gate on equal code\n"]
    for record in records:
        lines += [f"## Noise: {record.path.stem}\n", *noise_lines(record), ""]
    rule = Rule()
    if "f" in parts:
        lines += ["## Runs of the gate\n", *false_lines(records, rule, stride), ""]
    if "o" in parts:
        lines += ["## Rules of other tools on the same slices\n", *other_lines(records, stride), ""]
    if "p" in parts:
        lines += ["## Slowdowns put into recorded runs\n", *power_lines(records, rule), ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", nargs="+", type=Path)
    parser.add_argument("--stride", type=int, default=1, help="generations between starts of windows")
    parser.add_argument("--parts", default="fop", help="f false alarms, o other tools' rules, p power")
    parser.add_argument("--save", action="store_true", help=f"write {REPORT.name}")
    options = parser.parse_args()
    text = report(options.recordings, options.stride, options.parts)
    print(text)
    if options.save:
        write_whole(REPORT, text.encode())


if __name__ == "__main__":
    main()
