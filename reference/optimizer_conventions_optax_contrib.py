"""optax.contrib's optimizers in parts of ours."""

from typing import Any

from dlc.reference.chain import Link
from dlc.reference.optimizer_convention import Arguments, link, offered, when
from dlc.reference.optimizer_conventions_optax import RATE, decayed

Betas = tuple[float, float]


def entered(name: str, card: str, *cases: Arguments, note: str = "", required: Arguments | None = None) -> Any:
    """An optimizer of optax.contrib."""
    return offered(f"optax.contrib.{name}", card, *cases, note=note, required=required)


def l2(weight_decay: float | None) -> list[Link]:
    """Weight decay through the gradient."""
    return when(weight_decay, link("l2", weight_decay=weight_decay or 0.0))


@entered("acprop", "acprop", {"weight_decay": 0.1}, {"b1": 0.8, "b2": 0.95, "eps": 1e-6, "eps_root": 1e-4},
         required=RATE)  # fmt: skip
def acprop(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-16, eps_root: float = 1e-16,
    weight_decay: float = 0.0,
) -> list[Link]:  # fmt: skip
    """ACProp with AdamW's weight decay."""
    knobs = {"beta1": b1, "beta2": b2, "eps": eps, "eps_root": eps_root}
    return [*decayed(learning_rate, weight_decay), link("acprop", lr=learning_rate, **knobs)]


@entered(
    "ademamix", "ademamix", {"weight_decay": 0.1},
    {"b1": 0.8, "b2": 0.95, "b3": 0.99, "alpha": 2.0, "eps": 1e-3, "eps_root": 1e-3}, required=RATE,
)  # fmt: skip
def ademamix(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, b3: float = 0.9999, alpha: float = 5.0,
    eps: float = 1e-8, eps_root: float = 0.0, weight_decay: float = 0.0,
) -> list[Link]:  # fmt: skip
    """AdEMAMix with AdamW's weight decay; numbers in place of optax's schedules of b3 and alpha."""
    knobs = {"beta1": b1, "beta2": b2, "beta3": b3, "alpha": alpha, "eps": eps, "eps_root": eps_root}
    return [*decayed(learning_rate, weight_decay), link("ademamix", lr=learning_rate, **knobs)]


@entered(
    "simplified_ademamix", "simplified_ademamix", {"weight_decay": 0.1},
    {"b1": 0.8, "b2": 0.9, "alpha": 2.0, "eps": 1e-3, "eps_root": 1e-3}, required=RATE,
)  # fmt: skip
def simplified_ademamix(
    learning_rate: float = 1e-3, b1: float = 0.99, b2: float = 0.95, alpha: float = 0.0, eps: float = 1e-8,
    eps_root: float = 0.0, weight_decay: float = 0.0,
) -> list[Link]:  # fmt: skip
    """AdEMAMix with one sum of gradients, with AdamW's weight decay."""
    knobs = {"beta1": b1, "beta2": b2, "alpha": alpha, "eps": eps, "eps_root": eps_root}
    return [*decayed(learning_rate, weight_decay), link("simplified_ademamix", lr=learning_rate, **knobs)]


@entered(
    "adopt", "adopt", {"nesterov": True}, {"use_clipping": False}, {"b1": 0.8, "b2": 0.95, "eps": 0.1}, required=RATE,
)  # fmt: skip
def adopt(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.9999, eps: float = 1e-6, nesterov: bool = False,
    use_clipping: bool = True,
) -> list[Link]:  # fmt: skip
    """ADOPT, clipped at the fourth root of the step before."""
    switches = {"nesterov": float(nesterov), "clipping": float(use_clipping)}
    return [link("adopt", lr=learning_rate, beta1=b1, beta2=b2, eps=eps, **switches)]


@entered("cocob", "cocob", {"learning_rate": 0.1}, {"alpha": 10.0, "eps": 1.0}, {"weight_decay": 0.1})
def cocob(learning_rate: float = 1.0, alpha: float = 100.0, eps: float = 1e-8, weight_decay: float = 0.0) -> list[Link]:
    """COCOB with L2 in the gradient."""
    return [*l2(weight_decay), link("cocob", lr=learning_rate, alpha=alpha, eps=eps)]


@entered(
    "dadapt_adamw", "dadapt_adamw", {"weight_decay": 0.1}, {"learning_rate": 0.1, "estim_lr0": 1e-2},
    {"betas": (0.8, 0.95), "eps": 1e-3, "estim_lr0": 1e-3},
)  # fmt: skip
def dadapt_adamw(
    learning_rate: float = 1.0, betas: Betas = (0.9, 0.999), eps: float = 1e-8, estim_lr0: float = 1e-6,
    weight_decay: float = 0.0,
) -> list[Link]:  # fmt: skip
    """AdamW by D-Adaptation."""
    knobs = {"beta1": betas[0], "beta2": betas[1], "eps": eps, "initial": estim_lr0, "weight_decay": weight_decay}
    return [link("dadapt_adamw", lr=learning_rate, **knobs)]


@entered(
    "dog", "dog", {"learning_rate": 0.5, "eps": 0.1}, {"weight_decay": 0.1}, {"init_step": ("distance", 0.1)},
    {"init_step": ("learning_rate", 0.01)}, {"init_step": ("heuristic", 0.1)},
)  # fmt: skip
def dog(
    learning_rate: float = 1.0, init_step: tuple[str, float] = ("heuristic", 1e-6), eps: float = 1e-8,
    weight_decay: float | None = None,
) -> list[Link]:  # fmt: skip
    """DoG with L2 in the gradient."""
    names = {"distance": "distance", "heuristic": "relative", "learning_rate": "first_rate"}
    kind, value = init_step
    return [*l2(weight_decay), link("dog", lr=learning_rate, eps=eps, **{"relative": 0.0, names[kind]: value})]


