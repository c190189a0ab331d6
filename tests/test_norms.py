"""Every normalisation: kernel against reference, gradients against differences, and what its card declares."""

import inspect

import mpmath
import numpy as np
import pytest

from dlc.reference.norm_family import LAYOUTS, SHARES, Arrangement
from dlc.reference.norms import NORMS
from dlc.reference.norms_passes import backward, forward, normalised, updated

CARDS = list(NORMS.values())
every_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)


def arrangement(card, layout="NCL"):
    """A small array of that layout."""
    if card.shares == "matrix" or card.gain == "set":
        return Arrangement("NC", (3, 4))
    sizes = {"N": 3, "C": 4, "L": 2, "H": 1, "W": 2}
    return Arrangement(layout, tuple(sizes[axis] for axis in layout), 2)


def drawn(card, at, seed=1):
    """Exact numbers: x, the gradient by the result, gain, bias, and what is kept."""
    random = np.random.default_rng(seed)

    def numbers(count, size=1.0):
        return [mpmath.mpf(float(each)) for each in random.normal(0, size, count)]

    count = at.samples * at.features
    sets = len(at.sets(card.shares))
    if card.shares == "matrix":
        kept = [(numbers(at.samples), numbers(at.features))]
    else:
        kept = [(mean, 1 + abs(other)) for mean, other in zip(numbers(sets), numbers(sets), strict=True)]
    gain = numbers(at.gains(card))
    return numbers(count, 2.0), numbers(count), gain, numbers(len(gain)) if card.bias else [], kept


def constant(card, at, x, kept, params, training):
    """The normalisation as a function whose derivative is the declared one: what is held constant stays at X."""
    if not (training and card.reads_kept):
        return lambda z, gain, bias: forward(card, z, at, params, gain, bias, kept, training=training)
    if card.shares == "matrix":
        ends = updated(card, x, at, params, kept)
        return lambda z, gain, bias: forward(card, z, at, params, gain, bias, ends, training=False)
    plain = NORMS["batch"]
    inner = {"eps": params["eps"]}
    ours, theirs = normalised(card, x, at, params, kept), normalised(plain, x, at, inner)
    scale = {}
    for places in at.sets(card.shares):
        i, j = places[:2]
        slope = (ours[i] - ours[j]) / (theirs[i] - theirs[j])
        scale |= dict.fromkeys(places, (slope, ours[i] - slope * theirs[i]))

    def corrected(z, gain, bias):
        found = [scale[i][0] * each + scale[i][1] for i, each in enumerate(normalised(plain, z, at, inner))]
        places = [at.gain_of(card, i) for i in range(len(found))]
        return [gain[k] * each + bias[k] for each, k in zip(found, places, strict=True)]

    return corrected


@pytest.mark.parametrize(
    ("card", "training"),
    [(card, training) for card in CARDS for training in (True, False) if training or card.inference],
    ids=lambda each: getattr(each, "name", each),
)
def test_gradients_are_those_of_the_values_at_50_digits(card, training):
    with mpmath.workdps(50):
        at, step = arrangement(card), mpmath.mpf(10) ** -16
        x, v, gain, bias, kept = drawn(card, at)
        params = {name: mpmath.mpf(value) for name, value in card.knobs.items()}
        found = backward(card, x, v, at, params, gain, kept, training=training)
        function = constant(card, at, x, kept, params, training)
        for part, slopes in enumerate(found):
            given = [x, gain, bias]
            for i in range(0, len(slopes), 3):
                ends = []
                for shift in (-step, step):
                    moved = list(given)
                    moved[part] = [*given[part][:i], given[part][i] + shift, *given[part][i + 1 :]]
                    ends.append(sum(a * b for a, b in zip(v, function(*moved), strict=True)))
                numeric = (ends[1] - ends[0]) / (2 * step)
                assert abs(numeric - slopes[i]) <= mpmath.mpf(10) ** -28 * (1 + abs(slopes[i])), (part, i)


@every_card
def test_declared_moments_and_invariances(card):
    with mpmath.workdps(40):
        at = arrangement(card)
        x, _, _, _, kept = drawn(card, at)
        params = {name: mpmath.mpf(value) for name, value in card.knobs.items()}
        if "eps" in params:
            params["eps"] = mpmath.mpf(10) ** -40
        found = normalised(card, x, at, params, kept)
        for places in at.sets(card.shares):
            values = [found[place] for place in places]
            if card.mean is not None:
                assert abs(sum(values) / len(values) - card.mean) < mpmath.mpf(10) ** -30
            if card.square is not None:
                assert abs(sum(each**2 for each in values) / len(values) - card.square) < mpmath.mpf(10) ** -30
        for changed, holds in (
            ([3 * each for each in x], card.scale_free),
            ([each + 3 for each in x], card.shift_free),
        ):
            other = normalised(card, changed, at, params, kept)
            is_same = all(abs(a - b) < mpmath.mpf(10) ** -25 for a, b in zip(found, other, strict=True))
            assert is_same == holds


@every_card
def test_cards_are_whole(card):
    assert card.shares in SHARES
    assert card.gain in ("", "channel", "feature", "set")
    assert all(isinstance(value, float) for value in card.knobs.values())
    assert {p.name for p in inspect.signature(card.vjp).parameters.values()} >= set(card.knobs)
    assert bool(card.kept) == bool(card.statistics) == bool(card.inference) == bool(card.inference_vjp)
    for label, text in card.facts():
        assert label
        assert text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_are_one_array_in_different_orders(layout):
    sizes = {"N": 2, "C": 4, "L": 6, "H": 2, "W": 3}
    at = Arrangement(layout, tuple(sizes[axis] for axis in layout), 2)
    by_place = {at.place(i): i for i in range(at.samples * at.features)}
    assert len(by_place) == at.samples * at.channels * at.positions
    for places in at.sets("group"):
        samples, channels, _ = zip(*(at.place(i) for i in places), strict=True)
        assert len(set(samples)) == 1
        assert {channel // 2 for channel in channels} in ({0}, {1})
