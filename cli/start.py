"""Where the program starts: light enough that Ctrl-C finds it ready."""

import sys


def main() -> None:
    """Run `dlc`; Ctrl-C ends it in one line even while it is being loaded."""
    try:
        from dlc.cli.main import main as run

        run()
    except KeyboardInterrupt:
        print("Interrupted", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
