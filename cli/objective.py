"""`dlc objective`: what there is to make least or greatest; value and gradient at a point, checked and estimated."""

import math
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlc.cli import params, progress, show, values
from dlc.cli.catalog import complete
from dlc.cli.errors import BadInputError
from dlc.reference.objectives import CLASSES, OBJECTIVES, ObjectiveCard
from dlc.reference.ulp import DIGITS

if TYPE_CHECKING:
    import numpy as np

STEP = "1e-17"  # of the central differences: what they miss is its square, and rounding at fifty digits is less
FARTHEST = 1e8  # where a race gives up, too
MOST_SAMPLES = 10_000_000


def objective(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="Which one; without it, all of them.", autocompletion=complete(OBJECTIVES)
        ),
    ] = None,
    x: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[X]...",
            help="The point: numbers, `-` for standard input, or a .csv or .npy file, a point a row; else its start.",
        ),
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="NAME=VALUE", help="A parameter, like sigma=0.2.")
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(
            "--estimate", metavar="N", help="Estimate value and gradient from N samples, too, where it can be."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of the samples.", show_default="0")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Value and exact gradient of an objective, beside the textbook's value and its differences at fifty digits.

    dlc objective

    dlc objective placement

    dlc objective softmax_bandit 0 0 1 0 0 0 --estimate 10000 --seed 1

    dlc optimize --on placement
    """
    if name is None:
        _list(as_json)
        return
    card = OBJECTIVES[name]
    knobs = params.parse(card, param or [])
    _check_samples(card, samples, seed)
    with progress.compiling():
        answers = [Answer(card, knobs, point, samples, seed or 0) for point in _points(card, x or [])]
    if as_json:
        _json(card, knobs, answers)
        return
    _show(card, answers)


def _list(as_json: bool) -> None:
    cards = [card for each in CLASSES for card in OBJECTIVES.values() if card.objective == each]
    if as_json:
        entries = [{"class": each.objective, "name": each.name, "sense": each.sense, "dimension": each.dimension,
                    "formula": each.formula} for each in cards]  # fmt: skip
        show.json_object("objective", entries=entries)
        return
    rows = [[each.objective, each.name, each.sense, each.dimension, each.formula] for each in cards]
    show.table(["class", "name", "sense", "dimension", "formula"], rows)


def _check_samples(card: ObjectiveCard, samples: int | None, seed: int | None) -> None:
    if samples is None:
        if seed is not None:
            raise BadInputError("--seed is of the samples; give --estimate N, too")
        return
    if not card.estimate:
        able = [each.name for each in OBJECTIVES.values() if each.estimate]
        raise BadInputError(f"{card.name} is no expectation; --estimate is for {', '.join(able)}")
    if not 2 <= samples <= MOST_SAMPLES:
        raise BadInputError(f"--estimate {samples} is not between 2 and {MOST_SAMPLES:,}")
    if (seed or 0) < 0:
        raise BadInputError(f"--seed {seed} is negative; give 0 or more")


def _points(card: ObjectiveCard, typed: list[str]) -> "list[np.ndarray]":
    """The rows of a table, or the one point. Raises BadInputError."""
    import numpy as np

    read = (values.read(typed) if typed else np.array(card.start)).astype(float)
    if read.ndim == 2 and read.shape[1] == card.dimension:
        points = list(read)
    elif read.size == card.dimension:
        points = [read.reshape(-1)]
    else:
        rows = f"rows of {read.shape[-1]}" if read.ndim > 1 else f"{read.size}"
        raise BadInputError(
            f"{card.name} takes {card.dimension} numbers, not {rows}; `dlc show {card.name}` has its start"
        )
    for each in np.concatenate(points).tolist():
        if not abs(each) <= FARTHEST:
            raise BadInputError(f"X: {each} is not a number between −{FARTHEST:g} and {FARTHEST:g}")
    return points


class Answer:
    """An objective at one point: by the kernel, by the reference, and from samples; the value before the slopes."""

    def __init__(
        self, card: ObjectiveCard, knobs: dict[str, float], point: "np.ndarray", samples: int | None, seed: int
    ):
        import mpmath

        self.x: list[float] = point.tolist()
        self.computed = _computed(card, knobs, point)
        with mpmath.workdps(DIGITS):
            exact = _checked(card, knobs, self.x)
            self.checked = [float(each) for each in exact]
            self.differences = [_off(a, b) for a, b in zip(self.computed, exact, strict=True)]
        self.means, self.errors = _estimated(card, knobs, point, samples, seed) if samples else ([], [])

    @property
    def worst(self) -> float:
        """The greatest relative difference; nan is worse than any."""
        return max(self.differences, key=lambda each: (each != each, each))

    @property
    def distances(self) -> list[float | None]:
        """How many standard errors each estimate is from what is computed; None where all samples were equal."""
        triples = zip(self.means, self.computed, self.errors, strict=True)
        return [(mean - exact) / error if error > 0 else None for mean, exact, error in triples]


def _computed(card: ObjectiveCard, knobs: dict[str, float], point: "np.ndarray") -> list[float]:
    """Value and gradient by the kernel, which descends."""
    import numpy as np

    from dlc.kernels.lanes import Frame
    from dlc.kernels.problems import PROBLEMS

    problem = PROBLEMS[card.name]
    frame = Frame(point[:, None], problem.task(np.zeros(1, np.int64), **knobs))
    problem.gradient(frame.address, 1.0)
    sign = -1 if card.is_maximised else 1
    return [sign * each + 0.0 for each in (*frame.loss.tolist(), *frame.g[:, 0].tolist())]  # never −0


def _checked(card: ObjectiveCard, knobs: dict[str, float], point: list[float]) -> list[Any]:
    """The textbook's value, and its central differences."""
    import mpmath

    exact = {name: mpmath.mpf(value) for name, value in knobs.items()}
    x, step = [mpmath.mpf(value) for value in point], mpmath.mpf(STEP)

    def beside(i: int, offset: Any) -> Any:
        return card.function([*x[:i], x[i] + offset, *x[i + 1 :]], **exact)

    slopes = [(beside(i, step) - beside(i, -step)) / (2 * step) for i in range(len(x))]
    return [card.function(x, **exact), *slopes]


def _off(computed: float, exact: Any) -> float:
    """The difference, relative to the larger of 1 and the exact number."""
    return float(abs(computed - exact) / max(1, abs(exact))) if math.isfinite(computed) else math.nan


def _estimated(
    card: ObjectiveCard, knobs: dict[str, float], point: "np.ndarray", samples: int, seed: int
) -> tuple[list[float], list[float]]:
    from dlc.kernels.objective_estimates import estimate

    try:
        found = estimate(card.name, point, samples, seed, **knobs)
    except ValueError as error:
        raise BadInputError(f"{card.name}: {error}") from None
    return found.means.tolist(), found.errors.tolist()


def _show(card: ObjectiveCard, answers: list[Answer]) -> None:
    told = ("class", "sense", "formula", "gradient", "optimum at", "best value", "estimate", "source")
    facts = [(label, text) for label, text in card.facts() if label in told]
    if sys.stdout.isatty():
        show.facts(facts)
        show.terminal().print()
    else:
        for label, text in facts:
            show.note(f"{label}: {text}")
    headers = ["quantity", "x", "computed", "check", "difference"]
    rows = [row for number, answer in enumerate(answers, 1) for row in _rows(number, answer, len(answers) > 1)]
    if answers[0].means:
        headers += ["estimate", "standard_error", "errors_off"]
    show.table([*(["point"] if len(answers) > 1 else []), *headers], rows)
    worst = max((answer.worst for answer in answers), key=lambda each: (each != each, each))
    show.note(
        f"check: the textbook's value at {DIGITS} digits, and its central differences; "
        f"worst relative difference {worst:.2g}"
    )


def _rows(number: int, answer: Answer, is_numbered: bool) -> list[list[Any]]:
    """Value and slopes of one point."""
    rows = []
    for i, (computed, checked, off) in enumerate(zip(answer.computed, answer.checked, answer.differences, strict=True)):
        row: list[Any] = [number] if is_numbered else []
        row += ["value", ("", "")] if i == 0 else [f"d/dx{i}", (answer.x[i - 1], show.short(answer.x[i - 1], 6))]
        row += [(computed, show.short(computed, 10)), (checked, show.short(checked, 10)), (off, show.short(off, 2))]
        if answer.means:
            mean, error, distance = answer.means[i], answer.errors[i], answer.distances[i]
            row += [(mean, show.short(mean, 6)), (error, show.short(error, 2))]
            row.append("" if distance is None else (distance, format(distance, ".2f")))
        rows.append(row)
    return rows


def _json(card: ObjectiveCard, knobs: dict[str, float], answers: list[Answer]) -> None:
    points = []
    for answer in answers:
        points.append({
            "x": answer.x,
            "value": answer.computed[0],
            "gradient": answer.computed[1:],
            "check": {
                "value": answer.checked[0], "gradient": answer.checked[1:], "worst_difference": answer.worst,
            },
        })  # fmt: skip
        if answer.means:
            points[-1]["estimate"] = {
                "value": answer.means[0], "value_error": answer.errors[0],
                "gradient": answer.means[1:], "gradient_errors": answer.errors[1:],
            }  # fmt: skip
    show.json_object(
        "objective",
        name=card.name,
        **{"class": card.objective},
        sense=card.sense,
        formula=card.formula,
        source=card.source,
        params=knobs,
        points=points,
    )
