"""Tells the national log of what staff were shown: in order, at least once, until it is taken."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import uuid4

from portal.settings import SecuritySettings
from portal.store import StoreUnavailable
from stodtjanster.audit import Entry, Outbox, decode, pause
from stodtjanster.fetch import Driver, Inquiries, NotKnown
from stodtjanster.model import HsaId
from stodtjanster.security.kit import Settings
from stodtjanster.security.log import Stored, is_told, misfit, store_log

log = logging.getLogger(__name__)

BATCH: Final = 50
AT_REST: Final = timedelta(seconds=1)
"""How often it is seen whether anything waits."""
_TURN: Final = timedelta(minutes=1)
"""Longer than one message may take."""
_REFUSED: Final = "refused"
_UNREADABLE: Final = "unreadable"


class Undelivered(Exception):  # noqa: N818 - a state
    """The service or the store does not take part now. Nothing is lost."""


class OthersTurn(Undelivered):
    """Somebody else delivers just now, or was killed a moment ago."""


@dataclass(slots=True)
class Delivery:
    """One deliverer. Several may be started: one at a time has the turn."""

    outbox: Outbox
    settings: Settings
    system: HsaId
    clock: Callable[[], datetime]
    _holder: str = field(default_factory=lambda: str(uuid4()))
    _mine: bool = False
    _inquiries: Inquiries = field(default_factory=Inquiries)

    @classmethod
    def of(
        cls, settings: SecuritySettings, outbox: Outbox, clock: Callable[[], datetime]
    ) -> "Delivery | None":
        """None where there is no national log to tell."""
        if settings.log is None or settings.system is None:
            return None
        return cls(outbox, settings.log, HsaId.parse(settings.system), clock)

    async def __call__(self, driver: Driver) -> None:
        """A chore: for as long as the process lives."""
        failures = 0
        while True:
            try:
                await self.empty(driver)
                failures, rest = 0, AT_REST
            except OthersTurn:
                failures, rest = 0, AT_REST
            except Undelivered as stopped:
                rest = pause(failures)
                failures += 1
                log.warning("log not delivered", extra={"cause": str(stopped)})
            await asyncio.sleep(rest.total_seconds())

    async def empty(self, driver: Driver) -> int:
        """Deliver all that waits, and say how many entries.

        Raises Undelivered as soon as it goes no further.
        """
        delivered = 0
        try:
            while entries := await asyncio.to_thread(self._next):
                delivered += await self._deliver(driver, entries)
        except StoreUnavailable as silent:
            raise Undelivered(str(silent)) from None
        finally:
            self._let_go()
        return delivered

    def _next(self) -> tuple[Entry, ...]:
        """Reads first: most of the time nothing waits, and then nothing is written."""
        if not self.outbox.waiting(1):
            return ()
        now = self.clock()
        self._mine = self.outbox.take_turn(self._holder, now, now + _TURN)
        if not self._mine:
            raise OthersTurn("somebody else has the turn")
        return self.outbox.waiting(BATCH)

    def _let_go(self) -> None:
        if not self._mine:
            return
        self._mine = False
        try:
            now = self.clock()
            self.outbox.take_turn(self._holder, now, now)
        except StoreUnavailable:
            log.warning("the turn to deliver is held until it is over")

    async def _deliver(self, driver: Driver, entries: Sequence[Entry]) -> int:
        """A message of all that fits. If it is refused, each goes by itself: one that nobody will
        ever take must not hold up the others."""
        told = await asyncio.to_thread(self._fit, entries)
        delivered = len(told)
        if told and await self._send(driver, told) is Stored.INVALID:
            for entry in told:
                if await self._send(driver, (entry,)) is Stored.INVALID:
                    await asyncio.to_thread(self._set_aside, entry, _REFUSED)
                    delivered -= 1
                await asyncio.to_thread(self.outbox.passed, entry.seq)
        await asyncio.to_thread(self.outbox.passed, entries[-1].seq)
        return delivered

    async def _send(self, driver: Driver, entries: Sequence[Entry]) -> Stored:
        """Raises Undelivered."""
        talk = partial(store_log, self.settings, self.system, entries, correlation=str(uuid4()))
        said = await self._inquiries.ask(driver, self.settings, talk)
        if isinstance(said, NotKnown):
            raise Undelivered(said.cause)
        return said

    def _fit(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Those that the national log is to have. What its contract has no words for is set
        aside, and so is what somebody has made unreadable."""
        fit = []
        for entry in entries:
            try:
                told = is_told(decode(entry.sealed.body))
                why = misfit(self.system, entry) if told else None
            except ValueError:
                told, why = True, _UNREADABLE
            if why is not None:
                self._set_aside(entry, why)
            elif told:
                fit.append(entry)
        return tuple(fit)

    def _set_aside(self, entry: Entry, code: str) -> None:
        log.error("log entry set aside", extra={"seq": entry.seq, "code": code})
        self.outbox.set_aside(entry.seq, code, self.clock())
