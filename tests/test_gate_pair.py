"""Workers of the gate in small projects: what is timed, in which order, and what is told of tests that fail."""

import math
import os
import statistics
import time

import pytest
from gate_projects import SPIN, pair

from dlc.cli.errors import BadInputError

ABOUT = 0.06  # of a time, on a machine that other tests use as well
FILE = "test_it.py"

USES = (
    SPIN
    + """
import os, random, unittest
from pathlib import Path
import pytest
import side

HERE = Path(__file__).parent
BASE_S, SLOWER = 2e-4, 1.5


def test_same(benchmark):
    assert benchmark(spin, BASE_S) == BASE_S


def test_slower(benchmark):
    benchmark(spin, BASE_S * (1 if side.IS_BASE else SLOWER))


def test_faster(benchmark):
    benchmark(spin, BASE_S / (1 if side.IS_BASE else SLOWER))


def test_compiles_first(benchmark):
    calls = []
    def compiles():
        spin(BASE_S if calls else 0.3)
        calls.append(1)
    benchmark(compiles)


class TestPedantic:
    counts = dict.fromkeys(("setup", "call", "teardown"), 0)

    def test_setup(self, benchmark):
        counts = self.counts
        def setup():
            spin(1e-3)
            counts["setup"] += 1
            return (BASE_S,), {"more": counts["setup"]}
        def call(seconds, more):
            assert more == counts["setup"]
            counts["call"] += 1
            return spin(seconds), more
        def teardown(seconds, more):
            assert (seconds, more) == (BASE_S, counts["setup"])
            counts["teardown"] += 1
        result = benchmark.pedantic(call, setup=setup, teardown=teardown, rounds=3, warmup_rounds=1)
        assert result == (BASE_S, counts["setup"])
        assert counts["setup"] == counts["call"] == counts["teardown"] > 3

    @pytest.mark.benchmark(group="odd", min_rounds=1)
    def test_arguments(self, benchmark):
        assert benchmark.pedantic(spin, args=(), kwargs={"seconds": BASE_S}, iterations=10, rounds=7) == BASE_S


def test_both_kinds_of_arguments(benchmark):
    with pytest.raises(TypeError, match="setup"):
        benchmark.pedantic(spin, args=(1,), setup=lambda: ((2,), {}))


def test_statistics(benchmark):
    benchmark.extra_info["n"] = 1
    benchmark(spin, BASE_S)
    assert benchmark.extra_info == {"n": 1}
    assert 0.9 * BASE_S < benchmark.stats["min"] <= benchmark.stats["mean"]
    assert benchmark.stats.stats.rounds > 3
    assert benchmark.enabled


@pytest.mark.parametrize("word", ["a b", "[c::d]", "ü/..", "new\\nline", "e"], ids=lambda word: word)
def test_names(benchmark, word):
    assert benchmark(word.upper) == word.upper()


@pytest.fixture
def open_file(tmp_path):
    with (tmp_path / "file").open("w") as file:
        yield file
    with (HERE / "torn_down").open("a") as told:
        told.write(f"{file.closed} ")


def test_own_fixture(benchmark, open_file):
    benchmark(open_file.tell)


def test_layout(benchmark):
    with (HERE / "layout").open("a") as told:
        random_number = random.random()
        print(random_number, hash("x"), len(os.environ["DLC_GATE_PADDING"]), os.environ["OMP_NUM_THREADS"], file=told)
    benchmark(len, "")


def test_moves(benchmark, tmp_path):
    os.chdir(tmp_path)
    benchmark(len, "")


def test_prints(benchmark):
    print("x" * 10_000_000)
    benchmark(len, "")


def test_forks(benchmark):
    if not (child := os.fork()):
        os._exit(0)
    os.waitpid(child, 0)
    benchmark(len, "")


def test_fixture_is_not_called(benchmark):
    assert benchmark


def test_is_skipped(benchmark):
    raise unittest.SkipTest("why not")


def test_base_skips(benchmark):
    if side.IS_BASE:
        pytest.skip("not yet")
    benchmark(len, "")


@pytest.mark.skipif(not side.IS_BASE, reason="no more")
def test_head_skips(benchmark):
    benchmark(len, "")


def test_needs_what_is_new(benchmark):
    benchmark(side.new)


def test_no_benchmark():
    raise AssertionError("it is not run")
"""
)
# Other plugins have the last word in pytest's own order, and not in the gate's.
CONFTEST = """
import pytest

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.reverse()
"""
BASE_SIDE = {"side.py": "IS_BASE = True\n", "test_more.py": "def test_old(benchmark): benchmark(len, '')\n"}
HEAD_SIDE = {
    "side.py": "IS_BASE = False\ndef new(): pass\n",
    "test_more.py": "def test_new(benchmark): benchmark(len, '')\n",
}


