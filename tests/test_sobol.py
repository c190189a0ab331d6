"""Sobol's sequence: every dyadic interval gets its share, and a known beginning."""

import numpy as np
import pytest

from dlc.cli import sobol as module
from dlc.cli.sobol import MOST_DIMENSIONS, sobol

# Joe & Kuo 2008, the first eight points of four dimensions, unshifted.
KNOWN = [
    [0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5], [0.75, 0.25, 0.25, 0.25], [0.25, 0.75, 0.75, 0.75],
    [0.375, 0.375, 0.625, 0.875], [0.875, 0.875, 0.125, 0.375], [0.625, 0.125, 0.875, 0.625],
    [0.125, 0.625, 0.375, 0.125],
]  # fmt: skip


def test_without_a_shift_it_is_the_published_sequence(monkeypatch):
    class Unshifted:
        def integers(self, _low, _high, count, _kind):
            return np.zeros(count, np.int64)

    monkeypatch.setattr(module.np.random, "default_rng", lambda _seed: Unshifted())
    assert sobol(8, 4, 0).tolist() == KNOWN


@pytest.mark.parametrize("seed", [0, [3, 1]])
def test_every_interval_of_every_coordinate_has_one_of_sixteen_points(seed):
    points = sobol(16, MOST_DIMENSIONS, seed)
    for column in points.T:
        assert sorted(np.floor(16 * column).astype(int)) == list(range(16))
    cells = {(int(4 * a), int(4 * b)) for a, b in points[:, :2]}
    assert len(cells) == 16
    assert not np.array_equal(points, sobol(16, MOST_DIMENSIONS, 7))
