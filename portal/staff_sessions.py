"""Who of the staff is logged in: sessions of a kind, a cookie and a table of their own.

A `StaffSession` is not a `Session`, and what takes one does not take the other. A row of one kind
in the table of the other opens nowhere (`portal.sealed`). It holds what the identity provider said
of the employee; what may be read is decided on the chosen commission, and none is chosen yet when a
session begins.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hmac import digest
from typing import Any

from portal.identity.staff import ProviderLogin, StaffIdentity
from portal.sealed import Sealed, SealedSessions
from portal.store import StaffSessionRow, StaffSessionRows
from stodtjanster.model import HsaId, PersonId


@dataclass(frozen=True, slots=True)
class StaffSession(Sealed):
    """One login of an employee.

    `hsa_id` is who they are in their work, and what everything is keyed on; `person` only says
    which records are their own. `commissions` is `allCommissions` as the provider gave it, one
    string for each value, not read yet; `chosen` is the HSA-id of the commission that they work in
    now. `login` is what the provider calls this login when it ends it.
    """

    hsa_id: HsaId
    person: PersonId
    name: str = field(repr=False)
    loa: str
    issuer: str
    commissions: tuple[str, ...] = field(repr=False)
    system_roles: tuple[str, ...]
    login: ProviderLogin | None = field(repr=False)
    chosen: HsaId | None = None


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
            "chosen": session.chosen.value if session.chosen else None,
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
            chosen=HsaId.parse(said["chosen"]) if said["chosen"] else None,
        )
