"""All objectives, class by class.

The kernels of each file here are in the file of the same name in dlc.kernels.
"""

# The order of these imports is the order of the entries.
from dlc.reference import (  # isort: skip
    objectives_error,
    objectives_fitness,
    objectives_reward,
    objectives_efficiency,
    objectives_stability,
    objectives_wiring,
)
from dlc.reference.objective_family import CLASSES, OBJECTIVES, ObjectiveCard

__all__ = [
    "CLASSES", "OBJECTIVES", "ObjectiveCard",
    "objectives_efficiency", "objectives_error", "objectives_fitness",
    "objectives_reward", "objectives_stability", "objectives_wiring",
]  # fmt: skip
