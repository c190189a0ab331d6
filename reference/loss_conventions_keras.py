"""What keras calls each loss, and where it differs. Targets come first; gradients are those with torch behind it."""

from dlc.reference.convention import Argument
from dlc.reference.loss_convention import LossConvention

EPSILON = 1e-7  # keras.config.epsilon(), everywhere
CLIPPED = {"clip": EPSILON, "normalised": 1.0}
SIGNS = "0 and 1 are understood as −1 and 1"

KERAS = (
    LossConvention("mse", "keras.losses.MeanSquaredError()(t, p)", also=("keras.losses.mean_squared_error",)),
    LossConvention("mae", "keras.losses.MeanAbsoluteError()(t, p)", also=("keras.losses.mean_absolute_error",)),
    LossConvention(
        "mape",
        "keras.losses.MeanAbsolutePercentageError()(t, p)",
        fixed={"epsilon": EPSILON},
        also=("keras.losses.mean_absolute_percentage_error",),
    ),
    LossConvention(
        "msle",
        "keras.losses.MeanSquaredLogarithmicError()(t, p)",
        fixed={"epsilon": EPSILON},
        also=("keras.losses.mean_squared_logarithmic_error",),
    ),
    LossConvention("log_cosh", "keras.losses.LogCosh()(t, p)", also=("keras.losses.log_cosh",)),
    LossConvention(
        "huber",
        "keras.losses.Huber(delta={delta})(t, p)",
        {"delta": Argument(1.0, "delta")},
        also=("keras.losses.huber",),
    ),
    LossConvention("hinge", "keras.losses.Hinge()(t, p)", also=("keras.losses.hinge",), kink=0.5, targets=SIGNS),
    LossConvention(
        "squared_hinge", "keras.losses.SquaredHinge()(t, p)", also=("keras.losses.squared_hinge",), targets=SIGNS
    ),
    LossConvention(
        "poisson", "keras.losses.Poisson()(t, p)", fixed={"epsilon": EPSILON}, also=("keras.losses.poisson",)
    ),
    LossConvention(
        "bce",
        "keras.losses.BinaryCrossentropy(label_smoothing={smoothing})(t, p)",
        {"from_logits": Argument(False), "label_smoothing": Argument(0.0, "smoothing"), "axis": Argument(-1)},
        fixed={"clip": EPSILON},
        also=("keras.losses.binary_crossentropy",),
        note="p is clipped to [1e−7, 1 − 1e−7], beyond which the gradient is 0",
    ),
    LossConvention(
        "bce_with_logits",
        "keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing={smoothing})(t, p)",
        {"label_smoothing": Argument(0.0, "smoothing"), "axis": Argument(-1)},
        by_option=True,
        note="with from_logits=True only",
    ),
    LossConvention(
        "focal",
        "keras.losses.BinaryFocalCrossentropy(apply_class_balancing={alpha} >= 0, alpha={alpha}, gamma={gamma}, "
        "label_smoothing={smoothing})(t, p)",
        {
            "apply_class_balancing": Argument(False),
            "alpha": Argument(0.25),
            "gamma": Argument(2.0, "gamma"),
            "from_logits": Argument(False),
            "label_smoothing": Argument(0.0, "smoothing"),
            "axis": Argument(-1),
        },
        fixed={"clip": EPSILON},
        also=("keras.losses.binary_focal_crossentropy",),
        note="alpha=0.25 counts with apply_class_balancing=True only",
    ),
    LossConvention(
        "categorical_cross_entropy",
        "keras.losses.CategoricalCrossentropy(label_smoothing={smoothing})(t, p)",
        {"from_logits": Argument(False), "label_smoothing": Argument(0.0, "smoothing"), "axis": Argument(-1)},
        fixed=CLIPPED,
        also=("keras.losses.categorical_crossentropy",),
    ),
    LossConvention(
        "softmax_cross_entropy",
        "keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing={smoothing})(t, p)",
        {"label_smoothing": Argument(0.0, "smoothing"), "axis": Argument(-1)},
        by_option=True,
        note="with from_logits=True only",
    ),
    LossConvention(
        "sparse_categorical_cross_entropy",
        "keras.losses.SparseCategoricalCrossentropy()(t, p)",
        {"from_logits": Argument(False), "ignore_class": Argument(None), "axis": Argument(-1)},
        fixed=CLIPPED,
        also=("keras.losses.sparse_categorical_crossentropy",),
    ),
    LossConvention(
        "sparse_softmax_cross_entropy",
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)(t, p)",
        {"ignore_class": Argument(None), "axis": Argument(-1)},
        by_option=True,
        note="with from_logits=True only; has no label smoothing",
    ),
    LossConvention(
        "categorical_focal",
        "keras.losses.CategoricalFocalCrossentropy(alpha={alpha}, gamma={gamma}, label_smoothing={smoothing})(t, p)",
        {
            "alpha": Argument(0.25, "alpha"),
            "gamma": Argument(2.0, "gamma"),
            "from_logits": Argument(False),
            "label_smoothing": Argument(0.0, "smoothing"),
            "axis": Argument(-1),
        },
        fixed=CLIPPED,
        also=("keras.losses.categorical_focal_crossentropy",),
    ),
    LossConvention(
        "generalized_cross_entropy",
        "keras.losses.CategoricalGeneralizedCrossEntropy(q={q})(t, p)",
        {"q": Argument(0.5, "q")},
        also=("keras.losses.categorical_generalized_cross_entropy",),
    ),
    LossConvention(
        "categorical_hinge", "keras.losses.CategoricalHinge()(t, p)", also=("keras.losses.categorical_hinge",)
    ),
    LossConvention(
        "kl", "keras.losses.KLDivergence()(t, p)", fixed={"clip": EPSILON}, also=("keras.losses.kl_divergence",)
    ),
    LossConvention(
        "cosine_similarity",
        "keras.losses.CosineSimilarity()(t, p)",
        {"axis": Argument(-1)},
        also=("keras.losses.cosine_similarity",),
        note="the negative cosine, least where vectors have one direction",
    ),
    LossConvention(
        "dice",
        "keras.losses.Dice(axis=-1)(t, p)",
        {"axis": Argument(None)},
        fixed={"smooth": 0.0, "epsilon": EPSILON},
        also=("keras.losses.dice",),
        note="axis=None, the default, is the whole batch as one row",
    ),
    LossConvention(
        "tversky",
        "keras.losses.Tversky(alpha={beta}, beta={alpha}, axis=-1)(t, p)",
        {"alpha": Argument(0.5, "beta"), "beta": Argument(0.5, "alpha"), "axis": Argument(None)},
        fixed={"smooth": 0.0, "epsilon": EPSILON},
        also=("keras.losses.tversky",),
        note="alpha weighs false negatives, against its documentation; axis=None is the whole batch as one row",
    ),
    LossConvention(
        "circle",
        "keras.losses.circle(t, p, gamma={gamma}, margin={margin})",
        {"gamma": Argument(80.0, "gamma"), "margin": Argument(0.4, "margin"), "remove_diagonal": Argument(True)},
        run="torch.stack([keras.losses.circle(torch.ones(1), a[None], b, torch.eye(len(b), dtype=a.dtype), "
        "gamma={gamma}, margin={margin}, remove_diagonal=False)[0] for a, b in zip(p, t)]).mean()",
        also=("keras.losses.Circle",),
        near=1e-4,
        targets="a class of each example, whose vectors of length 1 it compares with those of all others",
    ),
    LossConvention(
        "ctc",
        "keras.losses.CTC()(t, p)",
        run="keras.losses.CTC()(t.gather(-1, (t == 0).int().argsort(dim=-1, stable=True)), "
        "p.reshape(len(p), -1, int({classes})))",
        also=("keras.losses.ctc",),
        targets="symbols, then blanks, which are 0",
    ),
)

NOT_KERAS = {
    "Loss": "the class of all losses",
    "get": "finds a loss by its name",
    "serialize": "writes a loss as a dictionary",
    "deserialize": "reads a loss from a dictionary",
}
