"""What other libraries mean by the name of a metric: their call, its defaults, and what to write to agree with dlc.

A convention is data. Its calls are of y (targets), p (predictions) and K (the number of classes): `make peers` runs
them on recorded data, and tests compare that with what the convention says. `dlc diff` prints them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlc.reference.metrics import METRICS, MetricCard

# How near numbers of a library are to ours: keras counts in float32, and so does torchmetrics here and there.
LIBRARIES = {"sklearn": 1e-12, "keras": 2e-5, "torchmetrics": 2e-6}
VERSIONS = {"scikit-learn": "1.9.1", "keras": "3.15.1", "torchmetrics": "1.9.0"}  # those that were recorded

Apart = Mapping[str, tuple[str, ...]]  # where a library says something else, and what -> the tests' cases of it


@dataclass(frozen=True)
class MetricConvention:
    """What one library says under the name of one of our metrics."""

    library: str
    metric: str  # our card by whose name one looks for it
    call: str  # what one writes there, with the library's defaults
    defaults: Mapping[str, Any] = field(default_factory=dict)  # those that matter
    card: str = ""  # our card that says the same, where it is another one
    params: Mapping[str, Any] = field(default_factory=dict)  # our parameters with which it says the same
    same: str = ""  # what to write there to get our metric by its defaults; nothing where there is nothing
    kinds: tuple[str, ...] = ()  # the kinds of data it takes, where they are not the card's
    other: str = ""  # how it is defined there, where no card of ours says the same
    apart: Apart = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What is called."""
        return self.call.partition("(")[0]

    @property
    def meaning(self) -> tuple[MetricCard, dict[str, Any]]:
        """Our card that says the same, and its parameters. Raises ValueError where none does."""
        if self.other:
            raise ValueError(f"{self.metric} is defined otherwise in {self.library}: {self.other}")
        return METRICS[self.card or self.metric], dict(self.params)

    def takes(self, kind: str) -> bool:
        """Whether it is of data of this KIND."""
        return kind in (self.kinds or METRICS[self.metric].kinds)


def conventions(metric: str, kind: str = "") -> list[MetricConvention]:
    """Every convention of a metric, of one KIND of data or of all."""
    return [each for each in CONVENTIONS if each.metric == METRICS[metric].name and (not kind or each.takes(kind))]


def as_library(library: str, metric: str, kind: str) -> tuple[MetricCard, dict[str, Any]]:
    """What METRIC is by the defaults of LIBRARY on data of a KIND (a key of TAKES): our card and its parameters.

    So `dlc metric NAME --as LIBRARY` computes card.function, or its kernel, with these parameters instead of NAME's
    own defaults; what was typed as a parameter comes after. Where the library offers what our card says, that is the
    card itself. Raises KeyError for a library that is not in LIBRARIES, and ValueError where it has no such metric, or
    means by its name what none of ours says.
    """
    card = METRICS[metric]
    if library not in LIBRARIES:
        raise KeyError(library)
    for each in conventions(metric, kind):
        if each.library == library:
            return each.meaning
    if library == "sklearn" and card.sklearn and kind in card.kinds:
        return card, {}
    raise ValueError(f"{library} has no {card.name} of data of the kind {kind}")


def _of_counts(metric: str, keras: str) -> list[MetricConvention]:
    """A quotient of counts, which is averaged over labels in as many ways as there are libraries."""
    call = f"metrics.{metric}_score(y, p"
    there = f"{metric}_score" if metric == "f1" else metric
    own = f"Multiclass{'F1Score' if metric == 'f1' else metric.title()}"
    average = {"average": "binary"}
    return [
        MetricConvention("sklearn", metric, f"{call})", average, same=f"{call})", kinds=("binary",)),
        *(
            [MetricConvention("keras", metric, keras, {"thresholds": None}, kinds=("binary",), same=keras)]
            if keras else []
        ),
        MetricConvention(
            "torchmetrics", metric, f"F.{there}(p, y, task='binary')", {"average": "micro"}, kinds=("binary",),
            same=f"F.{there}(p, y, task='binary')",
        ),
        MetricConvention(
            "torchmetrics", metric, f"F.{there}(p, y, task='multiclass', num_classes=K)", {"average": "micro"},
            params={"average": "micro"}, kinds=("multiclass",),
        ),
        MetricConvention(
            "torchmetrics", metric, f"classification.{own}(num_classes=K)(p, y)", {"average": "macro"},
            params={"average": "macro"}, kinds=("multiclass",),
        ),
    ]  # fmt: skip


