"""What keeps one bad source from costing anybody else: a breaker and a bulkhead per source."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from stodtjanster.model import Cause
from stodtjanster.sources.kit.source import Limits, SourceFailed, SourceSettings

SOURCE_IS_ILL = frozenset({Cause.TIMEOUT, Cause.REFUSED, Cause.FAULT})


@dataclass(slots=True)
class Breaker:
    """Opens after `failures` in a row, lets one try through after `seconds`.

    Times are seconds of any monotonic clock, passed in. Only causes that say that the source is
    ill count: one person's unreadable record must not shut out everybody. While it is open only
    the try decides: calls that began before it opened may end whenever they like.
    """

    failures: int
    seconds: float
    in_a_row: int = 0
    opened_at: float | None = None
    trying: bool = False

    def check(self, now: float) -> None:
        """Raises SourceFailed(BROKEN) while the source is given rest, or is being tried."""
        if self.opened_at is None:
            return
        if self.trying or now - self.opened_at < self.seconds:
            raise SourceFailed(Cause.BROKEN)

    def enter(self, now: float) -> bool:
        """True when the call that begins is the one try, to be told to `leave`.

        Raises as `check` does.
        """
        self.check(now)
        self.trying = self.opened_at is not None
        return self.trying

    def leave(self, now: float, failure: Cause | None, *, trial: bool) -> None:
        """A call ended; what was our own fault says nothing about the source."""
        if trial:
            self.trying = False
        elif self.opened_at is not None:
            return
        if failure is Cause.FAILED:
            return
        if failure not in SOURCE_IS_ILL:
            self.in_a_row, self.opened_at = 0, None
            return
        self.in_a_row += 1
        if self.in_a_row >= self.failures:
            self.opened_at = now


class Bulkhead:
    """At most `concurrent` inside and `queue` waiting. Lives on the event loop.

    Nobody waits for a place longer than one answer may take.
    """

    def __init__(self, limits: Limits) -> None:
        self._patience = limits.answer_seconds
        self._slots = asyncio.Semaphore(limits.concurrent)
        self._room = limits.concurrent + limits.queue

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Raises SourceFailed(BUSY): at once when the queue is full, or when patience ends."""
        if self._room <= 0:
            raise SourceFailed(Cause.BUSY)
        self._room -= 1
        try:
            await self._wait()
            try:
                yield
            finally:
                self._slots.release()
        finally:
            self._room += 1

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError:
            raise SourceFailed(Cause.BUSY) from None


@dataclass(slots=True)
class Line:
    """The way to one source, with what guards it."""

    settings: SourceSettings
    breaker: Breaker
    bulkhead: Bulkhead

    @classmethod
    def to(cls, settings: SourceSettings) -> "Line":
        limits = settings.limits
        breaker = Breaker(limits.breaker_failures, limits.breaker_seconds)
        return cls(settings, breaker, Bulkhead(limits))
