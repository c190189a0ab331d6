"""The lanes form: many runs side by side in arrays [dimension, lanes], innermost loops over the lanes.

A gradient and the parts of an optimizer are functions of one type, called by their addresses, so that one compiled
driver serves every chain of them: N problems and M parts are compiled N + M times, not N * M times. Such a call costs
by the words it passes, and an array is seven to eleven of them. So all arrays of some lanes are found through one
number, the address of their frame.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import float32, float64, int32, int64, types
from numba.extending import intrinsic, register_jitable
from numba.np import arrayobj

VECTOR = float64[::1]
MATRIX = float64[:, ::1]

# part(frame, t) moves x and its state in step number t = 1, 2, ...; gradient(frame, t) fills g and loss as t sees them.
FRAMED = types.void(int64, float64)

# The frame's arrays and their dimensions: each has its address in the frame, and each dimension has its size there.
# What is REAL has the lanes' own type: float64, or float32.
REAL = "real"
ARRAYS = {
    "x": (REAL, ("dimension", "lanes")),
    "g": (REAL, ("dimension", "lanes")),
    "state": (REAL, ("slots", "dimension", "lanes")),
    "loss": (REAL, ("lanes",)),
    "lr": (REAL, ("lanes",)),
    "rates": (REAL, ("lanes",)),
    "scalars": (REAL, ("scalar count",)),
    "knobs": (float64, ("knob count",)),
    "memory": (float64, ("memory count",)),
    "control": (float64, ("control count",)),
    "blocks": (int64, ("block count", "block numbers")),
    "constants": (REAL, ("constant count",)),
    "inputs": (REAL, ("rows", "features")),
    "labels": (int64, ("rows",)),
    "seeds": (int64, ("lanes",)),
    "order": (int32, ("lanes", "rows")),
}
SIZES = tuple(dict.fromkeys(size for _, dimensions in ARRAYS.values() for size in dimensions))
PLACES = {name: place for place, name in enumerate((*SIZES, *ARRAYS))}

CACHE_LINE = 64

# In `control`: whether x is now a point that is only probed (what follows in the chain waits), and the number of the
# step for what follows.
PROBING, TICKS = 0, 1


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


def aligned(values: Any, shape: tuple[int, ...], dtype: Any = np.float64) -> np.ndarray:
    """A new array of SHAPE filled with VALUES, from the start of a cache line: loads across two cost a third more."""
    size = np.dtype(dtype).itemsize * int(np.prod(shape))
    raw = np.empty(size + CACHE_LINE, np.uint8)
    first = -raw.ctypes.data % CACHE_LINE
    made = raw[first : first + size].view(dtype).reshape(shape)
    made[...] = values
    return made


class Frame:
    """The arrays of some lanes, and the address where compiled code finds them: fill the arrays, never replace them."""

    def __init__(
        self,
        x: np.ndarray,
        task: Task | None = None,
        state: Any = (),
        lr: Any = 0.0,
        knobs: Any = (),
        *,
        dtype: Any = np.float64,
        blocks: Any = None,
        memory: Any = (),
        scalars: int = 0,
        of: "Frame | None" = None,
        in_place: "tuple[np.ndarray, np.ndarray] | None" = None,
    ):
        """X and all other numbers are copied, but those of arrays (x, g) that are to be used IN PLACE.

        STATE holds for each slot a number, or an array like X; LR one number or one for each lane; BLOCKS a row
        (first coordinate, rows, columns) for each tensor that X consists of. The frame of a part of a chain shares all
        but its state, knobs and memory with the frame it is OF.
        """
        dimension, lanes = x.shape
        if of is None:
            self.x, self.g = in_place or (aligned(x, x.shape, dtype), aligned(np.nan, x.shape, dtype))
            self.loss = aligned(np.nan, (lanes,), dtype)
            self.lr = aligned(lr, (lanes,), dtype)
            self.rates = aligned(lr, (lanes,), dtype)
            self.control = np.array([0.0, 1.0])
            self.blocks = np.array([[0, 1, dimension]] if blocks is None else blocks, np.int64)
            task = make_task(np.zeros(lanes)) if task is None else task
            if len(task.seeds) != lanes or len(task.labels) != len(task.inputs):
                raise ValueError("a task has one seed for each lane and one label for each row")
            self.task = task._replace(
                constants=task.constants.astype(dtype, copy=False), inputs=task.inputs.astype(dtype, copy=False)
            )
        else:
            for shared in ("x", "g", "loss", "lr", "rates", "control", "blocks", "task"):
                setattr(self, shared, getattr(of, shared))
        self.state = aligned(0.0, (len(state), *x.shape), dtype)
        for slot, value in enumerate(state):
            self.state[slot] = value
        self.knobs = np.array(knobs, np.float64)
        self.memory = np.array(memory, np.float64)
        self.scalars = np.zeros(scalars, dtype)
        arrays = {**{name: getattr(self, name) for name in ARRAYS if hasattr(self, name)}, **self.task._asdict()}
        sizes = {
            size: length
            for name, (_, dimensions) in ARRAYS.items()
            for size, length in zip(dimensions, arrays[name].shape, strict=True)
        }
        self._entries = np.array(
            [*(sizes[size] for size in SIZES), *(arrays[name].ctypes.data for name in ARRAYS)], np.int64
        )
        self.address: int = self._entries.ctypes.data


def _array_of(real: Any) -> Any:
    """The function array(frame, name) for lanes of that type."""

    def array(_context: Any, frame: Any, name: Any) -> Any:
        number, dimensions = ARRAYS[name.literal_value]
        number = real if number is REAL else number
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

    made = intrinsic(prefer_literal=True)(array)
    # Numba's key of what is kept holds this name where a kernel's closure has the function; by default it is random.
    made._set_uuid(f"dlc.{real}")
    return made


# The array NAME of a frame. Made of Numba's own functions, it would take a third longer to compile.
array = _array_of(float64)
array32 = _array_of(float32)
VIEWS = {np.dtype(np.float64): array, np.dtype(np.float32): array32}


@intrinsic
def call(_context: Any, address: Any, frame: Any, t: Any) -> Any:
    """Call what was compiled as FRAMED and lies at that address."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [ir.IntType(64), ir.DoubleType()])
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), arguments[1:])
        return context.get_dummy_value()

    return types.none(int64, int64, float64), build


def address_of(function: Any) -> int:
    """Where the machine code of a function lies that was compiled as FRAMED."""
    result = function.get_compile_result(FRAMED)
    return result.library.get_pointer_to_function(result.fndesc.llvm_cfunc_wrapper_name)


def named(function: Callable[..., None], name: str) -> Callable[..., None]:
    """A function made by another one, under a name, and so a file of Numba's cache, of its own."""
    function.__name__ = function.__qualname__ = name
    return function


def framed_gradient(source: Callable[..., None], name: str, dtype: Any = np.float64) -> Callable[..., None]:
    """SOURCE(x, g, loss, t, task) as gradient(frame, t) for lanes of that type, to be compiled."""
    source, view = register_jitable(source), VIEWS[np.dtype(dtype)]

    def gradient(frame, t):
        task = Task(
            view(frame, "constants"),
            view(frame, "inputs"),
            view(frame, "labels"),
            view(frame, "seeds"),
            view(frame, "order"),
        )
        source(view(frame, "x"), view(frame, "g"), view(frame, "loss"), t, task)

    return named(gradient, f"{name}_gradient{np.dtype(dtype).itemsize * 8}")
