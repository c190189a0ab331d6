"""Kernels against libraries: who competes with whom, who is exact, what is kept; libraries here are stand-ins."""

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from dlc.cli import bench_against, bench_families, bench_losses, bench_peers, bench_speed, libraries, timing
from dlc.cli.bench_against import Bench, Settings, cheapest
from dlc.cli.bench_cases import Arrays
from dlc.cli.bench_peers import MissingError, Peer
from dlc.cli.errors import BadInputError
from dlc.cli.timing import Timing
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.losses import LOSSES

SETTINGS = Settings(dtypes=["float64"], sizes=[1000], threads=[1, 2], row=32, budget=0.001, seed=0)
SETTINGS_OF_LOSSES = replace(SETTINGS, dtypes=["float32"], sizes=[640], threads=[1])
RELU = ACTIVATIONS["relu"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(timing, "wait_for_rest", lambda: None)


def stand_in(compute=lambda x: np.maximum(x, 0), counts=None, **more):
    """A library with one way, on these COUNTS of threads or those that are asked for."""
    return Peer(lambda task, threads: {count: [partial(compute, task.x)] for count in counts or threads}, "", **more)


def without(reason):
    def ways(task, threads):
        raise MissingError(reason)

    return Peer(ways, "")


@pytest.fixture
def takes(monkeypatch):
    """Have a race give these seconds, by contender, in place of measured ones."""

    def give(**seconds):
        def race(contenders, **_):
            return {name: Timing(1, (seconds[name.replace(" ", "_")],) * 9) for name in contenders}

        monkeypatch.setattr(bench_against.timing, "race", race)

    return give


def race(peers, size=1000, card=RELU, order=0):
    bench = Bench(card, order, "float64", peers, SETTINGS)
    return bench.race(Arrays(0).task(card, order, "float64", size), size)


def test_contenders_meet_those_with_as_many_threads(takes):
    takes(dlc_1=4.0, dlc_2=2.0, both_1=6.0, both_2=5.0, free_None=3.0, serial_1=1.0)
    one, two = race({"both": stand_in(), "free": stand_in(counts=[None]), "serial": stand_in(counts=[1])})
    assert {name: rival.ratio.ratio for name, rival in one.rivals.items()} == {
        "both": 1.5,
        "free": 0.75,
        "serial": 0.25,
    }
    assert {name: rival.ratio.ratio for name, rival in two.rivals.items()} == {"both": 2.5, "free": 1.5}
    assert (one.threads, one.best(), two.threads, two.best()) == (1, "serial", 2, "free")


def test_a_fast_library_that_errs_is_named_but_is_not_the_best_exact_one(takes):
    takes(dlc_1=2.0, dlc_2=2.0, right_1=3.0, right_2=3.0, wrong_1=1.0, wrong_2=1.0)
    peers = {"wrong": stand_in(lambda x: np.maximum(x, 0) * (1 + 1e-12)), "right": stand_in()}
    cell = race(peers)[0]
    assert (cell.best(), cell.best(exact=True)) == ("wrong", "right")
    facts = cell.facts()
    assert (facts["best_peer"], facts["best_exact_peer"]) == ("wrong", "right")
    assert facts["peers"]["wrong"]["worst_ulp"] > 1000
    assert facts["peers"]["right"]["worst_ulp"] == 0


def test_every_way_of_a_library_is_judged(takes):
    takes(dlc_1=1.0, dlc_2=1.0, two_1=1.0, two_2=1.0)
    peer = Peer(lambda task, threads: {1: [lambda: np.maximum(task.x, 0), lambda: task.x]}, "")
    bench = Bench(RELU, 0, "float64", {"two": peer}, SETTINGS)
    assert not bench.exactness["two"].exact


def test_a_library_that_computes_a_part_is_compared_by_the_element(takes):
    takes(dlc_1=1.0, dlc_2=1.0, part_1=1.0)
    cell = race({"part": stand_in(counts=[1], most_elements=250)})[0]
    assert (cell.rivals["part"].ratio.ratio, cell.rivals["part"].seconds) == (4.0, 4.0)


def test_what_a_library_lacks_is_told_and_the_others_race(takes):
    takes(dlc_1=1.0, dlc_2=1.0, there_1=1.0, there_2=1.0)
    cell = race({"gone": without("it has no relu"), "there": stand_in()})[0]
    assert (list(cell.rivals), cell.missing) == (["there"], {"gone": "it has no relu"})


def test_other_noise_is_not_compared():
    bench = Bench(ACTIVATIONS["rrelu_train"], 0, "float64", {"lib": stand_in()}, SETTINGS)
    assert (list(bench.exactness), bench.missing) == (["dlc"], {"lib": "its noise is another"})


def test_large_arrays_are_compared_with_a_plain_copy_on_as_many_threads(takes, monkeypatch):
    monkeypatch.setattr(bench_against, "COPY_FROM", 1000)
    takes(dlc_1=4.0, dlc_2=2.0, copy_1=1.0, copy_2=1.0)
    assert [cell.of_copy.ratio for cell in race({})] == [0.25, 0.5]
    assert [cell.of_copy for cell in race({}, size=999)] == [None, None]
    takes(dlc_1=3.0, dlc_2=3.0, copy_1=1.0, copy_2=1.0)
    product = race({}, card=ACTIVATIONS["softmax"], order=1, size=1024)[0]
    assert product.of_copy.ratio == pytest.approx(0.5), "it reads two arrays, and a copy one"


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_copy_copies(threads, monkeypatch):
    task, target = Arrays(0).task(RELU, 0, "float64", 1000), np.zeros(1000)
    monkeypatch.setattr(np, "zeros_like", lambda x: target)
    ((copy,),) = bench_against.copy_ways(task, [threads]).values()
    copy()
    assert np.array_equal(target, task.x)


def test_each_turn_begins_at_rest_with_its_threads_and_warm(monkeypatch):
    events = []
    monkeypatch.setattr(timing, "wait_for_rest", lambda: events.append("rest"))
    monkeypatch.setattr(bench_against.timing, "race", lambda calls, prepare, **_: prepare("lib 2") or stop())

    def stop():
        raise StopIteration

    def compute(x):
        events.append(f"call {x.size}")
        return np.maximum(x, 0)

    peer = stand_in(compute, use_threads=lambda threads: events.append(f"threads {threads}"))
    with pytest.raises(StopIteration):
        race({"lib": peer})
    assert events[-3:] == ["rest", "threads 2", "call 1000"]
    monkeypatch.setattr(bench_against, "WARM_BELOW", 1000)
    with pytest.raises(StopIteration):
        race({"lib": peer})
    assert events[-2:] == ["rest", "threads 2"], "a large array does not stay in the caches anyhow"


def test_the_cheapest_way_is_found_by_trial(monkeypatch):
    cost = {"slow": 9_000, "quick": 40, "slower": 10_000_000}
    monkeypatch.setattr(timing, "timed", lambda way, loops: cost[way.keywords["name"]] * loops)
    ways = [partial(dict, name=name) for name in cost]
    assert cheapest(ways).keywords["name"] == "quick"
    assert cheapest(ways[:1]) is ways[0]


def test_numpy_computes_its_part_of_the_textbook_formula():
    task = Arrays(0).task(ACTIVATIONS["sigmoid"], 0, "float64", bench_peers.NUMPY_ELEMENTS + 5)
    ((way,),) = bench_peers.PEERS["numpy"].ways(task, [1, 2]).values()
    assert np.allclose(bench_peers.result_of(way, task), 1 / (1 + np.exp(-task.x[:-5])))
    assert bench_peers.PEERS["numpy"].elements(task) == bench_peers.NUMPY_ELEMENTS


def test_a_way_may_leave_its_result_in_the_tasks_own_array_or_return_it_first_of_several():
    task = Arrays(0).task(RELU, 0, "float64", 3)
    assert bench_peers.result_of(lambda: None, task) is task.out
    assert bench_peers.result_of(lambda: (task.x, "noise"), task) is task.x


@pytest.mark.parametrize("has_mallopt", [True, False])
def test_freed_memory_is_kept_where_malloc_can_be_told(monkeypatch, has_mallopt):
    told = {}
    library = SimpleNamespace(**{"mallopt": told.__setitem__} if has_mallopt else {})
    monkeypatch.setattr(bench_peers.ctypes, "CDLL", lambda name: library)
    bench_peers.keep_memory()
    assert told == ({-4: 0, -1: 2**31 - 1} if has_mallopt else {})


@pytest.fixture
def numpy_only(monkeypatch):
    monkeypatch.setattr(bench_peers, "keep_memory", lambda: None)
    monkeypatch.setattr(libraries, "available", lambda library: False)


QUICK = ("--budget", "0.001", "--sizes", "1e2,3000")


@pytest.mark.usefixtures("numpy_only")
def test_the_whole_run(dlc):
    result = dlc("bench", "run", "sigmoid", "softmax", "--against", "numpy", *QUICK, "--json", "--markdown", "t.md")
    assert result.code == 0
    report = json.loads(result.out)
    saved = json.loads(Path(report["file"]).read_text())["benchmarks"]
    names = [f"{name}[{dtype}-{size}-{threads}]" for name, dtype, size, threads in grid()]
    assert [each["name"] for each in saved] == names
    assert [(row["name"], row["threads"]) for row in report["rows"]] == [
        (name, threads) for name, _, _, threads in grid()
    ]
    assert saved[0]["extra_info"] == {**report["rows"][0], "versions": report["versions"], "row": 1024, "seed": 0}
    assert report["summary"]["cells"] == len(names)
    peers = {row["name"]: list(row["peers"]) for row in report["rows"] if row["threads"] == 1}
    assert peers == {"sigmoid": ["numpy"], "sigmoid'": ["numpy"], "softmax": [], "softmax'": []}
    table = [line for line in Path("t.md").read_text().splitlines() if line.startswith("|")]
    assert table[0] == "| | float32 100 | float32 3k | float64 100 | float64 3k |"
    assert [line.split(" | ")[0] for line in table[2:]] == ["| sigmoid", "| sigmoid'", "| softmax", "| softmax'"]
    compared = dlc("bench", "compare", report["file"], report["file"])
    assert len(compared.table) == len(names)


def grid():
    """Names, types, elements and threads of the run above, in order."""
    for name in ("sigmoid", "sigmoid'", "softmax", "softmax'"):
        for dtype in ("float32", "float64"):
            for size in ("100", "3000") if name.startswith("sigmoid") else ("1024", "2048"):
                yield from ((name, dtype, size, threads) for threads in (1, 2))


@pytest.mark.usefixtures("numpy_only")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--against", "torch"), "torch is not installed: pip install 'dlc[peers]'"),
        (("--against", "numpy,onnx"), "onnxruntime is not installed: pip install 'dlc[peers]'"),
        (("--against", "theano"), "no library 'theano' to compare with; choose from torch, jax, numpy, onnx"),
        (("--against", ","), "--against , names nothing"),
        (("--against", "numpy", "--sizes", "1e3,1e12"), "--size 1e+12 is out of reach"),
        (("--against", "numpy", "--sizes", ","), "--size , names nothing"),
        (("--against", "numpy", "--dtype", "float32,int8"), "--dtype int8 is no type of kernels"),
        (("--against", "numpy", "--threads", "1,0"), "--threads 0 is out of reach"),
        (("--against", "numpy", "--markdown", "nowhere/t.md"), "no folder nowhere to write t.md in"),
        (("--against", "numpy", "glu", "--row", "33"), "glu cannot be timed on rows of 33"),
        (("--against", "numpy", "gulu"), "no entry 'gulu'"),
    ],
)
def test_bad_input_is_one_line(dlc, arguments, message):
    result = dlc("bench", "run", *arguments)
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert message in result.err


