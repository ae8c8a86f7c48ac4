"""What a CarePlan is made of: goals, tasks with owners, participants, meetings, own words."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from stodtjanster.information import (
    Activity,
    ActivityState,
    Assigned,
    CarePlan,
    CarePlanStatus,
    GoalState,
    Participant,
)
from stodtjanster.model import HsaId, Told
from stodtjanster.sources.kit.fhir import read
from stodtjanster.sources.kit.reading import Reading
from tests.fhir_pages import (
    NOW,
    PERSON,
    SUBJECT,
    appointment,
    bundle,
    care_plan,
    service_request,
    task,
)

PERTAINS = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal"
OTHER = {"reference": "Patient/other"}


def plan(*beside: Any, release: str = "R4", **more: Any) -> CarePlan:
    """The one plan that the row gives; nothing may have been lost on the way."""
    found = read(
        orjson.dumps(bundle(care_plan(**more), beside=beside)),
        reading=Reading("kommun", NOW, PERSON),
        release=release,
        patient="Patient/p1",
    )
    assert found.rejected == ()
    (item,) = found.items
    assert isinstance(item, CarePlan)
    return item


def detailed(**detail: Any) -> tuple[Activity, ...]:
    told = {"description": "Följa med ut", "status": "in-progress", **detail}
    return plan(activity=[{"detail": told}]).activities


def referred(target: Any, **reference: Any) -> tuple[Activity, ...]:
    to = {"reference": f"{target['resourceType']}/{target['id']}", **reference}
    return plan(target, activity=[{"reference": to}]).activities


def goal(logical: str = "g1", **more: Any) -> Any:
    return {
        "resourceType": "Goal",
        "id": logical,
        "lifecycleStatus": "active",
        "description": {"text": "Gå till brevlådan"},
        "subject": SUBJECT,
        **more,
    }


def chore(**more: Any) -> Any:
    """A Task that is no agreement."""
    return task("k2", code={"text": "Uppgift"}, description="Lägga om såret", **more)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, GoalState.UNKNOWN),
        ({"lifecycleStatus": "planned"}, GoalState.NOT_BEGUN),
        ({"lifecycleStatus": "on-hold"}, GoalState.PAUSED),
        ({"achievementStatus": {"coding": [{"code": "improving"}]}}, GoalState.FORWARD),
        ({"achievementStatus": {"coding": [{"code": "no-progress"}]}}, GoalState.UNCHANGED),
        ({"achievementStatus": {"coding": [{"code": "worsening"}]}}, GoalState.BACKWARD),
        ({"achievementStatus": {"coding": [{"code": "not-attainable"}]}}, GoalState.NOT_REACHED),
        (
            {
                "lifecycleStatus": "planned",
                "achievementStatus": {"coding": [{"code": "in-progress"}]},
            },
            GoalState.GOING_ON,
        ),
        (
            {"lifecycleStatus": "planned", "achievementStatus": {"coding": [{"code": "nytt"}]}},
            GoalState.NOT_BEGUN,
        ),
    ],
)
def test_how_it_goes_with_a_goal(more: Any, state: GoalState) -> None:
    (found,) = plan(goal(**more), goal=[{"reference": "Goal/g1"}]).goals
    assert found.state is state


def test_a_goal_inside_the_plan_is_named_there_alone() -> None:
    item = plan(
        contained=[goal("m", subject=None)],
        goal=[{"reference": "#m"}],
        activity=[
            {"detail": {"description": "Gå", "status": "scheduled", "goal": [{"reference": "#m"}]}}
        ],
    )
    assert item.activities[0].goals == tuple(item.goals[0].names)
    assert item.goals[0].names == {"kommun|CarePlan/c1#m"}


def test_a_described_task() -> None:
    (found,) = detailed(
        goal=[{"reference": "Goal/g1"}],
        performer=[{"reference": "Organization/o", "display": "Hemtjänsten"}],
        scheduledPeriod={"start": "2026-11-01", "end": "2026-12-01"},
    )
    assert found == Activity(
        Told("Följa med ut"),
        Assigned.SOMEBODY,
        (Told("Hemtjänsten"),),
        state=ActivityState.GOING_ON,
        goals=("kommun|Goal/g1",),
        due=date(2026, 12, 1),
    )


@pytest.mark.parametrize(
    ("performers", "assigned", "owners", "mine"),
    [
        ([], Assigned.NOBODY, [], False),
        ([SUBJECT], Assigned.SOMEBODY, [], True),
        (
            [SUBJECT, {"reference": "Practitioner/j", "display": "Jonas Berg"}],
            Assigned.SOMEBODY,
            ["Jonas Berg"],
            True,
        ),
        ([{"reference": "Practitioner/j"}], Assigned.SOMEBODY, [], False),
        ([{**OTHER, "display": "Någon annan"}], Assigned.SOMEBODY, [], False),
        (
            [{"reference": "RelatedPerson/a", "display": "Anders"}],
            Assigned.SOMEBODY,
            ["Anders"],
            False,
        ),
    ],
)
def test_who_is_to_do_it(
    performers: Any, assigned: Assigned, owners: list[str], mine: bool
) -> None:
    (found,) = detailed(performer=performers)
    assert found.assigned is assigned
    assert [owner.text for owner in found.owners] == owners
    assert found.mine is mine


def test_a_unit_that_is_to_do_it_is_known_by_its_number() -> None:
    unit = {"system": "urn:oid:1.2.752.29.4.19", "value": "TSTNMT2321000156-HSJV"}
    (found,) = detailed(
        performer=[
            {"reference": "Organization/o", "display": "Hemsjukvården", "identifier": unit},
            {"reference": "Practitioner/p", "display": "Jonas Berg"},
        ]
    )
    assert [name.text for name in found.owners] == ["Hemsjukvården", "Jonas Berg"]
    assert {each.value for each in found.units} == {"TSTNMT2321000156-HSJV"}


@pytest.mark.parametrize(
    "withdrawn",
    [
        {"status": "cancelled"},
        {"status": "stopped"},
        {"status": "entered-in-error"},
        {"doNotPerform": True},
        {"description": None},
    ],
)
def test_what_is_not_to_be_done_is_no_task(withdrawn: Any) -> None:
    assert detailed(**withdrawn) == ()


def test_a_task_that_came_along() -> None:
    (found,) = referred(
        chore(
            owner={"reference": "Organization/h", "display": "Hemsjukvården"},
            focus={"reference": "Goal/g2"},
            basedOn=[{"reference": "CarePlan/vp"}],
            authoredOn="2026-11-19",
            restriction={"period": {"end": "2026-12-24"}},
        )
    )
    assert found == Activity(
        Told("Lägga om såret"),
        Assigned.SOMEBODY,
        (Told("Hemsjukvården"),),
        state=ActivityState.GOING_ON,
        goals=("kommun|Goal/g2",),
        plans=("kommun|CarePlan/vp",),
        due=date(2026, 12, 24),
        added=date(2026, 11, 19),
        names=frozenset({"kommun|Task/k2"}),
    )


def test_a_task_that_nobody_owns_lacks_an_owner_and_one_only_pointed_at_may_have_one() -> None:
    (whole,) = referred(chore(owner=None))
    assert whole.assigned is Assigned.NOBODY
    (named,) = plan(
        activity=[{"reference": {"reference": "Task/x", "display": "Ringa"}}]
    ).activities
    assert (named.text, named.assigned) == (Told("Ringa"), Assigned.UNKNOWN)


def test_an_order_for_a_goal() -> None:
    (found,) = referred(
        service_request(extension=[{"url": PERTAINS, "valueReference": {"reference": "Goal/g1"}}])
    )
    assert (found.text, found.goals) == (Told("Hemtjänst"), ("kommun|Goal/g1",))
    assert found.state is ActivityState.UNKNOWN
    assert found.owners == (Told("Hemtjänsten Norr"),)


def test_an_order_that_a_goal_addresses_is_for_that_goal() -> None:
    order = service_request(
        extension=[{"url": PERTAINS, "valueReference": {"reference": "Goal/g1"}}]
    )
    points = {"addresses": [{"reference": "ServiceRequest/s1"}, {"reference": "Condition/x"}]}
    item = plan(
        order,
        goal("g1", **points),
        goal("g2", **points),
        goal=[{"reference": "Goal/g1"}, {"reference": "Goal/g2"}],
        activity=[{"reference": {"reference": "ServiceRequest/s1"}}],
    )
    assert item.activities[0].goals == ("kommun|Goal/g1", "kommun|Goal/g2")


@pytest.mark.parametrize(
    "target",
    [
        task(),  # an agreement, which stands among the agreements
        chore(**{"for": OTHER}),
        service_request(subject=OTHER),
        service_request(intent="proposal"),
        chore(status="cancelled"),
        chore(doNotPerform=True),
    ],
)
def test_what_stands_elsewhere_or_is_not_the_persons_is_no_task(target: Any) -> None:
    assert referred(target) == ()


def test_a_task_with_a_label_is_not_quoted() -> None:
    hidden = chore(meta={"security": [{"code": "NOPATIENT"}]})
    assert referred(hidden) == ()


def test_a_meeting_is_no_task_but_a_follow_up() -> None:
    item = plan(
        appointment("m1"),
        activity=[
            {"reference": {"reference": "Appointment/m1", "display": "SIP-möte"}},
            {
                "detail": {
                    "kind": "Appointment",
                    "status": "not-started",
                    "description": "Möte",
                    "scheduledPeriod": {"start": "2027-02-01"},
                }
            },
            {
                "detail": {
                    "kind": "Appointment",
                    "status": "cancelled",
                    "description": "Möte",
                    "scheduledPeriod": {"start": "2027-01-01"},
                }
            },
        ],
    )
    assert item.activities == ()
    assert item.meetings == ("kommun|Appointment/m1",)
    assert item.follow_up == date(2027, 2, 1)


def test_those_who_take_part() -> None:
    team = {
        "resourceType": "CareTeam",
        "id": "t1",
        "subject": SUBJECT,
        "participant": [
            {"role": [{"text": "samordnar"}], "member": {"display": "Lena Ek, sjuksköterska"}},
            {"member": SUBJECT},
            {"member": {}},
        ],
    }
    unit = {
        "reference": "Organization/h",
        "display": "Hemtjänsten",
        "identifier": {"system": "urn:oid:1.2.752.29.4.19", "value": "SE2321000230-1001"},
    }
    item = plan(team, careTeam=[{"reference": "CareTeam/t1"}], contributor=[unit])
    assert item.participants == (
        Participant(Told("Lena Ek, sjuksköterska"), Told("samordnar")),
        Participant(Told("Hemtjänsten"), unit=HsaId("SE2321000230-1001")),
    )


def test_somebody_elses_team_is_not_quoted() -> None:
    team = {
        "resourceType": "CareTeam",
        "id": "t1",
        "subject": OTHER,
        "participant": [{"member": {"display": "Hemlig"}}],
    }
    assert plan(
        team, careTeam=[{"reference": "CareTeam/t1", "display": "Teamet"}]
    ).participants == (Participant(Told("Teamet")),)


def test_the_persons_own_words_are_apart_from_what_others_wrote() -> None:
    item = plan(
        note=[
            {"authorReference": SUBJECT, "text": "Jag vill gå till brevlådan själv."},
            {"authorReference": OTHER, "text": "En annans ord."},
            {"text": "Planens innehåll."},
        ]
    )
    assert item.own_words == (Told("Jag vill gå till brevlådan själv."),)
    assert [one.content for one in item.attachments] == [
        b"En annans ord.",
        b"Planens inneh\xc3\xa5ll.",
    ]


@pytest.mark.parametrize(("status", "said"), [("active", "ACTIVE"), ("on-hold", "ON_HOLD")])
def test_whether_it_goes_on(status: str, said: str) -> None:
    assert plan(status=status).status is CarePlanStatus[said]


def test_r5_has_other_names_for_the_same() -> None:
    item = plan(
        chore(requestedPeriod={"end": "2026-12-24"}),
        release="R5",
        activity=[{"plannedActivityReference": {"reference": "Task/k2"}}],
    )
    assert [each.due for each in item.activities] == [date(2026, 12, 24)]


def test_more_tasks_than_anybody_has_are_not_believed() -> None:
    many = [{"detail": {"description": "x", "status": "scheduled"}}] * 201
    found = read(
        orjson.dumps(bundle(care_plan(activity=many))),
        reading=Reading("kommun", NOW, PERSON),
        release="R4",
        patient="Patient/p1",
    )
    assert [one.why for one in found.rejected] == ["too many activities"]
