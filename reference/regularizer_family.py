"""The family of regularisers: what is declared of each."""

from dataclasses import dataclass

from dlc.reference.family import Card, Family


@dataclass(frozen=True, kw_only=True)
class RegularizerCard(Card):
    """What is declared of a regulariser."""

    sees: str  # "weights", or "inputs", "targets" or "outputs of a layer" of a batch
    gives: str  # what its function gives: slopes to add to those of the loss, or new numbers
    option: str  # of `dlc train`
    agreement: float = 1e-14  # of the kernel, relative to the larger of 1 and the exact number
    elsewhere: str = ""  # where it is computed, if not by a kernel of its own

    def facts(self) -> list[tuple[str, str]]:
        """What `dlc show` prints, as (label, text)."""
        from dlc.reference.regularizers import REGULARIZER_OFFERS

        there = [(offer.library, offer.text) for offer in REGULARIZER_OFFERS if offer.card == self.name]
        return [
            ("formula", self.formula),
            ("sees", self.sees),
            ("gives", self.gives),
            ("option", f"dlc train {self.option}"),
            *there,
            ("source", self.source),
        ]


REGULARIZERS: Family[RegularizerCard] = Family("regularizer", RegularizerCard)
REGULARIZERS.entries_in("regularizers")
