"""Which functions of one vector each library has, and the arguments of those that are activations, with defaults."""

import ast
import inspect
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from dlc.cli.libraries import IR_VERSION, OPSET, namespace
from dlc.reference.convention import REQUIRED
from dlc.reference.conventions import CONVENTIONS

RECORD = "names.json"


def recorded() -> dict[str, Any]:
    """Names and signatures now, in the form of the file."""
    return {
        "names": {"torch": _of_torch(), "keras": _of_keras(), "jax": _of_jax(), "onnx": _of_onnx()},
        "signatures": {library: _signatures(library) for library in CONVENTIONS},
    }


def _of_torch() -> list[str]:
    """The modules of activations, and the functions that take one vector and no more."""
    functional, modules = import_module("torch.nn.functional"), import_module("torch.nn.modules.activation")
    public = [name for name in dir(functional) if not name.startswith("_") and not name.endswith("_")]
    x = import_module("torch").tensor([-1.0, 0.5, 2.0, 3.0])
    return sorted({*modules.__all__, *(name for name in public if _works(getattr(functional, name), x, type(x)))})


def _of_keras() -> list[str]:
    return _functions(namespace("keras")["keras"].activations)


def _of_jax() -> list[str]:
    return _functions(import_module("jax.nn"))


def _functions(module: ModuleType) -> list[str]:
    return sorted(name for name in dir(module) if not name.startswith("_") and callable(getattr(module, name)))


def _of_onnx() -> list[str]:
    """The operators that take one vector of float32 and give float32."""
    defs, runtime = import_module("onnx.defs"), import_module("onnxruntime")
    schemas = {schema.name: schema for schema in defs.get_all_schemas() if not schema.domain}
    x = np.array([-1, 0.5, 2, 3], np.float32)

    def run(name: str) -> Any:
        helper = import_module("onnx.helper")
        ends = ([helper.make_tensor_value_info(end, helper.TensorProto.FLOAT, None)] for end in ("x", "y"))
        graph = helper.make_graph([helper.make_node(name, ["x"], ["y"])], name, *ends)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        return runtime.InferenceSession(model.SerializeToString()).run(None, {"x": x})[0]

    runtime.set_default_logger_severity(4)
    alone = (name for name, schema in schemas.items() if schema.min_input == 1 and not schema.deprecated)
    return sorted(name for name in alone if _works(run, name, np.ndarray))


def _works(function: Callable[[Any], Any], argument: Any, result: type) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return isinstance(function(argument), result)
    except Exception:
        return False


def _signatures(library: str) -> dict[str, dict[str, Any]]:
    """The arguments of everything that a convention names, besides x."""
    spellings = {spelling.name for each in CONVENTIONS[library] for spelling in each.spellings}
    take = _of_operator if library == "onnx" else partial(_of_function, library)
    return {name: take(name) for name in sorted(spellings)}


def _of_operator(name: str) -> dict[str, Any]:
    schema = import_module("onnx.defs").get_schema(name, OPSET)
    value = import_module("onnx.helper").get_attribute_value
    inputs = {each.name: REQUIRED if i < schema.min_input else None for i, each in enumerate(schema.inputs) if i > 0}
    defaults = {key: value(each.default_value) for key, each in schema.attributes.items()}
    return inputs | {key: each.decode() if isinstance(each, bytes) else each for key, each in defaults.items()}


def _of_function(library: str, name: str) -> dict[str, Any]:
    found = eval(name, dict(namespace(library)))
    try:
        parameters: Iterable[inspect.Parameter] = inspect.signature(found).parameters.values()
    except ValueError:  # written in C: the signature opens the documentation
        text = inspect.getdoc(found).partition("->")[0].partition("\n")[0].strip()
        arguments = ast.parse(f"def {text}: ...").body[0].args
        defaults = [ast.literal_eval(each) for each in arguments.defaults]
        names = [each.arg for each in arguments.args]
        required = [REQUIRED] * (len(names) - len(defaults))
        return dict(zip(names[1:], [*required, *defaults][1:], strict=True))
    taken = [each for each in parameters if each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)]
    taken = taken if inspect.isclass(found) else taken[1:]
    return {each.name: REQUIRED if each.default is each.empty else each.default for each in taken}
