"""keras.optimizers.schedules in schedules of ours."""

from collections.abc import Sequence

from dlc.reference.chain import Link
from dlc.reference.schedule_convention import KERAS, entry, rated

# Each reads as an entry of a table.
# fmt: off


@entry(
    f"{KERAS}.ExponentialDecay", "exponential", {"decay_steps": 7, "staircase": True},
    required={"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.96},
)
def keras_exponential(
    initial_learning_rate: float = 0.1, decay_steps: int = 10, decay_rate: float = 0.96, staircase: bool = False,
) -> list[Link]:
    """The same share is lost in each step, or at once after some."""
    every = decay_steps if staircase else 1
    return rated(initial_learning_rate, "exponential", end=decay_rate, steps=decay_steps, every=every)


@entry(
    f"{KERAS}.InverseTimeDecay", "inverse_time", {"decay_steps": 7, "staircase": True},
    required={"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.5},
)
def keras_inverse_time(
    initial_learning_rate: float = 0.1, decay_steps: int = 10, decay_rate: float = 0.5, staircase: bool = False,
) -> list[Link]:
    """Like 1/t in the end."""
    every = decay_steps if staircase else 1
    return rated(initial_learning_rate, "inverse_time", decay=decay_rate, steps=decay_steps, every=every)


@entry(
    f"{KERAS}.PiecewiseConstantDecay", "piecewise", {"boundaries": (5,), "values": (1.0, 0.25)},
    required={"boundaries": (10, 20), "values": (1.0, 0.5, 0.1)},
    note="a value still holds at its boundary, where optax's and torch's next one begins",
)
def keras_piecewise(
    boundaries: Sequence[int] = (10, 20), values: Sequence[float] = (1.0, 0.5, 0.1),
) -> list[Link]:
    """Two or three constants."""
    if not 1 <= len(boundaries) <= 2 or len(values) != len(boundaries) + 1:
        raise ValueError("boundaries are one or two steps here, with one value more")
    begin_second, begin_third = boundaries[0] + 1, boundaries[-1] + 1
    third = values[-1]
    return rated(
        1, "piecewise", first=values[0], second=values[1], third=third, begin_second=begin_second,
        begin_third=begin_third,
    )


@entry(
    f"{KERAS}.PolynomialDecay", "polynomial", {"power": 2.0, "cycle": True, "end_learning_rate": 0.01},
    {"decay_steps": 30, "power": 0.5}, required={"initial_learning_rate": 0.1, "decay_steps": 10},
)
def keras_polynomial(
    initial_learning_rate: float = 0.1, decay_steps: int = 10, end_learning_rate: float = 0.0001, power: float = 1.0,
    cycle: bool = False,
) -> list[Link]:
    """A straight line to the end, to a power."""
    end = end_learning_rate / initial_learning_rate
    return rated(initial_learning_rate, "polynomial", end=end, power=power, cycle=cycle, steps=decay_steps)


@entry(
    f"{KERAS}.CosineDecay", "warmup_cosine", {"decay_steps": 25, "alpha": 0.1},
    {"initial_learning_rate": 0.01, "decay_steps": 20, "warmup_target": 0.2, "warmup_steps": 8, "alpha": 0.1},
    required={"initial_learning_rate": 0.1, "decay_steps": 10},
    note="decay_steps begin after the warm-up; those of optax contain it",
)
def keras_cosine(
    initial_learning_rate: float = 0.1, decay_steps: int = 10, alpha: float = 0.0,
    warmup_target: float | None = None, warmup_steps: int = 0,
) -> list[Link]:
    """Half a wave of the cosine, with or without a rise before it."""
    if warmup_target is None:
        return rated(initial_learning_rate, "cosine", end=alpha, steps=decay_steps)
    start = initial_learning_rate / warmup_target
    steps = warmup_steps + decay_steps
    return rated(warmup_target, "warmup_cosine", warmup=warmup_steps, start=start, end=alpha, steps=steps)


@entry(
    f"{KERAS}.CosineDecayRestarts", "cosine_restarts", {"m_mul": 0.5, "alpha": 0.1},
    {"first_decay_steps": 4, "t_mul": 1.5}, {"t_mul": 1.0},
    required={"initial_learning_rate": 0.1, "first_decay_steps": 5},
)
def keras_cosine_restarts(
    initial_learning_rate: float = 0.1, first_decay_steps: int = 5, t_mul: float = 2.0, m_mul: float = 1.0,
    alpha: float = 0.0,
) -> list[Link]:
    """Half waves of the cosine."""
    knobs = {"period": first_decay_steps, "t_mul": t_mul, "m_mul": m_mul, "end": alpha}
    return rated(initial_learning_rate, "cosine_restarts", **knobs)
