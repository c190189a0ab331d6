"""Schedules that only fall, wave or jump: the factor of the learning rate in step t = 1, 2, ..., each with its card.

`steps` is the length of the race; a race sets it to its own where it is not typed. Any other length below 1 is a share
of `steps`, in whole steps. s = t − 1 steps have been taken before step t.
"""

from dlc.reference.numbers import Number, cos, pi
from dlc.reference.optimizer_family import SCHEDULES, not_negative, positive, share, switch

# A card reads as one entry of a table.
# fmt: off


def whole(x: Number) -> Number:
    """X rounded down."""
    return x - x % 1


def span(length: Number, steps: Number) -> Number:
    """A length in steps: one below 1 is a share of STEPS, in whole steps, at least one."""
    return length if length >= 1 or length <= 0 else max(whole(length * steps + 0.5), 1 + 0 * steps)


def half_wave(along: Number) -> Number:
    """From 1 at 0 down to 0 at 1, as the cosine falls."""
    return (1 + cos(pi(along) * along)) / 2


def room(length: Number) -> Number:
    """A length to divide by: 1 where a phase has none."""
    return length if length > 0 else 1 + 0 * length


def past(s: Number, begin: Number, length: Number) -> Number:
    """How much of a phase is over: 0 before it and 1 after it."""
    return min(max(s - begin, 0 * length), room(length)) / room(length)


@SCHEDULES.card(
    "value", requires=(positive("value"),),
    source="Robbins & Monro 1951, Ann. Math. Stat. 22(3), is where rates begin to fall",
)
def constant(t: int, *, value: float = 1.0) -> Number:
    """The rate as it is."""
    return value + 0 * t


@SCHEDULES.card(
    "start + (end − start)·min(1, max(0, s − begin)/(steps − begin))",
    requires=(not_negative("start"), not_negative("end"), not_negative("begin"), positive("steps")),
    source="Li, Yumer & Ramanan 2020, arXiv:1905.04753",
)
def linear(t: int, *, end: float = 0.0, start: float = 1.0, begin: float = 0.0, steps: float = 2000.0) -> Number:
    """A straight line from one factor to another."""
    first = span(begin, steps)
    return start + (end - start) * past(t - 1, first, steps - first)


@SCHEDULES.card(
    "gamma^⌊s/size⌋", requires=(positive("size"), positive("gamma"), positive("steps")),
    source="torch 2.13, torch.optim.lr_scheduler.StepLR",
)
def step(t: int, *, gamma: float = 0.1, size: float = 0.25, steps: float = 2000.0) -> Number:
    """A drop after every so many steps."""
    return gamma ** whole((t - 1) / span(size, steps))


@SCHEDULES.card(
    "gamma^(how many of first and second are ≤ s)",
    requires=(positive("gamma"), positive("first"), positive("second"), positive("steps")),
    source="He et al. 2016, arXiv:1512.03385, section 4.2",
)
def multistep(
    t: int, *, gamma: float = 0.1, first: float = 0.5, second: float = 0.75, steps: float = 2000.0,
) -> Number:
    """Two drops: the schedule of the residual networks."""
    drops = (t - 1 >= span(first, steps)) + (t - 1 >= span(second, steps))
    return gamma**drops


@SCHEDULES.card(
    "first, from s = begin_second on second, from s = begin_third on third",
    requires=(
        not_negative("first"), not_negative("second"), not_negative("third"),
        positive("begin_second"), positive("begin_third"), positive("steps"),
    ),
    source="keras 3.15, keras.optimizers.schedules.PiecewiseConstantDecay",
)
def piecewise(
    t: int, *, first: float = 1.0, second: float = 0.5, third: float = 0.1,
    begin_second: float = 0.4, begin_third: float = 0.8, steps: float = 2000.0,
) -> Number:
    """Three factors, each for its time."""
    if t - 1 >= span(begin_third, steps):
        return third + 0 * steps
    return (second if t - 1 >= span(begin_second, steps) else first) + 0 * steps


