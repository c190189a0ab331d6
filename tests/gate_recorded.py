"""A recording of generations of the same code on all sides, as arrays; and what noise there is in it."""

import math
import statistics
from datetime import datetime
from itertools import combinations, pairwise, permutations
from pathlib import Path

import numpy as np

from dlc.cli.gate_detectable import SHAMOS
from dlc.cli.gate_generation import BASE, CONTROL, HEAD, Generation, read_recording
from dlc.cli.paired import median_interval

QUANTILES = (0.1, 0.5, 0.9, 1.0)
FEWEST = 30  # generations that make a recording
HIGH = 0.001  # level at which a benchmark's side is said to lean


class Recorded:
    """Effects and slices by benchmark; the names are those that were timed in every generation."""

    def __init__(self, path: Path):
        about, generations = read_recording(path)
        self.path, self.about = path, about
        every = [set(each.rows) for each in generations if each.rows]
        most = max(map(len, every))
        self.generations = [each for each in generations if len(each.rows) >= 0.9 * most]
        self.names = sorted(set.intersection(*(set(each.rows) for each in self.generations)))
        self.sides = [BASE, HEAD] + ([CONTROL] if self._has_full_control() else [])
        self.effects = {pair: self._effects(*pair) for pair in permutations((BASE, HEAD, CONTROL), 2)}
        self.slices = {side: self._slices(side) for side in self.sides}
        started = [datetime.fromisoformat(each.started) for each in self.generations]
        self.seconds = (started[-1] - started[0]).total_seconds()
        gaps = [(b - a).total_seconds() for a, b in pairwise(started)]
        self.generation_s = statistics.median(gaps)

    def _has_full_control(self) -> bool:
        return all(CONTROL in each.rows[name].order for each in self.generations for name in self.names)

    def _effects(self, over: str, of: str) -> list[dict[str, float]]:
        def of_one(generation: Generation) -> dict[str, float]:
            rows = ((name, generation.rows[name]) for name in self.names)
            return {name: each.effect(over, of) for name, each in rows if {over, of} <= set(each.order)}

        return [of_one(each) for each in self.generations]

    def _slices(self, side: str) -> list[list[np.ndarray]]:
        return [[np.array(each.rows[name].of(side)) for name in self.names] for each in self.generations]

    def matrix(self, over: str, of: str) -> np.ndarray:
        """Effects by generation and benchmark."""
        return np.array([[each[name] for name in self.names] for each in self.effects[over, of]])

    def medians(self, side: str) -> np.ndarray:
        """Logarithms of the median slice, by generation and benchmark."""
        return np.array([[math.log(np.median(each)) for each in row] for row in self.slices[side]])

    def hours(self) -> str:
        return f"{self.seconds / 3600:.2f} h"


def scale(values: np.ndarray) -> np.ndarray:
    """Standard deviations down the generations, by the median distance of two."""
    first, second = np.triu_indices(len(values), 1)
    return np.array([np.median(np.abs(each[first] - each[second])) for each in values.T]) / SHAMOS


def serial(values: np.ndarray) -> np.ndarray:
    """Correlation of the ranks of neighbouring generations."""
    ranks = values.argsort(0).argsort(0).astype(float)
    centred = ranks - ranks.mean(0)
    return (centred[1:] * centred[:-1]).sum(0) / (centred**2).sum(0)


def quantile_row(what: str, values: np.ndarray, form: str = "{:.2%}") -> str:
    cells = (form.format(each) for each in np.quantile(values, QUANTILES))
    return f"| {what} | {' | '.join(cells)} |"


def noise_lines(record: Recorded) -> list[str]:
    """The noise between fresh processes."""
    d = record.matrix(BASE, HEAD)
    a, b = record.medians(BASE), record.medians(HEAD)
    half = len(d) // 2
    lines = [
        f"{len(d)} generations of {len(record.names)} benchmarks in {record.hours()}, "
        f"{record.generation_s:.0f} s each.\n",
        "| over benchmarks | 10 % | median | 90 % | worst |",
        "|---|---|---|---|---|",
        quantile_row("sigma of a generation, sides interleaved: robust", scale(d)),
        quantile_row("the same, plain standard deviation", d.std(0, ddof=1)),
        quantile_row("head one generation after the base: robust", scale(b[1:] - a[:-1])),
        quantile_row("head one generation after the base: plain", (b[1:] - a[:-1]).std(0, ddof=1)),
        quantile_row("head half of the time later: robust", scale(b[half:] - a[: len(d) - half])),
        quantile_row("generations with an effect above 5 %", (np.abs(d) > 0.05).mean(0)),
        quantile_row("rank correlation of neighbouring generations", serial(d), "{:+.2f}"),
        quantile_row("a side leans: median effect, without sign", np.abs(np.median(d, 0))),
    ]
    for over, of in combinations(record.sides, 2):
        values = record.matrix(over, of)
        intervals = [median_interval(each, HIGH) for each in values.T]
        leaning = [sum(max(low, -high) > at for low, high in intervals) for at in (0, 0.005, 0.01)]
        lines.append(
            f"\n{of} against {over}: median effect over all {np.median(values):+.3%}; {leaning[0]} benchmarks lean to "
            f"a side (99.9 % intervals), {leaning[1]} by more than 0.5 %, {leaning[2]} by more than 1 %."
        )
    together = np.median(d, 1)
    alone = scale(d).mean() * math.sqrt(math.pi / 2 / len(record.names))
    lines.append(
        f"\nThe median benchmark of a generation moves by {together.std():.3%}; independent benchmarks would make it "
        f"about {alone:.3%}. "
    )
    classes = sigma_classes(record)
    lines.append("Benchmarks by robust sigma: " + ", ".join(f"{k} {len(v)}" for k, v in classes.items()) + ".")
    return lines


CLASSES = {"≤ 0.5 %": 0.005, "≤ 1 %": 0.01, "≤ 2 %": 0.02, "> 2 %": math.inf}


def sigma_classes(record: Recorded) -> dict[str, list[str]]:
    """Benchmarks by the noise of their generations."""
    found: dict[str, list[str]] = {label: [] for label in CLASSES}
    for name, sigma in zip(record.names, scale(record.matrix(BASE, HEAD)), strict=True):
        found[next(label for label, most in CLASSES.items() if sigma <= most)].append(name)
    return found
