"""What is told when a form could not be taken at all: all that was written in it stands there.

It comes from the request itself, so it tells nobody more than the browser that sent it.
"""

from collections.abc import Mapping
from typing import Final

from flask import request

from portal.house import House
from portal.own import forms
from portal.visit import Answered, Untaken
from views.kit.own_ways import ABOUT, KIND
from views.kit.words import N_

ONCE: Final = "once"
VERSION: Final = "version"
_TEXTS: Final = (
    *(forms.TITLE, forms.DAY, forms.START, forms.END),
    *(forms.PLACE, forms.NOTE, forms.TEXT),
)
_CHOICES: Final = (KIND, forms.HOW, ABOUT, forms.SHARE, ONCE, VERSION)

_TITLE: Final = N_("Det du skrev är inte sparat")
_WHY: Final[Mapping[Untaken, str]] = {
    "logged-out": N_(
        "Du har blivit utloggad. Kopiera det du skrev, logga in och lägg in det igen."
    ),
    "foreign": N_(
        "Du har loggat in igen sedan du öppnade sidan. Kopiera det du skrev och lägg in det igen."
    ),
    "down": N_("Det går inte att spara just nu. Felet ligger hos oss. Försök igen om en stund."),
}
_STATUS: Final[Mapping[Untaken, int]] = {"logged-out": 401, "foreign": 403, "down": 503}
_TOO_MUCH: Final = N_(
    "Texten är för lång för att tas emot. Gå tillbaka i webbläsaren, där står den kvar. "
    "Korta den och spara igen."
)


def kept_for_the_reader(h: House, language: str, why: Untaken) -> Answered | None:
    """What was written, to be copied, or sent again where that may help. None when it was
    nothing."""
    texts = tuple(text for name in _TEXTS if (text := forms.clean(request.form.get(name, ""))))
    if not texts:
        return None
    fields = {name: request.form[name] for name in (*_TEXTS, *_CHOICES) if name in request.form}
    # Once more with the token that it came with: what is sent again is checked as this was.
    fields["csrf_token"] = request.form.get("csrf_token", "")
    return _page(h, language, _WHY[why], texts, fields if why == "down" else {}), _STATUS[why]


def too_much(h: House, language: str) -> Answered:
    """The form was not even read, so only the browser has what was written."""
    return _page(h, language, _TOO_MUCH, (), {}), 413


def _page(
    h: House, language: str, why: str, texts: tuple[str, ...], fields: Mapping[str, str]
) -> str:
    words = h.pages.speaker(language)
    return h.pages.render(
        language,
        "own/unsent.html",
        title=words.gettext(_TITLE),
        reason=words.gettext(why),
        texts=texts,
        fields=fields,
        action=request.path,
        start_url=f"/{language}/",
    )
