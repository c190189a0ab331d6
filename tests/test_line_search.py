"""The line search and what is built on it: Wolfe's conditions at accepted points, and how few gradients it takes."""

import math

import numpy as np
import pytest

from dlc.kernels.chain import chain
from dlc.kernels.problems import PROBLEMS
from dlc.kernels.race import Race, advance_all
from dlc.reference import chain as reference
from dlc.reference.line_search import ANY, BRACKETED, MOST_TRIALS, WIDENING, Search, advanced, cubic_minimum
from dlc.reference.optimizers import OPTIMIZERS
from dlc.reference.problems import PROBLEMS as CARDS

DECREASE = 1e-4
LINES = {
    "parabola": (lambda a: (a - 3) ** 2, lambda a: 2 * (a - 3)),
    "far minimum": (lambda a: (a / 1e4 - 1) ** 2, lambda a: 2e-4 * (a / 1e4 - 1)),
    "near minimum": (lambda a: (1e4 * a - 1) ** 2, lambda a: 2e4 * (1e4 * a - 1)),
    "waves": (lambda a: 0.1 * a**2 - math.sin(5 * a), lambda a: 0.2 * a - 5 * math.cos(5 * a)),
    "wall": (lambda a: math.cosh(3 * a) - 5 * a, lambda a: 3 * math.sinh(3 * a) - 5),
    "valley": (lambda a: -a / (a**2 + 2), lambda a: (a**2 - 2) / (a**2 + 2) ** 2),  # Moré & Thuente 1994, their first
}


def begun(step, loss, slope):
    return Search(step, loss, slope, 0.0, loss, slope, 0.0, loss, slope, WIDENING, 0)


