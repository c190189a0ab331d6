"""Races: lanes that do not see each other, divergence, learning, and the compiled driver."""

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from dlc.kernels.chain import chain
from dlc.kernels.lanes import Frame, make_task
from dlc.kernels.optimizers import STEPS
from dlc.kernels.problems import PROBLEMS
from dlc.kernels.race import FARTHEST, WIDEST, Race, advance_all
from dlc.reference.chain import Link, Walk, descend
from dlc.reference.optimizers import MODIFIERS, OPTIMIZERS
from dlc.reference.problems import PROBLEMS as CARDS


def raced(problem, optimizer, starts, rates, steps, chunks=1, threads=0, seeds=None, **options):
    links = chain([(name, {}) for name in optimizer.split("+")])
    entry = Race(PROBLEMS[problem], links, np.asarray(starts, float), np.asarray(rates, float), seeds, **options)
    pool = ThreadPoolExecutor(threads) if threads else None
    for _ in range(chunks):
        advance_all([entry], steps // chunks, pool)
    if pool:
        pool.shutdown()
    return entry


def lanes(count, dimension=2):
    random = np.random.default_rng(7)
    return random.uniform(-2, 2, (dimension, count)), 10.0 ** random.uniform(-4, -1, count)


@pytest.mark.parametrize("problem", ["rosenbrock", "quadratic"])
@pytest.mark.parametrize("optimizer", ["adam", "nadam", "sam+clip+momentum+lookahead"])
def test_bits_depend_on_neither_threads_nor_chunks_nor_neighbours(optimizer, problem):
    starts, rates = lanes(2 * WIDEST + 5, PROBLEMS[problem].dimension)
    whole = raced(problem, optimizer, starts, rates, 60)
    for other in (
        raced(problem, optimizer, starts, rates, 60, chunks=6),
        raced(problem, optimizer, starts, rates, 60, threads=2),
    ):
        assert np.array_equal(whole.x, other.x, equal_nan=True)
        assert np.array_equal(whole.loss, other.loss)
        assert np.array_equal(whole.diverged, other.diverged)
    some = [3, WIDEST, 2 * WIDEST + 4]
    alone = raced(problem, optimizer, starts[:, some], rates[some], 60)
    assert np.array_equal(whole.x[:, some], alone.x, equal_nan=True)


def test_network_bits_depend_on_neither_threads_nor_chunks():
    problem, seeds = PROBLEMS["mnist1d_softmax"], np.arange(11)
    starts, rates = problem.initial(seeds), np.full(11, 0.01)
    whole = raced("mnist1d_softmax", "adam", starts, rates, 130, seeds=seeds)  # more than an epoch
    other = raced("mnist1d_softmax", "adam", starts, rates, 130, chunks=13, threads=2, seeds=seeds)
    assert np.array_equal(whole.x, other.x)
    same = raced("mnist1d_softmax", "adam", starts[:, [4, 4]], rates[:2], 130, seeds=seeds[[4, 4]])
    assert np.array_equal(same.x[:, 0], same.x[:, 1])
    assert np.array_equal(same.x[:, 0], whole.x[:, 4])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_race_is_the_references_descent(name):
    """Twenty gradients on Booth's function by the reference alone."""
    problem, lr = CARDS["booth"], OPTIMIZERS[name].natural / 10
    walk = Walk([Link(OPTIMIZERS[name])], list(problem.start), lr)
    x = descend(walk, lambda point: (problem.function(point), problem.gradient(point)), 20)
    entry = raced("booth", name, np.reshape(problem.start, (2, 1)), [lr], 20)
    assert entry.x[:, 0] == pytest.approx(x, rel=1e-9)
    assert entry.loss[0] == pytest.approx(problem.function(x), rel=1e-8, abs=1e-12)


def test_targets_are_reached_in_the_step_in_which_the_loss_is_low_enough():
    x = np.zeros((10, 2))
    x[0] = 1.0, 100.0
    bounds = np.array([[1.0, 0.5], [1e-3, 0.5], [1e-6, 0.5]])
    entry = raced("quadratic", "gd", x, [0.5, 0.5], 30, bounds=bounds, chunks=5)
    losses = 0.5 * np.array([1.0, 1e4]) * 0.25 ** np.arange(31)[:, None]
    for lane in range(2):
        for target in range(3):
            assert entry.reached[target, lane] == np.argmax(losses[:, lane] <= bounds[target, lane])


def test_a_target_missed_is_told():
    x = np.zeros((10, 1))
    x[0] = 1.0
    entry = raced("quadratic", "gd", x, [2.5], 6, bounds=np.array([[0.4]]))
    assert entry.reached.tolist() == [[-1]]


def test_a_probe_is_not_judged():
    """SAM's first point lies 1 beyond the start; it would reach the bound from above, if it were an answer."""
    x = np.zeros((10, 1))
    x[0] = -0.5
    entry = raced("quadratic", "sam+gd", x, [1e-3], 1, bounds=np.array([[0.1]]))
    assert entry.blocks[0].x[0, 0] == pytest.approx(-0.55)
    assert entry.reached.tolist() == [[-1]]
    entry = raced("quadratic", "sam+gd", x, [1.9], 2)
    assert entry.x[0, 0] == pytest.approx(-0.5 + 1.9 * 0.55)  # the gradient of the point probed, from the start


def test_a_run_that_stopped_stays_so():
    """SAM puts a run back to where it was before the probe."""
    x = np.zeros((10, 1))
    x[0] = 1.0
    entry = raced("quadratic", "sam+gd", x, [1e9], 20)
    assert entry.diverged.tolist() == [2]
    assert np.isnan(entry.x).all()


AVERAGED = [name for family in (OPTIMIZERS, MODIFIERS) for name, card in family.items() if card.answer]


@pytest.mark.parametrize("name", AVERAGED)
def test_what_is_averaged_is_judged_at_the_mean(name):
    links = name if name in OPTIMIZERS else f"{name}+gd"
    entry = raced("booth", links, np.reshape(CARDS["booth"].start, (2, 1)), [1e-2], 4)
    assert entry.loss[0] == pytest.approx(CARDS["booth"].function(entry.x[:, 0].tolist()), rel=1e-10)
    is_late = name == "asgd"  # it begins to average after a million steps
    assert np.array_equal(entry.x, entry.blocks[0].x) == is_late


def test_float32_lanes_end_beside_those_of_float64():
    starts, rates = lanes(20)
    wide = raced("rosenbrock", "adam", starts, rates, 100)
    narrow = raced("rosenbrock", "adam", starts, rates, 100, dtype="float32")
    assert narrow.blocks[0].x.dtype == np.float32
    assert narrow.x == pytest.approx(wide.x, abs=1e-3)


def test_a_frame_takes_only_what_fits_its_lanes():
    """Compiled code would read beyond the ends."""
    for rates in ([0.1] * 2, [0.1] * 4):
        with pytest.raises(ValueError, match="broadcast"):
            STEPS["gd"].frame(np.zeros((2, 3)), rates)
    for task in (make_task(np.zeros(2)), make_task(np.zeros(3), (), np.zeros((5, 40)), np.zeros(4))):
        with pytest.raises(ValueError, match="one seed for each lane and one label for each row"):
            Frame(np.zeros((2, 3)), task)


def test_a_race_leaves_the_starts_alone():
    starts, rates = lanes(4)
    before = starts.copy()
    raced("rosenbrock", "gd", starts, rates, 3)
    assert np.array_equal(starts, before)


def test_divergence_is_found_at_its_step():
    """On ½λx² with λ = 1, GD multiplies x by (1 − lr): with lr = 11 it exceeds 1e8 after exactly nine steps."""
    x = np.zeros((10, 3))
    x[0] = 1.0
    entry = raced("quadratic", "gd", x, [0.5, 11.0, 0.1], 30)
    assert 10.0**8 <= FARTHEST < 10.0**9
    assert entry.diverged.tolist() == [-1, 9, -1]
    assert entry.loss[1] == math.inf
    assert np.isnan(entry.x[:, 1]).all()
    assert entry.loss[[0, 2]] == pytest.approx([0.5 * 0.25**30, 0.5 * 0.81**30], rel=1e-9)


def test_a_run_that_ends_too_high_has_diverged():
    x = np.zeros((10, 1))
    x[0] = 1.0
    entry = raced("quadratic", "gd", x, [11.0], 3)  # 0.5 · 10⁶, a thousand times above max(1, 0.5) and more
    assert entry.diverged.tolist() == [3]
    assert entry.loss.tolist() == [math.inf]
    entry = raced("quadratic", "gd", x, [11.0], 1)
    assert entry.diverged.tolist() == [-1]


def test_a_network_that_diverges_scores_nothing():
    problem, seeds = PROBLEMS["mnist1d_softmax"], np.arange(2)
    entry = raced("mnist1d_softmax", "gd", problem.initial(seeds), [0.1, 1e9], 5, seeds=seeds)
    assert entry.diverged.tolist()[0] == -1
    assert entry.diverged.tolist()[1] >= 0
    data = problem.data()
    loss, accuracy = entry.score(data.test_inputs, data.test_labels)
    assert loss[1] == math.inf
    assert accuracy[1] == 0
    assert 0.05 < accuracy[0] < 0.5


def test_a_network_learns():
    problem, seeds = PROBLEMS["mnist1d_mlp"], np.arange(2)
    entry = raced("mnist1d_mlp", "adam", problem.initial(seeds), [0.01, 0.01], 600, seeds=seeds)
    data = problem.data()
    assert entry.score(data.test_inputs, data.test_labels)[1].min() > 0.45  # a linear classifier stays near 0.32


@pytest.mark.parametrize("name", STEPS)
def test_every_optimizer_descends(name):
    starts, _ = lanes(8)
    rates = OPTIMIZERS[name].natural * 10.0 ** np.arange(-3, 4)
    best = min(raced("sphere", name, starts, np.full(8, rate), 1000).loss.max() for rate in rates)
    assert best < max(CARDS["sphere"].function(start) for start in starts.T) / 10


def test_a_second_process_finds_the_compiled_kernels(tmp_path):
    """Cold, then warm: the second start compiles nothing."""
    code = (
        "import numpy as np\n"
        "from numba.core import event\n"
        "from dlc.kernels.chain import chain\n"
        "from dlc.kernels.problems import PROBLEMS\n"
        "from dlc.kernels.race import Race, advance_all\n"
        "with event.install_recorder('numba:compile') as heard:\n"
        "    race = Race(PROBLEMS['rosenbrock'], chain([('clip', {}), ('adam', {})]), np.ones((2, 3)), np.ones(3))\n"
        "    advance_all([race], 3)\n"
        "print(len(heard.buffer))"
    )
    counts = [
        int(
            subprocess.run(
                [sys.executable, "-c", code], env={**os.environ, "DLC_CACHE_DIR": str(tmp_path)},
                capture_output=True, text=True, timeout=120, check=True,
            ).stdout
        )
        for _ in range(2)
    ]  # fmt: skip
    assert counts[0] > 0
    assert counts[1] == 0
