"""The replay of recorded generations: its statistics, the rules of others, and a whole report of invented noise."""

import math

import numpy as np
import pytest

from dlc.cli.gate_generation import Generation, Recording, Slices
from tests import gate_replay
from tests.gate_recorded import Recorded, scale, serial
from tests.gate_replay import bounds, report
from tests.other_rules import OTHER_RULES, _mann_whitney_cumulative, student

NAMES = [f"test_{i}" for i in range(8)]
SIGMA = 0.002


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Thirty generations of equal code on sides A, B and C, on a machine whose speed wanders."""
    path = tmp_path_factory.mktemp("recorded") / "quiet.jsonl"
    file = Recording(path, {"base": "same", "head": "same"})
    random = np.random.default_rng(2)
    for number in range(1, 31):
        speed = math.exp(random.normal(0, 0.1))
        rows = {}
        for name in NAMES:
            times = {side: speed * math.exp(random.normal(0, SIGMA / math.sqrt(2))) for side in "ABC"}
            order = "ABCCBABCAACB"
            rows[name] = Slices(order, tuple(times[side] * math.exp(random.normal(0, 0.001)) for side in order))
        file.add(Generation(number, f"2026-01-01T00:{number // 2:02}:{number % 2 * 30:02}+00:00", rows))
    return path


def test_a_recording_as_arrays(recording):
    record = Recorded(recording)
    assert record.names == sorted(NAMES)
    assert record.sides == ["A", "B", "C"]
    assert (len(record.generations), record.generation_s) == (30, 30)
    found = record.matrix("A", "B")
    assert found.shape == (30, 8)
    assert np.median(scale(found)) == pytest.approx(SIGMA, rel=0.3)
    np.testing.assert_allclose(record.matrix("B", "A"), -found)
    assert np.median(scale(record.medians("B") - record.medians("A"))) == pytest.approx(SIGMA, rel=0.3)


def test_serial_correlation():
    walk = np.cumsum(np.random.default_rng(0).normal(size=(200, 3)), 0)
    assert (serial(walk) > 0.8).all()
    assert (np.abs(serial(np.diff(walk, axis=0))) < 0.25).all()


def test_the_report_of_a_quiet_machine(recording, monkeypatch):
    monkeypatch.setattr(gate_replay, "POWER_RUNS", 3)
    lines = report([recording], 1, "fop").splitlines()

    def cells(start):
        return next(line for line in lines if line.startswith(start)).strip("| ").split(" | ")

    runs = 3 * 6  # starts, directions of three sides
    assert cells("| a row called regression")[1].startswith(f"0 of {runs}")
    assert cells("| a row called inconclusive")[1].startswith(f"0 of {runs}")
    assert cells("| ≤ 0.5 %")[1:5] == ["100.0% of 3"] * 4
    assert cells("| pytest-benchmark `min:5%` | right after")[3] != "0 (0%)"


# scipy 1.17.1: binomtest(k, n).proportion_ci(method="exact")
@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 300, 0, 0.012220974694), (3, 50, 0.012548587834, 0.165481946604), (50, 50, 0.928878263536, 1)],
)
def test_bounds_of_a_share(hits, count, low, high):
    assert bounds(hits, count) == pytest.approx((low, high), abs=1e-8)


def test_mann_whitney_and_student_as_scipy_has_them():
    """scipy 1.17.1: mannwhitneyu(method="exact") and ttest_ind of the same values."""
    assert (_mann_whitney_cumulative(2, 2) * 6).tolist() == pytest.approx([1, 2, 4, 5, 6])
    assert 2 * _mann_whitney_cumulative(20, 20)[123] == pytest.approx(0.03751917500043437, rel=1e-9)
    random = np.random.default_rng(4)
    x, y = random.normal(0, 1, 20), random.normal(0.9, 1, 20)
    assert student(x, y) == pytest.approx(2.1334780389299217, rel=1e-12)


@pytest.mark.parametrize("rule", OTHER_RULES, ids=lambda rule: rule.name)
def test_other_rules_see_a_large_slowdown_and_no_speedup(rule):
    random = np.random.default_rng(1)
    base = np.exp(random.normal(0, 0.01, (rule.processes, 12)))
    assert rule.slower(base, base * 1.2)
    assert not rule.slower(base, base)
    assert not rule.slower(base * 1.2, base)
