"""The way in and out for staff: through a SAML or an OpenID provider of theirs, to a StaffSession.

Nothing here makes, reads or ends a resident's session.
"""

import logging
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from portal.gate import note_event
from portal.house import House, house
from portal.identity.oidc import Transaction
from portal.identity.paths import safe_next
from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.identity.saml import MOST_ANSWER, LogoutAsked, Proof, SamlTransaction
from portal.identity.staff import StaffIdentity
from portal.login import LANGUAGE, failed_login, once_each, refused_page
from portal.pages import Link, other_languages
from portal.sealed import new_token
from portal.security import (
    STAFF_COOKIE,
    STAFF_LOGIN_COOKIE,
    drop_cookie,
    is_own_form,
    is_own_post,
    origin,
    set_cookie,
    set_crossing_cookie,
)
from portal.staff_assignment import choice
from portal.staff_menu import first_page
from portal.staff_sessions import StaffSession
from portal.staff_visit import Answered, current_staff_session, home
from stodtjanster.audit import AuditEvent, AuditUnavailable, EventKind
from stodtjanster.model import ActorKind
from views.kit.words import N_

log = logging.getLogger(__name__)
bp = Blueprint("staff_login", __name__)

LOGIN_SECONDS: Final = 600
_BAD_REQUEST: Final = 400
_LOGIN: Final = "login"
_LOGOUT: Final = "logout"
_TOO_LOW: Final = N_(
    "Du behöver logga in på en högre tillitsnivå, till exempel med ditt SITHS-kort."
)


@bp.get(f"/{LANGUAGE}/personal/")
def start(language: str) -> Answered:
    """Where staff log in, and where they choose an assignment when they have."""
    h = house()
    session = current_staff_session(h)
    if session is not None and session.chosen is not None:
        return redirect(first_page(h, session, language))
    if session is not None:
        return choice(h, session, language, N_("Du är inloggad som personal"))
    wanted = quote(safe_next(request.args.get("till"), home(language)))
    return h.pages.render(
        language,
        "staff_start.html",
        title=h.pages.speaker(language).gettext(N_("För dig som är personal")),
        home_url=home(language),
        languages=other_languages(language, request.path),
        logins=[
            Link(f"/{language}/personal/logga-in/{key}?till={wanted}", title)
            for key, title in h.staff.titles
        ],
    )


@bp.get(f"/{LANGUAGE}/personal/logga-in/<provider>")
def begin(language: str, provider: str) -> BaseResponse | tuple[str, int]:
    """Send the browser to the provider; what must be remembered stays here."""
    h = house()
    known = h.staff.saml.get(provider) or h.staff.oidc.get(provider)
    if known is None:
        return refused_page(h, language), 404
    wanted = safe_next(request.args.get("till"), home(language))
    try:
        beginning = known.begin(wanted, language)
    except LoginRefused as refusal:
        return _failed(h, language, refusal)
    token = _remember(h, _LOGIN, provider, asdict(beginning.transaction))
    response = redirect(beginning.url)
    set_crossing_cookie(response, STAFF_LOGIN_COOKIE, token, LOGIN_SECONDS)
    return response


@bp.post("/personal/saml/<provider>/svar")
def saml_answer(provider: str) -> BaseResponse | tuple[str, int]:
    """A SAML provider's answer, posted from its site by the browser that began, and only once."""
    h = house()
    request.max_content_length = request.max_form_memory_size = 2 * MOST_ANSWER
    saml, kept = h.staff.saml.get(provider), _begun(h, provider)
    if saml is None or kept is None:
        return _failed(h, "sv", LoginRefused(LoginRefusal.UNKNOWN_LOGIN))
    transaction = SamlTransaction(**kept)
    try:
        form = once_each(request.form)
        answer, relay = form.get("SAMLResponse", ""), form.get("RelayState", "")
        proof = saml.finish(transaction, answer, relay)
        _use(h, proof)
    except LoginRefused as refusal:
        return _failed(h, transaction.language, refusal)
    return _welcome(h, proof.identity, transaction.next_path)


@bp.get("/personal/oidc/<provider>/klar")
def oidc_answer(provider: str) -> BaseResponse | tuple[str, int]:
    """An OpenID provider's answer, at an address that no other provider answers at."""
    h = house()
    oidc, kept = h.staff.oidc.get(provider), _begun(h, provider)
    if oidc is None or kept is None:
        return _failed(h, "sv", LoginRefused(LoginRefusal.UNKNOWN_LOGIN))
    transaction = Transaction(**kept)
    try:
        identity = oidc.finish(transaction, once_each(request.args))
    except LoginRefused as refusal:
        return _failed(h, transaction.language, refusal)
    return _welcome(h, identity, transaction.next_path)


@bp.get("/personal/saml/<provider>/metadata")
def saml_metadata(provider: str) -> Response | tuple[str, int]:
    """What a SAML provider must know of us, both certificates included."""
    h = house()
    saml = h.staff.saml.get(provider)
    if saml is None:
        return refused_page(h, "sv"), 404
    return Response(saml.metadata(), mimetype="application/samlmetadata+xml")


@bp.get("/personal/saml/<provider>/utloggning")
def saml_logout(provider: str) -> BaseResponse | str | tuple[str, int]:
    """A SAML provider logs somebody out, or answers to our having asked it to."""
    h = house()
    saml = h.staff.saml.get(provider)
    if saml is None:
        return refused_page(h, "sv"), 404
    query = request.query_string.decode("latin-1")
    try:
        params = once_each(request.args)
        if "SAMLRequest" in params:
            return _logged_out_there(h, saml.logout_asked(params, query))
        kept = _remembered(h, params.get("RelayState", ""), _LOGOUT, provider) or {}
        done = saml.logout_answered(params, query, kept.get("request_id", ""))
    except LoginRefused as refusal:
        note_event(h, EventKind.SECURITY_EVENT, refusal.reason.value)
        log.warning("logout message refused", extra={"reason": refusal.reason.value})
        return refused_page(h, "sv"), _BAD_REQUEST
    return _goodbye_page(h, kept["language"], everywhere=done)


