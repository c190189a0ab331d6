"""Problems with one basin that is nearly a quadratic: how fast, and how the condition tells."""

from dlc.reference.numbers import Number, cos, pi, sin
from dlc.reference.problem_family import MANY, Point, Rule, everywhere, only, problem

# A card reads as one entry of a table.
# fmt: off


def sphere_gradient(x: Point) -> list[Number]:
    """2xᵢ."""
    return [2 * value for value in x]


@problem(
    "Σ xᵢ²", gradient=sphere_gradient, dimension=2, dimensions=(1, MANY), start=everywhere(1.0), box=(-5.12, 5.12),
    minima=only(0.0), least=0.0, condition=Rule(lambda n: 1.0), teaches="nothing: every method should be at home here",
    source="De Jong 1975, An Analysis of the Behavior of a Class of Genetic Adaptive Systems, F1",
)
def sphere(x: Point) -> Number:
    """A round bowl."""
    return sum(value**2 for value in x)


def eigenvalues(count: int, condition: Number) -> list[Number]:
    """From 1 to CONDITION, equally spaced in their logarithm."""
    return [condition ** ((condition * 0 + i) / max(1, count - 1)) for i in range(count)]


def quadratic_gradient(x: Point, condition: float = 1e4) -> list[Number]:
    """λᵢxᵢ."""
    return [scale * value for scale, value in zip(eigenvalues(len(x), condition), x, strict=True)]


@problem(
    "½·Σ λᵢ·xᵢ²,  λᵢ = condition^((i−1)/(n−1))", gradient=quadratic_gradient, dimension=10, dimensions=(2, MANY),
    start=everywhere(1.0), box=(-2, 2), minima=only(0.0), least=0.0, condition=Rule(lambda n: 1e4),
    requires=(("condition >= 1", lambda condition: condition >= 1),), aliases=("ellipsoid",), teaches="condition",
    source="Nesterov 2004, Introductory Lectures on Convex Optimization, section 2.1",
)
def quadratic(x: Point, condition: float = 1e4) -> Number:
    """A bowl that is CONDITION times steeper in one direction than in another."""
    return sum(scale * value**2 for scale, value in zip(eigenvalues(len(x), condition), x, strict=True)) / 2


def rotated_axes(x: Point, angle: Number) -> tuple[Number, Number, Number, Number]:
    """cos and sin of ANGLE degrees, and x along the axes that are turned by it."""
    radians = angle * pi(x[0]) / 180
    c, s = cos(radians), sin(radians)
    return c, s, c * x[0] - s * x[1], s * x[0] + c * x[1]


def rotated_ellipsoid_gradient(x: Point, condition: float = 100.0, angle: float = 30.0) -> list[Number]:
    """Rᵀ·(u, condition·v)."""
    c, s, u, v = rotated_axes(x, angle)
    return [c * u + s * condition * v, c * condition * v - s * u]


@problem(
    "½·(u² + condition·v²),  (u, v) = R·x, R a rotation by angle°", gradient=rotated_ellipsoid_gradient, dimension=2,
    start=(1.0, 1.0), box=(-2, 2), minima=((0.0, 0.0),), least=0.0, condition=100.0,
    requires=(("condition >= 1", lambda condition: condition >= 1),), teaches="what is not invariant to rotation",
    source="Hansen et al. 2009, BBOB-2009, INRIA RR-6829, f10",
)
def rotated_ellipsoid(x: Point, condition: float = 100.0, angle: float = 30.0) -> Number:
    """An elliptic bowl whose axes are not those of the coordinates."""
    _, _, u, v = rotated_axes(x, angle)
    return (u**2 + condition * v**2) / 2


def booth_gradient(x: Point) -> list[Number]:
    """(2p + 4q, 4p + 2q) with p = a + 2b − 7, q = 2a + b − 5."""
    a, b = x
    p, q = a + 2 * b - 7, 2 * a + b - 5
    return [2 * p + 4 * q, 4 * p + 2 * q]


@problem(
    "(a + 2b − 7)² + (2a + b − 5)²", gradient=booth_gradient, dimension=2, start=(-8.0, -8.0), box=(-10, 10),
    minima=((1.0, 3.0),), least=0.0, condition=9.0, teaches="a mild condition",
    source="Jamil & Yang 2013, arXiv:1308.4008, 17",
)
def booth(x: Point) -> Number:
    """A bowl that is somewhat longer than wide."""
    a, b = x
    return (a + 2 * b - 7) ** 2 + (2 * a + b - 5) ** 2


def matyas_gradient(x: Point) -> list[Number]:
    """(0.52a − 0.48b, 0.52b − 0.48a)."""
    a, b = x
    return [(52 * a - 48 * b) / 100, (52 * b - 48 * a) / 100]


@problem(
    "0.26·(a² + b²) − 0.48·a·b", gradient=matyas_gradient, dimension=2, start=(8.0, -6.0), box=(-10, 10),
    minima=((0.0, 0.0),), least=0.0, condition=25.0, teaches="correlated coordinates",
    source="Jamil & Yang 2013, arXiv:1308.4008, 71",
)
def matyas(x: Point) -> Number:
    """A bowl stretched along the diagonal."""
    a, b = x
    return (26 * (a**2 + b**2) - 48 * a * b) / 100


def weighted_sum(x: Point) -> Number:
    """½·Σ i·xᵢ."""
    return sum(i * value for i, value in enumerate(x, 1)) / 2


def zakharov_gradient(x: Point) -> list[Number]:
    """2xᵢ + i·(s + 2s³)."""
    s = weighted_sum(x)
    return [2 * value + i * (s + 2 * s**3) for i, value in enumerate(x, 1)]


@problem(
    "Σ xᵢ² + s² + s⁴,  s = ½·Σ i·xᵢ", gradient=zakharov_gradient, dimension=2, dimensions=(1, MANY),
    start=everywhere(-4.0, 8.0), box=(-5, 10), minima=only(0.0), least=0.0,
    condition=Rule(lambda n: 1 + sum(i * i for i in range(1, n + 1)) / 4 if n > 1 else 1.0),
    teaches="a quartic wall around a quadratic", source="Jamil & Yang 2013, arXiv:1308.4008, 173",
)
def zakharov(x: Point) -> Number:
    """A bowl whose walls become quartic."""
    s = weighted_sum(x)
    return sum(value**2 for value in x) + s**2 + s**4
