"""Reports of the gate, made up for tests: plain ones, and any at all."""

import math

from hypothesis import settings
from hypothesis import strategies as st

from dlc.cli.gate_row import GateReport, GateRow, Verdict

FOLDER = "tests/benchmarks/test_kernels.py::"
VERDICTS = list(Verdict)


def row(name="gelu[float32-1000]", verdict=Verdict.PASS, ratio=1.003, **more):
    """A row of a benchmark that was timed."""
    figures = {"low": ratio * 0.99, "high": ratio * 1.01, "detectable": 1.03, "generations": 4}
    return GateRow(f"{FOLDER}test_{name}", verdict, 3.5e-6, 3.5e-6 * ratio, ratio, **figures | more)


def report(*rows, **more):
    return GateReport("1a2b3c4", "5d6e7f8", rows, seconds=75.0, **more)


REGRESSION = row("slow", Verdict.REGRESSION, 1.12, generations=24)
UNSURE = row("unsure", Verdict.INCONCLUSIVE, 1.03, detectable=1.2, why="the budget of 4m was used up")
FAILED = GateRow(f"{FOLDER}test_bad", Verdict.ERROR, why="head: ZeroDivisionError: division by zero")
PASSES = [row(f"op{i}", detectable=1.02 + i / 100) for i in range(5)]


# Any report: odd names, and figures that are not there.
NAMES = st.one_of(
    st.text(st.characters(), min_size=1, max_size=30),
    st.text(st.sampled_from("a_Z9|`*_~<>&[]()\\#!@$: \t\n\x1b/"), min_size=1, max_size=20).map(FOLDER.__add__),
)
RATIOS = st.none() | st.floats(0.01, 100)
ROWS = st.builds(
    GateRow,
    NAMES,
    st.sampled_from(VERDICTS),
    *(st.none() | st.floats(1e-9, 1e3) for _ in range(2)),
    RATIOS,
    RATIOS,
    RATIOS,
    detectable=st.none() | st.floats(1, 50) | st.just(math.inf),
    generations=st.integers(0, 30),
    why=st.just("") | NAMES,
)
REPORTS = st.builds(
    GateReport,
    NAMES,
    NAMES,
    st.lists(ROWS, max_size=8),
    control=st.lists(ROWS, max_size=2),
    unfit=st.just("") | NAMES,
    seconds=st.floats(0, 1e4),
    notes=st.lists(NAMES, max_size=1),
)
few = settings(max_examples=40, deadline=None)
