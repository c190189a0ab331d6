"""What the gate prints and writes, over all verdicts and any names."""

import html
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dlc.cli import gate_github, gate_junit, gate_report
from dlc.cli.errors import BadInputError
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
    import sys

    def show(told, **options):
        monkeypatch.setenv("COLUMNS", "160")
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        gate_report.print_report(told, **options)
        out, err = capsys.readouterr()
        return re.sub("\x1b\\[[0-9;]*m", "", out), err

    return show


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


def test_a_red_run_is_told():
    control = [row(f"op{i}", ratio=0.998 + i / 1000) for i in range(3)]
    told = report(*PASSES, UNSURE, REGRESSION, FAILED, control=control, notes=["the tree of head is dirty"])
    assert list(gate_report.sentences(told)) == [
        f"All names begin with {FOLDER}",
        "8 benchmarks (base 1a2b3c4, head 5d6e7f8) in 75 s: 1 regression, 1 error, 1 inconclusive, 5 pass.",
        "the tree of head is dirty",
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


# Markdown


def rendered(text: str) -> list[list[str]]:
    """The cells of all tables, as a reader sees them."""
    shown = MarkdownIt("commonmark").enable("table").render(text)
    rows = [
        re.findall(r"<td[^>]*>(.*?)</td>", each, re.DOTALL) for each in re.findall("<tr>.*?</tr>", shown, re.DOTALL)
    ]
    return [[html.unescape(re.sub("</?(code|strong)>", "", cell)) for cell in each] for each in rows if each]


@few
@given(st.lists(st.text(st.characters(), min_size=1, max_size=20), min_size=1, max_size=4))
def test_markdown_shows_names_as_they_are(names):
    rows = [GateRow(f"x{name}x", Verdict.ERROR, why=f"y{name}y") for name in names]
    found = rendered(gate_github.markdown(report(*rows)))
    told = gate_report.ordered(rows)
    assert [(cells[0], cells[-1]) for cells in found] == [
        (gate_report.clean(each.name), gate_report.clean(each.why)) for each in told
    ]


def test_the_summary_shows_what_matters_and_folds_the_rest():
    text = gate_github.markdown(report(*PASSES, REGRESSION, UNSURE))
    main, folded = text.split("<details>")
    assert [cells[:2] for cells in rendered(main)] == [["test_slow", "regression"], ["test_unsure", "inconclusive"]]
    assert "<summary>5 pass</summary>" in folded
    assert [cells[0] for cells in rendered(folded)] == [f"test_op{i}" for i in (4, 3, 2, 1, 0)]
    assert "**Regression in 1 of 7 benchmarks" in main
    assert "- Control" not in text


@pytest.mark.parametrize("room", [0, 100, 1500, 2000, 3000, 10_000, 1 << 20])
def test_a_summary_never_takes_more_than_its_room(room):
    told = report(*(row(f"op{i}") for i in range(1000)), *(row(f"s{i}", Verdict.REGRESSION, 1.5) for i in range(40)))
    text = gate_github.markdown(told, room)
    assert len(text.encode()) <= room
    shown = len(rendered(text))
    left_out = sum(map(int, re.findall(r"(\d+) more did not fit", text)))
    assert not text or shown + left_out == 1040
    assert (shown == 1040) == (room == 1 << 20)


def test_a_summary_is_added_to_what_is_there(tmp_path, monkeypatch, capsys):
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    assert gate_github.summary_file() == path
    gate_github.add_summary(path, report(*PASSES))
    assert path.read_text() == "before\n" + gate_github.markdown(report(*PASSES))
    path.write_bytes(b"x" * (gate_github.MOST_BYTES - 10))
    gate_github.add_summary(path, report(*PASSES))
    assert path.stat().st_size == gate_github.MOST_BYTES - 10
    assert "summary of this step is full" in capsys.readouterr().err
    gate_github.add_summary(tmp_path, report(*PASSES))
    assert "could not be written: Is a directory" in capsys.readouterr().err


def test_a_summary_that_cannot_be_written_is_refused_before_the_run(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "none" / "summary.md"))
    with pytest.raises(BadInputError, match="GITHUB_STEP_SUMMARY"):
        gate_github.summary_file()
    monkeypatch.delenv("GITHUB_STEP_SUMMARY")
    assert gate_github.summary_file() is None


# Annotations


