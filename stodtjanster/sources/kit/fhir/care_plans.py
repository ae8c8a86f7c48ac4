"""CarePlan as our CarePlan; with a single described activity as a CareService, as in Denmark.

Sources: hl7.org/fhir/R4/careplan.html, Inera EHDS-TK typeofcareplan-cs, KL core 1.2.0
(KLCommonCareSocialPlannedIntervention).
"""

import re
from collections.abc import Iterable

from stodtjanster.information import (
    Attachment,
    CarePlan,
    CarePlanKind,
    CarePlanStatus,
    CareService,
)
from stodtjanster.model import PersonId
from stodtjanster.sources.kit.fhir import plan_parts
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.scope import UNITS, Labels, Meant, Scope, keys, known_as
from stodtjanster.sources.kit.fhir.values import (
    LONGEST_TEXT,
    Json,
    SetAside,
    Unreadable,
    as_list,
    codings,
    concept_text,
    days,
    first_of,
    first_text,
    recorded,
)
from stodtjanster.sources.kit.identifiers import record_key

KIND_SYSTEM = "https://fhir.inera.se/CodeSystem/typeofcareplan-cs"
_KINDS = {kind.value: kind for kind in CarePlanKind}
_STATUSES = {"active": CarePlanStatus.ACTIVE, "on-hold": CarePlanStatus.ON_HOLD}
_SHOWN = frozenset(_STATUSES)
# A draft is not decided and our type has no word for that, so it is not shown as a plan.
_OTHER = frozenset({"draft", "revoked", "completed", "entered-in-error", "unknown", "ended"})
_DECIDED = frozenset({"plan", "order"})
_UNDECIDED = frozenset({"proposal", "option", "directive"})
_MARKUP = re.compile(r"\s*<[!a-zA-Z]")
_BEGUN = {
    "not-started": False,
    "scheduled": False,
    "in-progress": True,
    "on-hold": True,
    "unknown": None,
    None: None,
}


def care_plan(
    resource: Json, identity: str, labels: Labels, scope: Scope
) -> tuple[CarePlan | CareService]:
    check(resource.get("status"), _SHOWN, _OTHER)
    check_intent(resource.get("intent"), _DECIDED, _UNDECIDED)
    subject = scope.whose(resource.get("subject"), resource)
    kind = kind_of(resource.get("category"))
    detail = _intervention(resource) if scope.services_in_care_plans else None
    if detail is not None:
        return (_service(resource, detail, identity, subject, labels, scope),)
    return (_plan(resource, kind, identity, subject, labels, scope),)


def check_intent(intent: object, decided: frozenset[str], undecided: frozenset[str]) -> None:
    """Only what is decided is shown as such."""
    if intent in undecided:
        raise SetAside(f"intent {intent}")
    if intent not in decided:
        raise Unreadable("intent missing or unknown")


def kind_of(concepts: object) -> CarePlanKind:
    """What the national code system says of a plan; UNKNOWN for other codes and for none."""
    for system, code in codings(concepts):
        if system == KIND_SYSTEM and isinstance(code, str):
            return _KINDS.get(code, CarePlanKind.UNKNOWN)
    return CarePlanKind.UNKNOWN


def _plan(
    resource: Json,
    kind: CarePlanKind,
    identity: str,
    subject: PersonId | None,
    labels: Labels,
    scope: Scope,
) -> CarePlan:
    first, last = days(resource.get("period"))
    author = resource.get("author") or resource.get("custodian")
    made = recorded(resource.get("created"))
    helpers = [*as_list(resource.get("careTeam")), *as_list(resource.get("contributor"))]
    writer = scope.meant(author, resource)
    helping = [scope.meant(one, resource) for one in helpers]
    unit = unit_name((writer, *helping))
    return CarePlan(
        subject=subject,
        origin=scope.origin(
            resource,
            identity,
            labels.approved,
            made,
            first_of(one.unit for one in (writer, *helping)),
            scope.told(unit, resource),
        ),
        kind=kind,
        kind_text=scope.told(first_text(resource.get("category")), resource),
        title=scope.told(resource.get("title") or resource.get("description"), resource),
        status=_STATUSES.get(resource["status"], CarePlanStatus.UNKNOWN),
        owner=scope.told(unit or writer.name, resource),
        # "The designated responsible party" in R4; R5 calls it the custodian.
        responsible=scope.told(writer.name, resource),
        participants=tuple(plan_parts.participants(helpers, resource, scope)),
        own_words=plan_parts.own_words(resource, scope),
        first=first,
        last=last,
        follow_up=plan_parts.follow_up(resource),
        authored=made,
        goals=plan_parts.goals(resource, scope),
        activities=plan_parts.activities(resource, scope),
        attachments=_notes(resource, scope),
        keys=frozenset((f"{scope.system}|{identity}", *own_keys(resource))),
        parents=_keys(resource, scope, "partOf", "basedOn"),
        children=tuple(
            key
            for reference in plan_parts.planned(resource)
            if scope.kind(reference, resource) == "CarePlan"
            for key in keys(reference, scope)
        ),
        meetings=plan_parts.meetings(resource, scope),
    )


