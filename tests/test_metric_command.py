"""`dlc metric` as a user meets it."""

import json

import numpy as np
import pytest
from test_house import loaded_by

from dlc.kernels.metrics_curves import roc_auc
from dlc.kernels.metrics_probability import log_loss
from dlc.reference.metrics import METRICS

TWO = "metric f1 --target 1,0,1,1 --pred 1,0,0,1"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder with data sets, good and bad, as the working directory."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(7)
    label = random.integers(2, size=200)
    score = np.round(1 / (1 + np.exp(-random.normal(size=200) - label)), 3)
    weight = random.uniform(0.5, 2, 200).round(2)
    table = np.stack([label, score, weight, score > 0.5, 3 * score - 1, 100 + 7 * score], axis=1)
    names = "label,score,weight,guess,margin,price"
    np.savetxt("two.csv", table, delimiter=",", header=names, comments="", fmt="%.10g")
    np.save("two.npy", table)
    np.savez("two.npz", y=label, p=score)
    target = random.integers(3, size=90)
    rows = random.normal(size=(90, 3)) + 2 * np.eye(3)[target]
    rows = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
    several = np.concatenate([target[:, None], rows, rows.argmax(axis=1)[:, None]], axis=1)
    np.savetxt("three.csv", several, delimiter=",", header="y,a,b,c,guess", comments="", fmt="%.10g")
    np.savetxt("many.csv", (random.random((50, 6)) < 0.4).astype(int), delimiter=",", fmt="%d")
    (tmp_path / "hole.csv").write_text("y,p\n1,0.5\n0,nan\n1,0.2\n")
    (tmp_path / "text.csv").write_text("y,p\n1,0.5\n0,much\n")
    (tmp_path / "out.csv").write_text("y,p\n1,0.5\n0,1.5\n1,0.2\n")
    (tmp_path / "one.csv").write_text("y,p\n1,0.5\n1,0.25\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "head.csv").write_text("y,p\n")
    return tmp_path


BAD = {
    "no metric": ("metric", "NAME"),
    "unknown metric": ("metric f2 --target 1,0 --pred 1,0", "did you mean"),
    "no data": ("metric f1", "no --target and --pred"),
    "no predictions": ("metric f1 --target 1,0", "no --pred"),
    "text": ("metric f1 --target 1,0 --pred 1,yes", "--pred, row 1: 'yes' is not a number"),
    "empty text": ("metric f1 --target 1,0 --pred ''", "--pred, row 1: there are no numbers"),
    "ragged rows": ("metric top_k_accuracy --target 1,0 --pred 1,0;1", "row 2 has 1 numbers, the first one 2"),
    "shape mismatch": ("metric f1 --target 1,0,1 --pred 1,0", "target has 3 rows and pred 2"),
    "shape mismatch of numbers": ("metric mae --target 1,0,1 --pred 1,0", "target has 3 rows and pred 2"),
    "shape mismatch, all": ("metric all --target 1,0,1 --pred 1,0", "target has 3 rows and pred 2"),
    "weights too few": (f"{TWO} --weights 1,2", "one for each of the 4 rows"),
    "weight below 0": (f"{TWO} --weights 1,2,-1,1", "row 3: weights is -1.0"),
    "weights all 0": (f"{TWO} --weights 0,0,0,0", "all weights are 0"),
    "weights where there are none": ("metric max_error --target 1,2 --pred 1,2 --weights 1,1", "takes no weights"),
    "nan": ("metric accuracy --target 1,0 --pred 1,nan", "row 2: pred is nan"),
    "nan in numbers": ("metric mae --target 1,nan --pred 1,2", "row 2: target is nan"),
    "infinite score": ("metric roc_auc --target 1,0 --pred 1,inf", "row 2: pred is inf"),
    "probability above 1": ("metric log_loss --target 1,0 --pred 0.5,1.25", "row 2: pred is 1.25"),
    "probability below 0": ("metric brier_score --target 1,0 --pred -0.5,1", "row 1: pred is -0.5"),
    "row that is no distribution": (
        "metric log_loss --target 1,0 --pred 0.5,0.5;0.5,0.6",
        "row 2: pred sums to 1.1; the probabilities of classes sum to 1",
    ),
    "label out of range": ("metric log_loss --target 1,2 --pred 0.5,0.5;0.5,0.5", "row 2: target is 2;"),
    "label below 0": ("metric accuracy --target 1,-1 --pred 1,0", "row 2: target is -1"),
    "label that is no label": ("metric accuracy --target 1,0.5 --pred 1,0", "row 2: target is 0.5"),
    "three classes for a curve": ("metric roc_auc --target 0,1,2 --pred 1,2,3", "row 3: target is 2"),
    "three classes for binary": ("metric f1 --target 0,1,2 --pred 0,1,1", "choose macro, micro, weighted or none"),
    "one class": ("metric roc_auc --target 1,1 --pred 0.5,0.7", "roc_auc has no value on these data: nan where"),
    "one class, agreement": ("metric cohen_kappa --target 1,1 --pred 1,1", "cohen_kappa has no value"),
    "constant target": ("metric pearson --target 2,2,2 --pred 1,2,3", "pearson has no value on these data"),
    "unknown average": (f"{TWO} --average mean", "no 'mean'; choose binary, macro"),
    "average of none": ("metric accuracy --target 1 --pred 1 --average macro", "accuracy has no parameters"),
    "samples of labels": (f"{TWO} --average samples", "rows of 0 and 1"),
    "unknown parameter": (f"{TWO} -p betta=2", "it has average, zero_division"),
    "misspelt parameter": ("metric fbeta --target 1 --pred 1 -p betta=2", "did you mean 'beta'"),
    "parameter outside its domain": ("metric fbeta --target 1 --pred 1 -p beta=-1", "beta >= 0"),
    "parameter no whole number": (
        "metric top_k_accuracy --target 0 --pred 0.5,0.5; -p k=1.5",
        "1.5 is not a whole number",
    ),
    "parameter neither yes nor no": (
        "metric balanced_accuracy --target 0,1 --pred 0,1 -p adjusted=maybe",
        "neither yes nor no",
    ),
    "parameter twice": (f"{TWO} --average macro -p average=micro", "average is given twice"),
    "threshold of a curve": ("metric roc_auc --target 0,1 --pred 1,2 --threshold 0.5", "--threshold is for metrics"),
    "unknown library": (f"{TWO} --as weka", "choose sklearn, keras, torchmetrics"),
    "library without it": ("metric gwet_ac1 --target 1,0 --pred 1,0 --as keras", "keras has no gwet_ac1"),
    "one score of three classes": (
        "metric accuracy --target 0,1,2 --pred 0.1,0.5,0.7",
        "give a score for each",
    ),
    "row where a number is due": ("metric mae --target 1,2 --pred 1,2;3,4", "mae takes numbers"),
    "columns without file": (f"{TWO} --columns y,p", "--columns are those of a FILE"),
    "file and options": ("metric f1 two.csv --columns label,guess --pred 1", "FILE has targets"),
    "no columns": ("metric f1 two.csv", "TARGET,PRED"),
    "one column": ("metric f1 two.csv --columns label", "TARGET,PRED"),
    "wrong column": ("metric f1 two.csv --columns label,gess", "did you mean 'guess'"),
    "wrong number of column": ("metric f1 two.csv --columns 1,9", "has no column 9"),
    "no file": ("metric f1 none.csv --columns 1,2", "none.csv: No such file"),
    "file of unknown kind": ("metric f1 two.txt --columns 1,2", "two.txt"),
    "nan in a file": ("metric roc_auc hole.csv --columns y,p", "hole.csv, line 3"),
    "text in a file": ("metric roc_auc text.csv --columns y,p", "text.csv, line 3"),
    "probability above 1 in a file": ("metric log_loss out.csv --columns y,p", "out.csv, line 3: pred is 1.5"),
    "one class in a file": ("metric roc_auc one.csv --columns y,p", "has no value"),
    "empty file": ("metric f1 empty.csv --columns y,p", "empty.csv"),
    "file without rows": ("metric f1 head.csv --columns y,p", "head.csv has no rows"),
    "parameters of all": ("metric all two.csv --columns label,score -p beta=2", "one metric"),
    "library of all": ("metric all two.csv --columns label,score --as keras", "one metric"),
    "threshold of several": ("metric all three.csv --columns y,a+b+c --threshold 0.5", "--threshold"),
    "too many resamples": ("metric all two.csv --columns label,score --resamples 1000000", "--resamples"),
    "seed below 0": ("metric all two.csv --columns label,score --seed -1", "--seed -1"),
    "plot of labels": ("metric all two.csv --columns label,guess --resamples 0 --plot", "--plot"),
    "plot of a label metric": ("metric f1 two.csv --columns label,guess --plot", "--plot"),
}


@pytest.mark.parametrize(("command", "says"), BAD.values(), ids=BAD)
def test_bad_input_is_one_line(dlc, files, command, says):
    import shlex

    result = dlc(*shlex.split(command, posix=True))
    assert result.code == 2
    errors = [line for line in result.err.splitlines() if line.startswith("Error: ")]
    assert len(errors) == 1
    assert says in errors[0]
    assert "Traceback" not in result.err


def ask(dlc, *args):
    result = dlc("metric", *args, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


@pytest.mark.parametrize("args", [["metric", "--help"], ["metric", "f2"], ["show", "f1"], ["list", "metric"]])
def test_what_needs_no_data_loads_no_numpy(args):
    loaded = loaded_by(*args)
    assert "dlc.cli.metric" in loaded
    assert not {"numpy", "numba", "mpmath"} & loaded


def test_a_metric_of_few_rows_loads_no_numba():
    for name in ("f1", "roc_auc", "log_loss", "mae"):
        loaded = loaded_by("metric", name, "--target", "1,0", "--pred", "0.75,0.5")
        assert "dlc.kernels.examples" in loaded
        assert "numba" not in loaded


def test_one_number(dlc):
    result = dlc(*TWO.split())
    assert result.table == [{"metric": "f1", "value": "0.8"}]


def test_a_value_for_each_label(dlc):
    result = dlc("metric", "recall", "--target", "1,0,4,4", "--pred", "1,0,0,4", "--average", "none")
    assert result.table == [
        {"label": "0", "recall": "1.0"}, {"label": "1", "recall": "1.0"}, {"label": "4", "recall": "0.5"},
    ]  # fmt: skip


def test_a_matrix_counts(dlc):
    result = dlc("metric", "confusion_matrix", "--target", "0,0,1,2", "--pred", "0,1,1,2")
    assert [list(row.values()) for row in result.table] == [
        ["0", "1", "1", "0"], ["1", "0", "1", "0"], ["2", "0", "0", "1"],
    ]  # fmt: skip


def test_a_curve_has_columns(dlc):
    result = dlc("metric", "precision_recall_curve", "--target", "0,1", "--pred", "0.5,0.75")
    assert list(result.table[0]) == ["precision", "recall", "threshold"]
    assert result.table[-1] == {"precision": "1.0", "recall": "0.0", "threshold": ""}


def test_columns_by_name_by_number_and_from_other_files(dlc, files):
    table = np.load("two.npy")
    expected = roc_auc(table[:, 0], table[:, 1])
    for source in (("two.csv", "label,score"), ("two.csv", "1,2"), ("two.npz", "y,p")):
        assert ask(dlc, "roc_auc", source[0], "--columns", source[1])["value"] == pytest.approx(expected, rel=1e-14)
    weighted = roc_auc(table[:, 0], table[:, 1], table[:, 2])
    found = ask(dlc, "roc_auc", "two.csv", "--columns", "label,score,weight")["value"]
    assert found == pytest.approx(weighted, rel=1e-14)


@pytest.mark.parametrize("columns", ["y,a+b+c", "1,2..4", "1,2+3+4"])
def test_rows_of_scores_become_the_likeliest_label(dlc, files, columns):
    right = ask(dlc, "accuracy", "three.csv", "--columns", "y,guess")["value"]
    assert ask(dlc, "accuracy", "three.csv", "--columns", columns)["value"] == right
    table = np.loadtxt("three.csv", delimiter=",", skiprows=1)
    assert ask(dlc, "log_loss", "three.csv", "--columns", columns)["value"] == pytest.approx(
        log_loss(table[:, 0], table[:, 1:4]), rel=1e-14
    )


def test_a_threshold_makes_labels(dlc, files):
    by_default = ask(dlc, "f1", "two.csv", "--columns", "label,score")["value"]
    assert by_default == ask(dlc, "f1", "two.csv", "--columns", "label,guess")["value"]
    assert by_default == ask(dlc, "f1", "two.csv", "--columns", "label,margin", "--threshold", "0.5")["value"]
    assert by_default != ask(dlc, "f1", "two.csv", "--columns", "label,score", "--threshold", "0.7")["value"]


def test_a_ranking_may_be_one_row(dlc):
    one = ask(dlc, "ndcg", "--target", "3,1,2", "--pred", "0.5,0.25,0.125")["value"]
    assert one == ask(dlc, "ndcg", "--target", "3,1,2;3,1,2", "--pred", "0.5,0.25,0.125;0.5,0.25,0.125")["value"]
    assert 0 < one < 1


def test_a_library_has_its_own_defaults(dlc):
    target, pred = "--target=0,1,2,2,1,0", "--pred=0,2,2,2,1,1"
    macro = ask(dlc, "f1", target, pred, "--average", "macro")["value"]
    micro = ask(dlc, "f1", target, pred, "--average", "micro")["value"]
    assert macro != micro
    assert ask(dlc, "f1", target, pred, "--as", "torchmetrics")["value"] == micro
    assert len(ask(dlc, "f1", target, pred, "--as", "keras")["value"]) == 3
    percent = ask(dlc, "mape", "--target", "1,2", "--pred", "1,3", "--as", "keras")["value"]
    assert percent == pytest.approx(100 * ask(dlc, "mape", "--target", "1,2", "--pred", "1,3")["value"])


def test_the_report_of_scores(dlc, files):
    report = ask(dlc, "all", "two.csv", "--columns", "label,score", "--resamples", "50")
    assert report["kinds"] == ["binary", "probability", "curve"]
    rows = {row["metric"]: row for row in report["rows"]}
    expected = {
        card.name for card in METRICS.values() if not card.many and {"binary", "curve", "probability"} & set(card.kinds)
    }
    assert rows.keys() | set(report["undefined"]) == expected
    for row in rows.values():
        assert row["low"] <= row["high"], row["metric"]
    assert rows["roc_auc"]["low"] < rows["roc_auc"]["value"] < rows["roc_auc"]["high"]
    assert sum(map(sum, report["confusion"])) == 200


def test_the_report_is_the_same_by_its_seed(dlc, files):
    def report(*more):
        return dlc("metric", "all", "two.csv", "--columns", "label,score,weight", "--resamples", "20", *more).out

    assert report() == report("--seed", "0")
    assert report() != report("--seed", "1")


@pytest.mark.parametrize(
    ("file", "columns", "kinds", "metric"),
    [
        ("two.csv", "label,guess", ["binary"], "f1"),
        ("two.csv", "label,margin", ["curve", "margin"], "hinge_loss"),
        ("two.csv", "price,score", ["regression"], "mae"),
        ("three.csv", "y,guess", ["multiclass"], "cohen_kappa"),
        ("three.csv", "y,a+b+c", ["multiclass", "probability", "top-k"], "brier_score"),
        ("many.csv", "1..3,4..6", ["multilabel"], "exact_match"),
    ],
)
def test_the_report_finds_out_what_data_are(dlc, files, file, columns, kinds, metric):
    report = ask(dlc, "all", file, "--columns", columns, "--resamples", "3")
    assert report["kinds"] == kinds
    assert metric in {row["metric"] for row in report["rows"]}


def test_a_file_alone_is_the_report(dlc, files):
    assert ask(dlc, "two.csv", "--columns", "label,guess", "--resamples", "0")["name"] == "all"


def test_an_interval_holds_what_it_should(dlc, files):
    """The standard error of a share p of n rows is √(p(1 − p)/n), and the interval about four of them wide."""
    report = ask(dlc, "all", "two.csv", "--columns", "label,guess", "--resamples", "1000")
    (row,) = (row for row in report["rows"] if row["metric"] == "accuracy")
    error = (row["value"] * (1 - row["value"]) / 200) ** 0.5
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_a_series_has_no_interval(dlc, files):
    report = ask(dlc, "all", "two.csv", "--columns", "price,score", "--resamples", "20")
    without = {row["metric"] for row in report["rows"] if row["low"] is None}
    assert without == {"mase"}


def test_plots(dlc, files):
    result = dlc("metric", "all", "two.csv", "--columns", "label,score", "--resamples", "0", "--plot")
    for title in ("ROC curve", "precision-recall curve", "reliability diagram"):
        assert title in result.out
    assert "target \\ pred" in result.out
    result = dlc("metric", "log_loss", "two.csv", "--columns", "label,score", "--plot")
    assert "reliability diagram" in result.out


def test_bad_rows_may_be_left_out(dlc, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("t,p\n1,1\nx,2\n3,4\n")
    result = dlc("metric", "mse", path, "--columns", "t,p", "--skip-bad")
    assert result.table == [{"metric": "mse", "value": "0.5"}]
    assert "1 bad row left out: line 3" in result.err


def test_a_library_that_differs_is_said_to(dlc):
    assert (
        "torchmetrics differs where one class"
        in dlc("metric", "mcc", "--target", "1,1,1", "--pred", "1,1,1", "--as", "torchmetrics").err
    )