@bp.post(f"/{LANGUAGE}/personal/logga-ut")
def logout(language: str) -> BaseResponse | tuple[str, int]:
    h = house()
    session = current_staff_session(h)
    own = origin(h.settings.base_url)
    if not (is_own_post(request, session.csrf, own) if session else is_own_form(request, own)):
        note_event(h, EventKind.SECURITY_EVENT, "foreign-post")
        return refused_page(h, language), 403
    if session is not None:
        _end(h, session)
    response = redirect(_way_out(h, session, language), code=303)
    drop_cookie(response, STAFF_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@bp.get(f"/{LANGUAGE}/personal/utloggad")
def logged_out(language: str) -> str:
    return _goodbye_page(house(), language, everywhere=True)


def _begun(h: House, provider: str) -> dict[str, Any] | None:
    """The transaction of this browser's login; None for whoever began none here, or comes again."""
    token = request.cookies.get(STAFF_LOGIN_COOKIE, "")
    said = _remembered(h, token, _LOGIN, provider)
    return said and said | {"created_at": datetime.fromisoformat(said["created_at"])}


def _remember(
    h: House, errand: str, provider: str, said: dict[str, Any], token: str | None = None
) -> str:
    kept = orjson.dumps({"errand": errand, "provider": provider, "said": said})
    return h.staff.attempts.put(kept, h.clock(), token)


def _remembered(h: House, token: str, errand: str, provider: str) -> dict[str, Any] | None:
    """What `_remember` was given, once, when it was on this errand to this provider."""
    kept = h.staff.attempts.pop(token, h.clock())
    if kept is None:
        return None
    found: dict[str, Any] = orjson.loads(kept)
    said: dict[str, Any] = found["said"]
    return said if (found["errand"], found["provider"]) == (errand, provider) else None


def _use(h: House, proof: Proof) -> None:
    if not h.staff.used.use(proof.assertion, proof.expires, h.clock()):
        raise LoginRefused(LoginRefusal.REPLAYED)


def _welcome(h: House, identity: StaffIdentity, next_path: str) -> BaseResponse:
    now = h.clock()
    old = current_staff_session(h)
    if old is not None:
        _end(h, old)
    token, session = h.staff.sessions.start(identity, now)
    try:
        h.audit.record(_event(EventKind.LOGIN, session.id_hash, now, session))
    except AuditUnavailable:
        h.staff.sessions.end(token)
        raise
    h.staff.sessions.purge(now)
    response = redirect(next_path, code=303)
    set_cookie(response, STAFF_COOKIE, token)
    drop_cookie(response, STAFF_LOGIN_COOKIE)
    return response


def _end(h: House, session: StaffSession) -> None:
    """Erase first: whoever leaves has left, also when the log cannot be told."""
    h.staff.sessions.end(request.cookies[STAFF_COOKIE])
    _forget(h, session.id_hash, session)


def _forget(h: House, id_hash: str, session: StaffSession | None = None) -> None:
    h.fetch.forget(id_hash)
    h.people.forget(id_hash)
    h.patients.forget(id_hash)
    try:
        h.audit.record(_event(EventKind.LOGOUT, id_hash, h.clock(), session))
    except AuditUnavailable:
        log.exception("logout not recorded")


def _logged_out_there(h: House, asked: LogoutAsked) -> BaseResponse:
    """The sessions are found by what the provider calls them, cookie or none: it may send its
    request in a frame, where ours does not come along."""
    for id_hash in h.staff.sessions.end_of(asked.issuer, asked.name_id, asked.indexes):
        _forget(h, id_hash)
    response = redirect(asked.answer_url or "/sv/personal/utloggad", code=303)
    drop_cookie(response, STAFF_COOKIE)
    return response


def _way_out(h: House, session: StaffSession | None, language: str) -> str:
    """By way of the provider, so that its own session ends too."""
    own = f"/{language}/personal/utloggad"
    if session is None:
        return own
    for oidc in h.staff.oidc.values():
        if oidc.settings.issuer == session.issuer:
            return oidc.logout_url(h.settings.base_url.rstrip("/") + own) or own
    for key, saml in h.staff.saml.items():
        if saml.settings.entity_id == session.issuer and session.login is not None:
            relay = new_token()
            asked = saml.logout_url(session.login, relay)
            if asked is None:
                return own
            url, request_id = asked
            _remember(h, _LOGOUT, key, {"request_id": request_id, "language": language}, relay)
            return url
    return own


def _goodbye_page(h: House, language: str, *, everywhere: bool) -> str:
    return h.pages.render(
        language,
        "staff_logged_out.html",
        title=h.pages.speaker(language).gettext(N_("Du är utloggad")),
        home_url=home(language),
        everywhere=everywhere,
    )


def _event(
    kind: EventKind, id_hash: str, now: datetime, session: StaffSession | None
) -> AuditEvent:
    return AuditEvent(
        event=kind,
        at=now,
        actor=session.person if session else None,
        actor_kind=ActorKind.STAFF,
        loa=session.loa if session else None,
        session=id_hash,
    )


def _failed(h: House, language: str, refusal: LoginRefused) -> tuple[str, int]:
    page, status = failed_login(h, language, refusal, too_low=_TOO_LOW, home_url=home(language))
    return page, _BAD_REQUEST if refusal.reason is LoginRefusal.MALFORMED else status
