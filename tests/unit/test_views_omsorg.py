"""What a fast omsorgskontakt and a biståndshandläggare read, made of what the rules have left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from stodtjanster.catalogue import Directory, OwnerKind, Unit
from stodtjanster.information import CarePlan, CarePlanKind, CarePlanStatus, Item
from stodtjanster.model import Actor, ActorKind, HsaId, PersonId, Place, Told
from tests.viewing import REGION, TODAY, answer, at, booking, manager, origin, plan, scene, service
from views import care_contact, decisions
from views.kit.rows import anchor
from views.kit.staff_lists import headlines, times
from views.kit.view import Scene, View, show

OWN = HsaId("TSTNMT2321000156-HTJN")
PROVIDER = HsaId("TSTNMT2321000156-SJVG")
UNITS = Directory(
    [
        Unit(REGION, "Nordmarks sjukhus", "Region Nordmark", OwnerKind.REGION),
        Unit(OWN.value, "Hemtjänsten Norr", "Sjöviks kommun", OwnerKind.KOMMUN),
    ]
)
DAY = timedelta(days=1)


def work(view: View) -> Scene:
    (role,) = view.roles
    base = scene(name="Birgitta", directory=UNITS)
    actor = Actor(
        ActorKind.STAFF,
        PersonId.parse("199008252398"),
        "loa3",
        role=role,
        place=Place(PROVIDER, OWN),
    )
    return replace(base, situation=replace(base.situation, actor=actor))


AT_WORK = work(care_contact.view)


def ours(item: Item) -> Item:
    return replace(item, origin=replace(item.origin, care_unit=OWN))


def headline(record: str, title: str | None, **more: object) -> CarePlan:
    """As the rules leave others' plans."""
    said = {"title": Told(title) if title else None, **more}
    return CarePlan(subject=scene().situation.subject.person, origin=origin(REGION, record), **said)


@pytest.mark.parametrize("view", [care_contact.view, decisions.view])
def test_the_views_are_each_for_one_role_of_staff(view: View) -> None:
    assert view.audience == {ActorKind.STAFF}
    assert (view.path, len(view.roles)) == ("", 1)


@pytest.mark.parametrize(("view", "days"), [(care_contact.view, 30), (decisions.view, 90)])
def test_as_many_days_are_asked_for_as_the_rules_open(view: View, days: int) -> None:
    period = view.needs["booked"].period(TODAY)
    assert (period.first, (period.last - period.first).days + 1) == (TODAY, days)


@pytest.mark.parametrize("view", [care_contact.view, decisions.view])
def test_nothing_is_said_to_be_nothing_but_what_the_role_may_see(view: View) -> None:
    for section in view.sections:
        empty = {name: answer() for name in section.needs}
        shown = show(section, empty, work(view))
        assert shown.state == "empty"
        assert shown.empty_text.endswith("som du får se i ditt uppdrag, hos dem som svarade.")


def test_the_own_units_times_are_marked() -> None:
    mine, theirs = ours(booking(at(1), "1")), booking(at(2), "2")
    found = times(answer(mine, theirs), AT_WORK)
    assert found is not None
    assert found.own == {anchor(mine.origin)}
    assert [row.day for day in found.events.days for row in day.rows] == [
        TODAY + DAY,
        TODAY + 2 * DAY,
    ]
    assert times(answer(), AT_WORK) is None


def test_what_meets_something_is_marked_on_its_row() -> None:
    found = times(answer(booking(at(1), "1"), booking(at(1), "2", system="OTHER")), AT_WORK)
    assert found is not None
    assert all(row.conflicts for day in found.events.days for row in day.rows)


