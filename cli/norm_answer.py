"""What `dlc norm` has to say: each number normalised, gradients, and what is kept of the batch."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlc.cli import agreement_norms, progress, show
from dlc.cli.agreement_norms import Case
from dlc.cli.catalog import norm_kernel
from dlc.reference.norm_conventions import NormConvention

MOST_SHOWN = 200  # numbers, on a terminal and in a pipe
MOST_JUDGED = 1000  # numbers, whose errors are looked up at fifty digits
PLACES = ("sample", "channel", "position")


class NormAnswer:
    """A normalisation computed, and judged where it is not too large."""

    def __init__(
        self,
        case: Case,
        *,
        backward: bool,
        moving: Mapping[str, float],
        there: NormConvention | None,
        threads: int,
    ):
        self.case, self.backward, self.moving, self.there = case, backward, moving, there
        kernel, shape = norm_kernel(case.card), agreement_norms.shape_of(case.at)
        with progress.compiling():
            self.y, self.by = kernel.forward(
                case.x, shape, case.params, case.gain, case.bias, case.kept, training=case.training, threads=threads
            )
            self.gradients = None
            if backward:
                self.gradients = kernel.backward(
                    case.x, case.v, shape, case.params, self.by, case.gain, training=case.training, threads=threads
                )
            self.kept = case.kept
            if case.card.kept and case.training:
                self.kept = kernel.updated(case.kept, self.by, shape, **moving, eps=case.params.get("eps", 0.0))
        self.errors = self._errors()

    def _errors(self) -> dict[str, list[float]]:
        """Of each number of each quantity; nothing where there are too many."""
        case = self.case
        if case.x.size > MOST_JUDGED:
            return {}
        exact, found = agreement_norms.exactly(case), {"value": self.y}
        if self.gradients is not None:
            found |= dict(zip(case.quantities[1:], self.gradients, strict=True))
        return {
            name: agreement_norms.errors(each, exact[name], case.x.dtype.name)
            for name, each in found.items()
            if len(exact[name]) == each.size
        }

    def json(self) -> dict[str, Any]:
        """Everything, for --json."""
        case, card = self.case, self.case.card
        fields: dict[str, Any] = {
            "shape": list(case.x.shape), "layout": case.at.layout, "training": case.training,
            "y": case_list(self.y), "worst_ulp": {name: max(each) for name, each in self.errors.items() if each},
        }  # fmt: skip
        if self.gradients is not None:
            fields["gradient"] = case_list(self.gradients.x)
            if card.gain:
                fields["gradient_by_gain"] = list(self.gradients.gain)
            if card.bias:
                fields["gradient_by_bias"] = list(self.gradients.bias)
        if card.kept:
            fields["kept"] = dict(zip(card.kept, map(list, self._kept_columns(self.kept)), strict=True))
        return fields

    def show(self) -> None:
        """Numbers, gains, and what is kept, each in a table of its own."""
        if self.case.x.size <= MOST_SHOWN:
            self._show_numbers()
        else:
            self._show_sets()
            show.note(f"of {self.case.x.size:,} numbers in all; --json or --out FILE has each")
        self._show_gains()
        self._show_kept()
        for name, each in self.errors.items():
            if each and name.startswith("by "):
                show.note(f"gradient {name}: at most {max(each):.2g} ulp of the greatest")

    def _show_numbers(self) -> None:
        at, flat = self.case.at, self.y.reshape(-1)
        used = [i for i, size in enumerate((at.samples, at.channels, at.positions)) if size > 1 or i == 0]
        headers = [PLACES[i] for i in used] + ["x", "value", "error (ulp)"]
        headers += ["v", "gradient", "error (ulp)"] if self.gradients is not None else []
        rows = []
        for i, x in enumerate(self.case.x.reshape(-1)):
            place = at.place(i)
            row: list[Any] = [place[k] + 1 for k in used] + [_cell(x), _cell(flat[i]), self._error("value", i)]
            if self.gradients is not None:
                v, slope = self.case.v.reshape(-1)[i], self.gradients.x.reshape(-1)[i]
                row += [_cell(v), _cell(slope), self._error("gradient", i)]
            rows.append(row)
        show.table(headers, rows)

    def _error(self, quantity: str, i: int) -> Any:
        found = self.errors.get(quantity)
        return "" if not found else (found[i], show.short(found[i], 2))

    def _show_sets(self) -> None:
        """The least, mean and greatest result of the first channels, where there are too many numbers."""
        at = self.case.at
        shape = (at.samples, at.positions, at.channels) if at.channels_last else (at.samples, at.channels, at.positions)
        last = 2 if at.channels_last else 1
        channels = np.moveaxis(self.y.reshape(shape), last, 0).reshape(at.channels, -1).astype(np.float64)
        rows = [
            [k + 1, _cell(each.min()), _cell(each.mean()), _cell(each.std()), _cell(each.max())]
            for k, each in enumerate(channels[:MOST_SHOWN])
        ]
        show.table(["channel", "least", "mean", "deviation", "greatest"], rows)

    def _show_gains(self) -> None:
        card, found = self.case.card, self.gradients
        if found is None or not card.gain or len(found.gain) > MOST_SHOWN:
            return
        print()
        headers = [card.gain if card.gain != "set" else "row", "by gain"] + ["by bias"] * card.bias
        columns = [found.gain, found.bias] if card.bias else [found.gain]
        show.table(headers, [[k + 1, *map(_cell, row)] for k, row in enumerate(zip(*columns, strict=True))])

    def _kept_columns(self, kept: Any) -> list[Any]:
        return list(kept) if self.case.card.shares == "matrix" else list(kept.T)

    def _show_kept(self) -> None:
        card = self.case.card
        if not card.kept:
            return
        print()
        if card.shares == "matrix":
            show.table(
                ["kept", "numbers"], [[n, show.vector(each)] for n, each in zip(card.kept, self.kept, strict=True)]
            )
            return
        before, after = self._kept_columns(self.case.kept), self._kept_columns(self.kept)
        headers = ["channel", *(f"{name} {when}" for name in card.kept for when in ("before", "after"))]
        rows = []
        for k in range(min(len(before[0]), MOST_SHOWN)):
            pairs = [(_cell(old[k]), _cell(new[k])) for old, new in zip(before, after, strict=True)]
            rows.append([k + 1, *(cell for pair in pairs for cell in pair)])
        show.table(headers, rows)
        if self.moving and self.case.training:
            by = "n − 1" if self.moving["unbiased"] else "n"
            share = self.moving["momentum"]
            theirs = "" if self.there is None else f"; {self.there.short} writes momentum {_written(self.there, share)}"
            what = "the deviation" if self.moving["deviation"] else "the variance"
            show.note(f"kept is {1 - share:.6g}·before + {share:.6g}·batch, {what} by {by}{theirs}")


def _written(there: NormConvention, share: float) -> str:
    return f"{share if there.weight_of == 'new' else 1 - share:.6g}, the weight of the {there.weight_of}"


def case_list(array: np.ndarray) -> Any:
    """Nested lists of NumPy's own numbers: float32 must not gain digits."""
    return [case_list(each) for each in array] if array.ndim else array[()]


def _cell(value: Any) -> Any:
    return (value, show.short(float(value), 8))
