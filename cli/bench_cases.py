"""What there is to time: for each card, its compiled kernels, their rivals on the same numbers, and their check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from dlc.cli import catalog
from dlc.cli.agreement import Agreement
from dlc.cli.errors import BadInputError
from dlc.cli.timing import Call

if TYPE_CHECKING:
    import numpy as np

    from dlc.reference.activations import ActivationCard

INPUT = "normal, mean 0, standard deviation 3"
# The plain Python reference is timed on the first of the elements: its time per element does not depend on their count.
REFERENCE_ELEMENTS = 1000


@dataclass(frozen=True)
class Contender:
    """A call that computes this many elements."""

    call: Call
    elements: int


@dataclass(frozen=True)
class Contest:
    """A kernel and its rivals on numbers of one size, and why a rival is missing."""

    kernel: Contender
    bytes_moved: int  # every input read once, every output written once
    rivals: Mapping[str, Contender]
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One row of a benchmark: a contest at any number of elements, and what says whether its kernel is right."""

    name: str
    dtype: str
    contest: Callable[[int], Contest]
    check: Callable[[], Agreement]


def cases(names: list[str], *, dtype: str, threads: int, seed: int) -> list[Case]:
    """The rows for these NAMES, or for every name there is. Raises UnknownNameError, BadInputError."""
    chosen = [catalog.find(name) for name in dict.fromkeys(names)] or [
        (family, card) for family in catalog.FAMILIES.values() if family.kind in CASES for card in family.values()
    ]
    for family, card in chosen:
        if family.kind not in CASES:
            raise BadInputError(
                f"{card.name} is of kind {family.kind}, which has no benchmark; time {' or '.join(CASES)}s"
            )
    return [case for family, card in chosen for case in CASES[family.kind](card, dtype, threads, seed)]


def activation_cases(card: ActivationCard, dtype: str, threads: int, seed: int) -> Iterator[Case]:
    """An activation and its derivative, elementwise on one array."""
    from dlc.cli.agreement_activations import check_activation

    agreements: dict[str, Agreement] = {}

    def check(quantity: str) -> Agreement:
        if not agreements:  # one look at the reference serves both rows
            agreements.update((agreement.quantity, agreement) for agreement in check_activation(card, dtypes=(dtype,)))
        return agreements[quantity]

    for quantity, formula, prime in (("value", card.function, ""), ("derivative", card.grad, "'")):
        kernel = catalog.elementwise(card, derivative=quantity == "derivative")
        contest = partial(
            elementwise_contest, kernel, formula, tuple(card.knobs.values()), dtype=dtype, threads=threads, seed=seed
        )
        yield Case(card.name + prime, dtype, contest, partial(check, quantity))


def elementwise_contest(
    kernel: Callable[..., Any],
    formula: Callable[..., Any],
    params: tuple[float, ...],
    elements: int,
    *,
    dtype: str,
    threads: int,
    seed: int,
) -> Contest:
    """out[i] = f(x[i]): the compiled kernel, and the reference's own FORMULA on a NumPy array and on Python floats."""
    import numpy as np

    x = np.random.default_rng(seed).normal(0, 3, elements).astype(dtype)
    out = np.empty_like(x)
    some = x[:REFERENCE_ELEMENTS].tolist()

    def plain_python() -> None:
        for value in some:
            formula(value, *params)

    rivals = {"reference": Contender(plain_python, len(some))}
    missing = {}
    if reason := numpy_gap(formula, x[:1], *params):
        missing["numpy"] = reason
    else:
        rivals["numpy"] = Contender(partial(formula, x, *params), elements)
    return Contest(
        kernel=Contender(partial(kernel, x, *params, out=out, threads=threads), elements),
        bytes_moved=x.nbytes + out.nbytes,
        rivals=rivals,
        missing=missing,
    )


def numpy_gap(formula: Callable[..., Any], x: np.ndarray, *params: float) -> str:
    """Why a formula cannot be timed in NumPy, or nothing where it can."""
    try:
        result = formula(x, *params)
    except AttributeError as error:
        if getattr(error.obj, "__name__", "") != "numpy":
            raise
        return f"NumPy has no {error.name}"
    return "NumPy returns its argument" if result is x else ""


CASES: dict[str, Callable[[Any, str, int, int], Iterator[Case]]] = {"activation": activation_cases}
