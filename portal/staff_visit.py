"""Pages of staff: who is logged in, and in what assignment they work, said on every page.

A page is registered with `staff_page`, and is called with a `StaffVisit` whose assignment HSA has
confirmed within the last fifteen minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Final, TypeAlias
from urllib.parse import quote

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from portal.assignments import offered
from portal.house import House, house
from portal.login import LANGUAGE
from portal.pages import Link, other_languages
from portal.security import STAFF_COOKIE, is_own_post, origin, set_cookie
from portal.staff_menu import menu
from portal.staff_sessions import StaffSession
from stodtjanster.access import Decision
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.fetch import NotKnown
from stodtjanster.model import ActorKind, PersonId
from stodtjanster.security.assignments import Assignment
from views.kit.words import N_

Answered: TypeAlias = BaseResponse | str | tuple[str, int]
StaffPage: TypeAlias = Callable[..., Answered]

READ_AGAIN: Final = timedelta(minutes=15)
"""How old HSA's word on the assignment may be. Somebody who has lost it stops reading within it."""


@dataclass(frozen=True, slots=True)
class StaffVisit:
    """One request of an employee at work."""

    house: House
    session: StaffSession
    assignment: Assignment
    language: str

    def render(self, template: str, title: str, **context: Any) -> str:
        """A whole page. `title` is in Swedish."""
        return render(self.house, self.session, self.language, template, title, **context)


def staff_page(
    blueprint: Blueprint, path: str, methods: tuple[str, ...] = ("GET",)
) -> Callable[[StaffPage], StaffPage]:
    """Put a page at this path below /personal/.

    Whoever is not logged in is asked to; whoever has chosen no assignment is asked to choose; a
    post that no form of ours sent is refused; nothing is done in an assignment that HSA no longer
    has, or that it cannot be asked about.
    """

    def register(page: StaffPage) -> StaffPage:
        @wraps(page)
        def answer(language: str, **rest: Any) -> Answered:
            h = house()
            session = admitted(h, language)
            if not isinstance(session, StaffSession):
                return session
            visit = at_work(h, session, language)
            return page(visit, **rest) if isinstance(visit, StaffVisit) else visit

        rule = f"/{LANGUAGE}/personal/{path}"
        blueprint.add_url_rule(rule, page.__name__, answer, methods=methods)
        return page

    return register


def home(language: str) -> str:
    return f"/{language}/personal/"


def current_staff_session(h: House) -> StaffSession | None:
    """The session of staff of this request. Raises StoreUnavailable."""
    token = request.cookies.get(STAFF_COOKIE)
    return h.staff.sessions.load(token, h.clock()) if token else None


def admitted(h: House, language: str) -> StaffSession | Answered:
    """The session, or what is said to whoever has none or posts what is not our form."""
    session = current_staff_session(h)
    if session is None:
        return redirect(f"{home(language)}?till={quote(request.path)}")
    if request.method == "POST" and not is_own_post(
        request, session.csrf, origin(h.settings.base_url)
    ):
        return refused(h, session, language, "foreign-post"), 403
    return session


def at_work(h: House, session: StaffSession, language: str) -> StaffVisit | Answered:
    """A visit in the chosen assignment, or what is said to whoever has none that holds."""
    chosen, now = session.chosen, h.clock()
    if chosen is None:
        return redirect(home(language))
    if session.confirmed is not None and now - session.confirmed < READ_AGAIN:
        # Its end may come within the fifteen minutes.
        if chosen.flaw(now):
            return _gone(h, session, language)
        return StaffVisit(h, session, chosen, language)
    offer = offered(h, session.hsa_id)
    if isinstance(offer, NotKnown):
        return unknown(h, session, language)
    found = offer.of(chosen.id.value)
    if found is None or found.place != chosen.place:
        return _gone(h, session, language)
    kept = h.staff.sessions.confirm(request.cookies.get(STAFF_COOKIE, ""), found, now)
    return redirect(home(language)) if kept is None else StaffVisit(h, kept, found, language)


def choose(
    h: House, session: StaffSession, chosen: Assignment | None
) -> tuple[str, StaffSession] | None:
    """Work in an assignment from now on, or in none, in a session under a new token.

    None when the session has ended meanwhile. Raises AuditUnavailable before anything has changed.
    """
    note(h, EventKind.ASSIGNMENT, "chosen" if chosen else "gone", session, chosen)
    now = h.clock()
    rotated = h.staff.sessions.choose(request.cookies.get(STAFF_COOKIE, ""), chosen, now)
    # What was fetched in the one is nothing that the other may show.
    h.fetch.forget(session.id_hash)
    h.people.forget(session.id_hash)
    h.patients.forget(session.id_hash)
    return rotated


def note(
    h: House,
    kind: EventKind,
    detail: str,
    session: StaffSession,
    assignment: Assignment | None = None,
    *,
    subject: PersonId | None = None,
    decision: Decision | None = None,
) -> None:
    """Log what an employee did, in the assignment that they work in unless another is named.

    Raises AuditUnavailable.
    """
    work = assignment or session.chosen
    h.audit.record(
        AuditEvent(
            event=kind,
            at=h.clock(),
            actor=session.person,
            actor_kind=ActorKind.STAFF,
            loa=session.loa,
            detail=detail,
            subject=subject,
            ground=decision.reason.value if decision else None,
            law=decision.law.value if decision else None,
            session=session.id_hash,
            employee=session.hsa_id,
            place=work.place if work else None,
            assignment=work.name if work else None,
        )
    )


def render(
    h: House, session: StaffSession, language: str, template: str, title: str, **context: Any
) -> str:
    """A page of staff, with or without an assignment. `title` is in Swedish."""
    shell = {
        "title": h.pages.speaker(language).gettext(title),
        "home_url": home(language),
        "person_name": session.name,
        "csrf_token": session.csrf,
        "logout_url": f"{home(language)}logga-ut",
        "working": session.chosen,
        "switch_url": f"{home(language)}uppdrag",
        "nav": menu(h, session, language),
        "languages": other_languages(language, request.path) if request.method == "GET" else (),
    }
    return h.pages.render(language, template, **{**shell, **context})


def refused(h: House, session: StaffSession, language: str, detail: str) -> str:
    """Unknown and forbidden look the same. `detail` is for the log: a fixed word."""
    note(h, EventKind.SECURITY_EVENT, detail, session)
    return render(h, session, language, "refused.html", N_("Sidan kan inte visas"))


def unknown(h: House, session: StaffSession, language: str) -> tuple[str, int]:
    """HSA does not say: nobody works on what nobody has confirmed."""
    title = N_("Vi kan inte kontrollera ditt uppdrag")
    again = Link(request.path, h.pages.speaker(language).gettext(N_("Försök igen")))
    return render(h, session, language, "staff_unknown.html", title, again=again), 503


def _gone(h: House, session: StaffSession, language: str) -> Answered:
    rotated = choose(h, session, None)
    if rotated is None:
        return redirect(home(language))
    token, left = rotated
    page = render(h, left, language, "staff_gone.html", N_("Ditt uppdrag gäller inte längre"))
    response = BaseResponse(page, status=403, mimetype="text/html")
    set_cookie(response, STAFF_COOKIE, token)
    return response
