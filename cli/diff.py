"""`dlc diff`: what other libraries say under the same name, what to write there to agree, and where they fail."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlc.cli import kinks, show, values, viewpoint
from dlc.cli.catalog import complete
from dlc.cli.diff_losses import diff_loss, loss_named
from dlc.cli.errors import BadInputError
from dlc.reference.activations import ACTIVATIONS, ActivationCard
from dlc.reference.convention import in_python
from dlc.reference.conventions import conventions, said_plainly
from dlc.reference.deviations import SPECIAL, Deviation, deviations, versions
from dlc.reference.family import UnknownNameError
from dlc.reference.losses import LOSSES
from dlc.reference.metrics import METRICS
from dlc.reference.norms import NORMS
from dlc.reference.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    import numpy as np

    from dlc.cli.columns import Pair, View

DIGITS = 7  # of values on a terminal
SIDE_NAMES = {"left": "from the left", "right": "from the right", "mid": "the mean of both sides", "zero": "0"}


def diff(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="Our name, or a library's.",
            autocompletion=complete(ACTIVATIONS, LOSSES, METRICS, OPTIMIZERS, NORMS),
        ),
    ],
    x: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[X]...", help="Where to compare, as for `dlc activation`; by default at kinks and more."
        ),
    ] = None,
    dtype: Annotated[
        str | None, typer.Option(help="float32 or float64; by default that of a .npy file, or float64.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="Of a metric or a loss: targets.")] = None,
    pred: Annotated[str | None, typer.Option(help="Of a metric or a loss: predictions.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="activation, loss, metric, optimizer or norm, if several have the name."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """How libraries see an activation, loss, metric, optimizer or normalisation: defaults, numbers beside dlc's.

    Activations are those of torch, keras, jax and ONNX; losses and optimizers those of torch, keras and optax; metrics
    those of scikit-learn, keras and torchmetrics; normalisations those of torch, keras and ONNX. None of them has to be
    installed: what they do is on file, and `make peers` compares that with the real ones.

    dlc diff leaky_relu

    dlc diff gelu -8 -1 1 --dtype float32

    dlc diff bce --target 1,0 --pred 0,0.9

    dlc diff f1 --target 0,1,2,2 --pred 0,2,2,1

    dlc diff adamw

    dlc diff batch_norm
    """
    meant = _kind(name, kind)
    if meant == "metric":
        from dlc.cli.diff_metrics import diff_metric, refuse_numbers  # on use: all metrics

        refuse_numbers(x, dtype)
        diff_metric(name, target, pred, as_json=as_json)
        return
    if meant == "optimizer":
        from dlc.cli.diff_optimizers import diff_optimizer, optimizer_named  # on use: all libraries' rules

        if x or dtype or target is not None or pred is not None:
            raise BadInputError("an optimizer takes no numbers, types or targets to compare at")
        if optimizer := optimizer_named(name):
            diff_optimizer(optimizer, as_json=as_json)
        return
    if meant == "norm":
        from dlc.cli.diff_norms import diff_norm, norm_named  # on use: all libraries' normalisations

        if x or dtype or target is not None or pred is not None:
            raise BadInputError("a normalisation takes no numbers to compare at; `dlc norm --as` computes as a library")
        if norm := norm_named(name):
            diff_norm(norm, as_json=as_json)
        return
    if meant == "loss" and (loss := loss_named(name)):
        if x:
            raise BadInputError("a loss takes no numbers to compare at; give --target and --pred")
        diff_loss(loss, target, pred, dtype, as_json=as_json)
        return
    if target is not None or pred is not None:
        raise BadInputError(f"--target and --pred are for losses and metrics; compare {name} at numbers")
    card = viewpoint.card_named(name)
    values.check_type(dtype)

    from dlc.cli import columns  # on use: NumPy

    seen = list(columns.views(card))
    read = values.read(x or [",".join(map(repr, columns.typical(seen)))])
    numbers = values.as_type(read, values.type_for(read, dtype))
    if card.vector and numbers.ndim > 1:
        raise BadInputError(f"{card.name} is compared on one vector, not on a table of {len(numbers)} rows")
    numbers = numbers.reshape(-1)
    found = [columns.columns(each, numbers) for each in seen]
    if not conventions(card.name):
        show.note(f"no library has {card.name}: what follows is dlc's own")
    if as_json:
        show.json_object("diff", **_record(card, seen, numbers, found))
        return
    show.facts([("name", card.name), ("formula", card.formula), ("derivative", card.derivative)])
    _show_offers(card)
    _show_columns(card, seen, numbers, found)
    _show_calls(card)
    _show_deviations(card)


def _kind(name: str, kind: str | None) -> str:
    """Of which kind NAME is; a note, where there are several and none is chosen. Raises BadInputError."""
    from dlc.cli.diff_norms import norm_named  # on use: all libraries' normalisations

    known = {
        "activation": name in ACTIVATIONS,
        "metric": name in METRICS,
        "optimizer": name in OPTIMIZERS or _is_theirs(name),
        "loss": name in LOSSES or (loss_named(name) is not None and not viewpoint.is_known(name)),
        "norm": norm_named(name) is not None,
    }
    if kind is not None:
        if kind not in known:
            raise BadInputError(f"no kind {kind!r}; choose {', '.join(known)}")
        if kind != "activation" and not known[kind]:
            raise BadInputError(f"no {kind} is called {name!r}; `dlc list {kind}` shows every name")
        return kind
    first, *others = [each for each, holds in known.items() if holds] or [""]
    if not first and not viewpoint.is_known(name):
        known_names = [*viewpoint.known(), *LOSSES.names, *METRICS.names, *OPTIMIZERS.names, *NORMS.names]
        raise UnknownNameError("activation, loss, metric, optimizer or norm", name, known_names)
    for other in others:
        show.note(f"{name} is a {other}, too: --kind {other}")
    return first or "activation"


def _is_theirs(name: str) -> bool:
    """Whether NAME is that of a library's optimizer, where it is nothing else."""
    if name in LOSSES or name in METRICS or viewpoint.is_known(name) or loss_named(name):
        return False
    from dlc.cli.diff_optimizers import optimizer_named  # on use: all libraries' rules

    return optimizer_named(name) is not None


