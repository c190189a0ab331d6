"""The gate's smoke: `python -m tests.gate_smoke` runs it on this project, in a clone with one slower kernel.

It must find that one and no other, and nothing where both sides are the same. It takes a minute or two, and nearly all
of that is the start of some sixty workers that import Numba.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SLOWER = "softsign"
CHOSEN = [f"{SLOWER}-value-float32", f"{SLOWER}-derivative-float32", "tanh-value-float32", "mse-loss-float32"]
FILE = Path("kernels", "smooth.py")
# Three divisions in place of one.
BEFORE = "    return signed(t / (1.0 + abs(t)), x)\n"
AFTER = "    t = t / (1.0 + abs(t))\n    t = t / (1.0 - abs(t))\n" + BEFORE


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=smoke", "-c", "user.email=smoke@localhost", "-C", str(folder), *args]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def gate(folder: Path, base: str, head: str) -> tuple[int, list[str]]:
    """The exit code, and the benchmarks that were found slower."""
    command = [sys.executable, "-m", "dlc.cli.start", "bench", "gate", "--base", base, "--head", head, "--json"]
    # What is merely noisy is not measured again: the smoke is about what is found.
    command += ["--no-same-code", "--detect", "100%", "--"]
    command += [f"tests/bench_kernels.py::test_kernel[{name}]" for name in CHOSEN]
    environment = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # each start of a worker is shorter
        "DLC_CACHE_DIR": str(folder.parent / "cache"),  # caches go by the repository's place, which is never this again
    }
    run = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    report = json.loads(run.stdout) if run.stdout else {"rows": [], "result": "no report", "seconds": 0}
    print(f"exit code {run.returncode} in {report['seconds']:.0f} s: {report['result']}")
    slower = [row["name"] for row in report["rows"] if row["verdict"] == "regression"]
    return run.returncode, [name.partition("[")[2].removesuffix("]") for name in slower]


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        clone = Path(temporary, "dlc")
        git(ROOT, "clone", "--quiet", str(ROOT), str(clone))
        source = (clone / FILE).read_text()
        assert source.count(BEFORE) == 1, f"{FILE} is not what this file knows"
        (clone / FILE).write_text(source.replace(BEFORE, AFTER))
        git(clone, "commit", "--quiet", "--all", "--message", f"{SLOWER} is slower")
        print(f"{SLOWER} is slower in the head:")
        is_found = gate(clone, "HEAD~1", "HEAD") == (1, CHOSEN[:1])
        print("The same code on both sides:")
        is_quiet = gate(clone, "HEAD", "HEAD") == (0, [])
    return 0 if is_found and is_quiet else 1


if __name__ == "__main__":
    sys.exit(main())
