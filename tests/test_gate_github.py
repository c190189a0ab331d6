"""The gate in GitHub Actions: what Markdown shows, and what the runner reads."""

import html
import re
from pathlib import Path

import pytest
from gate_reports import PASSES, REGRESSION, REPORTS, UNSURE, few, report, row
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dlc.cli import gate_github, gate_report
from dlc.cli.errors import BadInputError
from dlc.cli.gate_row import GateRow, Verdict


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
