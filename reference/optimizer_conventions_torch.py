"""torch.optim in parts of ours."""

from dlc.reference.chain import Link
from dlc.reference.optimizer_convention import link, offered, when

Betas = tuple[float, float]


def usual(weight_decay: float, maximize: bool) -> list[Link]:
    """What most of torch's optimizers do to a gradient first."""
    return [*when(maximize, link("maximize")), *when(weight_decay, link("l2", weight_decay=weight_decay))]


@offered(
    "torch.optim.Adam", "adam", {"weight_decay": 0.1}, {"amsgrad": True}, {"maximize": True},
    {"amsgrad": True, "weight_decay": 0.1, "maximize": True, "betas": (0.8, 0.95), "eps": 1e-3},
)  # fmt: skip
def adam(
    lr: float = 1e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.0,
    amsgrad: bool = False, maximize: bool = False,
) -> list[Link]:  # fmt: skip
    """Adam with L2 in the gradient."""
    rule = "amsgrad" if amsgrad else "adam"
    return [*usual(weight_decay, maximize), link(rule, lr=lr, beta1=betas[0], beta2=betas[1], eps=eps)]
