"""Where the report of a gate goes: terminal or pipe, JSON, JUnit, and what GitHub Actions shows."""

from contextlib import ExitStack
from pathlib import Path

from dlc.cli import gate_github, gate_junit, gate_report
from dlc.cli.gate_row import GateReport


class Output:
    """All places, checked before the run: a long run must not end at a file that cannot be written."""

    def __init__(self, junit: Path | None, *, github: bool, strict: bool, everything: bool, as_json: bool):
        """Raises BadInputError."""
        if junit:
            gate_junit.check_writable(junit)
        self._junit = junit
        self._annotates = github or gate_github.is_github()
        self._summary = gate_github.summary_file() if self._annotates else None
        self._strict, self._everything, self._as_json = strict, everything, as_json

    def write(self, report: GateReport) -> None:
        """Tell REPORT everywhere: a place that fails keeps nothing from the others."""
        with ExitStack() as places:  # the last is the first
            if self._annotates:
                places.callback(gate_github.annotate, report, Path.cwd(), strict=self._strict)
            if self._as_json:
                places.callback(gate_report.print_json, report, strict=self._strict)
            else:
                places.callback(gate_report.print_report, report, everything=self._everything)
            if self._summary:
                places.callback(gate_github.add_summary, self._summary, report)
            if self._junit:
                places.callback(gate_junit.write_junit, self._junit, report, strict=self._strict)
