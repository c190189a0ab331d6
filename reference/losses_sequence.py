"""Losses of sequences that are not in step with their targets."""

from math import inf

from dlc.reference.loss_family import LOSSES
from dlc.reference.loss_rows import Row, greatest, softmax
from dlc.reference.numbers import Number, exp, log

# A card reads as one entry of a table.
# fmt: off


def frames_of(columns: int, *, classes: float, **_params: float) -> int:
    """How many rows of logits there are, and as many places for symbols. Raises ValueError for a part of one."""
    if columns % int(classes):
        raise ValueError(f"a row holds classes = {int(classes)} logits for each frame, not {columns} numbers")
    return columns // int(classes)


def with_blanks(t: Row, blank: Number) -> list[int]:
    """The symbols before the first blank, with blanks between, before and after them."""
    symbols = [int(y) for y in t]
    symbols = symbols[: symbols.index(int(blank))] if int(blank) in symbols else symbols
    return [int(blank), *(each for y in symbols for each in (y, int(blank)))]


def chances(shares: list[list[Number]], path: list[int]) -> list[list[Number]]:
    """For each frame and place of the path: the chance of all ways that lead there."""
    found: list[list[Number]] = []
    for k, frame in enumerate(shares):
        row = []
        for s, symbol in enumerate(path):
            if k == 0:
                reached = int(s < 2)
            else:
                may_skip = s > 1 and symbol != path[s - 2] and symbol != path[0]
                reached = found[-1][s] + (found[-1][s - 1] if s else 0) + (found[-1][s - 2] if may_skip else 0)
            row.append(reached * frame[symbol])
        found.append(row)
    return found


def ctc_parts(p: Row, t: Row, classes: Number, blank: Number) -> tuple[list[list[Number]], list[int], Number]:
    """The softmax of each frame, the path with blanks, and the chance of the symbols."""
    shares = [softmax(p[i : i + int(classes)]) for i in range(0, len(p), int(classes))]
    path = with_blanks(t, blank)
    return shares, path, sum(chances(shares, path)[-1][-2:])


def ctc_gradient(p: Row, t: Row, classes: Number = 3.0, blank: Number = 0.0) -> list[Number]:
    """softmax(p) of the frame − the chance, given the symbols, that the frame is it; nan for impossible ones."""
    shares, path, total = ctc_parts(p, t, classes, blank)
    if not total:
        return [z * float("nan") for z in p]
    forward, backward = chances(shares, path), chances(shares[::-1], path[::-1])[::-1]
    slopes = [[*frame] for frame in shares]
    for k, frame in enumerate(shares):
        for s, symbol in enumerate(path):
            slopes[k][symbol] -= forward[k][s] * backward[k][len(path) - 1 - s] / frame[symbol] / total
    return [g for frame in slopes for g in frame]


def ctc_terms(p: Row, t: Row, classes: Number, blank: Number) -> Number:
    """The size of the logarithm of the least likely way."""
    return max(1, len(p) / classes) * max(1, 2 * greatest(p))


@LOSSES.card(
    "−log Σ over all ways to spell t with repeats and blanks of Π softmax(pₖ)ₛ, k the frames", gradient=ctc_gradient,
    gradient_terms=ctc_terms, terms=ctc_terms, pred="logits", target="symbols", row=True, perfect=False,
    target_length=frames_of,
    remembers=lambda columns, classes, **_: max(4, columns // int(classes)) * (2 * (columns // int(classes)) + 1),
    requires=(
        ("classes is 2, 3, ...", lambda classes: classes >= 2 and classes == int(classes)),
        ("blank is a class", lambda classes, blank: 0 <= blank < classes and blank == int(blank)),
    ),
    ulp={"float32": (1, 1), "float64": (4, 4)}, aliases=("connectionist_temporal_classification",),
    source="Graves, Fernández, Gomez & Schmidhuber 2006, ICML",
)
def ctc(p: Row, t: Row, classes: float = 3.0, blank: float = 0.0) -> Number:
    """The surprise of a sequence of symbols, by logits of frames that do not say where each symbol is.

    A row holds `classes` logits for each frame; the target as many places, the symbols first, then blanks. Infinite
    where there are more symbols than frames can hold.
    """
    return -log(ctc_parts(p, t, classes, blank)[2])


def soft_dtw_table(p: Row, t: Row, gamma: Number) -> list[list[Number]]:
    """What the best ways to each pair of places cost, softly."""
    found: list[list[Number]] = []
    for i, z in enumerate(p):
        row: list[Number] = []
        for j, y in enumerate(t):
            before = [found[i - 1][j]] if i else []
            before += [row[j - 1]] if j else []
            before += [found[i - 1][j - 1]] if i and j else []
            least = min(before) if before else 0
            soft = least - gamma * log(sum(exp((least - each) / gamma) for each in before)) if before else 0
            row.append((z - y) ** 2 + soft)
        found.append(row)
    return found


def soft_dtw_gradient(p: Row, t: Row, gamma: Number = 1.0) -> list[Number]:
    """Σ of 2·(pᵢ − tⱼ) times the share of ways through the pair (i, j)."""
    n, table = len(p), soft_dtw_table(p, t, gamma)
    shares = [[0 * p[0]] * n for _ in range(n)]
    for i in reversed(range(n)):
        for j in reversed(range(n)):
            after = [(a, b) for a, b in ((i + 1, j), (i, j + 1), (i + 1, j + 1)) if a < n and b < n]
            shares[i][j] = sum(
                shares[a][b] * exp((table[a][b] - (p[a] - t[b]) ** 2 - table[i][j]) / gamma) for a, b in after
            ) if after else 1 + 0 * p[0]
    return [sum(2 * (z - y) * share for y, share in zip(t, row, strict=True)) for z, row in zip(p, shares, strict=True)]


def soft_dtw_terms(p: Row, t: Row, gamma: Number) -> Number:
    """The greatest cost of a pair and of the whole."""
    table = soft_dtw_table(p, t, gamma)
    return max(1, greatest(*table), max(greatest(p), greatest(t)) ** 2)


@LOSSES.card(
    "−gamma·log Σ over all alignments of e^(−Σ (pᵢ − tⱼ)²/gamma)", gradient=soft_dtw_gradient, pred="vector",
    target="vector", row=True, perfect=False, least=-inf, terms=soft_dtw_terms,
    gradient_terms=lambda p, t, gamma: soft_dtw_terms(p, t, gamma) / gamma * (greatest(p) + greatest(t)),
    remembers=lambda columns, **_: columns * columns, requires=(("gamma > 0", lambda gamma: gamma > 0),),
    ulp={"float32": (1, 1), "float64": (8, 8)}, source="Cuturi & Blondel 2017, ICML, arXiv:1703.01541",
)
def soft_dtw(p: Row, t: Row, gamma: float = 1.0) -> Number:
    """The squared error of a series that may be stretched and squeezed in time, smoothly (dynamic time warping)."""
    return soft_dtw_table(p, t, gamma)[-1][-1]
