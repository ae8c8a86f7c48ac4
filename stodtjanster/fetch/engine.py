"""One fetch service for the whole portal: asks every source once, at once, under a permit.

Flights belong to the service and not to whoever waits: a page that gives up cancels nobody, and
what lands late lies on the shelf for the next page.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import uvloop

from stodtjanster.access import Permit
from stodtjanster.fetch.copies import with_old_copy
from stodtjanster.fetch.driver import Driver
from stodtjanster.fetch.guards import Breaker, Bulkhead
from stodtjanster.fetch.harvest import Harvest
from stodtjanster.fetch.plan import Needs, Order, plan
from stodtjanster.fetch.shelf import Kept, Shelf
from stodtjanster.information import Item
from stodtjanster.model import Answer, Cause, Outcome, Report
from stodtjanster.sources.kit.source import (
    Ask,
    Conversation,
    Heard,
    Request,
    Response,
    Source,
    SourceFailed,
)

log = logging.getLogger(__name__)

FAILURE_REST = timedelta(seconds=3)
LARGE_BODY = 256 * 1024
FROM_SHELF = {Outcome.DATA_FROM_SOURCE: Outcome.DATA_FROM_CACHE}


@dataclass(frozen=True, slots=True)
class Call:
    """What one flight cost and how it ended: for metrics, without anything of a person."""

    source: str
    information: str
    outcome: str
    seconds: float


@dataclass(slots=True)
class _Line:
    """A source with what guards it."""

    source: Source
    breaker: Breaker
    bulkhead: Bulkhead


class FetchService:
    """Thread-safe from outside; its own event loop runs in one thread, started by `start`.

    `clock` gives aware times. `observe` is told of every landed flight.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        driver: Driver,
        *,
        clock: Callable[[], datetime],
        shelf: Shelf | None = None,
        observe: Callable[[Call], None] = lambda _call: None,
    ) -> None:
        self.sources = tuple(sources)
        self._driver = driver
        self._clock = clock
        self._shelf = shelf or Shelf()
        self._observe = observe
        self._lines = {
            source.settings.key: _Line(
                source,
                Breaker(
                    source.settings.limits.breaker_failures,
                    source.settings.limits.breaker_seconds,
                ),
                Bulkhead(source.settings.limits),
            )
            for source in self.sources
        }
        self._last_answer: dict[tuple[str, str, str], datetime] = {}
        # The lock makes landing on the shelf and being forgotten exclude each other. A flight that
        # was forgotten flies on in `_airborne` for those who wait, but is nobody else's any more.
        self._lock = threading.Lock()
        self._flights: dict[Order, asyncio.Task[Answer[Item]]] = {}
        self._airborne: set[asyncio.Task[Answer[Item]]] = set()
        self._stopping = False
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)

    def start(self) -> None:
        """Call once, after any fork."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of all flights and close the connections. Whoever waits is told at once."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        # A TLS connection that was just being made is still being taken down: uvloop calls that
        # busy. Everything of ours has ended, and the rest ends with the process.
        with suppress(OSError):
            self._loop.close()

    def begin(self, permit: Permit, needs: Needs) -> Harvest:
        """Start whatever is not already in the air or on the shelf, and return at once.

        Raises NotPermitted when the permit's log record is not committed.
        """
        now = self._clock()
        planned = plan(permit, needs, self.sources)
        answers: dict[Order, Future[Answer[Item]]] = {}
        missing: list[tuple[Order, Future[Answer[Item]]]] = []
        for order in (order for orders in planned.orders.values() for order in orders):
            future: Future[Answer[Item]] = Future()
            answers[order] = future
            shelved = self._shelf.fresh(order, now)
            if shelved is None:
                missing.append((order, future))
            else:
                future.set_result(_from_shelf(shelved))
        if missing:
            self._loop.call_soon_threadsafe(self._launch, missing)
        return Harvest(permit, planned, answers)

    def forget(self, reach: str) -> None:
        """Erase what one login session has on the shelf, and what is on its way there."""
        with self._lock:
            for order in [order for order in self._flights if order.reach == reach]:
                del self._flights[order]
            self._shelf.forget(reach)

    def status(self) -> Mapping[str, str]:
        """Each source: "open" while its breaker gives it rest, else "ok". For operators."""
        return {
            key: "ok" if line.breaker.opened_at is None else "open"
            for key, line in self._lines.items()
        }

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _shut(self) -> None:
        self._stopping = True
        flights = tuple(self._airborne)
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._driver.close()

    def _launch(self, missing: list[tuple[Order, Future[Answer[Item]]]]) -> None:
        for order, future in missing:
            # Another caller's flight may have landed since `begin` looked.
            shelved = self._shelf.fresh(order, self._clock())
            if shelved is not None:
                future.set_result(_from_shelf(shelved))
            elif self._stopping:
                _let_go(future)
            else:
                self._board(order).add_done_callback(partial(_hand_over, future))

    def _board(self, order: Order) -> "asyncio.Task[Answer[Item]]":
        """The flight that is in the air, or a new one."""
        with self._lock:
            flight = self._flights.get(order)
            if flight is None:
                flight = self._loop.create_task(self._fly(order))
                self._flights[order] = flight
                self._airborne.add(flight)
                flight.add_done_callback(partial(self._land, order))
        return flight

    def _land(self, order: Order, flight: "asyncio.Task[Answer[Item]]") -> None:
        self._airborne.discard(flight)
        with self._lock:
            if self._flights.get(order) is flight:
                del self._flights[order]

    async def _fly(self, order: Order) -> Answer[Item]:
        """One flight. Always lands with an answer: failure is a report in it."""
        line = self._lines[order.source]
        began = self._loop.time()
        asked_at = self._clock()
        failure: SourceFailed | None = None
        try:
            answer = await self._ask(line, order, asked_at)
        except SourceFailed as failed:
            failure = failed
            answer = self._without(order, asked_at, failed.cause)
            log.warning(
                "source failed",
                extra={
                    "source": order.source,
                    "information": order.information.key,
                    "cause": str(failed.cause),
                    "detail": failed.detail,
                },
            )
        old = self._shelf.old(order)
        if old is not None:
            answer = with_old_copy(answer, old, order.source)
        self._keep(order, answer)
        outcome = failure.cause.value if failure else "ok"
        seconds = self._loop.time() - began
        self._observe(Call(order.source, order.information.key, outcome, seconds))
        return answer

    async def _ask(self, line: _Line, order: Order, asked_at: datetime) -> Answer[Item]:
        """Breaker and bulkhead around one conversation.

        The breaker is asked before the queue, so that an ill source is refused at once, and again
        with a place in hand, so that a queue does not go on to a source that fell ill meanwhile.
        """
        line.breaker.check(self._loop.time())
        async with line.bulkhead.slot():
            trial = line.breaker.enter(self._loop.time())
            failure: Cause | None = Cause.FAILED
            try:
                ask = Ask(order.information, order.subject, order.period, asked_at, str(uuid4()))
                heard = await self._converse(line.source, ask)
                answer = self._checked(order, heard, asked_at)
                failure = None
            except SourceFailed as failed:
                failure = failed.cause
                raise
            except Exception as bug:
                raise SourceFailed(Cause.FAILED, type(bug).__name__) from bug
            finally:
                line.breaker.leave(self._loop.time(), failure, trial=trial)
        return answer

    async def _converse(self, source: Source, ask: Ask) -> Heard:
        """Carry the adapter's requests to the source until it has heard enough.

        When the time for the whole conversation is out, the adapter is told so once, as it is told
        of a broken wire: pages that it already holds are not lost.
        """
        deadline = self._loop.time() + source.settings.limits.answer_seconds
        late = False
        with _ending(source.ask(ask)) as conversation:
            said = _step(conversation.__next__)
            while isinstance(said, Request):
                if late:
                    raise SourceFailed(Cause.TIMEOUT)
                try:
                    async with asyncio.timeout_at(deadline):
                        response = await self._driver.send(source.settings, said)
                except TimeoutError:
                    late = True
                    said = _step(partial(conversation.throw, SourceFailed(Cause.TIMEOUT)))
                except SourceFailed as failed:
                    late = self._loop.time() >= deadline
                    said = _step(partial(conversation.throw, failed))
                else:
                    said = await _told(conversation, response)
            return said

    def _checked(self, order: Order, heard: Heard, asked_at: datetime) -> Answer[Item]:
        """The last guard: whatever an adapter thinks, nobody else's row passes."""
        own = tuple(item for item in heard.items if item.subject == order.subject)
        reports = heard.reports
        if len(own) < len(heard.items):
            log.error("rows about another person were stopped", extra={"source": order.source})
            reports += self._without(order, asked_at, Cause.FOREIGN).reports
        for report in reports:
            if report.answered:
                self._note_answer(order, report, report.as_of or asked_at)
        return Answer(own, tuple(self._with_last_answer(report) for report in reports))

    def _without(self, order: Order, asked_at: datetime, cause: Cause) -> Answer[Item]:
        report = Report(
            source=order.source,
            system=order.source,
            information=order.information.key,
            outcome=Outcome.NO_DATA_SYNCH_FAILED,
            tried_at=asked_at,
            cause=cause,
        )
        return Answer(reports=(self._with_last_answer(report),))

    def _note_answer(self, order: Order, report: Report, at: datetime) -> None:
        """A system that answered is also an answer of the source through which it did."""
        for source, system in ((report.source, report.system), (order.source, order.source)):
            self._last_answer[source, system, report.information] = at

    def _with_last_answer(self, report: Report) -> Report:
        if report.as_of is not None:
            return report
        key = (report.source, report.system, report.information)
        return replace(report, as_of=self._last_answer.get(key))

    def _keep(self, order: Order, answer: Answer[Item]) -> None:
        """A failing source rests a few seconds and is then asked again."""
        limits = self._lines[order.source].source.settings.limits
        fresh = timedelta(seconds=limits.fresh_seconds) if answer.complete else FAILURE_REST
        with self._lock:
            if self._flights.get(order) is asyncio.current_task():
                now = self._clock()
                self._shelf.put(order, Kept(answer, now + fresh), now)


