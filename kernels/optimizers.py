"""Every optimizer, modifier and schedule in lanes form, by name."""

from dlc.kernels import (  # noqa: F401 - each enters its parts
    modifiers,
    modifiers_points,
    optimizers_adaptive,
    optimizers_averaged,
    optimizers_classic,
    optimizers_curvature,
    optimizers_free,
    optimizers_gathered,
    optimizers_hessian,
    optimizers_layers,
    optimizers_matrices,
    optimizers_means,
    optimizers_moments,
    optimizers_signs,
    schedules,
    schedules_phases,
)
from dlc.kernels.parts import MODIFIERS, SCHEDULES, STEPS, Part

__all__ = ["MODIFIERS", "PARTS", "SCHEDULES", "STEPS", "Part"]

PARTS: dict[str, Part] = STEPS | MODIFIERS | SCHEDULES
