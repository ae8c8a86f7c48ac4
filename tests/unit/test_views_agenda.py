"""What the overview says of conflicts, and of how many different people come."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import VisitForm
from stodtjanster.model import Cause, Outcome, Told
from tests.viewing import TOWN, answer, at, booking, day, hospital_stay, report, scene
from views.kit.agenda import events, next_up, week

NAMES = ("Omar Said", "Fatima Noor", "Ulla Berggren")
ANSWERED = (report(system=TOWN),)


def visit(n: int, clock: str = "07.30", who: str | None = None, **more: Any) -> Any:
    made = {"system": TOWN, "title": "Hemtjänst", "form": VisitForm.HOME, "recurring": True} | more
    names = (Told(who),) if who else ()
    return booking(at(n, clock, minutes=45), f"{n}{clock}", who=names, done=n < 0, **made)


def past(*, first: int = -14, who: Any = NAMES) -> list[Any]:
    return [visit(n, who=who[n % len(who)]) for n in range(first, 0)]


def people(*items: Any, reports: Any = ANSWERED) -> int | None:
    coming = [visit(n) for n in range(1, 6)]
    made = events(answer(*items, *coming, reports=reports), scene())
    assert made is not None
    (fold,) = made.folded
    return fold.people


class TestHowManyCome:
    def test_each_name_counts_once(self) -> None:
        assert people(*past()) == 3
        assert people(*past(who=("Omar Said", "OMAR SAID"))) == 1

    def test_two_who_come_together_are_two(self) -> None:
        pair = visit(-1, "18.30", who="Omar Said")
        both = [visit(-1, "18.31", who="Ali Hassan"), pair, *past()]
        assert people(*both) == 4

    def test_who_has_not_come_yet_is_not_counted(self) -> None:
        assert people(*past(), visit(0, "07.30", who="Ny Person")) == 3

    def test_nothing_is_said_of_a_visit_that_names_nobody(self) -> None:
        assert people(*past(), visit(-3, "12.00")) is None

    def test_nothing_is_said_when_the_source_does_not_go_back_so_far(self) -> None:
        assert people(*past(first=-9)) is None
        assert people() is None

    @pytest.mark.parametrize(
        "reports",
        [
            [report(Outcome.DATA_FROM_SOURCE, Cause.PARTIAL, system=TOWN)],
            [report(Outcome.DATA_FROM_CACHE_SYNCH_FAILED, Cause.TIMEOUT, system=TOWN)],
            [report()],
        ],
    )
    def test_nothing_is_said_when_the_source_did_not_tell_all(self, reports: Any) -> None:
        assert people(*past(), reports=reports) is None

    def test_another_series_is_another_count(self) -> None:
        other = [visit(-n, "20.00", who="Nattpatrull", title="Nattillsyn") for n in range(1, 15)]
        assert people(*past(), *other) == 3


class TestWhatMeets:
    ITEMS = (booking(at(4, "09.15"), "o", title="Återbesök"), visit(4, "08.45"))

    def test_the_row_the_fold_and_the_day_say_so(self) -> None:
        booked = answer(*self.ITEMS, *(visit(n) for n in range(1, 6)))
        made, strip = events(booked, scene()), week(booked, scene())
        assert made is not None
        assert strip is not None
        (row,) = [row for each in made.days for row in each.rows]
        assert len(row.conflicts) == 1
        assert [visit.start for visit in made.folded[0].clashing] == [at(4, "08.45").start]
        assert [each.clash for each in strip.days] == [None] * 4 + ["certain"] + [None] * 2
        assert strip.href == "/sv/mig/veckan"

    def test_what_is_next_says_so_too(self) -> None:
        made = next_up(answer(*self.ITEMS), scene())
        assert made is not None
        assert made.row is not None
        assert made.row.conflicts

    def test_what_may_meet_is_marked_as_such(self) -> None:
        stays = answer(hospital_stay(at(-1, minutes=None)))
        strip = week(answer(visit(2)), scene(), stays)
        assert strip is not None
        assert strip.days[2].clash == "possible"

    def test_late_it_meets_also_what_was_printed_before(self) -> None:
        late, early = self.ITEMS
        made = events(answer(late, early), scene(seen=frozenset({early.origin.identity})))
        assert made is not None
        (row,) = [row for each in made.days for row in each.rows]
        assert row.day == day(4)
        assert row.title == late.title
        assert len(row.conflicts) == 1