def named(*names: str) -> set[str]:
    return {f"{FILE}::{name}" for name in names}


@pytest.fixture(scope="module")
def uses(tmp_path_factory):
    """Two generations of all that a benchmark may do, one benchmark with a control."""
    folder = tmp_path_factory.mktemp("uses")
    made = pair(folder, {FILE: USES, "conftest.py": CONFTEST}, ".", FILE, base=BASE_SIDE, head=HEAD_SIDE, threads=3)
    names = made.names()
    first = made.generation(names, 1, named("test_same", "test_layout"))
    second = made.generation([name for name in names if name not in first.gone | first.new], 2)
    return folder, names, first, second, made


def test_every_use_of_the_fixture_is_timed(uses):
    _, names, first, second, made = uses
    assert not first.errors
    assert first.new == named("test_base_skips", "test_needs_what_is_new") | {"test_more.py::test_new"}
    assert first.gone == named("test_head_skips") | {"test_more.py::test_old"}
    assert first.skipped == named("test_is_skipped", "test_fixture_is_not_called", "test_both_kinds_of_arguments")
    assert set(first.rows) == set(names) - first.new - first.gone - first.skipped == set(second.rows)
    assert sum("test_names" in name for name in first.rows) == 5
    assert not [name for name in names if "test_no_benchmark" in name]
    (note,) = made.notes()
    assert "test_needs_what_is_new fails" in note
    assert "'side' has no attribute 'new'" in note.replace("module ", "")


def test_turns_are_palindromes_of_each_side(uses):
    first, second = uses[2:4]
    for generation, name, sides in [
        (first, "test_same", "ABC"),
        (first, "test_slower", "AB"),
        (second, "test_same", "AB"),
    ]:
        order = generation.rows[f"{FILE}::{name}"].order
        length = 2 * len(sides)
        blocks = [order[at : at + length] for at in range(0, len(order), length)]
        assert len(blocks) >= 3
        assert all(block == block[::-1] and set(block) == set(sides) for block in blocks)
    orders = {generation.rows[f"{FILE}::test_slower"].order for generation in (first, second)}
    assert len(orders) == 2, "each generation has an order of its own"


def test_effects_have_the_size_and_the_sign_of_what_was_changed(uses):
    for generation in uses[2:4]:
        for name, ratio in (("test_same", 1), ("test_slower", 1.5), ("test_faster", 1 / 1.5)):
            assert generation.rows[f"{FILE}::{name}"].effect() == pytest.approx(math.log(ratio), abs=ABOUT)
    assert uses[2].rows[f"{FILE}::test_same"].effect(of="C") == pytest.approx(0, abs=ABOUT)


@pytest.mark.parametrize("name", ["test_compiles_first", "TestPedantic::test_setup", "TestPedantic::test_arguments"])
def test_only_warm_calls_are_counted(uses, name):
    for generation in uses[2:4]:
        slices = generation.rows[f"{FILE}::{name}"]
        for side in "AB":
            assert statistics.median(slices.of(side)) == pytest.approx(2e-4, rel=ABOUT)


def test_the_first_call_is_known_as_well(uses):
    first_s = uses[4].first_s[f"{FILE}::test_compiles_first"]
    assert first_s["A"] == pytest.approx(0.3, rel=0.5)


def test_chance_is_the_same_on_all_sides_and_new_in_each_generation(uses):
    folder = uses[0]
    told = {side: (folder / f"side-{side}" / "layout").read_text().splitlines() for side in "ABC"}
    assert told["A"] == told["B"]
    assert told["C"] == told["A"][:1], "a control only where it is asked for"
    first, second = (line.split() for line in told["A"])
    assert first[3] == second[3] == "3"
    assert all(one != other for one, other in zip(first[:3], second[:3], strict=True))


def test_fixtures_are_torn_down(uses):
    assert (uses[0] / "side-B" / "torn_down").read_text() == "True " * 2


