"""Appointment, and Encounter that is only planned, as our Appointment.

R4: hl7.org/fhir/R4/appointment.html, encounter.html. R5's other names are read as well.
"""

from datetime import datetime, timedelta
from typing import Final

from stodtjanster.information import Appointment, VisitForm
from stodtjanster.model import HsaId, Open, PersonId, Timed, Told, When
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, care_unit
from stodtjanster.sources.kit.fhir.values import (
    Foreign,
    Json,
    SetAside,
    Unreadable,
    as_list,
    codings,
    concept_text,
    first_text,
    instant,
    recorded,
    span,
)

APPOINTMENT_SHOWN: Final = frozenset({"booked", "pending", "proposed", "arrived", "checked-in"})
APPOINTMENT_ASKED: Final = "booked,pending,proposed,arrived,checked-in"
_UNDECIDED = frozenset({"pending", "proposed"})
_APPOINTMENT_OTHER = frozenset({"fulfilled", "cancelled", "noshow", "entered-in-error", "waitlist"})
ENCOUNTER_SHOWN: Final = frozenset({"planned"})
_ENCOUNTER_OTHER = frozenset(
    {
        *("arrived", "triaged", "in-progress", "onleave", "on-hold", "discharged", "finished"),
        *("completed", "discontinued", "cancelled", "entered-in-error", "unknown"),
    }
)

_HOME_CODES = frozenset({"HH", "439708006"})  # v3-ActCode, SNOMED CT home visit
_HOME_PLACE_CODES = frozenset({"ho"})  # location-physical-type
_HOME_WORDS = ("hembesök", "hemtjänst", "hemsjukvård", "i hemmet")
_HOME_PLACE_WORDS = ("hemma", "i hemmet")
_DAILY_HELP = frozenset({"hemtjanst", "hemtjänst"})
_NOT_STAFF = frozenset({"Patient", "Location", "HealthcareService", "Organization", "Device"})
_UNITS = frozenset({"HealthcareService", "Organization"})


def check(status: object, shown: frozenset[str], other: frozenset[str]) -> str:
    """The status when it is one to show. A known other is set aside; an unknown is not readable."""
    if isinstance(status, str) and status in shown:
        return status
    if isinstance(status, str) and status in other:
        raise SetAside(f"status {status}")
    raise Unreadable("status missing or unknown")


def appointment(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Appointment]:
    status = check(resource.get("status"), APPOINTMENT_SHOWN, _APPOINTMENT_OTHER)
    present = _Present(resource, scope)
    kind = first_text(resource.get("serviceType")) or first_text(resource.get("serviceCategory"))
    description = resource.get("description")
    protected = labels.protected or scope.protected
    created = resource.get("created")
    unit = scope.told(present.unit, resource)
    return (
        Appointment(
            subject=present.subject,
            origin=scope.origin(
                resource,
                identity,
                labels.approved,
                recorded(created),
                present.unit_id,
                unit,
            ),
            when=_booked(resource),
            title=scope.told(kind or description or _type_text(resource), resource),
            who=tuple(present.staff),
            unit=unit,
            place=None if protected else scope.told(present.place, resource),
            form=_form(resource, present),
            invitation=status in _UNDECIDED,
            instruction=scope.told(_instruction(resource), resource),
            reason=scope.told(_reason(resource, description if kind else None), resource),
            recurring=_recurring(resource),
        ),
    )


class _Present:
    """The participants of an Appointment, sorted by what they are."""

    __slots__ = ("at_home", "place", "staff", "subject", "unit", "unit_id")

    def __init__(self, resource: Json, scope: Scope) -> None:
        self.staff: list[Told] = []
        self.unit: str | None = None
        self.unit_id: HsaId | None = None
        self.place: str | None = None
        self.at_home = False
        patients: list[Json] = as_list(resource.get("subject"))
        for participant in as_list(resource.get("participant")):
            actor = participant.get("actor")
            if actor is None:
                continue
            kind = scope.kind(actor, resource)
            if kind == "Patient":
                patients.append(actor)
            elif kind in _UNITS:
                self.unit = self.unit or scope.name(actor, resource)
                self.unit_id = self.unit_id or care_unit((actor,), scope, resource)
            elif kind == "Location":
                self._at(actor, resource, scope)
            elif kind not in _NOT_STAFF:
                name = scope.told(scope.name(actor, resource), resource)
                if name is not None:
                    self.staff.append(name)
        self.subject = _one_of(patients, resource, scope)

    def _at(self, actor: Json, resource: Json, scope: Scope) -> None:
        self.place = self.place or scope.name(actor, resource)
        self.unit_id = self.unit_id or care_unit((actor,), scope, resource)
        location = scope.resolve(actor, resource)
        if location is not None:
            types = codings(location.get("physicalType") or location.get("form"))
            self.at_home = any(code in _HOME_PLACE_CODES for _, code in types)


def _one_of(patients: list[Json], resource: Json, scope: Scope) -> PersonId | None:
    """A time for several together is the subject's when the subject is one of them."""
    foreign = False
    for patient in patients:
        try:
            return scope.whose(patient, resource)
        except Foreign:
            foreign = True
    if foreign:
        raise Foreign
    return scope.whose(None, resource)


