"""What this machine can do at most: measured once, and kept beside the runs that are compared with it."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dlc.cli import results, show
from dlc.cli.bench_formats import fingerprint
from dlc.cli.errors import FailedError
from dlc.cli.growth import fit

FILE = "ceilings.json"
SCHEMA = 1
KIND = "dlc ceilings"
# What peaks and bandwidths depend on; threads have entries of their own.
DEPENDS_ON = ("cpu", "cores", "system", "machine", "numba", "llvmlite")
PEAKS = ("float32", "float64")
PATTERNS = ("read", "copy", "triad")
CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
MEMORY = "DRAM"
FARTHEST = 4  # caches' sizes that memory is measured on
LEAST_MEMORY, MOST_MEMORY = 1 << 26, 1 << 30  # bytes
SECONDS, MEMORY_SECONDS = 0.04, 0.12  # for each number


@dataclass(frozen=True)
class Cache:
    """One level of the caches: bytes, and how many processors share them."""

    name: str
    size: int
    sharers: int

    def room(self, threads: int) -> int:
        """Bytes that so many threads have together, each on a processor of its own."""
        return self.size * -(-threads // self.sharers)


@dataclass(frozen=True)
class Ceilings:
    """Peaks in operations a second, and bandwidths by level and pattern in bytes a second, of so many threads."""

    threads: int
    caches: tuple[Cache, ...]
    peaks: Mapping[str, float]
    bandwidths: Mapping[str, Mapping[str, float]]
    machine: Mapping[str, str]
    measured: str  # when

    @property
    def levels(self) -> list[str]:
        """The caches, the nearest first, and the memory behind them."""
        return [*(cache.name for cache in self.caches), MEMORY]

    def level(self, footprint: int) -> str:
        """The nearest level that holds so many bytes, divided among the threads."""
        return next((cache.name for cache in self.caches if footprint <= cache.room(self.threads)), MEMORY)

    def bandwidth(self, level: str, pattern: str = "copy") -> float:
        """Bytes a second; of a copy, the best way there is: into the caches, or past them."""
        found = self.bandwidths[level]
        return max(found["copy"], found["stream"]) if pattern == "copy" else found[pattern]

    def facts(self) -> dict[str, Any]:
        """As --json and the file give it."""
        return {
            "measured": self.measured,
            "caches": [vars(cache) for cache in self.caches],
            "flop_per_s": dict(self.peaks),
            "bytes_per_s": {level: dict(found) for level, found in self.bandwidths.items()},
        }


def machine_caches(folder: Path = CACHES) -> tuple[Cache, ...]:
    """The caches of data that the system tells of, the nearest first; none where it tells nothing."""
    found = []
    for index in sorted(folder.glob("index*")):
        try:
            level, kind, size, sharers = (
                (index / name).read_text().strip() for name in ("level", "type", "size", "shared_cpu_list")
            )
            if kind != "Instruction":
                found.append(Cache(f"L{int(level)}", _size(size), _counted(sharers)))
        except (OSError, ValueError):
            continue
    return tuple(sorted(found, key=lambda cache: cache.size))


def _size(text: str) -> int:
    """32K as a number."""
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    return int(text[:-1]) * units[text[-1]] if text[-1:] in units else int(text)


def _counted(processors: str) -> int:
    """How many there are in a list like 0-3,8."""
    ends = [part.split("-") for part in processors.split(",")]
    return sum(int(each[-1]) - int(each[0]) + 1 for each in ends)


def swept_caches(sizes: Sequence[int], seconds: Sequence[float]) -> tuple[Cache, ...]:
    """The caches that times of reading SIZES bytes show: where the time per byte steps up. Nobody shares them."""
    steps = [step for step in fit(sizes, seconds).steps if step.ratio > 1]
    return tuple(Cache(f"L{place}", step.after, 1) for place, step in enumerate(steps, 1))


def measure_ceilings(threads: int, machine: Mapping[str, str], caches: tuple[Cache, ...] = ()) -> Ceilings:
    """Peaks and bandwidths of THREADS, in a few seconds."""
    from dlc.kernels.ceilings import FORMS, Arrays, peak

    caches = caches or machine_caches()
    farthest = caches[-1].room(threads) if caches else LEAST_MEMORY // FARTHEST
    memory = min(max(FARTHEST * farthest, LEAST_MEMORY), MOST_MEMORY) // threads
    arrays = Arrays(threads, memory)
    if not caches:
        sizes = [1 << power for power in range(12, memory.bit_length())]
        caches = swept_caches(sizes, [size / arrays.bandwidth("read", size, SECONDS) for size in sizes])
    peaks = {kind: peak(kind, threads, SECONDS) for kind in PEAKS}
    bandwidths = {
        level: {form: arrays.bandwidth(form, size, MEMORY_SECONDS if level == MEMORY else SECONDS) for form in FORMS}
        for level, size in _footprints(caches, threads, memory).items()
    }
    return Ceilings(threads, caches, peaks, bandwidths, machine, datetime.now(UTC).isoformat(timespec="seconds"))


def _footprints(caches: Sequence[Cache], threads: int, memory: int) -> dict[str, int]:
    """Bytes of one thread that are in each level: half of the nearest cache, and of others as near to their sizes."""
    rooms = [cache.room(threads) // threads for cache in caches]
    inside = {}
    for place, (cache, room) in enumerate(zip(caches, rooms, strict=True)):
        nearer = rooms[place - 1] if place else room / 4
        inside[cache.name] = int((nearer * room) ** 0.5)
    return inside | {MEMORY: memory}


def ceilings(storage: Path, threads: int, *, fresh: bool = False) -> Ceilings:
    """Those kept in the folder of this machine's runs; measured where there are none, or FRESH ones are wanted.

    Raises FailedError where the file cannot be written.
    """
    from dlc.kernels.cache import write_whole

    info = fingerprint(results.machine_info(threads))
    machine = {label: info[label] for label in DEPENDS_ON if label in info}
    file = results.run_folder(storage) / FILE
    content = _read(file, machine)
    entries = content["threads"]
    if fresh or str(threads) not in entries:
        begun = time.perf_counter()
        show.note(f"Measuring what this machine can do at most on {threads} thread{'s' * (threads > 1)}")
        found = measure_ceilings(threads, machine)
        entries[str(threads)] = found.facts()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, json.dumps(content, indent=1).encode())
        except OSError as error:
            raise FailedError(f"cannot write {file}: {error.strerror or error}; choose another --storage") from None
        show.note(f"Measured in {time.perf_counter() - begun:.1f} s; kept in {file}")
    return _entered(entries[str(threads)], threads, machine)


def _read(file: Path, machine: Mapping[str, str]) -> dict[str, Any]:
    """What FILE holds of this MACHINE; nothing where it is of another one, or no such file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        fits = (content["schema"], content["kind"], content["machine"]) == (SCHEMA, KIND, machine)
        for threads, entry in content["threads"].items() if fits else ():
            _entered(entry, int(threads), machine)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        fits = False
    return content if fits else {"schema": SCHEMA, "kind": KIND, "machine": dict(machine), "threads": {}}


def _entered(entry: Mapping[str, Any], threads: int, machine: Mapping[str, str]) -> Ceilings:
    caches = tuple(Cache(str(each["name"]), int(each["size"]), int(each["sharers"])) for each in entry["caches"])
    peaks = {kind: float(entry["flop_per_s"][kind]) for kind in PEAKS}
    bandwidths = {
        level: {form: float(found[form]) for form in (*PATTERNS, "stream")}
        for level, found in entry["bytes_per_s"].items()
    }
    found = Ceilings(threads, caches, peaks, bandwidths, machine, str(entry["measured"]))
    missing = set(found.levels) - set(bandwidths)
    if missing:
        raise ValueError(f"no bandwidth of {', '.join(missing)}")
    return found
