"""A compile cache that can never be stale and never grows without bound.

Numba's own key sees a change only in the file of the compiled function, not in the helpers that file calls. So each
state of all kernel sources, of Numba and of the processor has a folder of its own, and only the newest folders stay.
Nothing here imports Numba: a program whose kernels are all compiled starts without it.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

KEPT_FOLDERS = 4

# Called with the name of a kernel when the compiler has to be waited for.
compile_listeners: list[Callable[[str], None]] = []


def announce(name: str) -> None:
    """Tell every listener that NAME is being compiled."""
    for listener in compile_listeners:
        listener(name)


def root() -> Path:
    """The folder of all that dlc keeps: $DLC_CACHE_DIR, or dlc under the user's (or else the system's) cache folder."""
    if chosen := os.environ.get("DLC_CACHE_DIR"):
        return Path(chosen).expanduser()
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen) / "dlc"
    try:
        return Path.home() / ".cache" / "dlc"
    except RuntimeError:  # a user without a home, as in a container
        return Path(tempfile.gettempdir()) / f"dlc-{os.getuid()}"


def write_whole(path: Path, content: bytes) -> None:
    """Write CONTENT so that PATH holds all of it or what it held before, whoever else writes. Raises OSError."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            mask = os.umask(0)
            os.umask(mask)
            os.fchmod(handle, 0o666 & ~mask)  # a draft is its writer's alone, a file is as readable as any other
        os.replace(draft, path)
    except BaseException:  # a full disk or Ctrl-C leaves no half file behind
        os.unlink(draft)
        raise


def fingerprint() -> str:
    """A name for everything that compiled code depends on."""
    import llvmlite.binding

    digest = hashlib.sha256()
    numba = find_spec("numba")
    assert numba is not None
    assert numba.origin is not None
    version = Path(numba.origin).with_name("_version.py")
    for source in [version, *sorted(Path(__file__).parent.glob("*.py"))]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    processor = llvmlite.binding.get_host_cpu_name() + llvmlite.binding.get_host_cpu_features().flatten()
    for part in (sys.version, llvmlite.__version__, processor):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]


@cache
def folder() -> Path | None:
    """This state's folder, made where missing; None where none can be written, and kernels are compiled each time."""
    path = root() / "kernels" / fingerprint()
    try:
        is_new = not path.exists()
        path.mkdir(parents=True, exist_ok=True)
        os.utime(path)
    except OSError:
        return None
    if is_new:
        prune(path.parent)
    return path if os.access(path, os.W_OK) else None


def prune(parent: Path) -> None:
    """Keep the KEPT_FOLDERS most recently used folders."""
    with suppress(OSError):  # another process may be pruning too
        by_age = sorted(parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in by_age[KEPT_FOLDERS:]:
            shutil.rmtree(old, ignore_errors=True)
