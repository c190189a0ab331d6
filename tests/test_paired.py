"""Paired statistics: by hand, by counting all signs, and by what they promise."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.cli.paired import (
    LEVEL,
    holm,
    least_pairs,
    median_interval,
    paired_ratio,
    signed_rank,
    signed_rank_greater,
    walsh_averages,
    walsh_interval,
)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_weighted_holm_by_hand():
    assert holm([0.01, 0.01, 0.04], [3, 1, 2]) == pytest.approx([6 / 3 * 0.01, 3 * 0.01, 0.04])
    assert holm([0.01, 0.012, 0.004], [1, 1, 8]) == pytest.approx([0.02, 0.02, 0.005])
    assert holm([0.01, 0.04, 0.03], [5, 5, 5]) == pytest.approx(holm([0.01, 0.04, 0.03]))


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


@given(st.lists(st.sampled_from([-3, -2, -1, 0, 1, 2, 2.5]), max_size=9))
def test_one_sided_signed_ranks_count_the_signs_that_make_as_great_a_sum(differences):
    moved = [each for each in differences if each]
    signed = [sign * rank for sign, rank in zip(np.sign(moved), rank_of_sizes(moved), strict=True)]
    sums = [sum(rank for rank, sign in zip(np.abs(signed), signs, strict=True) if sign)
            for signs in itertools.product((0, 1), repeat=len(moved))]  # fmt: skip
    expected = np.mean(np.array(sums) >= sum(rank for rank in signed if rank > 0)) if moved else 1
    assert signed_rank_greater(differences) == pytest.approx(expected, rel=1e-12)


def rank_of_sizes(values):
    sizes = np.abs(values)
    return [((sizes < each).sum() + (sizes <= each).sum() + 1) / 2 for each in sizes]


# scipy 1.17.1: wilcoxon(alternative="greater" and "two-sided", method="exact"), and the median of all Walsh averages
@pytest.mark.parametrize(
    ("seed", "n", "greater", "two_sided", "centre"),
    [
        (0, 6, 0.03125, 0.0625, 0.514745),
        (1, 12, 0.008056640625, 0.01611328125, 0.75129125),
        (2, 24, 0.004787862300872803, 0.009575724601745605, 0.444673),
        (3, 50, 0.0012199687734959497, 0.0024399375469918994, 0.419385),
    ],
)
def test_signed_ranks_as_scipy_has_them(seed, n, greater, two_sided, centre):
    values = np.round(np.random.default_rng(seed).normal(0.4, 1, n), 6)
    assert signed_rank_greater(values) == pytest.approx(greater, rel=1e-12)
    assert signed_rank(values) == pytest.approx(two_sided, rel=1e-12)
    assert np.median(walsh_averages(values)) == pytest.approx(centre, abs=1e-12)


@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=20, unique=True))
def test_a_walsh_interval_holds_the_centres_that_are_not_rejected(values):
    low, high = walsh_interval(values)
    for centre, inside in ((low + 1e-6, True), (high - 1e-6, True), (low - 1e-6, False), (high + 1e-6, False)):
        if low < high:
            assert (signed_rank([each - centre for each in values]) > LEVEL) == inside


def test_a_walsh_interval_of_few_values_is_their_range():
    assert walsh_interval([3.0, 1.0, 2.0]) == (1, 3)


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
