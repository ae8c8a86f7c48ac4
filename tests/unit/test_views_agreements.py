"""Agreements by who has promised, decided services by what is told of them, plans as trees."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import Activity, Assigned, CarePlan, CareService, Party
from stodtjanster.model import HsaId, Told
from stodtjanster.model.answer import Answer
from tests.viewing import FAILED, TOWN, agreement, answer, day, plan, report, scene, service
from views.agreements import view as agreements
from views.care_services import decided
from views.care_services import view as services
from views.kit.plan_cards import AgreementRow, ServiceRow
from views.kit.view import Shown, show
from views.plans import more, trees

SILENT = answer(reports=[report(), FAILED])


def shown(slot: str, agreed: Answer[Any], plans: Answer[CarePlan] | None = None) -> Shown:
    section = agreements.find(slot)
    assert section is not None
    return show(section, {"agreements": agreed, "plans": plans or answer()}, scene())


def rows(slot: str, *agreed: Any, plans: Answer[CarePlan] | None = None) -> list[AgreementRow]:
    body = shown(slot, answer(*agreed), plans).body
    assert isinstance(body, tuple)
    return list(body)


def test_each_promise_stands_with_the_one_who_gave_it() -> None:
    all_of_them = (
        agreement("Jag går", Party.PERSON),
        agreement("Vi ringer", Party.CARE),
        agreement("Någon ser över", Party.UNKNOWN),
    )
    said = {
        slot: [r.text.text for r in rows(slot, *all_of_them)]
        for slot in ("mine", "theirs", "unsaid")
    }
    assert said == {"mine": ["Jag går"], "theirs": ["Vi ringer"], "unsaid": ["Någon ser över"]}


@pytest.mark.parametrize("slot", ["mine", "theirs", "unsaid"])
def test_nobody_is_said_to_have_promised_nothing_while_somebody_is_silent(slot: str) -> None:
    assert shown(slot, answer()).state == "empty"
    assert shown(slot, SILENT).state == "unknown"
    # Silent plans only mean that we cannot say what an agreement belongs to.
    assert shown(slot, answer(), SILENT).state == "empty"


def test_what_is_left_to_do_comes_first_by_its_day() -> None:
    found = rows(
        "theirs",
        agreement("Klar", done=True, until=day(1)),
        agreement("Utan dag"),
        agreement("Sist", until=day(9)),
        agreement("Först", until=day(2)),
    )
    assert [row.text.text for row in found] == ["Först", "Sist", "Utan dag", "Klar"]
    assert [row.done for row in found] == [False, False, False, True]


def test_it_says_which_plan_it_belongs_to_and_when_that_is_followed_up() -> None:
    (found,) = rows(
        "mine",
        agreement("Jag går", Party.PERSON, plans=("okänd", "gp"), first=day(-2), until=day(3)),
        plans=answer(plan("gp", follow_up=day(8))),
    )
    assert found.plan is not None
    assert (found.plan.title, found.follow_up) == (Told("gp"), day(8))
    assert (found.first, found.until) == (day(-2), day(3))
    (alone,) = rows("mine", agreement("Jag går", Party.PERSON, plans=("gp",)))
    assert alone.plan is None


def service_rows(*items: CareService) -> tuple[ServiceRow, ...]:
    found = decided(answer(*items), scene())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"started": True}, "Insatsen har börjat."),
        ({"started": False}, "Insatsen är beviljad men har inte börjat."),
        ({}, "Det framgår inte om insatsen har börjat."),
        ({"first": day(-30)}, "Det framgår inte om insatsen har börjat."),
        ({"first": day(1)}, "Insatsen är beviljad men har inte börjat gälla."),
        ({"first": day(1), "started": True}, "Insatsen har börjat."),
        ({"paused": True, "started": True}, "Insatsen är pausad."),
    ],
)
def test_granted_is_not_begun(more: Any, said: str) -> None:
    assert service_rows(service("Hemtjänst", **more))[0].stage == said


def test_what_ends_first_stands_first() -> None:
    found = service_rows(
        service("Utan slut", first=day(-9)),
        service("Senare", first=day(-9), last=day(90)),
        service("Snart", first=day(-9), last=day(9)),
    )
    assert [row.name.text for row in found] == ["Snart", "Senare", "Utan slut"]
    assert [row.open_ended for row in found] == [False, False, True]


def test_the_number_is_the_handlers_own_or_the_units() -> None:
    own, unit = service_rows(
        service("A", handler=Told("Maria Lund"), phone="0980-319 222"),
        service("B", handler=Told("Maria Lund")),
    )
    assert (own.phone, own.phone_name) == ("0980-319 222", Told("Maria Lund"))
    assert (unit.phone, unit.phone_name) == ("0980-319 220", Told("Hemtjänsten"))


def test_a_performer_is_named_by_the_catalogue_when_the_source_has_only_its_number() -> None:
    known, unknown = service_rows(
        service("A", performer_unit=HsaId(TOWN)),
        service("B", performer_unit=HsaId("SE2321000999-1001")),
    )
    assert known.performer == Told("Hemtjänsten")
    assert unknown.performer is None


def test_the_municipality_has_decided_nothing_only_when_all_answered() -> None:
    (section,) = services.sections
    assert show(section, {"services": answer()}, scene()).state == "empty"
    assert show(section, {"services": SILENT}, scene()).state == "unknown"


def test_plans_are_trees_with_what_nobody_is_to_do() -> None:
    nobody = Activity(Told("Ta stygn"), Assigned.NOBODY)
    found = trees(
        answer(plan("gp", parents=["sip"]), plan("sip", activities=(nobody, nobody))), scene()
    )
    assert found is not None
    (sip,) = found
    assert (sip.title, sip.unowned) == (Told("sip"), 2)
    assert [(child.title, child.unowned) for child in sip.children] == [(Told("gp"), 0)]
    assert sip.href != sip.children[0].href
    assert trees(answer(), scene()) is None


def test_the_pages_about_what_is_agreed_and_decided_are_led_to() -> None:
    paths = {f"/sv/mig/{view.path}/" for view in (agreements, services)}
    assert {link.href for link in more(scene())} == paths
