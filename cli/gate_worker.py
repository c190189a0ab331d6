"""The gate's worker: a pytest plugin that stops inside each benchmark and times slices of it when it is told to.

It is copied next to a project's tests and runs in any interpreter that has pytest and pytest-benchmark: it imports
nothing else. Messages are lines of JSON over two pipes. The runner lets one worker time at a time; the others block.
"""

import gc
import hashlib
import json
import os
import random
import resource
import signal
import sys
import time
from contextlib import suppress
from functools import cached_property
from itertools import repeat

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

SLICE_NS = 100_000
LONGEST_CALIBRATION_NS = 500 * SLICE_NS  # with what prepares the calls
WARMED_FROM = 3  # calls in a slice: it is run once before it is timed, for the other sides have used the caches
LAST_LINE = 300  # characters of an error that are passed on
PR_SET_PDEATHSIG = 1


class Runner:
    """The other end of the pipes."""

    @cached_property
    def _commands(self):
        return os.fdopen(int(os.environ["DLC_GATE_COMMANDS"]), "r", encoding="utf-8")

    @cached_property
    def _answers(self):
        return os.fdopen(int(os.environ["DLC_GATE_ANSWERS"]), "w", encoding="utf-8")

    def tell(self, what, **facts):
        """Send a message; a runner that is gone needs no worker."""
        try:
            self._answers.write(json.dumps({"is": what, **facts}) + "\n")
            self._answers.flush()
        except OSError:
            os._exit(1)

    def told(self):
        """Wait for the next command."""
        line = self._commands.readline()
        if not line:
            os._exit(1)
        return json.loads(line)

    def leave(self):
        """Close the pipes: a process that a benchmark has forked is no worker."""
        self._commands.close()
        self._answers.close()


runner = Runner()
failures: dict[str, str] = {}
collection_errors: dict[str, str] = {}


def pytest_configure():
    """Take the fixture's place."""
    setattr(BenchmarkFixture, "_raw", raw)  # noqa: B010 - a type checker would complain, and rightly
    setattr(BenchmarkFixture, "_raw_pedantic", raw_pedantic)  # noqa: B010
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=runner.leave)
    end_with_runner()


def end_with_runner():
    """Linux ends this process when the runner is killed, even in a benchmark that hangs; else the next message does."""
    if sys.platform == "linux":
        with suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Coverage would trace, and so slow down, what is timed."""
    early_config.known_args_namespace.no_cov = True


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Undo what a project's own options say against benchmarks: they are run in turn, all of them, without a limit."""
    wanted: dict[str, object] = {
        "benchmark_disable": False,
        "benchmark_skip": False,
        "benchmark_enable": True,
        "benchmark_only": False,
        "benchmark_cprofile": None,
        "benchmark_save": None,
        "benchmark_autosave": False,
        "benchmark_json": None,
        "benchmark_compare": None,
        "benchmark_compare_fail": [],
        "benchmark_histogram": None,
        "benchmark_precision": None,
        "continue_on_collection_errors": True,
        "maxfail": 0,
        "collectonly": False,
        "lf": False,
        "failedfirst": False,
        "newfirst": False,
        "stepwise": False,
        "stepwise_skip": False,
        "stepwise_reset": False,
        "numprocesses": None,
        "dist": "no",
        "tx": [],
        "usepdb": False,
        "randomly_seed": int(os.environ["DLC_GATE_SEED"]),
    }
    for option, value in wanted.items():
        if hasattr(config.option, option):
            setattr(config.option, option, value)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_timeout_set_timer():
    """The runner's time limit is for a call; that of pytest-timeout would be for all of them."""
    return True


def pytest_collectreport(report):
    """Keep why a file of tests cannot be read."""
    if report.failed:
        collection_errors[report.nodeid] = last_line(str(report.longrepr))


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Say which benchmarks there are, and keep those that the runner wants, in its order, whatever others have made."""
    yield
    benchmarks = {item.nodeid: item for item in items if "benchmark" in getattr(item, "fixturenames", ())}
    runner.tell("collected", names=list(benchmarks), errors=collection_errors)
    wanted = [benchmarks[name] for name in runner.told()["names"]]
    chosen = set(wanted)
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = wanted
    gc.collect()
    if hasattr(gc, "freeze"):  # what was imported stays: no later collection has to look at it
        gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """The same random numbers on each side, for a test that does not seed its own."""
    start = int(hashlib.sha256((os.environ["DLC_GATE_SEED"] + item.nodeid).encode()).hexdigest()[:8], 16)
    random.seed(start)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(start)


def pytest_runtest_logreport(report):
    """Keep why a test failed or was skipped."""
    if report.failed and report.nodeid not in failures:
        failures[report.nodeid] = last_line(str(report.longrepr))


def pytest_runtest_logfinish(nodeid):
    """The test is over, by whatever end."""
    runner.tell("finished", name=nodeid, failure=failures.get(nodeid))


def last_line(text):
    """The line of what pytest tells that says what happened: the first that it marks, unless that is a place."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    marked = [line[1:].strip() for line in lines if line.startswith("E ")]
    is_first = marked and not marked[0].startswith("File ")
    told = marked or [line for line in lines if "error: " in line.lower()] or lines or ["no output"]
    return " ".join(told[0 if is_first else -1].split())[:LAST_LINE]


