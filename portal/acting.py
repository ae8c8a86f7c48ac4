"""Who is logged in, and whom an address is about. Made anew for every request.

`/<language>/mig/…` is about the one who is logged in. `/<language>/for/<handle>/…` is about
somebody whom they act for. The handle is the only acting state there is: it stands in the address,
so two tabs for two persons cannot mix, and it is made with the session's own seed, so it means
nothing in another login and tells nobody whom it names. What it opens is decided each time, on what
the grant, the register and the clock say then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hmac import compare_digest, digest
from typing import Final

from flask import request

from portal.guardians import Custodies
from portal.house import House
from portal.people import Known
from portal.seals import closed
from portal.security import SESSION_COOKIE
from portal.sessions import Reader, Session
from portal.store import ShelfReader, open_for
from stodtjanster.access import Facts
from stodtjanster.access.ages import age_for_others
from stodtjanster.model import (
    Actor,
    ActorKind,
    PersonId,
    Protection,
    Situation,
    Subject,
    midnight,
)

_HANDLE_BYTES: Final = 16
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tie:
    """What binds the one who is logged in to somebody else.

    `key` names it for as long as it lasts. `name` is what the register calls the other one, and
    `given_name` what one calls them in a sentence. `until` is the first moment at which it no
    longer holds, and `scopes` are those of a grant. `extended`: the child is so old that only what
    units have opened is seen. `given_to` is the number that a grant names, where it is not that of
    the login.
    """

    kind: ActorKind
    key: str = field(repr=False)
    subject: PersonId
    name: str = field(repr=False)
    facts: Facts
    given_name: str | None = field(default=None, repr=False)
    until: datetime | None = None
    scopes: frozenset[str] = frozenset()
    extended: bool = False
    given_to: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Who reads about whom, and what the rules may know of the two. `tie` is None for oneself."""

    situation: Situation
    facts: Facts = field(default_factory=Facts)
    tie: Tie | None = None

    @property
    def closes(self) -> datetime | None:
        """When an open page about somebody else has to be asked for anew, at the latest: days and
        birthdays begin at midnight in Sweden, and grants may end before."""
        if self.tie is None:
            return None
        tomorrow = midnight(self.situation.today + _DAY)
        return min(tomorrow, self.tie.until or tomorrow)


def current_session(house: House) -> Session | None:
    """The session of this request, whose shelf is then open. Raises StoreUnavailable."""
    token = request.cookies.get(SESSION_COOKIE)
    session = house.sessions.load(token, house.clock()) if token else None
    open_for(None if session is None else reads(session))
    return session


def reads(session: Session) -> ShelfReader:
    """Whose shelf a session opens: its seed is known to nobody else, and lasts as long."""
    return ShelfReader(session.id_hash, session.seed)


def about_me(house: House, session: Reader, language: str) -> Situation:
    """The one who reads about themself, as the register knows them now.

    Raises AuditUnavailable when it cannot be logged that the register is asked.
    """
    bare = _me(house, session, language)
    me = house.people.recognised(bare, reach=session.id_hash, audit=house.audit)
    # Once more: what is closed under any number of theirs is.
    return replace(me, subject=closed(house, me.subject))


def _me(house: House, session: Reader, language: str) -> Situation:
    return Situation(
        actor=Actor(ActorKind.CITIZEN, session.person, session.loa),
        subject=closed(house, Subject(session.person)),
        language=language,
        now=house.clock(),
    )


def whom(house: House, session: Session, language: str, handle: str | None) -> Standing | None:
    """Who stands behind an address; None when the handle is nobody's whom this session may see.

    A handle that nobody has, that was another's, or whose time is over is the same: None. Raises
    AuditUnavailable, and StoreUnavailable when it cannot be told what has been granted.
    """
    if handle is None:
        return Standing(about_me(house, session, language))
    for tie in ties(house, session, language):
        if compare_digest(handle.encode(), handle_of(session, tie).encode()):
            return stand(house, session, language, tie)
    return None


def handle_of(session: Session, tie: Tie) -> str:
    """The name that the other one has in addresses, in this login."""
    said = f"{tie.kind}\x1f{tie.key}".encode()
    return digest(session.seed.encode(), said, "sha256")[:_HANDLE_BYTES].hex()


def ties(house: House, session: Session, language: str) -> Iterator[Tie]:
    """Everybody whom the one who is logged in is bound to, whether or not it opens anything now.

    Raises AuditUnavailable, and StoreUnavailable.
    """
    yield from _granted(house, session.person)
    me = _me(house, session, language)
    for custody in custodies(house, session, language).children:
        age = age_for_others(custody.child, me.today)
        grown = age is not None and age >= house.settings.access.policy().child_age
        yield Tie(
            ActorKind.GUARDIAN,
            custody.child.value,
            custody.child,
            "",
            custody.facts,
            extended=grown,
        )
    # Last, so that the register is asked only when nothing under the login's own number is meant.
    for number in about_me(house, session, language).subject.others:
        for tie in _granted(house, number):
            yield replace(tie, given_to=(number,))


def _granted(house: House, person: PersonId) -> Iterator[Tie]:
    for mandate in house.grants.given_to(person) if house.grants else ():
        if (grant := mandate.fact()) is not None:
            yield Tie(
                ActorKind.OMBUD,
                str(mandate.id),
                mandate.grantor,
                mandate.grantor_name,
                Facts(grant=grant),
                until=mandate.valid_to,
                scopes=mandate.scopes,
            )


def custodies(house: House, session: Session, language: str) -> Custodies:
    """The children of the one who is logged in, as far as that is known now. Raises
    AuditUnavailable."""
    me = _me(house, session, language)
    return house.guardians.of(me, reach=session.id_hash, audit=house.audit)


def stand(house: House, session: Session, language: str, tie: Tie) -> Standing | None:
    """What the tie opens now; None when the rules let nobody in on it.

    They are asked twice: on what binds the two, before the register is asked about somebody whom
    nothing could be shown of, and on what it then says. Raises AuditUnavailable.
    """
    reach, facts = session.id_hash, tie.facts
    bare = _for(house, session, language, tie)
    if not house.people.lets_in(bare, reach=reach, facts=facts):
        return None
    known = house.people.known(bare, reach=reach, audit=house.audit, facts=facts)
    situation = replace(bare, subject=closed(house, known.of(bare.subject)))
    if not house.people.lets_in(situation, reach=reach, facts=facts):
        return None
    return Standing(situation, facts, _named(tie, known))


def is_unsure(house: House, session: Session, language: str, tie: Tie) -> bool:
    """Whether the tie would have let somebody in, if the register had said who the other one is.
    Raises AuditUnavailable."""
    reach, facts = session.id_hash, tie.facts
    bare = _for(house, session, language, tie)
    if not house.people.lets_in(bare, reach=reach, facts=facts):
        return False
    known = house.people.known(bare, reach=reach, audit=house.audit, facts=facts)
    return known.protected is Protection.UNKNOWN


def _for(house: House, session: Session, language: str, tie: Tie) -> Situation:
    """Before the register has said who the other one is."""
    return Situation(
        actor=Actor(
            tie.kind, session.person, session.loa, acting_for=tie.subject, others=tie.given_to
        ),
        subject=closed(house, Subject(tie.subject)),
        language=language,
        now=house.clock(),
    )


def _named(tie: Tie, known: Known) -> Tie:
    """With the register's names of today. Of several given names the first is used: it does not say
    which of them somebody goes by."""
    name = known.name.text if known.name else tie.name
    first = known.full_name.first if known.full_name else name
    return replace(tie, name=name, given_name=first.split()[0] if first.split() else name)
