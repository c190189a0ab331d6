"""Tables in .parquet files, read by pyarrow."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlc.cli.errors import BadInputError
from dlc.cli.tables import NUMBERS, ROWS, BadRows, Chunk, Table


class ParquetTable(Table):
    """The columns of a .parquet file; a cell without a value is nan."""

    unit = "row"

    def __init__(self, path: str):
        try:
            import pyarrow
            from pyarrow import parquet
        except ModuleNotFoundError:
            raise BadInputError(f"{path} needs pyarrow: pip install 'dlc[parquet]'") from None
        try:
            self._file: Any = parquet.ParquetFile(path)
        except pyarrow.ArrowException as error:
            raise BadInputError(f"{path} is not a parquet file ({str(error).splitlines()[0]})") from None
        self._done = 0
        self.size = self._file.metadata.num_rows
        super().__init__(path, self._file.schema_arrow.names, has_names=True)

    def close(self) -> None:
        """Nothing more is read."""
        self._file.close()

    @property
    def position(self) -> int:
        """Rows that have been read."""
        return self._done

    def pieces(self, columns: Sequence[int], bad: BadRows, threads: int) -> Iterator[Chunk]:
        """The rows in order."""
        import pyarrow

        names = [self.names[column] for column in columns]
        for column in columns:
            kind = self._file.schema_arrow.types[column]
            if not (
                pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind) or pyarrow.types.is_boolean(kind)
            ):
                raise BadInputError(f"{self.path}: {self.column_text(column)} holds {kind}, not numbers")
        step = max(1, min(ROWS, NUMBERS // max(1, len(names))))
        for batch in self._file.iter_batches(batch_size=step, columns=names, use_threads=threads > 1):
            values = np.empty((batch.num_rows, len(names)))
            for k, name in enumerate(names):
                values[:, k] = batch.column(name).cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False)
            yield Chunk(np.arange(self._done + 1, self._done + batch.num_rows + 1), values)
            self._done += batch.num_rows
