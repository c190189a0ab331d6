"""All losses: the family, and the files of its entries."""

from dlc.reference.loss_family import LOSSES, LossCard

__all__ = ["LOSSES", "LossCard"]

LOSSES.entries_in(
    "losses_binary", "losses_classes", "losses_contrastive", "losses_counts", "losses_distributions",
    "losses_embedding", "losses_likelihood", "losses_margins", "losses_overlap", "losses_probabilities",
    "losses_ranking", "losses_regression", "losses_robust", "losses_scores", "losses_sequence", "losses_vectors",
)  # fmt: skip
