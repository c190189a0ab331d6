"""The start-point map: every start is a run of its own, and what is said of them is counted right."""

from dataclasses import replace

import numpy as np
import pytest
from test_pictures import held, plan_for

from dlc.cli import start_map as maps
from dlc.cli.cells import run
from dlc.cli.errors import BadInputError
from dlc.cli.race_plan import RACING, costs
from dlc.cli.start_map import NOBODY, StartMap, lines, show_map, start_map
from dlc.cli.tuning import cell


@pytest.fixture(scope="module")
def race():
    return held("rosenbrock", ["adam", "momentum", "gd:lr=10"])


def test_a_start_of_the_map_is_a_race_from_there(race):
    found = start_map(race, 5)
    assert found.gradients.shape == found.diverged.shape == (3, 5, 5)
    assert found.diverged[2].mean() > 0.9  # gd:lr=10
    # A plan whose box is one point draws that start for every run.
    for i, j in ((0, 4), (3, 1)):
        point = (found.x[j], found.y[i])
        card = replace(race.plan.arena.card, box=tuple((c, c) for c in point), start=())
        arena = replace(race.plan.arena, card=card)
        alone = held_again(replace(race.plan, arena=arena, target=found.target), race)
        for e, outcome in enumerate(alone):
            reached = costs(outcome.reached, found.target)
            assert (reached == found.gradients[e, i, j]).all()
            assert ((outcome.diverged >= 0) == found.diverged[e, i, j]).all()


def held_again(plan, race):
    """The outcomes of the race's entrants with their rates under another PLAN."""
    starts, seeds = plan.draw(RACING)
    first = plan.arena.first_losses(starts, seeds)
    return run([cell(plan, s.entrant, [s.tuned.best.knobs], starts, seeds, first) for s in race.standings])


@pytest.fixture
def small():
    gradients = np.array([[[3.0, np.inf], [9.0, 5.0]], [[4.0, np.inf], [2.0, 5.0]]])
    diverged = np.array([[[False, True], [False, False]], [[False, False], [False, False]]])
    return StartMap("f", ("a", "b"), np.array([0.0, 1.0]), np.array([0.0, 2.0]), gradients, diverged, 1e-3, 64)


def test_winners_and_shares(small):
    assert small.winner.tolist() == [[0, NOBODY], [1, 0]]
    assert small.reached.tolist() == [0.75, 0.75]
    assert small.lost.tolist() == [0.25, 0.0]
    assert small.order == [1, 0]  # equal shares, and b is sooner there
    assert small.sentences()[1] == (
        "a reaches 0.001 of the first gap from 75% of the starts, is first from 50%, diverges from 25%."
    )


def test_letters_where_there_are_no_colours(small):
    *rows, legend = (line.plain for line in lines(small, 80, has_colours=False))
    assert rows == ["B."]  # a letter for every second row
    assert "B a" in legend
    assert "A b" in legend
    assert ". nobody" in legend


def test_colours_stand_for_two_starts(small):
    first = lines(small, 80, has_colours=True)[0]
    assert first.plain == "▀▀"
    assert str(first.spans[0].style) == f"{maps.COLOURS[0]} on {maps.COLOURS[1]}"  # b above a
    assert str(first.spans[1].style) == f"{maps.COLOURS[1]} on {maps.EMPTY}"


def test_in_a_pipe_each_start_is_a_row(small, capsys):
    show_map(small)
    told = capsys.readouterr()
    header, *rows = (line.split("\t") for line in told.out.splitlines())
    assert header == ["entrant", "x", "y", "gradients", "diverged"]
    assert len(rows) == 8
    assert ["a", "1.0", "0.0", "inf", "True"] in rows
    assert len(told.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("problem", "side", "said"),
    [
        ("quadratic", 8, "variables"),
        ("saddle", 8, "least value"),
        ("rosenbrock", 1, "--map 1"),
        ("rosenbrock", 999, "--map 999"),
    ],
)
def test_what_has_no_map(problem, side, said):
    with pytest.raises(BadInputError, match=said):
        maps.check(plan_for(problem), side)
