"""What a machine can do at most: loops that only load, only copy, or only multiply and add, written in LLVM's code.

No pass of LLVM's optimiser runs over them, and no compiler decides how they are unrolled: they have the widest vectors
of the processor, and more independent chains than its units take cycles.
"""

import ctypes
import platform
import time
from collections.abc import Callable, Sequence
from functools import cache
from threading import Barrier
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir

from dlc.kernels import native
from dlc.kernels.lift import pool

SLICE_NS, FEWEST_SLICES = 1_000_000, 4
LINE = 64  # bytes of a cache line, at a multiple of which arrays begin
UNROLLED = 8  # vectors in a turn of a loop over memory
FORMS = {"read": 1, "copy": 2, "stream": 2, "triad": 3}  # how many arrays each goes through
I64 = ir.IntType(64)
NUMBERS = {"float32": ir.FloatType(), "float64": ir.DoubleType()}


class Vectors(NamedTuple):
    """Bytes of the widest vectors, and how many of them the processor has registers for."""

    size: int
    registers: int


@cache
def vectors() -> Vectors:
    """Those of this processor."""
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        return Vectors(64, 32)
    if features.get("avx"):
        return Vectors(32, 16)
    return Vectors(16, 32 if platform.machine() in ("aarch64", "arm64") else 16)


class _Turns:
    """A loop of COUNT turns, at least one: `with` its body; FIRST are values before, and `next` what they become."""

    def __init__(self, builder: ir.IRBuilder, count: ir.Value, first: Sequence[ir.Value] = ()):
        self.builder, self.count = builder, count
        before = builder.block
        self.block = builder.append_basic_block()
        builder.branch(self.block)
        builder.position_at_end(self.block)
        self.turn = builder.phi(I64)
        self.turn.add_incoming(I64(0), before)
        self.values = [builder.phi(each.type) for each in first]
        for phi, each in zip(self.values, first, strict=True):
            phi.add_incoming(each, before)
        self.next: list[ir.Value] = []

    def __enter__(self) -> "_Turns":
        return self

    def __exit__(self, *_: object) -> None:
        builder, end = self.builder, self.builder.block
        after = builder.add(self.turn, I64(1))
        self.turn.add_incoming(after, end)
        for phi, each in zip(self.values, self.next, strict=True):
            phi.add_incoming(each, end)
        done = builder.append_basic_block()
        builder.cbranch(builder.icmp_signed("<", after, self.count), self.block, done)
        builder.position_at_end(done)


def _fma(module: ir.Module, vector: ir.VectorType) -> ir.Function:
    """x·y + z of vectors, rounded once."""
    name = f"llvm.fma.v{vector.count}{vector.element.intrinsic_name}"
    return module.globals.get(name) or ir.Function(module, ir.FunctionType(vector, [vector] * 3), name)


def _multiply_and_add(function: ir.Function, kind: str) -> None:
    """ROUNDS turns of one fused multiply-add in each chain; the sum of all chains goes where OUT points."""
    out, rounds = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    number = NUMBERS[kind]
    lanes = vectors().size // np.dtype(kind).itemsize
    vector = ir.VectorType(number, lanes)
    fma = _fma(function.module, vector)
    factor, term = (ir.Constant(vector, [value] * lanes) for value in (0.999, 0.001))
    first = [ir.Constant(vector, [float(chain)] * lanes) for chain in range(chains())]
    with _Turns(builder, rounds, first) as turns:
        turns.next = [builder.call(fma, [each, factor, term]) for each in turns.values]
    total = turns.next[0]
    for each in turns.next[1:]:
        total = builder.fadd(total, each)
    builder.store(total, builder.bitcast(out, vector.as_pointer()), align=LINE)
    builder.ret_void()


def chains() -> int:
    """Independent multiply-adds: units are at most four and take at most four cycles; two registers hold constants."""
    return 3 * vectors().registers // 4


def _through_memory(function: ir.Function, form: str) -> None:
    """ROUNDS times through arrays of COUNT · UNROLLED vectors at A, B, C: what FORM says."""
    a, b, c, count, rounds = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    lanes = vectors().size // 8
    whole, number = ir.VectorType(I64, lanes), ir.VectorType(NUMBERS["float64"], lanes)
    kind = number if form == "triad" else whole
    fma = _fma(function.module, number)
    factor = ir.Constant(number, [0.5] * lanes)
    nothing = ir.Constant(whole, [0] * lanes)
    a, b, c = (builder.bitcast(each, kind.as_pointer()) for each in (a, b, c))

    def load(array: ir.Value, place: ir.Value) -> ir.Value:
        return builder.load(builder.gep(array, [place]), align=vectors().size)

    with _Turns(builder, rounds, [nothing] * UNROLLED) as again:
        with _Turns(builder, count, again.values) as along:
            along.next = list(along.values)
            first = builder.mul(along.turn, I64(UNROLLED))
            for k in range(UNROLLED):
                place = builder.add(first, I64(k))
                found = load(b, place)
                if form == "read":
                    along.next[k] = builder.or_(along.values[k], found)
                    continue
                if form == "triad":
                    found = builder.call(fma, [load(c, place), factor, found])
                store = builder.store(found, builder.gep(a, [place]), align=vectors().size)
                if form == "stream":
                    store.set_metadata("nontemporal", function.module.add_metadata([ir.IntType(32)(1)]))
        again.next = along.next
    if form == "read":
        total = again.next[0]
        for each in again.next[1:]:
            total = builder.or_(total, each)
        builder.store(total, builder.bitcast(function.args[0], whole.as_pointer()), align=vectors().size)
    if form == "stream":
        builder.fence("seq_cst")
    builder.ret_void()


