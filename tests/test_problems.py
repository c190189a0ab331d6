"""Problems: what their cards declare is true, in every dimension and rotated, and the kernels compute it."""

import math

import mpmath
import numpy as np
import pytest

from dlc.cli.agreement_problems import check_problem
from dlc.kernels.lanes import Frame, make_task
from dlc.kernels.networks import BATCH, MLP, NETWORKS, SOFTMAX
from dlc.kernels.problems import PROBLEMS as KERNELS
from dlc.kernels.problems import problem_of
from dlc.kernels.problems_deep import load as load_deep
from dlc.reference import draws
from dlc.reference.objectives import OBJECTIVES
from dlc.reference.problems import PROBLEMS, WrongDimensionError

FUNCTIONS = [name for name, card in PROBLEMS.items() if not card.data]
ON_DATA = [name for name, card in PROBLEMS.items() if card.data]
SCALABLE = [name for name in FUNCTIONS if PROBLEMS[name].dimensions]
WITH_MINIMA = [name for name in FUNCTIONS if PROBLEMS[name].minima]
SMALL = [name for name in WITH_MINIMA if PROBLEMS[name].dimension <= 10]
POINTED = {"ackley", "zigzag"}  # no Hessian at the minimum
DIGITS = 50


def exact(values):
    return [mpmath.mpf(float(value)) for value in values]


def exact_knobs(card):
    return {name: mpmath.mpf(value) for name, value in card.knobs.items()}


def points(card, count=2):
    random = np.random.default_rng(1)
    return [list(card.start), *random.uniform(*np.transpose(card.bounds), (count, card.dimension)).tolist()]


def hessian(card, x):
    """By differences of the gradient, exact to twenty digits and more."""
    step, knobs = mpmath.mpf("1e-15"), exact_knobs(card)
    columns = []
    for i in range(len(x)):
        ends = [card.gradient([*x[:i], x[i] + side * step, *x[i + 1 :]], **knobs) for side in (1, -1)]
        columns.append([float((a - b) / (2 * step)) for a, b in zip(*ends, strict=True)])
    return np.array(columns)


def assert_stationary(card, point):
    """The gradient is what rounding of the point's coordinates leaves of it."""
    x = exact(point)
    left = np.abs(hessian(card, x)) @ np.abs(point) * np.finfo(float).eps * 4 + 1e-14
    assert (np.abs(np.array(card.gradient(x, **exact_knobs(card)), float)) <= left).all()


def least_beside(card, point):
    """The least value on a small sphere around a point."""
    random = np.random.default_rng(2)
    around = random.normal(size=(30, len(point)))
    around *= 1e-4 * max(1, max(map(abs, point))) / np.linalg.norm(around, axis=1, keepdims=True)
    return min(card.function(exact(point + offset), **exact_knobs(card)) for offset in around)


def test_both_sides_have_the_same_problems():
    assert set(KERNELS) == {*PROBLEMS, *OBJECTIVES}
    assert len(FUNCTIONS) >= 38
    assert len(ON_DATA) == len(NETWORKS)


@pytest.mark.parametrize("name", PROBLEMS)
def test_both_sides_agree_on_knobs_and_dimension(name):
    card = PROBLEMS[name]
    assert KERNELS[name].knobs == card.knobs
    assert KERNELS[name].dimension == card.dimension
    assert card.teaches
    assert card.box != (0.0, 0.0) or card.data
    assert all(label and text for label, text in card.facts())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradient_is_the_derivative(name):
    """Along a random direction, at the start and at two points of the box."""
    card = PROBLEMS[name]
    with mpmath.workdps(DIGITS):
        step, knobs = mpmath.mpf("1e-17"), exact_knobs(card)
        direction = exact(np.random.default_rng(3).normal(size=card.dimension))
        for x in map(exact, points(card)):
            slope = mpmath.fdot(card.gradient(x, **knobs), direction)
            ends = [
                card.function([a + side * step * b for a, b in zip(x, direction, strict=True)], **knobs)
                for side in (1, -1)
            ]
            assert mpmath.almosteq(slope, (ends[0] - ends[1]) / (2 * step), rel_eps=1e-24, abs_eps=1e-24)


