"""Normalisations of torch, keras and ONNX: results, gradients, what is kept of a batch, for tests to compare with.

Arrays are float64, [samples, channels, positions]; gains and biases are not 1 and 0.
"""

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from dlc.reference.norm_conventions import NORM_CONVENTIONS, NormConvention

RECORD = "norms.json"
LIBRARIES = ("torch", "keras", "onnx")
SHAPE = (5, 4, 3)
GROUPS, SIZE = 2, 3
STATISTICS = [[0.1, -0.2, 0.3, 0.0], [1.0, 2.0, 0.5, 1.5]]  # before the batch
Found = dict[str, Any]


def arrays(card: str) -> dict[str, np.ndarray]:
    """What every library gets: x, the gradient v by the result, gains and biases of all kinds."""
    random = np.random.default_rng(2026)
    shape = SHAPE[:2] if card in ("weight", "spectral") else SHAPE
    gains = {"layer": SHAPE[1:], "rms": SHAPE[1:], "weight": SHAPE[:1]}.get(card, SHAPE[1:2])
    return {
        "x": random.normal(1.0, 2.0, shape).round(3),
        "v": random.normal(size=shape).round(3),
        "gain": random.uniform(0.5, 2.0, gains).round(3),
        "bias": random.normal(size=gains).round(3),
        "left": random.normal(size=SHAPE[0]).round(3),
        "right": random.normal(size=SHAPE[1]).round(3),
    }


def recorded() -> dict[str, Any]:
    """Of each library and normalisation what it gives, and the defaults of its arguments."""
    results = {
        f"{library} {card}": RUNS[library](found, arrays(card))
        for library, table in NORM_CONVENTIONS.items()
        for card, found in table.items()
    }
    return {"inputs": {card: arrays(card) for table in NORM_CONVENTIONS.values() for card in table},
            "statistics": STATISTICS, "results": results, "one batch of 1, 2, 3, 4": one_batch(),
            "a batch of 1": batch_of_1()}  # fmt: skip


def _torch(values: np.ndarray) -> Any:
    import torch

    return torch.tensor(values, dtype=torch.float64)


def _backward(y: Any, v: Any, inputs: dict[str, Any]) -> Found:
    """Gradients by those of INPUTS that the result depends on."""
    import torch

    found = torch.autograd.grad(y, list(inputs.values()), v, allow_unused=True)
    return {name: None if each is None else each.tolist() for name, each in zip(inputs, found, strict=True)}


def of_torch(found: NormConvention, given: dict[str, np.ndarray]) -> Found:
    """By the layer with the library's defaults, in training."""
    import torch

    x, v, gain, bias = (_torch(given[name]) for name in ("x", "v", "gain", "bias"))
    x.requires_grad_()
    if found.card in ("weight", "spectral"):
        return _torch_weights(found, given, x, v)
    if found.card == "unit":
        y = torch.nn.functional.normalize(x)
        return {"y": y.tolist(), **_backward(y, v, {"gradient": x})}
    made = {
        "batch": lambda kind: kind(SHAPE[1]),
        "layer": lambda kind: kind(SHAPE[1:]),
        "rms": lambda kind: kind(SHAPE[1:]),
        "group": lambda kind: kind(GROUPS, SHAPE[1]),
        "instance": lambda kind: kind(SHAPE[1], affine=True),
        "lrn": lambda kind: kind(SIZE),
    }[found.card](getattr(torch.nn, found.short)).double()
    inputs = {"gradient": x}
    with torch.no_grad():
        for name, values, ours in (("weight", gain, "by gain"), ("bias", bias, "by bias")):
            if getattr(made, name, None) is not None:
                getattr(made, name).copy_(values)
                inputs[ours] = getattr(made, name)
    result: Found = {"defaults": {name: getattr(made, name, None) for name in ("eps", "momentum")}}
    if found.card == "batch":
        with torch.no_grad():
            made.running_mean.copy_(_torch(np.array(STATISTICS[0])))
            made.running_var.copy_(_torch(np.array(STATISTICS[1])))
        made.eval()
        result |= {f"inference {key}": value for key, value in _passes(made, x, v, inputs).items()}
        made.train()
    result |= _passes(made, x, v, inputs)
    if found.card == "batch":
        result["kept"] = [made.running_mean.tolist(), made.running_var.tolist()]
    return result


