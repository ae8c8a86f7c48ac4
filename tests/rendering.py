"""A section of a view as its reader gets it: made from answers, and printed by its template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from portal.i18n import LANGUAGES, Speaker, at
from portal.pages import Pages
from stodtjanster.model import Answer
from tests.viewing import scene
from views.kit.view import Scene, Shown, View, show


@cache
def _pages() -> Pages:
    return Pages()


def printed(
    view: View, slot: str, answers: Mapping[str, Answer[Any]], lang: str = "sv", **more: Any
) -> str:
    """`more` are fields of the scene."""
    return printed_in(view, slot, answers, scene(**more), lang)


def printed_in(
    view: View, slot: str, answers: Mapping[str, Answer[Any]], seen: Scene, lang: str = "sv"
) -> str:
    section = view.find(slot)
    assert section is not None
    seen = spoken(seen, lang)
    return as_page(view, show(section, answers, seen), seen, lang)


def spoken(seen: Scene, lang: str = "sv") -> Scene:
    """The scene in a language."""
    return replace(seen, words=Speaker(LANGUAGES[lang]))


def as_page(view: View, shown: Shown, seen: Scene, lang: str = "sv") -> str:
    """A section that has been made, through its template."""
    address = f"{seen.base}{view.path}/"
    with at(None if view.lasting else seen.situation.now):
        return _pages().render(
            lang,
            f"{view.key}/{shown.slot}.html",
            title=shown.title,
            state=shown.state,
            body=shown.body,
            empty_text=shown.empty_text,
            gaps=shown.gaps,
            unreadable=shown.unreadable,
            anchor=shown.slot,
            fragment_url=f"{address}del/{shown.slot}",
            page_url=address,
            home_url=seen.base,
            person_name="Birgitta Lindqvist",
            csrf_token="t",
        )


def words(html: str) -> str:
    """What is read, without the places where a long word may break."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace("\u00ad", "").split())