@pytest.mark.parametrize("name", SMALL)
def test_minima_and_traps_are_minima(name):
    card = PROBLEMS[name]
    with mpmath.workdps(DIGITS):
        for point in (*card.minima, *card.traps):
            assert_stationary(card, point)
            assert len(point) == card.dimension
            assert all(low <= value <= high for value, (low, high) in zip(point, card.bounds, strict=True))
            value = card.function(exact(point), **exact_knobs(card))
            assert least_beside(card, point) >= value - 1e-18
            if point in card.minima:
                assert abs(value - card.least) <= 2e-15 * max(1, abs(card.least))
            else:
                assert value > card.least + 1e-3


@pytest.mark.parametrize("name", SMALL)
def test_condition_is_that_of_the_hessian(name):
    card = PROBLEMS[name]
    assert (card.condition is None) == (name in POINTED)
    if card.condition is not None:
        with mpmath.workdps(DIGITS):
            values = np.linalg.eigvalsh(hessian(card, exact(card.minima[0])))
        if card.condition == math.inf:
            assert abs(values[0]) < 1e-15 * values[-1]
        else:
            assert values[-1] / values[0] == pytest.approx(card.condition, rel=2e-5 if card.condition < 1e9 else 2e-3)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_starts_are_no_minima(name):
    card = PROBLEMS[name]
    for start in filter(None, (card.start, card.hard_start)):
        assert all(low <= value <= high for value, (low, high) in zip(start, card.bounds, strict=True))
        if card.minima:
            assert card.function(start) > card.least + 0.1
    if card.minima and card.are_all:
        assert card.distance(card.start) > 0.1
        assert card.distance(card.minima[0]) == 0
    else:
        assert math.isnan(card.distance(card.start))


# Value at the classic start and the length of the gradient there.
AT_START = {
    "booth": (1802, None), "matyas": (49.04, None), "beale": (14.203125, 27.75), "rosenbrock": (24.2, 232.8677),
    "himmelblau": (170, None), "goldstein_price": (9079.6875, 54451.3), "branin": (95.844668, None),
    "three_hump": (445.86667, None), "six_hump": (31.848958, None), "styblinski_tang": (0, 3.5355339),
    "rastrigin": (36.25, None), "ackley": (10.655158, None), "levy": (10.108409, None), "griewank": (2.3246163, None),
    "easom": (-3.0308e-5, 1.1683e-4), "dixon_price": (37073, None), "zakharov": (1412, None),
    "powell_singular": (215, None), "wood": (19192, None), "freudenstein_roth": (400.5, None),
    "brown_badly_scaled": (9.99998e11, 2e6), "chain": (0.5 * (2.0**-10 - 1) ** 2, None),
}  # fmt: skip


@pytest.mark.parametrize("name", AT_START)
def test_known_values_at_the_start(name):
    card, (value, slope) = PROBLEMS[name], AT_START[name]
    assert card.function(card.start) == pytest.approx(value, rel=1e-4, abs=1e-12)
    if slope:
        assert math.hypot(*card.gradient(card.start)) == pytest.approx(slope, rel=1e-4)


def test_other_known_values():
    assert PROBLEMS["beale"].function(PROBLEMS["beale"].hard_start) == pytest.approx(169_681, rel=1e-5)
    assert PROBLEMS["rosenbrock"].in_dimension(10).function((-1.2, 1.0) * 5) == pytest.approx(2057)
    assert PROBLEMS["michalewicz"].in_dimension(5).least == pytest.approx(-4.687658, abs=1e-6)
    assert PROBLEMS["michalewicz"].in_dimension(10).least == pytest.approx(-9.66015, abs=1e-5)
    assert PROBLEMS["styblinski_tang"].in_dimension(7).least == pytest.approx(-39.16617 * 7, abs=1e-4)


@pytest.mark.parametrize("name", WITH_MINIMA)
def test_many_descents_find_nothing_less(name):
    """Steps against the gradient's direction, ever shorter, from 64 starts; in the box where less lies beyond it."""
    card, kernel = PROBLEMS[name], KERNELS[name]
    low, high = np.transpose(card.bounds)[:, :, None]
    x = np.random.default_rng(4).uniform(low, high, (card.dimension, 64))
    knobs = {"noise": 0.0} if "noise" in card.knobs else {}
    frame = Frame(x, kernel.task(np.arange(64), **knobs))
    least, worst = math.inf, -math.inf
    for step in np.geomspace(0.25, 1e-9, 400):
        kernel.gradient(frame.address, 1.0)
        least, worst = min(least, frame.loss.min()), max(worst, np.median(frame.loss))
        frame.x -= step * (high - low) * frame.g / (np.abs(frame.g).max(0) + 1e-300)
        if not card.is_bounded:
            np.clip(frame.x, low, high, out=frame.x)
    assert least >= card.least - 1e-12 * max(1, abs(card.least))
    if name != "easom":  # few find that hole
        assert least - card.least < 0.05 * (worst - card.least)


