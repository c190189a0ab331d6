"""Who races: entrants as typed, an optimizer and what is added to it.

    NAME[:knob=value,...][+PART[:knob=value,...]]...        adam:beta1=0.8+cosine+clip:max_norm=0.5

A part is a schedule or a modifier, and a number after its name is its first parameter: clip0.5. Parts act in the order
of their stages, however they are typed. NAME may be a library's optimizer with the library's own arguments, as
torch.optim.Adam:amsgrad=true, or that of a paper, as paper.adam.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dlc.cli import entrants_libraries as libraries
from dlc.cli import params
from dlc.cli.errors import BadInputError
from dlc.reference.chain import AnyPart, Link, in_order, stage
from dlc.reference.family import UnknownNameError
from dlc.reference.optimizer_family import PartCard
from dlc.reference.optimizers import MODIFIERS, SCHEDULES, OptimizerCard

BETWEEN_PARTS = re.compile(r"(?<![\d.][eE])\+")  # the sign of an exponent, as in 1e+3, separates nothing
PLAIN_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
HORIZON = "steps"  # the parameter of a schedule or modifier that is the length of the race


@dataclass(frozen=True)
class Entrant:
    """A chain with the parameters that were fixed for it; a rate of None is tuned."""

    label: str  # read again, it gives the same entrant
    links: tuple[Link, ...]  # in the order in which they act; none has the learning rate
    rate: float | None
    default_rate: float  # the library's or the paper's, or that of the card

    @property
    def card(self) -> OptimizerCard:
        """The optimizer."""
        return self._optimizer[0]

    @property
    def knobs(self) -> dict[str, float]:
        """All parameters of the optimizer but the learning rate."""
        card, fixed = self._optimizer
        return {name: value for name, value in (card.knobs | fixed).items() if name != "lr"}

    def over(self, evaluations: int) -> list[Link]:
        """The links for a race of that many gradients: parts that were given no length of the race have this one."""
        steps = max(1.0, evaluations // self.gradients_per_step)
        return [
            link._replace(knobs={HORIZON: steps, **link.knobs}) if _has_horizon(link.card) else link
            for link in self.links
        ]

    @property
    def gradients_per_step(self) -> float:
        """How many gradients are taken for one step of the optimizer."""
        total = 1.0
        for card, knobs in self.links:
            count = card.gradients if isinstance(card, PartCard) else 1
            total *= {**card.knobs, **knobs}[count] if isinstance(count, str) else count
        return total

    @property
    def _optimizer(self) -> tuple[OptimizerCard, dict[str, float]]:
        return next((card, dict(knobs)) for card, knobs in self.links if isinstance(card, OptimizerCard))


def _has_horizon(card: AnyPart) -> bool:
    return HORIZON in card.knobs and not isinstance(card, OptimizerCard)


def read_entrants(typed: Sequence[str], library: str = "") -> list[Entrant]:
    """The entrants, as LIBRARY (torch, keras, optax, paper) has their optimizers; all optimizers where none is typed.

    Raises BadInputError, UnknownNameError.
    """
    if library not in ("", *libraries.LIBRARIES):
        raise BadInputError(f"no library {library!r}; choose {', '.join(libraries.LIBRARIES)}")
    entrants = [_read_entrant(text, library) for text in typed or libraries.all_of(library)]
    for position, entrant in enumerate(entrants):
        for other in entrants[:position]:
            if _is_same(entrant, other):
                same = "" if other.label == entrant.label else f" (as {other.label!r})"
                raise BadInputError(
                    f"{entrant.label!r} is entered twice{same}; give each entrant once, or with other parameters"
                )
    return entrants


def _is_same(entrant: Entrant, other: Entrant) -> bool:
    """Whether both are the same in all that a race does; ours and a library's may race each other all the same."""
    origins = [libraries.origin(each.label) for each in (entrant, other)]
    chains = [[(card.name, {**card.knobs, **knobs}) for card, knobs in each.links] for each in (entrant, other)]
    return origins[0] == origins[1] and chains[0] == chains[1] and entrant.rate == other.rate


