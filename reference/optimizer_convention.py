"""What a library's optimizer is in parts of ours: for each one a function with the library's own signature.

The function takes the arguments that the library takes, with the library's defaults, and returns the links of the
chain that moves as the library does. So every option that is said here is exact, and what is not in a signature is
not offered.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlc.reference.chain import Link
from dlc.reference.convention import REQUIRED
from dlc.reference.optimizers import MODIFIERS, OPTIMIZERS, SCHEDULES

Arguments = Mapping[str, Any]
Build = Callable[..., list[Link]]


@dataclass(frozen=True)
class Offer:
    """One optimizer of one library."""

    library: str
    name: str  # in full, as torch.optim.Adam
    card: str  # our optimizer of that name, under which `dlc diff` shows it
    build: Build = field(repr=False)
    cases: tuple[Arguments, ...] = field(repr=False)  # settings that are recorded from the library, and tested
    note: str = ""
    required: Arguments = field(default_factory=dict)  # what the library has no default for, and we would take
    is_random: bool = False  # draws numbers of its own: agrees in distribution only

    @property
    def short(self) -> str:
        """The name without its module."""
        return self.name.rpartition(".")[2]

    @property
    def defaults(self) -> dict[str, Any]:
        """The arguments with the library's defaults, or "required"."""
        parameters = inspect.signature(self.build).parameters.values()
        return {p.name: REQUIRED if p.name in self.required else p.default for p in parameters}

    def links(self, **arguments: Any) -> list[Link]:
        """The chain for these arguments."""
        return self.build(**arguments)


OFFERS: list[Offer] = []


def offered(
    name: str,
    card: str,
    *cases: Arguments,
    note: str = "",
    required: Arguments | None = None,
    is_random: bool = False,
    among: list[Offer] = OFFERS,
) -> Any:
    """Enter the decorated function as what the library's optimizer NAME is; the defaults alone are always a case.

    REQUIRED names the parameters for which the library has no default: those of the function are what we would take.
    """

    def enter(build: Build) -> Build:
        library = name.partition(".")[0]
        among.append(Offer(library, name, card, build, ({}, *cases), note, required or {}, is_random))
        return build

    return enter


def link(name: str, **knobs: float) -> Link:
    """A link by the name of its part."""
    for family in (OPTIMIZERS, MODIFIERS, SCHEDULES):
        if name in family:
            return Link(family[name], knobs)
    return Link(OPTIMIZERS[name], knobs)


def when(condition: Any, *links: Link) -> list[Link]:
    """The links, where they are asked for."""
    return list(links) if condition else []
