"""Numbers from arguments, ranges, standard input and files; every complaint names what, which and the remedy."""

import csv
import math
import re
import sys
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from dlc.cli.errors import BadInputError
from dlc.reference.ulp import FORMATS

if TYPE_CHECKING:
    import numpy as np

LONGEST_RANGE = 10_000_000


def number(text: str, where: str) -> float:
    """The number that TEXT says; inf and nan count. Raises BadInputError naming WHERE it stood."""
    try:
        value = float(text)
    except ValueError:
        raise BadInputError(f"{where}: {text!r} is not a number") from None
    if math.isinf(value) and "inf" not in text.lower():
        raise BadInputError(f"{where}: {text} is beyond the greatest float64; write inf for infinity")
    return value


def arithmetic_range(text: str, where: str) -> list[float]:
    """start:stop:step, stop included where a step ends there; steps are exact decimals."""
    parts = text.split(":")
    if len(parts) != 3:
        raise BadInputError(f"{where}: {text!r} is not start:stop:step")
    ends = [number(part.strip(), where) for part in parts]
    if not all(map(math.isfinite, ends)):
        raise BadInputError(f"{where}: {text!r} is not start:stop:step with three finite numbers")
    start, stop, step = (Fraction(repr(end)) for end in ends)  # the decimals that were typed, within reason
    if step == 0:
        raise BadInputError(f"{where}: the step of {text} is 0")
    count = (stop - start) // step + 1
    if count < 1:
        raise BadInputError(f"{where}: {text} is empty; a step from {parts[0]} to {parts[1]} has the other sign")
    if count > LONGEST_RANGE:
        raise BadInputError(f"{where}: {text} has {count:,} values; at most {LONGEST_RANGE:,} are taken")
    return [float(start + i * step) for i in range(count)]


def read(sources: Iterable[str]) -> "np.ndarray":
    """All numbers of SOURCES in order: one table if there is one file and it has rows, else one vector.

    A source is a number, several with commas, start:stop:step, `-` for standard input, or a .csv or .npy file.
    Raises BadInputError for what cannot be read, and where nothing is left.
    """
    import numpy as np

    sources = list(sources)
    if len(sources) == 1 and _is_file(sources[0]):
        values = _file(sources[0])
    else:
        parts = [_file(source).reshape(-1) if _is_file(source) else np.array(_typed(source)) for source in sources]
        values = np.concatenate(parts) if parts else np.array([])
    if values.size == 0:
        raise BadInputError(f"no numbers in {', '.join(sources) or 'the input'}")
    return values


def check_type(dtype: str | None) -> None:
    """Raises BadInputError where a DTYPE was asked for that there is not."""
    if dtype is not None and dtype not in FORMATS:
        raise BadInputError(f"no dtype {dtype!r}; choose {' or '.join(FORMATS)}")


def type_for(values: "np.ndarray", dtype: str | None) -> str:
    """The type to compute in: DTYPE, or that of VALUES if it is float32, or float64."""
    return dtype or ("float32" if values.dtype == "float32" else "float64")


def as_type(values: "np.ndarray", dtype: str) -> "np.ndarray":
    """VALUES rounded to DTYPE. Raises BadInputError where a finite one would become infinite."""
    import numpy as np

    with np.errstate(over="ignore"):
        rounded = values.astype(dtype)
    beyond = np.isfinite(values) & ~np.isfinite(rounded)
    if beyond.any():
        first = values[beyond].flat[0]
        raise BadInputError(f"{first} is beyond the greatest {dtype}; use --dtype float64, or write inf")
    return rounded


def _is_file(source: str) -> bool:
    return source.lower().endswith((".csv", ".npy"))


def _file(source: str) -> "np.ndarray":
    path = Path(source)
    try:
        return _npy(path) if path.suffix.lower() == ".npy" else _csv(path)
    except OSError as error:
        raise BadInputError(f"{source}: {error.strerror or error}") from None


def _typed(source: str) -> list[float]:
    if source == "-":
        if sys.stdin is None:
            raise BadInputError("there is no standard input; give numbers or a file")
        if sys.stdin.isatty():
            print("reading numbers from the terminal; end with Ctrl-D", file=sys.stderr)
        try:
            words = sys.stdin.read().replace(",", " ").split()
        except UnicodeDecodeError:
            raise BadInputError("standard input is not text; give a .npy file by its name") from None
        if not words:
            raise BadInputError("standard input has no numbers")
        return [number(word, f"standard input, number {i}") for i, word in enumerate(words, 1)]
    if ":" in source:
        return arithmetic_range(source, "range")
    return list(_separated(source))


def _separated(source: str) -> Iterator[float]:
    if re.search(r",\s*,", source):
        raise BadInputError(f"X: nothing stands between two commas of {source!r}")
    for word in filter(None, source.replace(",", " ").split()):
        try:
            yield number(word, "X")
        except BadInputError:
            if word.startswith("--"):
                raise BadInputError(f"no option {word}; --help lists the options") from None
            if word.startswith("-") and word[1:2].isalpha():
                raise BadInputError(f"{word!r} is neither a number nor an option; --help lists the options") from None
            if "." in word[1:-1] and not word[-1].isdigit():
                raise BadInputError(f"{word!r} is neither a number nor a .csv or .npy file") from None
            raise


def _npy(path: Path) -> "np.ndarray":
    import numpy as np

    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise BadInputError(f"{path} is not a .npy file of numbers ({str(error).splitlines()[0]})") from None
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiub":
        raise BadInputError(f"{path} holds {getattr(values, 'dtype', 'no array')}; real numbers are needed")
    kind = values.dtype.newbyteorder("=")
    with np.errstate(over="ignore"):
        numbers = np.atleast_1d(values).astype(kind if kind in (np.float32, np.float64) else np.float64)
    if not np.array_equal(np.isinf(numbers), np.isinf(np.atleast_1d(values))):
        raise BadInputError(f"{path} holds numbers beyond the greatest float64; write inf for infinity")
    return numbers


def _csv(path: Path) -> "np.ndarray":
    import numpy as np

    rows: list[list[float]] = []
    seen_header = False
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file)
            for cells in lines:
                if not any(cell.strip() for cell in cells):
                    continue
                if not rows and not seen_header and _is_header(cells):
                    seen_header = True
                    continue
                where = f"{path}, line {lines.line_num}"
                rows.append([number(cell.strip(), f"{where}, column {i}") for i, cell in enumerate(cells, 1)])
                if len(rows[-1]) != len(rows[0]):
                    raise BadInputError(f"{where} has {len(rows[-1])} cells, the first row {len(rows[0])}")
    except (UnicodeDecodeError, csv.Error):
        raise BadInputError(f"{path} is not a text file of comma-separated numbers") from None
    return np.array(rows)


def _is_header(cells: list[str]) -> bool:
    """A first line without a single number names the columns."""
    return not any(is_number(cell) for cell in cells)


def is_number(text: str) -> bool:
    """Whether Python reads TEXT as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
