"""Writes: each is sent at most once, and its outcome is a value, whatever happens."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_urlsafe
from threading import Lock
from typing import Final

from stodtjanster.fetch.driver import Driver
from stodtjanster.fetch.guards import Line
from stodtjanster.fetch.steps import begin, ending, fail, tell
from stodtjanster.information import Appointment
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
    """The booking has been acted on, or is being, since the form was made. Nothing was sent."""


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
class _Turn:
    """How many acts on a booking have begun, and while the last is under way, what it waits for."""

    number: int
    at: datetime
    outcome: Future[ActOutcome] | None


class Ledger:
    """Which one-use ids were used, for what, and what came of it. In process; thread-safe.

    A booking is acted on by one at a time, whoever they are, and only by those who have seen what
    became of the last time: a form carries the turn it was made for. A turn that another process
    gave, or this one before it was started, is nobody's.
    """

    def __init__(self) -> None:
        self._acted: OrderedDict[tuple[str, str], Acted] = OrderedDict()
        self._turns: OrderedDict[tuple[str, str], _Turn] = OrderedDict()
        self._life = token_urlsafe(_LIFE_BYTES)
        self._lock = Lock()

    def turn(self, booking: Appointment) -> str:
        """What a form about a booking that is made now has to carry."""
        with self._lock:
            return self._turn(booking)

    def open(
        self, reach: str, once: str, turn: str, act: BookingAct, now: datetime
    ) -> tuple[Acted, bool]:
        """The act with its outcome to come, and whether it is this call that has to bring it about.

        The future cannot be cancelled. Raises ValueError when the id is empty, or was used for
        another act, and Overtaken when `turn` is over.
        """
        if not once:
            raise ValueError("an act needs an id of its own")
        outcome: Future[ActOutcome] = Future()
        outcome.set_running_or_notify_cancel()
        acted = Acted(act, now, outcome)
        booking = act.booking.origin.identity
        with self._lock:
            self._sweep(now)
            before = self._acted.get((reach, once))
            if before is not None:
                if before.about != acted.about:
                    raise ValueError("the id was used for another act")
                return before, False
            if turn != self._turn(act.booking) or self._is_busy(act.booking):
                raise Overtaken
            passed = self._turns.pop(booking, None)
            self._turns[booking] = _Turn(passed.number + 1 if passed else 1, now, outcome)
            self._acted[reach, once] = acted
        outcome.add_done_callback(lambda _: self._let_go(booking))
        return acted, True

    def find(self, reach: str, once: str) -> Acted | None:
        with self._lock:
            return self._acted.get((reach, once))

    def forget(self, reach: str) -> None:
        """Erase what one login session has done. Only that a booking was acted on is remembered."""
        with self._lock:
            for key in [key for key in self._acted if key[0] == reach]:
                del self._acted[key]

    def _turn(self, booking: Appointment) -> str:
        """A form that is made while an act is under way has seen nothing, and gets a turn that
        never comes."""
        turn = self._turns.get(booking.origin.identity)
        number = turn.number if turn else 0
        return f"{self._life}.{number}{'-' if self._is_busy(booking) else ''}"

    def _is_busy(self, booking: Appointment) -> bool:
        turn = self._turns.get(booking.origin.identity)
        return turn is not None and turn.outcome is not None and not turn.outcome.done()

    def _let_go(self, booking: tuple[str, str]) -> None:
        """Of what has ended, the words of the unit are not to be kept by the booking."""
        with self._lock:
            turn = self._turns.get(booking)
            if turn is not None:
                self._turns[booking] = replace(turn, outcome=None)

    def _sweep(self, now: datetime) -> None:
        while self._acted and next(iter(self._acted.values())).at + KEEP <= now:
            self._acted.popitem(last=False)
        while self._turns and next(iter(self._turns.values())).at + KEEP <= now:
            self._turns.popitem(last=False)
