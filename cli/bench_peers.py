"""Other libraries as contenders, each at its best: ways to call what dlc.cli.libraries finds, on shared arrays.

Every way computes the same numbers; which of them costs least is found by trial. torch's own operators are recorded
while it computes the function or runs backward, and called again without what autograd adds, each writing where its
result is already. jax compiles, and gets the array of its last result to write into. onnxruntime is bound to input and
output, and its threads stop spinning when a run is over. NumPy evaluates the textbook formula of the card, and so does
jax where it has no such function.
"""

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from dlc.cli import libraries
from dlc.cli.bench_cases import Task, numpy_gap
from dlc.cli.errors import BadInputError
from dlc.cli.timing import Call
from dlc.reference.conventions import convention

if TYPE_CHECKING:
    import numpy as np


M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of malloc.h


class MissingError(Exception):
    """The library has nothing to compare with; says why."""


Ways = dict[int | None, list[Call]]  # by threads; None where the library itself chooses their number


@dataclass(frozen=True)
class Peer:
    """A library: its ways to do a task, and how it is told the number of threads.

    A call does the task, and returns the result, or None where that is in the task's OUT.
    """

    ways: Callable[[Task, Sequence[int]], Ways]
    distribution: str
    use_threads: Callable[[int], object] = lambda threads: None
    most_elements: int = 1 << 62  # of larger arrays it computes only so many

    def elements(self, task: Task) -> int:
        """How many elements of TASK it computes."""
        return min(task.x.size, self.most_elements)


def chosen(names: list[str]) -> dict[str, Peer]:
    """The peers of these NAMES. Raises BadInputError for a name that is none, or a library that is not installed."""
    for name in names:
        if name not in PEERS:
            raise BadInputError(f"no library {name!r} to compare with; choose from {', '.join(PEERS)}")
        if name != "numpy" and not libraries.available(name):
            raise BadInputError(f"{PEERS[name].distribution} is not installed: pip install 'dlc[peers]'")
    return {name: PEERS[name] for name in dict.fromkeys(names)}


def versions(names: list[str]) -> dict[str, str]:
    """The versions of the libraries of these NAMES."""
    return {name: version(PEERS[name].distribution) for name in names}


def keep_memory() -> None:
    """Have malloc keep what is freed, for the next result; new memory would take longer than many a function.

    Libraries that allocate their results are then at their best, as with the allocators that torch recommends.
    """
    mallopt = os.name == "posix" and getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:  # only glibc has it
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


@contextmanager
def ready(names: list[str]) -> Iterator[None]:
    """What lets the libraries of these NAMES be fast in this block, where nothing is recorded for derivatives."""
    if "torch" not in names:
        yield
        return
    torch = import_module("torch")
    threads = torch.get_num_threads()
    with torch.inference_mode():
        yield
    torch.set_num_threads(threads)


def result_of(way: Call, task: Task) -> "np.ndarray":
    """What a way to do TASK computes."""
    result = way()
    result = result[0] if isinstance(result, tuple) else result  # the others are for a library's own use
    return task.out if result is None else libraries.to_numpy("torch" if hasattr(result, "detach") else "", result)


# NumPy makes an array for each step of a formula: the larger they are, the longer it takes for each element, up to
# seconds for a call. So it is timed at its best.
NUMPY_ELEMENTS = 1_000_000


def numpy_ways(task: Task, threads: Sequence[int]) -> Ways:
    """The textbook formula on an array, on one thread."""
    if gap := numpy_gap(task):
        raise MissingError(gap)
    return {1: [partial(task.formula, task.x[:NUMPY_ELEMENTS], *task.params.values())]}


def jax_ways(task: Task, threads: Sequence[int]) -> Ways:
    """A compiled function that is given its last result to write into, on as many threads as it sees fit."""
    jax, jnp = import_module("jax"), import_module("jax.numpy")
    inputs = [libraries.to_native("jax", each) for each in (task.x, task.v) if each is not None]
    function = _in_jax(jax, task)
    compiled = jax.jit(lambda _last, *inputs: function(*inputs), donate_argnums=0, keep_unused=True)
    result = jax.eval_shape(function, *inputs)
    kept = [jnp.empty(result.shape, result.dtype)]

    def way() -> Any:
        kept[0] = compiled(kept[0], *inputs).block_until_ready()
        return kept[0]

    return {None: [way]}


def _in_jax(jax: Any, task: Task) -> Callable[..., Any]:
    """What jax compiles: its own function, or else the textbook formula."""
    function = libraries.function("jax", task.card.name, **task.params)
    if function is None and task.card.vector:
        raise MissingError(f"jax has no {task.card.name}")
    if function is None:
        formula, params = task.formula, task.params.values()
        return lambda x: jax.numpy.broadcast_to(formula(x, *params), x.shape).astype(x.dtype)
    if task.order == 0:
        return function

    def backward(x: Any, v: Any = None) -> Any:
        value, pull = jax.vjp(function, x)
        return pull(jax.numpy.ones_like(value) if v is None else v.reshape(value.shape))[0]

    return backward


def onnx_ways(task: Task, threads: Sequence[int]) -> Ways:
    """Sessions with input and output bound."""
    if task.order:
        raise MissingError("onnxruntime has no derivatives")
    found = convention("onnx", task.card.name)
    if found is None:
        raise MissingError(f"ONNX has no {task.card.name}")
    model = libraries.model(found.call_with(task.params), task.x.dtype.name)
    runtime = import_module("onnxruntime")
    try:
        return {count: [_bound(runtime, model, task, count)] for count in threads}
    except Exception:  # there is no common class for what it raises
        raise MissingError(f"onnxruntime has no {found.call.partition('(')[0]} for {task.x.dtype}") from None


def _bound(runtime: Any, model: bytes, task: Task, threads: int) -> Call:
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    binding, out = session.io_binding(), task.out
    shape = task.x.shape[:-1] if task.card.vector and out.shape[-1] == 1 else out.shape
    binding.bind_cpu_input("x", task.x)
    binding.bind_output("y", "cpu", 0, out.dtype.type, shape, out.ctypes.data)
    return partial(session.run_with_iobinding, binding)


def torch_ways(task: Task, threads: Sequence[int]) -> Ways:
    """The recorded operators; and of a value also Python's binding of the only one, and the plain call."""
    function = libraries.function("torch", task.card.name, **task.params)
    if function is None:
        raise MissingError(f"torch has no {task.card.name}")
    from dlc.cli.bench_torch import backward_ways, forward_ways

    ways = backward_ways(function, task.x, task.v) if task.order else forward_ways(function, task.x)
    if not ways:
        raise MissingError("torch returns its argument")
    return dict.fromkeys(threads, ways)


PEERS = {
    "torch": Peer(torch_ways, "torch", lambda threads: import_module("torch").set_num_threads(threads)),
    "jax": Peer(jax_ways, "jax"),
    "numpy": Peer(numpy_ways, "numpy", most_elements=NUMPY_ELEMENTS),
    "onnx": Peer(onnx_ways, "onnxruntime"),
}
