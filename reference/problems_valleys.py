"""Problems with a long curved or badly scaled valley: progress along it is slow, and across it unstable."""

import itertools
from math import inf

from dlc.reference.numbers import Number, constant
from dlc.reference.problem_family import MANY, Point, Rule, everywhere, only, problem

# A card reads as one entry of a table.
# fmt: off


def rosenbrock_gradient(x: Point) -> list[Number]:
    """Of each pair (a, b) of neighbours: (−400a(b−a²) − 2(1−a), 200(b−a²))."""
    g = [0 * value for value in x]
    for i, (a, b) in enumerate(itertools.pairwise(x)):
        g[i] += -400 * a * (b - a**2) - 2 * (1 - a)
        g[i + 1] += 200 * (b - a**2)
    return g


# The second minimum near (−1, 1, ..., 1): it exists from four dimensions on.
ROSENBROCK_TRAPS = {
    4: (-0.7756592265653526, 0.6130933654850433, 0.38206284633839316, 0.1459720185521946),
    10: (
        -0.9932633728563689, 0.9966060394434352, 0.9982406113911125, 0.9989884337678007, 0.999226153439665,
        0.9990736481633443, 0.9984541774029088, 0.9970562516630377, 0.9941793752280661, 0.9883926301288679,
    ),
}


@problem(
    "Σ 100·(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²", gradient=rosenbrock_gradient, dimension=2, dimensions=(2, MANY),
    start=everywhere(-1.2, 1.0), box=(-2, 2), minima=only(1.0), least=0.0,
    condition=Rule({2: 2508.01, 3: 2950.1, 4: 3180.02, 5: 3316.16, 10: 3534.51}.get),
    traps=Rule(lambda n: tuple(ROSENBROCK_TRAPS[k] for k in (n,) if k in ROSENBROCK_TRAPS)),
    teaches="a curved valley", source="Rosenbrock 1960, Computer Journal 3(3):175",
)
def rosenbrock(x: Point) -> Number:
    """A curved valley, steep across and nearly flat along."""
    return sum(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in itertools.pairwise(x))


BEALE = (1.5, 2.25, 2.625)


def beale_gradient(x: Point) -> list[Number]:
    """(Σ 2rₖ(bᵏ−1), Σ 2rₖ·k·a·bᵏ⁻¹) with rₖ = cₖ − a + a·bᵏ."""
    a, b = x
    residuals = [(k, c - a + a * b**k) for k, c in enumerate(BEALE, 1)]
    return [sum(2 * r * (b**k - 1) for k, r in residuals), sum(2 * r * k * a * b ** (k - 1) for k, r in residuals)]


@problem(
    "Σₖ (cₖ − a + a·bᵏ)²,  c = 1.5, 2.25, 2.625", gradient=beale_gradient, dimension=2, start=(1.0, 1.0),
    hard_start=(-4.5, 4.5), box=(-4.5, 4.5), minima=((3.0, 0.5),), least=0.0, condition=162.473,
    teaches="gradients over four decades, and a plateau",
    source="Beale 1958; Moré, Garbow & Hillstrom 1981, ACM TOMS 7(1):17",
)
def beale(x: Point) -> Number:
    """A plateau with steep corners."""
    a, b = x
    return sum((c - a + a * b**k) ** 2 for k, c in enumerate(BEALE, 1))


def dixon_price_terms(x: Point) -> list[tuple[int, Number]]:
    """(i, 2xᵢ² − xᵢ₋₁) for i = 2, ..., n."""
    return [(i, 2 * b**2 - a) for i, (a, b) in enumerate(itertools.pairwise(x), 2)]


def dixon_price_gradient(x: Point) -> list[Number]:
    """2(x₁−1), and of each term (i, r): 8i·r·xᵢ for xᵢ and −2i·r for xᵢ₋₁."""
    g = [2 * (x[0] - 1), *(0 * value for value in x[1:])]
    for i, r in dixon_price_terms(x):
        g[i - 1] += 8 * i * r * x[i - 1]
        g[i - 2] -= 2 * i * r
    return g


def dixon_price_minima(n: int) -> tuple[tuple[float, ...], ...]:
    """xᵢ = 2^(2^(1−i) − 1); the last coordinate of either sign."""
    least = [2.0 ** (2.0 ** (1 - i) - 1) for i in range(1, n + 1)]
    return tuple((*least[:-1], sign * least[-1]) for sign in (1, -1))


@problem(
    "(x₁ − 1)² + Σ i·(2xᵢ² − xᵢ₋₁)²", gradient=dixon_price_gradient, dimension=2, dimensions=(2, 30),
    start=everywhere(-8.0, 8.0), box=(-10, 10), minima=Rule(dixon_price_minima), least=0.0,
    condition=Rule({2: 20.5138, 3: 30.1394, 4: 36.7141, 5: 43.1728, 10: 84.8318}.get),
    teaches="a curved valley that forks", source="Jamil & Yang 2013, arXiv:1308.4008, 48",
)
def dixon_price(x: Point) -> Number:
    """A valley with two ends."""
    return (x[0] - 1) ** 2 + sum(i * r**2 for i, r in dixon_price_terms(x))


