"""`dlc overfit`: overfitting in training logs."""

import typer

from dlc.cli.overfit_diagnose import diagnose

overfit_app = typer.Typer()
overfit_app.command("diagnose")(diagnose)


@overfit_app.callback(invoke_without_command=True)
def overfit(context: typer.Context) -> None:
    """Overfitting: read it off training logs."""
    if context.invoked_subcommand is None:
        print(context.get_help())
