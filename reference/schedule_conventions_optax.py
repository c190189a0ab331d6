"""optax.schedules in schedules of ours."""

from collections.abc import Mapping

from dlc.reference.chain import Link
from dlc.reference.schedule_convention import OPTAX, drops, entry, rated

# Each reads as an entry of a table.
# fmt: off


@entry(f"{OPTAX}.constant_schedule", "constant", required={"value": 0.1})
def optax_constant(value: float = 0.1) -> list[Link]:
    """The rate as it is."""
    return rated(value, "constant")


@entry(
    f"{OPTAX}.linear_schedule", "linear", {"transition_begin": 5, "init_value": 0.0, "end_value": 1.0},
    required={"init_value": 1.0, "end_value": 0.0, "transition_steps": 20},
)
def optax_linear(
    init_value: float = 1.0, end_value: float = 0.0, transition_steps: int = 20, transition_begin: int = 0,
) -> list[Link]:
    """A straight line."""
    return _between("linear", init_value, end_value, transition_steps, transition_begin)


def _between(schedule: str, init: float, end: float, steps: int, begin: int, **knobs: float) -> list[Link]:
    """A schedule from one rate to another."""
    rate = max(init, end)
    return rated(rate, schedule, start=init / rate, end=end / rate, begin=begin, steps=begin + steps, **knobs)


@entry(
    f"{OPTAX}.warmup_constant_schedule", "warmup", {"init_value": 0.1, "warmup_steps": 7},
    required={"init_value": 0.0, "peak_value": 1.0, "warmup_steps": 20},
    note="its first step is at init_value; that of our warmup moves by 1/warmup",
)
def optax_warmup_constant(
    init_value: float = 0.0, peak_value: float = 1.0, warmup_steps: int = 20,
) -> list[Link]:
    """A straight line up, and level."""
    return _between("linear", init_value, peak_value, warmup_steps, 0)


@entry(
    f"{OPTAX}.polynomial_schedule", "polynomial", {"power": 0.5, "transition_begin": 5},
    {"init_value": 0.0, "end_value": 2.0},
    required={"init_value": 1.0, "end_value": 0.1, "power": 2, "transition_steps": 20},
)
def optax_polynomial(
    init_value: float = 1.0, end_value: float = 0.1, power: float = 2, transition_steps: int = 20,
    transition_begin: int = 0,
) -> list[Link]:
    """A straight line to the end, to a power."""
    return _between("polynomial", init_value, end_value, transition_steps, transition_begin, power=power)


@entry(
    f"{OPTAX}.piecewise_constant_schedule", "piecewise", {"boundaries_and_scales": {7: 0.3}},
    {"boundaries_and_scales": {10: 0.5, 20: 0.1}}, required={"init_value": 0.1},
)
def optax_piecewise(
    init_value: float = 0.1, boundaries_and_scales: Mapping[int, float] | None = None,
) -> list[Link]:
    """Up to three constants, each a multiple of that before it."""
    return drops(init_value, boundaries_and_scales or {})


@entry(
    f"{OPTAX}.exponential_decay", "exponential", {"transition_begin": 6, "staircase": True},
    {"end_value": 0.05, "decay_rate": 0.3},
    required={"init_value": 0.1, "transition_steps": 10, "decay_rate": 0.5},
)
def optax_exponential(
    init_value: float = 0.1, transition_steps: int = 10, decay_rate: float = 0.5, transition_begin: int = 0,
    staircase: bool = False, end_value: float | None = None,
) -> list[Link]:
    """The same share is lost in each step, or at once after some."""
    knobs = _decaying(init_value, transition_steps, decay_rate, transition_begin, staircase, end_value)
    return rated(init_value, "exponential", **knobs, steps=transition_steps)


def _decaying(
    peak: float, steps: int, rate: float, begin: int, staircase: bool, end_value: float | None,
) -> dict[str, float]:
    if rate > 1 and end_value is not None:
        raise ValueError("a rate that grows has no end_value here")
    return {"end": rate, "begin": begin, "every": steps if staircase else 1, "least": (end_value or 0) / peak}


