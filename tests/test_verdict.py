"""Verdicts: what a race allows one to say, and what it does not."""

import math

import numpy as np

from dlc.cli.verdict import Measure, comparisons, ranking, verdict


def judged(**values):
    return verdict(Measure(values, "fewer gradients", "on beale"))


def test_a_sentence_says_by_how_much_how_surely_and_how_often():
    few, many = [float(100 + i) for i in range(12)], [float(200 + 2 * i) for i in range(12)]
    assert judged(a=few, b=many) == ["a beats b on beale (median 2x fewer gradients, 95 % CI 2-2, 12/12 starts)."]
    assert judged(b=many, a=few) == judged(a=few, b=many)


def test_a_difference_that_is_not_clear_is_not_shown():
    few = [float(100 + i) for i in range(12)]
    assert judged(a=few, b=[1.05 * each for each in few]) == ["No difference shown between a and b on beale."]
    mixed = [each * (2 if i % 2 else 0.5) for i, each in enumerate(few)]
    assert judged(a=few, b=mixed) == ["No difference shown between a and b on beale."]


def test_arriving_beats_not_arriving():
    (sentence,) = judged(a=[10.0] * 12, b=[math.inf] * 10 + [9.0] * 2)
    assert sentence == "a beats b on beale (12/12 starts arrive, against 2/12)."


def test_verdicts_that_cannot_be_given():
    assert "raced alone" in judged(a=[1.0])[0]
    assert "--runs 6" in judged(a=[1.0], b=[2.0])[0]
    assert "beats" in judged(a=[1.0] * 6, b=[2.0] * 6)[0]
    assert "--runs 6" in judged(a=[1.0] * 5, b=[2.0] * 5)[0]
    assert "No run of any entrant arrived" in judged(a=[math.inf] * 9, b=[math.inf] * 9)[0]


def test_the_ranking_goes_by_medians_then_by_arrivals():
    inf = math.inf
    assert ranking({"c": [inf, inf, inf], "b": [1.0, inf, inf], "a": [2.0, 2.0, inf]}) == ["a", "b", "c"]
    assert ranking({"a": [1e-20, 1e-20, 1.0], "b": [1e-15] * 3}, solved=1e-12) == ["b", "a"]


def test_equal_entrants_are_seldom_told_apart():
    """Six entrants of one distribution: in at most one race of twenty, and three standard deviations."""
    random = np.random.default_rng(11)
    false = 0
    for _ in range(200):
        values = {f"e{i}": random.lognormal(5, 1, 20).tolist() for i in range(6)}
        false += any(each.is_shown for each in comparisons(Measure(values, "gradients", "here")))
    assert false <= 200 * 0.05 + 3 * math.sqrt(200 * 0.05 * 0.95)
