"""All losses: importing this enters those of every file."""

from dlc.reference import (
    losses_binary,
    losses_classes,
    losses_contrastive,
    losses_counts,
    losses_distributions,
    losses_embedding,
    losses_likelihood,
    losses_margins,
    losses_overlap,
    losses_probabilities,
    losses_ranking,
    losses_regression,
    losses_robust,
    losses_scores,
    losses_sequence,
    losses_vectors,
)
from dlc.reference.loss_family import LOSSES, LossCard

__all__ = [
    "LOSSES",
    "LossCard",
    "losses_binary",
    "losses_classes",
    "losses_contrastive",
    "losses_counts",
    "losses_distributions",
    "losses_embedding",
    "losses_likelihood",
    "losses_margins",
    "losses_overlap",
    "losses_probabilities",
    "losses_ranking",
    "losses_regression",
    "losses_robust",
    "losses_scores",
    "losses_sequence",
    "losses_vectors",
]
