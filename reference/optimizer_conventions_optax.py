"""optax's optimizers in parts of ours; those of optax.contrib are in a file of their own."""

from typing import Any

from dlc.reference.chain import Link
from dlc.reference.optimizer_convention import Arguments, link, offered, when

# optax has no default for most rates.
RATE = {"learning_rate": 1e-3}


def entered(name: str, card: str, *cases: Arguments, note: str = "", required: Arguments = RATE) -> Any:
    """An optimizer of optax whose rate must be given."""
    return offered(f"optax.{name}", card, *cases, note=note, required=required)


def decayed(learning_rate: float, weight_decay: float) -> list[Link]:
    """Weight decay as optax has it wherever it comes after the moments."""
    return when(weight_decay, link("decay", weight_decay=weight_decay))


@entered("sgd", "gd", {"momentum": 0.9}, {"momentum": 0.8, "nesterov": True}, {"nesterov": True})
def sgd(learning_rate: float = 1e-3, momentum: float | None = None, nesterov: bool = False) -> list[Link]:
    """Gradient descent, with momentum where asked for."""
    if momentum is None:
        return [link("gd", lr=learning_rate)]
    return [link("nesterov" if nesterov else "momentum", lr=learning_rate, beta=momentum)]


@entered(
    "adabelief", "adabelief", {"nesterov": True}, {"b1": 0.8, "b2": 0.95, "eps": 1e-6, "eps_root": 1e-4},
)  # fmt: skip
def adabelief(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-16, eps_root: float = 1e-16,
    nesterov: bool = False,
) -> list[Link]:  # fmt: skip
    """AdaBelief."""
    knobs = {"beta1": b1, "beta2": b2, "eps": eps, "eps_root": eps_root, "nesterov": float(nesterov)}
    return [link("adabelief", lr=learning_rate, **knobs)]


@offered(
    "optax.adadelta", "adadelta", {"learning_rate": 1.0}, {"learning_rate": 0.5, "rho": 0.8, "eps": 1e-3},
    {"learning_rate": 1.0, "weight_decay": 0.1}, {"weight_decay": 0.1},
    note="without a rate it goes uphill: optax turns the sign where it applies the rate",
)  # fmt: skip
def adadelta(
    learning_rate: float | None = None, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0.0
) -> list[Link]:
    """Adadelta with L2 in the gradient."""
    rate = 1.0 if learning_rate is None else learning_rate
    return [
        *when(weight_decay, link("l2", weight_decay=weight_decay)),
        *when(learning_rate is None, link("maximize")),
        link("adadelta", lr=rate, rho=rho, eps=eps),
    ]


@entered("adam", "adam", {"eps_root": 1e-3}, {"nesterov": True}, {"b1": 0.8, "b2": 0.95, "eps": 1e-3})
def adam(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    nesterov: bool = False,
) -> list[Link]:  # fmt: skip
    """Adam, with an ε under the root and with Nesterov's momentum where asked for."""
    knobs = {"beta1": b1, "beta2": b2, "eps": eps}
    if eps_root or nesterov:
        return [link("adam_nesterov", lr=learning_rate, **knobs, eps_root=eps_root, nesterov=float(nesterov))]
    return [link("adam", lr=learning_rate, **knobs)]


@entered("nadam", "nadam", {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "eps_root": 1e-3}, note="no schedule of momenta")
def nadam(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    nesterov: bool = True,
) -> list[Link]:  # fmt: skip
    """Adam with Nesterov's momentum."""
    return adam(learning_rate, b1, b2, eps, eps_root, nesterov)


@entered("adamw", "adamw", {"weight_decay": 0.1, "nesterov": True}, {"weight_decay": 0.0}, {"eps_root": 1e-3})
def adamw(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    weight_decay: float = 1e-4, nesterov: bool = False,
) -> list[Link]:  # fmt: skip
    """Adam with weight decay that the moments do not see."""
    return [*decayed(learning_rate, weight_decay), *adam(learning_rate, b1, b2, eps, eps_root, nesterov)]


@entered("nadamw", "nadam", {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "eps_root": 1e-3, "weight_decay": 0.1})
def nadamw(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    weight_decay: float = 1e-4, nesterov: bool = True,
) -> list[Link]:  # fmt: skip
    """Adam with Nesterov's momentum and weight decay that the moments do not see."""
    return adamw(learning_rate, b1, b2, eps, eps_root, weight_decay, nesterov)


