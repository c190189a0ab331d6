"""Activations beside what torch and jax computed, as recorded by `make peers`."""

import json

import numpy as np
import pytest
from conftest import ROOT

from dlc.cli.catalog import array_kernel
from dlc.reference.activations import ACTIVATIONS

RECORD = json.loads((ROOT / "tests" / "data" / "activations.json").read_text())
CASES = [(name, library) for name, values in RECORD["activations"].items() for library in values]

# Derivatives that jax takes from the other side of a kink, or from the middle.
JAX_AT_KINKS = {"leaky_relu": 0.0, "hard_tanh": 1.0}


@pytest.mark.parametrize(("name", "library"), CASES)
def test_values_and_derivatives_agree(name, library):
    """To the accuracy of the library: torch keeps 1/6 in float32, cuts softplus at 20, and loses gelu's tail."""
    card, x = ACTIVATIONS[name], np.array(RECORD["x"])
    value, slope = RECORD["activations"][name][library]
    assert array_kernel(card)(x, *card.knobs.values()) == pytest.approx(np.array(value), rel=1e-9, abs=1e-12)
    ours = array_kernel(card, derivative=True)(x, *card.knobs.values())
    compared = np.abs(x) != JAX_AT_KINKS.get(name, np.inf) if library == "jax" else np.full(x.shape, True)
    assert ours[compared] == pytest.approx(np.array(slope)[compared], rel=1e-7, abs=1e-12)


def test_the_other_side_of_a_kink_is_still_what_jax_takes():
    for name, kink in JAX_AT_KINKS.items():
        _, slope = RECORD["activations"][name]["jax"]
        assert slope[RECORD["x"].index(kink)] == 1


def test_what_is_recorded():
    assert set(RECORD["activations"]) == set(ACTIVATIONS)
    missing = {name for name, values in RECORD["activations"].items() if not values}
    assert missing == {"step"}, "no library has it"
    assert RECORD["versions"]["torch"].startswith("2.13")
