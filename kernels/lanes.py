"""The lanes form: many runs side by side in arrays [dimension, lanes], innermost loops over the lanes.

A gradient and a step are first-class functions of one type, so that one compiled driver serves every pair of them:
N problems and M optimizers are compiled N + M times, not N * M times. Such a call costs by the words it passes, and an
array is seven to eleven of them. So all arrays of some lanes are found through one number, the address of their frame.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import float64, int32, int64, types
from numba.extending import intrinsic, register_jitable
from numba.np import arrayobj

VECTOR = float64[::1]
MATRIX = float64[:, ::1]

# step(frame, t) moves x and its state in step number t = 1, 2, ...; gradient(frame, t) fills g and loss as t sees them.
FRAMED = types.void(int64, float64)

# The frame's arrays and their dimensions: each has its address in the frame, and each dimension has its size there.
ARRAYS = {
    "x": (float64, ("dimension", "lanes")),
    "g": (float64, ("dimension", "lanes")),
    "state": (float64, ("slots", "dimension", "lanes")),
    "loss": (float64, ("lanes",)),
    "lr": (float64, ("lanes",)),
    "knobs": (float64, ("knob count",)),
    "constants": (float64, ("constant count",)),
    "inputs": (float64, ("rows", "features")),
    "labels": (int64, ("rows",)),
    "seeds": (int64, ("lanes",)),
    "order": (int32, ("lanes", "rows")),
}
SIZES = ("slots", "dimension", "lanes", "knob count", "constant count", "rows", "features")
PLACES = {name: place for place, name in enumerate((*SIZES, *ARRAYS))}

CACHE_LINE = 64


class Task(NamedTuple):
    """What a gradient may need besides the point: a function's constants; a network's data and batch orders."""

    constants: np.ndarray  # [constants]
    inputs: np.ndarray  # [rows, features]
    labels: np.ndarray  # [rows]
    seeds: np.ndarray  # [lanes]: lanes of one seed see the same batches
    order: np.ndarray  # [lanes, rows]: the present epoch's order of the rows, kept between steps


def make_task(
    seeds: np.ndarray, constants: Any = (), inputs: np.ndarray | None = None, labels: np.ndarray | None = None
) -> Task:
    """A task for lanes with these SEEDS; without data for a plain function."""
    inputs = np.empty((0, 0)) if inputs is None else np.ascontiguousarray(inputs, np.float64)
    labels = np.empty(0, np.int64) if labels is None else np.ascontiguousarray(labels, np.int64)
    order = np.zeros((len(seeds), len(inputs)), np.int32)
    return Task(np.array(constants, np.float64), inputs, labels, np.ascontiguousarray(seeds, np.int64), order)


def aligned(values: Any, shape: tuple[int, ...]) -> np.ndarray:
    """A new array of SHAPE filled with VALUES, from the start of a cache line: loads across two cost a third more."""
    size = 8 * int(np.prod(shape))
    raw = np.empty(size + CACHE_LINE, np.uint8)
    first = -raw.ctypes.data % CACHE_LINE
    made = raw[first : first + size].view(np.float64).reshape(shape)
    made[...] = values
    return made


class Frame:
    """The arrays of some lanes, and the address where compiled code finds them: fill the arrays, never replace them."""

    def __init__(self, x: np.ndarray, task: Task | None = None, state: Any = (), lr: Any = 0.0, knobs: Any = ()):
        """X and all other numbers are copied; STATE holds one value for each slot, LR one or one for each lane."""
        dimension, lanes = x.shape
        self.x = aligned(x, x.shape)
        self.g = aligned(np.nan, x.shape)
        self.state = aligned(np.reshape(state, (-1, 1, 1)), (len(state), *x.shape))
        self.loss = aligned(np.nan, (lanes,))
        self.lr = aligned(lr, (lanes,))
        self.knobs = aligned(knobs, (len(knobs),))
        self.task = make_task(np.zeros(lanes)) if task is None else task
        if len(self.task.seeds) != lanes or len(self.task.labels) != len(self.task.inputs):
            raise ValueError("a task has one seed for each lane and one label for each row")
        sizes = len(state), dimension, lanes, len(knobs), len(self.task.constants), *self.task.inputs.shape
        arrays = self.x, self.g, self.state, self.loss, self.lr, self.knobs, *self.task
        self._entries = np.array([*sizes, *(each.ctypes.data for each in arrays)], np.int64)
        self.address: int = self._entries.ctypes.data


@intrinsic(prefer_literal=True)
def array(_context: Any, frame: Any, name: Any) -> Any:
    """The array NAME of a frame. Made of Numba's own functions, it would take a third longer to compile."""
    number, dimensions = ARRAYS[name.literal_value]
    view = types.Array(number, len(dimensions), "C")

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        def load(place: str) -> Any:
            return builder.load(builder.gep(entries, [context.get_constant(types.intp, PLACES[place])]))

        entries = builder.inttoptr(arguments[0], context.get_value_type(types.intp).as_pointer())
        made = arrayobj.make_array(view)(context, builder)
        itemsize = context.get_constant(types.intp, number.bitwidth // 8)
        shape, strides = [load(size) for size in dimensions], [itemsize]
        for size in shape[:0:-1]:  # the last dimension's neighbours lie side by side
            strides.insert(0, builder.mul(strides[0], size))
        data = builder.inttoptr(load(name.literal_value), made.data.type)
        arrayobj.populate_array(made, data, shape, strides, itemsize, meminfo=None)
        return made._getvalue()

    return view(frame, name), build


def named(function: Callable[..., None], name: str) -> Callable[..., None]:
    """A function made by another one, under a name, and so a file of Numba's cache, of its own."""
    function.__name__ = function.__qualname__ = name
    return function


def framed_gradient(source: Callable[..., None], name: str) -> Callable[..., None]:
    """SOURCE(x, g, loss, t, task) as gradient(frame, t), to be compiled."""
    source = register_jitable(source)

    def gradient(frame, t):
        task = Task(
            array(frame, "constants"),
            array(frame, "inputs"),
            array(frame, "labels"),
            array(frame, "seeds"),
            array(frame, "order"),
        )
        source(array(frame, "x"), array(frame, "g"), array(frame, "loss"), t, task)

    return named(gradient, f"{name}_gradient")
