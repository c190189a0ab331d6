"""Kernels of functions of a vector against the reference; the reference against its own definition."""

import math
from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dlc.cli.agreement_vectors import check_vector, errors, fitting
from dlc.cli.catalog import array_kernel
from dlc.cli.vectors import Truth, jacobian
from dlc.kernels.lift import PARALLEL_FROM
from dlc.reference.activation_family import unchanged
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.noise import uniform
from dlc.reference.ulp import FORMATS

CARDS = [card for card in ACTIVATIONS.values() if card.vector]
INF, NAN = math.inf, math.nan

every_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
both_types = pytest.mark.parametrize("dtype", FORMATS)


def value(name, x, dtype="float64", **params):
    card = ACTIVATIONS[name]
    return array_kernel(card)(np.array(x, dtype), *(card.knobs | params).values())


def slopes(name, x, v, dtype="float64", **params):
    card = ACTIVATIONS[name]
    return array_kernel(card, 1)(np.array(x, dtype), *(card.knobs | params).values(), v=np.array(v, dtype))


@every_card
def test_kernels_keep_the_bounds_of_their_card(card):
    for agreement in check_vector(card, tuple(FORMATS), samples=700, seed=11):
        assert agreement.holds, agreement


@every_card
@both_types
@pytest.mark.parametrize("length", [1, 5, 16, 17, 1000, 4096])
def test_every_length(card, dtype, length):
    """The long ones are judged at a few places; a product with v is a sum of terms that are judged by their sizes."""
    length = fitting(card, card.knobs, length)
    random = np.random.default_rng(length)
    x = random.normal(0, 3, length).astype(dtype)
    y = array_kernel(card)(x, *card.knobs.values())
    assert y.shape == (card.width(length, *card.knobs.values()),)
    if length <= 17:
        assert max(errors(card, card.knobs, x, length).values()) <= card.ulp[dtype][1]
    params = {**card.knobs, **({"first": 0} if card.noisy else {})}
    true = card.function(x.astype(float).tolist(), **params)
    close = {"rtol": 1e-6, "atol": 1e-30} if dtype == "float32" else {"rtol": 1e-11, "atol": 1e-14}
    assert np.allclose(y, true, **close)
    v = random.normal(size=y.shape).astype(dtype)
    product = array_kernel(card, 1)(x, *card.knobs.values(), v=v)
    there = card.vjp(x.astype(float).tolist(), v.astype(float).tolist(), **params)
    assert np.allclose(product, there, rtol=close["rtol"], atol=1e-6 if dtype == "float32" else 1e-14)


OTHER_PARAMS = {
    "epsilon": [1e-12, 1.0, 1e6],
    "pieces": [1.0, 3.0],
    "tau": [0.1, 30.0],
    "seed": [7.0, 2.0**52],
    "hard": [1.0],
    "lower": [-0.5, 0.0],
    "upper": [0.5, 2.0],
}
SWEEPS = [(card, {knob: value}) for card in CARDS for knob in card.knobs for value in OTHER_PARAMS[knob]]


@pytest.mark.parametrize(("card", "params"), SWEEPS, ids=lambda each: getattr(each, "name", str(each)))
def test_the_bounds_hold_for_other_parameters(card, params):
    for agreement in check_vector(card, tuple(FORMATS), samples=150, seed=5, params=card.knobs | params):
        assert agreement.holds, agreement


ENTRY = st.floats(-800, 800) | st.floats(-3e38, 3e38) | st.sampled_from([0.0, -0.0, INF, -INF, 1e-40])


@every_card
@both_types
@given(values=st.lists(ENTRY, min_size=6, max_size=6) | st.lists(ENTRY, min_size=2, max_size=2))
@example(values=[5.0, 5e-324])
@settings(max_examples=12, deadline=None)
def test_vectors_of_any_spread(card, dtype, values):
    found = errors(card, card.knobs, np.array(values, dtype), seed=len(values))
    assert found["value"] <= card.ulp[dtype][0]
    assert found["derivative"] <= card.ulp[dtype][1]


@every_card
@both_types
def test_vectors_whose_sum_is_hardly_more_than_its_greatest_term(card, dtype):
    """What the other terms add is near the least normal number, or below."""
    edge = -87.3 if dtype == "float32" else -708.4
    for below in np.linspace(0, -10 if dtype == "float32" else -30, 20):
        x = np.array([3.0, 3.0 + edge + below, 3.0 + edge - 4.1, 3.0 + edge - 4.1], dtype)
        assert max(errors(card, card.knobs, x, seed=int(-10 * below)).values()) <= card.ulp[dtype][1]


