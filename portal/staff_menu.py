"""The menu of staff: what the rules open in the chosen assignment, and nothing else."""

from flask import request

from portal.day_list import objection
from portal.house import House
from portal.log_review import may_look
from portal.pages import Link
from portal.staff_actor import actor_of
from portal.staff_sessions import StaffSession
from views.kit.words import N_

_PATIENTS = (("patienter", N_("Patienter i dag")), ("sok", N_("Sök patient")))
_LOG = (("loggar", N_("Loggen")), ("loggar/stickprov", N_("Stickprov")))


def menu(h: House, session: StaffSession, language: str) -> tuple[Link, ...]:
    """For the page of this request, which is below `/<language>/personal/`."""
    if session.chosen is None:
        return ()
    actor = actor_of(session, session.chosen, h.settings.assignments)
    now, policy = h.clock(), h.settings.access.policy()
    pages = (
        *(_PATIENTS if objection(actor, now, policy) is None else ()),
        *(_LOG if may_look(actor, now, policy) else ()),
    )
    words = h.pages.speaker(language)
    hrefs = [(f"/{language}/personal/{path}", words.gettext(name)) for path, name in pages]
    return tuple(Link(href, name, current=request.path == href) for href, name in hrefs)


def first_page(h: House, session: StaffSession, language: str) -> str:
    """Where one begins to work: the first place of the menu, or what the assignment is."""
    links = menu(h, session, language)
    return links[0].href if links else f"/{language}/personal/mitt-uppdrag"