@entered(
    "amsgrad", "amsgrad", {"bias_correction_mu": False}, {"bias_correction_nu": False},
    {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "eps_root": 1e-3}, note="takes the largest of corrected mean squares",
)  # fmt: skip
def amsgrad(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    bias_correction_mu: bool = True, bias_correction_nu: bool = True,
) -> list[Link]:  # fmt: skip
    """AMSGrad, with its corrections of bias."""
    corrected = {"mean_corrected": float(bias_correction_mu), "square_corrected": float(bias_correction_nu)}
    return [link("amsgrad_corrected", lr=learning_rate, beta1=b1, beta2=b2, eps=eps, eps_root=eps_root, **corrected)]


@entered(
    "adan", "adan", {"weight_decay": 0.1}, {"b1": 0.9, "b2": 0.8, "b3": 0.95, "eps": 1e-3, "eps_root": 1e-4},
)  # fmt: skip
def adan(
    learning_rate: float = 1e-3, b1: float = 0.98, b2: float = 0.92, b3: float = 0.99, eps: float = 1e-8,
    eps_root: float = 1e-8, weight_decay: float = 0.0,
) -> list[Link]:  # fmt: skip
    """Adan with AdamW's weight decay."""
    knobs = {"beta1": b1, "beta2": b2, "beta3": b3, "eps": eps, "eps_root": eps_root}
    return [*decayed(learning_rate, weight_decay), link("adan", lr=learning_rate, **knobs)]


@entered("yogi", "yogi", {"b1": 0.8, "b2": 0.95, "eps": 1e-8})
def yogi(learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-3) -> list[Link]:
    """Yogi, its moments begun at 1e-6."""
    return [link("yogi", lr=learning_rate, beta1=b1, beta2=b2, eps=eps, initial=1e-6)]


@entered(
    "radam", "radam", {"nesterov": True}, {"threshold": 7.5}, {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "eps_root": 1e-3},
)  # fmt: skip
def radam(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, eps_root: float = 0.0,
    threshold: float = 5.0, nesterov: bool = False,
) -> list[Link]:  # fmt: skip
    """RAdam."""
    knobs = {"beta1": b1, "beta2": b2, "eps": eps, "eps_root": eps_root}
    return [link("radam_threshold", lr=learning_rate, **knobs, threshold=threshold, nesterov=float(nesterov))]


@entered(
    "rmsprop", "rmsprop", {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"nesterov": True},
    {"eps_in_sqrt": False}, {"centered": True, "eps": 1e-3}, {"bias_correction": True}, {"initial_scale": 1.0},
    {"centered": True, "eps_in_sqrt": False, "bias_correction": True, "initial_scale": 5.0, "momentum": 0.8,
     "nesterov": True, "decay": 0.8, "eps": 1e-3},
    note="ε is under the root",
)  # fmt: skip
def rmsprop(
    learning_rate: float = 1e-3, decay: float = 0.9, eps: float = 1e-8, initial_scale: float = 0.0,
    eps_in_sqrt: bool = True, centered: bool = False, momentum: float | None = None, nesterov: bool = False,
    bias_correction: bool = False,
) -> list[Link]:  # fmt: skip
    """RMSprop in all its forms."""
    within, beside = (eps, 0.0) if eps_in_sqrt else (0.0, eps)
    knobs = {"centered": float(centered), "corrected": float(bias_correction), "initial": initial_scale}
    traced = {"beta": momentum or 0.0, "nesterov": float(nesterov and momentum is not None)}
    return [link("rmsprop_general", lr=learning_rate, alpha=decay, eps=beside, eps_root=within, **knobs, **traced)]


@entered("fromage", "fromage", {"min_norm": 3.0}, {"learning_rate": 0.5})
def fromage(learning_rate: float = 1e-3, min_norm: float = 1e-6) -> list[Link]:
    """Fromage."""
    return [link("fromage", lr=learning_rate, least=min_norm)]