@contextmanager
def _ending(conversation: Conversation) -> Iterator[Conversation]:
    try:
        yield conversation
    finally:
        # A body may still be read in a thread when the service stops: it ends with that.
        with suppress(ValueError):
            conversation.close()


async def _told(conversation: Conversation, response: Response) -> Request | Heard:
    """Large bodies are read in a thread, so that nobody else's flight waits for the parser."""
    step = partial(_step, partial(conversation.send, response))
    return await asyncio.to_thread(step) if len(response.body) > LARGE_BODY else step()


def _step(advance: Callable[[], Request]) -> Request | Heard:
    """One step of a conversation. StopIteration ends here: no thread or task can carry it."""
    try:
        return advance()
    except StopIteration as end:
        heard: Heard = end.value
        return heard


def _hand_over(future: Future[Answer[Item]], task: "asyncio.Task[Answer[Item]]") -> None:
    if task.cancelled():
        _let_go(future)
        return
    failure = task.exception()
    if failure is not None:
        future.set_exception(failure)
    else:
        future.set_result(task.result())


def _let_go(future: Future[Answer[Item]]) -> None:
    """Cancel and say so: `concurrent.futures.wait` does not notice a mere cancel."""
    future.cancel()
    future.set_running_or_notify_cancel()


def _from_shelf(answer: Answer[Item]) -> Answer[Item]:
    reports = (
        replace(report, outcome=FROM_SHELF.get(report.outcome, report.outcome))
        for report in answer.reports
    )
    return Answer(answer.items, tuple(reports))
