"""What lands for staff is screened before it counts as landed, and fails closed."""

from concurrent.futures import Future
from dataclasses import replace

import pytest

from stodtjanster.access import Facts, Screened, decide
from stodtjanster.access.case import Dependencies, Relation
from stodtjanster.fetch import Harvest, plan
from stodtjanster.fetch.screening import screened, when_all
from stodtjanster.information import Appointment
from stodtjanster.model import Answer, Cause, Need, Outcome, Owner, Report, Side
from tests.fetching import ScriptedSource, appointment
from tests.security_messages import BIRGITTA, CLINIC, NOW, OWN, situation

NEEDS = {"booked": Need(Appointment, days_ahead=30)}
MET = Facts(relation=Relation(True), dependencies=Dependencies(consent_up=True))
OPEN = Screened(up=True)


def visit(record, place):
    made = appointment(record, person=BIRGITTA)
    origin = replace(made.origin, care_provider=place.provider, care_unit=place.unit)
    return replace(made, origin=origin)


MINE, THEIRS = visit("1", OWN), visit("2", CLINIC)


class Screen:
    """Answers are given by the test, one for each question in turn."""

    def __init__(self):
        self.asked = []

    def __call__(self, items):
        future = Future()
        self.asked.append((items, future))
        return future

    def say(self, said):
        self.asked[-1][1].set_result(said)


def harvest(screen, *items):
    permit = decide(
        situation(),
        (Appointment,),
        reach="r",
        facts=MET,
        owner_of=lambda origin: Owner(origin.care_provider, Side.VARD),
    ).logged("log-1")
    planned = plan(permit, NEEDS, [ScriptedSource("region")])
    (order,) = planned.orders[Appointment]
    landed: Future[Answer] = Future()
    answer = Answer(
        items, (Report("region", "SE-1", Appointment.key, Outcome.DATA_FROM_SOURCE, as_of=NOW),)
    )
    return Harvest(permit, planned, {order: landed}, screen), lambda: landed.set_result(answer)


def records(made):
    return [item.origin.record for item in made.answer("booked").items]


def causes(made):
    return [report.cause for report in made.answer("booked").gaps]


def test_an_answer_has_not_landed_before_it_is_screened():
    screen = Screen()
    made, land = harvest(screen, MINE, THEIRS)
    land()
    assert not made.settled(NEEDS)
    assert made.answer("booked").pending
    assert records(made) == ["1"], "the own unit's waits for nobody"
    assert causes(made) == [None]
    screen.say({each.origin.identity: OPEN for each in (MINE, THEIRS)})
    assert made.settled(NEEDS)
    assert records(made) == ["1", "2"]
    assert causes(made) == []


def test_what_was_not_screened_is_kept_back_and_told_of_once():
    screen = Screen()
    made, land = harvest(screen, MINE, THEIRS, visit("3", CLINIC))
    land()
    screen.say({})
    assert records(made) == ["1"]
    assert causes(made) == [Cause.UNCHECKED]
    assert not made.answer("booked").complete


def test_an_answer_without_records_is_not_asked_about():
    screen = Screen()
    made, land = harvest(screen)
    land()
    assert made.answer("booked").complete
    assert screen.asked == []


def test_a_mistake_of_ours_opens_nothing():
    def broken(_items):
        raise RuntimeError("a bug")

    made, land = harvest(broken, THEIRS)
    land()
    assert records(made) == []
    assert causes(made) == [Cause.UNCHECKED]


@pytest.mark.parametrize("end", ["cancelled", "failed"])
def test_a_question_that_is_called_off_opens_nothing(end):
    screen = Screen()
    made, land = harvest(screen, THEIRS)
    land()
    asked = screen.asked[-1][1]
    if end == "cancelled":
        asked.cancel()
        asked.set_running_or_notify_cancel()
    else:
        asked.set_exception(RuntimeError("a bug"))
    assert records(made) == []


def test_a_flight_that_failed_is_not_asked_about():
    screen, landed = Screen(), Future()
    said = screened(landed, screen)
    landed.set_exception(RuntimeError("a bug"))
    assert said.result(0) == {}
    assert screen.asked == []


def test_the_results_are_joined_when_the_last_has_come():
    one, two = Future(), Future()
    joined = when_all([one, two], tuple)
    two.set_result("b")
    assert not joined.done()
    one.set_result("a")
    assert joined.result(0) == ("a", "b")


def test_what_breaks_in_joining_is_raised_where_it_is_read():
    one = Future()
    joined = when_all([one], lambda _said: 1 // 0)
    one.set_result("a")
    with pytest.raises(ZeroDivisionError):
        joined.result(0)
