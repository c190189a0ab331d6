"""The one place that calls the real libraries: torch, keras (with torch behind it), jax and onnxruntime.

Each is imported on use only. What is called is the call of the convention (dlc.reference.conventions), so what
`dlc diff` tells people to write is what is measured here.

    available("torch")                        whether it is installed
    f = function("torch", "gelu")             what computes our gelu, at the card's defaults, on torch tensors
    f = function("torch", "elu", alpha=2.0)   at other parameters of the card
    f = as_is("jax", "gelu")                  what the library's own name says, with the library's own defaults
    x = to_native("torch", array)             NumPy's array as the library's; of the same type
    to_numpy("torch", f(x))                   and back
    value_and_vjp("torch", "gelu", x, v)      NumPy's value, and v times the Jacobian; on NumPy arrays

A function is None where the library has none, or has none at these parameters. Functions of a vector work along the
last axis. onnxruntime runs one operator on one thread, has no derivatives (the second of value_and_vjp is None), and
for some operators no float64: the call then raises NotInThisTypeError, a TypeError. jax's functions are not compiled:
jit them yourself.
"""

import os
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dlc.reference.activations import ACTIVATIONS
from dlc.reference.conventions import CONVENTIONS, convention

if TYPE_CHECKING:
    import numpy as np

LIBRARIES = tuple(CONVENTIONS)
OPSET, IR_VERSION = 24, 10  # the newest opset of which onnxruntime 1.32 has all of these operators

MODULES = {"torch": ("torch",), "keras": ("keras", "torch"), "jax": ("jax",), "onnx": ("onnx", "onnxruntime")}


class NotInThisTypeError(TypeError):
    """The library has the function, but not for arrays of that type."""


def available(library: str) -> bool:
    """Whether LIBRARY is installed, with what it needs."""
    return all(find_spec(module) for module in MODULES[library])


def function(library: str, name: str, **params: float) -> Callable[[Any], Any] | None:
    """What computes our card NAME there, at the card's defaults changed by PARAMS, on the library's own arrays."""
    found = convention(library, name)
    if found is None:
        return None
    card = ACTIVATIONS[name]
    unlike = {key for key, value in params.items() if value != card.knobs[key]}
    if not all(map(found.takes, unlike)):
        return None
    return _called(library, found.call_with(card.knobs | params))


def as_is(library: str, name: str) -> Callable[[Any], Any] | None:
    """What the library's function for our card NAME computes of x alone, if it needs no more."""
    found = convention(library, name)
    return None if found is None or found.call_as_is is None else _called(library, found.call_as_is)


def to_native(library: str, array: "np.ndarray") -> Any:
    """NumPy's ARRAY as one of LIBRARY."""
    if library == "onnx":
        return array
    if library == "jax":
        return namespace("jax")["jnp"].asarray(array)
    return namespace(library)["torch"].from_numpy(array.copy())


def to_numpy(library: str, value: Any) -> "np.ndarray":
    """An array of LIBRARY as NumPy's."""
    import numpy as np

    return np.asarray(value.detach() if library in ("torch", "keras") else value)


def value_and_vjp(
    library: str, name: str, x: "np.ndarray", v: "np.ndarray", **params: float
) -> "tuple[np.ndarray, np.ndarray | None] | None":
    """The value of our card NAME there, and the product of v with the Jacobian, as NumPy's; None where it has none."""
    called = function(library, name, **params)
    return called and value_and_vjp_of(library, called, x, v)


def value_and_vjp_of(
    library: str, called: Callable[[Any], Any], x: "np.ndarray", v: "np.ndarray"
) -> "tuple[np.ndarray, np.ndarray | None]":
    """The same of a function that is already at hand."""
    there, cotangent = to_native(library, x), to_native(library, v)
    if library == "onnx":
        return called(there), None
    if library == "jax":
        value, pull = namespace("jax")["jax"].vjp(called, there)
        return to_numpy(library, value), to_numpy(library, pull(cotangent)[0])
    value = called(there.requires_grad_())
    (product,) = namespace(library)["torch"].autograd.grad(value, there, cotangent)
    return to_numpy(library, value), to_numpy(library, product)


@cache
def namespace(library: str) -> dict[str, Any]:
    """What the calls of LIBRARY's conventions are written with."""
    if library == "jax":
        jax = import_module("jax")
        jax.config.update("jax_enable_x64", True)
        return {"jax": jax, "jnp": jax.numpy}
    if library == "keras":
        os.environ["KERAS_BACKEND"] = "torch"
        return {"keras": import_module("keras"), "torch": import_module("torch")}
    return {"torch": import_module("torch"), "F": import_module("torch.nn.functional")}


@cache
def _called(library: str, call: str) -> Callable[[Any], Any]:
    """The function of x that CALL, an expression of a convention, is."""
    if library == "onnx":
        return _Operator(call)
    return eval(f"lambda x: {call}", dict(namespace(library)))


class _Operator:
    """One operator of ONNX on NumPy arrays, with a session of onnxruntime for each of their types."""

    def __init__(self, call: str):
        self._call = call
        self._sessions: dict[str, Any] = {}

    def __call__(self, x: "np.ndarray") -> "np.ndarray":
        dtype = x.dtype.name
        if dtype not in self._sessions:
            self._sessions[dtype] = self._session(dtype)
        return self._sessions[dtype].run(None, {"x": x})[0]

    def _session(self, dtype: str) -> Any:
        runtime = import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            return runtime.InferenceSession(model(self._call, dtype), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise NotInThisTypeError(f"onnxruntime cannot do {self._call} in {dtype}") from error


def model(call: str, dtype: str) -> bytes:
    """The model of one operator: constants become inputs of their own, as ONNX wants them."""
    import numpy as np

    onnx, helper = import_module("onnx"), import_module("onnx.helper")
    kind, integer = (helper.np_dtype_to_tensor_dtype(np.dtype(each)) for each in (dtype, "int64"))
    name = call.partition("(")[0]
    declared = onnx.defs.get_schema(name, OPSET).attributes
    constants: list[Any] = []

    def operator(x: str, *numbers: float, axes: int | None = None, **attributes: Any) -> Any:
        constants.extend(helper.make_tensor(f"input{i}", kind, [], [each]) for i, each in enumerate(numbers))
        if axes is not None:
            constants.append(helper.make_tensor("axes", integer, [1], [axes]))
        is_float = {key for key in attributes if declared[key].type == onnx.defs.OpSchema.AttrType.FLOAT}
        attributes = {key: float(value) if key in is_float else value for key, value in attributes.items()}
        return helper.make_node(name, [x, *(each.name for each in constants)], ["y"], **attributes)

    node = eval(call, {name: operator, "x": "x"})
    ends = ([helper.make_tensor_value_info(end, kind, None)] for end in ("x", "y"))
    graph = helper.make_graph([node], name, *ends, initializer=constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return made.SerializeToString()
