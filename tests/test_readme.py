"""README shows the tables that were measured, and names every activation."""

from dlc.reference.activations import ACTIVATIONS
from tests.readme import ACCURACY, README, Table, filled


def test_readme_shows_the_kept_tables():
    text = README.read_text()
    assert filled(text) == text, "run `python -m tests.readme`"


def test_the_accuracy_table_has_every_activation_and_every_bound_holds():
    rows = Table.read(ACCURACY).rows
    assert list(rows) == list(ACTIVATIONS)
    for name, kept in rows.items():
        assert all(row["holds"] for row in kept), name
        if not ACTIVATIONS[name].vector:
            assert all(row["float32"]["inputs"] == 2**32 for row in kept[:2]), name
