"""Data sets as chunks of numbers: every format, every bad row, and memory."""

import csv
import gzip
import io
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.cli import tables_text
from dlc.cli.errors import BadInputError
from dlc.cli.tables import BadRows, open_table
from dlc.kernels.csv import MOST_NOTES, Parser


def read(path, *columns, skip=False, **options):
    """All rows of a table: their lines, and their numbers."""
    bad = BadRows(skip=skip)
    with open_table(str(path)) as table:
        chunks = list(table.chunks(table.find(columns), bad=bad, **options))
    lines = np.concatenate([chunk.lines for chunk in chunks]).tolist()
    return lines, np.concatenate([chunk.values for chunk in chunks]).tolist(), bad


@pytest.fixture
def written(tmp_path):
    def write(text, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def parsed(text, cells=1, columns=(0,)):
    return Parser(separator=",", cells=cells, columns=list(columns))(text.encode(), is_last=True)


def numbers_of(texts):
    """What the kernel, and Python for odd cells, make of a column."""
    found = parsed("\n".join(texts))
    values = found.table[:, 1].tolist()
    for odd in found.odd:
        values[odd.row] = float(odd.text)
    return values


def same(a, b):
    return np.array_equal(np.array(a).view(np.int64), np.array(b).view(np.int64))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
@settings(deadline=None)
def test_shortest_decimals_are_read_back(values):
    assert same(numbers_of([repr(value) for value in values]), values)


DIGITS = st.text("0123456789", min_size=1, max_size=25)
DECIMALS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", " ", "+", "-", " -"]),
    st.one_of(DIGITS, DIGITS.map("{}.".format), DIGITS.map(".{}".format), st.builds("{}.{}".format, DIGITS, DIGITS)),
    st.one_of(st.just(""), st.integers(-400, 400).map("e{}".format), st.integers(0, 99).map("E+{} ".format)),
)


@given(st.lists(DECIMALS, min_size=1, max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_decimal_is_what_python_makes_of_it(texts):
    assert same(numbers_of(texts), [float(text) for text in texts])


@given(st.integers(2**52, 2**53 - 1), st.integers(-80, 12))
@settings(deadline=None)
def test_numbers_halfway_between_two_floats(mantissa, shift):
    from fractions import Fraction

    exact = Fraction(2 * mantissa + 1) * Fraction(2) ** shift
    texts = [f"{numerator}e{-shift}" for shift in (0, 17, 18, 30) if (numerator := round(exact * 10**shift))]
    assert same(numbers_of(texts), [float(text) for text in texts])


@pytest.mark.parametrize(
    "text",
    ["9007199254740993", "9007199254740992.5", "1e22", "1e23", "8.98846567431158e307", "2.2250738585072014e-308",
     "2.225073858507201e-308", "5e-324", "4.9e-324", "1e-400", "1.7976931348623157e308", "0e999", "-0", "-0.0e5",
     "00000000000000000000000001.5", "0.000000000000000000000000000000123", "18446744073709551615", "1e0000000005",
     "123456789012345678", "12345678901234567890123", "0.1234567812345678", "inf", "-infinity", "1_000"],
)  # fmt: skip
def test_numbers_at_the_edges(text):
    assert same(numbers_of([text]), [float(text)])


@pytest.mark.parametrize(
    "text", ["", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "1 2", "--1", "nan1", "1,", '"1', '"1"2']
)
def test_what_is_no_number_is_odd(text):
    (odd,) = parsed(f"7,{text}\n" if text != "1," else "7,1;\n", cells=2, columns=[1]).odd
    assert (odd.line, odd.column) == (1, 0)


CELLS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**6), 10**6).map(str),
    st.text(st.sampled_from('ab ",\n;x1.'), max_size=6),
)


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=20),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.integers(1, 40),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_any_text_in_pieces_of_any_size_is_cut_as_by_the_csv_module(rows, newline, quoting, size, ends):
    text, expected = "", []
    for row in rows:
        expected.append((text.count("\n") + 1, [number_or_text(cell) for cell in row]))
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=newline, quoting=quoting).writerow(row)
        text += out.getvalue()
    text = text if ends else text.removesuffix(newline)
    parse = Parser(separator=",", cells=3, columns=[0, 1, 2])
    found, left, lines = [], b"", 0
    blocks = [text.encode()[i : i + size] for i in range(0, len(text), size)]
    for block in [*blocks, b""]:
        piece = parse(left + block, is_last=not block)
        here = [(lines + int(line), cells) for line, *cells in piece.table.tolist()]
        for odd in piece.odd:
            assert here[odd.row][0] == lines + odd.line
            cells = next(csv.reader(io.StringIO(odd.text.decode().rstrip("\r"), newline="")), [""])
            here[odd.row][1][odd.column] = number_or_text(cells[0])
        found += here
        left, lines = (left + block)[piece.consumed :], lines + piece.lines
    assert left == b""
    assert found == expected


