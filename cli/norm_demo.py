"""`dlc norm batch --demo`: what batch normalisation is said to do, measured; sentences only where intervals allow."""

import math
import sys
from typing import TYPE_CHECKING, Any

from dlc.cli import progress, show
from dlc.cli.errors import BadInputError
from dlc.reference.norms import NORMS

if TYPE_CHECKING:
    import numpy as np

    from dlc.cli.norm_demo_run import Runs

LEAST_SEEDS, MOST_SEEDS = 6, 200  # fewer than six pairs have no interval at 95 %
SHOWN_SCALE = 0.3  # at which gradients are compared


def show_demo(name: str, seeds: int, *, as_json: bool) -> None:
    """Train both networks and print what became of them. Raises BadInputError for another normalisation than batch."""
    if NORMS[name].name != "batch":
        raise BadInputError(f"--demo is of batch, not of {NORMS[name].name}")
    if not LEAST_SEEDS <= seeds <= MOST_SEEDS:
        raise BadInputError(
            f"--seeds {seeds} is not between {LEAST_SEEDS} and {MOST_SEEDS}; fewer have no interval at 95 %"
        )
    from dlc.cli import norm_demo_run as demo

    counts = 2 * seeds * (len(demo.RATES) + len(demo.SCALES))
    ticks = iter(progress.over(range(counts), "training", total=counts if sys.stderr.isatty() else None))

    def done() -> None:
        next(ticks, None)

    with progress.compiling():
        demo.last_loss(True, 0.1, 1.0, 0)
        plain, normed = (demo.runs(each, seeds, done) for each in (False, True))
    claims = [each(plain, normed) for each in (_rates, _scales, _vanishing, _depth)]
    if as_json:
        show.json_object(
            "norm", name="batch", seeds=seeds, rates=demo.RATES, scales=demo.SCALES, claims=claims,
            plain=_record(plain), batch=_record(normed),
        )  # fmt: skip
        return
    _show(plain, normed, seeds)
    print()
    show.table(
        ["claim", "without", "with", "difference", "95 % from", "to", "shown"],
        [
            [each["claim"], _short(each["without"]), _short(each["with"]), _short(each["difference"]),
             _short(each["low"]), _short(each["high"]), "yes" if each["shown"] else "no"]
            for each in claims
        ],
    )  # fmt: skip
    for each in claims:
        show.note(each["sentence"])


def _claim(
    claim: str, without: "np.ndarray", others: "np.ndarray", sentence: str, *, logarithmic: bool
) -> dict[str, Any]:
    """A comparison by pairs of one seed: medians, Hodges and Lehmann's difference or ratio, and its interval."""
    import numpy as np

    from dlc.cli.paired import walsh_averages, walsh_interval

    pairs = np.log10(others) - np.log10(without) if logarithmic else others - without
    ends = (float(np.median(walsh_averages(pairs))), *walsh_interval(pairs))
    is_shown = ends[1] > 0 or ends[2] < 0
    middle, low, high = (10**each for each in ends) if logarithmic else ends
    told = sentence.format(middle=middle, low=low, high=high) if is_shown else f"{claim}: no difference shown"
    return {
        "claim": claim, "without": float(np.median(without)), "with": float(np.median(others)),
        "difference": middle, "low": low, "high": high, "kind": "ratio" if logarithmic else "difference",
        "shown": is_shown, "sentence": told,
    }  # fmt: skip


def _rates(plain: "Runs", normed: "Runs") -> dict[str, Any]:
    import numpy as np

    from dlc.cli.norm_demo_run import RATES

    below = RATES[0] / 2  # where not even the least rate was usable
    without, others = (np.maximum(each.largest_rates, below) for each in (plain, normed))
    return _claim(
        "largest usable rate", without, others,
        "with batch normalisation the largest usable learning rate is {middle:.3g} times as large "
        "({low:.3g} to {high:.3g})", logarithmic=True,
    )  # fmt: skip


