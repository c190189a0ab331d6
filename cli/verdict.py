"""What a race allows one to say: an exact sign test over shared runs, corrected for the number of comparisons."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import median

LEVEL = 0.05


def sign_test(wins: int, losses: int) -> float:
    """Two-sided p of a fair coin: min(1, 2·Σ_{k ≤ min(wins, losses)} C(n,k)/2ⁿ), n = wins + losses; ties left out."""
    n = wins + losses
    return min(1.0, 2 * sum(math.comb(n, k) for k in range(min(wins, losses) + 1)) / 2**n)


def holm(p: Sequence[float]) -> list[float]:
    """P-values corrected for their number (Holm 1979), in their own order."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted, highest = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = highest
    return adjusted


def ranking(losses: Mapping[str, Sequence[float]], solved: float = -math.inf) -> list[str]:
    """Names by median loss; where that is at most SOLVED, by how many runs are not; then by what is left of it."""

    def key(name: str) -> tuple[float, int, float]:
        middle = median(losses[name])
        return max(middle, solved), sum(loss > solved for loss in losses[name]), middle

    return sorted(losses, key=key)


def verdict(losses: Mapping[str, Sequence[float]], solved: float = -math.inf) -> str:
    """One sentence on the losses of each entrant, run by run; losses up to SOLVED are equal.

    The leader is chosen by the runs that judge it, so the correction is for all pairs of entrants and not for the
    leader's alone.
    """
    leader, *others = names = ranking(losses, solved)
    runs, pairs = len(losses[leader]), list(combinations(names, 2))
    if not others:
        return f"{leader} raced alone: there is no one to compare it with."
    if min(map(min, losses.values())) == math.inf:
        return "Every run of every entrant diverged: there is no winner."
    if sign_test(runs, 0) * len(pairs) > LEVEL:
        needed = math.ceil(math.log2(2 * len(pairs) / LEVEL))
        return (
            f"{_counted(runs, 'run')} cannot tell {len(losses)} entrants apart; race them with --runs {needed} or more."
        )
    scores = {pair: _score(*([max(loss, solved) for loss in losses[name]] for name in pair)) for pair in pairs}
    adjusted = dict(zip(pairs, holm([sign_test(*score) for score in scores.values()]), strict=True))
    beaten = [
        other
        for other in others
        if scores[leader, other][0] > scores[leader, other][1] and adjusted[leader, other] < LEVEL
    ]
    equal = [other for other in others if other not in beaten]
    parts = []
    if beaten:
        parts.append(f"{leader} beats {_listed(beaten)}")
    if equal:
        parts.append(f"{'no' if beaten else 'No'} difference shown between {leader} and {_listed(equal)}")
    sentence = "; ".join(parts)
    how = f"sign test over {runs} shared runs at level {LEVEL:g}, corrected for {_counted(len(pairs), 'pair')}"
    return f"{sentence} ({how})."


def _score(a: Sequence[float], b: Sequence[float]) -> tuple[int, int]:
    """In how many runs A ended below B, and above it."""
    return sum(x < y for x, y in zip(a, b, strict=True)), sum(x > y for x, y in zip(a, b, strict=True))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
