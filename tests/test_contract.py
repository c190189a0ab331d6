"""Both sides of the house name the same things, with the same parameters."""

import inspect
from importlib import import_module

import pytest

from dlc.cli.catalog import FAMILIES, ORDERS, find
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.family import Card, Family, UnknownNameError

CARDS = [(family, card) for family in FAMILIES.values() for card in family.values()]


def kernel_module(card):
    function = card.vjp if card.vector else card.grad
    return import_module(function.__module__.replace("dlc.reference", "dlc.kernels"))


def defaults(function):
    return {p.name: p.default for p in inspect.signature(function).parameters.values() if p.default is not p.empty}


def functions(card):
    """Every function of the reference that a kernel is named after, by that name."""
    if card.vector:
        return {card.name: card.function, f"{card.name}_vjp": card.vjp}
    orders = {card.name + suffix: function for suffix, function in zip(ORDERS, card.orders, strict=True)}
    return orders | {f"{card.name}_wrt_{knob}": function for knob, function in card.partials.items()}


@pytest.mark.parametrize("card", ACTIVATIONS.values(), ids=lambda card: card.name)
def test_kernel_and_reference_have_the_same_parameters(card):
    for name, function in functions(card).items():
        kernel = getattr(kernel_module(card), name)
        assert defaults(kernel) == card.knobs
        assert defaults(function) in (card.knobs, {})  # {}: that of every function in straight pieces takes any
        assert callable(kernel.float32_twin)


def test_no_kernel_is_without_a_card():
    modules = {kernel_module(card) for card in ACTIVATIONS.values()}
    endings = ("_grad", "_grad2", "_vjp")
    kernels = {name for module in modules for name in vars(module) if name.endswith(endings) or "_wrt_" in name}
    named = {name for card in ACTIVATIONS.values() for name in functions(card)}
    assert kernels == {name for name in named if name not in ACTIVATIONS}


@pytest.mark.parametrize(("family", "card"), CARDS, ids=lambda each: getattr(each, "name", ""))
def test_a_card_says_what_it_must(family, card):
    assert card.summary.endswith(".")
    assert card.formula
    assert any(digit.isdigit() for digit in card.source), "a source has a year"
    for name in (card.name, *card.aliases):
        assert any(found is card for _, found in find(name))
    for text, holds in card.requires:
        used = {name: card.knobs[name] for name in inspect.signature(holds).parameters}
        assert holds(**used), f"the defaults contradict {text}"


def test_a_name_is_entered_once():
    family = Family("thing", Card)

    def thing(x):
        """A thing."""
        return x

    assert family.card("x", source="1900", aliases=("other",))(thing) is thing
    with pytest.raises(ValueError, match="entered twice"):
        family.card("x", source="1900")(thing)

    def other(x):
        return x

    with pytest.raises(ValueError, match="entered twice"):
        family.card("x", source="1900")(other)


def test_a_name_of_several_kinds_finds_all():
    assert [family.kind for family, _ in find("mse")] == ["loss", "metric"]


def test_an_unknown_name_is_met_with_the_nearest():
    with pytest.raises(UnknownNameError, match="no activation 'gulu'; did you mean 'glu' or 'gelu'"):
        ACTIVATIONS["gulu"]
    assert ACTIVATIONS.get("gulu") is None
    assert "logistic" in ACTIVATIONS
    assert ACTIVATIONS["logistic"].name == "sigmoid"
