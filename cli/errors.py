"""Errors a user can mend, each one line: what, which, remedy."""


class BadInputError(Exception):
    """What was typed or read cannot be used: exit code 2."""

    exit_code = 2


class FailedError(Exception):
    """The work was done and its answer is no (disagreement, regression, failure): exit code 1."""

    exit_code = 1
