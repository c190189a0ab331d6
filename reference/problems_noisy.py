"""Problems whose gradient is noisy; their value is exact. The noise is the same for all entrants of a race."""

from collections.abc import Callable

from dlc.reference.draws import normal
from dlc.reference.numbers import Number
from dlc.reference.problem_family import MANY, PROBLEMS, Point, Rule, everywhere, only, problem
from dlc.reference.problems_basins import branin
from dlc.reference.problems_bowls import quadratic, quadratic_gradient
from dlc.reference.problems_valleys import beale, rosenbrock

# A card reads as one entry of a table.
# fmt: off

IS_NOISE = ("noise >= 0", lambda noise: noise >= 0)


def gaussian(x: Point, seed: int, t: int, noise: Number, **_: Number) -> list[Number]:
    """NOISE times a standard normal number for each coordinate."""
    return [noise * normal(seed, t, i) for i in range(len(x))]


def noisy_quadratic_gradient(x: Point, condition: float = 100.0, noise: float = 1.0) -> list[Number]:
    """λᵢxᵢ, the mean of what a step sees."""
    return quadratic_gradient(x, condition)


@problem(
    "½·Σ λᵢ·xᵢ²,  λᵢ = condition^((i−1)/(n−1));  g = λx + noise·ξ,  ξ standard normal",
    gradient=noisy_quadratic_gradient, noise=gaussian, dimension=10, dimensions=(2, MANY), start=everywhere(1.0),
    box=(-2, 2), minima=only(0.0), least=0.0, condition=Rule(lambda n: 100.0),
    requires=(("condition >= 1", lambda condition: condition >= 1), IS_NOISE), aliases=("nqm",),
    teaches="a noise floor that only smaller steps lower", source="Zhang et al. 2019, NeurIPS, arXiv:1907.04164",
)
def noisy_quadratic(x: Point, condition: float = 100.0, noise: float = 1.0) -> Number:
    """The noisy quadratic model: a bowl seen through noise of the same size everywhere."""
    return quadratic(x, condition)


def noisy_twin(of: str, start: tuple[float, ...]) -> Callable[[Callable[..., Number]], Callable[..., Number]]:
    """Enter the decorated function as the noisy twin of another one, with all that is known of that."""
    exact = PROBLEMS[of]

    def gradient(x: Point, noise: float = 1.0) -> list[Number]:
        return exact.gradient(x)

    columns = ("dimension", "box", "minima", "least", "traps", "condition", "agreement")
    return problem(
        f"{exact.formula};  g = ∇f + noise·ξ,  ξ standard normal", gradient=gradient, noise=gaussian, start=start,
        requires=(IS_NOISE,), teaches=f"{exact.teaches}, under noise",
        source="Schneider, Balles & Hennig 2019, DeepOBS, ICLR, arXiv:1903.05499",
        **{column: getattr(exact, column) for column in columns},
    )


@noisy_twin("beale", start=(-4.5, 4.5))
def noisy_beale(x: Point, noise: float = 1.0) -> Number:
    """Beale's function, its gradient as from single random draws."""
    return beale(x)


@noisy_twin("branin", start=(2.5, 12.5))
def noisy_branin(x: Point, noise: float = 1.0) -> Number:
    """Branin's function, its gradient as from single random draws."""
    return branin(x)


@noisy_twin("rosenbrock", start=(-0.5, 1.5))
def noisy_rosenbrock(x: Point, noise: float = 1.0) -> Number:
    """Rosenbrock's function, its gradient as from single random draws."""
    return rosenbrock(x)
