"""Workers of the gate in lock-step: each generation starts fresh processes, which time every benchmark in turns."""

import os
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING

from dlc.cli.errors import BadInputError
from dlc.cli.gate_generation import BASE, CONTROL, HEAD, WORD, Generation, Slices
from dlc.cli.gate_process import PLUGIN, Worker, WorkerLostError, uninterrupted

if TYPE_CHECKING:
    from dlc.cli.gate_sides import Side

# Files of dlc that a worker needs, by the names under which it imports them.
COPIES = {PLUGIN: "gate_worker.py", "dlc_gate_code": "code_hash.py"}
THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS",
)  # fmt: skip
COLLECTION_S = 600.0
LONG_CALL_S = 0.05
JITTER = 0.1
MOST_EFFORT = 4
MOST_PADDING = 4096


@dataclass(frozen=True)
class Settings:
    """How a generation is measured."""

    palindromes: int = 80  # of a benchmark in a generation
    visit_s: float = 0.05  # what these should take, when a slice is short
    threads: int = 1
    timeout: float = 120.0  # seconds without an answer from a benchmark
    seed: int = 0
    same_code: bool = True  # whether rows of the same machine code are left out
    deadline: float | None = None  # of time.monotonic(), after which a generation ends as it is


@dataclass
class Pair:
    """The two sides of a gate, and the base once more."""

    sides: Mapping[str, "Side"]  # by letter
    arguments: Sequence[str]  # of pytest
    folder: Path  # for the plugin and the workers' logs
    settings: Settings = field(default_factory=Settings)
    progress: Callable[[str], None] = lambda line: None
    _loops: dict[str, int] = field(default_factory=dict)
    _palindromes: dict[str, int] = field(default_factory=dict)
    _cores: Sequence[int] = ()
    _most: int = 0
    _effort: int = 1
    first_s: dict[str, dict[str, float]] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.settings.threads == 1 and hasattr(os, "sched_getaffinity"):
            self._cores = sorted(os.sched_getaffinity(0))
        for module, file in COPIES.items():
            copyfile(Path(__file__).with_name(file), self.folder / f"{module}.py")

    def names(self) -> list[str]:
        """The benchmarks of both sides. Raises BadInputError where there is none."""
        workers = self._started((BASE, HEAD), 0)
        try:
            collected = {letter: worker.hear(COLLECTION_S) for letter, worker in workers.items()}
        except WorkerLostError as error:
            raise BadInputError(f"cannot collect benchmarks: {error}") from None
        finally:
            _close(workers)
        names = list(dict.fromkeys([*collected[HEAD]["names"], *collected[BASE]["names"]]))
        errors = collected[HEAD]["errors"]
        if not names:
            errors = errors or collected[BASE]["errors"]
            because = "".join(f"; {where}: {why}" for where, why in list(errors.items())[:1])
            raise BadInputError(
                f"no benchmarks found: no test that pytest collects uses the fixture `benchmark`{because};"
                " name their files after --"
            )
        for where, why in collected[BASE]["errors"].items():
            if where not in errors:
                self._notes.append(f"the base cannot read {where}: {why}")
        # A file that cannot be read is a row of its own: nobody knows what is in it.
        return names + [where for where in errors if not any(_is_in(name, where) for name in names)]

    def notes(self) -> list[str]:
        """Why benchmarks are new, though the base has them."""
        return self._notes

    def generation(self, names: Collection[str], number: int, control: Collection[str] = ()) -> Generation:
        """Time these NAMES in fresh processes; those in CONTROL also against the base's second copy."""
        generation = Generation(number, datetime.now(UTC).isoformat(timespec="seconds"))
        remaining = sorted(names)
        self._most = max(self._most, len(remaining))
        # Where few are left, most of the time goes into starting processes: so each is worth a longer visit.
        self._effort = min(MOST_EFFORT, max(1, self._most // max(1, len(remaining))))
        random.Random(f"{self.settings.seed} order {number}").shuffle(remaining)
        while remaining:
            remaining = self._walk(generation, remaining, set(control))
        return generation

    def _started(self, letters: Sequence[str], number: int) -> dict[str, Worker]:
        random_for = random.Random(f"{self.settings.seed} layout {number}")
        shared = {name: str(self.settings.threads) for name in THREADS} | {
            "DLC_GATE_SEED": str(random_for.getrandbits(32)),
            # What moves the layout of memory is new in each generation, and the same on each side.
            "PYTHONHASHSEED": str(random_for.getrandbits(32)),
            "DLC_GATE_PADDING": "x" * random_for.randrange(MOST_PADDING),
        }
        workers: dict[str, Worker] = {}
        try:
            for letter in letters:
                with uninterrupted():
                    workers[letter] = Worker(letter, self.sides[letter], self.arguments, self.folder, shared)
        except OSError as error:
            _close(workers)
            raise BadInputError(f"cannot start {error.filename}: {error.strerror}") from None
        except BaseException:
            _close(workers)
            raise
        return workers

    def _walk(self, generation: Generation, order: list[str], control: set[str]) -> list[str]:
        """Time one benchmark after the other, until a worker is lost; what is left then is returned."""
        letters = (BASE, HEAD, CONTROL) if control.intersection(order) else (BASE, HEAD)
        begun = time.monotonic()
        workers = self._started(letters, generation.number)
        lost = order  # the names that a lost worker leaves without times
        try:
            collected = {letter: worker.hear(COLLECTION_S) for letter, worker in workers.items()}
            generation.starting_s += time.monotonic() - begun
            known = {letter: set(message["names"]) for letter, message in collected.items()}
            generation.new |= set(order) & (known[HEAD] - known[BASE])
            for name in set(order) - known[HEAD]:
                why = [why for where, why in collected[HEAD]["errors"].items() if _is_in(name, where)]
                if why:
                    generation.errors[name] = f"head: {why[0]}"
                else:
                    generation.gone.add(name)
            both = [name for name in order if name in known[BASE] & known[HEAD]]
            plans = {letter: both if letter != CONTROL else [n for n in both if n in control] for letter in workers}
            for letter, worker in workers.items():
                worker.tell(names=plans[letter])
            for place, name in enumerate(both, 1):
                if self.settings.deadline is not None and time.monotonic() > self.settings.deadline:
                    break
                lost = both[place - 1 : place]
                self.progress(f"generation {generation.number}: [{place}/{len(both)}] {name}")
                present = {letter: worker for letter, worker in workers.items() if name in plans[letter]}
                self._visit(generation, name, present)
            return []
        except WorkerLostError as error:
            generation.errors |= dict.fromkeys(lost, str(error))
            return both[both.index(lost[0]) + 1 :] if lost is not order else []
        finally:
            _close(workers)

    def _visit(self, generation: Generation, name: str, workers: Mapping[str, Worker]) -> None:
        """Wait until each side is inside the test, take the turns, and let the tests finish."""
        heard = {letter: worker.hear_of(name, self.settings.timeout) for letter, worker in workers.items()}
        inside = {letter: workers[letter] for letter, message in heard.items() if message["is"] == "ready"}
        if len(inside) == len(workers):
            for letter, message in heard.items():
                self.first_s.setdefault(name, {}).setdefault(letter, message["first_ns"] / 1e9)
            codes = {heard[letter]["code"] for letter in (BASE, HEAD)}
            if self.settings.same_code and len(codes) == 1 and None not in codes:
                generation.same_code.add(name)
            else:
                generation.rows[name] = self._turns(generation, name, inside)
        for worker in inside.values():
            worker.tell(do="leave")
        for letter, worker in inside.items():
            heard[letter] = worker.hear_of(name, self.settings.timeout)
        absent = set(workers) - set(inside)
        failures = {letter: f"{WORD[letter]}: {each['failure']}" for letter, each in heard.items() if each["failure"]}
        if failures and not (set(failures) <= absent <= {BASE, CONTROL} and name not in self._loops):
            generation.rows.pop(name, None)
            generation.errors[name] = "; ".join(failures.values())
        elif absent:
            # A test that skips itself on a side is not there on that side; nor is one of what the base cannot do yet.
            kind = generation.new if absent <= {BASE, CONTROL} else generation.gone if absent == {HEAD} else None
            (generation.skipped if kind is None else kind).add(name)
            if BASE in failures:
                self._notes.append(f"{name} fails before it is timed in the {failures[BASE]}")

    def _turns(self, generation: Generation, name: str, workers: Mapping[str, Worker]) -> Slices:
        """Palindromes of turns; one in which another process got the core is taken again, whichever side it hit."""
        rng = random.Random(f"{self.settings.seed} {generation.number} {name}")
        if name not in self._loops:
            self._calibrate(name, workers[BASE])
        loops = self._loops[name]
        if loops >= 1 / JITTER:
            loops = round(loops * rng.uniform(1 - JITTER, 1 + JITTER))
        wanted, timeout = self._palindromes[name] * self._effort, self.settings.timeout
        # All sides stay on one core: another one may be faster, or less busy.
        cores = rng.sample(self._cores, len(self._cores)) or [None]  # type: ignore[list-item]
        for worker in workers.values():  # the first slice finds cold caches: it is thrown away
            worker.ask(timeout, "timed", do="slice", loops=loops, core=cores[0])
        taken: list[tuple[str, list[float], bool]] = []
        while len(taken) < 2 * wanted and sum(not hit for _, _, hit in taken) < wanted:
            half = rng.sample(sorted(workers), len(workers))
            order = "".join([*half, *reversed(half)])
            answers = [
                workers[letter].ask(timeout, "timed", do="slice", loops=loops, core=cores[0]) for letter in order
            ]
            seconds = [float(f"{max(1, answer['ns']) / loops / 1e9:.6g}") for answer in answers]
            was_disturbed = any(answer["interruptions"] for answer in answers)
            taken.append((order, seconds, was_disturbed))
            if was_disturbed:  # whoever works there may go on
                cores = [*cores[1:], cores[0]]
        calm = [each for each in taken if not each[2]]
        kept = calm if 2 * len(calm) >= wanted else taken
        generation.disturbed += len(taken) - len(calm)
        return Slices("".join(order for order, _, _ in kept), tuple(s for _, seconds, _ in kept for s in seconds))

    def _calibrate(self, name: str, worker: Worker) -> None:
        answer = worker.ask(self.settings.timeout, "calibrated", do="calibrate")
        slice_s = answer["ns"] / 1e9
        fewest = 1 if slice_s > LONG_CALL_S else 3
        self._loops[name] = answer["loops"]
        affordable = int(self.settings.visit_s / (4 * max(slice_s, 1e-9)))
        self._palindromes[name] = max(fewest, min(self.settings.palindromes, affordable))


def _is_in(name: str, place: str) -> bool:
    """Whether the test of this NAME is in a file, folder or class, as pytest calls them."""
    place = place.removesuffix("/__init__.py")
    return name == place or name.startswith((f"{place}::", f"{place}/"))


def _close(workers: Mapping[str, Worker]) -> None:
    with uninterrupted():
        for worker in workers.values():
            worker.close()
