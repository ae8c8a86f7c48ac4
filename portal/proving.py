"""Proving once more who one is, before something that a borrowed session must not do.

The person is sent to the provider of their own login, which is asked for a new authentication and
never for its memory of an old one. Coming back changes nothing but when they last proved it, and
the session's token: what they were about to do is kept on the server, and waits for them.
"""

import logging
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

import orjson
from flask import redirect, request
from werkzeug.wrappers import Response as BaseResponse

from portal.acting import current_session
from portal.gate import note_event
from portal.house import House
from portal.identity.oidc import Identity, Transaction
from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.pages import Link
from portal.security import (
    LOGIN_COOKIE,
    SESSION_COOKIE,
    drop_cookie,
    set_cookie,
)
from portal.sessions import Session
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.model import ActorKind
from views.kit.words import N_

log = logging.getLogger(__name__)

LASTS: Final = timedelta(minutes=5)
"""How long somebody who has proved who they are may act on it."""

_UNPROVED: Final = N_("Du har inte legitimerat dig")
_CANCELLED: Final = N_("Du avbröt legitimeringen. Inget har ändrats.")
_UNREACHABLE: Final = N_("Inloggningstjänsten svarar inte just nu. Inget har ändrats.")
_OTHERWISE: Final = N_(
    "Legitimeringen gick inte att slutföra på ett säkert sätt. Inget har ändrats."
)
_SPOKEN: Final = {
    LoginRefusal.CANCELLED: _CANCELLED,
    LoginRefusal.PROVIDER_UNREACHABLE: _UNREACHABLE,
}


def is_proved(session: Session, now: datetime) -> bool:
    """The person has proved who they are a moment ago, on purpose."""
    return session.proved is not None and session.proved <= now < session.proved + LASTS


def begin_proof(house: House, session: Session, next_path: str, language: str) -> BaseResponse:
    """Send the browser away to come back at `next_path`. Raises LoginRefused when the provider
    cannot be asked."""
    key, login = next(
        (key, one) for key, one in house.logins.items() if one.settings.issuer == session.issuer
    )
    beginning = login.begin(next_path, language)
    kept = {"provider": key, "proof_of": session.id_hash} | asdict(beginning.transaction)
    response = redirect(beginning.url, code=303)
    set_cookie(response, LOGIN_COOKIE, house.attempts.put(orjson.dumps(kept), house.clock()))
    return response


def finish_proof(
    house: House, proof_of: str, identity: Identity, transaction: Transaction
) -> BaseResponse:
    """The same person in the same session: it gets a new token, and the moment of the proof.

    Raises LoginRefused when the session is over or another one, or when somebody else has proved
    who they are: then nothing is changed. Raises AuditUnavailable.
    """
    now = house.clock()
    session = current_session(house)
    if session is None or session.id_hash != proof_of:
        raise LoginRefused(LoginRefusal.UNKNOWN_LOGIN)
    if (identity.person, identity.issuer) != (session.person, session.issuer):
        raise LoginRefused(LoginRefusal.WRONG_SUBJECT)
    house.audit.record(
        AuditEvent(
            event=EventKind.LOGIN,
            at=now,
            actor=session.person,
            actor_kind=ActorKind.CITIZEN,
            loa=identity.loa,
            detail="proved-again",
            session=session.id_hash,
        )
    )
    token = request.cookies[SESSION_COOKIE]
    rotated = house.sessions.rotate(token, now, proved=identity.auth_time)
    if rotated is None:
        raise LoginRefused(LoginRefusal.UNKNOWN_LOGIN)
    house.fetch.forget(session.id_hash)
    house.people.forget(session.id_hash)
    house.guardians.forget(session.id_hash)
    response = redirect(transaction.next_path)
    set_cookie(response, SESSION_COOKIE, rotated[0])
    drop_cookie(response, LOGIN_COOKIE)
    return response


def unproved(house: House, language: str, refusal: LoginRefused, back: str) -> tuple[str, int]:
    """Nothing has changed, and the way back to where one was. `back` is a path of our own."""
    log.warning("proof refused", extra={"reason": refusal.reason.value})
    attack = refusal.reason not in _SPOKEN
    kind = EventKind.SECURITY_EVENT if attack else EventKind.LOGIN_REFUSED
    note_event(house, kind, refusal.reason.value, current_session(house))
    words = house.pages.speaker(language)
    page = house.pages.render(
        language,
        "proof_failed.html",
        title=words.gettext(_UNPROVED),
        reason=words.gettext(_SPOKEN.get(refusal.reason, _OTHERWISE)),
        back=Link(back, words.gettext(N_("Tillbaka"))),
    )
    return page, 403
