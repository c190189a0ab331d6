"""`dlc bench gate`: has this change made a benchmark slower? Both sides are measured now, here, in turns."""

import math
import re
import time
from pathlib import Path
from typing import Annotated

import typer

from dlc.cli import errors
from dlc.cli.errors import BadInputError

WORKING_TREE = "."
BROKEN = 5


def gate(
    pytest_arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- PYTEST ARGUMENT...]", help="Which benchmarks, as pytest takes it: files, -k, -m."),
    ] = None,
    base: Annotated[
        str, typer.Option(metavar="REV|CMD", help="What to compare with: a revision of Git, or a whole command.")
    ] = "",
    head: Annotated[
        str, typer.Option(metavar="REV|CMD", help="What is judged; the working tree as it is, by default.")
    ] = WORKING_TREE,
    base_python: Annotated[str, typer.Option(metavar="PYTHON", help="Interpreter of the base's environment.")] = "",
    head_python: Annotated[str, typer.Option(metavar="PYTHON", help="Interpreter of the head's environment.")] = "",
    budget: Annotated[
        str, typer.Option(metavar="TIME", help="Time limit, as 4m or 90s; what is not decided by then is told.")
    ] = "",
    margin: Annotated[str, typer.Option(metavar="PERCENT", help="A slowdown up to this is no regression.")] = "2%",
    detect: Annotated[
        str, typer.Option(metavar="PERCENT", help="A row that could miss a slowdown of this size is inconclusive.")
    ] = "10%",
    strict: Annotated[bool, typer.Option("--strict", help="Inconclusive rows end the run with exit code 3.")] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads of numeric libraries.")] = 1,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds after which a silent benchmark hangs.")] = 120.0,
    install: Annotated[
        str, typer.Option(metavar="auto|none|CMD", help="How a side's package is built; CMD may use $PYTHON and $SITE.")
    ] = "auto",
    same_code: Annotated[
        bool, typer.Option(help="Leave out rows whose machine code and inputs are the same bytes on both sides.")
    ] = True,
    seed: Annotated[int, typer.Option(help="Seed of the order of turns.")] = 0,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JUnit XML, a failure per regression.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep every slice, as lines of JSON, one for a generation.")
    ] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Annotate as in GitHub Actions, where this is on by itself.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Show rows that passed, too, on a terminal.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Judge whether a change made benchmarks slower, for any project with tests of pytest-benchmark, or two commands.

    Both sides are measured now, on this machine, in turns, by head's benchmarks; fresh processes are what is counted.
    What looks slower after four of them is measured again in up to 24 more: only that decides. The chance of any false
    alarm in a run is at most 1 %, and each row tells the smallest slowdown it would have found.

    Exit codes: 0 no regression shown, 1 regression, 2 wrong usage, 3 inconclusive (with --strict), 4 machine unfit
    for a verdict, 5 a benchmark failed.

    dlc bench gate --base main -- tests/benchmarks

    dlc bench gate --base-python old/bin/python --head-python new/bin/python -- tests/benchmarks

    dlc bench gate --base 'tool-1.0 input' --head 'tool-1.1 input'
    """
    from dlc.cli import gate_opened
    from dlc.cli.gate_junit import check_writable
    from dlc.cli.gate_output import Output
    from dlc.cli.gate_rule import Rule
    from dlc.cli.gate_run import Run

    begun = time.monotonic()
    rule = Rule(margin=_share("margin", margin), detect=_share("detect", detect))
    if rule.detect <= rule.margin:
        raise BadInputError(f"--detect {detect} is not above --margin {margin}: no row could pass; give more")
    output = Output(junit, github=github, strict=strict, everything=everything, as_json=as_json)
    if record:
        check_writable(record)
    run = Run(rule, begun + _seconds(budget) if budget else None, record)
    asked = gate_opened.Asked(
        base, head, base_python, head_python, install, tuple(pytest_arguments or []),
        threads=threads, timeout=timeout, seed=seed, same_code=same_code, deadline=run.deadline,
    )  # fmt: skip
    code = 0
    ends: list[int] = []
    with errors.reported(ends):
        with gate_opened.opened(asked) as found:
            report = run.report(found, begun)
        code = errors.INTERRUPTED if run.interrupted else report.exit_code(strict=strict)
        output.write(report)
    for end in filter(None, ends):  # a full disk, a build that fails: the usual code of failures is a regression's here
        code = BROKEN if end == 1 else end
    if code:
        raise typer.Exit(code)


def _share(option: str, text: str) -> float:
    """The share that a PERCENT of --margin or --detect means."""
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        share = math.nan
    if not 0 <= share <= 10:
        raise BadInputError(f"--{option} {text} is no share; give percent from 0 to 1000, as 5%")
    return share


def _seconds(text: str) -> float:
    """The seconds of a --budget like 4m, 90s or 1.5h."""
    found = re.fullmatch(r"([0-9]*\.?[0-9]+)(s|m|h|min)?", text)
    seconds = float(found[1]) * {"s": 1, "m": 60, "min": 60, "h": 3600}[found[2] or "s"] if found else 0.0
    if not 0 < seconds <= 86400:
        raise BadInputError(f"--budget {text} is no time; give seconds, minutes or hours up to a day, as 90s, 4m or 1h")
    return seconds
