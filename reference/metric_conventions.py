"""What other libraries mean by the name of a metric, and what to write there to agree with dlc.

The tables are in metric_conventions_labels.py and metric_conventions_numbers.py; `dlc diff` prints them.
"""

from typing import Any

from dlc.reference.metric_convention import LIBRARIES, VERSIONS, Apart, MetricConvention
from dlc.reference.metric_conventions_labels import LABELS
from dlc.reference.metric_conventions_numbers import NUMBERS
from dlc.reference.metrics import METRICS, MetricCard

__all__ = ["CONVENTIONS", "LIBRARIES", "SKLEARN_APART", "VERSIONS", "MetricConvention", "as_library", "conventions"]

CONVENTIONS: tuple[MetricConvention, ...] = (*LABELS, *NUMBERS)

# Where scikit-learn says something else than our card whose call it is -> cases of tests.
NOTHING_TO_FIND = "labels are all one that is not 1: 0, where binary asks for label 1"
SKLEARN_APART: dict[str, Apart] = {
    **{
        name: {NOTHING_TO_FIND: ("one class", "one row")}
        for name in ("precision", "recall", "f1", "fbeta", "jaccard_index")
    },
    "balanced_accuracy": {
        "adjusted, with targets of one class: −inf": ("one class in targets", "no target is 1", "every target is 1")
    },
    "average_precision": {"no row of label 1: 0": ("no target is 1",)},
    "pr_auc": {"no row of label 1: ½": ("no target is 1",)},
    "precision_recall_curve": {"no row of label 1: recall is 1": ("no target is 1",)},
    "d2_log_loss": {"targets of one class: some great negative number": ("no target is 1", "every target is 1")},
    "brier_skill": {
        "targets of one class: −inf, or some great negative number": ("no target is 1", "every target is 1")
    },
    "hinge_loss": {"every target is 1: they count as 0": ("every target is 1, two classes",)},
}


def conventions(metric: str, kind: str = "") -> list[MetricConvention]:
    """Every convention of a metric, of one KIND of data or of all."""
    return [each for each in CONVENTIONS if each.metric == METRICS[metric].name and (not kind or each.takes(kind))]


def metric_differences(library: str, metric: str, kind: str) -> list[str]:
    """Where LIBRARY's number is another than ours for what it means by METRIC, in words."""
    return [words for each in conventions(metric, kind) if each.library == library for words in each.apart]


def as_library(library: str, metric: str, kind: str) -> tuple[MetricCard, dict[str, Any]]:
    """What METRIC is by the defaults of LIBRARY on data of a KIND (a key of TAKES): our card and its parameters.

    So `dlc metric NAME --as LIBRARY` computes card.function, or its kernel, with these parameters instead of NAME's
    own defaults; what was typed as a parameter comes after. Where the library offers what our card says, that is the
    card itself. Raises KeyError for a library that is not in LIBRARIES, and ValueError where it has no such metric, or
    means by its name what none of ours says.
    """
    card = METRICS[metric]
    if library not in LIBRARIES:
        raise KeyError(library)
    for each in conventions(metric, kind):
        if each.library == library:
            return each.meaning
    if library == "sklearn" and card.sklearn and kind in card.kinds:
        return card, {}
    raise ValueError(f"{library} has no {card.name} of data of the kind {kind}")