@entry(
    f"{OPTAX}.warmup_exponential_decay_schedule", "warmup_exponential",
    {"transition_begin": 6, "staircase": True}, {"end_value": 0.05, "decay_rate": 0.3, "init_value": 0.02},
    required={"init_value": 0.0, "peak_value": 0.1, "warmup_steps": 5, "transition_steps": 10, "decay_rate": 0.5},
)
def optax_warmup_exponential(
    init_value: float = 0.0, peak_value: float = 0.1, warmup_steps: int = 5, transition_steps: int = 10,
    decay_rate: float = 0.5, transition_begin: int = 0, staircase: bool = False, end_value: float | None = None,
) -> list[Link]:
    """A straight line up, then the same share is lost in each step."""
    knobs = _decaying(peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value)
    knobs |= {"warmup": warmup_steps, "start": init_value / peak_value, "steps": warmup_steps + transition_steps}
    return rated(peak_value, "warmup_exponential", **knobs)


@entry(
    f"{OPTAX}.cosine_decay_schedule", "cosine", {"alpha": 0.1, "exponent": 2.0},
    required={"init_value": 0.1, "decay_steps": 30},
)
def optax_cosine(
    init_value: float = 0.1, decay_steps: int = 30, alpha: float = 0.0, exponent: float = 1.0,
) -> list[Link]:
    """Half a wave of the cosine."""
    return rated(init_value, "cosine", end=alpha, exponent=exponent, steps=decay_steps)


@entry(
    f"{OPTAX}.warmup_cosine_decay_schedule", "warmup_cosine",
    {"init_value": 0.02, "end_value": 0.01, "exponent": 2.0},
    required={"init_value": 0.0, "peak_value": 0.1, "warmup_steps": 5, "decay_steps": 30},
    note="decay_steps contain the warm-up; those of keras begin after it",
)
def optax_warmup_cosine(
    init_value: float = 0.0, peak_value: float = 0.1, warmup_steps: int = 5, decay_steps: int = 30,
    end_value: float = 0.0, exponent: float = 1.0,
) -> list[Link]:
    """A straight line up, then half a wave of the cosine."""
    return rated(
        peak_value, "warmup_cosine", warmup=warmup_steps, start=init_value / peak_value, end=end_value / peak_value,
        exponent=exponent, steps=decay_steps,
    )


@entry(
    f"{OPTAX}.cosine_onecycle_schedule", "onecycle", {"pct_start": 0.45, "div_factor": 10.0},
    {"transition_steps": 33, "final_div_factor": 20.0}, required={"transition_steps": 30, "peak_value": 1.0},
    note="is at its end one step later than torch's",
)
def optax_cosine_onecycle(
    transition_steps: int = 30, peak_value: float = 1.0, pct_start: float = 0.3, div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> list[Link]:
    """One cycle like the cosine."""
    return rated(
        peak_value, "onecycle", peak=int(pct_start * transition_steps) / transition_steps, start=1 / div_factor,
        end=1 / (div_factor * final_div_factor), steps=transition_steps,
    )


@entry(
    f"{OPTAX}.linear_onecycle_schedule", "onecycle", {"pct_start": 0.45, "pct_final": 0.7, "div_factor": 10.0},
    {"transition_steps": 33, "final_div_factor": 20.0}, required={"transition_steps": 30, "peak_value": 1.0},
    note="is back where it began at pct_final, and goes on from there to the end",
)
def optax_linear_onecycle(
    transition_steps: int = 30, peak_value: float = 1.0, pct_start: float = 0.3, pct_final: float = 0.85,
    div_factor: float = 25.0, final_div_factor: float = 1e4,
) -> list[Link]:
    """One cycle of three straight lines."""
    return rated(
        peak_value, "onecycle", peak=int(pct_start * transition_steps) / transition_steps, linear=1,
        back=int(pct_final * transition_steps) / transition_steps, start=1 / div_factor,
        end=1 / (div_factor * final_div_factor), steps=transition_steps,
    )
