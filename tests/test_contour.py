"""The landscape in the terminal: bands of true levels, marks and trails in their places, and what a pipe gets."""

import io

import pytest
from rich.console import Console

from dlc.cli import contour, show
from dlc.cli.contour import BRAILLE, MINIMUM, START, Contour, Trail, contour_lines, decades, spaced
from dlc.reference.problems import PROBLEMS

DRAWN = [name for name, card in PROBLEMS.items() if card.dimension == 2]


@pytest.fixture(params=["truecolor", None], ids=["colours", "plain"])
def terminal(request, monkeypatch):
    console = Console(
        file=io.StringIO(), force_terminal=bool(request.param), color_system=request.param, width=90, height=40
    )
    monkeypatch.setattr(show, "terminal", lambda: console)
    return console


@pytest.mark.parametrize("name", DRAWN)
def test_every_landscape_has_the_size_and_its_marks(name, terminal):
    card = PROBLEMS[name]
    picture = Contour(card, 72, 20)
    lines = picture.lines()
    assert len(lines) == 20
    assert {line.cell_len for line in lines} == {72}
    text = "\n".join(line.plain for line in lines)
    assert START in text
    assert (MINIMUM in text) == bool(card.minima)
    assert picture.levels.edges == sorted(set(picture.levels.edges))
    legend = picture.legend().plain
    assert all(f" {edge:g} " in legend for edge in picture.levels.edges)
    assert "classic start" in legend


@pytest.mark.parametrize("name", DRAWN)
def test_a_landscape_has_several_bands_unless_it_is_flat(name):
    picture = Contour(PROBLEMS[name], 72, 20)
    seen = {band for line in picture._bands for band in line}
    assert len(seen) >= (2 if name == "easom" else 4)
    assert len(seen) <= contour.MOST_BANDS + 2


def test_bands_are_those_of_the_values():
    """Of f = x² + y², at the centre of a cell whose value is known."""
    picture = Contour(PROBLEMS["sphere"], 43, 21, window=((-4, 4), (-4, 4)))
    rows, columns = len(picture._bands), len(picture._bands[0])
    for row, column in ((0, 0), (rows // 2, columns // 2), (7, 31)):
        x, y = -4 + (column + 0.5) / columns * 8, 4 - (row + 0.5) / rows * 8
        assert picture._bands[row][column] == sum(edge <= x * x + y * y for edge in picture.levels.edges)


def test_a_trail_is_drawn_where_it_runs_and_ends_in_its_mark(terminal):
    window = ((0.0, 10.0), (0.0, 10.0))
    picture = Contour(PROBLEMS["rosenbrock"], 43, 21, window)
    still = [line.plain for line in picture.lines()]
    trail = Trail([(0.1, 5.1), (9.9, 5.1)], "#ffaf00", mark="✕")
    moved = [line.plain for line in picture.lines([trail])]
    (row,) = [k for k, (a, b) in enumerate(zip(still, moved, strict=True)) if a != b]
    assert row == 9  # of twenty rows: 5.1 of 10, from above
    cells = moved[row][-40:]
    assert cells[-1] == "✕"
    assert all(BRAILLE < ord(cell) < BRAILLE + 256 for cell in cells[:-1] if cell not in MINIMUM + START)
    assert [line.plain for line in picture.lines()] == still  # nothing of it stays


def test_what_leaves_the_window_is_not_drawn(terminal):
    picture = Contour(PROBLEMS["rosenbrock"], 43, 21)
    still = [line.plain for line in picture.lines()]
    away = Trail([(50.0, 50.0), (float("nan"), 0.0), (float("inf"), -1e300)], "#ffaf00")
    assert [line.plain for line in picture.lines([away, Trail([], "#ffaf00")])] == still


def test_short_form_is_the_same():
    card = PROBLEMS["booth"]
    assert contour_lines(card, 50, 15) == Contour(card, 50, 15).lines()


def test_only_functions_of_two_variables_have_a_landscape():
    for name in ("wood", "iris_softmax"):
        with pytest.raises(ValueError, match="two variables"):
            Contour(PROBLEMS[name], 50, 15)


def test_levels_are_round():
    assert decades(0.002, 700.0) == [0.01, 0.1, 1, 10, 100]
    assert decades(3.0, 60.0) == [3, 5, 7, 10, 15, 20, 30, 50]
    assert decades(1.0, 1.0) == [1]
    assert spaced(-3.9, 4.1) == pytest.approx([-3, -2, -1, 0, 1, 2, 3, 4])


def test_show_draws_on_a_terminal_as_large_as_it_is(terminal):
    contour.draw(PROBLEMS["himmelblau"])
    lines = terminal.file.getvalue().splitlines()
    assert len(lines) == round(contour.TALL * 90) + 2
    assert "minimum" in lines[-1]


def test_a_pipe_gets_facts_alone(dlc):
    facts = dict(line.split("\t", 1) for line in dlc("show", "rosenbrock").out.splitlines())
    assert facts["dimension"] == "2 by default, 2 to 10,000"
    assert facts["condition"] == "2508 at the minimum"
    assert facts["teaches"] == "a curved valley"
