"""What the gate prints, over all verdicts and any names; and that all ways of telling agree."""

import json
import math
import re
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from gate_reports import FAILED, FOLDER, PASSES, REGRESSION, REPORTS, UNSURE, VERDICTS, few, report, row
from hypothesis import given
from hypothesis import strategies as st

from dlc.cli import gate_github, gate_junit, gate_report, show
from dlc.cli.gate_row import GateRow, Verdict


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_has_its_place_and_its_words(verdict):
    bare, timed = GateRow("bare", verdict), row(verdict=verdict)
    assert gate_report.finding(replace(bare, why="because")).endswith(": because")
    assert len({gate_report.finding(GateRow("x", each)) for each in VERDICTS}) == len(VERDICTS)
    assert gate_report.tally([timed]) == f"1 {verdict}"
    assert re.search(rf"\| (\*\*)?{verdict}(\*\*)? \|", gate_github.markdown(report(timed)))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("unfit", ["", "base against base differs by 3 %"])
@pytest.mark.parametrize("verdict", VERDICTS)
def test_all_ways_of_telling_agree_with_the_exit_code(verdict, unfit, strict, tmp_path):
    told = report(row("fine"), row(verdict=verdict), unfit=unfit)
    red = told.exit_code(strict=strict) != 0
    suite = ElementTree.fromstring(gate_junit.gate_junit(told, strict=strict)).find("testsuite")
    assert (int(suite.attrib["failures"]) + int(suite.attrib["errors"]) > 0) == red
    commands = gate_github.annotations(told, tmp_path, strict=strict)
    assert any(line.startswith("::error ") for line in commands) == red
    if unfit:
        assert gate_report.result(told).startswith("No verdict, this machine is unfit: base against base differs")
        timed = {each.verdict for each in gate_report.settled(told).rows} & gate_report.FROM_TIMES
        assert timed == {Verdict.INCONCLUSIVE}


@few
@given(REPORTS)
def test_the_worst_comes_first_and_nothing_is_lost(told):
    rows = gate_report.ordered(told.rows)
    assert sorted(map(id, rows)) == sorted(map(id, told.rows))
    places = [gate_report.ORDER.index(each.verdict) for each in rows]
    assert places == sorted(places)


@few
@given(REPORTS, st.booleans())
def test_odd_names_break_no_line(told, strict):
    lines = [*gate_report.sentences(told), *gate_github.annotations(told, Path("/nowhere"), strict=strict)]
    assert all(line.isprintable() for line in lines)
    assert len(lines) < 60
    ElementTree.fromstring(gate_junit.gate_junit(told, strict=strict))


def test_a_pipe_gets_every_row_at_full_precision(capsys):
    rows = [row(f"op{i}", ratio=1 / 3 + i) for i in range(30)]
    gate_report.print_report(report(*rows, row("tab\there"), FAILED))
    header, *lines = capsys.readouterr().out.splitlines()
    assert tuple(header.split("\t")) == gate_report.COLUMNS
    assert len(lines) == 32
    found = {cells[0]: cells for cells in (line.split("\t") for line in lines)}
    for each in rows:
        _, verdict, base, head, ratio, missed, generations, why = found[each.name]
        assert (verdict, int(generations), why) == ("pass", 4, "")
        assert (float(base), float(head), float(missed)) == (each.base_s, each.head_s, each.detectable)
        assert [float(number) for number in ratio.split()] == [each.ratio, each.low, each.high]
    assert f"{FOLDER}test_tab\\there" in found
    assert found[FAILED.name][2:7] == [""] * 5


@pytest.fixture
def terminal(capsys, monkeypatch):
    """What print_report shows on a terminal."""

    def shown(told, width=160, **options):
        monkeypatch.setenv("COLUMNS", str(width))
        show.terminal.cache_clear()
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        gate_report.print_report(told, **options)
        out, err = capsys.readouterr()
        return re.sub("\x1b\\[[0-9;]*m", "", out), err

    yield shown
    show.terminal.cache_clear()


def test_a_terminal_sums_up_what_needs_no_look(terminal):
    told = report(REGRESSION, UNSURE, *(row(f"op{i}") for i in range(40)), row("same", Verdict.SAME_CODE))
    out, err = terminal(told)
    assert [line.split()[0] for line in out.splitlines()] == ["benchmark", "test_slow", "test_unsure"]
    assert "Not shown: 40 pass, 1 same code; --all shows them." in err
    assert f"All names begin with {FOLDER}\n" in err
    out, err = terminal(told, everything=True)
    assert len(out.splitlines()) == 1 + len(told.rows)
    assert "Not shown" not in err
    assert len(terminal(report(*PASSES))[0].splitlines()) == 1 + len(PASSES), "a small suite is shown as a whole"


def test_a_terminal_shows_numbers_for_reading(terminal):
    header, line = terminal(report(REGRESSION))[0].splitlines()
    assert header.split("  ")[0] == "benchmark"
    assert re.split("  +", line.rstrip()) == [
        REGRESSION.name,
        "regression",
        "3.5 us",
        "3.92 us",
        "1.120x 1.109-1.131",
        "3.0 %",
        "24",
    ]
    assert re.split("  +", terminal(report(REGRESSION), width=80)[0].splitlines()[1].rstrip()) == [
        REGRESSION.name,
        "regression",
        "1.120x 1.109-1.131",
        "3.0 %",
    ]


