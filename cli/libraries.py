"""The one place that calls the real libraries: torch, keras (with torch behind it), jax and onnxruntime.

Each is imported on use only. What is called is the call of the convention (dlc.reference.conventions), so what `dlc diff`
tells people to write is what is measured here.

    available("torch")                        whether it is installed
    f = function("torch", "gelu")             what computes our gelu, at the card's defaults, on torch tensors
    f = function("torch", "elu", alpha=2.0)   at other parameters of the card
    f = as_is("jax", "gelu")                  what the library's own name says, with the library's own defaults
    x = to_native("torch", array)             NumPy's array as the library's; of the same type
    to_numpy("torch", f(x))                   and back
    value_and_vjp("torch", "gelu", x, v)      NumPy's value, and v times the Jacobian; on NumPy arrays

A function is None where the library has none, or has none at these parameters. Functions of a vector work along the
last axis. onnxruntime runs one operator on one thread, has no derivatives (the second of value_and_vjp is None), and for
some operators no float64: the call then raises TypeError. jax's functions are not compiled: jit them yourself.
"""

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from dlc.reference.activations import ACTIVATIONS
from dlc.reference.conventions import CONVENTIONS, convention

if TYPE_CHECKING:
    import numpy as np

LIBRARIES = tuple(CONVENTIONS)
OPSET = 24  # the newest that onnxruntime has all of these operators for

MODULES = {"torch": ("torch",), "keras": ("keras", "torch"), "jax": ("jax",), "onnx": ("onnx", "onnxruntime")}


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
    if any(f"{{{key}}}" not in found.call for key in unlike):
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
        return _namespace("jax")["jnp"].asarray(array)
    return _namespace(library)["torch"].from_numpy(array.copy())


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
        value, pull = _namespace("jax")["jax"].vjp(called, there)
        return to_numpy(library, value), to_numpy(library, pull(cotangent)[0])
    value = called(there.requires_grad_())
    (product,) = _namespace(library)["torch"].autograd.grad(value, there, cotangent)
    return to_numpy(library, value), to_numpy(library, product)


@cache
def _namespace(library: str) -> dict[str, Any]:
    """What the calls of LIBRARY's conventions are written with."""
    if library == "jax":
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        return {"jax": jax, "jnp": jnp}
    if library == "keras":
        os.environ["KERAS_BACKEND"] = "torch"
        import keras
        import torch

        return {"keras": keras, "torch": torch}
    import torch
    import torch.nn.functional

    return {"torch": torch, "F": torch.nn.functional}


@cache
def _called(library: str, call: str) -> Callable[[Any], Any]:
    """The function of x that CALL, an expression of a convention, is."""
    if library == "onnx":
        return _Operator(call)
    return eval(f"lambda x: {call}", dict(_namespace(library)))


class _Operator:
    """One operator of ONNX on NumPy arrays, with a session of onnxruntime for each of their types."""

    def __init__(self, call: str):
        self._call = call
        self._sessions: dict[str, Any] = {}

    def __call__(self, x: "np.ndarray") -> "np.ndarray":
        session = self._sessions.get(x.dtype.name) or self._session(x.dtype.name)
        return session.run(None, {"x": x})[0]

    def _session(self, dtype: str) -> Any:
        import numpy as np
        import onnxruntime
        from onnx import helper
        from onnx.defs import OpSchema, get_schema
        from onnx.helper import np_dtype_to_tensor_dtype as type_of

        kind = type_of(np.dtype(dtype))
        inputs: list[Any] = []
        nodes: list[Any] = []

        def operator(x: str, *constants: float, axes: int | None = None, **attributes: Any) -> None:
            for constant in constants:
                inputs.append(helper.make_tensor(f"input{len(inputs)}", kind, [], [constant]))
            if axes is not None:
                inputs.append(helper.make_tensor("axes", type_of(np.dtype("int64")), [1], [axes]))
            declared = get_schema(name, OPSET).attributes
            attributes = {
                key: float(value) if declared[key].type == OpSchema.AttrType.FLOAT else value
                for key, value in attributes.items()
            }
            nodes.append(helper.make_node(name, [x, *(each.name for each in inputs)], ["y"], **attributes))

        name = self._call.partition("(")[0]
        eval(self._call, {name: operator, "x": "x"})
        rank_unknown = helper.make_tensor_value_info("y", kind, None)
        graph = helper.make_graph(
            nodes, name, [helper.make_tensor_value_info("x", kind, None)], [rank_unknown], initializer=inputs
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise TypeError(f"onnxruntime has no {name} for {dtype}") from error
        self._sessions[dtype] = session
        return session
