"""The reference against its own definition: derivatives against differences, cards against formulas."""

import inspect
import math
from dataclasses import dataclass
from functools import cached_property, partial

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from dlc.reference.activations import ACTIVATIONS
from dlc.reference.piecewise import straight
from dlc.reference.ulp import DIGITS, truth

CARDS = [card for card in ACTIVATIONS.values() if not card.vector]
INF = math.inf


@dataclass(frozen=True)
class Setting:
    """A function with parameters; the others are near the defaults, and finite."""

    card: object
    params: dict

    def __str__(self):
        return "-".join([self.card.name, *(f"{value:g}" for value in self.params.values())])

    @cached_property
    def exact(self):
        return {name: mpf(value) for name, value in self.params.items()}

    @property
    def quantities(self):
        return [*self.card.orders, *self.card.partials.values()]

    @property
    def places(self):
        return self.card.kinks_at(self.params) + self.card.bends_at(self.params)

    def inside(self, points):
        """Those of POINTS that belong to the function's domain."""
        low, high = self.card.domain
        return [x for x in points if low < x < high]

    def away(self, points):
        """Those of POINTS that are inside and no kink or bend."""
        return [x for x in self.inside(points) if all(abs(x - place) > 1e-4 for place in self.places)]


def others(card):
    return {name: 5.0 if math.isinf(value) else 0.1 + 0.7 * value for name, value in card.knobs.items()}


SETTINGS = [Setting(card, params) for card in CARDS for params in (card.knobs, others(card))[: 1 + bool(card.knobs)]]
LEARNABLE = [(setting, name) for setting in SETTINGS for name in setting.card.partials]

each_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
each_setting = pytest.mark.parametrize("setting", SETTINGS, ids=str)

POINTS = (-30, -7.3, -3.01, -2.2, -1.2784645, -0.75, -0.3, 0.001, 0.41, 0.97, 1.7, 2.6, 5.9, 8, 40)
STEP = mpf(10) ** -12


def is_derivative(exact, function, x):
    """Whether EXACT is the derivative of FUNCTION at x, by central differences of the sixth order."""
    weights = {1: mpf(3) / 4, 2: mpf(-3) / 20, 3: mpf(1) / 60}
    numeric = sum(weight * (function(x + k * STEP) - function(x - k * STEP)) for k, weight in weights.items()) / STEP
    return abs(numeric - exact) <= mpf(10) ** -34 * (1 + abs(exact) * 10**6)


def in_floats(function, x, params):
    """FUNCTION at each of X as NumPy computes it, or number by number, for NumPy has no error function."""
    with np.errstate(over="ignore"):
        try:
            return function(x, **params)
        except AttributeError as missing:
            if "erf" not in str(missing):
                raise
            return np.array([function(each, **params) for each in x.tolist()])


def at_parameter(function, x, params, name, value):
    return function(x, **params | {name: value})


@each_setting
def test_a_setting_is_one_that_the_card_allows(setting):
    for text, holds in setting.card.requires:
        assert holds(**{name: setting.params[name] for name in inspect.signature(holds).parameters}), text


@each_setting
@pytest.mark.parametrize("order", [1, 2])
@mpmath.workdps(DIGITS)
def test_derivatives_are_those_of_the_order_before(setting, order):
    before, after = setting.card.orders[order - 1 : order + 1]
    for x in map(mpf, setting.away(POINTS)):
        assert is_derivative(after(x, **setting.exact), lambda point: before(point, **setting.exact), x), x


@pytest.mark.parametrize(("setting", "name"), LEARNABLE, ids=str)
@mpmath.workdps(DIGITS)
def test_derivatives_by_learnable_parameters(setting, name):
    card, exact = setting.card, setting.exact
    for x in map(mpf, setting.away(POINTS)):
        function = partial(at_parameter, card.function, x, exact, name)
        assert is_derivative(card.partials[name](x, **exact), function, exact[name]), x


@each_setting
def test_derivatives_at_a_kink_are_those_of_one_side(setting):
    """Both of the same side. Where only the second one jumps, it may also be between the sides."""
    card, params, near = setting.card, setting.params, 1e-9
    for place in setting.places:
        sides = [[float(truth(f, place + d, params)) for f in (card.grad, card.grad2)] for d in (-near, near)]
        here = [float(truth(f, place, params)) for f in (card.grad, card.grad2)]
        if place in card.bends_at(params):
            sides.append([sum(each) / 2 for each in zip(*sides, strict=True)])
        assert any(here == pytest.approx(side, abs=1e-7) for side in sides), place


@each_setting
def test_fifty_digits_are_enough(setting):
    """No formula loses so much to cancellation that more digits would change the answer."""
    magnitudes = (1e-300, 1e-100, 1e-20, 1e-3, 0.7, math.pi / 4, 2.4, 20.0, 120.0, 745.0, 1e16, 1e300)
    for x in setting.inside(sign * each for sign in (-1, 1) for each in magnitudes):
        for function in setting.quantities:
            few = truth(function, x, setting.params)
            with mpmath.workdps(1000):
                many = function(mpf(x), **setting.exact)
                vanishing = mpf(10) ** -400
                assert abs(few - many) <= max(abs(many) * mpf(10) ** -30, vanishing), (function.__name__, x)


