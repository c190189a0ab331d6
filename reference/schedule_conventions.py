"""Every library's schedules in ours."""

from importlib import import_module

from dlc.reference.schedule_convention import EXCLUDED, KERAS, OPTAX, SCHEDULE_OFFERS, TORCH

__all__ = ["EXCLUDED", "KERAS", "OPTAX", "SCHEDULE_OFFERS", "TORCH"]

for _library in ("torch", "keras", "optax"):
    import_module(f"dlc.reference.schedule_conventions_{_library}")
