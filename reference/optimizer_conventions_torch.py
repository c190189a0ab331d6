"""torch.optim in parts of ours."""

from dlc.reference.chain import Link
from dlc.reference.optimizer_convention import link, offered, when

Betas = tuple[float, float]

# Of each optimizer: its arguments but those that only say how it computes (foreach, fused, capturable, differentiable).
# fmt: off


def usual(weight_decay: float, maximize: bool, *, decoupled: bool = False) -> list[Link]:
    """What most of torch's optimizers do to a gradient, or to the weights, first."""
    kind = "decay" if decoupled else "l2"
    return [*when(maximize, link("maximize")), *when(weight_decay, link(kind, weight_decay=weight_decay))]


@offered(
    "torch.optim.SGD", "gd", {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True},
    {"momentum": 0.8, "dampening": 0.5}, {"weight_decay": 0.1, "maximize": True},
    {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1, "maximize": True, "lr": 0.02},
)
def sgd(
    lr: float = 1e-3, momentum: float = 0, dampening: float = 0, weight_decay: float = 0, nesterov: bool = False,
    maximize: bool = False,
) -> list[Link]:
    """Gradient descent, heavy ball or Nesterov's momentum."""
    first = usual(weight_decay, maximize)
    if not momentum:
        return [*first, link("gd", lr=lr)]
    if dampening:
        return [*first, link("momentum_dampened", lr=lr, beta=momentum, dampening=dampening)]
    return [*first, link("nesterov" if nesterov else "momentum", lr=lr, beta=momentum)]


@offered(
    "torch.optim.ASGD", "asgd", {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 20},
    {"lr": 0.1, "t0": 0, "weight_decay": 0.1, "maximize": True},
)
def asgd(
    lr: float = 1e-2, lambd: float = 1e-4, alpha: float = 0.75, t0: float = 1e6, weight_decay: float = 0,
    maximize: bool = False,
) -> list[Link]:
    """Averaged SGD, of which torch leaves the mean in its state."""
    return [*usual(weight_decay, maximize), link("asgd", lr=lr, lambd=lambd, alpha=alpha, t0=t0)]


@offered(
    "torch.optim.Rprop", "rprop", {"maximize": True}, {"lr": 0.1, "etas": (0.7, 1.5), "step_sizes": (0.02, 0.3)},
)
def rprop(
    lr: float = 1e-2, etas: tuple[float, float] = (0.5, 1.2), step_sizes: tuple[float, float] = (1e-6, 50),
    maximize: bool = False,
) -> list[Link]:
    """Rprop."""
    knobs = {"shrink": etas[0], "grow": etas[1], "least": step_sizes[0], "largest": step_sizes[1]}
    return [*usual(0, maximize), link("rprop", lr=lr, **knobs)]


@offered(
    "torch.optim.RMSprop", "rmsprop", {"momentum": 0.9}, {"centered": True}, {"alpha": 0.9, "eps": 1e-2},
    {"centered": True, "momentum": 0.9, "weight_decay": 0.1, "maximize": True, "alpha": 0.9, "eps": 1e-3},
)
def rmsprop(
    lr: float = 1e-2, alpha: float = 0.99, eps: float = 1e-8, weight_decay: float = 0, momentum: float = 0,
    centered: bool = False, maximize: bool = False,
) -> list[Link]:
    """RMSprop with ε outside the root."""
    first = usual(weight_decay, maximize)
    if centered:
        return [*first, link("rmsprop_centered", lr=lr, alpha=alpha, eps=eps, beta=momentum)]
    if momentum:
        return [*first, link("rmsprop_momentum", lr=lr, alpha=alpha, eps=eps, beta=momentum)]
    return [*first, link("rmsprop", lr=lr, alpha=alpha, eps=eps)]


@offered(
    "torch.optim.Adagrad", "adagrad", {"lr_decay": 0.1}, {"initial_accumulator_value": 0.5, "eps": 1e-3},
    {"weight_decay": 0.1, "maximize": True, "lr": 0.1},
)
def adagrad(
    lr: float = 1e-2, lr_decay: float = 0, weight_decay: float = 0, initial_accumulator_value: float = 0,
    eps: float = 1e-10, maximize: bool = False,
) -> list[Link]:
    """Adagrad with ε outside the root."""
    rule = link("adagrad", lr=lr, eps=eps, lr_decay=lr_decay, initial=initial_accumulator_value)
    return [*usual(weight_decay, maximize), rule]


@offered(
    "torch.optim.Adadelta", "adadelta", {"rho": 0.95, "eps": 1e-3}, {"lr": 0.5, "weight_decay": 0.1, "maximize": True},
)
def adadelta(
    lr: float = 1.0, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0, maximize: bool = False,
) -> list[Link]:
    """Adadelta."""
    return [*usual(weight_decay, maximize), link("adadelta", lr=lr, rho=rho, eps=eps)]


@offered(
    "torch.optim.Adam", "adam", {"weight_decay": 0.1}, {"amsgrad": True}, {"maximize": True},
    {"weight_decay": 0.1, "decoupled_weight_decay": True},
    {"amsgrad": True, "weight_decay": 0.1, "maximize": True, "betas": (0.8, 0.95), "eps": 1e-3},
)
def adam(
    lr: float = 1e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0, amsgrad: bool = False,
    maximize: bool = False, decoupled_weight_decay: bool = False,
) -> list[Link]:
    """Adam with L2 in the gradient, or with the decay of AdamW."""
    rule = link("amsgrad" if amsgrad else "adam", lr=lr, beta1=betas[0], beta2=betas[1], eps=eps)
    return [*usual(weight_decay, maximize, decoupled=decoupled_weight_decay), rule]


