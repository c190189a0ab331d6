"""What a call allocates, by two instruments."""

import tracemalloc

import numpy as np
import pytest

from dlc.cli import memory
from dlc.cli.memory import HighWater, high_water

MEGABYTE = 1 << 20


@pytest.mark.parametrize("megabytes", [1, 9])
def test_a_temporary_array_is_seen_to_the_byte(megabytes):
    found = high_water(lambda: np.ones(megabytes * MEGABYTE, np.uint8))
    assert megabytes * MEGABYTE <= found.traced < megabytes * MEGABYTE + 4096
    assert found.bytes >= found.traced


def test_the_peak_counts_and_not_what_is_left():
    def call():
        np.ones(3 * MEGABYTE, np.uint8)  # gone when the next one comes
        np.ones(5 * MEGABYTE, np.uint8)

    assert 5 * MEGABYTE <= high_water(call).traced < 5 * MEGABYTE + 4096


def test_what_was_there_before_does_not_count():
    kept = np.ones(20 * MEGABYTE, np.uint8)
    assert high_water(lambda: np.add(kept, 1, out=kept)).traced < 16_384


def test_a_first_call_that_keeps_something_does_not_count():
    kept = []

    def call():
        if not kept:
            kept.append(np.ones(20 * MEGABYTE, np.uint8))

    assert high_water(call).bytes < MEGABYTE


def test_memory_that_python_does_not_know_of_is_seen_by_its_pages():
    import mmap

    def call():
        with mmap.mmap(-1, 6 * MEGABYTE) as block:
            for place in range(0, len(block), 4096):
                block[place] = 1

    found = high_water(call)
    if found.pages is None:
        pytest.skip("this system does not reset the high-water mark")
    assert found.method == "pages"
    assert 5 * MEGABYTE < found.bytes < 9 * MEGABYTE
    assert found.traced < MEGABYTE


@pytest.mark.parametrize(
    ("traced", "pages", "bytes_", "method"),
    [
        (1000, None, 1000, "tracemalloc"),
        (1000, 0, 1000, "tracemalloc"),
        (1000, 4096, 1000, "tracemalloc"),
        (1000, 9 * MEGABYTE, 9 * MEGABYTE, "pages"),
        (9 * MEGABYTE, 2 * MEGABYTE, 9 * MEGABYTE, "tracemalloc"),
    ],
)
def test_pages_are_believed_only_where_they_show_more(traced, pages, bytes_, method):
    found = HighWater(traced, pages)
    assert (found.bytes, found.method) == (bytes_, method)
    assert found.facts()["bytes"] == bytes_


def test_where_the_system_does_not_tell_only_python_counts(tmp_path):
    assert memory._pages(lambda: None, tmp_path / "nothing") is None
    (tmp_path / "status").write_text("Name: x\n")
    assert memory._pages(lambda: None, tmp_path) is None, "no VmHWM"


def test_a_failing_call_ends_the_tracing():
    def call():
        raise ArithmeticError("broken")

    with pytest.raises(ArithmeticError):
        high_water(call)
    assert not tracemalloc.is_tracing()
