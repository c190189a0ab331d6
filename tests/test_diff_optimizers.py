"""`dlc diff` of optimizers: who offers what, and what to write elsewhere to agree."""

import json

import pytest

from dlc.cli.translation import apart, normal_form, translated
from dlc.reference.optimizer_conventions import OFFERS, offer_named, offers
from dlc.reference.optimizers import OPTIMIZERS

OFFERED = [name for name in OPTIMIZERS if offers(name)]


def written(source, target):
    """What to write with one library's optimizer to move as another's does by default, and whether it agrees."""
    a, b = (offer_named(*each.split(" ")) for each in (source, target))
    arguments = translated(a.links(), b)
    return arguments, apart(a.links(), b.links(**arguments)) < 1e-12


def test_settings_that_make_libraries_agree():
    assert written("torch AdamW", "optax adamw") == ({"learning_rate": 1e-3, "weight_decay": 0.01}, True)
    assert written("optax adam", "torch Adam") == ({}, True)
    arguments, agrees = written("torch RMSprop", "optax rmsprop")
    assert agrees
    assert arguments["eps_in_sqrt"] is False
    assert arguments["decay"] == 0.99


def test_where_no_setting_agrees():
    for pair in (("torch Adam", "keras Adam"), ("torch NAdam", "keras Nadam"), ("torch NAdam", "optax nadam")):
        assert not written(*pair)[1]


@pytest.mark.parametrize("name", OFFERED)
def test_every_offer_translates_into_itself(name):
    for offer in offers(name):
        assert normal_form(offer.links(**translated(offer.links(), offer))) == normal_form(offer.links())


@pytest.mark.parametrize("name", ["adamw", "lion", "nadam"])
def test_what_is_printed(dlc, name):
    done = dlc("diff", name)
    assert done.code == 0
    for offer in offers(name):
        assert offer.name in done.out
    told = json.loads(dlc("diff", name, "--json").out)
    assert {each["library"] for each in told["offers"]} >= {"dlc", *(offer.library for offer in offers(name))}
    assert len(told["translations"]) == len(offers(name)) * (len(offers(name)) - 1)
    assert all(each["agrees"] == (each["apart"] < 1e-12) for each in told["translations"])


def test_a_librarys_name_is_understood(dlc):
    assert dlc("diff", "RMSprop").out == dlc("diff", "rmsprop").out
    assert len(OFFERS) >= 50


def test_what_an_optimizer_is_not_compared_by(dlc):
    done = dlc("diff", "adamw", "1", "2")
    assert (done.code, done.out) == (2, "")
    assert "an optimizer takes no numbers" in done.err
