"""Costs over data sets, against the textbook in plain Python."""

import json
import math
import random
import statistics

import mpmath
import numpy as np
import pytest

from dlc.cli import domains
from dlc.cli.agreement_costs import check_cost, check_penalty
from dlc.cli.cost_penalty import Strengths, weight_rows
from dlc.cli.loss_samples import drawn
from dlc.kernels import costs as kernel
from dlc.reference.costs import AVERAGES, COSTS, PENALTIES
from dlc.reference.loss_family import DOMAINS
from dlc.reference.losses import LOSSES

ROWS = [(1.0, 2.5, 1.0), (-3.0, 0.5, 2.0), (4.0, 4.0, 0.5), (0.25, -1.0, 3.0), (2.0, 2.5, 0.0), (7.0, 1.0, 1.5)]


def answer(dlc, *args):
    result = dlc("cost", *args, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def refusal(dlc, *args):
    result = dlc("cost", *args)
    assert result.code == 2
    assert result.out == ""
    assert result.err.startswith("Error: ")
    assert result.err.count("\n") == 1
    return result.err


@pytest.fixture
def table(tmp_path):
    """A CSV of ROWS, or of other rows; its name."""

    def write(rows=ROWS, names="p,t,w", name="t.csv"):
        path = tmp_path / name
        lines = [names, *(",".join(map(str, row)) for row in rows)]
        path.write_text("\n".join(filter(None, lines)) + "\n")
        return path

    return write


@pytest.mark.parametrize("card", COSTS.values(), ids=lambda card: card.name)
def test_a_cost_agrees_with_its_formula(card):
    for each in check_cost(card):
        assert each.holds, each


@pytest.mark.parametrize("card", COSTS.values(), ids=lambda card: card.name)
def test_a_cost_is_its_loss_averaged(card):
    """What the card says of loss and average gives the same as the formula, for rows with weights and without."""
    loss = LOSSES[card.loss]
    draw = random.Random(1)
    for _ in range(5):
        if loss.row:
            shares = [[draw.random() + 0.1 for _ in range(3)] for _ in range(6)]
            preds = (
                [[x / sum(row) for x in row] for row in shares]
                if "prob" in loss.pred or "dist" in loss.pred
                else shares
            )
            targets = [[float(draw.randrange(3))] if loss.target == "class" else preds[i - 1] for i in range(6)]
        else:
            preds, targets = ([draw.random() for _ in range(6)] for _ in range(2))
        rows = [(p, t, draw.random()) for p, t in zip(preds, targets, strict=True)]
        total = math.fsum(w * loss.function(p, t, **loss.knobs) for p, t, w in rows)
        value = AVERAGES[card.average].value(total, math.fsum(w for *_, w in rows), len(rows))
        assert value == pytest.approx(card.function(rows), rel=1e-13)


@pytest.mark.parametrize("name", AVERAGES)
def test_the_slope_of_an_average(name):
    average = AVERAGES[name]
    for total in (0.5, 3.0, 40.0):
        slope = mpmath.diff(lambda x: average.value(x, mpmath.mpf(7), 5), total)
        assert average.slope(total, 7.0, 5) == pytest.approx(float(slope), rel=1e-12)
    assert math.isfinite(average.slope(0.0, 7.0, 5))


@pytest.mark.parametrize("card", PENALTIES.values(), ids=lambda card: card.name)
def test_a_penalty_agrees_with_its_formula(card):
    for each in check_penalty(card):
        assert each.holds, each


@pytest.mark.parametrize("card", PENALTIES.values(), ids=lambda card: card.name)
def test_the_gradient_of_a_penalty(card):
    weights = [[0.5, -2.0, 0.25], [3.0, 1.0, -1.0]]
    with mpmath.workdps(40):
        exact = [[mpmath.mpf(w) for w in row] for row in weights]
        slopes = card.gradient(exact, mpmath.mpf("0.3"))
        for i, row in enumerate(exact):
            for j, w in enumerate(row):

                def moved(x, i=i, j=j):
                    return card.function(
                        [[x if (k, m) == (i, j) else v for m, v in enumerate(r)] for k, r in enumerate(exact)],
                        mpmath.mpf("0.3"),
                    )

                assert abs(slopes[i][j] - mpmath.diff(moved, w)) < 1e-15
    assert all(slope == 0 for row in card.gradient([[0.0, 0.0]]) for slope in row)


OF_NUMBERS = [name for name, card in COSTS.items() if LOSSES[card.loss].target in ("number", "amount")]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", [*OF_NUMBERS, "huber"])
def test_every_number_against_plain_python(dlc, table, name, weighted):
    cost = COSTS.get(name)
    loss = LOSSES[cost.loss if cost else name]
    average = cost.average if cost else "mean"
    rows = [(abs(p), abs(t), w) for p, t, w in ROWS] if loss.pred == "amount" else ROWS
    found = answer(dlc, name, table(rows), "--pred", "p", "--target", "t", *["--weight", "w"] * weighted)
    weights = [w if weighted else 1.0 for *_, w in rows]
    losses = [loss.function(p, t) for p, t, _ in rows]
    total, weight = math.fsum(w * x for w, x in zip(weights, losses, strict=True)), math.fsum(weights)
    mean, count = total / weight, sum(w > 0 for w in weights)
    spread = math.fsum((w * (x - mean)) ** 2 for w, x in zip(weights, losses, strict=True))
    slope = AVERAGES[average].slope(total, weight, len(rows))
    slopes = [slope * w * loss.gradient(p, t) for w, (p, t, _) in zip(weights, rows, strict=True)]
    expected = {
        "cost": AVERAGES[average].value(total, weight, len(rows)),
        "total": total,
        "mean": mean,
        "standard_error": math.sqrt(count / (count - 1) * spread) / weight,
        "gradient_norm": math.hypot(*slopes),
    }
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-13)
    assert (found["rows"], found["bad_rows"]) == (6, 0)
    assert found.get("weight") == (weight if weighted else None)


