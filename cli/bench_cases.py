"""What there is to time: for each card, its compiled kernels, their rivals on the same numbers, and their check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from dlc.cli import catalog
from dlc.cli.agreement import Agreement
from dlc.cli.errors import BadInputError
from dlc.cli.timing import Call
from dlc.reference.activations import ActivationCard

if TYPE_CHECKING:
    import numpy as np

# The plain Python reference is timed on the first of the elements: its time per element does not depend on their count.
REFERENCE_ELEMENTS = 1000
# Vector functions work on rows of this many elements.
ROW = 32
QUANTITIES = ("value", "derivative")  # by order


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
    pattern: str = "copy"  # of the reads and writes, as the roofline calls it


@dataclass(frozen=True)
class Case:
    """A row of `dlc bench run`: what to time for any number of elements, and how to check it first."""

    name: str
    dtype: str
    numbers: str  # what the kernel is fed
    contest: Callable[[int], Contest]
    check: Callable[[], Agreement]


@dataclass(frozen=True)
class Task:
    """What is to be computed at X, into OUT: CARD's value (order 0) or derivative (1).

    The derivative of a function of a vector is V times the Jacobian.
    """

    card: ActivationCard
    order: int
    x: np.ndarray
    v: np.ndarray | None
    out: np.ndarray

    @property
    def params(self) -> dict[str, float]:
        """The parameters, at the card's defaults."""
        return self.card.knobs

    @property
    def bytes_moved(self) -> int:
        """Every input read once, every output written once."""
        return sum(each.nbytes for each in (self.x, self.v, self.out) if each is not None)

    @property
    def formula(self) -> Callable[..., Any]:
        """The reference's function of the number or the row."""
        found = self.card.vjp if self.card.vector and self.order else self.card.orders[self.order]
        assert found is not None, f"{self.card.name} has no derivative"
        return found

    def kernel_call(self, kernel: Callable[..., Any], threads: int) -> Call:
        """The compiled KERNEL at work."""
        weights = {} if self.v is None else {"v": self.v}
        return partial(kernel, self.x, *self.params.values(), out=self.out, threads=threads, **weights)

    def rows(self) -> Iterator[tuple[tuple[Any, ...], dict[str, int]]]:
        """The arguments of the formula, other than parameters, for each number or row."""
        weights = [] if self.v is None else [self.v]
        for place, inputs in enumerate(zip(self.x, *weights, strict=True)):
            noise = {"first": place * self.x.shape[-1]} if self.card.vector and self.card.noisy else {}
            yield tuple(each.tolist() for each in inputs), noise


@dataclass
class Arrays:
    """Makes tasks of any size; their arrays are kept, for the next function."""

    seed: int
    row: int = ROW
    _kept: dict[tuple[Any, ...], np.ndarray] = field(default_factory=dict)

    def task(self, card: ActivationCard, order: int, dtype: str, elements: int) -> Task:
        """A task of at most so many ELEMENTS; of a vector function, of at least one row."""
        if not card.vector:
            x = self._normal("x", (elements,), dtype, 3.0, positive=card.domain[0] >= 0)
            return Task(card, order, x, None, self._room((elements,), dtype))
        shape = (max(1, elements // self.row), self.row)
        try:
            result = (shape[0], card.width(self.row, *card.knobs.values()))
        except ValueError as error:
            raise BadInputError(f"{card.name} cannot be timed on rows of {self.row}: {error}") from None
        x = self._normal("x", shape, dtype, 3.0)
        if order == 0:
            return Task(card, order, x, None, self._room(result, dtype))
        return Task(card, order, x, self._normal("v", result, dtype, 1.0), self._room(shape, dtype))

    def _normal(
        self, use: str, shape: tuple[int, ...], dtype: str, spread: float, *, positive: bool = False
    ) -> np.ndarray:
        import numpy as np

        key = use, shape, dtype, positive
        if key not in self._kept:
            x = np.random.default_rng(self.seed).normal(0, spread, shape).astype(dtype)
            self._kept[key] = abs(x) if positive else x
        return self._kept[key]

    def _room(self, shape: tuple[int, ...], dtype: str) -> np.ndarray:
        import numpy as np

        key = "out", shape, dtype
        if key not in self._kept:
            self._kept[key] = np.full(shape, np.nan, dtype)  # written once, so that its memory is there
        return self._kept[key]


def activation_cases(card: ActivationCard, dtype: str, threads: int, arrays: Arrays) -> Iterator[Case]:
    """An activation and its derivative, on one array; a vector function and its vector-Jacobian product, on rows."""
    from dlc.cli.agreement_activations import check_activation

    agreements: dict[str, Agreement] = {}

    def check(quantity: str) -> Agreement:
        if not agreements:  # one look at the reference serves both rows
            agreements.update((agreement.quantity, agreement) for agreement in check_activation(card, dtypes=(dtype,)))
        return agreements[quantity]

    def contest(order: int, elements: int) -> Contest:
        return array_contest(catalog.array_kernel(card, order), arrays.task(card, order, dtype, elements), threads)

    numbers = "normal, mean 0, standard deviation 3" + (f", in rows of {ROW}" if card.vector else "")
    for order, quantity in enumerate(QUANTITIES):
        yield Case(card.name + "'" * order, dtype, numbers, partial(contest, order), partial(check, quantity))


def array_contest(kernel: Callable[..., Any], task: Task, threads: int) -> Contest:
    """The compiled KERNEL against the reference's own formula on a NumPy array and in plain Python."""
    formula, params = task.formula, task.params.values()
    few = max(1, REFERENCE_ELEMENTS * len(task.x) // task.x.size)
    inputs = list(islice(task.rows(), few))

    def plain_python() -> None:
        for arguments, noise in inputs:
            formula(*arguments, *params, **noise)

    rivals = {"reference": Contender(plain_python, len(inputs) * task.x.size // len(task.x))}
    gap = numpy_gap(task)
    if not gap:
        rivals["numpy"] = Contender(partial(formula, task.x, *params), task.x.size)
    return Contest(
        kernel=Contender(task.kernel_call(kernel, threads), task.x.size),
        bytes_moved=task.bytes_moved,
        rivals=rivals,
        missing={"numpy": gap} if gap else {},
    )


def numpy_gap(task: Task) -> str:
    """Why a formula cannot be timed in NumPy, or nothing where it can."""
    if task.x.ndim > 1:
        return "the formula takes one vector at a time"
    few = task.x[:1]
    return gap_of(partial(task.formula, few, *task.params.values()), few)


def gap_of(formula: Callable[[], Any], argument: Any) -> str:
    """Why a FORMULA of an array, ARGUMENT, cannot be timed in NumPy, or nothing where it can."""
    try:
        result = formula()
    except AttributeError as error:
        if getattr(error.obj, "__name__", "") != "numpy":
            raise
        return f"NumPy has no {error.name}"
    except (TypeError, ValueError):  # a branch, or what math does with one number
        return "the formula takes one number at a time"
    return "NumPy returns its argument" if result is argument else ""
