"""What cannot be used is met with one line that says what, which and the remedy; never with a traceback."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder with every kind of bad file, as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "words.csv").write_text("1,2\n3,many\n")
    (tmp_path / "ragged.csv").write_text("1,2\n3\n")
    (tmp_path / "binary.csv").write_bytes(b"\x80\x81\xff")
    (tmp_path / "table.csv").write_text("1,2\n3,4\n")
    (tmp_path / "header_only.csv").write_text("a,b\n")
    (tmp_path / "broken.npy").write_bytes(b"\x93NUMPY\x01")
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "folder.csv").mkdir()
    np.save(tmp_path / "words.npy", np.array(["a", "b"]))
    np.save(tmp_path / "complex.npy", np.array([1j]))
    np.save(tmp_path / "nothing.npy", np.empty((0, 3)))
    np.save(tmp_path / "objects.npy", np.array([None]), allow_pickle=True)
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "text.json").write_text("not json")
    (tmp_path / "empty.json").write_text("")
    return tmp_path


BAD = {
    "unknown command": ("activate relu 1", "activation"),
    "unknown activation": ("activation gulu 1", "did you mean 'glu' or 'gelu'"),
    "activation of another family": ("activation adam 1", "no activation 'adam'"),
    "no name": ("activation", "NAME"),
    "no values": ("activation relu", "no X"),
    "text for a number": ("activation relu 1 two 3", "'two' is not a number"),
    "empty text": ("activation relu ''", "no numbers"),
    "too great a number": ("activation relu 1e999", "write inf"),
    "too great for float32": ("activation relu 1e39 --dtype float32", "--dtype float64"),
    "unknown option": ("activation relu 1 --dytpe float32", "--dytpe"),
    "unknown short option": ("activation relu 1 -z", "'-z'"),
    "unknown type": ("activation relu 1 --dtype float16", "float32 or float64"),
    "option without value": ("activation relu 1 --dtype", "--dtype"),
    "unknown parameter": ("activation leaky_relu 1 -p slope=1", "it has alpha"),
    "misspelt parameter": ("activation leaky_relu 1 -p alhpa=1", "did you mean 'alpha'"),
    "parameter of none": ("activation relu 1 -p alpha=1", "no parameters"),
    "malformed parameter": ("activation leaky_relu 1 -p alpha", "NAME=VALUE"),
    "parameter without value": ("activation leaky_relu 1 -p alpha=", "NAME=VALUE"),
    "parameter is text": ("activation leaky_relu 1 -p alpha=much", "'much' is not a number"),
    "parameter is nan": ("activation leaky_relu 1 -p alpha=nan", "finite"),
    "parameter twice": ("activation leaky_relu 1 -p alpha=1 -p alpha=2", "twice"),
    "parameter outside its domain": ("activation softplus 1 -p beta=0", "beta > 0"),
    "parameters that contradict": ("activation hard_tanh 1 -p low=2", "low < high"),
    "infinite parameter": ("activation leaky_relu 1 -p alpha=inf", "finite"),
    "as no library": ("activation relu 1 --as tensorflow", "choose torch, keras, jax or onnx"),
    "as a library that lacks it": (
        "activation squareplus 1 --as torch",
        "torch has no squareplus; keras and jax have it",
    ),
    "as a library, by another's name": ("activation hard_silu 1 --as torch -p alpha=1", "no parameters"),
    "as a library, and none has it": ("activation sqnl 1 --as jax", "torch, keras, jax and onnx have no sqnl"),
    "as a library, misspelt": ("activation LeakyRelo 1 --as onnx", "or 'LeakyRelu'"),
    "as a library, its parameter twice": (
        "activation leaky_relu 1 --as torch -p alpha=1 -p negative_slope=1",
        "negative_slope is given twice",
    ),
    "as a library, no such parameter": (
        "activation leaky_relu 1 --as torch -p slope=1",
        "did you mean 'negative_slope'",
    ),
    "as a library, out of the domain": ("activation hard_sigmoid 1 --as onnx -p alpha=0", "finite width"),
    "as without library": ("activation relu 1 --as", "--as"),
    "unknown rule for kinks": (
        "activation relu 0 --kink up",
        "choose left, right, mid, zero, torch, keras, jax or onnx",
    ),
    "rule of a library that lacks it": ("activation squareplus 0 --kink torch", "torch has no squareplus"),
    "kinks of a vector function": ("activation softmax 1 2 --kink left", "--kink is for functions of a number"),
    "all of a vector function": ("activation softmax 1 2 --all", "--jacobian"),
    "diff of nothing": ("diff", "NAME"),
    "diff unknown": ("diff gulu", "did you mean 'glu' or 'gelu'"),
    "diff of a problem": ("diff rosenbrock", "no activation, loss, metric, optimizer or norm 'rosenbrock'"),
    "diff at a word": ("diff relu one", "'one' is not a number"),
    "diff in another type": ("diff relu --dtype float16", "float32 or float64"),
    "diff of an odd vector": ("diff glu 1 2 3", "even length, not 3"),
    "diff of a table": ("diff softmax table.csv", "one vector"),
    "range of great exponents": ("activation relu 0:1e999999999:1", "write inf"),
    "range too far": ("activation relu 1e400:1e400:1", "write inf"),
    "half a range": ("activation relu 1:2", "start:stop:step"),
    "range of words": ("activation relu a:b:c", "not a number"),
    "range without step": ("activation relu 1:2:0", "step"),
    "range the wrong way": ("activation relu 1:2:-1", "empty"),
    "endless range": ("activation relu 0:1:1e-12", "at most"),
    "range to infinity": ("activation relu 0:inf:1", "finite"),
    "missing file": ("activation relu missing.csv", "missing.csv: No such file"),
    "folder for a file": ("activation relu folder.csv", "folder.csv"),
    "empty csv": ("activation relu empty.csv", "no numbers"),
    "csv of words": ("activation relu words.csv", "line 2, column 2: 'many'"),
    "ragged csv": ("activation relu ragged.csv", "line 2 has 1 cells"),
    "binary csv": ("activation relu binary.csv", "not a text file"),
    "csv without rows": ("activation relu header_only.csv", "no numbers"),
    "broken npy": ("activation relu broken.npy", "broken.npy"),
    "empty npy": ("activation relu empty.npy", "empty.npy"),
    "npy of words": ("activation relu words.npy", "real numbers"),
    "complex npy": ("activation relu complex.npy", "real numbers"),
    "npy without numbers": ("activation relu nothing.npy", "no numbers"),
    "npy of objects": ("activation relu objects.npy", "objects.npy"),
    "other file": ("activation relu data.txt", ".csv or .npy"),
    "jacobian of a number": ("activation relu 1 --jacobian", "no Jacobian"),
    "jacobian and plot": ("activation softmax 1 2 --jacobian --plot", "choose one"),
    "vector without numbers": ("activation softmax --plot", "takes a vector"),
    "unknown kind": ("list colours", "activation"),
    "show unknown": ("show relu7", "did you mean"),
    "show nothing": ("show", "NAME"),
    "check unknown": ("check gulu", "did you mean"),
    "check no samples": ("check relu --samples 0", "--samples"),
    "check negative samples": ("check relu --samples -5", "--samples"),
    "check samples in words": ("check relu --samples many", "--samples"),
    "proof of a vector function": ("check softmax --exhaustive", "--exhaustive"),
    "proof of an optimizer": ("check adam --exhaustive", "--exhaustive"),
    "unknown optimizer": ("optimize adamm", "did you mean 'adam'"),
    "unknown problem": ("optimize adam --on rosenbrok", "did you mean 'rosenbrock'"),
    "entrant twice": ("optimize adam adam", "twice"),
    "no steps": ("optimize adam --steps 0", "steps"),
    "negative steps": ("optimize adam --steps -3", "steps"),
    "no runs": ("optimize adam --runs 0", "runs"),
    "negative seed": ("optimize adam --seed -1", "seed"),
    "no threads": ("optimize adam --threads 0", "threads"),
    "unknown parameter of an entrant": ("optimize adam:momentum=0.9", "momentum"),
    "malformed parameter of an entrant": ("optimize adam:beta1", "beta1"),
    "parameter of an entrant outside its domain": ("optimize adam:beta1=2", "beta1"),
    "learning rate zero": ("optimize adam:lr=0", "lr"),
    "learning rate nan": ("optimize adam:lr=nan", "lr"),
    "bench unknown": ("bench run gulu", "did you mean"),
    "bench no size": ("bench run relu --size 0", "size"),
    "bench unknown type": ("bench run relu --dtype int8", "float32"),
    "bench no budget": ("bench run relu --budget 0", "budget"),
    "bench into a file": ("bench run relu --storage run.json", "run.json"),
    "compare missing": ("bench compare missing.json run.json", "missing.json"),
    "compare not json": ("bench compare text.json text.json", "text.json"),
    "compare empty": ("bench compare empty.json empty.json", "empty.json"),
    "compare foreign": ("bench compare run.json run.json", "run.json"),
}


@pytest.mark.parametrize(("line", "words"), BAD.values(), ids=BAD)
def test_one_line_and_exit_code_2(dlc, files, line, words):
    import shlex

    result = dlc(*shlex.split(line))
    assert result.code == 2, result
    assert result.out == ""
    assert result.err.startswith("Error: ")
    assert result.err.count("\n") == 1, result.err
    assert words in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(("text", "words"), [("", "no numbers"), ("  \n", "no numbers"), ("1 x", "number 2: 'x'")])
def test_bad_standard_input(dlc, text, words):
    result = dlc("activation", "relu", "-", stdin=text)
    assert result.code == 2
    assert words in result.err


def test_no_standard_input():
    code = "from dlc.cli.start import main; import sys; sys.argv = ['dlc', 'activation', 'relu', '-']; main()"
    run = subprocess.run(f'{sys.executable} -c "{code}" <&-', shell=True, capture_output=True, check=False)
    assert run.returncode == 2
    assert b"no standard input" in run.stderr


def test_binary_standard_input():
    code = "from dlc.cli.start import main; import sys; sys.argv = ['dlc', 'activation', 'relu', '-']; main()"
    run = subprocess.run([sys.executable, "-c", code], input=b"\xff\xfe\x00", capture_output=True, check=False)
    assert run.returncode == 2
    assert run.stderr.count(b"\n") == 1


def test_bad_files_change_nothing(dlc, files):
    before = {path.name for path in files.iterdir()}
    dlc("activation", "relu", "words.csv")
    dlc("bench", "compare", "run.json", "text.json")
    assert {path.name for path in files.iterdir()} == before


@pytest.mark.parametrize(
    "args", [["list"], ["activation", "tanh", "0:9:0.001", "--no-ulp"], ["show", "gelu"], ["--help"]]
)
def test_a_closed_pipe_is_no_error(args):
    code = f"from dlc.cli.start import main; import sys; sys.argv = ['dlc', *{args!r}]; main()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    error = process.stderr.read()
    assert process.wait() == 0
    assert b"Traceback" not in error
    assert b"Error" not in error
    process.stderr.close()


@pytest.mark.parametrize("after", [0.1, 0.3, 8.0])
def test_ctrl_c_in_a_race(after):
    """While the program is loaded, before the race, and in it."""
    code = "import sys; sys.argv = ['dlc', 'optimize', 'adam', '--steps', '100000000']\n"
    code += "print('ready', flush=True)\nfrom dlc.cli.start import main\nmain()\n"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert out == b""
    lines = [line for line in error.decode().splitlines() if not line.startswith("compiling")]
    assert lines == ["Interrupted"]


def test_a_fault_of_ours_is_one_line_too(dlc, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError("oh")

    monkeypatch.delenv("DLC_TRACEBACK", raising=False)
    monkeypatch.setattr("dlc.cli.answer_numbers.quantities", broken)
    result = dlc("activation", "relu", "1")
    assert result.code == 1
    assert "a fault in dlc (ZeroDivisionError: oh)" in result.err
    assert "Traceback" not in result.err
    assert os.environ.get("DLC_TRACEBACK") is None
