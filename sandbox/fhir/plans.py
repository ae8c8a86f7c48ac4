"""Plans with what they are made of: goals, tasks, and the team around them.

CarePlan, Goal, Task and CareTeam of R4. A task is told inside its plan (`activity.detail`), or as a
Task of its own that the plan points at; the person's own words are a note that the person wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from sandbox.fhir.record import (
    DOCUMENT,
    OWN,
    PLAN_TYPE,
    PLAN_TYPES,
    Record,
    Resource,
    Row,
    identifier,
    practitioner,
)
from sandbox.people.when import day


def _goal(record: Record, row: Row) -> Resource:
    usual = "achieved" if row["status"] == "completed" else "in-progress"
    resource: Resource = {
        "resourceType": "Goal",
        "id": row["id"],
        "identifier": [identifier(row["id"])],
        "lifecycleStatus": row["status"],
        "description": {"text": row["text"]},
        "subject": record.patient,
        "target": [{"dueDate": day(row["due"], record.anchor).isoformat()}],
    }
    if row["status"] != "planned":
        coding = {
            "system": "http://terminology.hl7.org/CodeSystem/goal-achievement",
            "code": row.get("achieved", usual),
        }
        resource["achievementStatus"] = {"coding": [coding]}
    if "changed" in row:
        resource["statusDate"] = day(row["changed"], record.anchor).isoformat()
    return resource


def _plan(record: Record, row: Row) -> Resource:
    kind = {"system": PLAN_TYPE, "code": row["type"], "display": PLAN_TYPES[row["type"]]}
    resource: Resource = {
        "resourceType": "CarePlan",
        "id": row["id"],
        "identifier": [identifier(row["id"])],
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [kind]}],
        "title": row["title"],
        "subject": record.patient,
        "period": record.period(row),
        "created": day(row["from"], record.anchor).isoformat(),
        "author": practitioner(row["author"], role=True),
        "contributor": [record.unit(unit) for unit in (row["unit"], *row.get("with", ()))],
        "goal": [{"reference": f"Goal/{goal}"} for goal in row["goals"]],
    }
    if "part_of" in row:
        resource["partOf"] = [elsewhere(row["part_of"])]
    if "team" in row:
        resource["careTeam"] = [{"reference": f"CareTeam/{row['team']}"}]
    if "own_words" in row:
        resource["note"] = [{"authorReference": record.patient, "text": row["own_words"]}]
    activities = list(_activities(record, row))
    # An empty array is not allowed in FHIR JSON.
    return resource | ({"activity": activities} if activities else {})


def _activities(record: Record, row: Row) -> Iterator[Resource]:
    for chore in row.get("chores", ()):
        yield {"detail": _detail(record, chore)}
    kinds = {"tasks": "Task", "services": "ServiceRequest", "meetings": "Appointment"}
    for name, kind in kinds.items():
        for one in row.get(name, ()):
            yield {"reference": {"reference": f"{kind}/{one}"}}
    for below in row.get("holds", ()):
        yield {"reference": elsewhere(below)}


def _detail(record: Record, chore: Row) -> Resource:
    detail: Resource = {
        "status": chore.get("status", "in-progress"),
        "description": chore["text"],
        "goal": [{"reference": f"Goal/{chore['goal']}"}],
    }
    if "owner" in chore:
        detail["performer"] = [record.unit(chore["owner"])]
    if "due" in chore:
        on = day(chore["due"], record.anchor).isoformat()
        detail["scheduledPeriod"] = {"start": on, "end": on}
    return detail


def _task(record: Record, row: Row) -> Resource:
    made = day(row["made"], record.anchor).isoformat()
    resource: Resource = {
        "resourceType": "Task",
        "id": row["id"],
        "identifier": [identifier(row["id"])],
        "status": row.get("status", "in-progress"),
        "intent": "plan",
        "code": {"coding": [{"system": f"{OWN}/uppgift", "code": "planuppgift"}]},
        "description": row["text"],
        "focus": {"reference": f"Goal/{row['goal']}"},
        "for": record.patient,
        "authoredOn": made,
        "lastModified": made,
    }
    if "stands_in" in row:
        resource["basedOn"] = [elsewhere(row["stands_in"])]
    if "owner" in row:
        resource["owner"] = practitioner(row["owner"])
    return resource


def _team(record: Record, row: Row) -> Resource:
    """Those around a plan: no fast kontakt, so of no category that says so."""
    return {
        "resourceType": "CareTeam",
        "id": row["id"],
        "identifier": [identifier(row["id"])],
        "status": "active",
        "name": row["name"],
        "subject": record.patient,
        "participant": [
            {"member": record.patient},
            *(
                {"role": [{"text": one["role"]}], "member": practitioner(one)}
                for one in row["members"]
            ),
        ],
    }


def elsewhere(plan: Row) -> Resource:
    """A plan in another system: it is named by its identifier there."""
    number = {"system": DOCUMENT, "value": f"{plan['source']}#{plan['id']}"}
    return {"type": "CarePlan", "identifier": number, "display": plan["title"]}


MAKERS: Mapping[str, Callable[[Record, Row], Resource]] = {
    "goals": _goal,
    "plans": _plan,
    "tasks": _task,
    "plan_teams": _team,
}
