"""From one library's optimizer to another's: which argument sets which parameter, and what to write to agree.

Which of our parameters an argument sets is found by changing the argument and looking at the chain that comes of it.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from dlc.reference.chain import Link, Walk, in_order
from dlc.reference.optimizer_convention import Offer
from dlc.reference.optimizers import MODIFIERS, OPTIMIZERS

Form = dict[tuple[str, str], float]  # (part, parameter) -> value
SEED, STEPS, COORDINATES = 7, 100, 8
BLOCKS = ((0, 2, 3), (6, 1, 2))  # a matrix and a vector, for rules that tell tensors apart
PROBE = 0.0123  # a value that no default has
PARTS = {**OPTIMIZERS, **MODIFIERS}
# What is two parts in one.
TOGETHER = {"adamw": ("adam", "decay")}
IDLE = {("l2", "weight_decay"): 0.0, ("decay", "weight_decay"): 0.0}  # parts that do nothing so


def normal_form(links: Sequence[Link]) -> Form:
    """All parameters of a chain, those of the defaults too; a part without any is there as (part, "")."""
    form: Form = {}
    for card, knobs in in_order(links):
        values = {**card.knobs, **knobs}
        for name in TOGETHER.get(card.name, (card.name,)):
            own = {knob: value for knob, value in values.items() if name == card.name or knob in PARTS[name].knobs}
            if any(IDLE.get((name, knob)) == value for knob, value in own.items()):
                continue
            form[name, ""] = 1.0
            owner = "optimizer" if name in OPTIMIZERS else name  # rules that differ have parameters in common
            form |= {(owner, knob): float(value) for knob, value in own.items()}
    return form


def translated(source: Sequence[Link], target: Offer) -> dict[str, Any]:
    """The arguments of TARGET that come nearest to a chain; those that stay at its defaults are left out.

    All settings of its switches are tried; with each, every argument that sets a parameter of the chain is given that
    parameter's value. The nearest has the fewest parameters that differ, and of those it moves most alike.
    """
    wanted = normal_form(source)
    candidates: list[tuple[int, dict[str, Any]]] = []
    for switches in _switches(target):
        usual = {name: value for name, value in target.required.items() if name in target.defaults} | switches
        arguments = dict(usual)
        for name, value in _numbers(target, usual, wanted):
            if _form(target, {**arguments, name: value}) is not None:
                arguments[name] = value
        for each in (usual, arguments):
            if (found := _form(target, each)) is not None:
                candidates.append((sum(wanted.get(key) != found.get(key) for key in {*wanted, *found}), each))
    fewest = min(wrong for wrong, _ in candidates)
    best = min(
        (arguments for wrong, arguments in candidates if wrong == fewest),
        key=lambda arguments: apart(source, target.links(**arguments)) if fewest else 0.0,
    )
    defaults = target.defaults
    return {name: value for name, value in best.items() if value != defaults[name]}


def apart(a: Sequence[Link], b: Sequence[Link]) -> float:
    """How far two chains are apart after 100 steps, as a share of the way that the first one went."""
    ends = [moves(links)[-1] for links in (a, b)]
    way = max(abs(x - 1.0) for x in ends[0])
    return max(abs(x - y) for x, y in zip(*ends, strict=True)) / way if way else 0.0


def _switches(target: Offer) -> Iterator[dict[str, Any]]:
    """Every setting of the arguments that are true or false."""
    names = [name for name, value in target.defaults.items() if isinstance(value, bool)]
    for values in product(*([target.defaults[name], not target.defaults[name]] for name in names)):
        yield dict(zip(names, values, strict=True))


def _numbers(target: Offer, arguments: dict[str, Any], wanted: Form) -> Iterator[tuple[str, Any]]:
    """Each argument that sets parameters of the chain, with their values there."""
    for name, default in target.defaults.items():
        if isinstance(default, (bool, str)) and name not in target.required:
            continue
        usual = target.required.get(name, default)
        if isinstance(usual, tuple):
            values = [_wanted(target, arguments, name, usual, k, wanted) for k in range(len(usual))]
            chosen = tuple(own if value is None else value for own, value in zip(usual, values, strict=True))
            if chosen != usual:
                yield name, chosen
        elif (value := _wanted(target, arguments, name, usual, None, wanted)) is not None and value != usual:
            yield name, value


def _wanted(
    target: Offer, arguments: dict[str, Any], name: str, usual: Any, place: int | None, wanted: Form
) -> float | None:
    """The value that the chain has for what the argument (or its element at PLACE) sets; None where it sets nothing.

    An argument whose parameter the chain has not at all is to be 0, which takes the part away.
    """
    probed = PROBE if place is None else tuple(PROBE if k == place else value for k, value in enumerate(usual))
    found = _form(target, {**arguments, name: probed})
    sets = [key for key, value in (found or {}).items() if value == PROBE]
    if not sets:
        return None
    values = [wanted[key] for key in sets if key in wanted]
    if values:
        return values[0]
    return 0.0 if any(key in IDLE for key in sets) and usual else None


def _form(target: Offer, arguments: dict[str, Any]) -> Form | None:
    """What comes of some arguments; None where the library would refuse them."""
    try:
        return normal_form(target.links(**arguments))
    except (ValueError, TypeError, KeyError):
        return None


def moves(links: Sequence[Link], rate: float = 0.01) -> list[list[float]]:
    """The points from 1 after each of 100 steps over seeded gradients whose sizes spread over three decades."""
    draw = random.Random(SEED)
    walk, points = Walk(links, [1.0] * COORDINATES, rate, BLOCKS), []
    for _ in range(STEPS):
        g = [draw.gauss(0, 1) * 10 ** draw.uniform(-2, 1) for _ in range(COORDINATES)]
        walk.step(g, draw.uniform(0, 10))
        points.append(list(walk.x))
    return points
