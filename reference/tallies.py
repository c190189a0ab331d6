"""How labels and predicted labels meet: counts of one label against the rest, and their averages over labels."""

from collections.abc import Callable, Sequence
from math import isnan, nan
from typing import Any, NamedTuple

from dlc.reference.numbers import Number
from dlc.reference.weighted import Weights, mean, ratio, total

AVERAGES = ("binary", "macro", "micro", "weighted", "none")
AVERAGES_OF_ROWS = (*AVERAGES, "samples")

Labels = Sequence[Any]  # a label for each row, or for each row a row of 0 and 1


class Tally(NamedTuple):
    """The weight of rows by whether they have a label, and whether it was predicted."""

    tp: Number
    fp: Number
    fn: Number
    tn: Number


# A quotient of counts: numerator and denominator.
Rate = Callable[[Tally], tuple[Number, Number]]


def tally(target: Sequence[bool], pred: Sequence[bool], weights: Weights = None) -> Tally:
    """Counts of rows that have a label (or not), and for which it was predicted (or not)."""
    rows = list(zip(target, pred, [1] * len(target) if weights is None else weights, strict=True))
    return Tally(
        sum(w for y, p, w in rows if y and p),
        sum(w for y, p, w in rows if p and not y),
        sum(w for y, p, w in rows if y and not p),
        sum(w for y, p, w in rows if not y and not p),
    )


def is_rows(labels: Labels) -> bool:
    """Whether these are rows of 0 and 1."""
    return isinstance(labels[0], (list, tuple))


def classes(target: Labels, pred: Labels) -> list[int]:
    """The labels that occur."""
    return sorted({*target, *pred})


def against_rest(target: Labels, pred: Labels, weights: Weights = None) -> list[Tally]:
    """The tally of every label that occurs; of rows of 0 and 1, of every column."""
    if is_rows(target):
        return [tally(y, p, weights) for y, p in zip(zip(*target, strict=True), zip(*pred, strict=True), strict=True)]
    return [tally([y == k for y in target], [p == k for p in pred], weights) for k in classes(target, pred)]


def rated(rate: Rate, counts: Tally, zero_division: Number) -> Number:
    """The quotient of these counts, or what 0/0 and the like are to be."""
    numerator, denominator = rate(counts)
    return ratio(numerator, denominator, zero_division)


def averaged(
    rate: Rate, target: Labels, pred: Labels, weights: Weights, average: str, zero_division: Number
) -> Number | list[Number]:
    """The quotient of one label's counts, averaged over labels; what is nan is left out. Raises ValueError."""
    if average == "binary":
        if is_rows(target) or not {*target, *pred} <= {0, 1}:
            raise ValueError("average=binary takes labels 0 and 1; choose macro, micro, weighted or none")
        return rated(rate, tally(target, pred, weights), zero_division)
    if average == "samples":
        if not is_rows(target):
            raise ValueError("average=samples takes rows of 0 and 1; choose macro, micro, weighted or none")
        return mean_of_defined(
            [rated(rate, tally(y, p), zero_division) for y, p in zip(target, pred, strict=True)], weights
        )
    tallies = against_rest(target, pred, weights)
    if average == "micro":
        return rated(rate, Tally(*map(sum, zip(*tallies, strict=True))), zero_division)
    each = [rated(rate, counts, zero_division) for counts in tallies]
    if average == "none":
        return each
    if average == "macro":
        return mean_of_defined(each)
    if average == "weighted":
        return mean_of_defined(each, [counts.tp + counts.fn for counts in tallies])
    raise ValueError(f"no average {average!r}")


def mean_of_defined(values: Sequence[Number], weights: Weights = None) -> Number:
    """The mean of those that are not nan; weights that are all 0 count as none."""
    kept = [i for i, value in enumerate(values) if not isnan(value)]
    if not kept:
        return nan
    chosen = [values[i] for i in kept]
    shares = None if weights is None else [weights[i] for i in kept]
    return mean(chosen, None if shares is None or total(shares) == 0 else shares)
