"""`dlc bench run --against`: the speed table, printed, saved as it grows, and written as Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from dlc.cli import bench_peers, bench_table, results, show
from dlc.cli.bench_against import Settings, Wrong, cells
from dlc.cli.bench_cell import Cell, summary
from dlc.cli.bench_families import chosen_against
from dlc.cli.bench_losses import loss_cells
from dlc.cli.errors import BadInputError, FailedError


@dataclass(frozen=True)
class Output:
    """Where results go."""

    storage: Path
    markdown: Path | None
    as_json: bool


class SpeedFile(results.RunFile):
    """A run's file that takes all cells of a function at once: to write a large file for each would take minutes."""

    def add_all(self, benchmarks: Sequence[Mapping[str, Any]]) -> None:
        """Append rows made by `results.benchmark`, and write the file once."""
        self._content["benchmarks"].extend(benchmarks[:-1])
        self.add(benchmarks[-1])


def speed_table(names: list[str], libraries: list[str], settings: Settings, output: Output) -> None:
    """Time the kernels of NAMES against LIBRARIES, and say how fast they are. Raises FailedError where one is wrong."""
    activations, losses = chosen_against(names)
    peers = bench_peers.chosen(libraries)
    if output.markdown and not output.markdown.absolute().parent.is_dir():
        raise BadInputError(f"no folder {output.markdown.parent} to write {output.markdown.name} in; make it first")
    bench_peers.keep_memory()
    file = SpeedFile(output.storage, threads=max(settings.threads))
    versions = bench_peers.versions(list(peers))
    shared = {"versions": versions, "row": settings.row, "seed": settings.seed}
    timed: list[Cell] = []
    wrong: list[Wrong] = []
    try:
        for found in chain(cells(activations, peers, settings), loss_cells(losses, peers, settings)):
            if isinstance(found, Wrong):
                wrong.append(found)
            else:
                timed += found
                file.add_all([_benchmark(cell, settings.budget, shared) for cell in found])
    except KeyboardInterrupt:
        show.note(f"{file.count} cells are in {file.path}" if file.count else "nothing was timed yet")
        raise
    finally:  # what was timed until Ctrl-C or a fault has taken its time, too
        if output.markdown and timed:
            _write(output.markdown, bench_table.markdown(timed, versions, file.machine))
    _print(timed, list(peers), output, {"machine": file.machine, "file": str(file.path), "versions": versions})
    for each in wrong:
        show.note(
            f"{each.name} {each.dtype} is {each.found.worst:.3g} ulp off at {each.found.at}; {each.bound:g} are allowed"
        )
    if wrong:
        raise FailedError(f"wrong, so not timed: {', '.join(f'{each.name} {each.dtype}' for each in wrong)}")


def _benchmark(cell: Cell, budget: float, shared: Mapping[str, Any]) -> dict[str, Any]:
    facts = show.plain({**cell.facts(), **shared})
    return results.benchmark(cell.name, cell.kernel, cell.params, budget, extra_info=facts)


def _print(timed: Sequence[Cell], libraries: Sequence[str], output: Output, about: Mapping[str, Any]) -> None:
    if output.as_json:
        rows = [cell.facts() for cell in timed]
        show.json_object("bench run", **about, summary=summary(timed), rows=rows)
        return
    show.table(bench_table.headers(libraries), [bench_table.row(cell, libraries) for cell in timed])
    for note in bench_table.notes(timed):
        show.note(note)
    if timed:
        show.note(
            f"{', '.join(f'{name} {found}' for name, found in about['versions'].items())}; saved in {about['file']}"
        )


def _write(path: Path, text: str) -> None:
    from dlc.kernels.cache import write_whole

    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise FailedError(f"cannot write {path}: {error.strerror or error}; choose another --markdown") from None
