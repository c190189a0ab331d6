"""Objectives: gradients, optima and senses are as declared, kernels and estimates agree with them, and all can race."""

import itertools
import json

import mpmath
import numpy as np
import pytest

from dlc.cli.agreement_objectives import check_objective
from dlc.kernels.lanes import Frame
from dlc.kernels.objective_estimates import ESTIMATORS, antithetic, estimate, quadratic_fitness
from dlc.kernels.objective_kernels import scattered as kernel_scattered
from dlc.kernels.problems import PROBLEMS as KERNELS
from dlc.reference import objectives_reward, objectives_wiring
from dlc.reference.objective_family import scattered
from dlc.reference.objectives import CLASSES, OBJECTIVES

DIGITS = 50
NAMES = list(OBJECTIVES)
ESTIMATED = [name for name, card in OBJECTIVES.items() if card.estimate]

# Parameters other than the defaults.
OTHERS = {
    "logistic_cross_entropy": {"decay": 0.3},
    "es_quadratic": {"sigma": 0.5},
    "smoothed_rastrigin": {"sigma": 0.15},
    "entropy_bandit": {"temperature": 0.125},
    "tabular_mdp": {"discount": 0.5},
    "sparse_coding": {"sparsity": 0.5},
    "firing_rate_cost": {"linear": 0.0, "quadratic": 0.25},
    "target_rate": {"target": 0.6},
    "homeostatic_drive": {"n": 3.5, "m": 1.25},
    "rate_moments": {"rate": 0.5, "variance": 0.0625},
    "spatially_embedded": {"strength": 0.5},
    "placement": {"power": 1.0},
}

# Where what has no optimum comes near its best value.
FAR = {
    "one_max": [50.0] * 8,
    "leading_ones": [50.0] * 8,
    "softmax_bandit": [0.0, 0.0, 0.0, 0.0, 50.0, 0.0],
    "tabular_mdp": [0.0, 50.0, 50.0, 0.0, 0.0, 50.0, 50.0, 0.0],
}


def points(card, count=2):
    random = np.random.default_rng(1)
    return [list(card.start), *random.uniform(*card.box, (count, card.dimension)).tolist()]


def exact(values):
    return [mpmath.mpf(value) for value in values]


def with_exact_knobs(card, **chosen):
    return {name: mpmath.mpf(value) for name, value in (card.knobs | chosen).items()}


def by_kernel(name, point, **knobs):
    """Loss and gradient, as a race sees them."""
    frame = Frame(np.array(point)[:, None], KERNELS[name].task(np.zeros(1, int), **knobs))
    KERNELS[name].gradient(frame.address, 1.0)
    return frame.loss[0], frame.g[:, 0]


def is_better(card, a, b):
    return a > b if card.is_maximised else a < b


def test_there_are_three_of_each_class():
    by_class = [card.objective for card in OBJECTIVES.values()]
    assert set(by_class) == set(CLASSES)
    assert min(map(by_class.count, CLASSES)) >= 3
    assert {card.sense for card in OBJECTIVES.values()} == {"minimise", "maximise"}


def test_every_parameter_is_tested_away_from_its_default():
    assert {name: set(card.knobs) for name, card in OBJECTIVES.items() if card.knobs} == {
        name: set(knobs) for name, knobs in OTHERS.items()
    }
    assert all(OTHERS[name][knob] != OBJECTIVES[name].knobs[knob] for name in OTHERS for knob in OTHERS[name])
    for name, knobs in OTHERS.items():
        for text, holds in OBJECTIVES[name].requires:
            used = holds.__code__.co_varnames[: holds.__code__.co_argcount]
            assert holds(**{knob: knobs[knob] for knob in used}), text


def test_both_sides_make_the_same_numbers():
    numbers = scattered(0, 256)
    assert kernel_scattered(0, 256).tolist() == numbers
    assert len(set(numbers)) == 256
    assert all(abs(number) < 1 and (number * 256).is_integer() for number in numbers)


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_the_derivative(name):
    card = OBJECTIVES[name]
    with mpmath.workdps(DIGITS):
        step = mpmath.mpf("1e-17")
        for knobs in (with_exact_knobs(card), with_exact_knobs(card, **OTHERS.get(name, {}))):
            for point in points(card):
                x = exact(point)
                for i, slope in enumerate(card.gradient(x, **knobs)):
                    ends = [card.function([*x[:i], x[i] + side * step, *x[i + 1 :]], **knobs) for side in (1, -1)]
                    assert mpmath.almosteq(slope, (ends[0] - ends[1]) / (2 * step), rel_eps=1e-28, abs_eps=1e-28)


