"""What a CarePlan is made of: its goals, its tasks, and those who take part.

Sources: hl7.org/fhir/R4/careplan.html, goal.html, task.html, servicerequest.html; R5's names are
read as well. A task is told by `activity.detail`, or by the Task or ServiceRequest that
`activity.reference` points at. What it is for is said by `detail.goal`, by a Task's `focus`, by the
extension resource-pertainsToGoal, or by the goal, which `addresses` an order.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from stodtjanster.information import (
    Activity,
    ActivityState,
    Assigned,
    Goal,
    GoalState,
    Participant,
)
from stodtjanster.model import HsaId, Told
from stodtjanster.sources.kit.fhir.scope import Scope, identity, keys
from stodtjanster.sources.kit.fhir.values import (
    Foreign,
    Json,
    Unreadable,
    as_list,
    codings,
    concept_text,
    day,
    days,
    first_of,
    first_text,
    matches,
)

MOST: Final = 200
"""Tasks of one plan. Nobody has so many; a source that says so is not believed."""
_ACHIEVED: Final = {
    "achieved": GoalState.REACHED,
    "sustaining": GoalState.REACHED,
    "improving": GoalState.FORWARD,
    "in-progress": GoalState.GOING_ON,
    "no-change": GoalState.UNCHANGED,
    "no-progress": GoalState.UNCHANGED,
    "worsening": GoalState.BACKWARD,
    "not-achieved": GoalState.NOT_REACHED,
    "not-attainable": GoalState.NOT_REACHED,
}
_LIFE: Final[dict[str | None, GoalState]] = {
    "planned": GoalState.NOT_BEGUN,
    "accepted": GoalState.NOT_BEGUN,
    "on-hold": GoalState.PAUSED,
}
_GOAL_HIDDEN = frozenset({"proposed", "cancelled", "rejected", "entered-in-error"})
_PERTAINS_TO_GOAL = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal"
# Care plan activity, Task and request statuses. What stands in none of them is over or withdrawn.
_STATES: Final = {
    "not-started": ActivityState.NOT_BEGUN,
    "scheduled": ActivityState.NOT_BEGUN,
    "requested": ActivityState.NOT_BEGUN,
    "received": ActivityState.NOT_BEGUN,
    "accepted": ActivityState.NOT_BEGUN,
    "ready": ActivityState.NOT_BEGUN,
    "in-progress": ActivityState.GOING_ON,
    # Of a request, active says that it may be acted on, and not that anybody does.
    "active": ActivityState.UNKNOWN,
    "on-hold": ActivityState.PAUSED,
    "completed": ActivityState.DONE,
    "unknown": ActivityState.UNKNOWN,
    None: ActivityState.UNKNOWN,
}
_UNDECIDED = frozenset({"proposal", "option", "directive"})
_TOLD_WHOLE = frozenset({"Task", "ServiceRequest"})
_ELSEWHERE = frozenset({"CarePlan", "Appointment"})


def goals(resource: Json, scope: Scope) -> tuple[Goal, ...]:
    """Those of the plan and of its activities, each once."""
    details = (one.get("detail") or {} for one in as_list(resource.get("activity")))
    references = [
        *as_list(resource.get("goal")),
        *(one for detail in details for one in as_list(detail.get("goal"))),
    ]
    read = (_goal(reference, resource, scope) for reference in references)
    # The same goal may stand on the plan and on one of its activities.
    return tuple(dict.fromkeys(goal for goal in read if goal is not None))


def activities(resource: Json, scope: Scope) -> tuple[Activity, ...]:
    """The tasks of a plan, without those that are plans, meetings or agreements of their own."""
    listed = as_list(resource.get("activity"))
    if len(listed) > MOST:
        raise Unreadable("too many activities")
    addressed = _addressed(resource, scope)
    return tuple(task for one in listed for task in _tasks(one, resource, scope, addressed))


def _addressed(resource: Json, scope: Scope) -> dict[str, tuple[str, ...]]:
    """The names of the goals that point at a thing, by every name of the thing."""
    found: dict[str, tuple[str, ...]] = {}
    for reference in as_list(resource.get("goal")):
        goal = scope.resolve(reference, resource) or {}
        names = tuple(_goal_keys(reference, resource, scope))
        for one in as_list(goal.get("addresses")):
            for key in keys(one, scope):
                found[key] = (*found.get(key, ()), *names)
    return found


def meetings(resource: Json, scope: Scope) -> tuple[str, ...]:
    """The names of the appointments that the plan counts among its activities."""
    return tuple(
        key
        for reference in planned(resource)
        if scope.kind(reference, resource) == "Appointment"
        for key in keys(reference, scope)
    )


def follow_up(resource: Json) -> date | None:
    """The first day of the meeting that the plan foresees without having it booked."""
    details = (one.get("detail") or {} for one in as_list(resource.get("activity")))
    foreseen = (
        days(detail.get("scheduledPeriod"))[0]
        for detail in details
        if _is_meeting(detail) and detail.get("status") in _STATES
    )
    return min((one for one in foreseen if one is not None), default=None)


def planned(resource: Json) -> Iterator[Json]:
    """What the activities of a plan point at; R5 has a name of its own for it."""
    for activity in as_list(resource.get("activity")):
        yield from as_list(activity.get("reference"))
        yield from as_list(activity.get("plannedActivityReference"))


def participants(references: Iterable[Json], resource: Json, scope: Scope) -> Iterator[Participant]:
    """Those who are named, and the members of a team that came along. Not the person: a plan is
    always the person's own."""
    for reference in references:
        meant = scope.meant(reference, resource)
        team = meant.target if meant.kind == "CareTeam" else None
        if team is not None and _is_own(team, "subject", resource, scope):
            for member in as_list(team.get("participant")):
                yield from _participant(member.get("member") or {}, member, team, scope)
        else:
            yield from _participant(reference, {}, resource, scope)


