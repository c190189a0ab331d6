"""The family of normalisations: what is declared of each, and which numbers of an array are normalised together.

An entry's function takes one set of numbers that share their statistics. How an array falls into sets is said here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from dlc.reference.family import Card, Family

# Where samples (N), channels (C) and positions stand; N C takes any number of axes before the last.
LAYOUTS = ("NC", "NCL", "NLC", "NCHW", "NHWC")

# Which numbers are normalised together.
SHARES = {
    "channel": "each channel over all samples and positions",
    "sample": "each sample over all its channels and positions",
    "group": "each sample's groups of channels, over all positions",
    "instance": "each sample's channels, over all positions",
    "position": "the channels at each position of each sample",
    "matrix": "the whole matrix",
}

# Worst error allowed of forward and backward, in units in the last place of the greatest number of the result.
ULP = {"float32": (5.0, 10.0), "float64": (12.0, 24.0)}


@dataclass(frozen=True, kw_only=True)
class NormCard(Card):
    """What is declared of a normalisation.

    The function takes a set x (a matrix as rows), then, if it READS_KEPT, what is kept, then its parameters. vjp has
    the gradient v by the result after x, and gives the gradient by x.
    """

    vjp: Callable[..., Any] = field(repr=False)
    gradient: str  # its formula
    shares: str  # a key of SHARES
    gain: str = ""  # what has a gain of its own: channel, feature (of a sample), set, or nothing
    bias: bool = False  # whether a bias stands beside the gain
    kept: tuple[str, ...] = ()  # statistics that training keeps for inference
    start: tuple[float, ...] = ()  # what they are before the first batch
    reads_kept: bool = False  # whether training, too, looks at them
    statistics: Callable[..., Any] | None = field(default=None, repr=False)  # of a set
    update: Callable[..., Any] | None = field(default=None, repr=False)  # (kept, fresh, numbers in a set, **knobs)
    update_formula: str = ""
    inference: Callable[..., Any] | None = field(default=None, repr=False)  # (x, *kept, **params)
    inference_vjp: Callable[..., Any] | None = field(default=None, repr=False)
    mean: float | None = None  # that of every result without gain and bias, where ε is 0
    square: float | None = None  # the mean of its squares, alike
    scale_free: bool = False  # c·x with c > 0 gives the same, where ε is 0
    shift_free: bool = False  # x + c gives the same
    ulp: dict[str, tuple[float, float]] = field(default_factory=lambda: dict(ULP))

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text)."""
        rows = [("formula", self.formula), ("gradient", self.gradient), ("together", SHARES[self.shares])]
        if self.gain:
            rows.append(("gain", f"one for each {self.gain}" + (", and a bias" if self.bias else "")))
        if self.kept:
            rows.append(("keeps", f"{', '.join(self.kept)}: {self.update_formula}"))
        if self.knobs:
            rows.append(("parameters", ", ".join(f"{name} = {value:g}" for name, value in self.knobs.items())))
        same = [("c·x", self.scale_free), ("x + c", self.shift_free)]
        rows.append(("is the same for", ", ".join(text for text, holds in same if holds) or "x alone"))
        bounds = ", ".join(f"{dtype} {value:g} / {slope:g}" for dtype, (value, slope) in self.ulp.items())
        rows.append(("error", f"at most {bounds} ulp of the greatest number (forward / backward)"))
        return [*rows, ("source", self.source)]


NORMS: Family[NormCard] = Family("norm", NormCard)


@dataclass(frozen=True)
class Arrangement:
    """An array's samples, channels and positions in memory. Raises ValueError where groups do not divide channels."""

    layout: str
    shape: tuple[int, ...]
    groups: int = 1

    def __post_init__(self) -> None:
        if self.layout != "NC" and len(self.shape) != len(self.layout):
            raise ValueError(f"layout {self.layout} has {len(self.layout)} axes, the array {len(self.shape)}")
        if self.channels % self.groups:
            raise ValueError(f"{self.channels} channels do not fall into {self.groups} equal groups")

    @property
    def channels_last(self) -> bool:
        """Whether a position's channels lie side by side."""
        return self.layout.endswith("C")

    @property
    def samples(self) -> int:
        """N."""
        return prod(self.shape[:-1]) if self.layout == "NC" else self.shape[0]

    @property
    def channels(self) -> int:
        """C."""
        return self.shape[-1] if self.channels_last else self.shape[1]

    @property
    def positions(self) -> int:
        """L, or H·W; 1 where there are none."""
        if self.layout == "NC":
            return 1
        return prod(self.shape[1:-1] if self.channels_last else self.shape[2:])

    @property
    def features(self) -> int:
        """Numbers of a sample."""
        return self.channels * self.positions

    def place(self, index: int) -> tuple[int, int, int]:
        """Sample, channel and position of the number at this place in memory."""
        sample, feature = divmod(index, self.features)
        if self.channels_last:
            position, channel = divmod(feature, self.channels)
        else:
            channel, position = divmod(feature, self.positions)
        return sample, channel, position

    def set_of(self, shares: str, index: int) -> tuple[int, ...]:
        """Which set, of those that SHARES says, the number at this place belongs to."""
        sample, channel, position = self.place(index)
        return {
            "channel": (channel,),
            "sample": (sample,),
            "group": (sample, channel // (self.channels // self.groups)),
            "instance": (sample, channel),
            "position": (sample, position),
            "matrix": (),
        }[shares]

    def sets(self, shares: str) -> list[list[int]]:
        """The places of each set's numbers, sets and numbers in order."""
        found: dict[tuple[int, ...], list[int]] = {}
        for index in range(self.samples * self.features):
            found.setdefault(self.set_of(shares, index), []).append(index)
        return [found[key] for key in sorted(found)]

    def gain_of(self, card: NormCard, index: int) -> int:
        """Which gain belongs to the number at this place."""
        sample, channel, _ = self.place(index)
        return {"channel": channel, "feature": index % self.features, "set": sample}[card.gain]

    def gains(self, card: NormCard) -> int:
        """How many gains, and biases, there are."""
        return {"channel": self.channels, "feature": self.features, "set": self.samples, "": 0}[card.gain]


def rows_of(numbers: Sequence[Any], columns: int) -> list[list[Any]]:
    """NUMBERS as rows of a matrix."""
    return [list(numbers[i : i + columns]) for i in range(0, len(numbers), columns)]
