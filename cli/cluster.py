"""A Dask cluster as what runs the cells of a race: the same bits as here, and a worker that dies loses nothing.

Each task is some lanes of a cell. Dask runs anew what a lost worker had, or had done and not yet handed over.
"""

import asyncio
import logging
import pickle
import platform
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from typing import Any

from dlc.cli import cells, progress
from dlc.cli.cells import BUILDING, Cell, Machines, Outcome, Watch
from dlc.cli.errors import BadInputError, FailedError

PATIENCE = 5  # seconds, for a scheduler to answer, and for a first worker
RETRIES = 3  # of a task that fails, as for want of memory; one whose worker dies is run again in any case

# A task is worth the trip (some tens of milliseconds or more), and there are enough of them for every worker.
MOST_LANES, LEAST_LANES = 256, 8
NUMBERS = 8192

Facts = dict[str, str]  # all that bits may depend on, besides the cell


class AnotherMachineError(Exception):
    """A worker's results might differ in bits from ours."""


@cache
def facts() -> Facts:
    """What has to be the same everywhere."""
    return {name: version(name) for name in ("dlc", "numpy", "numba", "llvmlite")} | {"machine": platform.machine()}


def check(ours: Facts) -> None:
    """Raises AnotherMachineError where this process is not as OURS, from where the work comes."""
    here = facts()
    unlike = [f"{name} {here[name]} there, {ours[name]} here" for name in ours if here[name] != ours[name]]
    if unlike:
        raise AnotherMachineError("; ".join(unlike))


def work(packed: bytes, ours: Facts) -> Outcome:
    """The outcome of a cell, on a worker; it may have joined after the others were looked at, so it looks again."""
    check(ours)
    with BUILDING:  # what names a problem reads the files of its family
        cell: Cell = pickle.loads(packed)
    return cells.run([cell])[0]


class Cluster(Machines):
    """The workers of a Dask scheduler."""

    def __init__(self, client: Any, address: str):
        self._client, self._address = client, address

    def run(self, cells: Sequence[Cell], watch: Watch = cells.ignore) -> list[Outcome]:
        """Lanes of all CELLS shared out over the workers. A cell is away until it is done: WATCH learns nothing.

        Raises BadInputError where a worker does not fit, FailedError where work is lost for good.
        """
        from distributed import as_completed
        from distributed.scheduler import KilledWorker

        from dlc.kernels.datasets import MissingExtraError

        pieces = [piece for cell in cells for piece in cell.split(lanes_of_a_task(cell))]
        packed = [pickle.dumps(piece) for piece in pieces]
        # What is done is let go, so that it is not run anew when its worker dies.
        waiting = {
            self._client.submit(work, each, facts(), pure=False, retries=RETRIES): place
            for place, each in enumerate(packed)
        }
        outcomes: list[Any] = [None] * len(pieces)
        try:
            done = as_completed(list(waiting), loop=self._client.loop)
            for future in progress.over(done, "on the cluster", total=len(packed)):
                outcomes[waiting.pop(future)] = future.result()
        except (AnotherMachineError, MissingExtraError) as error:
            raise BadInputError(f"a worker of {self._address} does not fit: {error}") from None
        except KilledWorker as error:
            died = error.allowed_failures + 1
            raise FailedError(f"{died} workers of {self._address} died of one task; have they enough memory?") from None
        except (CancelledError, OSError):
            raise FailedError(f"the scheduler at {self._address} is gone") from None
        finally:
            if self._client.status == "running":
                self._client.cancel(list(waiting))
        found = iter(outcomes)
        return [Outcome.joined([next(found) for _ in cell.split(lanes_of_a_task(cell))]) for cell in cells]


def lanes_of_a_task(cell: Cell) -> int:
    """How many lanes of a CELL make a task."""
    return max(LEAST_LANES, min(MOST_LANES, NUMBERS // cell.arena.card.dimension))


@contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster whose scheduler is at ADDRESS. Raises BadInputError where there is none, or none that fits."""
    try:
        from distributed import Client
    except ImportError:
        raise BadInputError("--dask needs distributed, which is not installed: pip install 'dlc[dask]'") from None
    for name in ("distributed", "distributed.client"):  # what they report comes to us as an error too
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        kind = asyncio.run(asyncio.wait_for(_kind(address), PATIENCE))
    except (OSError, ValueError, TypeError):
        kind = ""
    if kind != "Scheduler":
        found = (
            f"{address} is the address of a Dask {kind.lower()}" if kind else f"no Dask scheduler answers at {address}"
        )
        raise BadInputError(f"{found}; `dask scheduler` starts a scheduler and tells its address")
    with Client(address, timeout=PATIENCE, set_as_default=False) as client:
        _check_workers(client, address)
        yield Cluster(client, address)


async def _kind(address: str) -> str:
    """What answers at an ADDRESS; a client alone would wait for ever for a server that is not Dask's.

    Raises OSError, ValueError, TypeError.
    """
    from distributed.core import connect
    from distributed.security import Security

    comm = await connect(address, **Security().get_connection_args("client"))
    try:
        await comm.write({"op": "identity", "reply": True})
        answer = await comm.read()
        return str(answer["type"])
    finally:
        comm.abort()


def _check_workers(client: Any, address: str) -> None:
    """Raises BadInputError where there are no workers, or one whose bits could differ."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        remedy = f"start some with `dask worker {address}`"
        raise BadInputError(f"the scheduler at {address} has no workers; {remedy}") from None
    try:
        client.run_on_scheduler(facts)  # it reads what it passes on
    except Exception as error:
        raise BadInputError(f"the scheduler at {address} does not fit: {error}; install dlc there as well") from None
    for name, found in client.run(check, facts(), on_error="return").items():
        if found is not None:
            raise BadInputError(f"the worker {name} does not fit: {found}")