def _booked(resource: Json) -> When:
    start = resource.get("start")
    if start is None:
        periods = as_list(resource.get("requestedPeriod"))
        return (span(periods[0]) if periods else None) or Open()
    begins = instant(start)
    return Timed(begins, _ends(resource, begins))


def _ends(resource: Json, begins: datetime) -> datetime | None:
    """The end, when it comes after the start; else what the planned minutes make of it."""
    end = resource.get("end")
    if end is not None:
        ends = instant(end)
        return ends if ends > begins else None
    minutes = resource.get("minutesDuration")
    if not isinstance(minutes, int) or not 0 < minutes <= 24 * 60:
        return None
    return begins + timedelta(minutes=minutes)


def _type_text(resource: Json) -> str | None:
    return concept_text(resource.get("appointmentType"))


def _instruction(resource: Json) -> str | None:
    said = resource.get("patientInstruction")
    return said if said is None or isinstance(said, str) else first_text(said)


def _reason(resource: Json, description: str | None) -> str | None:
    """R4 `reasonCode`, R5 `reason`; else the description, where the title is something else."""
    return first_text(resource.get("reasonCode") or resource.get("reason")) or description


def _recurring(resource: Json) -> bool:
    """Daily home help: the code or the words of a serviceCategory are `hemtjänst`.

    No code system for it is agreed in Sweden, so the code counts in any system and case.
    """
    categories = resource.get("serviceCategory")
    if not categories:
        return False
    said = [first_text(categories), *(code for _, code in codings(categories))]
    return any(isinstance(word, str) and word.lower() in _DAILY_HELP for word in said)


def _form(resource: Json, present: _Present) -> VisitForm:
    if present.at_home:
        return VisitForm.HOME
    concepts = [
        *as_list(resource.get("serviceCategory")),
        *as_list(resource.get("serviceType")),
        *as_list(resource.get("appointmentType")),
    ]
    words = " ".join(text for concept in concepts if (text := concept_text(concept)))
    return form(words, present.place or "", [code for _, code in codings(concepts)])


def form(words: str, place: str, codes: list[object]) -> VisitForm:
    """How one meets, only where it is clearly said; else UNKNOWN.

    `words` are the names of the kind of visit, `place` the name of the place.
    """
    words, place = words.lower(), place.lower()
    if "video" in words or "video" in place:
        return VisitForm.VIDEO
    if "telefon" in words or "telefon" in place:
        return VisitForm.PHONE
    if any(code in _HOME_CODES for code in codes):
        return VisitForm.HOME
    if any(word in place for word in _HOME_PLACE_WORDS):
        return VisitForm.HOME
    if any(word in words for word in _HOME_WORDS):
        return VisitForm.HOME
    return VisitForm.UNKNOWN


def encounter(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Appointment]:
    """A planned contact, perhaps without a time. What has begun or is over is not ours."""
    check(resource.get("status"), ENCOUNTER_SHOWN, _ENCOUNTER_OTHER)
    subject = scope.whose(resource.get("subject"), resource)
    provider = resource.get("serviceProvider")
    unit = scope.told(scope.name(provider, resource), resource)
    places = [one["location"] for one in as_list(resource.get("location"))]
    place = next((name for one in places if (name := scope.name(one, resource))), None)
    people = [
        scope.told(scope.name(one.get("individual") or one.get("actor"), resource), resource)
        for one in as_list(resource.get("participant"))
        if not _is_patient(one.get("individual") or one.get("actor"), resource, scope)
    ]
    concepts = [*as_list(resource.get("type")), *as_list(resource.get("serviceType"))]
    words = first_text(concepts)
    codes = [code for _, code in codings([*as_list(resource.get("class")), *concepts])]
    hidden = labels.protected or scope.protected
    return (
        Appointment(
            subject=subject,
            origin=scope.origin(
                resource,
                identity,
                labels.approved,
                None,
                care_unit((provider,), scope, resource),
                unit,
            ),
            when=_planned(resource),
            title=scope.told(words, resource),
            who=tuple(name for name in people if name is not None),
            unit=unit,
            place=None if hidden else scope.told(place, resource),
            form=form(words or "", place or "", codes),
            reason=scope.told(_reason(resource, None), resource),
        ),
    )


def _is_patient(actor: Json | None, resource: Json, scope: Scope) -> bool:
    return actor is not None and scope.kind(actor, resource) == "Patient"


def _planned(resource: Json) -> When:
    later = {"start": resource.get("plannedStartDate"), "end": resource.get("plannedEndDate")}
    return span(resource.get("period")) or span(later) or Open()


def stands_for(resource: Json, scope: Scope) -> tuple[str, ...]:
    """The Appointments that an Encounter is the meeting of, as `Appointment/<id>`."""
    references = (one.get("reference") for one in as_list(resource.get("appointment")))
    return tuple(scope.relative(text) for text in references if isinstance(text, str))
