"""Calendar addresses: orders that people give once and calendars use for months (ADR 17).

The secret in an address is 256 random bits. The store knows its hash, and a row that only the
secret opens; the owner finds it without, to see that it is there and to end it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

import orjson
from cachetools import LRUCache, TTLCache

from portal.sealed import hash_of, is_token, new_token, packed_time, seal, unseal
from portal.sessions import Session
from portal.snapshots import snapshot_read, snapshot_said
from portal.store import CalendarRow, CalendarRows
from portal.strangers import Strangers
from stodtjanster.model import PersonId
from views.kit.memory import Snapshot

MOST_READINGS: Final = 30
SPAN: Final = timedelta(hours=1)

_PURPOSE: Final = b"portal calendar seal 1"
_FORM_SECONDS: Final = 600
_ADDRESSES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Order:
    """What an address stands for. `id_hash` names it in the log, as a login session is named, and
    `loa` is the level at which the person proved who they are when they gave it.

    `shown` is what it has given before. All times aware.
    """

    id_hash: str
    person: PersonId
    loa: str
    language: str
    expires: datetime
    detailed: bool
    daily: bool
    shown: Snapshot | None = field(default=None, repr=False)


class Calendars:
    """Orders of people, one each. Every method raises StoreUnavailable. Thread-safe."""

    def __init__(self, rows: CalendarRows, lifetime: timedelta) -> None:
        self._rows = rows
        self._lifetime = lifetime
        self._made: TTLCache[tuple[str, str], str] = TTLCache(_ADDRESSES, _FORM_SECONDS)
        self._readers: LRUCache[str, Strangers] = LRUCache(_ADDRESSES)
        self._lock = Lock()

    def secret(self, session: Session, once: str) -> str:
        """A new one; the same again for a form that is sent twice within minutes."""
        with self._lock:
            return self._made.setdefault((session.id_hash, once), new_token())

    def give(
        self,
        secret: str,
        session: Session,
        *,
        language: str,
        detailed: bool,
        daily: bool,
        now: datetime,
    ) -> None:
        """Let the secret stand for the one who is logged in; an older one ends."""
        self._rows.purge(now)
        order = Order(
            hash_of(secret),
            session.person,
            session.loa,
            language,
            now + self._lifetime,
            detailed,
            daily,
        )
        row = CalendarRow(
            id_hash=order.id_hash,
            created=now,
            expires=order.expires,
            used=None,
            detailed=detailed,
            daily=daily,
            sealed=_sealed(secret, order),
        )
        self._rows.put(session.person, row)

    def of(self, person: PersonId, now: datetime) -> CalendarRow | None:
        """What the person has given, if it still holds."""
        row = self._rows.of(person)
        return row if row is not None and now < row.expires else None

    def end(self, id_hash: str) -> bool:
        """False when it had ended already. No form makes the same again."""
        with self._lock:
            for key in [key for key, made in self._made.items() if hash_of(made) == id_hash]:
                del self._made[key]
        return self._rows.remove(id_hash)

    def open(self, secret: str, now: datetime) -> Order | None:
        """What an address stands for; None when it is nobody's (any more)."""
        if not is_token(secret):
            return None
        row = self._rows.get(hash_of(secret))
        order = None if row is None else _opened(secret, row.id_hash, row.sealed)
        return order if order is not None and now < order.expires else None

    def may_be_read(self, order: Order, now: datetime) -> bool:
        with self._lock:
            reader = self._readers.setdefault(order.id_hash, Strangers(MOST_READINGS, SPAN))
        return reader.may_write(now)

    def remember(self, secret: str, order: Order, shown: Snapshot, now: datetime) -> None:
        """Keep what it has given, in the place of what it gave before."""
        sealed = _sealed(secret, replace(order, shown=shown))
        self._rows.note_use(order.id_hash, lambda _before: sealed, now)


def _sealed(secret: str, order: Order) -> bytes:
    said = {
        "person": order.person.value,
        "loa": order.loa,
        "language": order.language,
        "expires": packed_time(order.expires),
        "detailed": order.detailed,
        "daily": order.daily,
        "shown": snapshot_said(order.shown) if order.shown else None,
    }
    return seal(secret, orjson.dumps(said), _PURPOSE)


def _opened(secret: str, id_hash: str, sealed: bytes) -> Order | None:
    """From the sealed part alone: whoever can write to the store must not be able to change it."""
    body = unseal(secret, sealed, _PURPOSE)
    if body is None:
        return None
    said: dict[str, Any] = orjson.loads(body)
    return Order(
        id_hash=id_hash,
        person=PersonId.parse(said["person"]),
        loa=said["loa"],
        language=said["language"],
        expires=datetime.fromisoformat(said["expires"]),
        detailed=said["detailed"],
        daily=said["daily"],
        shown=snapshot_read(said["shown"]) if said["shown"] else None,
    )
