"""Errors a user can mend, each one line: what, which, remedy; and what each kind of end is called by its exit code."""

import errno
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130


class BadInputError(Exception):
    """What was typed or read cannot be used: exit code 2."""


class FailedError(Exception):
    """The work was done and its answer is no (disagreement, regression, failure): exit code 1."""


@contextmanager
def reported(codes: list[int]) -> Iterator[None]:
    """Turn the ways a command can end early into one line on stderr; the exit code goes into CODES.

    A reader that closes the pipe has seen enough: that is no error.
    """
    from dlc.reference.family import UnknownNameError

    try:
        yield
        sys.stdout.flush()
    except (BadInputError, UnknownNameError) as error:
        codes.append(_say(error, 2))
    except FailedError as error:
        codes.append(_say(error, 1))
    except KeyboardInterrupt:
        codes.append(INTERRUPTED)  # main() says so, wherever it was
    except (pickle.UnpicklingError, EOFError) as error:
        from dlc.kernels import cache

        codes.append(_say(f"the compile cache is damaged ({error}); delete {cache.folder()}", 1))
    except MemoryError:
        codes.append(_say("not enough memory for an input of this size", 1))
    except OSError as error:
        if error.errno != errno.EPIPE:
            codes.append(_say(f"{error.strerror or error}: {error.filename or 'input or output'}", 1))
            return
        # The interpreter flushes stdout once more at its end, and must not meet the closed pipe there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        codes.append(0)
    except Exception as error:
        if type(error).__module__.startswith("typer") or os.environ.get("DLC_TRACEBACK"):
            raise  # what is Typer's own is an exit code, or a complaint that main() prints
        name = type(error).__name__
        words = " ".join(str(error).split())[:200]
        codes.append(_say(f"a fault in dlc ({name}: {words}); DLC_TRACEBACK=1 shows where", 1))


def _say(error: Exception | str, code: int) -> int:
    print(f"Error: {error}", file=sys.stderr)
    return code
