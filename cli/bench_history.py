"""`dlc bench history`: the trend of each benchmark over saved runs, and the runs at which its level changed."""

import difflib
import fnmatch
import math
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from dlc.cli import show
from dlc.cli.bench_options import AsJson
from dlc.cli.bench_series import Series, called, machines, read_runs, run_files, series_of, short_name
from dlc.cli.bench_table import ratio_cell
from dlc.cli.errors import BadInputError
from dlc.cli.results import DEFAULT_STORAGE

TREND_WIDTH = 24
LEAST_SPAN = 0.1  # of a trend that fills its height: what varies less than this looks as calm as it is
MOST_TOLD = 5  # files that are left out
COMMON = 0.5  # share of the series that change at the same run, from which on the machine is suspected


def history(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Benchmarks, by name, by part of it, or by pattern; all by default."),
    ] = None,
    storage: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of saved runs, another folder of benchmark files, or a file; more than once."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the trends into a .png, .svg or .pdf.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw the trend of each benchmark over saved runs, of dlc or of any tool it reads, and mark changes of level.

    A change is told where at least three or four runs agree on the new level and the difference stands out of the
    noise, single spikes apart. Runs on different machines, or with other threads, are different series. It is a trend,
    never a verdict: runs at different times differ in more than the code. `dlc bench gate` measures both sides now.
    """
    if save:
        from dlc.cli.picture_history import check

        check(save)
    runs, left_out = read_runs(run_files(storage or [DEFAULT_STORAGE]))
    groups = machines(runs)
    letters = {id(run): _letter(place) for place, (_, group) in enumerate(groups) for run in group}
    series = _chosen([each for _, group in groups for each in series_of(group)], names or [])
    if as_json:
        told = [{"machine": letter, **_facts(each)} for each in series for letter in [letters[id(each.runs[0])]]]
        about = {_letter(place): machine for place, (machine, _) in enumerate(groups)}
        show.json_object("bench history", machines=about, left_out=left_out, series=told)
    elif len(series) == 1 and len(series[0].points) > 1:
        _show_one(series[0])
    else:
        show.table(*_table(series, letters if len(groups) > 1 else {}))
    if save:
        from dlc.cli import picture_history

        picture_history.save(save, series, letters if len(groups) > 1 else {})
        show.note(f"saved in {save}")
    for note in _notes(series, groups, left_out):
        show.note(note)


def _letter(place: int) -> str:
    """A, B, ..., Z, AA: what a machine is called."""
    more, last = divmod(place, 26)
    return (_letter(more - 1) if more else "") + chr(ord("A") + last)


def _chosen(series: Sequence[Series], names: Sequence[str]) -> list[Series]:
    """The series of the benchmarks that NAMES mean. Raises BadInputError."""
    if not names:
        return list(series)
    known = list(dict.fromkeys(each.name for each in series))
    wanted = set()
    for name in names:
        meant = [each for each in known if name in (each, each.partition("[")[0])]
        meant = meant or [each for each in known if fnmatch.fnmatchcase(each, name)]
        meant = meant or [each for each in known if name in each]
        if not meant:
            near = difflib.get_close_matches(name, known, n=1) or known[:1]
            raise BadInputError(f"no saved run has a benchmark {name}; did you mean {near[0]}?")
        wanted.update(meant)
    return [each for each in series if each.name in wanted]


def _table(series: Sequence[Series], letters: Mapping[int, str]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Headers and rows; with a column for the machine where there are LETTERS for several."""
    names = [each.name for each in series]
    rows = []
    for each in series:
        name = (each.name, short_name(each.name, names))
        machine = (letters[id(each.runs[0])],) if letters else ()
        rows.append((name, *machine, *_cells(each)))
    machine = ("machine",) if letters else ()
    return ("benchmark", *machine, "runs", "trend", "first", "last", "last/first", "changes of level"), rows


def _cells(series: Series) -> tuple[Any, ...]:
    first, last = series.times[0], series.times[-1]
    ratio = last / first if len(series.times) > 1 else None
    return (
        len(series.points),
        (" ".join(map(str, series.times)), sparkline(series)),
        (first, show.duration(first)),
        (last, show.duration(last)),
        ("", "") if ratio is None else (ratio, f"{ratio:.3f}x"),
        "; ".join(_findings(series)),
    )


def _findings(series: Series) -> Iterator[str]:
    for change in series.changes:
        point = series.points[change.at]
        software = f", with {', '.join(point.software)}" if point.software else ""
        yield f"{change.ratio:.3f}x at {called(point.run)}{software}"
    if series.new:
        yield f"new in {called(series.new)}"
    if series.gone:
        yield f"gone after {called(series.gone)}"
    if series.gaps:
        yield f"missing in {len(series.gaps)} of the runs between"


