"""The roofline: which roof binds, how near a kernel is to it, and how both are drawn."""

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from dlc.cli import picture_roofline, roofline, roofline_drawing
from dlc.cli.ceilings import Cache, Ceilings
from dlc.cli.errors import BadInputError
from dlc.cli.roofline import Point

GIGA = 1e9


def bandwidths(read, copy, triad, stream):
    return {"read": read * GIGA, "copy": copy * GIGA, "triad": triad * GIGA, "stream": stream * GIGA}


CEILINGS = Ceilings(
    threads=1,
    caches=(Cache("L1", 32 << 10, 1), Cache("L2", 512 << 10, 1)),
    peaks={"float32": 100 * GIGA, "float64": 50 * GIGA},
    bandwidths={
        "L1": bandwidths(200, 200, 200, 40), "L2": bandwidths(100, 100, 100, 40), "DRAM": bandwidths(12, 8, 9, 16),
    },
    machine={"cpu": "Imaginary 1"},
    measured="2026-01-02T03:04:05+00:00",
)  # fmt: skip
KIB = 1024


def placed(*points):
    return roofline.roofline(points, CEILINGS)


@pytest.mark.parametrize(
    ("point", "sentence"),
    [
        # 100 KiB at 100 GB/s are 1.024 µs.
        (Point("a", 1000, 100 * KIB, 1.024e-6 / 0.72), "72 % of L2 copy bandwidth"),
        # 10⁶ operations at 50 GFLOP/s are 20 µs.
        (Point("b", 1_000_000, 100 * KIB, 40e-6), "50 % of float64 FMA peak"),
        (Point("b", 1_000_000, 100 * KIB, 40e-6, "float32"), "25 % of float32 FMA peak"),
        (Point("c", 0, 16 * KIB, 2 * 16 * KIB / 200e9), "50 % of L1 copy bandwidth"),
        # Past the caches a copy is that of the faster loop, which writes past them.
        (Point("d", 10, 16_000_000, 2e-3), "50 % of DRAM copy bandwidth"),
        (Point("e", 10, 12_000_000, 2e-3, pattern="read"), "50 % of DRAM read bandwidth"),
        (Point("f", None, 9_000_000, 4e-3, pattern="triad"), "25 % of DRAM triad bandwidth"),
    ],
)
def test_the_roof_that_takes_longest_binds(point, sentence):
    (found,) = placed(point)
    assert found.sentence == sentence


def test_a_kernel_at_its_roof_lies_on_the_line_that_is_drawn():
    memory, arithmetic = placed(Point("m", 200, 1000, 1000 / 200e9), Point("a", 10**6, 1000, 10**6 / 50e9))
    assert memory.share == arithmetic.share == pytest.approx(1)
    assert memory.flops_per_second == pytest.approx(memory.intensity * CEILINGS.bandwidth("L1"))
    assert arithmetic.flops_per_second == pytest.approx(CEILINGS.peaks["float64"])


def test_facts_are_plain_and_say_what_is_unknown():
    (known,) = placed(Point("a", 2000, 1000, 1e-6))
    assert known.facts()["flop_per_byte"] == 2.0
    assert known.facts()["gflop_per_s"] == pytest.approx(2.0)
    (unknown,) = placed(Point("b", None, 1000, 1e-6, reason="nobody knows"))
    assert (unknown.facts()["gflop_per_s"], unknown.facts()["reason"]) == (None, "nobody knows")


