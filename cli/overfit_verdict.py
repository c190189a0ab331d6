"""What a training log shows: underfitting, overfitting, neither, or that it is not shown; each with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from dlc.cli.overfit_log import History
from dlc.cli.overfit_stops import Stop, stops
from dlc.cli.overfit_turn import FEWEST, LEVEL, Noise, Turn, noise_of, rise_p, turn_of, width
from dlc.cli.show import short

UNDER, OVER, NEITHER, NOT_SHOWN = "underfitting", "overfitting", "neither", "not shown"
SMALL = 0.05  # a rise of less than this share of the whole fall is none
LATE = 3  # the last one of so many parts of a curve tells whether it still falls


@dataclass(frozen=True)
class Estimate:
    """A number with the 95 % interval that the noise from epoch to epoch leaves."""

    value: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """For reading."""
        return f"{short(self.value, 3)} ({short(self.low, 3)} to {short(self.high, 3)})"


@dataclass
class Diagnosis:
    """All that is told of a log; losses and places are those of points with a finite validation loss."""

    history: History
    at: list[float]
    val: np.ndarray  # as a loss: of an accuracy, its negative
    train: np.ndarray
    verdict: str = NOT_SHOWN
    reason: str = ""
    turn: Turn | None = None
    noise: Noise | None = None
    best: int = 0
    bottom: Estimate | None = None
    rise: Estimate | None = None
    gap_best: Estimate | None = None
    gap_end: Estimate | None = None
    gap_growth: Estimate | None = None
    still_falls: float = 1.0  # p
    stops: list[Stop] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def sign(self) -> int:
        """−1 where higher is better."""
        return -1 if self.history.is_better_high else 1

    def shown(self, loss: float) -> str:
        """A loss in the log's own sense."""
        return short(self.sign * loss, 4)

    def place(self, index: int) -> str:
        """What a point is called."""
        return f"{self.history.place} {self.at[index]:g}"


def diagnose(history: History, patience: Sequence[int], min_delta: float, target: float | None) -> Diagnosis:
    """What HISTORY shows. TARGET is a validation loss that is known to be reachable."""
    sign = -1 if history.is_better_high else 1
    val = sign * np.asarray(history.val, float)
    train = sign * np.asarray(history.train, float) if history.train_name else np.full(len(val), np.nan)
    finite = np.isfinite(val)
    found = Diagnosis(history, [at for at, is_good in zip(history.at, finite, strict=True) if is_good],
                      val[finite], train[finite], notes=[*history.notes, *_notes(history, val, train)])  # fmt: skip
    found.stops = [stop for each in patience for stop in stops(val.tolist(), each, min_delta)]
    if len(found.val):
        found.best = int(found.val.argmin())
    if len(found.val) < FEWEST:
        found.reason = f"{len(found.val)} points with a finite {history.val_name}; a turn needs {FEWEST} or more"
        return found
    _measure(found)
    found.verdict, found.reason = _judged(found, None if target is None else sign * target)
    found.advice = list(_advice(found))
    return found


def _notes(history: History, val: np.ndarray, train: np.ndarray) -> Iterator[str]:
    for name, values in ((history.val_name, val), (history.train_name, train)):
        bad = np.flatnonzero(~np.isfinite(values)) if name else np.array([], int)
        if bad.size and np.isnan(values).all():
            yield f"{name} has no value at any point of {history.val_name}"
        elif bad.size:
            yield (
                f"{name} is not finite or missing at {bad.size} of {len(values)} points, "
                f"first at {history.place} {history.at[bad[0]]:g}"
            )
    if not history.train_name:
        yield "no training loss found: no gap is told; say which column it is with --train"