def test_the_standard_error_is_that_of_statistics(dlc, table):
    draw = random.Random(2)
    rows = [(draw.gauss(1e6, 1), draw.gauss(1e6, 1)) for _ in range(2000)]
    found = answer(dlc, "mse", table(rows, "p,t"), "--pred", "p", "--target", "t")
    losses = [(p - t) ** 2 for p, t in rows]
    assert found["standard_error"] == pytest.approx(statistics.stdev(losses) / math.sqrt(2000), rel=1e-12)
    assert found["mean"] == pytest.approx(statistics.fmean(losses), rel=1e-14)


def test_a_weight_of_two_is_not_two_rows_but_the_mean_is_the_same(dlc, table):
    weighted = answer(dlc, "mse", table([(1, 2, 2), (3, 6, 1)]), "--pred", "p", "--target", "t", "--weight", "w")
    twice = answer(dlc, "mse", table([(1, 2, 1), (1, 2, 1), (3, 6, 1)]), "--pred", "p", "--target", "t")
    assert weighted["mean"] == pytest.approx(twice["mean"], rel=1e-15)
    assert weighted["rows"] == 2


def test_moments_that_are_merged_are_those_of_all():
    draw = np.random.default_rng(3)
    values, weights = draw.normal(1e5, 1, 1000), draw.uniform(0, 2, 1000)
    weights[100:200] = 0
    merged = kernel.Moments()
    for start in range(0, 1000, 100):
        part = slice(start, start + 100)
        merged = merged.merged(kernel.moments(values[part], weights[part]))
    weight = math.fsum(weights)
    mean = math.fsum(weights * values) / weight
    squares = math.fsum(weights * (values - mean) ** 2)
    assert tuple(merged) == pytest.approx((weight, mean, squares), rel=1e-10)
    assert merged.about(0.0) == pytest.approx(math.fsum(weights * values**2), rel=1e-12)


