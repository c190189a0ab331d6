"""Where libraries leave the mathematical limit, looked for over tails, specials and everything between."""

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import mpmath
import numpy as np

from dlc.cli import libraries
from dlc.cli.kinks import on_side
from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.conventions import CONVENTIONS
from dlc.reference.deviations import BETWEEN, FILE, INWARDS, OUTWARDS, SPECIAL, WORST
from dlc.reference.ulp import DIGITS, FORMATS, exact_number, truth, ulps

RECORD, FOLDER = FILE.name, FILE.parent
WORTH_TELLING = 100.0  # ulp
USELESS = 0.5  # relative error: not one digit is left
VECTORS = [[math.inf, 0.0], [-math.inf, 0.0], [-math.inf, -math.inf], [math.nan, 0.0], [1e30, -1e30]]
SPECIALS = (0.0, -0.0, math.inf, -math.inf, math.nan)


def recorded() -> dict[str, Any]:
    """All deviations now, in the form of the file."""
    found = {name: list(_of_card(card)) for name, card in ACTIVATIONS.items() if not card.noisy}
    return {"deviations": {name: rows for name, rows in found.items() if rows}}


def _of_card(card: ActivationCard) -> Iterator[list[Any]]:
    for library in CONVENTIONS:
        function = libraries.function(library, card.name)
        for dtype in FORMATS if function else ():
            rows = (
                _of_vectors(card, library, function, dtype)
                if card.vector
                else _of_numbers(card, library, function, dtype)
            )
            try:
                yield from ([library, dtype, *row] for row in rows)
            except libraries.NotInThisTypeError:
                continue


def _of_numbers(card: ActivationCard, library: str, function: Any, dtype: str) -> Iterator[list[Any]]:
    x = _places(dtype)
    for quantity, gives in _computed(library, function, x, np.ones_like(x)):
        true = _truths(card.name, quantity, dtype)
        for kind, i in _deviating(card, quantity, x, gives, true):
            yield [quantity, kind, x[i], gives[i], rounded(true[i], dtype)]