@offered(
    "torch.optim.AdamW", "adamw", {"weight_decay": 0.3, "lr": 0.1}, {"amsgrad": True},
    {"amsgrad": True, "weight_decay": 0.1, "maximize": True, "betas": (0.8, 0.95), "eps": 1e-3},
)
def adamw(
    lr: float = 1e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 1e-2, amsgrad: bool = False,
    maximize: bool = False,
) -> list[Link]:
    """Adam with decoupled decay."""
    if amsgrad:
        rule = link("amsgrad", lr=lr, beta1=betas[0], beta2=betas[1], eps=eps)
        return [*usual(weight_decay, maximize, decoupled=True), rule]
    rule = link("adamw", lr=lr, beta1=betas[0], beta2=betas[1], eps=eps, weight_decay=weight_decay)
    return [*usual(0, maximize), rule]


@offered(
    "torch.optim.SparseAdam", "adam_eps_hat", {"betas": (0.8, 0.95), "eps": 1e-3, "lr": 0.1, "maximize": True},
    note="takes sparse gradients only: this is what it does where they have every entry; one that a gradient lacks "
    "does not move, nor do its moments",
)
def sparse_adam(
    lr: float = 1e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8, maximize: bool = False,
) -> list[Link]:
    """Adam with ε beside a root that has its bias, unlike torch's Adam."""
    return [*usual(0, maximize), link("adam_eps_hat", lr=lr, beta1=betas[0], beta2=betas[1], eps=eps)]


@offered(
    "torch.optim.Adamax", "adamax",
    {"betas": (0.8, 0.95), "eps": 1e-3, "lr": 0.1, "weight_decay": 0.1, "maximize": True},
)
def adamax(
    lr: float = 2e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0, maximize: bool = False,
) -> list[Link]:
    """Adamax whose ε is added to the gradient's size."""
    return [*usual(weight_decay, maximize), link("adamax", lr=lr, beta1=betas[0], beta2=betas[1], eps=eps)]


@offered(
    "torch.optim.NAdam", "nadam", {"weight_decay": 0.1}, {"weight_decay": 0.1, "decoupled_weight_decay": True},
    {"betas": (0.8, 0.95), "eps": 1e-3, "lr": 0.1, "momentum_decay": 0.1, "maximize": True},
)
def nadam(
    lr: float = 2e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0,
    momentum_decay: float = 4e-3, decoupled_weight_decay: bool = False, maximize: bool = False,
) -> list[Link]:
    """Nadam with its schedule of momentum."""
    rule = link("nadam", lr=lr, beta1=betas[0], beta2=betas[1], eps=eps, momentum_decay=momentum_decay)
    return [*usual(weight_decay, maximize, decoupled=decoupled_weight_decay), rule]


@offered(
    "torch.optim.RAdam", "radam", {"weight_decay": 0.1}, {"weight_decay": 0.1, "decoupled_weight_decay": True},
    {"betas": (0.8, 0.95), "eps": 1e-3, "lr": 0.1, "maximize": True}, {"betas": (0.9, 0.5)},
)
def radam(
    lr: float = 1e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0,
    decoupled_weight_decay: bool = False, maximize: bool = False,
) -> list[Link]:
    """RAdam with ε beside a root that has its bias."""
    rule = link("radam", lr=lr, beta1=betas[0], beta2=betas[1], eps=eps)
    return [*usual(weight_decay, maximize, decoupled=decoupled_weight_decay), rule]


@offered(
    "torch.optim.Adafactor", "adafactor", {"weight_decay": 0.1}, {"eps": (1e-3, 0.5), "d": 2.0, "lr": 0.5},
    {"beta2_decay": -0.5, "lr": 0.1, "maximize": True},
    note="its eps of None is the spacing of floats at 1: here that of float64, whatever the lanes' type",
)
def adafactor(
    lr: float = 1e-2, beta2_decay: float = -0.8, eps: tuple[float | None, float] = (None, 1e-3), d: float = 1.0,
    weight_decay: float = 0.0, maximize: bool = False,
) -> list[Link]:
    """Adafactor whose mean squares have a floor where the paper adds ε, and whose decay comes after rms(x) is taken."""
    floor = 2.0**-52 if eps[0] is None else eps[0]
    rule = link(
        "adafactor", lr=lr, power=-beta2_decay, eps1=0.0, floor=floor, eps2=eps[1], threshold=d,
        weight_decay=weight_decay,
    )
    return [*usual(0, maximize), rule]


@offered(
    "torch.optim.Muon", "muon", {"nesterov": False}, {"adjust_lr_fn": "match_rms_adamw", "weight_decay": 0.0},
    {"lr": 0.1, "momentum": 0.8, "ns_coefficients": (2.0, -1.5, 0.5), "eps": 1.0, "ns_steps": 3},
    note="takes matrices only, and iterates in bfloat16: this is what its code does without that cast, in float64",
)
def muon(
    lr: float = 1e-3, weight_decay: float = 0.1, momentum: float = 0.95, nesterov: bool = True,
    ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315), eps: float = 1e-7, ns_steps: int = 5,
    adjust_lr_fn: str | None = None,
) -> list[Link]:
    """Muon; what is no matrix takes Adam's step, as people arrange it."""
    a, b, c = ns_coefficients
    scale = {"tall": 0.0, "rms_rate": 0.2} if adjust_lr_fn == "match_rms_adamw" else {"tall": 1.0, "rms_rate": 0.0}
    return [
        link(
            "muon", lr=lr, momentum=momentum, nesterov=float(nesterov), a=a, b=b, c=c, iterations=ns_steps, eps=0.0,
            floor=eps, weight_decay=weight_decay, vector_decay=weight_decay, **scale,
        )
    ]
