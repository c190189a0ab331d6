"""What a race allows one to say: sentences on pairs of entrants, or that no difference was shown."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from dlc.cli.paired import LEVEL, Ratio, holm, least_pairs, paired_ratio

CLEAR = 1.1  # a smaller ratio is no difference worth a sentence


@dataclass(frozen=True)
class Measure:
    """What the runs are compared by: one number for each run of each entrant, the less the better."""

    values: Mapping[str, Sequence[float]]
    unit: str  # what the better one has: "fewer gradients", "smaller loss"
    where: str  # "on rosenbrock to 1e-05 of the first loss"
    solved: float = -math.inf  # values up to it are equal


@dataclass(frozen=True)
class Comparison:
    """Two entrants over their shared runs; the first is the better one."""

    better: str
    worse: str
    ratio: Ratio
    p: float  # Holm's, over all pairs of the race
    runs: int

    @property
    def is_shown(self) -> bool:
        """Whether the difference may be spoken of: significant, and clear."""
        return self.p < LEVEL and self.ratio.low > CLEAR


def ranking(values: Mapping[str, Sequence[float]], solved: float = -math.inf) -> list[str]:
    """Names by median; where that is at most SOLVED, by how many runs are not; then by what is left of it.

    Medians that are infinite are told apart by how many runs arrived.
    """

    def key(name: str) -> tuple[float, int, float, float]:
        each = np.asarray(values[name], float)
        middle = float(np.median(each))
        finite = each[np.isfinite(each)]
        left = float(np.mean(finite)) if len(finite) else 0.0
        return max(middle, solved), int((each > solved).sum()), -len(finite), left

    return sorted(values, key=key)


def comparisons(measure: Measure) -> list[Comparison]:
    """All pairs of entrants, corrected for their number."""
    names = ranking(measure.values, measure.solved)
    pairs = list(combinations(names, 2))
    clipped = {name: np.maximum(measure.values[name], measure.solved) for name in names}
    ratios = [paired_ratio(clipped[a], clipped[b]) for a, b in pairs]
    adjusted = holm([ratio.p for ratio in ratios])
    return [
        Comparison(a, b, ratio, p, len(clipped[a])) for (a, b), ratio, p in zip(pairs, ratios, adjusted, strict=True)
    ]


def verdict(measure: Measure) -> list[str]:
    """Sentences on the leader and all others. The correction is for all pairs, for the runs choose the leader, too."""
    leader, *others = ranking(measure.values, measure.solved)
    runs = len(measure.values[leader])
    if not others:
        return [f"{leader} raced alone: there is no one to compare it with."]
    if all(math.isinf(value) for values in measure.values.values() for value in values):
        return [f"No run of any entrant arrived {measure.where}: there is no winner."]
    pairs = len(others) * (len(others) + 1) // 2
    if runs < least_pairs(pairs):
        return [
            f"{counted(runs, 'run')} cannot tell {len(others) + 1} entrants apart; race them with "
            f"--runs {least_pairs(pairs)} or more."
        ]
    found = [each for each in comparisons(measure) if each.better == leader]
    sentences = [sentence(each, measure) for each in found if each.is_shown]
    if equal := [each.worse for each in found if not each.is_shown]:
        sentences.append(f"No difference shown between {leader} and {listed(equal)} {measure.where}.")
    return sentences


def sentence(found: Comparison, measure: Measure) -> str:
    """A beats B, by how much, how surely, and in how many runs."""
    ratio, runs = found.ratio, found.runs
    if math.isinf(ratio.median):
        a, b = (int(np.isfinite(measure.values[name]).sum()) for name in (found.better, found.worse))
        by = f"{a}/{runs} starts arrive, against {b}/{runs}"
    else:
        by = f"median {_factor(ratio.median)}x {measure.unit}, {_interval(ratio)}, {ratio.wins}/{runs} starts"
    return f"{found.better} beats {found.worse} {measure.where} ({by})."


def _interval(ratio: Ratio) -> str:
    if math.isinf(ratio.high):
        return f"95 % CI {_factor(ratio.low)} or more"
    return f"95 % CI {_factor(ratio.low)}-{_factor(ratio.high)}"


def _factor(value: float) -> str:
    for below, form in ((10, ".3g"), (100, ".2g"), (1e4, ".0f")):
        if value < below:
            return format(value, form)
    return f"{value:.1e}"


def counted(count: int, noun: str) -> str:
    """A number of things."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
