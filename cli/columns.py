"""What dlc and each library say of one function at the same places: the columns of `dlc diff`."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dlc.cli import kinks
from dlc.cli.answer_numbers import NumbersAnswer
from dlc.cli.answer_vectors import VectorsAnswer
from dlc.reference.activations import ActivationCard
from dlc.reference.conventions import WITHOUT_DERIVATIVES, conventions, said_plainly
from dlc.reference.deviations import deviations

Pair = tuple[np.ndarray, np.ndarray | None]  # values and derivatives

TYPICAL = (-3.0, -1.0, -0.5, 0.5, 1.0, 3.0)
TYPICAL_VECTOR = (1.0, 2.0, 3.0, -1.0)


@dataclass(frozen=True)
class View:
    """One way to see the function that is asked for: dlc's, or that of a library by its defaults."""

    library: str
    card: ActivationCard
    params: dict[str, float]
    sides: list[str]  # from which derivatives at kinks are taken

    @property
    def plain(self) -> bool:
        """Whether it is the function that its card declares, with the card's own parameters."""
        return self.params == self.card.knobs


def views(card: ActivationCard) -> Iterator[View]:
    """Dlc's, and that of every library that has it."""
    yield View("dlc", card, card.knobs, [""] * len(card.kinks_at(card.knobs)))
    for library, found in conventions(card.name).items():
        if not card.noisy:  # theirs is of another seed
            there = said_plainly(library, found, found.spelling)
            yield View(library, there.card, there.params, there.sides)


def typical(seen: list[View]) -> list[float]:
    """Where to look if nothing is said: at kinks, and at a few places besides."""
    if seen[0].card.vector:
        return list(TYPICAL_VECTOR)
    low, high = seen[0].card.domain
    places = {kink for each in seen for kink in each.card.kinks_at(each.params) + each.card.bends_at(each.params)}
    return sorted({each + 0.0 for each in (*places, *TYPICAL) if low <= each <= high})


def columns(each: View, x: np.ndarray) -> Pair:
    """Values and derivatives at X, if it has any; where the library is known to give something else, that."""
    value, derivative = (_of_vector if each.card.vector else _of_numbers)(each, x)
    return value, None if each.library in WITHOUT_DERIVATIVES else derivative


def _of_vector(each: View, x: np.ndarray) -> Pair:
    answer = VectorsAnswer(each.card, each.params, x, with_ulp=False, with_jacobian=False)
    return answer.value[0], None if answer.derivative is None else answer.derivative[0]


def _of_numbers(each: View, x: np.ndarray) -> Pair:
    answer = NumbersAnswer(each.card, each.params, x, with_ulp=False)
    for kink, slope in kinks.derivatives(each.card, each.params, each.sides).items():
        answer.put_derivative(kink, float(slope))
    columns = dict(zip(("value", "derivative"), (values for _, values in answer.columns), strict=True))
    for deviation in deviations(each.card.name) if each.plain else ():
        if (deviation.library, deviation.dtype) == (each.library, x.dtype.name):
            columns[deviation.quantity][_same(x, deviation.x)] = deviation.gives
    return columns["value"], columns["derivative"]


def _same(x: np.ndarray, place: float) -> np.ndarray:
    """Where X is that number; a zero has a sign."""
    there = x.dtype.type(place)
    return (x == there) & (np.signbit(x) == np.signbit(there)) | (np.isnan(x) & np.isnan(there))
