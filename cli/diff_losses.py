"""`dlc diff` of a loss: what torch, keras and optax mean by its name, with values and gradients on the same data."""

from typing import TYPE_CHECKING, Any

from dlc.cli import show, values
from dlc.cli.errors import BadInputError
from dlc.cli.loss_values import divisor, values_there
from dlc.reference.convention import in_python
from dlc.reference.loss_convention import DIVISORS, LossConvention
from dlc.reference.loss_conventions import LOSS_CONVENTIONS, loss_convention, loss_conventions
from dlc.reference.losses import LOSSES, LossCard

if TYPE_CHECKING:
    import numpy as np

DIGITS = 7  # of values on a terminal
LENGTH = 3  # of rows of the example, where no data are given
SEED = 1

# Predictions that show what differs, each with every target.
PREDICTIONS = {
    "number": "-2,-1,0,0.5,1,3",
    "logit": "-100,-1,0,2,100",
    "probability": "0,0.1,0.5,0.9,1",
    "amount": "0,0.5,1,4",
    "positive": "0.1,0.5,1,4",
    "distance": "0,0.5,1,2",
}
TARGETS = {"number": "0,1", "sign": "-1,1", "label": "0,1", "amount": "0,2", "positive": "1,2"}
AVERAGES = {"elements": "all elements", "batch": "rows", "mean": "values"}


def loss_named(name: str) -> LossCard | None:
    """The card of NAME, ours or that of any library; None if there is no such loss."""
    if name in LOSSES:
        return LOSSES[name]
    found = (loss_convention(library, name) for library in LOSS_CONVENTIONS)
    return next((LOSSES[each.card] for each in found if each), None)


def diff_loss(card: LossCard, target: str | None, pred: str | None, dtype: str | None, *, as_json: bool) -> None:
    """Print what each library says. Raises BadInputError for data that the loss does not take."""
    values.check_type(dtype)
    if (target is None) != (pred is None):
        raise BadInputError(f"{card.name} needs both --pred and --target, or none for an example")
    p, t = _data(card, target, pred, dtype)
    found = loss_conventions(card.name)
    views = [_view(card, "dlc", None, p, t), *(_view(card, library, each, p, t) for library, each in found.items())]
    if not found:
        show.note(f"no library has {card.name}: what follows is dlc's own")
    if as_json:
        show.json_object(
            "diff", name=card.name, dtype=p.dtype.name, params=card.knobs, pred=p, target=t, compared=views
        )
        return
    show.facts(
        [("name", card.name), ("formula", card.formula), ("gradient", (card.gradient.__doc__ or "").strip(". "))]
    )
    print()
    show.table(
        ["library", "function", "takes", "means by default", "gives"],
        [[each["library"], each["call"], each["takes"], each["means"], each["gives"]] for each in views],
    )
    for each in views:
        if each["note"]:
            show.note(f"{each['library']}: {each['note']}")
    _show_numbers(card, views, p, t)
    if found:
        print()
        show.table(
            ["library", "the same as dlc", "dlc the same as it"],
            [[each["library"], each["same"], each["ours"]] for each in views[1:]],
        )


def _data(card: LossCard, target: str | None, pred: str | None, dtype: str | None) -> "tuple[np.ndarray, np.ndarray]":
    """Predictions and targets: those that were given, or an example."""
    import numpy as np

    from dlc.cli import loss_inputs, loss_samples

    if pred is not None and target is not None:
        given = [loss_inputs.table(pred, "--pred"), loss_inputs.table(target, "--target")]
        kind = values.type_for(given[0], dtype)
        p, t = loss_inputs.fitted(card, card.knobs, *(values.as_type(each, kind) for each in given))
        return p, t
    kind = dtype or "float64"
    if not card.row:
        p, t = np.meshgrid(
            *(np.array(each.split(","), kind) for each in (PREDICTIONS[card.pred], TARGETS[card.target]))
        )
        return p.T.reshape(-1).copy(), t.T.reshape(-1).copy()
    random = np.random.default_rng(SEED)
    columns = loss_samples.fitting(card, card.knobs, LENGTH)
    shapes = ((2, columns), (2, card.width(columns, **card.knobs)))
    drawn = (
        loss_samples.drawn(domain, random, shape, 1.0, columns)
        for domain, shape in zip((card.pred, card.target), shapes, strict=True)
    )
    p, t = (np.round(each, 2).astype(kind) for each in drawn)
    return p, t


def _view(
    card: LossCard, library: str, found: LossConvention | None, p: "np.ndarray", t: "np.ndarray"
) -> dict[str, Any]:
    """One library's meaning of the loss, in our terms, or our own."""
    params = card.knobs if found is None else found.params
    values, gradient = values_there(card, found, params, p, t)
    reduction = "none" if found is None else found.reduction
    view: dict[str, Any] = {
        "library": library,
        "params": params,
        "reduction": reduction,
        "values": values,
        "gradients": gradient,
    }
    view["reduced"] = None if reduction == "none" else float(values.sum() / divisor(reduction, values, p))
    if found is None:
        takes = ", ".join(f"{name}={in_python(value)}" for name, value in card.knobs.items())
        return view | {
            "call": card.name, "takes": takes, "means": "", "gives": "", "note": "", "same": card.name, "ours": "",
        }  # fmt: skip
    means = [f"{name} = {value:.10g}" for name, value in found.unlike.items()]
    means += [f"gradient at a kink {found.kink:g} of the steeper side's"] if found.kink else []
    means += [f"targets: {found.targets}"] if found.targets else []
    exact = found.takes(card, card.knobs)
    return view | {
        "call": found.name,
        "takes": ", ".join(filter(None, ["targets first" if found.target_first else "", found.signature])),
        "means": "; ".join(means) or "as dlc",
        "gives": _gives(found),
        "note": found.note,
        "same": found.call_with(card.knobs) if exact else f"none: {_stays(card, found)}",
        "ours": f"dlc loss {card.name} --as {library}",
    }


def _gives(found: LossConvention) -> str:
    if found.reduction not in AVERAGES:
        return "every value" if found.reduction == "none" else "the sum"
    by = AVERAGES[found.reduction]
    if not found.weighted:
        return f"the sum by {by}"
    return f"the sum by {by}, or by {DIVISORS[found.divisor]} if weighted"


def _stays(card: LossCard, found: LossConvention) -> str:
    """What the call cannot be told."""
    kept = {name: value for name, value in found.unlike.items() if f"{{{name}}}" not in found.call}
    return ", ".join(f"{name} = {value:.10g}" for name, value in kept.items()) + " stays"


def _show_numbers(card: LossCard, views: list[dict[str, Any]], p: "np.ndarray", t: "np.ndarray") -> None:
    """Values, then gradients, with a column for each library."""
    columns = [each["library"] for each in views]
    rows = [
        [_text(p[i]), _text(t[i]), *((each["values"][i], show.short(each["values"][i], DIGITS)) for each in views)]
        for i in range(len(p))
    ]
    totals = [each["reduced"] for each in views]
    if any(each is not None for each in totals):
        rows.append(["reduced", "", *("" if each is None else (each, show.short(each, DIGITS)) for each in totals)])
    print()
    show.table(["value at", "target", *columns], rows)
    print()
    show.table(
        ["gradient at", "target", *columns],
        [[_text(p[i]), _text(t[i]), *(_text(each["gradients"][i]) for each in views)] for i in range(len(p))],
    )


def _text(numbers: Any) -> Any:
    if getattr(numbers, "shape", ()):
        return show.vector(numbers, DIGITS)
    return (numbers, show.short(float(numbers), DIGITS))
