"""The growth of times: classes under noise, steps of known caches, and sizes that do not tell."""

import math
import random
from itertools import pairwise

import pytest

from dlc.cli import bench_sweep, growth
from dlc.cli.bench_sweep import Spot
from dlc.cli.ceilings import Cache
from dlc.cli.errors import BadInputError

SIZES = [round(10 ** (2 + k / 3)) for k in range(16)]
COSTS = {"1": 1e-6, "log n": 1e-7, "n": 1e-9, "n log n": 1e-9, "n^2": 1e-9, "n^3": 1e-9}
CACHES = (Cache("L1", 32 << 10, 1), Cache("L2", 512 << 10, 1), Cache("L3", 32 << 20, 2))
PER_ELEMENT = 8


def noisy(seconds, noise, seed=1):
    chance = random.Random(seed)
    return [each * math.exp(chance.gauss(0, noise)) for each in seconds]


def times(name, sizes=SIZES, overhead=3e-7):
    return [overhead + COSTS[name] * growth.CLASSES[name](n) for n in sizes]


def through_caches(n):
    held = n * PER_ELEMENT
    return 2e-7 + n * (
        0.1e-9 if held <= 32 << 10 else 0.2e-9 if held <= 512 << 10 else 0.3e-9 if held <= 32 << 20 else 1e-9
    )


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
@pytest.mark.parametrize("name", growth.CLASSES)
def test_each_class_is_found_under_noise(name, noise):
    found = growth.fit(SIZES, noisy(times(name), noise))
    assert found.best == name
    assert not found.rivals
    assert found.weights[name] > 0.95
    assert math.fsum(found.weights.values()) == pytest.approx(1)
    assert found.error < 1.5 * noise + 1e-9


@pytest.mark.parametrize("name", ["log n", "n", "n log n"])
def test_the_cost_of_a_call_and_the_slope_are_those_put_in(name):
    exact = growth.fit(SIZES, times(name))
    assert (exact.overhead, exact.slopes[0]) == pytest.approx((3e-7, COSTS[name]), rel=1e-6)
    found = growth.fit(SIZES, noisy(times(name), 0.02))
    assert abs(found.overhead - 3e-7) < 3 * found.overhead_error < 1e-7
    assert found.has_overhead


def test_no_overhead_is_claimed_where_none_can_be_seen():
    found = growth.fit([10**k for k in range(5, 11)], noisy([1e-9 * 10**k for k in range(5, 11)], 0.01))
    assert found.best == "n"
    assert not found.has_overhead


def test_sizes_that_do_not_tell_are_called_so():
    sizes = [1000, 1100, 1200, 1300, 1400, 1500]
    found = growth.fit(sizes, noisy(times("n", sizes, 0.0), 0.03))
    assert {"n", "n log n"} <= {found.best, *found.rivals}
    assert "do not tell" in found.sentence()


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.04])
def test_the_end_of_a_cache_is_a_step_and_no_other_class(noise):
    sizes = [round(10 ** (2 + k / 4)) for k in range(25)]
    seconds = noisy([through_caches(n) for n in sizes], noise)
    spots = [Spot(n, n * PER_ELEMENT, (each,) * 4) for n, each in zip(sizes, seconds, strict=True)]
    found = bench_sweep.swept("synthetic", spots, 1, CACHES)
    assert found.growth.best == "n"
    assert not found.growth.rivals
    steps = found.named_steps()
    assert [cache.name for _, cache in steps] == ["L1", "L2", "L3"]
    for step, cache in steps:
        assert step.after * PER_ELEMENT <= cache.size < step.before * PER_ELEMENT
    assert [step.ratio for step, _ in steps] == pytest.approx([2.0, 1.5, 10 / 3], rel=max(6 * noise, 1e-6))
    told = bench_sweep.sentences(found)
    assert any("L2 ends (512 KiB; data take" in line for line in told)
    assert any("L3 ends (32 MiB" in line for line in told)


