"""`dlc overfit`: what is fitted, that a difference is told only where there is one, and what is known of the causes."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

from dlc.cli import overfit_fit, overfit_measure
from dlc.cli.overfit_factors import AT_THRESHOLD, BASE, CAUSES, FACTORS, LIMITS, REMEDIES, WORDS, Setting, chosen
from dlc.cli.overfit_fit import COPIED, Measures, Table, fit, least_norm, tables

STEPS = 200


@pytest.mark.parametrize(("rows", "columns"), [(30, 8), (8, 30), (20, 20), (1, 1)])
def test_least_squares_of_least_norm(rows, columns):
    random = np.random.default_rng(rows)
    a, b = random.standard_normal((rows, columns)), random.standard_normal((rows, 3))
    assert least_norm(a, b) == pytest.approx(np.linalg.lstsq(a, b)[0], abs=1e-10)


def test_every_factor_changes_a_known_field_within_its_limits():
    assert {factor.field for factor in FACTORS.values()} == set(LIMITS) | set(WORDS)
    assert all(factor.is_cause for factor in CAUSES.values())
    assert not any(factor.is_cause for factor in REMEDIES.values())
    for name, factor in FACTORS.items():
        levels = ",".join(map(str, factor.levels))
        assert chosen([f"{name}:{levels}"])[name] == factor, "what is in the table can be typed"


@pytest.mark.parametrize("name", FACTORS)
def test_every_factor_makes_a_difference(name):
    factor = FACTORS[name]
    *_, (_, setting) = factor.settings()
    found = fit(setting, 0, STEPS)
    assert all(map(math.isfinite, found))
    assert found != fit(factor.base, 0, STEPS)
    assert found == fit(setting, 0, STEPS)
    assert found != fit(setting, 1, STEPS)


def rows_of(table):
    return {row.tobytes() for row in np.ascontiguousarray(table.inputs)}


def test_settings_share_what_a_seed_draws():
    few, many, flipped = (tables(setting, 3) for setting in (Setting(rows=100), BASE, Setting(flipped=0.25)))
    assert many.train.labels[:100].tolist() == few.train.labels.tolist()
    assert few.fresh.labels.tolist() == many.fresh.labels.tolist()
    wrong = np.mean(flipped.train.labels != many.train.labels)
    assert wrong == pytest.approx(0.25 * 0.9, abs=0.05), "a tenth of the labels drawn anew are the old ones"
    assert flipped.test.labels.tolist() == many.test.labels.tolist()
    assert not rows_of(many.train) & (rows_of(many.test) | rows_of(many.fresh))
    wide = tables(Setting(useless=20), 3)
    assert wide.train.inputs[:, :40] == pytest.approx(many.train.inputs)
    assert wide.train.inputs.shape == (800, 60)


def test_preprocessing_and_leaks_are_what_they_say():
    right, of_test, apart, mixed = (
        tables(Setting(preprocessing=each), 0) for each in ("right", "of_test", "apart", "mixed_units")
    )
    for one, at_zero in ((right.train, True), (right.test, False), (of_test.test, True), (of_test.train, False),
                         (apart.train, True), (apart.test, True)):  # fmt: skip
        assert np.allclose(one.inputs.mean(0), 0, atol=1e-12) == at_zero
        assert np.allclose(one.inputs.std(0), 1) == at_zero
    spreads = mixed.train.inputs.std(0)
    assert spreads.max() > 100 * spreads.min()
    leaked = tables(Setting(leak="statistics"), 0)
    both = np.concatenate([leaked.train.inputs, leaked.test.inputs])
    assert both.mean(0) == pytest.approx(np.zeros(40), abs=1e-12)
    copies = tables(Setting(leak="copies"), 0)
    assert len(rows_of(copies.train) & rows_of(copies.test)) == COPIED
    assert len(copies.train.labels) == 800
    selected = tables(Setting(leak="selection"), 0)
    assert selected.train.inputs.shape == (800, overfit_fit.SELECTED)


def test_shifted_copies():
    table = Table(np.arange(12.0).reshape(2, 6), np.array([3, 4]))
    found = overfit_fit._copied(table, 3, 0)
    assert found.labels.tolist() == [3, 4] * 4
    assert (found.inputs[:2] == table.inputs).all()
    for row, copy in zip(np.tile(table.inputs, (4, 1)), found.inputs, strict=True):
        assert any((np.roll(row, shift) == copy).all() for shift in range(6))


def test_the_answers_of_a_network_are_those_it_is_scored_by():
    data = tables(BASE, 0)
    training = overfit_fit._trained(BASE, data.train, 0, 0, STEPS)
    score = training.score(overfit_fit._rows(data.test))
    loss, accuracy = overfit_fit._judged(overfit_fit._shares(training, data.test.inputs), data.test)
    assert loss == pytest.approx(score.loss, rel=1e-5)
    assert accuracy == pytest.approx(score.accuracy, abs=2e-3)
    other = overfit_fit._trained(BASE, data.train, 0, 1, STEPS).score(overfit_fit._rows(data.test))
    both = fit(Setting(members=2), 0, STEPS)
    assert 0.9 * score.loss < both.test_loss < (score.loss + other.loss) / 2, "cross-entropy is convex"


class Falling:
    """A network whose validation loss is known."""

    def __init__(self, losses):
        self.losses, self.at = losses, -1

    def epoch(self):
        self.at += 1

    def score(self, _rows):
        return SimpleNamespace(loss=self.losses[self.at])

    def state(self):
        return self.at

    def restore(self, state):
        self.kept = state


@pytest.mark.parametrize(
    ("losses", "patience", "end", "kept"),
    [([5, 4, 3, 4, 5, 6, 1], 2, 4, 2), ([5, 4, 3, 4, 5, 6, 1], 4, 6, 6), ([3, 2, 1], 1, 2, 2), ([1, 1, 1], 1, 1, 0)],
)
def test_early_stopping_goes_back_to_the_best(losses, patience, end, kept):
    network = Falling(losses)
    overfit_fit._run_until_worse(network, len(losses), patience, None)
    assert (network.at, network.kept) == (end, kept)


def measures(random, seeds, shift=0.0):
    """Measures of SEEDS fits, alike in all but noise; the test loss is greater by SHIFT."""
    losses = random.normal(1.0, 0.1, (seeds, 3)) + np.array([0, shift, shift])
    return [Measures(train, 0.9, test, 0.5, fresh) for train, test, fresh in losses]


def compared(random, shift, names=("l1", "l2", "dropout", "mixup")):
    factors = {name: FACTORS[name] for name in names}
    table = {BASE: measures(random, 12)}
    for factor in factors.values():
        for _, setting in factor.settings():
            table[setting] = measures(random, 12, shift)
    means = {
        setting: {name: float(np.mean([getattr(row, name) for row in rows])) for name in overfit_measure._names()}
        for setting, rows in table.items()
    }
    return overfit_measure.Result(12, means, overfit_measure._compared(factors, table, means))


def test_a_sentence_needs_a_difference():
    """Over many runs in which nothing differs, at most 1 in 20 has a sentence, whatever the number of comparisons."""
    random = np.random.default_rng(0)
    told = [list(overfit_measure.sentences(compared(random, 0.0))) for _ in range(200)]
    assert all(lines[-1].startswith("no difference shown: ") for lines in told)
    assert sum(len(lines) > 1 for lines in told) <= 16
    told = [list(overfit_measure.sentences(compared(random, 0.4))) for _ in range(20)]
    assert all(len(lines) == 4 and "test loss +0." in lines[0] and "gap +0." in lines[0] for lines in told)


def test_intervals_hold_the_true_difference():
    random = np.random.default_rng(1)
    changes = [compared(random, 0.2, ("l1",)).compared[0].changes["test_loss"] for _ in range(200)]
    held = np.mean([change.low <= 0.2 <= change.high for change in changes])
    assert held >= 0.92


def test_known_causes_are_found(dlc):
    """More rows help, labels that are wrong harm, and random features show double descent."""
    result = dlc("overfit", "rows:3200", "flipped:0.4", "interpolation:25,1000", "--quick", "--seeds", "9", "--json")
    found = json.loads(result.out)
    assert found["command"] == "overfit"
    rows = {f"{row['factor']} {row['level']}": row for row in found["rows"]}
    assert rows["rows 3200"]["changes"]["test_loss"]["high"] < 0
    assert rows["flipped 0.4"]["changes"]["test_loss"]["low"] > 0
    text = "\n".join(found["sentences"])
    assert "double descent: the test loss is " in text
    assert "rows 3200: test loss −" in text
    threshold = rows["interpolation 25"]["base"]
    assert threshold["train_loss"] < 1e-9, "as many features as rows fit all of them"
    for name in ("interpolation 25", "interpolation 1000"):
        assert rows[name]["means"]["test_loss"] < 0.2 * threshold["test_loss"]
    for row in rows.values():
        assert row["means"]["gap"] == pytest.approx(row["means"]["test_loss"] - row["means"]["train_loss"])


def test_threads_do_not_change_bits(dlc):
    args = ("overfit", "measure", "dropout", "ensemble:2", "interpolation:25,400", "--quick", "--seeds", "2", "--json")
    one, other = (dlc(*args, "--threads", threads).out for threads in ("1", "3"))
    assert one == other


def test_few_seeds_and_a_small_budget_are_told(dlc):
    result = dlc("overfit", "interpolation:25,50", "--seeds", "40", "--budget", "0.001")
    assert "the budget ended it after 6 of 40 seeds" in result.err
    assert "no difference among so many can be shown with fewer than 8 seeds" in result.err
    base, first, second = result.table
    assert (base["factor"], first["level"], second["level"]) == ("base", "25", "50")
    assert (
        float(first["test loss −base low"]) <= float(first["test loss −base"]) <= float(first["test loss −base high"])
    )
    assert float(first["p"]) > 0.05


BAD = {
    "dropuot": "no cause or remedy 'dropuot'; did you mean 'dropout'?",
    "dropout:1.5": "dropout:1.5: 1.5 is not a number from 0 to 0.99",
    "rows:99.5": "rows:99.5: 99.5 is not a whole number from 40 to 3200",
    "rows:x": "rows:x: 'x' is not a number",
    "leak:all": "leak:all: 'all' is not one of none, statistics, selection, copies",
    "rows:800": "every level that was given is the base itself",
    "--seeds=1": "--seeds 1 is not from 2",
    "--budget=0": "--budget 0 is not more than 0",
    "--threads=0": "--threads 0 is less than 1",
    "--save=a.gif": "--save draws .png, .svg or .pdf",
}


@pytest.mark.parametrize("argument", BAD)
def test_bad_input(dlc, argument):
    result = dlc("overfit", argument, *(["--seeds", "2", "--quick"] if argument == "rows:800" else []))
    assert (result.code, result.out) == (2, "")
    assert BAD[argument] in result.err.splitlines()[-1]


def test_what_diverges_is_named(dlc, monkeypatch):
    monkeypatch.setattr(overfit_fit, "_squares", lambda setting, seed: Measures(math.inf, 0, 1, 0, 1))
    result = dlc("overfit", "interpolation:25", "--seeds", "2")
    assert result.code == 1
    assert "Error: rows 100, features 100: with seed 0 the loss is inf; give it a smaller value" in result.err


def test_help_is_of_both_commands(dlc):
    result = dlc("overfit", "--help")
    assert "measure" in result.out
    assert "diagnose" in result.out


def test_a_picture_of_causes_and_remedies(dlc, tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "all.svg"
    result = dlc("overfit", "interpolation:25,400", "l2", "--seeds", "2", "--quick", "--save", path)
    assert result.code == 0
    assert path.read_text().startswith("<?xml")


def test_a_chart_of_one_cause(monkeypatch):
    from dlc.cli.overfit_results import chart, is_drawable

    monkeypatch.setenv("COLUMNS", "100")
    result = overfit_measure.measure({"interpolation": CAUSES["interpolation"]}, 2, STEPS, None, 1)
    assert is_drawable(result, "interpolation")
    shown = chart(result, "interpolation")
    assert "log10 test loss" in shown
    assert "losses over log10 of interpolation" in shown
    assert AT_THRESHOLD.features in [level for level, _ in result.points("interpolation")]
