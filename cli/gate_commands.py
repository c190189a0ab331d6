"""Whole commands as sides of the gate: each turn is a fresh process, timed from its start to its end.

No shell stands between, whose own start would be timed, too. Base, head and control take turns in palindromes, each of
a random order; one in which a process had to wait for the core is taken again, whichever side it hit. The random order
of Python's hashes is new in each generation, and the same on all sides.
"""

import os
import random
import shlex
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from dlc.cli.errors import BadInputError
from dlc.cli.gate_generation import BASE, CONTROL, HEAD, WORD, Generation, Slices

ROW = "command"  # a run of the gate on commands has this row only
WARM_UPS = 2  # of each side, before anything is timed: files are read into memory, bytecode is written
# Short commands take more turns in a generation: as many palindromes as fit in this time.
GENERATION_S = 1.0
MOST_PALINDROMES = 15
EMPTY_STARTS = 15
CALM = 0.02  # share of its time that a process may wait for a core that others have
SWITCH_S = 1e-4  # that two processes on one core wait for each other at start and end
ON_LINUX = sys.platform == "linux"
TOLD_FROM = 0.05  # share of a command's time that its mere start takes
GRACE_S = 1.0  # from SIGTERM to SIGKILL
LONGEST_LINE = 160
OF_A_SHELL = {"|", "||", "&", "&&", ";", ">", ">>", "<", "2>", "2>&1"}


@dataclass(frozen=True)
class Launch:
    """One process from start to end: wall time, user and system time, its largest resident size, exit code.

    WAITED_S is how long it, or who times it, was ready and had to wait for a core; 0 where the system does not tell.
    """

    seconds: float
    waited_s: float
    cpu_s: float
    peak_bytes: int
    code: int  # negative: the signal that ended it
    timed_out: bool = False


class Commands:
    """Two commands that take turns; generation() has the same meaning as for pytest benchmarks."""

    def __init__(self, base: str, head: str, *, seed: int, timeout: float, ignore_failure: bool = False):
        """Find both programs. Raises BadInputError."""
        before, after = words("base", base), words("head", head)
        self._argv = {BASE: before, HEAD: after, CONTROL: before}
        self._seed = seed
        self._timeout = timeout
        self._ignore_failure = ignore_failure
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - close() closes it
        self._launches: dict[str, list[Launch]] = {side: [] for side in WORD}
        self._palindromes = 0  # none before the warm-ups
        self._empty: list[Launch] = []

    def names(self) -> list[str]:
        """The one row there is."""
        return [ROW]

    def generation(self, names: Collection[str], number: int, control: Collection[str] = ()) -> Generation:
        """Fresh processes of both sides, and of the base again where CONTROL asks for it.

        A command that fails or does not end gives an error in place of times.
        """
        done = Generation(number, datetime.now(UTC).isoformat(timespec="seconds"))
        if ROW not in names:
            return done
        order = random.Random(f"{self._seed} {number}")
        environment = {"PYTHONHASHSEED": str(order.randrange(1, 1 << 32)), **os.environ}
        try:
            if not self._palindromes:
                self._warm_up(environment)
            sides = [BASE, HEAD, CONTROL] if ROW in control else [BASE, HEAD]
            taken: list[list[tuple[str, Launch]]] = []
            while len(taken) < 2 * self._palindromes and sum(map(_is_calm, taken)) < self._palindromes:
                if not taken or _is_calm(taken[-1]):  # one that is taken again has the same order: seeds decide it
                    order.shuffle(sides)
                taken.append([(side, self._turn(side, environment)) for side in [*sides, *reversed(sides)]])
        except _NoTimeError as error:
            done.errors[ROW] = str(error)
            return done
        calm = [each for each in taken if _is_calm(each)]
        done.disturbed = len(taken) - len(calm)
        turns = [turn for each in (calm if 2 * len(calm) >= self._palindromes else taken) for turn in each]
        for side, launch in turns:
            self._launches[side].append(launch)
        done.rows[ROW] = Slices("".join(side for side, _ in turns), tuple(launch.seconds for _, launch in turns))
        return done

    def notes(self) -> list[str]:
        """What else was measured: CPU time and memory, and what part of the time is the mere start of a process."""
        told = []
        for side in (BASE, HEAD):
            if launches := self._launches[side]:
                told.append(f"{WORD[side]}: {self._described(launches)}")
        if told:
            told += self._of_the_start()
        return told

    def close(self) -> None:
        """No process is left by then; the file for what they write to stderr goes."""
        self._stderr.close()

    def _warm_up(self, environment: Mapping[str, str]) -> None:
        for _ in range(WARM_UPS):
            seconds = sum(self._turn(side, environment, keep_output=True).seconds for side in (BASE, HEAD))
        if nothing := shutil.which("true"):
            self._empty = [launch([nothing], environment, self._stderr, timeout=60) for _ in range(EMPTY_STARTS)]
        self._palindromes = max(1, min(MOST_PALINDROMES, int(GENERATION_S / (2 * seconds))))

    def _turn(self, side: str, environment: Mapping[str, str], *, keep_output: bool = False) -> Launch:
        """Run one side's command. Raises _NoTimeError."""
        found = launch(self._argv[side], environment, self._stderr, timeout=self._timeout, keep_output=keep_output)
        if found.timed_out:
            raise _NoTimeError(f"{WORD[side]}: did not end in {self._timeout:g} s")
        if found.code and not self._ignore_failure:
            how = f"exit code {found.code}" if found.code > 0 else f"ended by {_signal_name(-found.code)}"
            said = _last_line(self._stderr)
            raise _NoTimeError(f"{WORD[side]}: {how}: {said}" if said else f"{WORD[side]}: {how}")
        return found

    def _described(self, launches: Sequence[Launch]) -> str:
        seconds = statistics.median(each.seconds for each in launches)
        cpu = statistics.median(each.cpu_s for each in launches)
        peak = statistics.median(each.peak_bytes for each in launches)
        # Before it executes its program, a process has the memory of this one, which the system counts as its own.
        least = max((each.peak_bytes for each in self._empty), default=0)
        below, peak = ("at most ", least) if peak <= 1.05 * least else ("", peak)
        return (
            f"{_milliseconds(seconds)}, {_milliseconds(cpu)} of CPU (user and system), {below}{peak / 1e6:.1f} MB of "
            f"memory, medians of {len(launches)} runs"
        )

    def _of_the_start(self) -> list[str]:
        if not self._empty:
            return []
        empty = statistics.median(each.seconds for each in self._empty)
        base, head = (statistics.median(each.seconds for each in self._launches[side]) for side in (BASE, HEAD))
        if empty < TOLD_FROM * min(base, head):
            return []
        told = f"starting a process that does nothing takes {_milliseconds(empty)} of each time"
        if min(base, head) > 1.1 * empty:
            told += f"; without it, head/base is {(head - empty) / (base - empty):.3f}"
        return [told]


