"""Losses against other libraries: value of the mean and its gradient, checked to be equal, then timed in one race.

torch's autograd runs backward, jax is compiled, and NumPy evaluates the textbook formulas.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dlc.cli import libraries, progress, timing
from dlc.cli.agreement_losses import check_loss
from dlc.cli.bench_against import OURS, WARM_BELOW, Settings, Wrong, make_ready
from dlc.cli.bench_cell import Cell, Rival
from dlc.cli.bench_families import least_agreeing, loss_arrays, loss_in_numpy
from dlc.cli.bench_judge import Exactness
from dlc.cli.bench_measure import undisturbed
from dlc.cli.bench_peers import MissingError, Peer
from dlc.cli.catalog import loss_kernel
from dlc.cli.loss_libraries import as_taken, called
from dlc.cli.timing import Call
from dlc.reference.loss_convention import LossConvention
from dlc.reference.loss_conventions import LOSS_CONVENTIONS
from dlc.reference.losses import LossCard
from dlc.reference.ulp import FORMATS

if TYPE_CHECKING:
    import numpy as np

# Relative to the value, and to the greatest slope; a library whose defaults or definition differ is much further away.
EQUAL_WITHIN = {"float32": 1e-4, "float64": 1e-8}
AS_IT_SEES_FIT = 0  # in place of a number of threads
CONVENTIONS = {"torch": "torch", "jax": "optax"}  # of libraries, the tables of losses


@dataclass(frozen=True)
class Examples:
    """Predictions and targets, and our kernel's value of the mean and its gradient."""

    card: LossCard
    pred: "np.ndarray"
    target: "np.ndarray"
    gradient: "np.ndarray"

    @property
    def scale(self) -> float:
        """Of a value in the mean."""
        return 1 / (len(self.pred) if self.card.row else self.pred.size)

    def ours(self, threads: int) -> Call:
        """The compiled kernel."""
        params, kernel = self.card.knobs.values(), loss_kernel(self.card)
        return partial(
            kernel, self.pred, self.target, *params, gradient=self.gradient, scale=self.scale, threads=threads
        )


def loss_cells(
    cards: Sequence[LossCard], peers: Mapping[str, Peer], settings: Settings
) -> Iterator[list[Cell] | Wrong]:
    """For each loss and type: its cells of all sizes and threads, or what is wrong with its kernel."""
    todo = [(card, dtype) for card in cards for dtype in settings.dtypes]
    with undisturbed(), _threads_kept(peers):
        for position, (card, dtype) in enumerate(todo, 1):
            label = f"[{position}/{len(todo)}] {card.name} {dtype}"
            progress.line(f"{label}: checking")
            found = least_agreeing(check_loss(card, (dtype,)))
            exactness = Exactness(found.worst, found.at)
            if not found.holds:
                yield Wrong(f"{card.name}-loss", dtype, exactness, found.bound)
                continue
            cells = []
            for size in settings.sizes:
                progress.line(f"{label}: timing {size} elements")
                pred, target = loss_arrays(card, dtype, size, settings.seed, settings.row)
                examples = Examples(card, pred, target, pred.copy())
                cells += _raced(examples, peers, settings, size, exactness)
            yield cells


def _raced(
    examples: Examples, peers: Mapping[str, Peer], settings: Settings, size: int, exactness: Exactness
) -> list[Cell]:
    """Time all contenders; a cell for each number of threads."""
    calls = {f"{OURS} {threads}": examples.ours(threads) for threads in settings.threads}
    missing: dict[str, str] = {}
    found: dict[str, Exactness] = {}
    for library in peers:
        try:
            way = WAYS.get(library, _no_way)(examples)
            found[library] = _compared(examples, way)
        except MissingError as why:
            missing[library] = str(why)
            continue
        calls.update((f"{library} {threads}", way) for threads in _threads_of(library, settings))
    warm = examples.pred.size < WARM_BELOW
    prepare = {}
    for key, call in calls.items():
        library, threads = key.split()
        use = partial(peers[library].use_threads, int(threads)) if library == "torch" else _nothing
        prepare[key] = partial(make_ready, use, call if warm else None)
    times = timing.race(calls, budget=settings.budget, seed=settings.seed, prepare=lambda name: prepare[name]())

    def cell(threads: int) -> Cell:
        ours, rivals = times[f"{OURS} {threads}"], {}
        for library, exact in found.items():
            theirs = times.get(f"{library} {threads}") or times.get(f"{library} {AS_IT_SEES_FIT}")
            if theirs:
                rivals[library] = Rival(theirs.median, timing.paired_ratio(theirs.seconds, ours.seconds), exact)
        return Cell(
            name=f"{examples.card.name}-loss",
            order=0,
            dtype=examples.pred.dtype.name,
            size=size,
            elements=examples.pred.size,
            threads=threads,
            kernel=ours,
            bytes_moved=2 * examples.pred.nbytes + examples.target.nbytes,
            of_copy=None,
            exactness=exactness,
            rivals=rivals,
            missing=missing,
        )

    return [cell(threads) for threads in settings.threads]


