"""Objectives of the class wiring cost: connections that are short, and neurons placed so that they can be."""

from collections.abc import Iterator
from itertools import combinations, permutations

from dlc.reference.linear import dot, product, transposed
from dlc.reference.numbers import Number, constant, sign, sqrt
from dlc.reference.objective_family import OBJECTIVES, scattered, table
from dlc.reference.problems import Point

# A card reads as one entry of a table.
# fmt: off

LAYOUT = ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (2, 1, 0))  # where neurons are in space


def distance(i: int, j: int, like: Number) -> Number:
    """Between two neurons of the layout."""
    return sqrt(constant(str(sum((a - b) ** 2 for a, b in zip(LAYOUT[i], LAYOUT[j], strict=True))), like))


PAIRS = tuple(combinations(range(5), 2))


def wiring_length_gradient(w: Point) -> list[Number]:
    """sign(w_ij)·d_ij; 0 where w_ij is."""
    return [sign(weight) * distance(*pair, weight) for weight, pair in zip(w, PAIRS, strict=True)]


@OBJECTIVES.card(
    "Σ_(i<j) |w_ij|·d_ij;  5 neurons in space",
    objective="wiring cost", sense="minimise", gradient=wiring_length_gradient, dimension=10,
    start=tuple(scattered(0, 10)), box=(-1, 1), optima=((0.0,) * 10,), best=0,
    source="the distance term of Achterberg, Akarca, Strouse, Duncan & Astle 2023, Nature Machine Intelligence 5:1369",
)
def wiring_length(w: Point) -> Number:
    """The length of all connections, weighted by their strengths."""
    return sum(abs(weight) * distance(*pair, weight) for weight, pair in zip(w, PAIRS, strict=True))


Matrix = list[list[Number]]
DIRECTED = tuple(permutations(range(4), 2))
STIMULI = table(10, 8, 4)
TERMS = 50  # of the exponential's series: the matrix has a spectral radius of 1, so 1/50! is what is left out


def matrix_of(values: Point) -> Matrix:
    """One number for each directed connection as a matrix with zeros in its diagonal."""
    found = [[0 * values[0] for _ in range(4)] for _ in range(4)]
    for (i, j), value in zip(DIRECTED, values, strict=True):
        found[i][j] = value
    return found


TEACHER = matrix_of([value + (0.5 if value > 0 else -0.5) for value in scattered(42, 12)])


def times(a: Matrix, b: Matrix) -> Matrix:
    """a·b."""
    columns = transposed(b)
    return [[dot(row, column) for column in columns] for row in a]


def plus(a: Matrix, b: Matrix) -> Matrix:
    """a + b."""
    return [[x + y for x, y in zip(*rows, strict=True)] for rows in zip(a, b, strict=True)]


def exponential(a: Matrix, towards: Matrix) -> tuple[Matrix, Matrix]:
    """e^a and its derivative in a direction, Σ_k (a·M_(k−1) + towards·T_(k−1))/k with T_k = a^k/k!."""
    power = [[0 * x + (i == j) for j, x in enumerate(row)] for i, row in enumerate(a)]
    change = [[0 * x for x in row] for row in a]
    total, derivative = power, change
    for k in range(1, TERMS):
        change = [[x / k for x in row] for row in plus(times(a, change), times(towards, power))]
        power = [[x / k for x in row] for row in times(a, power)]
        total, derivative = plus(total, power), plus(derivative, change)
    return total, derivative


def normalised(strengths: Matrix) -> tuple[Matrix, list[Number]]:
    """S^(−½)·|W|·S^(−½), with the sums of the rows in S, and S^(−½), which is 0 for a neuron without connections."""
    sums = [sum(row) for row in strengths]
    roots = [1 / sqrt(each) if each > 0 else each for each in sums]
    return [[roots[i] * x * roots[j] for j, x in enumerate(row)] for i, row in enumerate(strengths)], roots


def lengths(like: Number) -> Matrix:
    """Distances between the first four neurons."""
    return [[distance(i, j, like) for j in range(4)] for i in range(4)]


def task_errors(w: Point) -> Iterator[tuple[list[float], list[Number]]]:
    """Each stimulus with the difference of what the network and its teacher make of it."""
    weights = matrix_of(w)
    for x in STIMULI:
        yield x, [made - wanted for made, wanted in zip(product(weights, x), product(TEACHER, x), strict=True)]


def spatially_embedded_gradient(w: Point, strength: float = 0.05) -> list[Number]:
    """Back through the products and the matrix exponential, by its derivative in the direction |W|∘D."""
    strengths, far = matrix_of([abs(value) for value in w]), lengths(w[0])
    a, roots = normalised(strengths)
    spread = [[x * d for x, d in zip(*rows, strict=True)] for rows in zip(strengths, far, strict=True)]
    across, adjoint = exponential(transposed(a), spread)  # (e^a)ᵀ, and ∂/∂a of Σ |W|∘D∘e^a
    # A row's sum stands in its own row and column of a, each time to the power of −½.
    through = [
        -(roots[i] ** 2) / 2 * sum(adjoint[i][j] * a[i][j] + adjoint[j][i] * a[j][i] for j in range(4))
        for i in range(4)
    ]
    slopes, missed = [], list(task_errors(w))
    for value, (i, j) in zip(w, DIRECTED, strict=True):
        cost = far[i][j] * across[j][i] + roots[i] * roots[j] * adjoint[i][j] + through[i]
        task = sum(errors[i] * x[j] for x, errors in missed) / len(STIMULI)
        slopes.append(task + strength * sign(value) * cost)
    return slopes