def _computed(library: str, function: Any, x: np.ndarray, v: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Value and derivative, as far as the library has them."""
    value, product = libraries.value_and_vjp_of(library, function, x, v)
    yield "value", value
    if product is not None:
        yield "derivative", product


@cache
def _places(dtype: str) -> np.ndarray:
    """Round numbers, dense in the middle, sparse to the ends of the type's range; and the specials."""
    form = FORMATS[dtype]
    least, greatest = 0.3 * form.least_exponent, 0.3 * form.greatest_exponent
    underflow = 1.1 * math.log(2) * -form.least_exponent  # e^-x is zero from there on
    dense = [*np.arange(1, 1000) / 100, *np.arange(100, 310) / 10, *np.arange(31.0, underflow)]
    powers = [float(f"{m}e{power}") for power in range(-20, 21) for m in (1, 2, 5)]
    powers += [float(f"1e{power}") for power in range(int(least), int(greatest))]
    positive = np.unique([*dense, *(each for each in powers if not 0.01 <= each <= underflow)])
    return np.concatenate([-positive[::-1], positive, SPECIALS]).astype(dtype)


@cache
def _truths(name: str, quantity: str, dtype: str) -> list[Any]:
    """At each place; the value at -0 is -0 where the function comes from below."""
    card = ACTIVATIONS[name]
    function = card.function if quantity == "value" else card.grad
    true = [truth(function, x, card.knobs) for x in _places(dtype).tolist()]
    at_zero = SPECIALS.index(-0.0, 1) - len(SPECIALS)
    if quantity == "value" and true[at_zero] == 0 and on_side(card.function, 0.0, card.knobs, -1) < 0:
        true[at_zero] = -0.0
    return true


def _deviating(
    card: ActivationCard, quantity: str, x: np.ndarray, gives: np.ndarray, true: list[Any]
) -> Iterator[tuple[str, int]]:
    """The places to tell: every special one, and for each side of 0 where digits are lost, or the worst of them.

    A derivative at a kink is a choice, and at nan there is none.
    """
    dtype = x.dtype.name
    low, high = card.domain
    inside = [i for i in range(len(x)) if low < x[i] < high or (math.isinf(x[i]) and x[i] in card.domain)]
    specials = range(len(x) - len(SPECIALS), len(x))
    for i in specials:
        unclear = quantity == "derivative" and (math.isnan(x[i]) or x[i] in card.kinks_at(card.knobs))
        if (
            (i in inside or math.isnan(x[i]))
            and not unclear
            and special_differs(float(gives[i]), rounded(true[i], dtype), dtype, signed=x[i] == 0)
        ):
            yield SPECIAL, i
    for side in (1,) if card.symmetry else (-1, 1):
        outwards = [i for i in inside if i not in specials and x[i] * side > 0][::side]
        judged = [i for i in outwards if is_normal(true[i], dtype)]
        lost = [not relative_error(float(gives[i]), true[i]) < USELESS for i in judged]
        yield from _edges(judged, lost, [i for i in judged if gives[i] == 0])
        errors = {i: ulps(float(gives[i]), true[i], dtype) for i in judged}
        if errors and not any(lost) and max(errors.values()) > WORTH_TELLING:
            bad = [i for i, error in errors.items() if error > 0.9 * max(errors.values())]
            yield WORST, min(bad, key=lambda i: abs(math.log(abs(x[i]))))  # the plainest number of them


def _edges(judged: list[int], lost: list[bool], zeros: list[int]) -> Iterator[tuple[str, int]]:
    """Where lost places begin, seen from where digits are left; JUDGED are the places from 0 outwards.

    Of places that give 0 to the end, also the first.
    """
    good = lost.index(False) if False in lost else 0
    if good > 0:
        yield INWARDS, judged[good - 1]
    if True in lost[good:]:
        first = judged[lost.index(True, good)]
        yield OUTWARDS if lost[-1] else BETWEEN, first
        to_the_end = [i for i, zero in zip(judged[::-1], zeros[::-1], strict=False) if i == zero]
        if to_the_end and to_the_end[-1] != first:
            yield OUTWARDS, to_the_end[-1]


def _of_vectors(card: ActivationCard, library: str, function: Any, dtype: str) -> Iterator[list[Any]]:
    for place in VECTORS:
        x = np.array(place, dtype)
        exact = [exact_number(each) for each in place]
        v = np.zeros(card.width(len(x), *card.knobs.values()), dtype)
        v[0] = 1
        with mpmath.workdps(DIGITS):
            true = {
                "value": card.function(exact, **card.knobs),
                "derivative": card.vjp(exact, [mpmath.mpf(each) for each in v.tolist()], **card.knobs),
            }
        shape = libraries.to_numpy(library, function(libraries.to_native(library, x))).shape
        for quantity, gives in _computed(library, function, x, v.reshape(shape)):
            expected = [rounded(each, dtype) for each in true[quantity]]
            pairs = zip(gives.ravel().tolist(), expected, strict=True)
            if any(special_differs(*pair, dtype, signed=False) for pair in pairs):
                yield [quantity, SPECIAL, x, gives.ravel(), expected]


def rounded(true: Any, dtype: str) -> float:
    """The truth as a number of the type, to be read."""
    return float(str(np.dtype(dtype).type(float(true))))


def is_normal(true: Any, dtype: str) -> bool:
    """Whether the truth is a normal number of the type."""
    form = FORMATS[dtype]
    return 2.0**form.least_exponent <= abs(true) < 2.0**form.greatest_exponent


def relative_error(gives: float, true: Any) -> float:
    """|gives - true| / |true|; nan where nothing comes out."""
    return float(abs(gives - true) / abs(true))


def special_differs(gives: float, true: float, dtype: str, *, signed: bool) -> bool:
    """Whether a special value is another one: nan, infinity, minus zero if SIGNED; digits do not matter here."""
    if math.isnan(true) or math.isnan(gives) or math.isinf(true) or math.isinf(gives):
        return not (gives == true or (math.isnan(true) and math.isnan(gives)))
    if true == 0:
        return gives != 0 or (signed and math.copysign(1, true) < 0 < math.copysign(1, gives))
    return is_normal(true, dtype) and abs(gives - true) >= USELESS * abs(true)
