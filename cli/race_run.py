"""Hold what was asked for, print it and save it."""

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlc.cli import progress, race_record, race_tables, show, start_map, suite, why
from dlc.cli.board import Board
from dlc.cli.entrants import Entrant
from dlc.cli.errors import BadInputError
from dlc.cli.race_card import command, race_card
from dlc.cli.race_plan import Plan
from dlc.cli.race_record import Row
from dlc.cli.tournament import Race, hold
from dlc.cli.verdict import verdict


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    plans: Sequence[Plan]
    defaults: Sequence[Plan]  # what the plans would be if no option had been typed
    field: Sequence[Entrant]
    typed: Sequence[str]  # the entrants, as they were typed
    library: str
    with_saved: Sequence[Path]
    save: Sequence[Path]
    picture: str
    tuning: bool
    start_map: int | None
    as_json: bool


def check(request: Request) -> None:
    """Refuse what could not be done, before anything runs. Raises BadInputError."""
    several = len(request.plans) > 1
    if request.save:
        from dlc.cli import pictures

        for path in request.save:
            pictures.check(path, request.picture, request.plans, several=several)
    if several and (request.with_saved or request.start_map or request.tuning):
        raise BadInputError("--with, --map and --tuning are for a race on one problem")
    for plan in request.plans:
        if several and not plan.knows_targets:
            raise BadInputError(f"{_name(plan)} has no least loss that is known, so it cannot be one of several")
    if request.picture and not request.save:
        raise BadInputError(f"--picture {request.picture} needs a file to --save it in")
    if request.start_map is not None:
        start_map.check(request.plans[0], request.start_map)


def hold_one(request: Request, pool: Executor) -> None:
    """One race: its table, its verdict, its pictures."""
    (plan,) = request.plans
    card = race_card(plan)
    saved = [row for path in request.with_saved for row in race_record.read(path, card)]
    _check_distinct([entrant.label for entrant in request.field] + [row.entrant for row in saved])
    race = _held(plan, request.field, pool)
    found = [*race_record.rows(race), *saved]
    by = race_record.measure(found, race.target, _name(plan), plan.steps)
    ordered, sentences = race_record.ranked(found, by), verdict(by)
    told = race_record.record(card, ordered, race.target, sentences)
    told["command_line"] = command(
        request.plans, request.typed, request.library, request.defaults[0], request.with_saved
    )
    found_map = None
    if request.start_map is not None:
        with progress.compiling():
            found_map = start_map.start_map(race, request.start_map, pool)
    _save(request, race, told, found_map)  # before anything is printed: a reader may close the pipe
    if request.as_json:
        show.json_object("optimize", **told)
        return
    _print(request, plan, ordered, told)
    if found_map is not None:
        print()
        start_map.show_map(found_map)


def _print(request: Request, plan: Plan, ordered: Sequence[Row], told: dict[str, Any]) -> None:
    race_tables.table(plan, ordered)
    for line in race_tables.protocol(plan, ordered):
        show.note(line)
    race_tables.tell(race_tables.shortened(told["verdict"]))
    show.note(f"hash {told['hash']}; again: {told['command_line']}")
    if request.tuning:
        print()
        race_tables.tuning_table(ordered)


def _check_distinct(names: Sequence[str]) -> None:
    """Raises BadInputError where a saved entrant is in this race, or in two saved ones."""
    for name in names:
        if names.count(name) > 1:
            raise BadInputError(f"{name} is in this race and in a saved one, or in two saved ones")


def _save(request: Request, race: Race, told: dict[str, Any], found: "start_map.StartMap | None") -> None:
    """Write the files that were asked for; a map that was asked for is what a picture shows."""
    for path in request.save:
        from dlc.cli import pictures

        is_still = path.suffix.lower().removeprefix(".") in pictures.STILLS
        pictures.save(race, path, request.picture or ("map" if found and is_still else ""), told, found)
        show.note(f"wrote {path}")


def hold_suite(request: Request, pool: Executor) -> None:
    """The same entrants on several problems, and what holds over all of them."""
    races = []
    with progress.compiling():
        for plan in progress.over(request.plans, "racing", total=len(request.plans)):
            races.append(hold(plan, request.field, pool, lambda *_: None, keeps_curves=False))
    found = suite.totals(races)
    sentences = suite.verdict(races, found)
    told = suite.record(races, found, sentences)
    told["command_line"] = command(request.plans, request.typed, request.library, request.defaults[0])
    for path in request.save:
        from dlc.cli import pictures

        pictures.save_suite(races, path, told)
        show.note(f"wrote {path}")
    if request.as_json:
        show.json_object("optimize", **told)
    else:
        suite.table(found)
        show.note(f"{len(races)} problems: {', '.join(_name(race.plan) for race in races)}")
        show.note(race_tables.protocol(request.plans[0], race_record.rows(races[0]))[0])
        race_tables.tell(race_tables.shortened(sentences))
        show.note(f"hash {told['hash']}; again: {told['command_line']}")


def explain(request: Request, pool: Executor) -> None:
    """The same race under five protocols. Raises BadInputError."""
    if len(request.plans) > 1 or len(request.field) < 2:
        raise BadInputError("--why compares at least two entrants on one problem")
    (plan,) = request.plans
    if not plan.knows_targets or not plan.arena.card.minima:
        raise BadInputError(f"--why needs a problem whose minima are known, which {_name(plan)} is not")
    with _board(request.field, plan) as board, progress.compiling():
        orders = why.why(plan, request.field, pool, board.report)
    if request.as_json:
        show.json_object(
            "optimize", why=orders, flips=why.flips(orders), protocols={p.name: p.how for p in why.PROTOCOLS},
            **race_card(plan),
        )  # fmt: skip
        return
    why.table(orders)
    race_tables.tell(why.sentences(orders))


def _held(plan: Plan, field: Sequence[Entrant], pool: Executor) -> Race:
    """The race; a board shows it while it lasts."""
    with _board(field, plan) as board, progress.compiling():
        return hold(plan, field, pool, board.report)


def _board(field: Sequence[Entrant], plan: Plan) -> AbstractContextManager[Any]:
    return Board([entrant.label for entrant in field], plan)


def _name(plan: Plan) -> str:
    return plan.arena.card.name
