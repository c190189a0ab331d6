"""Schedules: the factor of the learning rate in step t = 1, 2, ..., each with its card.

`steps` is the length of the race; a race sets it to its own where it is not typed.
"""

from dlc.reference.numbers import Number, cos, pi
from dlc.reference.optimizer_family import SCHEDULES, positive, share

# A card reads as one entry of a table.
# fmt: off


@SCHEDULES.card(
    "end + (1 − end)·(1 + cos(π·min(t−1, steps)/steps))/2", requires=(positive("steps"), share("end")),
    source="Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts",
)
def cosine(t: int, *, steps: float = 2000.0, end: float = 0.0) -> Number:
    """Half a wave of the cosine, from 1 down to the end."""
    along = min(t - 1, steps) / steps
    return end + (1 - end) * (1 + cos(pi(along) * along)) / 2


@SCHEDULES.card(
    "min(1, t/warmup_steps)", requires=(positive("warmup_steps"),),
    source="Goyal et al. 2017, arXiv:1706.02677, section 2.2",
)
def warmup(t: int, *, warmup_steps: float = 100.0) -> Number:
    """A rate that grows linearly to its full size, and stays."""
    return min(t / warmup_steps, 1 + 0 * warmup_steps)