def own_words(resource: Json, scope: Scope) -> tuple[Told, ...]:
    """What the person has said is important: notes that the person wrote."""
    said = (
        scope.told(note.get("text"), resource)
        for note in as_list(resource.get("note"))
        if is_own_note(note, resource, scope)
    )
    return tuple(told for told in said if told is not None)


def is_own_note(note: Json, resource: Json, scope: Scope) -> bool:
    return _is_the_person(note.get("authorReference"), resource, scope)


def _is_meeting(detail: Json) -> bool:
    return detail.get("kind") == "Appointment"


def _participant(
    reference: Json, member: Json, holder: Json, scope: Scope
) -> Iterator[Participant]:
    meant = scope.meant(reference, holder)
    name = scope.told(meant.name, holder)
    if meant.kind != "Patient" and (name is not None or meant.unit is not None):
        yield Participant(name, scope.told(first_text(member.get("role")), holder), meant.unit)


def _goal(reference: Json, resource: Json, scope: Scope) -> Goal | None:
    goal = scope.resolve(reference, resource)
    if goal is None or goal.get("resourceType") != "Goal":
        name = scope.told(reference.get("display"), resource)
        return None if name is None else Goal(name, names=frozenset(keys(reference, scope)))
    if goal.get("lifecycleStatus") in _GOAL_HIDDEN or not _is_own(goal, "subject", resource, scope):
        return None
    text = scope.told(concept_text(goal.get("description")), resource)
    dues = (day(target.get("dueDate")) for target in as_list(goal.get("target")))
    if text is None:
        return None
    return Goal(
        text,
        _state(goal),
        first_of(dues),
        frozenset(_goal_keys(reference, resource, scope)),
        day(goal.get("statusDate")),
    )


def _goal_keys(reference: Json, holder: Json, scope: Scope) -> Iterator[str]:
    """A goal inside its plan has a name only there."""
    text = reference.get("reference")
    if isinstance(text, str) and text.startswith("#"):
        yield f"{scope.system}|{identity(holder)}{text}"
    else:
        yield from keys(reference, scope)


def _state(goal: Json) -> GoalState:
    """What has been achieved, where that is said; else how far its life has come."""
    said = [code for _, code in codings(goal.get("achievementStatus"))]
    reached = (_ACHIEVED[code] for code in said if isinstance(code, str) and code in _ACHIEVED)
    return next(reached, _LIFE.get(goal.get("lifecycleStatus"), GoalState.UNKNOWN))


def _tasks(
    activity: Json, resource: Json, scope: Scope, addressed: Mapping[str, tuple[str, ...]]
) -> Iterator[Activity]:
    detail = activity.get("detail")
    if detail is not None:
        yield from _detailed(detail, resource, scope)
    for reference in planned({"activity": [activity]}):
        meant = scope.meant(reference, resource)
        if meant.kind in _ELSEWHERE:
            continue
        if meant.target is not None and meant.kind in _TOLD_WHOLE:
            for task in _resource(meant.target, reference, resource, scope):
                named = (goal for name in task.names for goal in addressed.get(name, ()))
                yield replace(task, goals=tuple(dict.fromkeys((*task.goals, *named))))
            continue
        name = scope.told(reference.get("display"), resource)
        if name is not None:
            yield Activity(name, names=frozenset(keys(reference, scope)))


