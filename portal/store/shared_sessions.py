"""Rows of residents' sessions in Redis: what every page reads and most pages write.

They are sealed as in the database (`portal.sealed`), and end by themselves. Redis must keep them on
its disk and evict nothing (docs/operations.md): what is lost here is a login.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import redis

from portal.store.database import StoreUnavailable
from portal.store.sessions import SessionRow

_FIELDS: Final = ("created", "seen", "expires", "sealed")

# One of several who rotate a session at once finds it there to be replaced.
_PUT: Final = """
if KEYS[2] and redis.call('DEL', KEYS[2]) == 0 then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
"""
_TOUCH: Final = """
local seen = redis.call('HGET', KEYS[1], 'seen')
if not seen or seen >= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'seen', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""


class SharedSessionRows:
    """`AnySessionRows` in Redis. A row that nobody has used for `idle` is gone.

    Every method raises StoreUnavailable when Redis does not answer.
    """

    def __init__(self, client: "redis.Redis", idle: timedelta) -> None:
        self._client = client
        self._idle = round(idle.total_seconds() * 1000)
        self._put = client.register_script(_PUT)
        self._touch = client.register_script(_TOUCH)

    def put(self, row: SessionRow, *, instead_of: str | None = None) -> bool:
        keys = [_name(row.id_hash)] + ([_name(instead_of)] if instead_of is not None else [])
        said: list[bytes | str | int] = [self._idle]
        for field in _FIELDS:
            said += [field, _said(asdict(row)[field])]
        with _speaking_plainly():
            return bool(self._put(keys, said))

    def get(self, id_hash: str) -> SessionRow | None:
        with _speaking_plainly():
            found: list[Any] = self._client.hmget(_name(id_hash), list(_FIELDS))
        if None in found:
            return None
        *times, sealed = found
        try:
            created, seen, expires = (datetime.fromisoformat(time.decode()) for time in times)
        except ValueError:
            return None
        return SessionRow(id_hash, created, seen, expires, sealed)

    def touch(self, id_hash: str, seen: datetime) -> None:
        with _speaking_plainly():
            self._touch([_name(id_hash)], [_said(seen), self._idle])

    def remove(self, id_hash: str) -> None:
        with _speaking_plainly():
            self._client.delete(_name(id_hash))

    def purge(self, *, expired_by: datetime, unused_since: datetime) -> int:  # noqa: ARG002
        return 0

    def ping(self) -> None:
        with _speaking_plainly():
            self._client.ping()

    def close(self) -> None:
        self._client.close()


@contextmanager
def _speaking_plainly() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise StoreUnavailable(type(error).__name__) from None


def _name(id_hash: str) -> str:
    return f"session:{id_hash}"


def _said(value: bytes | datetime) -> bytes | str:
    # With all its digits: times are compared as texts in Redis.
    if isinstance(value, bytes):
        return value
    return value.astimezone(UTC).isoformat(timespec="microseconds")
