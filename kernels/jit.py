"""How kernels are compiled by Numba's dispatcher, for callers that know their types only when they are called."""

from collections.abc import Callable
from typing import Any

import numba
from numba.core import event

from dlc.kernels import cache

# Division follows IEEE 754: Python's check for zero would stop vectorisation. No fast-math: equal inputs, equal bits.
STRICT = {"error_model": "numpy"}

if cache.folder() is not None:
    numba.config.CACHE_DIR = str(cache.folder())


class _Announcer(event.Listener):
    """Passes on that Numba begins to compile a function."""

    def on_start(self, event: Any) -> None:
        cache.announce(event.data["dispatcher"].__name__)

    def on_end(self, event: Any) -> None:
        pass


event.register("numba:compile", _Announcer())


def compiled(signature: Any = None) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function on its first use (or for SIGNATURE) and keep the machine code between processes.

    The interpreter's lock is released, so that plain threads can share the work.
    """
    options = {**STRICT, "nogil": True, "cache": cache.folder() is not None}
    return numba.njit(**options) if signature is None else numba.njit(signature, **options)
