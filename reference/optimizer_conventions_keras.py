"""keras's optimizers in parts of ours: what its code does in float64, as on its jax backend.

keras 3.15 itself computes some numbers (the larger of two, norms) in float32 whatever floatx is. And on its torch
backend ScheduleFreeAdamW takes the momentum after a step for that before it, and walks elsewhere.
"""

import inspect
from typing import Any

from dlc.reference.chain import Link
from dlc.reference.optimizer_convention import Arguments, Build, link, offered, when

# Of each optimizer: its arguments but those that say how it computes or is called (loss_scale_factor, name), and but
# ema_overwrite_frequency, with which x becomes the mean now and then.
# fmt: off


def shared(
    weight_decay: float | None = None, clipnorm: float | None = None, clipvalue: float | None = None,
    global_clipnorm: float | None = None, use_ema: bool = False, ema_momentum: float = 0.99,
    gradient_accumulation_steps: int | None = None,
) -> list[Link]:
    """What every optimizer of keras has; its decay of the weights is decoupled from gradients in all of them.

    With use_ema a model ends at the mean. Raises ValueError where that would be taken at every gradient of a step.
    """
    if use_ema and gradient_accumulation_steps:
        raise ValueError("use_ema with gradient_accumulation_steps is not in our parts")
    return [
        *when(gradient_accumulation_steps, link("accumulate", count=gradient_accumulation_steps or 1)),
        *when(clipnorm, link("clip_tensor", max_norm=clipnorm or 1)),
        *when(clipvalue, link("clip_value", bound=clipvalue or 1)),
        *when(global_clipnorm, link("clip", max_norm=global_clipnorm or 1)),
        *when(weight_decay, link("decay", weight_decay=weight_decay or 0)),
        *when(use_ema, link("ema", beta=ema_momentum)),
    ]


def entered(name: str, card: str, *cases: Arguments, note: str = "") -> Any:
    """An optimizer of keras, whose own arguments those that all of them have are added to."""

    def enter(build: Build) -> Build:
        own = inspect.signature(build).parameters
        added = {name: each for name, each in inspect.signature(shared).parameters.items() if name not in own}

        def complete(**arguments: Any) -> list[Link]:
            of_all = {key: arguments.pop(key) for key in added if key in arguments}
            return [*shared(**of_all), *build(**arguments)]

        complete.__signature__ = inspect.Signature([*own.values(), *added.values()])  # type: ignore[attr-defined]
        complete.__doc__ = build.__doc__
        offered(f"keras.optimizers.{name}", card, {"weight_decay": 0.1}, *cases, note=note)(complete)
        return build

    return enter


def betas(beta_1: float, beta_2: float, epsilon: float) -> dict[str, float]:
    """The knobs of Adam and its kin."""
    return {"beta1": beta_1, "beta2": beta_2, "eps": epsilon}


