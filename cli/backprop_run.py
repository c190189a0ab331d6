"""A forward and a backward pass, what is found in them, and the descent that follows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dlc.cli import backprop_layers, backprop_show, plot, show
from dlc.cli.backprop_check import Batch, Check, all_checks
from dlc.cli.backprop_inputs import check_outputs
from dlc.cli.backprop_machine import machine
from dlc.cli.errors import BadInputError
from dlc.reference.network import Network

Step = tuple[int, float, float]  # its number, the loss before it, the length of the gradient


class Passes:
    """A network on a batch. Raises BadInputError where the loss cannot judge its outputs."""

    def __init__(
        self, network: Network, weights: np.ndarray, x: np.ndarray, target: np.ndarray, dtype: str, *,
        training: bool, seed: int,
    ):  # fmt: skip
        self.network, self.dtype = network, dtype
        self.net = machine(network, dtype)
        self.weights = weights.astype(dtype)
        self.batch = Batch(self.weights, x, target, training, seed, self.net.kept.copy())
        self.loss = self.net.forward(self.weights, x, target, seed=seed, training=training)
        check_outputs(network, self.net.outputs(len(network.layers) - 1))
        self.gradient = self.net.backward(self.weights)
        self.states = backprop_layers.states(network, self.net, self.gradient)

    def checks(self) -> tuple[list[Check], list[str]]:
        """The gradient against others, and notes."""
        if not np.isfinite(self.loss):
            raise BadInputError(f"the loss is {self.loss}: the numbers grow beyond {self.dtype}; take smaller weights")
        return all_checks(self.network, self.batch, self.dtype)

    def descend(self, rate: float, count: int) -> list[Step]:
        """So many steps of gradient descent; it ends where the loss is no number."""
        net, batch, weights = machine(self.network, self.dtype), self.batch, self.weights.copy()
        taken: list[Step] = []
        with np.errstate(over="ignore", invalid="ignore"):  # a descent that diverges ends with a note
            for step in range(count + 1):
                loss = net.forward(weights, batch.x, batch.target, seed=batch.seed + step, training=batch.training)
                gradient = net.backward(weights)
                taken.append((step, loss, float(np.linalg.norm(gradient.astype(float)))))
                if not np.isfinite(loss):
                    show.note(f"the descent diverges: the loss of step {step} is {loss}; take a smaller --step")
                    break
                weights -= np.asarray(rate, weights.dtype) * gradient
        return taken

    def record(self, checks: Sequence[Check], descent: Sequence[Step], row: int) -> dict[str, Any]:
        """Everything, for --json."""
        return {
            "network": [each.text for each in self.network.layers],
            "inputs": self.network.inputs,
            "loss_name": self.network.loss,
            "parameters": self.network.size,
            "dtype": self.dtype,
            "rows": len(self.batch.x),
            "loss": self.loss,
            "chains": {each.name: backprop_show.product_of(self.network, each) for each in self.network.tensors},
            "units": backprop_show.units(self.network, self.net, self.weights, row),
            "gradients": backprop_show.gradients(self.network, self.weights, self.gradient, checks),
            "layers": [vars(each) for each in self.states],
            "verdict": backprop_layers.verdict(self.states),
            "checks": [
                {"against": each.against, "worst": each.worst, "at": each.at, "bound": each.bound,
                 "compared": each.compared, "holds": each.holds}
                for each in checks
            ],
            "descent": [{"step": step, "loss": loss, "gradient_norm": norm} for step, loss, norm in descent],
        }  # fmt: skip

    def show(self, checks: Sequence[Check], descent: Sequence[Step], row: int, *, every: bool) -> None:
        """All tables; of large networks, no single numbers unless EVERY one is asked for."""
        network = self.network
        show.facts(backprop_show.summary(network, len(self.batch.x), self.loss, training=self.batch.training))
        left_out = []
        if every or sum(network.widths) <= backprop_show.MOST_UNITS:
            backprop_show.show_units(backprop_show.units(network, self.net, self.weights, row), row)
        else:
            left_out.append(f"{sum(network.widths):,} values")
        if every or network.size <= backprop_show.MOST_WEIGHTS:
            backprop_show.show_gradients(backprop_show.gradients(network, self.weights, self.gradient, checks))
        else:
            left_out.append(f"{network.size:,} gradients")
        backprop_show.show_layers(self.states)
        backprop_show.show_checks(checks)
        if descent:
            backprop_show.show_steps(descent)
        if left_out:
            show.note(f"{' and '.join(left_out)} are left out; --all shows them")
        if sentence := backprop_layers.verdict(self.states):
            show.note(sentence)

    def curves(self) -> dict[str, tuple[list[int], list[float]]]:
        """Sizes over the layers: of signals, of errors, of gradients; what is 0 is left out."""
        columns = {
            "output": [(each.layer, each.signal) for each in self.states],
            "∂L/∂output": [(each.layer, each.error) for each in self.states],
            "∂L/∂weight": [(each.layer, each.gradient) for each in self.states if each.gradient is not None],
        }
        found = {}
        for label, points in columns.items():
            drawn = [(x, y) for x, y in points if y and np.isfinite(y)]
            if drawn:
                found[label] = ([x for x, _ in drawn], [float(y) for _, y in drawn])
        return found

    def plot(self) -> None:
        """Root mean squares over the layers, in the terminal."""
        found = self.curves()
        layers = [each.layer for each in self.states]
        lines = {}
        for label, (x, y) in found.items():
            by_layer = dict(zip(x, y, strict=True))
            lines[label] = [np.log10(by_layer[place]) if place in by_layer else np.nan for place in layers]
        print()
        print(plot.curves(layers, lines, title="log10 of the root mean square, by layer"))

    def save(self, path: Path) -> None:
        """The same as a picture."""
        from dlc.cli.backprop_picture import save

        flags = {each.layer: each.flags for each in self.states if each.flags}
        save(path, self.curves(), flags, self.network, backprop_layers.verdict(self.states))
