"""Sides of the gate: small repositories are compared as a user's would be."""

import errno
import itertools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from dlc.cli import gate_git, gate_install
from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.gate_definitions import Definitions, arguments
from dlc.cli.gate_sides import sides

BENCH = "from pkg import value\n\ndef test_speed(benchmark):\n    benchmark(value)\n"
BUILT = "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'setuptools.build_meta'\n[project]\nname = 'pkg'\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DLC_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def git(folder: Path, *args: str) -> str:
    who = ["-c", "user.name=n", "-c", "user.email=e@e", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *who, "-C", str(folder), *args], check=True, capture_output=True, text=True
    ).stdout.strip()


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def commit(folder: Path, files: dict[str, str], tag: str) -> None:
    write(folder, files)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", tag)
    git(folder, "tag", tag)


@pytest.fixture
def repo(tmp_path):
    """Two commits, v1 and v2: the value is 1, then 2."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, {"src/pkg/__init__.py": "def value():\n    return 1\n", "tests/test_speed.py": BENCH}, "v1")
    commit(folder, {"src/pkg/__init__.py": "def value():\n    return 2\n"}, "v2")
    return folder


def ask(side, code: str) -> str:
    run = subprocess.run([side.python, "-c", code], cwd=side.root, env=side.env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def value(side, package: str = "pkg") -> str:
    return ask(side, f"import {package} as p; print(p.value())")


def state_of(folder: Path) -> list[str]:
    asked = [git(folder, *command.split()) for command in ("status --porcelain", "worktree list", "stash list")]
    return [*asked, (folder / ".git" / "index").read_bytes().hex()]


def left(tmp_path: Path) -> list[str]:
    return [path.name for path in tmp_path.glob("cache/gate/*/run-*") if path.is_dir()]


def test_each_side_imports_its_own_revision(repo, tmp_path):
    before = state_of(repo)
    with sides(repo, "v1", "v2", install="none") as pair:
        assert [value(side) for side in (pair.base, pair.head, pair.control)] == ["1", "2", "1"]
        roots = {side.root for side in (pair.base, pair.head, pair.control)}
        assert len(roots) == 3
        assert len({len(str(root)) for root in roots}) == 1
        assert len({sum(map(len, side.env.values())) for side in (pair.base, pair.head, pair.control)}) == 1
        assert (
            pair.base.env["NUMBA_CACHE_DIR"] == pair.control.env["NUMBA_CACHE_DIR"] != pair.head.env["NUMBA_CACHE_DIR"]
        )
        assert pair.base.label == git(repo, "rev-parse", "--short", "v1")
        assert git(pair.base.root, "describe", "--tags") == "v1"  # as a build that asks Git for its version
        assert state_of(repo) == before  # not even while it runs
        caches = pair.base.env["NUMBA_CACHE_DIR"], pair.base.root
    assert state_of(repo) == before
    assert left(tmp_path) == []
    with sides(repo, "v1", "v2", install="none") as pair:  # what is compiled can be found again
        assert (pair.base.env["NUMBA_CACHE_DIR"], pair.base.root) == caches
        assert not pair.notes


def test_the_working_tree_is_taken_as_it_is(repo):
    write(
        repo,
        {
            "src/pkg/__init__.py": "def value():\n    return 3\n",
            "new.py": "",
            ".gitignore": "junk\n",
            "junk": "",
            "a ü": "",
        },
    )
    commit(repo, {"gone.py": "", "staged.py": ""}, "v3")
    (repo / "gone.py").unlink()
    git(repo, "rm", "--quiet", "staged.py")
    write(repo, {"src/pkg/__init__.py": "def value():\n    return 4\n", "new2.py": ""})
    before = state_of(repo)
    with sides(repo, "v1", install="none") as pair:
        assert value(pair.head) == "4"
        assert {path.name for path in pair.head.root.iterdir()} >= {"new.py", "new2.py", "a ü"}
        assert not [name for name in ("gone.py", "staged.py", "junk") if (pair.head.root / name).exists()]
        assert any("not committed: 4 files" in note and "new2.py" in note for note in pair.notes)
    assert state_of(repo) == before


def test_a_sparse_working_tree_lacks_nothing(repo):
    commit(repo, {"other/data.txt": "x"}, "v3")
    git(repo, "sparse-checkout", "set", "src", "tests")
    assert not (repo / "other").exists()
    with sides(repo, "v1", install="none") as pair:
        assert (pair.head.root / "other/data.txt").read_text() == "x"
        assert not pair.notes


def test_compiled_code_is_kept_for_what_it_depends_on(repo):
    """Not for each state of the repository: a change of tests or documents would compile everything again."""
    seen = []
    for change in (
        {},
        {"README.md": "new", "tests/test_speed.py": BENCH + "\n"},
        {"src/pkg/more.py": "x = 1\n"},
        {"tests/helper.py": "@njit(cache=True)\ndef f(): ...\n"},
        {"tests/test_speed.py": BENCH},
    ):
        write(repo, change)
        with sides(repo, "v1", install="none") as pair:
            seen.append((pair.base.env["NUMBA_CACHE_DIR"], pair.head.env["NUMBA_CACHE_DIR"]))
    base, head = zip(*seen, strict=True)
    assert [first == second for first, second in itertools.pairwise(base)] == [True, True, False, False]
    assert [first == second for first, second in itertools.pairwise(head)] == [True, False, False, False]


def test_other_dependencies_are_noted(repo):
    commit(repo, {"pyproject.toml": BUILT + "version = '1'\ndependencies = ['numpy']\n"}, "v3")
    with sides(repo, "v1", "v3", install="none") as pair:
        assert pair.notes == (f"base and head need different packages; both run with what {sys.executable} has",)


def test_a_clean_working_tree_is_its_commit(repo):
    with sides(repo, "v2", install="none") as pair:
        assert pair.head.env["NUMBA_CACHE_DIR"] == pair.base.env["NUMBA_CACHE_DIR"]
        assert pair.head.label == "working tree"
        assert pair.notes == ("base and head are the same code",)


def test_the_heads_benchmarks_run_on_both_sides(repo):
    conftest = {"tests/conftest.py": "x = 2\n", "tests/helper.py": "", "tests/data/in.json": "{}"}
    config = {"pytest.ini": "[pytest]\n", "src/pkg/core.py": "head = True\n"}
    commit(repo, {"tests/test_speed.py": BENCH + "\ndef test_other(): pass\n", **conftest, **config}, "v3")
    git(repo, "checkout", "--quiet", "-b", "old", "v1")
    commit(repo, {"tests/sub/conftest.py": "raise SystemExit\n", "tests/test_gone.py": BENCH}, "other")
    with sides(repo, "other", "v3", install="none", paths=["tests/test_speed.py::test_speed", "-x"]) as pair:
        for side in (pair.base, pair.control):
            assert "test_other" in (side.root / "tests/test_speed.py").read_text()
            assert all((side.root / name).exists() for name in [*conftest, "pytest.ini", "tests/test_gone.py"])
            assert not (side.root / "tests/sub/conftest.py").exists()
            assert not (side.root / "src/pkg/core.py").exists()
            assert value(side) == "1"
        assert pair.args == ("tests/test_speed.py::test_speed", "-x")
        (note,) = pair.notes
        assert "6 files" in note
        assert pair.head.label in note


@pytest.mark.parametrize(
    ("name", "is_definition"),
    [
        ("pkg/core.py", False),
        ("pkg/bench.py", False),
        ("pkg/bench_core.py", False),
        ("pkg/test/client.py", False),
        ("pkg/benchmarks/core.py", False),
        ("pkg/tests/helper.py", True),
        ("pkg/test_core.py", True),
        ("src/space/perf_loop.py", False),
        ("bench/__init__.py", False),  # the package that is built is called so
        ("bench/core.py", False),
        ("speed_core.py", True),  # by python_files
        ("bench_core.py", True),
        ("mine.py", False),  # though `python_files = *.py`
        ("benchmarks/loop.py", True),
        ("benchmarks/data/in.bin", True),
        ("tests/inner/helper.py", True),
        ("docs/conftest.py", True),
        ("docs/conf.py", False),
        ("perf_tool/core.py", False),
    ],
)
def test_no_source_of_the_package_is_a_definition(tmp_path, name, is_definition):
    write(tmp_path, {"pkg/__init__.py": "", "pkg/benchmarks/__init__.py": "", "pkg/test/__init__.py": ""})
    write(tmp_path, {"pytest.ini": "[pytest]\npython_files = test_*.py speed_*.py *.py\n", name: ""})
    found = Definitions.of(tmp_path, tmp_path, [tmp_path], {"bench"}).files
    assert (Path(name) in found) == is_definition


def test_own_sources_that_sound_like_benchmarks_are_none(tmp_path):
    definitions = Definitions.of(ROOT, ROOT, [ROOT / "cli", ROOT / "kernels", ROOT / "reference"], {"dlc"})
    assert {file.name for file in definitions.files} <= {"pyproject.toml"}


def test_arguments_mean_the_same_in_a_side(repo, tmp_path):
    write(repo, {"bench/x.py": "", "pytest.ini": "[pytest]\ntestpaths = tests\n"})
    absolute = str(repo / "tests" / "test_speed.py")
    asked = arguments([f"{absolute}::test_speed[a=1]", f"--ignore={repo}/bench"], repo, repo, repo)
    assert asked.given == ("tests/test_speed.py::test_speed[a=1]", "--ignore=bench")
    assert asked.paths == (Path(absolute),)
    assert set(arguments(["-k", "bench"], repo, repo, repo).paths) == {repo / "tests", repo / "bench"}
    for bad in (["nothing.py"], [str(tmp_path)], ["../.."], [""]):
        with pytest.raises(BadInputError, match="there is no"):
            arguments(bad, repo, repo, repo)


def test_a_project_in_a_folder_of_its_repository(tmp_path):
    git(tmp_path, "init", "--quiet", "repo")
    repo = tmp_path / "repo"
    commit(repo, {"conftest.py": "", "part/pkg.py": "def value(): return 1\n", "part/test_a.py": BENCH}, "v1")
    commit(repo, {"conftest.py": "x = 1\n", "part/pkg.py": "def value(): return 2\n"}, "v2")
    with sides(repo / "part", "v1", install="none") as pair:
        assert (value(pair.base), value(pair.head)) == ("1", "2")
        assert pair.base.root.name == "part"
        assert (pair.base.root.parent / "conftest.py").read_text() == "x = 1\n"


def test_a_build_is_each_sides_own_and_kept(repo, tmp_path, monkeypatch):
    """The package is a namespace mapped from folders of other names, and another copy is on the path."""
    mapping = "[tool.setuptools]\npackages = ['space.inner']\npackage-dir = {'space.inner' = 'inner'}\n"
    setup = (
        "import pathlib, setuptools\nfor name in ('made', 'tracked'):\n"
        "    pathlib.Path(f'inner/_{name}.py').write_text('made = True')\nsetuptools.setup()\n"
    )
    files = {"pyproject.toml": BUILT + "version = '1'\n" + mapping, "setup.py": setup, ".gitignore": "_made.py\n"}
    files["inner/_tracked.py"] = ""
    commit(repo, {"inner/__init__.py": "from ._made import made\ndef value(): return 1\n", **files}, "v3")
    commit(repo, {"inner/__init__.py": "from ._made import made\ndef value(): return 2\n"}, "v4")
    write(tmp_path, {"foreign/space/inner/__init__.py": "def value(): return 3\n"})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "foreign"))
    told = []
    for _ in range(2):
        with sides(repo, "v3", "v4", progress=told.append) as pair:
            assert [value(each, "space.inner") for each in (pair.base, pair.head, pair.control)] == ["1", "2", "1"]
            where = [ask(each, "import space.inner as p; print(p.__file__)") for each in (pair.base, pair.head)]
            assert len({len(file) for file in where}) == 1
            assert pair.strays([*where, str(repo / "x.py"), os.__file__]) == [str(repo / "x.py")]
            for side in (pair.base, pair.control):
                assert (side.root / "inner/_made.py").exists()
                assert (side.root / "inner/_tracked.py").read_text() == "made = True"
            assert pair.base.env["NUMBA_CACHE_DIR"] == pair.control.env["NUMBA_CACHE_DIR"]
            assert not (pair.base.root / "build").exists()
    assert len(told) == 2  # of two runs with three sides


def test_a_build_that_fails_says_why_and_for_which_side(repo, tmp_path):
    words = r"install command failed for base \([0-9a-f]+\): no such luck"
    with pytest.raises(BadInputError, match=words), sides(repo, "v1", install="echo no such luck >&2; exit 3"):
        pass
    assert left(tmp_path) == []


def test_a_command_can_build(repo):
    command = 'mkdir "$SITE/pkg"; echo "def value(): return 7" > "$SITE/pkg/__init__.py"; touch made.txt'
    with sides(repo, "v1", install=command) as pair:
        assert value(pair.base) == "7"
        assert (pair.control.root / "made.txt").exists()


def test_two_environments_need_no_repository(tmp_path):
    write(tmp_path / "plain", {"pkg.py": "def value(): return 1\n", "test_a.py": BENCH, ".venv/pyvenv.cfg": ""})
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    other.chmod(0o755)
    with sides(tmp_path / "plain", "", base_python=str(other)) as pair:
        assert (pair.base.label, pair.head.label) == (str(other), sys.executable)
        assert value(pair.base) == value(pair.head) == "1"
        assert pair.base.root != pair.head.root
        assert not (pair.base.root / ".venv").exists()


def test_a_package_that_is_installed_in_both_environments_is_timed(repo, tmp_path, monkeypatch):
    commit(repo, {"pyproject.toml": BUILT + "version = '2'\n"}, "v3")
    info = {"METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 1.5\n", "RECORD": "pkg/__init__.py,,\n"}
    files = {f"pkg-1.5.dist-info/{name}": text for name, text in info.items()}
    write(tmp_path / "env", {"pkg/__init__.py": "def value(): return 9\n", **files})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "env"))
    with sides(repo, "", head_python=sys.executable) as pair:
        assert value(pair.base) == value(pair.head) == "9"
        assert (pair.head.root / "tests/test_speed.py").exists()
        assert any("what is installed: base 1.5 of" in note for note in pair.notes)


def fake_python(path: Path, version: str) -> str:
    """An interpreter that says it is VERSION."""
    code = f"import platform, sys; platform.python_version = lambda: '{version}'; exec(sys.argv.pop(1))"
    path.write_text(f'#!/bin/sh\nshift\nexec "{sys.executable}" -c "{code}" "$@"\n')
    path.chmod(0o755)
    return str(path)


def test_mixed_pythons_must_be_asked_for(repo, tmp_path):
    other = fake_python(tmp_path / "other", "3.99.0")
    with pytest.raises(BadInputError, match=r"base would run Python 3[.]99"), sides(repo, "v1", base_python=other):
        pass
    with sides(repo, "v1", base_python=other, head_python=sys.executable, install="none") as pair:
        assert any("different Pythons: base 3.99.0" in note for note in pair.notes)


def test_an_interpreter_without_pytest_benchmark(repo, tmp_path):
    other = tmp_path / "bare"
    other.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    other.chmod(0o755)
    words = "there is no pytest and no pytest_benchmark"
    with pytest.raises(BadInputError, match=words), sides(repo, "v1", base_python=str(other), install="none"):
        pass
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("base", "options", "words"),
    [
        ("v9", {}, "no revision 'v9'.*did you mean v"),
        ("", {}, "no --base"),
        ("v1", {"base_python": "nothing-here"}, "--base-python nothing-here: there is no interpreter"),
        ("v1", {"head_python": "/etc"}, "--head-python /etc: there is no interpreter"),
        ("v1", {"base_python": shutil.which("true")}, "is no Python that can be used"),
        ("v1", {"paths": ["nothing/here.py"]}, "there is no 'nothing/here.py' in the head"),
        ("--upload-pack=x", {}, "no revision"),
    ],
)
def test_bad_input_names_what_and_the_remedy(repo, tmp_path, base, options, words):
    with pytest.raises(BadInputError, match=words), sides(repo, base, install="none", **options):
        pass
    assert left(tmp_path) == []


def test_folders_that_have_no_revisions(repo, tmp_path):
    bare, empty, plain = (tmp_path / name for name in ("bare", "empty", "plain"))
    git(tmp_path, "clone", "--quiet", "--bare", str(repo), str(bare))
    git(tmp_path, "init", "--quiet", str(empty))
    plain.mkdir()
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repo}", str(shallow))
    for folder, words in (
        (bare, "without a working tree"),
        (empty, "no commits yet"),
        (plain, "not in a Git repository"),
        (shallow, "fetch-depth: 0"),
        (tmp_path / "missing", "no folder"),
    ):
        with pytest.raises(BadInputError, match=words), sides(folder, git(repo, "rev-parse", "v1")):
            pass
    with sides(shallow, "HEAD", install="none") as pair:
        assert value(pair.base) == "2"


def test_a_name_that_is_not_text_and_a_project_that_the_base_lacks(repo, tmp_path):
    name = os.fsdecode(b"caf\xe9.txt")
    (repo / name).write_text("")
    with sides(repo, "v1", install="none") as pair:
        assert (pair.head.root / name).exists()
        assert any("caf" in note and note.isprintable() for note in pair.notes)
    commit(repo, {"part/test_a.py": BENCH}, "v3")
    with pytest.raises(BadInputError, match="has no folder part"), sides(repo / "part", "v1"):
        pass


def test_a_hook_may_call_the_gate(repo, tmp_path, monkeypatch):
    """What Git tells a hook is about another repository and index; no hook of the repository runs."""
    write(repo, {".git/hooks/post-checkout": f"#!/bin/sh\ntouch {tmp_path}/ran\n"})
    (repo / ".git/hooks/post-checkout").chmod(0o755)
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    with sides(repo, "v1", install="none") as pair:
        assert value(pair.base) == "1"
        assert not [name for name in pair.base.env if name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")]
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_a_filter_that_is_not_installed_is_noted(repo):
    commit(repo, {".gitattributes": "*.bin filter=big\n", "x.bin": "pointer"}, "v3")
    git(repo, "config", "filter.big.smudge", "there-is-no-such-filter")
    git(repo, "config", "filter.big.required", "true")
    with sides(repo, "v3", "v3", install="none") as pair:
        assert (pair.base.root / "x.bin").read_text() == "pointer"
        assert any("without Git's filters" in note for note in pair.notes)


def test_a_full_disk_is_one_line_and_leaves_nothing(repo, tmp_path, monkeypatch):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(gate_git.shutil, "copy2", full)
    with pytest.raises(FailedError, match=r"disk is full: make room for .*gate"), sides(repo, "v1", install="none"):
        pass
    assert left(tmp_path) == []
    with pytest.raises(OSError, match="No space left"):  # as Git and pip report it
        gate_git.reason(b"fatal: cannot write: No space left on device", repo)


def test_an_interruption_leaves_nothing(repo, tmp_path, monkeypatch):
    before = state_of(repo)

    def interrupted(*args, **options):
        raise KeyboardInterrupt

    def interrupted_in_use(pair):
        (pair.base.root / "made").mkdir(0o500)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), sides(repo, "v1", install="none") as pair:
        interrupted_in_use(pair)
    monkeypatch.setattr(gate_install, "check", interrupted)
    with pytest.raises(KeyboardInterrupt), sides(repo, "v1", install="none"):
        pass
    assert left(tmp_path) == []
    assert state_of(repo) == before


def test_what_a_killed_run_leaves_is_removed_by_the_next_but_no_running_one_is(repo, tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from dlc.cli.gate_sides import sides\n"
        "with sides(Path(sys.argv[1]), 'v1', install='none') as pair: print(pair.base.root, flush=True); time.sleep(60)"
    )
    before = state_of(repo)
    process = subprocess.Popen([sys.executable, "-c", code, str(repo)], stdout=subprocess.PIPE, text=True)
    try:
        theirs = Path(process.stdout.readline().strip())
        with sides(repo, "v1", install="none") as pair:  # both at once
            assert pair.base.root.parent != theirs.parent
            assert theirs.exists()
            assert not pair.notes
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert theirs.exists()
    assert state_of(repo) == before  # even now
    with sides(repo, "v1", install="none") as pair:
        assert pair.notes == (f"what an interrupted run has left is removed ({theirs.parent.name})",)
        assert pair.base.root == theirs
    assert left(tmp_path) == []


def test_a_cache_within_the_working_tree_is_not_copied(repo, monkeypatch):
    monkeypatch.setenv("DLC_CACHE_DIR", str(repo / "kept"))
    for _ in range(2):
        with sides(repo, "v2", install="none") as pair:
            assert not (pair.head.root / "kept").exists()
            assert pair.notes == ("base and head are the same code",)


def test_few_builds_and_caches_are_kept(repo, tmp_path):
    for _ in range(2):
        with sides(repo, "v1", install="true") as pair:
            (home,) = tmp_path.glob("cache/gate/*")
            kept = {kind: {path.name for path in (home / kind).iterdir()} for kind in ("builds", "caches")}
            assert Path(pair.base.env["NUMBA_CACHE_DIR"]).parent.name in kept["caches"]
            for path in (home / kind / f"old{number}" for kind in kept for number in range(6)):
                path.mkdir(exist_ok=True)
                os.utime(path, (1, 1))
    assert all(len(names) == 4 and sum(not name.startswith("old") for name in names) == 2 for names in kept.values())


def test_own_package_comes_from_the_side(tmp_path):
    """dlc is mapped from folders, and installed in editable mode where it is developed."""
    repo = tmp_path / "repo"
    for room, name in (("cli", "errors.py"), ("kernels", "cache.py")):
        write(repo, {f"{room}/{file}": (ROOT / room / file).read_text() for file in ("__init__.py", name)})
    git(tmp_path, "init", "--quiet", "repo")
    commit(repo, {"tests/test_a.py": ""}, "v1")
    with sides(repo, "v1", install='mkdir "$SITE/dlc" && cp -R cli kernels "$SITE/dlc"') as pair:
        code = "import json, dlc.kernels.cache as c, dlc.cli.errors as e; print(json.dumps([c.__file__, e.__file__]))"
        found = [json.loads(ask(side, code)) for side in (pair.base, pair.head, pair.control)]
        for files in found:
            assert all(Path(file).is_relative_to(pair.folder) for file in files)
        assert len({*map(tuple, found)}) == 3
        assert len({len(file) for files in found for file in files}) == 2