@pytest.mark.parametrize("name", SCALABLE)
def test_a_card_holds_in_other_dimensions(name):
    base = PROBLEMS[name]
    least, most = base.dimensions
    for n in {least, min(4, most), min(7, most)}:
        card = base.in_dimension(n)
        assert (card.dimension, len(card.start), len(card.bounds)) == (n, n, n)
        assert {len(point) for point in (*card.minima, *card.traps)} == {n}
        with mpmath.workdps(DIGITS):
            for point in (*card.minima, *card.traps):
                assert_stationary(card, point)
            value = card.function(exact(card.minima[0]), **exact_knobs(card))
            assert abs(value - card.least) <= 1e-14 * max(1, abs(card.least))
            if card.condition not in (None, math.inf):
                values = np.linalg.eigvalsh(hessian(card, exact(card.minima[0])))
                assert values[-1] / values[0] == pytest.approx(card.condition, rel=2e-5)
        for agreement in check_problem(card, points=5):
            assert agreement.holds, agreement


def test_dimensions_there_are_not():
    with pytest.raises(WrongDimensionError, match=r"rosenbrock has 2 to 10,000 dimensions, not 1$"):
        PROBLEMS["rosenbrock"].in_dimension(1)
    with pytest.raises(WrongDimensionError, match=r"booth has 2 dimensions and no other, not 3$"):
        PROBLEMS["booth"].in_dimension(3)
    assert PROBLEMS["booth"].in_dimension(2) is PROBLEMS["booth"]


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if PROBLEMS[name].dimension <= 10])
def test_a_rotated_card_is_the_same_problem_turned(name):
    base = PROBLEMS[name]
    card = base.rotated(30.0)
    assert base.rotated(0.0) is base
    assert card.function(card.start) == pytest.approx(base.function(base.start), rel=1e-9, abs=1e-11)
    slopes = [math.hypot(*each.gradient(each.start)) for each in (card, base)]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-9)
    assert card.knobs == base.knobs
    for point, turned in zip(base.minima, card.minima, strict=True):
        assert card.function(turned) == pytest.approx(base.least, abs=1e-8 * max(1, abs(base.least)))
        assert math.hypot(*point) == pytest.approx(math.hypot(*turned), rel=1e-12)
    with mpmath.workdps(DIGITS):  # the slope is still the derivative
        x, step, knobs = exact(card.start), mpmath.mpf("1e-17"), exact_knobs(card)
        ends = [card.function([x[0] + side * step, *x[1:]], **knobs) for side in (1, -1)]
        along = (ends[0] - ends[1]) / (2 * step)
        assert mpmath.almosteq(card.gradient(x, **knobs)[0], along, rel_eps=1e-24, abs_eps=1e-24)


@pytest.mark.parametrize(("name", "dimension"), [("rosenbrock", 2), ("rosenbrock", 7), ("noisy_quadratic", 10)])
def test_a_rotated_kernel_agrees_with_the_rotated_card(name, dimension):
    for agreement in check_problem(PROBLEMS[name].in_dimension(dimension).rotated(30.0), points=20):
        assert agreement.holds, agreement


def test_what_cannot_be_rotated_says_so():
    for card in (PROBLEMS["sphere"].in_dimension(1), PROBLEMS["iris_softmax"], PROBLEMS["quadratic_deep"]):
        with pytest.raises(WrongDimensionError, match="rotated"):
            card.rotated(10.0)
    with pytest.raises(WrongDimensionError, match="no other"):
        PROBLEMS["rosenbrock"].rotated(10.0).in_dimension(3)


