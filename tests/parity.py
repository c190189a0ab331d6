"""`python -m tests.parity` writes the parity table: every recorded setting of the libraries, by our kernels."""

import json
from pathlib import Path

import numpy as np

from dlc.cli.diff_optimizers import said
from dlc.kernels.cache import write_whole
from dlc.reference.optimizer_convention import Offer
from dlc.reference.optimizer_conventions import OFFERS
from tests.test_optimizer_conventions import RECORD, compared, kernel_walk

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "bench_results" / "parity.md"
HEADER = "| library | optimizer | by default, in parts of dlc | settings | worst difference |\n|---|---|---|---|---|"


def worst(offer: Offer) -> float:
    """The greatest difference over all recorded settings and steps, relative to the larger of 1 and the number."""
    errors = []
    for k in range(len(offer.cases)):
        walked, expected = compared(kernel_walk, offer, k)
        errors.append(float((np.abs(walked - expected) / np.maximum(1, np.abs(expected))).max()))
    return max(errors)


def rows() -> list[dict[str, object]]:
    return [
        {
            "library": offer.library,
            "optimizer": offer.name,
            "parts": said(offer.links()),
            "settings": len(offer.cases),
            "worst": worst(offer),
        }
        for offer in OFFERS
        if not offer.is_random
    ]


def brief(text: str) -> str:
    """A line for each library, from the whole table."""
    found: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and "." in cells[1]:
            found.setdefault(cells[0], []).append(cells)
    lines = ["| library | optimizers | settings | worst difference | which |", "|---|---|---|---|---|"]
    for library, cells in found.items():
        names = ", ".join(each[1].rpartition(".")[2] for each in cells)
        settings = sum(int(each[3]) for each in cells)
        greatest = max(float(each[4]) for each in cells)
        lines.append(f"| {library} | {len(cells)} | {settings} | {greatest:.1e} | {names} |")
    return "\n".join(lines)


def main() -> None:
    versions = ", ".join(f"{name} {version}" for name, version in RECORD["versions"].items())
    lines = [
        f"| {row['library']} | {row['optimizer']} | `{row['parts']}` | {row['settings']} | {row['worst']:.1e} |"
        for row in rows()
    ]
    text = (
        "# Optimizers beside the libraries' own\n\n100 steps over random gradients in float64, by dlc's kernels and by "
        f"{versions}; differences are relative to the larger of 1 and the number.\n"
    )
    write_whole(TABLE, "\n".join([text, HEADER, *lines, ""]).encode())
    print(json.dumps({"written": str(TABLE.relative_to(ROOT))}))


if __name__ == "__main__":
    main()
