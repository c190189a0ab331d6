"""`python -m tests.race_pictures [NAME]...` makes the pictures of races in README, by the commands that it prints."""

import shlex
import subprocess
import sys
from pathlib import Path

FOLDER = Path("bench_results") / "races"
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


def command(name: str) -> list[str]:
    """What makes a picture."""
    return [*shlex.split(COMMANDS[name]), "--save", str(FOLDER / name)]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or COMMANDS:
        print(shlex.join(["dlc", *command(name)]))
        subprocess.run([sys.executable, "-m", "dlc.cli.start", *command(name)], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
