"""What a gate is asked to compare, made ready: revisions or environments with their workers, or two commands."""

import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dlc.cli import progress
from dlc.cli.errors import BadInputError
from dlc.cli.gate_commands import Commands
from dlc.cli.gate_generation import BASE, CONTROL, HEAD
from dlc.cli.gate_git import WORKING_TREE, GitError, git
from dlc.cli.gate_pair import Pair, Settings
from dlc.cli.gate_run import Source
from dlc.cli.gate_sides import sides


@dataclass(frozen=True)
class Asked:
    """The options of a gate that say what to compare, and how to run it."""

    base: str
    head: str
    base_python: str
    head_python: str
    install: str
    arguments: tuple[str, ...]
    threads: int
    timeout: float
    seed: int
    same_code: bool
    deadline: float | None


@dataclass
class Opened:
    """A source of generations, what readers call its sides, and what they have to know about them."""

    source: Source
    base: str
    head: str
    notes: Sequence[str] = ()

    def told(self) -> list[str]:
        """The notes, with those that are known only afterwards."""
        return [*self.notes, *self.source.notes()]


@contextmanager
def opened(asked: Asked) -> Iterator[Opened]:
    """Make both sides, and remove them at the end. Raises BadInputError."""
    try:
        if _are_commands(asked):
            commands = Commands(asked.base, asked.head, seed=asked.seed, timeout=asked.timeout)
            try:
                yield Opened(commands, asked.base, asked.head)
            finally:
                commands.close()
            return
        settings = Settings(
            threads=asked.threads, timeout=asked.timeout, seed=asked.seed,
            same_code=asked.same_code, deadline=asked.deadline,
        )  # fmt: skip
        with sides(
            Path.cwd(), asked.base, asked.head, base_python=asked.base_python, head_python=asked.head_python,
            paths=asked.arguments, install=asked.install, progress=progress.line,
        ) as made:  # fmt: skip
            three = {BASE: made.base, HEAD: made.head, CONTROL: made.control}
            pair = Pair(three, made.args, made.folder, settings, progress.line)
            yield Opened(pair, made.base.label, made.head.label, [*made.notes])
    finally:
        progress.line("")


def _are_commands(asked: Asked) -> bool:
    """Whether --base is a command and no revision of this folder's repository."""
    if not asked.base or _is_revision(asked.base):
        return False
    try:
        program = shlex.split(asked.base)[0]
    except (ValueError, IndexError):
        return False
    if " " not in asked.base and shutil.which(program) is None:
        return False
    if asked.head == WORKING_TREE:
        raise BadInputError(f"--base {asked.base} is a command, so --head has to be one, too; or name a revision")
    if asked.arguments or asked.base_python or asked.head_python:
        raise BadInputError("commands take no arguments of pytest and no --base-python or --head-python")
    return True


def _is_revision(text: str) -> bool:
    try:
        git(Path.cwd(), "rev-parse", "--verify", "--quiet", "--end-of-options", f"{text}^{{commit}}")
    except (GitError, BadInputError):
        return False
    return True