@pytest.mark.parametrize("name", ["csv", "tsv", "npy", "npz", "parquet"])
def test_every_format_gives_the_same_bits(dlc, tmp_path, name):
    draw = np.random.default_rng(4)
    data = draw.normal(size=(70_000, 2))
    options = ["--pred", "1", "--target", "2", "--worst", "3"]
    np.save(tmp_path / "a.npy", data)
    expected = answer(dlc, "huber", tmp_path / "a.npy", *options)
    path = tmp_path / f"t.{name}"
    if name in ("csv", "tsv"):
        separator = "," if name == "csv" else "\t"
        path.write_text("".join(f"{a!r}{separator}{b!r}\n" for a, b in data.tolist()))
    elif name == "npy":
        np.save(path, np.asfortranarray(data))
    elif name == "npz":
        np.savez(path, p=data[:, 0], t=data[:, 1])
    else:
        pyarrow = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pyarrow.table({"p": data[:, 0], "t": data[:, 1]}), path, row_group_size=9999)
    found = answer(dlc, "huber", path, *options)
    unit = "line" if name in ("csv", "tsv") else "row"
    assert [each.pop(unit) for each in found["worst"]] == [each.pop("row") for each in expected["worst"]]
    assert {**found, "file": ""} == {**expected, "file": ""}


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_change_no_bit(dlc, table, monkeypatch, threads):
    monkeypatch.setattr("dlc.cli.tables_text.BLOCK", 20_000)
    draw = random.Random(5)
    path = table([(draw.gauss(0, 1), draw.gauss(0, 1), draw.random()) for _ in range(70_000)])
    options = ["--pred", "p", "--target", "t", "--weight", "w"]
    assert answer(dlc, "huber", path, *options, "--threads", threads) == answer(dlc, "huber", path, *options)


def test_worst_rows(dlc, table):
    rows = [(i % 7, 0) for i in range(40)]
    found = answer(dlc, "mae", table(rows, "p,t"), "--pred", "p", "--target", "t", "--worst", "7")
    assert [(each["line"], each["loss"]) for each in found["worst"]] == [
        (8, 6.0), (15, 6.0), (22, 6.0), (29, 6.0), (36, 6.0), (7, 5.0), (14, 5.0),
    ]  # fmt: skip
    assert found["worst"][0] == {"line": 8, "loss": 6.0, "pred": [6.0], "target": [0.0], "weight": 1.0}
    weighted = answer(dlc, "mae", table(), "--pred", "p", "--target", "t", "--weight", "w", "--worst", "1")
    assert weighted["worst"][0]["line"] == 7
    assert answer(dlc, "mae", table(), "--pred", "p", "--target", "t", "--worst", "0")["worst"] == []


def test_worst_rows_over_chunks(dlc, tmp_path, monkeypatch):
    monkeypatch.setattr("dlc.cli.tables.NUMBERS", 64)
    values = np.random.default_rng(6).integers(0, 50, 1000).astype(float)
    np.savez(tmp_path / "t.npz", p=values, t=np.zeros(1000))
    found = answer(dlc, "mae", tmp_path / "t.npz", "--pred", "p", "--target", "t", "--worst", "40")
    expected = sorted(range(1000), key=lambda i: -values[i])[:40]
    assert [each["row"] - 1 for each in found["worst"]] == expected


def test_several_columns_add_up_and_the_mean_is_over_all_values(dlc, table):
    path = table([(1, 2, 4, 4), (0, 3, 1, 1)], "a,b,x,y")
    found = answer(dlc, "mse", path, "--pred", "a,b", "--target", "x,y")
    assert (found["total"], found["mean"], found["rows"]) == (18.0, 4.5, 2)
    assert found["standard_error"] == pytest.approx(statistics.stdev([13, 5]) / math.sqrt(2) / 2)
    assert found["gradient_norm"] == pytest.approx(math.hypot(*[2 * d / 4 for d in (3, 2, 1, 2)]))
    assert answer(dlc, "mse", path, "--pred", "a,b", "--target", "x,y", "--average", "batch")["cost"] == 9.0
    assert "takes 2 target columns for 2 of --pred; --target has 1" in refusal(
        dlc, "mse", path, "--pred", "a,b", "--target", "x"
    )


def test_a_loss_of_rows(dlc, table):
    rows = [(2.0, 0.5, -1.0, 0), (0.0, 1.0, 3.0, 1), (1.0, 1.0, 1.0, 2)]
    path = table(rows, "a,b,c,label")
    found = answer(dlc, "sparse_softmax_cross_entropy", path, "--pred", "a,b,c", "--target", "label")
    losses = [math.log(sum(map(math.exp, p))) - p[int(label)] for *p, label in rows]
    assert found["mean"] == pytest.approx(statistics.fmean(losses), rel=1e-14)
    assert found["worst"][0]["line"] == 3
    assert found["worst"][0]["pred"] == [0.0, 1.0, 3.0]
    path = table([*rows, (0, 0, 0, 3)], "a,b,c,label")
    words = refusal(dlc, "sparse_softmax_cross_entropy", path, "--pred", "a,b,c", "--target", "label")
    assert "line 5: column 'label' is 3.0; sparse_softmax_cross_entropy takes a class from 0 to 2" in words