def test_the_table_and_its_notes_say_why_a_cell_is_empty(capsys):
    found = placed(
        Point("gelu", 9000, 1000, 1e-6), Point("relu", 0, 1000, 1e-7),
        Point("auc", None, 1000, 1e-6, reason="many parts"),
        Point("odd", 10, 1000, 1e-9),
    )  # fmt: skip
    roofline.table(found)
    header, *rows = (line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert header == list(roofline.COLUMNS)
    assert [row[0] for row in rows] == ["gelu", "relu", "auc", "odd"]
    assert rows[2][1:3] == ["", ""]
    notes = "\n".join(roofline.notes(found))
    assert "comparisons and the like: relu" in notes
    assert "not counted: auc: many parts" in notes
    assert "Above their roofs: odd" in notes
    assert "Far below every roof: gelu:" in notes


def test_calls_are_counted_where_they_can_be():
    import numba

    @numba.njit
    def line(x, out):
        for i in range(x.size):
            out[i] = 3.0 * x[i] + 1.0

    x = np.ones(64)
    assert roofline.counted("line", partial(line, x, x.copy()), 1024, 1e-6) == Point("line", 128, 1024, 1e-6)
    for call in (partial(sorted, [2, 1]), lambda: None):
        found = roofline.counted("else", call, 8, 1e-6)
        assert found.flops is None
        assert "compiled kernel" in found.reason


MANY = [Point(f"kernel_{k}", 5000 * (1 + k % 5), 20_000 + 10 * k, 1e-6 * (1 + k % 7)) for k in range(30)]


def test_the_drawing_fits_80_by_24_and_names_every_kernel(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = roofline_drawing.drawing(placed(*MANY[:2]), CEILINGS).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for label in ("L1 200 GB/s", "L2 100 GB/s", "DRAM 16 GB/s", "float32 FMA 100 GFLOP/s", "float64 FMA 50 GFLOP/s"):
        assert label in text
    assert lines[-1] == f"B kernel_1: {placed(MANY[1])[0].sentence}"


def test_letters_lie_where_their_kernels_are(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    slow, fast, wide = Point("a", 2000, 1000, 1e-6), Point("b", 2000, 1000, 1e-7), Point("c", 8000, 1000, 1e-6)
    lines = roofline_drawing.drawing(placed(slow, fast, wide), CEILINGS).splitlines()[:-3]
    cells = {}
    for row, line in enumerate(lines[1:19]):
        body = re.sub(r"(L1|L2|DRAM|float\d\d) .*?/s", lambda label: " " * len(label[0]), line[9:])
        cells |= {sign: (column, row) for column, sign in enumerate(body) if sign in "ABC"}
    assert cells["A"][0] == cells["B"][0] < cells["C"][0]
    assert cells["B"][1] < cells["C"][1] < cells["A"][1]


def test_without_operations_there_is_nothing_to_draw(tmp_path):
    found = placed(Point("relu", 0, 1000, 1e-6))
    assert roofline_drawing.drawing(found, CEILINGS) == ""
    with pytest.raises(BadInputError, match="no kernel here has operations"):
        picture_roofline.save(tmp_path / "r.png", found, CEILINGS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("extension", ["png", "svg"])
def test_a_picture_is_written_whole_and_always_alike(tmp_path, extension):
    pytest.importorskip("matplotlib")
    contents = []
    for name in ("a", "b"):
        file = tmp_path / f"{name}.{extension}"
        picture_roofline.save(file, placed(*MANY[:6], Point("relu", 0, 10, 1e-9)), CEILINGS, "float32")
        contents.append(file.read_bytes())
    assert contents[0] == contents[1]
    assert contents[0].startswith(b"\x89PNG" if extension == "png" else b"<?xml")


def test_no_two_discs_of_a_picture_touch():
    pytest.importorskip("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    sheet = picture_roofline.picture(placed(*MANY), replace(CEILINGS, machine={}))
    FigureCanvasAgg(sheet).draw()
    scale = sheet.dpi / 72
    (axes,) = sheet.axes
    numbers = [text for text in axes.texts if text.get_text().isdecimal()]
    assert len(numbers) == len(MANY)
    centres = [text.get_transform().transform(text.get_position()) for text in numbers]
    gaps = [np.hypot(*(a - b)) for k, a in enumerate(centres) for b in centres[:k]]
    assert min(gaps) > 1.5 * picture_roofline.RADIUS * scale


@pytest.mark.parametrize("name", ["r.gif", "r", "nowhere/r.png", "folder.svg"])
def test_what_cannot_be_saved_is_refused(tmp_path, name):
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(BadInputError, match=re.escape(name.rpartition("/")[2])):
        picture_roofline.check(tmp_path / name)
