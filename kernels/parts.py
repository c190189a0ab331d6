"""The parts that a chain of a race consists of: optimizers, what modifies them, and schedules, lifted to lanes.

A rule of one coordinate is a function of numbers, rule(x, g, *slots, lr, *scalars) -> (x, *slots); the lift loops over
coordinates and lanes. What does not change from coordinate to coordinate is computed once a step, in float64, by its
scalars(t, memory, *knobs) -> tuple. A rule of the whole vector is rule(run, t, *knobs) over the arrays of a Run.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, register_jitable
from numba.np import arrayobj
from numba.np.unsafe.ndarray import to_fixed_tuple

from dlc.kernels.jit import compiled
from dlc.kernels.lanes import FRAMED, PROBING, VIEWS, Frame, Task, address_of, named

Begin = float | str  # a slot's first value: a number, "x" for the start, or the name of a knob or of "lr"


class Run(NamedTuple):
    """What a rule of the whole vector sees and changes."""

    x: np.ndarray  # [dimension, lanes]
    g: np.ndarray  # [dimension, lanes]
    state: np.ndarray  # [slots, dimension, lanes]; a number of the lane lies at [slot, 0, lane]
    loss: np.ndarray  # [lanes], at x
    lr: np.ndarray  # [lanes], that of this step
    rates: np.ndarray  # [lanes], before any schedule
    seeds: np.ndarray  # [lanes]
    blocks: np.ndarray  # [blocks, 3]: first coordinate, rows and columns of each tensor
    control: np.ndarray  # see lanes.PROBING


@register_jitable
def probe(run):
    """Say that x is now a point to take a gradient at, and not an answer: what follows in the chain waits."""
    run.control[PROBING] = 1.0


@intrinsic(prefer_literal=True)
def _loaded(_context: Any, state: Any, i: Any, j: Any, count: Any) -> Any:
    """The slots of a coordinate, as a tuple of COUNT numbers."""
    length = count.literal_value

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        made = arrayobj.make_array(state)(context, builder, arguments[0])
        values = []
        for slot in range(length):
            at = [context.get_constant(types.intp, slot), arguments[1], arguments[2]]
            pointer = cgutils.get_item_pointer(context, builder, state, made, at)
            values.append(arrayobj.load_item(context, builder, state, pointer))
        return context.make_tuple(builder, signature.return_type, values)

    return types.UniTuple(state.dtype, length)(state, types.intp, types.intp, count), build


@intrinsic
def _store(_context: Any, x: Any, state: Any, i: Any, j: Any, values: Any) -> Any:
    """Write the new x and the new slots of a coordinate."""

    def build(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        coordinates = list(arguments[2:4])
        for slot, kind in enumerate(values, -1):
            value = builder.extract_value(arguments[4], slot + 1)
            target, at = (x, coordinates) if slot < 0 else (
                state, [context.get_constant(types.intp, slot), *coordinates])  # fmt: skip
            made = arrayobj.make_array(target)(context, builder, arguments[0 if slot < 0 else 1])
            pointer = cgutils.get_item_pointer(context, builder, target, made, at)
            arrayobj.store_item(context, builder, target, context.cast(builder, value, kind, target.dtype), pointer)
        return context.get_dummy_value()

    return types.none(x, state, types.intp, types.intp, values), build


@dataclass(frozen=True)
class Part:
    """One part of a chain with what a race needs to drive it."""

    name: str
    lift: Callable[..., Callable[..., None]] = field(repr=False)  # (view) -> part(frame, t), to be compiled
    knobs: dict[str, float]
    state: tuple[Begin, ...] = ()
    memory: tuple[float, ...] = ()
    scalars: int = 0
    answer: int = -1  # the slot that is the answer, where it is not x
    is_coordinate: bool = False  # whether its rule sees one coordinate at a time
    probes: bool = False  # whether it takes gradients at points that are no answers; its t counts those, too

    def frame(
        self,
        x: np.ndarray,
        lr: Any,
        knobs: Mapping[str, float] | None = None,
        task: Task | None = None,
        *,
        dtype: Any = np.float64,
        blocks: Any = None,
        of: Frame | None = None,
        in_place: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> Frame:
        """A frame before the first step, at a copy of X, or as a part of the chain OF another one.

        KNOBS only where they differ from the defaults.
        """
        chosen = self.knobs | dict(knobs or {})
        named_values = {**chosen, "x": x, "lr": lr}
        state = [named_values[begin] if isinstance(begin, str) else begin for begin in self.state]
        return Frame(
            x, task, state, lr, [*chosen.values()],
            dtype=dtype, blocks=blocks, memory=self.memory, scalars=self.scalars, of=of, in_place=in_place,
        )  # fmt: skip

    def compiled(self, dtype: Any = np.float64) -> Any:
        """The part compiled as part(frame, t) for lanes of that type."""
        return _compiled(self, np.dtype(dtype))

    def address(self, dtype: Any = np.float64) -> int:
        """Where it lies."""
        return address_of(self.compiled(dtype))

    @property
    def step(self) -> Any:
        """The part compiled for float64."""
        return self.compiled()

    def __hash__(self) -> int:
        return hash(self.name)


@cache
def _compiled(part: Part, dtype: np.dtype) -> Any:
    return compiled(FRAMED)(named(part.lift(VIEWS[dtype]), f"{part.name}_part{dtype.itemsize * 8}"))


def defaults(function: Callable[..., Any], skip: int) -> dict[str, float]:
    """Names and default values of a function's parameters, those after the first SKIP."""
    return {p.name: p.default for p in list(inspect.signature(function).parameters.values())[skip:]}


