"""Writes: each is sent at most once, and its outcome is a value, whatever happens."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from threading import Lock
from typing import Final

from stodtjanster.fetch.driver import Driver
from stodtjanster.fetch.guards import Line
from stodtjanster.fetch.steps import begin, ending, fail, tell
from stodtjanster.information.booking import ActOutcome, BookingAct, Unknown, Unsent
from stodtjanster.model import Cause
from stodtjanster.sources.kit.act import Deed, Write
from stodtjanster.sources.kit.source import Request, SourceFailed

KEEP: Final = timedelta(hours=24)
"""Longer than any login session lasts, since its name is a part of the key."""
_LIFE_BYTES: Final = 6


async def carry_out(line: Line, driver: Driver, deed: Callable[[], Deed]) -> ActOutcome:
    """Through the source's guards and over the wire, once. Never raises.

    What ends it before the write is handed to the driver is Unsent, after that Unknown, unless the
    conversation itself knows more.
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
            except SourceFailed as failed:
                failure = failed.cause
                raise
            except Exception as bug:
                raise SourceFailed(Cause.FAILED, type(bug).__name__) from bug
            finally:
                breaker.leave(time(), failure, trial=trial)
        return outcome

    async def _once(self, deed: Callable[[], Deed]) -> ActOutcome:
        """What makes ready has one time limit together, and the write one of its own: to hang up
        on it early would only lose its answer."""
        seconds = self._line.settings.limits.answer_seconds
        time = asyncio.get_running_loop().time
        ready_by = time() + seconds
        with ending(deed()) as talk:
            said = begin(talk)
            while isinstance(said, Request):
                if self.sent:
                    raise SourceFailed(Cause.FAILED, "an act that sends after its write")
                self.sent = isinstance(said, Write)
                until = time() + seconds if self.sent else ready_by
                said = await self._exchange(talk, said, until)
            return said

    async def _exchange(self, talk: Deed, request: Request, until: float) -> Request | ActOutcome:
        settings = self._line.settings
        try:
            async with asyncio.timeout_at(until):
                response = await self._driver.send(settings, request)
        except TimeoutError:
            return fail(talk, SourceFailed(Cause.TIMEOUT))
        except SourceFailed as failed:
            return fail(talk, failed)
        return await tell(talk, response)


class Overtaken(Exception):  # noqa: N818 - a statement
    """The booking has been acted on since it was shown, or is being. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Acted:
    """An act that was taken on at `at`, and what comes of it."""

    act: BookingAct
    at: datetime
    outcome: Future[ActOutcome]

    @property
    def about(self) -> tuple[object, ...]:
        return (type(self.act), *(record.origin.identity for record in self.act.rests_on))


@dataclass(frozen=True, slots=True)
class _Change:
    """The moment of the last thing that happened to a booking here: an act began or `ended`."""

    moment: int
    at: datetime
    ended: bool


class Ledger:
    """Which one-use ids were used, for what, and what came of it. In process; thread-safe.

    A booking is acted on by one at a time, whoever they are, and only by those who have seen what
    became of the last time. Moments are counted for that: each act is one where it begins and one
    where it ends. Those of another process, or of this one before it was started, are nobody's.
    """

    def __init__(self) -> None:
        self._acted: OrderedDict[tuple[str, str], Acted] = OrderedDict()
        self._changes: OrderedDict[tuple[str, str], _Change] = OrderedDict()
        self._moments = 0
        self._life = token_urlsafe(_LIFE_BYTES)
        self._lock = Lock()

    def moment(self) -> str:
        """Now. To be taken before a booking is fetched, and kept with what is shown of it."""
        with self._lock:
            return f"{self._life}.{self._moments}"

    def open(
        self, reach: str, once: str, seen: str, act: BookingAct, now: datetime
    ) -> tuple[Acted, bool]:
        """The act with its outcome to come, and whether it is this call that has to bring it about.

        The future cannot be cancelled. Raises ValueError when the id is empty, or was used for
        another act, and Overtaken when anything has been done about the booking since `seen`.
        """
        if not once:
            raise ValueError("an act needs an id of its own")
        outcome: Future[ActOutcome] = Future()
        outcome.set_running_or_notify_cancel()
        acted = Acted(act, now, outcome)
        with self._lock:
            self._sweep(now)
            before = self._acted.get((reach, once))
            if before is not None:
                if before.about != acted.about:
                    raise ValueError("the id was used for another act")
                return before, False
            if self._is_over(seen, act):
                raise Overtaken
            self._note(acted, ended=False)
            self._acted[reach, once] = acted
            return acted, True

    def end(self, acted: Acted, outcome: ActOutcome) -> None:
        """Whoever waits is told after it is noted, so that what they do next is not overtaken."""
        with self._lock:
            self._note(acted, ended=True)
        acted.outcome.set_result(outcome)

    def find(self, reach: str, once: str) -> Acted | None:
        with self._lock:
            return self._acted.get((reach, once))

    def forget(self, reach: str) -> None:
        """Erase what one login session has done. Only that a booking was acted on is remembered."""
        with self._lock:
            for key in [key for key in self._acted if key[0] == reach]:
                del self._acted[key]

    def _is_over(self, seen: str, act: BookingAct) -> bool:
        life, _, moment = seen.partition(".")
        if life != self._life or not (moment.isascii() and moment.isdecimal()):
            return True
        change = self._changes.get(act.booking.origin.identity)
        return change is not None and (not change.ended or change.moment > int(moment))

    def _note(self, acted: Acted, *, ended: bool) -> None:
        booking = acted.act.booking.origin.identity
        self._moments += 1
        self._changes.pop(booking, None)
        self._changes[booking] = _Change(self._moments, acted.at, ended)

    def _sweep(self, now: datetime) -> None:
        while self._acted and next(iter(self._acted.values())).at + KEEP <= now:
            self._acted.popitem(last=False)
        while self._changes and next(iter(self._changes.values())).at + KEEP <= now:
            self._changes.popitem(last=False)