def _scales(plain: "Runs", normed: "Runs") -> dict[str, Any]:
    return _claim(
        "loss over initial scales, greatest − least", plain.spreads, normed.spreads,
        "with it the loss depends on the initial scale by {middle:+.3g} ({low:+.3g} to {high:+.3g}) compared to "
        "without", logarithmic=False,
    )  # fmt: skip


def _vanishing(plain: "Runs", normed: "Runs") -> dict[str, Any]:
    import numpy as np

    from dlc.cli.norm_demo_run import SCALES

    without, others = (np.log10(each.gradients[:, 0].max(0) / each.gradients[:, 0].min(0)) for each in (plain, normed))
    return _claim(
        "decades of the first layer's gradient over initial scales", without, others,
        f"from the scale {SCALES[0]:g} to {SCALES[-1]:g} the first layer's gradient changes by {{middle:+.3g}} decades "
        "({low:+.3g} to {high:+.3g}) compared to without", logarithmic=False,
    )  # fmt: skip


def _depth(plain: "Runs", normed: "Runs") -> dict[str, Any]:
    import numpy as np

    without, others = (abs(np.log10(each.decay(SHOWN_SCALE))) for each in (plain, normed))
    return _claim(
        f"decades between gradients of the first and last hidden layer, scale {SHOWN_SCALE:g}", without, others,
        "with it the gradients of the first and the last hidden layer are apart by {middle:+.3g} decades "
        "({low:+.3g} to {high:+.3g}) compared to without", logarithmic=False,
    )  # fmt: skip


def _show(plain: "Runs", normed: "Runs", seeds: int) -> None:
    from dlc.cli.norm_demo_run import DEPTH, EPOCHS, LEARNT, RATES, SCALES, UNITS

    headers = ["loss without", "learnt", "loss with", "learnt"]
    show.table(
        ["learning rate", *headers],
        [[rate, *_cells(plain.by_rate[i]), *_cells(normed.by_rate[i])] for i, rate in enumerate(RATES)],
    )
    print()
    show.table(
        ["initial scale", *headers],
        [[scale, *_cells(plain.by_scale[i]), *_cells(normed.by_scale[i])] for i, scale in enumerate(SCALES)],
    )
    print()
    import numpy as np

    sizes = [np.median(each.gradients, axis=2) for each in (plain, normed)]
    show.table(
        ["dense layer", *(f"gradient {how}, scale {scale:g}" for scale in SCALES for how in ("without", "with"))],
        [
            [layer + 1, *((float(each[k, layer]), show.short(each[k, layer], 3)) for k in range(len(SCALES))
                          for each in sizes)]
            for layer in range(DEPTH + 1)
        ],
    )  # fmt: skip
    show.note(
        f"MNIST-1D, {DEPTH} hidden layers of {UNITS} rectified units, gradient descent over {EPOCHS} epochs, {seeds} "
        f"seeds; losses are medians of the last epoch, learnt is a loss below {LEARNT:.3g} (a guess has 2.3)"
    )
    show.note(f"initial scales at each network's best rate: {plain.best_rate:g} without, {normed.best_rate:g} with")


def _cells(losses: "np.ndarray") -> list[Any]:
    import numpy as np

    from dlc.cli.norm_demo_run import LEARNT

    middle = float(np.median(losses))
    return [
        (middle, show.short(middle, 3) if math.isfinite(middle) else "diverged"),
        f"{int((losses < LEARNT).sum())}/{len(losses)}",
    ]


def _record(found: "Runs") -> dict[str, Any]:
    return {
        "by_rate": found.by_rate.tolist(), "best_rate": found.best_rate, "by_scale": found.by_scale.tolist(),
        "gradients": found.gradients.tolist(), "largest_rates": found.largest_rates.tolist(),
    }  # fmt: skip


def _short(value: float) -> Any:
    return (value, show.short(value, 3))
