"""From what was typed to a training: checks first, then data, network and rules; and then it runs."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli import network_file, progress, show, train_data, train_files, train_show
from dlc.cli.backprop_machine import layer_rule
from dlc.cli.entrants import read_entrants
from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.train_data import Learnable
from dlc.cli.train_files import Epoch, Saved
from dlc.cli.train_run import Outcome, Plan, Run, digest, interruptible
from dlc.reference.losses import LOSSES
from dlc.reference.network import BatchNorm, Network

if TYPE_CHECKING:
    from dlc.kernels.train import Regularizers

MOST_EPOCHS, MOST_BATCH, MOST_RUNS = 1_000_000, 1 << 20, 10_000
NONE = "none"  # no hidden layers
SHARE = 0.1  # of validation, where early stopping needs one
# Option, whether it may be 0, and what it is below.
RANGES = {
    "lr": (False, inf), "l1": (True, inf), "l2": (True, inf), "dropout": (True, 1.0), "label_smoothing": (True, 1.0),
    "max_norm": (True, inf), "mixup": (True, inf), "noise": (True, inf), "min_delta": (True, inf),
}  # fmt: skip
COUNTS = {"epochs": MOST_EPOCHS, "batch": MOST_BATCH, "runs": MOST_RUNS, "rows": None, "threads": None}
KERAS_NORM = BatchNorm(epsilon=1e-3, momentum=0.01)


@dataclass(frozen=True)
class Request:
    """What was typed."""

    data: str
    epochs: int
    options: Mapping[str, Any]
    typed: set[str]  # options that are not defaults, among those that a file of weights has
    is_epochs_typed: bool = False
    is_data_typed: bool = False
    history: Path | None = None
    save: Path | None = None
    resume: Path | None = None
    quiet: bool = False
    as_json: bool = False


def run(request: Request) -> str:
    """Train, and show what came of it; returns how it ended. Raises BadInputError, UnknownNameError."""
    for path in (request.history, request.save):
        if path is not None:
            train_data.check_writable(path)
    saved = None
    if request.resume is not None:
        saved = train_files.unpacked(request.resume)
        request = _as_saved(request, saved)
    options = dict(request.options)
    _check(options | {"epochs": request.epochs})
    if options["runs"] > 1 and (request.history or request.save or saved):
        raise BadInputError("--history, --save and --resume are for one run; leave out --runs")
    data = learnable(request.data, options)
    plan = plan_of(data, request.epochs, options)
    if not request.quiet and not request.as_json:
        show.note(train_show.described(plan, data))
    with progress.compiling():
        if options["runs"] > 1:
            return _several(request, plan, data)
        return _one(request, plan, data, saved)


def _as_saved(request: Request, saved: Saved) -> Request:
    """The request with the options in the file. Raises BadInputError for one that is typed again."""
    if request.typed:
        option = "--" + min(request.typed).replace("_", "-")
        raise BadInputError(f"{option} is in {request.resume}; with --resume, only --epochs and files may be given")
    name = request.data if request.is_data_typed else saved.options["data"]
    epochs = request.epochs if request.is_epochs_typed else saved.options["epochs"]
    options = {key: value for key, value in saved.options.items() if key not in ("data", "epochs")}
    return replace(request, data=name, epochs=epochs, options=options)


def _check(options: Mapping[str, Any]) -> None:
    for name, most in COUNTS.items():
        value = options[name]
        if value is not None and not 1 <= value <= (most or value):
            limit = f" to {most:,}" if most else " or more"
            raise BadInputError(f"--{name} {value} is not 1{limit}")
    for name, (may_be_zero, below) in RANGES.items():
        value = options[name]
        if value is None:
            continue
        if not isfinite(value) or value < 0 or value >= below or (value == 0 and not may_be_zero):
            least = "0 or more" if may_be_zero else "more than 0"
            limit = f"{least}, and below {below:g}" if below < inf else f"{least}, and finite"
            raise BadInputError(f"--{name.replace('_', '-')} {value:g} is not {limit}")
    if options["dtype"] not in ("float32", "float64"):
        raise BadInputError(f"no type {options['dtype']!r}; choose float32 or float64")
    if options["seed"] < 0:
        raise BadInputError(f"--seed {options['seed']} is negative; give 0 or more")
    if options["patience"] is not None and options["patience"] < 0:
        raise BadInputError(f"--patience {options['patience']} is negative; give 0 or more")
    if options["patience"] is not None and options["validation"] == 0:
        raise BadInputError("--patience needs rows to validate on; give --validation 0.1, or leave it out")
    layer_rule(options["init"])


def learnable(name: str, options: Mapping[str, Any], seed: int | None = None) -> Learnable:
    """The data of a training. Raises BadInputError."""
    raw = train_data.read(name, options["target"], options["features"], skip_bad=options["skip_bad"])
    share = options["validation"]
    if share is None:
        share = 0.0 if options["patience"] is None else SHARE
    return train_data.prepared(
        raw, task=options["task"], test=options["test"], validation=share,
        seed=options["seed"] if seed is None else seed, scales=options["scale"], rows=options["rows"],
    )  # fmt: skip


def plan_of(data: Learnable, epochs: int, options: Mapping[str, Any]) -> Plan:
    """The network and the rules. Raises BadInputError, UnknownNameError."""
    library = options["library"]
    (entrant,) = read_entrants([options["optimizer"]], library)
    network = _network(data, options)
    rows, batch = len(data.train.inputs), min(options["batch"], len(data.train.inputs))
    if options["batch_norm"] and (batch == 1 or rows % batch == 1):
        what = "is 1 row" if batch == 1 else f"{batch} leaves a last one of 1 row"
        raise BadInputError(f"--batch {what}, and batch normalisation needs 2 or more; try --batch {max(2, batch - 1)}")
    rate = options["lr"]
    if rate is not None and entrant.rate is not None:
        raise BadInputError(f"the rate is given twice: --lr {rate:g}, and in {entrant.label}")
    rate = next((each for each in (rate, entrant.rate) if each is not None), entrant.default_rate)
    return Plan(
        network, entrant, rate, options["init"], batch, epochs, options["dtype"], _regularizers(options),
        options["patience"], options["min_delta"], "keras", options["restore"],
    )  # fmt: skip


def _network(data: Learnable, options: Mapping[str, Any]) -> Network:
    inputs, outputs = len(data.features), data.train.targets.shape[1]
    hidden = options["layers"].strip().lower()
    sizes = ",".join([str(inputs), *([] if hidden in ("", NONE) else [hidden]), str(outputs)])
    usual = "softmax_cross_entropy" if data.classifies else "mse"
    loss = options["loss"] or usual
    card = LOSSES[loss.partition(":")[0].strip()]
    like = LOSSES[usual]
    if (card.row, card.target, card.pred) != (like.row, like.target, like.pred):
        fitting = [name for name, each in LOSSES.items()
                   if (each.row, each.target, each.pred) == (like.row, like.target, like.pred)]  # fmt: skip
        what = "a classification" if data.classifies else "a regression"
        raise BadInputError(f"--loss {card.name} does not fit {what}; choose {', '.join(fitting)}")
    if options["label_smoothing"]:
        if "smoothing" not in card.knobs:
            raise BadInputError(f"--label-smoothing is for softmax_cross_entropy, not for {card.name}")
        if ":" in loss:
            raise BadInputError("--label-smoothing and parameters of --loss: give smoothing=... among them")
        loss += f":smoothing={options['label_smoothing']!r}"
    network = network_file.from_options(
        sizes, options["activation"], "", loss, batch_norm=options["batch_norm"], dropout=options["dropout"]
    )
    if options["library"] == "keras":
        layers = [KERAS_NORM if isinstance(layer, BatchNorm) else layer for layer in network.layers]
        network = replace(network, layers=tuple(layers))
    return network


def _regularizers(options: Mapping[str, Any]) -> "Regularizers":
    from dlc.kernels.train import Regularizers

    torch = options["library"] == "torch"
    return Regularizers(
        l1=options["l1"], l2=options["l2"] / 2 if torch else options["l2"], max_norm=options["max_norm"],
        mixup=options["mixup"], noise=options["noise"], decays_all=float(torch),
    )  # fmt: skip


def _one(request: Request, plan: Plan, data: Learnable, saved: Saved | None) -> str:
    training = Run(plan, data, request.options["seed"])
    if saved is not None:
        if saved.digest != digest(data):
            raise BadInputError(f"{request.resume} was trained on other rows than {request.data} has")
        try:
            training.resume(saved)
        except ValueError as error:
            raise BadInputError(f"{request.resume}: {error}") from None
        if training.training.epochs >= plan.epochs:
            raise BadInputError(f"{request.resume} has had {training.training.epochs} epochs; give more by --epochs")
    told = train_show.Progress(plan.epochs, classifies=data.classifies, quiet=request.quiet or request.as_json)
    with interruptible() as is_over:
        outcome = training.go(told, is_over)
    told.draw()
    _write(request, plan, data, training, outcome)
    if not outcome.history:
        return outcome.end
    if request.as_json:
        show.json_object("train", **_json(plan, data, outcome))
    elif outcome.end != "interrupted":
        show.facts(train_show.facts(outcome, plan, data))
    if outcome.end == "interrupted" and request.save:
        show.note(f"{len(outcome.history)} epochs are in {request.save}; `dlc train --resume {request.save}` goes on")
    if outcome.end == "diverged":
        last = outcome.history[-1]
        lost = last.val_loss if isfinite(last.loss) else last.loss
        return (
            f"diverged: in epoch {last.epoch + 1} the loss is {lost}; "
            f"try a rate below {plan.rate:g}, or +clip1 after the optimizer"
        )
    return outcome.end


def _write(request: Request, plan: Plan, data: Learnable, training: Run, outcome: Outcome) -> None:
    from dlc.kernels.cache import write_whole

    names = Epoch.names(classifies=data.classifies, validates=training.watched is not None)
    if request.history is not None:
        write_whole(request.history, train_files.history_text(outcome.history, names).encode())
    if request.save is not None and outcome.end != "diverged":
        options = {**request.options, "data": request.data, "epochs": request.epochs}
        assert outcome.weights is not None
        scaling = {"mean": data.mean, "scale": data.scale}
        write_whole(request.save, train_files.packed(plan.network, outcome.weights, scaling, training.saved(options)))


def _json(plan: Plan, data: Learnable, outcome: Outcome) -> dict[str, Any]:
    return {
        "data": data.name, "digest": digest(data), "classes": data.classes, "features": data.features,
        "rows": len(data.train.inputs), "parameters": plan.network.size, "optimizer": plan.entrant.label,
        "rate": plan.rate, "batch": plan.batch, "ended": outcome.end, "kept_epoch": outcome.kept,
        "test": None if outcome.test is None else outcome.test._asdict(),
        "history": [asdict(epoch) for epoch in outcome.history],
    }  # fmt: skip


def _several(request: Request, plan: Plan, data: Learnable) -> str:
    from dlc.kernels.lift import available_threads

    seeds = range(request.options["seed"], request.options["seed"] + request.options["runs"])
    runs = [Run(plan, data, seed) for seed in seeds]
    quiet = train_show.Progress(plan.epochs, classifies=data.classifies, quiet=True)
    with ThreadPoolExecutor(request.options["threads"] or available_threads()) as pool:
        outcomes = list(progress.over(pool.map(lambda each: each.go(quiet), runs), "training", total=len(runs)))
    _tell_several(request, plan, data, seeds, outcomes)
    if all(each.end == "diverged" for each in outcomes):
        raise FailedError(f"all {len(runs)} runs diverged; try a rate below {plan.rate:g}")
    return "all epochs"


def _tell_several(
    request: Request, plan: Plan, data: Learnable, seeds: Sequence[int], outcomes: Sequence[Outcome]
) -> None:
    if request.as_json:
        each = [{"seed": seed, **_json(plan, data, outcome)} for seed, outcome in zip(seeds, outcomes, strict=True)]
        show.json_object("train", runs=each)
        return
    for line in train_show.over_seeds(seeds, outcomes, classifies=data.classifies):
        show.note(line)
