"""Problems with saddles, cliffs, kinks and plateaus: where the gradient vanishes, explodes or jumps."""

from math import inf

from dlc.reference.numbers import Number, exp, sign, tanh
from dlc.reference.problem_family import Point, Rule, everywhere, only, problem

# A card reads as one entry of a table.
# fmt: off

OURS = "dlc's own, 2026"


def saddle_gradient(x: Point) -> list[Number]:
    """(2a, −2b)."""
    return [2 * x[0], -2 * x[1]]


@problem(
    "a² − b²", gradient=saddle_gradient, dimension=2, start=(1.0, 1e-6), box=(-2, 2), is_bounded=False,
    teaches="the time to leave a saddle", source="Dauphin et al. 2014, NeurIPS, arXiv:1406.2572",
)
def saddle(x: Point) -> Number:
    """A saddle without end: |b| grows from whatever it begins at."""
    return x[0] ** 2 - x[1] ** 2


def monkey_saddle_gradient(x: Point) -> list[Number]:
    """(3a² − 3b², −6ab)."""
    a, b = x
    return [3 * a**2 - 3 * b**2, -6 * a * b]


@problem(
    "a³ − 3ab²", gradient=monkey_saddle_gradient, dimension=2, start=(1.0, 1e-6), box=(-2, 2), is_bounded=False,
    teaches="a saddle without curvature", source="Anandkumar & Ge 2016, COLT, arXiv:1602.05908",
)
def monkey_saddle(x: Point) -> Number:
    """Three ways down and three up; at the saddle the Hessian is 0."""
    a, b = x
    return a**3 - 3 * a * b**2


def bounded_saddle_gradient(x: Point) -> list[Number]:
    """(2a, b³ − 2b)."""
    a, b = x
    return [2 * a, b**3 - 2 * b]


@problem(
    "a² − b² + b⁴/4", gradient=bounded_saddle_gradient, dimension=2, start=(1.0, 1e-6), box=(-2, 2),
    minima=((0.0, 1.4142135623730951), (0.0, -1.4142135623730951)), least=-1.0, condition=2.0,
    teaches="a saddle between two minima", source="Du et al. 2017, NeurIPS, arXiv:1705.10412",
)
def bounded_saddle(x: Point) -> Number:
    """A saddle with a minimum on either side."""
    a, b = x
    return a**2 - b**2 + b**4 / 4


def cliff_gradient(x: Point) -> list[Number]:
    """(a + 100·(1 − tanh²(20(a−1))), b)."""
    a, b = x
    return [a + 100 * (1 - tanh(20 * (a - 1)) ** 2), b]


@problem(
    "½(a² + b²) + 5·(1 + tanh(20(a − 1)))", gradient=cliff_gradient, dimension=2, start=(2.0, 1.0), box=(-3, 3),
    minima=((0.0, 0.0),), least=0.0, condition=1.0, teaches="an exploding gradient",
    source=f"{OURS}, after Pascanu, Mikolov & Bengio 2013, ICML, arXiv:1211.5063",
)
def cliff(x: Point) -> Number:
    """A bowl with a step of height 10 across it: a gradient of 100 between slopes of about 1."""
    a, b = x
    return (a**2 + b**2) / 2 + 5 * (1 + tanh(20 * (a - 1)))


def bend(a: Number) -> tuple[Number, Number]:
    """The triangle wave of height 1 and period 4 that rises through 0, and its slope; 0 at the kinks."""
    place = (a + 1) % 4  # the wave rises from −1 to 1 in its first half
    return 1 - abs(place - 2), sign(2 - place) * (place != 0)


def zigzag_gradient(x: Point) -> list[Number]:
    """(0.1a − sign(r)·tri'(a), sign(r)) with r = b − tri(a)."""
    a, b = x
    height, slope = bend(a)
    return [a / 10 - sign(b - height) * slope, sign(b - height)]


@problem(
    "|b − tri(a)| + a²/20,  tri the triangle wave of height 1 and period 4", gradient=zigzag_gradient, dimension=2,
    start=(6.0, 2.0), box=(-8, 8), minima=((0.0, 0.0),), least=0.0, teaches="kinks: a gradient that jumps",
    source=OURS,
)
def zigzag(x: Point) -> Number:
    """A sharp valley that turns at right angles."""
    a, b = x
    return abs(b - bend(a)[0]) + a**2 / 20


def plateau_gradient(x: Point) -> list[Number]:
    """xᵢ·e^(−½Σx²)."""
    bell = exp(-sum(value**2 for value in x) / 2)
    return [value * bell for value in x]


@problem(
    "1 − e^(−½Σxᵢ²)", gradient=plateau_gradient, dimension=2, dimensions=(1, 100), start=everywhere(3.0),
    box=(-4, 4), minima=only(0.0), least=0.0, condition=Rule(lambda n: 1.0), teaches="a vanishing gradient far away",
    source=f"{OURS}: the loss of Welsch, Dennis & Welsch 1978, as a landscape",
)
def plateau(x: Point) -> Number:
    """A hole in a plain."""
    return 1 - exp(-sum(value**2 for value in x) / 2)


def others(x: Point) -> list[Number]:
    """Of each coordinate, the product of all the others."""
    before, after = [x[0] * 0 + 1], [x[0] * 0 + 1]
    for left, right in zip(x, reversed(x), strict=True):
        before.append(before[-1] * left)
        after.append(after[-1] * right)
    return [before[i] * after[len(x) - 1 - i] for i in range(len(x))]


def chain_gradient(x: Point) -> list[Number]:
    """(Π − 1)·Π of the others."""
    rest = others(x)
    return [(rest[0] * x[0] - 1) * other for other in rest]


@problem(
    "½·(Π wᵢ − 1)²", gradient=chain_gradient, dimension=10, dimensions=(2, 1000), start=everywhere(0.5),
    box=(-1.5, 1.5), minima=only(1.0), are_all=False, least=0.0, condition=Rule(lambda n: inf),
    teaches="a vanishing gradient through depth", source="Shamir 2019, COLT, arXiv:1809.08587",
)
def chain(x: Point) -> Number:
    """A linear network of one unit in each layer: its gradients are products of all other weights."""
    return (others(x)[0] * x[0] - 1) ** 2 / 2
