"""Scripted sources and a scripted driver: every step of a flight is taken by the test.

Nothing here sleeps. A test takes the next request that was sent (`driver.next()`), looks at what
happens while it is in the air, and answers it when it likes.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Collection, Generator, Iterable
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from typing import Any

from stodtjanster.access import Facts, Permit, Policy, decide
from stodtjanster.fetch import FetchService, Harvest
from stodtjanster.information import Appointment, Item
from stodtjanster.model import (
    Actor,
    ActorKind,
    Answer,
    Cause,
    Dated,
    Need,
    Origin,
    Outcome,
    PersonId,
    Protection,
    Report,
    Situation,
    Subject,
    Told,
)
from stodtjanster.sources.kit.source import (
    Ask,
    Heard,
    Limits,
    Request,
    Response,
    SourceFailed,
    SourceSettings,
)

ANNA = PersonId.parse("196408233234")
BO = PersonId.parse("199001012385")
NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)
SOON = date(2026, 11, 25)
PATIENCE = 20.0  # seconds a test waits for what must come; reached only when it is broken

BOOKED = {"booked": Need(Appointment, days_ahead=42)}


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def situation(
    person: PersonId = ANNA,
    *,
    subject: PersonId | None = None,
    loa: str = "loa3",
    kind: ActorKind = ActorKind.CITIZEN,
    acting_for: PersonId | None = None,
    others: tuple[PersonId, ...] = (),
    protected: Protection = Protection.NONE,
    now: datetime = NOON,
) -> Situation:
    who = Actor(kind, person, loa, acting_for)
    whom = Subject(subject or person, protected=protected, others=others)
    return Situation(who, whom, "sv", now)


def permit(
    person: PersonId = ANNA,
    *kinds: type[Item],
    reach: str = "session-1",
    log: str | None = "log-1",
    policy: Policy | None = None,
    facts: Facts | None = None,
    **who: Any,
) -> Permit:
    """A permit for `person` about themself; `log=None` leaves it without a log record."""
    asked = kinds or (Appointment,)
    made = decide(situation(person, **who), asked, reach=reach, policy=policy, facts=facts)
    return made.logged(log) if log else made


def appointment(
    record: str = "1",
    *,
    person: PersonId = ANNA,
    system: str = "SE-1",
    source: str = "region",
    day: date = SOON,
    approved: bool | None = True,
    title: str | None = None,
) -> Appointment:
    origin = Origin(source, system, record, "test", NOON, approved_for_patient=approved)
    return Appointment(
        subject=person, origin=origin, when=Dated(day), title=Told(title) if title else None
    )


def report(
    system: str = "SE-1",
    outcome: Outcome = Outcome.DATA_FROM_SOURCE,
    *,
    source: str = "region",
    **more: Any,
) -> Report:
    return Report(source, system, Appointment.key, outcome, **more)


def heard(*items: Item, reports: Iterable[Report] | None = None) -> Heard:
    return Heard(items, tuple(reports) if reports is not None else (report(),))


Hear = Callable[[Ask, list[Response]], Heard]


class ScriptedSource:
    """Asks for `pages` pages and then makes what `hear` says of them.

    `keeps_pages` makes it return what it has as partial when the wire fails after a page.
    """

    def __init__(
        self,
        key: str = "region",
        hear: Hear | None = None,
        *,
        gives: Collection[type[Item]] = (Appointment,),
        pages: int = 1,
        keeps_pages: bool = False,
        enabled: bool = True,
        **limits: Any,
    ) -> None:
        self.gives = frozenset(gives)
        self.settings = SourceSettings(
            key=key, kind="scripted", name=key, enabled=enabled, limits=Limits(**limits)
        )
        self.asked: list[Ask] = []
        self.ended = threading.Event()
        self._hear: Hear = hear or (lambda ask, _pages: heard(appointment(person=ask.subject)))
        self._pages = pages
        self._keeps_pages = keeps_pages

    def ask(self, ask: Ask) -> Generator[Request, Response, Heard]:
        self.asked.append(ask)
        got: list[Response] = []
        try:
            for number in range(self._pages):
                url = f"https://{self.settings.key}.test/{number}"
                got.append((yield Request("GET", url, {"subject": ask.subject.value})))
            return self._hear(ask, got)
        except SourceFailed as failed:
            if not (self._keeps_pages and got):
                raise
            made = self._hear(ask, got)
            lost = report(
                self.settings.key,
                Outcome.NO_DATA_SYNCH_FAILED,
                source=self.settings.key,
                cause=failed.cause,
            )
            return Heard(made.items, (*made.reports, lost))
        finally:
            self.ended.set()


class Sent:
    """One request in the air."""

    def __init__(self, source: SourceSettings, request: Request) -> None:
        self.source = source.key
        self.request = request
        self.let_go = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._reply: asyncio.Future[Response] = self._loop.create_future()

    def reply(self, body: bytes = b"", status: int = 200) -> None:
        self._loop.call_soon_threadsafe(self._reply.set_result, Response(status, {}, body))

    def fail(self, cause: Cause) -> None:
        self._loop.call_soon_threadsafe(self._reply.set_exception, SourceFailed(cause))

    async def answered(self) -> Response:
        try:
            return await self._reply
        except asyncio.CancelledError:
            self.let_go.set()
            raise


class ScriptedDriver:
    """Hands every request to the test, or to `replies` when that is given."""

    def __init__(self, replies: Callable[[Request], Response] | None = None) -> None:
        self._replies = replies
        self._sent: queue.Queue[Sent] = queue.Queue()
        self.count = 0
        self.closed = False

    async def send(self, source: SourceSettings, request: Request) -> Response:
        self.count += 1
        if self._replies is not None:
            await asyncio.sleep(0)  # a real wire always lets others go before
            return self._replies(request)
        sent = Sent(source, request)
        self._sent.put(sent)
        return await sent.answered()

    def next(self) -> Sent:
        return self._sent.get(timeout=PATIENCE)

    @property
    def idle(self) -> bool:
        """No request waits to be taken by the test."""
        return self._sent.empty()

    async def close(self) -> None:
        self.closed = True


def landed(harvest: Harvest, name: str = "booked") -> Answer[Item]:
    """The answer when nothing of it is in the air any more."""
    while not harvest.settled([name]):
        assert harvest.wait(PATIENCE), "the flight never landed"
    return harvest.answer(name)


def after_all(service: FetchService) -> None:
    """Wait until the loop has done what was given to it before: for "nothing more happens"."""
    done: Future[None] = Future()
    loop = service._loop
    loop.call_soon_threadsafe(loop.call_soon, loop.call_soon, done.set_result, None)
    done.result(PATIENCE)


def causes(answer: Answer[Item]) -> list[Cause | None]:
    return [told.cause for told in answer.reports]


def outcomes(answer: Answer[Item]) -> list[Outcome]:
    return [told.outcome for told in answer.reports]
