"""`dlc bench export`: saved runs, of any tool, in the format that another tool reads."""

import inspect
import math
import sys
from pathlib import Path
from typing import Annotated

import typer

from dlc.cli import results, show
from dlc.cli.bench_export_formats import FORMATS, junit_against
from dlc.cli.bench_options import Storage
from dlc.cli.errors import BadInputError, FailedError

# Lines that Click leaves as they are.
ABOUT = "\n".join(("\b", "Formats:", *(f"  {name:<24} {form.about}" for name, form in FORMATS.items())))


def complete_format(incomplete: str) -> list[tuple[str, str]]:
    """What a shell may complete the name of a format to."""
    return [(name, form.about) for name, form in FORMATS.items() if name.startswith(incomplete)]


def export(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="A file of benchmarks, a run's number, `latest` or `previous`."),
    ],
    to: Annotated[
        str,
        typer.Option("--to", metavar="FORMAT", help="One of the formats above.", autocompletion=complete_format),
    ],
    output: Annotated[Path, typer.Option(metavar="FILE", help="Where to write; - is stdout.")] = Path("-"),
    against: Annotated[
        str, typer.Option(metavar="FILE", help="With --to junit: the base, named like FILE, with --fail-above.")
    ] = "",
    fail_above: Annotated[
        str, typer.Option(metavar="PERCENT", help="With --against: how much slower than the base is too slow, as 10%.")
    ] = "",
    storage: Storage = results.DEFAULT_STORAGE,
) -> None:
    """Write a saved run in the format that another tool reads.

    FILE is of dlc, pytest-benchmark, asv, pyperf, hyperfine or Google Benchmark. What has no time in it (failed,
    skipped, measured something else) is left out, and a note says so. Intervals hold the median with at least 95 %.

    With --against and --fail-above, a case fails, and the exit code is 1, where all of the interval of new/base is
    above the limit; the ratio itself has to be where there are too few rounds for an interval. A stored base was
    measured at another time: that shows a trend. `dlc bench gate` measures both sides at once, and decides.

    dlc bench export results/machine/1a2b3c4d-env.json --to pytest-benchmark --output asv.json

    FORMATS
    """
    if to not in FORMATS:
        raise BadInputError(f"--to {to} is no format; choose from {', '.join(FORMATS)}")
    if len(files) > 1 and not FORMATS[to].series:
        raise BadInputError(f"--to {to} takes one file, not {len(files)}")
    limit = _limit(to, against, fail_above)
    runs = [_read(each, storage) for each in files]
    if limit is None:
        _write(FORMATS[to].write(runs), output)
        return
    base = _read(against, storage)
    if not base.measurements.keys() & runs[0].measurements.keys():  # else nothing could fail
        raise BadInputError(f"{base.path} and {runs[0].path} have no benchmark in common; give runs of one suite")
    text, failed = junit_against(runs[0], base, limit)
    for warning in results.differences(base, runs[0]):
        show.note(f"Warning: the machines differ: {warning}")
    _write(text, output)
    if failed:
        raise FailedError(f"slower than in {base.path} by more than {fail_above}: {', '.join(failed)}")


export.__doc__ = inspect.cleandoc(export.__doc__ or "").replace("FORMATS", ABOUT)


def _limit(to: str, against: str, fail_above: str) -> float | None:
    """How much slower is too slow, as a share of the base's time; None where nothing is compared."""
    if not (against or fail_above):
        return None
    if to != "junit":
        raise BadInputError(f"--against and --fail-above are for --to junit, not {to}")
    if not (against and fail_above):
        missing = "--fail-above" if against else "--against"
        raise BadInputError(f"{missing} is missing; give a base and a limit, as --against previous --fail-above 10%")
    try:
        limit = float(fail_above.removesuffix("%")) / 100
    except ValueError:
        limit = math.nan
    if not 0 <= limit < math.inf:
        raise BadInputError(f"--fail-above {fail_above} is no percentage; write it as 10%")
    return limit


def _read(which: str, storage: Path) -> results.Run:
    run = results.read_run(results.find_run(which, storage))
    for line in run.notes:
        show.note(line)
    return run


def _write(text: str, output: Path) -> None:
    """Write TEXT whole, in UTF-8 whatever the terminal's encoding, or leave a file as it was. Raises FailedError."""
    content = text.encode(errors="replace")  # a name in JSON may hold half a surrogate pair, which no file can
    if str(output) == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    from dlc.kernels.cache import write_whole

    try:
        if output.is_dir() or output.is_file() or not output.exists():
            write_whole(output.resolve(), content)
        else:  # a pipe or a device
            output.write_bytes(content)
    except OSError as error:
        raise FailedError(f"cannot write {output}: {error.strerror or error}; choose another --output") from None
    show.note(f"saved in {output}")
