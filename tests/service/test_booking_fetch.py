"""Acts through the fetch service, with a wire that the test holds in its hand."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from lxml import etree

from stodtjanster.access import Facts, NotPermitted, Permit
from stodtjanster.access.case import Grant
from stodtjanster.fetch import Call, FetchService, Overtaken, Shelf
from stodtjanster.fetch.acts import KEEP
from stodtjanster.information import Appointment, CarePlan, FreeDay, FreeTime, Item
from stodtjanster.information.booking import (
    AskDetails,
    AskFreeTimes,
    CancelBooking,
    Done,
    MakeBooking,
    MoveBooking,
    Refused,
    Unknown,
    Unsent,
)
from stodtjanster.model import ActorKind, Answer, Cause, Need, Outcome, PersonId, Told
from stodtjanster.sources.bookings.requests import CANCEL, MOVE
from stodtjanster.sources.kit.act import Write, carry_out
from stodtjanster.sources.kit.source import Request
from tests.bookings import adapter, booking, details, free_time, free_times, origin, outcome
from tests.fetching import (
    BOOKED,
    NOON,
    PATIENCE,
    Clock,
    ScriptedDriver,
    ScriptedSource,
    after_all,
    causes,
    landed,
    outcomes,
    permit,
)
from tests.rivta_messages import AUTUMN, OTHER, TOLVAN

DAY = timedelta(days=1)
ALL = (Appointment, FreeDay, FreeTime)
ACT = CancelBooking(booking=booking())
YES = outcome(CANCEL, "OK")
PLANS = {"booked": Need(CarePlan, days_ahead=42)}


class House:
    """A running service with a list of bookings, and a way to act on them."""

    def __init__(self, **limits: Any) -> None:
        self.clock = Clock()
        self.driver = ScriptedDriver()
        self.calls: list[Call] = []
        self.shelf = Shelf()
        self.lists = ScriptedSource(gives=(Appointment, CarePlan))
        self.acts = adapter(limits=limits, enabled=limits.pop("enabled", True))
        self.service = FetchService(
            [self.lists, self.acts],
            self.driver,
            clock=self.clock,
            shelf=self.shelf,
            observe=self.calls.append,
        )
        self.service.start()

    def permit(self, person: PersonId = TOLVAN, *kinds: type[Item], **who: Any) -> Permit:
        return permit(person, *(kinds or (*ALL, CarePlan)), **who)

    def act(
        self, act: Any = ACT, once: str = "form-1", seen: str | None = None, **who: Any
    ) -> Future[Any]:
        """By default with a form that was made just now."""
        made = self.service.moment() if seen is None else seen
        return self.service.act(self.permit(**who), act, once=once, seen=made)

    def look(self, question: Any) -> Answer[Item]:
        return self.service.look(self.permit(), question).result(PATIENCE)

    def page(self, needs: Any = BOOKED, reach: str = "session-1") -> Any:
        return self.service.begin(self.permit(reach=reach), needs)


Open = Callable[..., House]


@pytest.fixture
def house() -> Iterator[Open]:
    opened: list[House] = []

    def open_house(**limits: Any) -> House:
        opened.append(House(**limits))
        return opened[-1]

    yield open_house
    for each in opened:
        if each.service._thread.is_alive():
            each.service.stop()


def test_a_yes_is_done_and_told_of(house: Open) -> None:
    here = house()
    acting = here.act()
    here.driver.next().reply(YES)
    assert acting.result(PATIENCE) == Done()
    assert [(call.source, call.information, call.outcome) for call in here.calls] == [
        ("bokningar", "cancel_booking", "done")
    ]


def test_a_no_is_told_in_the_words_of_the_unit(house: Open) -> None:
    here = house()
    acting = here.act()
    here.driver.next().reply(outcome(CANCEL, "ERROR", "Ring oss"))
    assert acting.result(PATIENCE) == Refused(Told("Ring oss"))


@pytest.mark.parametrize("cause", [Cause.TIMEOUT, Cause.FAULT, Cause.UNREADABLE])
def test_a_lost_answer_is_not_known_and_not_sent_again(house: Open, cause: Cause) -> None:
    here = house()
    acting = here.act()
    here.driver.next().fail(cause)
    assert acting.result(PATIENCE) == Unknown(cause)
    assert here.act().result(PATIENCE) == Unknown(cause)
    after_all(here.service)
    assert here.driver.count == 1


def test_two_that_press_at_once_send_once(house: Open) -> None:
    here = house()
    first, second = here.act(), here.act()
    assert not first.cancel()
    here.driver.next().reply(YES)
    assert first.result(PATIENCE) == second.result(PATIENCE) == Done()
    assert here.driver.count == 1


def test_another_form_or_session_is_another_act(house: Open) -> None:
    here = house()
    for form in ({"once": "form-1"}, {"once": "form-2"}, {"reach": "session-2"}):
        acting = here.act(**form)
        here.driver.next().reply(YES)
        assert acting.result(PATIENCE) == Done()
    assert here.driver.count == 3


def test_of_two_forms_that_were_made_at_once_the_first_is_sent(house: Open) -> None:
    here = house()
    seen = here.service.moment()
    first = here.act(seen=seen)
    with pytest.raises(Overtaken):
        here.act(once="form-2", seen=seen)
    here.driver.next().reply(YES)
    first.result(PATIENCE)
    with pytest.raises(Overtaken):
        here.act(once="form-2", seen=seen, reach="session-2")
    assert here.act(seen=seen) is first
    assert here.driver.count == 1


def test_a_form_that_was_made_while_an_act_was_under_way_is_not_sent(house: Open) -> None:
    here = house()
    first = here.act()
    during = here.service.moment()
    with pytest.raises(Overtaken):
        here.act(once="form-2", seen=during)
    here.driver.next().reply(YES)
    first.result(PATIENCE)
    with pytest.raises(Overtaken):
        here.act(once="form-2", seen=during)


def test_an_act_on_one_booking_is_nothing_to_another(house: Open) -> None:
    here = house()
    other = CancelBooking(booking=booking(origin=origin("b-2")))
    seen = here.service.moment()
    here.act()
    here.driver.next()
    acting = here.act(other, once="form-2", seen=seen)
    here.driver.next().reply(YES)
    assert acting.result(PATIENCE) == Done()


@pytest.mark.parametrize("seen", ["", "0", "form"])
def test_a_form_of_another_process_is_not_sent(house: Open, seen: str) -> None:
    here = house()
    with pytest.raises(Overtaken):
        here.act(seen=seen)
    with pytest.raises(Overtaken):
        here.act(seen=house().service.moment())
    assert here.driver.count == 0


def test_what_was_done_is_remembered_until_the_session_ends(house: Open) -> None:
    here = house()
    acting = here.act()
    here.driver.next().reply(YES)
    acting.result(PATIENCE)
    found = here.service.acted(here.permit(), "form-1")
    assert found is not None
    assert (found.act, found.at, found.outcome) == (ACT, NOON, acting)
    assert here.service.acted(here.permit(reach="session-2"), "form-1") is None
    with pytest.raises(NotPermitted):
        here.service.acted(here.permit(OTHER), "form-1")
    here.service.forget("session-1")
    assert here.service.acted(here.permit(), "form-1") is None


def test_a_day_later_nothing_of_it_is_kept(house: Open) -> None:
    here = house()
    acting = here.act()
    here.driver.next().reply(YES)
    acting.result(PATIENCE)
    here.clock.forward(KEEP.total_seconds())
    here.act(CancelBooking(booking=booking(origin=origin("b-2"))), once="form-2")
    assert here.service.acted(here.permit(), "form-1") is None


def test_who_sends_is_told_where_to_before_anything_is_sent(house: Open) -> None:
    here = house()
    told: list[tuple[str, int]] = []

    def before(source: str) -> None:
        told.append((source, here.driver.count))

    seen = here.service.moment()
    for _ in range(2):
        here.service.act(here.permit(), ACT, once="form-1", seen=seen, before=before)
    here.driver.next().reply(YES)
    assert told == [("bokningar", 0)]


def test_nothing_is_sent_when_that_cannot_be_told(house: Open) -> None:
    here = house()

    def before(_source: str) -> None:
        raise RuntimeError

    seen = here.service.moment()
    with pytest.raises(RuntimeError):
        here.service.act(here.permit(), ACT, once="form-1", seen=seen, before=before)
    assert here.act(seen=seen).result(PATIENCE) == Unsent(Cause.FAILED)
    after_all(here.service)
    assert here.driver.count == 0


def test_what_nobody_sends_is_not_told_of(house: Open) -> None:
    here = house()
    elsewhere = CancelBooking(booking=booking(origin=origin(source="sjovik")))
    told: list[str] = []
    here.service.act(
        here.permit(),
        elsewhere,
        once="form-1",
        seen=here.service.moment(),
        before=told.append,
    )
    assert told == []


def test_it_is_known_beforehand_what_can_be_done_with_whose_bookings(house: Open) -> None:
    every = frozenset({CancelBooking, MoveBooking, MakeBooking})
    assert house().service.acts == {"region": every, "bokningar": every}
    assert set(house(enabled=False).service.acts.values()) == {frozenset()}


def test_a_form_that_was_used_for_something_else_is_refused(house: Open) -> None:
    here = house()
    here.act()
    here.driver.next().reply(YES)
    with pytest.raises(ValueError, match="another act"):
        here.act(MoveBooking(booking=booking(), to=free_time()))
    with pytest.raises(ValueError, match="another act"):
        here.act(CancelBooking(booking=booking(origin=origin("b-2"))))
    assert here.driver.count == 1


def test_an_act_without_an_id_is_not_sent(house: Open) -> None:
    here = house()
    with pytest.raises(ValueError, match="an id of its own"):
        here.act(once="")
    assert here.driver.count == 0


def test_the_same_act_on_a_booking_fetched_anew_is_the_same(house: Open) -> None:
    here = house()
    here.act()
    here.driver.next().reply(YES)
    anew = booking(origin=replace(origin(), fetched_at=NOON), title=Told("Annan titel"))
    assert here.act(CancelBooking(booking=anew)).result(PATIENCE) == Done()
    assert here.driver.count == 1


# What may be done


def test_nothing_is_done_without_a_log_record(house: Open) -> None:
    here = house()
    unlogged = here.permit(log=None)
    with pytest.raises(NotPermitted):
        here.service.act(unlogged, ACT, once="form-1", seen=here.service.moment())
    with pytest.raises(NotPermitted):
        here.service.look(unlogged, AskDetails(booking=booking()))
    assert here.driver.count == 0


@pytest.mark.parametrize(
    "act",
    [
        CancelBooking(booking=booking(subject=OTHER)),
        CancelBooking(booking=booking(origin=origin(approved_for_patient=False))),
        MoveBooking(
            booking=booking(), to=free_time(origin=origin("f", approved_for_patient=False))
        ),
    ],
)
def test_a_record_that_may_not_be_seen_may_not_be_acted_on(house: Open, act: Any) -> None:
    here = house()
    with pytest.raises(NotPermitted):
        here.act(act)
    assert here.driver.count == 0


def test_a_kind_that_was_not_decided_is_not_acted_on(house: Open) -> None:
    here = house()
    permitted, seen = here.permit(TOLVAN, CarePlan), here.service.moment()
    with pytest.raises(NotPermitted):
        here.service.act(permitted, ACT, once="form-1", seen=seen)


def test_a_booking_of_a_source_that_nobody_acts_for_is_not_sent(house: Open) -> None:
    here = house()
    elsewhere = booking(origin=origin(source="sjovik"))
    acting = here.act(CancelBooking(booking=elsewhere))
    assert acting.result(PATIENCE) == Unsent(Cause.NOT_CONNECTED)
    assert causes(here.look(AskDetails(booking=elsewhere))) == [Cause.NOT_CONNECTED]


def test_what_is_switched_off_is_not_sent(house: Open) -> None:
    here = house(enabled=False)
    assert here.act().result(PATIENCE) == Unsent(Cause.SWITCHED_OFF)
    assert causes(here.look(AskDetails(booking=booking()))) == [Cause.SWITCHED_OFF]


# Guards


def test_an_ill_source_is_given_rest_from_acts_too(house: Open) -> None:
    here = house(breaker_failures=2)
    for once in ("form-1", "form-2"):
        acting = here.act(once=once)
        here.driver.next().fail(Cause.TIMEOUT)
        assert acting.result(PATIENCE) == Unknown(Cause.TIMEOUT)
    assert here.act(once="form-3").result(PATIENCE) == Unsent(Cause.BROKEN)
    assert here.service.status()["bokningar"] == "open"
    assert here.driver.count == 2


def test_a_refusal_says_nothing_bad_of_the_source(house: Open) -> None:
    here = house(breaker_failures=1)
    for once in ("form-1", "form-2"):
        acting = here.act(once=once)
        here.driver.next().reply(outcome(CANCEL, "ERROR"))
        assert acting.result(PATIENCE) == Refused()


def test_a_full_queue_sends_nothing(house: Open) -> None:
    here = house(concurrent=1, queue=0)
    first = here.act(once="form-1")
    sent = here.driver.next()
    other = CancelBooking(booking=booking(origin=origin("b-2")))
    assert here.act(other, once="form-2").result(PATIENCE) == Unsent(Cause.BUSY)
    sent.reply(YES)
    assert first.result(PATIENCE) == Done()


class Eager:
    """An adapter with a bug: it sends again when the answer is lost."""

    def __init__(self, *, before: bool = False, again: type[Request] = Write) -> None:
        self._adapter = adapter()
        self._before = before
        self._again = again
        self.does = self._adapter.does
        self.settings = self._adapter.settings
        self.completes = self._adapter.completes

    def look(self, question: Any, doing: Any) -> Any:
        return self._adapter.look(question, doing)

    def act(self, act: Any, doing: Any) -> Any:
        if self._before:
            raise RuntimeError(TOLVAN.value)
        yield Write("POST", "https://x.test")
        yield self._again("POST", "https://x.test")


@pytest.mark.parametrize(
    ("eager", "ended", "sent"),
    [
        (Eager(), Unknown(Cause.FAILED), 1),
        (Eager(again=Request), Unknown(Cause.FAILED), 1),
        (Eager(before=True), Unsent(Cause.FAILED), 0),
    ],
)
def test_a_bug_of_an_adapter_is_an_outcome_and_never_sends_twice(
    eager: Eager, ended: object, sent: int, caplog: pytest.LogCaptureFixture
) -> None:
    driver = ScriptedDriver()
    service = FetchService([eager], driver, clock=Clock())
    service.start()
    seen = service.moment()
    acting = service.act(permit(TOLVAN, *ALL), ACT, once="form-1", seen=seen)
    if sent:
        driver.next().reply(YES)
    assert acting.result(PATIENCE) == ended
    assert driver.count == sent
    service.stop()
    assert TOLVAN.value not in caplog.text


class Careful:
    """One that makes itself ready, in so many requests, before it writes."""

    does = frozenset({CancelBooking})
    completes = frozenset({"region"})

    def __init__(self, steps: int = 2) -> None:
        self.settings = adapter(limits={"breaker_failures": 1}).settings
        self._steps = steps

    def act(self, act: Any, doing: Any) -> Any:
        for number in range(self._steps):
            yield Request("GET", f"https://x.test/{number}")
        return (yield from carry_out(Write("POST", "https://x.test"), lambda _: Done()))


@pytest.fixture
def careful() -> Iterator[tuple[FetchService, ScriptedDriver]]:
    driver = ScriptedDriver()
    service = FetchService([Careful()], driver, clock=Clock())
    service.start()
    yield service, driver
    service.stop()


def press(service: FetchService, once: str = "form-1") -> Future[Any]:
    seen = service.moment()
    return service.act(permit(TOLVAN, *ALL), ACT, once=once, seen=seen)


def test_what_makes_ready_goes_first(careful: tuple[FetchService, ScriptedDriver]) -> None:
    service, driver = careful
    acting = press(service)
    for path in ("/0", "/1", ""):
        sent = driver.next()
        assert sent.request.url == f"https://x.test{path}"
        sent.reply()
    assert acting.result(PATIENCE) == Done()


@pytest.mark.parametrize("step", [0, 1, 2])
def test_only_a_write_may_have_come_through(
    careful: tuple[FetchService, ScriptedDriver], step: int
) -> None:
    service, driver = careful
    acting = press(service)
    for _ in range(step):
        driver.next().reply()
    driver.next().fail(Cause.TIMEOUT)
    lost = Unknown if step == 2 else Unsent
    assert acting.result(PATIENCE) == lost(Cause.TIMEOUT)
    assert driver.count == step + 1
    assert press(service, "form-2").result(PATIENCE) == Unsent(Cause.BROKEN)


def test_one_that_only_acts_is_not_asked(careful: tuple[FetchService, ScriptedDriver]) -> None:
    service, driver = careful
    looking = service.look(permit(TOLVAN, *ALL), AskDetails(booking=booking()))
    assert causes(looking.result(PATIENCE)) == [Cause.NOT_CONNECTED]
    assert driver.count == 0


def test_when_the_service_stops_whoever_waits_is_told(house: Open) -> None:
    here = house(concurrent=1)
    other = CancelBooking(booking=booking(origin=origin("b-2")))
    sent, queued = here.act(once="form-1"), here.act(other, once="form-2")
    here.driver.next()
    here.service.stop()
    assert sent.result(PATIENCE) == Unknown(Cause.FAILED)
    assert queued.result(PATIENCE) == Unsent(Cause.FAILED)


# The shelf


def fill(here: House, needs: Any = BOOKED, reach: str = "session-1") -> None:
    page = here.page(needs, reach)
    here.driver.next().reply()
    landed(page)


def asks_anew(here: House, needs: Any = BOOKED, reach: str = "session-1") -> bool:
    before = here.driver.count
    page = here.page(needs, reach)
    after_all(here.service)
    if here.driver.count == before:
        landed(page)
        return False
    here.driver.next().reply()
    return outcomes(landed(page)) == [Outcome.DATA_FROM_SOURCE]


@pytest.mark.parametrize("answer", [YES, outcome(CANCEL, "ERROR"), b"garbage"])
def test_the_next_page_asks_anew_whatever_came_of_it(house: Open, answer: bytes) -> None:
    here = house()
    fill(here)
    assert not asks_anew(here)
    acting = here.act()
    here.driver.next().reply(answer)
    acting.result(PATIENCE)
    assert asks_anew(here)


def test_the_shelf_is_empty_while_the_act_is_in_the_air_and_after(house: Open) -> None:
    here = house()
    fill(here)
    acting = here.act()
    sent = here.driver.next()
    assert asks_anew(here)
    sent.reply(YES)
    acting.result(PATIENCE)
    assert asks_anew(here)


def test_a_page_that_was_asked_for_before_does_not_land_on_the_shelf_after(house: Open) -> None:
    here = house()
    page = here.page()
    flight = here.driver.next()
    acting = here.act()
    here.driver.next().reply(YES)
    acting.result(PATIENCE)
    flight.reply()
    assert landed(page).items
    assert asks_anew(here)


def test_other_sessions_that_see_the_person_ask_anew_too(house: Open) -> None:
    here = house()
    fill(here, reach="session-2")
    acting = here.act()
    here.driver.next().reply(YES)
    acting.result(PATIENCE)
    assert asks_anew(here, reach="session-2")


def test_what_the_act_does_not_change_stays_on_the_shelf(house: Open) -> None:
    here = house()
    fill(here, PLANS)
    acting = here.act()
    here.driver.next().reply(YES)
    acting.result(PATIENCE)
    assert not asks_anew(here, PLANS)


def test_what_a_unit_keeps_under_another_number_is_changed_under_it(house: Open) -> None:
    here = house()
    kept = CancelBooking(booking=booking(subject=OTHER))
    acting = here.act(kept, others=(OTHER,))
    sent = here.driver.next()
    root = etree.fromstring(sent.request.body)
    assert root.findtext(".//{*}actorId") == OTHER.value
    assert root.findtext(".//{*}actorType") == "subject_of_care"
    sent.reply(YES)
    assert acting.result(PATIENCE) == Done()


def test_a_change_empties_the_shelf_of_all_numbers(house: Open) -> None:
    here = house()
    fill(here)
    acting = here.act(CancelBooking(booking=booking(subject=OTHER)), others=(OTHER,))
    here.driver.next().reply(YES)
    acting.result(PATIENCE)
    assert asks_anew(here)


def test_somebody_elses_booking_is_not_acted_on(house: Open) -> None:
    with pytest.raises(NotPermitted):
        house().act(CancelBooking(booking=booking(subject=OTHER)))


# Questions


def test_who_asks_for_another_signs_as_their_agent(house: Open) -> None:
    here = house()
    grant = Grant(TOLVAN, OTHER, frozenset({"booking"}), NOON - DAY, NOON + DAY)
    who = here.permit(
        OTHER,
        Appointment,
        subject=TOLVAN,
        kind=ActorKind.OMBUD,
        acting_for=TOLVAN,
        facts=Facts(grant=grant),
    )
    looking = here.service.look(who, AskDetails(booking=booking()))
    sent = here.driver.next()
    root = etree.fromstring(sent.request.body)
    assert root.findtext(".//{*}actorId") == OTHER.value
    assert root.findtext(".//{*}actorType") == "subject_of_care_agent"
    sent.reply(details())
    assert looking.result(PATIENCE).items


def test_details_are_asked_for_and_never_shelved(house: Open) -> None:
    here = house()
    for _ in range(2):
        looking = here.service.look(here.permit(), AskDetails(booking=booking()))
        here.driver.next().reply(details(rebooking_allowed="false"))
        answer = looking.result(PATIENCE)
        (item,) = answer.items
        assert (item.rebook_allowed, answer.complete) == (False, True)
    assert here.driver.count == 2


def test_free_times_come_for_the_person_and_can_be_taken(house: Open) -> None:
    here = house()
    question = AskFreeTimes(booking=booking(), period=AUTUMN)
    looking = here.service.look(here.permit(), question)
    here.driver.next().reply(free_times())
    (time,) = looking.result(PATIENCE).items
    acting = here.act(MoveBooking(booking=booking(), to=time))
    here.driver.next().reply(outcome(MOVE, "INFO", "Kom fastande"))
    assert acting.result(PATIENCE) == Done(Told("Kom fastande"), info=True)


def test_a_question_that_fails_is_an_answer_that_says_so(house: Open) -> None:
    here = house()
    looking = here.service.look(here.permit(), AskDetails(booking=booking()))
    here.driver.next().fail(Cause.TIMEOUT)
    answer = looking.result(PATIENCE)
    assert (answer.items, causes(answer)) == ((), [Cause.TIMEOUT])


def test_somebody_elses_details_are_not_given(house: Open) -> None:
    here = house()
    looking = here.service.look(here.permit(), AskDetails(booking=booking()))
    here.driver.next().reply(details(subject_of_care=OTHER.value))
    answer = looking.result(PATIENCE)
    assert (answer.items, causes(answer)) == ((), [Cause.FOREIGN])


def test_a_kind_that_is_not_granted_is_not_asked_for(house: Open) -> None:
    here = house()
    question = AskFreeTimes(booking=booking(), period=AUTUMN)
    looking = here.service.look(here.permit(TOLVAN, Appointment), question)
    assert causes(looking.result(PATIENCE)) == [Cause.NOT_PERMITTED]
    assert here.driver.count == 0


def test_a_question_in_the_air_is_let_go_when_the_service_stops(house: Open) -> None:
    here = house()
    looking = here.service.look(here.permit(), AskDetails(booking=booking()))
    here.driver.next()
    here.service.stop()
    assert looking.cancelled()
