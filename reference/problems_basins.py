"""Problems with many minima: where a run ends depends on where it begins and on how far it jumps."""

from dlc.reference.numbers import Number, constant, cos, exp, pi, sin, sqrt
from dlc.reference.problem_family import MANY, Point, Rule, everywhere, norm, only, problem

# A card reads as one entry of a table.
# fmt: off


def himmelblau_gradient(x: Point) -> list[Number]:
    """(4a(a²+b−11) + 2(a+b²−7), 2(a²+b−11) + 4b(a+b²−7))."""
    a, b = x
    return [4 * a * (a**2 + b - 11) + 2 * (a + b**2 - 7), 2 * (a**2 + b - 11) + 4 * b * (a + b**2 - 7)]


@problem(
    "(a² + b − 11)² + (a + b² − 7)²", gradient=himmelblau_gradient, dimension=2, start=(0.0, 0.0), box=(-5, 5),
    minima=(
        (3.0, 2.0), (-2.805118086952745, 3.131312518250573), (-3.779310253377747, -3.2831859912861696),
        (3.5844283403304917, -1.8481265269644036),
    ),
    least=0.0, condition=3.19976, teaches="four basins", source="Himmelblau 1972, Applied Nonlinear Programming",
)
def himmelblau(x: Point) -> Number:
    """Four basins, each with a minimum of 0."""
    a, b = x
    return (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2


def goldstein_price_factors(x: Point) -> tuple[Number, Number, Number, Number, Number, Number]:
    """The two squares s², t² and the two polynomials they multiply, and s and t themselves."""
    a, b = x
    s, t = a + b + 1, 2 * a - 3 * b
    p = 19 - 14 * a + 3 * a**2 - 14 * b + 6 * a * b + 3 * b**2
    q = 18 - 32 * a + 12 * a**2 + 48 * b - 36 * a * b + 27 * b**2
    return s**2, t**2, p, q, s, t


def goldstein_price_gradient(x: Point) -> list[Number]:
    """The product rule on (1 + s²p)(30 + t²q)."""
    a, b = x
    s2, t2, p, q, s, t = goldstein_price_factors(x)
    first, second = 1 + s2 * p, 30 + t2 * q
    slope = 2 * s * p + s2 * (6 * a + 6 * b - 14)  # of the first factor, by either coordinate
    by_a = 4 * t * q + t2 * (24 * a - 36 * b - 32)
    by_b = -6 * t * q + t2 * (54 * b - 36 * a + 48)
    return [slope * second + first * by_a, slope * second + first * by_b]


@problem(
    "(1 + (a+b+1)²(19−14a+3a²−14b+6ab+3b²))·(30 + (2a−3b)²(18−32a+12a²+48b−36ab+27b²))",
    gradient=goldstein_price_gradient, dimension=2, start=(1.5, 1.5), box=(-2, 2), minima=((0.0, -1.0),), least=3.0,
    traps=((1.8, 0.2), (-0.6, -0.4), (1.2, 0.8)), condition=2.39596, agreement=4e-12, teaches="values over six decades",
    source="Goldstein & Price 1971, Mathematics of Computation 25(115):569",
)
def goldstein_price(x: Point) -> Number:
    """Four minima in a landscape from 3 to a million."""
    s2, t2, p, q, _, _ = goldstein_price_factors(x)
    return (1 + s2 * p) * (30 + t2 * q)


def branin_terms(x: Point) -> tuple[Number, Number, Number]:
    """b − 5.1a²/4π² + 5a/π − 6, its derivative by a, and 10(1 − 1/8π)."""
    a, b = x
    p = pi(a)
    bend = constant("5.1", a) / (4 * p**2)
    return b - bend * a**2 + 5 * a / p - 6, 5 / p - 2 * bend * a, 10 * (1 - 1 / (8 * p))


def branin_gradient(x: Point) -> list[Number]:
    """(2r·∂r/∂a − 10(1 − 1/8π)·sin a, 2r)."""
    r, slope, height = branin_terms(x)
    return [2 * r * slope - height * sin(x[0]), 2 * r]


@problem(
    "(b − 5.1a²/4π² + 5a/π − 6)² + 10(1 − 1/8π)·cos a + 10", gradient=branin_gradient, dimension=2, start=(2.5, 12.5),
    box=((-5, 10), (0, 15)),
    minima=((3.141592653589793, 2.275), (-3.141592653589793, 12.275), (9.42477796076938, 2.475)),
    least=0.397887357729738, condition=6.39985, teaches="three equal minima",
    source="Branin 1972, IBM Journal of Research and Development 16(5):504",
)
def branin(x: Point) -> Number:
    """A valley that waves, with three equal minima in the box and more beyond."""
    r, _, height = branin_terms(x)
    return r**2 + height * cos(x[0]) + 10


def three_hump_gradient(x: Point) -> list[Number]:
    """(4a − 4.2a³ + a⁵ + b, a + 2b)."""
    a, b = x
    return [4 * a - 42 * a**3 / 10 + a**5 + b, a + 2 * b]


@problem(
    "2a² − 1.05a⁴ + a⁶/6 + ab + b²", gradient=three_hump_gradient, dimension=2, start=(-4.0, 4.0), box=(-5, 5),
    minima=((0.0, 0.0),), least=0.0, traps=(
        (1.7475523458302888, -0.8737761729151444), (-1.7475523458302888, 0.8737761729151444),
    ),
    condition=2.78361, aliases=("three_hump_camel",), teaches="two traps beside the minimum",
    source="Jamil & Yang 2013, arXiv:1308.4008, 29",
)
def three_hump(x: Point) -> Number:
    """Three basins in a row, the middle one the deepest."""
    a, b = x
    return 2 * a**2 - 105 * a**4 / 100 + a**6 / 6 + a * b + b**2


def six_hump_gradient(x: Point) -> list[Number]:
    """(8a − 8.4a³ + 2a⁵ + b, a − 8b + 16b³)."""
    a, b = x
    return [8 * a - 84 * a**3 / 10 + 2 * a**5 + b, a - 8 * b + 16 * b**3]


@problem(
    "(4 − 2.1a² + a⁴/3)·a² + ab + (4b² − 4)·b²", gradient=six_hump_gradient, dimension=2, start=(-2.5, 1.5),
    box=((-3, 3), (-2, 2)), least=-1.0316284534898774, condition=2.14692,
    minima=((0.08984201310031806, -0.7126564030207396), (-0.08984201310031806, 0.7126564030207396)),
    traps=(
        (-1.703606714969981, 0.7960835686726251), (1.703606714969981, -0.7960835686726251),
        (1.6071047529201972, 0.5686514548841314), (-1.6071047529201972, -0.5686514548841314),
    ),
    aliases=("six_hump_camel",),
    teaches="six basins, two of them deepest", source="Dixon & Szegő 1978, Towards Global Optimisation 2",
)
def six_hump(x: Point) -> Number:
    """Six minima of three depths."""
    a, b = x
    return (4 - 21 * a**2 / 10 + a**4 / 3) * a**2 + a * b + (4 * b**2 - 4) * b**2


def styblinski_tang_gradient(x: Point) -> list[Number]:
    """2xᵢ³ − 16xᵢ + 2.5."""
    return [2 * value**3 - 16 * value + constant("2.5", value) for value in x]


STYBLINSKI_LEAST = -39.166165703771415  # of one coordinate
STYBLINSKI = (-2.903534027771177, 2.746802770990837)


@problem(
    "½·Σ xᵢ⁴ − 16xᵢ² + 5xᵢ", gradient=styblinski_tang_gradient, dimension=2, dimensions=(1, MANY),
    start=everywhere(0.0), box=(-5, 5), minima=only(STYBLINSKI[0]), least=Rule(lambda n: STYBLINSKI_LEAST * n),
    traps=Rule(lambda n: tuple(tuple(STYBLINSKI[i == j] for j in range(n)) for i in range(min(n, 4)))),
    condition=Rule(lambda n: 1.0), teaches="2ⁿ basins; the wrong one is easy to take",
    source="Styblinski & Tang 1990, Neural Networks 3(4):467",
)
def styblinski_tang(x: Point) -> Number:
    """Two basins in each coordinate, one deeper than the other."""
    return sum(value**4 - 16 * value**2 + 5 * value for value in x) / 2


def mccormick_gradient(x: Point) -> list[Number]:
    """cos(a+b) ± 2(a−b), and −1.5 or 2.5."""
    a, b = x
    wave, across = cos(a + b), 2 * (a - b)
    return [wave + across - constant("1.5", a), wave - across + constant("2.5", b)]


@problem(
    "sin(a + b) + (a − b)² − 1.5a + 2.5b + 1", gradient=mccormick_gradient, dimension=2, start=(3.0, 3.0),
    box=((-1.5, 4), (-3, 4)), minima=((-0.5471975511965977, -1.5471975511965979),), least=-1.9132229549810364,
    traps=((2.5943951023931957, 1.5943951023931955),), is_bounded=False, condition=2.3094,
    teaches="an endless slope: least only in its box", source="McCormick 1976, Mathematical Programming 10:147",
)
def mccormick(x: Point) -> Number:
    """A slope of waves, each lower than the last."""
    a, b = x
    return sin(a + b) + (a - b) ** 2 - constant("1.5", a) * a + constant("2.5", b) * b + 1


def rastrigin_gradient(x: Point) -> list[Number]:
    """2xᵢ + 20π·sin 2πxᵢ."""
    return [2 * value + 20 * pi(value) * sin(2 * pi(value) * value) for value in x]


RASTRIGIN_TRAP = 0.9949586376523348


@problem(
    "10n + Σ xᵢ² − 10·cos 2πxᵢ", gradient=rastrigin_gradient, dimension=2, dimensions=(1, MANY),
    start=everywhere(-2.0, 3.5), box=(-5.12, 5.12), minima=only(0.0), least=0.0, condition=Rule(lambda n: 1.0),
    traps=Rule(lambda n: tuple(tuple(RASTRIGIN_TRAP * (i == j) for j in range(n)) for i in range(min(n, 4)))),
    teaches="about 11ⁿ minima", source="Rastrigin 1974, Systems of Extremal Control",
)
def rastrigin(x: Point) -> Number:
    """A bowl full of dents."""
    return 10 * len(x) + sum(value**2 - 10 * cos(2 * pi(value) * value) for value in x)


def ackley_gradient(x: Point) -> list[Number]:
    """(4xᵢ/ρ)·e^(−0.2ρ) + (2π·sin 2πxᵢ/n)·e^c with ρ = √(n·Σx²), the cosines' mean c; 0 for the first part at 0."""
    n, r = len(x), norm(x)
    if r == 0:
        return [0 * value for value in x]
    fall = 4 * exp(-r / sqrt(r * 0 + n) / 5) / (r * sqrt(r * 0 + n))
    ripple = 2 * pi(r) * exp(sum(cos(2 * pi(r) * value) for value in x) / n) / n
    return [fall * value + ripple * sin(2 * pi(r) * value) for value in x]


@problem(
    "−20·e^(−0.2·√(Σxᵢ²/n)) − e^(Σcos(2πxᵢ)/n) + 20 + e", gradient=ackley_gradient, dimension=2, dimensions=(1, MANY),
    start=everywhere(2.7, -3.2), box=(-32.768, 32.768), minima=only(0.0), least=0.0,
    teaches="a needle in a nearly flat plain", source="Ackley 1987, A Connectionist Machine for Genetic Hillclimbing",
)
def ackley(x: Point) -> Number:
    """A plain of dents around a pit that ends in a point."""
    n, r = len(x), norm(x)
    ripple = sum(cos(2 * pi(r) * value) for value in x) / n
    return 20 - 20 * exp(-r / sqrt(r * 0 + n) / 5) + exp(r * 0 + 1) - exp(ripple)


def levy_parts(x: Point) -> list[Number]:
    """wᵢ = 1 + (xᵢ − 1)/4."""
    return [1 + (value - 1) / 4 for value in x]


def levy_gradient(x: Point) -> list[Number]:
    """The chain rule through w, whose slope is ¼."""
    w = levy_parts(x)
    p = pi(w[0])
    g = [
        2 * (v - 1) * (1 + 10 * sin(p * v + 1) ** 2) + 10 * (v - 1) ** 2 * p * sin(2 * (p * v + 1)) for v in w[:-1]
    ]
    last = w[-1]
    g.append(2 * (last - 1) * (1 + sin(2 * p * last) ** 2) + 2 * (last - 1) ** 2 * p * sin(4 * p * last))
    g[0] += p * sin(2 * p * w[0])
    return [slope / 4 for slope in g]


@problem(
    "sin²(πw₁) + Σ (wᵢ−1)²(1+10·sin²(πwᵢ+1)) + (wₙ−1)²(1+sin²(2πwₙ)),  w = 1 + (x−1)/4, Σ to n − 1",
    gradient=levy_gradient, dimension=2, dimensions=(2, MANY), start=everywhere(-8.0, 7.0), box=(-10, 10),
    minima=only(1.0), least=0.0, condition=Rule(lambda n: 17.950338), teaches="ripples of a bowl in every direction",
    source="Levy & Montalvo 1985, SIAM Journal on Scientific and Statistical Computing 6(1):15",
)
def levy(x: Point) -> Number:
    """A rippled bowl."""
    w = levy_parts(x)
    p, last = pi(w[0]), w[-1]
    middle = sum((v - 1) ** 2 * (1 + 10 * sin(p * v + 1) ** 2) for v in w[:-1])
    return sin(p * w[0]) ** 2 + middle + (last - 1) ** 2 * (1 + sin(2 * p * last) ** 2)


def product(factors: list[Number]) -> Number:
    """Π of the FACTORS."""
    total = factors[0]
    for factor in factors[1:]:
        total = total * factor
    return total


def griewank_gradient(x: Point) -> list[Number]:
    """xᵢ/2000 + sin(xᵢ/√i)/√i · Π of the other cosines."""
    roots = [sqrt(value * 0 + i) for i, value in enumerate(x, 1)]
    waves = [cos(value / root) for value, root in zip(x, roots, strict=True)]
    g = []
    for i, (value, root) in enumerate(zip(x, roots, strict=True)):
        others = product([value * 0 + 1, *waves[:i], *waves[i + 1 :]])
        g.append(value / 2000 + sin(value / root) / root * others)
    return g


@problem(
    "1 + Σ xᵢ²/4000 − Π cos(xᵢ/√i)", gradient=griewank_gradient, dimension=2, dimensions=(1, 1000),
    start=everywhere(-40.0, 35.0), box=(-600, 600), minima=only(0.0), least=0.0,
    condition=Rule(lambda n: 1.0005 / (1 / n + 0.0005)),
    traps=Rule(lambda n: tuple((s * 3.1400226338955397, s * 4.438444480920714) for s in (1, -1) if n == 2)),
    teaches="a fine ripple on a wide bowl",
    source="Griewank 1981, Journal of Optimization Theory and Applications 34(1):11",
)
def griewank(x: Point) -> Number:
    """A wide bowl with a ripple that far away seems noise."""
    waves = [cos(value / sqrt(value * 0 + i)) for i, value in enumerate(x, 1)]
    return 1 + sum(value**2 for value in x) / 4000 - product(waves)


def easom_parts(x: Point) -> tuple[Number, Number, Number, Number, Number]:
    """The two cosines, the offsets from π, and the bell."""
    a, b = x
    u, v = a - pi(a), b - pi(b)
    return cos(a), cos(b), u, v, exp(-(u**2) - v**2)


def easom_gradient(x: Point) -> list[Number]:
    """e^(−u²−v²)·(sin a + 2u·cos a)·cos b, and so for b."""
    a, b = x
    p, q, u, v, bell = easom_parts(x)
    return [bell * q * (sin(a) + 2 * u * p), bell * p * (sin(b) + 2 * v * q)]


@problem(
    "−cos a·cos b·e^(−(a−π)² − (b−π)²)", gradient=easom_gradient, dimension=2, start=(1.0, 1.0), box=(-100, 100),
    minima=((3.141592653589793, 3.141592653589793),), least=-1.0, condition=1.0, teaches="no slope nearly everywhere",
    source="Easom 1990, A Survey of Global Optimization Techniques, University of Louisville",
)
def easom(x: Point) -> Number:
    """A hole in an endless plain."""
    p, q, _, _, bell = easom_parts(x)
    return -p * q * bell


# Where each coordinate's term is least, and that term: the function is their sum.
MICHALEWICZ = (
    (2.2029055201726093, -0.80130341009855253), (1.5707963267948966, -1.0), (1.2849915705529245, -0.95909126989600595),
    (1.9230584698663629, -0.93846241847208341), (1.7204697725658413, -0.98880108062150436), (1.5707963267948966, -1.0),
    (1.454413971362379, -0.9932271353558816), (1.7560865209450263, -0.9828720362722106),
    (1.6557174168210291, -0.99639436492510296), (1.5707963267948966, -1.0),
)


def michalewicz_gradient(x: Point) -> list[Number]:
    """−cos xᵢ·s²⁰ − 40·sin xᵢ·s¹⁹·cos(i·xᵢ²/π)·i·xᵢ/π with s = sin(i·xᵢ²/π)."""
    g = []
    for i, value in enumerate(x, 1):
        angle = i * value**2 / pi(value)
        s = sin(angle)
        g.append(-cos(value) * s**20 - 40 * sin(value) * s**19 * cos(angle) * i * value / pi(value))
    return g


@problem(
    "−Σ sin xᵢ · sin²⁰(i·xᵢ²/π)", gradient=michalewicz_gradient, dimension=2, dimensions=(1, 10),
    start=everywhere(1.0), box=(0, 3.141592653589793),
    minima=Rule(lambda n: (tuple(place for place, _ in MICHALEWICZ[:n]),)), is_bounded=False,
    condition=Rule({2: 2.49187, 3: 3.59307, 4: 13.8744, 5: 18.2748, 10: 61.5585}.get),
    least=Rule(lambda n: sum(least for _, least in MICHALEWICZ[:n])), teaches="steep canyons between plateaus",
    source="Michalewicz 1992, Genetic Algorithms + Data Structures = Evolution Programs",
)
def michalewicz(x: Point) -> Number:
    """Canyons that cross, and no slope between them."""
    return -sum(sin(value) * sin(i * value**2 / pi(value)) ** 20 for i, value in enumerate(x, 1))
