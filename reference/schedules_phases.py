"""Schedules of several phases: warm-ups and cycles. Lengths are as in schedules.py; s = t − 1."""

from dlc.reference.numbers import Number
from dlc.reference.optimizer_family import SCHEDULES, not_negative, positive, share, switch
from dlc.reference.schedules import half_wave, past, room, span, whole

# A card reads as one entry of a table.
# fmt: off

POSITIVE_STEPS = positive("steps")
WARMED = (positive("warmup"), not_negative("start"), share("end"), POSITIVE_STEPS)


@SCHEDULES.card(
    "min(1, t/warmup)", requires=(positive("warmup"), POSITIVE_STEPS),
    source="Goyal et al. 2017, arXiv:1706.02677, section 2.2",
)
def warmup(t: int, *, warmup: float = 0.05, steps: float = 2000.0) -> Number:
    """A rate that grows linearly to its full size, and stays."""
    return min(t / span(warmup, steps), 1 + 0 * warmup)


def warmed(s: int, start: Number, rise: Number, after: Number) -> Number:
    """A linear rise over the first RISE steps, and AFTER from there on."""
    return start + (1 - start) * s / rise if s < rise else after


@SCHEDULES.card(
    "start + (1 − start)·s/warmup up to s = warmup, then end + (1 − end)·((1 + cos(π·z))/2)^exponent,  "
    "z = (s − warmup)/(steps − warmup)",
    requires=(*WARMED, positive("exponent")), source="Goyal et al. 2017 and Loshchilov & Hutter 2017, as in optax",
)
def warmup_cosine(
    t: int, *, warmup: float = 0.05, start: float = 0.0, end: float = 0.0, exponent: float = 1.0,
    steps: float = 2000.0,
) -> Number:
    """A linear rise, then half a wave of the cosine; as in optax, the first step moves nothing."""
    rise = span(warmup, steps)
    falling = end + (1 - end) * half_wave(past(t - 1, rise, steps - rise)) ** exponent
    return warmed(t - 1, start, rise, falling)


@SCHEDULES.card(
    "start + (1 − start)·s/warmup up to s = warmup, then end + (1 − end)·(1 − (s − warmup)/(steps − warmup))",
    requires=WARMED, source="Devlin et al. 2019, arXiv:1810.04805, section A.2",
)
def warmup_linear(
    t: int, *, warmup: float = 0.1, start: float = 0.0, end: float = 0.0, steps: float = 2000.0,
) -> Number:
    """That of BERT: up in a straight line, and down in one."""
    rise = span(warmup, steps)
    return warmed(t - 1, start, rise, end + (1 - end) * (1 - past(t - 1, rise, steps - rise)))


@SCHEDULES.card(
    "start + (1 − start)·s/warmup up to s = warmup, then max(least, end^(p/(steps − warmup))),  "
    "p = max(0, s − warmup − begin), in multiples of `every`",
    requires=(
        positive("warmup"), not_negative("start"), positive("end"), not_negative("begin"), positive("every"),
        not_negative("least"), POSITIVE_STEPS,
    ),
    source="optax 0.2.8, optax.warmup_exponential_decay_schedule",
)
def warmup_exponential(
    t: int, *, warmup: float = 0.05, start: float = 0.0, end: float = 0.01, begin: float = 0.0, every: float = 1.0,
    least: float = 0.0, steps: float = 2000.0,
) -> Number:
    """A linear rise, then the same share is lost in each step."""
    rise, stride = span(warmup, steps), span(every, steps)
    late = max(t - 1 - rise - span(begin, steps), 0 * steps)
    falling = end ** (stride * whole(late / stride) / room(steps - rise))
    return warmed(t - 1, start, rise, max(falling, least + 0 * steps))


@SCHEDULES.card(
    "start + (1 − start)·s/warmup, then 1, and over the last `decay` steps end + (1 − end)·(1 − z^power)",
    requires=(*WARMED, positive("decay"), positive("power")), aliases=("trapezoidal",),
    source="Hu et al. 2024, arXiv:2404.06395; power ½ is the 1-sqrt of Hägele et al. 2024, arXiv:2405.18392",
)
def wsd(
    t: int, *, warmup: float = 0.05, decay: float = 0.2, start: float = 0.0, end: float = 0.0, power: float = 1.0,
    steps: float = 2000.0,
) -> Number:
    """Warmup, stable, decay: the last phase alone depends on where the race ends."""
    rise, fall = span(warmup, steps), span(decay, steps)
    return warmed(t - 1, start, rise, end + (1 - end) * (1 - past(t - 1, steps - fall, fall) ** power))


