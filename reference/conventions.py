"""What other libraries call each activation, with which defaults, and what their derivative at a kink is.

A convention is data. Its call is what to write there to get what our card says: `dlc diff` prints it, dlc.cli.libraries
runs it, and `make peers` compares the two. The tables are in conventions_torch.py and its siblings.
"""

from dataclasses import dataclass

from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.convention import SIDES, Convention, Spelling
from dlc.reference.conventions_jax import JAX
from dlc.reference.conventions_keras import KERAS
from dlc.reference.conventions_onnx import ONNX
from dlc.reference.conventions_torch import TORCH

CONVENTIONS: dict[str, tuple[Convention, ...]] = {"torch": TORCH, "keras": KERAS, "jax": JAX, "onnx": ONNX}
WITHOUT_DERIVATIVES = ("onnx",)


@dataclass(frozen=True)
class Meaning:
    """What a name means in a library, in our terms."""

    card: ActivationCard
    convention: Convention
    params: dict[str, float]  # all of the card's, by the library's defaults


def convention(library: str, card: str) -> Convention | None:
    """How LIBRARY offers what CARD says, if it does."""
    return next((each for each in CONVENTIONS[library] if each.card == card), None)


def who_has(card: str) -> list[str]:
    """The libraries that offer what CARD says."""
    return [library for library in CONVENTIONS if convention(library, card)]


def names(library: str) -> list[str]:
    """Every name that LIBRARY has for a function of ours, without its module."""
    return list(dict.fromkeys(_short(spelling) for each in CONVENTIONS[library] for spelling in each.spellings))


def meaning(library: str, name: str) -> Meaning | None:
    """What NAME, ours or the library's, means in LIBRARY, with its defaults; None if it has no such function.

    A name of the library goes before one of ours, and an exact one before one that differs in case or underscores.
    """
    spelled = [(_short(spelling), each, spelling) for each in CONVENTIONS[library] for spelling in each.spellings]
    for there, found, spelling in spelled:
        if there == name:
            return _meaning(library, found, spelling)
    if name in ACTIVATIONS:
        by_card = convention(library, ACTIVATIONS[name].name)
        return None if by_card is None else _by_card(by_card)
    for there, found, spelling in spelled:
        if _folded(there) == _folded(name):
            return _meaning(library, found, spelling)
    return None


def _short(spelling: Spelling) -> str:
    return spelling.name.rpartition(".")[2]


def _folded(name: str) -> str:
    return name.lower().replace("_", "")


def _by_card(found: Convention, spelling: Spelling | None = None) -> Meaning:
    card = ACTIVATIONS[found.card]
    return Meaning(card, found, card.knobs | found.params_by_default(spelling))


def _meaning(library: str, found: Convention, spelling: Spelling) -> Meaning:
    plain = convention(library, found.plain) if found.plain else None
    return _by_card(plain) if plain else _by_card(found, spelling)


__all__ = ["CONVENTIONS", "SIDES", "Convention", "Meaning", "Spelling", "convention", "meaning", "names", "who_has"]
