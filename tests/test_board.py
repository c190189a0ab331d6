"""The live board: what it shows fits the terminal, and costs little."""

import io
import math

import numpy as np
import pytest
from rich.console import Console

from dlc.cli import board as boards
from dlc.cli.board import Board, sparkline
from dlc.cli.cells import Arena
from dlc.cli.race_plan import Plan
from dlc.reference.problems import PROBLEMS


class Runs:
    """As much of a race as the board looks at."""

    def __init__(self, loss, dimension=2, lost=0, at=0.5):
        self.diverged = np.array([3] * lost + [-1] * (4 - lost))
        self.loss = np.where(self.diverged >= 0, np.inf, loss)
        self.x = np.full((dimension, 4), at)


def plan_for(problem):
    return Plan(Arena(PROBLEMS[problem], {}), 1000, 4, 0, "tuned", 8, 2)


@pytest.fixture
def console(monkeypatch):
    def make(width=100, height=30, is_terminal=True):
        made = Console(
            file=io.StringIO(), width=width, height=height, force_terminal=is_terminal, color_system=None,
            highlight=False, markup=False, emoji=False,
        )  # fmt: skip
        monkeypatch.setattr(boards, "side_channel", lambda: made)
        return made

    return make


def text_of(console, drawn):
    with console.capture() as captured:
        console.print(drawn)
    return captured.get()


def test_sparkline():
    assert sparkline([0, 7, 3.5, math.inf], 0, 7) == "▁█▅ "
    assert len(sparkline(range(1000), 0, 999, width=30)) == 30


@pytest.mark.parametrize("problem", ["rosenbrock", "quadratic"])
@pytest.mark.parametrize("count", [1, 3, 60])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 12), (200, 60)])
def test_it_fits(console, problem, count, width, height):
    screen = console(width, height)
    labels = [f"an_entrant_with_a_long_name:number={k}" for k in range(count)]
    board = Board(labels, plan_for(problem))
    dimension = PROBLEMS[problem].dimension
    for done in (10, 20):
        races = [Runs(10.0 ** (-k) / done, dimension, lost=k % 2, at=0.01 * done) for k in range(count)]
        lines = text_of(screen, board.drawn("race", done, races)).splitlines()
    assert len(lines) < height
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert problem in text
    assert f"20 of {1000:,}" in text
    if count == 60:
        assert "more" in text


def test_the_best_are_on_top_and_those_that_diverged_are_counted(console):
    screen = console()
    board = Board(["slow", "lost", "fast"], plan_for("quadratic"))
    text = text_of(screen, board.drawn("race", 5, [Runs(3.0, 50), Runs(1.0, 50, lost=3), Runs(0.5, 50)]))
    assert text.index("fast") < text.index("slow") < text.index("lost")
    assert "✕3" in text
    assert "inf" in text


def test_tuning_tells_its_trials(console):
    screen = console()
    board = Board(["a", "b"], plan_for("rosenbrock"))
    assert "4 trials of 2 entrants" in text_of(screen, board.drawn("tuning", 1000, [Runs(1.0), Runs(2.0)]))
    assert "beyond the edges: 2 trials" in text_of(screen, board.drawn("tuning", 8, [Runs(1.0)]))


def test_trails_and_crosses(console):
    screen = console(120, 40)
    board = Board(["a", "b"], plan_for("rosenbrock"))
    for done in (1, 2, 3):
        text = text_of(screen, board.drawn("race", done, [Runs(1.0, at=0.4 * done), Runs(1.0, lost=4, at=-1.5)]))
    assert "✕" in text
    assert any("\u2800" < character <= "\u28ff" for character in text)


def test_it_looks_at_races_only_now_and_then(console, monkeypatch):
    console()
    drawn = []
    board = Board(["a"], plan_for("rosenbrock"))
    monkeypatch.setattr(board, "drawn", lambda *each: drawn.append(each) or "")
    with board:
        for done in range(1000):
            board.report("race", done, [])
    assert 1 <= len(drawn) < 50


def test_without_a_terminal_there_is_nothing(console):
    screen = console(is_terminal=False)
    with Board(["a"], plan_for("rosenbrock")) as board:
        board.report("race", 1, [Runs(1.0)])
    assert screen.file.getvalue() == ""
