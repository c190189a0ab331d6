"""Objective kernels against the reference at fifty digits, as a race descends them."""

from collections.abc import Iterator

from dlc.cli.agreement import Agreement
from dlc.cli.agreement_problems import check_problem
from dlc.reference.objectives import ObjectiveCard

POINTS = 20  # over the box, and as many near the optima: a matrix exponential at fifty digits takes its time


def check_objective(card: ObjectiveCard) -> Iterator[Agreement]:
    """The worst error of the value and of the gradient, over the box and near the optima."""
    yield from check_problem(card.descended(), points=POINTS)
