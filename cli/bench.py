"""`dlc bench`: kernels checked and then timed against NumPy, the plain reference and libraries; saved runs compared."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from dlc.cli import results, show
from dlc.cli.bench_cases import cases
from dlc.cli.bench_compare import compare
from dlc.cli.bench_export import export
from dlc.cli.bench_history import history
from dlc.cli.bench_measure import Row, measure
from dlc.cli.bench_options import AsJson, Storage
from dlc.cli.bench_peers import PEERS
from dlc.cli.bench_table import ratio_cell
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError, FailedError
from dlc.cli.gate import gate
from dlc.reference.activations import ACTIVATIONS
from dlc.reference.ulp import FORMATS

bench_app = typer.Typer()
bench_app.command("compare")(compare)
bench_app.command("export")(export)
bench_app.command("gate")(gate)
bench_app.command("history")(history)

SIZES = "1e3,16e3,1e6,16e6"


@bench_app.callback(invoke_without_command=True)
def bench(context: typer.Context) -> None:
    """Time kernels, and compare saved runs."""
    if context.invoked_subcommand is None:
        print(context.get_help())


@bench_app.command("run")
def run(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="What to time; all by default.",
            autocompletion=complete(ACTIVATIONS),
        ),
    ] = None,
    against: Annotated[
        str, typer.Option(metavar="LIBRARY,...", help=f"Libraries to time beside: {', '.join(PEERS)}.")
    ] = "",
    dtype: Annotated[
        str, typer.Option(metavar="TYPE", help="float32 or float64; with --against both, by default.")
    ] = "",
    size: Annotated[
        str,
        typer.Option("--size", "--sizes", metavar="N", help=f"Elements; with --against a list, by default {SIZES}."),
    ] = "",
    row: Annotated[int, typer.Option(help="Elements in a row of vector functions, with --against.")] = 1024,
    budget: Annotated[
        float, typer.Option(help="Seconds of timing for each row; with --against, for each race of all contenders.")
    ] = 0.5,
    threads: Annotated[
        str, typer.Option(metavar="N", help="Threads of the compiled kernel; with --against a list, by default 1,2.")
    ] = "",
    seed: Annotated[int, typer.Option(help="Seed of the numbers and of the order of turns.")] = 0,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --against: write the table as Markdown, too.")
    ] = None,
    storage: Storage = results.DEFAULT_STORAGE,
    as_json: AsJson = False,
) -> None:
    """Check each kernel against the reference, then time it against NumPy and plain Python, or against libraries.

    NumPy and Python evaluate the reference's own textbook formula, and all take turns, round by round. Times are
    medians; a ratio says how many times faster the compiled kernel is, with an interval of at least 95 % confidence.
    GB/s counts each input read once and each output written once. A wrong kernel is not timed, and the exit code is 1.
    The run is saved in the format of pytest-benchmark.

    With --against, each library is called in its cheapest way, on as many threads as the kernel. One that errs by more
    than 4 ulp is marked with *. Large arrays are compared with a plain copy of as many bytes, too.

    dlc bench run gelu silu --against torch,jax,numpy,onnx --sizes 1e3,1e6
    """
    _require("budget", budget, 0.001, 3600)
    _require("seed", seed, 0, (1 << 63) - 1)
    _require("row", row, 1, 1 << 20)
    libraries = _listed("against", against)
    dtypes = _listed("dtype", dtype or ("float32,float64" if libraries else "float32"))
    for each in dtypes:
        if each not in FORMATS:
            raise BadInputError(f"--dtype {each} is no type of kernels; choose from {', '.join(FORMATS)}")
    sizes = _whole_numbers("size", size or (SIZES if libraries else "16384"), 1 << 26)
    counts = _whole_numbers("threads", threads or ("1,2" if libraries else "1"), 1024)
    if libraries:
        from dlc.cli.bench_speed import Output, Settings, speed_table

        settings = Settings(dtypes, sizes, counts, row, budget, seed)
        speed_table(names or [], libraries, settings, Output(storage, markdown, as_json))
        return
    for option, count in {"dtype": len(dtypes), "size": len(sizes), "threads": len(counts)}.items():
        if count != 1:
            raise BadInputError(f"--{option} is one value, not {count}; --against takes a list")
    if markdown:
        raise BadInputError("--markdown is for the table of --against; name libraries, or leave it out")
    _run_alone(names or [], dtypes[0], sizes[0], budget, counts[0], seed, storage, as_json)


def _listed(option: str, text: str) -> list[str]:
    parts = list(dict.fromkeys(filter(None, text.split(","))))
    if text and not parts:
        raise BadInputError(f"--{option} {text} names nothing")
    return parts


def _whole_numbers(option: str, text: str, high: int) -> list[int]:
    """The numbers of a list like 1e3,16e3."""
    numbers = []
    for each in _listed(option, text):
        try:
            number = float(each)
        except ValueError:
            raise BadInputError(f"--{option} {each} is no number") from None
        if number != number // 1:
            raise BadInputError(f"--{option} {each} is no whole number")
        _require(option, number, 1, high)
        numbers.append(int(number))
    return numbers


def _run_alone(
    names: list[str], dtype: str, size: int, budget: float, threads: int, seed: int, storage: Path, as_json: bool
) -> None:
    """Time kernels beside NumPy and the plain reference."""
    to_time = cases(names, dtype=dtype, threads=threads, seed=seed)
    file = results.RunFile(storage, threads=threads)
    settings = {"threads": threads, "seed": seed}
    rows: list[Row] = []
    try:
        for row in measure(to_time, size=size, budget=budget, seed=seed):
            rows.append(row)
            if row.timed:
                facts = row.facts() | settings
                params = {key: facts[key] for key in ("dtype", "elements", "threads")}
                file.add(results.benchmark(row.case.name, row.timed.kernel, params, budget, extra_info=facts))
    except KeyboardInterrupt:
        kept = f"{file.count} of {len(to_time)} rows are in {file.path}" if file.count else "nothing was timed yet"
        show.note(kept)
        raise
    if as_json:
        saved = str(file.path) if file.count else None
        show.json_object("bench run", machine=file.machine, file=saved, rows=[row.facts() for row in rows])
    else:
        show.table(RUN_COLUMNS, [_run_cells(row.facts()) for row in rows])
        for note in _run_notes(rows, threads):
            show.note(note)
        if file.count:
            show.note(f"{dtype}, {size} elements, threads: {threads}; saved in {file.path}")
    if wrong := [row.case.name for row in rows if not row.timed]:
        raise FailedError(f"wrong, so not timed: {', '.join(wrong)}; `dlc check` compares them with the reference")


def _require(option: str, value: float, low: int | float, high: int) -> None:
    if not low <= value <= high:
        raise BadInputError(f"--{option} {value:g} is out of reach; give a number from {low} to {high}")


RUN_COLUMNS = ("kernel", "ns/element", "GB/s", "vs numpy", "vs reference", "jit s", "ulp")


def _run_cells(facts: dict[str, Any]) -> tuple[Any, ...]:
    worst = _number(facts["worst_ulp"], 2)
    return (
        facts["name"],
        _number(facts["ns_per_element"], 3),
        _number(facts["gb_per_s"], 3),
        ratio_cell(facts["vs_numpy"], 1),
        ratio_cell(facts["vs_reference"], 1),
        "cached" if facts["compile_s"] is None else _number(facts["compile_s"], 2),
        worst if facts["right"] else f"WRONG {worst[1]}",
    )


def _number(value: float | None, digits: int) -> tuple[Any, str]:
    return ("", "") if value is None else (value, show.short(value, digits))


def _run_notes(rows: list[Row], threads: int) -> Iterator[str]:
    """Why a cell is empty, where a kernel is wrong, and whether the threads had work."""
    from dlc.kernels.lift import PARALLEL_FROM

    if threads > 1 and any(row.elements < PARALLEL_FROM for row in rows):
        yield f"Only one thread worked: arrays are shared from {PARALLEL_FROM} elements on; choose a larger --size"
    without = defaultdict(list)
    for row in rows:
        for rival, reason in row.missing.items():
            without[rival, reason].append(row.case.name)
    for (rival, reason), names in without.items():
        yield f"Not compared with {rival}: {', '.join(names)}: {reason}"
    for row in rows:
        if not row.timed:
            found = row.agreement
            yield f"{row.case.name} is {found.worst:.3g} {found.unit} off at {found.at}; {found.bound:g} are allowed"
