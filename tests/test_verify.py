"""Known answers: every one holds here, theory is that of the papers, and a miss is found and told."""

import dataclasses
import json

import pytest

from dlc.cli import verify_adaptive, verify_paths
from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.verify import measured, verify
from dlc.kernels.datasets import MissingExtraError
from dlc.reference import known_answers_adaptive
from dlc.reference.known_answers import KNOWN_ANSWERS, Expected
from dlc.reference.known_answers_paths import Method
from dlc.reference.optimizers import OPTIMIZERS

QUICK = "heavy_ball_cycle"


@pytest.mark.parametrize("name", KNOWN_ANSWERS)
def test_the_answer_holds(name, monkeypatch):
    """Of parity only some: test_optimizers goes over all optimizers, and farther."""
    few = {each: OPTIMIZERS[each] for each in ("gd", "adam", "amsgrad", "muon")}
    monkeypatch.setattr(verify_adaptive, "OPTIMIZERS", few)
    monkeypatch.setattr(known_answers_adaptive, "OPTIMIZERS", few)
    try:
        rows = measured(KNOWN_ANSWERS[name])
    except MissingExtraError:
        pytest.skip("needs scikit-learn")
    assert rows
    for row in rows:
        assert row.holds, f"{row.expected.what}: theory {row.theory}, measured {row.measured}"


@pytest.mark.parametrize(
    ("name", "what", "value"),
    [
        ("quadratic_rates", "steps, κ = 100, gd 1/L, 1 − 1/κ", 1185),
        ("quadratic_rates", "steps, κ = 10000, gd 1/L, 1 − 1/κ", 118627),
        ("quadratic_rates", "steps, κ = 10000, heavy ball, (√κ−1)/(√κ+1)", 972),
        ("heavy_ball_cycle", "point 1 of the circle", -2208 / 1225),
        ("heavy_ball_cycle", "point 2 of the circle", 792 / 1225),
        ("heavy_ball_cycle", "point 3 of the circle", 2592 / 1225),
        ("saddle_escape", "steps, gd, η = 0.01", 698),
        ("rotation", "steps, gd, turned by 0°", 346),
        ("identities", "radam: its first adaptive step", 6),
    ],
)
def test_theory_is_what_the_papers_say(name, what, value):
    (found,) = (each.value for each in KNOWN_ANSWERS[name].function() if each.what == what)
    assert found == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("relation", "good", "bad"),
    [("=", (0.9, 1.1), (0.8, 1.2)), ("≤", (-9, 1.1), (1.2,)), ("≥", (0.9, 9), (0.8,))],
)
def test_holds(relation, good, bad):
    expected = Expected("it", 1.0, 0.1000001, relation)
    assert all(map(expected.holds, good))
    assert not any(map(expected.holds, bad))
    assert not expected.holds(float("nan"))


def test_the_table_says_theory_and_measurement(dlc):
    result = dlc("optimize", "--verify", QUICK)
    assert result.code == 0
    assert "all 6 known answers hold" in result.err
    row = result.table[1]
    assert float(row["theory"]) == pytest.approx(float(row["measured"]), abs=float(row["tolerance"]))
    assert row["holds"] == "yes"
    assert "Lessard" in row["source"]


def test_json(dlc):
    found = json.loads(dlc("optimize", "--verify", QUICK, "--json").out)
    assert [row["holds"] for row in found["rows"]] == [True] * 6
    assert found["not_run"] == []


def wrong(monkeypatch):
    """A theory that is off in the first number of the quick answer."""
    card = KNOWN_ANSWERS[QUICK]
    first, *others = card.function()
    false = dataclasses.replace(card, function=lambda: [first._replace(value=first.value + 0.001), *others])
    monkeypatch.setitem(KNOWN_ANSWERS._cards, QUICK, false)
    monkeypatch.setattr("dlc.cli.verify.measurement", lambda _: verify_paths.heavy_ball_cycle)


def test_a_wrong_expectation_is_found(dlc, monkeypatch):
    wrong(monkeypatch)
    result = dlc("optimize", "--verify", QUICK)
    assert result.code == 1
    assert result.table[0]["holds"] == "NO"
    assert "1 of 6 known answers missed, first heavy_ball_cycle (point 1 of the circle)" in result.err


def test_a_wrong_step_is_found(monkeypatch):
    """A heavy ball whose momentum is a little off."""
    right = verify_paths.links
    monkeypatch.setattr(verify_paths, "links", lambda method: right(Method(*method[:2], method.beta * 0.999)))
    assert not all(row.holds for row in measured(KNOWN_ANSWERS[QUICK]))
    assert not all(row.holds for row in measured(KNOWN_ANSWERS["saddle_escape"]))


def test_what_needs_an_extra_is_no_failure(dlc, monkeypatch):
    def missing():
        raise MissingExtraError("pip install 'dlc[data]'")

    monkeypatch.setattr("dlc.cli.verify_models.convex_optima", missing)
    result = dlc("optimize", "--verify", "convex_optima", QUICK)
    assert result.code == 0
    assert result.table[-1]["what"] == "not run: needs dlc[data]"
    assert "1 not run" in result.err


def test_an_unknown_answer_is_bad_input(dlc):
    result = dlc("optimize", "--verify", "heavy_ball_circle")
    assert result.code == 2
    assert "heavy_ball_cycle" in result.err


def test_markdown(tmp_path, capsys):
    path = tmp_path / "verify.md"
    verify([QUICK], markdown=path)
    header, _, *rows = path.read_text().splitlines()
    assert header.startswith("| answer | what | theory |")
    assert len(rows) == 6
    assert all(row.count("|") == header.count("|") for row in rows)
    assert list(tmp_path.iterdir()) == [path]


def test_markdown_of_a_miss_says_so(tmp_path, monkeypatch):
    wrong(monkeypatch)
    with pytest.raises(FailedError, match="1 of 6"):
        verify([QUICK], markdown=tmp_path / "verify.md")
    assert "| NO |" in (tmp_path / "verify.md").read_text()


def test_markdown_needs_a_folder(tmp_path):
    with pytest.raises(BadInputError, match="no folder"):
        verify([QUICK], markdown=tmp_path / "none" / "verify.md")