def test_a_smooth_logarithm_is_no_staircase():
    sizes = [round(10 ** (2 + k / 4)) for k in range(25)]
    assert not growth.fit(sizes, noisy(times("n log n", sizes), 0.02)).steps


def test_more_threads_make_a_step_down_that_is_no_cache():
    sizes = [round(10 ** (3 + k / 4)) for k in range(21)]
    spots = [Spot(n, n * 8, ((1e-9 if n < 65536 else 0.5e-9) * n,) * 4) for n in sizes]
    ((step, cache),) = bench_sweep.swept("threads", spots, 2, CACHES).named_steps()
    assert step.ratio == pytest.approx(0.5)
    assert step.after < 65536 <= step.before
    assert cache is None


@pytest.mark.parametrize("unit", [1e-3, 1e3])
def test_the_unit_of_time_and_the_order_of_sizes_do_not_matter(unit):
    seconds = noisy(times("n log n"), 0.03)
    found = growth.fit(SIZES, seconds)
    other = growth.fit(SIZES[::-1], [unit * each for each in seconds[::-1]])
    assert other.best == found.best
    assert other.overhead == pytest.approx(unit * found.overhead)
    assert other.weights == pytest.approx(found.weights)


@pytest.mark.parametrize(
    ("sizes", "seconds"),
    [
        ([1, 2, 3, 4], [1.0] * 4),
        ([5] * 9, [1.0] * 9),
        ([0, 1, 2, 3, 4], [1.0] * 5),
        ([1, 2, 3, 4, 5], [1.0, 1.0, 0.0, 1.0, 1.0]),
        ([1, 2, 3, 4, 5], [1.0, 1.0, math.nan, 1.0, 1.0]),
    ],
)
def test_what_tells_no_growth_is_refused(sizes, seconds):
    with pytest.raises(BadInputError):
        growth.fit(sizes, seconds)


def test_sizes_of_a_sweep_cover_their_range_evenly():
    found = bench_sweep.sizes("1e2..1e8")
    assert (found[0], found[-1], len(found)) == (100, 100_000_000, 25)
    assert all(high / low == pytest.approx(10**0.25, rel=0.01) for low, high in pairwise(found))
    assert bench_sweep.sizes("5e3,1e3,2e3,1e4,3e3,1e3") == [1000, 2000, 3000, 5000, 10_000]


@pytest.mark.parametrize(
    "text", ["1e2..", "..1e5", "1e5..1e2", "1..2", "x..1e3", "1.5..1e3", "0..10", "1e2..1e12", "1,2", ""]
)
def test_a_sweep_that_is_none_is_refused_by_its_name(text):
    with pytest.raises(BadInputError, match="--sweep"):
        bench_sweep.sizes(text)


def test_a_sweep_goes_up_and_down_and_keeps_all_rounds():
    asked = []

    def call_of(size):
        asked.append(size)
        return (lambda: None), size, 8 * size

    spots = list(bench_sweep.sweep(call_of, [1, 2, 3], budget=0.002))
    assert asked == [1, 2, 3, 3, 2, 1]
    assert sorted(spot.elements for spot in spots) == [1, 2, 3]
    assert all(len(spot.seconds) >= 18 and spot.bytes_moved == 8 * spot.elements for spot in spots)


def test_a_size_without_room_is_bad_input():
    def call_of(size):
        raise MemoryError

    with pytest.raises(BadInputError, match="no memory for 7"):
        list(bench_sweep.sweep(call_of, [7], budget=0.01))


def test_the_drawing_fits_a_terminal_and_marks_where_caches_end(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    sizes = [round(10 ** (2 + k / 4)) for k in range(25)]
    spots = [Spot(n, n * PER_ELEMENT, (through_caches(n),) * 4) for n in sizes]
    lines = bench_sweep.drawing(bench_sweep.swept("synthetic", spots, 1, CACHES)).splitlines()
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 80
    assert all(name in lines[1] for name in ("L1", "L2", "L3"))
    assert sum(line.count("●") for line in lines) == len(sizes)
