"""`dlc diff` of a normalisation: each library's defaults, and what one batch does to what is kept."""

from typing import Any

from dlc.cli import show
from dlc.reference.convention import in_python
from dlc.reference.norm_conventions import BY_TYPE, NORM_CONVENTIONS, NormConvention, norm_conventions
from dlc.reference.norm_family import Arrangement
from dlc.reference.norms import NORMS, NormCard
from dlc.reference.norms_passes import forward, updated

BATCH = (1.0, 2.0, 3.0, 4.0)
EPS_OF_FLOAT32, EPS_OF_FLOAT64 = 2.0**-23, 2.0**-52


def norm_named(name: str) -> NormCard | None:
    """The card of NAME, ours or that of any library; None if there is no such normalisation."""
    if name in NORMS:
        return NORMS[name]
    every = (each for table in NORM_CONVENTIONS.values() for each in table.values())
    return next((NORMS[each.card] for each in every if name.lower() in (each.name.lower(), each.short.lower())), None)


def diff_norm(card: NormCard, *, as_json: bool) -> None:
    """Print who offers the normalisation, with which defaults, and what it makes of one batch."""
    views = [_ours(card), *(_theirs(library, each) for library, each in norm_conventions(card.name).items())]
    if as_json:
        show.json_object("diff", name=card.name, formula=card.formula, batch=list(BATCH), offers=views)
        return
    show.facts([("name", card.name), ("formula", card.formula), ("source", card.source)])
    print()
    show.table(
        ["library", "name", "takes", "means by default"],
        [[each["library"], each["name"], each["takes"], each["means"]] for each in views],
    )
    if "variance" in card.kept:
        print()
        show.table(
            ["after 1, 2, 3, 4", "mean", "variance", "first result", "weight of the new", "variance by"],
            [
                [each["library"], *(_cell(number) for number in (*each["kept"], each["first"], each["share"])),
                 each["by"]]
                for each in views
            ],
        )  # fmt: skip
        show.note("before: mean 0, variance 1; all of them divide the batch by its own variance by n")
    for each in views:
        if each["note"]:
            show.note(f"{each['library']}: {each['note']}")
    if len(views) == 1:
        show.note(f"no library has {card.name}: what is shown is dlc's own")


def _ours(card: NormCard) -> dict[str, Any]:
    takes = ", ".join(f"{name}={in_python(value)}" for name, value in card.knobs.items())
    own = {"library": "dlc", "name": card.name, "takes": takes, "means": "", "note": ""}
    return own | _one_batch(card, card.knobs, 0.1, unbiased=True, deviation=False)


def _theirs(library: str, there: NormConvention) -> dict[str, Any]:
    card = NORMS[there.card]
    knobs = there.knobs(EPS_OF_FLOAT64)
    means = [f"{name} = {_said(there, name, value)}" for name, value in knobs.items() if value != card.knobs[name]]
    if there.weight_of:
        means.append(f"momentum is the weight of the {there.weight_of}")
    view = {
        "library": library, "name": there.name, "takes": there.signature, "means": ", ".join(means) or "as dlc",
        "note": "; ".join(filter(None, (there.takes and f"takes {there.takes}", there.note))),
    }  # fmt: skip
    share = there.share_of_new if there.weight_of else 0.0
    return view | _one_batch(card, knobs, share, unbiased=there.unbiased, deviation=there.deviation)


def _said(there: NormConvention, name: str, value: float) -> str:
    if there.params.get(name) == BY_TYPE:
        return f"{EPS_OF_FLOAT32:.3g} in float32, {EPS_OF_FLOAT64:.3g} in float64"
    return f"{value:.8g}"


def _one_batch(
    card: NormCard, knobs: dict[str, float], share: float, *, unbiased: bool, deviation: bool
) -> dict[str, Any]:
    """What is kept after the batch, and its first result, where there is a moving mean."""
    if "variance" not in card.kept:
        return {}
    at, kept = Arrangement("NC", (len(BATCH), 1)), [card.start]
    moving = {"momentum": share, "unbiased": unbiased, "deviation": deviation, "eps": knobs["eps"]}
    (after,) = updated(card, BATCH, at, knobs, kept, **moving)
    first = forward(card, BATCH, at, knobs, kept=kept)[0]
    return {
        "kept": list(after), "first": first, "share": share,
        "by": ("n − 1" if unbiased else "n") + (", its root" if deviation else ""),
    }  # fmt: skip


def _cell(value: float) -> Any:
    return (value, show.short(value, 7))