@pytest.fixture
def two_cards(monkeypatch):
    """A right card, one with a wrong kernel (the identity for a relu), and another right one; without a race."""
    cards = [RELU, replace(RELU, name="identity", grad=ACTIVATIONS["identity"].grad), ACTIVATIONS["leaky_relu"]]
    monkeypatch.setattr(bench_speed, "chosen_against", lambda names: (cards, []))
    return cards


@pytest.mark.usefixtures("numpy_only", "two_cards")
def test_a_wrong_kernel_is_not_timed_and_the_others_go_on(dlc):
    result = dlc("bench", "run", "--against", "numpy", *QUICK, "--dtype", "float32", "--threads", "1")
    assert result.code == 1
    assert re.search(r"^identity float32 is \S+ ulp off at x = \S+; 1 are allowed", result.err, re.MULTILINE)
    assert result.err.splitlines()[-1] == "Error: wrong, so not timed: identity float32"
    assert list(dict.fromkeys(row["kernel"] for row in result.table)) == [
        "relu",
        "relu'",
        "identity'",
        "leaky_relu",
        "leaky_relu'",
    ]


@pytest.mark.usefixtures("numpy_only")
def test_ctrl_c_keeps_what_is_finished(dlc, monkeypatch):
    real = Bench.race

    def interrupted(self, task, size):
        if self.name == "relu'":
            raise KeyboardInterrupt
        return real(self, task, size)

    monkeypatch.setattr(Bench, "race", interrupted)
    result = dlc("bench", "run", "relu", "--against", "numpy", *QUICK, "--dtype", "float32", "--markdown", "t.md")
    assert result.code == 130
    assert re.search(r"^\| relu \|", Path("t.md").read_text(), re.MULTILINE)
    count, path = re.match(r"(\d+) cells are in (\S+)", result.err).groups()
    assert int(count) == len(json.loads(Path(path).read_text())["benchmarks"]) == 4


