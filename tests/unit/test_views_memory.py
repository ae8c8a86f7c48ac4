"""New, moved, changed, gone: what is told of each, and what is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from stodtjanster.information import Agreement, Appointment, Item, Message
from stodtjanster.model import (
    Answer,
    Approximate,
    Cause,
    Dated,
    Origin,
    Outcome,
    Period,
    Timed,
    Told,
)
from tests.viewing import (
    BIRGITTA,
    NOW,
    REGION,
    TODAY,
    TOWN,
    agreement,
    at,
    booking,
    day,
    origin,
    report,
)
from views.kit.memory import Asked, Change, Memory, Snapshot, changes, note
from views.kit.traces import Pen

PEN = Pen(b"k" * 32, BIRGITTA)
SAID = (report(source="test"),)
SILENT = (report(Outcome.NO_DATA_SYNCH_FAILED, Cause.TIMEOUT, source="test"),)


def asked(*items: Item, said: Any = SAID, ahead: int = 42, kind: type[Item] = Appointment) -> Asked:
    period = Period(TODAY - timedelta(days=14), TODAY + timedelta(days=ahead))
    return Asked(kind, period, Answer(items, tuple(said)))


def after(*items: Item, **more: Any) -> Snapshot:
    return note(None, [asked(*items, **more)], PEN, NOW)


def told(since: Snapshot, *items: Item, now=NOW, **more: Any) -> list[Change]:
    return [news.change for news in changes(since, [asked(*items, **more)], PEN, now)]


def test_a_record_that_was_not_there_is_new() -> None:
    assert told(after(), booking(at(3))) == [Change.NEW]


def test_a_new_day_is_a_move_and_the_old_time_is_known() -> None:
    since = after(booking(at(3)))
    (news,) = changes(since, [asked(booking(at(4)))], PEN, NOW)
    assert news.change is Change.MOVED
    assert news.was is not None
    assert news.was.when == at(3)


@pytest.mark.parametrize(
    "now_is",
    [
        booking(at(3), title="Provtagning"),
        booking(at(3, minutes=60)),
        booking(at(3), who=(Told("Erik Holm"),)),
        booking(Approximate(at(3).start, at(3).start + timedelta(minutes=30))),
    ],
)
def test_another_word_about_the_same_time_is_a_change(now_is: Appointment) -> None:
    assert told(after(booking(at(3))), now_is) == [Change.CHANGED]


def test_a_record_that_its_source_does_not_tell_of_is_gone() -> None:
    assert told(after(booking(at(3)))) == [Change.GONE]


@pytest.mark.parametrize("said", [SILENT, (), (report(system=TOWN, source="other"),)])
def test_it_is_not_gone_while_its_source_is_silent(said: Any) -> None:
    assert told(after(booking(at(3))), said=said) == []


def test_a_system_that_is_no_longer_named_has_nothing_when_its_source_told_all() -> None:
    since = after(booking(at(3)))
    assert told(since, said=[report(system="test", source="test")]) == [Change.GONE]
    half = [report(system=TOWN, source="test"), *SILENT]
    assert told(since, said=half) == []


@pytest.mark.parametrize(
    "when", [at(0, "14.00"), Dated(day(0)), Dated(day(-1), day(0)), Timed(at(0, "14.30").start)]
)
def test_what_is_over_is_not_gone(when: Any) -> None:
    since = note(None, [asked(booking(when))], PEN, NOW - timedelta(days=2))
    assert told(since, now=NOW + timedelta(days=1)) == []


def test_what_lay_beyond_the_weeks_that_were_asked_about_is_not_new() -> None:
    assert told(after(ahead=42), booking(at(43)), ahead=60) == []
    assert told(after(ahead=42), booking(at(42)), ahead=60) == [Change.NEW]


def test_what_a_source_tells_that_was_silent_then_is_not_new() -> None:
    assert told(after(said=SILENT), booking(at(3))) == []


def test_a_system_that_nobody_had_heard_of_is_new_when_its_source_had_told_all() -> None:
    since = after(said=[report(system="test", source="test")])
    assert told(since, booking(at(3))) == [Change.NEW]


def test_what_was_last_known_of_a_silent_source_is_compared_with_what_it_says_later() -> None:
    first = after(booking(at(3)))
    second = note(first, [asked(said=SILENT)], PEN, NOW + timedelta(hours=1))
    assert told(second, booking(at(4))) == [Change.MOVED]


def test_anothers_word_for_a_record_says_nothing_of_a_change() -> None:
    """The municipality passes on the region's time, which may be old there."""
    own = booking(at(3))
    passed_on = Appointment(
        subject=BIRGITTA,
        origin=Origin("sjovik", TOWN, "copy", "test", NOW, known_as=own.origin.identity),
        when=at(5),
        title=Told("Besök"),
    )
    since = after(own)
    both = [*SILENT, report(system=TOWN, source="sjovik")]
    assert told(since, passed_on, said=both) == []
    later = note(since, [asked(passed_on, said=both)], PEN, NOW)
    assert told(later, booking(at(4))) == [Change.MOVED]