def _read_entrant(text: str, library: str) -> Entrant:
    texts = [each.strip() for each in BETWEEN_PARTS.split(text)]
    if not all(texts):
        raise BadInputError(f"{text!r}: nothing stands before or after a +; write it like adam+cosine+clip1")
    optimizers, added = [], []
    for position, each in enumerate(texts):
        name, colon, typed = each.partition(":")
        settings = typed if colon else None
        card, number = _card_and_number(name)
        if card is not None:
            added.append(_addition(card, number, settings))
        elif position == 0 or libraries.is_optimizer(name, library):
            optimizers.append((name, settings))
        else:
            raise UnknownNameError("modifier or schedule", name, [*MODIFIERS.names, *SCHEDULES.names])
    if len(optimizers) != 1:
        what = " and ".join(name for name, _ in optimizers) or "none"
        raise BadInputError(f"an entrant has one optimizer, not {what}: {text!r}; write it like adam+cosine+clip1")
    ((name, settings),) = optimizers
    read = libraries.read(name, settings, library)
    _check_parts(text, [*read.links, *added], [link.card.name for link in added])
    added = sorted(in_order(added), key=lambda link: link.card.name not in SCHEDULES)
    label = "+".join([read.label, *map(_label, added)])
    return Entrant(label, tuple(in_order([*read.links, *added])), read.rate, read.default_rate)


def _addition(card: AnyPart, number: str, settings: str | None) -> Link:
    """A modifier or schedule with its parameters; a NUMBER after its name is the first of them."""
    assignments = settings.split(",") if settings is not None else []
    if number:
        lead = lead_knob(card)
        if not lead:
            raise BadInputError(f"{card.name} has no parameters, so none that could be {number}")
        assignments.insert(0, f"{lead}={number}")
    chosen = params.parse(card, assignments)
    typed = {each.partition("=")[0].strip() for each in assignments}
    return Link(card, {name: value for name, value in chosen.items() if name in typed})


def _card_and_number(text: str) -> tuple[AnyPart | None, str]:
    """The modifier or schedule whose name TEXT is, or begins with before a number."""
    for end in range(len(text), 0, -1):
        name, number = text[:end], text[end:]
        if (name in MODIFIERS or name in SCHEDULES) and (not number or PLAIN_NUMBER.fullmatch(number)):
            return (MODIFIERS if name in MODIFIERS else SCHEDULES)[name], number
    return None, ""


def lead_knob(card: AnyPart) -> str:
    """The parameter that a number after the name is: the first that is not the length of the race."""
    return next((knob for knob in card.knobs if knob != HORIZON), "")


# What only one part of a chain can do.
ALONE: dict[str, Callable[[AnyPart], bool]] = {
    "set the rate": lambda card: stage(card) == "rate",
    "take gradients of their own": lambda card: isinstance(card, PartCard) and card.probes,
    "say what is judged": lambda card: isinstance(card, PartCard) and bool(card.answer),
}


def _check_parts(text: str, links: Iterable[Link], added: Sequence[str]) -> None:
    """Raises BadInputError for a part twice, and for two that do what only one can."""
    for name in added:
        if added.count(name) > 1:
            raise BadInputError(f"{name} is twice in {text!r}; give each part once")
    for what, does in ALONE.items():
        names = [link.card.name for link in links if does(link.card)]
        if len(names) > 1:
            raise BadInputError(f"{' and '.join(names)} both {what} in {text!r}; keep one of them")


def _label(link: Link) -> str:
    card, knobs = link
    if list(knobs) == [lead_knob(card)] and not card.name[-1].isdigit():
        (value,) = knobs.values()
        if value >= 0:
            return card.name + libraries.text_of(value)
    return card.name + libraries.settings_label(knobs)


def complete_entrant(incomplete: str) -> list[str]:
    """What an entrant may go on with: names of optimizers; after a + parts; after a colon parameters."""
    parts = BETWEEN_PARTS.split(incomplete)
    before, last = "".join(f"{part}+" for part in parts[:-1]), parts[-1]
    name, colon, settings = last.partition(":")
    if not colon:
        taken = {part.partition(":")[0] for part in parts[:-1]}
        known = [*MODIFIERS.names, *SCHEDULES.names] if before else libraries.names(last)
        return [before + each for each in known if each.startswith(last) and each not in taken]
    done, comma, begun = settings.rpartition(",")
    card = _card_and_number(name)[0] if before else None
    knobs = list(card.knobs) if card else libraries.arguments(name) if not before else []
    return [f"{before}{name}:{done}{comma}{knob}=" for knob in knobs if knob.startswith(begun)]
