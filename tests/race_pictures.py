"""`python -m tests.race_pictures` makes the pictures of races that README shows, by the commands it prints."""

import shlex
import subprocess
import sys
from pathlib import Path

FOLDER = Path("bench_results") / "races"
MOST_BYTES = 150_000
FIELD = "gd momentum nesterov adagrad rmsprop adam"
COMMANDS = {
    "page.png": f"optimize {FIELD}",
    "contour.png": f"optimize {FIELD} --on beale --picture contour",
    "curves.png": "optimize gd momentum adam adam+cosine --on digits_mlp --picture curves",
    "ecdf.png": "optimize --on himmelblau --picture ecdf",
    "rates.png": f"optimize {FIELD} --on quadratic --picture rates",
    "tuning.png": f"optimize {FIELD} --picture tuning",
    "map.png": f"optimize {FIELD} --picture map --map 128",
    "profile.png": "optimize --on suite",
    "ways.gif": f"optimize {FIELD} --on beale",
}
MOVING = ".gif"  # may be larger


def commands(folder: Path = FOLDER) -> list[list[str]]:
    """What makes the pictures, one command for each."""
    return [[*shlex.split(words), "--save", str(folder / name)] for name, words in COMMANDS.items()]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for command in commands():
        print(shlex.join(["dlc", *command]))
        subprocess.run([sys.executable, "-m", "dlc.cli.main", *command], check=True, capture_output=True)
        path = Path(command[-1])
        if path.suffix != MOVING and path.stat().st_size > MOST_BYTES:
            raise SystemExit(f"{path} has {path.stat().st_size:,} bytes, more than {MOST_BYTES:,}")


if __name__ == "__main__":
    main()
