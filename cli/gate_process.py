"""One worker of the gate as its runner sees it: a process of pytest with the plugin, and the pipes to it."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli.gate_generation import WORD

if TYPE_CHECKING:
    from dlc.cli.gate_sides import Side

PLUGIN = "dlc_gate_worker"
LOOK_S = 1.0  # how often a worker that says nothing is looked at


class WorkerLostError(Exception):
    """A worker has ended or does not answer; the text says which."""


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C within the block waits for its end: no process may start, or be left, between two lines."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            raise KeyboardInterrupt


class Worker:
    """One process of pytest with the plugin, and the pipes to it."""

    def __init__(self, letter: str, side: "Side", arguments: Sequence[str], folder: Path, settings: Mapping[str, str]):
        self._name = WORD[letter]
        self._log = folder / f"worker-{letter}.log"
        for_worker, self._commands = os.pipe()
        self._answers, from_worker = os.pipe()
        path = os.pathsep.join(filter(None, (str(folder), side.env.get("PYTHONPATH", ""))))
        pipes = {"DLC_GATE_COMMANDS": str(for_worker), "DLC_GATE_ANSWERS": str(from_worker)}
        with self._log.open("w") as output:
            self._process = subprocess.Popen(
                # pytest-benchmark by name: the environment may say that no plugin is loaded by itself.
                [side.python, "-m", "pytest", "-p", "benchmark", "-p", PLUGIN, *arguments],
                cwd=side.root,
                env={**_without_xdist(side.env), **settings, **pipes, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(for_worker, from_worker),
                start_new_session=True,  # Ctrl-C is for the runner, which ends its workers
            )
        os.close(for_worker)
        os.close(from_worker)
        self._unread = b""

    def tell(self, **command: Any) -> None:
        """Send a command."""
        try:
            os.write(self._commands, json.dumps(command).encode() + b"\n")
        except OSError:
            raise self._lost(self._how_it_ended()) from None

    def hear(self, timeout: float) -> dict[str, Any]:
        """The next message. Raises WorkerLostError."""
        until = time.monotonic() + timeout
        while b"\n" not in self._unread:
            left = until - time.monotonic()
            ready, _, _ = select.select([self._answers], [], [], min(LOOK_S, max(0.0, left)))
            if part := os.read(self._answers, 1 << 16) if ready else b"":
                self._unread += part
            elif ready or self._process.poll() is not None:  # what it has forked may keep the pipe open
                raise self._lost(self._how_it_ended())
            elif left <= 0:
                raise self._lost(f"hangs: no answer in {timeout:g} s")
        line, _, self._unread = self._unread.partition(b"\n")
        return json.loads(line)

    def hear_of(self, name: str, timeout: float) -> dict[str, Any]:
        """The next message, which has to be about the benchmark of this NAME. Raises WorkerLostError."""
        message = self.hear(timeout)
        if message["name"] != name:
            raise self._lost(f"ran {message['name']} in its place")
        return message

    def ask(self, timeout: float, answer: str, **command: Any) -> dict[str, Any]:
        """Send a command to a worker inside a test, and wait for its ANSWER."""
        self.tell(**command)
        message = self.hear(timeout)
        if message["is"] != answer:
            raise self._lost(f"failed when it was called again: {message.get('failure') or 'it left the test'}")
        return message

    def _lost(self, why: str) -> WorkerLostError:
        return WorkerLostError(f"{self._name}: {why}")

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(LOOK_S)
        except subprocess.TimeoutExpired:
            return "closed its pipes to the gate"
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        from dlc.cli.gate_worker import last_line

        return f"pytest ended with exit code {code}: {last_line(self._log.read_text(errors='replace'))}"

    def close(self) -> None:
        """End the process, if it has not ended."""
        os.close(self._commands)  # a worker that waits for a command ends by itself
        os.close(self._answers)
        with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of what has ended
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _without_xdist(environment: Mapping[str, str]) -> dict[str, str]:
    """A gate that is run by a worker of pytest-xdist has workers of its own."""
    return {name: value for name, value in environment.items() if not name.startswith("PYTEST_XDIST_")}
