"""What is declared of an optimizer, of what modifies it, and of a schedule.

A rule of one coordinate, rule(x, g, slots, t, *, lr, ...) -> (x, slots), takes a coordinate, its derivative, the tuple
of its slots and the step number t = 1, 2, ... A rule of the whole vector, and every modifier, is
rule(at, state, t, *, ...) -> Moved: it sees all coordinates, and each slot is a list of them.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dlc.reference.family import Card, Family
from dlc.reference.numbers import Number

Slots = tuple[Number, ...]
State = dict[str, list[Number]]
Block = tuple[int, int, int]  # first coordinate, rows and columns of a tensor


class At(NamedTuple):
    """Where a run is, and what it has just been told."""

    x: list[Number]
    g: list[Number]
    loss: Number
    lr: Number  # that of this step
    blocks: tuple[Block, ...]  # the tensors that x consists of
    seed: int = 0


class Moved(NamedTuple):
    """Where a run is after a step; whether x is only a point to take the next gradient at."""

    x: list[Number]
    state: State
    g: list[Number] | None = None  # where a modifier changed it
    is_probe: bool = False
    lr: Number | None = None  # where a modifier changed it


@dataclass(frozen=True, kw_only=True)
class PartCard(Card):
    """What is declared of a part of a chain."""

    state: Mapping[str, float | str] = field(default_factory=dict)  # slot -> a number, "x" or a parameter's name
    answer: str = ""  # the slot that is to be judged in place of x
    probes: bool = False  # whether some of its gradients are taken at points that are no answers
    gradients: float | str = 1  # that a step takes: a number, or the parameter that says so
    agreement: float = 1e-12  # of the kernel after 100 steps, relative to the larger of 1 and x

    def begin(self, x: Sequence[Number], knobs: Mapping[str, float]) -> State:
        """The slots before the first step."""
        kind, known = type(x[0]), {**self.knobs, **knobs}
        return {
            slot: list(x) if value == "x" else [kind(known[value] if isinstance(value, str) else value)] * len(x)
            for slot, value in self.state.items()
        }

    def step(self, at: At, state: State, t: int, **knobs: float) -> Moved:
        """One step in the arithmetic of x, with parameters where they differ from the defaults."""
        kind = type(at.x[0])
        exact = {name: kind(value) for name, value in (self.knobs | knobs).items()}
        return self.moved(at, state, t, exact)

    def moved(self, at: At, state: State, t: int, knobs: dict[str, Number]) -> Moved:
        """The step with all parameters."""
        return self.function(at, state, t, **knobs)

    def facts(self) -> list[tuple[str, str]]:
        """The rule with what it keeps and what it takes, as (label, text)."""
        return [
            ("step", self.formula),
            ("keeps", ", ".join(self.state) or "nothing"),
            ("parameters", ", ".join(f"{name} = {value:g}" for name, value in self.knobs.items()) or "none"),
            ("requires", ", ".join(text for text, _ in self.requires)),
            ("judged at", self.answer),
            ("source", self.source),
        ]


@dataclass(frozen=True, kw_only=True)
class OptimizerCard(PartCard):
    """What is declared of an optimizer."""

    whole: bool = False  # whether the rule sees the whole vector
    natural: float = 1e-2  # the middle of the rates worth trying
    is_rate_free: bool = False  # made to work without tuning
    needs: str = ""  # "exact gradients" where noise breaks it
    cost: str = "1 gradient"  # of a step
    paper: Mapping[str, float] = field(default_factory=dict)  # what the paper sets otherwise
    defaults_of: str = "torch 2.13"

    def moved(self, at: At, state: State, t: int, knobs: dict[str, Number]) -> Moved:
        """The step with all parameters; a rule of one coordinate in every one of them."""
        knobs = {**knobs, "lr": at.lr}
        if self.whole:
            return self.function(at, state, t, **knobs)
        slots = zip(*state.values(), strict=True) if state else [()] * len(at.x)
        each = [self.function(x, g, tuple(own), t, **knobs) for x, g, own in zip(at.x, at.g, slots, strict=True)]
        columns = zip(*(own for _, own in each), strict=True)
        return Moved([x for x, _ in each], dict(zip(state, map(list, columns), strict=True)))

    def facts(self) -> list[tuple[str, str]]:
        """The rule with what it keeps, takes and costs, as (label, text)."""
        *most, source = super().facts()
        return [
            *most,
            ("cost", f"{self.cost} a step"),
            ("needs", self.needs),
            ("defaults of", self.defaults_of),
            ("the paper's", ", ".join(f"{name} = {value:g}" for name, value in self.paper.items())),
            source,
        ]


# What comes first in a chain: points to probe, changes of the gradient, the rate, changes of the weights, the
# optimizer, and what follows it.
STAGES = ("probe", "gradient", "rate", "weights", "optimizer", "after")


@dataclass(frozen=True, kw_only=True)
class ModifierCard(PartCard):
    """What is declared of a part that is added to an optimizer, as in adam+clip."""

    stage: str  # one of STAGES

    def facts(self) -> list[tuple[str, str]]:
        """The rule with what it keeps and takes, and its turn, as (label, text)."""
        return [*super().facts(), ("turn", self.stage), ("cost", f"gradients a step: {self.gradients}")]


@dataclass(frozen=True, kw_only=True)
class ScheduleCard(Card):
    """What is declared of a schedule: factor(t, *, ...) of the rate in step t = 1, 2, ... of `steps`."""

    agreement: float = 1e-13

    def facts(self) -> list[tuple[str, str]]:
        """The factor and what it takes, as (label, text)."""
        return [
            ("factor", self.formula),
            ("parameters", ", ".join(f"{name} = {value:g}" for name, value in self.knobs.items()) or "none"),
            ("requires", ", ".join(text for text, _ in self.requires)),
            ("source", self.source),
        ]


OPTIMIZERS: Family[OptimizerCard] = Family("optimizer", OptimizerCard)
MODIFIERS: Family[ModifierCard] = Family("modifier", ModifierCard)
SCHEDULES: Family[ScheduleCard] = Family("schedule", ScheduleCard)

OPTAX = "optax 0.2.8, whose rate must be given"  # the defaults of several files

Requirement = tuple[str, Callable[..., bool]]


def positive(name: str) -> Requirement:
    """The parameter is above 0."""
    return f"{name} > 0", _named(name, lambda value: value > 0)


def not_negative(name: str) -> Requirement:
    """The parameter is at least 0."""
    return f"{name} >= 0", _named(name, lambda value: value >= 0)


def share(name: str) -> Requirement:
    """The parameter is at least 0 and below 1."""
    return f"0 <= {name} < 1", _named(name, lambda value: 0 <= value < 1)


def switch(name: str) -> Requirement:
    """The parameter is 0 for no, or 1 for yes."""
    return f"{name} = 0 or 1", _named(name, lambda value: value in (0, 1))


def _named(name: str, check: Callable[[float], bool]) -> Callable[..., bool]:
    """CHECK as a function of a parameter of that name."""

    def holds(**given: float) -> bool:
        return check(*given.values())

    parameter = inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY)
    holds.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    return holds