DOMAINS_BY_HAND = {
    "number": [-5.0, 0.0, math.inf], "positive": [0.5, None, 0.0], "amount": [0.0, 2.0, None, -0.5],
    "probability": [0.0, 1.0, 0.5, None, -0.1, 1.1], "sign": [-1.0, 1.0, None, 0.0, 0.5],
    "class": [0.0, 2.0, None, 3.0, -1.0, 0.5], "symbols": [0.0, 2.0, None, 3.0, 0.5, -1.0],
    "label": [0.0, 0.5, None, 2.0],
    "labels": [0.0, 1.0, None, 0.5], "cosines": [-1.0, 0.3, None, 1.5], "log-distribution": [-3.0, 0.0, None, 0.5],
}  # fmt: skip


@pytest.mark.parametrize("domain", DOMAINS_BY_HAND)
def test_what_is_outside_of_a_domain(domain):
    numbers = DOMAINS_BY_HAND[domain]
    end = numbers.index(None) if None in numbers else len(numbers)
    for i, number in enumerate(numbers):
        if number is not None:
            found = domains.outside(domain, np.array([[number]]), 3)
            assert bool(found is not None and found.any()) == (i > end), number


@pytest.mark.parametrize(
    ("domain", "row", "bad"),
    [
        ("distribution", [0.25, 0.75], False), ("distribution", [0.333, 0.333, 0.333], False),
        ("distribution", [0.5, 0.6], True), ("distribution", [1.5, -0.5], True),
        ("one-hot", [0, 1, 0], False), ("one-hot", [0, 1, 1], True), ("one-hot", [0, 0, 0], True),
        ("spreads", [-1, 0, 1, 2], False), ("spreads", [-1, 0, 1, 0], True),
        ("positives", [1, 2], False), ("positives", [1, 0], True),
    ],
)  # fmt: skip
def test_what_row_is_outside_of_a_domain(domain, row, bad):
    found = domains.outside(domain, np.array([row, row], float), 3)
    assert found is not None
    assert found.any(axis=1).tolist() == [bad, bad]


def test_every_domain_that_losses_use_can_be_checked():
    draw = np.random.default_rng(7)
    for domain in DOMAINS:
        if domain == "nothing":
            continue
        found = domains.outside(domain, drawn(domain, draw, (4, 4), 1.0, 4), 4)
        assert found is None or not found.any(), domain


def test_parameters_of_the_loss(dlc, table):
    found = answer(dlc, "huber", table(), "--pred", "p", "--target", "t", "-p", "delta=0.5", "--average", "sum")
    assert found["cost"] == pytest.approx(sum(LOSSES["huber"].function(p, t, 0.5) for p, t, _ in ROWS), rel=1e-14)
    assert found["params"] == {"delta": 0.5}


def test_one_row(dlc, table):
    found = answer(dlc, "mse", table([(1, 3, 1)]), "--pred", "p", "--target", "t")
    assert (found["cost"], found["rows"], found["standard_error"]) == (4.0, 1, "nan")


def test_equal_rows_have_no_error_and_a_perfect_root_no_slope(dlc, table):
    found = answer(dlc, "root_mean_squared", table([(1, 1, 1)] * 5), "--pred", "p", "--target", "t")
    assert (found["cost"], found["standard_error"], found["gradient_norm"]) == (0.0, 0.0, 0.0)


def test_infinite_predictions_give_an_infinite_cost(dlc, table):
    found = answer(dlc, "mse", table([("inf", 1, 1), (1, 2, 1)]), "--pred", "p", "--target", "t")
    assert (found["cost"], found["worst"][0]["line"]) == ("inf", 2)
    words = refusal(dlc, "mse", table([("inf", "inf", 1), (1, 2, 1)]), "--pred", "p", "--target", "t")
    assert "line 2: its mse is nan" in words