@contextmanager
def _threads_kept(peers: Mapping[str, Peer]) -> Iterator[None]:
    """torch has as many threads afterwards as before."""
    before = import_module("torch").get_num_threads() if "torch" in peers else 1
    try:
        yield
    finally:
        if "torch" in peers:
            peers["torch"].use_threads(before)


def _threads_of(library: str, settings: Settings) -> Sequence[int]:
    """The numbers of threads with which a library is timed; NumPy has one."""
    return {"torch": settings.threads, "numpy": (1,)}.get(library, (AS_IT_SEES_FIT,))


def _nothing() -> None:
    pass


def _no_way(examples: Examples) -> Call:
    raise MissingError("it has no losses")


def _compared(examples: Examples, way: Call) -> Exactness:
    """How far the results of a WAY are from ours, in last places of the greatest slope. Raises MissingError."""
    import numpy as np

    value = examples.ours(1)() * examples.scale  # type: ignore[operator] # a call gives any object
    ours, dtype = examples.gradient, examples.pred.dtype.name
    theirs, slopes = (np.asarray(each, np.float64) for each in _in_numpy(way()))
    if slopes.shape != ours.shape:
        raise MissingError("its gradient has another shape")
    greatest = float(np.max(np.abs(ours))) or 1.0
    errors = np.abs(slopes - ours)
    worst = float(np.max(errors))
    of_value = abs(float(theirs) - value) / max(abs(value), greatest * examples.scale)
    off = float(np.max([of_value, worst / greatest]))  # nan where either is
    if not off <= EQUAL_WITHIN[dtype]:
        raise MissingError(f"it computes something else: {off:.1g} from ours")
    at = np.unravel_index(int(np.argmax(errors)), errors.shape)
    place = ", ".join(str(int(each)) for each in at)
    return Exactness(worst / greatest * 2.0 ** (FORMATS[dtype].digits - 1), f"slope {place}")


def _in_numpy(result: Any) -> "tuple[np.ndarray, np.ndarray]":
    value, gradient = result
    kind = "torch" if hasattr(gradient, "detach") else ""
    return libraries.to_numpy(kind, value), libraries.to_numpy(kind, gradient)


def _convention(library: str, examples: Examples) -> LossConvention:
    table = CONVENTIONS[library]
    found = LOSS_CONVENTIONS[table].get(examples.card.name)
    if found is None:
        raise MissingError(f"{table} has no {examples.card.name}")
    return found


def _torch_way(examples: Examples) -> Call:
    found = _convention("torch", examples)
    torch = import_module("torch")
    pred = torch.from_numpy(examples.pred.copy()).requires_grad_()
    target = torch.from_numpy(as_taken(found, examples.target).copy())
    call, t = found.run_with(examples.card.knobs), examples.target

    def way() -> Any:
        value = called("torch", found, call, lambda _: target, pred, t).mean()
        (gradient,) = torch.autograd.grad(value, pred)
        return value, gradient

    return _tried(way)


def _jax_way(examples: Examples) -> Call:
    found = _convention("jax", examples)
    if not find_spec("optax"):
        raise MissingError("optax is not installed")
    jax = libraries.namespace("jax")["jax"]
    pred, target = jax.numpy.asarray(examples.pred), jax.numpy.asarray(as_taken(found, examples.target))
    call, t = found.run_with(examples.card.knobs), examples.target

    def mean(pred: Any, target: Any) -> Any:
        return called("optax", found, call, lambda _: target, pred, t).mean()

    both = jax.jit(jax.value_and_grad(mean))
    return _tried(lambda: jax.block_until_ready(both(pred, target)))


def _numpy_way(examples: Examples) -> Call:
    computed, gap = loss_in_numpy(examples.card, examples.pred, examples.target)
    if gap:
        raise MissingError(gap)

    def way() -> Any:
        values, slopes = computed()
        return values.mean(), slopes * examples.scale

    return way


def _tried(way: Call) -> Call:
    try:
        way()
    except (TypeError, RuntimeError, ValueError) as error:
        raise MissingError(f"it fails: {str(error).splitlines()[0][:60]}") from None
    return way


WAYS = {"torch": _torch_way, "jax": _jax_way, "numpy": _numpy_way}
