"""Slices and their effects, and recordings: what is written is what is read."""

import json
import math
import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli.errors import BadInputError
from dlc.cli.gate_generation import BASE, CONTROL, HEAD, Generation, Recording, Slices, read_recording

SECONDS = st.floats(1e-9, 1e3)
NAMES = st.text(min_size=1, max_size=20)


@st.composite
def slices(draw, sides="AB"):
    blocks = draw(st.lists(st.permutations(sides), min_size=1, max_size=5))
    order = "".join("".join([*block, *reversed(block)]) for block in blocks)
    return Slices(order, tuple(draw(st.lists(SECONDS, min_size=len(order), max_size=len(order)))))


GENERATIONS = st.builds(
    Generation,
    number=st.integers(0, 1000),
    started=st.just("2026-01-02T03:04:05+00:00"),
    rows=st.dictionaries(NAMES, st.one_of(slices(), slices("ABC")), max_size=3),
    errors=st.dictionaries(NAMES, st.text(), max_size=3),
    new=st.sets(NAMES, max_size=2),
    gone=st.sets(NAMES, max_size=2),
    same_code=st.sets(NAMES, max_size=2),
    skipped=st.sets(NAMES, max_size=2),
    disturbed=st.integers(0, 100),
)  # fmt: skip


@given(st.lists(st.permutations("ABC"), min_size=1, max_size=6), SECONDS, st.floats(-0.1, 0.1), st.floats(0.5, 2))
def test_neither_order_nor_drift_makes_an_effect(blocks, seconds, drift, ratio):
    order = "".join("".join([*block, *reversed(block)]) for block in blocks)
    times = {BASE: seconds, HEAD: seconds * ratio, CONTROL: seconds}
    taken = Slices(order, tuple(times[side] * math.exp(drift * turn) for turn, side in enumerate(order)))
    assert taken.effect() == pytest.approx(math.log(ratio), abs=1e-9)
    assert taken.effect(of=CONTROL) == pytest.approx(0, abs=1e-9)
    assert taken.effect(CONTROL, HEAD) == pytest.approx(math.log(ratio), abs=1e-9)


def test_one_spike_is_no_effect():
    seconds = [1.0] * 12
    seconds[4] = 50.0
    assert Slices("ABBA" * 3, tuple(seconds)).effect() == 0
    assert Slices("ABBA" * 3, tuple(seconds)).of(BASE) == [1, 1, 50, 1, 1, 1]


@settings(max_examples=30, deadline=None)
@given(st.lists(GENERATIONS, max_size=3))
def test_a_recording_is_read_as_it_was_written(tmp_path_factory, generations):
    path = tmp_path_factory.mktemp("recording") / "file"
    recording = Recording(path, {"base": "a", "head": "ü"})
    for each in generations:
        recording.add(each)
    about, found = read_recording(path)
    assert (about["base"], about["head"], about["schema"]) == ("a", "ü", 1)
    assert found == generations


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "file"
    recording = Recording(path, {})
    for number in (1, 2):
        recording.add(Generation(number, "", {"a": Slices("ABBA", (1.0, 2.0, 2.0, 1.0))}))
    return path, path.read_text().splitlines()


def test_a_last_line_that_was_cut_off_is_left_out(lines):
    path, (*whole, last) = lines
    path.write_text("\n".join([*whole, last[: len(last) // 2]]))
    assert [each.number for each in read_recording(path)[1]] == [1]


@pytest.mark.parametrize(
    "damage",
    ["", "{}", "[1]", '"text"', '{"number": 1}', "\\ufffd", ("2.0", "-2.0"), ("2.0", "NaN"), ("2.0", "0"),
     ("ABBA", "ABB"), ('"rows"', '"row"')],
)  # fmt: skip
def test_a_damaged_line_is_bad_input(lines, damage):
    path, (first, second, third) = lines
    path.write_text("\n".join([first, second.replace(*damage) if isinstance(damage, tuple) else damage, third]))
    with pytest.raises(BadInputError, match=re.escape(f"{path} is damaged in line 2; record it again")):
        read_recording(path)


@pytest.mark.parametrize("content", ["", "{}", "[]", "no", '{"kind": "pytest-benchmark"}', '"dlc gate recording"'])
def test_what_is_no_recording_is_bad_input(tmp_path, content):
    path = tmp_path / "file"
    path.write_text(content)
    with pytest.raises(BadInputError, match="it is no recording of dlc bench gate; make one with --record"):
        read_recording(path)


def test_files_that_cannot_be_used(tmp_path):
    with pytest.raises(BadInputError, match="No such file or directory"):
        read_recording(tmp_path / "nowhere")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInputError, match="it is no recording"):
        read_recording(tmp_path / "bytes")
    with pytest.raises(BadInputError, match="choose another --record"):
        Recording(tmp_path / "nowhere" / "file", {})


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path):
    recording = Recording(tmp_path / "file", {})
    recording.path = type(recording.path)("/dev/full")
    recording.add(Generation(1, ""))
    assert recording.broken == "No space left on device"
    recording.path = tmp_path / "file"
    recording.add(Generation(2, ""))
    assert len((tmp_path / "file").read_text().splitlines()) == 1, "no generation is missing between others"


def test_a_line_is_json_that_other_programs_read(lines):
    first, second = map(json.loads, lines[1][:2])
    assert first["kind"] == "dlc gate recording"
    assert second["rows"] == {"a": {"order": "ABBA", "seconds": [1.0, 2.0, 2.0, 1.0]}}
