"""All metrics: the family, and the files of its entries.

The kernels of each file are in the file of the same name in dlc.kernels.
"""

from dlc.reference.metric_family import METRICS, MetricCard

__all__ = ["METRICS", "MetricCard"]

METRICS.entries_in(
    "metrics_labels", "metrics_rates", "metrics_agreement", "metrics_curves", "metrics_probability",
    "metrics_calibration", "metrics_regression", "metrics_skill", "metrics_ensemble", "metrics_ranking",
    "metrics_clustering", "metrics_points", "metrics_segmentation", "metrics_thresholds",
)  # fmt: skip
