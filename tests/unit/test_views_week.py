"""Vem kommer när: the seven days, the ways to others, and what may be said of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.information import VisitForm
from stodtjanster.model import Dated, Open, Partial, Told
from tests.viewing import (
    FAILED,
    KEPT,
    TODAY,
    TOWN,
    answer,
    asked,
    at,
    booking,
    day,
    hospital_stay,
    report,
    scene,
)
from views.kit.view import show
from views.week import view
from views.week.choose import choose, first_day, needs_for
from views.week.days import Week, days

DAYS = view.find("days")
assert DAYS is not None


def help_at_home(n: int, clock: str = "07.30", **more: Any) -> Any:
    made = {"system": TOWN, "title": "Hemtjänst", "form": VisitForm.HOME, "recurring": True} | more
    return booking(at(n, clock, minutes=45), f"h{n}{clock}", **made)


def week(*items: Any, stays: Any = (), reports: Any = None, **choices: str) -> Week:
    made = days(answer(*items, reports=reports), answer(*stays), scene(asked=asked(**choices)))
    assert made is not None
    return made


def titles(made: Week) -> list[list[str]]:
    return [[row.title.text for row in column.rows] for column in made.columns]


class TestTheDays:
    def test_seven_from_today_with_region_and_municipality_in_order(self) -> None:
        made = week(
            booking(at(1, "09.15"), "o", title="Återbesök"),
            help_at_home(1, "07.30"),
            help_at_home(1, "12.00"),
            help_at_home(6),
            booking(at(7), "z", title="Nästa vecka"),
            booking(at(-1), "y", title="I går"),
        )
        assert [column.day for column in made.columns] == [day(n) for n in range(7)]
        assert [column.today for column in made.columns] == [True] + [False] * 6
        assert titles(made)[1] == ["Hemtjänst", "Återbesök", "Hemtjänst"]
        assert sum(map(len, titles(made))) == 4

    def test_what_has_been_today_is_still_of_today(self) -> None:
        assert titles(week(help_at_home(0, "07.30", done=True)))[0] == ["Hemtjänst"]

    def test_a_name_or_that_one_will_come(self) -> None:
        made = week(help_at_home(1, who=(Told("Omar Said"),)), help_at_home(2))
        named, unnamed = made.columns[1].rows[0], made.columns[2].rows[0]
        assert named.who == Told("Omar Said")
        assert (unnamed.who, unnamed.who_pending) == (None, True)

    def test_what_lasts_for_days_stands_on_each_with_an_id_of_its_own(self) -> None:
        made = week(booking(Dated(day(-1), day(1)), title="Provtagning hemma"))
        rows = [row for column in made.columns for row in column.rows]
        assert [len(column.rows) for column in made.columns] == [1, 1, 0, 0, 0, 0, 0]
        assert len({row.anchor for row in rows}) == 2

    def test_what_has_no_day_is_not_lost(self) -> None:
        made = week(booking(Open(), "a"), booking(Partial(2026, 11), "b"))
        assert len(made.undated) == 2
        assert days(answer(booking(Partial(2027, 3))), answer(), scene()) is None

    @pytest.mark.parametrize("reports", [None, [report(), FAILED]])
    def test_a_day_is_only_empty_when_everybody_answered(self, reports: Any) -> None:
        made = week(help_at_home(1), reports=reports)
        assert {column.known for column in made.columns} == {reports is None}

    def test_of_a_day_that_is_over_nobody_says_that_it_was_empty(self) -> None:
        start = day(-3).isoformat()
        made = week(help_at_home(-2, done=True), start=start)
        assert [column.known for column in made.columns] == [False] * 3 + [True] * 4
        assert made.past

    def test_nothing_at_all_is_for_the_engine_to_say(self) -> None:
        empty = show(DAYS, {"booked": answer(), "stays": answer(reports=[]), **KEPT}, scene())
        silent = show(
            DAYS, {"booked": answer(reports=[FAILED]), "stays": answer(), **KEPT}, scene()
        )
        assert (empty.state, silent.state) == ("empty", "unknown")

    def test_who_is_silent_of_stays_makes_no_week_incomplete(self) -> None:
        shown = show(
            DAYS,
            {"booked": answer(help_at_home(1)), "stays": answer(reports=[FAILED]), **KEPT},
            scene(),
        )
        assert shown.state == "full"

    def test_late_it_shows_what_came_late_and_what_that_meets(self) -> None:
        early, late = help_at_home(4, "08.45"), booking(at(4, "09.00"), "o", title="Återbesök")
        seen = scene(seen=frozenset({early.origin.identity}))
        made = days(answer(early, late), answer(), seen)
        assert made is not None
        assert titles(made) == [["Återbesök"]]
        assert len(made.collisions) == 1
        assert days(answer(early), answer(), seen) is None


class TestTheDailyVisits:
    def test_they_are_shown_until_somebody_says_no(self) -> None:
        items = help_at_home(1), booking(at(1, "12.00"), "o", title="Läkare")
        shown, hidden = week(*items), week(*items, dagliga="nej")
        assert titles(shown)[1] == ["Hemtjänst", "Läkare"]
        assert titles(hidden)[1] == ["Läkare"]
        assert (shown.toggle, hidden.toggle) == (
            "/sv/mig/veckan?dagliga=nej",
            "/sv/mig/veckan",
        )

    def test_a_day_with_hidden_visits_is_not_empty(self) -> None:
        made = week(help_at_home(1), help_at_home(1, "12.00"), dagliga="nej")
        assert made.columns[1].hidden == 2

    def test_what_they_meet_is_told_all_the_same(self) -> None:
        made = week(help_at_home(4, "08.45"), booking(at(4), "o", title="X"), dagliga="nej")
        assert len(made.collisions) == 1

    def test_where_there_are_none_there_is_nothing_to_hide(self) -> None:
        assert week(booking(at(1))).toggle is None


class TestCollisions:
    def test_a_stay_meets_a_whole_week_and_is_told_once(self) -> None:
        visits = [help_at_home(n, clock) for n in range(1, 4) for clock in ("07.30", "18.30")]
        (one,) = week(*visits, stays=[hospital_stay(at(-1, minutes=None))]).collisions
        assert (one.why, len(one.ones), one.day) == ("admitted", 6, day(1))

    def test_another_weeks_are_not_of_this_one(self) -> None:
        meets = help_at_home(9, "08.45"), booking(at(9, "09.00"), "o", title="Återbesök")
        assert week(help_at_home(1), *meets).collisions == ()


class TestWhichWeek:
    @pytest.mark.parametrize(
        "start", ["", "i morgon", "2026-13-40", "1999-01-01", "9999-12-31", "2026-11-20T00:00"]
    )
    def test_an_address_that_says_no_week_is_this_one(self, start: str) -> None:
        assert first_day(asked(start=start), TODAY) == TODAY

    def test_the_ways_to_others_keep_the_choice(self) -> None:
        made = choose(scene(asked=asked(start=day(7).isoformat(), dagliga="nej")))
        assert (made.first, made.last) == (day(7), day(13))
        assert made.earlier == "/sv/mig/veckan?dagliga=nej"
        assert made.today == made.earlier
        assert made.later == f"/sv/mig/veckan?start={day(14).isoformat()}&dagliga=nej"

    def test_no_way_leads_further_than_anybody_is_asked(self) -> None:
        first = choose(scene(asked=asked(start=day(-14).isoformat())))
        last = choose(scene(asked=asked(start=day(358).isoformat())))
        assert (first.earlier, last.later) == (None, None)
        assert choose(scene()).today is None

    @given(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
    def test_what_is_fetched_covers_the_week_that_is_shown(self, start: date) -> None:
        where = asked(start=start.isoformat())
        first = first_day(where, TODAY)
        for need in needs_for(where, TODAY).values():
            period = need.period(TODAY)
            assert period.first <= first
            assert first + timedelta(days=6) <= period.last