def _offers(card: ActivationCard) -> list[dict[str, Any]]:
    """Every name that a library has for the function, with what it takes and means by default."""
    offers = []
    for library, found in conventions(card.name).items():
        for spelling in found.spellings:
            there = said_plainly(library, found, spelling)
            offers.append(
                {
                    "library": library,
                    "name": spelling.name,
                    "takes": spelling.signature,
                    "card": there.card.name,
                    "params": there.params,
                    "kinks": kinks.unlike_the_card(there.card, there.params, there.sides),
                    "note": there.convention.note,
                }
            )
    return offers


def _record(card: ActivationCard, seen: "list[View]", x: "np.ndarray", found: "list[Pair]") -> dict[str, Any]:
    """Everything, for --json."""
    compared = [
        {"library": each.library, "card": each.card.name, "params": each.params, "values": value, "derivatives": slope}
        for each, (value, slope) in zip(seen, found, strict=True)
    ]
    return {
        "name": card.name,
        "dtype": x.dtype.name,
        "params": card.knobs,
        "x": x,
        "offers": _offers(card),
        "compared": compared,
        "calls": _calls(card),
        "deviations": [vars(each) for each in deviations(card.name)],
        "versions": versions(),
    }


def _show_offers(card: ActivationCard) -> None:
    own = ", ".join(f"{name}={in_python(value)}" for name, value in card.knobs.items())
    rows = [["dlc", card.name, own, ""]]
    for offer in _offers(card):
        unlike = {name: value for name, value in offer["params"].items() if value != card.knobs.get(name)}
        means = [offer["card"]] if offer["card"] != card.name else []
        means += [f"{name} = {value:.10g}" for name, value in unlike.items()]
        means += [f"derivative at {kink:g} {SIDE_NAMES[side]}" for kink, side in offer["kinks"].items()]
        rows.append([offer["library"], offer["name"], offer["takes"], ", ".join(means) or "as dlc"])
    print()
    show.table(["library", "function", "takes", "means by default"], rows)
    notes = {f"{offer['library']}: {offer['note']}" for offer in _offers(card) if offer["note"]}
    for note in sorted(notes):
        show.note(note)