def _detailed(detail: Json, resource: Json, scope: Scope) -> Iterator[Activity]:
    """R4's activity.detail, which has no id of its own."""
    state = _STATES.get(detail.get("status"))
    said = detail.get("description") or concept_text(detail.get("code"))
    text = scope.told(said, resource)
    # An Appointment that is only planned is a day for the next meeting, and no task.
    if state is None or detail.get("doNotPerform") or text is None or _is_meeting(detail):
        return
    who = _who(as_list(detail.get("performer")), resource, scope)
    yield Activity(
        text,
        who.assigned,
        who.owners,
        who.mine,
        state,
        goals=tuple(
            key for goal in as_list(detail.get("goal")) for key in _goal_keys(goal, resource, scope)
        ),
        due=days(detail.get("scheduledPeriod"))[1],
        units=who.units,
    )


def _resource(task: Json, reference: Json, resource: Json, scope: Scope) -> Iterator[Activity]:
    """A Task or a ServiceRequest that came along with the plan."""
    is_task = task["resourceType"] == "Task"
    whom = "for" if is_task else "subject"
    state = _STATES.get(task.get("status"))
    hidden = (
        state is None
        or task.get("doNotPerform")
        or task.get("intent") in _UNDECIDED
        or not _is_own(task, whom, resource, scope)
    )
    if hidden or (is_task and is_agreement(task, scope)):
        return
    text = scope.told(task.get("description") or concept_text(task.get("code")), task)
    text = text or scope.told(reference.get("display"), resource)
    if text is None or state is None:
        return
    performers = as_list(task.get("owner" if is_task else "performer"))
    who = _who(performers, task, scope)
    limits = (task.get("restriction") or {}).get("period") or task.get("requestedPeriod")
    yield Activity(
        text,
        who.assigned,
        who.owners,
        who.mine,
        state,
        goals=tuple(pertains_to(task, scope)),
        plans=tuple(
            key
            for one in as_list(task.get("basedOn"))
            if scope.kind(one, task) in ("CarePlan", None)
            for key in keys(one, scope)
        ),
        due=days(limits)[1],
        added=day(task.get("authoredOn")),
        names=frozenset(keys(reference, scope)),
        units=who.units,
    )


def is_agreement(task: Json, scope: Scope) -> bool:
    """By its code; every Task, where the source is set up without codes. It is told as an agreement
    and would stand twice as a task."""
    return not scope.agreements or matches(task.get("code"), scope.agreements)


def pertains_to(task: Json, scope: Scope) -> Iterator[str]:
    """The names of the goals that a task is for."""
    said = [
        *as_list(task.get("focus")),
        *(
            one.get("valueReference") or {}
            for one in as_list(task.get("extension"))
            if one.get("url") == _PERTAINS_TO_GOAL
        ),
    ]
    for reference in said:
        if scope.kind(reference, task) == "Goal":
            yield from keys(reference, scope)


@dataclass(frozen=True, slots=True)
class _Who:
    """Whether anybody is to do a task, who is named, and whether the person is one of them."""

    assigned: Assigned
    owners: tuple[Told, ...]
    mine: bool
    units: frozenset[HsaId]


def _who(performers: list[Json], holder: Json, scope: Scope) -> _Who:
    mine = any(_is_the_person(one, holder, scope) for one in performers)
    # Another Patient's name is nobody's to show.
    others = [one for one in performers if scope.kind(one, holder) != "Patient"]
    meant = [scope.meant(one, holder) for one in others]
    named = (scope.told(one.name, holder) for one in meant)
    return _Who(
        Assigned.SOMEBODY if performers else Assigned.NOBODY,
        tuple(name for name in named if name is not None),
        mine,
        frozenset(one.unit for one in meant if one.unit is not None),
    )


def _is_the_person(reference: Json | None, holder: Json, scope: Scope) -> bool:
    """True only for the very person that the plan is about."""
    if reference is None or scope.kind(reference, holder) != "Patient":
        return False
    if scope.subject is None:
        return reference == (holder.get("subject") or holder.get("for"))
    try:
        return scope.whose(reference, holder) == scope.subject
    except (Foreign, Unreadable):
        return False


def _is_own(other: Json, whom: str, resource: Json, scope: Scope) -> bool:
    """What stands beside a plan may be anyone's; what is inside it without subject is its own."""
    subject = other.get(whom)
    if subject is None:
        return other in as_list(resource.get("contained"))
    try:
        return scope.whose(subject, resource) == scope.subject or scope.subject is None
    except (Foreign, Unreadable):
        return False
