"""A line search for the strong Wolfe conditions, as an automaton: it says where next to ask for loss and gradient.

Nocedal & Wright 2006, Numerical Optimization, algorithms 3.5 and 3.6, with the cubic through two points as the next
guess. A search knows two ends: `low`, the best step so far, and `high`, so that a good step lies between them.
"""

from typing import NamedTuple

from dlc.reference.numbers import Number, sqrt
from dlc.reference.optimizer_family import At, State

MOST_TRIALS = 20
ANY, WIDENING, BRACKETED = 0, 1, 2  # phases; in the first, whatever point comes is accepted


class Search(NamedTuple):
    """The numbers of a search along one line."""

    step: Number  # the present trial
    loss: Number  # at step 0
    slope: Number
    low: Number
    low_loss: Number
    low_slope: Number
    high: Number
    high_loss: Number
    high_slope: Number
    phase: Number
    trials: Number


NUMBERS = ("step", "φ₀", "φ′₀", "low", "φ low", "φ′ low", "high", "φ high", "φ′ high", "phase", "trials")

# What an optimizer keeps that searches: the point accepted last, the gradient there, the direction, and the numbers.
SEARCH: dict[str, float | str] = {"at": "x", "slope": 0.0, "along": 0.0, **dict.fromkeys(NUMBERS, 0.0)}


def dot(a: list[Number], b: list[Number]) -> Number:
    """Σ aᵢ·bᵢ."""
    return sum(one * other for one, other in zip(a, b, strict=True))


def advanced(search: Search, loss: Number, slope: Number, decrease: Number, curvature: Number) -> tuple[Search, bool]:
    """The search with the next step to try, given loss and slope at the present one; and whether that is accepted."""
    if search.phase == ANY:
        return search, True
    is_low = loss - search.loss <= decrease * search.step * search.slope and loss < search.low_loss
    if is_low and abs(slope) <= -curvature * search.slope:
        return search, True
    before, search = search, search._replace(trials=search.trials + 1)
    here = {"high": search.step, "high_loss": loss, "high_slope": slope, "phase": BRACKETED}
    if not is_low:
        search = search._replace(**here)
    else:
        if slope * (search.high - search.low if search.phase == BRACKETED else 1) >= 0:
            low_end = {"high": search.low, "high_loss": search.low_loss, "high_slope": search.low_slope}
            search = search._replace(**low_end, phase=BRACKETED)
        search = search._replace(low=search.step, low_loss=loss, low_slope=slope)
    if search.trials >= MOST_TRIALS:
        return search._replace(step=search.low, phase=ANY), False
    return search._replace(step=next_step(search, before)), False


def next_step(search: Search, before: Search) -> Number:
    """Where to look next: between the ends and not near them; or, while there is no far end, further out."""
    low = search.low, search.low_loss, search.low_slope
    if search.phase == BRACKETED:
        guess = cubic_minimum(*low, search.high, search.high_loss, search.high_slope)
        least, most = min(search.low, search.high), max(search.low, search.high)
        margin = (most - least) / 10
        return (least + most) / 2 if guess is None else min(max(guess, least + margin), most - margin)
    guess = cubic_minimum(before.low, before.low_loss, before.low_slope, *low)
    way = search.low - before.low
    most = search.low + 4 * way
    return most if guess is None or guess <= search.low else min(max(guess, search.low + way), most)


def cubic_minimum(
    a: Number, loss_a: Number, slope_a: Number, b: Number, loss_b: Number, slope_b: Number
) -> Number | None:
    """Where the cubic with these values and slopes at A and B has its minimum, if it has one."""
    if a == b:
        return None
    mixed = slope_a + slope_b - 3 * (loss_a - loss_b) / (a - b)
    square = mixed**2 - slope_a * slope_b
    if not square >= 0:
        return None
    root = sqrt(square) if b > a else -sqrt(square)
    below = slope_b - slope_a + 2 * root
    return None if below == 0 else b - (b - a) * (slope_b + root - mixed) / below


def look(at: At, state: State, decrease: Number, curvature: Number) -> tuple[State, bool]:
    """Go on with a search, told loss and gradient at the present trial; and whether that point is accepted."""
    search = Search(*(state[name][0] for name in NUMBERS))
    search, is_accepted = advanced(search, at.loss, dot(at.g, state["along"]), decrease, curvature)
    return with_numbers(state, search), is_accepted


def aimed(at: At, state: State, along: list[Number], step: Number) -> State:
    """A new search, from the point just accepted; straight down where ALONG does not lead down."""
    slope = dot(at.g, along)
    if not slope < 0:
        along, step = [-g for g in at.g], first_step(at)
        slope = dot(at.g, along)
    nought = 0 * at.loss
    search = Search(step, at.loss, slope, nought, at.loss, slope, nought, at.loss, slope, WIDENING, nought)
    return with_numbers({**state, "at": at.x, "slope": at.g, "along": along}, search)


def first_step(at: At) -> Number:
    """The step straight down whose length is the learning rate."""
    length = sqrt(dot(at.g, at.g))
    return at.lr / length if length > 0 else at.lr


def trial(state: State) -> list[Number]:
    """The point to try next."""
    return [x + state["step"][0] * d for x, d in zip(state["at"], state["along"], strict=True)]


def with_numbers(state: State, search: Search) -> State:
    """The state with the numbers of a search as the first entries of their slots."""
    return {**state, **{name: [value, *state[name][1:]] for name, value in zip(NUMBERS, search, strict=True)}}