def _passes(made: Callable[..., Any], x: Any, v: Any, inputs: dict[str, Any]) -> Found:
    y = made(x)
    return {"y": y.tolist(), **_backward(y, v, inputs)}


def _torch_weights(found: NormConvention, given: dict[str, np.ndarray], x: Any, v: Any) -> Found:
    """A layer's weight under a parametrisation."""
    import torch
    from torch.nn.utils import parametrizations

    layer = torch.nn.Linear(SHAPE[1], SHAPE[0], bias=False).double()
    if found.card == "weight":
        parametrizations.weight_norm(layer)
        gain, plain = layer.parametrizations.weight.original0, layer.parametrizations.weight.original1
        with torch.no_grad():
            gain.copy_(_torch(given["gain"]).reshape(-1, 1))
            plain.copy_(x)
        return {"y": layer.weight.tolist(), **_backward(layer.weight, v, {"gradient": plain, "by gain": gain})}
    parametrizations.spectral_norm(layer)
    inside, plain = layer.parametrizations.weight[0], layer.parametrizations.weight.original
    right = _torch(given["right"])
    with torch.no_grad():
        plain.copy_(x)
        inside._v.copy_(right / right.norm())
    layer.train()
    y = layer.weight
    result = {"y": y.tolist(), **_backward(y, v, {"gradient": plain})}
    return result | {"kept": [inside._u.tolist(), inside._v.tolist()]}


def of_keras(found: NormConvention, given: dict[str, np.ndarray]) -> Found:
    """By the layer with the library's defaults, in training; its arrays have channels last.

    Some layers compute in float32 all the same.
    """
    import keras
    import torch

    keras.backend.set_floatx("float64")
    try:
        kind = partial(getattr(keras.layers, found.short), dtype="float64")
        if found.card == "spectral":
            return _keras_spectral(kind, given)
        x, v = (_torch(given[name].swapaxes(1, 2).copy()) for name in ("x", "v"))
        x.requires_grad_()
        made = kind(**{"group": {"groups": GROUPS}, "instance": {"groups": -1}, "layer": {"axis": [1, 2]},
                       "rms": {"axis": [1, 2]}, "batch_renorm": {"renorm": True}}.get(found.card, {}))  # fmt: skip
        made.build(x.shape)
        per_feature = found.card in ("layer", "rms")
        scale = given["gain"].swapaxes(0, 1) if per_feature else given["gain"]
        shift = given["bias"].swapaxes(0, 1) if per_feature else given["bias"]
        inputs = {"gradient": x}
        for names, values, ours in ((("gamma", "scale"), scale, "by gain"), (("beta",), shift, "by bias")):
            for name in names:
                if hasattr(getattr(made, name, None), "assign"):
                    getattr(made, name).assign(values)
                    inputs[ours] = getattr(made, name).value
        result: Found = {"defaults": {name: getattr(made, name, None) for name in ("epsilon", "momentum", "groups")}}
        keeps = found.card in ("batch", "batch_renorm")
        if keeps:
            _assign_kept(made, *map(np.array, STATISTICS))
        y = made(x, training=True) if keeps else made(x)
        gradients = torch.autograd.grad(y, list(inputs.values()), v)
        result["y"] = _first(y)
        for name, each in zip(inputs, gradients, strict=True):
            result[name] = _first(each) if name == "gradient" or per_feature else each.tolist()
        if keeps:
            result["kept"] = [
                keras.ops.convert_to_numpy(each).tolist() for each in (made.moving_mean, made.moving_variance)
            ]
        return result
    finally:
        keras.backend.set_floatx("float32")


def _assign_kept(made: Any, mean: np.ndarray, variance: np.ndarray) -> None:
    """With renorm it keeps standard deviations, those that correct beside those for inference."""
    made.moving_mean.assign(mean)
    made.moving_variance.assign(variance)
    if made.renorm:
        made.renorm_mean.assign(mean)
        for each in (made.moving_stddev, made.renorm_stddev):
            each.assign(np.sqrt(variance + made.epsilon))


def _first(found: Any) -> Any:
    """Channels before positions again."""
    return np.swapaxes(found.detach().numpy(), -1, -2).tolist()


def _keras_spectral(kind: Any, given: dict[str, np.ndarray]) -> Found:
    """One training pass; it keeps what it makes of the kernel."""
    import keras

    layer = kind(keras.layers.Dense(SHAPE[0], use_bias=False, dtype="float64"))
    layer.build((None, SHAPE[1]))
    layer.kernel.assign(given["x"].T)
    layer.vector_u.assign(given["left"][None])
    layer(np.zeros((1, SHAPE[1])), training=True)
    return {"y": keras.ops.convert_to_numpy(layer.kernel).T.tolist(),
            "kept": [keras.ops.convert_to_numpy(layer.vector_u)[0].tolist()]}  # fmt: skip


