"""The folder of one run of the gate, which is removed at its end, however it ends."""

import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def session(home: Path) -> Iterator[tuple[Path, list[str]]]:
    """A folder that is this run's alone, removed at its end, and notes about what earlier runs have left."""
    home.mkdir(parents=True, exist_ok=True)
    notes = _remove_left(home)
    for number in itertools.count():
        folder = home / f"run-{number}"
        with _locked(home / f"run-{number}.lock") as is_ours:
            if not is_ours or folder.exists():  # one that cannot be removed
                continue
            try:
                folder.mkdir()
                yield folder, notes
            finally:
                _remove(folder)
            return


def _remove_left(home: Path) -> list[str]:
    notes = []
    for folder in sorted(home.glob("run-*[0-9]")):
        with _locked(folder.with_suffix(".lock")) as is_ours:
            if is_ours:
                _remove(folder)
                end = f"cannot be removed: {folder}" if folder.exists() else f"is removed ({folder.name})"
                notes.append(f"what an interrupted run has left {end}")
    return notes


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Whether this process could lock PATH, which it does for the block; a process that is killed holds no lock."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _remove(folder: Path) -> None:
    """Remove FOLDER, with what a benchmark has made read-only in it; what still cannot be removed stays."""
    for parent, _, _ in os.walk(folder):
        with suppress(OSError):
            os.chmod(parent, 0o700)
    shutil.rmtree(folder, ignore_errors=True)
