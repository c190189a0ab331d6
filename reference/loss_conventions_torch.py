"""What torch calls each loss, and where it differs. Its mean is over all values, or divides by the sum of weights."""

from dlc.reference.convention import Argument
from dlc.reference.loss_convention import LossConvention

STIRLING = "PoissonNLLLoss takes the logarithm of the rate by default: log_input=True"
CLAMPED = "logarithms are no less than −100, and the gradient's denominator no less than 1e−12"
LEAST_DENOMINATOR = 9.999999960041972e-13  # 1e−12 as a float32, for float64 as well

TORCH = (
    LossConvention("mse", "F.mse_loss(p, t)", also=("torch.nn.MSELoss",)),
    LossConvention("mae", "F.l1_loss(p, t)", also=("torch.nn.L1Loss",)),
    LossConvention(
        "huber", "F.huber_loss(p, t, delta={delta})", {"delta": Argument(1.0, "delta")}, also=("torch.nn.HuberLoss",)
    ),
    LossConvention(
        "smooth_l1",
        "F.smooth_l1_loss(p, t, beta={beta})",
        {"beta": Argument(1.0, "beta")},
        also=("torch.nn.SmoothL1Loss",),
    ),
    LossConvention(
        "poisson",
        "F.poisson_nll_loss(p, t, log_input=False, full=bool({full}), eps={epsilon})",
        {"full": Argument(False, "full"), "eps": Argument(1e-8, "epsilon")},
        by_option=True,
        note="of a rate with log_input=False only",
    ),
    LossConvention(
        "poisson_log",
        "F.poisson_nll_loss(p, t, log_input=True, full=bool({full}))",
        {"log_input": Argument(True), "full": Argument(False, "full"), "eps": Argument(1e-8)},
        also=("torch.nn.PoissonNLLLoss",),
        note=STIRLING,
    ),
    LossConvention(
        "bce",
        "F.binary_cross_entropy(p, t)",
        fixed={"floor": -100.0, "denominator": LEAST_DENOMINATOR},
        also=("torch.nn.BCELoss",),
        note=CLAMPED,
    ),
    LossConvention(
        "bce_with_logits",
        "F.binary_cross_entropy_with_logits(p, t, pos_weight=torch.tensor({pos_weight}))",
        {"pos_weight": Argument(None, "pos_weight", none=1.0)},
        also=("torch.nn.BCEWithLogitsLoss",),
        note="has no label smoothing",
    ),
    LossConvention(
        "hinge_embedding",
        "F.hinge_embedding_loss(p, t, margin={margin})",
        {"margin": Argument(1.0, "margin")},
        also=("torch.nn.HingeEmbeddingLoss",),
        kink=1.0,
    ),
    LossConvention(
        "hinge",
        "F.margin_ranking_loss(p, torch.zeros_like(p), t, margin={margin})",
        {"margin": Argument(0.0, "margin")},
        also=("torch.nn.MarginRankingLoss",),
        kink=1.0,
        note="of a difference of two scores, which it takes one by one",
    ),
    LossConvention("soft_margin", "F.soft_margin_loss(p, t)", also=("torch.nn.SoftMarginLoss",)),
)

NOT_TORCH = {
    "NLLLoss2d": "the old name of NLLLoss",
    "LinearCrossEntropyLoss": "a linear layer and the cross-entropy of its logits in one",
    "linear_cross_entropy": "a linear layer and the cross-entropy of its logits in one",
}