def test_a_place_that_may_not_be_told_just_now_has_not_changed() -> None:
    shown, hidden = booking(at(3), place=Told("Hus B")), booking(at(3))
    assert told(after(shown), hidden) == []
    assert told(after(hidden), shown) == []
    assert told(after(shown), booking(at(3), place=Told("Hus C"))) == [Change.CHANGED]


def test_who_comes_on_a_daily_visit_is_no_news() -> None:
    before, now = (
        booking(at(3), system=TOWN, recurring=True, who=who) for who in ((), (Told("Omar"),))
    )
    said = [report(system=TOWN, source="test")]
    assert told(after(before, said=said), now, said=said) == []


def test_digests_that_were_made_in_another_way_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    since = after(booking(at(3)), booking(at(4), "2"))
    monkeypatch.setattr("views.kit.traces.FACTS_VERSION", "2")
    assert told(since, booking(at(3), title="Annat"), booking(at(5), "2")) == [Change.MOVED]


def test_a_message_is_never_gone() -> None:
    letter = Message(subject=BIRGITTA, origin=origin(REGION, "m"), sent=at(-1))
    said = [report(information=Message, source="test")]
    since = after(letter, said=said, kind=Message)
    assert told(since, said=said, kind=Message) == []
    assert told(after(said=said, kind=Message), letter, said=said, kind=Message) == [Change.NEW]


def test_an_agreement_that_is_done_has_changed_and_one_that_has_ended_is_not_gone() -> None:
    said = [report(information=Agreement, system=TOWN, source="test")]

    def now(since: Snapshot, *items: Item) -> list[Change]:
        return told(since, *items, said=said, kind=Agreement)

    since = after(agreement("Träna"), said=said, kind=Agreement)
    assert now(since, agreement("Träna", done=True)) == [Change.CHANGED]
    assert now(since) == [Change.GONE]
    over = note(
        None,
        [asked(agreement("Träna", until=day(-1)), said=said, kind=Agreement)],
        PEN,
        NOW - timedelta(days=3),
    )
    assert now(over) == []


def test_kinds_that_a_page_does_not_ask_about_are_left_as_they_were() -> None:
    said = [report(information=Agreement, system=TOWN, source="test")]
    both = note(after(booking(at(3))), [asked(agreement("a"), said=said, kind=Agreement)], PEN, NOW)
    assert [trace.place.kind for trace in both.traces] == ["agreement", "appointment"]
    assert changes(both, [asked(agreement("a"), said=said, kind=Agreement)], PEN, NOW) == []


class TestMemory:
    PAUSE = timedelta(hours=4)
    SINCE, LATEST = after(), Snapshot(NOW + timedelta(minutes=5))

    @pytest.fixture
    def memory(self) -> Memory:
        return Memory(self.SINCE, self.LATEST, "a" * 64)

    def test_the_same_login_goes_on_where_it_was(self, memory: Memory) -> None:
        assert memory.on("a" * 64, NOW + timedelta(hours=7), self.PAUSE) == memory

    def test_so_does_one_soon_after(self, memory: Memory) -> None:
        assert memory.on("b" * 64, NOW + timedelta(hours=4), self.PAUSE) == memory

    def test_the_next_visit_begins_with_what_was_shown_last(self, memory: Memory) -> None:
        assert memory.on("b" * 64, NOW + timedelta(hours=5), self.PAUSE).since == self.LATEST

    def test_what_is_marked_as_seen_is_no_longer_news(self, memory: Memory) -> None:
        assert memory.marked() == Memory(self.LATEST, self.LATEST, "a" * 64)
