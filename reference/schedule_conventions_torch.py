"""torch.optim.lr_scheduler in schedules of ours."""

from collections.abc import Sequence

from dlc.reference.chain import Link
from dlc.reference.schedule_convention import TORCH, drops, entry, rated

# Each reads as an entry of a table.
# fmt: off


@entry(f"{TORCH}.ConstantLR", "piecewise", {"factor": 0.5, "total_iters": 12})
def constant_lr(lr: float = 1.0, factor: float = 1 / 3, total_iters: int = 5) -> list[Link]:
    """A smaller rate for some steps."""
    return rated(lr, "piecewise", first=factor, second=1, third=1, begin_second=total_iters, begin_third=total_iters)


@entry(f"{TORCH}.LinearLR", "linear", {"start_factor": 0.1, "end_factor": 0.5, "total_iters": 30})
def linear_lr(
    lr: float = 1.0, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5,
) -> list[Link]:
    """A straight line."""
    return rated(lr, "linear", start=start_factor, end=end_factor, steps=total_iters)


@entry(f"{TORCH}.StepLR", "step", {"step_size": 7, "gamma": 0.5}, required={"step_size": 30})
def step_lr(lr: float = 1.0, step_size: int = 30, gamma: float = 0.1) -> list[Link]:
    """Drops at equal distances."""
    return rated(lr, "step", size=step_size, gamma=gamma)


@entry(
    f"{TORCH}.MultiStepLR", "multistep", {"milestones": (5, 20), "gamma": 0.3}, {"milestones": (7,)},
    required={"milestones": (10, 30)},
)
def multistep_lr(lr: float = 1.0, milestones: Sequence[int] = (10, 30), gamma: float = 0.1) -> list[Link]:
    """One or two drops."""
    if len(milestones) == 2:
        first, second = sorted(milestones)
        return rated(lr, "multistep", first=first, second=second, gamma=gamma)
    return drops(lr, dict.fromkeys(milestones, gamma))


@entry(f"{TORCH}.ExponentialLR", "exponential", {"gamma": 0.7}, required={"gamma": 0.9})
def exponential_lr(lr: float = 1.0, gamma: float = 0.9) -> list[Link]:
    """The same share is lost in each step."""
    return rated(lr, "exponential", end=gamma, steps=1)


@entry(f"{TORCH}.PolynomialLR", "polynomial", {"total_iters": 30, "power": 2.5})
def polynomial_lr(lr: float = 1.0, total_iters: int = 5, power: float = 1.0) -> list[Link]:
    """A straight line to 0, to a power."""
    return rated(lr, "polynomial", steps=total_iters, power=power)


@entry(
    f"{TORCH}.CosineAnnealingLR", "cosine_wave", {"T_max": 7, "eta_min": 0.1}, required={"T_max": 10},
    note="climbs back after T_max, where keras and optax stay at the end",
)
def cosine_annealing_lr(lr: float = 1.0, T_max: int = 10, eta_min: float = 0.0) -> list[Link]:
    """The cosine as a wave."""
    return rated(lr, "cosine_wave", period=T_max, end=eta_min / lr)


@entry(
    f"{TORCH}.CosineAnnealingWarmRestarts", "cosine_restarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.1},
    required={"T_0": 10}, note="T_mult is 1 by default, where keras's t_mul is 2",
)
def cosine_annealing_warm_restarts(
    lr: float = 1.0, T_0: int = 10, T_mult: int = 1, eta_min: float = 0.0,
) -> list[Link]:
    """Half waves of the cosine."""
    return rated(lr, "cosine_restarts", period=T_0, t_mul=T_mult, end=eta_min / lr)


@entry(
    f"{TORCH}.CyclicLR", "triangular", {"step_size_up": 4, "step_size_down": 9, "mode": "triangular2"},
    {"step_size_up": 6, "mode": "exp_range", "gamma": 0.9, "base_lr": 0.2, "max_lr": 0.7}, {"step_size_up": 5},
    required={"base_lr": 0.1, "max_lr": 1.0}, note="moves the momentum, too, unless told cycle_momentum=False",
)
def cyclic_lr(
    base_lr: float = 0.1, max_lr: float = 1.0, step_size_up: int = 2000, step_size_down: int | None = None,
    mode: str = "triangular", gamma: float = 1.0,
) -> list[Link]:
    """Up and down between two rates."""
    knobs = {"low": base_lr / max_lr, "up": step_size_up, "down": step_size_down or 0}
    if mode == "exp_range":
        knobs |= {"end": gamma, "steps": 1}
    return rated(max_lr, mode, **knobs)


@entry(
    f"{TORCH}.OneCycleLR", "onecycle", {"total_steps": 60, "three_phase": True},
    {"total_steps": 45, "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10.0, "final_div_factor": 50.0},
    {"total_steps": 50, "pct_start": 0.2, "anneal_strategy": "linear", "three_phase": True},
    required={"max_lr": 1.0, "total_steps": 100},
    note="the last of total_steps is at the end; moves the momentum, too, unless told cycle_momentum=False",
)
def onecycle_lr(
    max_lr: float = 1.0, total_steps: int = 100, pct_start: float = 0.3, anneal_strategy: str = "cos",
    div_factor: float = 25.0, final_div_factor: float = 1e4, three_phase: bool = False,
) -> list[Link]:
    """One cycle of two or three phases."""
    last = total_steps - 1
    back = (2 * pct_start * total_steps - 2) / last if three_phase else 0
    return rated(
        max_lr, "onecycle", peak=(pct_start * total_steps - 1) / last, back=back, start=1 / div_factor,
        end=1 / div_factor / final_div_factor, linear=anneal_strategy == "linear", steps=last,
    )
