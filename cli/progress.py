"""Progress and notes about long work, on stderr."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from dlc.cli import show

Item = TypeVar("Item")

# Fewer items than this are done before a bar could be read.
BAR_FROM = 2000


def over(items: Sequence[Item], doing: str, *, always: bool = False) -> Iterator[Item]:
    """ITEMS one by one, with a bar on a terminal when there are many (or ALWAYS)."""
    if (len(items) < BAR_FROM and not always) or not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import track

    yield from track(items, description=doing, console=show.side_channel(), transient=True)


@contextmanager
def compiling() -> Iterator[None]:
    """Says so, once, when work in this block has to wait for the compiler."""
    from dlc.kernels import cache

    told: list[str] = []

    def tell(name: str) -> None:
        if not told:
            show.note("compiling kernels (first use; kept for the next time) ...")
        told.append(name)

    cache.compile_listeners.append(tell)
    try:
        yield
    finally:
        cache.compile_listeners.remove(tell)
