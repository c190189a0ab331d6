"""Metrics of labels, scores and probabilities in scikit-learn, keras and torchmetrics."""

from dlc.reference.metric_convention import MetricConvention


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


# fmt: off
LABELS: tuple[MetricConvention, ...] = (
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
)