@pytest.mark.parametrize("curvature", [0.9, 0.1, 0.01])
@pytest.mark.parametrize("first", [1e-3, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("line", LINES)
def test_what_is_accepted_satisfies_wolfe(line, first, curvature):
    value, slope = LINES[line]
    search, is_accepted, trials = begun(first, value(0.0), slope(0.0)), False, 0
    while not is_accepted:
        search, is_accepted = advanced(search, value(search.step), slope(search.step), DECREASE, curvature)
        trials += 1
    assert trials <= MOST_TRIALS
    assert search.phase != ANY
    assert value(search.step) <= value(0.0) + DECREASE * search.step * slope(0.0)
    assert abs(slope(search.step)) <= -curvature * slope(0.0)


def test_a_line_without_a_bottom_is_given_up():
    search, trials = begun(1.0, 0.0, -1.0), 0
    while search.phase != ANY:
        search, _ = advanced(search, -search.step, -1.0, DECREASE, 0.9)
        trials += 1
    assert trials == MOST_TRIALS
    assert search.step == search.low > 1e9


def test_a_line_that_only_rises_returns_to_its_start():
    """As rounding makes them at the minimum."""
    search = begun(1.0, 1.0, -1e-20)
    while search.phase != ANY:
        search, _ = advanced(search, 1.0, 1e-20, DECREASE, 0.9)
    assert search.step == 0
    assert advanced(search, 1.0, 1e-20, DECREASE, 0.9) == (search, True)


def test_no_number_counts_as_too_high():
    search, is_accepted = advanced(begun(1.0, 1.0, -1.0), math.nan, math.nan, DECREASE, 0.9)
    assert not is_accepted
    assert search.phase == BRACKETED
    assert search.step == 0.5


def test_the_cubic_has_its_minimum_where_it_is():
    value, slope = (lambda a: a**3 - 3 * a), (lambda a: 3 * a**2 - 3)
    for a, b in [(0, 2), (2, 0), (0.5, 0.75), (1.5, 4)]:
        assert cubic_minimum(a, value(a), slope(a), b, value(b), slope(b)) == pytest.approx(1, rel=1e-12)
    assert cubic_minimum(0, 0, -1, 1, -1, -1) is None  # a straight line
    assert cubic_minimum(1, 0, 1, 1, 0, 1) is None


def evaluations(optimizer, problem, start, bound, most=500, lr=1.0):
    """How many gradients until the loss at the answer is within BOUND of the least; -1 if never."""
    starts = np.reshape(start, (-1, 1)).astype(float)
    bounds = np.array([[bound + CARDS[problem].least]])
    race = Race(PROBLEMS[problem], chain([(optimizer, {})]), starts, np.array([lr]), bounds=bounds)
    advance_all([race], most)
    return int(race.reached[0, 0])


# Problem, start, and how many evaluations scipy 1.17.1's L-BFGS-B (memory 10, ftol 0, gtol 1e-9) takes to 1e-8, 1e-15.
OF_SCIPY = [
    ("rosenbrock", (-1.2, 1), 43, 45),
    ("rosenbrock", (-1.2, 1) * 5, 86, 93),
    ("beale", (1, 1), 15, 17),
    ("wood", (-3, -1, -3, -1), 113, 120),
    ("powell_singular", (3, -1, 0, 1), 39, 69),
    ("himmelblau", (0, 0), 15, 17),
    ("brown_badly_scaled", (1, 1), 24, 26),
    ("quadratic", (1,) * 10, 133, 163),
]


@pytest.mark.parametrize(("problem", "start", "rough", "fine"), OF_SCIPY)
def test_lbfgs_takes_about_as_many_gradients_as_scipys(problem, start, rough, fine):
    for bound, theirs in ((1e-8, rough), (1e-15, fine)):
        assert 0.75 * theirs <= evaluations("lbfgs", problem, start, bound) <= 1.25 * theirs + 2


@pytest.mark.parametrize(
    ("optimizer", "most", "lr"), [("conjugate_gradients", 60, 1.0), ("gd_armijo", 650, 1.0), ("adgd", 400, 1e-4)]
)
def test_the_others_arrive_at_beales_minimum_too(optimizer, most, lr):
    assert evaluations(optimizer, "beale", (1, 1), 1e-8, most, lr) > 0


@pytest.mark.parametrize("optimizer", ["lbfgs", "conjugate_gradients", "gd_armijo"])
def test_the_answer_never_rises_and_a_run_that_stopped_stays_so(optimizer):
    starts = np.array([[-1.2, 3e7, 0.3], [1.0, 3e7, -0.2]])
    race = Race(PROBLEMS["rosenbrock"], chain([(optimizer, {})]), starts, np.array([1.0, 1e9, 1e-3]))
    last = race.loss
    for _ in range(60):
        advance_all([race], 1)
        assert (race.loss[[0, 2]] <= last[[0, 2]]).all()
        last = race.loss
    assert race.diverged.tolist() == [-1, 1, -1]
    assert np.isnan(race.x[:, 1]).all()
    assert np.isnan(race.blocks[0].x[:, 1]).all()


def test_the_kernel_walks_the_references_path():
    """Both drive the function themselves, so that every phase of a search is met; here by conjugate gradients."""
    card, start = CARDS["beale"], (1.0, 1.0)
    walk = reference.Walk([reference.Link(OPTIMIZERS["conjugate_gradients"])], start, 1.0)
    race = Race(PROBLEMS["beale"], chain([("conjugate_gradients", {})]), np.reshape(start, (2, 1)), np.array([1.0]))
    phases = set()
    for _ in range(20):
        walk.step(card.gradient(walk.x), card.function(walk.x))
        advance_all([race], 1)
        assert race.x[:, 0] == pytest.approx(walk.answer, rel=1e-9)
        phases.add(race.blocks[0]._frames[0].state[12, 0, 0])
    assert phases == {WIDENING, BRACKETED}


def test_a_separable_quadratic_takes_newtons_step_on_every_axis():
    """Along a line with exact curvature the first search of each direction is the last."""
    assert evaluations("lbfgs", "quadratic", (1,) + (0,) * 9, 1e-15, 10) <= 4
    assert evaluations("barzilai_borwein", "quadratic", (1,) + (0,) * 9, 1e-15, 10, 0.1) == 2
