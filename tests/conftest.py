import gc
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Kernels are compiled once for all tests, and nothing of the user's is touched. Modules of kernels read this when they
# are imported, so it cannot wait for a fixture.
os.environ["DLC_CACHE_DIR"] = str(ROOT / ".pytest_cache" / "dlc")


def pytest_collection_modifyitems(items):
    """What calls every kernel comes last, when other tests have compiled them, side by side."""
    items.sort(key=lambda item: item.name == "test_every_kept_kernel_loads_without_numba")


def pytest_collection_finish():
    """Thousands of collected tests are not looked through again each time that garbage is collected."""
    gc.collect()
    gc.freeze()


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def table(self) -> list[dict[str, str]]:
        header, *rows = (line.split("\t") for line in self.out.splitlines())
        return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture
def dlc(capsys, monkeypatch):
    """Run a command in this process: dlc("activation", "gelu", "1")."""
    from dlc.cli.main import main

    def run(*args: object, stdin: str | None = None) -> Result:
        monkeypatch.setattr(sys, "argv", ["dlc", *map(str, args)])
        if stdin is not None:
            import io

            monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    return run
