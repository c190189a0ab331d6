"""README shows the tables that were measured, and names every activation."""

from dlc.reference.activations import ACTIVATIONS
from dlc.reference.optimizers import MODIFIERS, OPTIMIZERS, SCHEDULES
from dlc.reference.problems import PROBLEMS
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


def test_readme_counts_what_there_is():
    text = README.read_text()
    for count, kind in (
        (len(OPTIMIZERS), "optimizers (`dlc list optimizer`)"),
        (len(SCHEDULES), "schedules (`cosine`"),
        (len(MODIFIERS), "modifiers (`clip1`"),
        (len(PROBLEMS), "(`dlc list problem`"),
    ):
        assert f"{count} {kind}" in text