def _show_columns(card: ActivationCard, seen: "list[View]", x: "np.ndarray", found: "list[Pair]") -> None:
    """A table of values and one of derivatives, with a column for each library."""
    for header, columns in zip(("value", "derivative"), zip(*found, strict=True), strict=True):
        shown = {each.library: column for each, column in zip(seen, columns, strict=True) if column is not None}
        along = x if len(columns[0]) == len(x) else range(len(columns[0]))
        cells = ([(cell, show.short(cell, DIGITS)) for cell in row] for row in zip(*shown.values(), strict=True))
        print()
        show.table([f"{header} at", *shown], [[at, *row] for at, row in zip(along, cells, strict=True)])


def _calls(card: ActivationCard) -> dict[str, str]:
    """What to write in each library to get what dlc says by default."""
    return {library: found.call_with(card.knobs) for library, found in conventions(card.name).items()}


def _show_calls(card: ActivationCard) -> None:
    if calls := _calls(card):
        print()
        show.table(["library", "the same as dlc"], list(calls.items()))


def _show_deviations(card: ActivationCard) -> None:
    """Where what is to be the same is not, by rounding, overflow and cancellation."""
    if rows := _joined(deviations(card.name)):
        print()
        show.table(["fails in", "x", "", "gives", "true", "type", "library"], rows)
    if conventions(card.name):
        show.note(f"as recorded from {', '.join(f'{name} {version}' for name, version in versions().items())}")


def _joined(found: Sequence[Deviation]) -> list[list[Any]]:
    """One row for what several libraries do alike, or do alike in both types; values before derivatives."""
    by_library: dict[tuple[str, ...], dict[str, Deviation]] = defaultdict(dict)
    for each in found:
        by_library[each.dtype, *_facts(each)][each.library] = each
    by_type: dict[tuple[str, ...], dict[str, Deviation]] = defaultdict(dict)
    for (dtype, *facts), alike in by_library.items():
        by_type[", ".join(alike), *facts][dtype] = next(iter(alike.values()))
    rows = []
    for (libraries, *_), alike in by_type.items():
        each = next(iter(alike.values()))
        cells = [_cell(each.x), "" if each.kind == SPECIAL else each.kind, *_told_apart(each.gives, each.true)]
        rows.append([each.quantity, *cells, ", ".join(alike), libraries])
    return sorted(rows, key=lambda row: (row[0] != "value", row[2] != ""))


def _facts(each: Deviation) -> tuple[str, ...]:
    """What makes two deviations alike, as texts: nan is not equal to itself."""
    return (each.quantity, each.kind, *(str(value) for value in (each.x, each.gives, each.true)))


def _told_apart(gives: Any, true: Any) -> tuple[Any, Any]:
    """Two cells, with as many digits as show that they differ."""
    digits = next((n for n in range(DIGITS, 17) if _text(gives, n) != _text(true, n)), 17)
    return _cell(gives, digits), _cell(true, digits)


def _cell(value: Any, digits: int = DIGITS) -> Any:
    """A number with a text to read, or the numbers of a vector as a text."""
    text = _text(value, digits)
    return text if isinstance(value, list) else (value, text)


def _text(value: Any, digits: int) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_text(each, digits) for each in value)}]"
    return show.short(value, digits)
