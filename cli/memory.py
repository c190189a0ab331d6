"""How much memory a call needs beside what was there before: the high-water mark while it runs.

Two instruments see different things. `tracemalloc` counts every byte of Python's objects and of NumPy's arrays, and
nothing else. The system counts the pages of the process, whoever asked for them, so also what compiled code allocates
for itself; but pages are coarse, and memory that was freed and is used again is no new page.
"""

import ctypes
import gc
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlc.cli.timing import Call

PROCESS = Path("/proc/self")
RESET_PEAK = "5"  # what Linux is told in clear_refs, from 4.0 on
COARSE = 1 << 18  # a difference of fewer bytes says nothing: pages come in lots, and other threads live too
PYTHON, PAGES = "tracemalloc", "pages"


@dataclass(frozen=True)
class HighWater:
    """Extra bytes of one call, as each instrument sees them; pages are None where the system does not tell."""

    traced: int
    pages: int | None

    @property
    def method(self) -> str:
        """The instrument to believe: the pages only where they show much more than Python and NumPy asked for."""
        return PAGES if self.pages is not None and self.pages > self.traced + COARSE else PYTHON

    @property
    def bytes(self) -> int:
        """Of that instrument."""
        return self.pages if self.method == PAGES and self.pages is not None else self.traced

    def facts(self) -> dict[str, Any]:
        """As --json gives it."""
        return {"bytes": self.bytes, "method": self.method, "traced_bytes": self.traced, "page_bytes": self.pages}


def high_water(call: Call) -> HighWater:
    """The extra memory of CALL, which is made three times: once before, for what only a first call needs."""
    call()
    pages = _pages(call)
    return HighWater(_traced(call), pages)


def _traced(call: Call) -> int:
    was_tracing = tracemalloc.is_tracing()
    gc.collect()
    if not was_tracing:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not was_tracing:
            tracemalloc.stop()
    return peak - before


def _pages(call: Call, process: Path = PROCESS) -> int | None:
    """None where the high-water mark cannot be reset."""
    gc.collect()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # free pages go back, so that a call that needs them takes them anew
    try:
        (process / "clear_refs").write_text(RESET_PEAK)
        before = _status(process, "VmHWM")
        call()
        return max(0, _status(process, "VmHWM") - before)
    except (OSError, ValueError):
        return None


def _status(process: Path, label: str) -> int:
    """Bytes that the system tells under this label. Raises ValueError where it does not."""
    for line in (process / "status").read_text().splitlines():
        if line.startswith(f"{label}:"):
            return int(line.split()[1]) * 1024
    raise ValueError(label)
