"""What torch calls each loss, and where it differs. Its mean is over all values; some divide by the sum of weights."""

from dlc.reference.convention import Argument
from dlc.reference.loss_convention import LossConvention

LOGARITHM = "PoissonNLLLoss takes the logarithm of the rate by default: log_input=True"
CLAMPED = "logarithms are no less than −100, and the gradient's denominator no less than 1e−12"
LEAST_DENOMINATOR = 9.999999960041972e-13  # 1e−12 as a float32, for float64 as well

TORCH = (
    LossConvention(
        "mse", "F.mse_loss(p, t)", also=("torch.nn.MSELoss",), weighted="F.mse_loss(p, t, weight=w)", divisor="weights"
    ),
    LossConvention(
        "mae", "F.l1_loss(p, t)", also=("torch.nn.L1Loss",), weighted="F.l1_loss(p, t, weight=w)", divisor="weights"
    ),
    LossConvention(
        "huber",
        "F.huber_loss(p, t, delta={delta})",
        {"delta": Argument(1.0, "delta")},
        also=("torch.nn.HuberLoss",),
        weighted="F.huber_loss(p, t, weight=w)",
    ),
    LossConvention(
        "smooth_l1",
        "F.smooth_l1_loss(p, t, beta={beta})",
        {"beta": Argument(1.0, "beta")},
        also=("torch.nn.SmoothL1Loss",),
    ),
    LossConvention(
        "poisson",
        "F.poisson_nll_loss(p, t, log_input=False, eps={epsilon})",
        {"full": Argument(False), "eps": Argument(1e-8, "epsilon")},
        by_option=True,
        note="of a rate with log_input=False only",
    ),
    LossConvention(
        "poisson_full",
        "F.poisson_nll_loss(p, t, log_input=False, full=True, eps={epsilon})",
        {"eps": Argument(1e-8, "epsilon")},
        by_option=True,
        note="of a rate with log_input=False, with the count's factorial with full=True",
    ),
    LossConvention(
        "poisson_log",
        "F.poisson_nll_loss(p, t)",
        {"log_input": Argument(True), "full": Argument(False), "eps": Argument(1e-8)},
        also=("torch.nn.PoissonNLLLoss",),
        note=LOGARITHM,
    ),
    LossConvention(
        "poisson_log_full",
        "F.poisson_nll_loss(p, t, full=True)",
        {"log_input": Argument(True), "eps": Argument(1e-8)},
        by_option=True,
        note=LOGARITHM,
    ),
    LossConvention(
        "bce",
        "F.binary_cross_entropy(p, t)",
        fixed={"floor": -100.0, "denominator": LEAST_DENOMINATOR},
        also=("torch.nn.BCELoss",),
        weighted="F.binary_cross_entropy(p, t, weight=w)",
        note=CLAMPED,
    ),
    LossConvention(
        "bce_with_logits",
        "F.binary_cross_entropy_with_logits(p, t, pos_weight=torch.tensor({pos_weight}))",
        {"pos_weight": Argument(None, "pos_weight", none=1.0)},
        also=("torch.nn.BCEWithLogitsLoss",),
        weighted="F.binary_cross_entropy_with_logits(p, t, weight=w)",
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
    LossConvention(
        "soft_margin",
        "F.soft_margin_loss(p, t)",
        also=("torch.nn.SoftMarginLoss",),
        note="is inf, and its gradient nan, where −t·p is above 709 (88 in float32)",
    ),
    LossConvention(
        "sparse_softmax_cross_entropy",
        "F.cross_entropy(p, t, label_smoothing={smoothing})",
        {"label_smoothing": Argument(0.0, "smoothing"), "ignore_index": Argument(-100)},
        also=("torch.nn.CrossEntropyLoss",),
        weighted="F.cross_entropy(p, t, weight=w)",
        divisor="weights",
        note="takes logits; the target is a class, or a distribution; weights are of classes",
    ),
    LossConvention(
        "softmax_cross_entropy",
        "F.cross_entropy(p, t, label_smoothing={smoothing})",
        {"label_smoothing": Argument(0.0, "smoothing"), "ignore_index": Argument(-100)},
        by_option=True,
        note="takes logits; of targets that are distributions",
    ),
    LossConvention(
        "nll",
        "F.nll_loss(p, t)",
        {"ignore_index": Argument(-100)},
        also=("torch.nn.NLLLoss",),
        weighted="F.nll_loss(p, t, weight=w)",
        divisor="weights",
        note="takes logarithms of probabilities; weights are of classes",
    ),
    LossConvention(
        "kl_log",
        "F.kl_div(p, t)",
        {"log_target": Argument(False)},
        also=("torch.nn.KLDivLoss",),
        reduction="elements",
        note='the mean divides by all elements: reduction="batchmean" divides by rows, as the definition does',
    ),
    LossConvention(
        "kl_log_targets",
        "F.kl_div(p, t, log_target=True)",
        reduction="elements",
        by_option=True,
        note='the mean divides by all elements: reduction="batchmean" divides by rows, as the definition does',
    ),
    LossConvention(
        "multi_margin",
        "F.multi_margin_loss(p, t, p={power}, margin={margin})",
        {"p": Argument(1, "power"), "margin": Argument(1.0, "margin")},
        also=("torch.nn.MultiMarginLoss",),
    ),
    LossConvention(
        "multilabel_margin",
        "F.multilabel_margin_loss(p, (torch.arange(t.shape[-1]) + 1).mul(t.long()).sub(1).sort(descending=True)[0])",
        also=("torch.nn.MultiLabelMarginLoss",),
        targets="numbers of the right classes, then −1",
    ),
    LossConvention(
        "cosine_embedding",
        "F.cosine_embedding_loss(vector, other_vector, t, margin={margin})",
        {"margin": Argument(0.0, "margin")},
        fixed={"epsilon": LEAST_DENOMINATOR},
        also=("torch.nn.CosineEmbeddingLoss",),
    ),
    LossConvention(
        "triplet_margin",
        "F.triplet_margin_loss(anchor, positive, negative, margin={margin}, p={power}, eps={epsilon}, "
        "swap=bool({swap}))",
        {
            "margin": Argument(1.0, "margin"),
            "p": Argument(2.0, "power"),
            "eps": Argument(1e-6, "epsilon"),
            "swap": Argument(False, "swap"),
        },
        also=(
            "torch.nn.TripletMarginLoss",
            "F.triplet_margin_with_distance_loss",
            "torch.nn.TripletMarginWithDistanceLoss",
        ),
    ),
    LossConvention(
        "ctc",
        "F.ctc_loss(log_probs, t, input_lengths, target_lengths, blank=int({blank}))",
        {"blank": Argument(0, "blank"), "zero_infinity": Argument(False)},
        run="F.ctc_loss(p.reshape(len(p), -1, int({classes})).log_softmax(-1).transpose(0, 1), "
        "t[t != {blank}].long(), torch.full((len(p),), p.shape[-1] // int({classes})), (t != {blank}).sum(-1), "
        'blank=int({blank}), reduction="none")',
        also=("torch.nn.CTCLoss",),
        reduction="none",
        targets="symbols without blanks",
        note="takes logarithms of probabilities; its mean first divides each loss by its number of symbols",
    ),
    LossConvention(
        "gaussian_nll",
        "F.gaussian_nll_loss(means, t, variances, full=bool({full}), eps={epsilon})",
        {"full": Argument(False, "full"), "eps": Argument(1e-6, "epsilon")},
        also=("torch.nn.GaussianNLLLoss",),
    ),
    LossConvention(
        "multilabel_soft_margin",
        "F.multilabel_soft_margin_loss(p, t)",
        also=("torch.nn.MultiLabelSoftMarginLoss",),
    ),
)

NOT_TORCH = {
    "NLLLoss2d": "the old name of NLLLoss",
    "LinearCrossEntropyLoss": "a linear layer and the cross-entropy of its logits in one",
    "linear_cross_entropy": "a linear layer and the cross-entropy of its logits in one",
}