def unit_name(meant: Iterable[Meant]) -> str | None:
    """The first of them that is a unit: an author is often a person."""
    return first_of(one.name for one in meant if one.kind in UNITS)


def own_keys(resource: Json) -> tuple[str, ...]:
    """The names that a record gives itself with its business identifiers, and the one that it has
    in its source system."""
    named = [
        record_key(one.get("system"), one.get("value"))
        for one in as_list(resource.get("identifier"))
    ]
    known = known_as(resource, "")
    if known is not None:
        named.append("|".join(known))
    return tuple(key for key in named if key is not None)


def replaced(resource: Json, scope: Scope) -> tuple[str, ...]:
    """The names of the older plans that this one takes the place of."""
    return _keys(resource, scope, "replaces")


def _keys(resource: Json, scope: Scope, *elements: str) -> tuple[str, ...]:
    return tuple(
        key
        for element in elements
        for reference in as_list(resource.get(element))
        for key in keys(reference, scope)
    )


def _notes(resource: Json, scope: Scope) -> tuple[Attachment, ...]:
    """The content of a plan that came from GetCarePlans (Inera EHDS-TK), which has lost its media
    type on the way. It is kept as untrusted as an attachment is."""
    texts = (
        note.get("text")
        for note in as_list(resource.get("note"))
        if not plan_parts.is_own_note(note, resource, scope)
    )
    return tuple(
        Attachment("text/html" if _MARKUP.match(text) else "text/plain", content=text.encode())
        for text in texts
        if _is_content(text)
    )


def _is_content(text: object) -> bool:
    if text is not None and not isinstance(text, str):
        raise Unreadable("text of another type")
    if text is not None and len(text) > LONGEST_TEXT:
        raise Unreadable("text too long")
    return bool(text and text.strip())


def _intervention(resource: Json) -> Json | None:
    """KL's planned intervention: one described activity, and nothing that a plan of its own has.

    A plan that merely holds one activity must stay a plan, so anything plan-like decides.
    """
    activities = as_list(resource.get("activity"))
    plan_like = any(resource.get(name) for name in ("category", "title", "goal"))
    if len(activities) != 1 or plan_like:
        return None
    detail: Json | None = activities[0].get("detail")
    return detail


def _service(
    resource: Json,
    detail: Json,
    identity: str,
    subject: PersonId | None,
    labels: Labels,
    scope: Scope,
) -> CareService:
    """KL: the period begins with the decision; only the activity's status says that it began."""
    if detail.get("doNotPerform"):
        raise SetAside("not to be performed")
    status = detail.get("status")
    if status not in _BEGUN:
        raise SetAside("activity ended")
    name = scope.told(concept_text(detail.get("code")) or resource.get("title"), resource)
    if name is None:
        raise Unreadable("a service without name")
    first, last = days(resource.get("period"))
    author = scope.meant(resource.get("author"), resource)
    performers = [scope.meant(one, resource) for one in as_list(detail.get("performer"))]
    timing = detail.get("scheduledTiming") or {}
    extent = detail.get("scheduledString") or concept_text(timing.get("code"))
    return CareService(
        subject=subject,
        origin=scope.origin(
            resource,
            identity,
            labels.approved,
            recorded(resource.get("created")),
            first_of(one.unit for one in (author, *performers)),
            scope.told(unit_name((author, *performers)), resource),
        ),
        name=name,
        extent=scope.told(extent, resource),
        decided=first,
        first=first,
        last=last,
        authority=scope.told(author.name, resource),
        performer=scope.told(first_of(one.name for one in performers), resource),
        started=_BEGUN[status],
    )
