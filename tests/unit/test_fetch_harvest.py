"""A harvest gives what is known now: admitted, in the period, once, and never blocks."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import date, timedelta

import pytest

from stodtjanster.fetch import Harvest, plan
from stodtjanster.information import Appointment, CarePlan
from stodtjanster.model import Answer, Cause, Need, Outcome, PersonId, Protection, Told
from tests.fetching import (
    ANNA,
    BO,
    NOON,
    ScriptedSource,
    appointment,
    causes,
    outcomes,
    permit,
    report,
)

BEFORE = PersonId.parse("189912309805")
TODAY = date(2026, 11, 20)
NEEDS = {
    "week": Need(Appointment, days_ahead=6),
    "year": Need(Appointment, days_back=30, days_ahead=365),
    "plans": Need(CarePlan),
}


def harvest(*answers: Answer | Exception | None, who=None, sources=None) -> Harvest:
    """One source per answer, or fewer that answer for several numbers; None has not landed."""
    sources = [ScriptedSource(f"s{number}") for number in range(sources or len(answers))]
    who = who or permit(ANNA, Appointment, CarePlan)
    planned = plan(who, NEEDS, sources)
    futures = {}
    for order, answer in zip(planned.orders[Appointment], answers, strict=True):
        future: Future[Answer] = Future()
        if isinstance(answer, Exception):
            future.set_exception(answer)
        elif answer is not None:
            future.set_result(answer)
        futures[order] = future
    return Harvest(who, planned, futures)


def told(*items: Appointment) -> Answer:
    return Answer(items, (report(),))


def records(answer: Answer) -> list[str]:
    return [item.origin.record for item in answer.items]


def test_items_come_in_the_order_of_sources_and_of_each_source():
    one = told(appointment("c"), appointment("a"))
    two = told(appointment("d", system="SE-2"), appointment("b", system="SE-2"))
    assert records(harvest(one, two).answer("week")) == ["c", "a", "d", "b"]


def test_a_record_from_two_sources_is_given_once_as_the_first_told_it():
    one = told(appointment("a", title="first"))
    two = told(appointment("a", title="second"), appointment("b"))
    made = harvest(one, two).answer("week")
    assert records(made) == ["a", "b"]
    assert made.items[0].title.text == "first"
    assert len(made.reports) == 2


def test_the_same_record_number_in_two_systems_is_two_records():
    made = harvest(told(appointment("a", system="SE-1"), appointment("a", system="SE-2")))
    assert records(made.answer("week")) == ["a", "a"]


@pytest.mark.parametrize("refused_first", [True, False])
def test_a_record_that_one_source_keeps_from_the_person_is_not_shown_by_another(refused_first):
    copies = [told(appointment("a", approved=False)), told(appointment("a"), appointment("b"))]
    made = harvest(*(copies if refused_first else reversed(copies)))
    assert records(made.answer("week")) == ["b"]


@pytest.mark.parametrize("approved", [False, None])
def test_what_the_permit_does_not_admit_never_comes_out(approved):
    made = harvest(told(appointment("a", approved=approved))).answer("week")
    assert made.items == ()
    assert made.complete


def test_what_is_kept_under_another_number_of_the_persons_is_theirs():
    who = permit(ANNA, Appointment, CarePlan, others=(BEFORE,))
    old = told(appointment("a"), appointment("b", person=BEFORE), appointment("c", person=BO))
    made = harvest(told(appointment("a")), old, sources=1, who=who).answer("week")
    assert records(made) == ["a", "b"]


@pytest.mark.parametrize("protected", list(Protection))
def test_no_place_comes_out_of_somebody_who_is_or_may_be_protected(protected):
    who = permit(ANNA, Appointment, CarePlan, protected=protected)
    visit = replace(appointment(), place=Told("Storgatan 1"), unit=Told("Vårdcentralen"))
    (made,) = harvest(told(visit), who=who).answer("week").items
    hidden = protected is not Protection.NONE
    assert made == (replace(visit, place=None) if hidden else visit)


def test_another_persons_record_never_comes_out_even_if_the_engine_let_it_pass():
    assert harvest(told(appointment("a", person=BO))).answer("week").items == ()


def test_each_need_has_its_own_days():
    days = {
        "before": TODAY - timedelta(days=1),
        "today": TODAY,
        "last": TODAY + timedelta(days=6),
        "after": TODAY + timedelta(days=7),
    }
    made = harvest(told(*(appointment(name, day=day) for name, day in days.items())))
    assert records(made.answer("week")) == ["today", "last"]
    assert records(made.answer("year")) == ["before", "today", "last", "after"]


def test_what_has_not_landed_is_pending_and_not_empty():
    made = harvest(told(appointment("a")), None)
    answer = made.answer("week")
    assert records(answer) == ["a"]
    assert outcomes(answer) == [Outcome.DATA_FROM_SOURCE, Outcome.PENDING]
    assert answer.pending
    assert not answer.complete
    assert not made.settled(["week"])
    assert made.settled(["plans"])


def test_a_flight_that_crashed_is_a_report():
    answer = harvest(RuntimeError("bug")).answer("week")
    assert causes(answer) == [Cause.FAILED]
    assert not answer.complete


def test_a_kind_that_nobody_gives_is_not_empty_but_not_asked():
    answer = harvest(told()).answer("plans")
    assert (outcomes(answer), causes(answer)) == ([Outcome.NOT_ASKED], [Cause.NOT_CONNECTED])
    assert not answer.complete


def test_a_refused_kind_is_said_to_be_refused():
    who = permit(ANNA, Appointment, CarePlan, loa="loa2")
    planned = plan(who, NEEDS, [ScriptedSource()])
    answer = Harvest(who, planned, {}).answer("week")
    assert causes(answer) == [Cause.NOT_PERMITTED]


def test_an_undeclared_need_is_a_mistake():
    with pytest.raises(KeyError):
        harvest(told()).answer("other")


def test_waiting_ends_when_something_lands_or_nothing_flies():
    made = harvest(None, told())
    assert not made.wait(0)
    assert not made.wait(-1)
    (flying,) = (future for future in made._answers.values() if not future.done())
    assert records(made.answer("week")) == []
    flying.set_result(told(appointment("late")))
    assert records(made.answer("week")) == ["late"]
    assert made.settled(["week"])
    assert not made.wait(20)
    assert made.permit.situation.now == NOON
