"""All activation functions, in order of increasing complexity.

The kernels of each file here are in the file of the same name in dlc.kernels.
"""

from dlc.reference import gated, piecewise, smooth, vectors
from dlc.reference.activation_family import ACTIVATIONS, ActivationCard

__all__ = ["ACTIVATIONS", "ActivationCard", "gated", "piecewise", "smooth", "vectors"]