@SCHEDULES.card(
    "max(least, end^(p/steps)),  p = max(0, s − begin), in multiples of `every`",
    requires=(
        positive("end"), not_negative("begin"), positive("every"), not_negative("least"), positive("steps"),
    ),
    source="torch 2.13, torch.optim.lr_scheduler.ExponentialLR; Li & Arora 2020, arXiv:1910.07454, for rates that grow",
)
def exponential(
    t: int, *, end: float = 0.01, begin: float = 0.0, every: float = 1.0, least: float = 0.0, steps: float = 2000.0,
) -> Number:
    """The same share is lost in each step, down to the end at the end of the race."""
    late = max(t - 1 - span(begin, steps), 0 * steps)
    stride = span(every, steps)
    return max(end ** (stride * whole(late / stride) / steps), least + 0 * steps)


@SCHEDULES.card(
    "1/(1 + decay·p/steps),  p = s in multiples of `every`",
    requires=(not_negative("decay"), positive("every"), positive("steps")),
    source="Darken & Moody 1990, NIPS 3",
)
def inverse_time(t: int, *, decay: float = 9.0, every: float = 1.0, steps: float = 2000.0) -> Number:
    """Search, then converge: nearly constant at first, and then like 1/t."""
    stride = span(every, steps)
    return 1 / (1 + decay * (stride * whole((t - 1) / stride) / steps))


@SCHEDULES.card(
    "t^−power", requires=(not_negative("power"),),
    source="Robbins & Monro 1951, Ann. Math. Stat. 22(3): ½ < power ≤ 1 meets their conditions",
)
def inverse_power(t: int, *, power: float = 0.5) -> Number:
    """The rates of theory: their sum grows without bounds, that of their squares only slowly."""
    return (t + 0 * power) ** -power


@SCHEDULES.card(
    "min(t/warmup, √(warmup/t))", requires=(positive("warmup"), positive("steps")), aliases=("noam",),
    source="Vaswani et al. 2017, arXiv:1706.03762, section 5.3, as a share of its peak",
)
def inverse_sqrt(t: int, *, warmup: float = 0.05, steps: float = 2000.0) -> Number:
    """That of the Transformer: a linear rise, then 1/√t."""
    peak = span(warmup, steps)
    return min(t / peak, (peak / t) ** 0.5)


@SCHEDULES.card(
    "end + (start − end)·(1 − z)^power,  z = min(1, max(0, s − begin)/(steps − begin));  "
    "with cycle = 1, z = s/(steps·⌈s/steps⌉)",
    requires=(
        positive("power"), not_negative("start"), not_negative("end"), not_negative("begin"), switch("cycle"),
        positive("steps"),
    ),
    source="Chen et al. 2018, arXiv:1606.00915, where power is 0.9",
)
def polynomial(
    t: int, *, power: float = 2.0, end: float = 0.0, start: float = 1.0, begin: float = 0.0, cycle: float = 0.0,
    steps: float = 2000.0,
) -> Number:
    """A straight line to the end, to some power."""
    first, s = span(begin, steps), t - 1
    length = (steps - first) * (max(-whole(-s / steps), 1 + 0 * steps) if cycle else 1)
    return end + (start - end) * (1 - past(s, first, length)) ** power


@SCHEDULES.card(
    "end + (1 − end)·((1 + cos(π·min(s, steps)/steps))/2)^exponent",
    requires=(positive("steps"), share("end"), positive("exponent")),
    source="Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts",
)
def cosine(t: int, *, steps: float = 2000.0, end: float = 0.0, exponent: float = 1.0) -> Number:
    """Half a wave of the cosine, from 1 down to the end."""
    return end + (1 - end) * half_wave(past(t - 1, 0, steps)) ** exponent


