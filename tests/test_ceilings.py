"""What a machine can do at most: its loops, its caches, and the file in which figures are kept."""

import json
import platform
from dataclasses import replace

import numpy as np
import pytest

from dlc.cli import ceilings
from dlc.cli.ceilings import Cache, Ceilings, machine_caches, swept_caches
from dlc.kernels import ceilings as loops
from dlc.kernels import flops


@pytest.fixture(scope="module")
def measured():
    """Ceilings of this machine, from short slices."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ceilings, "SECONDS", 0.003)
        patch.setattr(ceilings, "MEMORY_SECONDS", 0.003)
        patch.setattr(ceilings, "FARTHEST", 1)
        patch.setattr(ceilings, "LEAST_MEMORY", 1 << 22)
        patch.setattr(ceilings, "MOST_MEMORY", 1 << 22)
        caches = (Cache("L1", 32 << 10, 1), Cache("L2", 256 << 10, 1))
        return ceilings.measure_ceilings(1, {"cpu": "this"}, caches)


def test_the_loop_of_the_peak_is_packed_multiply_adds_in_registers():
    code = loops.assembly()
    if "fma" not in code:
        pytest.skip("this processor has no fused multiply-add")
    for kind, letter in (("float32", "s"), ("float64", "d")):
        body = code.partition(f"\n{kind}:")[2].partition("ret")[0]
        multiplied = [line for line in body.splitlines() if "fma" in line or "fmla" in line]
        assert len(multiplied) == loops.chains()
        if platform.machine() == "x86_64":
            assert all(f"p{letter}" in line.split()[0] for line in multiplied), "packed, not scalar"
            widest = {64: "%zmm", 32: "%ymm", 16: "%xmm"}[loops.vectors().size]
            assert all(line.count(widest) == 3 for line in multiplied), "no operand in memory"


def test_figures_are_of_this_world(measured):
    assert measured.levels == ["L1", "L2", "DRAM"]
    assert all(1e8 < value < 1e13 for value in measured.peaks.values())
    for level in measured.levels:
        assert all(1e7 < value < 1e13 for value in measured.bandwidths[level].values())
    assert measured.bandwidth("L1") == max(measured.bandwidths["L1"]["copy"], measured.bandwidths["L1"]["stream"])


@pytest.mark.parametrize("form", loops.FORMS)
def test_a_loop_through_memory_touches_what_it_says(form):
    arrays = loops.Arrays(1, 6000)
    block = arrays.blocks[0]
    block[:] = 1
    before = block.view(np.float64).copy()
    arrays.bandwidth(form, 6000, 0.0005)
    changed = np.flatnonzero(block.view(np.float64) != before) * 8
    if form == "triad":
        turn = loops.UNROLLED * loops.vectors().size
        size = 6000 // 3 // turn * turn
        assert changed.tolist() == list(range(loops.LINE, loops.LINE + size, 8))
        assert block.view(np.float64)[changed // 8] == pytest.approx(1.5 * before[0])
    else:
        assert not changed.size, "a copy of ones writes ones, and what is read in is or'ed to ones"


def test_several_threads_share_nothing():
    arrays = loops.Arrays(2, 4096)
    assert not np.may_share_memory(*arrays.blocks)
    assert arrays.bandwidth("copy", 4096, 0.001) > 1e6
    assert loops.peak("float64", 2, 0.05) > 1e8


def system_of(folder, *caches):
    for place, each in enumerate(caches):
        index = folder / f"index{place}"
        index.mkdir()
        for name, text in zip(("level", "type", "size", "shared_cpu_list"), each, strict=True):
            (index / name).write_text(f"{text}\n")


def test_caches_are_those_that_the_system_tells_of(tmp_path):
    system_of(
        tmp_path, (1, "Data", "48K", "0,8"), (1, "Instruction", "32K", "0,8"), (2, "Unified", "2M", "0-1"),
        (3, "Unified", "36M", "0-7,16-23"),
    )  # fmt: skip
    assert machine_caches(tmp_path) == (Cache("L1", 48 << 10, 2), Cache("L2", 2 << 20, 2), Cache("L3", 36 << 20, 16))


def test_what_the_system_does_not_tell_is_left_out(tmp_path):
    system_of(tmp_path, (1, "Data", "", "0"), (2, "Unified", "1M", ""), (3, "Unified", "8192K", "0-3"))
    assert machine_caches(tmp_path) == (Cache("L3", 8 << 20, 4),)
    assert machine_caches(tmp_path / "nowhere") == ()


def test_without_a_word_of_the_system_a_sweep_finds_the_caches():
    sizes = [1 << power for power in range(12, 28)]
    seconds = [size * (5e-12 if size <= 32 << 10 else 1e-11 if size <= 1 << 20 else 5e-11) for size in sizes]
    assert swept_caches(sizes, seconds) == (Cache("L1", 32 << 10, 1), Cache("L2", 1 << 20, 1))


@pytest.mark.parametrize(
    ("threads", "footprint", "level"),
    [(1, 32 << 10, "L1"), (1, 33 << 10, "L2"), (2, 64 << 10, "L1"), (4, 8 << 20, "L3"), (4, 9 << 20, "DRAM")],
)
def test_data_are_in_the_nearest_level_that_holds_them(measured, threads, footprint, level):
    caches = (Cache("L1", 32 << 10, 1), Cache("L2", 512 << 10, 1), Cache("L3", 8 << 20, 4))
    assert replace(measured, threads=threads, caches=caches).level(footprint) == level


@pytest.fixture
def store(monkeypatch, tmp_path, measured):
    """Ceilings kept in a folder; what was measured is counted, not measured again."""
    asked = []

    def measure(threads, machine, caches=()):
        asked.append(threads)
        return replace(measured, threads=threads, machine=machine)

    monkeypatch.setattr(ceilings, "measure_ceilings", measure)
    monkeypatch.setattr(ceilings.results, "machine_info", lambda threads: MACHINE | {"threads": threads})
    return lambda threads=1, fresh=False: (ceilings.ceilings(tmp_path, threads, fresh=fresh), asked)


MACHINE = {
    "cpu": {"brand_raw": "Imaginary 1", "count": 4},
    "system": "Linux",
    "machine": "x",
    "libraries": {"numba": "1"},
}


def test_figures_are_measured_once_for_each_number_of_threads(store, measured):
    first, _ = store()
    again, asked = store()
    assert asked == [1]
    assert first == again
    assert again.bandwidths == measured.bandwidths
    assert again.caches == measured.caches
    store(threads=2)
    assert store(threads=2)[1] == [1, 2]
    assert store(fresh=True)[1] == [1, 2, 1]
    assert store(threads=2)[1] == [1, 2, 1], "those of other threads stay"


def test_another_machine_or_compiler_is_measured_anew(store, monkeypatch):
    store()
    monkeypatch.setitem(MACHINE, "libraries", {"numba": "2"})
    assert store()[1] == [1, 1]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"schema": 1}', None])
def test_a_damaged_file_is_replaced(store, tmp_path, damage):
    store()
    (file,) = tmp_path.rglob(ceilings.FILE)
    if damage is None:  # a bandwidth is missing
        content = json.loads(file.read_text())
        del content["threads"]["1"]["bytes_per_s"]["L2"]
        damage = json.dumps(content)
    file.write_text(damage)
    assert isinstance(store()[0], Ceilings)
    assert store()[1] == [1, 1]


@pytest.mark.parametrize(
    ("line", "kind", "count"),
    [
        ("%5 = fadd double %3, %4", "float64", 1),
        ("%5 = fmul <4 x double> %3, %4", "float64", 4),
        ("%5 = fsub nnan contract <8 x float> %3, %4", "float32", 8),
        ("%5 = fdiv float %3, %4", "float32", 1),
        (
            "%5 = tail call <4 x double> @llvm.fma.v4f64(<4 x double> %1, ...)",
            "float64",
            8,
        ),
        ("%5 = tail call noundef double @llvm.sqrt.f64(double %4)", "float64", 1),
        ("%5 = tail call float @sqrtf(float %4)", "float32", 1),
        ("%5 = call double @llvm.vector.reduce.fadd.v4f64(double %1, <4 x double> %2)", "float64", 4),
        ("%5 = fcmp olt double %3, %4", "", 0),
        ("%5 = fneg double %3", "", 0),
        ("%5 = fptrunc <4 x double> %3 to <4 x float>", "", 0),
        ("%5 = call double @llvm.copysign.f64(double %1, double %2)", "", 0),
        ("%5 = mul i64 %3, %4", "", 0),
    ],
)
def test_what_a_line_of_code_is_worth(line, kind, count):
    assert flops.flops_of(line) == (kind, count)


def test_operations_are_counted_on_the_way_that_a_call_takes():
    import numba

    @numba.njit
    def powers(x, out):
        for i in range(x.size):
            if x[i] > 0.0:
                out[i] = x[i] * x[i] + 1.0
            else:
                total = 0.5
                for _ in range(7):
                    total = np.sqrt(total / x[i] - 2.0)
                out[i] = total

    x = np.array([1.0, -1.0, 2.0, 3.0, -2.0])
    found = flops.count(powers, x, x.copy())
    assert found == (0, 3 * 2 + 2 * 7 * 3, ())
    assert flops.count(powers, x[:1], x.copy()).total == 2


def test_functions_that_are_no_instructions_are_named_not_counted():
    import numba

    @numba.njit
    def exponentials(x, out):
        for i in range(x.size):
            out[i] = 2.0 * np.exp(x[i])

    x = np.ones(100)
    assert flops.count(exponentials, x, x.copy()) == (0, 100, ("exp",))


def test_a_kernel_is_counted_in_its_own_arithmetic_and_once(monkeypatch, tmp_path):
    from dlc.cli import catalog
    from dlc.reference.activations import ACTIVATIONS

    monkeypatch.setattr(flops.cache, "folder", lambda: tmp_path)  # an earlier run may have kept its count
    kernel = catalog.array_kernel(ACTIVATIONS["squared_relu"])
    x = np.linspace(-2, 2, 1024, dtype=np.float32)
    out = np.empty_like(x)
    assert flops.count(kernel, x, out=out, threads=2) == (0, 1024, ()), "t·t, in float64"
    assert (out == np.maximum(x, 0) ** 2).all(), "the counting kernel computes the same"
    monkeypatch.setattr(flops, "_counting_loop", None)
    assert flops.count(kernel, x, out=out).total == 1024, "kept, not compiled again"


def test_what_is_no_kernel_is_refused():
    with pytest.raises(TypeError, match="not one compiled kernel"):
        flops.count(sorted, [1])
