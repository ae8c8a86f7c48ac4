"""The way in and out: start page, login through a provider, logout that ends everything."""

import logging
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from urllib.parse import quote

import orjson
from flask import Blueprint, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from portal.acting import about_me, current_session, reads
from portal.gate import Refused, note_event, open_gate, security_event
from portal.house import House, house
from portal.i18n import LANGUAGES
from portal.identity.oidc import Identity, Transaction
from portal.identity.paths import safe_next
from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.pages import Link, other_languages
from portal.proving import finish_proof, unproved
from portal.security import (
    LOGIN_COOKIE,
    SESSION_COOKIE,
    drop_cookie,
    is_own_form,
    is_own_post,
    origin,
    set_cookie,
)
from portal.sessions import Session
from portal.store import open_for
from stodtjanster.audit import AuditEvent, AuditUnavailable, EventKind
from stodtjanster.model import ActorKind
from views.kit.view import RESIDENTS
from views.kit.words import N_

log = logging.getLogger(__name__)
bp = Blueprint("login", __name__)

LANGUAGE = f"<any({', '.join(LANGUAGES)}):language>"
CALLBACK = "/logga-in/klar"

_SPOKEN = {
    LoginRefusal.CANCELLED: N_("Du avbröt inloggningen."),
    LoginRefusal.LEVEL_TOO_LOW: N_(
        "Du behöver logga in med en e-legitimation på en högre nivå, till exempel BankID."
    ),
    LoginRefusal.PROVIDER_UNREACHABLE: N_(
        "Inloggningstjänsten svarar inte just nu. Försök igen om en stund."
    ),
    LoginRefusal.TOO_LATE: N_("Det tog för lång tid att logga in. Börja om."),
}
_UNSPOKEN = N_("Inloggningen gick inte att slutföra på ett säkert sätt. Börja om från början.")
_NO_ATTACK = frozenset(_SPOKEN)


@bp.get("/")
def root() -> BaseResponse:
    return redirect(f"/{_preferred()}/")


@bp.get(f"/{LANGUAGE}/")
def start(language: str) -> BaseResponse | str:
    """The open page. Whoever is logged in already goes on to the overview."""
    h = house()
    if current_session(h) is not None:
        return redirect(f"/{language}/mig/")
    wanted = safe_next(request.args.get("till"), f"/{language}/mig/")
    questions = tuple(_questions(h, language, wanted))
    return h.pages.render(
        language,
        "start.html",
        title=h.pages.speaker(language).gettext(N_("Din vård och omsorg på ett ställe")),
        questions=questions,
        chosen=next((question.name for question in questions if question.current), None),
        find_url=f"/{language}/hitta",
        languages=other_languages(language, request.path),
        staff_url=f"/{language}/personal/" if any(h.staff.titles) else None,
        logins=[
            Link(f"/{language}/logga-in/{key}?till={quote(wanted)}", login.settings.title)
            for key, login in h.logins.items()
        ],
    )


def _questions(h: House, language: str, wanted: str) -> Iterator[Link]:
    """What a resident can come to ask, each a way to this page with that in mind."""
    words = h.pages.speaker(language)
    asked = [v for v in h.views.values() if v.path and "*" not in v.path]
    for view in sorted(asked, key=lambda v: (v.rank, v.key)):
        if view.audience >= RESIDENTS:
            there = f"/{language}/mig/{view.path}/"
            current = wanted.partition("?")[0].rstrip("/") == there.rstrip("/")
            href = f"/{language}/?till={quote(there)}"
            yield Link(href, words.gettext(view.question), current=current)


@bp.get(f"/{LANGUAGE}/logga-in/<provider>")
def begin(language: str, provider: str) -> BaseResponse | tuple[str, int]:
    """Send the browser to the provider; what must be remembered stays here."""
    h = house()
    login = h.logins.get(provider)
    if login is None:
        return refused_page(h, language), 404
    wanted = safe_next(request.args.get("till"), f"/{language}/mig/")
    try:
        beginning = login.begin(wanted, language)
    except LoginRefused as refusal:
        return failed_login(h, language, refusal)
    kept = orjson.dumps({"provider": provider} | asdict(beginning.transaction))
    response = redirect(beginning.url)
    set_cookie(response, LOGIN_COOKIE, h.attempts.put(kept, h.clock()))
    return response


@bp.get(CALLBACK)
def finish() -> BaseResponse | tuple[str, int]:
    """The provider's answer. Only the browser that began gets a session, and only once."""
    h = house()
    kept = h.attempts.pop(request.cookies.get(LOGIN_COOKIE, ""), h.clock())
    if kept is None:
        return failed_login(h, "sv", LoginRefused(LoginRefusal.UNKNOWN_LOGIN))
    provider, proof_of, transaction = _transaction(kept)
    try:
        identity = h.logins[provider].finish(transaction, once_each(request.args))
        if proof_of is not None:
            return finish_proof(h, proof_of, identity, transaction)
    except LoginRefused as refusal:
        if proof_of is not None:
            return unproved(h, transaction.language, refusal, transaction.next_path)
        return failed_login(h, transaction.language, refusal)
    return _welcome(h, identity, transaction)


