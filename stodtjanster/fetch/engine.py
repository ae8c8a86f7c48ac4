"""One fetch service for the whole portal: asks every source once, at once, under a permit.

Acts on single records go the same ways, under the same guards, but are nobody's to share.
Flights belong to the service and not to whoever waits: a page that gives up cancels nobody, and
what lands late lies on the shelf for the next page.
"""

import asyncio
import logging
import threading
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Hashable,
    Iterable,
    Mapping,
)
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias, TypeVar
from uuid import uuid4

import uvloop
from cachetools import LRUCache

from stodtjanster.access import NotPermitted, Permit
from stodtjanster.catalogue import Coverage
from stodtjanster.fetch.acts import Acted, Ledger, carry_out
from stodtjanster.fetch.copies import with_old_copy
from stodtjanster.fetch.driver import Driver
from stodtjanster.fetch.guards import Line
from stodtjanster.fetch.harvest import Harvest
from stodtjanster.fetch.inquiries import Inquiries, NotKnown
from stodtjanster.fetch.plan import Needs, Order, plan
from stodtjanster.fetch.revalidation import Revalidation
from stodtjanster.fetch.screening import Screening
from stodtjanster.fetch.shelf import AnyShelf, Change, Kept, Look, Shelf
from stodtjanster.fetch.steps import Talk, begin, ending, fail, tell
from stodtjanster.fetch.upkeep import Chore
from stodtjanster.information import Item
from stodtjanster.information.booking import (
    ActOutcome,
    BookingAct,
    BookingQuestion,
    Unknown,
    Unsent,
)
from stodtjanster.model import Answer, Cause, Need, Outcome, PersonId, Report, Subject
from stodtjanster.sources import Connected
from stodtjanster.sources.kit.act import Desk, Doing, Performer, concerns
from stodtjanster.sources.kit.local import LocalSource
from stodtjanster.sources.kit.source import (
    Ask,
    Conversation,
    Heard,
    Request,
    Source,
    SourceFailed,
    SourceSettings,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

FAILURE_REST = timedelta(seconds=3)
Leg: TypeAlias = tuple[Order, Hashable]
"""What a flight brings, and the mark of the shelf from which it set out: whoever looks after
something was forgotten, by any process, is not told what a flight of before brings."""
FROM_SHELF = {Outcome.DATA_FROM_SOURCE: Outcome.DATA_FROM_CACHE}


@dataclass(frozen=True, slots=True)
class Call:
    """What one flight cost and how it ended: for metrics, without anything of a person."""

    source: str
    information: str
    outcome: str
    seconds: float


class FetchService:
    """Thread-safe from outside; its own event loop runs in one thread, started by `start`.

    `clock` gives aware times. `observe` is told of every landed flight. `coverage` knows who is not
    connected. `chores` keep what is known of the country up to date for as long as it runs.
    """

    def __init__(
        self,
        sources: Iterable[Connected],
        driver: Driver,
        *,
        clock: Callable[[], datetime],
        shelf: AnyShelf | None = None,
        coverage: Coverage | None = None,
        chores: Iterable[Chore] = (),
        observe: Callable[[Call], None] = lambda _call: None,
    ) -> None:
        connected = tuple(sources)
        self.sources = tuple(each for each in connected if isinstance(each, Source | LocalSource))
        self._performers = tuple(each for each in connected if isinstance(each, Performer))
        self._acts = {
            key: performer.does if performer.settings.enabled else frozenset()
            # The first that completes a source is the one that is asked.
            for performer in reversed(self._performers)
            for key in performer.completes
        }
        self._driver = driver
        self._clock = clock
        self._shelf: AnyShelf = shelf or Shelf()
        self._coverage = coverage
        self._chores = tuple(chores)
        self._ledger = Ledger()
        self._inquiries = Inquiries()
        self._observe = observe
        self._by_key = {source.settings.key: source for source in self.sources}
        self._lines = {each.settings.key: Line.to(each.settings) for each in connected}
        # Threads of their own: a store that hangs must not keep large answers from being read.
        self._readers = ThreadPoolExecutor(
            sum(s.settings.limits.concurrent for s in self.sources if isinstance(s, LocalSource))
            or 1,
            thread_name_prefix="recall",
        )
        # What the shelf is told on the way of an act must not hold up the loop.
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="clerk")
        # Bounded: the names of systems come from the sources.
        self._last_answer: LRUCache[tuple[str, str, str], datetime] = LRUCache(10_000)
        # The lock makes landing on the shelf and being forgotten exclude each other. A flight that
        # was forgotten flies on in `_airborne` for those who wait, but is nobody else's any more.
        self._lock = threading.Lock()
        self._flights: dict[Leg, asyncio.Task[Answer[Item]]] = {}
        self._airborne: set[asyncio.Task[Answer[Item]]] = set()
        self._acting: set[asyncio.Task[ActOutcome]] = set()
        self._doing_chores: set[asyncio.Task[None]] = set()
        self._inquiring: set[asyncio.Task[Any]] = set()
        self._stopping = False
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)

    def start(self) -> None:
        """Call once, after any fork."""
        self._thread.start()
        self._loop.call_soon_threadsafe(self._take_up_chores)

    def stop(self, grace: float = 0) -> None:
        """Let go of all flights and close the connections. Whoever waits is told at once.

        What is in the air has `grace` seconds to land first; nothing new sets out meanwhile.
        """
        asyncio.run_coroutine_threadsafe(self._shut(grace), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        # A TLS connection that was just being made is still being taken down: uvloop calls that
        # busy. Everything of ours has ended, and the rest ends with the process.
        with suppress(OSError):
            self._loop.close()

    def begin(self, permit: Permit, needs: Needs, *, screening: Screening | None = None) -> Harvest:
        """Start whatever is not already in the air or on the shelf, and return at once. Staff are
        shown nothing but their own unit's without `screening`.

        Raises NotPermitted when the permit's log record is not committed.
        """
        now = self._clock()
        planned = plan(permit, needs, self.sources, self._coverage)
        answers: dict[Order, Future[Answer[Item]]] = {}
        missing: list[tuple[Order, Future[Answer[Item]]]] = []
        orders = [order for orders in planned.orders.values() for order in orders]
        look = self._shelf.look(orders)
        for order in orders:
            future: Future[Answer[Item]] = Future()
            answers[order] = future
            kept = look.kept.get(order)
            shelved = kept.fresh(now) if kept is not None else None
            if shelved is None:
                missing.append((order, future))
            else:
                future.set_result(_from_shelf(shelved))
        if missing:
            self._loop.call_soon_threadsafe(self._launch, missing, look)
        return Harvest(permit, planned, answers, screening)

    def forget(self, reach: str) -> None:
        """Erase what one login session has on the shelf, what is on its way there, and what it has
        done."""
        self._ledger.forget(reach)
        self._disown(lambda order: order.reach == reach)
        self._shelf.forget(reach)

    def changed(
        self,
        subject: PersonId,
        source: str | None = None,
        kinds: Collection[type[Item]] | None = None,
    ) -> None:
        """Something about a person is not as it was: whoever asks next is told what is true now.

        Erases what is on the shelf, in every session, and what is on its way there, from one source
        or all, of some kinds of information or all. It reaches the sessions of every process that
        has the same shelf. Thread-safe.
        """
        change = Change(subject, source, None if kinds is None else frozenset(kinds))
        self._disown(change.touches)
        self._shelf.forget_about(change)

    def look(self, permit: Permit, question: BookingQuestion) -> Future[Answer[Item]]:
        """Ask about one booking. Always an answer; nothing of it is kept on the shelf.

        Raises NotPermitted when the permit is not logged or does not cover the booking.
        """
        _require(permit, question.rests_on)
        order = Order(
            "",
            question.information,
            _number(permit, question.rests_on),
            question.period or Need(question.information).period(permit.situation.today),
            permit.reach,
        )
        desk = self._performer(question.rests_on)
        future: Future[Answer[Item]] = Future()
        if question.information not in permit.granted:
            future.set_result(_not_asked(order, Cause.NOT_PERMITTED))
        elif not isinstance(desk, Desk) or not desk.settings.enabled:
            future.set_result(_not_asked(order, _why_not(desk)))
        else:
            order = replace(order, source=desk.settings.key)
            looking = partial(self._look, desk, question, order, permit)
            self._loop.call_soon_threadsafe(self._set_out_looking, looking, future)
        return future

    def inquire(
        self, settings: SourceSettings, talk: Callable[[], Talk[T]]
    ) -> Future[T | NotKnown]:
        """Ask a service that is no source, such as that for blocks. Thread-safe; always a value."""
        future: Future[T | NotKnown] = Future()
        future.set_running_or_notify_cancel()
        self._loop.call_soon_threadsafe(self._set_out_inquiring, settings, talk, future)
        return future

    @property
    def acts(self) -> Mapping[str, frozenset[type[BookingAct]]]:
        """What can be done here at all to the bookings that a source, by its key, tells of."""
        return self._acts

    def moment(self) -> str:
        """Now, as acts are counted. To be taken before a booking is fetched that somebody may act
        on, and carried by the form that they do it with: see `act`."""
        return self._ledger.moment()

    def act(
        self,
        permit: Permit,
        act: BookingAct,
        *,
        once: str,
        seen: str,
        before: Callable[[str], None] = lambda _source: None,
    ) -> Future[ActOutcome]:
        """Change one booking: sent at most once, and always an outcome.

        `once` is an id that was made for this one act, such as the hidden field of a form: a second
        call with it, within the same login session and subject, gets the outcome of the first.
        `seen` is the `moment` of what was shown of the booking: if anybody has acted on it since,
        or does so just now, nothing is sent. `before` is told the key of the source, once, before
        anything is sent to it; if it raises, nothing is.

        Raises ValueError when the id is empty or was used for another act, Overtaken when somebody
        was before, NotPermitted when the permit is not logged or does not cover every record that
        the act rests on, and what `before` raises.
        """
        _require(permit, act.rests_on)
        acted, first = self._ledger.open(permit.reach, once, seen, act, self._clock())
        if first:
            self._take_on(permit, acted, before)
        return acted.outcome

    def acted(self, permit: Permit, once: str) -> Acted | None:
        """The act that the id was used for in this login session, None when there is none.

        Raises NotPermitted when the permit is not logged or does not cover the records in it.
        """
        found = self._ledger.find(permit.reach, once)
        if found is not None:
            _require(permit, found.act.rests_on)
        return found

    def _take_on(self, permit: Permit, acted: Acted, before: Callable[[str], None]) -> None:
        act = acted.act
        performer = self._performer(act.rests_on)
        if performer is None or not performer.settings.enabled or type(act) not in performer.does:
            self._ledger.end(acted, Unsent(_why_not(performer)))
            return
        try:
            before(performer.settings.key)
        except BaseException:
            self._ledger.end(acted, Unsent(Cause.FAILED))
            raise
        acting = partial(self._act, performer, act, permit)
        self._loop.call_soon_threadsafe(self._set_out_acting, acting, acted)

    def status(self) -> Mapping[str, str]:
        """Each source: "open" while its breaker gives it rest, else "ok". For operators."""
        return {
            key: "ok" if line.breaker.opened_at is None else "open"
            for key, line in self._lines.items()
        }

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _shut(self, grace: float) -> None:
        self._stopping = True
        flying = (*self._airborne, *self._acting)
        if flying:
            await asyncio.wait(flying, timeout=grace)
        tasks: tuple[asyncio.Task[Any], ...] = (
            *(*self._airborne, *self._acting),
            *(*self._doing_chores, *self._inquiring),
        )
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._driver.close()
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._clerk.shutdown(wait=False, cancel_futures=True)

    def _take_up_chores(self) -> None:
        self._doing_chores = {self._loop.create_task(chore(self._driver)) for chore in self._chores}

    def _launch(self, missing: list[tuple[Order, Future[Answer[Item]]]], look: Look) -> None:
        for order, future in missing:
            # Another caller's flight may have landed since `begin` looked.
            kept = self._shelf.landed(order) or look.kept.get(order)
            shelved = kept.fresh(self._clock()) if kept is not None else None
            if shelved is not None:
                future.set_result(_from_shelf(shelved))
            elif self._stopping:
                _let_go(future)
            else:
                flight = self._board((order, look.marks.get(order)), kept)
                flight.add_done_callback(partial(_hand_over, future))

    def _board(self, leg: Leg, kept: Kept | None) -> "asyncio.Task[Answer[Item]]":
        """The flight that is in the air, or a new one."""
        with self._lock:
            flight = self._flights.get(leg)
            if flight is None:
                flight = self._loop.create_task(self._fly(leg, kept))
                self._flights[leg] = flight
                self._airborne.add(flight)
                flight.add_done_callback(partial(self._land, leg))
        return flight

    def _land(self, leg: Leg, flight: "asyncio.Task[Answer[Item]]") -> None:
        self._airborne.discard(flight)
        with self._lock:
            if self._flights.get(leg) is flight:
                del self._flights[leg]

    def _set_out_looking(
        self, looking: Callable[[], Coroutine[Any, Any, Answer[Item]]], future: Future[Answer[Item]]
    ) -> None:
        if self._stopping:
            _let_go(future)
            return
        task = self._loop.create_task(looking())
        self._airborne.add(task)
        task.add_done_callback(self._airborne.discard)
        task.add_done_callback(partial(_hand_over, future))

    def _set_out_acting(
        self, acting: Callable[[], Coroutine[Any, Any, ActOutcome]], acted: Acted
    ) -> None:
        if self._stopping:
            self._ledger.end(acted, Unsent(Cause.FAILED))
            return
        task = self._loop.create_task(acting())
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)
        task.add_done_callback(lambda ended: self._ledger.end(acted, _outcome(ended)))

    def _set_out_inquiring(
        self,
        settings: SourceSettings,
        talk: Callable[[], Talk[T]],
        future: Future[T | NotKnown],
    ) -> None:
        if self._stopping:
            future.set_result(NotKnown(Cause.FAILED))
            return
        task = self._loop.create_task(self._inquiries.ask(self._driver, settings, talk))
        self._inquiring.add(task)
        task.add_done_callback(self._inquiring.discard)
        task.add_done_callback(lambda ended: future.set_result(_inquired(ended)))

    async def _fly(self, leg: Leg, kept: Kept | None) -> Answer[Item]:
        """One flight. Always lands with an answer: failure is a report in it. `kept` is what was
        on the shelf when it set out, and old."""
        order, _ = leg
        source = self._by_key[order.source]
        asked_at = self._clock()
        ask = Ask(
            order.information, order.subject, order.period, asked_at, str(uuid4()), order.agent
        )
        if isinstance(source, LocalSource):
            return await self._answer(order, asked_at, partial(self._recall, order, source, ask))
        anew = Revalidation(kept.tagged if kept is not None else {})
        asking = partial(self._ask, order, asked_at, lambda: source.ask(ask), anew)
        answer = await self._answer(order, asked_at, asking)
        if kept is not None and self._is_ours(leg):
            answer = with_old_copy(answer, kept.answer, order.source)
        self._keep(leg, answer, anew)
        return answer

    async def _look(
        self, desk: Desk, question: BookingQuestion, order: Order, permit: Permit
    ) -> Answer[Item]:
        asked_at = self._clock()
        doing = _doing(permit, question.rests_on, asked_at)
        looking = partial(desk.look, question, doing)
        # Nothing of it is kept, so there is nothing to compare with.
        asking = partial(self._ask, order, asked_at, looking, Revalidation({}))
        answer = await self._answer(order, asked_at, asking)
        shown = (permit.shown(item) for item in answer.items)
        return replace(answer, items=tuple(item for item in shown if item is not None))

    async def _act(self, performer: Performer, act: BookingAct, permit: Permit) -> ActOutcome:
        """One write, with the shelf emptied of what it changes before and after."""
        key = performer.settings.key
        began = self._loop.time()
        doing = _doing(permit, act.rests_on, self._clock())
        kinds = frozenset(type(record) for record in act.rests_on)
        changed = partial(self._changed_about, permit.situation.subject, kinds)
        await self._loop.run_in_executor(self._clerk, changed)
        line = self._lines[key]
        outcome = await carry_out(line, self._driver, lambda: performer.act(act, doing))
        # The service may be stopping. What came of the act is told all the same.
        with suppress(asyncio.CancelledError):
            await self._loop.run_in_executor(self._clerk, changed)
        ended = type(outcome).__name__.lower()
        if isinstance(outcome, Unknown | Unsent):
            log.warning(
                "act without an answer",
                extra={
                    "source": key,
                    "act": act.key,
                    "outcome": ended,
                    "cause": str(outcome.cause),
                },
            )
        self._observe(Call(key, act.key, ended, self._loop.time() - began))
        return outcome

    async def _answer(
        self, order: Order, asked_at: datetime, asking: Callable[[], Awaitable[Answer[Item]]]
    ) -> Answer[Item]:
        """What asking gives: failure is a report in the answer."""
        began = self._loop.time()
        failure: SourceFailed | None = None
        try:
            answer = await asking()
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
        outcome = failure.cause.value if failure else "ok"
        seconds = self._loop.time() - began
        self._observe(Call(order.source, order.information.key, outcome, seconds))
        return answer

    async def _ask(
        self,
        order: Order,
        asked_at: datetime,
        conversation: Callable[[], Conversation],
        anew: Revalidation,
    ) -> Answer[Item]:
        """Breaker and bulkhead around one conversation.

        The breaker is asked before the queue, so that an ill source is refused at once, and again
        with a place in hand, so that a queue does not go on to a source that fell ill meanwhile.
        """
        line = self._lines[order.source]
        line.breaker.check(self._loop.time())
        async with line.bulkhead.slot():
            trial = line.breaker.enter(self._loop.time())
            failure: Cause | None = Cause.FAILED
            try:
                heard = await self._converse(line.settings, conversation(), anew)
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

    async def _recall(self, order: Order, source: LocalSource, ask: Ask) -> Answer[Item]:
        """What we keep ourselves. No breaker: there is nobody to spare by not asking."""
        limits = source.settings.limits
        async with self._lines[order.source].bulkhead.slot():
            try:
                async with asyncio.timeout(limits.answer_seconds):
                    heard = await self._loop.run_in_executor(self._readers, source.recall, ask)
                return self._checked(order, heard, ask.at)
            except SourceFailed:
                raise
            except TimeoutError:
                raise SourceFailed(Cause.TIMEOUT) from None
            except Exception as bug:
                raise SourceFailed(Cause.FAILED, type(bug).__name__) from bug

    async def _converse(
        self, settings: SourceSettings, conversation: Conversation, anew: Revalidation
    ) -> Heard:
        """Carry the adapter's requests to the source until it has heard enough.

        When the time for the whole conversation is out, the adapter is told so once, as it is told
        of a broken wire: pages that it already holds are not lost.
        """
        deadline = self._loop.time() + settings.limits.answer_seconds
        late = False
        send = partial(self._driver.send, settings)
        with ending(conversation) as talk:
            said = begin(talk)
            while isinstance(said, Request):
                if late:
                    raise SourceFailed(Cause.TIMEOUT)
                try:
                    async with asyncio.timeout_at(deadline):
                        response = await anew.send(send, said)
                except TimeoutError:
                    late = True
                    said = fail(talk, SourceFailed(Cause.TIMEOUT))
                except SourceFailed as failed:
                    late = self._loop.time() >= deadline
                    said = fail(talk, failed)
                else:
                    said = await tell(talk, response)
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
            elif report.outcome is Outcome.NO_DATA_SYNCH_FAILED:
                log.warning(
                    "system failed",
                    extra={
                        "source": order.source,
                        "system": report.system,
                        "information": report.information,
                        "cause": str(report.cause),
                        "detail": report.detail,
                    },
                )
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

    def _changed_about(self, subject: Subject, kinds: Collection[type[Item]]) -> None:
        for number in subject.numbers:
            self.changed(number, kinds=kinds)

    def _disown(self, forgotten: Callable[[Order], bool]) -> None:
        """What is in the air flies on for those who wait, and is not kept. To be done before the
        shelf is told: what has landed by then lies there, and nothing more of it will."""
        with self._lock:
            for leg in [leg for leg in self._flights if forgotten(leg[0])]:
                del self._flights[leg]

    def _is_ours(self, leg: Leg) -> bool:
        """Whether the flight that asks this has not been disowned."""
        return self._flights.get(leg) is asyncio.current_task()

    def _performer(self, records: tuple[Item, ...]) -> Performer | None:
        return next((each for each in self._performers if concerns(each, records)), None)

    def _keep(self, leg: Leg, answer: Answer[Item], anew: Revalidation) -> None:
        """A failing source rests a few seconds and is then asked again."""
        order, mark = leg
        settings = self._lines[order.source].settings
        if not settings.kept:
            return
        limits = settings.limits
        fresh = timedelta(seconds=limits.fresh_seconds) if answer.complete else FAILURE_REST
        with self._lock:
            if self._is_ours(leg):
                now = self._clock()
                self._shelf.put(order, Kept(answer, now + fresh, anew.tagged), now, mark)


