"""What there is to time of every family: `dlc bench run NAME` finds a card here, and how it becomes rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dlc.cli import catalog
from dlc.cli.agreement import Agreement
from dlc.cli.bench_cases import (
    REFERENCE_ELEMENTS,
    ROW,
    Arrays,
    Case,
    Contender,
    Contest,
    activation_cases,
    gap_of,
)
from dlc.cli.errors import BadInputError
from dlc.reference.activations import ActivationCard
from dlc.reference.family import Card
from dlc.reference.losses import LossCard
from dlc.reference.metrics import MetricCard
from dlc.reference.objectives import ObjectiveCard
from dlc.reference.optimizers import OptimizerCard
from dlc.reference.problems import ProblemCard

if TYPE_CHECKING:
    import numpy as np

LEARNING_RATE = 2.0**-30  # so small that the last step of a benchmark is the same work as its first
LARGEST_METRIC = 1000  # examples of a metric that looks at all pairs of them
PAIRWISE = ("points", "segmentation")
EXAMPLES = 100  # of a metric, that plain Python judges


class Bench:
    """What rows are made with: a type of numbers, threads, and a seed."""

    def __init__(self, dtype: str, threads: int, seed: int):
        self.dtype, self.threads, self.seed = dtype, threads, seed
        self.arrays = Arrays(seed)

    def random(self) -> "np.random.Generator":
        """From the start, for each array."""
        import numpy as np

        return np.random.default_rng(self.seed)


def least_agreeing(agreements: Iterable[Agreement]) -> Agreement:
    """The one that comes nearest to its bound, or passes it; nan does."""
    return max(agreements, key=lambda each: (not each.holds, each.worst / each.bound if each.bound else each.worst))


def loss_cases(card: LossCard, bench: Bench) -> Iterator[Case]:
    """Value and gradient in one pass, on rows where the loss takes rows."""
    from dlc.cli.agreement_losses import check_loss

    def check() -> Agreement:
        return least_agreeing(check_loss(card, (bench.dtype,)))

    numbers = f"{card.pred} and {card.target}" + (f", in rows of about {ROW}" if card.row else "")
    yield Case(f"{card.name}-loss", bench.dtype, numbers, partial(_loss_contest, card, bench), check)


def loss_arrays(card: LossCard, dtype: str, elements: int, seed: int, row: int) -> "tuple[np.ndarray, np.ndarray]":
    """Predictions and targets of about so many ELEMENTS; in rows of about ROW where the loss takes rows."""
    import numpy as np

    from dlc.cli.domains import classes_of
    from dlc.cli.loss_samples import drawn, fitting

    params, random = card.knobs, np.random.default_rng(seed)
    columns = fitting(card, params, row) if card.row else 1
    width, rows = card.width(columns, **params) if card.row else 1, max(1, elements // columns)
    classes = classes_of(params, columns)
    pred, target = (
        drawn(domain, random, (rows, count), 1.0, classes).astype(dtype)
        for domain, count in ((card.pred, columns), (card.target, width))
    )
    return (pred, target) if card.row else (pred.reshape(-1), target.reshape(-1))


def loss_in_numpy(
    card: LossCard, pred: "np.ndarray", target: "np.ndarray"
) -> "tuple[Callable[[], tuple[np.ndarray, np.ndarray]], str]":
    """Values and gradients by the textbook formulas, and why NumPy does not take these, or nothing."""
    import numpy as np

    def both(p: "np.ndarray", t: "np.ndarray") -> Any:
        return card.function(p, t, **card.knobs), card.gradient(p, t, **card.knobs)

    if card.row:
        return partial(both, pred, target), "the formula takes one row at a time"
    return partial(both, pred, target), gap_of(partial(both, *np.resize([pred, target], (2, 2))), 0)


def _loss_contest(card: LossCard, bench: Bench, elements: int) -> Contest:
    import numpy as np

    params = card.knobs
    pred, target = loss_arrays(card, bench.dtype, elements, bench.seed, ROW)
    columns = pred.shape[1] if card.row else 1
    few = max(1, REFERENCE_ELEMENTS // columns)
    pairs = list(zip(pred[:few].tolist(), target[:few].tolist(), strict=True))

    def plain_python() -> None:
        for p, t in pairs:
            card.function(p, t, **params)
            card.gradient(p, t, **params)

    in_numpy, gap = loss_in_numpy(card, pred, target)
    rivals = {"reference": Contender(plain_python, len(pairs) * columns)}
    if not gap:
        rivals["numpy"] = Contender(in_numpy, pred.size)
    gradient = np.zeros_like(pred)
    call = partial(
        catalog.loss_kernel(card), pred, target, *params.values(),
        gradient=gradient, scale=1 / len(pred), threads=bench.threads,
    )  # fmt: skip
    moved = pred.nbytes + target.nbytes + gradient.nbytes
    return Contest(Contender(call, pred.size), moved, rivals, {"numpy": gap} if gap else {}, pattern="triad")


def optimizer_cases(card: OptimizerCard, bench: Bench) -> Iterator[Case]:
    """A step along one vector of parameters; none of rules that have to see the whole vector."""
    from dlc.cli.agreement_dense import check_dense
    from dlc.kernels.optimizers import STEPS

    if STEPS[card.name].is_coordinate:
        numbers = "parameters and gradients: normal, standard deviation 1"
        check = partial(check_dense, card, bench.dtype)
        yield Case(f"{card.name}-step", bench.dtype, numbers, partial(_step_contest, card, bench), check)


def _step_contest(card: OptimizerCard, bench: Bench, elements: int) -> Contest:
    from concurrent.futures import ThreadPoolExecutor

    from dlc.kernels.dense import Dense
    from dlc.kernels.optimizers import STEPS
    from dlc.reference.chain import Link, Walk

    x, g = bench.random().normal(size=(2, elements))
    dense = Dense(card.name, x, LEARNING_RATE, dtype=bench.dtype, threads=bench.threads)
    dense.g[:] = g
    pool = ThreadPoolExecutor(bench.threads) if bench.threads > 1 else None
    few = min(elements, REFERENCE_ELEMENTS)
    walk = Walk([Link(card)], x[:few].tolist(), LEARNING_RATE)
    moved = dense.x.nbytes * (3 + 2 * len(STEPS[card.name].state))  # x and the slots are read and written, g is read
    call = partial(dense.step, pool)
    return Contest(
        Contender(call, elements),
        moved,
        {"reference": Contender(partial(walk.step, g[:few].tolist()), few)},
        {"numpy": "no rule is written for arrays"},
    )


def function_cases(card: ProblemCard, bench: Bench) -> Iterator[Case]:
    """Value and gradient at many points; none of a model of data."""
    from dlc.cli.agreement_problems import check_problem
    from dlc.kernels.functions import Function
    from dlc.kernels.problems import PROBLEMS

    if isinstance(PROBLEMS[card.name], Function):
        numbers = f"points in the box, of {card.dimension} variables"
        check = partial(_check_function, partial(check_problem, card))
        yield Case(f"{card.name}-gradient", "float64", numbers, partial(_function_contest, card, bench), check)


def objective_cases(card: ObjectiveCard, bench: Bench) -> Iterator[Case]:
    """Value and gradient at many points, as a race descends them."""
    from dlc.cli.agreement_objectives import check_objective

    problem = card.descended()
    numbers = f"points in the box, of {problem.dimension} variables"
    check = partial(_check_function, partial(check_objective, card))
    yield Case(f"{card.name}-gradient", "float64", numbers, partial(_function_contest, problem, bench), check)


def _check_function(check: Callable[..., Iterator[Agreement]]) -> Agreement:
    return least_agreeing(check())


def _function_contest(card: ProblemCard, bench: Bench, elements: int) -> Contest:
    import numpy as np

    from dlc.kernels.lanes import Frame
    from dlc.kernels.problems import problem_of

    problem, lanes = problem_of(card.name), max(1, elements // card.dimension)
    low, high = np.array(card.bounds, float).T
    x = bench.random().uniform(low, high, (lanes, card.dimension)).T.copy()
    frame = Frame(x, problem.task(np.arange(lanes)))
    few = max(1, min(lanes, REFERENCE_ELEMENTS // card.dimension))
    points, knobs = x.T[:few].tolist(), card.knobs

    def plain_python() -> None:
        for point in points:
            card.function(point, **knobs)
            card.gradient(point, **knobs)

    gradient = problem.gradient

    def evaluate() -> None:
        gradient(frame.address, 1.0)  # the frame lives as long as this: compiled code has only its address

    return Contest(
        Contender(evaluate, x.size),
        2 * x.nbytes + frame.loss.nbytes,
        {"reference": Contender(plain_python, few * card.dimension)},
        {"numpy": "the formula takes one point at a time"},
    )


def metric_cases(card: MetricCard, bench: Bench) -> Iterator[Case]:
    """A metric of many examples, which have no weights."""
    from dlc.cli.agreement_metrics import check_metric

    check = partial(_check_function, partial(check_metric, card))
    yield Case(f"{card.name}-metric", "float64", f"{card.takes} data", partial(_metric_contest, card, bench), check)


def _metric_contest(card: MetricCard, bench: Bench, elements: int) -> Contest:
    from dlc.cli.metric_kernel import metric_kernel

    target, pred = _examples(card.takes, min(elements, LARGEST_METRIC) if card.takes in PAIRWISE else elements, bench)
    few = target[:EXAMPLES].tolist(), pred[:EXAMPLES].tolist()
    return Contest(
        Contender(partial(metric_kernel(card), target, pred), len(target)),
        target.nbytes + pred.nbytes,
        {"reference": Contender(partial(card.function, *few), len(few[0]))},
        {"numpy": "the formula takes lists"},
        pattern="read",
    )


def _examples(kind: str, count: int, bench: Bench) -> tuple["np.ndarray", "np.ndarray"]:
    """The first of the data that checks take, in another order and again until they are COUNT; scores do not tie."""
    from dlc.cli.metric_cases import cases

    _, target, pred, _ = next(iter(cases(kind)))
    random = bench.random()
    order = random.integers(len(target), size=max(count, len(target)))
    target, pred = target[order], pred[order]
    if kind in ("curve", "margin", "ranking", "regression", "ensemble"):
        pred = pred * random.uniform(0.99, 1.01, pred.shape)
    return target, pred


# What is timed of each kind of card; every other kind has no kernel that works on arrays.
CASES_OF: dict[str, Callable[[Any, Bench], Iterator[Case]]] = {
    "activation": lambda card, bench: activation_cases(card, bench.dtype, bench.threads, bench.arrays),
    "loss": loss_cases,
    "optimizer": optimizer_cases,
    "problem": function_cases,
    "objective": objective_cases,
    "metric": metric_cases,
}


def chosen(names: Sequence[str]) -> list[tuple[str, Card]]:
    """Kinds and cards of these NAMES, of cards or of kinds; all there are by default.

    Raises UnknownNameError, and BadInputError for what has no benchmark.
    """
    found: dict[tuple[str, str], tuple[str, Card]] = {}
    for name in names or CASES_OF:
        pairs = (
            [(name, card) for card in catalog.FAMILIES[name].values()]
            if name in CASES_OF
            else [(family.kind, card) for family, card in catalog.find(name)]
        )
        timed = [pair for pair in pairs if pair[0] in CASES_OF]
        if not timed:
            kind, card = pairs[0]
            raise BadInputError(f"{card.name} is of kind {kind}, which has no benchmark; time {', '.join(CASES_OF)}")
        found.update(((kind, card.name), (kind, card)) for kind, card in timed)
    return list(found.values())


def chosen_against(names: Sequence[str]) -> tuple[list[ActivationCard], list[LossCard]]:
    """The activations and losses of these NAMES, or all there are. Raises as `chosen` does."""
    found = [card for _, card in chosen(names or ["activation", "loss"])]
    activations = [card for card in found if isinstance(card, ActivationCard)]
    losses = [card for card in found if isinstance(card, LossCard)]
    for name in names:
        if name not in CASES_OF and not any(name in (card.name, *card.aliases) for card in (*activations, *losses)):
            raise BadInputError(f"{name} is neither an activation nor a loss, and --against compares only those")
    return activations, losses


def cases(names: Sequence[str], *, dtype: str, threads: int, seed: int) -> list[Case]:
    """The rows for these NAMES. Raises UnknownNameError, BadInputError."""
    bench, rows = Bench(dtype, threads, seed), []
    for kind, card in chosen(names):
        made = list(CASES_OF[kind](card, bench))
        if not made and card.name in names and len(catalog.find(card.name)) == 1:
            reason = "sees the whole vector at once" if kind == "optimizer" else "is a model of data"
            raise BadInputError(f"{card.name} {reason}: `dlc optimize` races it, but nothing of it is timed alone")
        rows += made
    return rows
