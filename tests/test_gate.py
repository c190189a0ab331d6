"""`dlc bench gate` from its command line: exit codes, outputs, interruptions, and one real slowdown that is found."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest
from gate_projects import SPIN, Machine, commit, git, write

from dlc.cli import gate_opened
from dlc.cli.errors import FailedError
from dlc.cli.gate_generation import read_recording
from dlc.cli.gate_row import Verdict
from dlc.cli.gate_rule import Rule

TESTS = Path(__file__).parent
START = [sys.executable, "-m", "dlc.cli.start", "bench", "gate"]
COLUMNS = 8


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """A cache of its own, quick starts of pytest, and no GitHub."""
    monkeypatch.setenv("DLC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def gate(dlc, monkeypatch):
    """Run the command on measurements that are made up: gate(machine, "--strict")."""

    def run(machine, *arguments):
        @contextmanager
        def opened(asked):
            if isinstance(machine, BaseException):
                raise machine
            yield machine

        monkeypatch.setattr(gate_opened, "opened", opened)
        return dlc("bench", "gate", "--base", "HEAD", *arguments)

    return run


def machine(ratio=1.0, **more):
    return Machine({"test_a.py::test_a": ratio, "test_a.py::test_b[x y]": 1.0}, **more)


class Unfit(Machine):
    """A machine on which the base differs from itself."""

    def generation(self, names, number, control=()):
        done = super().generation(names, number, control)
        for name in control:
            slices = done.rows[name]
            seconds = tuple(1.1 if side == "C" else s for side, s in zip(slices.order, slices.seconds, strict=True))
            done.rows[name] = type(slices)(slices.order, seconds)
        return done


FAILING = {"settled": {number: {"errors": {"test_a.py::test_a": "head: no"}} for number in range(1, 40)}}


@pytest.mark.parametrize(
    ("measured", "options", "code", "said"),
    [
        (machine(), [], 0, "No regression shown in 2 benchmarks"),
        (machine(0.8), [], 0, "No regression shown in 2 benchmarks"),
        (machine(1.2), [], 1, "Regression in 1 of 2 benchmarks: test_a takes 20 % longer"),
        (machine(1.2), ["--margin", "30%", "--detect", "60%"], 0, "No regression shown"),
        (machine(1.2), ["--budget", "0.000001s"], 0, "2 inconclusive"),
        (machine(1.2), ["--budget", "0.000001s", "--strict"], 3, "2 inconclusive"),
        (Unfit({f"test_a.py::test_{i}": 1.0 for i in range(30)}), [], 4, "this machine is unfit"),
        (machine(**FAILING), [], 5, "1 benchmark failed: test_a"),
        (machine(interrupt_at=2), [], 130, "Interrupted"),
        (FailedError("the disk is full"), [], 5, "Error: the disk is full"),
        (OSError(13, "Permission denied", "file"), [], 5, "Error: Permission denied: file"),
        (ZeroDivisionError("oh"), [], 5, "Error: a fault in dlc (ZeroDivisionError: oh)"),
        (KeyboardInterrupt(), [], 130, "Interrupted"),
    ],
)  # fmt: skip
def test_each_end_has_its_exit_code(gate, measured, options, code, said):
    done = gate(measured, *options)
    assert (done.code, said in done.err) == (code, True), done.err


@pytest.mark.parametrize("measured", [machine(), machine(1.2), machine(interrupt_at=2), machine(**FAILING)])
def test_output_is_for_programs(gate, measured, tmp_path):
    done = gate(measured, "--record", tmp_path / "record", "--junit", tmp_path / "junit.xml")
    assert len(done.table) == 2
    assert {len(line.split("\t")) for line in done.out.splitlines()} == {COLUMNS}
    assert len(read_recording(tmp_path / "record")[1]) == len(measured.asked)
    cases = ElementTree.parse(tmp_path / "junit.xml").findall(".//testcase")
    assert sorted(case.get("name") for case in cases) == ["test_a", "test_b[x y]"]
    failures = [case.get("name") for case in cases for kind in ("failure", "error") if case.find(kind) is not None]
    assert failures == (["test_a"] if done.code in (1, 5) else [])


def test_json_is_one_object(gate):
    told = json.loads(gate(machine(1.2), "--json").out)
    assert (told["exit_code"], told["counts"]["regression"], told["rows"][0]["name"]) == (1, 1, "test_a.py::test_a")
    assert set(told["counts"]) == set(Verdict)


def test_github_gets_annotations_and_a_summary(gate, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    done = gate(machine(1.2), "--github")
    assert "::error" in done.err
    assert "test\\_a" in (tmp_path / "summary").read_text() or "test_a" in (tmp_path / "summary").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--margin", "much"], "--margin much is no share"),
        (["--detect=-1%"], "--detect -1% is no share"),
        (["--margin", "10%"], "--detect 10% is not above --margin 10%"),
        (["--budget", "soon"], "--budget soon is no time"),
        (["--budget", "0s"], "--budget 0s is no time"),
        (["--junit", "nowhere/file"], "cannot write nowhere/file: there is no folder nowhere"),
        (["--record", "nowhere/file"], "cannot write nowhere/file: there is no folder nowhere"),
        (["--record", "."], "cannot write .: it is a folder"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_measured(gate, arguments, said):
    measured = machine()
    done = gate(measured, *arguments)
    assert (done.code, done.out, measured.asked) == (2, "", [])
    assert done.err.startswith(f"Error: {said}")
    assert len(done.err.splitlines()) == 1


def elsewhere(ratio: float, **options) -> subprocess.CompletedProcess:
    """The command in a process of its own, on made up measurements."""
    code = (
        "import sys; from contextlib import contextmanager; from gate_projects import Machine\n"
        "from dlc.cli import gate_opened; from dlc.cli.main import main\n"
        "@contextmanager\ndef opened(asked): yield Machine({'a': %r, 'b': 1.0})\n"
        "gate_opened.opened = opened\n"
        "sys.argv = ['dlc', 'bench', 'gate', '--base', 'x', '--junit', 'junit.xml']; main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.run(
        [sys.executable, "-c", code % ratio], env=environment, text=True, stderr=subprocess.PIPE, **options
    )


def test_a_reader_that_has_left_changes_no_verdict(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    run = elsewhere(1.2, stdout=writing, cwd=tmp_path)
    os.close(writing)
    assert run.returncode == 1, run.stderr
    assert "Traceback" not in run.stderr
    assert "Exception" not in run.stderr
    assert "<failure" in (tmp_path / "junit.xml").read_text()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_a_full_disk_at_the_end_is_no_regression(tmp_path):
    with open("/dev/full", "w") as full:
        run = elsewhere(1.0, stdout=full, cwd=tmp_path)
    assert run.returncode == 5, run.stderr
    assert run.stderr.splitlines()[-1].startswith("Error: No space left on device")


def test_a_file_that_cannot_be_written_keeps_the_table(tmp_path):
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))

    run = elsewhere(1.2, stdout=subprocess.PIPE, cwd=tmp_path, preexec_fn=limited)
    assert run.returncode == 2
    assert len(run.stdout.splitlines()) == 3
    assert "Error: cannot write junit.xml: File too large" in run.stderr
    assert not list(tmp_path.glob("*junit*"))


# What follows starts workers.

WORK = {
    "work.py": SPIN + "\ndef one(): spin(1e-4)\ndef two(): spin(1e-4)\ndef three(): spin(1e-4)\n",
    "tests/test_it.py": "import pytest, work\n@pytest.mark.parametrize('name', ['one', 'two', 'three'])\n"
    "def test_of(benchmark, name): benchmark(getattr(work, name))\n",
}
SLOWER = {"work.py": WORK["work.py"].replace("two(): spin(1e-4)", "two(): spin(1.5e-4)")}


@pytest.fixture
def repo(tmp_path):
    """A repository with a slower head, in a folder with an odd name."""
    folder = write(tmp_path / "a ü repo", {})
    git(folder, "init", "--quiet")
    commit(folder, {f"part/{name}": text for name, text in WORK.items()}, "v1")
    commit(folder, {f"part/{name}": text for name, text in SLOWER.items()}, "v2")
    return folder


def runs(tmp_path: Path) -> list[Path]:
    """Folders of runs that are there."""
    return [path for path in tmp_path.glob("cache/gate/*/run-*") if path.is_dir()]


def workers(tmp_path: Path) -> list[int]:
    """Processes that run in a folder of a side."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            folder = os.readlink(process / "cwd")
        except OSError:
            continue
        if folder.startswith(str(tmp_path / "cache")):
            found.append(int(process.name))
    return found