def test_plans_are_listed_by_name_the_own_units_first() -> None:
    rows = headlines(
        answer(headline("a", "Bo"), headline("b", "Alm"), ours(headline("c", "Cy"))), AT_WORK
    )
    assert rows is not None
    assert [(row.title.text, row.own) for row in rows] == [
        ("Cy", True),
        ("Alm", False),
        ("Bo", False),
    ]
    assert headlines(answer(), AT_WORK) is None


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (CarePlanStatus.ACTIVE, "Pågår"),
        (CarePlanStatus.ON_HOLD, "Pausad"),
        (CarePlanStatus.UNKNOWN, None),
    ],
)
def test_the_state_of_a_plan_is_said_where_it_is_told(
    status: CarePlanStatus, word: str | None
) -> None:
    (row,) = headlines(answer(headline("a", "Hemma igen", status=status)), AT_WORK) or ()
    assert (row.tag.text if row.tag else None) == word


def test_a_plan_without_a_name_is_a_plan_at_the_unit_that_is_told() -> None:
    (bare,) = headlines(answer(headline("a", None)), AT_WORK) or ()
    assert (bare.title.text, bare.unit.text) == ("Plan", "Nordmarks sjukhus")
    named = headline("a", "Hemma igen")
    named = replace(named, origin=replace(named.origin, unit_name=Told("Ortopeden")))
    (row,) = headlines(answer(named), AT_WORK) or ()
    assert row.unit.text == "Ortopeden"


def test_a_person_is_never_named_as_the_unit_of_a_plan() -> None:
    (row,) = (
        headlines(answer(headline("a", "Plan", responsible=Told("Bo"), owner=Told("Bo"))), AT_WORK)
        or ()
    )
    assert "Bo" not in repr(row)


def decided(*services: Item) -> list[str]:
    section = decisions.view.find("decided")
    assert section is not None
    shown = show(section, {"services": answer(*services)}, work(decisions.view))
    return [one.row.name.text for one in shown.body or ()]


def test_what_ends_first_stands_first_and_what_has_ended_last() -> None:
    assert decided(
        service("over", last=TODAY - DAY),
        service("for good", first=TODAY - DAY),
        service("later", last=TODAY + 9 * DAY),
        service("today", last=TODAY),
    ) == ["today", "later", "for good", "over"]


def test_granted_is_not_begun() -> None:
    section = decisions.view.find("decided")
    assert section is not None
    said = {}
    for started in (True, False, None):
        shown = show(
            section, {"services": answer(service("x", started=started))}, work(decisions.view)
        )
        said[started] = shown.body[0].row.stage
    assert len(set(said.values())) == 3
    assert said[False] == "Insatsen är beviljad men har inte börjat."


def test_the_officer_sees_each_plan_under_the_one_that_it_is_part_of() -> None:
    section = decisions.view.find("plans")
    assert section is not None
    sip = plan("sip", kind=CarePlanKind.SIP)
    below = plan("gp", kind=CarePlanKind.GP, parents=["sip"])
    shown = show(section, {"plans": answer(sip, below)}, work(decisions.view))
    (top,) = shown.body
    assert [child.plan.title.text for child in top.children] == ["gp"]


def unapproved(item: Item) -> Item:
    return replace(item, origin=replace(item.origin, approved_for_patient=False))


def test_what_the_person_is_not_shown_is_marked() -> None:
    visit, told = unapproved(booking(at(1), "1")), booking(at(2), "2")
    found = times(answer(visit, told), AT_WORK)
    assert found is not None
    assert found.hidden == {anchor(visit.origin)}
    (row,) = headlines(answer(unapproved(headline("a", "Bo"))), AT_WORK) or ()
    assert row.hidden
    for slot, need, item in (("decided", "services", service("x")), ("plans", "plans", plan("x"))):
        section = decisions.view.find(slot)
        assert section is not None
        shown = show(section, {need: answer(unapproved(item), item)}, work(decisions.view))
        assert [one.hidden for one in shown.body] == [True, False]


@pytest.mark.parametrize("view", [care_contact.view, decisions.view])
def test_contacts_are_those_of_the_person(view: View) -> None:
    section = view.find("contacts")
    assert section is not None
    said = {"managers": answer(manager("Lena Ek")), "listings": answer()}
    shown = show(section, said, work(view))
    assert [row.name.text for row in shown.body.rows] == ["Lena Ek"]
