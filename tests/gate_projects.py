"""Small projects with benchmarks, as the tests of the gate need them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from dlc.cli.gate_generation import BASE, CONTROL, HEAD
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
