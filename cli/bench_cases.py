"""What there is to time: for each card, its compiled kernels, their rivals on the same numbers, and their check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from dlc.cli import catalog
from dlc.cli.agreement import Agreement
from dlc.cli.errors import BadInputError
from dlc.cli.timing import Call

if TYPE_CHECKING:
    import numpy as np

    from dlc.reference.activations import ActivationCard

# The plain Python reference is timed on the first of the elements: its time per element does not depend on their count.
REFERENCE_ELEMENTS = 1000
# Vector functions work on rows of this many elements.
ROW = 32


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
    missing: Mapping[str, str]


@dataclass(frozen=True)
class Case:
    """One row of a benchmark: a contest at about any number of elements, and what says whether its kernel is right."""

    name: str
    dtype: str
    numbers: str  # what the kernel is fed
    contest: Callable[[int], Contest]
    check: Callable[[], Agreement]


def cases(names: list[str], *, dtype: str, threads: int, seed: int) -> list[Case]:
    """The rows for these NAMES, or for every name there is. Raises UnknownNameError, BadInputError."""
    found = [catalog.find(name) for name in names]
    for family, card in found:
        if family.kind not in CASES:
            kinds = " or ".join(f"{kind}s" for kind in CASES)
            raise BadInputError(f"{card.name} is of kind {family.kind}, which has no benchmark; time {kinds}")
    chosen = {card.name: family.kind for family, card in found} or {
        name: kind for kind in CASES for name in catalog.FAMILIES[kind]
    }
    return [
        case
        for name, kind in chosen.items()
        for case in CASES[kind](catalog.FAMILIES[kind][name], dtype, threads, seed)
    ]


def activation_cases(card: ActivationCard, dtype: str, threads: int, seed: int) -> Iterator[Case]:
    """An activation and its derivative, on one array; a vector function and its Jacobian, on rows."""
    from dlc.cli.agreement_activations import check_activation

    agreements: dict[str, Agreement] = {}

    def check(quantity: str) -> Agreement:
        if not agreements:  # one look at the reference serves both rows
            agreements.update((agreement.quantity, agreement) for agreement in check_activation(card, dtypes=(dtype,)))
        return agreements[quantity]

    def contest(derivative: bool, elements: int) -> Contest:
        x, out = arrays(elements, dtype, seed, vector=card.vector, jacobian=card.vector and derivative)
        kernel = catalog.array_kernel(card, derivative=derivative, jacobian=derivative and card.vector)
        formula = card.grad if derivative else card.function
        return array_contest(kernel, formula, tuple(card.knobs.values()), x, out, threads=threads)

    numbers = "normal, mean 0, standard deviation 3" + (f", in rows of {ROW}" if card.vector else "")
    for quantity, name in (("value", card.name), ("derivative", f"{card.name}'")):
        yield Case(name, dtype, numbers, partial(contest, quantity == "derivative"), partial(check, quantity))


def arrays(elements: int, dtype: str, seed: int, *, vector: bool, jacobian: bool) -> tuple[np.ndarray, np.ndarray]:
    """Input and room for the result, the larger of about this many ELEMENTS: [elements], [rows, n], or [rows, n, n]."""
    import numpy as np

    width = min(ROW, elements)
    rows = max(1, elements // (width * width if jacobian else width))
    shape = (rows, width) if vector else (elements,)
    x = np.random.default_rng(seed).normal(0, 3, shape).astype(dtype)
    return x, np.empty((*shape, width) if jacobian else shape, dtype)


def array_contest(
    kernel: Callable[..., Any],
    formula: Callable[..., Any],
    params: tuple[float, ...],
    x: np.ndarray,
    out: np.ndarray,
    *,
    threads: int,
) -> Contest:
    """The compiled KERNEL from X to OUT, against the reference's own FORMULA on a NumPy array and in plain Python."""
    some = x[: max(1, REFERENCE_ELEMENTS * len(x) // x.size)]
    inputs = some.tolist()

    def plain_python() -> None:
        for each in inputs:
            formula(each, *params)

    rivals = {"reference": Contender(plain_python, some.size)}
    gap = "the formula takes one vector at a time" if x.ndim > 1 else numpy_gap(formula, x[:1], *params)
    if not gap:
        rivals["numpy"] = Contender(partial(formula, x, *params), x.size)
    return Contest(
        kernel=Contender(partial(kernel, x, *params, out=out, threads=threads), x.size),
        bytes_moved=x.nbytes + out.nbytes,
        rivals=rivals,
        missing={"numpy": gap} if gap else {},
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