def test_bad_rows(dlc, table):
    path = table([*ROWS[:2], ("x", 1, 1), (1, "nan", 1), (1, 2), *ROWS[2:], (1, 1, -1)])
    assert "line 4: column 'p': 'x' is not a number; --skip-bad" in refusal(
        dlc, "mse", path, "--pred", "p", "--target", "t"
    )
    options = ["--pred", "p", "--target", "t", "--weight", "w"]
    result = dlc("cost", "mse", path, *options, "--skip-bad", "--json")
    found, good = json.loads(result.out), answer(dlc, "mse", table(name="good.csv"), *options)
    assert result.err.startswith("4 bad rows left out: line 4 (column 'p': 'x' is not a number); line 5 (")
    assert found["bad_rows"] == 4
    assert [each["line"] for each in found["first_bad"]] == [4, 5, 6, 11]
    assert "takes a finite weight" in found["first_bad"][3]["reason"]
    assert {key: found[key] for key in ("cost", "rows", "standard_error")} == {
        key: good[key] for key in ("cost", "rows", "standard_error")
    }


def test_rows_outside_of_what_the_loss_takes(dlc, table):
    path = table([(1, 2, 1), (-0.5, 2, 1), (3, 3, 1)])
    words = refusal(dlc, "msle", path, "--pred", "p", "--target", "t")
    assert "line 3: column 'p' is -0.5; msle takes a number, 0 or more; --skip-bad" in words
    found = answer(dlc, "msle", path, "--pred", "p", "--target", "t", "--skip-bad")
    assert (found["rows"], found["bad_rows"], found["total"]) == (2, 1, pytest.approx(math.log(1.5) ** 2, rel=1e-14))


WEIGHTS = [[0.5, -2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, -3.0]]


def penalised(dlc, table, path, *options):
    return answer(dlc, "mse", table(), "--pred", "p", "--target", "t", "--weights", path, *options)


@pytest.mark.parametrize("name", ["w.npy", "w.npz", "w.csv"])
def test_penalties(dlc, table, tmp_path, name):
    path = tmp_path / name
    weights = np.array(WEIGHTS)
    if name == "w.csv":
        np.savetxt(path, weights, delimiter=",")
    elif name == "w.npy":
        np.save(path, weights)
    else:
        np.savez(path, first=weights[:2], second=weights[2])
    options = {"--l1": 0.1, "--l2": 0.2, "--elastic": 0.3, "--l1-ratio": 0.25, "--group": 0.4}
    found = penalised(dlc, table, path, *(each for pair in options.items() for each in pair))
    expected = {
        "lasso": PENALTIES["lasso"].function(WEIGHTS, 0.1),
        "ridge": PENALTIES["ridge"].function(WEIGHTS, 0.2),
        "elastic_net": PENALTIES["elastic_net"].function(WEIGHTS, 0.3, 0.25),
        "group_lasso": PENALTIES["group_lasso"].function(WEIGHTS, 0.4),
    }
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-14)
    assert found["penalty"] == pytest.approx(sum(expected.values()), rel=1e-14)
    assert found["regularised_cost"] == pytest.approx(found["cost"] + found["penalty"], rel=1e-15)
    assert found["weights"] == 9
    gradients = [
        PENALTIES[each].gradient(WEIGHTS, *params)
        for each, params in (("lasso", [0.1]), ("ridge", [0.2]), ("elastic_net", [0.3, 0.25]), ("group_lasso", [0.4]))
    ]
    together = np.sum(np.array(gradients), axis=0)
    assert found["penalty_gradient_norm"] == pytest.approx(float(np.linalg.norm(together)), rel=1e-14)


def test_one_penalty_alone(dlc, table, tmp_path):
    np.save(tmp_path / "w.npy", np.array(WEIGHTS))
    found = penalised(dlc, table, tmp_path / "w.npy", "--l2", "0.5")
    assert found["ridge"] == found["penalty"] == 0.5 * 15.25
    assert "lasso" not in found


def test_a_large_array_of_weights_is_taken_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("dlc.cli.cost_penalty.NUMBERS", 10)
    array = np.arange(120.0).reshape(10, 3, 4)
    np.save(tmp_path / "w.npy", array)
    parts = list(weight_rows(str(tmp_path / "w.npy")))
    assert len(parts) == 10
    assert np.concatenate(parts).tolist() == array.reshape(10, 12).tolist()


def test_strengths_are_added_up():
    strengths = Strengths.of({"lasso": {"strength": 2.0}, "elastic_net": {"strength": 4.0, "ratio": 0.75}})
    assert (strengths.l1, strengths.l2, strengths.group) == (5.0, 0.5, 0.0)


