"""What is said to meet what: the cases that people have, and those where nothing may be said."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import CareContactStatus, VisitForm
from stodtjanster.model import Approximate, Dated, Open, Partial
from tests.viewing import (
    OTHER_REGION,
    REGION,
    TOWN,
    answer,
    at,
    booking,
    day,
    hospital_stay,
    scene,
)
from views.kit.cards import Conflict
from views.kit.clashes import clashes
from views.kit.rows import anchor

HOME, VISIT, PHONE = VisitForm.HOME, VisitForm.VISIT, VisitForm.PHONE


def help_at_home(clock: str = "08.45", minutes: int = 45, record: str = "h", **more: Any) -> Any:
    made = {"system": TOWN, "title": "Hemtjänst", "form": HOME, "recurring": True} | more
    return booking(at(4, clock, minutes=minutes), record, **made)


def hospital(clock: str = "09.15", minutes: int | None = 30, **more: Any) -> Any:
    made = {"system": REGION, "title": "Återbesök", "form": VISIT} | more
    return booking(at(4, clock, minutes=minutes), "o", **made)


def told(*items: Any, stays: Any = (), travel: int = 30) -> tuple[Conflict, ...]:
    return clashes(answer(*items), answer(*stays), scene(travel_minutes=travel)).all


class TestAtTheSameTime:
    def test_both_rows_and_why_and_the_number_to_ring(self) -> None:
        (one,) = told(hospital(), help_at_home())
        assert (one.one.title.text, one.other.title.text) == ("Hemtjänst", "Återbesök")
        assert (one.why, one.certain) == ("overlap", True)
        assert (one.phone_name, one.phone) == ("Hemtjänsten", "0980-319 220")

    def test_whoever_can_be_rung_is_named_when_the_other_has_no_number(self) -> None:
        elsewhere = hospital(system=OTHER_REGION)
        (one,) = told(elsewhere, booking(at(4, "09.30"), "x", form=VISIT, title="Röntgen"))
        assert one.phone_name == "Nordmarks sjukhus"

    def test_a_form_that_nobody_said_is_a_conflict_all_the_same(self) -> None:
        (one,) = told(hospital(form=VisitForm.UNKNOWN), help_at_home())
        assert one.certain

    @pytest.mark.parametrize("form", [HOME, PHONE, VisitForm.VIDEO])
    def test_at_home_two_things_may_go_together(self, form: VisitForm) -> None:
        (one,) = told(hospital(form=form), help_at_home())
        assert not one.certain

    def test_two_who_come_together_are_no_conflict(self) -> None:
        assert told(help_at_home(record="a"), help_at_home(record="b")) == ()

    def test_what_the_same_municipality_gives_at_home_is_its_own_plan(self) -> None:
        nurse = help_at_home(record="n", title="Såromläggning", recurring=False)
        assert told(help_at_home(), nurse) == ()

    def test_the_end_is_not_part_of_it(self) -> None:
        assert told(hospital("09.30"), help_at_home(), travel=0) == ()


class TestOnTheWay:
    def test_too_little_time_for_the_way_there_is_never_certain(self) -> None:
        (one,) = told(hospital("09.45"), help_at_home())
        assert (one.why, one.certain) == ("travel", False)

    def test_and_the_way_home(self) -> None:
        (one,) = told(hospital("08.00"), help_at_home())
        assert one.why == "travel"

    def test_with_time_enough_there_is_none(self) -> None:
        assert told(hospital("10.00"), help_at_home()) == ()
        assert told(hospital("09.45"), help_at_home(), travel=15) == ()

    def test_who_is_rung_up_does_not_travel(self) -> None:
        assert told(hospital("09.45", form=PHONE), help_at_home()) == ()


class TestTimesThatAreNotSure:
    @pytest.mark.parametrize(
        "when",
        [
            Approximate(at(4, "08.00").start, at(4, "09.30").start),
            Dated(day(4)),
        ],
    )
    def test_it_may_be(self, when: Any) -> None:
        unsure = booking(when, "h", system=TOWN, form=HOME)
        (one,) = told(hospital(), unsure)
        assert not one.certain

    @pytest.mark.parametrize("when", [Open(), Partial(2026, 11), Dated(day(3), day(6))])
    def test_of_what_could_be_whenever_nothing_is_said(self, when: Any) -> None:
        assert told(hospital(), booking(when, "h", system=TOWN, form=HOME)) == ()

    def test_an_end_that_nobody_told_may_come_late(self) -> None:
        (one,) = told(hospital("08.30", minutes=None), help_at_home(), travel=0)
        assert not one.certain
        (one,) = told(hospital("09.00", minutes=None), help_at_home(), travel=0)
        assert one.certain


class TestAdmitted:
    def test_a_visit_at_home_may_meet_a_stay_that_nobody_has_ended(self) -> None:
        (one,) = told(help_at_home(), stays=[hospital_stay(at(-2, minutes=None))])
        assert (one.why, one.certain) == ("admitted", False)
        assert (one.other.title.text, one.other.day) == ("Sjukhusvistelse", day(-2))
        assert one.phone_name == "Hemtjänsten"

    def test_within_a_planned_stay_it_is_certain(self) -> None:
        stay = hospital_stay(
            at(3, minutes=3 * 24 * 60), status=CareContactStatus.PLANNED, ended=True
        )
        (one,) = told(help_at_home(), stays=[stay])
        assert one.certain

    def test_a_stay_of_whole_days_says_no_time_of_leaving(self) -> None:
        stay = hospital_stay(Dated(day(3), day(4)), ended=True)
        (one,) = told(help_at_home(), stays=[stay])
        assert not one.certain

    @pytest.mark.parametrize("status", [CareContactStatus.FINISHED, CareContactStatus.CANCELLED])
    def test_who_has_left_or_never_comes_is_at_home(self, status: CareContactStatus) -> None:
        assert (
            told(help_at_home(), stays=[hospital_stay(at(-2, minutes=None), status=status)]) == ()
        )

    def test_in_a_month_nobody_knows(self) -> None:
        later = booking(at(30), "h", system=TOWN, form=HOME)
        assert told(later, stays=[hospital_stay(at(-2, minutes=None))]) == ()

    def test_a_stay_that_was_only_planned_long_ago_goes_on_no_more(self) -> None:
        planned = hospital_stay(at(-20, minutes=None), status=CareContactStatus.PLANNED)
        ongoing = hospital_stay(at(-20, minutes=None))
        assert told(help_at_home(), stays=[planned]) == ()
        assert len(told(help_at_home(), stays=[ongoing])) == 1

    def test_the_clinic_sees_whom_it_has(self) -> None:
        assert told(hospital(), stays=[hospital_stay(at(-2, minutes=None))]) == ()


def test_what_is_done_meets_nothing() -> None:
    assert told(hospital(), help_at_home(done=True)) == ()


def test_a_row_finds_the_other_side_of_its_conflict() -> None:
    items = hospital(), help_at_home()
    found = clashes(answer(*items), answer(), scene())
    for item, other in zip(items, reversed(items), strict=True):
        (one,) = found.of(item.origin)
        assert one.against(anchor(item.origin)).title == other.title
    assert found.of(booking(at(1), "z").origin) == ()