@pytest.mark.parametrize("name", [name for name, card in OBJECTIVES.items() if card.optima])
def test_an_optimum_is_stationary_and_has_the_best_value(name):
    card = OBJECTIVES[name]
    with mpmath.workdps(DIGITS):
        knobs = with_exact_knobs(card)
        for declared in card.optima:
            x = exact(declared)
            value = card.function(x, **knobs)
            assert abs(value - card.best) <= 1e-15 * max(1, abs(card.best))
            assert max(map(abs, card.gradient(x, **knobs))) < 1e-12
            for i, offset in itertools.product(range(card.dimension), (-1e-3, 1e-3)):
                beside = [each + offset * (i == j) for j, each in enumerate(x)]
                assert is_better(card, value, card.function(beside, **knobs))


@pytest.mark.parametrize("name", FAR)
def test_what_has_no_optimum_comes_near_its_best_value(name):
    card = OBJECTIVES[name]
    near = card.function(FAR[name])
    assert near == pytest.approx(card.best, abs=1e-12)
    assert is_better(card, near, card.function([each / 2 for each in FAR[name]]))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_better_than_the_best(name):
    card = OBJECTIVES[name]
    assert bool(card.optima) != (name in FAR)
    for point in points(card, 200 if name != "spatially_embedded" else 20):
        assert is_better(card, card.best, card.function(point))


@pytest.mark.parametrize("name", NAMES)
def test_a_step_along_the_gradient_goes_the_way_of_the_sense(name):
    card = OBJECTIVES[name]
    slopes = card.gradient(list(card.start))
    step = 1e-6 if card.is_maximised else -1e-6
    beside = [x + step * slope for x, slope in zip(card.start, slopes, strict=True)]
    assert is_better(card, card.function(beside), card.function(card.start))


@pytest.mark.parametrize("name", NAMES)
def test_kernel_agrees_with_the_reference(name):
    value, gradient = check_objective(OBJECTIVES[name])
    assert value.holds, value
    assert gradient.holds, gradient


@pytest.mark.parametrize("name", OTHERS)
def test_kernel_agrees_with_other_parameters(name):
    card, knobs = OBJECTIVES[name], OTHERS[name]
    assert KERNELS[name].knobs == card.knobs
    descended = card.descended(knobs)
    for point in points(card):
        loss, slopes = by_kernel(name, point, **knobs)
        assert loss == pytest.approx(descended.function(point, **knobs), rel=1e-12)
        assert slopes == pytest.approx(descended.gradient(point, **knobs), rel=1e-11, abs=1e-13)


def test_a_wrong_kernel_is_found(monkeypatch):
    monkeypatch.setitem(KERNELS, "one_max", KERNELS["leading_ones"])
    assert not any(agreement.holds for agreement in check_objective(OBJECTIVES["one_max"]))


def test_a_race_descends_the_negative_of_what_is_maximised():
    card = OBJECTIVES["softmax_bandit"]
    problem = card.descended()
    assert problem.is_negated
    assert problem.least == -card.best
    assert problem.function(card.start) == -card.function(card.start)
    assert by_kernel("softmax_bandit", card.start)[0] == pytest.approx(-card.function(card.start))
    assert not OBJECTIVES["placement"].descended().is_negated


def test_with_other_parameters_no_optimum_is_claimed():
    card = OBJECTIVES["placement"]
    assert card.descended({"power": 2.0}).minima == card.optima
    changed = card.descended({"power": 1.0})
    assert changed.minima == ()
    assert changed.least is None
    assert np.isnan(changed.distance(card.start))


# Formulas against other ways to say the same.


@pytest.mark.parametrize("name", ["one_max", "leading_ones"])
def test_expected_fitness_is_the_sum_over_all_strings(name):
    x = np.linspace(-2, 1.5, 8)
    chances = 1 / (1 + np.exp(-x))
    strings = np.array(list(itertools.product((0, 1), repeat=8)))
    weights = np.prod(np.where(strings, chances, 1 - chances), axis=1)
    fitness = strings.sum(axis=1) if name == "one_max" else [next(iter(np.flatnonzero(s == 0)), 8) for s in strings]
    assert OBJECTIVES[name].function(x.tolist()) == pytest.approx(weights @ fitness, rel=1e-13)


def test_smoothed_rastrigin_is_the_integral():
    sigma, x = 0.3, [3.2, 0.0, -1.4, 0.25]

    def mean_of(theta):
        return mpmath.quad(
            lambda e: (
                -((theta + sigma * e) ** 2 + 10 - 10 * mpmath.cos(2 * mpmath.pi * (theta + sigma * e))) * mpmath.npdf(e)
            ),
            range(-10, 11),
        )

    assert OBJECTIVES["smoothed_rastrigin"].function(x, sigma=sigma) == pytest.approx(float(sum(map(mean_of, x))))


def test_the_return_is_the_discounted_sum():
    """Step by step, until what is left is below rounding."""
    theta, total, factor = np.linspace(-1, 1, 8), 0.0, 1.0
    policy = np.exp(theta.reshape(4, 2)) / np.exp(theta.reshape(4, 2)).sum(axis=1, keepdims=True)
    lead, states = np.array(objectives_reward.LEADS) / 8, np.array(objectives_reward.BEGINS)
    for _ in range(400):
        total += factor * states @ (policy * objectives_reward.EARNS).sum(axis=1)
        states = np.einsum("s,sa,sat->t", states, policy, lead)
        factor *= 0.9
    assert states.sum() == pytest.approx(1)
    assert OBJECTIVES["tabular_mdp"].function(theta.tolist()) == pytest.approx(total, rel=1e-13)


