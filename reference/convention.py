"""What a convention is: how one library offers what one of our cards says."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REQUIRED = "required"  # in place of a default

# Where a derivative at a kink is taken from: a side, the mean of both, or 0 whatever they are.
SIDES = ("left", "right", "mid", "zero")


@dataclass(frozen=True)
class Argument:
    """An argument there besides x: its default, and the card's parameter that it is ("1/width": one over it), if any."""

    default: Any
    param: str = ""

    def as_params(self, value: Any) -> dict[str, float]:
        """What VALUE there is as a parameter of the card; None there is no limit."""
        name = self.param.removeprefix("1/")
        if not name or value == REQUIRED:
            return {}
        number = math.inf if value is None else float(value)
        return {name: number if name == self.param else 1 / number}


@dataclass(frozen=True)
class Spelling:
    """Another name in the library, and the defaults that are others there."""

    name: str
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Convention:
    """How one library offers what one of our cards says."""

    card: str
    call: str  # what computes the card's function of x there, with the card's parameters in {}
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    kinks: str | tuple[str, ...] = ""  # the side at each kink, where it is not the card's
    plain: str = ""  # the card that the library's name says without arguments, if it is another one
    also: tuple[Spelling, ...] = ()
    note: str = ""

    @property
    def spellings(self) -> tuple[Spelling, ...]:
        """All names of it there, in full; the first is the one that is called."""
        return (Spelling(self.call.partition("(")[0]), *self.also)

    @property
    def call_as_is(self) -> str | None:
        """The call with x alone; None if it requires more."""
        if any(argument.default == REQUIRED for argument in self.arguments.values()):
            return None
        return f"{self.spellings[0].name}{'()' if self.call.endswith(')(x)') else ''}(x)"

    def params_by_default(self, spelling: Spelling) -> dict[str, float]:
        """The card's parameters by the defaults of that spelling; what is required there is not among them."""
        params: dict[str, float] = {}
        for name, argument in self.arguments.items():
            params |= argument.as_params(spelling.defaults.get(name, argument.default))
        return params

    def call_with(self, params: Mapping[str, float]) -> str:
        """The call with these parameters of the card."""
        return self.call.format(**{name: in_python(value) for name, value in params.items()})


def in_python(value: float) -> str:
    """A number as one would write it in Python."""
    if math.isinf(value):
        return f'float("{value}")'
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)