FAILS = (
    SPIN
    + """
import os, signal, threading, time
import side


def test_first(benchmark):
    benchmark(spin, 1e-4)


def test_head_fails(benchmark):
    benchmark(lambda: 1 / side.IS_BASE)


def test_both_fail(benchmark):
    assert spin(0) == 1, "no"


def test_fails_afterwards(benchmark):
    assert benchmark(spin, 1e-4) == (1e-4 if side.IS_BASE else 0)


def test_twice(benchmark):
    benchmark(spin, 1e-4)
    benchmark(spin, 1e-4)


def test_fails_later(benchmark):
    calls = []
    def call():
        calls.append(1)
        if len(calls) > 3:
            raise ValueError("the fourth\\n time")
    benchmark(call)


def test_hangs(benchmark):
    benchmark(time.sleep, 0 if side.IS_BASE else 1000)


def test_hangs_and_has_a_child(benchmark):
    if not os.fork():
        time.sleep(1000)
    os._exit(7)


def test_dies(benchmark):
    benchmark(lambda: side.IS_BASE or os.kill(os.getpid(), signal.SIGSEGV))


def test_closes_all(benchmark):
    os.closerange(3, 100)
    benchmark(len, "")


def test_child_goes_on(benchmark):
    child = os.fork()
    benchmark(len, "")
    if child:
        os.waitpid(child, 0)


def test_leaves_a_thread(benchmark):
    threading.Thread(target=time.sleep, args=(1000,)).start()
    benchmark(spin, 1e-4)


def test_last(benchmark):
    benchmark(spin, 1e-4)
"""
)


def test_what_fails_hangs_or_dies_is_told_and_all_else_is_timed(tmp_path):
    made = pair(
        tmp_path, {FILE: FAILS}, base={"side.py": "IS_BASE = True"}, head={"side.py": "IS_BASE = False"}, timeout=3.0
    )
    begun = time.monotonic()
    done = made.generation(made.names(), 1)
    assert time.monotonic() - begun < 60
    fine = named("test_first", "test_last", "test_leaves_a_thread", "test_child_goes_on")
    assert set(done.rows) == fine
    told = {name.partition("::")[2]: why for name, why in done.errors.items()}
    assert told == {
        "test_head_fails": "head: ZeroDivisionError: division by zero",
        "test_both_fail": "base: AssertionError: no; head: AssertionError: no",
        "test_fails_afterwards": "head: assert 0.0001 == 0",
        "test_twice": told["test_twice"],
        "test_fails_later": told["test_fails_later"],
        "test_hangs": "head: hangs: no answer in 3 s",
        "test_hangs_and_has_a_child": told["test_hangs_and_has_a_child"],
        "test_dies": "head: killed by SIGSEGV",
        "test_closes_all": told["test_closes_all"],
    }
    assert "Fixture can only be used once" in told["test_twice"]
    assert told["test_fails_later"].startswith("base: failed when it was called again: ValueError: the fourth")
    assert told["test_hangs_and_has_a_child"].startswith("base: pytest ended with exit code 7")
    assert told["test_closes_all"].startswith("base: pytest ended with exit code 1")
    assert not [name for name in done.errors if "\n" in done.errors[name]]


def test_files_that_cannot_be_read(tmp_path):
    files = {
        "test_fine.py": "def test_fine(benchmark): benchmark(len, '')\n",
        "test_syntax.py": "def test_syntax(benchmark: benchmark(len, '')\n",
        "test_new.py": "from side import new\ndef test_new(benchmark): benchmark(new)\n",
        "test_lost.py": "from side import old\ndef test_lost(benchmark): benchmark(old)\n",
    }
    made = pair(tmp_path, files, base={"side.py": "old = int"}, head={"side.py": "new = int"})
    names = made.names()
    assert sorted(names) == [
        "test_fine.py::test_fine", "test_lost.py::test_lost", "test_new.py::test_new", "test_syntax.py",
    ]  # fmt: skip
    done = made.generation(names, 1)
    assert set(done.rows) == {"test_fine.py::test_fine"}
    assert done.new == {"test_new.py::test_new"}
    assert not done.gone
    assert "ImportError: cannot import name 'old'" in done.errors.pop("test_lost.py::test_lost")
    assert "SyntaxError" in done.errors.pop("test_syntax.py")
    assert not done.errors
    (note,) = made.notes()
    assert note.startswith("the base cannot read test_new.py: ImportError: cannot import name 'new'")


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({"test_it.py": "def test(): pass"}, (), "no benchmarks found: no test that pytest collects uses the fixture"),
        ({"test_it.py": "def test(benchmark) pass"}, (), "test_it.py: SyntaxError: expected ':'; name their files"),
        ({"conftest.py": "raise OSError('no\\nway')"}, (), "base: pytest ended with exit code 4: OSError: no"),
        ({}, ("--nothing-like-it",), "error: unrecognized arguments: --nothing-like-it"),
        ({}, ("nowhere.py",), "ERROR: file or directory not found: nowhere.py"),
    ],
)
def test_a_project_without_benchmarks_is_bad_input(tmp_path, files, arguments, said):
    with pytest.raises(BadInputError) as error:
        pair(tmp_path, files, *arguments).names()
    assert said in str(error.value)