def _require(permit: Permit, records: tuple[Item, ...]) -> None:
    if not permit.audit:
        raise NotPermitted("the permit is not logged")
    if not all(permit.admits(record).permitted for record in records):
        raise NotPermitted("the permit does not cover the record")


def _doing(permit: Permit, records: tuple[Item, ...], at: datetime) -> Doing:
    """For oneself under another number of one's own, one is that number to the source."""
    number = _number(permit, records)
    actor = number if permit.situation.about_self else permit.situation.actor.person
    return Doing(number, actor, at, str(uuid4()))


def _number(permit: Permit, records: tuple[Item, ...]) -> PersonId:
    """The one of the person's numbers under which the source knows the records."""
    numbers = permit.situation.subject.numbers
    return next(number for number in numbers if number == records[0].subject)


def _why_not(performer: Performer | None) -> Cause:
    switched_off = performer is not None and not performer.settings.enabled
    return Cause.SWITCHED_OFF if switched_off else Cause.NOT_CONNECTED


def _not_asked(order: Order, cause: Cause) -> Answer[Item]:
    report = Report("", "", order.information.key, Outcome.NOT_ASKED, cause=cause)
    return Answer(reports=(report,))


def _outcome(task: "asyncio.Task[ActOutcome]") -> ActOutcome:
    if task.cancelled():
        # It was called off before its first step.
        return Unsent(Cause.FAILED)
    return Unknown(Cause.FAILED) if task.exception() is not None else task.result()


def _inquired(task: "asyncio.Task[T | NotKnown]") -> T | NotKnown:
    """Called off, or broken by a mistake of ours: then nothing is known."""
    if task.cancelled() or task.exception() is not None:
        return NotKnown(Cause.FAILED)
    return task.result()


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
