"""`--save FILE`: a race as a picture, an animation, a page to read, or numbers, by the extension of the file.

Nothing heavy is imported before something is saved, so that what cannot be saved is refused before the race.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlc.cli.errors import BadInputError

if TYPE_CHECKING:
    from dlc.cli.race_plan import Plan
    from dlc.cli.start_map import StartMap
    from dlc.cli.tournament import Race

STILLS = ("png", "svg", "pdf")
EXTENSIONS = (*STILLS, "gif", "html", "csv", "json")
OF_A_SUITE = (*STILLS, "csv", "json")
NEEDS_PLOT = (*STILLS, "gif", "html")
PICTURES = ("contour", "curves", "ecdf", "profile", "rates", "map", "tuning")
MOVING = ("contour", "curves")
ON_A_PAGE = ("contour", "curves", "ecdf", "rates", "tuning", "profile")  # the first four that fit


def check(path: Path, picture: str, plans: Sequence["Plan"], *, several: bool = False) -> None:
    """Refuse what could not be saved. Raises BadInputError."""
    extension = _extension(path)
    if several and extension not in OF_A_SUITE:
        raise BadInputError(f"{path}: a race on several problems is saved as {_listed(OF_A_SUITE)}")
    if picture:
        _check_picture(path, picture, extension, plans, several=several)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise BadInputError(f"{path}: there is no folder {path.parent}" if not path.is_dir() else f"{path} is a folder")
    if extension in NEEDS_PLOT:
        for module in ("matplotlib", "PIL"):
            if find_spec(module) is None:
                raise BadInputError(f"a .{extension} needs {module}, which is not installed: pip install 'dlc[plot]'")


def _extension(path: Path) -> str:
    extension = path.suffix.lower().removeprefix(".")
    if extension not in EXTENSIONS:
        raise BadInputError(
            f"{path}: --save writes {_listed(EXTENSIONS)}, not {path.suffix or 'a name without an ending'}"
        )
    return extension


def _listed(extensions: Sequence[str]) -> str:
    *first, last = (f".{extension}" for extension in extensions)
    return f"{', '.join(first)} or {last}"


def _check_picture(path: Path, picture: str, extension: str, plans: Sequence["Plan"], *, several: bool) -> None:
    if picture not in PICTURES:
        raise BadInputError(f"--picture {picture} is not one of {', '.join(PICTURES)}")
    able: Sequence[str] = MOVING if extension == "gif" else PICTURES if extension in STILLS else ()
    if several:
        able = ("profile",) if extension in STILLS else ()
    if picture not in able:
        what = f"shows {' or '.join(able)}" if able else "has no picture to choose"
        raise BadInputError(f"--picture {picture}: {path} {what}; leave out --picture")
    for plan in plans:
        if reason := _lacks(plan, picture):
            raise BadInputError(f"--picture {picture}: {plan.arena.card.name} {reason}")


def _lacks(plan: "Plan", picture: str) -> str:
    """Why there is no such picture of a race by PLAN; empty where there is."""
    card = plan.arena.card
    if picture in ("contour", "map") and (card.dimension != 2 or card.data):
        return f"has {card.dimension:,} variables, and this picture needs 2"
    if picture in ("ecdf", "profile", "map", "tuning") and not plan.knows_targets:
        return "has no least loss that is known, so there are no targets to reach"
    if picture in ("rates", "tuning") and (plan.rule != "tuned" or plan.trials < 3):
        return "is raced without tuning; this picture needs 3 trials or more"
    return ""


def fitting(race: "Race", pictures: Sequence[str] = ON_A_PAGE) -> list[str]:
    """Those of the PICTURES that there are of a race."""
    has_trials = any(len(each.tuned.trials) > 2 for each in race.standings)
    return [name for name in pictures
            if not _lacks(race.plan, name) and (has_trials or name not in ("rates", "tuning"))]  # fmt: skip


def save(
    race: "Race", path: Path, picture: str = "", told: Mapping[str, Any] | None = None, found: "StartMap | None" = None
) -> None:
    """Write a race, whole or not at all. TOLD is what --json tells of it, FOUND its start map, if there is one.

    Raises BadInputError as check() does, OSError.
    """
    check(path, picture, [race.plan])
    extension = _extension(path)
    if picture and not fitting(race, [picture]):
        raise BadInputError(f"--picture {picture}: all rates of this race were given, so none was tuned")
    told = told or {}
    if extension in ("csv", "json"):
        from dlc.cli import picture_data

        make = picture_data.csv if extension == "csv" else picture_data.json
        _write(path, make(race, told))
        return
    _write(path, _drawn(race, extension, picture, told, found))


def _drawn(race: "Race", extension: str, picture: str, told: Mapping[str, Any], found: "StartMap | None") -> bytes:
    from dlc.cli import picture_page
    from dlc.cli.picture_style import styled

    with styled():
        if extension == "gif":
            from dlc.cli.picture_animation import animation

            return animation(race, picture or fitting(race, MOVING)[0])
        if extension == "html":
            from dlc.cli.picture_html import document

            return document(race, fitting(race), told, found)
        names = [picture] if picture else fitting(race)
        sheet = picture_page.page(race, names[:4]) if len(names) > 1 else picture_page.alone(race, names[0], found)
        return picture_page.written(sheet, extension)


def save_suite(races: Sequence["Race"], path: Path, told: Mapping[str, Any]) -> None:
    """Write what a race on several problems came to: the performance profile, or numbers. Raises as save() does."""
    check(path, "", [race.plan for race in races], several=True)
    extension = _extension(path)
    from dlc.cli import picture_data, suite

    costs = suite.profile_costs(races)
    if extension == "json":
        _write(path, picture_data.json_object(told))
    elif extension == "csv":
        _write(path, picture_data.suite_csv(costs, [race.plan.arena.card.name for race in races], suite.TARGET))
    else:
        from dlc.cli import picture_page
        from dlc.cli.picture_style import styled

        with styled():
            _write(path, picture_page.written(picture_page.profile_page(races, costs, suite.TARGET), extension))


def _write(path: Path, content: bytes) -> None:
    from dlc.kernels.cache import write_whole

    write_whole(path, content)
