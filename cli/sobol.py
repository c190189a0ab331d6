"""Points that fill a cube evenly whatever their number: Sobol's sequence with a random digital shift.

Sobol' 1967, USSR Comput. Math. Math. Phys. 7(4); direction numbers of Joe & Kuo 2008, SIAM J. Sci. Comput. 30(5).
"""

import numpy as np

BITS = 52
# For each dimension after the first: the degree and the inner coefficients of its polynomial, and the first numbers.
POLYNOMIALS = ((1, 0, (1,)), (2, 1, (1, 3)), (3, 1, (1, 3, 1)))
MOST_DIMENSIONS = 1 + len(POLYNOMIALS)


def sobol(count: int, dimensions: int, seed: int | list[int]) -> np.ndarray:
    """COUNT points in the unit cube, [count, dimensions], shifted by what follows from SEED."""
    shift = np.random.default_rng(seed).integers(0, 2**BITS, dimensions, np.int64)
    directions = np.array([_directions(k) for k in range(dimensions)])
    points, at = np.empty((count, dimensions)), shift.copy()
    for i in range(count):
        points[i] = at / 2.0**BITS
        at ^= directions[:, _lowest_zero(i)]
    return points


def _lowest_zero(i: int) -> int:
    """The place of the lowest bit of I that is 0."""
    return (~i & (i + 1)).bit_length() - 1


def _directions(k: int) -> list[int]:
    """The direction numbers of dimension K, as fractions of 2^BITS."""
    if k == 0:
        return [1 << (BITS - 1 - i) for i in range(BITS)]
    degree, inner, first = POLYNOMIALS[k - 1]
    numbers = [value << (BITS - 1 - i) for i, value in enumerate(first)]
    for i in range(degree, BITS):
        value = numbers[i - degree] ^ (numbers[i - degree] >> degree)
        for j in range(1, degree):
            if (inner >> (degree - 1 - j)) & 1:
                value ^= numbers[i - j]
        numbers.append(value)
    return numbers
