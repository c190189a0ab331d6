"""Entrants as typed: what is understood, how each is called, what is said of bad ones, how a shell completes them."""

import json
import subprocess
import sys

import pytest

from dlc.cli.entrants import complete_entrant, lead_knob, read_entrants
from dlc.cli.errors import BadInputError
from dlc.reference.family import UnknownNameError
from dlc.reference.optimizer_conventions import OFFERS
from dlc.reference.optimizers import MODIFIERS, OPTIMIZERS, SCHEDULES

ADDED = [card for family in (MODIFIERS, SCHEDULES) for card in family.values()]


def chain_of(text, library=""):
    (entrant,) = read_entrants([text], library)
    return {card.name: dict(knobs) for card, knobs in entrant.links}


@pytest.mark.parametrize(
    ("text", "label", "chain"),
    [
        ("adam", "adam", {"adam": {}}),
        ("sgd:lr=0.01", "gd:lr=0.01", {"gd": {}}),
        ("adam+clip0.5+cosine", "adam+cosine+clip0.5", {"clip": {"max_norm": 0.5}, "cosine": {}, "adam": {}}),
        ("cosine0.1+adam", "adam+cosine0.1", {"cosine": {"end": 0.1}, "adam": {}}),
        ("adam:lr=1e+3 + clip:max_norm=2", "adam:lr=1000+clip2", {"clip": {"max_norm": 2}, "adam": {}}),
        ("gd+l20.5", "gd+l2:weight_decay=0.5", {"l2": {"weight_decay": 0.5}, "gd": {}}),
        (
            "gd+lookahead:alpha=0.8+sam",
            "gd+sam+lookahead:alpha=0.8",
            {"sam": {}, "gd": {}, "lookahead": {"alpha": 0.8}},
        ),
        ("paper.adam:beta1=0.8", "paper.adam:beta1=0.8", {"adam": {"beta1": 0.8}}),
        (
            "torch.Adam:amsgrad=true,betas=(0.8,0.9),weight_decay=0.5",
            "torch.optim.Adam:amsgrad=true,betas=(0.8,0.9),weight_decay=0.5",
            {"l2": {"weight_decay": 0.5}, "amsgrad": {"beta1": 0.8, "beta2": 0.9, "eps": 1e-8}},
        ),
    ],
)
def test_an_entrant_is_read_and_called(text, label, chain):
    (entrant,) = read_entrants([text])
    assert entrant.label == label
    assert chain_of(text) == chain
    assert read_entrants([label]) == [entrant]


def test_a_rate_is_fixed_only_where_it_is_typed():
    fixed, tuned, theirs, their_own = read_entrants(["gd:lr=0.5", "gd", "torch.optim.Adam:lr=0.25", "torch.optim.Adam"])
    assert [each.rate for each in (fixed, tuned, theirs, their_own)] == [0.5, None, 0.25, None]
    assert [each.default_rate for each in (tuned, their_own)] == [1e-3, 1e-3]
    assert not any("lr" in knobs for each in (fixed, theirs) for _, knobs in each.links)


def test_a_schedule_lasts_as_long_as_the_race_where_no_length_is_typed():
    typed = ["adam+cosine", "adam+cosine:steps=50", "adam+cosine+sam", "adam+cosine+accumulate8", "adam+swa"]
    links = [link for each in read_entrants(typed) for link in each.over(1000)]
    lengths = [knobs["steps"] for card, knobs in links if card.name in ("cosine", "swa")]
    assert lengths == [1000, 50, 500, 125, 1000]  # sam takes two gradients a step


@pytest.mark.parametrize("card", ADDED, ids=lambda card: card.name)
def test_every_part_joins_an_optimizer_by_its_name_and_by_a_number(card):
    (plain,) = read_entrants([f"adam+{card.name}"])
    assert plain.label == f"adam+{card.name}"
    lead = lead_knob(card)
    if lead:
        value = card.knobs[lead]
        (numbered,) = read_entrants(
            [f"adam+{card.name}{value!r}" if value >= 0 else f"adam+{card.name}:{lead}={value!r}"]
        )
        assert [knobs for other, knobs in numbered.links if other is card] == [{lead: value}]
        assert read_entrants([numbered.label]) == [numbered]


@pytest.mark.parametrize("offer", [offer for offer in OFFERS if offer.card in OPTIMIZERS], ids=lambda offer: offer.name)
def test_every_optimizer_of_a_library_is_read_by_its_name(offer):
    (entrant,) = read_entrants([offer.name])
    assert entrant.label == offer.name
    assert [card.name for card, _ in entrant.links if card.name in OPTIMIZERS] == [entrant.card.name]
    assert {card.name for card, _ in entrant.links} == {card.name for card, _ in offer.links()}
    assert read_entrants([offer.short], offer.library)[0].label == offer.name or "." in offer.name


