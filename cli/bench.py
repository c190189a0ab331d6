"""`dlc bench`: kernels checked and then timed against NumPy, the plain reference and libraries; saved runs compared."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from dlc.cli import results
from dlc.cli.bench_compare import compare
from dlc.cli.bench_export import export
from dlc.cli.bench_families import CASES_OF
from dlc.cli.bench_history import history
from dlc.cli.bench_options import AsJson, Storage
from dlc.cli.bench_peers import PEERS
from dlc.cli.catalog import FAMILIES, complete
from dlc.cli.errors import BadInputError
from dlc.cli.gate import gate
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
            help=f"What to time, or a family ({', '.join(CASES_OF)}); all by default.",
            autocompletion=complete(*(FAMILIES[kind] for kind in CASES_OF)),
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
    sweep: Annotated[
        str, typer.Option(metavar="SIZES", help="Many sizes, as 1e2..1e7 or a list: how time grows, where caches end.")
    ] = "",
    roofline: Annotated[
        bool, typer.Option("--roofline", help="Set each kernel against what this machine can do at most.")
    ] = False,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the roofline as a picture.")] = None,
    ceilings: Annotated[
        str, typer.Option(metavar="kept|fresh", help="Ceilings of this machine: those kept, or measured anew.")
    ] = "kept",
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --against: write the table as Markdown, too.")
    ] = None,
    storage: Storage = results.DEFAULT_STORAGE,
    as_json: AsJson = False,
) -> None:
    """Check each kernel against the reference, then time it against NumPy and plain Python, or against libraries.

    Activations, losses (value and gradient), optimizers (a step along one vector), functions and objectives (value and
    gradient at many points), and metrics. NumPy and Python evaluate the reference's own textbook formula, and all take
    turns, round by round. Times are medians, with quartiles over rounds; a ratio says how many times faster the
    compiled kernel is, with an interval of at least 95 % confidence. GB/s counts each input read once and each output
    written once; memory is what a call needs besides. A wrong kernel is not timed, and the exit code is 1. The run is
    saved in the format of pytest-benchmark.

    With --against, activations and losses are timed beside libraries, each called in its cheapest way, on as many
    threads as the kernel; a loss that is another one there is left out. A library that errs by more than 4 ulp, with
    a loss of its greatest slope, is marked with *. Large arrays are compared with a plain copy of as many bytes, too.

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
    if ceilings not in ("kept", "fresh"):
        raise BadInputError(f"--ceilings {ceilings} is neither kept nor fresh")
    _refuse_together({"--against": against, "--sweep": sweep, "--roofline": roofline or picture or ""})
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
    from dlc.cli.bench_run import Plan, run_alone, sweep_alone
    from dlc.cli.bench_sweep import sizes as swept_sizes

    plan = Plan(
        names=names or [],
        dtype=dtypes[0],
        size=sizes[0],
        sweep=swept_sizes(sweep) if sweep else (),
        budget=budget,
        threads=counts[0],
        seed=seed,
        storage=storage,
        roofline=roofline,
        picture=picture,
        fresh=ceilings == "fresh",
        as_json=as_json,
    )
    (sweep_alone if sweep else run_alone)(plan)


def _refuse_together(options: Mapping[str, object]) -> None:
    """Refuse more than one of these options."""
    given = [option for option, value in options.items() if value]
    if len(given) > 1:
        raise BadInputError(f"{' and '.join(given)} exclude each other; choose one")


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


def _require(option: str, value: float, low: int | float, high: int) -> None:
    if not low <= value <= high:
        raise BadInputError(f"--{option} {value:g} is out of reach; give a number from {low} to {high}")