def test_an_interpreter_that_does_not_start_is_bad_input(tmp_path):
    made = pair(tmp_path, {})
    for side in made.sides.values():
        side.python = str(tmp_path / "python")
    with pytest.raises(BadInputError, match=r"cannot start .*python: No such file"):
        made.names()


def test_what_a_project_says_against_benchmarks_does_not_count(tmp_path):
    options = (
        "-q -x -p no:benchmark --benchmark-disable --benchmark-skip --benchmark-only --lf --ff --sw --co -n 2 "
        "--dist loadscope --benchmark-json=file.json --benchmark-autosave --benchmark-compare --strict-config "
        "--strict-markers --benchmark-columns=min --benchmark-timer=time.process_time"
    )
    files = {
        "pytest.ini": f"[pytest]\naddopts = {options}\nfilterwarnings = error\ncache_dir = .here\n",
        FILE: "import pytest\ndef test_it(benchmark): benchmark(len, '')\n"
        "def test_bad(benchmark): raise ValueError\ndef test_worse(benchmark): raise ValueError\n",
    }
    made = pair(tmp_path, files, plugins=True)
    done = made.generation(named("test_it", "test_bad", "test_worse"), 1)
    assert set(done.rows) == named("test_it")
    assert set(done.errors) == named("test_bad", "test_worse")


def test_the_time_limit_of_pytest_timeout_is_not_for_all_calls_together(tmp_path):
    plugin = """
import os, threading
import pytest

def pytest_addhooks(pluginmanager):
    class Hooks:
        @pytest.hookspec(firstresult=True)
        def pytest_timeout_set_timer(item, settings): ...
    pluginmanager.add_hookspecs(Hooks)

def pytest_runtest_setup(item):
    item.config.hook.pytest_timeout_set_timer(item=item, settings=None)

def pytest_timeout_set_timer(item, settings):
    os._exit(1)
"""
    made = pair(tmp_path, {"limits.py": plugin, FILE: "def test_it(benchmark): benchmark(len, '')"}, "-p", "limits")
    for side in made.sides.values():
        side.env = {**side.env, "PYTHONPATH": str(side.root)}
    assert set(made.generation(named("test_it"), 1).rows) == named("test_it")


def test_equal_machine_code_is_not_timed(tmp_path):
    code = (
        "import side\ndef test_it(benchmark):\n    benchmark.extra_info['machine_code'] = side.CODE\n    benchmark(int)"
    )
    sides = {"base": {"side.py": "CODE = 1"}, "head": {"side.py": "CODE = '1'"}}
    made = pair(tmp_path / "same", {FILE: code}, **sides)
    done = made.generation(named("test_it"), 1)
    assert (done.same_code, done.rows) == (named("test_it"), {})
    made = pair(tmp_path / "timed", {FILE: code}, same_code=False, **sides)
    assert set(made.generation(named("test_it"), 1).rows) == named("test_it")


def test_a_generation_ends_at_the_deadline(tmp_path):
    made = pair(tmp_path, {FILE: "def test_it(benchmark): benchmark(len, '')"}, deadline=time.monotonic())
    done = made.generation(named("test_it"), 1)
    assert (done.rows, done.errors) == ({}, {})


def test_no_worker_is_left_by_an_interruption(tmp_path):
    code = "import os\ndef test_it(benchmark):\n    open('../pids', 'a').write(f'{os.getpid()} ')\n    benchmark(int)\n"
    made = pair(tmp_path, {FILE: code})

    def interrupt(line):
        while len((tmp_path / "pids").read_text().split() if (tmp_path / "pids").exists() else []) < 2:
            time.sleep(0.01)
        raise KeyboardInterrupt

    made.progress = interrupt
    with pytest.raises(KeyboardInterrupt):
        made.generation(named("test_it"), 1)
    pids = (tmp_path / "pids").read_text().split()
    assert len(pids) == 2
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
