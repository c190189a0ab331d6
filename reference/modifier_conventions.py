"""Modifiers of optax and torch in ours: for each one a function with the library's own signature.

It returns our modifier; beside heavy ball at one rate, the chain moves, or is judged, as theirs around theirs. What
keras has of them are arguments of its optimizers: clipnorm, clipvalue, global_clipnorm, weight_decay, use_ema.
"""

from functools import partial

from dlc.reference.chain import Link
from dlc.reference.optimizer_convention import Offer, link, offered

MODIFIER_OFFERS: list[Offer] = []

# Each reads as an entry of a table.
# fmt: off

entry = partial(offered, among=MODIFIER_OFFERS)


@entry("optax.clip", "clip_value", {"max_delta": 0.3}, required={"max_delta": 1.0})
def optax_clip(max_delta: float = 1.0) -> list[Link]:
    """Coordinate by coordinate; not by the norm."""
    return [link("clip_value", bound=max_delta)]


@entry("optax.clip_by_global_norm", "clip", {"max_norm": 3.0}, required={"max_norm": 1.0})
def optax_clip_by_global_norm(max_norm: float = 1.0) -> list[Link]:
    """By the norm of all tensors."""
    return [link("clip", max_norm=max_norm)]


@entry("optax.clip_by_block_rms", "clip_rms", {"threshold": 2.0}, required={"threshold": 1.0})
def optax_clip_by_block_rms(threshold: float = 1.0) -> list[Link]:
    """By the root mean square of each tensor."""
    return [link("clip_rms", threshold=threshold)]


@entry("optax.adaptive_grad_clip", "adaptive_clip", {"clipping": 0.5, "eps": 0.8}, required={"clipping": 0.01})
def optax_adaptive_grad_clip(clipping: float = 0.01, eps: float = 1e-3) -> list[Link]:
    """By the norm of the weights."""
    return [link("adaptive_clip", clipping=clipping, eps=eps)]


@entry("optax.centralize", "centralize")
def optax_centralize() -> list[Link]:
    """Rows of mean 0."""
    return [link("centralize")]


@entry("optax.contrib.normalize", "normalize", note="0/0 where there is no gradient; ours stays there")
def optax_normalize() -> list[Link]:
    """Only the direction."""
    return [link("normalize", eps=0)]


@entry("optax.add_decayed_weights", "l2", {"weight_decay": 0.1})
def optax_add_decayed_weights(weight_decay: float = 0.0) -> list[Link]:
    """Before the optimizer; optax.adamw has it behind the moments, which is decay."""
    return [link("l2", weight_decay=weight_decay)]


@entry("optax.keep_params_nonnegative", "nonnegative")
def optax_keep_params_nonnegative() -> list[Link]:
    """Last in the chain."""
    return [link("nonnegative")]


@entry(
    "optax.lookahead", "lookahead", {"sync_period": 3, "slow_step_size": 0.8},
    required={"sync_period": 5, "slow_step_size": 0.5},
)
def optax_lookahead(sync_period: int = 5, slow_step_size: float = 0.5) -> list[Link]:
    """Its fast parameters are our x."""
    return [link("lookahead", period=sync_period, alpha=slow_step_size)]


@entry("optax.contrib.sam", "sam", note="with an adversary of normalised gradients and a rate of 0.05")
def optax_sam(sync_period: int = 2) -> list[Link]:
    """Two gradients a step."""
    if sync_period != 2:
        raise ValueError("sync_period is 2 here")
    return [link("sam", radius=0.05)]


@entry(
    "optax.MultiSteps", "accumulate", {"every_k_schedule": 3}, required={"every_k_schedule": 4},
    note="adds up in float32, whatever the gradients, unless accumulator_dtype says otherwise",
)
def optax_multi_steps(every_k_schedule: int = 4, use_grad_mean: bool = True) -> list[Link]:
    """A step after several gradients."""
    if not use_grad_mean:
        raise ValueError("use_grad_mean is true here")
    return [link("accumulate", count=every_k_schedule)]


@entry(
    "optax.contrib.schedule_free", "schedule_free", {"b1": 0.5, "weight_lr_power": 0.0},
    required={"learning_rate": 0.1},
)
def optax_schedule_free(b1: float = 0.9, weight_lr_power: float = 2.0) -> list[Link]:
    """Around any optimizer of the same rate."""
    return [link("schedule_free", beta=b1, power=weight_lr_power)]


@entry(
    "optax.contrib.reduce_on_plateau", "reduce_on_plateau", {"factor": 0.5, "patience": 3, "rtol": 0.01},
    {"factor": 0.5, "patience": 2, "cooldown": 4, "min_scale": 0.2},
)
def optax_reduce_on_plateau(
    factor: float = 0.1, patience: int = 10, rtol: float = 1e-4, cooldown: int = 0, min_scale: float = 0.0,
) -> list[Link]:
    """By the losses that it is given."""
    knobs = {"factor": factor, "patience": patience, "rtol": rtol, "cooldown": cooldown, "least": min_scale}
    return [link("reduce_on_plateau", **knobs)]


@entry(
    "torch.nn.utils.clip_grad_norm_", "clip", {"max_norm": 3.0}, required={"max_norm": 1.0},
    note="1e-6 is added to the norm",
)
def torch_clip_grad_norm(max_norm: float = 1.0) -> list[Link]:
    """By the norm of all tensors."""
    return [link("clip", max_norm=max_norm, eps=1e-6)]


@entry("torch.nn.utils.clip_grad_value_", "clip_value", {"clip_value": 0.3}, required={"clip_value": 1.0})
def torch_clip_grad_value(clip_value: float = 1.0) -> list[Link]:
    """Coordinate by coordinate."""
    return [link("clip_value", bound=clip_value)]


@entry("torch.optim.swa_utils.get_ema_avg_fn", "ema", {"decay": 0.9}, note="AveragedModel, updated after each step")
def torch_ema(decay: float = 0.999) -> list[Link]:
    """The average is judged."""
    return [link("ema", beta=decay)]


@entry("torch.optim.swa_utils.get_swa_avg_fn", "average", note="AveragedModel, updated after each step")
def torch_swa() -> list[Link]:
    """The average is judged."""
    return [link("average")]
