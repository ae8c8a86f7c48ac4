"""Finding a patient by number: nothing is told of who it is before the rules let anybody in."""

from typing import Final

from flask import Blueprint, redirect, request

from portal.patient_visit import address
from portal.staff_visit import Answered, StaffVisit, note, staff_page
from stodtjanster.audit import EventKind
from stodtjanster.model import PersonId
from views.kit.words import N_

bp = Blueprint("patient_search", __name__)

_TITLE: Final = N_("Sök patient")


@staff_page(bp, "sok")
def ask(visit: StaffVisit) -> Answered:
    return _form(visit)


@staff_page(bp, "sok", ("POST",))
def search(visit: StaffVisit) -> Answered:
    """Whoever is sought, the answer is the same: their address, where the rules decide."""
    h = visit.house
    written = request.form.get("nummer", "")
    try:
        person = PersonId.parse(written)
    except ValueError:
        return _form(visit, written, wrong=True), 400
    if not h.search_pace.may_write(visit.session.person, h.clock()):
        note(h, EventKind.SECURITY_EVENT, "too-many-searches", visit.session)
        return _form(visit, written, paced=True), 429
    note(h, EventKind.SEARCHED, "by-number", visit.session, subject=person)
    return redirect(address(visit, person), code=303)


def _form(visit: StaffVisit, written: str = "", *, wrong: bool = False, paced: bool = False) -> str:
    return visit.render("patient_search.html", _TITLE, written=written, wrong=wrong, paced=paced)
