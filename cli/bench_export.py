"""`dlc bench export`: a file of benchmarks, of any tool, in the format that another tool reads."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from dlc.cli import results, show
from dlc.cli.bench_options import Storage
from dlc.cli.errors import BadInputError
from dlc.cli.timing import median_interval


@dataclass(frozen=True)
class Format:
    """A format that can be written: who reads it, and how a run looks in it."""

    about: str
    write: Callable[[results.Run], str]


def _csv(run: results.Run) -> str:
    rows = ["benchmark,median_s,low_s,high_s,confidence,rounds"]
    for name, each in run.measurements.items():
        ends = median_interval(each.seconds)[1:] if each.seconds else ("", "", "")
        quoted = '"' + name.replace('"', '""') + '"'
        rows.append(",".join(map(str, (quoted, each.median, *ends, len(each.seconds)))))
    return "\n".join(rows) + "\n"


FORMATS = {"csv": Format("medians with their intervals, in seconds", _csv)}


def export(
    file: Annotated[str, typer.Argument(help="A file of benchmarks, a run's number, `latest` or `previous`.")],
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")],
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write; by default stdout.")] = None,
    storage: Storage = results.DEFAULT_STORAGE,
) -> None:
    """Write a saved run in the format that another tool reads."""
    if to not in FORMATS:
        raise BadInputError(f"--to {to} is no format; choose from {', '.join(FORMATS)}")
    text = FORMATS[to].write(results.read_run(results.find_run(file, storage)))
    if output is None or str(output) == "-":
        print(text, end="")
        return
    from dlc.kernels.cache import write_whole

    try:
        write_whole(output, text.encode())
    except OSError as error:
        raise BadInputError(f"cannot write {output}: {error.strerror or error}; choose another --output") from None
    show.note(f"saved in {output}")
