"""What one login session was told of a person: kept for as long as it says itself."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Final, Generic, Protocol, TypeVar

from cachetools import LRUCache, TLRUCache

from stodtjanster.model import PersonId

MOST: Final = 10_000
"""Persons of sessions; more push out what was used the longest ago."""


class Fleeting(Protocol):
    """`until` is aware."""

    @property
    def until(self) -> datetime: ...


F = TypeVar("F", bound=Fleeting)


class Remembered(Generic[F]):
    """Of one session and one person. Never read by another session. Thread-safe."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._kept: TLRUCache[tuple[str, PersonId], F] = TLRUCache(
            MOST,
            lambda _key, value, _now: value.until.timestamp(),
            timer=lambda: clock().timestamp(),
        )
        self._forgotten: LRUCache[str, int] = LRUCache(MOST)
        self._lock = Lock()

    def get(self, reach: str, person: PersonId) -> F | None:
        """None when nothing was told, or too long ago."""
        with self._lock:
            return self._kept.get((reach, person))

    def mark(self, reach: str) -> int:
        """To be taken before something is asked, and given with what was told: see `keep`."""
        with self._lock:
            return self._forgotten.get(reach, 0)

    def keep(self, reach: str, person: PersonId, told: F, mark: int) -> None:
        """What was asked for before a session's knowledge was erased is not kept."""
        with self._lock:
            if self._forgotten.get(reach, 0) == mark:
                self._kept[reach, person] = told

    def forget(self, reach: str) -> None:
        """Erase what one session knows: called at logout."""
        with self._lock:
            self._forgotten[reach] = self._forgotten.get(reach, 0) + 1
            for key in [key for key in self._kept if key[0] == reach]:
                del self._kept[key]

    def all_kept(self) -> list[F]:
        """Of every session, oldest first: what is known now."""
        with self._lock:
            return list(self._kept.values())
