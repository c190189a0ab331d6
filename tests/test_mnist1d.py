"""MNIST-1D: the recipe's bits, and a cache that heals itself."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from dlc.kernels import mnist1d

# Of the published recipe itself (mnist1d.data.make_dataset, mnist1d 0.0.2, with NumPy 2.4.6 and SciPy 1.17.1).
LABELS = "4f5f4160c519e3c47f9d3e196c161336fcd32126a9efffe4153d6e7c8b73f963"
SIGNALS = "f3f12d4ee1a1913c1529a9d4aaa14656f6d229b2563231af9304cdd270c5650c"


@pytest.fixture(scope="module")
def data():
    return mnist1d.generate()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DLC_CACHE_DIR", str(tmp_path))
    mnist1d.load.cache_clear()
    yield tmp_path / "data"
    mnist1d.load.cache_clear()


def test_shapes_and_scale(data):
    assert data.inputs.shape == (4000, 40)
    assert data.test_inputs.shape == (1000, 40)
    signals = np.concatenate([data.inputs, data.test_inputs])
    assert signals.mean() == pytest.approx(0, abs=1e-12)
    assert signals.std() == pytest.approx(1, abs=1e-12)
    assert (np.bincount(np.concatenate([data.labels, data.test_labels])) == 500).all()


def test_labels_are_the_recipes(data):
    labels = np.concatenate([data.labels, data.test_labels]).astype(np.uint8)
    assert hashlib.sha256(labels.tobytes()).hexdigest() == LABELS


def test_signals_are_the_recipes(data):
    """To nine digits, so that another NumPy's rounding passes; on the one named above every bit is equal."""
    signals = np.concatenate([data.inputs, data.test_inputs])
    rounded = np.round(signals * 1e9).astype(np.int64)
    assert hashlib.sha256(rounded.tobytes()).hexdigest() == SIGNALS


def test_blur_keeps_a_constant_and_spreads_an_impulse():
    assert mnist1d.blur(np.full(30, 2.5)) == pytest.approx(np.full(30, 2.5), rel=1e-14)
    impulse = np.zeros(41)
    impulse[20] = 1.0
    spread = mnist1d.blur(impulse)
    assert spread[20] / spread[22] == pytest.approx(np.exp(0.5), rel=1e-12)  # one sigma away
    assert spread.sum() == pytest.approx(1, rel=1e-14)


def test_second_load_reads_the_file(folder, data, monkeypatch):
    first = mnist1d.load()
    assert [path.name for path in folder.iterdir()] == ["mnist1d.npz"]
    mnist1d.load.cache_clear()
    monkeypatch.setattr(mnist1d, "generate", lambda: pytest.fail("it was generated again"))
    second = mnist1d.load()
    for a, b, c in zip(first, second, data, strict=True):
        assert np.array_equal(a, b)
        assert np.array_equal(a, c)


@pytest.mark.parametrize("damage", ["empty", "cut", "text", "other arrays"])
def test_a_broken_file_is_replaced(folder, data, monkeypatch, damage):
    monkeypatch.setattr(mnist1d, "generate", lambda: data)
    mnist1d.load()
    mnist1d.load.cache_clear()
    path = folder / "mnist1d.npz"
    whole = path.read_bytes()
    if damage == "other arrays":
        np.savez(path, inputs=np.zeros(3))
    else:
        path.write_bytes({"empty": b"", "cut": whole[: len(whole) // 2], "text": b"no archive"}[damage])
    assert np.array_equal(mnist1d.load().inputs, data.inputs)
    assert path.read_bytes() == whole


def test_an_unwritable_folder_is_no_obstacle(folder, data, monkeypatch):
    monkeypatch.setattr(mnist1d, "generate", lambda: data)
    folder.write_text("a file where the folder should be")
    assert np.array_equal(mnist1d.load().inputs, data.inputs)


def test_needs_no_scipy():
    code = "import sys; sys.modules['scipy'] = None; from dlc.kernels import mnist1d; mnist1d.generate()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
