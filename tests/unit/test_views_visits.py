"""What home care is told of others' visits, and what each of them means for the own ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from stodtjanster.catalogue import Directory, OwnerKind, Unit
from stodtjanster.information import Appointment, VisitForm
from stodtjanster.model import (
    Actor,
    ActorKind,
    Answer,
    Approximate,
    Dated,
    HsaId,
    Open,
    Origin,
    PersonId,
    Place,
    Side,
    Subject,
    Told,
    When,
)
from tests.viewing import BIRGITTA, NOW, at, day, scene
from views.kit.rows import anchor
from views.kit.view import Scene, show
from views.visits import view
from views.visits.others import Away, Met, Other, Others, Planner, others

OWN, NURSES = HsaId("TSTNMT2321000156-HTJN"), HsaId("TSTNMT2321000156-HSJV")
PROVIDER = HsaId("TSTNMT2321000156-SJVG")
HOME_HELP = Unit(OWN.value, "Hemtjänsten Norr", "Sjöviks kommun", OwnerKind.KOMMUN, "0980-319 230")


def work(*units: Unit, **more: object) -> Scene:
    base = scene(name="Birgitta", directory=Directory(units or [HOME_HELP]), **more)
    actor = Actor(
        ActorKind.STAFF,
        PersonId.parse("199008252398"),
        "loa3",
        role="hemtjanst",
        side=Side.OMSORG,
        place=Place(PROVIDER, OWN),
    )
    return replace(base, situation=replace(base.situation, actor=actor, subject=Subject(BIRGITTA)))


def visit(
    when: When,
    record: str,
    unit: HsaId | None = NURSES,
    form: VisitForm = VisitForm.HOME,
    name: str | None = "Hemsjukvård Sjövik",
) -> Appointment:
    """As the rules leave it: nothing of what it is about."""
    origin = Origin("sjovik", f"SYS-{unit}", record, "test", NOW, care_unit=unit)
    return Appointment(
        subject=BIRGITTA,
        origin=origin,
        when=when,
        unit=Told(name) if unit and name else None,
        form=form,
    )


def hidden(when: When, record: str = "hidden") -> Appointment:
    """At a unit whose name may tell something: without it, and without where it is."""
    return visit(when, record, None, VisitForm.UNKNOWN)


def own(when: When, record: str = "own") -> Appointment:
    return visit(when, record, OWN)


def made(*items: Appointment, **more: object) -> Others:
    found = others(Answer(items), work(**more))
    assert found is not None
    return found


def row(*items: Appointment, **more: object) -> Other:
    (one,) = made(*items, **more).rows
    return one


def test_only_others_visits_are_shown_in_the_order_of_time() -> None:
    said = made(visit(at(2), "b"), own(at(1)), visit(at(0, "15.00"), "a"))
    assert [one.day for one in said.rows] == [day(0), day(2)]
    assert said.name == "Birgitta"


def test_nobody_elses_visits_are_none() -> None:
    assert others(Answer((own(at(1)),)), work()) is None
    assert others(Answer(), work()) is None


def test_it_is_said_who_comes_where_the_rules_leave_it() -> None:
    told = row(visit(at(1), "a"))
    assert (told.unit, told.form, told.away) == (Told("Hemsjukvård Sjövik"), "home", None)
    secret = row(hidden(at(1)))
    assert (secret.unit, secret.form) == (None, "unknown")


def test_who_answers_for_a_unit_that_is_left_out_is_not_told_either() -> None:
    region = Unit("SYS-None", "Psykiatrins system", "Region Nordmark", OwnerKind.REGION)
    found = others(Answer((hidden(at(1)),)), work(HOME_HELP, region))
    assert found is not None
    assert "Psykiatri" not in repr(found)


def test_what_a_record_is_called_cannot_be_found_by_trying() -> None:
    ones, others_ = (row(hidden(at(1)), secret=key).anchor for key in (b"a" * 32, b"b" * 32))
    assert ones != others_
    assert anchor(hidden(at(1)).origin) not in (ones, others_)


def test_a_unit_that_the_source_does_not_name_is_called_as_the_directory_has_it() -> None:
    known = Unit(NURSES.value, "Hemsjukvården", "Sjöviks kommun", OwnerKind.KOMMUN)
    found = others(Answer((visit(at(1), "a", name=None),)), work(HOME_HELP, known))
    assert found is not None
    assert found.rows[0].unit == Told("Hemsjukvården")


AWAY = [
    # where the visit is, and how surely the person is away; None where nobody leaves home
    (VisitForm.VISIT, True),
    (VisitForm.UNKNOWN, False),
    (VisitForm.HOME, None),
    (VisitForm.PHONE, None),
    (VisitForm.VIDEO, None),
]


@pytest.mark.parametrize(("form", "certain"), AWAY)
def test_who_goes_somewhere_is_away_and_on_the_way(form: VisitForm, certain: bool | None) -> None:
    when = at(1, "09.15", minutes=30)
    away = row(visit(when, "a", form=form), travel_minutes=45).away
    if certain is None:
        assert away is None
        return
    way = timedelta(minutes=45)
    assert when.end is not None
    assert away == Away(when.start - way, when.end + way, certain)


def test_without_an_end_or_a_sure_time_it_is_not_certain() -> None:
    unended = row(visit(at(1, minutes=None), "a", form=VisitForm.VISIT)).away
    assert unended is not None
    assert not unended.certain
    when = at(1)
    assert when.end is not None
    about = Approximate(when.start, when.end)
    told = row(visit(about, "a", form=VisitForm.VISIT))
    assert told.away is not None
    assert (told.approximate, told.away.certain) == (True, False)


@pytest.mark.parametrize("when", [Dated(day(1)), Open()])
def test_of_a_visit_without_a_clock_no_clock_is_said(when: When) -> None:
    told = row(visit(when, "a", form=VisitForm.VISIT))
    assert (told.start, told.away) == (None, None)


MEETS = [
    # the other's visit, the own one, and what is said
    (VisitForm.VISIT, "09.00", True),
    (VisitForm.UNKNOWN, "09.00", False),
    (VisitForm.HOME, "09.00", False),
    (VisitForm.PHONE, "09.00", False),
    (VisitForm.VISIT, "08.20", False),  # on the way there
    (VisitForm.UNKNOWN, "08.20", False),
    (VisitForm.HOME, "08.20", None),
    (VisitForm.VISIT, "07.00", None),
]


@pytest.mark.parametrize(("form", "mine", "certain"), MEETS)
def test_what_meets_the_own_visits(form: VisitForm, mine: str, certain: bool | None) -> None:
    when = at(1, mine)
    met = row(visit(at(1, "09.15"), "a", form=form), own(when)).met
    assert met == (() if certain is None else (Met(certain, (when.start,)),))


def test_the_certain_are_said_first_and_apart() -> None:
    near, on = at(1, "08.20"), at(1, "09.00")
    met = row(visit(at(1, "09.15"), "a", form=VisitForm.VISIT), own(near, "1"), own(on, "2")).met
    assert met == (Met(True, (on.start,)), Met(False, (near.start,)))


def test_a_day_that_is_not_decided_more_closely_may_meet_all_of_it() -> None:
    met = row(visit(Dated(day(1)), "a", form=VisitForm.VISIT), own(at(1))).met
    assert met == (Met(False, (at(1).start,)),)


def test_what_others_meet_among_themselves_is_not_ours_to_tell() -> None:
    said = made(
        visit(at(1), "a", form=VisitForm.VISIT),
        visit(at(1), "b", HsaId("TSTNMT2321000156-BJOR"), VisitForm.VISIT),
        own(at(3)),
    )
    assert [one.met for one in said.rows] == [(), ()]


def test_what_is_over_is_not_shown() -> None:
    assert others(Answer((visit(at(-1), "a"),)), work()) is None


def test_who_plans_the_own_visits_can_be_rung() -> None:
    assert made(visit(at(1), "a")).planner == Planner("Hemtjänsten Norr", "0980-319 230")
    unknown = Unit("x", "x", "x")
    found = others(Answer((visit(at(1), "a"),)), work(unknown))
    assert found is not None
    assert found.planner == Planner("", None)


def test_without_visits_the_section_says_that_it_is_so_for_what_the_role_may_see() -> None:
    (section,) = view.sections
    shown = show(section, {"booked": Answer()}, work())
    assert shown.body is None
    assert shown.empty_text.endswith("som du får se i ditt uppdrag, hos dem som svarade.")
