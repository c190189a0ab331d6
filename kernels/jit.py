"""How every kernel is compiled."""

from collections.abc import Callable
from typing import Any

import numba

from dlc.kernels import cache


def compiled(signature: Any = None) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function on its first use (or for SIGNATURE) and keep the machine code between processes.

    Division follows IEEE 754: Python's check for zero would stop vectorisation. The interpreter's lock is released, so
    that plain threads can share the work. No fast-math: equal inputs give equal bits.
    """
    options = {"error_model": "numpy", "nogil": True, "cache": cache.is_usable()}
    return numba.njit(**options) if signature is None else numba.njit(signature, **options)
