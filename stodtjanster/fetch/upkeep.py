"""Reference data that is looked up beside the pages: nobody ever waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import uuid4

from stodtjanster.catalogue import Connection, Coverage
from stodtjanster.fetch.driver import Driver
from stodtjanster.fetch.steps import begin, ending, tell
from stodtjanster.model import Cause
from stodtjanster.sources.connections.adapter import Adapter
from stodtjanster.sources.kit.source import Request, SourceFailed

log = logging.getLogger(__name__)

Chore: TypeAlias = Callable[[Driver], Coroutine[Any, Any, None]]
"""Runs on the fetch service's loop from its start until it is cancelled at its stop."""

Sleep: TypeAlias = Callable[[float], Awaitable[None]]

SOON: Final = timedelta(minutes=1)
"""When a look-up that failed is tried again."""


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
        try:
            addresses = await self._ask(driver, connection)
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

    async def _ask(self, driver: Driver, connection: Connection) -> frozenset[str]:
        """Raises SourceFailed, whatever goes wrong."""
        settings = self._catalogue.settings
        try:
            async with asyncio.timeout(settings.limits.answer_seconds):
                with ending(self._catalogue.look_up(connection, correlation=str(uuid4()))) as talk:
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
