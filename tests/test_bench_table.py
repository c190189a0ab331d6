"""The speed table and its goals, from cells made up for the purpose."""

import math

import pytest

from dlc.cli import bench_cell, bench_table
from dlc.cli.bench_cell import Cell, Rival
from dlc.cli.bench_judge import Exactness
from dlc.cli.timing import Ratio, Timing

RIGHT, WRONG = Exactness(0.5, "x = 1"), Exactness(2e6, "x = -90")


def ratio(middle, low=None, high=None):
    return Ratio(middle, low or middle * 0.99, high or middle * 1.01, 0.96)


def rival(middle, exactness=RIGHT, **ends):
    return Rival(middle * 1e-6, ratio(middle, **ends), exactness)


def cell(name="gelu", size=1000, threads=1, dtype="float32", of_copy=None, missing=None, **rivals):
    return Cell(
        name=name,
        order=0,
        dtype=dtype,
        size=size,
        elements=size,
        threads=threads,
        kernel=Timing(1, (1e-6,) * 9),
        bytes_moved=8 * size,
        of_copy=of_copy and ratio(of_copy),
        exactness=RIGHT,
        rivals=rivals,
        missing=missing or {},
    )


CELLS = [
    cell(torch=rival(2.0), jax=rival(4.0)),
    cell(threads=2, torch=rival(0.5, WRONG), jax=rival(8.0)),
    cell("gelu'", torch=rival(0.8, WRONG), jax=rival(0.9, low=0.7, high=1.2)),
    cell("gelu'", threads=2, torch=rival(0.75), missing={"jax": "jax has none"}),
    cell("gelu", size=16_000_000, of_copy=0.5),
]


def test_the_goals_are_counted_over_the_best_peer_and_over_the_best_exact_one():
    found = bench_cell.summary(CELLS)
    assert found["cells"] == 5
    assert found["geometric_mean"] == pytest.approx((2.0 * 0.5 * 0.8 * 0.75) ** (1 / 4))
    assert found["geometric_mean_exact"] == pytest.approx((2.0 * 8.0 * 0.9 * 0.75) ** (1 / 4))
    behind = [(each["cell"], each["peer"], each["ratio"], each["finding"]) for each in found["behind"]]
    assert behind == [
        ("gelu'[float32-1000-2]", "torch", 0.75, "slower"),
        ("gelu'[float32-1000-1]", "jax", 0.9, "no difference shown"),
    ], "the slowest first, and none of those that only an inexact peer is faster in"
    assert [(each["library"], each["name"], each["worst_ulp"]) for each in found["inexact"]] == [
        ("torch", "gelu", 2e6),
        ("torch", "gelu'", 2e6),
    ]
    assert found["of_copy"] == {"1": 0.5}


def test_there_is_no_mean_without_peers():
    assert bench_cell.summary([cell()])["geometric_mean"] is None
    assert list(bench_table.notes([cell()])) == []


def test_notes_say_how_far_the_goals_were_reached():
    notes = list(bench_table.notes(CELLS))
    assert notes[0] == (
        "best peer: geometric mean 0.88x over 4 cells (1.26x with threads: 1, 0.61x with threads: 2); "
        "faster in 1, slower in 3, no difference shown in 0"
    )
    assert notes[1].startswith("best peer within 4 ulp: geometric mean 1.81x over 4 cells")
    assert notes[1].endswith("faster in 2, slower in 1, no difference shown in 1")
    assert notes[2].startswith("bandwidth with threads: 1: 50% of a plain copy's in the middle, 50% at least")
    assert notes[3] == "behind: gelu'[float32-1000-2] against torch: 0.750x 0.742-0.758 (slower)"
    assert notes[5] == "inexact*: torch: gelu float32 2e+06 ulp at x = -90; gelu' float32 2e+06 ulp at x = -90"
    assert notes[6:] == ["not compared with jax: gelu': jax has none"]


def test_a_row_has_a_cell_for_each_header():
    libraries = ("torch", "jax")
    headers = bench_table.headers(libraries)
    rows = [dict(zip(headers, bench_table.row(each, libraries), strict=True)) for each in CELLS]
    assert (rows[1]["best peer"], rows[1]["vs torch"]) == ("torch*", ("0.5 0.495 0.505*", "0.50x*"))
    assert (rows[0]["best peer"], rows[0]["vs best"][1]) == ("torch", "2.00x 1.98-2.02")
    assert (rows[4]["best peer"], rows[4]["vs best"], rows[4]["of copy"][1]) == ("", ("", ""), "0.50x 0.49-0.51")
    assert rows[0]["ns/element"][0] == pytest.approx(1.0)
    assert rows[0]["GB/s"][0] == pytest.approx(8.0)


def test_markdown_has_a_row_for_each_function_and_a_column_for_each_type_and_size():
    text = bench_table.markdown(CELLS, {"torch": "2.13", "jax": "0.10"}, {"cpu": "a processor"})
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert table == [
        "| | float32 1k | float32 16M |",
        "|---|---|---|",
        "| gelu | 2.00 / **0.50\\*** | – / – |",
        "| gelu' | **0.80\\*** / **0.75** | – / – |",
    ]
    assert "torch 2.13, jax 0.10" in text
    assert "Threads: 1 / 2, on a processor" in text
    assert "- Best peer: geometric mean 0.88x" in text


@pytest.mark.parametrize(("elements", "text"), [(64, "64"), (1000, "1k"), (16_384, "16.384k"), (16_000_000, "16M")])
def test_sizes_are_short(elements, text):
    assert f"float32 {text} |" in bench_table.markdown([cell(size=elements)], {}, {})


def test_facts_are_per_element_and_tell_who_is_exact():
    facts = CELLS[1].facts()
    assert facts["ns_per_element"] == pytest.approx(1.0)
    assert facts["peers"]["torch"]["ns_per_element"] == pytest.approx(0.5)
    assert (facts["peers"]["torch"]["exact"], facts["peers"]["jax"]["exact"]) == (False, True)
    assert (facts["best_peer"], facts["best_exact_peer"]) == ("torch", "jax")
    assert math.isclose(facts["gb_per_s"], 8.0)
