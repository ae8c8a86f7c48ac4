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
from views.kit.view import View, show


@cache
def _pages() -> Pages:
    return Pages()


def printed(
    view: View, slot: str, answers: Mapping[str, Answer[Any]], lang: str = "sv", **more: Any
) -> str:
    """`more` are fields of the scene."""
    section = view.find(slot)
    assert section is not None
    seen = replace(scene(**more), words=Speaker(LANGUAGES[lang]))
    shown = show(section, answers, seen)
    address = f"{seen.base}{view.path}/"
    with at(seen.situation.now):
        return _pages().render(
            lang,
            f"{view.key}/{slot}.html",
            title=shown.title,
            state=shown.state,
            body=shown.body,
            empty_text=shown.empty_text,
            gaps=shown.gaps,
            unreadable=shown.unreadable,
            anchor=slot,
            fragment_url=f"{address}del/{slot}",
            page_url=address,
            home_url=seen.base,
        )


def words(html: str) -> str:
    """What is read, without the places where a long word may break."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace("\u00ad", "").split())
