"""Losses of a row of logits or probabilities, one for each class."""

from collections.abc import Sequence

from dlc.reference.loss_family import LOSSES
from dlc.reference.numbers import Number, exp, log

# A card reads as one entry of a table.
# fmt: off


def softmax_cross_entropy_gradient(p: Sequence[Number], t: Sequence[Number]) -> list[Number]:
    """softmax(p)·Σ t − t."""
    total, mass = sum(map(exp, p)), sum(t)
    return [exp(z) / total * mass - y for z, y in zip(p, t, strict=True)]


def greatest_share(p: Sequence[Number], t: Sequence[Number]) -> Number:
    """The greater of a class's share in softmax(p) and its target: their difference has no digits of its own."""
    return max(*t, exp(max(p)) / sum(map(exp, p)))


@LOSSES.card(
    "−Σ tᵢ·log softmax(p)ᵢ", gradient=softmax_cross_entropy_gradient, gradient_terms=greatest_share, pred="logits", target="distribution", row=True,
    convex=True, perfect=False, source="Bridle 1990, NeurIPS 2",
)
def softmax_cross_entropy(p: Sequence[Number], t: Sequence[Number]) -> Number:
    """Cross-entropy of a distribution and the softmax of logits."""
    shift = log(sum(map(exp, p)))
    return sum(y * (shift - z) for z, y in zip(p, t, strict=True))
