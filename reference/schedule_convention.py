"""How a library's schedule is entered: a function with the library's own signature, for each one.

It returns gradient descent at the schedule's greatest, or its only, learning rate, with our schedule of it: that
chain's rate in step t is the library's after t − 1 steps. `lr` is that of the optimizer, which a scheduler of torch is
given.
"""

from collections.abc import Mapping
from functools import partial

from dlc.reference.chain import Link
from dlc.reference.optimizer_convention import Offer, link, offered

SCHEDULE_OFFERS: list[Offer] = []

TORCH, KERAS, OPTAX = "torch.optim.lr_scheduler", "keras.optimizers.schedules", "optax.schedules"

# What has no rate of its own that could be one of our schedules, and why.
EXCLUDED = {
    f"{TORCH}.LambdaLR": "any function",
    f"{TORCH}.MultiplicativeLR": "any function",
    f"{TORCH}.SequentialLR": "other schedulers, one after another",
    f"{TORCH}.ChainedScheduler": "the product of other schedulers",
    f"{TORCH}.ReduceLROnPlateau": "looks at the loss: our modifier reduce_on_plateau",
    f"{TORCH}.LRScheduler": "the base class",
    f"{KERAS}.LearningRateSchedule": "the base class",
    f"{KERAS}.deserialize": "no schedule",
    f"{KERAS}.serialize": "no schedule",
    f"{OPTAX}.join_schedules": "other schedules, one after another",
    f"{OPTAX}.sgdr_schedule": "any list of cosines with warm-ups; cosine_restarts has those that follow one rule",
    f"{OPTAX}.piecewise_interpolate_schedule": "any list of corners; onecycle has up to three",
    f"{OPTAX}.inject_hyperparams": "no schedule, but a way to use one",
    f"{OPTAX}.inject_stateful_hyperparams": "no schedule, but a way to use one",
}

entry = partial(offered, among=SCHEDULE_OFFERS)


def rated(lr: float, schedule: str, **knobs: float) -> list[Link]:
    """Gradient descent at a rate, under a schedule."""
    return [link("gd", lr=lr), link(schedule, **knobs)]


def drops(rate: float, scales: Mapping[int, float]) -> list[Link]:
    """A rate that is multiplied by a scale from each step on."""
    if not scales:
        return rated(rate, "constant")
    if len(scales) > 2:
        raise ValueError("at most two drops are offered here")
    (first, scale), *more = sorted(scales.items())
    last, scale_again = more[0] if more else (first, 1)
    third = scale * scale_again
    return rated(rate, "piecewise", first=1, second=scale, third=third, begin_second=first, begin_third=last)
