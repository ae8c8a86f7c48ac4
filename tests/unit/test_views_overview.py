"""The overview's sections: order, days, folding, contacts, plans, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.information import (
    CareManagerKind,
    CarePlanKind,
    Goal,
    GoalState,
    ListingKind,
    Party,
    Telecom,
    TelecomKind,
    VisitForm,
)
from stodtjanster.model import (
    STOCKHOLM,
    Approximate,
    Dated,
    Open,
    Outcome,
    Partial,
    Timed,
    Told,
)
from tests.viewing import (
    FAILED,
    KEPT,
    NOW,
    OTHER_REGION,
    PENDING,
    TODAY,
    TOWN,
    agreement,
    answer,
    at,
    booking,
    day,
    listing,
    manager,
    plan,
    report,
    scene,
    service,
)
from views.kit.agenda import events, next_up, week
from views.kit.cards import EventRow, Events
from views.kit.care import contacts
from views.kit.memory import Memory, Recalled, Snapshot
from views.kit.notices import Mark
from views.kit.plan_cards import PlanNode
from views.kit.plans import planning
from views.kit.view import show
from views.overview import view

EVENTS = view.find("events")
assert EVENTS is not None


def rows_of(made: Events) -> list[EventRow]:
    """Every row that is printed of a list of events."""
    days = (*made.days, *made.later)
    single = [row for each in days for row in each.rows]
    return [*single, *made.undated, *(row for folded in made.folded for row in folded.visits)]


def titles(made: Any) -> list[str]:
    return [row.title.text for row in rows_of(made)]


class TestNext:
    def test_the_first_to_come_whoever_gives_it(self) -> None:
        booked = answer(
            booking(at(2), "a", title="Senare"),
            booking(at(1, "08.00"), "b", system=TOWN, title="Först"),
            booking(at(0, "08.00"), "c", title="Redan varit"),
        )
        made = next_up(booked, scene())
        assert made is not None
        assert made.row is not None
        assert (made.row.title.text, made.row.mark) == ("Först", Mark.KOMMUN)

    def test_what_goes_on_now_is_not_over(self) -> None:
        made = next_up(answer(booking(at(0, "14.00", minutes=30), title="Nu")), scene())
        assert made is not None
        assert made.row is not None
        assert made.row.title.text == "Nu"

    def test_what_has_no_day_comes_last_and_is_not_lost(self) -> None:
        undated = booking(Open(), "a", title="Utan dag")
        dated = booking(at(40), "b", title="Med dag")
        first = next_up(answer(undated, dated), scene())
        alone = next_up(answer(undated), scene())
        assert first is not None
        assert alone is not None
        assert first.row is not None
        assert alone.row is not None
        assert first.row.title.text == "Med dag"
        assert (alone.row.title.text, alone.row.day) == ("Utan dag", None)

    def test_nothing_to_come(self) -> None:
        assert next_up(answer(), scene()) is None
        assert next_up(answer(booking(at(-1))), scene()) is None


class TestWeek:
    def test_seven_days_from_today_with_a_mark_for_each(self) -> None:
        booked = answer(
            booking(at(0, "18.00"), "a", system=TOWN),
            booking(at(0, "19.00"), "b", system=TOWN),
            booking(at(6), "c"),
            booking(at(7), "d"),
        )
        strip = week(booked, scene())
        assert strip is not None
        assert [each.day for each in strip.days] == [day(n) for n in range(7)]
        assert strip.days[0].marks == ((Mark.KOMMUN, 2),)
        assert strip.days[0].today
        assert strip.days[6].marks == ((Mark.REGION, 1),)
        assert sum(count for each in strip.days for _, count in each.marks) == 3

    def test_a_day_is_only_called_empty_when_everybody_answered(self) -> None:
        booking_tomorrow = booking(at(1))
        known = week(answer(booking_tomorrow), scene())
        unknown = week(answer(booking_tomorrow, reports=[report(), FAILED]), scene())
        waiting = week(answer(booking_tomorrow, reports=[report(), PENDING]), scene())
        assert known is not None
        assert known.known
        assert unknown is not None
        assert not unknown.known
        assert waiting is not None
        assert not waiting.known

    def test_a_day_leads_only_to_a_day_that_stands_in_the_list(self) -> None:
        booked = answer(
            *(booking(at(n, "07.30"), f"h{n}", recurring=True, title="Hjälp") for n in range(5)),
            booking(at(2), "x", title="Läkare"),
            booking(at(30), "y", title="Långt fram"),
        )
        strip, made = week(booked, scene()), events(booked, scene())
        assert strip is not None
        assert made is not None
        listed = {each.anchor for each in (*made.days, *made.later)}
        anchors = {each.anchor for each in strip.days if each.anchor}
        assert anchors == {f"dag-{day(2)}"}
        assert anchors <= listed

    def test_a_week_without_anything(self) -> None:
        assert week(answer(booking(at(9))), scene()) is None


class TestEvents:
    def test_by_day_and_clock_whole_days_first(self) -> None:
        booked = answer(
            booking(at(1, "15.00"), "a", title="Tre"),
            booking(at(1, "09.00"), "b", system=TOWN, title="Två"),
            booking(Dated(day(1)), "c", title="Ett"),
            booking(at(3), "d", title="Fyra"),
        )
        made = events(booked, scene())
        assert made is not None
        assert titles(made) == ["Ett", "Två", "Tre", "Fyra"]
        assert [each.day for each in made.days] == [day(1), day(3)]
        assert made.count == 4

    def test_what_is_far_off_is_folded_away_and_counted(self) -> None:
        made = events(
            answer(booking(at(13), "a"), booking(at(14), "b"), booking(at(40), "c")), scene()
        )
        assert made is not None
        assert [each.day for each in made.days] == [day(13)]
        assert [each.day for each in made.later] == [day(14), day(40)]
        assert (made.later_count, made.count) == (2, 3)

    def test_what_has_no_day_is_told_apart(self) -> None:
        made = events(
            answer(
                booking(Open(), "a", title="Öppen"),
                booking(Partial(2026, 12), "b", title="I december"),
            ),
            scene(),
        )
        assert made is not None
        assert made.days == ()
        assert {row.title.text for row in made.undated} == {"Öppen", "I december"}
        assert made.count == 2

    def test_a_month_that_is_over_is_over(self) -> None:
        assert events(answer(booking(Partial(2026, 10))), scene()) is None
        assert events(answer(booking(Partial(2025))), scene()) is None

    def test_a_thing_of_several_days_lasts_to_its_last(self) -> None:
        made = events(answer(booking(Dated(day(-2), day(1)))), scene())
        assert made is not None
        assert len(rows_of(made)) == 1

    def test_a_window_is_told_as_one(self) -> None:
        start = at(1, "07.00").start
        made = events(answer(booking(Approximate(start, start + timedelta(hours=1)))), scene())
        assert made is not None
        assert rows_of(made)[0].approximate

    def test_a_home_visit_without_a_name_says_that_it_will_come(self) -> None:
        made = events(
            answer(
                booking(at(1), "a", form=VisitForm.HOME),
                booking(at(2), "b", form=VisitForm.HOME, who=(Told("Omar"), Told("Ulla"))),
                booking(at(3), "c", form=VisitForm.VISIT),
            ),
            scene(),
        )
        assert made is not None
        pending, named, visit = rows_of(made)
        assert (pending.who, pending.who_pending) == (None, True)
        assert named.who == Told("Omar; Ulla")
        assert not named.who_pending
        assert not visit.who_pending

    def test_an_old_copy_is_said_to_be_one(self) -> None:
        copied = report(Outcome.DATA_FROM_CACHE_SYNCH_FAILED)
        fresh = report(system=TOWN)
        made = events(
            answer(booking(at(1), "a"), booking(at(2), "b", system=TOWN), reports=[copied, fresh]),
            scene(),
        )
        assert made is not None
        assert [row.why.from_copy for row in rows_of(made)] == [True, False]

    def test_the_swedish_day_counts(self) -> None:
        """23.30 UTC is tomorrow in Sweden."""
        late = datetime.fromisoformat("2026-11-21T23:30:00+00:00")
        made = events(answer(booking(Timed(late))), scene())
        assert made is not None
        assert made.days[0].day == day(2)

    @given(
        st.lists(
            st.tuples(
                st.integers(-3, 45) | st.none(),
                st.booleans(),
                st.sampled_from(["Hemtjänst", "Läkare", "Provtagning"]),
            ),
            max_size=12,
        )
    )
    def test_nothing_to_come_is_lost(self, drawn: list[tuple[int | None, bool, str]]) -> None:
        items = [
            booking(Open() if days is None else at(days), str(n), title=title, recurring=recurring)
            for n, (days, recurring, title) in enumerate(drawn)
        ]
        coming = [item for item, (days, *_) in zip(items, drawn, strict=True) if _to_come(days)]
        made = events(answer(*items), scene())
        if made is None:
            assert coming == []
            return
        folded = {fold.title.text for fold in made.folded}
        shown = {row.anchor for row in rows_of(made)}
        single = [item for item in coming if not (item.recurring and item.title.text in folded)]
        assert len(single) <= made.count
        assert made.count == sum(len(d.rows) for d in (*made.days, *made.later)) + len(made.undated)
        assert len(shown) == len(rows_of(made)), "an id for each row"
        for item in coming:
            assert item.title.text in titles(made) or item.title.text in folded


def _to_come(days: int | None) -> bool:
    return days is None or days > 0


def series(
    days: range, *clocks: str, title: str = "Hemtjänst", system: str = TOWN
) -> Iterator[Any]:
    for n in days:
        for clock in clocks:
            record = f"{title}-{n}-{clock}"
            yield booking(at(n, clock), record, system=system, title=title, recurring=True)


class TestFolding:
    def test_what_comes_every_day_is_one_line(self) -> None:
        made = events(answer(*series(range(1, 20), "07.30", "18.00"), booking(at(2), "x")), scene())
        assert made is not None
        (fold,) = made.folded
        assert fold.title.text == "Hemtjänst"
        assert [f"{clock:%H.%M}" for clock in fold.times] == ["07.30", "18.00"]
        assert fold.every_day
        assert made.count == 1
        assert {row.day for row in fold.visits} == {day(n) for n in range(1, 7)}

    def test_less_than_three_days_are_told_one_by_one(self) -> None:
        made = events(answer(*series(range(1, 3), "07.30", "12.00", "18.00")), scene())
        assert made is not None
        assert made.folded == ()
        assert made.count == 6

    def test_two_series_are_not_mixed(self) -> None:
        made = events(
            answer(
                *series(range(1, 5), "07.30"),
                *series(range(1, 5), "10.00", title="Matlåda"),
                *series(range(1, 5), "11.00", system=OTHER_REGION),
            ),
            scene(),
        )
        assert made is not None
        assert len(made.folded) == 3

    def test_a_time_of_its_own_does_not_become_the_rule(self) -> None:
        moved = booking(at(4, "08.45"), "moved", system=TOWN, title="Hemtjänst", recurring=True)
        days = [n for n in range(1, 10) if n != 4]
        visits = [v for n in days for v in series(range(n, n + 1), "07.30")]
        made = events(answer(*visits, moved), scene())
        assert made is not None
        (fold,) = made.folded
        assert [f"{clock:%H.%M}" for clock in fold.times] == ["07.30"]
        assert any(row.start is not None and row.start.minute == 45 for row in fold.visits)

    @pytest.mark.parametrize("days", [[1, 3, 5], [1, 2, 4], [10, 11, 12, 13], [1, 20, 40]], ids=str)
    def test_every_day_is_only_said_of_what_comes_every_day(self, days: list[int]) -> None:
        visits = [v for n in days for v in series(range(n, n + 1), "07.30")]
        made = events(answer(*visits), scene())
        assert made is not None
        assert not made.folded[0].every_day

    def test_a_visit_at_another_time_is_told_outside_the_fold(self) -> None:
        clocks = {2: "08.45"}
        visits = [
            booking(at(d, clocks.get(d, "07.30")), str(d), system=TOWN, recurring=True)
            for d in range(1, 6)
        ]
        made = events(answer(*visits), scene())
        assert made is not None
        (fold,) = made.folded
        assert [row.day for row in fold.exceptions] == [day(2)]
        assert fold.every_day

    def test_a_day_with_too_few_visits_is_not_every_day(self) -> None:
        visits = [
            booking(at(d, clock), f"{d}{clock}", system=TOWN, recurring=True)
            for d in range(1, 6)
            for clock in ("07.30", "18.00")
            if (d, clock) != (3, "18.00")
        ]
        made = events(answer(*visits), scene())
        assert made is not None
        assert not made.folded[0].every_day

    def test_a_lone_far_event_is_not_folded_away(self) -> None:
        made = events(answer(booking(at(30))), scene())
        assert made is not None
        assert [len(made.days), len(made.later)] == [1, 0]

    def test_a_series_over_the_change_of_the_clock_keeps_its_time(self) -> None:
        """Summer time ends on 25 October 2026; the visit is at half past seven all the same."""
        now = datetime(2026, 10, 23, 6, 0, tzinfo=STOCKHOLM)
        visits = [
            booking(
                Timed(datetime(2026, 10, d, 7, 30, tzinfo=STOCKHOLM)),
                str(d),
                system=TOWN,
                title="Hemtjänst",
                recurring=True,
            )
            for d in range(23, 28)
        ]
        made = events(answer(*visits), scene(now))
        assert made is not None
        assert [f"{clock:%H.%M}" for clock in made.folded[0].times] == ["07.30"]


class TestContacts:
    def test_most_important_first(self) -> None:
        made = contacts(
            answer(),
            answer(
                manager("Okänd", CareManagerKind.UNKNOWN),
                manager("Läkare", CareManagerKind.LAKARKONTAKT),
                manager("Omsorg", CareManagerKind.OMSORGSKONTAKT, system=TOWN),
                manager("Vård", CareManagerKind.VARDKONTAKT),
                manager("Samordnar", CareManagerKind.SAMORDNANDE_VARDKONTAKT),
            ),
            scene(),
        )
        assert made is not None
        names = [contact.name.text for contact in made.rows if contact.name]
        assert names == ["Samordnar", "Vård", "Läkare", "Omsorg", "Okänd"]

    def test_the_chosen_health_centre_comes_after_them_by_its_name(self) -> None:
        made = contacts(
            answer(
                listing(ListingKind.DOCTOR, "Björken", name=Told("Sara Ek, läkare")),
                listing(ListingKind.DOCTORS_OFFICE, "Björken"),
            ),
            answer(manager("Vård", CareManagerKind.VARDKONTAKT)),
            scene(),
        )
        assert made is not None
        told = [(row.name and row.name.text, row.unit and row.unit.text) for row in made.rows]
        assert told[1:] == [("Björken", None), ("Sara Ek, läkare", "Björken")]
        assert [row.kind.text for row in made.rows] == [
            "Fast vårdkontakt",
            "Vårdval",
            "Vald läkare",
        ]

    def test_a_team_is_one_contact(self) -> None:
        made = contacts(
            answer(),
            answer(
                *(manager(n, team_id="t1", team_name=Told("Äldreteamet")) for n in ("Ada", "Bo")),
                manager("Cia"),
                manager("Dan", team_id="t2", team_name=Told("Ett annat")),
            ),
            scene(),
        )
        assert made is not None
        team, alone, single = made.rows
        assert team.name == Told("Äldreteamet")
        assert [each.text for each in team.team] == ["Ada", "Bo"]
        assert (alone.name, alone.team) == (Told("Cia"), ())
        assert (single.name, single.team) == (Told("Dan"), ())

    def test_the_same_team_number_in_another_system_is_another_team(self) -> None:
        made = contacts(
            answer(),
            answer(manager("Ada", team_id="1"), manager("Bo", team_id="1", system=TOWN)),
            scene(),
        )
        assert made is not None
        assert len(made.rows) == 2

    def test_two_without_a_team_are_two(self) -> None:
        made = contacts(answer(), answer(manager("Ada"), manager("Bo")), scene())
        assert made is not None
        assert len(made.rows) == 2

    def test_a_kind_that_is_new_is_called_what_the_source_calls_it(self) -> None:
        made = contacts(
            answer(),
            answer(manager("Ada", CareManagerKind.UNKNOWN, kind_text=Told("Silviasyster"))),
            scene(),
        )
        assert made is not None
        assert made.rows[0].kind == Told("Silviasyster")

    def test_own_phone_before_the_units(self) -> None:
        phone = Telecom(TelecomKind.PHONE, "0980-319 299")
        mail = Telecom(TelecomKind.EMAIL, "ada@example.se")
        made = contacts(
            answer(),
            answer(manager("Ada", telecom=(mail, phone)), manager("Bo", telecom=(mail,))),
            scene(),
        )
        assert made is not None
        assert [row.phone for row in made.rows] == ["0980-319 299", "0980-319 201"]

    def test_a_title_stands_behind_the_name(self) -> None:
        made = contacts(answer(), answer(manager("Ada", qualification=Told("Läkare"))), scene())
        assert made is not None
        assert made.rows[0].name == Told("Ada, läkare")

    def test_nobody(self) -> None:
        assert contacts(answer(), answer(), scene()) is None


class TestPlanning:
    def test_each_part_is_honest_about_its_own_sources(self) -> None:
        made = planning(
            answer(plan("sip")),
            answer(reports=[report(), FAILED]),
            answer(),
            scene(),
        )
        assert (made.plans.state, made.agreements.state, made.services.state) == (
            "full",
            "unknown",
            "empty",
        )
        assert made.agreements.gaps[0].fact == "Region Sydkust svarade inte"
        assert made.plans.gaps == ()

    def test_plans_stand_under_plans(self) -> None:
        made = planning(
            answer(plan("gp", parents=["sip"]), plan("sip", kind=CarePlanKind.SIP), plan("vp")),
            answer(),
            answer(),
            scene(),
        )
        assert [(node.title.text, _children(node)) for node in made.plans.rows] == [
            ("sip", ["gp"]),
            ("vp", []),
        ]

    def test_goals_are_counted_only_when_the_source_says(self) -> None:
        goals = (
            Goal(Told("A"), GoalState.REACHED),
            Goal(Told("B"), GoalState.GOING_ON),
            Goal(Told("C")),
        )
        silent = (Goal(Told("A")),)
        made = planning(
            answer(plan("x", goals=goals), plan("y", goals=silent)), answer(), answer(), scene()
        )
        said, unsaid = made.plans.rows
        assert (said.goals_done, said.goals_total) == (1, 3)
        assert (unsaid.goals_done, unsaid.goals_total) == (None, None)

    def test_a_plan_without_a_title_is_called_by_its_kind(self) -> None:
        made = planning(
            answer(plan("x", title=None, kind=CarePlanKind.SIP)), answer(), answer(), scene()
        )
        assert "SIP" in made.plans.rows[0].title.text

    def test_who_promised(self) -> None:
        made = planning(
            answer(),
            answer(agreement("Jag går", Party.PERSON), agreement("Vi ringer", Party.CARE)),
            answer(),
            scene(),
        )
        assert [row.mine for row in made.agreements.rows] == [True, False]

    def test_a_service_without_end(self) -> None:
        made = planning(
            answer(),
            answer(),
            answer(
                service("Larm", first=day(-9)),
                service("Hjälp", first=day(-9), last=day(10)),
                service("Okänt"),
            ),
            scene(),
        )
        assert [row.open_ended for row in made.services.rows] == [True, False, False]


def _children(node: PlanNode) -> list[str]:
    return [child.title.text for child in node.children]


class TestTheWholeView:
    def test_nothing_at_all_is_said_only_when_everybody_answered(self) -> None:
        everything = {name: answer() for name in view.needs}
        seen = Snapshot(NOW - timedelta(days=3))
        again = scene(recalled=Recalled(Memory(seen, seen, "a" * 64)))
        for section in (one for one in view.sections if one.needs):
            shown = show(section, everything, again)
            if section.slot != "plans":  # whose three parts speak for themselves
                assert shown.state == "empty"
                assert "hos dem som svarade" in shown.empty_text
            one_silent = everything | {
                name: answer(reports=[report(), FAILED]) for name in section.needs
            }
            assert show(section, one_silent, again).state in ("unknown", "partial")

    def test_what_is_over_does_not_make_a_list(self) -> None:
        assert EVENTS is not None
        shown = show(
            EVENTS, {"booked": answer(booking(at(-1))), "stays": answer(), **KEPT}, scene()
        )
        assert (shown.state, shown.body) == ("empty", None)

    def test_today_is_the_swedish_day_of_the_situation(self) -> None:
        assert scene().situation.today == TODAY
        assert NOW.tzinfo is not None
