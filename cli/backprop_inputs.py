"""The batch of `dlc backprop`: as typed, from the network's file, or drawn; every complaint says what does not fit."""

from typing import TYPE_CHECKING, Any

import numpy as np

from dlc.cli import domains, loss_inputs, network_file, show, values
from dlc.cli.errors import BadInputError
from dlc.cli.loss_samples import drawn
from dlc.reference.losses import LOSSES
from dlc.reference.network import Network

if TYPE_CHECKING:
    from dlc.cli.network_file import Written

MOST_ROWS = 1_000_000


def batch_of(
    written: "Written", x: str | None, target: str | None, rows: int, seed: int, dtype: str
) -> tuple[np.ndarray, np.ndarray]:
    """Inputs [rows, features] and targets [rows, width]. Raises BadInputError."""
    if x == "-" and target == "-":
        raise BadInputError("--x and --target cannot both come from standard input; give one as a file")
    if not 1 <= rows <= MOST_ROWS:
        raise BadInputError(f"--batch {rows}: take 1 to {MOST_ROWS:,} rows")
    network, random = written.network, np.random.default_rng(seed)
    inputs = _given(x, "--x", written.x, '"x"', network.inputs)
    if inputs is None:
        inputs = random.normal(size=(rows, network.inputs))
        show.note(f"no --x: {rows} rows of standard normal numbers are drawn")
    width = network.target_width()
    targets = _given(target, "--target", written.target, '"target"', width)
    if targets is None:
        targets = drawn(LOSSES[network.loss].target, random, (len(inputs), width), 1.0, classes(network))
        show.note(f"no --target: one for {network.loss} is drawn")
    if len(inputs) != len(targets):
        raise BadInputError(f"{len(inputs)} rows of inputs have {len(targets)} rows of targets")
    _refuse(targets, LOSSES[network.loss].target, classes(network))
    return values.as_type(inputs, dtype), values.as_type(targets.astype(float), dtype)


def classes(network: Network) -> int:
    """How many classes the outputs are about."""
    return domains.classes_of(LOSSES[network.loss].knobs | dict(network.loss_params), network.widths[-1])


def _given(typed: str | None, option: str, filed: Any, key: str, width: int) -> np.ndarray | None:
    if typed is not None:
        table, what = loss_inputs.table(typed, option), option
    elif filed is not None:
        table, what = np.array(network_file.table(filed, key)), key
    else:
        return None
    if table.size == 0:
        raise BadInputError(f"{what} has no rows: an empty batch has no mean loss")
    if table.ndim == 1:
        table = table.reshape(-1, width) if width and table.size % width == 0 else table[None]
    if table.shape[-1] != width:
        raise BadInputError(f"{what} has rows of {table.shape[-1]} numbers; the network takes {width}")
    bad = np.argwhere(~np.isfinite(table))
    if len(bad):
        i, k = (int(each) for each in bad[0])
        raise BadInputError(f"{what}, row {i + 1}, number {k + 1} is {float(table[i, k])}, not a finite number")
    return table


def _refuse(targets: np.ndarray, domain: str, count: int) -> None:
    """Raises BadInputError for the first target that the loss does not take."""
    wrong = domains.outside(domain, targets, count)
    if wrong is not None and wrong.any():
        i, k = (int(each) for each in np.argwhere(wrong)[0])
        raise BadInputError(
            f"--target, row {i + 1}, number {k + 1} is {float(targets[i, k]):g}, not {domains.what(domain, count)}"
        )


def check_outputs(network: Network, outputs: np.ndarray) -> None:
    """Raises BadInputError where the loss cannot judge what the network gives."""
    card = LOSSES[network.loss]
    wrong = domains.outside(card.pred, outputs.astype(float), classes(network))
    if wrong is not None and wrong.any():
        i, k = (int(each) for each in np.argwhere(wrong)[0])
        raise BadInputError(
            f"the network gives {float(outputs[i, k]):.6g}, and {network.loss} takes {domains.what(card.pred, 0)}; "
            "end it with an activation, like --output sigmoid or softmax, or take a loss of logits"
        )