def sparkline(series: Series) -> str:
    """The trend in one line: a bar for each run, on a logarithmic scale; a space where a run lacks the benchmark."""
    cells: list[list[float]] = [[] for _ in range(min(TREND_WIDTH, len(series.runs)))]
    for place, time in zip(series.at, series.times, strict=True):
        cells[place * len(cells) // len(series.runs)].append(math.log(time))
    middles = [statistics.median(cell) if cell else None for cell in cells]
    known = [middle for middle in middles if middle is not None]
    span = max(LEAST_SPAN, max(known) - min(known))
    low = (max(known) + min(known) - span) / 2
    return "".join(" " if middle is None else show.bar((middle - low) / span) for middle in middles)


def _facts(series: Series) -> dict[str, Any]:
    """One series of --json; times are seconds per call."""
    ratio = series.last_over_first
    return {
        "name": series.name,
        "runs": [
            {
                "file": str(point.run.path),
                "datetime": point.run.when,
                "commit": point.run.commit,
                "median_s": point.measurement.median,
                "low_s": point.interval and point.interval[0],
                "high_s": point.interval and point.interval[1],
                "software": point.software,
            }
            for point in series.points
        ],
        "last_over_first": ratio and {"ratio": ratio.ratio, **_ends(ratio.low, ratio.high)},
        "change_points": [
            {
                "at": change.at,
                "file": str(series.points[change.at].run.path),
                "commit": series.points[change.at].run.commit,
                "before_s": change.before,
                "after_s": change.after,
                "after_over_before": change.ratio,
                "software": series.points[change.at].software,
            }
            for change in series.changes
        ],
        "new": series.new and str(series.new.path),
        "gone": series.gone and str(series.gone.path),
        "gaps": [str(run.path) for run in series.gaps],
    }


def _ends(low: float, high: float) -> dict[str, float | None]:
    return {"low": low, "high": high} if low == low else {"low": None, "high": None}


def _show_one(series: Series) -> None:
    """A chart on a terminal; in a pipe a row for each run."""
    if sys.stdout.isatty():
        from dlc.cli.plot_history import chart

        print(chart(series))
        show.facts(_described(series))
        return
    changes = {change.at: change.ratio for change in series.changes}
    rows = [
        (str(point.run.path), point.run.when, point.run.commit, point.measurement.median,
         *(point.interval or ("", "")), changes.get(place, ""))
        for place, point in enumerate(series.points)
    ]  # fmt: skip
    show.table(("file", "datetime", "commit", "median", "low", "high", "change of level"), rows)


def _described(series: Series) -> Iterator[tuple[str, str]]:
    """The facts below a chart."""
    first, last = series.points[0], series.points[-1]
    yield "first", f"{show.duration(first.measurement.median)} in {called(first.run)}, {first.run.when[:10]}"
    yield "last", f"{show.duration(last.measurement.median)} in {called(last.run)}, {last.run.when[:10]}"
    ratio = series.last_over_first
    if ratio:
        yield "last/first", ratio_cell({"ratio": ratio.ratio, **_ends(ratio.low, ratio.high)}, 3)[1]
    for finding in _findings(series):
        yield "change", finding


def _notes(
    series: Sequence[Series], groups: Sequence[tuple[Mapping[str, str], Sequence[Any]]], left_out: Sequence[str]
) -> Iterator[str]:
    """What the reader has to know to read the trend."""
    from dlc.cli.change_points import FEWEST

    for line in left_out[:MOST_TOLD]:
        yield f"Left out: {line}"
    if len(left_out) > MOST_TOLD:
        yield f"Left out: {len(left_out) - MOST_TOLD} more files"
    if len(groups) > 1:
        for place, (machine, runs) in enumerate(groups):
            about = ", ".join(f"{label} {value}" for label, value in machine.items()) or "a machine that is not stated"
            yield f"Machine {_letter(place)}: {about}; runs: {len(runs)}"
    changed = Counter(called(each.points[change.at].run) for each in series for change in each.changes)
    able = sum(len(each.points) >= FEWEST for each in series)
    for run, count in changed.most_common(1):
        if count >= max(3, COMMON * able):
            yield f"{count} of {able} series change at {run}: so the machine or its software is suspected, not a kernel"
    longest = max(len(each.points) for each in series)
    if longest < FEWEST:
        yield f"changes of level are looked for from {FEWEST} runs on; the longest series has {longest}"
    else:
        yield (
            "a trend, not a verdict: noise alone shows a change in about 1 of 200 series, in more where runs that are "
            "near in time are alike; `dlc bench gate` measures both sides now"
        )
