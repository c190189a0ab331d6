"""All metrics: importing this enters those of every file."""

from dlc.reference.metric_family import METRICS

__all__ = ["METRICS"]
