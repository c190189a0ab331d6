"""The instrument, under a fake clock: only the arithmetic of timing is asserted, never this machine's speed."""

import gc
import math
import random
import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.cli import timing

MICROSECOND = 1_000


class FakeClock:
    """A clock that only moves when a contender works; DRIFT slows everything down as time passes."""

    def __init__(self, drift_per_second=0.0):
        self.now = 0.0
        self.drift = drift_per_second

    def __call__(self):
        return int(self.now)

    def work(self, ns):
        self.now += ns * (1 + self.drift * self.now / 1e9)

    def contender(self, ns, first_ns=0.0, spike=lambda: 0.0):
        pending = [first_ns]

        def call():
            self.work(ns + (pending.pop() if pending else 0.0) + spike())

        return call


def race(clock, contenders, budget=0.5, seed=0):
    return timing.race(contenders, budget=budget, seed=seed, clock=clock)


def test_a_first_call_that_compiles_does_not_fool_the_calibration():
    clock = FakeClock()
    timed = race(clock, {"jit": clock.contender(350, first_ns=2e9)})["jit"]
    assert timed.loops * 350 == pytest.approx(timing.SLICE_NS, rel=0.5)
    assert timed.median == pytest.approx(350e-9, rel=0.02)
    assert max(timed.seconds) == pytest.approx(350e-9, rel=0.02)


@pytest.mark.parametrize("ns", [80, 5 * MICROSECOND, 3_000 * MICROSECOND, 70_000 * MICROSECOND])
def test_a_slice_lasts_about_five_milliseconds_or_one_call(ns):
    clock = FakeClock()
    timed = race(clock, {"x": clock.contender(ns)}, budget=0.01)["x"]
    assert timed.loops == 1 or 0.7 < timed.loops * ns / timing.SLICE_NS < 1.42


def test_one_spike_while_calibrating_does_not_shorten_the_slices():
    clock = FakeClock()
    spikes = iter([0.0, 20e6])  # the first call, then the first trial slice
    timed = race(clock, {"x": clock.contender(5 * MICROSECOND, spike=lambda: next(spikes, 0.0))})["x"]
    assert timed.loops * 5 * MICROSECOND > 0.7 * timing.SLICE_NS


def test_rounds_follow_the_budget_and_never_fall_below_the_fewest():
    clock = FakeClock()
    fast = race(clock, {"x": clock.contender(5 * MICROSECOND)}, budget=1.0)["x"]
    assert len(fast.seconds) * fast.loops * 5 * MICROSECOND == pytest.approx(1e9, rel=0.02)
    slow = race(clock, {"x": clock.contender(1e9)}, budget=0.1)["x"]
    assert len(slow.seconds) == timing.FEWEST_ROUNDS


def test_contenders_take_turns_in_fresh_orders_that_the_seed_fixes():
    def orders(seed):
        clock, calls = FakeClock(), []

        def contender(name):
            def call():
                calls.append(name)
                clock.work(timing.SLICE_NS)

            return call

        race(clock, {name: contender(name) for name in "abc"}, seed=seed, budget=0.3)
        rounds = calls[len("abc") * 3 :]  # after the first call and two trials of each
        return ["".join(rounds[i : i + 3]) for i in range(0, len(rounds), 3)]

    assert all(sorted(order) == ["a", "b", "c"] for order in orders(1))
    assert len(set(orders(1))) > 3
    assert orders(1) == orders(1) != orders(2)


def test_what_prepares_a_turn_is_not_timed_but_uses_up_budget():
    clock, events = FakeClock(), []

    def contender(name):
        def call():
            events.append(name)
            clock.work(timing.SLICE_NS)

        return call

    def prepare(name):
        events.append(f"before {name}")
        clock.work(3 * timing.SLICE_NS)

    contenders = {name: contender(name) for name in "ab"}
    timed = timing.race(contenders, budget=0.8, prepare=prepare, clock=clock)
    assert {name: each.median for name, each in timed.items()} == {"a": 5e-3, "b": 5e-3}
    assert len(timed["a"].seconds) == 20, "a round takes 2·(5 + 15) ms"
    turns = events[8:]  # after preparation, the first call and two trials of each
    assert all(before == f"before {call}" for before, call in zip(turns[::2], turns[1::2], strict=True))


def test_a_very_long_call_is_tried_once():
    calls = []
    clock = FakeClock()

    def long_call():
        calls.append(1)
        clock.work(2 * timing.LONG_CALL_NS)

    assert timing.calibrate(long_call, clock) == (1, 2 * timing.LONG_CALL_NS)
    assert len(calls) == 1


@pytest.mark.parametrize(("shares", "sleeps"), [([0.0], 1), ([1.0, 0.5, 0.02], 3), ([1.0] * 1000, timing.MOST_RESTS)])
def test_a_turn_waits_until_no_thread_works_but_not_for_ever(monkeypatch, shares, sleeps):
    shares = iter(shares)
    now, worked, slept = [0.0], [0.0], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds
        worked[0] += seconds * next(shares)

    monkeypatch.setattr(timing.time, "sleep", sleep)
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(timing.time, "process_time", lambda: worked[0])
    timing.wait_for_rest()
    assert len(slept) == sleeps