@entered(
    "SGD", "gd", {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    {"nesterov": True, "global_clipnorm": 2.0}, {"clipnorm": 2.0}, {"clipvalue": 0.5},
    {"use_ema": True, "weight_decay": 0.1}, {"momentum": 0.9, "use_ema": True, "ema_momentum": 0.5},
)
def sgd(learning_rate: float = 0.01, momentum: float = 0.0, nesterov: bool = False) -> list[Link]:
    """Gradient descent, with momentum that keeps moves."""
    if not momentum:
        return [link("gd", lr=learning_rate)]
    return [link("nesterov_of_moves" if nesterov else "momentum_of_moves", lr=learning_rate, beta=momentum)]


@entered(
    "RMSprop", "rmsprop", {"momentum": 0.9}, {"centered": True},
    {"centered": True, "momentum": 0.8, "rho": 0.95, "epsilon": 1e-3, "learning_rate": 0.01},
)
def rmsprop(
    learning_rate: float = 0.001, rho: float = 0.9, momentum: float = 0.0, epsilon: float = 1e-7,
    centered: bool = False,
) -> list[Link]:
    """RMSprop with ε under the root, and momentum that keeps moves."""
    knobs = {"alpha": rho, "eps": 0.0, "eps_root": epsilon, "beta": momentum, "centered": float(centered)}
    return [link("rmsprop_general", lr=learning_rate, **knobs)]


@entered(
    "Adam", "adam", {"amsgrad": True}, {"clipnorm": 1.0, "weight_decay": 0.1, "use_ema": True},
    {"gradient_accumulation_steps": 3, "clipvalue": 0.5, "weight_decay": 0.1},
    {"amsgrad": True, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.1},
)
def adam(
    learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7,
    amsgrad: bool = False,
) -> list[Link]:
    """Adam with ε beside a root that has its bias."""
    rule = "amsgrad_eps_hat" if amsgrad else "adam_eps_hat"
    return [link(rule, lr=learning_rate, **betas(beta_1, beta_2, epsilon))]


@entered(
    "AdamW", "adamw", {"amsgrad": True},
    {"weight_decay": 0.3, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.1},
)
def adamw(
    learning_rate: float = 0.001, weight_decay: float = 0.004, beta_1: float = 0.9, beta_2: float = 0.999,
    epsilon: float = 1e-7, amsgrad: bool = False,
) -> list[Link]:
    """keras's Adam whose decay has a default."""
    return [*shared(weight_decay), *adam(learning_rate, beta_1, beta_2, epsilon, amsgrad)]


@entered("Adadelta", "adadelta", {"rho": 0.9, "epsilon": 1e-3, "learning_rate": 1.0})
def adadelta(learning_rate: float = 0.001, rho: float = 0.95, epsilon: float = 1e-7) -> list[Link]:
    """Adadelta, by default at a thousandth of the paper's rate."""
    return [link("adadelta", lr=learning_rate, rho=rho, eps=epsilon)]


@entered("Adagrad", "adagrad", {"initial_accumulator_value": 0.5, "epsilon": 1e-3, "learning_rate": 0.1})
def adagrad(
    learning_rate: float = 0.001, initial_accumulator_value: float = 0.1, epsilon: float = 1e-7
) -> list[Link]:
    """Adagrad with ε under the root, and a sum that does not begin at 0."""
    return [link("adagrad_eps_inside", lr=learning_rate, eps=epsilon, initial=initial_accumulator_value)]


@entered("Adamax", "adamax", {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.1})
def adamax(
    learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7
) -> list[Link]:
    """Adamax whose ε is not kept with the largest gradient."""
    return [link("adamax_eps_outside", lr=learning_rate, **betas(beta_1, beta_2, epsilon))]


@entered(
    "Adafactor", "adafactor", {"relative_step": False}, {"beta_2_decay": -0.5, "learning_rate": 0.5},
    {"epsilon_1": 1e-3, "epsilon_2": 0.5, "clip_threshold": 0.7, "learning_rate": 0.1},
    note="relative_step changes nothing: the rate is at most 1/√t with it and without it",
)
def adafactor(
    learning_rate: float = 0.001, beta_2_decay: float = -0.8, epsilon_1: float = 1e-30, epsilon_2: float = 1e-3,
    clip_threshold: float = 1.0, relative_step: bool = True,
) -> list[Link]:
    """The paper's Adafactor."""
    knobs = {"power": -beta_2_decay, "eps1": epsilon_1, "eps2": epsilon_2, "threshold": clip_threshold}
    return [link("adafactor", lr=learning_rate, **knobs)]


@entered("Nadam", "nadam", {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.1})
def nadam(
    learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7
) -> list[Link]:
    """Nadam whose momentum warms up 250 times as fast as in the paper."""
    return [link("nadam", lr=learning_rate, **betas(beta_1, beta_2, epsilon), momentum_decay=1.0)]


@entered(
    "Ftrl", "ftrl", {"l1_regularization_strength": 0.5, "l2_regularization_strength": 0.1, "learning_rate": 0.1},
    {"learning_rate_power": -0.7, "initial_accumulator_value": 0.5, "learning_rate": 0.1},
    {"l2_shrinkage_regularization_strength": 0.1, "beta": 0.3, "learning_rate": 0.1},
)
def ftrl(
    learning_rate: float = 0.001, learning_rate_power: float = -0.5, initial_accumulator_value: float = 0.1,
    l1_regularization_strength: float = 0.0, l2_regularization_strength: float = 0.0,
    l2_shrinkage_regularization_strength: float = 0.0, beta: float = 0.0,
) -> list[Link]:
    """Follow the regularised leader."""
    return [
        link(
            "ftrl", lr=learning_rate, power=-learning_rate_power, initial=initial_accumulator_value, beta=beta,
            l1=l1_regularization_strength, l2=l2_regularization_strength,
            shrinkage=l2_shrinkage_regularization_strength,
        )
    ]


@entered("Lion", "lion", {"beta_1": 0.8, "beta_2": 0.95, "learning_rate": 0.1})
def lion(learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.99) -> list[Link]:
    """Lion."""
    return [link("lion", lr=learning_rate, beta1=beta_1, beta2=beta_2)]


@entered(
    "Lamb", "lamb", {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.1},
    note="its decay is that of all of keras, and no part of the step whose length is set",
)
def lamb(
    learning_rate: float = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7
) -> list[Link]:
    """LAMB without decay in its step."""
    return [link("lamb", lr=learning_rate, **betas(beta_1, beta_2, epsilon))]


@entered(
    "Muon", "muon", {"nesterov": False, "adam_weight_decay": 0.2}, {"rms_rate": None, "adam_lr_ratio": 0.1},
    {"muon_a": 2.0, "muon_b": -1.5, "muon_c": 0.5, "ns_steps": 3, "momentum": 0.8, "learning_rate": 0.1},
    {"adam_beta_1": 0.8, "adam_beta_2": 0.95, "epsilon": 1e-3, "rms_rate": 1.0, "learning_rate": 0.1},
    note="exclude_layers and exclude_embeddings go by the names of layers, which are not known here",
)
def muon(
    learning_rate: float = 0.001, adam_beta_1: float = 0.9, adam_beta_2: float = 0.999,
    adam_weight_decay: float = 0.004, epsilon: float = 1e-7, weight_decay: float = 0.004, muon_a: float = 3.4445,
    muon_b: float = -4.775, muon_c: float = 2.0315, adam_lr_ratio: float = 1, momentum: float = 0.95,
    ns_steps: int = 5, nesterov: bool = True, rms_rate: float | None = 0.2,
) -> list[Link]:
    """Muon whose momentum is a sum; as each matrix is scaled to length 1, only ε sees that it is no mean."""
    return [
        link(
            "muon", lr=learning_rate, momentum=momentum, nesterov=float(nesterov), a=muon_a, b=muon_b, c=muon_c,
            iterations=ns_steps, eps=1e-7 * (1 - momentum), floor=0.0, tall=0.0, rms_rate=rms_rate or 0.0,
            weight_decay=weight_decay, vector_rate=adam_lr_ratio, beta1=adam_beta_1, beta2=adam_beta_2,
            vector_eps=epsilon, vector_decay=adam_weight_decay,
        )
    ]


@entered(
    "ScheduleFreeAdamW", "schedule_free_adamw", {"warmup_steps": 7},
    {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.1},
)
def schedule_free_adamw(
    learning_rate: float = 0.0025, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8,
    warmup_steps: int = 0,
) -> list[Link]:
    """Schedule-Free AdamW whose mean counts all points alike."""
    knobs = {"beta": beta_1, "beta2": beta_2, "eps": epsilon, "weight_power": 0.0, "warmup": warmup_steps}
    return [link("schedule_free_adamw", lr=learning_rate, **knobs)]
