"""Optimizers: the families, and the files that have their entries."""

from dlc.reference.optimizer_family import MODIFIERS, OPTIMIZERS, SCHEDULES, ModifierCard, OptimizerCard, ScheduleCard

__all__ = ["MODIFIERS", "OPTIMIZERS", "SCHEDULES", "ModifierCard", "OptimizerCard", "ScheduleCard"]

OPTIMIZERS.entries_in(
    "optimizers_classic",
    "optimizers_adaptive",
    "optimizers_signs",
    "optimizers_layers",
    "optimizers_matrices",
    "optimizers_free",
    "optimizers_averaged",
    "optimizers_moments",
    "optimizers_curvature",
)
MODIFIERS.entries_in("modifiers")
SCHEDULES.entries_in("schedules")
