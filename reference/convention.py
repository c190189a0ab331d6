"""What a convention is: how one library offers what one of our cards says."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

REQUIRED = "required"  # in place of a default

# Where a derivative at a kink is taken from: a side, the mean of both, or 0 whatever they are.
SIDES = ("left", "right", "mid", "zero")
Sides = str | tuple[str, ...]  # for every kink, or for each


@dataclass(frozen=True)
class Argument:
    """An argument there besides x: its default, and which of the card's parameters it is.

    "1/width" says that it is one over the width; nothing, that it is no number or has to stay as in the call.
    None there is the parameter NONE; UNLIMITED is what to write for that, where it is not the number.
    """

    default: Any
    param: str = ""
    unlimited: str = ""
    none: float = math.inf

    def as_params(self, value: Any) -> dict[str, float]:
        """What VALUE there is as a parameter of the card."""
        name = self.param.removeprefix("1/")
        if not name or value == REQUIRED:
            return {}
        number = self.none if value is None else float(value)
        if name == self.param:
            return {name: number}
        return {name: 1 / number if number else math.inf}


@dataclass(frozen=True)
class Spelling:
    """A name in the library, in full, and what it takes besides x."""

    name: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """The name without its module."""
        return self.name.rpartition(".")[2]

    @property
    def signature(self) -> str:
        """The arguments, with their defaults."""
        defaults = {name: argument.default for name, argument in self.arguments.items()}
        return ", ".join(
            name if value == REQUIRED else f"{name}={in_python(value)}" for name, value in defaults.items()
        )

    @property
    def params_by_default(self) -> dict[str, float]:
        """The card's parameters by the library's defaults; what is required there is not among them."""
        params: dict[str, float] = {}
        for argument in self.arguments.values():
            params |= argument.as_params(argument.default)
        return params

    @property
    def other_names(self) -> dict[str, Callable[[float], dict[str, float]]]:
        """What a value of each argument is as a parameter of the card."""
        return {name: argument.as_params for name, argument in self.arguments.items() if argument.param}


@dataclass(frozen=True)
class Convention:
    """How one library offers what one of our cards says."""

    card: str
    call: str  # what computes the card's function of x there, with the card's parameters in {}
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    kinks: Sides | Callable[..., Sides] = ""  # the side at each kink, where it is not the card's
    plain: str = ""  # the card that the library's name says without arguments, if it is another one
    also: tuple[Spelling, ...] = ()
    note: str = ""

    @property
    def spelling(self) -> Spelling:
        """The name that is called."""
        return Spelling(self.call.partition("(")[0], self.arguments)

    @property
    def spellings(self) -> tuple[Spelling, ...]:
        """All names of it there."""
        return (self.spelling, *self.also)

    @property
    def call_as_is(self) -> str | None:
        """The call with x alone; None if it requires more."""
        if any(argument.default == REQUIRED for argument in self.arguments.values()):
            return None
        return f"{self.spelling.name}{'()' if self.call.endswith(')(x)') else ''}(x)"

    def call_with(self, params: Mapping[str, float]) -> str:
        """The call with these parameters of the card."""
        return self.call.format(**in_call(self.arguments, params))

    def takes(self, name: str) -> bool:
        """Whether the call can be told that parameter of the card."""
        return f"{{{name}}}" in self.call

    def sides(self, kinks: Sequence[float], params: Mapping[str, float]) -> list[str]:
        """The side from which the derivative at each of the card's KINKS is taken; empty where it is the card's."""
        sides = self.kinks(**params) if callable(self.kinks) else self.kinks
        return [sides] * len(kinks) if isinstance(sides, str) else list(sides[: len(kinks)])


def in_call(arguments: Mapping[str, Argument], params: Mapping[str, float]) -> dict[str, str]:
    """What to write for each of the card's parameters in a call."""
    without = {each.param: each for each in arguments.values() if each.unlimited}
    return {
        name: without[name].unlimited if name in without and value == without[name].none else in_python(value)
        for name, value in params.items()
    }


def in_python(value: Any) -> str:
    """A default or a number as one would write it in Python."""
    if isinstance(value, str):
        return f'"{value}"'
    if value is None or isinstance(value, bool):
        return str(value)
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)
