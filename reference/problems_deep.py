"""The quadratic of DeepOBS with the spectrum of a deep network: its data are numbers of NumPy's legacy generator."""

from collections.abc import Sequence
from functools import cache
from math import cos, pi, sin, sqrt
from struct import pack, unpack

from dlc.reference.draws import batch
from dlc.reference.legacy_random import LegacyRandom
from dlc.reference.linear import Matrix, product, transposed
from dlc.reference.numbers import Number
from dlc.reference.problem_family import Computed, Point, everywhere, problem

# fmt: off  (a card reads as one entry of a table)

SIZE, ROWS, BATCH = 100, 1000, 128
FLAT, STEEP = 90, 10
SPREAD = 0.6  # of the data
TRAINING, TEST = 42, 43  # seeds


@cache
def hessian() -> tuple[list[float], Matrix]:
    """The eigenvalues, 90 in (0, 1) and 10 in (30, 60), and their eigenvectors as the rows of a rotation.

    The rotation is uniform among all (Diaconis & Shahshahani 1987): it grows by one dimension at a time, each time
    turned by a reflection that takes the first axis to a random direction. The sign of the last changes no Hessian.
    """
    draws = LegacyRandom(TRAINING)
    values = [draws.uniform() for _ in range(FLAT)] + [30 + 30 * draws.uniform() for _ in range(STEEP)]
    angle = 2 * pi * draws.uniform()
    turn = [[cos(angle), sin(angle)], [-sin(angle), cos(angle)]]
    for size in range(3, SIZE + 1):
        towards = [draws.normal() for _ in range(size)]
        length = sqrt(sum(a * a for a in towards))
        mirror = [(i == 0) - a / length for i, a in enumerate(towards)]
        square = sum(a * a for a in mirror)
        turn = [[1.0] + [0.0] * (size - 1), *([0.0, *row] for row in turn)]
        shadow = [2 * a / square for a in product(transposed(turn), mirror)]
        turn = [[a - m * b for a, b in zip(row, shadow, strict=True)] for m, row in zip(mirror, turn, strict=True)]
    return values, turn


@cache
def rows(seed: int = TRAINING) -> list[Sequence[float]]:
    """1000 points that are normal with a standard deviation of 0.6, rounded to float32."""
    draws = LegacyRandom(seed)
    numbers = (SPREAD * draws.normal() for _ in range(ROWS * SIZE))
    single = unpack(f"{ROWS * SIZE}f", pack(f"{ROWS * SIZE}f", *numbers))
    return [single[i : i + SIZE] for i in range(0, ROWS * SIZE, SIZE)]


@cache
def centre() -> tuple[float, ...]:
    """The mean of the training rows."""
    return tuple(sum(column) / ROWS for column in zip(*rows(), strict=True))


def from_centre(x: Point) -> tuple[list[float], list[Number], Matrix]:
    """The eigenvalues, x − centre along the eigenvectors, and the eigenvectors."""
    values, turn = hessian()
    return values, product(turn, [a - b for a, b in zip(x, centre(), strict=True)]), turn


def quadratic_deep_gradient(x: Point) -> list[Number]:
    """H·(x − mean of the rows)."""
    values, along, turn = from_centre(x)
    return product(transposed(turn), [scale * a for scale, a in zip(values, along, strict=True)])


def batch_noise(x: Point, seed: int, t: int) -> list[Number]:
    """H·(mean of all rows − mean of the step's)."""
    values, turn = hessian()
    chosen = [rows()[row] for row in batch(ROWS, BATCH, seed, t)]
    off = [a - sum(column) / BATCH for a, column in zip(centre(), zip(*chosen, strict=True), strict=True)]
    return product(transposed(turn), [scale * a for scale, a in zip(values, product(turn, off), strict=True)])


LEAST = 84.769653275608  # the rows' spread: the mean of ½(r − mean)ᵀH(r − mean)


@problem(
    "mean of ½(x − r)ᵀH(x − r) over 1000 rows r;  a step sees 128 of them",
    gradient=quadratic_deep_gradient,
    noise=batch_noise,
    dimension=SIZE,
    start=everywhere(1.0),
    box=(-2, 2),
    minima=Computed(lambda: [centre()]),
    least=LEAST,
    condition=9621.13,
    teaches="the spectrum of a deep network: 90 % flat, 10 % steep",
    source="Schneider, Balles & Hennig 2019, DeepOBS, ICLR, arXiv:1903.05499; Chaudhari et al. 2017, arXiv:1611.01838",
)
def quadratic_deep(x: Point) -> Number:
    """A stochastic quadratic of 100 variables with few steep directions."""
    values, along, _ = from_centre(x)
    return sum(scale * a**2 for scale, a in zip(values, along, strict=True)) / 2 + LEAST
