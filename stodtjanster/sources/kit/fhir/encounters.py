"""Encounter: planned, as our Appointment; going on, as our CareContact.

hl7.org/fhir/R4/encounter.html, and R5's other names. Where a source tells of GetCareContacts in
FHIR (Inera EHDS-TK), what is planned is a care contact too (`Scope.planned_encounters`): one
Encounter is one thing, and never both.
"""

from typing import Final

from stodtjanster.information import (
    Appointment,
    CareContact,
    CareContactKind,
    CareContactStatus,
    VisitForm,
)
from stodtjanster.model import Open, Origin, Told, When
from stodtjanster.sources.kit.fhir.appointments import check, form, pointed_at, virtual
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, care_unit
from stodtjanster.sources.kit.fhir.values import (
    Json,
    SetAside,
    as_list,
    codings,
    concept_text,
    first_text,
    span,
)

PLANNED: Final = "planned"
ONGOING: Final = {
    "R4": ("arrived", "triaged", "in-progress", "onleave"),
    "R5": ("in-progress", "on-hold"),
}
_SHOWN = frozenset({PLANNED}.union(*ONGOING.values()))
_OTHER = frozenset(
    {
        *("discharged", "finished", "completed", "discontinued", "cancelled"),
        *("entered-in-error", "unknown"),
    }
)
_KINDS = {
    **{("urn:oid:1.2.752.129.2.2.2.25", kind.value): kind for kind in CareContactKind},
    **{
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", code): kind
        for kind, codes in {
            CareContactKind.VISIT: ("AMB", "EMER", "FLD", "HH"),
            CareContactKind.STAY: ("IMP", "ACUTE", "NONAC"),
        }.items()
        for code in codes
    },
}
"""KV Vårdkontakttyp, and what of v3-ActCode means one of its kinds."""


def encounter(
    resource: Json, identity: str, labels: Labels, scope: Scope
) -> tuple[Appointment | CareContact]:
    """What is over is not told."""
    status = check(resource.get("status"), _SHOWN, _OTHER)
    if status == PLANNED and scope.planned_encounters:
        scope.require(Appointment, "a time")
        return (_appointment(resource, identity, labels, scope),)
    scope.require(CareContact, f"status {status}")
    if status == PLANNED and resource.get("appointment"):
        raise SetAside("the meeting of an Appointment")
    return (_contact(resource, identity, labels, scope, planned=status == PLANNED),)


def stands_for(resource: Json, scope: Scope) -> tuple[str, ...]:
    """The Appointments that an Encounter is the meeting of, as `Appointment/<id>`."""
    return pointed_at(resource.get("appointment"), scope)


def _appointment(resource: Json, identity: str, labels: Labels, scope: Scope) -> Appointment:
    """A planned contact, perhaps without a time."""
    subject = scope.whose(resource.get("subject"), resource)
    places = [one["location"] for one in as_list(resource.get("location"))]
    place = next((name for one in places if (name := scope.name(one, resource))), None)
    concepts = [*as_list(resource.get("type")), *as_list(resource.get("serviceType"))]
    words = first_text(concepts)
    codes = [code for _, code in codings([*as_list(resource.get("class")), *concepts])]
    meets = form(words or "", place or "", codes)
    hidden = labels.protected or scope.protected
    return Appointment(
        subject=subject,
        origin=_origin(resource, identity, labels, scope),
        when=_when(resource),
        title=scope.told(words, resource),
        who=_staff(resource, scope),
        unit=_unit(resource, scope),
        place=None if hidden else scope.told(place, resource),
        form=virtual(resource) if meets is VisitForm.UNKNOWN else meets,
        reason=scope.told(_reason(resource), resource),
    )


def _contact(
    resource: Json, identity: str, labels: Labels, scope: Scope, *, planned: bool
) -> CareContact:
    subject = scope.whose(resource.get("subject"), resource)
    classes = as_list(resource.get("class"))
    said = [*classes, *as_list(resource.get("type"))]
    kind = next(
        (_KINDS[coding] for coding in codings(said) if coding in _KINDS), CareContactKind.UNKNOWN
    )
    words = None if kind is not CareContactKind.UNKNOWN else first_text(said) or _display(classes)
    staff = _staff(resource, scope)
    period = resource.get("actualPeriod") or resource.get("period") or {}
    return CareContact(
        subject=subject,
        origin=_origin(resource, identity, labels, scope),
        kind=kind,
        kind_text=scope.told(words, resource),
        status=CareContactStatus.PLANNED if planned else CareContactStatus.ONGOING,
        when=_when(resource),
        ended=period.get("end") is not None,
        reason=scope.told(_reason(resource), resource),
        unit=_unit(resource, scope),
        responsible=staff[0] if staff else None,
    )


def _origin(resource: Json, identity: str, labels: Labels, scope: Scope) -> Origin:
    unit = care_unit((resource.get("serviceProvider"),), scope, resource)
    name = _unit(resource, scope)
    return scope.origin(resource, identity, labels.approved, None, unit, name)


def _unit(resource: Json, scope: Scope) -> Told | None:
    return scope.told(scope.name(resource.get("serviceProvider"), resource), resource)


def _display(classes: list[Json]) -> str | None:
    """R4's class is a bare Coding."""
    return concept_text({"coding": classes})


def _staff(resource: Json, scope: Scope) -> tuple[Told, ...]:
    actors = (
        one.get("individual") or one.get("actor") for one in as_list(resource.get("participant"))
    )
    names = (
        scope.told(scope.name(actor, resource), resource)
        for actor in actors
        if scope.kind(actor, resource) != "Patient"
    )
    return tuple(name for name in names if name is not None)


def _reason(resource: Json) -> str | None:
    """R5 keeps the reasons of an Encounter one level down, beside what they are used for."""
    reasons = as_list(resource.get("reason"))
    inner = [value for one in reasons for value in as_list(one.get("value"))]
    return first_text(resource.get("reasonCode")) or first_text(inner)


def _when(resource: Json) -> When:
    later = {"start": resource.get("plannedStartDate"), "end": resource.get("plannedEndDate")}
    return (
        span(resource.get("actualPeriod")) or span(resource.get("period")) or span(later) or Open()
    )
