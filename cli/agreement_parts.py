"""Kernels of optimizers, modifiers and schedules against the reference at fifty digits, on random points and gradients.

An error is relative to the larger of 1 and the exact number.
"""

from collections.abc import Iterator, Mapping, Sequence

from dlc.cli.agreement import Agreement, exactly, of_worst, relative_error
from dlc.reference.chain import Link, Walk, in_order
from dlc.reference.optimizer_family import ModifierCard, OptimizerCard, ScheduleCard
from dlc.reference.optimizers import OPTIMIZERS, SCHEDULES
from dlc.reference.ulp import DIGITS

SEED = 2026
STEPS = 100
LANES = 6
BLOCKS = ((0, 2, 3), (6, 1, 2))  # a matrix and a vector, for rules that tell tensors apart
COORDINATES = 8


def check_optimizer(card: OptimizerCard, steps: int = STEPS, lanes: int = LANES) -> Iterator[Agreement]:
    """The worst error of x after each of some steps, the gradients spread over six decades and the rates over four."""
    yield check_chain(card.name, "step", [Link(card)], card.agreement, steps, lanes)


def check_modifier(card: ModifierCard, steps: int = STEPS, lanes: int = LANES) -> Iterator[Agreement]:
    """The same, of the modifier with Adam under a schedule, where it is none itself."""
    links = [Link(card), Link(OPTIMIZERS["adam"])]
    if card.stage != "rate":
        links.append(Link(SCHEDULES["cosine"], {"steps": 2.0 * STEPS}))
    yield check_chain(card.name, "step with adam", links, card.agreement, steps, lanes)


def check_schedule(card: ScheduleCard) -> Iterator[Agreement]:
    """The worst error of the factor in steps from the first to beyond the last."""
    import mpmath
    import numpy as np

    from dlc.kernels.chain import chain, frames

    links = chain([(card.name, {})])
    (frame,) = frames(links, np.zeros((1, 1)), 1.0)
    errors = []
    with mpmath.workdps(DIGITS):
        knobs = {name: mpmath.mpf(value) for name, value in card.knobs.items()}
        for t in [*range(1, 200), *range(200, 5000, 97)]:
            links[0].part.step(frame.address, float(t))
            errors.append((relative_error(frame.lr, [card.function(t, **knobs)]), f"step {t}"))
    yield Agreement(card.name, "factor", "float64", *of_worst(errors), card.agreement, len(errors))


def check_chain(
    name: str, quantity: str, links: Sequence[Link], bound: float, steps: int = STEPS, lanes: int = LANES
) -> Agreement:
    """The worst error of the answer of a chain after each step."""
    import mpmath
    import numpy as np

    from dlc.kernels import chain as kernels

    random = np.random.default_rng(SEED)
    start = random.normal(size=(COORDINATES, lanes))
    rates = 10.0 ** random.uniform(-4, 0, lanes)
    seeds = np.arange(lanes)
    ordered = in_order(links)
    fast = kernels.Walk(kernels.chain(_named(ordered)), start, rates, seeds=seeds, blocks=BLOCKS)
    errors = []
    with mpmath.workdps(DIGITS):
        exact = [Walk(ordered, exactly(start[:, j]), float(rates[j]), BLOCKS, seed=j) for j in range(lanes)]
        for t in range(1, steps + 1):
            g = random.normal(size=start.shape) * 10.0 ** random.uniform(-4, 2, start.shape)
            loss = random.uniform(0, 10, lanes)
            fast.step(g, loss)
            answer = fast.answer
            for j, walk in enumerate(exact):
                walk.step(exactly(g[:, j]), mpmath.mpf(float(loss[j])))
                errors.append((relative_error(answer[:, j], walk.answer), f"step {t}, lr = {rates[j]:.6g}"))
    return Agreement(name, quantity, "float64", *of_worst(errors), bound, steps * start.size)


def _named(links: Sequence[Link]) -> list[tuple[str, Mapping[str, float]]]:
    return [(link.card.name, link.knobs) for link in links]
