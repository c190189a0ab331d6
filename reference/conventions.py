"""What other libraries call each activation, with which defaults, and what their derivative at a kink is.

A convention is data. Its call is what to write there to get what our card says: `dlc diff` prints it, dlc.cli.libraries
runs it, and `make peers` compares the two. The tables are in conventions_torch.py and its siblings.
"""

from dataclasses import dataclass

from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.convention import Convention, Spelling
from dlc.reference.conventions_jax import JAX
from dlc.reference.conventions_keras import KERAS
from dlc.reference.conventions_onnx import ONNX
from dlc.reference.conventions_torch import TORCH

CONVENTIONS: dict[str, tuple[Convention, ...]] = {"torch": TORCH, "keras": KERAS, "jax": JAX, "onnx": ONNX}
WITHOUT_DERIVATIVES = ("onnx",)


@dataclass(frozen=True)
class Meaning:
    """What a name means in a library, in our terms."""

    convention: Convention
    spelling: Spelling

    @property
    def card(self) -> ActivationCard:
        """The function."""
        return ACTIVATIONS[self.convention.card]

    @property
    def params(self) -> dict[str, float]:
        """All of the card's, by the library's defaults."""
        return self.card.knobs | self.spelling.params_by_default

    @property
    def sides(self) -> list[str]:
        """From which the derivative at each kink is taken."""
        return self.convention.sides(self.card.kinks_at(self.params), self.params)


def convention(library: str, card: str) -> Convention | None:
    """How LIBRARY offers what CARD says, if it does."""
    return next((each for each in CONVENTIONS[library] if each.card == card), None)


def conventions(card: str) -> dict[str, Convention]:
    """How each library offers what CARD says, of those that do."""
    found = {library: convention(library, card) for library in CONVENTIONS}
    return {library: each for library, each in found.items() if each}


def names(library: str) -> list[str]:
    """Every name that LIBRARY has for a function of ours, without its module."""
    return list(dict.fromkeys(spelling.short for each in CONVENTIONS[library] for spelling in each.spellings))


def meaning(library: str, name: str) -> Meaning | None:
    """What NAME, ours or the library's, means in LIBRARY, with its defaults; None if it has no such function.

    A name of the library goes before one of ours, and an exact one before one that differs in case or underscores.
    """
    spelled = [(each, spelling) for each in CONVENTIONS[library] for spelling in each.spellings]
    for found, spelling in spelled:
        if spelling.short == name:
            return said_plainly(library, found, spelling)
    if name in ACTIVATIONS:
        by_card = convention(library, ACTIVATIONS[name].name)
        return None if by_card is None else Meaning(by_card, by_card.spelling)
    for found, spelling in spelled:
        if _folded(spelling.short) == _folded(name):
            return said_plainly(library, found, spelling)
    return None


def said_plainly(library: str, found: Convention, spelling: Spelling) -> Meaning:
    """What a name of LIBRARY means when nothing is said but the name."""
    plain = convention(library, found.plain) if found.plain else None
    return Meaning(plain, plain.spelling) if plain else Meaning(found, spelling)


def _folded(name: str) -> str:
    return name.lower().replace("_", "")