def _keras(metric: str, call: str, apart: Apart | None = None) -> MetricConvention:
    """What keras defines as we do, but where APART says so."""
    return MetricConvention("keras", metric, call, same=call, apart=apart or {})


def _torchmetrics(metric: str, call: str, apart: Apart | None = None) -> MetricConvention:
    """What torchmetrics defines as we do, but where APART says so."""
    return MetricConvention("torchmetrics", metric, call, same=call, apart=apart or {})


# fmt: off
CONVENTIONS: tuple[MetricConvention, ...] = (
    MetricConvention("sklearn", "accuracy", "metrics.accuracy_score(y, p)", same="metrics.accuracy_score(y, p)"),
    MetricConvention("keras", "accuracy", "keras.metrics.Accuracy()(y, p)", same="keras.metrics.Accuracy()(y, p)"),
    MetricConvention(
        "torchmetrics", "accuracy", "F.accuracy(p, y, task='multiclass', num_classes=K)", {"average": "micro"},
        same="F.accuracy(p, y, task='multiclass', num_classes=K)",
    ),
    MetricConvention(
        "torchmetrics", "accuracy", "classification.MulticlassAccuracy(num_classes=K)(p, y)", {"average": "macro"},
        card="recall", params={"average": "macro"}, kinds=("multiclass",),
        same="classification.MulticlassAccuracy(num_classes=K, average='micro')(p, y)",
    ),
    *_of_counts("precision", "keras.metrics.Precision()(y, p)"),
    *_of_counts("recall", "keras.metrics.Recall()(y, p)"),
    *_of_counts("f1", ""),
    MetricConvention(
        "keras", "f1", "keras.metrics.F1Score()(np.eye(K)[y], np.eye(K)[p])", {"average": None, "threshold": None},
        params={"average": "none"}, kinds=("multiclass",),
        apart={"a label that is nowhere is 0; dlc leaves it out": ("a class nowhere", "one class", "one row")},
    ),
    MetricConvention(
        "keras", "f1", "keras.metrics.F1Score(threshold=0.5)(y[:, None], p[:, None])", {"average": None},
        kinds=("binary",), same="keras.metrics.F1Score(threshold=0.5)(y[:, None], p[:, None])",
    ),
    MetricConvention(
        "sklearn", "matthews_corrcoef", "metrics.matthews_corrcoef(y, p)", same="metrics.matthews_corrcoef(y, p)",
    ),
    MetricConvention(
        "torchmetrics", "matthews_corrcoef", "F.matthews_corrcoef(p, y, task='binary')", kinds=("binary",),
        same="F.matthews_corrcoef(p, y, task='binary')", apart={
            "one class in targets or predictions: not 0, but a small number": (
                "no target is 1", "every target is 1", "1 is never predicted", "1 is always predicted"),
            "one class in both, and right: 1": ("nothing is 1", "everything is 1", "one row"),
        },
    ),
    MetricConvention(
        "torchmetrics", "matthews_corrcoef", "F.matthews_corrcoef(p, y, task='multiclass', num_classes=K)",
        kinds=("multiclass",), same="F.matthews_corrcoef(p, y, task='multiclass', num_classes=K)",
    ),
    MetricConvention(
        "sklearn", "cohen_kappa", "metrics.cohen_kappa_score(y, p)", same="metrics.cohen_kappa_score(y, p)",
    ),
    MetricConvention(
        "torchmetrics", "cohen_kappa", "F.cohen_kappa(p, y, task='multiclass', num_classes=K)",
        same="F.cohen_kappa(p, y, task='multiclass', num_classes=K)",
    ),
    MetricConvention(
        "sklearn", "top_k_accuracy", "metrics.top_k_accuracy_score(y, p, labels=range(K))", {"k": 2},
        same="metrics.top_k_accuracy_score(y, p, labels=range(K))",
    ),
    MetricConvention(
        "keras", "top_k_accuracy", "keras.metrics.SparseTopKCategoricalAccuracy()(y, p)", {"k": 5}, params={"k": 5},
        same="keras.metrics.SparseTopKCategoricalAccuracy(k=2)(y, p)",
        apart={"a score equal to the last of the first k is a hit": ("ties", "all scores equal")},
    ),
    MetricConvention(
        "torchmetrics", "top_k_accuracy", "F.accuracy(p, y, task='multiclass', num_classes=K)", {"top_k": 1},
        params={"k": 1}, same="F.accuracy(p, y, task='multiclass', num_classes=K, top_k=2)",
        apart={"of equal scores any comes first": ("ties", "all scores equal")},
    ),
    MetricConvention(
        "sklearn", "roc_auc", "metrics.roc_auc_score(y, p)", same="metrics.roc_auc_score(y, p)", kinds=("curve",),
    ),
    MetricConvention(
        "torchmetrics", "roc_auc", "F.auroc(p, y, task='binary')", {"thresholds": None}, kinds=("curve",),
        same="F.auroc(p, y, task='binary')", apart={"a label is missing: 0": ("no target is 1", "every target is 1")},
    ),
    MetricConvention(
        "keras", "roc_auc", "keras.metrics.AUC()(y, p)", {"num_thresholds": 200}, card="binned_roc_auc",
        kinds=("curve",),
    ),
    MetricConvention(
        "sklearn", "pr_auc", "metrics.average_precision_score(y, p)", card="average_precision",
        same="metrics.auc(*metrics.precision_recall_curve(y, p)[1::-1])",
        apart={"no row of label 1: 0, the area ½": ("no target is 1",)},
    ),
    MetricConvention(
        "torchmetrics", "pr_auc", "F.average_precision(p, y, task='binary')", {"thresholds": None},
        card="average_precision", apart={"no row of label 1: 0": ("no target is 1",)},
    ),
    MetricConvention(
        "keras", "pr_auc", "keras.metrics.AUC(curve='PR')(y, p)",
        {"num_thresholds": 200, "summation_method": "interpolation"}, card="binned_pr_auc",
    ),
    MetricConvention(
        "sklearn", "log_loss", "metrics.log_loss(y, p, labels=range(K))",
        same="metrics.log_loss(y, p, labels=range(K))",
    ),
    MetricConvention(
        "keras", "log_loss", "keras.metrics.BinaryCrossentropy()(y, p)", params={"epsilon": 1e-7},
    ),
    MetricConvention("sklearn", "r2", "metrics.r2_score(y, p)", {"force_finite": True}, same="metrics.r2_score(y, p)"),
    _keras("r2", "keras.metrics.R2Score()(y[:, None], p[:, None])", {
        "a constant target that is met: nan": ("constant and right",), "one row: 0": ("one row",)}),
    _torchmetrics("r2", "F.r2_score(p, y)"),
    MetricConvention(
        "sklearn", "mape", "metrics.mean_absolute_percentage_error(y, p)",
        same="metrics.mean_absolute_percentage_error(y, p)",
    ),
    MetricConvention(
        "keras", "mape", "keras.metrics.MeanAbsolutePercentageError()(y, p)", params={"epsilon": 1e-7, "scale": 100.0},
    ),
    MetricConvention(
        "torchmetrics", "mape", "F.mean_absolute_percentage_error(p, y)", params={"epsilon": 1.17e-6},
    ),
    MetricConvention(
        "torchmetrics", "smape", "F.symmetric_mean_absolute_percentage_error(p, y)", params={"epsilon": 1.17e-6},
    ),
    _torchmetrics("wmape", "F.weighted_mean_absolute_percentage_error(p, y)"),
    _keras("mse", "keras.metrics.MeanSquaredError()(y, p)"),
    _torchmetrics("mse", "F.mean_squared_error(p, y)"),
    _keras("rmse", "keras.metrics.RootMeanSquaredError()(y, p)"),
    _torchmetrics("rmse", "F.mean_squared_error(p, y, squared=False)"),
    _keras("mae", "keras.metrics.MeanAbsoluteError()(y, p)"),
    _torchmetrics("mae", "F.mean_absolute_error(p, y)"),
    _keras("msle", "keras.metrics.MeanSquaredLogarithmicError()(y, p)", {"a number below 1e-7 counts as 1e-7": (
        "random", "whole", "perfect", "constant target", "constant prediction", "one row")}),
    _torchmetrics("msle", "F.mean_squared_log_error(p, y)"),
    _keras("log_cosh_error", "keras.metrics.LogCoshError()(y, p)"),
    _torchmetrics("log_cosh_error", "F.log_cosh_error(p, y)"),
    _torchmetrics("explained_variance", "F.explained_variance(p, y)"),
    _torchmetrics("nrmse", "F.normalized_root_mean_squared_error(p, y)"),
    _torchmetrics("rse", "F.relative_squared_error(p, y)", {
        "constant target: a great number, or 0": ("constant target", "constant and right", "one row")}),
    _torchmetrics("mean_poisson_deviance", "F.tweedie_deviance_score(p, y, power=1)"),
    _torchmetrics("mean_gamma_deviance", "F.tweedie_deviance_score(p, y, power=2)"),
    _keras("pearson", "keras.metrics.PearsonCorrelation()(y[None], p[None])", {"one row: −inf": ("one row",)}),
    _torchmetrics("pearson", "F.pearson_corrcoef(p, y)"),
    _keras("concordance_correlation", "keras.metrics.ConcordanceCorrelation()(y[None], p[None])", {
        "all numbers are one constant: 0": ("constant and right",)}),
    MetricConvention(
        "torchmetrics", "concordance_correlation", "F.concordance_corrcoef(p, y)",
        other="variances and covariance are over n − 1, not n",
    ),
    _torchmetrics("spearman", "F.spearman_corrcoef(p, y)", {"constant target or prediction: 0": (
        "constant target", "constant prediction", "constant and right", "one row")}),
    _torchmetrics("kendall", "F.kendall_rank_corrcoef(p, y)"),
    _keras("cosine_similarity", "keras.metrics.CosineSimilarity()(y[None], p[None])"),
    _torchmetrics("cosine_similarity", "F.cosine_similarity(p[None], y[None])"),
    _torchmetrics("crps", "regression.continuous_ranked_probability_score(p, y)"),
    _torchmetrics("rand", "clustering.rand_score(p, y)"),
    _torchmetrics("adjusted_rand", "clustering.adjusted_rand_score(p, y)"),
    _torchmetrics("normalized_mutual_info", "clustering.normalized_mutual_info_score(p, y)", {
        "one class and one cluster: 0": ("one of each", "one row")}),
    _torchmetrics("v_measure", "clustering.v_measure_score(p, y)"),
    _torchmetrics("fowlkes_mallows", "clustering.fowlkes_mallows_index(p, y)"),
    _torchmetrics("davies_bouldin", "clustering.davies_bouldin_score(y, p)"),
    _torchmetrics("calinski_harabasz", "clustering.calinski_harabasz_score(y, p)", {
        "all points are their centres: a ratio of rounding errors": ("points that coincide",)}),
    MetricConvention(
        "torchmetrics", "dunn", "clustering.dunn_index(y, p)",
        other="distances between centres, over the greatest distance of a point to its centre",
    ),
    _keras("mean_iou", "keras.metrics.MeanIoU(num_classes=K)(y, p)"),
    _torchmetrics("mean_iou", "segmentation.mean_iou(p[None], y[None], num_classes=K, input_format='index')"),
    MetricConvention(
        "torchmetrics", "dice",
        "segmentation.dice_score(p[None], y[None], num_classes=K, input_format='index')", {"average": "macro"},
        other="the mean over labels",
    ),
    _torchmetrics(
        "generalized_dice",
        "segmentation.generalized_dice_score(p[None], y[None], num_classes=K, input_format='index')",
        {"a label that the target has not: its weight is the label's greatest over the batch": ("nothing there",)},
    ),
    _torchmetrics("expected_calibration_error", "F.calibration_error(p, y, task='binary')"),
)

# Where scikit-learn says something else than our card whose call it is -> cases of tests.
NOTHING_TO_FIND = "labels are all one that is not 1: 0, where binary asks for label 1"
SKLEARN_APART: dict[str, Apart] = {
    **{
        name: {NOTHING_TO_FIND: ("one class", "one row")}
        for name in ("precision", "recall", "f1", "fbeta", "jaccard_index")
    },
    "balanced_accuracy": {"adjusted, with targets of one class: −inf": (
        "one class in targets", "no target is 1", "every target is 1")},
    "average_precision": {"no row of label 1: 0": ("no target is 1",)},
    "pr_auc": {"no row of label 1: ½": ("no target is 1",)},
    "precision_recall_curve": {"no row of label 1: recall is 1": ("no target is 1",)},
    "d2_log_loss": {"targets of one class: some great negative number": ("no target is 1", "every target is 1")},
    "brier_skill": {"targets of one class: −inf, or some great negative number": (
        "no target is 1", "every target is 1")},
    "hinge_loss": {"every target is 1: they count as 0": ("every target is 1, two classes",)},
}
