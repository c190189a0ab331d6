import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def table(self) -> list[dict[str, str]]:
        header, *rows = (line.split("\t") for line in self.out.splitlines())
        return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory):
    """Kernels are compiled once for all tests, and nothing of the user's is touched."""
    if "DLC_CACHE_DIR" not in os.environ:
        os.environ["DLC_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))


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
