"""The machine code of dlc's own kernels, and the Python around it, as `dlc.cli.code_hash` digests them."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli.code_hash import UncoveredError, code_parts, digest, dispatcher_code

if TYPE_CHECKING:
    from dlc.kernels.lanes import Frame
    from dlc.kernels.lift import CompiledKernel

# The files of dlc.kernels whose Python runs when a kernel is called; those of formulas are machine code by then.
GLUE = ("dense", "lanes", "lift", "loss_lift", "native", "race", "rows")


def native_code(kernel: "CompiledKernel", dtype: str) -> Iterator[bytes]:
    """That of a kernel which was called before, for arrays of DTYPE. Raises UncoveredError where it is not kept."""
    from dlc.kernels.cache import folder

    place, (module, name, _) = folder(), kernel.origin
    if place is None:
        raise UncoveredError("machine code is kept nowhere")
    try:
        kept = (place / f"{kernel.prefix}{module}.{name}-{dtype}.kernel").read_bytes()
    except OSError as error:
        raise UncoveredError(f"{name} is not kept: {error.strerror}") from None
    _checksum, _symbol, code = kept.split(b"\n", 2)
    yield from code_parts(code)


def frame_inputs(frame: "Frame") -> list[Any]:
    """All numbers that compiled code finds through a frame."""
    arrays = [(name, value) for name, value in sorted(vars(frame).items()) if hasattr(value, "dtype")]
    return [[(name, value) for name, value in arrays if name != "_entries"], list(frame.task)]


def kernel_hash(runs: Iterable[Any], dtype: str, inputs: Any, *, asks_card: bool = False) -> str | None:
    """The digest of kernels and dispatchers that run on these inputs; None where one would not cover it.

    A kernel of rows asks its card, in each call, how long they are.
    """
    from dlc.kernels.lift import CompiledKernel

    def code() -> Iterator[bytes]:
        for each in runs:
            yield from native_code(each, dtype) if isinstance(each, CompiledKernel) else dispatcher_code(each)

    try:
        return digest(code(), inputs, _glue(asks_card))
    except UncoveredError:
        return None


@cache
def _glue(asks_card: bool) -> list[bytes]:
    import dlc.kernels
    import dlc.reference

    (kernels,), (reference,) = dlc.kernels.__path__, dlc.reference.__path__
    files = [Path(kernels, f"{name}.py") for name in GLUE]
    if asks_card:
        files += [Path(__file__).with_name("catalog.py"), *sorted(Path(reference).glob("*.py"))]
    return [file.read_bytes() for file in files]
