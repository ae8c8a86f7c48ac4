"""Task about the person as our Agreement (överenskommelse i patientkontrakt).

Source: hl7.org/fhir/R4/task.html. The owner says who has promised; Consent and Contract are
other things.
"""

from typing import Final

from stodtjanster.information import Agreement, Party
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.care_plans import check_intent
from stodtjanster.sources.kit.fhir.plan_parts import is_agreement, pertains_to
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, care_unit, keys
from stodtjanster.sources.kit.fhir.values import (
    Foreign,
    Json,
    SetAside,
    Unreadable,
    as_list,
    concept_text,
    days,
    recorded,
)

CODES: Final = ("overenskommelse", "överenskommelse")
"""How a Task says that it is an agreement. No code system is agreed in Sweden, so these count in
any; a source may be set up with its own, as `system|code`."""
STATUSES_ASKED = "requested,received,accepted,ready,in-progress,on-hold,completed"
_SHOWN = frozenset(STATUSES_ASKED.split(","))
_OTHER = frozenset({"draft", "rejected", "cancelled", "failed", "entered-in-error"})
_DECIDED = frozenset(
    {
        *("unknown", "plan", "order", "original-order", "reflex-order", "filler-order"),
        *("instance-order",),
    }
)
_UNDECIDED = frozenset({"proposal", "option"})
_CARE = frozenset(
    {"Organization", "Practitioner", "PractitionerRole", "CareTeam", "HealthcareService"}
)


def agreement(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Agreement]:
    status = check(resource.get("status"), _SHOWN, _OTHER)
    check_intent(resource.get("intent"), _DECIDED, _UNDECIDED)
    if resource.get("doNotPerform"):
        raise SetAside("not to be performed")
    if not is_agreement(resource, scope):
        raise SetAside("not an agreement")
    subject = scope.whose(resource.get("for"), resource)
    text = scope.told(resource.get("description") or concept_text(resource.get("code")), resource)
    if text is None:
        raise Unreadable("a task without description")
    owner = resource.get("owner")
    party = _party(owner, resource, scope)
    # The person is called by no name: to the reader it is "du".
    name = scope.told(scope.name(owner, resource), resource) if party is Party.CARE else None
    limits = (resource.get("restriction") or {}).get("period")
    first, until = days(limits or resource.get("requestedPeriod"))
    return (
        Agreement(
            subject=subject,
            origin=scope.origin(
                resource,
                identity,
                labels.approved,
                recorded(resource.get("authoredOn")),
                care_unit((owner,), scope, resource),
                name,
            ),
            text=text,
            party=party,
            owner=name,
            first=first,
            until=until,
            done=status == "completed",
            plans=_plans(resource, scope),
            goals=tuple(pertains_to(resource, scope)),
        ),
    )


def _party(owner: Json | None, resource: Json, scope: Scope) -> Party:
    """PERSON only for the very person that the task is for; another patient is nobody we know."""
    if owner is None:
        return Party.UNKNOWN
    kind = scope.kind(owner, resource)
    if kind in _CARE:
        return Party.CARE
    if kind != "Patient":
        return Party.UNKNOWN
    if scope.subject is None:
        return Party.PERSON if owner == resource.get("for") else Party.UNKNOWN
    try:
        scope.whose(owner, resource)
    except (Foreign, Unreadable):
        return Party.UNKNOWN
    return Party.PERSON


def _plans(resource: Json, scope: Scope) -> tuple[str, ...]:
    """The plans that the agreement belongs to: basedOn, or a focus that is a plan."""
    references = [*as_list(resource.get("basedOn")), *as_list(resource.get("focus"))]
    return tuple(
        key
        for reference in references
        if scope.kind(reference, resource) in ("CarePlan", None)
        for key in keys(reference, scope)
    )
