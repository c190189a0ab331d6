"""`python -m tests.readme` puts the kept tables into README, between <!-- NAME --> and <!-- /NAME -->."""

import re
from pathlib import Path

from dlc.cli.accuracy_table import Table
from dlc.kernels.cache import write_whole

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ACCURACY = ROOT / "bench_results" / "accuracy.md"
SPEED = ROOT / "bench_results" / "speed.md"
SHOWN = ("relu", "elu", "softplus", "sigmoid", "tanh", "silu", "gelu", "mish", "softmax")


def blocks() -> dict[str, str]:
    """What belongs between the marks, by name."""
    return {
        "accuracy": Table.read(ACCURACY).brief(),
        "speed": "\n".join(filter(_in_short, SPEED.read_text().splitlines())),
    }


def _in_short(line: str) -> bool:
    """Whether README has this line of the speed table: all but most functions, and the lists of what is behind."""
    if line.startswith(("- Behind", "- Inexact")):
        return False
    name = re.match(r"\| ([a-z]\w*)", line)
    return name is None or name[1] in SHOWN


def filled(text: str) -> str:
    """README with every block as it should be. Raises ValueError where a mark is missing."""
    for name, block in blocks().items():
        marks = rf"(?s)(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        text, count = re.subn(marks, lambda found, block=block: f"{found[1]}\n{block}\n{found[2]}", text)
        if count != 1:
            raise ValueError(f"README has {count} places for {name}")
    return text


if __name__ == "__main__":
    write_whole(README, filled(README.read_text()).encode())
