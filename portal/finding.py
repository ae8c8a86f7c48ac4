"""Hitta en mottagning: whom one can ring, open to all and about nobody.

Nothing is asked for and nothing is noted: the names, numbers and hours are those that are public.
"""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, request

from portal.house import house
from portal.i18n import SOURCE_LANGUAGE, at
from portal.login import LANGUAGE
from portal.pages import other_languages
from stodtjanster.catalogue import Unit
from stodtjanster.model import Told
from views.kit.cards import Reached
from views.kit.care import reached_at
from views.kit.words import N_

bp = Blueprint("finding", __name__)

PATH: Final = "hitta"
QUERY: Final = "sok"
LONGEST: Final = 80
MOST: Final = 20
"""Units on one page: whoever gets more writes more of the name."""


@dataclass(frozen=True, slots=True)
class Found:
    """One unit, in the words of the contacts' templates."""

    name: Told
    owner: Told | None
    phone: str | None
    opening: Told | None
    reached: Reached | None


@bp.get(f"/{LANGUAGE}/{PATH}")
def find(language: str) -> str:
    """The form, and what it finds."""
    h = house()
    now = h.clock()
    query = " ".join(request.args.get(QUERY, "")[:LONGEST].split())
    units = h.directory.named(query.split())
    with at(now):
        return h.pages.render(
            language,
            "find.html",
            title=h.pages.speaker(language).gettext(N_("Hitta en mottagning")),
            languages=other_languages(language, request.path),
            query=query,
            longest=LONGEST,
            rows=[
                Found(_name(unit), _owner(unit), unit.phone, unit.opening, reached_at(unit, now))
                for unit in units[:MOST]
            ],
            more=len(units) > MOST,
        )


def _name(unit: Unit) -> Told:
    return Told(unit.name, SOURCE_LANGUAGE)


def _owner(unit: Unit) -> Told | None:
    return Told(unit.owner, SOURCE_LANGUAGE) if unit.owner != unit.name else None
