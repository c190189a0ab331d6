"""All activation functions, in order of increasing complexity.

The kernels of each file here are in the file of the same name in dlc.kernels.
"""

# The order of these imports is the order of the entries.
from dlc.reference import piecewise, hard, smooth, ramps, waves, gated, vectors, halves, noise  # isort: skip
from dlc.reference.activation_family import ACTIVATIONS, ActivationCard

__all__ = [
    "ACTIVATIONS", "ActivationCard",
    "gated", "halves", "hard", "noise", "piecewise", "ramps", "smooth", "vectors", "waves",
]  # fmt: skip
