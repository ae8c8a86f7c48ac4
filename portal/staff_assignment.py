"""Uppdragsval: staff say in which of their assignments they work, also when there is only one."""

from typing import Final

from flask import Blueprint, redirect, request

from portal.assignments import OTHER_PURPOSE, Offer, offered
from portal.house import House, house
from portal.login import LANGUAGE
from portal.security import STAFF_COOKIE, set_cookie
from portal.staff_menu import first_page
from portal.staff_sessions import StaffSession
from portal.staff_visit import (
    Answered,
    StaffVisit,
    admitted,
    choose,
    home,
    refused,
    render,
    staff_page,
    unknown,
)
from stodtjanster.fetch import NotKnown
from stodtjanster.security.assignments import Unusable
from views.kit.words import N_

bp = Blueprint("staff_assignment", __name__)

_REASONS: Final = {
    Unusable.FEIGNED: N_("Det är bara till för prov."),
    Unusable.ARCHIVED: N_("Enheten eller vårdgivaren finns inte längre."),
    Unusable.NOT_BEGUN: N_("Det har inte börjat gälla."),
    Unusable.EXPIRED: N_("Det gäller inte längre."),
    Unusable.UNREADABLE: N_("Det går inte att läsa det som står i HSA."),
    OTHER_PURPOSE: N_("Dess ändamål ger inte rätt att läsa här."),
}


@bp.get(f"/{LANGUAGE}/personal/uppdrag")
def ask(language: str) -> Answered:
    h = house()
    session = admitted(h, language)
    if not isinstance(session, StaffSession):
        return session
    return choice(h, session, language, N_("I vilket uppdrag arbetar du?"))


@bp.post(f"/{LANGUAGE}/personal/uppdrag")
def take(language: str) -> Answered:
    """Only what HSA offers now can be taken: what a form says is looked up there."""
    h = house()
    session = admitted(h, language)
    if not isinstance(session, StaffSession):
        return session
    offer = offered(h, session.hsa_id)
    if isinstance(offer, NotKnown):
        return unknown(h, session, language)
    chosen = offer.of(request.form.get("uppdrag", ""))
    if chosen is None:
        return refused(h, session, language, "foreign-assignment"), 404
    rotated = choose(h, session, chosen)
    if rotated is None:
        return redirect(home(language), code=303)
    token, working = rotated
    response = redirect(first_page(h, working, language), code=303)
    set_cookie(response, STAFF_COOKIE, token)
    return response


@staff_page(bp, "mitt-uppdrag")
def mine(visit: StaffVisit) -> Answered:
    """What one works in, and what that rests on."""
    return visit.render("staff_work.html", N_("Ditt uppdrag"), assignment=visit.assignment)


def choice(h: House, session: StaffSession, language: str, title: str) -> Answered:
    """What may be chosen, and why the rest may not. `title` is in Swedish."""
    offer = offered(h, session.hsa_id)
    if isinstance(offer, NotKnown):
        return unknown(h, session, language)
    return render(
        h,
        session,
        language,
        "staff_choice.html",
        title,
        offer=offer,
        reasons=_reasons(h, language, offer),
        here=f"{home(language)}uppdrag",
    )


def _reasons(h: House, language: str, offer: Offer) -> list[str]:
    words = h.pages.speaker(language)
    return [words.gettext(_REASONS[reason]) for reason in offer.refused]
