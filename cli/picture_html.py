"""A race as one page to read: verdict, table, pictures, run card, and the command that holds it again."""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dlc.cli.picture_page import alone, written
from dlc.cli.picture_scene import Scene, share_text
from dlc.cli.picture_style import FAINT, INK, PALE, counted
from dlc.cli.race_measures import reached_share, table_targets
from dlc.cli.show import exact, short
from dlc.cli.start_map import StartMap
from dlc.cli.tournament import Race

STYLE = f"""
body {{ font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; color: {INK}; margin: 2.5rem auto; max-width: 72rem;
  padding: 0 1.5rem; }}
h1 {{ margin: 0; }} h2 {{ margin: 2.5rem 0 .5rem; font-size: 1.2rem; }}
.below {{ color: {PALE}; margin: 0 0 1.5rem; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .3rem .9rem .3rem 0; text-align: right; border-bottom: 1px solid {FAINT}; white-space: nowrap; }}
th {{ color: {PALE}; font-weight: 600; }}
th:first-child, td:first-child, .card td {{ text-align: left; }}
svg {{ width: 100%; height: auto; margin: .8rem 0; border: 1px solid {FAINT}; border-radius: 6px; }}
pre {{ background: #F6F7F9; padding: .8rem 1rem; overflow-x: auto; border-radius: 6px; }}
"""
NOT_ON_CARD = ("entrants", "verdict", "command_line", "targets")


def document(race: Race, names: Sequence[str], told: Mapping[str, Any], found: StartMap | None) -> bytes:
    """The page with the pictures NAMES, and the start map where there is one; it needs nothing from elsewhere."""
    scene = Scene(race)
    pictures = [
        _inline(name, written(alone(race, name, found), "svg")) for name in [*names, *(["map"] if found else [])]
    ]
    verdict = "".join(f"<li>{escape(sentence)}</li>" for sentence in told.get("verdict", ()))
    line = told.get("command_line", "")
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(scene.problem)}</title>",
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>",
        f"<h1>{escape(scene.problem)}</h1><p class=below>{escape(scene.goal)} · {escape(scene.held)}</p>",
        f"<ul>{verdict}</ul>" if verdict else "",
        f"<div class=scroll>{_table(scene)}</div>",
        *pictures,
        f"<h2>Run card</h2>{_card(told)}",
        f"<h2>Hold it again</h2><pre>{escape(line)}</pre>" if line else "",
    ]
    return "\n".join(parts).encode()


def _inline(name: str, svg: bytes) -> str:
    """A picture as an element; its ids are made different from those of the other ones."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    return re.sub(
        r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1), count=1
    )


def _table(scene: Scene) -> str:
    targets = table_targets(scene.race.plan)
    heads = ["entrant", "rate", "loss", *(f"to {share_text(target)}" for target in targets), "diverged", "gradients"]
    rows = [
        [
            f'<td style="color:{scene.looks[each.label].colour};font-weight:600">{escape(each.label)}</td>',
            *(
                f"<td>{escape(cell)}</td>"
                for cell in (
                    short(each.rate), short(each.loss),
                    *(f"{100 * reached_share(each, target):.0f} %" for target in targets),
                    str(each.diverged) if each.diverged else "", counted(each.evaluations),
                )
            ),
        ]
        for each in scene.ranked
    ]  # fmt: skip
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _card(told: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name.replace('_', ' '))}</td><td>{escape(_text(value))}</td></tr>"
        for name, value in told.items()
        if name not in NOT_ON_CARD
    )
    return f"<table class=card>{rows}</table>"


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {exact(each)}" for name, each in value.items())
    return exact(value)
