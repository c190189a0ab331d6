"""Paired statistics: by hand, by counting all signs, and by what they promise."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.cli.paired import LEVEL, holm, least_pairs, median_interval, paired_ratio, signed_rank


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_lies_between_nothing_and_bonferroni(p):
    adjusted = holm(p)
    assert all(min(1, raw) <= each <= 1 for raw, each in zip(p, adjusted, strict=True))
    bonferroni = [min(1, len(p) * raw) for raw in p]
    assert all(each <= high * (1 + 1e-12) for each, high in zip(adjusted, bonferroni, strict=True))
    assert min(adjusted) == pytest.approx(min(1, len(p) * min(p)))


def by_counting(differences):
    """The signed-rank test by going over all signs."""
    sizes = [abs(each) for each in differences if each != 0]
    ranks = [(sum(b < a for b in sizes) + sum(b <= a for b in sizes) + 1) / 2 for a in sizes]
    positive = sum(rank for rank, each in zip(ranks, [d for d in differences if d != 0], strict=True) if each > 0)
    extreme = min(positive, sum(ranks) - positive)
    sums = [sum(rank for rank, sign in zip(ranks, signs, strict=True) if sign)
            for signs in itertools.product((0, 1), repeat=len(ranks))]  # fmt: skip
    return min(1.0, 2 * sum(each <= extreme for each in sums) / len(sums))


@given(st.lists(st.sampled_from([-math.inf, -3, -2, -1, 0, 1, 2, 2.5, math.inf]), min_size=1, max_size=10))
def test_signed_ranks_are_exact_with_ties_zeros_and_infinities(differences):
    assert signed_rank(differences) == pytest.approx(by_counting(differences), rel=1e-12)


def test_signed_ranks_of_many_pairs_are_near_the_exact_ones():
    random = np.random.default_rng(0)
    few = random.normal(0.2, 1, 60).tolist()
    exact = signed_rank(few)
    assert signed_rank([*few, 0.0]) == exact
    many = random.normal(0, 1, 2000).tolist()
    assert 0 < signed_rank(many) < 1
    assert signed_rank([abs(each) for each in many]) < 1e-100


def test_a_median_interval_by_hand():
    """Of six values the least and the greatest cover the median but in 2 of 64 cases; of five nothing would."""
    assert median_interval(np.arange(6.0)) == (0, 5)
    assert median_interval(np.arange(5.0)) == (-math.inf, math.inf)
    assert median_interval(np.arange(33.0)) == (10, 22)


def test_a_median_interval_covers_as_it_says():
    random = np.random.default_rng(5)
    found = [median_interval(random.lognormal(0, 2, 20)) for _ in range(2000)]
    covered = np.mean([low <= 1 <= high for low, high in found])
    assert covered >= 1 - LEVEL - 3 * math.sqrt(LEVEL * (1 - LEVEL) / 2000)


def test_ratios_of_runs_that_never_arrive():
    ratio = paired_ratio([10.0] * 9, [math.inf] * 9)
    assert (ratio.median, ratio.wins, ratio.losses) == (math.inf, 9, 0)
    assert ratio.p == pytest.approx(2 / 2**9)
    both = paired_ratio([math.inf] * 9, [math.inf] * 9)
    assert (both.median, both.p) == (1, 1)
    plain = paired_ratio([10.0] * 9, [20.0] * 9)
    assert (plain.median, plain.low, plain.high) == pytest.approx((2, 2, 2))


@given(st.integers(1, 1000))
def test_least_pairs_is_the_first_that_can_be_significant(comparisons):
    n = least_pairs(comparisons)
    assert 2 / 2**n * comparisons <= LEVEL < 2 / 2 ** (n - 1) * comparisons * (1 + 1e-12)
