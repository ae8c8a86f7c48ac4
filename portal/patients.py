"""Whom an employee reads about: the name that a patient has in addresses, and what the rules know.

The handle is the number, sealed with the session and its assignment (AES-SIV): it means nothing in
another login or another assignment, tells nobody whom it names, and nothing has to be kept.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from portal.gates import Gates
from portal.insatser import Insatser
from portal.people import Known, People
from portal.remembered import Remembered
from portal.staff_sessions import StaffSession
from stodtjanster.access import Facts
from stodtjanster.access.case import Consent, ConsentStatus
from stodtjanster.audit import AuditLog
from stodtjanster.model import Cause, PersonId, Side, Situation

FRESH: Final = timedelta(minutes=1)
"""How old what the services said of relation and consent may be. What was registered through us is
asked about anew at once."""

REST: Final = timedelta(seconds=5)
"""How long a service that did not answer is left alone by one session."""


@dataclass(frozen=True, slots=True)
class Bearings:
    """What the services said of employee and patient. `unknown` are those that did not."""

    facts: Facts
    unknown: Mapping[str, Cause]
    until: datetime


@dataclass(frozen=True, slots=True)
class Met:
    """A patient as the rules are to see them now. `known` is None when nothing could be shown of
    them whatever the register says: then it is not asked."""

    situation: Situation
    bearings: Bearings
    known: Known | None


class Patients:
    """Thread-safe. `key` is 32 or 64 bytes."""

    def __init__(
        self,
        key: bytes,
        gates: Gates,
        insatser: Insatser,
        people: People,
        audit: AuditLog,
        clock: Callable[[], datetime],
    ) -> None:
        self._seal = AESSIV(key)
        self._gates = gates
        self._insatser = insatser
        self._people = people
        self._audit = audit
        self._clock = clock
        self._kept: Remembered[Bearings] = Remembered(clock)

    def handle(self, session: StaffSession, person: PersonId) -> str:
        """The patient's name in addresses, in this session and assignment."""
        sealed = self._seal.encrypt(person.value.encode(), _bound(session))
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def person(self, session: StaffSession, handle: str) -> PersonId | None:
        """None for what was not made here, or in another session or assignment."""
        try:
            sealed = urlsafe_b64decode(handle + "=" * (-len(handle) % 4))
            return PersonId.parse(self._seal.decrypt(sealed, _bound(session)).decode())
        except (InvalidTag, ValueError):
            return None

    def meet(self, bare: Situation, *, reach: str) -> Met:
        """What is known of the two, asked in the order in which the answers are needed. Raises
        AuditUnavailable when a question cannot be logged: then it is not asked."""
        bearings = self.bearings(bare, reach=reach)
        facts = bearings.facts
        if not self._people.lets_in(bare, reach=reach, facts=facts):
            return Met(bare, bearings, None)
        known = self._people.known(bare, reach=reach, audit=self._audit, facts=facts)
        return Met(replace(bare, subject=known.of(bare.subject)), bearings, known)

    def lets_in(self, met: Met, *, reach: str) -> bool:
        """Whether anything at all could be shown, of all that there is."""
        return self._people.lets_in(met.situation, reach=reach, facts=met.bearings.facts)

    def forget(self, reach: str) -> None:
        """Erase what one login session knows: something was registered, or it is over."""
        self._kept.forget(reach)
        self._insatser.forget(reach)

    def bearings(self, bare: Situation, *, reach: str) -> Bearings:
        """What the services say of the two, at most a minute ago. Raises as `meet` does."""
        kept = self._kept.get(reach, bare.subject.person)
        if kept is not None:
            return kept
        mark = self._kept.mark(reach)
        known, unknown = Facts(), dict[str, Cause]()
        if bare.actor.side is Side.OMSORG:
            taking = self._insatser.of(bare, reach=reach, audit=self._audit)
            known = Facts(relation=taking.relation)
            unknown |= {} if taking.certain else {"relation": Cause.TIMEOUT}
        gathered = self._gates.facts_of(bare, known=known)
        unknown |= gathered.unknown
        now = self._clock()
        found = Bearings(gathered.facts, unknown, now + (REST if unknown else FRESH))
        self._kept.keep(reach, bare.subject.person, found, mark)
        return found


def obeying(bearings: Bearings, numbers: Iterable[PersonId], session: StaffSession) -> Bearings:
    """What a patient has said no to in this login is a no, whatever was registered before."""
    if not set(numbers) & set(session.refused):
        return bearings
    return replace(bearings, facts=replace(bearings.facts, consent=Consent(ConsentStatus.REFUSED)))


def _bound(session: StaffSession) -> list[bytes]:
    chosen = session.chosen.id.value if session.chosen else ""
    return [session.id_hash.encode(), chosen.encode()]