def until(true, seconds=30.0):
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)
    return found


def test_a_slower_function_is_found_and_no_other(repo, tmp_path):
    """From a folder within the repository, which is a shallow clone, too."""
    clone = tmp_path / "shallow ü"
    git(tmp_path, "clone", "--quiet", "--depth", "2", repo.as_uri(), str(clone))
    command = [*START, "--base", "HEAD~1", "--json", "--record", str(tmp_path / "record"), "--detect", "100%"]
    run = subprocess.run([*command, "--", "tests"], cwd=clone / "part", capture_output=True, text=True)
    told = json.loads(run.stdout)
    assert run.returncode == told["exit_code"] == 1, told
    slower = {row["name"]: row for row in told["rows"] if row["verdict"] == "regression"}
    assert [name.rpartition("::")[2] for name in slower] == ["test_of[two]"]
    (row,) = slower.values()
    assert row["ratio"] == pytest.approx(1.5, rel=0.1)
    assert row["base_s"] == pytest.approx(1e-4, rel=0.1)
    assert len(read_recording(tmp_path / "record")[1]) >= Rule().screen + Rule().looks[0]
    assert not runs(tmp_path)
    assert git(clone, "status", "--porcelain") == ""


def started(repo: Path, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [*START, "--base", "v1", *arguments], cwd=repo / "part", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def test_ctrl_c_keeps_results_and_leaves_nothing(repo, tmp_path):
    run = started(repo, "--record", str(tmp_path / "record"))
    until(lambda: (tmp_path / "record").exists() and len((tmp_path / "record").read_text().splitlines()) > 1)
    until(lambda: workers(tmp_path))
    run.send_signal(signal.SIGINT)
    out, said = run.communicate(timeout=30)
    assert run.returncode == 130, said
    assert len(out.splitlines()) == 4, "the table of what is known"
    assert said.splitlines()[-1] == "Interrupted"
    assert len(read_recording(tmp_path / "record")[1]) >= 1
    assert not workers(tmp_path)
    assert not runs(tmp_path)
    assert git(repo, "worktree", "list").count("\n") == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_after_kill_no_worker_is_left_and_the_next_run_cleans_up(repo, tmp_path):
    hang = "import time\ndef test_it(benchmark):\n    open('hangs', 'w').close()\n    benchmark(time.sleep, 1e9)\n"
    write(repo / "part", {"tests/test_it.py": hang})
    run = started(repo)
    until(lambda: len(list(tmp_path.glob("cache/gate/*/run-*/side-*/part/hangs"))) == 3)
    assert len(workers(tmp_path)) == 3
    run.kill()
    run.communicate()
    until(lambda: not workers(tmp_path), 2.0)
    assert len(runs(tmp_path)) == 1
    write(repo / "part", {"tests/test_it.py": WORK["tests/test_it.py"]})
    again = started(repo, "--budget", "0.1s")
    _, said = again.communicate(timeout=30)
    assert "what an interrupted run has left is removed" in said.lower()
    assert again.returncode == 0, said
    assert not runs(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--base", "v3"], "there is no revision 'v3'"),
        (["--base", "v1", "--head", "v3"], "there is no revision 'v3'"),
        (["--base", "v1", "--", "nowhere.py"], "there is no 'nowhere.py'"),
        (["--base", "true"], "--base true is a command, so --head has to be one, too"),
        (["--base", "true", "--head", "true", "--", "tests"], "commands take no arguments of pytest"),
        ([], "no --base"),
    ],
)
def test_bad_input_is_one_line(dlc, repo, monkeypatch, arguments, said):
    monkeypatch.chdir(repo / "part")
    done = dlc("bench", "gate", *arguments)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert said in done.err


def test_a_cache_that_cannot_be_written_is_no_regression(dlc, repo, monkeypatch, tmp_path):
    monkeypatch.chdir(repo / "part")
    (tmp_path / "file").touch()
    monkeypatch.setenv("DLC_CACHE_DIR", str(tmp_path / "file"))
    done = dlc("bench", "gate", "--base", "v1")
    assert (done.code, len(done.err.splitlines())) == (5, 1)


def test_outside_of_git(dlc, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(write(tmp_path / "plain", WORK))
    done = dlc("bench", "gate", "--base", "main")
    assert done.code == 2
    assert "is not in a Git repository" in done.err