@entered(
    "lars", "lars", {"weight_decay": 0.1}, {"nesterov": True, "momentum": 0.8},
    {"learning_rate": 1.0, "trust_coefficient": 0.01, "eps": 0.1},
)  # fmt: skip
def lars(
    learning_rate: float = 1e-3, weight_decay: float = 0.0, trust_coefficient: float = 1e-3, eps: float = 0.0,
    momentum: float = 0.9, nesterov: bool = False,
) -> list[Link]:  # fmt: skip
    """LARS with L2 in the gradient."""
    knobs = {"beta": momentum, "trust": trust_coefficient, "eps": eps, "nesterov": float(nesterov)}
    return [*when(weight_decay, link("l2", weight_decay=weight_decay)), link("lars", lr=learning_rate, **knobs)]


@entered("lamb", "lamb", {"weight_decay": 0.1}, {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "eps_root": 1e-3})
def lamb(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-6, eps_root: float = 0.0,
    weight_decay: float = 0.0,
) -> list[Link]:  # fmt: skip
    """LAMB."""
    knobs = {"beta1": b1, "beta2": b2, "eps": eps, "eps_root": eps_root, "weight_decay": weight_decay}
    return [link("lamb", lr=learning_rate, **knobs)]


@entered(
    "novograd", "novograd", {"weight_decay": 0.1}, {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "eps_root": 1e-3},
)  # fmt: skip
def novograd(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.25, eps: float = 1e-6, eps_root: float = 0.0,
    weight_decay: float = 0.0,
) -> list[Link]:  # fmt: skip
    """NovoGrad."""
    knobs = {"beta1": b1, "beta2": b2, "eps": eps, "eps_root": eps_root, "weight_decay": weight_decay}
    return [link("novograd", lr=learning_rate, **knobs)]


@entered("sm3", "sm3", {"momentum": 0.5})
def sm3(learning_rate: float = 1e-3, momentum: float = 0.9) -> list[Link]:
    """SM3."""
    return [link("sm3", lr=learning_rate, beta=momentum)]


@entered("optimistic_gradient_descent", "optimistic_gradient_descent", {"alpha": 0.5, "beta": 2.0})
def optimistic_gradient_descent(learning_rate: float = 1e-3, alpha: float = 1.0, beta: float = 1.0) -> list[Link]:
    """Optimistic gradient descent."""
    return [link("optimistic_gradient_descent", lr=learning_rate, alpha=alpha, beta=beta)]


@entered(
    "optimistic_adam", "optimistic_adam", {"optimism": 2e-3, "nesterov": False},
    {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "eps_root": 1e-3},
)  # fmt: skip
def optimistic_adam(
    learning_rate: float = 1e-3, optimism: float | None = None, b1: float = 0.9, b2: float = 0.999,
    eps: float = 1e-8, eps_root: float = 0.0, nesterov: bool = True,
) -> list[Link]:  # fmt: skip
    """Optimistic Adam, whose optimism is given as a rate."""
    beta = 1.0 if optimism is None else optimism / learning_rate
    return optimistic_adam_v2(learning_rate, 1.0, beta, b1, b2, eps, eps_root, nesterov)


@entered(
    "optimistic_adam_v2", "optimistic_adam", {"alpha": 0.5, "beta": 2.0, "nesterov": False},
    {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "eps_root": 1e-3},
)  # fmt: skip
def optimistic_adam_v2(
    learning_rate: float = 1e-3, alpha: float = 1.0, beta: float = 1.0, b1: float = 0.9, b2: float = 0.999,
    eps: float = 1e-8, eps_root: float = 0.0, nesterov: bool = True,
) -> list[Link]:  # fmt: skip
    """Optimistic Adam."""
    knobs = {"beta1": b1, "beta2": b2, "eps": eps, "eps_root": eps_root, "nesterov": float(nesterov)}
    return [link("optimistic_adam", lr=learning_rate, alpha=alpha, beta=beta, **knobs)]


@offered(
    "optax.polyak_sgd", "polyak_sgd", {"max_learning_rate": 0.01}, {"f_min": 3.0}, {"f_min": 3.0, "variant": "sps+"},
    {"scaling": 0.5, "eps": 0.1},
)  # fmt: skip
def polyak_sgd(
    max_learning_rate: float = 1.0, scaling: float = 1.0, f_min: float = 0.0, eps: float = 0.0, variant: str = "sps"
) -> list[Link]:
    """Polyak's step; optax scales the gradient before it takes its square."""
    knobs = {"max_rate": scaling**2 * max_learning_rate, "f_min": f_min, "eps": eps / scaling**2}
    return [link("polyak_sgd", lr=1 / scaling, **knobs, positive_gap=float(variant == "sps+"))]
