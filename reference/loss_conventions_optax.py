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
    unreduced(
        "smooth_hinge",
        "optax.losses.sparsemax_loss(p, t > 0)",
        fixed={"gamma": 2.0},
        targets="0 and 1 for −1 and 1",
    ),
    unreduced(
        "softmax_cross_entropy",
        "optax.losses.softmax_cross_entropy(p, t)",
        also=("optax.losses.safe_softmax_cross_entropy",),
    ),
    unreduced("sparse_softmax_cross_entropy", "optax.losses.softmax_cross_entropy_with_integer_labels(p, t)"),
    unreduced(
        "poly_loss",
        "optax.losses.poly_loss_cross_entropy(p, t, epsilon={epsilon})",
        {"epsilon": Argument(2.0, "epsilon")},
    ),
    unreduced("kl_log", "optax.losses.kl_divergence(p, t)"),
    unreduced("kl_log_targets", "optax.losses.kl_divergence_with_log_targets(p, t)"),
    unreduced(
        "generalized_kl",
        "optax.losses.generalized_kl_divergence(p, t)",
        also=("optax.losses.convex_kl_divergence",),
    ),
    unreduced("multiclass_hinge", "optax.losses.multiclass_hinge_loss(p, t)"),
    unreduced("multiclass_perceptron", "optax.losses.multiclass_perceptron_loss(p, t)"),
    unreduced("multiclass_sparsemax", "optax.losses.multiclass_sparsemax_loss(p, t.argmax(axis=-1))"),
    unreduced(
        "cosine_distance",
        "optax.losses.cosine_distance(p, t, epsilon={epsilon})",
        {"epsilon": Argument(0.0, "epsilon")},
    ),
    unreduced(
        "tversky",
        "optax.losses.dice_loss(jax.scipy.special.logit(p)[..., None], t[..., None], smooth={smooth}, alpha={alpha}, "
        "beta={beta})",
        {"smooth": Argument(1.0, "smooth"), "alpha": Argument(0.5, "alpha"), "beta": Argument(0.5, "beta")},
        also=("optax.losses.binary_dice_loss",),
        targets="of one class, whose axis is the last",
        note="takes logits, and averages over classes; apply_softmax=False takes distributions",
    ),
    unreduced(
        "triplet_margin",
        "optax.losses.triplet_margin_loss(anchor, positive, negative, norm_degree={power}, margin={margin}, "
        "eps={floor})",
        {"norm_degree": Argument(2, "power"), "margin": Argument(1.0, "margin"), "eps": Argument(1e-6, "floor")},
        fixed={"epsilon": 0.0},
    ),
    unreduced(
        "ntxent",
        "optax.losses.ntxent(p, t, temperature={temperature})",
        {"temperature": Argument(0.07, "temperature")},
        run="jnp.stack([optax.losses.ntxent(a.reshape(-1, int({dim})), b, temperature={temperature}) "
        "for a, b in zip(p, t)])",
        targets="a group of each vector; p has a row for each",
    ),
    unreduced(
        "ctc",
        "optax.losses.ctc_loss(p, logit_paddings, t, label_paddings, blank_id=int({blank}))",
        {"blank_id": Argument(0, "blank"), "log_epsilon": Argument(-1e5)},
        run="optax.losses.ctc_loss(p.reshape(len(p), -1, int({classes})), "
        "jnp.zeros((len(p), p.shape[-1] // int({classes}))), "
        "jnp.take_along_axis(t, jnp.argsort(t == 0, axis=-1, stable=True), -1).astype(int), "
        "jnp.sort(t == 0, axis=-1).astype(float), blank_id=int({blank}))",
        targets="symbols, then padding",
    ),
    LossConvention("ranking_softmax", "optax.losses.ranking_softmax_loss(p, t)", note="the mean over lists"),
)

NOT_OPTAX = {
    "smooth_labels": "makes targets, not a loss: the parameter smoothing of our cross-entropies",
    "make_fenchel_young_loss": "makes a loss of a function: softmax cross-entropy, sparsemax loss and others",
    "ctc_loss_with_forward_probs": "ctc_loss, and what it computes on the way",
    "multiclass_generalized_dice_loss": "dice_loss of every class, averaged by weights of the whole batch's classes",
    "cosine_similarity": "no loss: 1 minus cosine_distance",
}