def test_communicability_is_the_exponential_of_the_normalised_strengths():
    w = points(OBJECTIVES["spatially_embedded"], 1)[1]
    with mpmath.workdps(30):
        strengths = mpmath.matrix(objectives_wiring.matrix_of([abs(value) for value in w]))
        roots = mpmath.diag([1 / mpmath.sqrt(sum(strengths[i, :])) for i in range(4)])
        expected = mpmath.expm(roots * strengths * roots)
        a, _ = objectives_wiring.normalised(objectives_wiring.matrix_of(exact(map(abs, w))))
        found = mpmath.matrix(objectives_wiring.exponential(a, a)[0])
        assert mpmath.norm(found - expected) < 1e-25


def test_a_neuron_without_connections_costs_nothing():
    card = OBJECTIVES["spatially_embedded"]
    assert card.function([0.0] * 12) == card.function([0.0] * 12, strength=5.0)
    loss, slopes = by_kernel("spatially_embedded", [0.0] * 12)
    assert loss == pytest.approx(card.function([0.0] * 12))
    assert slopes == pytest.approx(card.gradient([0.0] * 12))


def test_kinks_have_the_gradient_zero():
    assert OBJECTIVES["wiring_length"].gradient([0.0] * 10) == [0.0] * 10
    assert OBJECTIVES["homeostatic_drive"].gradient(OBJECTIVES["homeostatic_drive"].optima[0]) == [0.0] * 4
    together = OBJECTIVES["placement"].gradient([4.0, 0.0, 1.0] * 3, power=1.0)
    assert np.isfinite(together).all()
    assert by_kernel("placement", [4.0, 0.0, 1.0] * 3, power=1.0)[1] == pytest.approx(together)


# Estimates.


def test_what_a_card_says_can_be_estimated_can_be():
    assert set(ESTIMATORS) == set(ESTIMATED)


@pytest.mark.parametrize("name", ESTIMATED)
@pytest.mark.parametrize("seed", [1, 2])
def test_estimates_are_unbiased(name, seed):
    card = OBJECTIVES[name]
    for knobs in {str(each): each for each in (card.knobs, OTHERS.get(name, {}))}.values():
        for point in points(card, 1):
            truth = [card.function(point, **knobs), *card.gradient(point, **knobs)]
            found = estimate(name, np.array(point), 40_000, seed, **knobs)
            assert (found.errors > 0).all()
            assert (abs(found.means - truth) < 5 * found.errors).all()


@pytest.mark.parametrize("name", ["es_quadratic", "entropy_bandit", "tabular_mdp"])
def test_standard_errors_are_as_large_as_the_errors(name):
    """Over 200 seeds the errors, in standard errors, have a standard deviation of 1; no sample is rare at the start."""
    card = OBJECTIVES[name]
    truth = np.array([card.function(card.start), *card.gradient(card.start)])
    found = [estimate(name, np.array(card.start), 500, seed, **card.knobs) for seed in range(200)]
    deviations = np.std([(each.means - truth) / each.errors for each in found], axis=0)
    assert (deviations > 0.75).all()
    assert (deviations < 1.25).all()


def test_evolution_strategies_are_exact_on_quadratics():
    """Whatever sigma is: over pairs along each axis, whose second moments are those of the noise, nothing is left."""
    card = OBJECTIVES["es_quadratic"]
    x, noise = np.array(points(card, 1)[1]), np.sqrt(5) * np.eye(5)
    for sigma in (1e-2, 1.0, 30.0):
        values, slopes = antithetic(quadratic_fitness, x, noise, sigma)
        assert values.mean() == pytest.approx(card.function(x.tolist(), sigma=sigma), rel=1e-12)
        assert slopes.mean(axis=0) == pytest.approx(card.gradient(x.tolist()), rel=1e-9)


def test_a_seed_gives_the_same_bits_and_samples_are_shared_out_evenly():
    x = np.array(OBJECTIVES["one_max"].start)
    first, again, other = (estimate("one_max", x, 16_385, seed) for seed in (3, 3, 4))
    assert np.array_equal(first.means, again.means)
    assert np.array_equal(first.errors, again.errors)
    assert not np.array_equal(first.means, other.means)
    assert np.isfinite(estimate("one_max", x, 2, 0).errors).all()


@pytest.mark.parametrize("name", NAMES)
def test_each_enters_a_race(dlc, name):
    card = OBJECTIVES[name]
    done = dlc("optimize", "adam", "--on", name, "--steps", "60", "--runs", "2", "--json")
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert answer["negated"] == card.is_maximised
    (entrant,) = answer["entrants"]
    assert entrant["losses"][0] < card.descended().function(card.start)
    assert bool(entrant["merit"]) == bool(card.optima)