def number_or_text(cell):
    try:
        return float(cell)
    except ValueError:
        return cell.strip()


def test_more_odd_cells_than_the_kernel_has_notes_for():
    count = 3 * MOST_NOTES
    found = parsed("x,1\n1\n" * count, cells=2, columns=[0, 1])
    assert len(found.odd) == 2 * count
    assert [odd.line for odd in found.odd] == list(range(1, 2 * count + 1))
    assert [odd.row for odd in found.odd[::2]] == list(range(count))
    assert found.table[:, 0].tolist() == list(range(1, 2 * count, 2))
    assert found.lines == 2 * count


TEXTS = {
    "without names": ("1,2\n3,4\n", ["1", "2"], [1, 2]),
    "with names": ("a,b\n1,2\n3,4\n", ["a", "b"], [2, 3]),
    "names quoted over lines": ('"a\nx",b\n1,2\n3,4\n', ["a\nx", "b"], [3, 4]),
    "semicolons": ("a;b\n1;2\n3;4", ["a", "2"], [2, 3]),
    "tabs": ("a\tb\n1\t2\n3\t4", ["1", "b"], [2, 3]),
    "empty lines": ("\n  \na,b\n\n1,2\n\r\n \n3,4\n\n", ["a", "b"], [5, 8]),
    "windows": ("\ufeffa,b\r\n1,2\r\n3,4\r\n", ["a", "b"], [2, 3]),
    "spaces": (" a , b\n 1 , 2 \n\t3,4\t\n", ["a", "b"], [2, 3]),
    "quoted": ('"a","b"\n"1","2"\n"3", "4" \n', ["a", "b"], [2, 3]),
    "texts beside": ('a,note,b\n1,"x, ""y""\nz",2\n3,,4\n', ["a", "b"], [2, 4]),
}


