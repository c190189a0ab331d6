"""Progress and notes about long work, on stderr."""

import sys
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

from dlc.cli import show

Item = TypeVar("Item")

# Fewer items than this are done before a bar could be read.
BAR_FROM = 2000

_shown: list[str] = []  # the bar that is on the terminal: one within it would spoil it


def over(items: Iterable[Item], doing: str, *, total: int | None = None) -> Iterator[Item]:
    """ITEMS one by one, with a bar on a terminal when there are many, or when their TOTAL is stated."""
    are_few = total is None and isinstance(items, Sized) and len(items) < BAR_FROM
    if not sys.stderr.isatty() or are_few or _shown:
        yield from items
        return
    from rich.progress import track

    _shown.append(doing)
    try:
        yield from track(items, description=doing, total=total, console=show.side_channel(), transient=True)
    finally:
        _shown.remove(doing)


def line(text: str) -> None:
    """Overwrite the line at which a terminal's stderr stands; no thread draws it, which would disturb the times."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


@contextmanager
def compiling() -> Iterator[None]:
    """Says so, once, when work in this block has to wait for the compiler."""
    from dlc.kernels import cache

    told: list[str] = []

    def tell(name: str) -> None:
        if not told:
            kept = "kept for the next time" if cache.folder() else f"not kept: {cache.root()} cannot be written"
            show.note(f"compiling kernels (first use; {kept}) ...")
        told.append(name)

    cache.compile_listeners.append(tell)
    try:
        yield
    finally:
        cache.compile_listeners.remove(tell)
