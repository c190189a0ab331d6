"""All objectives, class by class: the family, and the files of its entries.

The kernels of each file are in the file of the same name in dlc.kernels.
"""

from dlc.reference.objective_family import CLASSES, OBJECTIVES, ObjectiveCard

__all__ = ["CLASSES", "OBJECTIVES", "ObjectiveCard"]

OBJECTIVES.entries_in(
    "objectives_error", "objectives_fitness", "objectives_reward", "objectives_efficiency", "objectives_stability",
    "objectives_wiring",
)  # fmt: skip