REFUSED = {
    "unknown": (["mze"], "no cost or loss 'mze'; did you mean"),
    "unknown average": (["mse", "--average", "median"], "choose sum, half_sum"),
    "averaged already": (["mean_squared", "--average", "sum"], "give the loss: mse"),
    "unknown parameter": (["huber", "-p", "d=1"], "no parameter of huber 'd'; it has delta"),
    "worst": (["mse", "--worst", "-1"], "--worst -1"),
    "threads": (["mse", "--threads", "-1"], "--threads -1"),
    "penalty without weights": (["mse", "--l1", "1"], "--weights FILE"),
    "weights without penalty": (["mse", "--weights", "w.npy"], "give --l1, --l2"),
    "ratio alone": (["mse", "--weights", "w.npy", "--l1", "1", "--l1-ratio", "0.5"], "--elastic"),
    "ratio": (["mse", "--weights", "w.npy", "--elastic", "1", "--l1-ratio", "2"], "0 <= ratio <= 1"),
    "negative penalty": (["mse", "--weights", "w.npy", "--l2", "-1"], "strength >= 0"),
    "no weights file": (["mse", "--weights", "missing.npy", "--l2", "1"], "missing.npy: No such file"),
    "weights of text": (["mse", "--weights", "text.npy", "--l2", "1"], "real numbers are needed"),
    "infinite weights": (["mse", "--weights", "inf.npy", "--l2", "1"], "not finite"),
    "empty weights": (["mse", "--weights", "empty.npy", "--l2", "1"], "no weights"),
    "no array": (["mse", "--weights", "t.npz", "--l2", "1"], "not a file of arrays"),
}


@pytest.mark.parametrize(("args", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_said_in_one_line(dlc, table, tmp_path, monkeypatch, args, words):
    monkeypatch.chdir(tmp_path)
    np.save("w.npy", np.ones(3))
    np.save("text.npy", np.array(["a"]))
    np.save("inf.npy", np.array([np.inf]))
    np.save("empty.npy", np.array([]))
    (tmp_path / "t.npz").write_text("no array")
    name, *options = args
    assert words in refusal(dlc, name, table(), "--pred", "p", "--target", "t", *options)


@pytest.mark.parametrize(
    ("rows", "names", "options", "words"),
    [
        ([], "", [], "t.csv has no rows"),
        ([], "p,t,w", [], "t.csv has no rows"),
        ([("x", 1, 1)], "p,t,w", ["--skip-bad"], "t.csv has no good rows"),
        (ROWS, "p,t,w", ["--weight", "v"], "no column 'v'"),
        ([(1, 2, 0)], "p,t,w", ["--weight", "w"], "no row that is good and has a weight above 0"),
        ([(-2, 1, 0)], "p,t,w", ["--skip-bad"], "no row that is good"),
    ],
)
def test_data_sets_without_a_row(dlc, table, rows, names, options, words):
    name = "msle" if rows == [(-2, 1, 0)] else "mse"
    result = dlc("cost", name, table(rows, names), "--pred", "p", "--target", "t", *options)
    assert result.code == 2
    assert words in result.err.splitlines()[-1]


def test_a_missing_column_is_named(dlc, table):
    assert "no column 'q'" in refusal(dlc, "mse", table(), "--pred", "q", "--target", "t")
    assert "it has 3 columns" in refusal(dlc, "mse", table(), "--pred", "1", "--target", "4")


def test_a_pipe_gets_two_tables(dlc, table):
    result = dlc("cost", "mean_squared", table(), "--pred", "p", "--target", "t", "--worst", "2")
    first, second = result.out.split("\n\n")
    quantities = dict(line.split("\t") for line in first.splitlines())
    assert quantities.pop("quantity") == "mean_squared"
    assert list(quantities) == [
        "cost", "rows", "bad rows", "total", "mean", "standard error", "gradient norm",
    ]  # fmt: skip
    assert float(quantities["cost"]) == pytest.approx(sum((p - t) ** 2 for p, t, _ in ROWS) / 6, rel=1e-14)
    assert second.splitlines() == ["line\tloss\tp\tt", "7\t36.0\t7.0\t1.0", "3\t12.25\t-3.0\t0.5"]
