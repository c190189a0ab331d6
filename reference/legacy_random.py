"""The numbers of NumPy's legacy generator, RandomState: Mersenne's twister, and normal ones by the polar method."""

import random
from math import log, sqrt

WORD = 0xFFFFFFFF
SIZE = 624  # words of its state


class LegacyRandom:
    """RandomState(SEED): the same numbers in the same order."""

    def __init__(self, seed: int):
        words = [seed & WORD]
        for i in range(1, SIZE):
            words.append((1812433253 * (words[-1] ^ words[-1] >> 30) + i) & WORD)
        twister = random.Random()
        twister.setstate((3, (*words, SIZE), None))
        self.uniform = twister.random  # in [0, 1), of 53 random bits
        self._spare: float | None = None

    def normal(self) -> float:
        """A standard normal number: of each pair the second comes first."""
        if self._spare is not None:
            spare, self._spare = self._spare, None
            return spare
        square = 0.0
        while not 0 < square < 1:
            a, b = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            square = a * a + b * b
        scale = sqrt(-2 * log(square) / square)
        self._spare = scale * a
        return scale * b
