"""The gate as JUnit XML."""

from xml.etree import ElementTree

import pytest
from gate_reports import PASSES, REGRESSION, report

from dlc.cli import gate_junit, gate_report
from dlc.cli.errors import BadInputError
from dlc.cli.gate_row import GateRow, Verdict


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
