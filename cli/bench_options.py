"""Options that several commands of `dlc bench` share."""

from pathlib import Path
from typing import Annotated

import typer

Storage = Annotated[
    Path, typer.Option(help="Folder of saved runs; each kind of machine has a folder of its own in it.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]
