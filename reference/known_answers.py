"""All known answers: the family, and the files of its entries. What measures each has its name in dlc.cli.verify_*."""

from dlc.reference.known_answers_family import KNOWN_ANSWERS, Expected, KnownAnswer

__all__ = ["KNOWN_ANSWERS", "Expected", "KnownAnswer"]

KNOWN_ANSWERS.entries_in("known_answers_paths", "known_answers_adaptive", "known_answers_models")