def test_the_cells_of_a_function_are_written_at_once(tmp_path, monkeypatch):
    file, written = bench_speed.SpeedFile(tmp_path, threads=1), []
    monkeypatch.setattr("dlc.kernels.cache.write_whole", lambda path, content: written.append(json.loads(content)))
    file.add_all([{"name": "a"}, {"name": "b"}])
    file.add_all([{"name": "c"}])
    assert [[each["name"] for each in content["benchmarks"]] for content in written] == [["a", "b"], ["a", "b", "c"]]


def loss_cell(monkeypatch, peers, ways):
    monkeypatch.setattr(bench_losses, "WAYS", ways)
    ((cell,),) = bench_losses.loss_cells([LOSSES["mae"]], peers, SETTINGS_OF_LOSSES)
    return cell


def test_losses_are_timed_beside_the_textbook_formula(monkeypatch):
    cell = loss_cell(monkeypatch, {"numpy": bench_peers.PEERS["numpy"]}, bench_losses.WAYS)
    assert (cell.label, cell.bytes_moved) == ("mae-loss[float32-640-1]", 3 * 4 * 640)
    assert cell.rivals["numpy"].exactness.exact
    assert cell.rivals["numpy"].ratio.ratio > 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda value, slopes: (value * 1.001, slopes), "it computes something else: 0.001 from ours"),
        (lambda value, slopes: (value, -slopes), "it computes something else: 2 from ours"),
        (lambda value, slopes: (value, slopes * np.nan), "it computes something else: nan from ours"),
        (lambda value, slopes: (value, slopes[:-1]), "its gradient has another shape"),
    ],
)
def test_a_library_that_computes_another_loss_is_not_timed(monkeypatch, change, reason):
    def way(examples):
        real = bench_losses._numpy_way(examples)
        return lambda: change(*real())

    cell = loss_cell(monkeypatch, {"other": stand_in()}, {"other": way})
    assert cell.missing == {"other": reason}
    assert not cell.rivals


def test_a_wrong_loss_is_not_timed():
    wrong = replace(LOSSES["mae"], ulp={"float32": (-1.0, -1.0)})
    (found,) = bench_losses.loss_cells([wrong], {}, SETTINGS_OF_LOSSES)
    assert (found.name, found.bound) == ("mae-loss", -1.0)


def test_only_activations_and_losses_are_compared():
    activations, losses = bench_families.chosen_against(["relu", "mse"])
    assert [each.name for each in (*activations, *losses)] == ["relu", "mse"]
    with pytest.raises(BadInputError, match="adam is neither an activation nor a loss"):
        bench_families.chosen_against(["adam"])