@bp.post(f"/{LANGUAGE}/logga-ut")
def logout(language: str) -> BaseResponse | tuple[str, int]:
    h = house()
    session = current_session(h)
    # A post from elsewhere comes without the cookie (SameSite) and so without a session: its answer
    # must not empty the browser either.
    own = origin(h.settings.base_url)
    if not (is_own_post(request, session.csrf, own) if session else is_own_form(request, own)):
        security_event(h, "foreign-post", session)
        return refused_page(h, language), 403
    if session is not None:
        _end(h, session)
    response = redirect(_goodbye(h, session, language), code=303)
    drop_cookie(response, SESSION_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@bp.get(f"/{LANGUAGE}/utloggad")
def logged_out(language: str) -> str:
    h = house()
    return h.pages.render(
        language,
        "logged_out.html",
        title=h.pages.speaker(language).gettext(N_("Du är utloggad")),
        languages=other_languages(language, request.path),
    )


def _preferred() -> str:
    """The first language that the browser asks for and we have, whatever country it is of."""
    asked = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((code for code in asked if code in LANGUAGES), "sv")


def refused_page(h: House, language: str) -> str:
    """The same words for what is unknown and for what is forbidden."""
    return h.pages.render(
        language,
        "refused.html",
        title=h.pages.speaker(language).gettext(N_("Sidan kan inte visas")),
    )


def _welcome(h: House, identity: Identity, transaction: Transaction) -> BaseResponse:
    now = h.clock()
    old = current_session(h)
    if old is not None:
        _end(h, old)
    token, session = h.sessions.start(
        person=identity.person,
        name=f"{identity.given_name} {identity.family_name}",
        loa=identity.loa,
        issuer=identity.issuer,
        now=now,
    )
    try:
        h.audit.record(_event(EventKind.LOGIN, session, now))
    except AuditUnavailable:
        h.sessions.end(token)
        raise
    h.sessions.purge(now)
    open_for(reads(session))
    _prefetch(h, session, transaction.language)
    response = redirect(transaction.next_path)
    set_cookie(response, SESSION_COOKIE, token)
    drop_cookie(response, LOGIN_COOKIE)
    return response


def _prefetch(h: House, session: Session, language: str) -> None:
    """Start asking while the browser is on its way to the first page, so that it is not cold."""
    view = h.views["overview"]
    try:
        permit = open_gate(h, about_me(h, session, language), view, session, detail="prefetch")
    except Refused:
        return
    h.fetch.begin(permit, view.needs)


def _end(h: House, session: Session) -> None:
    """Erase first: whoever leaves has left, also when the log cannot be told."""
    h.sessions.end(request.cookies[SESSION_COOKIE])
    h.fetch.forget(session.id_hash)
    h.people.forget(session.id_hash)
    h.guardians.forget(session.id_hash)
    try:
        h.audit.record(_event(EventKind.LOGOUT, session, h.clock()))
    except AuditUnavailable:
        log.exception("logout not recorded")


def _goodbye(h: House, session: Session | None, language: str) -> str:
    """By way of the provider, so that its own session ends too."""
    own = f"/{language}/utloggad"
    for login in h.logins.values():
        if session is not None and login.settings.issuer == session.issuer:
            return login.logout_url(h.settings.base_url.rstrip("/") + own) or own
    return own


def _event(kind: EventKind, session: Session, now: datetime) -> AuditEvent:
    return AuditEvent(
        event=kind,
        at=now,
        actor=session.person,
        actor_kind=ActorKind.CITIZEN,
        loa=session.loa,
        session=session.id_hash,
    )


def failed_login(
    h: House,
    language: str,
    refusal: LoginRefused,
    *,
    too_low: str = _SPOKEN[LoginRefusal.LEVEL_TOO_LOW],
    home_url: str | None = None,
) -> tuple[str, int]:
    """Log it and tell it: what looks like an attack is not explained. `too_low` is what is said of
    the level, and `home_url` where to try again."""
    log.warning("login refused", extra={"reason": refusal.reason.value})
    attack = refusal.reason not in _NO_ATTACK
    kind = EventKind.SECURITY_EVENT if attack else EventKind.LOGIN_REFUSED
    note_event(h, kind, refusal.reason.value)
    speaker = h.pages.speaker(language)
    spoken = _SPOKEN | {LoginRefusal.LEVEL_TOO_LOW: too_low}
    page = h.pages.render(
        language,
        "login_failed.html",
        title=speaker.gettext(N_("Du är inte inloggad")),
        reason=speaker.gettext(spoken.get(refusal.reason, _UNSPOKEN)),
        home_url=home_url or f"/{language}/",
    )
    return page, 403


def once_each(given: MultiDict[str, str]) -> dict[str, str]:
    """The answer's parameters. Raises LoginRefused when one comes twice: which would be meant?"""
    if any(len(values) > 1 for values in given.to_dict(flat=False).values()):
        raise LoginRefused(LoginRefusal.MALFORMED)
    return given.to_dict()


def _transaction(kept: bytes) -> tuple[str, str | None, Transaction]:
    """The provider's key, the session that asked for a proof if one did, and what was begun."""
    said = orjson.loads(kept)
    provider, proof_of = said.pop("provider"), said.pop("proof_of", None)
    created = datetime.fromisoformat(said.pop("created_at"))
    return provider, proof_of, Transaction(created_at=created, **said)
