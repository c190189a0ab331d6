"""Kernels against other libraries: every contender judged, then all timed in one race for each size."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from dlc.cli import bench_peers, catalog, progress, timing
from dlc.cli.bench_cases import Arrays, Task
from dlc.cli.bench_cell import Cell, Rival
from dlc.cli.bench_judge import Exactness, Judge
from dlc.cli.bench_peers import MissingError, Peer, Ways
from dlc.cli.timing import Call
from dlc.reference.activations import ActivationCard

COPY_FROM = 8_000_000  # elements from which a plain copy takes part: memory, not arithmetic, is then the limit
WARM_BELOW = (
    4_000_000  # elements up to which a contender is called once before its turn, to find its data in the caches
)
TRIAL_NS = 300_000
OURS, COPY = "dlc", "copy"


@dataclass(frozen=True)
class Settings:
    """What to time, and for how long."""

    dtypes: Sequence[str]
    sizes: Sequence[int]
    threads: Sequence[int]
    row: int
    budget: float
    seed: int


@dataclass(frozen=True)
class Wrong:
    """A kernel that errs more than its card allows, and is not timed."""

    name: str
    dtype: str
    found: Exactness
    bound: float


def cells(
    cards: Sequence[ActivationCard], peers: Mapping[str, Peer], settings: Settings
) -> Iterator[list[Cell] | Wrong]:
    """For each function, direction and type: its cells of all sizes and threads, or what is wrong with its kernel."""
    import numpy as np

    arrays = Arrays(settings.seed, settings.row)
    todo = [(card, order, dtype) for card in cards for order in (0, 1) for dtype in settings.dtypes]
    try:
        # A textbook formula may overflow on its way to a right answer.
        with np.errstate(all="ignore"):
            for position, (card, order, dtype) in enumerate(todo, 1):
                label = f"[{position}/{len(todo)}] {card.name}{chr(39) * order} {dtype}"
                progress.line(f"{label}: judging")
                bench = Bench(card, order, dtype, peers, settings)
                bound = card.ulp[dtype][order > 0]
                if not bench.exactness[OURS].worst <= bound:
                    yield Wrong(bench.name, dtype, bench.exactness[OURS], bound)
                    continue
                found = []
                for elements in settings.sizes:
                    progress.line(f"{label}: timing {elements} elements")
                    found += bench.race(arrays.task(card, order, dtype, elements), elements)
                yield found
    finally:
        progress.line("")


class Bench:
    """One order of one card in one type: its contenders, and how exact they are."""

    def __init__(
        self, card: ActivationCard, order: int, dtype: str, peers: Mapping[str, Peer], settings: Settings
    ) -> None:
        self.name, self._order = card.name + "'" * order, order
        self._settings = settings
        ours = Peer(partial(our_ways, catalog.array_kernel(card, order)), "")
        self._peers = {OURS: ours, **peers}
        self.missing: dict[str, str] = {}
        judge = Judge(card, order, dtype, settings.seed)
        self.exactness: dict[str, Exactness] = {}
        for library, peer in self._peers.items():
            try:
                if card.noisy and library != OURS:
                    raise MissingError("its noise is another")
                ways = peer.ways(judge.task, (1,))
            except MissingError as why:
                self.missing[library] = str(why)
                continue
            with bench_peers.ready([library]):
                found = [judge.judged(bench_peers.result_of(way, judge.task)) for way in chain(*ways.values())]
            self.exactness[library] = max(found, key=lambda each: each.worst)

    def race(self, task: Task, size: int) -> list[Cell]:
        """Time all contenders at TASK, of about SIZE elements; a cell for each number of threads."""
        peers = {library: peer for library, peer in self._peers.items() if library not in self.missing}
        if task.x.size >= COPY_FROM:
            peers[COPY] = Peer(copy_ways, "")
        ways = {library: peer.ways(task, self._settings.threads) for library, peer in peers.items()}
        with bench_peers.ready(list(peers)):
            calls: dict[str, Call] = {}
            prepare: dict[str, Call] = {}
            for library, peer in peers.items():
                for threads, candidates in ways[library].items():
                    key = f"{library} {threads}"
                    use_threads = partial(peer.use_threads, threads or 1)
                    make_ready(use_threads, None)
                    calls[key] = cheapest(candidates)
                    prepare[key] = partial(make_ready, use_threads, calls[key] if task.x.size < WARM_BELOW else None)
            times = timing.race(
                calls,
                budget=self._settings.budget,
                seed=self._settings.seed,
                prepare=lambda name: prepare[name](),
            )
        return [self._cell(task, size, threads, times) for threads in self._settings.threads]

    def _cell(self, task: Task, size: int, threads: int, times: Mapping[str, timing.Timing]) -> Cell:
        ours = times[f"{OURS} {threads}"]
        copy = times.get(f"{COPY} {threads}")
        copied = [seconds * task.bytes_moved / copied_bytes(task) for seconds in copy.seconds] if copy else None
        rivals = {}
        for library, exactness in self.exactness.items():
            theirs = times.get(f"{library} {threads}") or times.get(f"{library} {None}")
            if library != OURS and theirs:
                share = self._peers[library].elements(task) / task.x.size
                seconds = [each / share for each in theirs.seconds]
                ratio = timing.paired_ratio(seconds, ours.seconds)
                rivals[library] = Rival(theirs.median / share, ratio, exactness)
        return Cell(
            name=self.name,
            order=self._order,
            dtype=task.x.dtype.name,
            size=size,
            elements=task.x.size,
            threads=threads,
            kernel=ours,
            bytes_moved=task.bytes_moved,
            of_copy=timing.paired_ratio(copied, ours.seconds) if copied else None,
            exactness=self.exactness[OURS],
            rivals=rivals,
            missing=self.missing,
        )


def our_ways(kernel: Callable[..., Any], task: Task, threads: Sequence[int]) -> Ways:
    """The compiled kernel."""
    return {count: [task.kernel_call(kernel, count)] for count in threads}


def copied_bytes(task: Task) -> int:
    """What a plain copy of the input reads and writes."""
    return 2 * task.x.nbytes


def copy_ways(task: Task, threads: Sequence[int]) -> Ways:
    """NumPy's copy of the input, each thread a part."""
    import numpy as np

    target = np.zeros_like(task.x)

    def ways(count: int) -> list[Call]:
        parts = list(zip(np.array_split(target, count), np.array_split(task.x, count), strict=True))
        if count == 1:
            return [partial(np.copyto, *parts[0])]
        pool = ThreadPoolExecutor(count)
        return [lambda: [done.result() for done in [pool.submit(np.copyto, *part) for part in parts]]]

    return {count: ways(count) for count in threads}


def make_ready(use_threads: Call, warm: Call | None) -> None:
    """Wait until the contender before has come to rest, and let this one find its threads and its data."""
    timing.wait_for_rest()
    use_threads()
    if warm:
        warm()


def cheapest(ways: list[Call]) -> Call:
    """The way that takes least time, found by trial."""
    if len(ways) == 1:
        return ways[0]

    def trial(way: Call) -> float:
        way()
        once = timing.timed(way, 1)
        loops = TRIAL_NS // max(once, 1)
        return min(timing.timed(way, loops) for _ in range(3)) / loops if loops else once

    return min(ways, key=trial)
