"""Writes: each is sent at most once, and its outcome is a value, whatever happens."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from stodtjanster.fetch.driver import Driver
from stodtjanster.fetch.guards import Line
from stodtjanster.fetch.steps import begin, ending, fail, tell
from stodtjanster.information.booking import ActOutcome, BookingAct, Unknown, Unsent
from stodtjanster.model import Cause
from stodtjanster.sources.kit.act import Deed
from stodtjanster.sources.kit.source import Request, SourceFailed

KEEP = timedelta(hours=24)
"""Longer than any login session lasts, since its name is a part of the key."""


async def carry_out(line: Line, driver: Driver, deed: Callable[[], Deed]) -> ActOutcome:
    """Through the source's guards and over the wire, once. Never raises.

    What ends it before the request is handed to the driver is Unsent, after that Unknown, unless
    the conversation itself knows more.
    """
    sending = _Sending(line, driver)
    try:
        return await sending.through_guards(deed)
    except SourceFailed as failed:
        cause = failed.cause
    except asyncio.CancelledError:
        # The service is stopping, and whoever waits must be told all the same.
        cause = Cause.FAILED
    return Unknown(cause) if sending.sent else Unsent(cause)


class _Sending:
    def __init__(self, line: Line, driver: Driver) -> None:
        self.sent = False
        self._line = line
        self._driver = driver

    async def through_guards(self, deed: Callable[[], Deed]) -> ActOutcome:
        """Raises SourceFailed when no outcome could be had."""
        time = asyncio.get_running_loop().time
        breaker = self._line.breaker
        breaker.check(time())
        async with self._line.bulkhead.slot():
            trial = breaker.enter(time())
            failure: Cause | None = Cause.FAILED
            try:
                outcome = await self._once(deed)
                failure = outcome.cause if isinstance(outcome, Unknown | Unsent) else None
            except Exception as bug:
                raise SourceFailed(Cause.FAILED, type(bug).__name__) from bug
            finally:
                breaker.leave(time(), failure, trial=trial)
        return outcome

    async def _once(self, deed: Callable[[], Deed]) -> ActOutcome:
        with ending(deed()) as talk:
            said = begin(talk)
            if isinstance(said, Request):
                self.sent = True
                said = await self._exchange(talk, said)
            if isinstance(said, Request):
                raise SourceFailed(Cause.FAILED, "an act that wants to send twice")
            return said

    async def _exchange(self, talk: Deed, request: Request) -> Request | ActOutcome:
        settings = self._line.settings
        try:
            async with asyncio.timeout(settings.limits.answer_seconds):
                response = await self._driver.send(settings, request)
        except TimeoutError:
            return fail(talk, SourceFailed(Cause.TIMEOUT))
        except SourceFailed as failed:
            return fail(talk, failed)
        return await tell(talk, response)


@dataclass(frozen=True, slots=True)
class _Entry:
    at: datetime
    what: tuple[object, ...]
    outcome: Future[ActOutcome]


class Ledger:
    """Which one-use ids were used, for what, and what came of it. In process; thread-safe."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._lock = Lock()

    def open(
        self, reach: str, once: str, act: BookingAct, now: datetime
    ) -> tuple[Future[ActOutcome], bool]:
        """The outcome to come, and whether it is this call that has to bring it about.

        The future cannot be cancelled. Raises ValueError when the id is empty, or was used for
        another act.
        """
        if not once:
            raise ValueError("an act needs an id of its own")
        what = (type(act), *(record.origin.identity for record in act.rests_on))
        with self._lock:
            self._sweep(now)
            entry = self._entries.get((reach, once))
            if entry is not None:
                if entry.what != what:
                    raise ValueError("the id was used for another act")
                return entry.outcome, False
            outcome: Future[ActOutcome] = Future()
            outcome.set_running_or_notify_cancel()
            self._entries[reach, once] = _Entry(now, what, outcome)
            return outcome, True

    def _sweep(self, now: datetime) -> None:
        while self._entries and next(iter(self._entries.values())).at + KEEP <= now:
            self._entries.popitem(last=False)
