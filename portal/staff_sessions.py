"""Who of the staff is logged in: sessions of a kind, a cookie and a table of their own.

A `StaffSession` is not a `Session`, and what takes one does not take the other. A row of one kind
in the table of the other opens nowhere (`portal.sealed`). It holds what the identity provider said
of the employee; what may be read is decided on the chosen commission, and none is chosen yet when a
session begins.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hmac import digest
from typing import Any

from portal.identity.staff import ProviderLogin, StaffIdentity
from portal.sealed import Sealed, SealedSessions, hash_of, packed_time
from portal.staff_openings import Opening, packed_opening, unpacked_opening
from portal.store import StaffSessionRow, StaffSessionRows
from stodtjanster.model import HsaId, PersonId, Place, Side
from stodtjanster.security.assignments import Assignment


@dataclass(frozen=True, slots=True)
class StaffSession(Sealed):
    """One login of an employee.

    `hsa_id` is who they are in their work, and what everything is keyed on; `person` only says
    which records are their own. `commissions` is `allCommissions` as the provider gave it, one
    string for each value, until one is chosen; `chosen` is the only assignment that they work in
    now, and `confirmed` is when HSA last said that they have it. `login` is what the provider calls
    this login when it ends it. `refused` are patients who have said no to consent in this login,
    and `openings` what the employee has opened in it.
    """

    hsa_id: HsaId
    person: PersonId
    name: str = field(repr=False)
    loa: str
    issuer: str
    commissions: tuple[str, ...] = field(repr=False)
    system_roles: tuple[str, ...]
    login: ProviderLogin | None = field(repr=False)
    chosen: Assignment | None = field(default=None, repr=False)
    confirmed: datetime | None = None
    refused: tuple[PersonId, ...] = ()
    openings: tuple[Opening, ...] = ()


class StaffSessions(SealedSessions[StaffSession, StaffSessionRows]):
    """`key` makes the digests by which a provider's logout finds its sessions.

    Every method raises StoreUnavailable when the store does not answer.
    """

    purpose = b"portal staff session seal 1"

    def __init__(
        self, rows: StaffSessionRows, *, key: bytes, idle: timedelta, absolute: timedelta
    ) -> None:
        super().__init__(rows, idle=idle, absolute=absolute)
        self._key = key

    def start(self, identity: StaffIdentity, now: datetime) -> tuple[str, StaffSession]:
        """Begin a session under a new token: never under one that the browser brought."""
        token, common = self._begun(now, identity.until)
        session = StaffSession(
            **common,
            hsa_id=identity.hsa_id,
            person=identity.person,
            name=identity.name,
            loa=identity.loa,
            issuer=identity.issuer,
            commissions=identity.commissions,
            system_roles=identity.system_roles,
            login=identity.login,
        )
        self._rows.put(self._row(token, session))
        return token, session

    def choose(
        self, token: str, chosen: Assignment | None, now: datetime
    ) -> tuple[str, StaffSession] | None:
        """The same login under a new token, in an assignment that HSA has just said, or in none.

        The others are forgotten: they are read anew when one is chosen again. None when there is no
        session, or when someone else was first.
        """
        return self._rotated(
            token, now, chosen=chosen, confirmed=now if chosen else None, commissions=()
        )

    def confirm(self, token: str, chosen: Assignment, now: datetime) -> StaffSession | None:
        """HSA has said anew what the assignment is: the same token goes on, and forms that are open
        are good. None when the session has ended meanwhile."""
        return self.note(token, now, lambda kept: replace(kept, chosen=chosen, confirmed=now))

    def note(
        self, token: str, now: datetime, change: Callable[[StaffSession], StaffSession]
    ) -> StaffSession | None:
        """Keep something more of the same login, under the same token. None when it has ended.

        `change` is made again of what another request has kept meanwhile: nothing is lost.
        """
        while self.load(token, now) is not None:
            row = self._rows.get(hash_of(token))
            kept = None if row is None else self._opened(token, row)
            if row is None or kept is None:
                return None
            fresh = change(kept)
            if self._rows.replace(row, self._row(token, fresh).sealed):
                return fresh
        return None

    def end_of(self, issuer: str, name_id: str, indexes: Sequence[str]) -> tuple[str, ...]:
        """Erase the sessions that a provider logs out: those of `indexes`, or all of the subject's
        when it names none. Returns the `id_hash` of each."""
        logins = [self._digest(issuer, name_id, index) for index in indexes]
        return self._rows.remove_of(self._digest(issuer, name_id), logins)

    def _row(self, token: str, session: StaffSession) -> StaffSessionRow:
        subject = login = None
        if session.login is not None:
            subject = self._digest(session.issuer, session.login.name_id)
            if session.login.index is not None:
                login = self._digest(session.issuer, session.login.name_id, session.login.index)
        common = asdict(super()._row(token, session))
        return StaffSessionRow(**common, subject=subject, login=login)

    def _digest(self, *parts: str) -> str:
        return digest(self._key, "\x1f".join(parts).encode(), "sha256").hex()

    def _pack(self, session: StaffSession) -> dict[str, Any]:
        return {
            "hsa_id": session.hsa_id.value,
            "person": session.person.value,
            "name": session.name,
            "loa": session.loa,
            "issuer": session.issuer,
            "commissions": session.commissions,
            "system_roles": session.system_roles,
            "login": asdict(session.login) if session.login else None,
            "chosen": _packed(session.chosen) if session.chosen else None,
            "confirmed": packed_time(session.confirmed) if session.confirmed else None,
            "refused": [person.value for person in session.refused],
            "openings": [packed_opening(each) for each in session.openings],
        }

    def _unpack(self, said: dict[str, Any], common: dict[str, Any]) -> StaffSession:
        return StaffSession(
            **common,
            hsa_id=HsaId.parse(said["hsa_id"]),
            person=PersonId.parse(said["person"]),
            name=said["name"],
            loa=said["loa"],
            issuer=said["issuer"],
            commissions=tuple(said["commissions"]),
            system_roles=tuple(said["system_roles"]),
            login=ProviderLogin(**said["login"]) if said["login"] else None,
            chosen=_unpacked(said["chosen"]) if said["chosen"] else None,
            confirmed=_time(said["confirmed"]),
            # A row from before there were such members says nothing of them.
            refused=tuple(PersonId.parse(number) for number in said.get("refused", ())),
            openings=tuple(unpacked_opening(each) for each in said.get("openings", ())),
        )


def _packed(assignment: Assignment) -> dict[str, Any]:
    place = assignment.place
    return {
        "id": assignment.id.value,
        "name": assignment.name,
        "purpose": assignment.purpose,
        "rights": assignment.rights,
        "provider": place.provider.value,
        "unit": place.unit.value,
        "unit_name": assignment.unit_name,
        "provider_name": assignment.provider_name,
        "starts": packed_time(assignment.starts) if assignment.starts else None,
        "ends": packed_time(assignment.ends) if assignment.ends else None,
        "side": assignment.side,
        "works_as": assignment.works_as,
    }


def _unpacked(said: dict[str, Any]) -> Assignment:
    return Assignment(
        id=HsaId.parse(said["id"]),
        name=said["name"],
        purpose=said["purpose"],
        rights=tuple(said["rights"]),
        place=Place(HsaId.parse(said["provider"]), HsaId.parse(said["unit"])),
        unit_name=said["unit_name"],
        provider_name=said["provider_name"],
        starts=_time(said["starts"]),
        ends=_time(said["ends"]),
        side=Side(said["side"]) if said["side"] else None,
        works_as=said["works_as"],
    )


def _time(packed: str | None) -> datetime | None:
    return None if packed is None else datetime.fromisoformat(packed)
