"""`dlc overfit diagnose`: logs of every kind, what they show, and what early stopping would have done."""

import json
import math
import re

import numpy as np
import pytest
from test_cli import in_a_terminal

from dlc.cli import overfit_log
from dlc.cli.overfit_log import Wanted
from dlc.cli.overfit_stops import RULES, stops
from dlc.cli.overfit_verdict import NEITHER, NOT_SHOWN, OVER, UNDER, diagnose
from tests.peers.recording import FOLDER


def curves(points=60, *, bottom=20, rise=0.0, slow=6.0, train=8.0, diverge=0.0, noise=0.01, seed=0):
    """Training and validation losses; the latter rises by RISE for each point behind BOTTOM."""
    rng, x = np.random.default_rng(seed), np.arange(points)
    later = np.maximum(0, x - bottom)
    return (
        2.3 * np.exp(-x / train) + 0.05 + diverge * later + noise / 4 * rng.standard_normal(points),
        2.3 * np.exp(-x / slow) + 0.4 + rise * later + noise * rng.standard_normal(points),
    )


def keras(train, val):
    rows = [f"{i},{1 - t / 3},{t},{1 - v / 3},{v}" for i, (t, v) in enumerate(zip(train, val, strict=True))]
    return "epoch,accuracy,loss,val_accuracy,val_loss\n" + "\n".join(rows) + "\n"


def lightning(train, val):
    """A row for some steps, one for each validation, and one for each epoch."""
    rows = []
    for i, (t, v) in enumerate(zip(train, val, strict=True)):
        rows += [f"{i},{50 * i + 24},,{t + 0.5},", f"{i},{50 * i + 49},,,{v}", f"{i},{50 * i + 49},{t},,"]
    return "epoch,step,train_loss_epoch,train_loss_step,val_loss\n" + "\n".join(rows) + "\n"


def steps_only(train, val):
    """Lightning without means over the epoch: two steps of each are on file."""
    rows = []
    for i, (t, v) in enumerate(zip(train, val, strict=True)):
        rows += [f"{i},{2 * i},{t + 0.5},", f"{i},{2 * i + 1},{t - 0.5},", f"{i},{2 * i + 1},,{v}"]
    return "epoch,step,train_loss_step,val_loss\n" + "\n".join(rows) + "\n"


def twice_an_epoch(train, val):
    """Two validations an epoch: the steps tell them apart."""
    rows = []
    for i, (t, v) in enumerate(zip(train, val, strict=True)):
        rows += [f"{i // 2},{10 * i + 5},{t},", f"{i // 2},{10 * i + 9},,{v}"]
    return "epoch,step,train_loss,val_loss\n" + "\n".join(rows) + "\n"


def trainer_state(train, val):
    log = []
    for i, (t, v) in enumerate(zip(train, val, strict=True), 1):
        log += [
            {"epoch": i - 0.5, "step": 10 * i - 5, "loss": t + 0.1, "grad_norm": 1.0},
            {"epoch": float(i), "step": 10 * i, "loss": t - 0.1, "learning_rate": 1e-4},
            {"epoch": float(i), "step": 10 * i, "eval_loss": v, "eval_runtime": 2.0},
        ]
    return json.dumps({"best_metric": None, "log_history": [*log, {"epoch": 9.0, "step": 9, "train_runtime": 1.0}]})


WRITERS = {
    "keras.csv": keras,
    "lightning.csv": lightning,
    "lightning_steps.csv": steps_only,
    "lightning_twice.csv": twice_an_epoch,
    "trainer_state.json": trainer_state,
    "history.json": lambda train, val: json.dumps({"loss": train.tolist(), "val_loss": val.tolist()}),
    "rows.jsonl": lambda train, val: "\n".join(
        json.dumps({"epoch": i, "train/loss": t, "valid/loss": v})
        for i, (t, v) in enumerate(zip(train, val, strict=True))
    ),
    "plain.tsv": lambda train, val: (
        "Epoch\tTraining Loss\tValidation Loss\n"
        + "".join(f"{i}\t{t}\t{v}\n" for i, (t, v) in enumerate(zip(train, val, strict=True)))
    ),
    "semicolons.csv": lambda train, val: (
        "train_loss;val_loss\n\n" + "".join(f"{t};{v}\n" for t, v in zip(train, val, strict=True))
    ),
}


