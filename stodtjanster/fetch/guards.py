"""What keeps one bad source from costing anybody else: a breaker and a bulkhead per source."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from stodtjanster.model import Cause
from stodtjanster.sources.kit.source import Limits, SourceFailed

SOURCE_IS_ILL = frozenset({Cause.TIMEOUT, Cause.REFUSED, Cause.FAULT})
OUR_OWN = frozenset({Cause.BUSY, Cause.FAILED})


@dataclass(slots=True)
class Breaker:
    """Opens after `failures` in a row, lets one try through after `seconds`.

    Times are seconds of any monotonic clock, passed in. Only causes that say that the source is
    ill count: one person's unreadable record must not shut out everybody.
    """

    failures: int
    seconds: float
    in_a_row: int = 0
    opened_at: float | None = None
    trying: bool = False

    def enter(self, now: float) -> None:
        """Raises SourceFailed(BROKEN) while the source is given rest."""
        if self.opened_at is None:
            return
        if self.trying or now - self.opened_at < self.seconds:
            raise SourceFailed(Cause.BROKEN)
        self.trying = True

    def leave(self, now: float, failure: Cause | None) -> None:
        """A call ended; what was our own fault says nothing about the source."""
        self.trying = False
        if failure in OUR_OWN:
            return
        if failure not in SOURCE_IS_ILL:
            self.in_a_row, self.opened_at = 0, None
            return
        self.in_a_row += 1
        if self.in_a_row >= self.failures:
            self.opened_at = now


class Bulkhead:
    """At most `concurrent` inside and `queue` waiting. Lives on the event loop."""

    def __init__(self, limits: Limits) -> None:
        self._slots = asyncio.Semaphore(limits.concurrent)
        self._room = limits.concurrent + limits.queue

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Raises SourceFailed(BUSY) at once when the queue is full."""
        if self._room <= 0:
            raise SourceFailed(Cause.BUSY)
        self._room -= 1
        try:
            async with self._slots:
                yield
        finally:
            self._room += 1
