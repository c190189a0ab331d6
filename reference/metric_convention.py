"""What a convention of a metric is: how one library computes what it calls by the name of one of our cards.

It is data. Its calls are of y (targets), p (predictions), K (the number of classes) and rows (the query of each item
of rankings): `make peers` runs them on recorded data, and tests compare that with what the convention says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlc.reference.metrics import METRICS, MetricCard

# How near numbers of a library are to ours: keras counts in float32, and so does torchmetrics here and there.
LIBRARIES = {"sklearn": 1e-12, "keras": 2e-5, "torchmetrics": 2e-6}
VERSIONS = {"scikit-learn": "1.9.1", "keras": "3.15.1", "torchmetrics": "1.9.0"}  # those that were recorded

Apart = Mapping[str, tuple[str, ...]]  # where a library says something else, and what -> the tests' cases of it


@dataclass(frozen=True)
class MetricConvention:
    """What one library says under the name of one of our metrics."""

    library: str
    metric: str  # our card by whose name one looks for it
    call: str  # what one writes there, with the library's defaults
    defaults: Mapping[str, Any] = field(default_factory=dict)  # those that matter
    card: str = ""  # our card that says the same, where it is another one
    params: Mapping[str, Any] = field(default_factory=dict)  # our parameters with which it says the same
    same: str = ""  # what to write there to get our metric by its defaults; nothing where there is nothing
    kinds: tuple[str, ...] = ()  # the kinds of data it takes, where they are not the card's
    other: str = ""  # how it is defined there, where no card of ours says the same
    apart: Apart = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What is called."""
        return self.call.partition("(")[0]

    @property
    def meaning(self) -> tuple[MetricCard, dict[str, Any]]:
        """Our card that says the same, and its parameters. Raises ValueError where none does."""
        if self.other:
            raise ValueError(f"{self.metric} is defined otherwise in {self.library}: {self.other}")
        return METRICS[self.card or self.metric], dict(self.params)

    def takes(self, kind: str) -> bool:
        """Whether it is of data of this KIND."""
        return kind in (self.kinds or METRICS[self.metric].kinds)


def keras(metric: str, call: str, apart: Apart | None = None) -> MetricConvention:
    """What keras defines as we do, but where APART says so."""
    return MetricConvention("keras", metric, call, same=call, apart=apart or {})


def torchmetrics(metric: str, call: str, apart: Apart | None = None) -> MetricConvention:
    """What torchmetrics defines as we do, but where APART says so."""
    return MetricConvention("torchmetrics", metric, call, same=call, apart=apart or {})
