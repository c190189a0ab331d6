"""The loop of a gate, with a clock and measurements that are made up."""

import pytest
from gate_projects import Machine

from dlc.cli.errors import BadInputError
from dlc.cli.gate_generation import read_recording
from dlc.cli.gate_row import Verdict
from dlc.cli.gate_rule import Rule
from dlc.cli.gate_run import OUT_OF_TIME, Run

RULE = Rule()


def run(machine, budget=None, **options):
    made = Run(RULE, None if budget is None else machine.now + budget, clock=lambda: machine.now, **options)
    return made, made.report(machine, machine.now)


def verdicts(report):
    return {row.name: row.verdict for row in report.rows}


def test_a_screen_of_all_then_only_what_moved():
    machine = Machine({"fine": 1.0, "slow": 1.2, "fast": 0.8})
    made, report = run(machine)
    assert verdicts(report) == {"fast": Verdict.IMPROVED, "fine": Verdict.PASS, "slow": Verdict.REGRESSION}
    assert machine.asked == [{"fast", "fine", "slow"}] * RULE.screen + [{"fast", "slow"}] * RULE.looks[0]
    assert (report.base, report.head, report.seconds) == ("old", "new", machine.now - 1000)
    assert report.notes[0] == "a note"
    assert f"{RULE.screen + RULE.looks[0]} turns were taken again" in report.notes[1]
    assert not made.interrupted
    assert not report.unfit


@pytest.mark.parametrize(
    ("budget", "generations"),
    [(0.0, 1), (3.1, 3), (4.0, 4), (5.2, 6), (100.0, RULE.screen + RULE.looks[0])],
    ids=["none", "within the screen", "after the screen", "within the proof", "enough"],
)
def test_a_time_limit_is_kept_and_what_it_left_open_is_told(budget, generations):
    machine = Machine({"fine": 1.0, "slow": 1.2})
    _, report = run(machine, budget)
    assert len(machine.asked) == generations, "the first may be as long as it likes"
    if generations > 1:
        assert machine.now - 1000 <= budget
    found = verdicts(report)
    assert (found["fine"] is Verdict.PASS) == (generations >= RULE.screen)
    assert found["slow"] is (Verdict.REGRESSION if budget > 50 else Verdict.INCONCLUSIVE)
    open_rows = [row for row in report.rows if row.verdict is Verdict.INCONCLUSIVE]
    assert all(OUT_OF_TIME in row.why for row in open_rows)
    assert report.exit_code(strict=True) == (1 if budget > 50 else 3)


def test_a_time_limit_before_the_first_generation():
    machine = Machine({"fine": 1.0})
    _, report = run(machine, -1.0)
    assert (machine.asked, verdicts(report)) == ([], {"fine": Verdict.INCONCLUSIVE})


def test_ctrl_c_keeps_what_is_known():
    machine = Machine({"fine": 1.0, "slow": 1.2}, interrupt_at=RULE.screen + 3)
    made, report = run(machine)
    assert made.interrupted
    assert verdicts(report) == {"fine": Verdict.PASS, "slow": Verdict.INCONCLUSIVE}
    assert report.rows[1].why == "interrupted"
    assert report.rows[1].generations == RULE.screen + 2


def test_rows_without_times():
    every = range(1, 40)
    machine = Machine(dict.fromkeys(("bad", "new", "gone", "same", "skips", "fine"), 1.0))
    machine.settled = {
        number: {"skipped": {"skips"}, "errors": {"bad": "head: no"}, "new": {"new"}, "gone": {"gone"},
                 "same_code": {"same"}}
        for number in every
    }  # fmt: skip
    _, report = run(machine)
    assert verdicts(report) == {
        "bad": Verdict.ERROR, "new": Verdict.NEW, "gone": Verdict.GONE, "same": Verdict.SAME_CODE, "fine": Verdict.PASS,
    }  # fmt: skip
    assert "Skipped by themselves on both sides: skips" in report.notes
    assert report.exit_code(strict=False) == 5


@pytest.mark.parametrize("kind", ["same_code", "skipped"])
def test_all_rows_may_be_without_times(kind):
    machine = Machine({"a": 1.0, "b": 1.0})
    machine.settled = {number: {kind: {"a", "b"}} for number in range(1, 40)}
    _, report = run(machine)
    assert verdicts(report) == ({} if kind == "skipped" else dict.fromkeys("ab", Verdict.SAME_CODE))
    assert report.exit_code(strict=True) == 0


def test_no_benchmark_at_all():
    machine = Machine({})
    _, report = run(machine)
    assert (machine.asked, list(report.rows)) == ([], [])


def test_the_recording_holds_every_generation(tmp_path):
    machine = Machine({"fine": 1.0, "slow": 1.2})
    run(machine, record=tmp_path / "file")
    about, generations = read_recording(tmp_path / "file")
    assert (about["base"], about["head"]) == ("old", "new")
    assert [set(each.rows) for each in generations] == machine.asked
    again = Machine({"fine": 1.0, "slow": 1.2})
    assert [again.generation(each.rows, each.number, _controlled(each)) for each in generations] == generations


def _controlled(generation):
    return {name for name, each in generation.rows.items() if "C" in each.order}


def test_an_interruption_keeps_the_recording(tmp_path):
    run(Machine({"a": 1.0}, interrupt_at=3), record=tmp_path / "file")
    assert len(read_recording(tmp_path / "file")[1]) == 2


def test_a_recording_that_cannot_be_begun_is_bad_input(tmp_path):
    with pytest.raises(BadInputError, match="choose another --record"):
        run(Machine({"a": 1.0}), record=tmp_path / "nowhere" / "file")


def test_a_recording_that_cannot_go_on_is_a_note(tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    machine = Machine({"slow": 1.2})
    measure = machine.generation

    def once(names, number, control=()):
        if number == 2:
            (folder / "file").unlink()
            folder.rmdir()
        return measure(names, number, control)

    machine.generation = once
    _, report = run(machine, record=folder / "file")
    assert verdicts(report) == {"slow": Verdict.REGRESSION}
    assert f"the recording {folder / 'file'} is cut off: No such file or directory" in report.notes
