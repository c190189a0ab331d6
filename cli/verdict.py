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


def verdict(losses: Mapping[str, Sequence[float]], solved: float = -math.inf) -> str:
    """One sentence on the losses of each entrant, run by run; losses up to SOLVED are equal.

    The leader has the least median. It is chosen by the runs that judge it, so the correction is over all pairs of
    entrants and not over the leader's alone.
    """
    clipped = {name: [max(loss, solved) for loss in of_runs] for name, of_runs in losses.items()}
    leader = min(clipped, key=lambda name: (median(clipped[name]), median(losses[name])))
    runs = len(losses[leader])
    pairs = list(combinations(clipped, 2))
    if not pairs:
        return f"{leader} raced alone: there is no one to compare it with."
    if math.inf == min(min(of_runs) for of_runs in losses.values()):
        return "Every run of every entrant diverged: there is no winner."
    if sign_test(runs, 0) * len(pairs) > LEVEL:
        needed = math.ceil(math.log2(2 * len(pairs) / LEVEL))
        return f"{_runs(runs)} cannot show a difference between {len(losses)} entrants; race them with --runs {needed}."
    adjusted = dict(zip(pairs, holm([sign_test(*_score(clipped[a], clipped[b])) for a, b in pairs]), strict=True))
    beaten, open_ = [], []
    for other in clipped:
        if other == leader:
            continue
        wins, lost = _score(clipped[leader], clipped[other])
        p = adjusted.get((leader, other), adjusted.get((other, leader), 1.0))
        (beaten if p < LEVEL and wins > lost else open_).append(other)
    how = f"sign test over {runs} shared runs, p < {LEVEL:g} after Holm's correction for {_pairs(len(pairs))}"
    if not beaten:
        return f"No difference shown between {leader} and {_listed(open_)} ({how})."
    if not open_:
        return f"{leader} beats {_listed(beaten)} ({how})."
    return f"{leader} beats {_listed(beaten)} ({how}); no difference shown between {leader} and {_listed(open_)}."


def _score(a: Sequence[float], b: Sequence[float]) -> tuple[int, int]:
    """In how many runs A ended below B, and above it."""
    return sum(x < y for x, y in zip(a, b, strict=True)), sum(x > y for x, y in zip(a, b, strict=True))


def _runs(count: int) -> str:
    return "One run" if count == 1 else f"{count} runs"


def _pairs(count: int) -> str:
    return "1 pair" if count == 1 else f"{count} pairs"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
