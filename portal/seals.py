"""What a person has closed: told to the rules with every request, and closed at once.

Who has sealed sees nothing of their own here, and neither does whoever acts for them, until they
have proved who they are and unsealed it. A lock is for whoever fears that somebody else uses their
eID: so nobody who logs in can undo it, and those who answer for the service do (`portal unlock`).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from portal.house import House
from portal.sessions import Session
from stodtjanster.access.closure import OPEN, Closure, ClosureBook
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.model import ActorKind, PersonId, Subject

SEALED: Final = "sealed"
UNSEALED: Final = "unsealed"
LOCKED: Final = "locked"
UNLOCKED: Final = "unlocked"


def closure(house: House, person: PersonId) -> Closure:
    """What is closed under one number. Raises StoreUnavailable."""
    return OPEN if house.seals is None else house.seals.of(person)


def closed(house: House, subject: Subject) -> Subject:
    """The subject with what is closed under any number of theirs. Raises StoreUnavailable."""
    found = [closure(house, number) for number in subject.numbers]
    return replace(
        subject,
        sealed=any(one.sealed is not None for one in found),
        login_locked=any(one.locked is not None for one in found),
    )


def seal(house: House, session: Session, subject: Subject) -> None:
    """Nobody outside care sees it from now on. Raises AuditUnavailable and StoreUnavailable: then
    it may not be so."""
    _change(house, session, subject, SEALED, lambda book, who, now: book.seal(who, now))


def unseal(house: House, session: Session, subject: Subject) -> None:
    """As `seal`."""
    _change(house, session, subject, UNSEALED, lambda book, who, _now: book.seal(who, None))


def lock(house: House, session: Session, subject: Subject) -> None:
    """The login opens nothing from now on. Raises as `seal`."""
    _change(house, session, subject, LOCKED, lambda book, who, now: book.lock(who, now))


def _change(
    house: House,
    session: Session,
    subject: Subject,
    detail: str,
    change: Callable[[ClosureBook, PersonId, datetime], None],
) -> None:
    if house.seals is None:
        return
    now = house.clock()
    house.audit.record(
        AuditEvent(
            event=EventKind.CLOSURE,
            at=now,
            actor=session.person,
            actor_kind=ActorKind.CITIZEN,
            loa=session.loa,
            subject=subject.person,
            others=subject.others,
            detail=detail,
            session=session.id_hash,
        )
    )
    for number in subject.numbers:
        change(house.seals, number, now)
        house.fetch.changed(number)