class Target:
    """What the fixture was given: how to call it so and so often, and how many nanoseconds that took."""

    def __init__(self, function, args, kwargs, setup=None, teardown=None):
        self.function, self.args, self.kwargs = function, args, kwargs
        self.setup, self.teardown = setup, teardown

    def prepared(self):
        """The arguments of the next call; pytest-benchmark's meaning of a setup."""
        given = self.setup() if self.setup else None
        if not given:
            return self.args, self.kwargs
        if self.args or self.kwargs:
            raise TypeError("Can't use `args` or `kwargs` if `setup` returns the arguments.")
        return given

    def once(self):
        """The result of one call."""
        args, kwargs = self.prepared()
        result = self.function(*args, **kwargs)
        if self.teardown is not None:
            self.teardown(*args, **kwargs)
        return result

    def timed(self, loops):
        """Nanoseconds of so many calls; what prepares each is not counted."""
        clock, function = time.perf_counter_ns, self.function
        if not (self.setup or self.teardown):
            args, kwargs = self.args, self.kwargs
            start = clock()
            for _ in repeat(None, loops):
                function(*args, **kwargs)
            return clock() - start
        total = 0
        for _ in repeat(None, loops):
            args, kwargs = self.prepared()
            start = clock()
            function(*args, **kwargs)
            total += clock() - start
            if self.teardown is not None:
                self.teardown(*args, **kwargs)
        return total

    def calibrate(self):
        """Calls in a slice of about SLICE_NS; of two trials the faster counts, since one may meet a spike."""
        loops, begun = 1, time.perf_counter_ns()
        while True:
            spent = min(self.timed(loops), self.timed(loops))
            too_long = time.perf_counter_ns() - begun > LONGEST_CALIBRATION_NS
            if spent * 1.414 >= SLICE_NS or too_long:
                return loops, spent
            loops *= 2


def interruptions():
    """How often another process was given the core of this thread."""
    return resource.getrusage(resource.RUSAGE_THREAD if sys.platform == "linux" else resource.RUSAGE_SELF).ru_nivcsw


def usable_cores():
    """The cores of this process, where a system tells."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def stay_on(wanted, core):
    """Keep this thread on one core, for two cores of a machine are not equally fast; where it is now."""
    if wanted is not None and wanted != core:
        os.sched_setaffinity(0, {wanted})
        return wanted
    return core


def visit(fixture, target):
    """Stop inside the test, time what the runner asks for, and return what the function returns."""
    start = time.perf_counter_ns()
    target.once()  # it may compile: it is never used to calibrate
    runner.tell("ready", name=fixture.fullname, first_ns=time.perf_counter_ns() - start, code=code_of(fixture, target))
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    loops, slices, core, cores = 1, [], None, usable_cores()
    try:
        while (command := runner.told())["do"] != "leave":
            if command["do"] == "calibrate":
                loops, spent = target.calibrate()
                runner.tell("calibrated", loops=loops, ns=spent)
            else:
                loops, core = command["loops"], stay_on(command.get("core"), core)
                if loops >= WARMED_FROM:
                    target.timed(loops)
                before = interruptions()
                spent = target.timed(loops)
                slices.append(spent)
                runner.tell("timed", ns=spent, interruptions=interruptions() - before)
    finally:
        if core is not None:
            os.sched_setaffinity(0, cores)
        if was_enabled:
            gc.enable()
    stats = fixture._make_stats(loops)  # a test may look at them afterwards
    for spent in slices or [target.timed(1)]:
        stats.update(spent / 1e9)
    return target.once()


def raw(fixture, function, *args, **kwargs):
    """In place of `benchmark(function, ...)`."""
    return visit(fixture, Target(function, args, kwargs))


def raw_pedantic(fixture, target, args=(), kwargs=None, setup=None, teardown=None, **_):
    """In place of `benchmark.pedantic(...)`: its own numbers of rounds and iterations are not used."""
    return visit(fixture, Target(target, args, kwargs or {}, setup, teardown))


def code_of(fixture, target):
    """A digest of the machine code and the inputs: as the test states it, or that of a function of numba.njit."""
    if "machine_code" in fixture.extra_info:
        stated = fixture.extra_info["machine_code"]
        return None if stated is None else str(stated)
    if target.setup or target.teardown or "numba" not in sys.modules:
        return None
    from dlc_gate_code import dispatcher_hash  # a copy beside this one

    return dispatcher_hash(target.function, target.args, target.kwargs)
