"""Scalar reverse-mode differentiation, against what the cards declare and against difference quotients."""

import mpmath
import pytest

from dlc.reference.activations import ACTIVATIONS
from dlc.reference.autodiff import Value, dot, ordered
from dlc.reference.losses import LOSSES

PLACES = (-2.3, -0.7, 0.4, 1.9)  # of no activation a kink


def traced_slope(function, x):
    value = Value(x)
    y = function(value)
    assert isinstance(y, Value)
    y.backward()
    return value.grad


@pytest.mark.parametrize("card", [card for card in ACTIVATIONS.values() if not card.vector], ids=lambda card: card.name)
def test_the_derivative_of_every_formula_is_found_by_tracing_it(card):
    """The declared derivative is another formula: both must come to the same."""
    seen = 0
    for x in PLACES:
        if not card.domain[0] <= x <= card.domain[1] or any(abs(x - kink) < 1e-3 for kink in card.kinks_at(card.knobs)):
            continue
        value = Value(x)
        y = card.function(value)
        if not isinstance(y, Value):  # a constant piece
            assert card.grad(x) == 0
            continue
        y.backward()
        assert value.grad == pytest.approx(card.grad(x), rel=1e-9, abs=1e-12), x
        seen += 1
    assert seen or card.grad(PLACES[0]) == 0


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_a_function_of_a_vector_is_traced_too(name):
    x, v = [0.3, -1.2, 2.0], [0.5, -2.0, 0.25]
    values = [Value(each) for each in x]
    y = ACTIVATIONS[name].function(values)
    dot(y, [Value(each) for each in v]).backward()
    assert [each.grad for each in values] == pytest.approx(ACTIVATIONS[name].vjp(x, v), rel=1e-12)


@pytest.mark.parametrize("name", ["mse", "huber", "log_cosh", "bce_with_logits"])
def test_losses_are_traced_too(name):
    card = LOSSES[name]
    assert traced_slope(lambda p: card.function(p, 0.7), 0.4) == pytest.approx(card.gradient(0.4, 0.7), rel=1e-10)


def test_any_precision():
    with mpmath.workdps(40):
        x = mpmath.mpf("0.3")
        found = traced_slope(lambda v: v**3 / (1 + v) - 2 / v + abs(-v) * v.__array_namespace__().exp(v), x)
        exact = mpmath.diff(lambda v: v**3 / (1 + v) - 2 / v + v * mpmath.exp(v), x)
        assert abs(found - exact) < mpmath.mpf(10) ** -30


def test_a_value_used_twice_and_a_deep_graph():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0 + x * 0.0
    (y * y + x).backward()
    assert x.grad == 3.0
    places = {id(each): place for place, each in enumerate(ordered(y))}
    assert all(places[id(parent)] < places[id(each)] for each in ordered(y) for parent, _ in each.parents)


def test_powers_and_comparisons():
    a, b = Value(2.0), Value(3.0)
    (a**b).backward()
    assert a.grad == pytest.approx(12.0)
    assert b.grad == pytest.approx(8 * 0.6931471805599453)
    assert traced_slope(lambda v: 2.0**v, 3.0) == pytest.approx(8 * 0.6931471805599453)
    assert traced_slope(lambda v: v**0 + v, 0.0) == 1
    assert a < b
    assert b >= 3.0
    assert a == 2.0
    assert a is not Value(2.0)
    assert max(a, b) is b