@pytest.fixture
def log(tmp_path):
    """log(text, name) writes a log; the path is returned."""

    def write(text, name="log.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_log_is_read(log, name):
    train, val = curves(12)
    found = overfit_log.read([log(WRITERS[name](train, val), name)], Wanted())
    assert found.val == pytest.approx(val.tolist(), abs=1e-12)
    assert found.train == pytest.approx(train.tolist(), abs=1e-12)
    assert len(found.at) == 12
    assert found.place == (
        "row" if name in ("history.json", "semicolons.csv") else "step" if "twice" in name else "epoch"
    )
    assert not found.notes


def test_tensorboard_has_two_files(dlc, log):
    paths = [
        log("Wall time,Step,Value\n" + "".join(f"1.5,{10 * i},{v}\n" for i, v in enumerate(values)), name)
        for values, name in zip(curves(12), ("run_train.csv", "run_validation.csv"), strict=True)
    ]
    one, other = (overfit_log.read(order, Wanted()) for order in (paths, paths[::-1]))
    assert one == other
    assert one.val == pytest.approx(curves(12)[1].tolist())
    assert one.at == [10.0 * i for i in range(12)]
    assert "give two files" in dlc("overfit", "diagnose", paths[0]).err


LOWEST = 6 * math.log(2.3 / 6 / 0.01)  # where the slopes of the turned curve cancel, behind its bottom

CASES = {
    "turned": ({"rise": 0.01}, OVER, r"the gap grew by"),
    "level": ({}, NEITHER, r"no rise of val_loss shown"),
    "falling": ({"slow": 40.0, "train": 40.0}, UNDER, r"still falls at the end"),
    "diverging": ({"rise": 0.02, "diverge": 0.02}, NEITHER, r"training diverges"),
    "noisy": ({"noise": 0.5}, NOT_SHOWN, r"noise of σ = 0\.\d+ hides"),
    "short": ({"points": 4}, NOT_SHOWN, r"4 points with a finite val_loss; a turn needs 8"),
    "shortest": ({"points": 12, "bottom": 3, "rise": 0.3, "slow": 1.0, "noise": 0.005}, OVER, r"rose from"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_and_its_reason(dlc, log, case):
    changes, verdict, reason = CASES[case]
    result = dlc("overfit", "diagnose", log(keras(*curves(**changes))), "--json")
    found = json.loads(result.out)
    assert found["verdict"] == verdict
    assert re.search(reason, found["reason"])
    assert (found["turn"] is None) == (case == "short")
    if case == "turned":
        assert found["turn"]["first"] <= LOWEST <= found["turn"]["last"]
        assert found["turn"]["at"] == pytest.approx(LOWEST, abs=3)
        assert found["gap_growth"]["low"] > 0
        assert any("keep the weights" in line for line in found["advice"])
    if case in ("level", "noisy", "short"):
        assert found["advice"] == []


def test_intervals_hold_what_is_true():
    """Of the gap at the end and its growth, over many logs: the curves have no trend within a level."""
    hits, growth = 0, 0
    for seed in range(60):
        train, val = curves(40, rise=0.0, slow=1.0, train=1.0, noise=0.05, seed=seed)
        history = overfit_log.History("epoch", list(range(40)), train.tolist(), val.tolist(), "loss", "val_loss")
        found = diagnose(history, [], 0.0, None)
        hits += found.gap_end.low <= 0.35 <= found.gap_end.high
        growth += found.gap_growth.low <= 0 <= found.gap_growth.high
    assert hits >= 55
    assert growth >= 55


def test_a_target_tells_underfitting(dlc, log):
    path = log(keras(*curves()))
    assert json.loads(dlc("overfit", "diagnose", path, "--target", "0.1", "--json").out)["verdict"] == UNDER
    assert json.loads(dlc("overfit", "diagnose", path, "--target", "0.5", "--json").out)["verdict"] == NEITHER


def test_an_accuracy_is_better_high(dlc, log):
    path = log(keras(*curves(rise=0.01)))
    loss, accuracy = (
        json.loads(dlc("overfit", "diagnose", path, "--val", name, "--json").out)
        for name in ("val_loss", "val_accuracy")
    )
    assert accuracy["columns"] == {"place": "epoch", "train": "accuracy", "val": "val_accuracy", "is_better_high": True}
    assert accuracy["turn"]["at"] == loss["turn"]["at"]
    assert accuracy["verdict"] == OVER
    assert accuracy["gap_end"]["value"] == pytest.approx(loss["gap_end"]["value"] / 3)
    assert accuracy["best"]["val"] == pytest.approx(1 - loss["best"]["val"] / 3)


def test_columns_by_name_and_number(dlc, log):
    path = log("when,mine,theirs\n" + "".join(f"{i},{i},{2 * i}\n" for i in range(9)))
    assert "no validation loss: its columns are when, mine, theirs; say which one is with --val" in (
        dlc("overfit", "diagnose", path).err
    )
    by_name, by_number = (
        overfit_log.read([path], wanted) for wanted in (Wanted("mine", "theirs", "when"), Wanted("2", "3", "1"))
    )
    assert by_name == by_number
    assert by_name.val[-1] == 16
    result = dlc("overfit", "diagnose", path, "--val", "their")
    assert (result.code, result.err) == (2, f"Error: {path}: no column 'their'; did you mean 'theirs'?\n")


def test_without_a_training_loss_there_is_no_gap(dlc, log):
    _, val = curves(rise=0.01)
    result = dlc(
        "overfit", "diagnose", log("epoch,val_loss\n" + "".join(f"{i},{v}\n" for i, v in enumerate(val))), "--json"
    )
    found = json.loads(result.out)
    assert found["verdict"] == NOT_SHOWN
    assert found["turn"]["is_shown"]
    assert "overfitting and divergence look alike" in found["reason"]
    assert found["gap_end"] is None
    assert "no gap is told" in result.err


def test_what_is_not_finite_is_left_out_and_told(dlc, log):
    train, val = curves(rise=0.01)
    val[40], val[50:] = math.inf, math.nan
    result = dlc("overfit", "diagnose", log(keras(train, val)), "--patience", "30", "--json")
    found = json.loads(result.out)
    assert "val_loss is not finite or missing at 11 of 60 points, first at epoch 40" in result.err
    assert found["finite_points"] == 49
    assert found["verdict"] == OVER
    ends = {rule: each["end"] for each in found["early_stopping"] for rule in each["rules"]}
    assert ends["lightning"] == 40, "check_finite"
    assert ends["keras"] > 40
    everything = dlc("overfit", "diagnose", log(keras(train, val * math.nan)))
    assert everything.code == 0
    assert everything.table[0]["value"] == NOT_SHOWN


def test_a_log_that_begins_again(dlc, log):
    """Resumed from a checkpoint: later rows count. Epochs counted anew: --continued."""
    train, val = curves(30)
    first = keras(train[:20], val[:20] + 1)
    resumed = first + "".join(f"{i},0,{train[i]},0,{val[i]}\n" for i in range(12, 30))
    found = overfit_log.read([log(resumed)], Wanted())
    assert found.at == list(range(30))
    assert found.val == pytest.approx([*(val[:12] + 1), *val[12:]])
    assert found.notes == [
        "the log begins again at line 22 with epoch 12: 8 earlier rows from there on are left out; --continued numbers "
        "on instead"
    ]
    anew = first + keras(train, val)  # with the names again
    assert overfit_log.read([log(anew)], Wanted()).val == pytest.approx(val)
    found = overfit_log.read([log(anew)], Wanted(continued=True))
    assert found.at == list(range(50))
    assert found.val == pytest.approx([*(val[:20] + 1), *val])


def test_an_epoch_that_is_there_twice(log):
    train, val = curves(12)
    lines = keras(train, val).splitlines()
    found = overfit_log.read([log("\n".join([*lines[:6], "4,0,7,0,9", *lines[6:]]))], Wanted())
    assert found.at == list(range(12))
    assert (found.train[4], found.val[4]) == (7, 9)
    assert found.notes == ["epoch 4 is there more than once: its last row counts"]


BAD = {
    "": "is empty",
    " \n \n": "is empty",
    "epoch,loss,val_loss\n": "has names of columns, and no rows",
    "0,1,2\n1,1,2\n": "line 1: the first row has no names of columns",
    "epoch,loss,val_loss\n0,1,2\n1,1\n": "line 3: 2 cells, and the first row has 3 names",
    "epoch,loss,val_loss\n0,1,2\n1,1,what\n": "line 3, column 'val_loss': 'what' is not a number",
    "epoch,loss,val_loss\n0,1,2\n,1,2\n": "line 3: there is a loss, and no epoch",
    "epoch,loss,val_loss\n0,1,\n1,1,\n": "column 'val_loss' is empty",
    "epoch,loss,loss,val_loss\n0,1,2,3\n": "has two columns 'loss'",
    'epoch,loss,val_loss\n0,1,"2\n': "line 2: unexpected end of data",
    '{"loss": [1, 2], "val_loss": [1]}': "no object of equally long lists",
    '{"loss": 1, "val_loss": ': "line 1: neither JSON nor rows of it",
    "[1, 2]": "no list of rows",
    "epoch,loss,val_loss\n0,1,2\0\n": "is no text",
}


@pytest.mark.parametrize("text", BAD)
def test_a_damaged_log_is_refused_in_one_line(dlc, log, text):
    result = dlc("overfit", "diagnose", log(text))
    assert result.code == 2
    assert BAD[text] in result.err
    assert result.err.count("\n") == 1
    assert not result.out


def test_other_bad_input(dlc, log, tmp_path):
    path = log(keras(*curves(12)))
    for args, complaint in (
        (["none.csv"], "none.csv: No such file or directory"),
        ([path, path], "of two files, each has"),
        ([path, path, path], "3 files; give one log"),
        ([path, "--patience", "3,x"], "'x' is not a whole number"),
        ([path, "--min-delta", "-1"], "--min-delta -1.0 is not 0 or more"),
        ([path, "--mode", "up"], "--mode up is not one of auto, min, max"),
        ([path, "--save", "a.doc"], "--save draws .png, .svg or .pdf"),
    ):
        result = dlc("overfit", "diagnose", *args)
        assert (result.code, complaint in result.err) == (2, True), result.err
    (tmp_path / "binary").write_bytes(b"\x80\xff\xfe")
    assert "is no text" in dlc("overfit", "diagnose", tmp_path / "binary").err


def test_standard_input_and_a_pipe(dlc):
    result = dlc("overfit", "diagnose", "-", stdin=keras(*curves(rise=0.01)))
    rows = {row["quantity"]: row for row in result.table}
    assert rows["verdict"]["value"] == OVER
    assert float(rows["turn"]["low"]) <= float(rows["turn"]["value"]) <= float(rows["turn"]["high"])
    assert float(rows["gap end"]["low"]) > 0
    assert len(rows["best loss"]["value"]) > 12, "all digits"


def test_a_terminal_gets_both_curves(log):
    shown = in_a_terminal("overfit", "diagnose", log(keras(*curves(rise=0.01))), NO_COLOR="1", COLUMNS="100")
    assert "overfitting: turned at epoch" in shown
    assert "keras, lightning" in shown
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()
    assert max(map(len, lines)) <= 101
    assert sum("│" in line for line in lines) > 10


@pytest.mark.parametrize("extension", ["png", "svg"])
def test_a_picture(dlc, log, tmp_path, extension):
    pytest.importorskip("matplotlib")
    path = tmp_path / f"curves.{extension}"
    contents = []
    for _ in range(2):
        result = dlc("overfit", "diagnose", log(keras(*curves(rise=0.01))), "--save", path)
        assert result.code == 0
        contents.append(path.read_bytes())
    assert contents[0] == contents[1], "the same log, the same picture"
    assert "saved in" in result.err


RECORD = json.loads((FOLDER / "early_stopping.json").read_text())


@pytest.mark.parametrize("library", ["keras", "sklearn"])
def test_early_stopping_ends_where_the_library_does(library):
    seen = 0
    for case in RECORD["cases"].values():
        if library in case:
            values = [float(value) for value in case["values"]]
            (stop,) = (each for each in stops(values, case["patience"], case["min_delta"]) if library in each.rules)
            assert (stop.end if stop.is_early else len(values)) == case[library]
            seen += 1
    assert seen >= 40


def test_rules_differ_as_they_say():
    ends = {}
    for values, patience, min_delta in (
        ([5, 4, 6, 6, 6, 6], 2, 0.0),
        ([5, 4, math.nan, 3, 2, 1], 2, 0.0),
        ([5, 4.5, 4, 3.5, 3, 2.5], 3, 0.9),  # each step is less than min_delta
    ):
        for stop in stops(values, patience, min_delta):
            for rule in stop.rules:
                ends.setdefault(rule, []).append(stop.end if stop.is_early else None)
    assert set(ends) == set(RULES)
    assert ends["keras"] == [3, None, None]
    assert ends["lightning"] == [3, 2, None]
    assert ends["transformers"] == ends["ignite"] == [3, None, 3]
    assert ends["sklearn"] == [4, None, 4]
    (stop,) = (each for each in stops([5, 4, 3, 6, 7, 8, 1], 3) if "keras" in each.rules)
    assert (stop.end, stop.kept, stop.is_early) == (5, 2, True)
