"""Who is logged in, and which logins have begun: kept on the server, opened by the browser alone.

The browser holds a random token of 256 bits. The store knows only its hash, and the rest of the
row is sealed with a key that is derived from the token. So the store alone reveals nobody, and
when the row is removed or the cookie is lost the session is erased: logout is erasure. Time is
always passed in, aware.
"""

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.store.logins import LoginRows
from portal.store.sessions import SessionRow, SessionRows
from stodtjanster.model import PersonId

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_SECRET_BYTES = 32
_NONCE_BYTES = 12
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """One login. `id_hash` names it in the audit log and is no secret.

    `csrf` goes into forms; `seen` is right to the minute. `seed` makes names that mean something
    in this login only, and lasts as long as it does. `proved` is when the person last proved who
    they are on purpose, after the login itself.
    """

    id_hash: str
    person: PersonId
    name: str = field(repr=False)
    loa: str
    issuer: str
    csrf: str = field(repr=False)
    seed: str = field(repr=False)
    created: datetime
    seen: datetime
    expires: datetime
    proved: datetime | None = None


class Sessions:
    """Sessions of citizens. `idle` and `absolute` are the limits of ASVS 7.3.

    Every method raises StoreUnavailable when the store does not answer.
    """

    def __init__(
        self,
        rows: SessionRows,
        *,
        idle: timedelta = timedelta(minutes=30),
        absolute: timedelta = timedelta(hours=8),
    ) -> None:
        self._rows = rows
        self._idle = idle
        self._absolute = absolute

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
        token = _new_token()
        session = Session(
            id_hash=_hash(token),
            person=person,
            name=name,
            loa=loa,
            issuer=issuer,
            csrf=_new_token(),
            seed=_new_token(),
            created=now,
            seen=now,
            expires=now + self._absolute,
        )
        self._rows.put(_row(token, session))
        return token, session

    def load(self, token: str, now: datetime) -> Session | None:
        """The session of this token, and its use noted; None when there is none (any more)."""
        if not _TOKEN.fullmatch(token):
            return None
        row = self._rows.get(_hash(token))
        if row is None:
            return None
        session = _session(token, row)
        if session is None or now >= session.expires or now - row.seen >= self._idle:
            self._rows.remove(row.id_hash)
            return None
        if now - row.seen < _TOUCH_EVERY:
            return session
        self._rows.touch(row.id_hash, now)
        return replace(session, seen=now)

    def rotate(
        self, token: str, now: datetime, *, proved: datetime | None = None
    ) -> tuple[str, Session] | None:
        """The same session under a new token and a new csrf; the old token is dead at once.

        The time limits go on from the login. `proved`: the person has just proved who they are
        again. None when there is no session, or when someone else was first.
        """
        old = self.load(token, now)
        if old is None:
            return None
        fresh = _new_token()
        session = replace(
            old,
            id_hash=_hash(fresh),
            csrf=_new_token(),
            seen=now,
            proved=proved or old.proved,
        )
        if not self._rows.put(_row(fresh, session), instead_of=old.id_hash):
            return None
        return fresh, session

    def end(self, token: str) -> None:
        """Erase the session. Nothing happens when there is none."""
        if _TOKEN.fullmatch(token):
            self._rows.remove(_hash(token))

    def purge(self, now: datetime) -> int:
        """Erase all sessions that are past their time; returns how many."""
        return self._rows.purge(expired_by=now, unused_since=now - self._idle)


class LoginAttempts:
    """What the portal must remember of a login from its beginning until the browser is back.

    Each can be taken out once, within `lifetime`. At most `keep` are kept, so that beginning
    logins without end fills no disk: the oldest give way.
    """

    def __init__(
        self,
        rows: LoginRows,
        *,
        lifetime: timedelta = timedelta(minutes=10),
        keep: int = 10_000,
    ) -> None:
        self._rows = rows
        self._lifetime = lifetime
        self._keep = keep

    def put(self, transaction: bytes, now: datetime) -> str:
        """Keep `transaction`; returns the token that takes it out again."""
        token = _new_token()
        self._rows.put(_hash(token), _seal(token, transaction), now + self._lifetime)
        self.purge(now)
        return token

    def pop(self, token: str, now: datetime) -> bytes | None:
        """Take it out: None the second time, too late, or for a token that is not ours."""
        if not _TOKEN.fullmatch(token):
            return None
        taken = self._rows.pop(_hash(token))
        if taken is None:
            return None
        sealed, expires = taken
        return _open(token, sealed) if now < expires else None

    def purge(self, now: datetime) -> int:
        """Remove what is too old or too much; returns how many."""
        return self._rows.purge(expired_by=now, keep=self._keep)


def _new_token() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def _hash(token: str) -> str:
    return sha256(token.encode("ascii")).hexdigest()


def _row(token: str, session: Session) -> SessionRow:
    said = {
        "person": session.person.value,
        "name": session.name,
        "loa": session.loa,
        "issuer": session.issuer,
        "csrf": session.csrf,
        "seed": session.seed,
        "proved": session.proved.astimezone(UTC).isoformat() if session.proved else None,
        "created": session.created.astimezone(UTC).isoformat(),
        "expires": session.expires.astimezone(UTC).isoformat(),
    }
    return SessionRow(
        id_hash=session.id_hash,
        created=session.created,
        seen=session.seen,
        expires=session.expires,
        sealed=_seal(token, orjson.dumps(said)),
    )


def _session(token: str, row: SessionRow) -> Session | None:
    """None when the row was not sealed by us under this token."""
    body = _open(token, row.sealed)
    if body is None:
        return None
    said = orjson.loads(body)
    return Session(
        id_hash=row.id_hash,
        person=PersonId.parse(said["person"]),
        name=said["name"],
        loa=said["loa"],
        issuer=said["issuer"],
        csrf=said["csrf"],
        seed=said["seed"],
        created=datetime.fromisoformat(said["created"]),
        seen=row.seen,
        # From the sealed part: whoever can write to the store must not be able to prolong it.
        expires=datetime.fromisoformat(said["expires"]),
        proved=datetime.fromisoformat(said["proved"]) if said["proved"] else None,
    )


def _cipher(token: str) -> AESGCM:
    derived = HKDF(SHA256(), length=_SECRET_BYTES, salt=None, info=b"portal session seal 1")
    return AESGCM(derived.derive(token.encode("ascii")))


def _seal(token: str, body: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(token).encrypt(nonce, body, _hash(token).encode("ascii"))


def _open(token: str, sealed: bytes) -> bytes | None:
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _cipher(token).decrypt(nonce, body, _hash(token).encode("ascii"))
    except (InvalidTag, ValueError):
        return None
