"""The `dlc` program: its commands, and how it starts and ends."""

import os
import sys
from typing import Annotated, Any

# Typer reads these when it is imported: its boxes and colours would wrap long lines and split one error over several.
os.environ.setdefault("TYPER_USE_RICH", "0")
os.environ.setdefault("TYPER_STANDARD_TRACEBACK", "1")

import typer
from typer.core import TyperGroup

from dlc.cli import errors
from dlc.cli.accuracy import accuracy
from dlc.cli.activation import activation
from dlc.cli.backprop import backprop
from dlc.cli.bench import bench_app
from dlc.cli.browse import list_, show_
from dlc.cli.check import check
from dlc.cli.cost import cost
from dlc.cli.diff import diff
from dlc.cli.loss import loss
from dlc.cli.metric import metric
from dlc.cli.norm import norm
from dlc.cli.objective import objective
from dlc.cli.optimize import optimize
from dlc.cli.overfit import overfit_app
from dlc.cli.train import train


class Commands(TyperGroup):
    """The commands; whatever ends one early is reported in one line."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        codes: list[int] = []
        with errors.reported(codes):
            return super().invoke(ctx)
        raise typer.Exit(codes[0])


app = typer.Typer(
    cls=Commands,
    help="The deep-learning calculator: exact values, fair races, honest benchmarks, each checked against a reference.",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

# Negative numbers are values, not options.
VALUES = {"ignore_unknown_options": True}

app.command(context_settings=VALUES)(activation)
app.command(context_settings=VALUES)(loss)
app.command(context_settings=VALUES)(metric)
app.command(context_settings=VALUES)(norm)
app.command(context_settings=VALUES)(diff)
app.command(context_settings=VALUES)(objective)
app.command(context_settings=VALUES)(backprop)
app.command()(cost)
app.command()(optimize)
app.command()(train)
app.add_typer(overfit_app, name="overfit")
app.add_typer(bench_app, name="bench")
app.command()(check)
app.command()(accuracy)
app.command("list")(list_)
app.command("show")(show_)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # only on use: it takes as long to import as the rest of this module

        print(f"dlc {version('dlc')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """The deep-learning calculator: exact values, fair races and honest benchmarks, checked against a reference."""
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())


def main() -> None:
    """Run the program and exit with its code."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever called
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        # An encoding that lacks a letter of a formula gets a question mark, not an error.
        getattr(sys, name).reconfigure(errors="replace")
    try:
        code = app(prog_name="dlc", standalone_mode=False)
    except SystemExit as end:
        # Typer ends with 1 where the reader of --help has closed the pipe, and only then replaces stdout.
        code = 0 if type(sys.stdout).__name__ == "PacifyFlushWrapper" else end.code
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        print(f"Error: {' '.join(error.format_message().split())}", file=sys.stderr)
        code = 2
    if code == errors.INTERRUPTED:
        print("Interrupted", file=sys.stderr)
    sys.exit(code if isinstance(code, int) else 0)
