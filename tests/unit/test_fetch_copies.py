"""An old copy stands in system by system, says so, and helps nobody who mixes people."""

from datetime import timedelta

import pytest

from stodtjanster.fetch.copies import with_old_copy
from stodtjanster.model import Answer, Cause, Outcome
from tests.fetching import NOON, appointment, report

LATER = NOON + timedelta(minutes=20)
FAILED = Outcome.NO_DATA_SYNCH_FAILED
COPY = Outcome.DATA_FROM_CACHE_SYNCH_FAILED

A = appointment("a", system="SE-A")
B = appointment("b", system="SE-B")
OLD = Answer((A, B), (report("SE-A", as_of=NOON), report("SE-B", as_of=NOON)))


def failure(system: str = "region", cause: Cause = Cause.TIMEOUT):
    return report(system, FAILED, cause=cause, tried_at=LATER)


def test_one_system_that_failed_is_filled_and_the_others_are_left():
    fresh = appointment("b2", system="SE-B")
    made = with_old_copy(
        Answer((fresh,), (failure("SE-A"), report("SE-B", as_of=LATER))), OLD, "region"
    )
    assert made.items == (fresh, A)
    assert {told.system: told for told in made.reports} == {
        "SE-A": report("SE-A", COPY, as_of=NOON, tried_at=LATER, cause=Cause.TIMEOUT),
        "SE-B": report("SE-B", as_of=LATER),
    }
    assert not made.complete


def test_a_source_that_failed_as_a_whole_is_filled_as_a_whole():
    made = with_old_copy(Answer(reports=(failure(),)), OLD, "region")
    assert made.items == OLD.items
    assert [(told.system, told.outcome, told.as_of) for told in made.reports] == [
        ("SE-A", COPY, NOON),
        ("SE-B", COPY, NOON),
    ]


def test_a_system_that_had_no_data_before_is_still_said_to_have_none():
    old = Answer((A,), (report("SE-A", as_of=NOON), failure("SE-B", Cause.FAULT)))
    made = with_old_copy(Answer(reports=(failure(),)), old, "region")
    assert {told.system: (told.outcome, told.cause) for told in made.reports} == {
        "SE-A": (COPY, Cause.TIMEOUT),
        "SE-B": (FAILED, Cause.TIMEOUT),
    }


def test_a_system_that_answered_itself_is_not_overlaid():
    fresh = appointment("a2", system="SE-A")
    made = with_old_copy(Answer((fresh,), (report("SE-A", as_of=LATER), failure())), OLD, "region")
    assert made.items == (fresh, B)
    assert [(told.system, told.outcome) for told in made.reports] == [
        ("SE-A", Outcome.DATA_FROM_SOURCE),
        ("SE-B", COPY),
    ]


@pytest.mark.parametrize("cause", [Cause.DENIED, Cause.FOREIGN])
def test_a_source_that_refuses_us_or_mixes_people_is_not_helped_out(cause):
    new = Answer(reports=(failure(cause=cause),))
    assert with_old_copy(new, OLD, "region") == new


def test_an_answer_without_failures_needs_no_copy():
    new = Answer((), (report("SE-A", as_of=LATER), report("SE-B", as_of=LATER)))
    assert with_old_copy(new, OLD, "region") == new


def test_an_old_failure_is_no_copy():
    new = Answer(reports=(failure(),))
    assert with_old_copy(new, Answer(reports=(failure(cause=Cause.FAULT),)), "region") == new


def test_a_copy_of_a_copy_keeps_the_time_of_the_first():
    once = with_old_copy(Answer(reports=(failure(),)), OLD, "region")
    twice = with_old_copy(Answer(reports=(failure(cause=Cause.BROKEN),)), once, "region")
    assert twice.items == OLD.items
    assert {(told.outcome, told.cause, told.as_of) for told in twice.reports} == {
        (COPY, Cause.BROKEN, NOON)
    }


def test_an_old_empty_answer_is_a_copy_too():
    old = Answer((), (report("SE-A", as_of=NOON),))
    made = with_old_copy(Answer(reports=(failure(),)), old, "region")
    assert [told.outcome for told in made.reports] == [COPY]
    assert not made.complete
