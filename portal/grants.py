"""Giving an ombud access, accepting it and ending it: each in the log before it is so.

The log says that it was to be done. It is done once: two who change the same grant at the same time
change the same version, and one of them does it.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from portal.house import House
from portal.sessions import Session
from stodtjanster.access.ages import age_for_own
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.grants import GrantBook, Mandate, NotPossible, Party, Stage
from stodtjanster.model import ActorKind, Protection, Situation

DRAFTS_LAST: Final = timedelta(days=1)
MOST_OPEN: Final = 20
"""Grants of one person that may be open at once, drafts too: nobody has so many relatives, and
nobody is to fill the store."""


def book_of(house: House) -> GrantBook:
    """Raises NotPossible where nothing can be kept sealed."""
    if house.grants is None:
        raise NotPossible
    return house.grants


def my_name(house: House, session: Session, me: Situation) -> str:
    """As the register has it, else as the login had it. `me` is about oneself. Raises
    AuditUnavailable."""
    known = house.people.known(me, reach=session.id_hash, audit=house.audit)
    return known.name.text if known.name else session.name


def may_give(house: House, me: Situation) -> bool:
    """Whether what this person gives could ever let anybody in (rule 9 of the access rules)."""
    policy = house.settings.access.policy()
    age = age_for_own(me.actor.person, me.today)
    grown = age is not None and age >= policy.majority
    unprotected = me.subject.protected is Protection.NONE
    return house.grants is not None and grown and unprotected and bool(policy.enabled_scopes)


def may_be_ombud(house: House, me: Situation) -> bool:
    age = age_for_own(me.actor.person, me.today)
    return age is not None and age >= house.settings.access.policy().majority


def given(house: House, me: Situation) -> tuple[Mandate, ...]:
    """What the one who is logged in has given under any number of theirs, drafts too, newest first.
    `me` is about oneself. Raises StoreUnavailable."""
    book = house.grants
    return _newest(book.given_by(number) for number in me.subject.numbers) if book else ()


def received(house: House, me: Situation, name: str) -> tuple[Mandate, ...]:
    """What they, called `name` in the register, have been given. As `given`."""
    book = house.grants
    offered = _newest(book.given_to(number) for number in me.subject.numbers) if book else ()
    return tuple(one for one in offered if one.accepted is not None or one.is_for(name))


def _newest(found: Iterable[tuple[Mandate, ...]]) -> tuple[Mandate, ...]:
    every = (mandate for of_one_number in found for mandate in of_one_number)
    return tuple(sorted(every, key=lambda mandate: mandate.written, reverse=True))


def party_of(mandate: Mandate, me: Situation) -> Party | None:
    """Which of the two the one who is logged in is, under any number of theirs."""
    found = (mandate.party(number) for number in me.subject.numbers)
    return next((party for party in found if party is not None), None)


def find(house: House, me: Situation, key: str, name: str) -> tuple[Mandate, Party] | None:
    """The grant with this id, and which of the two the one who is logged in is; None for any that
    they have no part in. As `given`."""
    try:
        mandate = house.grants.get(UUID(hex=key)) if house.grants else None
    except ValueError:
        return None
    party = party_of(mandate, me) if mandate is not None else None
    if mandate is None or party is None:
        return None
    if party is Party.GRANTEE and mandate.accepted is None and not mandate.is_for(name):
        return None
    return mandate, party


def keep_draft(house: House, mandate: Mandate) -> None:
    """Keep what a person has written, for a day. A draft lets nobody in, and is in no log.

    Raises NotPossible when they have too many open already, or when it is changed elsewhere.
    """
    now, book = house.clock(), book_of(house)
    book.forget_drafts(now - DRAFTS_LAST)
    if mandate.version > 1 or book.get(mandate.id) is not None:
        if not book.change(mandate):
            raise NotPossible
        return
    mine = book.given_by(mandate.grantor)
    if sum(one.is_open(now) or one.stage(now) is Stage.DRAFT for one in mine) >= MOST_OPEN:
        raise NotPossible
    book.add(mandate)


def offer(house: House, session: Session, mandate: Mandate) -> Mandate:
    """Give it. Raises NotPossible, AuditUnavailable and StoreUnavailable: then it is not given."""
    changed = mandate.offer(house.clock())
    return _change(house, session, EventKind.GRANT_OFFERED, changed)


def accept(house: House, session: Session, mandate: Mandate, name: str) -> Mandate:
    """Say yes, as the one whom the register calls `name`. Raises as `offer`."""
    changed = mandate.accept(house.clock(), name)
    return _change(house, session, EventKind.GRANT_ACCEPTED, changed)


def end(house: House, session: Session, mandate: Mandate, by: Party) -> Mandate:
    """End it, or say no to it, at once. Raises as `offer`."""
    changed = mandate.end(by, house.clock())
    return _change(house, session, EventKind.GRANT_ENDED, changed)


def _change(house: House, session: Session, kind: EventKind, changed: Mandate) -> Mandate:
    house.audit.record(
        AuditEvent(
            event=kind,
            at=house.clock(),
            actor=session.person,
            actor_kind=ActorKind.CITIZEN,
            loa=session.loa,
            subject=changed.grantor,
            ombud=changed.grantee,
            information=tuple(sorted(changed.scopes)),
            session=session.id_hash,
            reference=changed.id,
        )
    )
    if not book_of(house).change(changed):
        raise NotPossible
    return changed
