"""Small projects with benchmarks, as the tests of the gate need them."""

import os
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from dlc.cli.gate_generation import BASE, CONTROL, HEAD, Generation, Slices
from dlc.cli.gate_pair import Pair, Settings

# A call that takes as long as it is told, whatever else the machine does.
SPIN = """
from time import perf_counter

def spin(seconds):
    end = perf_counter() + seconds
    while perf_counter() < end:
        pass
    return seconds
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def git(folder: Path, *args: str) -> str:
    who = ["-c", "user.name=n", "-c", "user.email=e@e", "-c", "init.defaultBranch=main"]
    run = subprocess.run(["git", *who, "-C", str(folder), *args], check=True, capture_output=True, text=True)
    return run.stdout.strip()


def commit(folder: Path, files: Mapping[str, str], tag: str) -> None:
    write(folder, files)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", tag)
    git(folder, "tag", tag)


def pair(
    folder: Path,
    both: Mapping[str, str],
    *arguments: str,
    base: Mapping[str, str] | None = None,
    head: Mapping[str, str] | None = None,
    plugins: bool = False,
    **settings: object,
) -> Pair:
    """Workers of a project of which BASE and HEAD have files of their own. PLUGINS: those that are installed, too."""
    own = {BASE: base or {}, HEAD: head or {}, CONTROL: base or {}}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    if not plugins:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sides = {
        letter: SimpleNamespace(
            label=letter, root=write(folder / f"side-{letter}", {**both, **files}), python=sys.executable,
            env=environment,
        )
        for letter, files in own.items()
    }  # fmt: skip
    (folder / "run").mkdir()
    defaults = {"visit_s": 0.01, "timeout": 30.0}
    return Pair(sides, arguments, folder / "run", Settings(**{**defaults, **settings}))


@dataclass
class Machine:
    """Measures nothing: effects have a little noise, and time passes when it is asked."""

    ratios: dict[str, float]
    seconds: float = 0.5  # of one benchmark in a generation
    noise: float = 0.001
    now: float = 1000.0
    interrupt_at: int = 0
    settled: dict[str, dict[int, dict]] = field(default_factory=dict)  # fields of a generation, by its number
    asked: list[set[str]] = field(default_factory=list)
    base: str = "old"
    head: str = "new"

    @property
    def source(self):
        return self

    def names(self):
        return sorted(self.ratios)

    def notes(self):
        return ["a note"]

    told = notes

    def generation(self, names, number, control=()):
        if number == self.interrupt_at:
            raise KeyboardInterrupt
        self.now += self.seconds * len(names)
        self.asked.append(set(names))
        rng = random.Random(number)
        done = Generation(number, "2026-01-02T03:04:05+00:00", disturbed=1)
        for name in names:
            sides = "ABC" if name in control else "AB"
            shift = {"A": 1.0, "B": self.ratios[name] * (1 + rng.gauss(0, self.noise)), "C": 1.0}
            order = (sides + sides[::-1]) * 3
            done.rows[name] = Slices(order, tuple(shift[side] for side in order))
        for name, value in self.settled.get(number, {}).items():
            setattr(done, name, value)
            for one in value:
                done.rows.pop(one, None)
        return done
