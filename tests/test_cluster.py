"""Races on a Dask cluster: a scheduler and two workers on loopback give the bits of this process, whoever dies."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest

from dlc.cli import cells, cluster, progress
from dlc.cli.cells import Cell
from dlc.cli.errors import BadInputError
from dlc.cli.race_options import arena
from dlc.reference.objectives import OBJECTIVES
from dlc.reference.problems import PROBLEMS

pytest.importorskip("distributed")


@contextmanager
def started(*arguments):
    """A process of `dask ARGUMENTS`, as from a terminal."""
    command = [sys.executable, "-m", "dask", *map(str, arguments), "--no-dashboard"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(found, seconds=60):
    """What FOUND returns as soon as it is true."""
    ended = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < ended, "it did not happen"
        time.sleep(0.05)
    return answer


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler."""
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    with started("scheduler", "--host", "127.0.0.1", "--port", 0, "--scheduler-file", file):
        until(file.exists)
        yield until(lambda: json.loads(file.read_text() or "{}").get("address"))


def worker(address):
    return started("worker", address, "--no-nanny", "--nthreads", 2)


@pytest.fixture(scope="module")
def address(scheduler):
    """The address of a scheduler that has a worker of two threads."""
    with worker(scheduler):
        yield scheduler


def sweep(lanes=2000, cells=4, steps=1500):
    """Cells of some tasks each."""
    random = np.random.default_rng(5)
    found = arena("rosenbrock")
    return [
        Cell(
            arena=found,
            parts=(("adam", (("beta1", 0.9),)),),
            starts=random.uniform(-2, 2, (2, lanes)),
            rates=10.0 ** random.uniform(-4, 0, lanes),
            seeds=np.arange(lanes),
            steps=steps,
            bounds=np.geomspace(1, 1e-6, 3)[:, None] * np.ones(lanes),
            checkpoints=(0, 7, steps),
            keeps_paths=True,
        )
        for _ in range(cells)
    ]


def assert_equal(outcomes, others):
    for one, other in zip(outcomes, others, strict=True):
        for name, array in vars(one).items():
            np.testing.assert_array_equal(array, getattr(other, name), err_msg=name)


def test_a_scheduler_without_workers_says_so(scheduler, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with (
        pytest.raises(BadInputError, match="no workers; start some with `dask worker tcp://"),
        cluster.connected(scheduler),
    ):
        pass


@pytest.mark.parametrize(
    "arguments",
    [
        ["adam", "gd", "lbfgs", "--runs", "300", "--steps", "60", "--trials", "4"],
        ["adam", "--on", "mnist1d_softmax", "--runs", "20", "--steps", "40", "--trials", "4"],
    ],
    ids=["function", "network"],
)
def test_the_output_is_that_of_this_machine_to_the_last_byte(dlc, address, arguments):
    here = dlc("optimize", *arguments, "--json")
    there = dlc("optimize", *arguments, "--json", "--dask", address)
    assert (there.code, there.err) == (0, "")
    assert there.out == here.out != ""


def test_a_killed_worker_loses_nothing(address, monkeypatch):
    work = sweep()
    killed = []

    def over(items, doing, *, total):
        for done, item in enumerate(items):
            if done == 1:
                killed.extend(connected._client.processing()[place])
                other.send_signal(signal.SIGKILL)
            yield item

    with worker(address) as other, cluster.connected(address) as connected:
        connected._client.wait_for_workers(2)
        (place,) = [each for each, pid in connected._client.run(os.getpid).items() if pid == other.pid]
        monkeypatch.setattr(progress, "over", over)
        assert_equal(connected.run(work), cells.run(work))
        assert killed  # it had work
        assert other.wait(10) == -signal.SIGKILL


def test_after_an_interrupt_nothing_is_left_to_do(address, monkeypatch):
    def over(items, doing, *, total):
        yield next(iter(items))
        raise KeyboardInterrupt

    monkeypatch.setattr(progress, "over", over)
    with cluster.connected(address) as connected:
        with pytest.raises(KeyboardInterrupt):
            connected.run(sweep())
        until(lambda: connected._client.run_on_scheduler(lambda dask_scheduler: not dask_scheduler.tasks), 10)


def test_a_worker_with_other_versions_is_refused(address, monkeypatch):
    ours = {**cluster.facts(), "numpy": "1.0", "machine": "vax"}
    monkeypatch.setattr(cluster, "facts", lambda: ours)
    told = f"numpy {np.__version__} there, 1.0 here; machine .* there, vax here"
    with pytest.raises(BadInputError, match=told), cluster.connected(address):
        pass
    monkeypatch.setattr(cluster, "_check_workers", lambda *_: None)  # as if it had joined later
    with cluster.connected(address) as connected, pytest.raises(BadInputError, match=told):
        connected.run(sweep(cells=1, lanes=8))


@pytest.mark.parametrize("typed", ["nowhere", "tcp://", "http://127.0.0.1:80", "tcp://127.0.0.1:1"])
def test_a_bad_address_is_told_at_once(dlc, typed, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    done = dlc("optimize", "gd", "--dask", typed)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"Error: no Dask scheduler answers at {typed}; `dask scheduler` starts a scheduler and tells its address\n"
    )


def test_without_the_extra_the_remedy_is_told(dlc, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = dlc("optimize", "gd", "--dask", "tcp://127.0.0.1:8786")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("pip install 'dlc[dask]'\n")


@pytest.mark.parametrize("name", [*PROBLEMS, *OBJECTIVES])
def test_an_arena_arrives_as_it_was_sent(name):
    card = PROBLEMS[name] if name in PROBLEMS else OBJECTIVES[name]
    knobs = {knob: value * 1.5 for knob, value in card.knobs.items()}
    sent = [cells.Arena(arena(name).card, knobs)] if name in PROBLEMS else [arena(name)]
    if name in PROBLEMS and card.dimensions:
        sent.append(arena(name, dimension=min(5, card.dimensions[1])))
    if name in PROBLEMS and not card.data and 2 <= card.dimension <= 10:
        sent.append(arena(name, rotation=30.0))
    for each in sent:
        back = pickle.loads(pickle.dumps(each))
        assert back.knobs == each.knobs
        for column in ("name", "dimension", "rotation", "formula", "start", "box", "least", "is_negated"):
            assert getattr(back.card, column) == getattr(each.card, column), column
        x = each.card.start
        if x:
            assert back.card.function(x, **back.knobs) == each.card.function(x, **each.knobs)