@each_setting
def test_the_reference_follows_the_type_of_its_argument(setting):
    x = setting.inside([-3.7, -1.0, -0.2, 0.0, 0.5, 2.25])
    for function in setting.quantities:
        true = [float(truth(function, each, setting.params)) for each in x]
        values = [function(each, **setting.params) for each in x]
        assert {type(value) for value in values} <= {float, int}
        assert values == pytest.approx(true, rel=1e-12, abs=1e-15)
        array = in_floats(function, np.array(x), setting.params)
        assert isinstance(array, np.ndarray)
        assert array == pytest.approx(np.array(true), rel=1e-12, abs=1e-15)


@each_card
def test_bounds_monotony_and_symmetry(card):
    half = np.sort(np.concatenate([np.linspace(0.002, 40, 20000), np.geomspace(1e-8, 1e8, 2001)]))
    x = np.concatenate([-half[::-1], [0.0], half])
    x = x[(x > card.domain[0]) & (x < card.domain[1])]
    y = in_floats(card.function, x, card.knobs)
    low, high = card.bounds
    assert y.min() >= low - 1e-15
    assert y.max() <= high + 1e-15
    # the range is no wider than need be
    assert low == -INF or y.min() <= low + 1e-3
    assert high == INF or y.max() >= high - 1e-3
    finite = np.isfinite(y)
    assert card.monotone == bool((np.diff(y[finite]) >= -1e-15 * (1 + np.abs(x[finite][1:]))).all())
    odd = np.array_equal(y, -y[::-1])
    even = np.array_equal(y, y[::-1])
    assert card.symmetry == ("odd" if odd else "even" if even else "")


@each_card
def test_jumps_are_declared(card):
    """At each kink the value or the first derivative jumps, at each bend only the second, and nowhere else any."""
    spacing = 1e-3
    x = (np.arange(-10_000, 10_000) + 0.5) * spacing  # no jump of a default function is on this grid
    x = x[(x > card.domain[0] + 0.5) & (x < card.domain[1])]

    def jumps(function):
        y = in_floats(function, x, card.knobs)
        places = x[:-1][np.abs(np.diff(y)) > 0.05 * (1 + np.abs(y[1:]))] + spacing / 2
        return {round(float(place), 3) + 0.0 for place in places}

    kinks = jumps(card.function) | jumps(card.grad)
    assert kinks == set(card.kinks_at(card.knobs))
    assert jumps(card.grad2) - kinks == set(card.bends_at(card.knobs))


@each_card
def test_a_monotone_function_ends_at_its_bounds(card):
    ends = [truth(card.function, end, card.knobs) for end in card.domain]
    assert not any(mpmath.isnan(end) for end in ends) or not card.monotone
    if card.monotone:
        for end, bound in zip(ends, card.bounds, strict=True):
            if math.isinf(bound):
                assert end * bound > 1e300
            else:
                assert float(end) == pytest.approx(bound, abs=1e-15)


@each_setting
def test_there_is_nothing_outside_the_domain(setting):
    for end, side in zip(setting.card.domain, (-1, 1), strict=True):
        if not math.isinf(end):
            for function in setting.quantities:
                assert mpmath.isnan(truth(function, end + side, setting.params))


def test_log1mexp_at_the_end_of_its_domain():
    assert [truth(function, 0.0, {}) for function in ACTIVATIONS["log1mexp"].orders] == [-INF, INF, -INF]


def test_waves_have_no_limit():
    sin, snake = ACTIVATIONS["sin"], ACTIVATIONS["snake"]
    for end in (-INF, INF):
        for function in (*sin.orders, snake.grad, snake.grad2, *snake.partials.values()):
            assert mpmath.isnan(truth(function, end, {}))
            assert math.isnan(function(end))
        assert truth(snake.function, end, snake.knobs) * end > 1e300
        assert snake.function(end) == end


@each_card
def test_every_quantity_takes_the_parameters_of_the_function(card):
    assert len(card.orders) == 3
    assert list(card.partials) == [name for name in card.knobs if name in card.partials]
    for function in {*card.orders, *card.partials.values()} - {straight}:
        parameters = list(inspect.signature(function).parameters.values())
        assert parameters[0].name == "x"
        assert {each.name: each.default for each in parameters[1:]} == card.knobs


@each_card
def test_what_is_shown_of_a_card(card):
    facts = dict(card.facts())
    assert facts["second derivative"]
    assert [label for label in facts if label.startswith("∂f/∂")] == [f"∂f/∂{name}" for name in card.partials]
    assert ("domain" in facts) == (card.domain != (-INF, INF))
    assert ("second derivative jumps" in facts) == bool(card.bends_at(card.knobs))
    assert all(not value.endswith(".") for label, value in facts.items() if "derivative" in label or "∂" in label)
