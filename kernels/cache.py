"""A compile cache that can never be stale and never grows without bound.

Numba's own key sees a change only in the file of the compiled function, not in the helpers that file calls. So each
state of all kernel sources, of Numba and of the processor has a folder of its own, and only the newest folders stay.
"""

import hashlib
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import llvmlite
import llvmlite.binding
import numba
import numpy

KEPT_FOLDERS = 4


def root() -> Path:
    """The folder of all compile caches: $DLC_CACHE_DIR, or dlc under the user's cache folder."""
    if chosen := os.environ.get("DLC_CACHE_DIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dlc"


def fingerprint() -> str:
    """A name for everything that compiled code depends on."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    processor = llvmlite.binding.get_host_cpu_name() + str(llvmlite.binding.get_host_cpu_features().flatten())
    for part in (sys.version, numba.__version__, llvmlite.__version__, numpy.__version__, processor):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]


def enter() -> None:
    """Make Numba cache in this state's folder, and drop the folders least recently used.

    Where no folder can be written, kernels are compiled anew in each process.
    """
    folder = root() / "kernels" / fingerprint()
    try:
        is_new = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
    except OSError:
        return
    numba.config.CACHE_DIR = str(folder)
    if is_new:
        prune(folder.parent)


def prune(parent: Path) -> None:
    """Keep the KEPT_FOLDERS most recently used folders."""
    with suppress(OSError):  # another process may be pruning too
        by_age = sorted(parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in by_age[KEPT_FOLDERS:]:
            shutil.rmtree(old, ignore_errors=True)


def is_usable() -> bool:
    """Whether kernels can be kept between processes."""
    return bool(numba.config.CACHE_DIR)
