"""Something that is fetched when it is first needed, and again when it has become old."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Two threads that find it old both fetch; that is cheaper than making one wait."""

    def __init__(
        self, fetch: Callable[[], T], lifetime: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._fetch = fetch
        self._lifetime = lifetime
        self._clock = clock
        self._kept: tuple[datetime, T] | None = None

    def get(self, *, fresh: bool = False) -> T:
        """Return the value; `fresh` fetches it whatever its age. What `fetch` raises passes."""
        kept, now = self._kept, self._clock()
        if kept is not None and not fresh and now - kept[0] < self._lifetime:
            return kept[1]
        value = self._fetch()
        self._kept = (now, value)
        return value