@pytest.mark.parametrize(("text", "columns", "lines"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("block", [7, tables_text.BLOCK])
@pytest.mark.parametrize("packed", [False, True])
def test_text_of_any_kind(written, monkeypatch, text, columns, lines, block, packed):
    monkeypatch.setattr(tables_text, "BLOCK", block)
    path = written(gzip.compress(text.encode()), "t.csv.gz") if packed else written(text)
    assert read(path, *columns)[:2] == (lines, [[1.0, 2.0], [3.0, 4.0]])


def test_a_first_line_with_a_number_is_a_row(written):
    assert read(written("2,name\n3,x\n"), "1")[1] == [[2.0], [3.0]]


def test_columns_in_any_order_and_twice(written):
    path = written("a,b,c\n1,2,3\n")
    assert read(path, "c", "a", "3", "b")[1] == [[3.0, 1.0, 3.0, 2.0]]


def test_tsv_has_tabs_whatever_is_in_its_cells(written):
    assert read(written("a,b\tc\n1\t2\n", "t.tsv"), "a,b", "c")[1] == [[1.0, 2.0]]


BAD_ROWS = {
    "no number": ("1,2\n3,many\n5,6\n", 2, "column 2: 'many' is not a number"),
    "named column": ("a,b\n1,2\n\n3,many\n5,6\n", 4, "column 'b': 'many' is not a number"),
    "empty cell": ("1,2\n,4\n5,6\n", 2, "column 1 is empty"),
    "nan": ("1,2\n3,NaN\n5,6\n", 2, "column 2 is NaN"),
    "too great": ("1,2\n3,1e999\n5,6\n", 2, "beyond the greatest float64"),
    "too few cells": ("1,2\n3\n5,6\n", 2, "1 cells, the first row has 2"),
    "too many cells": ("1,2\n3,4,5\n5,6\n", 2, "3 cells, the first row has 2"),
    "binary": (b"1,2\n\xff\xfe,4\n5,6\n", 2, "is not a number"),
    "long": ("1,2\n" + "x" * 100 + ",4\n5,6\n", 2, "x'... is not a number"),
    "quoted line break": ('1,2\n"3\n4",5\n5,6\n', 2, "is not a number"),
}


@pytest.mark.parametrize(("text", "line", "reason"), BAD_ROWS.values(), ids=BAD_ROWS)
@pytest.mark.parametrize("block", [3, tables_text.BLOCK])
def test_a_bad_row_is_named_by_its_line_or_left_out(written, monkeypatch, capsys, text, line, reason, block):
    monkeypatch.setattr(tables_text, "BLOCK", block)
    path = written(text)
    with pytest.raises(BadInputError, match=rf"t\.csv, line {line}: .*--skip-bad") as raised:
        read(path, "1", "2")
    assert reason in str(raised.value)
    _, values, bad = read(path, "1", "2", skip=True)
    assert values == [[1.0, 2.0], [5.0, 6.0]]
    assert bad.count == 1
    bad.tell()
    told = capsys.readouterr().err
    assert told.startswith(f"1 bad row left out: line {line} (")
    assert reason in told


def test_only_the_first_bad_rows_are_told(written, capsys):
    _, _, bad = read(written("1\n" + "x\n" * 1000), "1", skip=True)
    bad.tell()
    assert bad.count == 1000
    told = capsys.readouterr().err
    assert told.startswith("1,000 bad rows left out: line 2 (")
    assert told.count("line") == 5
    assert told.endswith("; ...\n")


def test_a_cell_that_is_not_asked_for_may_hold_anything(written):
    assert read(written("1,x,nan\n2,y,\n"), "1")[1] == [[1.0], [2.0]]


def test_infinities_are_numbers(written):
    assert read(written("inf,-Infinity\n1,2\n"), "1", "2")[1] == [[np.inf, -np.inf], [1.0, 2.0]]


UNUSABLE = {
    "empty": (b"", "has no rows"),
    "blank": (b"\n \r\n\n", "has no rows"),
    "names only": (b"a,b\n", "has no rows"),
    "binary": (b"\x80\x81\xff", "is not a text file"),
    "utf-16": ("1,2\n".encode("utf-16"), "is not a text file"),
}


@pytest.mark.parametrize(("text", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_no_table(written, text, words):
    with pytest.raises(BadInputError, match=words):
        read(written(text), "1")


def test_no_good_row_at_all(written):
    with pytest.raises(BadInputError, match="has no good rows"):
        read(written("x,y\nz,1\n"), "x", skip=True)


def test_a_quote_that_is_never_closed(written, monkeypatch):
    monkeypatch.setattr(tables_text, "BLOCK", 10)
    monkeypatch.setattr(tables_text, "LONGEST_ROW", 100)
    with pytest.raises(BadInputError, match="is a quote not closed"):
        read(written('1,2\n3,"4\n' + "5,6\n" * 100), "1")


def test_a_packed_file_that_is_cut_off(written):
    packed = gzip.compress(b"1,2\n" * 10000)
    with pytest.raises(BadInputError, match="no whole gzip file"):
        read(written(packed[:-20], "t.csv.gz"), "1")
    with pytest.raises(BadInputError, match="no whole gzip file"):
        read(written("1,2\n", "t.csv.gz"), "1")


WRONG_COLUMNS = {
    "misspelt": ("price,size\n1,2\n", "prize", "did you mean 'price'"),
    "unknown": ("price,size\n1,2\n", "x", "it has price, size"),
    "beyond": ("price,size\n1,2\n", "3", "it has 2 columns"),
    "zero": ("price,size\n1,2\n", "0", "has no column 0"),
    "no names": ("1,2\n", "price", "its columns have no names; give 1 to 2"),
    "two of one name": ("a,a\n1,2\n", "a", "has 2 columns 'a'; give the number of one"),
}


@pytest.mark.parametrize(("text", "column", "words"), WRONG_COLUMNS.values(), ids=WRONG_COLUMNS)
def test_a_column_that_is_not_there(written, text, column, words):
    with pytest.raises(BadInputError, match=words):
        read(written(text), column)


def test_a_file_of_no_known_kind(written):
    with pytest.raises(BadInputError, match=r"none of \.csv"):
        open_table(str(written("1", "t.xls")))
    for name in ("missing.csv", "missing.npy", "missing.parquet"):
        with pytest.raises(BadInputError, match="No such file"):
            open_table(name)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_chunks_have_one_size_whatever_the_blocks_and_threads(written, monkeypatch, threads):
    monkeypatch.setattr(tables_text, "BLOCK", 1000)
    text = "".join(f'{i},"{i}"\n' if i % 700 > 680 else f"{i},{i / 7!r}\n" for i in range(10_000))
    with open_table(str(written(text))) as table:
        chunks = list(table.chunks([0], rows=999, threads=threads))
        again = list(table.chunks([0], rows=10**6))
    assert [len(chunk.values) for chunk in chunks] == [999] * 10 + [10]
    assert np.concatenate([chunk.values for chunk in chunks])[:, 0].tolist() == list(range(10_000))
    assert np.concatenate([chunk.lines for chunk in chunks]).tolist() == list(range(1, 10_001))
    assert again[0].values[:, 0].tolist() == list(range(10_000))


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a,b\n1,2\n3,x\n")))
    with open_table("-") as table:
        with pytest.raises(BadInputError, match="standard input, line 3: column 'b': 'x'"):
            list(table.chunks(table.find(["b"])))
        with pytest.raises(BadInputError, match="only once"):
            list(table.chunks([0]))
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(BadInputError, match="no standard input"):
        open_table("-")


MATRIX = np.arange(12.0).reshape(4, 3)
ARRAYS = {
    "rows": (MATRIX, ["3", "1"], MATRIX[:, [2, 0]]),
    "columns": (np.asfortranarray(MATRIX), ["3", "1"], MATRIX[:, [2, 0]]),
    "float32": (MATRIX.astype(np.float32), ["2"], MATRIX[:, [1]]),
    "big-endian": (MATRIX.astype(">f8"), ["2"], MATRIX[:, [1]]),
    "integers": (MATRIX.astype(np.uint8), ["2"], MATRIX[:, [1]]),
    "truth": (MATRIX > 5, ["2"], MATRIX[:, [1]] > 5),
    "vector": (MATRIX[:, 0], ["1"], MATRIX[:, [0]]),
    "fields": (np.array([(1, 2.5), (3, 4.5)], [("n", np.int32), ("x", float)]), ["x", "n"], [[2.5, 1], [4.5, 3]]),
}


@pytest.mark.parametrize(("array", "columns", "expected"), ARRAYS.values(), ids=ARRAYS)
def test_an_array(tmp_path, monkeypatch, array, columns, expected):
    monkeypatch.setattr("dlc.cli.tables_arrays.ROWS", 3)
    np.save(tmp_path / "t.npy", array)
    lines, values, _ = read(tmp_path / "t.npy", *columns)
    assert values == np.asarray(expected, float).tolist()
    assert lines == list(range(1, len(array) + 1))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_by_name(tmp_path, monkeypatch, save):
    monkeypatch.setattr("dlc.cli.tables_arrays.ROWS", 3)
    save(tmp_path / "t.npz", y=MATRIX[:, 0] + 100, p=MATRIX, f=np.asfortranarray(-MATRIX), other=np.ones(7))
    _, values, _ = read(tmp_path / "t.npz", "p", "y", "f[2]", "1")
    assert values == np.column_stack([MATRIX, MATRIX[:, 0] + 100, -MATRIX[:, 1], MATRIX[:, 0] + 100]).tolist()
    with pytest.raises(BadInputError, match="no column 'what'; it has y, p, f, other"):
        read(tmp_path / "t.npz", "what")
    with pytest.raises(BadInputError, match="different numbers of rows: y 4, other 7"):
        read(tmp_path / "t.npz", "y", "other")


def test_a_row_of_an_array_with_nan(tmp_path):
    np.save(tmp_path / "t.npy", np.array([[1.0, 2.0], [np.nan, 4.0], [np.inf, 6.0]]))
    with pytest.raises(BadInputError, match=r"t\.npy, row 2: column 1 is nan; --skip-bad"):
        read(tmp_path / "t.npy", "1", "2")
    lines, values, bad = read(tmp_path / "t.npy", "1", "2", skip=True)
    assert (lines, values, bad.count) == ([1, 3], [[1.0, 2.0], [np.inf, 6.0]], 1)
    assert read(tmp_path / "t.npy", "2")[1] == [[2.0], [4.0], [6.0]]


BAD_ARRAYS = {
    "text": (np.array(["a"]), "real numbers"),
    "complex": (np.array([1j]), "real numbers"),
    "three axes": (np.zeros((2, 2, 2)), "a table has rows and columns"),
    "a number": (np.array(1.0), "a table has rows and columns"),
    "no rows": (np.zeros((0, 2)), "has no rows"),
}


@pytest.mark.parametrize(("array", "words"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_an_array_that_is_no_table(tmp_path, array, words):
    np.save(tmp_path / "t.npy", array)
    np.savez(tmp_path / "t.npz", a=array)
    for name in ("t.npy", "t.npz"):
        with pytest.raises(BadInputError, match=words):
            read(tmp_path / name, "1")


def test_files_that_are_no_arrays_or_not_whole(written):
    for name in ("t.npy", "t.npz"):
        with pytest.raises(BadInputError, match="is not a file of arrays"):
            read(written("1,2\n", name), "1")
        with pytest.raises(BadInputError, match="is not a file of arrays"):
            read(written("", name), "1")
    out = io.BytesIO()
    np.save(out, np.ones(1000))
    with pytest.raises(BadInputError, match="ends before its last row"):
        read(written(out.getvalue()[:-8], "t.npy"), "1")


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = {"p": [0.5, 1.5, None, 3.0], "n": [1, 2, 3, 4], "yes": [True, False, True, True], "s": list("abcd")}
    parquet.write_table(pyarrow.table(table), tmp_path / "t.parquet", row_group_size=3)
    with pytest.raises(BadInputError, match=r"row 3: column 'p' is nan"):
        read(tmp_path / "t.parquet", "p")
    lines, values, bad = read(tmp_path / "t.parquet", "yes", "p", "2", skip=True)
    assert (lines, bad.count) == ([1, 2, 4], 1)
    assert values == [[1.0, 0.5, 1.0], [0.0, 1.5, 2.0], [1.0, 3.0, 4.0]]
    with pytest.raises(BadInputError, match="column 's' holds string, not numbers"):
        read(tmp_path / "t.parquet", "s")
    (tmp_path / "t.parquet").write_bytes(b"1,2")
    with pytest.raises(BadInputError, match="is not a parquet file"):
        read(tmp_path / "t.parquet", "p")


def test_parquet_without_its_library(written, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(BadInputError, match=r"needs pyarrow: pip install 'dlc\[parquet\]'"):
        open_table(str(written("", "t.parquet")))


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("kind", ["csv", "npy"])
def test_memory_does_not_grow_with_the_file(tmp_path, kind):
    path = tmp_path / f"t.{kind}"
    numbers = np.random.default_rng(1).normal(size=(50_000, 2))
    if kind == "csv":
        block = "".join(f"{a!r},{b!r}\n" for a, b in numbers.tolist()).encode()
        path.write_bytes(block * 30)
        assert path.stat().st_size > 50e6
    else:
        np.save(path, np.tile(numbers, (400, 1)))
        assert path.stat().st_size > 300e6
    code = (
        "from dlc.cli.tables import open_table\n"
        f"with open_table({str(path)!r}) as table:\n"
        "    print(sum(len(chunk.values) for chunk in table.chunks([0, 1])))\n"
        # Not getrusage: its peak begins with that of the process that started this one.
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    rows, peak = map(int, run.stdout.split())
    assert rows == 50_000 * (30 if kind == "csv" else 400)
    assert peak * 1024 < 200e6
