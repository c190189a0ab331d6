"""What other libraries call each loss, with which defaults, and what they make of the values.

A convention is data: `dlc loss --as` computes by it, `dlc diff` prints it, and `make peers` runs its call. The tables
are in loss_conventions_torch.py and its siblings.
"""

from dlc.reference.loss_convention import LossConvention
from dlc.reference.loss_conventions_keras import KERAS, NOT_KERAS
from dlc.reference.loss_conventions_optax import NOT_OPTAX, OPTAX
from dlc.reference.loss_conventions_torch import NOT_TORCH, TORCH
from dlc.reference.losses import LOSSES

TABLES = {"torch": TORCH, "keras": KERAS, "optax": OPTAX}
LOSS_CONVENTIONS: dict[str, dict[str, LossConvention]] = {
    library: {each.card: each for each in table} for library, table in TABLES.items()
}
# Names among a library's losses that are none, or none of one card, and why.
EXCLUDED: dict[str, dict[str, str]] = {"torch": NOT_TORCH, "keras": NOT_KERAS, "optax": NOT_OPTAX}


def loss_convention(library: str, name: str) -> LossConvention | None:
    """What NAME, ours or the library's, means in LIBRARY; None if it has no such loss.

    A name of the library goes before one of ours, and an exact one before one that differs in case or underscores.
    """
    found = LOSS_CONVENTIONS[library]
    by_name = {short(spelled): each for each in found.values() for spelled in each.names}
    if name in by_name:
        return by_name[name]
    if name in LOSSES and LOSSES[name].name in found:
        return found[LOSSES[name].name]
    return next((each for spelled, each in by_name.items() if folded(spelled) == folded(name)), None)


def loss_conventions(card: str) -> dict[str, LossConvention]:
    """How each library offers what CARD says, of those that do."""
    return {library: found[card] for library, found in LOSS_CONVENTIONS.items() if card in found}


def short(name: str) -> str:
    """A name without its module."""
    return name.rpartition(".")[2]


def folded(name: str) -> str:
    """A name without what is a matter of style."""
    return name.lower().replace("_", "")