def _measure(found: Diagnosis) -> None:
    val, train = found.val, found.train
    found.noise, found.turn = noise_of(val), turn_of(val)
    at, end = found.turn.at, len(val) - 1
    found.bottom = _level(val, at, found.noise)
    found.rise = _difference(val, end, at, found.noise)
    late = max(FEWEST, len(val) // LATE)
    found.still_falls = rise_p(-val[-late:])
    both = np.isfinite(train)
    if both.sum() < FEWEST:
        return
    gap = (val - train)[both]
    places = np.flatnonzero(both)
    then = int(np.abs(places - at).argmin())
    noise = noise_of(gap)
    found.gap_best, found.gap_end = _level(gap, then, noise), _level(gap, len(gap) - 1, noise)
    found.gap_growth = _difference(gap, len(gap) - 1, then, noise)


def _window(count: int, at: int) -> slice:
    """The points of the level at a place."""
    wide = width(count)
    start = min(max(0, at - wide // 2), count - wide)
    return slice(start, start + wide)


def _level(values: np.ndarray, at: int, noise: Noise) -> Estimate:
    level = float(values[_window(len(values), at)].mean())
    return Estimate(level, level - noise.level, level + noise.level)


def _difference(values: np.ndarray, later: int, earlier: int, noise: Noise) -> Estimate:
    """The level at one place above that at another."""
    first, last = (values[_window(len(values), at)].mean() for at in (earlier, later))
    rise, error = float(last - first), noise.level * 2**0.5
    return Estimate(rise, rise - error, rise + error)


def _judged(found: Diagnosis, target: float | None) -> tuple[str, str]:
    assert found.turn
    assert found.bottom
    assert found.rise
    assert found.noise
    name, at = found.history.val_name, found.turn.at
    end = found.bottom.value + found.rise.value
    worse, better = ("fell", "rises") if found.history.is_better_high else ("rose", "falls")
    moved = f"{name} {worse} from {found.shown(found.bottom.value)} near {found.place(at)} to {found.shown(end)}"
    if found.turn.is_shown:
        return _turned(found, f"{moved} at the end (p = {short(found.turn.p, 2)})")
    if found.still_falls < LEVEL:
        return UNDER, f"{name} still {better} at the end (last third: p = {short(found.still_falls, 2)})"
    if target is not None and found.bottom.low > target:
        return UNDER, (
            f"{name} has come to rest at {found.shown(found.bottom.value)}, "
            f"and {found.shown(target)} is known to be reachable"
        )
    fall = float(found.val[0] - found.bottom.value)
    if found.rise.high <= SMALL * fall:
        return NEITHER, (
            f"no rise of {name} shown (p = {short(found.turn.p, 2)}): "
            f"it is {short(max(0.0, found.rise.high), 2)} at most, of a fall of {short(fall, 3)}"
        )
    return NOT_SHOWN, (
        f"noise of σ = {short(found.noise.sigma, 2)} hides whether {name} turned (p = {short(found.turn.p, 2)}): "
        f"a rise over half of the log is shown from {short(found.turn.least_shown, 2)} on"
    )


def _turned(found: Diagnosis, moved: str) -> tuple[str, str]:
    """The validation loss rises: with the training loss, or against it."""
    assert found.turn
    if found.gap_growth is None:
        return NOT_SHOWN, f"{moved}; without a training loss, overfitting and divergence look alike"
    known = found.train[np.isfinite(found.train)]
    name = found.history.train_name
    then = float(found.train[_window(len(found.train), found.turn.at)].mean())
    levels = f"from {found.shown(then)} to {found.shown(float(known[_window(len(known), len(known) - 1)].mean()))}"
    p = rise_p(known)
    if p < LEVEL:
        return NEITHER, f"{moved}, but {name} got worse, too, {levels} (p = {short(p, 2)}): training diverges"
    if found.gap_growth.low <= 0:
        return NOT_SHOWN, f"{moved}, but the gap is not shown to grow: by {found.gap_growth.text}"
    return OVER, f"{moved}, while {name} went {levels}: the gap grew by {found.gap_growth.text}"


def _advice(found: Diagnosis) -> Iterator[str]:
    """Only what the intervals allow."""
    assert found.turn
    assert found.rise
    assert found.noise
    name = found.history.val_name
    if found.verdict == OVER and found.rise.low > 0:
        yield (
            f"keep the weights of about {found.place(found.turn.at)}: by {name} they are better than the last ones "
            f"by {found.rise.text}"
        )
    if found.verdict == OVER and found.gap_end and found.gap_best and found.gap_best.low > 0:
        share = found.gap_best.value / found.gap_end.value
        yield (
            f"stopping there leaves {short(100 * share, 2)} % of the last gap; more data and regularisers act on that: "
            f"`dlc overfit` measures how much"
        )
    if found.verdict == UNDER and found.still_falls < LEVEL:
        yield f"train longer: {name} has not come to rest after {found.place(len(found.val) - 1)}"
    least = _least_patience(found)
    if found.turn.is_shown and least > 1:
        yield (
            f"patience below {least} would have ended before the best {found.history.place}, {found.at[found.best]:g}, "
            f"by noise (σ = {short(found.noise.sigma, 2)})"
        )


def _least_patience(found: Diagnosis) -> int:
    """With which keras reaches the best point: one more than the longest wait before it."""
    longest = wait = 0
    lowest = np.inf
    for value in found.val[: found.best + 1]:
        wait = 0 if value < lowest else wait + 1
        lowest, longest = min(lowest, value), max(longest, wait)
    return longest + 1
