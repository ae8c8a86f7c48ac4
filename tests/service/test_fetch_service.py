"""The fetch service as a page meets it, with sources and a wire that the test holds in its hand."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from stodtjanster.access import Facts, NotPermitted
from stodtjanster.access.case import Grant
from stodtjanster.fetch import Call, FetchService, Shelf
from stodtjanster.information import Appointment, CarePlan
from stodtjanster.model import ActorKind, Answer, Cause, Need, Outcome, PersonId
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from tests.fetching import (
    ANNA,
    BO,
    BOOKED,
    NOON,
    PATIENCE,
    Clock,
    ScriptedDriver,
    ScriptedSource,
    after_all,
    appointment,
    causes,
    heard,
    landed,
    outcomes,
    permit,
    report,
)
from tests.service.portal_client import until

BEFORE = PersonId.parse("189912309805")
DAY = timedelta(days=1)
LARGE = b"x" * (256 * 1024 + 1)


class House:
    """A running service with all that it was given."""

    def __init__(self, *sources: ScriptedSource, driver: ScriptedDriver | None = None) -> None:
        self.clock = Clock()
        self.driver = driver or ScriptedDriver()
        self.calls: list[Call] = []
        self.shelf = Shelf()
        self.service = FetchService(
            sources, self.driver, clock=self.clock, shelf=self.shelf, observe=self.calls.append
        )
        self.service.start()

    def begin(self, person=ANNA, reach="session-1", needs=None, **who):
        return self.service.begin(permit(person, reach=reach, **who), needs or BOOKED)


Open = Callable[..., House]


@pytest.fixture
def house() -> Iterator[Open]:
    opened: list[House] = []

    def open_house(*sources: ScriptedSource, driver: ScriptedDriver | None = None) -> House:
        opened.append(House(*(sources or (ScriptedSource(),)), driver=driver))
        return opened[-1]

    yield open_house
    for each in opened:
        if each.service._thread.is_alive():
            each.service.stop()


def records(answer: Answer) -> list[str]:
    return [item.origin.record for item in answer.items]


# Flights


def test_callers_that_ask_the_same_share_one_conversation(house):
    here = house()
    harvests = [here.begin() for _ in range(50)]
    sent = here.driver.next()
    sent.reply()
    answers = [landed(harvest) for harvest in harvests]
    assert all(records(answer) == ["1"] and answer.complete for answer in answers)
    assert here.driver.count == 1
    assert [call.outcome for call in here.calls] == ["ok"]


def test_callers_in_many_threads_share_one_conversation(house):
    here = house()
    barrier = threading.Barrier(16)

    def caller() -> list[str]:
        barrier.wait(PATIENCE)
        return records(landed(here.begin()))

    with ThreadPoolExecutor(16) as pool:
        callers = [pool.submit(caller) for _ in range(16)]
        here.driver.next().reply()
        assert [each.result(PATIENCE) for each in callers] == [["1"]] * 16
    assert here.driver.count == 1


def test_one_who_saw_an_empty_shelf_just_before_the_landing_starts_no_second_flight(house):
    here = house()
    shelf_was_seen, may_go_on = threading.Event(), threading.Event()
    look = here.shelf.look

    def slow_look(orders):
        seen = look(orders)
        if threading.current_thread().name == "late":
            shelf_was_seen.set()
            may_go_on.wait(PATIENCE)
        return seen

    here.shelf.look = slow_look
    first = here.begin()
    sent = here.driver.next()
    seen: list[Answer] = []
    late = threading.Thread(target=lambda: seen.append(landed(here.begin())), name="late")
    late.start()
    assert shelf_was_seen.wait(PATIENCE)
    sent.reply()
    landed(first)
    may_go_on.set()
    late.join(PATIENCE)
    assert outcomes(seen[0]) == [Outcome.DATA_FROM_CACHE]
    assert here.driver.count == 1


def test_a_caller_that_gives_up_cancels_nobody_and_the_flight_lands_on_the_shelf(house):
    here = house()
    gone = here.begin()
    sent = here.driver.next()
    assert not gone.wait(0)
    assert outcomes(gone.answer("booked")) == [Outcome.PENDING]
    del gone
    stayed = here.begin()
    sent.reply()
    assert outcomes(landed(stayed)) == [Outcome.DATA_FROM_SOURCE]
    assert not sent.let_go.is_set()
    again = here.begin()
    assert again.settled(["booked"])
    assert outcomes(again.answer("booked")) == [Outcome.DATA_FROM_CACHE]
    assert again.answer("booked").complete
    assert here.driver.count == 1


def test_nothing_runs_without_a_logged_permit(house):
    here = house()
    with pytest.raises(NotPermitted):
        here.begin(log=None)
    after_all(here.service)
    assert here.driver.count == 0


def test_what_is_not_granted_is_not_asked(house):
    here = house()
    answer = landed(here.begin(loa="loa2"))
    assert (outcomes(answer), causes(answer)) == ([Outcome.NOT_ASKED], [Cause.NOT_PERMITTED])
    after_all(here.service)
    assert here.driver.count == 0


def test_two_needs_of_one_kind_are_one_question(house):
    here = house()
    needs = {"week": Need(Appointment, days_ahead=7), "year": Need(Appointment, days_ahead=365)}
    harvest = here.begin(needs=needs)
    here.driver.next().reply()
    assert records(landed(harvest, "week")) == records(landed(harvest, "year")) == ["1"]
    assert here.driver.count == 1


# What a bad source costs


def test_a_hung_source_costs_nobody_else_anything(house):
    here = house(ScriptedSource("hung"), ScriptedSource("well"))
    hung = []
    for number in range(30):
        harvest = here.begin(reach=f"session-{number}")
        sent = {each.source: each for each in (here.driver.next(), here.driver.next())}
        sent["well"].reply()
        while not harvest.answer("booked").items:
            assert harvest.wait(PATIENCE)
        pending = {told.source: told.pending for told in harvest.answer("booked").reports}
        assert pending == {"hung": True, "region": False}
        hung.append(sent["hung"])
    assert not any(each.let_go.is_set() for each in hung)


def test_a_source_that_never_answers_is_reported_when_its_time_is_out(house):
    here = house(ScriptedSource(answer_seconds=0.01))
    harvest = here.begin()
    sent = here.driver.next()
    answer = landed(harvest)
    assert causes(answer) == [Cause.TIMEOUT]
    assert not answer.complete
    assert sent.let_go.wait(PATIENCE)
    assert [call.outcome for call in here.calls] == ["timeout"]


def test_pages_that_were_read_survive_a_page_that_never_comes(house):
    class FirstPageOnly(ScriptedDriver):
        async def send(self, source, request):
            if request.url.endswith("/0"):
                return Response(200, {}, b"")
            return await super().send(source, request)

    source = ScriptedSource(pages=3, keeps_pages=True, answer_seconds=0.2)
    here = house(source, driver=FirstPageOnly())
    answer = landed(here.begin())
    assert records(answer) == ["1"]
    assert Cause.TIMEOUT in causes(answer)
    assert not answer.complete
    assert here.driver.next().let_go.is_set()
    assert source.ended.is_set()


def test_an_adapter_that_goes_on_asking_when_its_time_is_out_is_ended(house):
    class Stubborn(ScriptedSource):
        def ask(self, ask):
            try:
                while True:
                    try:
                        yield Request("GET", "https://region.test/")
                    except SourceFailed:
                        continue
            finally:
                self.ended.set()

    source = Stubborn(answer_seconds=0.01)
    here = house(source)
    assert causes(landed(here.begin())) == [Cause.TIMEOUT]
    assert source.ended.wait(PATIENCE)


def test_when_a_source_is_full_the_next_is_told_at_once_and_the_source_is_not_blamed(house):
    here = house(ScriptedSource(concurrent=1, queue=0, breaker_failures=1))
    first = here.begin()
    sent = here.driver.next()
    for number in range(5):
        busy = landed(here.begin(reach=f"other-{number}"))
        assert causes(busy) == [Cause.BUSY]
    assert here.service.status() == {"region": "ok"}
    sent.reply()
    assert landed(first).complete
    free = here.begin(reach="later")
    here.driver.next().reply()
    assert landed(free).complete


def test_those_in_the_queue_go_on_as_places_get_free(house):
    here = house(ScriptedSource(concurrent=1, queue=2))
    harvests = [here.begin(reach=f"session-{number}") for number in range(3)]
    for _ in harvests:
        sent = here.driver.next()
        assert here.driver.idle
        sent.reply()
    assert all(landed(harvest).complete for harvest in harvests)


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.REFUSED, Cause.FAULT])
def test_a_source_that_keeps_failing_is_given_rest(house, cause):
    here = house(ScriptedSource(breaker_failures=2, breaker_seconds=3600))
    for number in range(2):
        harvest = here.begin(reach=f"session-{number}")
        here.driver.next().fail(cause)
        assert causes(landed(harvest)) == [cause]
    assert here.service.status() == {"region": "open"}
    assert causes(landed(here.begin(reach="spared"))) == [Cause.BROKEN]
    assert here.driver.count == 2


def test_a_queue_does_not_go_on_to_a_source_that_fell_ill(house):
    here = house(ScriptedSource(concurrent=1, queue=9, breaker_failures=1, breaker_seconds=3600))
    harvests = [here.begin(reach=f"session-{number}") for number in range(5)]
    here.driver.next().fail(Cause.REFUSED)
    assert [causes(landed(harvest)) for harvest in harvests] == [
        [Cause.REFUSED],
        *[[Cause.BROKEN]] * 4,
    ]
    assert here.driver.count == 1


def test_after_the_rest_one_tries_and_the_others_wait_for_what_it_finds(house):
    here = house(ScriptedSource(breaker_failures=1, breaker_seconds=0))
    ill = here.begin(reach="ill")
    here.driver.next().fail(Cause.FAULT)
    landed(ill)
    trying = here.begin(reach="trying")
    sent = here.driver.next()
    assert causes(landed(here.begin(reach="meanwhile"))) == [Cause.BROKEN]
    sent.reply()
    assert landed(trying).complete
    assert here.service.status() == {"region": "ok"}


@pytest.mark.parametrize("cause", [Cause.UNREADABLE, Cause.DENIED, Cause.TOO_LARGE])
def test_one_persons_unreadable_record_shuts_out_nobody(house, cause):
    here = house(ScriptedSource(breaker_failures=1))
    for number in range(3):
        harvest = here.begin(reach=f"session-{number}")
        here.driver.next().fail(cause)
        assert causes(landed(harvest)) == [cause]
    assert here.service.status() == {"region": "ok"}


def raises(*_: object):
    raise ZeroDivisionError("199001012385 in a message")


@pytest.mark.parametrize(
    "hear", [raises, lambda *_: None, lambda *_: "no"], ids=["raises", "nothing", "text"]
)
def test_a_bug_in_an_adapter_is_a_report_and_nobodys_illness(house, hear, caplog):
    here = house(ScriptedSource("bad", hear, breaker_failures=1), ScriptedSource("well"))
    harvest = here.begin()
    for _ in range(2):
        here.driver.next().reply()
    answer = landed(harvest)
    assert {told.source: told.cause for told in answer.reports} == {
        "bad": Cause.FAILED,
        "region": None,
    }
    assert records(answer) == ["1"]
    assert here.service.status() == {"bad": "ok", "well": "ok"}
    assert sorted(call.outcome for call in here.calls) == ["failed", "ok"]
    assert "199001012385" not in caplog.text


def test_a_failing_source_is_left_alone_a_few_seconds_and_then_asked_again(house):
    here = house()
    first = here.begin()
    here.driver.next().fail(Cause.FAULT)
    landed(first)
    here.clock.forward(2.9)
    assert causes(landed(here.begin())) == [Cause.FAULT]
    assert here.driver.count == 1
    here.clock.forward(0.1)
    again = here.begin()
    here.driver.next().reply()
    assert landed(again).complete


# Other people


def test_rows_about_somebody_else_are_stopped_and_said(house, caplog):
    def mixed(ask, _pages):
        return heard(appointment("own"), appointment("foreign", person=BO, title="secret"))

    here = house(ScriptedSource(hear=mixed))
    harvest = here.begin()
    here.driver.next().reply()
    answer = landed(harvest)
    assert records(answer) == ["own"]
    assert Cause.FOREIGN in causes(answer)
    assert not answer.complete
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert BO.value not in caplog.text
    assert "secret" not in caplog.text
    assert records(here.begin().answer("booked")) == ["own"]


def test_a_source_that_mixed_up_people_is_not_helped_out_by_its_old_copy(house):
    now_mixed = threading.Event()

    def hear(ask, _pages):
        if now_mixed.is_set():
            return heard(appointment("2", person=BO), reports=[])
        return heard(appointment("1"))

    here = house(ScriptedSource(hear=hear, fresh_seconds=0))
    for expected in (["1"], []):
        harvest = here.begin()
        here.driver.next().reply()
        assert records(landed(harvest)) == expected
        now_mixed.set()


@pytest.mark.parametrize("approved", [False, None])
def test_what_is_not_for_the_person_never_comes_out_also_not_from_the_shelf(house, approved):
    hidden = ScriptedSource(hear=lambda *_: heard(appointment("no", approved=approved)))
    here = house(hidden)
    harvest = here.begin()
    here.driver.next().reply()
    assert landed(harvest).items == ()
    shelved = here.begin().answer("booked")
    assert (shelved.items, outcomes(shelved)) == ((), [Outcome.DATA_FROM_CACHE])
    here.clock.forward(301)
    later = here.begin()
    here.driver.next().fail(Cause.TIMEOUT)
    assert landed(later).items == ()


def test_each_number_of_a_person_is_asked_about_and_the_answers_are_one(house):
    source = ScriptedSource(
        hear=lambda ask, _pages: heard(appointment(ask.subject.value[:4], person=ask.subject))
    )
    here = house(source)
    harvest = here.begin(others=(BEFORE,))
    for _ in range(2):
        here.driver.next().reply()
    answer = landed(harvest)
    assert (records(answer), answer.complete) == (["1964", "1899"], True)
    assert [ask.subject for ask in source.asked] == [ANNA, BEFORE]


def test_under_each_number_only_its_own_rows_pass(house):
    """A source that gives Bo's rows for an earlier number of Anna's is stopped as ever."""
    here = house(ScriptedSource(hear=lambda _ask, _pages: heard(appointment(person=BO))))
    harvest = here.begin(others=(BEFORE,))
    for _ in range(2):
        here.driver.next().reply()
    answer = landed(harvest)
    assert answer.items == ()
    assert Cause.FOREIGN in causes(answer)


def test_who_asks_for_another_signs_as_their_agent(house):
    source = ScriptedSource()
    here = house(source)
    grant = Grant(ANNA, BO, frozenset({"booking"}), NOON - DAY, NOON + DAY)
    who = permit(BO, subject=ANNA, kind=ActorKind.OMBUD, acting_for=ANNA, facts=Facts(grant=grant))
    for each in (who, permit(ANNA)):
        here.service.begin(each, BOOKED)
        here.driver.next().reply()
    assert [(ask.actor, ask.agent) for ask in source.asked] == [(BO, BO), (ANNA, None)]


def test_the_shelf_of_one_session_or_person_is_nobody_elses(house):
    here = house()
    mine = here.begin()
    here.driver.next().reply()
    landed(mine)
    for person, reach in ((ANNA, "session-2"), (BO, "session-1"), (BO, "session-2")):
        other = here.begin(person, reach)
        assert other.answer("booked").pending
        sent = here.driver.next()
        assert sent.request.headers["subject"] == person.value
        sent.reply()
        assert outcomes(landed(other)) == [Outcome.DATA_FROM_SOURCE]
        assert {item.subject for item in landed(other).items} == {person}


def test_flights_are_not_shared_between_sessions_or_people(house):
    here = house()
    harvests = [
        here.begin(person, reach) for person in (ANNA, BO) for reach in ("session-1", "session-2")
    ]
    sent = [here.driver.next() for _ in harvests]
    for each in sent:
        each.reply()
    assert [{item.subject for item in landed(each).items} for each in harvests] == [
        {ANNA},
        {ANNA},
        {BO},
        {BO},
    ]


def test_two_hundred_pages_at_once_for_two_people_never_mix_them():
    """The wire answers with the person it was asked for, in the body; the adapter believes it."""
    people = {person.value: person for person in (ANNA, BO)}

    def wire(request: Request) -> Response:
        return Response(200, {}, request.headers["subject"].encode())

    def hear(_ask, pages):
        marked = {page.body.decode() for page in pages}
        return heard(
            *(
                appointment(mark, person=people[mark], title=f"marker of {mark}", system=f"SE-{n}")
                for n, mark in enumerate(marked)
            )
        )

    sources = [ScriptedSource(f"s{number}", hear, pages=3) for number in range(4)]
    service = FetchService(sources, ScriptedDriver(wire), clock=Clock())
    service.start()

    def page(number: int) -> tuple[str, set[str], bool]:
        person = (ANNA, BO)[number % 2]
        who = permit(person, reach=f"session-{number % 7}")
        answer = landed(service.begin(who, BOOKED))
        return person.value, {item.title.text for item in answer.items}, answer.complete

    with ThreadPoolExecutor(40) as pool:
        pages = list(pool.map(page, range(200)))
    service.stop()
    assert len(pages) == 200
    for person, titles, complete in pages:
        assert titles == {f"marker of {person}"}
        assert complete


# The shelf and time


def test_an_answer_from_the_shelf_says_so_and_when_it_was_true(house):
    here = house()
    first = here.begin()
    here.driver.next().reply()
    assert [told.as_of for told in landed(first).reports] == [NOON]
    here.clock.forward(299)
    shelved = here.begin().answer("booked")
    assert outcomes(shelved) == [Outcome.DATA_FROM_CACHE]
    assert [told.as_of for told in shelved.reports] == [NOON]
    here.clock.forward(1)
    assert here.begin().answer("booked").pending


def test_each_system_that_fails_is_filled_from_its_own_old_copy(house):
    ill = threading.Event()

    def hear(_ask, _pages):
        if not ill.is_set():
            return heard(
                appointment("a", system="SE-A"),
                appointment("b", system="SE-B"),
                reports=[report("SE-A"), report("SE-B")],
            )
        lost = report("SE-A", Outcome.NO_DATA_SYNCH_FAILED, cause=Cause.TIMEOUT)
        return heard(appointment("b2", system="SE-B"), reports=[lost, report("SE-B")])

    here = house(ScriptedSource(hear=hear))
    first = here.begin()
    here.driver.next().reply()
    landed(first)
    ill.set()
    here.clock.forward(301)
    second = here.begin()
    here.driver.next().reply()
    answer = landed(second)
    assert sorted(records(answer)) == ["a", "b2"]
    told = {told.system: told for told in answer.reports}
    assert told["SE-A"].outcome is Outcome.DATA_FROM_CACHE_SYNCH_FAILED
    assert told["SE-A"].as_of == NOON
    assert told["SE-A"].cause is Cause.TIMEOUT
    assert told["SE-B"].outcome is Outcome.DATA_FROM_SOURCE
    assert told["SE-B"].as_of == NOON + timedelta(seconds=301)
    assert not answer.complete


def test_an_old_copy_stands_in_for_a_silent_source_as_often_as_it_is_needed(house):
    here = house()
    first = here.begin()
    here.driver.next().reply()
    landed(first)
    here.clock.forward(301)
    for cause in (Cause.TIMEOUT, Cause.REFUSED):
        harvest = here.begin()
        here.driver.next().fail(cause)
        answer = landed(harvest)
        assert records(answer) == ["1"]
        assert outcomes(answer) == [Outcome.DATA_FROM_CACHE_SYNCH_FAILED]
        assert [told.as_of for told in answer.reports] == [NOON]
        assert causes(answer) == [cause]
        here.clock.forward(3)


def test_a_failure_says_when_the_source_answered_last(house):
    here = house()
    first = here.begin(reach="before")
    here.driver.next().reply()
    landed(first)
    here.clock.forward(60)
    harvest = here.begin(reach="after")
    here.driver.next().fail(Cause.TIMEOUT)
    (told,) = landed(harvest).reports
    assert (told.system, told.as_of) == ("region", NOON)
    assert told.tried_at == NOON + timedelta(seconds=60)


def test_only_the_days_that_were_asked_for_come_out(house):
    days = [date(2026, 11, 19), date(2026, 11, 20), date(2027, 1, 1), date(2027, 1, 2)]
    here = house(ScriptedSource(hear=lambda *_: heard(*(appointment(str(d), day=d) for d in days))))
    harvest = here.begin()
    here.driver.next().reply()
    assert records(landed(harvest)) == ["2026-11-20", "2027-01-01"]


def test_a_record_that_two_sources_deliver_is_given_once(house):
    here = house(ScriptedSource("direct"), ScriptedSource("aggregated"))
    harvest = here.begin()
    for _ in range(2):
        here.driver.next().reply()
    answer = landed(harvest)
    assert records(answer) == ["1"]
    assert len(answer.reports) == 2


# Forgetting


def test_forgetting_a_session_erases_it_and_no_other(house):
    here = house()
    for reach in ("session-1", "session-2"):
        harvest = here.begin(reach=reach)
        here.driver.next().reply()
        landed(harvest)
    here.service.forget("session-1")
    assert here.begin(reach="session-1").answer("booked").pending
    assert records(here.begin(reach="session-2").answer("booked")) == ["1"]


def test_what_is_in_the_air_when_a_session_is_forgotten_lands_on_no_shelf(house):
    here = house(
        ScriptedSource(hear=lambda _ask, pages: heard(appointment(pages[0].body.decode())))
    )
    waiting = here.begin()
    old = here.driver.next()
    here.service.forget("session-1")
    after_write = here.begin()
    new = here.driver.next()
    old.reply(b"before")
    assert records(landed(waiting)) == ["before"]
    assert after_write.answer("booked").pending
    new.reply(b"after")
    assert records(landed(after_write)) == ["after"]
    assert records(here.begin().answer("booked")) == ["after"]
    assert here.driver.count == 2


def test_a_forgotten_flight_that_lands_alone_leaves_nothing(house):
    here = house()
    waiting = here.begin()
    sent = here.driver.next()
    here.service.forget("session-1")
    sent.reply()
    landed(waiting)
    assert here.begin().answer("booked").pending


# Threads


def test_large_answers_are_read_in_a_thread_and_small_ones_where_they_land(house):
    readers: list[str] = []

    def hear(_ask, _pages):
        readers.append(threading.current_thread().name)
        return heard(appointment())

    here = house(ScriptedSource(hear=hear))
    for number, body in enumerate((b"small", LARGE)):
        harvest = here.begin(reach=f"session-{number}")
        here.driver.next().reply(body)
        assert records(landed(harvest)) == ["1"]
    assert readers[0] == "fetch"
    assert readers[1] != "fetch"


def test_nobody_waits_for_a_parser_that_is_at_work(house):
    at_work, done = threading.Event(), threading.Event()

    def hear(_ask, _pages):
        at_work.set()
        assert done.wait(PATIENCE)
        return heard(appointment("large"))

    here = house(ScriptedSource("large", hear), ScriptedSource("small"))
    harvest = here.begin()
    sent = {each.source: each for each in (here.driver.next(), here.driver.next())}
    sent["large"].reply(LARGE)
    assert at_work.wait(PATIENCE)
    sent["small"].reply()
    while not harvest.answer("booked").items:
        assert harvest.wait(PATIENCE)
    assert records(harvest.answer("booked")) == ["1"]
    done.set()
    assert sorted(records(landed(harvest))) == ["1", "large"]


# Stopping


def test_stop_lets_go_of_what_is_in_the_air_and_tells_who_waits(house):
    here = house(ScriptedSource("a"), ScriptedSource("b", concurrent=1, queue=5))
    harvests = [here.begin(reach=f"session-{number}") for number in range(3)]
    sent = [here.driver.next() for _ in range(4)]
    woken: list[bool] = []
    waiter = threading.Thread(target=lambda: woken.append(harvests[0].wait(PATIENCE)))
    waiter.start()
    here.service.stop()
    waiter.join(PATIENCE / 2)
    assert woken == [True]
    assert all(each.let_go.is_set() for each in sent)
    assert here.driver.closed
    for harvest in harvests:
        assert harvest.settled(["booked"])
        assert causes(harvest.answer("booked")) == [Cause.FAILED] * 2
    assert not here.service._thread.is_alive()


def test_stop_does_not_wait_for_a_parser(house):
    at_work, done = threading.Event(), threading.Event()

    def hear(_ask, _pages):
        at_work.set()
        assert done.wait(PATIENCE)
        return heard(appointment())

    here = house(ScriptedSource(hear=hear))
    harvest = here.begin()
    here.driver.next().reply(LARGE)
    assert at_work.wait(PATIENCE)
    here.service.stop()
    assert causes(harvest.answer("booked")) == [Cause.FAILED]
    done.set()


def test_stop_is_no_sources_fault(house):
    here = house(ScriptedSource(breaker_failures=1))
    here.begin()
    here.driver.next()
    here.service.stop()
    assert here.service.status() == {"region": "ok"}


# What is told of a flight


def test_a_flight_is_told_of_without_anything_of_a_person(house):
    here = house()
    harvest = here.begin()
    here.driver.next().reply()
    landed(harvest)
    (call,) = here.calls
    assert (call.source, call.information, call.outcome) == ("region", "appointment", "ok")
    assert call.seconds >= 0
    assert ANNA.value not in repr(call)


def test_every_flight_has_a_correlation_of_its_own(house):
    source = ScriptedSource()
    here = house(source)
    for number in range(3):
        harvest = here.begin(reach=f"session-{number}")
        here.driver.next().reply()
        landed(harvest)
    assert len({ask.correlation for ask in source.asked}) == 3
    assert {ask.at for ask in source.asked} == {NOON}


def test_kinds_that_nobody_gives_are_said_to_be_unconnected(house):
    here = house()
    harvest = here.service.begin(permit(ANNA, CarePlan), {"plans": Need(CarePlan)})
    assert causes(landed(harvest, "plans")) == [Cause.NOT_CONNECTED]


# Nothing new


class Unchanging:
    """A wire that answers with an ETag, and with 304 to whoever knows it."""

    def __init__(self, body: bytes = b"rows") -> None:
        self.body = body
        self.asked: list[str | None] = []

    def __call__(self, request: Request) -> Response:
        tag = f'"{len(self.body)}"'
        said = request.headers.get("If-None-Match")
        self.asked.append(said)
        unchanged = said == tag
        return Response(304 if unchanged else 200, {"etag": tag}, b"" if unchanged else self.body)


def what_came(ask, pages):
    assert [page.status for page in pages] == [200]
    rows = [appointment(str(len(pages[0].body)), person=ask.subject)]
    return heard(*rows, reports=[report(as_of=ask.at)])


def test_an_answer_that_still_holds_is_as_good_as_new(house):
    wire = Unchanging()
    here = house(ScriptedSource(hear=what_came), driver=ScriptedDriver(wire))
    landed(here.begin())
    here.clock.forward(301)
    answer = landed(here.begin())
    assert wire.asked == [None, '"4"']
    assert records(answer) == ["4"]
    assert answer.complete
    assert answer.reports[0].as_of == here.clock.now
    assert outcomes(answer) == [Outcome.DATA_FROM_SOURCE]
    # It is fresh again, and so not asked for at all.
    here.clock.forward(299)
    assert outcomes(landed(here.begin())) == [Outcome.DATA_FROM_CACHE]
    wire.body = b"others"
    here.clock.forward(2)
    assert records(landed(here.begin())) == ["6"]
    assert wire.asked == [None, '"4"', '"4"']


def test_nobody_else_is_told_that_nothing_has_changed(house):
    wire = Unchanging()
    here = house(ScriptedSource(hear=what_came), driver=ScriptedDriver(wire))
    landed(here.begin())
    here.clock.forward(301)
    for who in ({"reach": "session-2"}, {"person": BO}, {"person": BO, "reach": "session-2"}):
        landed(here.begin(**who))
    assert wire.asked == [None] * 4


@pytest.mark.parametrize("change", ["forget", "changed"])
def test_what_was_forgotten_is_asked_for_whole(house, change):
    wire = Unchanging()
    here = house(ScriptedSource(hear=what_came), driver=ScriptedDriver(wire))
    landed(here.begin())
    if change == "forget":
        here.service.forget("session-1")
    else:
        here.service.changed(ANNA)
    landed(here.begin())
    assert wire.asked == [None, None]


def test_a_large_answer_that_still_holds_is_also_read_beside_the_loop(house):
    read_in: list[str] = []

    def hear(ask, pages):
        read_in.append(threading.current_thread().name)
        return what_came(ask, pages)

    here = house(ScriptedSource(hear=hear), driver=ScriptedDriver(Unchanging(LARGE)))
    landed(here.begin())
    here.clock.forward(301)
    landed(here.begin())
    assert len(read_in) == 2
    assert "fetch" not in read_in


def test_one_that_stops_with_grace_lets_what_is_in_the_air_land_and_nothing_more_set_out(house):
    here = house()
    first = here.begin()
    sent = here.driver.next()
    stopping = threading.Thread(target=here.service.stop, args=(PATIENCE,))
    stopping.start()
    until(lambda: here.service._stopping, "the service to be stopping")
    refused = landed(here.begin(BO))
    sent.reply()
    stopping.join(PATIENCE)
    assert records(landed(first)) == ["1"]
    assert outcomes(refused) == [Outcome.NO_DATA_SYNCH_FAILED]
    (order,) = first._answers
    assert here.shelf.landed(order) is not None
    assert here.driver.count == 1
