"""All problems: the family, and the files of its entries.

The kernels of each file are in the file of the same name in dlc.kernels; those on data are in dlc.kernels.networks.
"""

from dlc.reference.problem_family import (
    PROBLEMS,
    Point,
    ProblemCard,
    Rows,
    WrongDimensionError,
    mean,
    point_text,
)  # fmt: skip

__all__ = ["PROBLEMS", "Point", "ProblemCard", "Rows", "WrongDimensionError", "mean", "point_text"]

PROBLEMS.entries_in(
    "problems_bowls", "problems_valleys", "problems_basins", "problems_saddles", "problems_noisy", "problems_deep",
    "problems_networks",
)  # fmt: skip