@SCHEDULES.card(
    "1 for s ≤ flat, then end + (1 − end)·(1 + cos(π·(s − flat)/(steps − flat)))/2",
    requires=(share("flat"), share("end"), positive("steps")),
    source="fastai 2.8, Learner.fit_flat_cos",
)
def flat_cosine(t: int, *, flat: float = 0.75, end: float = 0.0, steps: float = 2000.0) -> Number:
    """The full rate for most of the race, then half a wave of the cosine."""
    level = span(flat, steps)
    return end + (1 - end) * half_wave(past(t - 1, level, steps - level))


@SCHEDULES.card(
    "end + (1 − end)·(1 + cos(π·s/period))/2", requires=(positive("period"), share("end"), positive("steps")),
    source="torch 2.13, torch.optim.lr_scheduler.CosineAnnealingLR, beyond T_max",
)
def cosine_wave(t: int, *, end: float = 0.0, period: float = 0.2, steps: float = 2000.0) -> Number:
    """The cosine as a wave: it climbs back as it fell."""
    return end + (1 - end) * half_wave((t - 1) / span(period, steps))


@SCHEDULES.card(
    "end + (1 − end)·m_mulⁱ·(1 + cos(π·u))/2 in cycle i, at its share u; cycle i lasts period·t_mulⁱ",
    requires=(
        positive("period"), ("t_mul >= 1", lambda t_mul: t_mul >= 1), positive("m_mul"), share("end"),
        positive("steps"),
    ),
    aliases=("sgdr",), source="Loshchilov & Hutter 2017, arXiv:1608.03983",
)
def cosine_restarts(
    t: int, *, period: float = 1 / 7, t_mul: float = 2.0, m_mul: float = 1.0, end: float = 0.0, steps: float = 2000.0,
) -> Number:
    """Warm restarts: half waves of the cosine, each one longer; by default three fill the race."""
    s, length, i = (t - 1) + 0 * steps, span(period, steps), 0
    if t_mul == 1:
        i = whole(s / length)
        s = s - i * length
    while s >= length:
        s, length, i = s - length, length * t_mul, i + 1
    return end + (1 - end) * m_mul**i * half_wave(s / length)


@SCHEDULES.card(
    "end + (1 − end)·(1 − z)/(1 − z/2),  z = min(1, s/steps)", requires=(share("end"), positive("steps")),
    source="Chen, Wolfe, Li & Kyrillidis 2022, arXiv:2107.04197",
)
def rex(t: int, *, end: float = 0.0, steps: float = 2000.0) -> Number:
    """Reflected exponential: high for long, and steep at the end."""
    z = past(t - 1, 0, steps)
    return end + (1 - end) * (1 - z) / (1 - z / 2)


@SCHEDULES.card(
    "1/(1 − (κ−1)/(κ+1)·cos(π·(2k−1)/(2T))),  k the fractal order's number for step t of T = period",
    requires=(("condition >= 1", lambda condition: condition >= 1), positive("period")),
    source="Agarwal, Goel & Zhang 2021, arXiv:2103.01338",
)
def chebyshev(t: int, *, condition: float = 100.0, period: float = 32.0) -> Number:
    """The rates that together are best on quadratics of a condition κ, in an order that stays stable.

    They are meant for a rate of 2/(least + greatest eigenvalue). The period is rounded up to a power of 2.
    """
    length = 1
    while length < period:
        length *= 2
    k = fractal_order((t - 1) % length, length)
    angle = pi(condition) * (2 * k - 1) / (2 * length)
    return 1 / (1 - (condition - 1) / (condition + 1) * cos(angle))


def fractal_order(place: int, length: int) -> int:
    """The entry at PLACE = 0, 1, ... of the permutation σ: that of 2T has σ and 2T + 1 − σ of T by turns."""
    if length == 1:
        return 1
    before = fractal_order(place // 2, length // 2)
    return length + 1 - before if place % 2 else before