def test_a_drifting_machine_does_not_move_the_ratio():
    clock = FakeClock(drift_per_second=0.5)
    timed = race(clock, {"slow": clock.contender(14_000), "fast": clock.contender(7_000)}, budget=1.0)
    slow, fast = timed["slow"].seconds, timed["fast"].seconds
    assert fast[-1] > 1.3 * fast[0], "this clock should have drifted"
    ratio = timing.paired_ratio(slow, fast)
    assert ratio.ratio == pytest.approx(2.0, rel=0.01)
    assert ratio.low <= 2.0 <= ratio.high
    one_after_the_other = statistics.median(slow[: len(slow) // 2]) / statistics.median(fast[len(fast) // 2 :])
    assert abs(one_after_the_other - 2.0) > 10 * abs(ratio.ratio - 2.0)


def test_spikes_do_not_move_the_ratio():
    clock, chance = FakeClock(), random.Random(3)

    def spike():
        return 30e6 if chance.random() < 2e-4 else 0.0  # about one slice in eight, each six times its length

    timed = race(
        clock, {"slow": clock.contender(12_000, spike=spike), "fast": clock.contender(8_000, spike=spike)}, 2.0
    )
    ratio = timing.paired_ratio(timed["slow"].seconds, timed["fast"].seconds)
    means = statistics.mean(timed["slow"].seconds) / statistics.mean(timed["fast"].seconds)
    assert ratio.ratio == pytest.approx(1.5, rel=1e-3)
    assert ratio.low == pytest.approx(1.5, rel=1e-3)
    assert ratio.high == pytest.approx(1.5, rel=1e-3)
    assert abs(means - 1.5) > 0.02, "the spikes should have been large enough to move the means"


def test_the_garbage_collector_rests_during_a_race_and_works_again_after_an_error():
    states = []

    def failing():
        states.append(gc.isenabled())
        raise ArithmeticError("broken contender")

    assert gc.isenabled()
    with pytest.raises(ArithmeticError):
        timing.race({"x": failing}, budget=0.1)
    assert states == [False]
    assert gc.isenabled()


def exact_miss(count, rank):
    """The chance that the interval between the rank-th values from both ends misses the median."""
    return 2 * sum(math.comb(count, below) for below in range(rank)) / 2**count


@given(count=st.integers(6, 400), confidence=st.sampled_from([0.9, 0.95, 0.99]))
def test_order_statistics_keep_the_confidence_and_no_narrower_pair_would(count, confidence):
    rank, real = timing.sign_test_rank(count, confidence)
    if exact_miss(count, 1) > 1 - confidence:
        assert rank == 1
    else:
        assert exact_miss(count, rank) <= 1 - confidence < exact_miss(count, rank + 1)
    assert real == pytest.approx(1 - exact_miss(count, rank), abs=1e-11)


@pytest.mark.parametrize(("count", "rank", "confidence"), [(1, 1, 0.0), (2, 1, 0.5), (5, 1, 0.9375), (9, 2, 0.9609375)])
def test_few_values_state_the_confidence_they_really_have(count, rank, confidence):
    assert timing.sign_test_rank(count, 0.95) == (rank, pytest.approx(confidence))


def test_a_saved_run_of_a_hundred_thousand_rounds_has_an_interval_too():
    rank, real = timing.sign_test_rank(100_000, 0.95)
    assert rank == pytest.approx(50_000 - 1.95996 * math.sqrt(100_000) / 2, abs=2)
    assert 0.95 <= real < 0.951


def test_the_interval_for_independent_samples_covers_the_truth_as_often_as_it_says():
    chance = random.Random(11)

    def covers():
        slow = [1.2 * chance.lognormvariate(0, 0.05) for _ in range(21)]
        fast = [chance.lognormvariate(0, 0.2) for _ in range(13)]
        interval = timing.ratio_of_medians(slow, fast)
        assert interval.confidence >= 0.95
        return interval.low <= 1.2 <= interval.high

    assert sum(covers() for _ in range(1000)) >= 940


times = st.lists(st.floats(1e-9, 10.0), min_size=1, max_size=40)


@given(times)
def test_identical_data_have_the_ratio_one(values):
    assert timing.paired_ratio(values, values) == timing.Ratio(1.0, 1.0, 1.0, timing.median_interval(values)[3])
    independent = timing.ratio_of_medians(values, values)
    assert independent.ratio == 1.0
    assert independent.low <= 1.0 <= independent.high


@given(values=times, power=st.integers(-20, 20))
def test_the_unit_of_time_does_not_matter(values, power):
    rivals = [value * (1 + index % 3) for index, value in enumerate(values)]
    scaled, scaled_rivals = [v * 2.0**power for v in values], [v * 2.0**power for v in rivals]
    assert timing.paired_ratio(scaled, scaled_rivals) == timing.paired_ratio(values, rivals)
    assert timing.ratio_of_medians(scaled, scaled_rivals) == timing.ratio_of_medians(values, rivals)


@given(times)
def test_an_interval_holds_its_middle(values):
    middle, low, high, _ = timing.median_interval(values)
    assert low <= middle <= high


def test_more_values_never_claim_less():
    widths = [timing.sign_test_rank(count, 0.95)[0] / count for count in (9, 33, 129, 513)]
    assert all(narrow > wide for wide, narrow in pairwise(widths))