@SCHEDULES.card(
    "(1 + p·(ratio − 1))/ratio,  p = s/cut up to cut = peak·steps, then 1 − (s − cut)/(cut·(1/peak − 1))",
    requires=(("0 < peak < 1", lambda peak: 0 < peak < 1), ("ratio >= 1", lambda ratio: ratio >= 1), POSITIVE_STEPS),
    source="Howard & Ruder 2018, arXiv:1801.06146",
)
def slanted_triangular(t: int, *, peak: float = 0.1, ratio: float = 32.0, steps: float = 2000.0) -> Number:
    """That of ULMFiT: a short rise, a long fall, both straight."""
    cut = span(peak, steps)
    p = (t - 1) / cut if t - 1 < cut else 1 - past(t - 1, cut, cut * (1 / peak - 1))
    return (1 + p * (ratio - 1)) / ratio


@SCHEDULES.card(
    "from start at s = 0 to 1 at peak·steps, to start again at back·steps (not where back = 0), and to end at steps; "
    "each way like half a wave of the cosine, or straight with linear = 1",
    requires=(
        ("0 < peak < 1", lambda peak: 0 < peak < 1), positive("start"), not_negative("end"), share("back"),
        switch("linear"), POSITIVE_STEPS,
    ),
    source="Smith & Topin 2019, arXiv:1708.07120, as torch.optim.lr_scheduler.OneCycleLR has it",
)
def onecycle(
    t: int, *, peak: float = 0.3, start: float = 0.04, end: float = 4e-6, back: float = 0.0, linear: float = 0.0,
    steps: float = 2000.0,
) -> Number:
    """One cycle: a long rise and a longer fall, far below where it began."""
    s, top, turn = (t - 1) + 0 * steps, peak * steps, back * steps
    before: Number
    after: Number
    if s <= top:
        before, after, left = start, 1, 1 - s / top
    elif s <= turn:
        before, after, left = 1, start, 1 - past(s, top, turn - top)
    else:
        before, begin = (start, turn) if back else (1, top)
        after, left = end, 1 - past(s, begin, steps - begin)
    return after + (before - after) * (left if linear else half_wave(1 - left))


def tooth(s: int, up: Number, down: Number, steps: Number) -> tuple[Number, Number]:
    """The height of a wave of straight lines, and how many have passed."""
    rise = span(up, steps)
    length = rise + (span(down, steps) or rise)
    cycle = whole(s / length)
    along = s - cycle * length
    return along / rise if along <= rise else (length - along) / (length - rise), cycle


CYCLIC = (positive("up"), not_negative("down"), not_negative("low"), POSITIVE_STEPS)
SMITH = "Smith 2017, arXiv:1506.01186"


@SCHEDULES.card(
    "low + (1 − low)·h,  h = s/up, then 1 − (s − up)/down, and again; down = 0 is as long as up",
    requires=CYCLIC, aliases=("cyclic",), source=SMITH,
)
def triangular(
    t: int, *, low: float = 0.1, up: float = 0.1, down: float = 0.0, steps: float = 2000.0,
) -> Number:
    """Up and down between two rates."""
    height, _ = tooth(t - 1, up, down, steps)
    return low + (1 - low) * height


@SCHEDULES.card(
    "low + (1 − low)·h/2ⁱ in cycle i = 0, 1, ..., with h of triangular", requires=CYCLIC, source=SMITH,
)
def triangular2(
    t: int, *, low: float = 0.1, up: float = 0.1, down: float = 0.0, steps: float = 2000.0,
) -> Number:
    """Up and down between two rates, half as high each time."""
    height, cycle = tooth(t - 1, up, down, steps)
    return low + (1 - low) * height / 2**cycle


@SCHEDULES.card(
    "low + (1 − low)·h·end^(s/steps), with h of triangular", requires=(*CYCLIC, positive("end")), source=SMITH,
)
def exp_range(
    t: int, *, low: float = 0.1, up: float = 0.1, down: float = 0.0, end: float = 0.1, steps: float = 2000.0,
) -> Number:
    """Up and down between two rates, lower with each step."""
    height, _ = tooth(t - 1, up, down, steps)
    return low + (1 - low) * height * end ** ((t - 1) / steps)
