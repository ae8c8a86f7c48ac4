"""The addresses of the views: each found view gets a page, and each of its sections a fragment."""

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from portal.acting import about_me, current_session
from portal.gate import Refused, note_shown, open_gate, security_event
from portal.house import House, house
from portal.i18n import at
from portal.login import LANGUAGE, refused_page
from portal.pages import Link, other_languages
from portal.security import SESSION_COOKIE
from portal.sessions import Session
from portal.stream import (
    Limits,
    Page,
    answers_of,
    render_section,
    reports_of,
    stream,
    wait_for,
)
from stodtjanster.access import Decision, Permit, Reason
from stodtjanster.audit import AuditUnavailable
from stodtjanster.model import ActorKind
from views.kit.view import Scene, View
from views.kit.words import N_

log = logging.getLogger(__name__)
bp = Blueprint("screens", __name__)

_WHY_NOT = {
    Reason.CHILD_UNDER_13: N_(
        "Du som är under 13 år kan inte se din planering här. Fråga en vårdnadshavare."
    ),
    Reason.CHILD_13_15_NO_ACCESS: N_(
        "Du som är 13–15 år kan inte se din planering här än. Det kan du när du har fyllt 16. "
        "Fråga din mottagning om du vill veta vad som är planerat."
    ),
    Reason.AUTHN_LOA_TOO_LOW: N_(
        "Du behöver logga in med en e-legitimation på en högre nivå, till exempel BankID."
    ),
}
_WHY_NOT_OTHERWISE = N_("Du kan inte se din planering här. Ring din mottagning om du undrar något.")


@bp.get(f"/{LANGUAGE}/mig/")
@bp.get(f"/{LANGUAGE}/mig/<path:path>")
def mine(language: str, path: str = "") -> BaseResponse | tuple[str, int]:
    h = house()
    session = current_session(h)
    if session is None:
        return _ask_to_log_in(h, language)
    view, slot = _find(h, path)
    if view is None:
        security_event(h, "unknown-page", session)
        return refused_page(h, language), 404
    situation = about_me(h, session, language)
    try:
        permit = open_gate(h, situation, view, session)
    except Refused as refusal:
        return _denied(h, language, session, refusal.decision), 403
    page = _page(h, view, permit, session)
    if slot is None:
        return Response(_chunks(h, page), mimetype="text/html", headers={"X-Accel-Buffering": "no"})
    return Response(_fragment(h, page, slot), mimetype="text/html")


@bp.get(f"/{LANGUAGE}/for/<handle>/", defaults={"path": ""})
@bp.get(f"/{LANGUAGE}/for/<handle>/<path:path>")
def another(language: str, handle: str, path: str) -> tuple[str, int]:  # noqa: ARG001
    """Nobody has been given a handle: every one is unknown, and never means oneself."""
    h = house()
    security_event(h, "unknown-handle", current_session(h))
    return refused_page(h, language), 404


def _find(h: House, path: str) -> tuple[View | None, str | None]:
    """`path` is a view's own, or that and `del/<slot>` for one of its sections."""
    whole, _, slot = path.rstrip("/").rpartition("del/")
    if slot and path.startswith(f"{whole}del/"):
        view = _by_path(h, whole.rstrip("/"))
        known = view is not None and view.find(slot) is not None
        return (view, slot) if known else (None, None)
    return _by_path(h, path.rstrip("/")), None


def _by_path(h: House, path: str) -> View | None:
    return next((view for view in _views(h) if view.path == path), None)


def _views(h: House) -> tuple[View, ...]:
    """What a person may ask about themself. A view for others only is not there."""
    return tuple(view for view in h.views.values() if ActorKind.CITIZEN in view.audience)


def _page(h: House, view: View, permit: Permit, session: Session) -> Page:
    language = permit.situation.language
    words = h.pages.speaker(language)
    base = f"/{language}/mig/" + (f"{view.path}/" if view.path else "")
    context: dict[str, Any] = {
        "title": words.gettext(view.question),
        "person_name": session.name,
        "csrf_token": session.csrf,
        "home_url": f"/{language}/mig/",
        "nav": _menu(h, view, language),
        "languages": other_languages(language, request.path),
    }
    return Page(
        view=view,
        scene=Scene(permit.situation, words, h.directory),
        harvest=h.fetch.begin(permit, view.needs),
        pages=h.pages,
        context=context,
        base=base,
        limits=Limits(h.settings.soft_seconds, h.settings.hard_seconds),
    )


def _menu(h: House, current: View, language: str) -> tuple[Link, ...]:
    """No menu while there is only one place to be."""
    views = _views(h)
    if len(views) < 2:
        return ()
    words = h.pages.speaker(language)
    return tuple(
        Link(f"/{language}/mig/{view.path}", words.gettext(view.question), current=view is current)
        for view in views
    )


def _chunks(h: House, page: Page) -> Iterator[str]:
    """The stream, and a note in the log of what it held, also when the reader has left."""
    try:
        yield from stream(page)
    finally:
        _note(h, page)


def _fragment(h: House, page: Page, slot: str) -> str:
    section = page.view.find(slot)
    assert section is not None
    wait_for(page, section.needs, page.clock() + page.limits.hard)
    inner = render_section(page, section, answers_of(page, section.needs))
    language = page.scene.words.language
    _note(h, page)
    with at(page.scene.situation.now):
        return h.pages.render(
            language,
            "fragment.html",
            **{**page.context, "title": page.scene.words.gettext(section.title)},
            section=Markup(inner),  # noqa: S704 - rendered by our own template just now
            page_url=page.base,
        )


def _note(h: House, page: Page) -> None:
    """The disclosure itself is logged already; this adds which systems it came to be from."""
    try:
        note_shown(h, page.harvest.permit, reports_of(page))
    except AuditUnavailable:
        log.exception("what was shown is not recorded", extra={"view": page.view.key})


def _denied(h: House, language: str, session: Session, decision: Decision) -> str:
    words = h.pages.speaker(language)
    return h.pages.render(
        language,
        "denied.html",
        title=words.gettext(N_("Du kan inte se din planering här")),
        reason=words.gettext(_WHY_NOT.get(decision.reason, _WHY_NOT_OTHERWISE)),
        person_name=session.name,
        csrf_token=session.csrf,
    )


def _ask_to_log_in(h: House, language: str) -> BaseResponse | tuple[str, int]:
    """Whoever comes with a dead session is told so; others are shown the way in."""
    if SESSION_COOKIE not in request.cookies:
        return redirect(f"/{language}/?till={quote(request.path)}")
    words = h.pages.speaker(language)
    title = words.gettext(N_("Du har blivit utloggad"))
    return h.pages.render(language, "session_ended.html", title=title), 401
