"""optax's optimizers of signs, of largest gradients, of factors and of noise, in parts of ours."""

from typing import Any

from dlc.reference.chain import Link
from dlc.reference.optimizer_convention import link, offered
from dlc.reference.optimizer_conventions_optax import RATE, decayed, entered

Coefficients = tuple[float, float, float]
MUON = (3.4445, -4.7750, 2.0315)


@entered("adagrad", "adagrad", {"initial_accumulator_value": 0.0, "eps": 1e-3}, note="ε is under the root")
def adagrad(learning_rate: float = 1e-3, initial_accumulator_value: float = 0.1, eps: float = 1e-7) -> list[Link]:
    """Adagrad, its sum begun at 0.1."""
    return [link("adagrad_eps_inside", lr=learning_rate, initial=initial_accumulator_value, eps=eps)]


@entered("adamax", "adamax", {"b1": 0.8, "b2": 0.95, "eps": 1e-3})
def adamax(learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8) -> list[Link]:
    """Adamax."""
    return [link("adamax", lr=learning_rate, beta1=b1, beta2=b2, eps=eps)]


@entered("adamaxw", "adamax", {"b1": 0.8, "b2": 0.95, "eps": 1e-3, "weight_decay": 0.1})
def adamaxw(
    learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, weight_decay: float = 1e-4
) -> list[Link]:
    """Adamax with weight decay that the moments do not see."""
    return [*decayed(learning_rate, weight_decay), *adamax(learning_rate, b1, b2, eps)]


@entered("lion", "lion", {"b1": 0.8, "b2": 0.95, "weight_decay": 0.1})
def lion(learning_rate: float = 1e-3, b1: float = 0.9, b2: float = 0.99, weight_decay: float = 1e-3) -> list[Link]:
    """Lion with AdamW's weight decay."""
    return [*decayed(learning_rate, weight_decay), link("lion", lr=learning_rate, beta1=b1, beta2=b2)]


@entered("sign_sgd", "sign_sgd")
def sign_sgd(learning_rate: float = 1e-3) -> list[Link]:
    """The sign of the gradient."""
    return [link("sign_sgd", lr=learning_rate)]


@entered("signum", "signum", {"beta": 0.5})
def signum(learning_rate: float = 1e-3, beta: float = 0.9) -> list[Link]:
    """The sign of the mean of gradients."""
    return [link("signum", lr=learning_rate, beta=beta)]


@entered(
    "rprop", "rprop", {"eta_minus": 0.3, "eta_plus": 1.5, "min_step_size": 1e-4, "max_step_size": 2e-3},
    note="each move is the one found a step before",
)  # fmt: skip
def rprop(
    learning_rate: float = 1e-3, eta_minus: float = 0.5, eta_plus: float = 1.2, min_step_size: float = 1e-6,
    max_step_size: float = 50.0,
) -> list[Link]:  # fmt: skip
    """Rprop, late by a step."""
    knobs = {"shrink": eta_minus, "grow": eta_plus, "least": min_step_size, "largest": max_step_size}
    return [link("rprop_delayed", lr=learning_rate, **knobs)]


@offered(
    "optax.adafactor", "adafactor", {"learning_rate": 0.1}, {"learning_rate": 0.1, "min_dim_size_to_factor": 2},
    {"min_dim_size_to_factor": 2, "factored": False}, {"learning_rate": 0.1, "momentum": 0.9},
    {"learning_rate": 0.1, "decay_rate": 0.5, "decay_offset": -3, "multiply_by_parameter_scale": False,
     "clipping_threshold": None, "weight_decay_rate": 0.01, "eps": 1e-3, "min_dim_size_to_factor": 2},
    {"learning_rate": 0.1, "clipping_threshold": 0.5},
    required={"dtype_momentum": "float64"},
    note="only matrices of at least 128 rows and columns are factored, and weight decay is not scaled by the rate",
)  # fmt: skip
def adafactor(
    learning_rate: float | None = None, min_dim_size_to_factor: int = 128, decay_rate: float = 0.8,
    decay_offset: int = 0, multiply_by_parameter_scale: bool = True, clipping_threshold: float | None = 1.0,
    momentum: float | None = None, weight_decay_rate: float | None = None, eps: float = 1e-30, factored: bool = True,
) -> list[Link]:  # fmt: skip
    """Adafactor, of a momentum kept in the type of the weights."""
    knobs: dict[str, float] = {
        "power": decay_rate, "offset": decay_offset, "eps": eps, "threshold": clipping_threshold or 0.0,
        "relative": float(multiply_by_parameter_scale), "beta": momentum or 0.0,
        "weight_decay": weight_decay_rate or 0.0, "least": min_dim_size_to_factor if factored else 1e300,
    }  # fmt: skip
    return [link("adafactor_momentum", lr=1.0 if learning_rate is None else learning_rate, **knobs)]


@offered(
    "optax.noisy_sgd", "gd", {"eta": 1.0, "gamma": 1.0}, required=RATE, is_random=True,
    note="the noise is drawn otherwise: it agrees in its distribution only",
)  # fmt: skip
def noisy_sgd(learning_rate: float = 1e-3, eta: float = 0.01, gamma: float = 0.55) -> list[Link]:
    """Gradient descent with annealed noise."""
    return [link("noise", eta=eta, gamma=gamma), link("gd", lr=learning_rate)]


@offered(
    "optax.contrib.muon", "muon", {"nesterov": False, "weight_decay": 0.1}, {"adaptive": True}, {"consistent_rms": 0.2},
    {"ns_coeffs": (3.0, -4.0, 2.0), "ns_steps": 3, "beta": 0.8, "eps": 1e-3, "adam_b1": 0.8, "adam_b2": 0.95,
     "adam_eps_root": 1e-3, "adam_weight_decay": 0.1, "adam_learning_rate": 0.01},
    required=RATE, note="takes its means free of their bias; vectors take AdamW's steps",
)  # fmt: skip
def muon(
    learning_rate: float = 1e-3, ns_coeffs: Coefficients = MUON, ns_steps: int = 5, beta: float = 0.95,
    eps: float = 1e-8, weight_decay: float = 0.0, nesterov: bool = True, adaptive: bool = False,
    adam_b1: float = 0.9, adam_b2: float = 0.999, adam_eps_root: float = 0.0, adam_weight_decay: float = 0.0,
    adam_learning_rate: float | None = None, consistent_rms: float | None = None,
) -> list[Link]:  # fmt: skip
    """Muon of one triple of coefficients, preconditioned by the Frobenius norm."""
    a, b, c = ns_coeffs
    knobs: dict[str, Any] = {
        "momentum": beta, "nesterov": float(nesterov), "a": a, "b": b, "c": c, "iterations": ns_steps, "eps": eps,
        "adaptive": float(adaptive), "rms_rate": consistent_rms or 0.0, "weight_decay": weight_decay,
        "vector_rate": (learning_rate if adam_learning_rate is None else adam_learning_rate) / learning_rate,
        "beta1": adam_b1, "beta2": adam_b2, "eps_root": adam_eps_root, "vector_decay": adam_weight_decay,
    }  # fmt: skip
    return [link("muon_corrected", lr=learning_rate, **knobs)]
