"""The accessibility statement, open to all.

What it must say: the Act on accessibility of digital public services (2018:1937), 13 §, and the
model in Commission Implementing Decision (EU) 2018/1523.
"""

from datetime import date
from typing import Final

from flask import Blueprint, request

from portal.house import house
from portal.i18n import at
from portal.login import LANGUAGE
from portal.pages import other_languages
from views.kit.words import N_

bp = Blueprint("statement", __name__)

PATH: Final = "tillganglighet"
ASSESSED: Final = date(2026, 11, 20)
"""When somebody last went through what the page says is wrong, and found it to be so."""
SUPERVISOR_URL: Final = "https://www.digg.se/tdosanmalan"


@bp.get(f"/{LANGUAGE}/{PATH}")
def statement(language: str) -> str:
    h = house()
    with at(h.clock()):
        return h.pages.render(
            language,
            "statement.html",
            title=h.pages.speaker(language).gettext(
                N_("Tillgänglighet för Sammanhållen planering")
            ),
            languages=other_languages(language, request.path),
            provider=h.settings.accessibility,
            assessed=ASSESSED,
            supervisor_url=SUPERVISOR_URL,
        )
