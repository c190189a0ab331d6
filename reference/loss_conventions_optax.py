"""What optax calls each loss, and where it differs. It averages nothing: every value is there by itself."""

from functools import partial

from dlc.reference.convention import Argument
from dlc.reference.loss_convention import LossConvention

unreduced = partial(LossConvention, reduction="none")

OPTAX = (
    unreduced("mse", "optax.losses.squared_error(p, t)"),
    unreduced("half_squared_error", "optax.losses.l2_loss(p, t)"),
    unreduced("log_cosh", "optax.losses.log_cosh(p, t)"),
    unreduced("huber", "optax.losses.huber_loss(p, t, delta={delta})", {"delta": Argument(1.0, "delta")}),
    unreduced("hinge", "optax.losses.hinge_loss(p, t)", kink=0.5),
    unreduced("perceptron", "optax.losses.perceptron_loss(p, t)", kink=0.5),
    unreduced("bce_with_logits", "optax.losses.sigmoid_binary_cross_entropy(p, t)"),
    unreduced(
        "focal_with_logits",
        "optax.losses.sigmoid_focal_loss(p, t, alpha={alpha}, gamma={gamma})",
        {"alpha": Argument(None, "alpha", "None", -1.0), "gamma": Argument(2.0, "gamma")},
    ),
)

NOT_OPTAX = {
    "smooth_labels": "makes targets, not a loss: the parameter smoothing of our cross-entropies",
    "make_fenchel_young_loss": "makes a loss of a function: softmax cross-entropy of log-sum-exp, sparsemax_loss of its",
    "ctc_loss_with_forward_probs": "ctc_loss, and what it computes on the way",
    "cosine_similarity": "no loss: 1 minus cosine_distance",
}
