"""A family: named entries of one kind, each a textbook function with its card."""

import difflib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
AnyCard = TypeVar("AnyCard", bound="Card")


class UnknownNameError(LookupError):
    """No family has an entry of that name."""

    def __init__(self, kind: str, name: str, known: list[str]):
        close = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
        article = "an" if kind[0] in "aeiou" else "a"
        remedy = f"did you mean {' or '.join(map(repr, close))}?" if close else f"`dlc list` names every {kind}"
        super().__init__(f"no {kind} {name!r}; {remedy}" if kind else f"{article} {name}")


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is declared, and therefore tested, of one entry of a family."""

    name: str
    function: Callable[..., Any]
    formula: str
    source: str
    aliases: tuple[str, ...] = ()
    requires: tuple[tuple[str, Callable[..., bool]], ...] = field(default=(), repr=False)

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0]

    @property
    def knobs(self) -> dict[str, float]:
        """Parameters with their defaults, read off the function's signature."""
        parameters = inspect.signature(self.function).parameters.values()
        return {p.name: p.default for p in parameters if p.default is not p.empty}


class Family(Mapping[str, AnyCard]):
    """Entries of one kind by name; refuses a name twice, and resolves aliases."""

    def __init__(self, kind: str, card_type: type[AnyCard]):
        self.kind = kind
        self._card_type = card_type
        self._cards: dict[str, AnyCard] = {}
        self._aliases: dict[str, str] = {}

    def card(self, formula: str, **columns: Any) -> Callable[[Function], Function]:
        """Enter the decorated function, unchanged, with its card."""

        def enter(function: Function) -> Function:
            card = self._card_type(name=function.__name__, function=function, formula=formula, **columns)
            for name in (card.name, *card.aliases):
                if name in self._cards or name in self._aliases:
                    raise ValueError(f"{self.kind} {name!r} is entered twice")
            self._cards[card.name] = card
            self._aliases.update(dict.fromkeys(card.aliases, card.name))
            return function

        return enter

    def __getitem__(self, name: str) -> AnyCard:
        canonical = self._aliases.get(name, name)
        if canonical not in self._cards:
            raise UnknownNameError(self.kind, name, [*self._cards, *self._aliases])
        return self._cards[canonical]

    def __contains__(self, name: object) -> bool:
        return name in self._cards or name in self._aliases

    def __iter__(self) -> Iterator[str]:
        return iter(self._cards)

    def __len__(self) -> int:
        return len(self._cards)
