"""Metrics of numbers, rankings, clusters and masks in scikit-learn, keras and torchmetrics."""

from collections.abc import Mapping
from typing import Any

from dlc.reference.metric_convention import Apart, MetricConvention, keras, torchmetrics
from dlc.reference.metrics import METRICS

ANY_ORDER = "of equal scores any comes first"
MISSED: Apart = {
    "a relevant item whose score is not above 0 is missed": (
        "random", "ties", "relevant or not", "relevant or not, ties", "nothing relevant in some rows"),
    ANY_ORDER: ("all scores equal",),
}  # fmt: skip


def retrieval(
    metric: str, name: str, params: Mapping[str, Any] | None = None, apart: Apart | None = None
) -> MetricConvention:
    """A metric of torchmetrics.retrieval, where all items are ranked by default."""
    told = f"top_k={METRICS[metric].knobs['k']}" if params else ""
    relevant = "y.ravel()" if metric == "ndcg" else "y.ravel() > 0"
    call, same = (f"retrieval.{name}({text})(p.ravel(), {relevant}, rows)" for text in ("", told))
    return MetricConvention(
        "torchmetrics", metric, call, {"top_k": None} if params else {}, params=params or {}, same=same,
        apart=apart or {},
    )  # fmt: skip


# fmt: off
NUMBERS: tuple[MetricConvention, ...] = (
    MetricConvention("sklearn", "r2", "metrics.r2_score(y, p)", {"force_finite": True}, same="metrics.r2_score(y, p)"),
    keras("r2", "keras.metrics.R2Score()(y[:, None], p[:, None])", {
        "a constant target that is met: nan": ("constant and right",), "one row: 0": ("one row",)}),
    torchmetrics("r2", "F.r2_score(p, y)"),
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
    torchmetrics("wmape", "F.weighted_mean_absolute_percentage_error(p, y)"),
    keras("mse", "keras.metrics.MeanSquaredError()(y, p)"),
    torchmetrics("mse", "F.mean_squared_error(p, y)"),
    keras("rmse", "keras.metrics.RootMeanSquaredError()(y, p)"),
    torchmetrics("rmse", "F.mean_squared_error(p, y, squared=False)"),
    keras("mae", "keras.metrics.MeanAbsoluteError()(y, p)"),
    torchmetrics("mae", "F.mean_absolute_error(p, y)"),
    keras("msle", "keras.metrics.MeanSquaredLogarithmicError()(y, p)", {"a number below 1e-7 counts as 1e-7": (
        "random", "whole", "perfect", "constant target", "constant prediction", "one row")}),
    torchmetrics("msle", "F.mean_squared_log_error(p, y)"),
    keras("log_cosh_error", "keras.metrics.LogCoshError()(y, p)"),
    torchmetrics("log_cosh_error", "F.log_cosh_error(p, y)"),
    torchmetrics("explained_variance", "F.explained_variance(p, y)"),
    torchmetrics("nrmse", "F.normalized_root_mean_squared_error(p, y)"),
    torchmetrics("rse", "F.relative_squared_error(p, y)", {
        "constant target: a great number, or 0": ("constant target", "constant and right", "one row")}),
    torchmetrics("mean_poisson_deviance", "F.tweedie_deviance_score(p, y, power=1)"),
    torchmetrics("mean_gamma_deviance", "F.tweedie_deviance_score(p, y, power=2)"),
    keras("pearson", "keras.metrics.PearsonCorrelation()(y[None], p[None])", {"one row: −inf": ("one row",)}),
    torchmetrics("pearson", "F.pearson_corrcoef(p, y)"),
    keras("concordance_correlation", "keras.metrics.ConcordanceCorrelation()(y[None], p[None])", {
        "all numbers are one constant: 0": ("constant and right",)}),
    MetricConvention(
        "torchmetrics", "concordance_correlation", "F.concordance_corrcoef(p, y)",
        other="variances and covariance are over n − 1, not n",
    ),
    torchmetrics("spearman", "F.spearman_corrcoef(p, y)", {"constant target or prediction: 0": (
        "constant target", "constant prediction", "constant and right", "one row")}),
    torchmetrics("kendall", "F.kendall_rank_corrcoef(p, y)"),
    keras("cosine_similarity", "keras.metrics.CosineSimilarity()(y[None], p[None])"),
    torchmetrics("cosine_similarity", "F.cosine_similarity(p[None], y[None])"),
    retrieval("ndcg", "RetrievalNormalizedDCG"),
    retrieval("reciprocal_rank", "RetrievalMRR", apart={ANY_ORDER: ("relevant or not, ties", "all scores equal")}),
    retrieval("mean_average_precision", "RetrievalMAP", apart=MISSED),
    retrieval("r_precision", "RetrievalRPrecision", apart={
        ANY_ORDER: ("ties", "relevant or not, ties", "all scores equal")}),
    retrieval("precision_at_k", "RetrievalPrecision", {"k": 0}, MISSED),
    retrieval("recall_at_k", "RetrievalRecall", {"k": 0}, MISSED),
    retrieval("hit_rate_at_k", "RetrievalHitRate", {"k": 0}, {ANY_ORDER: ("relevant or not, ties",)}),
    retrieval("fall_out_at_k", "RetrievalFallOut", {"k": 0}, {
        "a row without an irrelevant item: 1": (
            "random", "ties", "perfect", "nothing relevant in some rows", "all scores equal"),
        ANY_ORDER: ("relevant or not, ties",),
    }),
    torchmetrics("crps", "regression.continuous_ranked_probability_score(p, y)"),
    torchmetrics("rand", "clustering.rand_score(p, y)"),
    torchmetrics("adjusted_rand", "clustering.adjusted_rand_score(p, y)"),
    torchmetrics("normalized_mutual_info", "clustering.normalized_mutual_info_score(p, y)", {
        "one class and one cluster: 0": ("one of each", "one row")}),
    torchmetrics("v_measure", "clustering.v_measure_score(p, y)"),
    torchmetrics("fowlkes_mallows", "clustering.fowlkes_mallows_index(p, y)"),
    torchmetrics("davies_bouldin", "clustering.davies_bouldin_score(y, p)"),
    torchmetrics("calinski_harabasz", "clustering.calinski_harabasz_score(y, p)", {
        "all points are their centres: a ratio of rounding errors": ("points that coincide",)}),
    MetricConvention(
        "torchmetrics", "dunn", "clustering.dunn_index(y, p)",
        other="distances between centres, over the greatest distance of a point to its centre",
    ),
    keras("mean_iou", "keras.metrics.MeanIoU(num_classes=K)(y, p)"),
    torchmetrics("mean_iou", "segmentation.mean_iou(p[None], y[None], num_classes=K, input_format='index')"),
    MetricConvention(
        "torchmetrics", "dice",
        "segmentation.dice_score(p[None], y[None], num_classes=K, input_format='index')", {"average": "macro"},
        other="the mean over labels",
    ),
    torchmetrics(
        "generalized_dice",
        "segmentation.generalized_dice_score(p[None], y[None], num_classes=K, input_format='index')",
        {"a label that the target has not: its weight is the label's greatest over the batch": ("nothing there",)},
    ),
    torchmetrics("expected_calibration_error", "F.calibration_error(p, y, task='binary')"),
)
