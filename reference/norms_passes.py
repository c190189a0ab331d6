"""A normalisation over a whole array: forward and backward, with gain and bias, in training and in inference.

Arrays are flat sequences of numbers, in the order of memory that an Arrangement explains.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dlc.reference.norm_family import Arrangement, NormCard, rows_of
from dlc.reference.numbers import Number

Numbers = Sequence[Number]
Kept = Sequence[Sequence[Number]]  # for each set the numbers that are kept


class Gradients(NamedTuple):
    """Those by the input, the gains and the biases."""

    x: list[Number]
    gain: list[Number]
    bias: list[Number]


def normalised(
    card: NormCard, x: Numbers, at: Arrangement, params: Mapping[str, Number], kept: Kept = (), *, training: bool = True
) -> list[Number]:
    """X without gain and bias. KEPT is needed in inference, and by what reads it in training."""
    function = card.function if training else card.inference
    assert function is not None
    found: list[Number] = [0] * len(x)
    for k, places in enumerate(at.sets(card.shares)):
        known = kept[k] if card.reads_kept or not training else ()
        for place, value in zip(places, _flat(function(_set(card, x, places, at), *known, **params)), strict=True):
            found[place] = value
    return found


def forward(
    card: NormCard,
    x: Numbers,
    at: Arrangement,
    params: Mapping[str, Number],
    gain: Numbers = (),
    bias: Numbers = (),
    kept: Kept = (),
    *,
    training: bool = True,
) -> list[Number]:
    """GAIN times what is normalised, plus BIAS; without them it is as it is."""
    found = normalised(card, x, at, params, kept, training=training)
    if gain:
        found = [gain[at.gain_of(card, i)] * each for i, each in enumerate(found)]
    if bias:
        found = [each + bias[at.gain_of(card, i)] for i, each in enumerate(found)]
    return found


def backward(
    card: NormCard,
    x: Numbers,
    v: Numbers,
    at: Arrangement,
    params: Mapping[str, Number],
    gain: Numbers = (),
    kept: Kept = (),
    *,
    training: bool = True,
) -> Gradients:
    """The gradients of Σ V·forward."""
    hat = normalised(card, x, at, params, kept, training=training)
    by_gain, by_bias = ([0] * at.gains(card) for _ in range(2))
    for i, (each, value) in enumerate(zip(v, hat, strict=True)):
        if card.gain:
            by_gain[at.gain_of(card, i)] += each * value
            by_bias[at.gain_of(card, i)] += each
    inner = [gain[at.gain_of(card, i)] * each for i, each in enumerate(v)] if gain else v
    vjp = card.vjp if training else card.inference_vjp
    assert vjp is not None
    found: list[Number] = [0] * len(x)
    for k, places in enumerate(at.sets(card.shares)):
        known = kept[k] if card.reads_kept or not training else ()
        slopes = vjp(_set(card, x, places, at), _set(card, inner, places, at), *known, **params)
        for place, value in zip(places, _flat(slopes), strict=True):
            found[place] = value
    return Gradients(found, by_gain, by_bias if card.bias else [])


def updated(
    card: NormCard, x: Numbers, at: Arrangement, params: Mapping[str, Number], kept: Kept, **knobs: Number
) -> list[Sequence[Number]]:
    """What is kept after a batch X."""
    assert card.statistics is not None
    found = []
    for k, places in enumerate(at.sets(card.shares)):
        numbers = _set(card, x, places, at)
        if card.update is None:  # the new ones follow from the old ones and the numbers
            found.append(card.statistics(numbers, *kept[k], **params))
        else:
            found.append(card.update(kept[k], card.statistics(numbers), len(places), **knobs))
    return found


def _set(card: NormCard, x: Numbers, places: Sequence[int], at: Arrangement) -> Any:
    """The numbers at these places as the card's function takes them."""
    numbers = [x[place] for place in places]
    return rows_of(numbers, at.features) if card.shares == "matrix" else numbers


def _flat(found: Any) -> list[Number]:
    return [each for row in found for each in row] if found and isinstance(found[0], list) else found
