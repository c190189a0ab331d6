"""The smallest slowdown that a screen and a proof together would have found, from the noise of a generation."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

POWER = 0.8
NORMAL = statistics.NormalDist()
SHAMOS = math.sqrt(2) * NORMAL.inv_cdf(0.75)  # the median distance of two normal values, in standard deviations


def noise(effects: Sequence[float]) -> float:
    """Standard deviation of a generation, by the median distance of two (Shamos 1976): spikes hardly move it.

    It is raised by 1/n: as few show too little as often as too much, and too little harms more.
    """
    n = len(effects)
    if n < 2:
        return math.inf
    return statistics.median(abs(a - b) for a, b in combinations(effects, 2)) / SHAMOS * (1 + 1 / n)


@dataclass(frozen=True)
class Procedure:
    """A screen by the median effect, and a proof by signed ranks; effects are logarithms."""

    screen: int  # effects in the screen
    flag: float
    proof: int  # effects in the proof, at its last look
    margin: float
    level: float  # of the test
    copies: int = 1  # of the base, in the proof

    def power(self, effect: float, sigma: float) -> float:
        """The chance to find a slowdown, when the noise is normal."""
        # The median of n normal values has the variance π/(2n + 2.5), near enough from n = 4 on.
        if not math.isfinite(sigma):
            return 0.0
        sigma = max(sigma, 1e-9)
        screen = sigma * math.sqrt(math.pi / (2 * self.screen + 2.5))
        # Signed ranks are as good as a mean of 3/π as many values.
        proof = sigma * math.sqrt((1 + 1 / self.copies) / 2 / (self.proof * 3 / math.pi))
        found = NORMAL.cdf((effect - self.margin) / proof - _student(self.level, self.proof - 1))
        return NORMAL.cdf((effect - self.flag) / screen) * found

    def detectable(self, sigma: float) -> float:
        """The least effect that is found with POWER, when the noise of a generation is SIGMA."""
        if not math.isfinite(sigma):
            return math.inf
        low = max(self.margin, self.flag)
        high = low + max(sigma, 1e-9)
        while self.power(high, sigma) < POWER:
            high = low + 2 * (high - low)
        for _ in range(14):
            middle = (low + high) / 2
            low, high = (middle, high) if self.power(middle, sigma) < POWER else (low, middle)
        return high


@cache
def _student(level: float, freedom: int) -> float:
    """The upper quantile of Student's t, by Cornish and Fisher's series: how far out ranks of few values must be."""
    z = -NORMAL.inv_cdf(level)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
