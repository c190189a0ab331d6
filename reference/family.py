"""A family: named entries of one kind, each a textbook function with its card."""

import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
AnyCard = TypeVar("AnyCard", bound="Card")


class UnknownNameError(KeyError):
    """No entry has that name; where none is near it, OTHERWISE says where to look."""

    def __init__(self, kind: str, name: str, known: Iterable[str], otherwise: str = "`dlc list` shows every name"):
        close = difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.5)
        remedy = f"did you mean {' or '.join(map(repr, close))}?" if close else otherwise
        super().__init__(f"no {kind} {name!r}; {remedy}")

    def __str__(self) -> str:
        return str(self.args[0])


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

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text); a family's own card adds its columns."""
        return [("formula", self.formula), ("source", self.source)]

    @property
    def knobs(self) -> dict[str, float]:
        """Parameters with their defaults, read off the function's signature."""
        parameters = inspect.signature(self.function).parameters.values()
        return {p.name: p.default for p in parameters if p.default is not p.empty}


class Family(Mapping[str, AnyCard]):
    """Entries of one kind by name; refuses a name twice, and resolves aliases.

    The files that `entries_in` names are imported when an entry is first asked for: most commands need one family.
    """

    def __init__(self, kind: str, card_type: type[AnyCard]):
        self.kind = kind
        self._card_type = card_type
        self._cards: dict[str, AnyCard] = {}
        self._aliases: dict[str, str] = {}
        self._files: tuple[str, ...] = ()

    def entries_in(self, *files: str) -> None:
        """Say which files of dlc.reference have the entries, in this order."""
        self._files = files

    def _read(self) -> None:
        files, self._files = self._files, ()
        for file in files:
            import_module(f"dlc.reference.{file}")

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

    @property
    def names(self) -> list[str]:
        """Every name that is understood, aliases included."""
        self._read()
        return [*self._cards, *self._aliases]

    def __getitem__(self, name: str) -> AnyCard:
        self._read()
        canonical = self._aliases.get(name, name)
        if canonical not in self._cards:
            raise UnknownNameError(self.kind, name, self.names)
        return self._cards[canonical]

    def __contains__(self, name: object) -> bool:
        self._read()
        return name in self._cards or name in self._aliases

    def __iter__(self) -> Iterator[str]:
        self._read()
        return iter(self._cards)

    def __len__(self) -> int:
        self._read()
        return len(self._cards)
