"""What is remembered of what was shown: whoever is silent, nothing is said to be gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.information import Appointment
from stodtjanster.model import Answer, Cause, Outcome, Period, Report
from tests.viewing import BIRGITTA, NOW, TODAY, at, booking, report
from views.kit.memory import Asked, Change, Snapshot, changes, has_answered, note, silent
from views.kit.traces import Pen, Place

PEN = Pen(b"k" * 32, BIRGITTA)
PERIOD = Period(TODAY - timedelta(days=14), TODAY + timedelta(days=42))
SYSTEMS = ("SE-A", "SE-B", "SE-C")

bookings = st.builds(
    lambda system, record, days, who: booking(
        at(days), str(record), system=system, title=f"Besök {who}"
    ),
    st.sampled_from(SYSTEMS),
    st.integers(0, 4),
    st.integers(-3, 40),
    st.integers(0, 1),
)
outcomes = st.sampled_from(
    [
        (Outcome.DATA_FROM_SOURCE, None, 0),
        (Outcome.DATA_FROM_CACHE, None, 0),
        (Outcome.DATA_FROM_SOURCE, Cause.PARTIAL, 0),
        (Outcome.DATA_FROM_SOURCE, None, 2),
        (Outcome.DATA_FROM_CACHE_SYNCH_FAILED, Cause.TIMEOUT, 0),
        (Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT, 0),
        (Outcome.PENDING, None, 0),
        (Outcome.NOT_ASKED, Cause.NOT_CONNECTED, 0),
    ]
)
reports = st.builds(
    lambda system, said: report(said[0], said[1], system=system, source="test", rejected=said[2]),
    st.sampled_from((*SYSTEMS, "test")),
    outcomes,
)


def once_each(found: list[Appointment]) -> tuple[Appointment, ...]:
    return tuple({item.origin.identity: item for item in found}.values())


answers = st.builds(
    lambda items, said: Answer(once_each(items), tuple(said)),
    st.lists(bookings, max_size=8),
    st.lists(reports, max_size=4),
)


def asked(answer: Answer[Appointment]) -> Asked:
    return Asked(Appointment, PERIOD, answer)


def remembered(*shown: Answer[Appointment]) -> Snapshot | None:
    before: Snapshot | None = None
    for answer in shown:
        before = note(before, [asked(answer)], PEN, NOW)
    return before


def is_silent(said: tuple[Report, ...], system: str) -> bool:
    """Written another way than what is tried: somebody who could have told of it did not."""
    own = [r for r in said if r.system == system]
    return any(not r.answered for r in own) or (
        not own and (not said or any(not r.answered for r in said))
    )


@given(st.lists(answers, min_size=1, max_size=3), answers)
def test_a_silent_source_never_makes_anything_gone(
    shown: list[Answer[Appointment]], now: Answer[Appointment]
) -> None:
    since = remembered(*shown)
    assert since is not None
    for news in changes(since, [asked(now)], PEN, NOW):
        if news.change is Change.GONE:
            assert news.was is not None
            assert not is_silent(now.reports, news.was.place.system)


@given(st.lists(answers, min_size=1, max_size=3), answers)
def test_what_was_never_asked_about_is_never_new(
    shown: list[Answer[Appointment]], now: Answer[Appointment]
) -> None:
    """A source that answers for the first time has had its records for long."""
    since = remembered(*shown)
    assert since is not None
    for news in changes(since, [asked(now)], PEN, NOW):
        if news.change is Change.NEW:
            assert news.item is not None
            assert any(not is_silent(a.reports, news.item.origin.system) for a in shown)


@given(st.lists(answers, min_size=1, max_size=2), answers, st.randoms())
def test_the_order_of_arrival_means_nothing(shown, now, chance) -> None:
    def shuffled(answer: Answer[Appointment]) -> Answer[Appointment]:
        items, said = list(answer.items), list(answer.reports)
        chance.shuffle(items)
        chance.shuffle(said)
        return Answer(tuple(items), tuple(said))

    since, other = remembered(*shown), remembered(*map(shuffled, shown))
    assert since is not None
    assert since == other
    there = changes(since, [asked(now)], PEN, NOW)
    here = changes(since, [asked(shuffled(now))], PEN, NOW)
    assert len(there) == len(here)
    assert all(news in here for news in there)


@given(answers)
def test_what_was_just_shown_is_no_news(answer: Answer[Appointment]) -> None:
    since = remembered(answer)
    assert since is not None
    assert changes(since, [asked(answer)], PEN, NOW) == []


@given(answers, answers)
def test_what_the_silent_told_is_remembered_until_they_speak(first, second) -> None:
    before = remembered(first)
    after = note(before, [asked(second)], PEN, NOW)
    assert before is not None
    kept = {trace.name for trace in after.traces}
    believed = silent(before, asked(second), PEN, NOW)
    over = {trace.name for item in second.items if (trace := PEN.trace(item)).is_over(NOW)}
    for trace in before.traces:
        if not has_answered(second.reports, trace.place):
            assert trace.name in kept | over
    assert {trace.name for trace in believed} <= kept


@given(answers)
def test_nothing_that_was_said_can_be_read_from_it(answer: Answer[Appointment]) -> None:
    since = remembered(answer)
    written = repr(since)
    assert "Besök" not in written
    assert BIRGITTA.value not in written
    for item in answer.items:
        assert f"'{item.origin.record}'" not in written


def test_two_people_and_two_keys_have_no_names_in_common() -> None:
    item = booking(at(1))
    other = replace(PEN, secret=b"x" * 32)
    assert len({PEN.trace(item).name, other.trace(item).name}) == 2
    assert PEN.trace(item).facts != other.trace(item).facts


def test_every_order_of_the_same_reports_says_the_same() -> None:
    place = Place("appointment", "test", "SE-A")
    said = [
        report(system="SE-A", source="test"),
        report(Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT, system="SE-A", source="test"),
        report(system="SE-B", source="test"),
    ]
    assert {has_answered(order, place) for order in permutations(said)} == {False}