@pytest.mark.parametrize("angle", [0.0, 15.0, 30.0, 45.0])
def test_gradient_descent_does_not_see_a_rotation(angle):
    """With the best fixed rate of a condition of 100 it takes the same number of steps at any angle."""
    card = PROBLEMS["rotated_ellipsoid"]
    turned = PROBLEMS["quadratic"].in_dimension(2).rotated(angle)
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x = [c * 1 + s * 0.37, -s * 1 + c * 0.37]
    assert turned.function(x, condition=100.0) == pytest.approx(card.function(x, angle=angle), rel=1e-12)
    first, steps = card.function(x, angle=angle), 0
    while card.function(x, angle=angle) > 1e-6 * first:
        x = [a - 2 / 101 * b for a, b in zip(x, card.gradient(x, angle=angle), strict=True)]
        steps += 1
    assert steps == 346


@pytest.mark.parametrize("condition", [1.0, 10.0, 1e6])
def test_condition_is_the_condition_of_the_quadratic(condition):
    scales = PROBLEMS["quadratic"].gradient([1.0] * 10, condition=condition)
    assert scales[0] == 1
    assert max(scales) / min(scales) == pytest.approx(condition, rel=1e-12)
    frame = Frame(np.ones((10, 1)), KERNELS["quadratic"].task(np.zeros(1, int), condition=condition))
    KERNELS["quadratic"].gradient(frame.address, 1.0)
    assert frame.g[:, 0] == pytest.approx(scales, rel=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_kernels_are_finite_at_minima_and_kinks(name):
    card = PROBLEMS[name]
    x = np.array([*card.minima, *card.traps, (0.0,) * card.dimension, (1.0,) * card.dimension]).T.copy()
    frame = Frame(x, KERNELS[name].task(np.arange(x.shape[1])))
    KERNELS[name].gradient(frame.address, 1.0)
    assert np.isfinite(frame.loss).all()
    assert np.isfinite(frame.g).all()


@pytest.mark.parametrize("name", PROBLEMS)
def test_kernel_agrees_with_the_reference(name):
    value, gradient = check_problem(PROBLEMS[name], points=50)
    assert value.holds, value
    assert gradient.holds, gradient


def test_a_wrong_kernel_is_found(monkeypatch):
    monkeypatch.setitem(KERNELS, "beale", KERNELS["himmelblau"])
    assert not any(agreement.holds for agreement in check_problem(PROBLEMS["beale"]))


def noise_seen(seeds, t, noise=1.0):
    """What a step adds to the slopes, read off at the minimum: [dimension, lanes]."""
    kernel = KERNELS["noisy_quadratic"]
    frame = Frame(np.zeros((10, len(seeds))), kernel.task(np.array(seeds), noise=noise))
    kernel.gradient(frame.address, float(t))
    return frame.g


def test_noise_follows_from_seed_step_and_coordinate_alone():
    seen = noise_seen([5, 6, 5], 3)
    assert np.array_equal(seen[:, 0], seen[:, 2])
    assert np.array_equal(seen, noise_seen([5, 6, 5], 3))
    drawn = np.concatenate([seen[:, :2], noise_seen([5, 6], 4)]).ravel()
    assert len(set(drawn.tolist())) == drawn.size
    assert seen[:, 0] == pytest.approx([draws.normal(5, 3, i) for i in range(10)], rel=1e-14)
    assert noise_seen([5], 3, noise=0.5) == pytest.approx(seen[:, :1] / 2, rel=1e-15)


def test_noise_is_standard_normal():
    """Over 200,000 numbers: moments and correlations within five standard errors."""
    seen = np.stack([noise_seen(range(4000), t) for t in range(1, 6)])  # [steps, dimension, lanes]
    count = seen.size
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((seen**power).mean() - moment) < 5 * math.sqrt(variance / count)
    for axis in range(3):  # neighbours in step, coordinate and seed
        moved = np.moveaxis(seen, axis, 0)
        pairs = moved[1:] * moved[:-1]
        assert abs(pairs.mean()) < 5 / math.sqrt(pairs.size)


def test_deep_quadratic_is_the_published_one():
    """Its start's test loss, over the seven batches of 128, is in DeepOBS' published results."""
    deep, card = load_deep(), PROBLEMS["quadratic_deep"]
    values = np.linalg.eigvalsh(deep.hessian)
    assert values[-1] / values[0] == pytest.approx(card.condition, rel=1e-6)
    assert values.sum() == pytest.approx(477.61228, rel=1e-8)
    start = np.array(card.start)[:, None]
    assert deep.loss(start, deep.test_rows[:896])[0] == pytest.approx(353.44676, abs=2e-5)
    assert deep.loss(start, deep.test_rows)[0] == pytest.approx(353.9260, abs=1e-4)
    least = np.array(card.minima[0])[:, None]
    assert deep.loss(least, deep.test_rows)[0] == pytest.approx(87.1287, abs=1e-4)
    assert deep.loss(least, deep.rows)[0] == pytest.approx(card.least, rel=1e-13)
    assert np.abs(card.gradient(card.minima[0])).max() < 1e-12
    frame = Frame(np.repeat(start, 2, 1), KERNELS["quadratic_deep"].task(np.array([1, 2])))
    KERNELS["quadratic_deep"].gradient(frame.address, 1.0)
    assert frame.loss == pytest.approx(deep.loss(start, deep.rows)[0], rel=1e-13)  # exact, whatever the batch
    assert not np.array_equal(frame.g[:, 0], frame.g[:, 1])


@pytest.mark.parametrize("name", ON_DATA)
def test_gradient_on_data_is_the_derivative(name):
    """Along random directions, with few rows: numerical differentiation of thousands of parameters would take hours."""
    card, random = PROBLEMS[name], np.random.default_rng(3)
    features = KERNELS[name].model.shapes[0][0]
    with mpmath.workdps(DIGITS):
        rows = [(exact(random.normal(size=features)), label) for label in (0, 1)]
        x = exact(random.normal(0, 0.2, card.dimension))
        slope, direction = card.gradient(x, rows), exact(random.normal(size=card.dimension))
        step = mpmath.mpf("1e-20")
        ends = [
            card.function([a + side * step * b for a, b in zip(x, direction, strict=True)], rows) for side in (1, -1)
        ]
        assert mpmath.almosteq((ends[0] - ends[1]) / (2 * step), mpmath.fdot(slope, direction), rel_eps=1e-25)


def batches(seed, steps, rows=128):
    """Which rows each step sees, read off a gradient that only the biases' labels shape."""
    labels = np.arange(rows, dtype=np.int64) % 10
    one = make_task(np.array([seed]), (), np.zeros((rows, 40)), labels)
    frame = Frame(np.zeros((SOFTMAX.dimension, 1)), one)
    seen = []
    for t in range(1, steps + 1):
        SOFTMAX.gradient(frame.address, float(t))
        place = (t - 1) % (rows // BATCH)
        seen.append(one.order[0, place * BATCH : (place + 1) * BATCH].tolist())
    return seen


def test_every_epoch_sees_every_row_once_in_a_new_order():
    epochs = np.array(batches(seed=5, steps=12)).reshape(3, 128)
    assert (np.sort(epochs, axis=1) == np.arange(128)).all()
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_batches_follow_from_the_seed():
    assert batches(5, 8) == [draws.batch(128, BATCH, 5, t) for t in range(1, 9)]
    assert batches(5, 8) != batches(6, 8)


def test_shuffles_are_uniform():
    """Each row comes first about equally often: chi-square of 127 degrees within five standard deviations."""
    firsts = [draws.batch(128, BATCH, seed, 1)[0] for seed in range(6400)]
    counts = np.bincount(firsts, minlength=128)
    chi_square = ((counts - 50) ** 2 / 50).sum()
    assert abs(chi_square - 127) < 5 * np.sqrt(2 * 127)


def test_initial_weights_follow_from_the_seed_and_fill_their_range():
    weights = MLP.initial([1, 2, 1])
    assert weights.shape == (3274, 3)
    assert np.array_equal(weights[:, 0], weights[:, 2])
    assert not np.array_equal(weights[:, 0], weights[:, 1])
    first, second = weights[: 41 * 64, 0], weights[41 * 64 :, 0]
    assert 0.99 / np.sqrt(40) < np.abs(first).max() <= 1 / np.sqrt(40)
    assert 0.98 / np.sqrt(64) < np.abs(second).max() <= 1 / np.sqrt(64)


def test_a_problem_in_another_dimension_is_its_kernel():
    kernel = problem_of("quadratic", 3)
    frame = Frame(np.ones((3, 1)), kernel.task(np.zeros(1, int), condition=100.0))
    kernel.gradient(frame.address, 1.0)
    assert frame.g[:, 0] == pytest.approx([1, 10, 100])
    assert problem_of("quadratic").dimension == 10
