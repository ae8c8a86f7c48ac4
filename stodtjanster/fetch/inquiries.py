"""Conversations with services that are no sources: guarded as those are, and always a value."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from stodtjanster.fetch.driver import Driver
from stodtjanster.fetch.guards import Line
from stodtjanster.fetch.steps import Talk
from stodtjanster.fetch.upkeep import converse
from stodtjanster.model import Cause
from stodtjanster.sources.kit.source import SourceFailed, SourceSettings

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The service did not say, and why. It is neither a yes nor a no."""

    cause: Cause


class Inquiries:
    """The ways to such services, one for each key of settings. Lives on the event loop."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}

    async def ask(
        self, driver: Driver, settings: SourceSettings, talk: Callable[[], Talk[T]]
    ) -> T | NotKnown:
        """What the conversation ends with, through breaker and bulkhead. Never raises on purpose.

        A service that is switched off has said nothing.
        """
        if not settings.enabled:
            return NotKnown(Cause.SWITCHED_OFF)
        line = self._lines.get(settings.key)
        if line is None:
            line = self._lines[settings.key] = Line.to(settings)
        try:
            return await _through(line, driver, talk)
        except SourceFailed as failed:
            log.warning(
                "service did not say",
                extra={
                    "source": settings.key,
                    "cause": str(failed.cause),
                    "detail": failed.detail,
                },
            )
            return NotKnown(failed.cause)


async def _through(line: Line, driver: Driver, talk: Callable[[], Talk[T]]) -> T:
    """Raises SourceFailed."""
    time = asyncio.get_running_loop().time
    line.breaker.check(time())
    async with line.bulkhead.slot():
        trial = line.breaker.enter(time())
        failure: Cause | None = Cause.FAILED
        try:
            said = await converse(driver, line.settings, talk())
            failure = None
        except SourceFailed as failed:
            failure = failed.cause
            raise
        finally:
            line.breaker.leave(time(), failure, trial=trial)
    return said
