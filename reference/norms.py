"""All normalisations: the family, and the files of its entries."""

from dlc.reference.norm_family import NORMS, NormCard

__all__ = ["NORMS", "NormCard"]

NORMS.entries_in("norms_moments", "norms_lengths", "norms_weights")
