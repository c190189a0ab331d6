"""Losses of sequences that are not in step with their targets: in logarithms, over all ways to align them."""

import math

from dlc.kernels.entries import plus
from dlc.kernels.light import log_long
from dlc.kernels.loss_rows import at_least, exp_or_0, exponentials, number, undefined
from dlc.kernels.scalar import inlined

NEVER = -1e30  # the logarithm of the chance of what cannot be


@inlined
def log_sum(a, b, c):
    """log(e^a + e^b + e^c)."""
    top = at_least(at_least(a, b), c)
    shares = exp_or_0(a - top) + exp_or_0(b - top)
    return top + log_long(shares + exp_or_0(c - top))


@inlined
def spelled(t, classes, blank, path, skips):
    """How many places the symbols have with blanks around them; their classes, and where a blank may be left out.

    0 where a symbol is no class.
    """
    count = 0
    while count < t.size and t[count] != blank:
        if not 0.0 <= t[count] < classes or t[count] != int(t[count]):
            return 0
        count += 1
    for s in range(2 * count + 1):
        path[s] = t[s // 2] if s % 2 else blank
        skips[s] = 0.0 if s % 2 and s > 1 and t[s // 2] != t[s // 2 - 1] else NEVER
    return 2 * count + 1


@inlined
def ctc(p, t, out, notes, classes=3.0, blank=0.0):
    k, frames = int(classes), t.size
    most = 2 * frames + 1
    path, skips, later, latest = notes[2][:most], notes[2][most:], notes[2][2 * most :], notes[2][3 * most :]
    size = spelled(t, classes, blank, path, skips)
    if size == 0:
        return undefined(out)
    ways, logs, hits = notes[0], notes[1], notes[3]
    for f in range(frames):
        row = p[f * k : (f + 1) * k]
        top, rest = exponentials(row, notes[3:])
        shift = math.log1p(rest)
        for c in range(k):
            logs[f * k + c] = row[c] - top - shift
    for s in range(size):
        ways[s] = logs[int(path[s])] if s < 2 else NEVER
    for f in range(1, frames):
        before, here = ways[(f - 1) * size : f * size], ways[f * size : (f + 1) * size]
        for s in range(size):
            one = before[s - 1] if s > 0 else NEVER
            two = before[s - 2] + skips[s] if s > 1 else NEVER
            here[s] = log_sum(before[s], one, two) + logs[f * k + int(path[s])]
    last = ways[(frames - 1) * size :]
    total = log_sum(last[size - 1], last[size - 2] if size > 1 else NEVER, NEVER)
    if total < 0.5 * NEVER:
        undefined(out)
        return math.inf
    for i in range(p.size):
        hits[i] = 0.0
    for s in range(size):
        later[s] = 0.0 if s >= size - 2 else NEVER
    for f in range(frames - 1, -1, -1):
        for s in range(size):
            hits[f * k + int(path[s])] += exp_or_0(ways[f * size + s] + later[s] - total)
            later[s] = at_least(later[s] + logs[f * k + int(path[s])], NEVER)
        for s in range(size):
            one = later[s + 1] if s + 1 < size else NEVER
            two = later[s + 2] + skips[s + 2] if s + 2 < size else NEVER
            latest[s] = log_sum(later[s], one, two)
        later, latest = latest, later
    for i in range(p.size):
        out[i] = exp_or_0(logs[i]) - hits[i]
    return -total


@inlined
def soft_least(a, b, c, gamma):
    """−gamma·log(e^(−a/gamma) + e^(−b/gamma) + e^(−c/gamma))."""
    return -gamma * log_sum(-a / gamma, -b / gamma, -c / gamma)


@inlined
def soft_dtw(p, t, out, notes, gamma=1.0):
    n, costs, after, here = p.size, notes[0], notes[1], notes[2]
    for i in range(n):
        for j in range(n):
            d = number(p[i]) - t[j]
            above = costs[(i - 1) * n + j] if i > 0 else math.inf
            left = costs[i * n + j - 1] if j > 0 else math.inf
            corner = costs[(i - 1) * n + j - 1] if i > 0 and j > 0 else math.inf
            costs[i * n + j] = d * d + (soft_least(above, left, corner, gamma) if i + j > 0 else 0.0)
    for i in range(n - 1, -1, -1):
        slope = 0.0
        for j in range(n - 1, -1, -1):
            share = 1.0 if i == n - 1 and j == n - 1 else 0.0
            for step in range(1, 4):  # one further in t, in p, in both
                a, b = i + step // 2, j + step % 2
                if a < n and b < n:
                    d = number(p[a]) - t[b]
                    e = exp_or_0((costs[a * n + b] - d * d - costs[i * n + j]) / gamma)
                    share += e * (here[b] if a == i else after[b])
            here[j] = share
            slope = plus(slope, 2.0 * (number(p[i]) - t[j]) * share)
        out[i] = slope
        after, here = here, after
    return costs[n * n - 1]
