"""What real libraries compute, kept on file for the tests, which need none of them; a difference is drift."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent.parent / "data"


def check(name: str, libraries: tuple[str, ...], now: dict[str, Any], results: str, *, rewrite: bool) -> bool:
    """Compare NOW[RESULTS], values by entry and library, with the file NAME; write the file if there is none.

    Returns whether nothing drifted.
    """
    path = FOLDER / name
    versions = {library: version(library) for library in libraries}
    if rewrite or not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"versions": versions, **now}, allow_nan=False) + "\n")
        print(f"{name}: recorded {len(now[results])} entries of {versions}")
        return True
    kept = json.loads(path.read_text())
    drift = [
        f"{entry} of {library}"
        for entry, values in now[results].items()
        for library, value in values.items()
        if not np.allclose(value, kept[results].get(entry, {}).get(library, np.nan), rtol=1e-13, atol=1e-15)
    ]
    print(f"{name}: {versions}, on file from {kept['versions']}: {', '.join(drift) or 'no drift'}")
    return not drift