@every_card
@both_types
def test_products_with_any_vector(card, dtype):
    """A product is a sum over the entries of v: its error counts beside the sizes of their terms."""
    random = np.random.default_rng(4)
    for _ in range(8):
        x = random.normal(0, random.choice([0.1, 3, 50]), 12).astype(dtype)
        matrix = jacobian(card, card.knobs, x).astype(float)
        v = random.normal(0, 10.0 ** random.integers(-3, 4), len(matrix)).astype(dtype)
        found = array_kernel(card, 1)(x, *card.knobs.values(), v=v)
        sizes = np.abs(v) @ np.abs(matrix)
        unit = np.spacing(sizes.astype(dtype)).astype(float)
        with mpmath.workdps(50):
            exact = card.vjp(*([mpmath.mpf(each) for each in vector.tolist()] for vector in (x, v)), **_exact(card))
        off = np.array([float(mpmath.mpf(a) - b) for a, b in zip(found.tolist(), exact, strict=True)])
        allowed = card.ulp[dtype][1] * (unit if card.vjp_terms is None else unit.max() * len(x))
        assert (np.abs(off) <= allowed).all()


def _exact(card):
    params = {name: mpmath.mpf(value) for name, value in card.knobs.items()}
    return params | ({"first": 0} if card.noisy else {})


@every_card
def test_closed_form_derivatives_at_fifty_digits(card):
    with mpmath.workdps(50):
        x = [mpmath.mpf(each) for each in ("0.3", "-1.2", "2.5", "0.7", "-0.1", "1.3")]
        step, params = mpmath.mpf(10) ** -15, _exact(card)
        width = card.width(len(x), *card.knobs.values())
        for i, j in product(range(width), range(len(x))):
            moved = [[each + side * step * (k == j) for k, each in enumerate(x)] for side in (1, -1)]
            up, down = (card.function(each, **params)[i] for each in moved)
            exact = card.vjp(x, [mpmath.mpf(k == i) for k in range(width)], **params)[j]
            assert abs((up - down) / (2 * step) - exact) < mpmath.mpf(10) ** -28


@every_card
def test_fifty_digits_are_enough(card):
    """Nothing cancels in the reference but the terms that a card declares."""
    for x in ([0.0, -745.0, -1e-300, 3.0], [1e300, 1e300, -1e300, 1.0], [1e-300, 2e-300, 0.0, -1.0]):
        y = [1.0] * card.width(len(x), *card.knobs.values())
        few, many = ([], [])
        for digits, into in ((50, few), (800, many)):
            with mpmath.workdps(digits):
                there = [mpmath.mpf(each) for each in x]
                params = _exact(card)
                into += card.function(there, **params)
                for k in range(len(y)):
                    into += card.vjp(there, [mpmath.mpf(i == k) for i in range(len(y))], **params)
        largest = 1 if card.terms else 0
        for a, b in zip(few, many, strict=True):
            assert abs(a - b) <= mpmath.mpf(10) ** -30 * max(abs(b), largest) + mpmath.mpf(10) ** -400


@every_card
def test_the_reference_computes_with_floats(card):
    x = [0.3, -1.2, 2.5, 0.7, -0.1, 1.3]
    params = card.knobs | ({"first": 0} if card.noisy else {})
    with mpmath.workdps(50):
        exact = [float(each) for each in card.function([mpmath.mpf(each) for each in x], **_exact(card))]
    assert card.function(x, **params) == pytest.approx(exact, rel=1e-13, abs=1e-15)


@every_card
@both_types
@pytest.mark.parametrize("beside", [[1.0, -2.0, 0.5], []])
def test_nan_stays(card, dtype, beside):
    """Everywhere, or where an entry counts."""
    x = np.array([NAN, *beside], dtype)
    x = np.roll(np.resize(x, fitting(card, card.knobs, len(x))), 1)
    y = array_kernel(card)(x, *card.knobs.values())
    assert np.isnan(y).any()
    truth = Truth(card, card.knobs, x.tolist(), 0)
    assert max(truth.value_errors(y.tolist(), dtype)) <= card.ulp[dtype][0]
    v = np.ones_like(y)
    slopes = array_kernel(card, 1)(x, *card.knobs.values(), v=v)
    assert max(truth.product_errors(v.tolist(), slopes.tolist(), dtype)) <= card.ulp[dtype][1]
    minus = np.copysign(np.array([NAN, 1.0], dtype), -1)
    assert np.isnan(array_kernel(card)(minus, *card.knobs.values())).any(), "whatever the sign of nan"


