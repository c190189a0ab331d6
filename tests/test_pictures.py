"""`--save`: each kind of file is written whole, is what it says, and what cannot be saved is refused beforehand."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image
from race_pictures import COMMANDS, FOLDER

from dlc.cli import pictures
from dlc.cli.cells import Arena
from dlc.cli.entrants import read_entrants
from dlc.cli.errors import BadInputError
from dlc.cli.picture_contour import exit_point, trails, window
from dlc.cli.picture_scene import Scene, share_text
from dlc.cli.picture_style import COLOURS, OTHERS, STYLE, looks, shortened, spread, styled
from dlc.cli.race_plan import Plan
from dlc.cli.tournament import hold
from dlc.reference.problems import PROBLEMS

STEPS = 64


def plan_for(problem, **changes):
    settings = {"steps": STEPS, "runs": 5, "seed": 1, "rule": "tuned", "trials": 4, "tuning_runs": 2} | changes
    return Plan(Arena(PROBLEMS[problem], dict(PROBLEMS[problem].knobs)), **settings)


def held(problem, entrants, **changes):
    return hold(plan_for(problem, **changes), read_entrants(entrants), None, lambda *_: None)


@pytest.fixture(scope="module")
def race():
    # The third one diverges from everywhere.
    return held("rosenbrock", ["adam", "momentum", "gd:lr=10"])


@pytest.fixture(scope="module")
def told():
    return {"hash": "0123", "verdict": ["adam beats <gd>."], "command_line": "dlc optimize adam", "params": {}}


@pytest.fixture
def saved(race, told, tmp_path):
    def save(extension, picture=""):
        path = tmp_path / f"race.{extension}"
        pictures.save(race, path, picture, told)
        assert [each.name for each in tmp_path.iterdir()] == [path.name]  # no draft is left
        return path

    return save


@pytest.mark.parametrize(("picture", "size"), [("", (1920, 1080)), *((name, None) for name in pictures.PICTURES)])
def test_a_png_of_each_picture(saved, picture, size):
    with Image.open(saved("png", picture)) as image:
        assert image.format == "PNG"
        assert image.size == (size or ((1560, 877) if picture == "map" else (1200, 675)))
        pixels = np.asarray(image.convert("RGB"))
    assert (pixels[:8] == 255).all()  # nothing is cut off at the borders
    assert (pixels[-8:] == 255).all()
    assert (pixels[:, :8] == 255).all()
    assert (pixels[:, -4:] == 255).all()
    leader = [int(COLOURS[0][k : k + 2], 16) for k in (1, 3, 5)]
    assert (abs(pixels.astype(int) - leader).max(axis=2) <= 6).sum() > 40


def test_svg_and_pdf_are_the_same_each_time(saved):
    first = saved("svg", "curves").read_bytes()
    root = ET.fromstring(first)
    assert root.tag.endswith("svg")
    assert len(root.findall(".//{*}path")) > 20
    assert saved("svg", "curves").read_bytes() == first


def test_pdf(saved):
    assert saved("pdf", "ecdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("picture", pictures.MOVING)
def test_a_gif_moves(saved, picture):
    with Image.open(saved("gif", picture)) as image:
        assert image.format == "GIF"
        assert image.info["loop"] == 0
        assert image.n_frames > 30
        frames = []
        for k in (0, image.n_frames // 2, image.n_frames - 1):
            image.seek(k)
            frames.append(np.asarray(image.convert("RGB")))
        assert image.info["duration"] > 1000  # the end is shown for longer
    assert len({frame.tobytes() for frame in frames}) == 3


def test_html_needs_nothing_from_elsewhere(saved, race):
    text = saved("html").read_text()
    assert text.count("<svg") == len(pictures.fitting(race)) == 6
    assert "adam beats &lt;gd&gt;." in text
    assert "dlc optimize adam" in text
    assert "0123" in text
    for label in ("adam", "momentum", "gd:lr=10"):
        assert f">{label}</td>" in text
    linked = set(re.findall(r"""(?:src|href)=["']([^"']*)""", text))
    assert all(link.startswith(("#", "data:")) for link in linked)
    identities = re.findall(r'\bid="([^"]*)"', text)
    assert all(link[1:] in identities for link in linked if link.startswith("#"))
    assert len(identities) == len(set(identities))


def test_csv_is_tidy(saved, race):
    rows = list(csv.DictReader(io.StringIO(saved("csv").read_text())))
    assert list(rows[0]) == ["entrant", "lr", "run", "measure", "gradients", "value"]
    for standing in race.standings:
        own = [row for row in rows if row["entrant"] == standing.label]
        last = [float(row["value"]) for row in own if row["measure"] == "loss" and row["gradients"] == str(STEPS)]
        assert last == standing.outcome.losses.tolist()
        assert {float(row["lr"]) for row in own} == {standing.rate}
        to_target = [float(r["gradients"]) for r in own if r["measure"] == "target" and float(r["value"]) == 0.1]
        assert to_target == standing.costs(0.1).tolist()
        assert sum(row["measure"] == "diverged" for row in own) == standing.diverged


def test_json_has_the_curves_and_what_was_told(saved, race, told):
    read = json.loads(saved("json").read_text())
    assert (read["schema"], read["command"], read["hash"]) == (1, "optimize", told["hash"])
    assert read["curves"]["gradients"] == list(race.checkpoints)
    assert read["curves"]["losses"]["adam"] == race.standings[0].outcome.curve.tolist()
    assert set(np.ravel(read["curves"]["losses"]["gd:lr=10"][-1])) == {"inf"}


def test_the_way_on_the_contour_is_that_of_the_race(race):
    scene = Scene(race)
    for way in trails(scene):
        at = np.searchsorted(way.steps, race.checkpoints)
        assert np.array_equal(way.path[at], way.standing.outcome.paths[:, :, 0], equal_nan=True)
    low, high = window(race, trails(scene))
    for point in (race.plan.arena.card.start, *race.plan.arena.card.minima):
        assert (low < point).all()
        assert (point < high).all()


def test_a_cross_is_where_a_way_left():
    low, high = np.array([0.0, 0.0]), np.array([1.0, 1.0])
    path = np.array([[0.5, 0.5], [0.5, 0.75], [3.5, 0.75], [np.nan, np.nan]])
    assert exit_point(path, low, high) == pytest.approx([1.0, 0.75])
    assert exit_point(path[:2], low, high) == pytest.approx([0.5, 0.75])


@pytest.mark.parametrize(
    ("problem", "entrants", "changes"),
    [
        ("rosenbrock", ["gd:lr=10", "momentum:lr=10"], {}),  # all diverge
        ("rosenbrock", ["adam"], {"steps": 2, "runs": 1}),
        ("saddle", ["adam", "momentum"], {}),  # no least loss, and losses below 0
        ("quadratic", ["adam", "momentum"], {"rule": "default"}),
    ],
)
def test_every_race_has_a_page(problem, entrants, changes, tmp_path):
    race = held(problem, entrants, **changes)
    pictures.save(race, tmp_path / "race.png")
    with Image.open(tmp_path / "race.png") as image:
        assert image.width >= 1200


def test_a_suite_is_a_profile_or_numbers(race, told, tmp_path):
    for extension in pictures.OF_A_SUITE:
        pictures.save_suite([race, race], tmp_path / f"suite.{extension}", told)
    with Image.open(tmp_path / "suite.png") as image:
        assert image.size == (1200, 675)
    assert json.loads((tmp_path / "suite.json").read_text())["hash"] == "0123"
    rows = list(csv.DictReader(io.StringIO((tmp_path / "suite.csv").read_text())))
    assert [row["problem"] for row in rows if row["entrant"] == "adam"] == ["rosenbrock"] * 2


REFUSED = [
    ("race.bmp", "", "rosenbrock", {}, ".png, .svg, .pdf, .gif, .html, .csv or .json"),
    ("race", "", "rosenbrock", {}, "a name without an ending"),
    ("race.png", "pie", "rosenbrock", {}, "contour, curves, ecdf"),
    ("race.png", "contour", "quadratic", {}, "50 variables" if PROBLEMS["quadratic"].dimension == 50 else "variables"),
    ("race.png", "ecdf", "saddle", {}, "no least loss"),
    ("race.png", "rates", "rosenbrock", {"rule": "default"}, "without tuning"),
    ("race.gif", "rates", "rosenbrock", {}, "contour or curves"),
    ("race.csv", "curves", "rosenbrock", {}, "no picture to choose"),
    ("nowhere/race.png", "", "rosenbrock", {}, "there is no folder"),
]


@pytest.mark.parametrize(("name", "picture", "problem", "changes", "said"), REFUSED)
def test_what_cannot_be_saved_is_refused_before_the_race(name, picture, problem, changes, said, tmp_path):
    with pytest.raises(BadInputError, match=re.escape(said)):
        pictures.check(tmp_path / name, picture, [plan_for(problem, **changes)])
    assert list(tmp_path.iterdir()) == []


def test_the_extra_is_named_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "find_spec", lambda _: None)
    with pytest.raises(BadInputError, match=r"pip install 'dlc\[plot\]'"):
        pictures.check(tmp_path / "race.png", "", [plan_for("rosenbrock")])
    pictures.check(tmp_path / "race.csv", "", [plan_for("rosenbrock")])  # numbers need nothing


