"""The laws by which weights are drawn: mean, standard deviation and bounds of each, and its numbers.

What is drawn follows from a seed and the place alone.
"""

from dataclasses import dataclass
from math import erf, exp, inf, pi, sqrt

from dlc.reference.draws import mixed, normal
from dlc.reference.linear import dot

Matrix = list[list[float]]


@dataclass(frozen=True)
class Law:
    """How a matrix [fan_in, fan_out] of weights is drawn; an entry's mean, its standard deviation, and its bounds."""

    @property
    def mean(self) -> float:
        """Of an entry."""
        return 0.0

    @property
    def std(self) -> float:
        """Of an entry."""
        raise NotImplementedError

    @property
    def bounds(self) -> tuple[float, float]:
        """No entry is outside."""
        return -inf, inf

    def number(self, seed: int, i: int) -> float:
        """Entry number I, where entries do not depend on each other."""
        raise NotImplementedError

    def matrix(self, rows: int, columns: int, seed: int) -> Matrix:
        """The weights of a layer with ROWS inputs and COLUMNS units."""
        return [[self.number(seed, i * columns + k) for k in range(columns)] for i in range(rows)]


@dataclass(frozen=True)
class Constant(Law):
    """Always the same value."""

    value: float

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def std(self) -> float:
        """0."""
        return 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """The value."""
        return self.value, self.value

    def number(self, seed: int, i: int) -> float:
        """The value."""
        return self.value


@dataclass(frozen=True)
class Uniform(Law):
    """Any value from low to high alike."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    @property
    def std(self) -> float:
        """(high − low)/√12."""
        return (self.high - self.low) / sqrt(12)

    @property
    def bounds(self) -> tuple[float, float]:
        """Low and high."""
        return self.low, self.high

    def number(self, seed: int, i: int) -> float:
        """low + u·(high − low), with u the upper 53 bits of a mixed number."""
        return self.low + (mixed(seed, i) >> 11) / 2**53 * (self.high - self.low)


@dataclass(frozen=True)
class Normal(Law):
    """The normal distribution."""

    centre: float
    sigma: float

    @property
    def mean(self) -> float:
        """The centre."""
        return self.centre

    @property
    def std(self) -> float:
        """σ."""
        return self.sigma

    def number(self, seed: int, i: int) -> float:
        """By Box and Muller."""
        return self.centre + self.sigma * normal(seed, 0, i)


def truncation(cut: float) -> float:
    """The standard deviation of a standard normal number that is drawn again until it is within ±cut."""
    density, inside = exp(-cut * cut / 2) / sqrt(2 * pi), erf(cut / sqrt(2))
    return sqrt(1 - 2 * cut * density / inside)


@dataclass(frozen=True)
class Truncated(Law):
    """The normal distribution, drawn again until it is within CUT sigmas: the standard deviation is less than sigma."""

    centre: float
    sigma: float
    cut: float = 2.0

    @property
    def mean(self) -> float:
        """The centre."""
        return self.centre

    @property
    def std(self) -> float:
        """σ·√(1 − 2·cut·φ(cut)/(2·Φ(cut) − 1)); 0.8796·σ for a cut of 2."""
        return self.sigma * truncation(self.cut)

    @property
    def bounds(self) -> tuple[float, float]:
        """cut·σ to either side."""
        return self.centre - self.cut * self.sigma, self.centre + self.cut * self.sigma

    def number(self, seed: int, i: int) -> float:
        """The first of the normal numbers of this place that is inside."""
        attempt = 0
        while abs(drawn := normal(seed, attempt, i)) > self.cut:
            attempt += 1
        return self.centre + self.sigma * drawn


def with_std(std: float, cut: float = 2.0) -> Truncated:
    """A truncated normal distribution whose standard deviation, after the cut, is STD."""
    return Truncated(0.0, std / truncation(cut), cut)


@dataclass(frozen=True)
class Orthogonal(Law):
    """Columns, or if they are more than the rows, rows, that are orthogonal to each other and GAIN long."""

    gain: float
    longer: int  # of rows and columns

    @property
    def std(self) -> float:
        """gain/√max(fan_in, fan_out), by symmetry."""
        return self.gain / sqrt(self.longer)

    @property
    def bounds(self) -> tuple[float, float]:
        """±gain."""
        return -abs(self.gain), abs(self.gain)

    def matrix(self, rows: int, columns: int, seed: int) -> Matrix:
        """Normal vectors, made orthogonal one after the other (Gram & Schmidt, twice for the digits)."""
        tall, short = max(rows, columns), min(rows, columns)
        found: Matrix = []
        for k in range(short):
            vector = [normal(seed, 0, i * short + k) for i in range(tall)]
            for _ in range(2):
                for other in found:
                    along = dot(vector, other)
                    vector = [v - along * w for v, w in zip(vector, other, strict=True)]
            size = sqrt(dot(vector, vector))
            found.append([v / size for v in vector])
        scaled = [[self.gain * v for v in vector] for vector in found]
        return scaled if columns > rows else [list(row) for row in zip(*scaled, strict=True)]


@dataclass(frozen=True)
class Identity(Law):
    """GAIN on the diagonal, 0 elsewhere."""

    gain: float
    rows: int
    columns: int

    @property
    def mean(self) -> float:
        """gain/max(fan_in, fan_out)."""
        return self.gain / max(self.rows, self.columns)

    @property
    def std(self) -> float:
        """Of the entries as they are."""
        share = 1 / max(self.rows, self.columns)
        return abs(self.gain) * sqrt(share * (1 - share))

    @property
    def bounds(self) -> tuple[float, float]:
        """0 and the gain."""
        return min(0.0, self.gain), max(0.0, self.gain)

    def matrix(self, rows: int, columns: int, seed: int) -> Matrix:
        """The matrix."""
        return [[self.gain * (i == k) for k in range(columns)] for i in range(rows)]


@dataclass(frozen=True)
class Sparse(Law):
    """Normal, but so many inputs of each unit are 0."""

    sigma: float
    zeros: int
    inputs: int

    @property
    def std(self) -> float:
        """σ·√(1 − zeros/fan_in)."""
        return self.sigma * sqrt(1 - self.zeros / self.inputs)

    def matrix(self, rows: int, columns: int, seed: int) -> Matrix:
        """Of each unit, the inputs with the least mixed numbers are 0."""
        found = [[self.sigma * normal(seed, 0, i * columns + k) for k in range(columns)] for i in range(rows)]
        other = mixed(seed, 1) >> 1
        for k in range(columns):
            for i in sorted(range(rows), key=lambda i: mixed(other, i * columns + k))[: self.zeros]:
                found[i][k] = 0.0
        return found


@dataclass(frozen=True)
class Lengths(Law):
    """Any direction alike, and each unit's weights LENGTH long: uniform numbers, scaled."""

    length: float
    inputs: int

    @property
    def std(self) -> float:
        """length/√fan_in, by symmetry."""
        return self.length / sqrt(self.inputs)

    @property
    def bounds(self) -> tuple[float, float]:
        """±length."""
        return -self.length, self.length

    def matrix(self, rows: int, columns: int, seed: int) -> Matrix:
        """Uniform numbers from −1 to 1, each column scaled."""
        found = Uniform(-1.0, 1.0).matrix(rows, columns, seed)
        sizes = [sqrt(sum(row[k] ** 2 for row in found)) for k in range(columns)]
        return [[self.length * w / size for w, size in zip(row, sizes, strict=True)] for row in found]
