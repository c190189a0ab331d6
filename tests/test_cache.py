"""The compile cache: never stale, never endless, and no trouble when it cannot be kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from dlc.kernels import cache, mnist1d
from dlc.kernels.native import native

ASK = "from dlc.cli.main import main; import sys; sys.argv = ['dlc', 'activation', 'relu', '-1', '2']; main()"


def ask(folder: Path, source: Path = ROOT) -> subprocess.CompletedProcess:
    """`dlc activation relu -1 2` with kernels kept in FOLDER, from the package in SOURCE."""
    start = (
        "import sys, types, importlib.machinery as m\n"
        "sys.meta_path = [f for f in sys.meta_path if '__editable__' not in getattr(f, '__module__', '')]\n"
        f"dlc = types.ModuleType('dlc'); dlc.__path__ = [{str(source)!r}]; sys.modules['dlc'] = dlc\n"
    )
    environment = {**os.environ, "DLC_CACHE_DIR": str(folder)}
    return subprocess.run([sys.executable, "-c", start + ASK], capture_output=True, text=True, env=environment)


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("kernels/*/*.kernel"))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A folder with the kernels of one answer, and the run that compiled them."""
    folder = tmp_path_factory.mktemp("compiled")
    return folder, ask(folder)


def test_compiled_once_and_said_so(compiled):
    folder, first = compiled
    second = ask(folder)
    assert first.stdout == second.stdout
    assert "compiling kernels" in first.stderr
    assert second.stderr == ""
    assert len(kept(folder)) == 2


def test_a_change_in_any_kernel_source_is_seen(tmp_path):
    source = tmp_path / "source"
    for room in ("cli", "kernels", "reference"):
        shutil.copytree(ROOT / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    before = ask(tmp_path / "cache", source)
    assert before.stdout.splitlines()[1].split("\t")[2] == "0.0"
    helper = source / "kernels" / "elementary.py"
    text = helper.read_text().replace("y = chosen if condition else otherwise", "y = chosen if condition else 7.0")
    assert text != helper.read_text()
    helper.write_text(text)
    after = ask(tmp_path / "cache", source)
    assert "compiling" in after.stderr
    assert after.stdout.splitlines()[1].split("\t")[2] == "7.0"


@pytest.mark.parametrize("damage", [b"", b"rubbish", None])
def test_a_damaged_file_is_compiled_anew(tmp_path, compiled, damage):
    folder, first = compiled
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    for file in kept(tmp_path):
        file.write_bytes(file.read_bytes()[:-100] if damage is None else damage)
    second = ask(tmp_path)
    assert second.returncode == 0
    assert second.stdout == first.stdout
    assert "compiling" in second.stderr
    assert ask(tmp_path).stderr == ""


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    run = ask(tmp_path / "file")
    assert run.returncode == 0
    assert "-1.0\t0.0" in run.stdout


def test_only_the_newest_folders_stay(tmp_path):
    for age in range(7):
        folder = tmp_path / f"state{age}"
        folder.mkdir()
        (folder / "x.kernel").write_text("")
        os.utime(folder, (1000 - age, 1000 - age))
    cache.prune(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"state{age}" for age in range(cache.KEPT_FOLDERS)]


def test_the_place_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.delenv("DLC_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.root() == tmp_path / "dlc"
    monkeypatch.setenv("DLC_CACHE_DIR", str(tmp_path / "mine"))
    assert cache.root() == tmp_path / "mine"


CALL_EVERY_KERNEL = """
import sys
import numpy as np
from dlc.cli.catalog import array_kernel, loss_kernel
from dlc.cli.loss_samples import samples
from dlc.cli.quantities import quantities
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.losses import LOSSES
for card in ACTIVATIONS.values():
    for dtype in ("float32", "float64"):
        x = np.ones(4, dtype)
        if card.vector:
            y = array_kernel(card)(x, *card.knobs.values())
            array_kernel(card, 1)(x, *card.knobs.values(), v=y)
        else:
            for quantity in quantities(card):
                quantity.kernel(x, *card.knobs.values())
for card in LOSSES.values():
    for dtype in ("float32", "float64"):
        pred, target = next(samples(card, card.knobs, dtype, 1, seed=1))
        loss_kernel(card)(pred, target, *card.knobs.values())
"""


def test_every_kept_kernel_loads_without_numba():
    """Code that needs anything of Numba's would end the process that loads it."""
    exec(CALL_EVERY_KERNEL, {})
    code = CALL_EVERY_KERNEL + "print('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


def test_code_that_needs_numba_is_refused():
    def loop(x, v, out, scratch, params, rows, columns, width, extra):
        np.empty(columns)  # allocates
        raise ValueError("no kernel may")

    with pytest.raises(RuntimeError, match="which only Numba has"):
        native("a.loop_that_raises", "float64", lambda: loop)


@pytest.mark.parametrize("names", [["mnist1d_softmax", "mnist1d_mlp"], ["relu", "softmax"]])
def test_kernels_of_different_processes_are_not_confused(tmp_path, names):
    """Numba tells functions of one name apart by a number, which another process may give to another function."""
    environment = {**os.environ, "DLC_CACHE_DIR": str(tmp_path)}
    (tmp_path / "data").mkdir()
    mnist1d.load()
    shutil.copy(cache.root() / "data" / "mnist1d.npz", tmp_path / "data")

    def check(*chosen: str) -> str:
        code = f"import sys; sys.argv = ['dlc', 'check', *{chosen!r}, '--samples', '60']\n"
        code += "from dlc.cli.start import main; main()"
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment).stdout

    apart = [check(name).splitlines()[1:] for name in names]
    for order in (names, names[::-1]):
        together = check(*order).splitlines()[1:]
        assert sorted(together) == sorted(line for lines in apart for line in lines)