def test_eight_are_pointed_out():
    found = looks([f"e{k}" for k in range(60)])
    assert [look.colour for look in found.values()][:8] == list(COLOURS)
    assert {look.colour for look in list(found.values())[8:]} == {OTHERS}
    assert len(set(COLOURS)) == len(COLOURS)


def test_names_do_not_meet():
    places = spread([0.0, 0.0, 0.01, 0.5, 1.0, 1.0], 0.1)
    assert all(b - a >= 0.1 - 1e-12 for a, b in pairwise(places))
    assert places[0] == 0
    assert places[-1] == pytest.approx(1)
    assert places[3] == pytest.approx(0.5)
    assert shortened("torch.optim.Adam:amsgrad=true", 11) == "torch…=true"
    assert [share_text(share) for share in (1e-5, 0.1, 0.03)] == ["10⁻⁵", "0.1", "0.03"]


@pytest.mark.parametrize("name", COMMANDS)
def test_pictures_of_readme_are_there_and_small(name):
    size = (ROOT / FOLDER / name).stat().st_size
    assert 5_000 < size < (400_000 if name.endswith(".gif") else 150_000)


def test_the_look_is_only_on_while_it_is_drawn():
    from matplotlib import rcParams

    before = rcParams["font.size"]
    with styled():
        assert rcParams["font.size"] == STYLE["font.size"]
    assert rcParams["font.size"] == before
