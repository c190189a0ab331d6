"""Initialisers: what is drawn keeps what the card declares, here and in the libraries on file."""

import json
from pathlib import Path

import numpy as np
import pytest

from dlc.cli.agreement_initializers import check_initializer, drawn
from dlc.cli.backprop_machine import initial
from dlc.reference.initializers import INITIALIZER_OFFERS, INITIALIZERS, LAYER_OFFERS
from dlc.reference.network import BatchNorm, Dense, Network

RECORD = json.loads((Path(__file__).parent / "data" / "networks.json").read_text())
FANS = tuple(RECORD["fans"])
COUNT = FANS[0] * FANS[1]


def test_there_are_enough():
    assert len(INITIALIZERS) >= 20


@pytest.mark.parametrize("card", INITIALIZERS.values(), ids=lambda card: card.name)
def test_kernel_reference_and_card_agree(card):
    for result in check_initializer(card):
        assert result.holds, result


@pytest.mark.parametrize("card", INITIALIZERS.values(), ids=lambda card: card.name)
def test_a_seed_gives_the_same_bits_and_another_one_others(card):
    law = card.law(7, 5)
    first = drawn(law, (7, 5), 3)
    assert first.tobytes() == drawn(law, (7, 5), 3).tobytes()
    if law.std and type(law).__name__ != "Identity":
        assert not np.array_equal(first, drawn(law, (7, 5), 4))


def close(found, law, count):
    """Whether recorded moments are those of a law, within five standard errors and the digits of float32."""
    error = 5 * law.std / count**0.5 + 1e-6 * max(1.0, abs(law.mean))
    low, high = law.bounds
    slack = 1e-6 * max(1.0, abs(low) if low > -np.inf else 0)
    return (
        abs(found["mean"] - law.mean) < error
        and abs(found["std"] - law.std) < error
        and found["low"] >= low - slack
        and found["high"] <= high + slack
    )


@pytest.mark.parametrize("offer", INITIALIZER_OFFERS, ids=lambda offer: offer.name)
def test_the_library_draws_what_is_said(offer):
    law = INITIALIZERS[offer.card].law(*FANS, **offer.params)
    assert close(RECORD["initializers"][offer.name], law, COUNT)


@pytest.mark.parametrize("name", RECORD["layers"])
def test_layers_of_the_libraries(name):
    offer, (weights, bias) = LAYER_OFFERS[name], RECORD["layers"][name]
    assert close(weights, INITIALIZERS[offer.card].law(*FANS, **offer.params), COUNT)
    assert close(bias, INITIALIZERS[offer.bias].law(*FANS, **offer.bias_params), FANS[1])


@pytest.mark.parametrize("spec", [*LAYER_OFFERS, "he_normal:slope=0.2", "orthogonal"])
def test_a_network_begins_by_any_of_them(spec):
    network = Network(40, (Dense(30), BatchNorm(), Dense(20)))
    weights = initial(network, spec, seed=5)
    assert weights.tobytes() == initial(network, spec, seed=5).tobytes()
    parts = {tensor.name: weights[tensor.first : tensor.stop] for tensor in network.tensors}
    assert (parts["γ2"] == 1).all()
    assert (parts["β2"] == 0).all()
    if spec in LAYER_OFFERS:
        offer = LAYER_OFFERS[spec]
        law = INITIALIZERS[offer.card].law(40, 30, **offer.params)
        assert abs(parts["W1"].std() / law.std - 1) < 5 / (2 * 1200) ** 0.5
        assert bool(parts["b1"].any()) == (offer.bias != "zeros")
    assert not np.array_equal(parts["W1"][:600], parts["W3"])
