"""Networks of torch in float64, with their losses and gradients; weights that the libraries' initialisers draw."""

import random
import warnings
from typing import Any

import numpy as np

from dlc.reference.initializers import INITIALIZER_OFFERS, LAYER_OFFERS, InitializerOffer

RECORD = "networks.json"
LIBRARIES = ("torch", "keras", "jax")
COUNT = 50
FANS = (120, 80)
ACTIVATIONS = ("tanh", "relu", "sigmoid", "gelu", "leaky_relu")
LOSSES = ("mse", "huber", "bce_with_logits", "sparse_softmax_cross_entropy")
LAYERS = {
    "torch.linear": lambda: _torch_layer(),
    "keras.dense": lambda: _keras_layer(),
    "sklearn.mlp": lambda: _sklearn_layer("relu"),
    "sklearn.mlp_logistic": lambda: _sklearn_layer("logistic"),
}


def recorded() -> dict[str, Any]:
    """All that is kept on file."""
    return {
        "networks": {str(number): network(number) for number in range(COUNT)},
        "initializers": {offer.name: moments(_drawn(offer)) for offer in INITIALIZER_OFFERS},
        "layers": {name: [moments(each) for each in make()] for name, make in LAYERS.items() if name in LAYER_OFFERS},
        "fans": FANS,
    }


def network(number: int) -> dict[str, Any]:
    """A random network: as a file for `dlc backprop`, with torch's loss and gradient of all its parameters."""
    import torch

    draw = random.Random(number)
    torch.manual_seed(number)
    torch.set_default_dtype(torch.float64)
    try:
        takes, rows = draw.randint(1, 4), draw.randint(2, 4)
        inputs, depth, loss = takes, draw.randint(1, 4), LOSSES[number % len(LOSSES)]
        modules: list[Any] = []
        layers: list[dict[str, Any]] = []
        for place in range(depth):
            units = draw.randint(2 if place == depth - 1 else 1, 4)
            modules.append(torch.nn.Linear(takes, units))
            layers.append({"type": "dense", "units": units})
            takes = units
            if place == depth - 1:
                break
            if draw.random() < 0.3:
                modules.append(torch.nn.BatchNorm1d(units))
                torch.nn.init.normal_(modules[-1].weight)
                torch.nn.init.normal_(modules[-1].bias)
                layers.append({"type": "batch_norm"})
            name = draw.choice(ACTIVATIONS)
            modules.append(_torch_activation(name))
            layers.append({"type": name})
        if draw.random() < 0.2:
            modules.append(torch.nn.Softmax(-1))
            layers.append({"type": "softmax"})
        x = torch.randn(rows, inputs).round(decimals=3)
        if loss == "sparse_softmax_cross_entropy":
            target = torch.randint(takes, (rows,))
            wanted = target[:, None]
        else:
            target = torch.rand(rows, takes).round(decimals=3)
            wanted = target
        model = torch.nn.Sequential(*modules)
        with torch.no_grad():
            for each in model.parameters():
                each.copy_(each.round(decimals=3))
        value = _torch_loss(loss)(model(x), target)
        value.backward()
        described = {"inputs": inputs, "loss": loss, "layers": layers, "x": x.tolist(), "target": wanted.tolist()}
        gradients = []
        for module, layer in zip(modules, layers, strict=True):
            if layer["type"] == "dense":
                layer |= {"weights": module.weight.T.tolist(), "bias": module.bias.tolist()}
                gradients += [*module.weight.grad.T.reshape(-1).tolist(), *module.bias.grad.tolist()]
            elif layer["type"] == "batch_norm":
                layer |= {"gain": module.weight.tolist(), "bias": module.bias.tolist()}
                gradients += [*module.weight.grad.tolist(), *module.bias.grad.tolist()]
        return {"network": described, "loss": value.item(), "gradient": gradients}
    finally:
        torch.set_default_dtype(torch.float32)


def _torch_activation(name: str) -> Any:
    import torch

    return {
        "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "gelu": torch.nn.GELU,
        "leaky_relu": torch.nn.LeakyReLU,
    }[name]()  # fmt: skip


def _torch_loss(name: str) -> Any:
    import torch

    return {
        "mse": torch.nn.MSELoss, "huber": torch.nn.HuberLoss, "bce_with_logits": torch.nn.BCEWithLogitsLoss,
        "sparse_softmax_cross_entropy": torch.nn.CrossEntropyLoss,
    }[name]()  # fmt: skip


def moments(weights: Any) -> dict[str, float]:
    """Mean, standard deviation and bounds of what was drawn."""
    numbers = np.asarray(weights, np.float64)
    return {"mean": float(numbers.mean()), "std": float(numbers.std()), "low": float(numbers.min()),
            "high": float(numbers.max())}  # fmt: skip


def _drawn(offer: InitializerOffer) -> Any:
    """Weights for FANS, by the library itself, with its own defaults."""
    name = offer.name.rpartition(".")[2]
    if offer.library == "torch":
        import torch

        torch.manual_seed(0)
        tensor = torch.empty(FANS[1], FANS[0])  # [units, inputs]
        needed = {"constant_": (0.1,), "sparse_": (0.1,)}.get(name, ())
        return getattr(torch.nn.init, name)(tensor, *needed).T.numpy()
    if offer.library == "keras":
        import keras

        kind = getattr(keras.initializers, name)
        seeded = {"seed": 0} if name not in ("Zeros", "Ones", "Constant", "Identity") else {}
        return keras.ops.convert_to_numpy(kind(**seeded)(FANS))
    import jax

    found = getattr(jax.nn.initializers, name)
    draw = found if name in ("zeros", "ones") else found()
    return draw(jax.random.key(0), FANS, "float32")


def _torch_layer() -> list[Any]:
    import torch

    torch.manual_seed(0)
    layer = torch.nn.Linear(*FANS)
    return [layer.weight.detach().numpy().T, layer.bias.detach().numpy()]


def _keras_layer() -> list[Any]:
    import keras

    keras.utils.set_random_seed(0)
    layer = keras.layers.Dense(FANS[1])
    layer.build((None, FANS[0]))
    return [keras.ops.convert_to_numpy(each) for each in layer.weights]


def _sklearn_layer(activation: str) -> list[Any]:
    from sklearn.neural_network import MLPRegressor

    model = MLPRegressor(
        hidden_layer_sizes=(FANS[1],), activation=activation, random_state=0, learning_rate_init=1e-300, max_iter=1
    )
    rows = np.random.default_rng(0).normal(size=(2, FANS[0]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(rows, np.zeros(2))
    return [model.coefs_[0], model.intercepts_[0]]
