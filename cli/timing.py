"""The instrument: contenders timed against each other, and what may be said of the ratio of their times.

A first call may compile or load code: it is never used to calibrate, and has to be timed apart. Contenders take turns
in rounds, each round in a new order, so that a drift of the machine meets all of them alike. Ratios are medians over
rounds, with intervals from order statistics: exact for independent rounds of any distribution, and hardly moved by
single spikes. What prepares a contender's turn is not timed.
"""

import gc
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat

SLICE_NS = 5_000_000
LONG_CALL_NS = 8 * SLICE_NS
FEWEST_ROUNDS = 9
CONFIDENCE = 0.95
# Threads of some libraries spin for milliseconds after their last task; a process at rest works less than this share.
REST_S = 0.001
AT_REST = 0.1
MOST_RESTS = 100

Call = Callable[[], object]
Clock = Callable[[], int]


@dataclass(frozen=True)
class Timing:
    """One contender: calls in a slice, and seconds per warm call in each round."""

    loops: int
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Seconds per call in the middle round."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Ratio:
    """A ratio of times with the interval that holds the true one with (at least) this confidence."""

    ratio: float
    low: float
    high: float
    confidence: float


def unprepared(name: str) -> None:
    """What most contenders need before their turn: nothing."""


def race(
    contenders: Mapping[str, Call],
    *,
    budget: float,
    seed: int = 0,
    prepare: Callable[[str], object] = unprepared,
    clock: Clock = time.perf_counter_ns,
) -> dict[str, Timing]:
    """Time CONTENDERS in turn, in as many rounds as fit in BUDGET seconds, and in no fewer than FEWEST_ROUNDS.

    PREPARE is called with a contender's name before each of its turns. CLOCK gives nanoseconds; SEED orders the turns.
    What a contender raises is passed on.
    """
    turns = list(contenders)
    order = random.Random(seed)
    slices: dict[str, list[int]] = {name: [] for name in turns}
    with collector_at_rest():
        loops = {}
        round_ns = 0
        for name in turns:
            start = clock()
            prepare(name)
            prepared_ns = clock() - start
            contenders[name]()  # whatever a first call does beside its work is done here
            loops[name], slice_ns = calibrate(contenders[name], clock)
            round_ns += prepared_ns + slice_ns
        for _ in range(max(FEWEST_ROUNDS, int(budget * 1e9 / max(round_ns, 1)))):
            order.shuffle(turns)
            for name in turns:
                prepare(name)
                slices[name].append(timed(contenders[name], loops[name], clock))
    return {name: Timing(loops[name], tuple(ns / loops[name] / 1e9 for ns in slices[name])) for name in contenders}


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Collect garbage now and not again until the end."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def timed(call: Call, loops: int, clock: Clock = time.perf_counter_ns) -> int:
    """Nanoseconds of LOOPS calls."""
    start = clock()
    for _ in repeat(None, loops):
        call()
    return clock() - start


def calibrate(call: Call, clock: Clock) -> tuple[int, int]:
    """How many warm calls make a slice of about SLICE_NS, and the nanoseconds they take.

    The faster of two trials counts: one spike would otherwise pass for a slow call and leave the slice too short. A
    call of many slices needs no second trial.
    """
    loops = 1
    slice_ns = timed(call, loops, clock)
    if slice_ns > LONG_CALL_NS:
        return loops, slice_ns
    while (slice_ns := min(slice_ns, timed(call, loops, clock))) * math.sqrt(2) < SLICE_NS:
        loops *= 2
        slice_ns = timed(call, loops, clock)
    return loops, slice_ns


def wait_for_rest() -> None:
    """Sleep until the threads of this process rest, or it is clear that they never will."""
    for _ in range(MOST_RESTS):
        start, worked = time.perf_counter(), time.process_time()
        time.sleep(REST_S)
        if time.process_time() - worked < AT_REST * (time.perf_counter() - start):
            return


def paired_ratio(numerator: Sequence[float], denominator: Sequence[float]) -> Ratio:
    """The ratio of two contenders of one race: the median over rounds of numerator / denominator."""
    return Ratio(*median_interval([a / b for a, b in zip(numerator, denominator, strict=True)]))


def ratio_of_medians(numerator: Sequence[float], denominator: Sequence[float]) -> Ratio:
    """The ratio of the medians of two independent samples.

    Each median lies in its own interval, both of them with the product of the two confidences; the ratio then lies
    between the quotients of opposite ends. No shape, and no equality of shapes, is assumed.
    """
    top, top_low, top_high, top_confidence = median_interval(numerator, math.sqrt(CONFIDENCE))
    base, base_low, base_high, base_confidence = median_interval(denominator, math.sqrt(CONFIDENCE))
    return Ratio(top / base, top_low / base_high, top_high / base_low, top_confidence * base_confidence)


def median_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float, float, float]:
    """Median of VALUES, the ends of its interval, and the confidence these ends really have.

    That is at least the CONFIDENCE asked for, except that fewer than about six values cannot give 95 %: the interval
    is then the whole range, with the confidence that this has.
    """
    ordered = sorted(values)
    rank, real_confidence = sign_test_rank(len(ordered), confidence)
    return statistics.median(ordered), ordered[rank - 1], ordered[-rank], real_confidence


def sign_test_rank(count: int, confidence: float) -> tuple[int, float]:
    """The largest rank r for which the r-th lowest and r-th highest of COUNT values hold the median with CONFIDENCE.

    Each value falls below the true median with chance 1/2, so the chance to miss is 2·P(Binomial(count, 1/2) < r).
    """
    rank, missed = 1, 2 * binomial_half(count, 0)
    while (next_missed := missed + 2 * binomial_half(count, rank)) <= 1 - confidence:
        rank, missed = rank + 1, next_missed
    return rank, max(0.0, 1 - missed)


def binomial_half(count: int, successes: int) -> float:
    """P(Binomial(count, 1/2) = successes); by logarithms, since saved runs of other tools hold 10⁵ rounds."""
    log_ways = math.lgamma(count + 1) - math.lgamma(successes + 1) - math.lgamma(count - successes + 1)
    return math.exp(log_ways - count * math.log(2))