class _NoTimeError(Exception):
    """A command that failed, or did not end."""


def _is_calm(palindrome: Sequence[tuple[str, Launch]]) -> bool:
    return all(launch.waited_s <= CALM * launch.seconds + SWITCH_S for _, launch in palindrome)


def words(option: str, command: str) -> list[str]:
    """The arguments of a COMMAND, with the path of its program. Raises BadInputError."""
    try:
        argv = shlex.split(command)
    except ValueError as error:
        raise BadInputError(f"--{option} {command!r}: {str(error).lower()}") from None
    if not argv:
        raise BadInputError(f"--{option} is an empty command")
    if signs := OF_A_SHELL.intersection(argv):
        raise BadInputError(f"--{option}: {min(signs)} is for a shell, and none is used; write sh -c '...'")
    program = shutil.which(argv[0])
    if program is None:
        hint = "; write env NAME=VALUE PROGRAM" if "=" in argv[0] else ""
        raise BadInputError(f"--{option}: there is no program {argv[0]}{hint}")
    return [program, *argv[1:]]


def launch(
    argv: list[str], environment: Mapping[str, str], stderr: IO[bytes], *, timeout: float, keep_output: bool = False
) -> Launch:
    """Run a command to its end, in a process group of its own, of which nothing is left afterwards.

    It reads nothing. What it writes to STDERR is in that file; its output is thrown away, or there, too.
    """
    stderr.seek(0)
    stderr.truncate()
    descriptor = stderr.fileno()
    output = (
        (os.POSIX_SPAWN_DUP2, descriptor, 1) if keep_output else (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    )
    files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), output, (os.POSIX_SPAWN_DUP2, descriptor, 2)]
    running: list[int] = []
    ended, timed_out = threading.Event(), threading.Event()
    watch = threading.Timer(timeout, _stop, (running, ended, timed_out))  # its thread starts before the clock does
    watch.daemon = True
    watch.start()
    waited = -_waited_for_core("thread-self")
    try:
        start = time.perf_counter()
        child = os.posix_spawn(argv[0], argv, environment, file_actions=files, setpgroup=0, setsigdef=[signal.SIGPIPE])
        running.append(child)
        if ON_LINUX:
            os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # what is known of it can be read until wait4()
            seconds = time.perf_counter() - start
            waited += _waited_for_core(str(child)) + _waited_for_core("thread-self")
        _, status, usage = os.wait4(child, 0)
        if not ON_LINUX:
            seconds = time.perf_counter() - start
    except BaseException:
        if running:
            threading.Thread(target=_stop, args=(running, ended, timed_out)).start()
            os.wait4(child, 0)
        raise
    finally:
        ended.set()
        watch.cancel()
        for group in running:
            _signal_group(group, signal.SIGKILL)  # what it left running would disturb the next turn
    peak = usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
    code = os.waitstatus_to_exitcode(status)
    return Launch(seconds, max(0.0, waited), usage.ru_utime + usage.ru_stime, peak, code, timed_out.is_set())


def _waited_for_core(process: str) -> float:
    """Seconds in which a process was ready and had to wait, so far; of its first thread."""
    if not ON_LINUX:
        return 0.0
    try:
        with open(f"/proc/{process}/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):  # a kernel without these statistics
        return 0.0


def _stop(groups: Sequence[int], ended: threading.Event, timed_out: threading.Event) -> None:
    """End process groups, at first politely."""
    if ended.is_set():
        return
    timed_out.set()
    for number in (signal.SIGTERM, signal.SIGKILL):
        for group in groups:
            _signal_group(group, number)
        if ended.wait(GRACE_S):
            return


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # all of them have ended; macOS says so by the latter
        return


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_line(file: IO[bytes]) -> str:
    """The last line that is not empty, of what was written to a file."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 10_000))
    lines = [line for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    return " ".join(lines[-1].split())[:LONGEST_LINE] if lines else ""


def _milliseconds(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1e3:.3g} ms"
