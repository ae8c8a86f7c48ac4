"""Who is logged in, and which logins have begun: kept on the server, opened by the browser alone.

The browser holds a random token of 256 bits. The store knows only its hash, and the rest of the
row is sealed with a key that is derived from the token (`portal.sealed`). So the store alone
reveals nobody, and when the row is removed or the cookie is lost the session is erased: logout is
erasure. Time is always passed in, aware.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from portal.sealed import (
    Sealed,
    SealedSessions,
    hash_of,
    is_token,
    new_token,
    packed_time,
    seal,
    unseal,
)
from portal.store.logins import LoginRows
from portal.store.sessions import AnySessionRows
from stodtjanster.model import PersonId


class Reader(Protocol):
    """In whose name a resident's own is read: a login, or an order that was given in one.

    `id_hash` is 64 hex digits, by which the log can follow it.
    """

    @property
    def id_hash(self) -> str: ...

    @property
    def person(self) -> PersonId: ...

    @property
    def loa(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Session(Sealed):
    """One login of a resident.

    `seed` makes names that mean something in this login only, and lasts as long as it does.
    `proved` is when the person last proved who they are on purpose, after the login itself.
    """

    person: PersonId
    name: str = field(repr=False)
    loa: str
    issuer: str
    seed: str = field(repr=False)
    proved: datetime | None = None


class Sessions(SealedSessions[Session, AnySessionRows]):
    """Sessions of residents.

    Every method raises StoreUnavailable when the store does not answer.
    """

    purpose = b"portal session seal 1"

    def __init__(
        self,
        rows: AnySessionRows,
        *,
        idle: timedelta = timedelta(minutes=30),
        absolute: timedelta = timedelta(hours=8),
    ) -> None:
        super().__init__(rows, idle=idle, absolute=absolute)

    def start(
        self,
        *,
        person: PersonId,
        name: str,
        loa: str,
        issuer: str,
        now: datetime,
    ) -> tuple[str, Session]:
        """Begin a session under a new token: never under one that the browser brought."""
        token, common = self._begun(now)
        session = Session(
            **common, person=person, name=name, loa=loa, issuer=issuer, seed=new_token()
        )
        self._rows.put(self._row(token, session))
        return token, session

    def rotate(
        self, token: str, now: datetime, *, proved: datetime | None = None
    ) -> tuple[str, Session] | None:
        """The same session under a new token and a new csrf; the old token is dead at once.

        The time limits go on from the login. `proved`: the person has just proved who they are
        again. None when there is no session, or when someone else was first.
        """
        return self._rotated(token, now, **({"proved": proved} if proved else {}))

    def _pack(self, session: Session) -> dict[str, Any]:
        return {
            "person": session.person.value,
            "name": session.name,
            "loa": session.loa,
            "issuer": session.issuer,
            "seed": session.seed,
            "proved": packed_time(session.proved) if session.proved else None,
        }

    def _unpack(self, said: dict[str, Any], common: dict[str, Any]) -> Session:
        return Session(
            **common,
            person=PersonId.parse(said["person"]),
            name=said["name"],
            loa=said["loa"],
            issuer=said["issuer"],
            seed=said["seed"],
            proved=datetime.fromisoformat(said["proved"]) if said["proved"] else None,
        )


class LoginAttempts:
    """What the portal must remember of a login from its beginning until the browser is back.

    Each can be taken out once, within `lifetime`, for the `purpose` that it was put there for. At
    most `keep` are kept, so that beginning logins without end fills no disk: the oldest give way.
    """

    def __init__(
        self,
        rows: LoginRows,
        *,
        purpose: bytes = b"portal session seal 1",
        lifetime: timedelta = timedelta(minutes=10),
        keep: int = 10_000,
    ) -> None:
        self._rows = rows
        self._purpose = purpose
        self._lifetime = lifetime
        self._keep = keep

    def put(self, transaction: bytes, now: datetime, token: str | None = None) -> str:
        """Keep `transaction`; returns the token that takes it out again: a new one, unless one
        was made with `new_token` before."""
        token = token or new_token()
        sealed = seal(token, transaction, self._purpose)
        self._rows.put(hash_of(token), sealed, now + self._lifetime)
        self.purge(now)
        return token

    def pop(self, token: str, now: datetime) -> bytes | None:
        """Take it out: None the second time, too late, or for a token that is not ours."""
        if not is_token(token):
            return None
        taken = self._rows.pop(hash_of(token))
        if taken is None:
            return None
        sealed, expires = taken
        return unseal(token, sealed, self._purpose) if now < expires else None

    def purge(self, now: datetime) -> int:
        """Remove what is too old or too much; returns how many."""
        return self._rows.purge(expired_by=now, keep=self._keep)