def test_as_a_library_has_them():
    assert [each.label for each in read_entrants(["adam:weight_decay=0.1+clip1"], "torch")] == [
        "torch.optim.Adam:weight_decay=0.1+clip1"
    ]
    everything = [each.label for each in read_entrants([], "torch")]
    assert everything == [each.name for each in OFFERS if each.library == "torch" and each.card in OPTIMIZERS]
    assert len(read_entrants([], "paper")) == len(read_entrants([])) == len(OPTIMIZERS)


def test_what_a_paper_sets_is_set():
    papers = [name for name, card in OPTIMIZERS.items() if set(card.paper) - {"lr"}]
    for name in papers:
        card = OPTIMIZERS[name]
        assert chain_of(name, "paper")[name] == {knob: value for knob, value in card.paper.items() if knob != "lr"}
        assert read_entrants([f"paper.{name}"])[0].default_rate == card.paper.get("lr", card.knobs.get("lr", 1.0))


def test_ours_may_race_beside_a_librarys():
    assert len(read_entrants(["adam", "torch.optim.Adam"])) == 2


BAD = [
    (["adm"], "no optimizer 'adm'; did you mean 'adam'"),
    (["adam+clp"], "no modifier or schedule 'clp'; did you mean 'clip'"),
    (["adam+clip-1"], "no modifier or schedule 'clip-1'; did you mean 'clip'"),
    (["adam+sgd"], "one optimizer, not adam and sgd"),
    (["clip"], "one optimizer, not none"),
    (["cosine+clip1"], "one optimizer, not none"),
    (["adam+clip+clip2"], "clip is twice"),
    (["adam+cosine+warmup"], "cosine and warmup both set the rate"),
    (["adam+cosine+plateau"], "cosine and reduce_on_plateau both set the rate"),
    (["adam+sam+accumulate"], "sam and accumulate both take gradients of their own"),
    (["adam+ema+swa"], "ema and swa both say what is judged"),
    (["adam+"], "before or after a +"),
    (["+adam"], "before or after a +"),
    (["adam+clip0"], "clip needs max_norm > 0"),
    (["adam+clip:max_norm=nan"], "finite max_norm"),
    (["adam+clip1:max_norm=2"], "max_norm is given twice"),
    (["adam+clip:norm=2"], "no parameter of clip 'norm'; did you mean 'max_norm'"),
    (["adam+maximize2"], "maximize has no parameters"),
    (["adam", "adam"], "'adam' is entered twice"),
    (["gd", "sgd"], "'gd' is entered twice"),
    (["adam+clip", "adam+clip1"], "entered twice (as 'adam+clip')"),
    (["torch.optim.Adm"], "did you mean 'torch.optim.Adam'"),
    (["torch.adam:beta=0.9"], "did you mean 'betas'"),
    (["torch.adam:betas=0.9"], "2 numbers, like (0.9,0.999)"),
    (["torch.adam:betas=(0.9,x)"], "'x' is not a number"),
    (["torch.adam:amsgrad=yes"], "true or false"),
    (["torch.adam:lr=1,lr=2"], "lr is given twice"),
    (["torch.adam:lr"], "NAME=VALUE"),
    (["torch.adam:eps=-1"], "eps >= 0"),
    (["paper.adm"], "did you mean 'adam'"),
]


@pytest.mark.parametrize(("typed", "told"), BAD, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_what_cannot_be_read_is_one_line(typed, told):
    with pytest.raises((BadInputError, UnknownNameError)) as raised:
        read_entrants(typed)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_name_of_another_library_is_refused():
    with pytest.raises(BadInputError, match=r"torch\.optim\.Adam is not keras's"):
        read_entrants(["torch.optim.Adam"], "keras")
    with pytest.raises(UnknownNameError, match="no optimizer of torch 'adm'; did you mean 'adam'"):
        read_entrants(["adm"], "torch")


@pytest.mark.parametrize(
    ("incomplete", "found"),
    [
        ("adamw:we", ["adamw:weight_decay="]),
        ("adam:beta1=0.8,beta", ["adam:beta1=0.8,beta1=", "adam:beta1=0.8,beta2="]),
        ("adam+cli", ["adam+clip"]),
        ("adam+clip0.5:max", ["adam+clip0.5:max_norm="]),
        ("tor", ["torch."]),
        ("torch.optim.Ada", ["torch.optim.Adam"]),
        ("torch.optim.Adam:ams", ["torch.optim.Adam:amsgrad="]),
        ("paper.adam:be", ["paper.adam:beta1=", "paper.adam:beta2="]),
        ("nothing:x", []),
        ("adam+nothing:x", []),
    ],
)
def test_completion(incomplete, found):
    assert set(found) <= set(complete_entrant(incomplete))
    assert all(each.startswith(incomplete) for each in complete_entrant(incomplete))
    assert bool(found) == bool(complete_entrant(incomplete))


def test_entrants_are_read_without_numbers_or_kernels():
    code = (
        "import sys, json\n"
        "from dlc.cli.entrants import read_entrants, complete_entrant\n"
        "read_entrants(['adam+cosine+clip1', 'torch.optim.Adam']); complete_entrant('adam+')\n"
        "print(json.dumps([name for name in ('numpy', 'numba', 'torch') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout) == []
