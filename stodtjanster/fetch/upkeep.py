"""Reference data that is looked up beside the pages: nobody ever waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar
from uuid import uuid4

from stodtjanster.catalogue import Connection, Coverage, Entries
from stodtjanster.fetch.driver import Driver
from stodtjanster.fetch.steps import Talk, begin, ending, tell
from stodtjanster.model import Cause, HsaId
from stodtjanster.sources.connections.adapter import Adapter
from stodtjanster.sources.kit.source import Request, SourceFailed, SourceSettings
from stodtjanster.sources.units.adapter import Adapter as UnitCatalogue

log = logging.getLogger(__name__)

T = TypeVar("T")

Chore: TypeAlias = Callable[[Driver], Coroutine[Any, Any, None]]
"""Runs on the fetch service's loop from its start until it is cancelled at its stop."""

Sleep: TypeAlias = Callable[[float], Awaitable[None]]

SOON: Final = timedelta(minutes=1)
"""When a look-up that failed is tried again."""

A_WHILE: Final = timedelta(seconds=1)
"""How often it is seen whether somebody has met a unit that is not known."""


class CoverageUpkeep:
    """Looks up who is connected, now and then again; what was known stays until it is replaced."""

    def __init__(
        self,
        coverage: Coverage,
        catalogue: Adapter,
        connections: Collection[Connection],
        clock: Callable[[], datetime],
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._coverage = coverage
        self._catalogue = catalogue
        self._connections = connections
        self._clock = clock
        self._sleep = sleep

    async def __call__(self, driver: Driver) -> None:
        limits = self._catalogue.settings.limits
        while True:
            found = [await self._look_up(driver, each) for each in self._connections]
            await self._sleep(limits.fresh_seconds if all(found) else SOON.total_seconds())

    async def _look_up(self, driver: Driver, connection: Connection) -> bool:
        """False when the catalogue did not say: then all is asked as before."""
        at = self._clock()
        looking = self._catalogue.look_up(connection, correlation=str(uuid4()))
        try:
            addresses = await converse(driver, self._catalogue.settings, looking)
        except SourceFailed as failed:
            log.warning(
                "connections not looked up",
                extra={
                    "source": self._catalogue.settings.key,
                    "contract": connection.contract,
                    "cause": str(failed.cause),
                    "detail": failed.detail,
                },
            )
            return False
        self._coverage.learn(connection, addresses, at)
        return True


class UnitUpkeep:
    """Looks up the units that somebody has met, one after the other, and now and then again."""

    def __init__(
        self,
        entries: Entries,
        catalogue: UnitCatalogue,
        clock: Callable[[], datetime],
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._entries = entries
        self._catalogue = catalogue
        self._clock = clock
        self._sleep = sleep

    async def __call__(self, driver: Driver) -> None:
        while True:
            unit = self._entries.next_wanted(self._clock())
            rest = A_WHILE if unit is None else await self._look_up(driver, unit)
            await self._sleep(rest.total_seconds())

    async def _look_up(self, driver: Driver, unit: HsaId) -> timedelta:
        """How long to rest then: a catalogue that is ill is left alone, but one answer that cannot
        be read is no reason to look up nobody else."""
        settings = self._catalogue.settings
        now = self._clock()
        looking = self._catalogue.look_up(unit, at=now, correlation=str(uuid4()))
        try:
            entry = await converse(driver, settings, looking)
        except SourceFailed as failed:
            self._entries.put_off(unit, again=now + SOON)
            log.warning(
                "unit not looked up",
                extra={
                    "source": settings.key,
                    "unit": unit.value,
                    "cause": str(failed.cause),
                    "detail": failed.detail,
                },
            )
            return timedelta() if failed.cause is Cause.UNREADABLE else SOON
        fresh = timedelta(seconds=settings.limits.fresh_seconds)
        self._entries.learn(unit, entry, again=now + fresh)
        return timedelta()


async def converse(driver: Driver, settings: SourceSettings, looking: Talk[T]) -> T:
    """What a conversation ends with. Raises SourceFailed, whatever goes wrong."""
    try:
        async with asyncio.timeout(settings.limits.answer_seconds):
            with ending(looking) as talk:
                said = begin(talk)
                while isinstance(said, Request):
                    said = await tell(talk, await driver.send(settings, said))
                return said
    except SourceFailed:
        raise
    except TimeoutError:
        raise SourceFailed(Cause.TIMEOUT) from None
    except Exception as bug:
        raise SourceFailed(Cause.FAILED, type(bug).__name__) from bug