@OBJECTIVES.card(
    "½·mean |W·x − W*·x|² + strength·Σ |w_ij|·d_ij·c_ij,  "
    "C = exp(S^(−½)·|W|·S^(−½)), S = Σ_j |w_ij|;  4 neurons in space",
    objective="wiring cost", sense="minimise", gradient=spatially_embedded_gradient, dimension=12, start=(0.25,) * 12,
    box=(-2, 2),
    optima=((
        1.395610649493399, 0.7916485566696598, -0.49660296470817245, -0.9377591860602323,
        -0.31415742927332724, -1.016682476357173, 0.8157523377835028, 0.5743070557840847,
        0.7216439561085709, 0.987749193750021, 0.44232807653873035, 0.7927653197126177,
    ),),
    best=0.32650293905053296, requires=(("strength >= 0", lambda strength: strength >= 0),),
    source="after Achterberg, Akarca, Strouse, Duncan & Astle 2023, Nature Machine Intelligence 5:1369 (there a "
    "recurrent network learns); communicability: Crofts & Higham 2009, J. R. Soc. Interface 6:411",
)
def spatially_embedded(w: Point, strength: float = 0.05) -> Number:
    """A network learns a linear map while it pays for strength, length and communicability of its connections."""
    strengths, far = matrix_of([abs(value) for value in w]), lengths(w[0])
    communicability = exponential(normalised(strengths)[0], strengths)[0]
    wiring = sum(strengths[i][j] * far[i][j] * communicability[i][j] for i, j in DIRECTED)
    return sum(dot(errors, errors) for _, errors in task_errors(w)) / (2 * len(STIMULI)) + strength * wiring


FIXED = ((0.0, 0.0, 0.0), (4.0, 0.0, 1.0), (0.0, 4.0, 2.0), (1.0, 1.0, 4.0))  # sensors and muscles
LINKS = (1.0, 2.0, 1.0)  # between free neurons 1 and 2, 1 and 3, 2 and 3
ANCHORS = ((3.0, 0.0, 1.0, 0.0), (0.0, 2.0, 0.0, 1.0), (1.0, 0.0, 0.0, 2.0))  # of each free neuron, to the fixed


def wires(p: Point) -> Iterator[tuple[float, int, int | None, list[Number]]]:
    """Every connection: its wires, the free neurons at its ends (None for a fixed end), and the way between them."""
    places = [p[3 * i : 3 * i + 3] for i in range(3)]
    for count, (i, j) in zip(LINKS, combinations(range(3), 2), strict=True):
        yield count, i, j, [a - b for a, b in zip(places[i], places[j], strict=True)]
    for i, counts in enumerate(ANCHORS):
        for count, anchor in zip(counts, FIXED, strict=True):
            if count:
                yield count, i, None, [a - b for a, b in zip(places[i], anchor, strict=True)]


def placement_gradient(p: Point, power: float = 2.0) -> list[Number]:
    """Σ_j power·a_ij·|p_i − p_j|^(power−2)·(p_i − p_j); 0 where they touch."""
    slopes = [0 * value for value in p]
    for count, i, j, offset in wires(p):
        square = dot(offset, offset)
        pull = power * count * square ** (power / 2 - 1) if square else square
        for axis, each in enumerate(offset):
            slopes[3 * i + axis] += pull * each
            if j is not None:
                slopes[3 * j + axis] -= pull * each
    return slopes


@OBJECTIVES.card(
    "Σ a_ij·|p_i − p_j|^power;  3 free neurons in space, 4 fixed ends",
    objective="wiring cost", sense="minimise", gradient=placement_gradient, dimension=9,
    start=(4.0, 4.0, 4.0, 0.0, 3.0, 0.0, 3.0, 0.0, 0.0), box=(0, 4),
    optima=((
        0.5433526011560693, 0.8439306358381503, 1.1213872832369942, 2.0809248554913293, 0.5086705202312138,
        1.8265895953757225, 0.861271676300578, 0.6994219653179191, 2.0115606936416186,
    ),),
    best=52.971098265895954, requires=(("power >= 1", lambda power: power >= 1),),
    source="Chklovskii 2004, Neural Computation 16(10):2067 (power 2); with power 1, total length as in Cherniak 1994, "
    "J. Neurosci. 14(4):2418",
)
def placement(p: Point, power: float = 2.0) -> Number:
    """What wires cost that grow with a power of their length; the variables are the places of the neurons."""
    return sum(count * dot(offset, offset) ** (power / 2) for count, _, _, offset in wires(p))