def _module() -> ir.Module:
    module = ir.Module()
    pointer = ir.IntType(8).as_pointer()
    for kind in NUMBERS:
        signature = ir.FunctionType(ir.VoidType(), [pointer, I64])
        _multiply_and_add(ir.Function(module, signature, kind), kind)
    for form in FORMS:
        signature = ir.FunctionType(ir.VoidType(), [pointer] * 3 + [I64] * 2)
        _through_memory(ir.Function(module, signature, form), form)
    return module


def assembly() -> str:
    """The loops as the processor gets them."""
    text: str = native._machine().emit_assembly(llvm.parse_assembly(str(_module())))
    return text


@cache
def _loops() -> dict[str, Callable[..., None]]:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(_module())), native._machine())
    engine.finalize_object()
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    kinds = dict.fromkeys(NUMBERS, ctypes.CFUNCTYPE(None, pointer, number))
    kinds |= dict.fromkeys(FORMS, ctypes.CFUNCTYPE(None, *[pointer] * 3, *[number] * 2))
    loops: dict[str, Any] = {name: kind(engine.get_function_address(name)) for name, kind in kinds.items()}
    for loop in loops.values():
        loop.engine = engine  # the code lives as long as its engine
    return loops


def peak(kind: str, threads: int, seconds: float) -> float:
    """Operations a second of THREADS at multiply-adds of numbers of type KIND, each of two operations."""
    loop = _loops()[kind]
    results = _aligned(threads * vectors().size * LINE).reshape(threads, -1)
    lanes = vectors().size // np.dtype(kind).itemsize

    def work(thread: int, rounds: int) -> None:
        loop(results[thread].ctypes.data, rounds)

    return 2 * chains() * lanes * threads * _fastest(work, threads, seconds)


class Arrays:
    """Memory for THREADS, each of which has SIZE bytes of its own and goes through as many of them as it is told."""

    def __init__(self, threads: int, size: int):
        self.blocks = [_aligned(size + 4 * LINE) for _ in range(threads)]

    def bandwidth(self, form: str, size: int, seconds: float) -> float:
        """Bytes a second read and written by all threads, each again and again through SIZE bytes, as FORM says.

        What the processor reads only because it will be written over does not count.
        """
        loop, arrays = _loops()[form], FORMS[form]
        turn = UNROLLED * vectors().size
        turns = max(1, size // arrays // turn)

        def work(thread: int, rounds: int) -> None:
            start = self.blocks[thread].ctypes.data
            # Sources are a line further on than a multiple of 4096 bytes: no load waits for a store that looks like it.
            places = [start + LINE + k * (turns * turn + LINE) for k in range(arrays)]
            target, source, other = (places[0], places[-1], places[min(1, arrays - 1)])
            loop(start if form == "read" else target, source, other, turns, rounds)

        return arrays * turns * turn * len(self.blocks) * _fastest(work, len(self.blocks), seconds)


def _aligned(size: int) -> np.ndarray:
    """SIZE bytes that are there, from a multiple of LINE on."""
    block = np.full(size + LINE, 1, np.uint8)  # not zeros, which NumPy does not ask to have in huge pages
    return block[-block.ctypes.data % LINE :][:size]


def _fastest(work: Callable[[int, int], None], threads: int, seconds: float) -> float:
    """The most rounds a second of WORK(thread, rounds), in slices that THREADS begin together, in so many SECONDS."""
    barrier = Barrier(threads)

    def timed(thread: int, rounds: int) -> tuple[int, int]:
        barrier.wait()
        start = time.perf_counter_ns()
        work(thread, rounds)
        return start, time.perf_counter_ns()

    def together(rounds: int) -> int:
        pending = [pool(threads).submit(timed, thread, rounds) for thread in range(1, threads)]
        times = [timed(0, rounds), *(each.result() for each in pending)]
        return max(1, max(end for _, end in times) - min(start for start, _ in times))

    deadline = time.perf_counter() + seconds
    rounds, taken = 1, together(1)
    while taken < SLICE_NS and time.perf_counter() < deadline:
        rounds = min(16 * rounds, 1 + int(1.1 * rounds * SLICE_NS / taken))
        taken = together(rounds)
    times = [taken]
    while len(times) < FEWEST_SLICES or time.perf_counter() < deadline:
        times.append(together(rounds))
    return rounds * 1e9 / min(times)
