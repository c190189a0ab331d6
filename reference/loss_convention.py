"""What a convention of a loss is: how one library offers what one of our cards says."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dlc.reference.convention import Argument, Spelling, in_call
from dlc.reference.losses import LOSSES, LossCard

# What a library makes of the values of all examples, and of their weights.
REDUCTIONS = {
    "mean": "the mean of all values",
    "elements": "the sum of all values divided by the number of predictions, of which a row has several",
    "batch": "the sum of all values divided by the number of rows",
    "sum": "the sum of all values",
    "none": "every value by itself",
}
DIVISORS = {"weights": "the sum of weights", "count": "their number"}


@dataclass(frozen=True)
class LossConvention:
    """How one library offers what one of our cards says.

    The call is of p (predictions) and t (targets); of a row of parts it has these by their names instead of p, classes
    come as whole numbers, and the card's parameters stand in {}.
    """

    card: str
    call: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    fixed: Mapping[str, float] = field(default_factory=dict)  # parameters that are another there, whatever one writes
    also: tuple[str, ...] = ()  # other names of it there
    reduction: str = "mean"  # by default; a key of REDUCTIONS
    run: str = ""  # what computes the loss of several rows there, where the call takes something else than rows
    weighted: str = ""  # the call with weights w, of values or of classes
    divisor: str = "count"  # of a weighted mean; a key of DIVISORS
    kink: float = 0.0  # how much of the steeper side's gradient it takes at a kink, where ours is 0
    targets: str = ""  # what it takes for targets, where that is not what the card takes
    near: float = 0.0  # how far its numbers are from exact ones, relatively, if further than its type of number says
    by_option: bool = False  # only by an argument in the call: the name by itself means another card
    note: str = ""

    @property
    def name(self) -> str:
        """What is called."""
        return self.call.partition("(")[0]

    @property
    def names(self) -> tuple[str, ...]:
        """All its names there, in full; none if it takes an argument to mean it."""
        return () if self.by_option else (self.name, *self.also)

    @property
    def written(self) -> list[str]:
        """Arguments that the call itself gives."""
        return re.findall(r"(\w+)=", self.call)

    @property
    def signature(self) -> str:
        """The arguments besides predictions and targets, with their defaults."""
        return Spelling(self.name, self.arguments).signature

    @property
    def params(self) -> dict[str, float]:
        """All of the card's parameters, by the library's defaults."""
        return LOSSES[self.card].knobs | dict(self.fixed) | Spelling(self.name, self.arguments).params_by_default

    @property
    def other_names(self) -> dict[str, Callable[[float], dict[str, float]]]:
        """What a value of each of its arguments is as a parameter of the card."""
        return Spelling(self.name, self.arguments).other_names

    @property
    def unlike(self) -> dict[str, float]:
        """Parameters by the library's defaults that are not the card's."""
        knobs = LOSSES[self.card].knobs
        return {name: value for name, value in self.params.items() if value != knobs[name]}

    @property
    def target_first(self) -> bool:
        """Whether targets come before predictions."""
        given = self.call.partition(")(")[2] or self.call.partition("(")[2]
        return given.lstrip().startswith("t")

    def call_with(self, params: Mapping[str, float]) -> str:
        """The call with these parameters of the card, as far as it takes them."""
        return self.call.format(**in_call(self.arguments, params))

    def run_with(self, params: Mapping[str, float]) -> str:
        """What computes the card's loss of p and t there, with these parameters."""
        return (self.run or self.call).format(**in_call(self.arguments, params))

    def takes(self, card: LossCard, params: Mapping[str, float]) -> bool:
        """Whether the call with these parameters is what the card says with them."""
        return all(f"{{{name}}}" in self.call or value == self.params[name] for name, value in params.items())
