"""The data of all tests of metrics: those on which `dlc check` compares kernels with the reference, too."""

from dlc.cli.metric_cases import SEED, cases

__all__ = ["SEED", "cases"]
