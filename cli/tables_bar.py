"""How far a table is read, on a terminal."""

import sys
from collections.abc import Iterator

from dlc.cli import show
from dlc.cli.tables import Chunk, Table


def with_bar(table: Table, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """CHUNKS, with a bar on stderr, in bytes of the file or in rows, where that is a terminal."""
    if not sys.stderr.isatty():
        yield from chunks
        return
    from rich.progress import Progress

    with Progress(console=show.side_channel(), transient=True) as progress:
        task = progress.add_task("reading", total=None)
        for chunk in chunks:
            yield chunk
            progress.update(task, total=table.size or None, completed=table.position)
