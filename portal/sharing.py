"""Vem kan se, och vad? Whom one lets see, what one can close, and what others say of it."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, redirect

from portal import grants, seals
from portal.banner import named_scopes
from portal.gate import Refused
from portal.i18n import at
from portal.identity.refusal import LoginRefused
from portal.proving import begin_proof, is_proved, unproved
from portal.screens import whole
from portal.visit import Answered, Visit, about
from stodtjanster.grants import Stage
from stodtjanster.model import ActorKind
from views.sharing import view

bp = Blueprint("sharing", __name__)

PAGE: Final = view.path
_PARTS: Final = ("sharing_own.html", "sharing_closing.html")


@dataclass(frozen=True, slots=True)
class Sharing:
    """Somebody whom one lets see: who, what and how long."""

    href: str
    name: str
    what: str
    until: str


@about(bp, PAGE, f"{PAGE}/")
def overview(visit: Visit) -> Answered:
    """Who can see, and what can be closed: at once, whoever is slow to say what they know."""
    if not _is_own(visit):
        return visit.refused("unknown-page")
    known = _known_here(visit)
    try:
        permit = visit.permit(view)
    except Refused:
        return visit.render("sharing.html", view.question, **known)
    pages, language = visit.house.pages, visit.language
    common = visit.shell(pages.speaker(language).gettext(view.question))
    parts = (pages.render(language, part, **common, **known) for part in _PARTS)
    return whole(visit, view, permit, beside="".join(parts))


def _known_here(visit: Visit) -> dict[str, Any]:
    """What the page says that nobody else is asked about."""
    h = visit.house
    return {
        "shared": _shared(visit),
        "sealed": visit.situation.subject.sealed,
        "can_close": h.seals is not None,
        "can_lock": h.settings.accessibility is not None,
        "proved": is_proved(visit.session, visit.situation.now),
        "owner": h.settings.accessibility,
        "here": f"{visit.base}{PAGE}",
        "ombud_url": f"{visit.base}ombud",
        "log_url": f"{visit.base}lasningar/",
    }


@about(bp, f"{PAGE}/legitimera", methods=("POST",))
def prove(visit: Visit) -> Answered:
    """Off to the login provider, and back to what was about to be closed or opened."""
    if not _may_close(visit):
        return visit.refused("unknown-page")
    here = f"{visit.base}{PAGE}"
    try:
        return begin_proof(visit.house, visit.session, here, visit.language)
    except LoginRefused as refusal:
        return unproved(visit.house, visit.language, refusal, here)


@about(bp, f"{PAGE}/forsegla", methods=("POST",))
def seal(visit: Visit) -> Answered:
    """Close what is shown here of one's own."""
    if not _may_close(visit):
        return visit.refused("unknown-page")
    if is_proved(visit.session, visit.situation.now):
        seals.seal(visit.house, visit.session, visit.situation.subject)
    return _back(visit)


@about(bp, f"{PAGE}/oppna", methods=("POST",))
def unseal(visit: Visit) -> Answered:
    """Open it again."""
    if not _may_close(visit):
        return visit.refused("unknown-page")
    if is_proved(visit.session, visit.situation.now):
        seals.unseal(visit.house, visit.session, visit.situation.subject)
    return _back(visit)


@about(bp, f"{PAGE}/las", methods=("POST",))
def lock(visit: Visit) -> Answered:
    """Lock the login. Nobody who logs in can undo it, so it needs somebody to turn to."""
    if not _may_close(visit) or visit.house.settings.accessibility is None:
        return visit.refused("unknown-page")
    if is_proved(visit.session, visit.situation.now):
        seals.lock(visit.house, visit.session, visit.situation.subject)
    return _back(visit)


def _is_own(visit: Visit) -> bool:
    """Nobody closes or opens anything on behalf of another."""
    return visit.situation.actor.kind is ActorKind.CITIZEN


def _may_close(visit: Visit) -> bool:
    return _is_own(visit) and visit.house.seals is not None


def _back(visit: Visit) -> Answered:
    return redirect(f"{visit.base}{PAGE}", code=303)


def _shared(visit: Visit) -> tuple[Sharing, ...]:
    """What is given and can let somebody in, now or later."""
    words, now = visit.house.pages.speaker(visit.language), visit.situation.now
    given = grants.given(visit.house, visit.situation)
    with at(now):
        return tuple(
            Sharing(
                href=f"{visit.base}ombud/{one.id.hex}",
                name=one.grantee_name,
                what=named_scopes(one.scopes, words),
                until=words.dateword(one.last_day),
            )
            for one in given
            if one.stage(now) in (Stage.COMING, Stage.IN_FORCE)
        )