def of_onnx(found: NormConvention, given: dict[str, np.ndarray]) -> Found:
    """By the reference evaluator: forward alone."""
    x, gain, bias = given["x"], given["gain"], given["bias"]
    inputs = {"X": x}
    attributes: dict[str, Any] = {}
    outputs = ["Y"]
    if found.card == "batch":
        inputs |= {"S": gain, "B": bias, "M": np.array(STATISTICS[0]), "V": np.array(STATISTICS[1])}
        attributes, outputs = {"training_mode": 1}, ["Y", "KM", "KV"]
    elif found.card in ("layer", "rms"):
        inputs |= {"S": gain, "B": bias} if found.card == "layer" else {"S": gain}
        attributes = {"axis": 1}
    elif found.card in ("group", "instance"):
        inputs |= {"S": gain, "B": bias}
        attributes = {"num_groups": GROUPS} if found.card == "group" else {}
    elif found.card == "lrn":
        return {"y": _run_lrn(x)[..., 0].tolist()}
    elif found.card == "unit":
        attributes = {"axis": 1}
    y, *kept = _run_onnx(found.short, inputs, outputs, attributes)
    return {"y": y.reshape(x.shape).tolist()} | ({"kept": [each.tolist() for each in kept]} if kept else {})


def _run_onnx(name: str, inputs: dict[str, np.ndarray], outputs: list[str], attributes: dict[str, Any]) -> Any:
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    node = helper.make_node(name, list(inputs), outputs, **attributes)
    given = [helper.make_tensor_value_info(key, TensorProto.DOUBLE, each.shape) for key, each in inputs.items()]
    results = [helper.make_tensor_value_info(key, TensorProto.DOUBLE, None) for key in outputs]
    graph = helper.make_graph([node], "norm", given, results)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ReferenceEvaluator(helper.make_model(graph)).run(None, inputs)


def _run_lrn(x: np.ndarray) -> Any:
    """The reference evaluator takes the number of samples for that of channels: as many samples at a time.

    An even size tells which side has the odd channel; the runtime refuses it.
    """
    count = x.shape[1]
    starts = (0, len(x) - count)
    first, last = (
        _run_onnx("LRN", {"X": x[start : start + count, ..., None]}, ["Y"], {"size": SIZE + 1})[0] for start in starts
    )
    return np.concatenate([first, last[count - starts[1] :]])


RUNS: dict[str, Callable[[NormConvention, dict[str, np.ndarray]], Found]] = {
    "torch": of_torch, "keras": of_keras, "onnx": of_onnx,
}  # fmt: skip


def one_batch() -> Found:
    """What the batch 1, 2, 3, 4 does to running statistics that start at 0 and 1."""
    import keras
    import torch

    column = np.array([[1.0], [2.0], [3.0], [4.0]])
    made = torch.nn.BatchNorm1d(1, affine=False).double()
    y = made(_torch(column))
    layer = keras.layers.BatchNormalization(dtype="float64")
    z = layer(column, training=True)
    one, zero = np.ones(1), np.zeros(1)
    w, mean, variance = _run_onnx(
        "BatchNormalization", {"X": column, "S": one, "B": zero, "M": zero, "V": one}, ["Y", "KM", "KV"],
        {"training_mode": 1},
    )  # fmt: skip
    return {
        "torch": [float(made.running_mean), float(made.running_var), float(y[0])],
        "keras": [float(layer.moving_mean.value), float(layer.moving_variance.value), float(z.detach()[0])],
        "onnx": [float(mean[0]), float(variance[0]), float(w[0, 0])],
    }


def batch_of_1() -> Found:
    """What training does with one number for each channel."""
    import keras
    import torch

    try:
        torch.nn.BatchNorm1d(2)(torch.tensor([[3.0, 4.0]]))
        of = "accepts"
    except ValueError as error:
        of = str(error).split(",")[0]
    layer = keras.layers.BatchNormalization(dtype="float64")
    y = layer(np.array([[3.0, 4.0]]), training=True)
    return {"torch": of, "keras": [y.tolist(), [float(each) for each in layer.moving_variance.value]]}
