"""Numbers from arguments, ranges, standard input and files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.cli.errors import BadInputError
from dlc.cli.values import arithmetic_range, as_type, read


def test_arguments_keep_their_order():
    assert read(["3", "-1e-3", "0.5,2", "1:2:0.5", "inf"]).tolist() == [3, -1e-3, 0.5, 2, 1, 1.5, 2, np.inf]


def test_ranges_are_exact_decimals_and_include_their_end():
    assert arithmetic_range("-1:1:0.1", "X")[-8:] == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    assert arithmetic_range("2:0:-1", "X") == [2, 1, 0]
    assert arithmetic_range("0:1:0.3", "X") == [0, 0.3, 0.6, 0.9]


@given(st.floats(allow_nan=False))
def test_any_float_reads_back(x):
    assert read([repr(x)]).tolist() == [x]


@pytest.mark.parametrize("text", ["1 2\n3", "1,2,3", " 1,\t2 ,\n\n3 ", "1\r\n2\r\n3\r\n"])
def test_standard_input_in_any_layout(monkeypatch, text):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert read(["-"]).tolist() == [1, 2, 3]


def test_csv_is_a_table(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("\ufeffa,b\n1, 2\n\n3,4e0\n")
    assert read([str(file)]).tolist() == [[1, 2], [3, 4]]
    assert read([str(file), "5"]).tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "float16", "bool"])
def test_npy_keeps_shape_and_float_type(tmp_path, dtype):
    file = tmp_path / "t.npy"
    np.save(file, np.ones((2, 3), dtype))
    values = read([str(file)])
    assert values.shape == (2, 3)
    assert values.dtype == (dtype if dtype in ("float32", "float64") else "float64")


def test_float32_cannot_hold_everything():
    with pytest.raises(BadInputError, match="float32"):
        as_type(np.array([1e39]), "float32")
    assert as_type(np.array([np.inf, 1e38]), "float32").tolist() == [np.inf, np.float32(1e38)]
