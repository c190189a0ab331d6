"""Optimizers: the families, and the files that have their entries."""

from dlc.reference.optimizer_family import MODIFIERS, OPTIMIZERS, SCHEDULES, ModifierCard, OptimizerCard, ScheduleCard

__all__ = ["MODIFIERS", "OPTIMIZERS", "SCHEDULES", "ModifierCard", "OptimizerCard", "ScheduleCard"]

OPTIMIZERS.entries_in(
    "optimizers_classic",
    "optimizers_adaptive",
    "optimizers_averaged",
    "optimizers_curvature",
    "optimizers_free",
    "optimizers_gathered",
    "optimizers_hessian",
    "optimizers_layers",
    "optimizers_matrices",
    "optimizers_means",
    "optimizers_moments",
    "optimizers_signs",
)
MODIFIERS.entries_in("modifiers", "modifiers_points")
SCHEDULES.entries_in("schedules", "schedules_phases")
