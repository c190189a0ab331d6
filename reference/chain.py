"""A chain of parts, as adam+cosine+clip: what one step of all of them does, in plain Python."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from dlc.reference.numbers import Number
from dlc.reference.optimizer_family import STAGES, At, Block, ModifierCard, OptimizerCard, PartCard, ScheduleCard

AnyPart = OptimizerCard | ModifierCard | ScheduleCard


class Link(NamedTuple):
    """A part, and its parameters where they differ from the defaults."""

    card: AnyPart
    knobs: Mapping[str, float] = {}


def stage(card: AnyPart) -> str:
    """When in a step the part has its turn."""
    if isinstance(card, ModifierCard):
        return card.stage
    return "rate" if isinstance(card, ScheduleCard) else "optimizer"


def in_order(links: Sequence[Link]) -> list[Link]:
    """The links in the order in which they act; those of one stage as given."""
    return sorted(links, key=lambda link: STAGES.index(stage(link.card)))


class Walk:
    """One run of a chain: `x` is where the next gradient is taken, `answer` what is to be judged."""

    def __init__(
        self, links: Sequence[Link], x: Sequence[Number], lr: float, blocks: Sequence[Block] = (), seed: int = 0
    ):
        self._links = in_order(links)
        self.x = list(x)
        self._kind = type(x[0])
        self._rate = self._kind(lr)
        self._blocks = tuple(blocks) or ((0, 1, len(x)),)
        self._seed = seed
        self._states = [
            link.card.begin(x, {**link.knobs, "lr": lr}) if isinstance(link.card, PartCard) else {}
            for link in self._links
        ]
        self._evaluations, self._ticks = 0, 1
        self.is_probe = False

    def step(self, g: Sequence[Number], loss: Number | None = None) -> None:
        """Move on, given gradient and loss at x."""
        self._evaluations += 1
        at = At(self.x, list(g), self._kind(0) if loss is None else loss, self._rate, self._blocks, self._seed)
        self.is_probe = False
        for k, (card, knobs) in enumerate(self._links):
            exact = {name: self._kind(value) for name, value in {**card.knobs, **knobs}.items()}
            if isinstance(card, ScheduleCard):
                at = at._replace(lr=self._rate * card.function(self._ticks, **exact))
                continue
            moved = card.moved(at, self._states[k], self._evaluations if card.probes else self._ticks, exact)
            self._states[k] = moved.state
            at = at._replace(
                x=list(moved.x),
                g=at.g if moved.g is None else list(moved.g),
                lr=at.lr if moved.lr is None else moved.lr,
            )
            if moved.is_probe:
                self.is_probe = True
                break
        self.x = at.x
        self._ticks += not self.is_probe

    @property
    def answer(self) -> list[Number]:
        """X, or the mean that a part keeps."""
        kept = [
            state[card.answer]
            for (card, _), state in zip(self._links, self._states, strict=True)
            if isinstance(card, PartCard) and card.answer
        ]
        return kept[-1] if kept else self.x


Gradient = Callable[[Sequence[Number]], tuple[Number, Sequence[Number]]]


def descend(walk: Walk, function: Gradient, steps: int) -> list[Number]:
    """The answer after STEPS gradient evaluations of FUNCTION(x) -> (loss, gradient)."""
    for _ in range(steps):
        loss, g = function(walk.x)
        walk.step(g, loss)
    return walk.answer