def powell_singular_gradient(x: Point) -> list[Number]:
    """The derivatives of p² + 5q² + r⁴ + 10s⁴ by the four coordinates."""
    a, b, c, d = x
    p, q, r, s = 2 * (a + 10 * b), 10 * (c - d), 4 * (b - 2 * c) ** 3, 40 * (a - d) ** 3
    return [p + s, 10 * p + r, q - 2 * r, -q - s]


@problem(
    "(a + 10b)² + 5(c − d)² + (b − 2c)⁴ + 10(a − d)⁴", gradient=powell_singular_gradient, dimension=4,
    start=(3.0, -1.0, 0.0, 1.0), box=(-5, 5), minima=((0.0,) * 4,), least=0.0, condition=inf,
    teaches="a singular Hessian: no method is linear", source="Powell 1962, Computer Journal 5(2):147",
)
def powell_singular(x: Point) -> Number:
    """A bowl that is quartic along two directions."""
    a, b, c, d = x
    return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4


def wood_gradient(x: Point) -> list[Number]:
    """Two Rosenbrock valleys, and what couples b and d."""
    a, b, c, d = x
    p, q = a**2 - b, c**2 - d
    return [
        400 * a * p + 2 * (a - 1),
        -200 * p + (202 * (b - 1) + 198 * (d - 1)) / 10,
        360 * c * q + 2 * (c - 1),
        -180 * q + (202 * (d - 1) + 198 * (b - 1)) / 10,
    ]


@problem(
    "100(a²−b)² + (a−1)² + (c−1)² + 90(c²−d)² + 10.1((b−1)² + (d−1)²) + 19.8(b−1)(d−1)", gradient=wood_gradient,
    dimension=4, start=(-3.0, -1.0, -3.0, -1.0), box=(-10, 10), minima=((1.0,) * 4,), least=0.0, condition=1397.96,
    teaches="two coupled valleys", source="Colville 1968; Moré, Garbow & Hillstrom 1981, ACM TOMS 7(1):17",
)
def wood(x: Point) -> Number:
    """Two curved valleys that pull at each other."""
    a, b, c, d = x
    valleys = 100 * (a**2 - b) ** 2 + (a - 1) ** 2 + (c - 1) ** 2 + 90 * (c**2 - d) ** 2
    return valleys + (101 * ((b - 1) ** 2 + (d - 1) ** 2) + 198 * (b - 1) * (d - 1)) / 10


def freudenstein_roth_terms(x: Point) -> tuple[Number, Number]:
    """The two equations' residuals."""
    a, b = x
    return a - 13 + ((5 - b) * b - 2) * b, a - 29 + ((b + 1) * b - 14) * b


def freudenstein_roth_gradient(x: Point) -> list[Number]:
    """(2p + 2q, 2p(10b − 3b² − 2) + 2q(3b² + 2b − 14))."""
    p, q = freudenstein_roth_terms(x)
    b = x[1]
    return [2 * p + 2 * q, 2 * p * (10 * b - 3 * b**2 - 2) + 2 * q * (3 * b**2 + 2 * b - 14)]


@problem(
    "(a − 13 + ((5 − b)b − 2)b)² + (a − 29 + ((b + 1)b − 14)b)²", gradient=freudenstein_roth_gradient, dimension=2,
    start=(0.5, -2.0), box=((-5, 15), (-5, 6)), minima=((5.0, 4.0),), least=0.0,
    traps=((11.412778986902094, -0.8968052532744765),), condition=1285.7, agreement=4e-12,
    teaches="a trap at the end of a valley",
    source="Freudenstein & Roth 1963, Journal of the ACM 10(4):550",
)
def freudenstein_roth(x: Point) -> Number:
    """A valley with a minimum that is not the least."""
    p, q = freudenstein_roth_terms(x)
    return p**2 + q**2


def brown_terms(x: Point) -> tuple[Number, Number, Number]:
    """a − 10⁶, b − 2·10⁻⁶ and ab − 2."""
    a, b = x
    return a - 10**6, b - constant("2e-6", b), a * b - 2


def brown_badly_scaled_gradient(x: Point) -> list[Number]:
    """(2p + 2rb, 2q + 2ra)."""
    p, q, r = brown_terms(x)
    return [2 * p + 2 * r * x[1], 2 * q + 2 * r * x[0]]


@problem(
    "(a − 10⁶)² + (b − 2·10⁻⁶)² + (ab − 2)²", gradient=brown_badly_scaled_gradient, dimension=2, start=(1.0, 1.0),
    box=((0, 2e6), (-1, 1)), minima=((1e6, 2e-6),), least=0.0, condition=1e12, agreement=1e-9,
    teaches="coordinates of scales twelve decades apart", source="Moré, Garbow & Hillstrom 1981, ACM TOMS 7(1):17",
)
def brown_badly_scaled(x: Point) -> Number:
    """A valley whose coordinates are a million and a millionth."""
    p, q, r = brown_terms(x)
    return p**2 + q**2 + r**2