@every_card
@both_types
def test_threads_do_not_change_a_bit(card, dtype):
    x = np.random.default_rng(0).normal(0, 3, (3 * PARALLEL_FROM // 30 + 7, 30)).astype(dtype)
    kernel, backward, params = array_kernel(card), array_kernel(card, 1), card.knobs.values()
    serial = kernel(x, *params)
    v = np.random.default_rng(1).normal(size=serial.shape).astype(dtype)
    product = backward(x, *params, v=v)
    for threads in (2, 3):
        assert kernel(x, *params, threads=threads).tobytes() == serial.tobytes()
        assert backward(x, *params, v=v, threads=threads).tobytes() == product.tobytes()
    if not card.noisy:
        assert kernel(x[5], *params).tobytes() == serial[5].tobytes(), "a row knows nothing of the others"


@every_card
def test_declared_facts(card):
    x = np.concatenate([np.random.default_rng(2).normal(0, scale, (300, 12)) for scale in (0.01, 1, 30)])
    y = array_kernel(card)(x, *card.knobs.values())
    low, high = card.bounds
    assert y.min() >= low
    assert y.max() <= high
    assert low == -INF or y.min() <= low + 1e-3
    assert high == INF or y.max() >= high - 1e-3
    assert (y.shape[-1] == x.shape[-1]) == (card.width is unchanged)


@pytest.mark.parametrize("name", ["softmax", "softmin", "sparsemax", "gumbel_softmax"])
def test_distributions_sum_to_one_and_their_derivatives_to_zero(name):
    x = np.random.default_rng(6).normal(0, 3, (50, 9))
    card = ACTIVATIONS[name]
    assert value(name, x).sum(axis=-1) == pytest.approx(1, rel=1e-14)
    matrix = jacobian(card, card.knobs, x)
    assert matrix.sum(axis=-1) == pytest.approx(0, abs=1e-14), "y does not change when x moves as a whole"
    assert matrix.sum(axis=-2) == pytest.approx(0, abs=1e-14), "the sum of y does not change"


def test_what_is_known_of_each():
    x = [1.0, 2.0, 3.0, -1.0]
    assert value("softmax", x) == pytest.approx([0.0889468173, 0.2417825172, 0.6572330228, 0.0120376427], rel=1e-9)
    assert value("hardmax", [1.0, 3.0, 3.0]).tolist() == [0, 1, 0]
    assert value("sparsemax", [1.0, 0.9, 0.1]) == pytest.approx([0.55, 0.45, 0.0], rel=1e-15)
    assert value("logsumexp", [0.0, 0.0]) == pytest.approx([math.log(2)], rel=1e-15)
    assert value("logmeanexp", [0.1, 0.1, 0.1]).tolist() == [0.1]
    assert value("standardize", [0.1, 0.1, 0.1]).tolist() == [0, 0, 0]
    assert value("glu", x) == pytest.approx([0.9525741268, 0.5378828427], rel=1e-9)
    assert value("bilinear", x).tolist() == [3, -2]
    assert value("reglu", x).tolist() == [3, 0]
    assert value("crelu", [1.0, -2.0]).tolist() == [1, 0, 0, 2]
    assert value("maxout", [1.0, 5.0, 4.0, 3.0, 2.0, 6.0]).tolist() == [5, 4, 6]
    assert value("maxout", [1.0, 5.0, 4.0, 3.0, 2.0, 6.0], pieces=3.0).tolist() == [5, 6]
    assert slopes("maxout", [5.0, 5.0, 4.0, 3.0], [2.0, 3.0]).tolist() == [2, 0, 3, 0]


def test_infinite_entries():
    assert value("softmax", [INF, 3.0, -INF]).tolist() == [1, 0, 0]
    assert value("softmax", [INF, INF, 0.0]).tolist() == [0.5, 0.5, 0]
    assert value("softmax", [-INF, -INF]).tolist() == [0.5, 0.5]
    assert value("log_softmax", [0.0, -INF]).tolist() == [0, -INF]
    assert value("logsumexp", [INF, 1.0]).tolist() == [INF]
    assert value("glu", [INF, -INF]).tolist() == [0]
    assert value("glu", [INF, -1e5]).tolist() == [INF]
    assert value("bilinear", [INF, 0.0]).tolist() == [0]


def test_noise_is_what_the_seed_and_the_position_make_it():
    """Uniform as far as simple statistics tell, neighbours independent, seeds apart."""
    drawn = [uniform(5, position, 0.0) for position in range(20_000)]
    assert 0 < min(drawn) < 1e-3
    assert 1 - 1e-3 < max(drawn) < 1
    assert abs(sum(drawn) / len(drawn) - 0.5) < 0.01
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.03
    assert len({*drawn, *(uniform(6, position, 0.0) for position in range(20_000))}) == 40_000


def test_splitmix64_is_the_published_one():
    from dlc.reference.draws import WEYL, WORD, finished

    published = (6457827717110365317, 3203168211198807973, 9817491932198370423)  # for seed 1234567
    assert tuple(finished((1234567 + k * WEYL) % WORD) for k in (1, 2, 3)) == published


@pytest.mark.parametrize("name", ["gumbel_softmax", "rrelu_train"])
def test_noise_depends_on_the_position_in_the_whole_array(name):
    x = np.full((3, 4, 8), -1.0)
    y = value(name, x)
    assert np.array_equal(value(name, x), y), "the same seed, the same noise"
    assert len(np.unique(y)) == y.size
    assert not np.array_equal(value(name, x, seed=1.0), y)
    if name == "rrelu_train":
        assert np.array_equal(value(name, x.reshape(-1)), y.reshape(-1)), "whatever the shape"


def test_gumbel_softmax_draws_what_its_logits_say():
    x = np.tile(np.log([0.5, 0.3, 0.2]), (30_000, 1))
    hard = value("gumbel_softmax", x, hard=1.0)
    assert np.isin(hard, (0, 1)).all()
    assert (hard.sum(axis=-1) == 1).all()
    assert hard.mean(axis=0) == pytest.approx([0.5, 0.3, 0.2], abs=0.01)
    v = np.random.default_rng(3).normal(size=x.shape)
    assert np.array_equal(slopes("gumbel_softmax", x, v, hard=1.0), slopes("gumbel_softmax", x, v))


def test_rrelu_train_draws_between_its_bounds():
    y = -value("rrelu_train", np.full(20_000, -1.0), lower=0.2, upper=0.6)
    assert 0.2 < y.min() < 0.201
    assert 0.599 < y.max() < 0.6
    assert value("rrelu_train", [3.0, 0.5]).tolist() == [3, 0.5]


@pytest.mark.parametrize(
    ("name", "x", "v", "words"),
    [
        ("softmax", 1.0, None, "not a single number"),
        ("softmax", np.zeros((2, 0)), None, "not an empty one"),
        ("glu", np.zeros(3), None, "needs an even length, not 3"),
        ("maxout", np.zeros(5), None, "its 2 pieces divide, not 5"),
        ("softmax", np.zeros(3), np.zeros(2), r"needs v, a float64 array of shape \(3,\)"),
        ("logsumexp", np.zeros((4, 3)), np.zeros((4, 3)), r"of shape \(4, 1\)"),
        ("softmax", np.zeros(3), np.zeros(3, np.float32), "float64"),
    ],
)
def test_what_does_not_fit_is_refused(name, x, v, words):
    card = ACTIVATIONS[name]
    with pytest.raises(ValueError, match=words):
        array_kernel(card, int(v is not None))(np.array(x), *card.knobs.values(), v=v)


@every_card
def test_a_product_may_be_written_over_what_it_is_made_of(card):
    random = np.random.default_rng(8)
    x = random.normal(size=(5, 6))
    v = random.normal(size=array_kernel(card)(x, *card.knobs.values()).shape)
    kernel, params = array_kernel(card, 1), card.knobs.values()
    alone = kernel(x, *params, v=v)
    assert np.array_equal(kernel(x.copy(), *params, v=v, out=np.empty_like(x)), alone)
    over_x = x.copy()
    assert np.array_equal(kernel(over_x, *params, v=v, out=over_x), alone)
    if v.shape == x.shape:
        over_v = v.copy()
        assert np.array_equal(kernel(x, *params, v=over_v, out=over_v), alone)
    assert np.array_equal(kernel(x, *params, v=np.asfortranarray(v)), alone)
