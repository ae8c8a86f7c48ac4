"""The shelf that several processes share: in Redis, sealed with a key that the session holds.

Redis sees keyed digests of sessions, persons and orders, and what it holds nobody can read whose
session has ended: logout is erasure, also of what could not be reached to be removed. What has been
forgotten is marked with a new random mark, and what set out before that is not put any more: all
processes that ask afterwards are told what is true then.
"""

import logging
import secrets
from collections.abc import Callable, Collection, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from hmac import digest
from itertools import count
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Final

import redis
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.store.packing import Unpackable, pack, shape, unpack
from stodtjanster.fetch import Change, Kept, Look
from stodtjanster.fetch.plan import Order
from stodtjanster.fetch.shelf import KEEP
from stodtjanster.model import PersonId

log = logging.getLogger(__name__)

REST: Final = 2.0
"""Seconds that a shelf that did not answer is left alone: pages do without it."""
MOST_BYTES: Final = 4 * 2**20
MOST_WAITING: Final = 1_000
_NONCE_BYTES: Final = 12
_MARK_BYTES: Final = 12
_SECONDS: Final = int(KEEP.total_seconds())
_NOTHING: Final = b""

_PUT: Final = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
redis.call('EXPIRE', KEYS[3], ARGV[6])
redis.call('SADD', KEYS[4], ARGV[5])
redis.call('EXPIRE', KEYS[4], ARGV[6])
return 1
"""
_FORGET: Final = """
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return redis.call('DEL', KEYS[2])
"""
# ARGV: a new mark, its seconds, the source, and the kinds of information; "*" is all of them.
_FORGET_ABOUT: Final = """
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
for _, said in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local shelf, field, source, kind = said:match('^(%S+) (%S+) (%S+) (%S+)$')
  local touched = false
  for i = 4, #ARGV do touched = touched or ARGV[i] == '*' or ARGV[i] == kind end
  if touched and (ARGV[3] == '*' or ARGV[3] == source) then
    redis.call('HDEL', shelf, field)
    redis.call('SREM', KEYS[2], said)
  end
