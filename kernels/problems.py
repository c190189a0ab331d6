"""What optimizers race on, in lanes form: functions of a few variables, objectives, and models of data.

Every problem has a dimension, knobs with their defaults, a compiled gradient and the task it draws on.
"""

from dlc.kernels import (  # noqa: F401 - each enters its functions
    objectives_efficiency,
    objectives_error,
    objectives_fitness,
    objectives_reward,
    objectives_stability,
    objectives_wiring,
    problems_basins,
    problems_bowls,
    problems_deep,
    problems_noisy,
    problems_saddles,
    problems_valleys,
)
from dlc.kernels.functions import FUNCTIONS, Function
from dlc.kernels.networks import NETWORKS, Network

Problem = Function | Network
PROBLEMS: dict[str, Problem] = {network.name: network for network in NETWORKS} | FUNCTIONS


def problem_of(name: str, dimension: int | None = None, rotation: float = 0.0) -> Problem:
    """A problem; a function in DIMENSION variables, rotated by ROTATION degrees, both as its card allows."""
    problem = PROBLEMS[name]
    if not isinstance(problem, Function):
        return problem
    return problem.in_dimension(dimension or problem.dimension).rotated(rotation)