def parsed(command: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner of GitHub reads it."""
    level, told, data = re.fullmatch(r"::(\w+) (.*?)::(.*)", command).groups()
    properties = dict(each.split("=", 1) for each in told.split(","))

    def plain(text, codes):
        for code in codes:
            text = text.replace(code, chr(int(code[1:], 16)))
        return text.replace("%25", "%")

    codes = ("%0D", "%0A")
    return level, {k: plain(v, (*codes, "%3A", "%2C")) for k, v in properties.items()}, plain(data, codes)


@few
@given(REPORTS, st.booleans())
def test_annotations_are_few_and_read_back(told, strict):
    commands = gate_github.annotations(told, Path("/nowhere"), strict=strict)
    assert len(commands) <= gate_github.MOST_ANNOTATIONS
    for command in commands:
        level, properties, message = parsed(command)
        assert level in ("error", "notice")
        assert properties.keys() == {"title"}
        assert message


def test_an_annotation_stands_at_its_test(tmp_path, monkeypatch):
    file = tmp_path / "sub" / "bench, all.py"
    file.parent.mkdir()
    file.write_text("import x\n\n@x\ndef test_a():\n    '\\d'\n\nclass TestB:\n    async def test_a(self): ...\n")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    names = ["test_a[50%:1]", "TestB::test_a", "test_made_by_a_hook"]
    rows = [GateRow(f"bench, all.py::{name}", Verdict.ERROR, why="because") for name in names]
    rows.append(GateRow("gone.py::test_c", Verdict.ERROR))
    found = {}
    for command in gate_github.annotations(report(*rows), tmp_path / "sub", strict=False):
        _, properties, message = parsed(command)
        found[properties["title"]] = (properties.get("file"), properties.get("line"), message)
    where = "sub/bench, all.py"
    assert found == {
        "Benchmark error: test_a[50%:1]": (where, "4", "bench, all.py::test_a[50%:1] failed: because"),
        "Benchmark error: test_a": (where, "8", "bench, all.py::TestB::test_a failed: because"),
        "Benchmark error: test_made_by_a_hook": (where, None, "bench, all.py::test_made_by_a_hook failed: because"),
        "Benchmark error: test_c": (None, None, "gone.py::test_c failed"),
    }


def test_the_largest_regressions_are_annotated_and_the_rest_counted(tmp_path, capsys):
    rows = [row(f"op{i}", Verdict.REGRESSION, 1.1 + i / 100) for i in range(12)]
    gate_github.annotate(report(*rows, UNSURE), tmp_path, strict=False)
    out, err = capsys.readouterr()
    assert out == "", "stdout is for data"
    titles = [parsed(line)[1]["title"] for line in err.splitlines()]
    assert titles[:9] == [f"Benchmark regression: test_op{i}" for i in range(11, 2, -1)]
    assert parsed(err.splitlines()[-1])[2].startswith("3 regressions, 1 inconclusive more")


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("false", False), (None, False)])
def test_github_is_known_by_its_own_variable(value, expected, monkeypatch):
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if value:
        monkeypatch.setenv("GITHUB_ACTIONS", value)
    assert gate_github.is_github() == expected


# JUnit


def test_junit_names_tests_as_pytest_does_and_keeps_all_figures():
    told = report(
        REGRESSION, GateRow("t/a.py::TestB::test_c[x::y/z]", Verdict.NEW), GateRow("make bench", Verdict.PASS)
    )
    suite = ElementTree.fromstring(gate_junit.gate_junit(told, strict=False)).find("testsuite")
    slow, new, command = suite.findall("testcase")
    assert (slow.attrib["classname"], slow.attrib["name"]) == ("tests.benchmarks.test_kernels", "test_slow")
    assert (new.attrib["classname"], new.attrib["name"]) == ("t.a.TestB", "test_c[x::y/z]")
    assert (command.attrib["classname"], command.attrib["name"]) == ("dlc.bench.gate", "make bench")
    assert slow.find("failure").attrib["message"] == "takes 12 % longer (head/base 1.120x 1.109-1.131)"
    figures = dict(line.split(": ", 1) for line in slow.findtext("system-out").splitlines())
    assert figures.pop("verdict") == "regression"
    assert {label: float(value) for label, value in figures.items()} == {
        label: getattr(REGRESSION, label) for label in figures
    }
    assert "detectable" in figures
    assert float(slow.attrib["time"]) == pytest.approx(REGRESSION.head_s, abs=1e-9)
    assert suite.findtext("system-out").splitlines() == list(gate_report.sentences(told))
    assert suite.find("properties/property[@name='base']").attrib["value"] == "1a2b3c4"


def test_an_unfit_machine_is_a_case_that_failed():
    told = report(REGRESSION, unfit="base against base differs by 3 %")
    suite = ElementTree.fromstring(gate_junit.gate_junit(told, strict=True)).find("testsuite")
    assert (suite.attrib["failures"], suite.attrib["errors"], suite.attrib["skipped"]) == ("0", "1", "1")
    assert "unfit" in suite.find("testcase[@name='machine']/error").attrib["message"]


BAD_PLACES = {
    "a folder": (".", "a folder"),
    "no folder": ("none/gate.xml", "no folder"),
    "a device": ("/dev/null", "no plain file"),
    "a name too long": ("x" * 300, "File name too long"),
}


@pytest.mark.parametrize(("path", "reason"), BAD_PLACES.values(), ids=list(BAD_PLACES))
def test_a_file_that_cannot_be_written_is_refused_before_the_run(path, reason, tmp_path):
    with pytest.raises(BadInputError, match=reason):
        gate_junit.check_writable(tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_a_junit_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "gate.xml"
    gate_junit.check_writable(path)
    assert list(tmp_path.iterdir()) == []
    gate_junit.write_junit(path, report(REGRESSION), strict=False)
    before = path.read_bytes()
    gate_junit.check_writable(path)

    def full(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(BadInputError, match="No space left on device"):
        gate_junit.write_junit(path, report(*PASSES), strict=False)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_lost_between_unfit_and_its_rows():
    told = report(replace(REGRESSION, why="kept"), row(), FAILED, unfit="why")
    assert [each.why for each in gate_report.settled(told).rows] == ["kept", "unfit machine", FAILED.why]
    assert gate_report.settled(report(REGRESSION)).rows == (REGRESSION,)