end
return 1
"""

_reader: ContextVar["ShelfReader | None"] = ContextVar("reader of the shelf", default=None)


@dataclass(frozen=True, slots=True)
class ShelfReader:
    """Whose shelf may be opened now: `secret` is known to the session alone."""

    reach: str
    secret: str = field(repr=False)


def open_for(reader: ShelfReader | None) -> None:
    """Say who reads in this thread from now on. None: nobody, and nothing is kept or found."""
    _reader.set(reader)


@dataclass(frozen=True, slots=True)
class _Mark:
    reach: bytes
    subject: bytes
    key: bytes = field(repr=False)


class SharedShelf:
    """An `AnyShelf`. `index` is a key of 32 bytes that all processes share, and Redis does not
    know; by it the same order has the same name everywhere."""

    def __init__(
        self, client: "redis.Redis", index: bytes, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._client = client
        self._index = index
        self._shape = shape()
        self._clock = clock
        self._rests_until = clock()
        # What has not been told yet, by number: the same may be forgotten again meanwhile. It is
        # told before anything is read.
        self._owed: dict[int, Change | str] = {}
        self._number = count()
        self._lock = Lock()
        self._putting = ThreadPoolExecutor(1, thread_name_prefix="shelf")
        self._room = BoundedSemaphore(MOST_WAITING)
        self._put = client.register_script(_PUT)
        self._forget = client.register_script(_FORGET)
        self._forget_about = client.register_script(_FORGET_ABOUT)

    def look(self, orders: Collection[Order]) -> Look:
        """What this session has of them."""
        reader = _reader.get()
        mine = [order for order in orders if reader is not None and order.reach == reader.reach]
        if reader is None or not mine or not self._is_up():
            return Look()
        try:
            return self._seen(reader, mine)
        except redis.RedisError as error:
            self._rest(error)
            return Look()

    def landed(self, order: Order) -> Kept | None:  # noqa: ARG002 - it cannot be known so soon
        """Never anything: a second flight at such a moment is rare, and harms nobody."""
        return None

    def put(
        self,
        order: Order,
        kept: Kept,
        now: datetime,  # noqa: ARG002 - Redis counts the time itself
        mark: Hashable = None,
    ) -> None:
        if isinstance(mark, _Mark) and self._room.acquire(blocking=False):
            self._putting.submit(self._seal_and_put, order, kept, mark)

    def forget(self, reach: str) -> None:
        self._tell(reach)

    def forget_about(self, change: Change) -> None:
        self._tell(change)

    def close(self) -> None:
        """Put what waits, and close the connections."""
        self._putting.shutdown(wait=True)
        self._client.close()

    def _seen(self, reader: ShelfReader, orders: list[Order]) -> Look:
        self._pay()
        names = [self._name(order) for order in orders]
        subjects = list(dict.fromkeys(order.subject for order in orders))
        # The marks first: what is forgotten in between is then not found, and not put either.
        with self._client.pipeline(transaction=False) as line:
            line.mget([self._reach_mark(reader.reach), *map(self._subject_mark, subjects)])
            line.hmget(self._shelf(reader.reach), names)
            (reach, *told), found = line.execute()
        key = _key(reader.secret)
        by_subject = dict(zip(subjects, told, strict=True))
        kept = {
            order: opened
            for order, name, sealed in zip(orders, names, found, strict=True)
            if sealed is not None and (opened := self._opened(key, name, sealed)) is not None
        }
        marks = {
            order: _Mark(reach or _NOTHING, by_subject[order.subject] or _NOTHING, key)
            for order in orders
        }
        return Look(kept, marks)

    def _seal_and_put(self, order: Order, kept: Kept, mark: _Mark) -> None:
        try:
            self._put_sealed(order, pack(kept), mark)
        except Exception as bug:  # noqa: BLE001 - the page has its answer already
            log.error("answer not put on the shelf", extra={"error": type(bug).__name__})  # noqa: TRY400
        finally:
            self._room.release()

    def _put_sealed(self, order: Order, packed: bytes, mark: _Mark) -> None:
        if len(packed) > MOST_BYTES or not self._is_up():
            return
        name = self._name(order)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(mark.key).encrypt(nonce, packed, self._shape + name.encode())
        shelf = self._shelf(order.reach)
        keys = [
            self._reach_mark(order.reach),
            self._subject_mark(order.subject),
            shelf,
            self._about(order.subject),
        ]
        said = f"{shelf} {name} {order.source} {order.information.key}"
        try:
            self._put(keys, [mark.reach, mark.subject, name, sealed, said, _SECONDS])
        except redis.RedisError as error:
            self._rest(error)

    def _tell(self, forgotten: Change | str) -> None:
        with self._lock:
            self._owed[next(self._number)] = forgotten
        try:
            self._pay()
        except redis.RedisError as error:
            self._rest(error)

    def _pay(self) -> None:
        """Tell what is owed. Raises RedisError, and then still owes it."""
        with self._lock:
            owed = tuple(self._owed.items())
        for number, each in owed:
            fresh = secrets.token_urlsafe(_MARK_BYTES)
            if isinstance(each, str):
                self._forget([self._reach_mark(each), self._shelf(each)], [fresh, _SECONDS])
            else:
                keys = [self._subject_mark(each.subject), self._about(each.subject)]
                kinds = ("*",) if each.kinds is None else (kind.key for kind in each.kinds)
                self._forget_about(keys, [fresh, _SECONDS, each.source or "*", *kinds])
            with self._lock:
                self._owed.pop(number, None)

    def _rest(self, error: redis.RedisError) -> None:
        """A shelf that does not answer is no shelf: pages go on, and it is left alone a while."""
        self._rests_until = self._clock() + REST
        log.warning("shelf does not answer", extra={"error": type(error).__name__})

    def _is_up(self) -> bool:
        return self._clock() >= self._rests_until

    def _opened(self, key: bytes, name: str, sealed: bytes) -> Kept | None:
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return unpack(AESGCM(key).decrypt(nonce, body, self._shape + name.encode()))
        except (InvalidTag, ValueError, Unpackable):
            return None

    def _name(self, order: Order) -> str:
        return self._digest(
            "order",
            order.source,
            order.information.key,
            order.subject.value,
            order.period.first.isoformat(),
            order.period.last.isoformat(),
            order.reach,
            order.agent.value if order.agent else "",
        )

    def _shelf(self, reach: str) -> str:
        return f"shelf:{self._digest('reach', reach)}"

    def _reach_mark(self, reach: str) -> str:
        return f"mark:{self._digest('reach', reach)}"

    def _subject_mark(self, subject: PersonId) -> str:
        return f"mark:{self._digest('person', subject.value)}"

    def _about(self, subject: PersonId) -> str:
        return f"about:{self._digest('person', subject.value)}"

    def _digest(self, *parts: str) -> str:
        written = b"".join(len(part.encode()).to_bytes(8) + part.encode() for part in parts)
        return digest(self._index, written, "sha256").hex()


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"portal shelf seal 1")
    return derived.derive(secret.encode())
