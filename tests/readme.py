"""`python -m tests.readme` puts the kept tables into README, between <!-- NAME --> and <!-- /NAME -->."""

import re
from pathlib import Path

from dlc.cli.accuracy_table import Table
from dlc.kernels.cache import write_whole
from tests import parity

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ACCURACY = ROOT / "bench_results" / "accuracy.md"
SPEED = ROOT / "bench_results" / "speed.md"
VERIFY = ROOT / "bench_results" / "verify.md"
RACES = ROOT / "bench_results" / "optimizer_speed.md"
SHOWN = ("relu", "elu", "softplus", "sigmoid", "tanh", "silu", "gelu", "mish", "softmax")


def blocks() -> dict[str, str]:
    """What belongs between the marks, by name."""
    return {
        "accuracy": Table.read(ACCURACY).brief(),
        "verify": _verified(VERIFY.read_text()),
        "parity": parity.brief(parity.TABLE.read_text()),
        "races": _after_title(RACES.read_text()),
        "speed": "\n".join(filter(_in_short, SPEED.read_text().splitlines())),
    }


def _in_short(line: str) -> bool:
    """Whether README has this line of the speed table: all but most functions, and the lists of what is behind."""
    if line.startswith(("- Behind", "- Inexact")):
        return False
    name = re.match(r"\| ([a-z]\w*)", line)
    return name is None or name[1] in SHOWN


def _verified(text: str) -> str:
    """The first number of each known answer, and how many there are."""
    lines = ["| answer | first of its numbers | theory | measured | numbers |", "|---|---|---|---|---|"]
    groups: list[list[list[str]]] = []
    for line in text.splitlines()[2:]:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and cells[0]:
            groups.append([])
        if cells:
            groups[-1].append(cells)
    for group in groups:
        answer, what, theory, measured, *_ = group[0]
        held = sum(cells[5] == "yes" for cells in group)
        lines.append(f"| {answer} | {what} | {theory} | {measured} | {held} of {len(group)} hold |")
    return "\n".join(lines)


def _after_title(text: str) -> str:
    return text.split("\n", 2)[2].strip()


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
