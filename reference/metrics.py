"""All metrics: importing this enters those of every file.

The kernels of each file here are in the file of the same name in dlc.kernels.
"""

# The order of these imports is the order of the entries.
from dlc.reference import metrics_labels, metrics_rates, metrics_agreement  # isort: skip
from dlc.reference import metrics_curves, metrics_probability, metrics_calibration  # isort: skip
from dlc.reference import metrics_regression, metrics_skill, metrics_ensemble, metrics_ranking  # isort: skip
from dlc.reference import metrics_clustering, metrics_points, metrics_segmentation, metrics_thresholds  # isort: skip
from dlc.reference.metric_family import METRICS, MetricCard

__all__ = [
    "METRICS",
    "MetricCard",
    "metrics_agreement",
    "metrics_calibration",
    "metrics_clustering",
    "metrics_curves",
    "metrics_ensemble",
    "metrics_labels",
    "metrics_points",
    "metrics_probability",
    "metrics_ranking",
    "metrics_rates",
    "metrics_regression",
    "metrics_segmentation",
    "metrics_skill",
    "metrics_thresholds",
]
