"""Rows that only the browser's token opens: what sessions and begun logins have in common.

The token is 256 random bits. The store knows its hash, and a row sealed with a key that is derived
from the token and from what the row is for (`purpose`): a row of one kind, moved to the place of
another, opens nowhere.
"""

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Generic, TypeVar

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.store.sessions import AnySessionRows, SessionRow

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_SECRET_BYTES = 32
_NONCE_BYTES = 12
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What every kind of session has. All times aware.

    `id_hash` names it in the audit log and is no secret; `csrf` goes into forms; `seen` is right to
    the minute.
    """

    id_hash: str
    csrf: str = field(repr=False)
    created: datetime
    seen: datetime
    expires: datetime


S = TypeVar("S", bound=Sealed)
R = TypeVar("R", bound=AnySessionRows)


class SealedSessions(Generic[S, R]):
    """Sessions of one kind. `idle` and `absolute` are the limits of ASVS 7.3.

    A kind says how it is packed and unpacked, and what it is called in `purpose`. Every method
    raises StoreUnavailable when the store does not answer.
    """

    purpose: bytes

    def __init__(self, rows: R, *, idle: timedelta, absolute: timedelta) -> None:
        self._rows = rows
        self._idle = idle
        self._absolute = absolute

    def load(self, token: str, now: datetime) -> S | None:
        """The session of this token, and its use noted; None when there is none (any more)."""
        if not is_token(token):
            return None
        row = self._rows.get(hash_of(token))
        if row is None:
            return None
        session = self._opened(token, row)
        if session is None or now >= session.expires or now - row.seen >= self._idle:
            self._rows.remove(row.id_hash)
            return None
        if now - row.seen < _TOUCH_EVERY:
            return session
        self._rows.touch(row.id_hash, now)
        return replace(session, seen=now)

    def end(self, token: str) -> None:
        """Erase the session. Nothing happens when there is none."""
        if is_token(token):
            self._rows.remove(hash_of(token))

    def ping(self) -> None:
        """Raises StoreUnavailable when no session could be found or begun."""
        self._rows.ping()

    def purge(self, now: datetime) -> int:
        """Erase all sessions that are past their time; returns how many."""
        return self._rows.purge(expired_by=now, unused_since=now - self._idle)

    def _begun(self, now: datetime, until: datetime | None = None) -> tuple[str, dict[str, Any]]:
        """A new token and what every session starts with; it ends at `until` at the latest."""
        token, limit = new_token(), now + self._absolute
        return token, {
            "id_hash": hash_of(token),
            "csrf": new_token(),
            "created": now,
            "seen": now,
            "expires": min(limit, until or limit),
        }

    def _rotated(self, token: str, now: datetime, **changes: Any) -> tuple[str, S] | None:
        """The same session under a new token and a new csrf; the old token is dead at once.

        The time limits go on from the login. None when there is no session, or when someone else
        was first.
        """
        old = self.load(token, now)
        if old is None:
            return None
        fresh = new_token()
        changes |= {"id_hash": hash_of(fresh), "csrf": new_token(), "seen": now}
        session = replace(old, **changes)
        if not self._rows.put(self._row(fresh, session), instead_of=old.id_hash):
            return None
        return fresh, session

    def _row(self, token: str, session: S) -> SessionRow:
        said = {
            "csrf": session.csrf,
            "created": packed_time(session.created),
            "expires": packed_time(session.expires),
            **self._pack(session),
        }
        return SessionRow(
            id_hash=session.id_hash,
            created=session.created,
            seen=session.seen,
            expires=session.expires,
            sealed=seal(token, orjson.dumps(said), self.purpose),
        )

    def _opened(self, token: str, row: SessionRow) -> S | None:
        """None when the row was not sealed by us under this token, for this kind."""
        body = unseal(token, row.sealed, self.purpose)
        if body is None:
            return None
        said = orjson.loads(body)
        # From the sealed part: whoever can write to the store must not be able to prolong it.
        times = {name: datetime.fromisoformat(said.pop(name)) for name in ("created", "expires")}
        common = {"id_hash": row.id_hash, "csrf": said.pop("csrf"), "seen": row.seen, **times}
        return self._unpack(said, common)

    def _pack(self, session: S) -> dict[str, Any]:
        """What only this kind has, for JSON."""
        raise NotImplementedError

    def _unpack(self, said: dict[str, Any], common: dict[str, Any]) -> S:
        """Of what `_pack` gave, and the members of `Sealed`."""
        raise NotImplementedError


def new_token() -> str:
    return secrets.token_urlsafe(_SECRET_BYTES)


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> str:
    return sha256(token.encode("ascii")).hexdigest()


def packed_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def seal(token: str, body: bytes, purpose: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(token, purpose).encrypt(nonce, body, hash_of(token).encode("ascii"))


def unseal(token: str, sealed: bytes, purpose: bytes) -> bytes | None:
    """None when it was not sealed under this token for this purpose, or was changed."""
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _cipher(token, purpose).decrypt(nonce, body, hash_of(token).encode("ascii"))
    except (InvalidTag, ValueError):
        return None


def _cipher(token: str, purpose: bytes) -> AESGCM:
    derived = HKDF(SHA256(), length=_SECRET_BYTES, salt=None, info=purpose)
    return AESGCM(derived.derive(token.encode("ascii")))