@register_jitable
def no_scalars(_t, _memory, *knobs):
    """The knobs as they are."""
    return knobs


STEPS: dict[str, Part] = {}  # optimizers
MODIFIERS: dict[str, Part] = {}
SCHEDULES: dict[str, Part] = {}

Rule = Callable[..., Any]


def rule(
    *state: Begin,
    scalars: Rule | None = None,
    memory: tuple[float, ...] = (),
    answer: int = -1,
    among: dict[str, Part] = STEPS,
) -> Callable[[Rule], Rule]:
    """Enter a rule of one coordinate whose slots begin with the values STATE."""

    def enter(function: Rule) -> Rule:
        slots, count = len(state), len(inspect.signature(function).parameters) - 3 - len(state)
        knobs = defaults(function, 3 + slots) if scalars is None else defaults(scalars, 2)
        prepare = no_scalars if scalars is None else register_jitable(scalars)
        move, knob_count = register_jitable(function), len(knobs)

        def lift(view: Any) -> Rule:
            def part(frame, t):
                x, g, lr, state = view(frame, "x"), view(frame, "g"), view(frame, "lr"), view(frame, "state")
                kept = view(frame, "scalars")
                if count > 0:
                    fresh = prepare(t, view(frame, "memory"), *to_fixed_tuple(view(frame, "knobs"), knob_count))
                    for k in range(count):
                        kept[k] = fresh[k]
                numbers = to_fixed_tuple(kept, count)
                for i in range(x.shape[0]):
                    for j in range(x.shape[1]):
                        moved = move(x[i, j], g[i, j], *_loaded(state, i, j, slots), lr[j], *numbers)
                        _store(x, state, i, j, moved)

            return part

        among[function.__name__] = Part(
            function.__name__, lift, knobs, state, memory, count, answer, is_coordinate=True
        )
        return function

    return enter


def whole(
    *state: Begin, answer: int = -1, probes: bool = False, among: dict[str, Part] = STEPS
) -> Callable[[Rule], Rule]:
    """Enter a rule of the whole vector, rule(run, t, *knobs), whose slots begin with the values STATE."""

    def enter(function: Rule) -> Rule:
        knobs = defaults(function, 2)
        move, knob_count = register_jitable(function), len(knobs)

        def lift(view: Any) -> Rule:
            def part(frame, t):
                run = Run(
                    view(frame, "x"),
                    view(frame, "g"),
                    view(frame, "state"),
                    view(frame, "loss"),
                    view(frame, "lr"),
                    view(frame, "rates"),
                    view(frame, "seeds"),
                    view(frame, "blocks"),
                    view(frame, "control"),
                )
                move(run, t, *to_fixed_tuple(view(frame, "knobs"), knob_count))

            return part

        among[function.__name__] = Part(function.__name__, lift, knobs, state, answer=answer, probes=probes)
        return function

    return enter


def schedule(function: Rule) -> Rule:
    """Enter a schedule: factor(t, *knobs) of the rate in step t = 1, 2, ..."""
    knobs = defaults(function, 1)
    factor, knob_count = register_jitable(function), len(knobs)

    def lift(view: Any) -> Rule:
        def part(frame, t):
            lr, rates = view(frame, "lr"), view(frame, "rates")
            share = factor(t, *to_fixed_tuple(view(frame, "knobs"), knob_count))
            for j in range(lr.size):
                lr[j] = rates[j] * share

        return part

    SCHEDULES[function.__name__] = Part(function.__name__, lift, knobs)
    return function