def test_many_inconclusive_rows_do_not_flood_the_log():
    rows = [row(f"op{i}", Verdict.INCONCLUSIVE, why=f"could miss {i} %") for i in range(30)]
    told = [line for line in gate_report.sentences(report(*rows)) if line.startswith("Inconclusive")]
    assert len(told) == gate_report.MOST_NAMES + 1
    assert told[-1] == "Inconclusive: 25 more, each for its own reason."


def test_a_red_run_is_told():
    control = [row(f"op{i}", ratio=0.998 + i / 1000) for i in range(3)]
    told = report(*PASSES, UNSURE, REGRESSION, FAILED, control=control, notes=["the tree of head is dirty"])
    assert list(gate_report.sentences(told)) == [
        f"All names begin with {FOLDER}",
        "8 benchmarks (base 1a2b3c4, head 5d6e7f8) in 75 s: 1 regression, 1 error, 1 inconclusive, 5 pass.",
        "The tree of head is dirty.",
        "Control, base against base in 3 benchmarks: no difference shown, ratios from 0.998 to 1.000.",
        "Inconclusive: test_unsure: the budget of 4m was used up.",
        "No regression shown in 5 other benchmarks; slowdowns below 4.0 % could have been missed in a typical one, "
        "slowdowns below 6.0 % in the least sensitive (test_op4).",
        "Regression in 1 of 8 benchmarks: test_slow takes 12 % longer (head/base 1.120x 1.109-1.131); "
        "1 benchmark failed: test_bad; 1 inconclusive.",
    ]


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (
            report(*PASSES),
            "No regression shown in 5 benchmarks; slowdowns below 4.0 % could have been missed in a typical one, "
            "slowdowns below 6.0 % in the least sensitive (test_op4).",
        ),
        (report(PASSES[0]), "No regression shown in 1 benchmark; slowdowns below 2.0 % could have been missed."),
        (
            report(row(detectable=math.inf)),
            "No regression shown in 1 benchmark; any slowdown could have been missed.",
        ),
        (report(GateRow("same", Verdict.SAME_CODE)), "No regression shown in 1 benchmark."),
        (report(UNSURE, UNSURE), "2 inconclusive."),
        (report(GateRow("n", Verdict.NEW)), "Nothing was compared: no benchmark is on both sides."),
        (report(), "Nothing was compared: no benchmark is on both sides."),
        (
            report(*[row(f"op{i}", Verdict.REGRESSION, 1.5) for i in range(7)]),
            "and 2 more.",
        ),
        (
            report(REGRESSION, unfit="base against base differs by 3 %"),
            "No verdict, this machine is unfit: base against base differs by 3 %. "
            "Stop other work on this machine or choose another one, and run it again.",
        ),
    ],
)
def test_the_result_promises_no_more_than_was_measured(told, text):
    assert gate_report.result(told).endswith(text)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.0301, "takes 3.0 % longer"), (1.5, "takes 50 % longer"), (3.456, "takes 3.46 times as long")],
)
def test_a_change_is_told_in_plain_words(ratio, text):
    assert gate_report.finding(row(verdict=Verdict.REGRESSION, ratio=ratio)).startswith(text)
    assert gate_report.finding(row(verdict=Verdict.IMPROVED, ratio=0.8)).startswith("takes 20 % less time")


def test_a_control_that_differs_is_named():
    wrong = gate_report.control([row("a"), row("b", Verdict.IMPROVED, 0.9)], FOLDER)
    assert wrong.endswith("in 2 benchmarks: test_b seemed to differ, though the code is the same.")


@pytest.mark.parametrize(
    ("names", "prefix"),
    [
        (["a/b.py::test_x", "a/b.py::test_y"], "a/b.py::"),
        (["a/b.py::test_x", "a/c.py::test_x"], "a/"),
        (["a/b.py::C::test_x", "a/b.py::C::test_x[1]"], "a/b.py::C::"),
        (["a.py::test_x[p/q::r]", "a.py::test_x[p/q::s]"], "a.py::"),
        (["a/b.py::test_x"], ""),
        (["b.py::test_x", "c.py::test_x"], ""),
        (["python a/b.py", "python a/c.py"], ""),
    ],
)
def test_only_whole_folders_files_and_classes_are_shortened(names, prefix):
    assert gate_report.common_prefix([GateRow(name, Verdict.PASS) for name in names]) == prefix


def test_json_keeps_seconds_and_ratios(capsys):
    told = report(REGRESSION, row(detectable=math.inf), GateRow("n\x1b", Verdict.NEW), control=[row("c")])
    gate_report.print_json(told, strict=False)
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["command"], found["exit_code"]) == (1, "bench gate", 1)
    assert found["counts"] == {str(each): int(each in ("regression", "pass", "new")) for each in Verdict}
    slow, new, fine = found["rows"]
    assert slow == vars(REGRESSION)
    assert fine["detectable"] == "inf"
    assert (new["name"], new["ratio"]) == ("n\\x1b", None)
    assert found["control"][0]["name"] == f"{FOLDER}test_c"


def test_nothing_is_lost_between_unfit_and_its_rows():
    told = report(replace(REGRESSION, why="kept"), row(), FAILED, unfit="why")
    assert [each.why for each in gate_report.settled(told).rows] == ["kept", "unfit machine", FAILED.why]
    assert gate_report.settled(report(REGRESSION)).rows == (REGRESSION,)