@entered(
    "dowg", "dowg", {"learning_rate": 0.5, "eps": 0.1}, {"weight_decay": 0.1}, {"init_estim_sq_dist": 1.0},
)  # fmt: skip
def dowg(
    learning_rate: float = 1.0, init_estim_sq_dist: float | None = None, eps: float = 1e-4,
    weight_decay: float | None = None,
) -> list[Link]:  # fmt: skip
    """DoWG with L2 in the gradient."""
    initial = eps if init_estim_sq_dist is None else init_estim_sq_dist
    return [*l2(weight_decay), link("dowg", lr=learning_rate, initial=initial, eps=eps)]


@entered("madgrad", "madgrad", {"momentum": 0.0}, {"momentum": 0.5, "weight_decay": 0.1, "eps": 1e-3}, required=RATE)
def madgrad(
    learning_rate: float = 1e-3, momentum: float = 0.9, weight_decay: float = 0.0, eps: float = 1e-6
) -> list[Link]:
    """MADGRAD with L2 in the gradient."""
    return [*l2(weight_decay), link("madgrad", lr=learning_rate, beta=momentum, eps=eps)]


@entered(
    "momo", "momo", {"learning_rate": 0.01}, {"weight_decay": 0.1}, {"lower_bound": 3.0, "adapt_lower_bound": True},
    {"beta": 0.5, "weight_decay": 0.1, "adapt_lower_bound": True},
)  # fmt: skip
def momo(
    learning_rate: float = 1.0, beta: float = 0.9, lower_bound: float = 0.0, weight_decay: float = 0.0,
    adapt_lower_bound: bool = False,
) -> list[Link]:  # fmt: skip
    """MoMo."""
    knobs = {"beta": beta, "lower_bound": lower_bound, "weight_decay": weight_decay}
    return [link("momo", lr=learning_rate, **knobs, adapt=float(adapt_lower_bound))]


@entered(
    "momo_adam", "momo_adam", {"learning_rate": 1.0}, {"lower_bound": 3.0, "adapt_lower_bound": True},
    {"learning_rate": 1.0, "b1": 0.8, "b2": 0.95, "eps": 1e-3, "weight_decay": 0.1, "adapt_lower_bound": True},
)  # fmt: skip
def momo_adam(
    learning_rate: float = 1e-2, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, lower_bound: float = 0.0,
    weight_decay: float = 0.0, adapt_lower_bound: bool = False,
) -> list[Link]:  # fmt: skip
    """MoMo-Adam."""
    knobs = {"beta1": b1, "beta2": b2, "eps": eps, "lower_bound": lower_bound, "weight_decay": weight_decay}
    return [link("momo_adam", lr=learning_rate, **knobs, adapt=float(adapt_lower_bound))]


@entered(
    "prodigy", "prodigy", {"weight_decay": 0.1}, {"safeguard_warmup": True, "estim_lr0": 1e-3},
    {"learning_rate": 0.5, "betas": (0.8, 0.95), "beta3": 0.9, "eps": 1e-3, "estim_lr0": 1e-2, "estim_lr_coef": 0.5},
)  # fmt: skip
def prodigy(
    learning_rate: float = 1.0, betas: Betas = (0.9, 0.999), beta3: float | None = None, eps: float = 1e-8,
    estim_lr0: float = 1e-6, estim_lr_coef: float = 1.0, weight_decay: float = 0.0, safeguard_warmup: bool = False,
) -> list[Link]:  # fmt: skip
    """Prodigy."""
    knobs = {"beta1": betas[0], "beta2": betas[1], "beta3": beta3 or 0.0, "eps": eps, "initial": estim_lr0}
    more = {"coefficient": estim_lr_coef, "weight_decay": weight_decay, "warmup": float(safeguard_warmup)}
    return [link("prodigy", lr=learning_rate, **knobs, **more)]


@entered(
    "schedule_free_sgd", "schedule_free_sgd", {"learning_rate": 0.1, "weight_decay": 0.1}, {"warmup_steps": 7},
    {"learning_rate": 0.1, "warmup_steps": 5, "b1": 0.5, "weight_lr_power": 1.0},
)  # fmt: skip
def schedule_free_sgd(
    learning_rate: float = 1.0, warmup_steps: int | None = None, b1: float = 0.9, weight_decay: float | None = None,
    weight_lr_power: float = 2.0,
) -> list[Link]:  # fmt: skip
    """Schedule-Free SGD, whose moves warm up a step later than what they count in the mean."""
    knobs = {"beta": b1, "weight_power": weight_lr_power, "warmup": warmup_steps or 0.0, "lag": 1.0}
    return [link("schedule_free_sgd", lr=learning_rate, **knobs, weight_decay=weight_decay or 0.0)]


@entered(
    "schedule_free_adamw", "schedule_free_adamw", {"weight_decay": 0.1}, {"warmup_steps": 7},
    {"learning_rate": 0.1, "warmup_steps": 5, "b1": 0.5, "b2": 0.95, "eps": 1e-3, "weight_lr_power": 1.0},
)  # fmt: skip
def schedule_free_adamw(
    learning_rate: float = 2.5e-3, warmup_steps: int | None = None, b1: float = 0.9, b2: float = 0.999,
    eps: float = 1e-8, weight_decay: float = 0.0, weight_lr_power: float = 2.0,
) -> list[Link]:  # fmt: skip
    """Schedule-Free AdamW, whose moves warm up a step later than what they count in the mean."""
    knobs = {"beta": b1, "beta2": b2, "eps": eps, "weight_power": weight_lr_power, "weight_decay": weight_decay}
    return [link("schedule_free_adamw", lr=learning_rate, **knobs, warmup=warmup_steps or 0.0, lag=1.0)]
