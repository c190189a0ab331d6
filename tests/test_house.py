"""The house itself: who imports whom, what a wheel holds, what a start must not load."""

import ast
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from dlc.reference.activations import ACTIVATIONS

PACKAGES = ("cli", "kernels", "reference")
OUTSIDE = {
    "reference": {"mpmath"},
    "kernels": {"numpy", "numba", "llvmlite"},
    "cli": {
        "numpy",
        "numba",
        "mpmath",
        "typer",
        "rich",
        "pytest",
        "dlc_gate_code",  # the name of a file of cli in a worker of the gate
        "plotext",
        "pytest_benchmark",
        "cpuinfo",
        "pyarrow",
        "matplotlib",
        "PIL",
        "distributed",
    },
}
INSIDE = {"reference": {"reference"}, "kernels": {"kernels"}, "cli": {"cli", "kernels", "reference"}}


def modules():
    return [path for package in PACKAGES for path in sorted((ROOT / package).glob("*.py"))]


def imports(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", modules(), ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_each_room_imports_only_what_it_may(path):
    room = path.parent.name
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "dlc":
            assert parts[1] in INSIDE[room], f"{path} imports {name}"
        else:
            assert parts[0] in OUTSIDE[room] | set(sys.stdlib_module_names), f"{path} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_a_file_is_read_in_one_sitting(path):
    assert len(path.read_text().splitlines()) <= 450


def test_no_file_is_loaded_twice():
    code = (
        f"root = {str(ROOT)!r} + '/'\n"
        "import sys, pkgutil, importlib, dlc\n"
        "for room in ('cli', 'kernels', 'reference'):\n"
        "    package = importlib.import_module(f'dlc.{room}')\n"
        "    for module in pkgutil.iter_modules(package.__path__):\n"
        "        importlib.import_module(f'dlc.{room}.{module.name}')\n"
        "files = [m.__file__ for m in sys.modules.values() if getattr(m, '__file__', None)]\n"
        "ours = [f for f in files if f.startswith(root) and 'site-packages' not in f]\n"
        "assert len(ours) > 30, ours\n"
        "twice = {f for f in ours if ours.count(f) > 1}\n"
        "assert not twice, twice\n"
        "assert not {'cli', 'kernels', 'reference'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_wheel_holds_every_module(tmp_path):
    clean = tmp_path / "clean"  # what an earlier build left behind must not count
    for package in PACKAGES:
        shutil.copytree(ROOT / package, clean / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clean)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(clean)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    expected = {f"dlc/{path.parent.name}/{path.name}" for path in [*modules(), *ROOT.glob("reference/*.json")]}
    found = {name for name in names if name.startswith("dlc/")}
    assert found == expected
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("entry_points.txt") for name in names)


def loaded_by(*args: str, **environment: str) -> set[str]:
    """The modules loaded when `dlc ARGS` has run."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('\\nLOADED', *sys.modules, file=sys.stderr))\n"
        f"sys.argv = ['dlc', *{args!r}]\n"
        "from dlc.cli.main import main; main()\n"
    )
    import os

    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environment}
    )
    return set(run.stderr.rsplit("LOADED", 1)[1].split())


@pytest.mark.parametrize(
    ("args", "environment"),
    [
        (["--help"], {}),
        (["--version"], {}),
        (["list"], {}),
        (["show", "gelu"], {}),
        (["activation", "gulu", "1"], {}),
        (["activation", "--help"], {}),
        (["optimize", "--help"], {}),
        (["optimize", "adamm"], {}),
        (["bench", "run", "--help"], {}),
        (["check", "nothing"], {}),
        ([], {"_DLC_COMPLETE": "complete_bash", "COMP_WORDS": "dlc activation ge", "COMP_CWORD": "2"}),
    ],
)
def test_what_needs_no_kernel_loads_no_numba(args, environment):
    loaded = loaded_by(*args, **environment)
    assert "typer" in loaded
    assert not {"numba", "llvmlite", "numpy", "mpmath"} & loaded


def test_a_warm_answer_loads_no_numba():
    loaded_by("activation", "gelu", "1")  # compiles where nothing is kept yet
    loaded = loaded_by("activation", "gelu", "1")
    assert "llvmlite" in loaded
    assert "numba" not in loaded
    assert not {"dlc.reference.losses_regression", "dlc.reference.metrics_labels"} & loaded  # of other families


def test_completion_offers_names():
    import os

    environment = {**os.environ, "_DLC_COMPLETE": "complete_bash", "COMP_WORDS": "dlc activation ge", "COMP_CWORD": "2"}
    code = "from dlc.cli.main import main; main()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert run.stdout.split() == [name for name in ACTIVATIONS.names if name.startswith("ge")]


def test_the_licence_of_mnist1d_is_kept():
    text = (ROOT / "LICENSE").read_text()
    assert "Greydanus" in text
    assert "Apache License, Version 2.0" in text
