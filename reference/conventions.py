"""What other libraries call each activation, with which defaults, and what their derivative at a kink is.

A convention is data. Its call is what to write there to get what our card says: `dlc diff` prints it, dlc.cli.libraries
runs it, and `make peers` compares the two. The tables are in conventions_torch.py and its siblings.
"""

from dlc.reference.convention import SIDES, Convention
from dlc.reference.conventions_jax import JAX
from dlc.reference.conventions_keras import KERAS
from dlc.reference.conventions_onnx import ONNX
from dlc.reference.conventions_torch import TORCH

CONVENTIONS: dict[str, tuple[Convention, ...]] = {"torch": TORCH, "keras": KERAS, "jax": JAX, "onnx": ONNX}


def convention(library: str, card: str) -> Convention | None:
    """How LIBRARY offers what CARD says, if it does."""
    return next((each for each in CONVENTIONS[library] if each.card == card), None)


__all__ = ["CONVENTIONS", "SIDES", "Convention", "convention"]
