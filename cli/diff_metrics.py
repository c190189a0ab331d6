"""`dlc diff` of a metric: what scikit-learn, keras and torchmetrics mean by its name, on the same data."""

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dlc.cli import show
from dlc.cli.errors import BadInputError
from dlc.reference.convention import in_python
from dlc.reference.metric_conventions import SKLEARN_APART, VERSIONS, MetricConvention, conventions
from dlc.reference.metrics import METRICS, MetricCard

if TYPE_CHECKING:
    import numpy as np

ROWS = 12  # of the example, where no data are given
DIGITS = 7  # of values on a terminal
WHOLE = ("segmentation",)  # kinds of data that are one thing, not rows
EXAMPLES = {"curve": "probability"}  # scores from 0 to 1, which every library takes


def diff_metric(name: str, target: str | None, pred: str | None, *, as_json: bool) -> None:
    """Print what each library says. Raises BadInputError for data that the metric does not take."""
    card = METRICS[name]
    found = {kind: _views(card, kind, *data) for kind, data in _data(card, target, pred).items()}
    if not any(view["library"] != "dlc" for views in found.values() for view in views):
        show.note(f"no library has {card.name}: what follows is dlc's own")
    if as_json:
        show.json_object("diff", name=card.name, params=card.knobs, compared=found, versions=VERSIONS)
        return
    show.facts([("name", card.name), ("formula", card.formula)])
    for kind, views in found.items():
        print()
        rows = [
            [each["library"], each["call"], _arguments(each["defaults"]), each["means"], _cell(each["value"])]
            for each in views
        ]
        show.table(["library", "function", "defaults there", "means by default", f"value, {kind}"], rows)
    _show_same(view for views in found.values() for view in views)
    _show_apart(view for views in found.values() for view in views)
    show.note(f"as recorded from {', '.join(f'{library} {version}' for library, version in VERSIONS.items())}")


def _data(card: MetricCard, target: str | None, pred: str | None) -> "dict[str, tuple[np.ndarray, np.ndarray]]":
    """Targets and predictions by kind: those that were given, or an example of each kind."""
    from dlc.cli import metric_cases, metric_inputs  # on use: NumPy

    if target is None and pred is None:
        examples = {kind: metric_cases.cases(EXAMPLES.get(kind, kind))[0][1:3] for kind in card.kinds}
        return {kind: (y, p) if kind in WHOLE else (y[:ROWS], p[:ROWS]) for kind, (y, p) in examples.items()}
    given = metric_inputs.typed(target, pred, None)
    kind = metric_inputs.kind_of(card, given)
    y, p, _ = metric_inputs.checked(kind, metric_inputs.shaped(kind, given, None))
    return {kind: (y, p)}


def _views(card: MetricCard, kind: str, y: "np.ndarray", p: "np.ndarray") -> list[dict[str, Any]]:
    """What dlc says of the data, then what each library does."""
    own = {"library": "dlc", "call": card.name, "defaults": card.knobs, "means": "", "same": "", "apart": {}}
    views = [own | {"card": card.name, "params": card.knobs, "value": _value(card, card.knobs, y, p)}]
    found = conventions(card.name, kind)
    if card.sklearn and not any(each.library == "sklearn" for each in found):
        call = _by_default(card)
        found = [MetricConvention("sklearn", card.name, call, same=call), *found]
    return views + [_view(card, each, y, p) for each in found]


def _view(card: MetricCard, each: MetricConvention, y: "np.ndarray", p: "np.ndarray") -> dict[str, Any]:
    """One call of a library, in our terms."""
    apart = each.apart or (SKLEARN_APART.get(card.name, {}) if each.library == "sklearn" else {})
    view: dict[str, Any] = {"library": each.library, "call": each.name, "defaults": each.defaults, "same": each.same}
    view |= {"apart": list(apart), "card": None, "params": {}, "means": each.other, "value": None}
    if each.other:
        return view
    there, params = each.meaning
    means = [there.name] if there is not card else []
    means += [f"{name} = {value}" for name, value in params.items() if value != there.knobs[name] or there is card]
    changed = {"card": there.name, "params": there.knobs | params, "means": ", ".join(means) or "as dlc"}
    return view | changed | {"value": _value(there, params, y, p)}


def _value(card: MetricCard, params: dict[str, Any], y: "np.ndarray", p: "np.ndarray") -> Any:
    """The kernel's; None where there is no such value."""
    from dlc.cli.metric_kernel import metric_kernel

    try:
        value = metric_kernel(card)(y, p, **params)
    except ValueError:
        return None
    return [part.tolist() for part in value] if isinstance(value, tuple) else value


def _by_default(card: MetricCard) -> str:
    """The call of a card to scikit-learn without weights, and with the card's defaults for parameters."""

    class Defaults(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            node.keywords = [each for each in node.keywords if each.arg != "sample_weight"]
            return self.generic_visit(node)

        def visit_Name(self, node: ast.Name) -> ast.AST:
            value = card.knobs.get(node.id, node.id)
            return node if value == node.id else ast.Constant(None if value == "none" else value)

    return ast.unparse(Defaults().visit(ast.parse(card.sklearn, mode="eval")))


def _arguments(defaults: dict[str, Any]) -> str:
    return ", ".join(f"{name}={in_python(value)}" for name, value in defaults.items())


def _cell(value: Any) -> Any:
    """A number with a text to read; several as a text."""
    if value is None:
        return "none"
    if isinstance(value, (int, float)):
        return value, show.short(value, DIGITS)
    return str(show.plain(value))


def _show_same(views: Iterable[dict[str, Any]]) -> None:
    """What to write in each library to get what dlc says by default."""
    if rows := list(dict.fromkeys((view["library"], view["same"]) for view in views if view["same"])):
        print()
        show.table(["library", "the same as dlc"], rows)


def _show_apart(views: Iterable[dict[str, Any]]) -> None:
    """Where they differ nevertheless."""
    pairs = dict.fromkeys((view["library"], view["call"], words) for view in views for words in view["apart"])
    if pairs:
        print()
        show.table(["library", "function", "differs where"], list(pairs))


def refuse_numbers(x: list[str] | None, dtype: str | None) -> None:
    """Complain of what is for functions of a number. Raises BadInputError."""
    if x or dtype:
        what = "numbers to compare at" if x else "--dtype"
        raise BadInputError(f"a metric takes no {what}; give --target and --pred")
