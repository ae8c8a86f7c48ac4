"""Appointment as our Appointment.

R4: hl7.org/fhir/R4/appointment.html. R5's other names are read as well. `comment` and `note` are
for those who book, and are not read.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from stodtjanster.information import Appointment, VisitForm
from stodtjanster.model import HsaId, Open, PersonId, Timed, Told, When
from stodtjanster.sources.kit.fhir.scope import UNITS, Labels, Scope, keys
from stodtjanster.sources.kit.fhir.values import (
    Foreign,
    Json,
    SetAside,
    Unreadable,
    as_list,
    codings,
    concept_text,
    first_of,
    first_text,
    instant,
    recorded,
    span,
)

APPOINTMENT_ASKED: Final = "booked,pending,proposed,arrived,checked-in,waitlist,fulfilled"
_SHOWN = frozenset(APPOINTMENT_ASKED.split(","))
_UNDECIDED = frozenset({"pending", "proposed"})
_OTHER = frozenset({"cancelled", "noshow", "entered-in-error"})
_BOOKED, _WAITING, _DONE = "booked", "waitlist", "fulfilled"
_DECLINED = "declined"

_PREVIOUS: Final = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.previousAppointment"
)
_NOT_STAFF = UNITS | {"Patient", "Device"}
_VIDEO_CHANNELS = frozenset({"zoom", "ms-teams"})  # virtual-service-type
_HOME_CODES = frozenset({"HH", "439708006"})  # v3-ActCode, SNOMED CT home visit
_HOME_PLACE_CODES = frozenset({"ho"})  # location-physical-type
_HOME_WORDS = frozenset({"hembesök", "hemtjänst", "hemsjukvård"})
_HOME_PLACE_WORDS = ("hemma", "i hemmet")
_DAILY_HELP = frozenset({"hemtjanst", "hemtjänst"})


def check(status: object, shown: frozenset[str], other: frozenset[str]) -> str:
    """The status when it is one to show. A known other is set aside; an unknown is not readable."""
    if isinstance(status, str) and status in shown:
        return status
    if isinstance(status, str) and status in other:
        raise SetAside(f"status {status}")
    raise Unreadable("status missing or unknown")


def appointment(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Appointment]:
    status = check(resource.get("status"), _SHOWN, _OTHER)
    present = _present(resource, scope)
    visit = _visit(resource, scope)
    description = resource.get("description")
    created = resource.get("created")
    hidden = labels.protected or scope.protected
    met = _form(resource, present, visit)
    # A time that a waiting list holds in advance is not promised to anybody.
    when = Open() if status == _WAITING else _booked(resource)
    certain = status == _BOOKED and isinstance(when, Timed)
    return (
        Appointment(
            subject=present.subject,
            origin=scope.origin(
                resource,
                identity,
                labels.approved,
                None if created is None else recorded(created),
                present.unit_id,
                present.unit,
            ),
            when=when,
            title=scope.told(visit.title or description or visit.fallback, resource),
            who=present.staff,
            unit=present.unit,
            place=None if hidden else present.place,
            form=met,
            invitation=status in _UNDECIDED,
            instruction=scope.told(_instruction(resource), resource),
            reason=scope.told(_reason(resource, description if visit.title else None), resource),
            recurring=visit.recurring,
            done=status == _DONE,
            previous=_previous(resource, scope),
            absence_allowed=(
                scope.absences and certain and met is VisitForm.HOME and not present.declined
            ),
            absent=present.declined,
            requests=tuple(
                key
                for reference in as_list(resource.get("basedOn"))
                for key in keys(reference, scope)
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Present:
    """The participants of an Appointment, sorted by what they are."""

    subject: PersonId | None
    staff: tuple[Told, ...]
    unit: Told | None
    unit_id: HsaId | None
    place: Told | None
    at_home: bool
    declined: bool


def _present(resource: Json, scope: Scope) -> _Present:
    """Read once for all rows of a page with the same participants; a row that holds resources of
    its own, or is in another language, is read by itself."""
    actors = resource.get("participant")
    if "contained" in resource or "language" in resource:
        return _sorted_actors(resource, scope)
    key = orjson.dumps((actors, resource.get("subject")))
    found: _Present | None = scope.known.present.get(key)
    if found is None:
        found = scope.known.present[key] = _sorted_actors(resource, scope)
    return found


def _sorted_actors(resource: Json, scope: Scope) -> _Present:
    invited = [one for one in as_list(resource.get("participant")) if "actor" in one]
    actors = [one["actor"] for one in invited]
    meanings = [(actor, scope.meant(actor, resource)) for actor in actors]
    patients = [actor for actor, meant in meanings if meant.kind == "Patient"]
    places = [meant for _, meant in meanings if meant.kind == "Location"]
    units = [meant for _, meant in meanings if meant.kind in UNITS and meant.kind != "Location"]
    staff = [meant.name for _, meant in meanings if meant.kind not in _NOT_STAFF]
    return _Present(
        subject=_one_of([*as_list(resource.get("subject")), *patients], resource, scope),
        staff=tuple(told for name in staff if (told := scope.told(name, resource)) is not None),
        unit=scope.told(first_of(one.name for one in units), resource),
        unit_id=first_of(one.unit for one in (*units, *places)),
        place=scope.told(first_of(one.name for one in places), resource),
        at_home=any(_is_home(one.target) for one in places),
        declined=any(_has_declined(one, resource, scope) for one in invited),
    )


def _has_declined(invited: Json, resource: Json, scope: Scope) -> bool:
    """Whether it is the subject who has said that they will not be there."""
    actor = invited["actor"]
    if invited.get("status") != _DECLINED or scope.kind(actor, resource) != "Patient":
        return False
    try:
        return scope.whose(actor, resource) is not None
    except (Foreign, Unreadable):
        return False


def _is_home(location: Json | None) -> bool:
    if location is None:
        return False
    types = codings(location.get("physicalType") or location.get("form"))
    return any(code in _HOME_PLACE_CODES for _, code in types)


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


@dataclass(frozen=True, slots=True)
class _Visit:
    """What kind of visit it is, as its concepts say. `fallback` names it only when nothing else
    does."""

    title: str | None
    fallback: str | None
    words: str
    codes: list[object]
    recurring: bool
    forms: dict[Told | None, VisitForm] = field(default_factory=dict)

    def form(self, place: Told | None) -> VisitForm:
        found = self.forms.get(place)
        if found is None:
            name = place.text if place else ""
            found = self.forms[place] = form(self.words, name, self.codes)
        return found


def _visit(resource: Json, scope: Scope) -> _Visit:
    """Read once for all rows of a page with the same concepts."""
    category, kind = resource.get("serviceCategory"), resource.get("serviceType")
    means = resource.get("appointmentType")
    key = orjson.dumps((category, kind, means))
    found: _Visit | None = scope.known.concepts.get(key)
    if found is None:
        concepts = [*as_list(category), *as_list(kind), *as_list(means)]
        found = scope.known.concepts[key] = _Visit(
            title=first_text(kind) or first_text(category),
            fallback=first_text(means),
            words=" ".join(text for one in concepts if (text := concept_text(one))),
            codes=[code for _, code in codings(concepts)],
            recurring=_recurring(category),
        )
    return found


def _form(resource: Json, present: _Present, visit: _Visit) -> VisitForm:
    if present.at_home:
        return VisitForm.HOME
    found = visit.form(present.place)
    return virtual(resource) if found is VisitForm.UNKNOWN else found


def virtual(resource: Json) -> VisitForm:
    """R5's `virtualService`, where its kind says how one meets; else UNKNOWN."""
    kinds = [one.get("channelType") for one in as_list(resource.get("virtualService"))]
    if any(code in _VIDEO_CHANNELS for _, code in codings([one for one in kinds if one])):
        return VisitForm.VIDEO
    return form(first_text([one for one in kinds if one]) or "", "", [])


def _booked(resource: Json) -> When:
    start = resource.get("start")
    if start is None:
        periods = as_list(resource.get("requestedPeriod"))
        return (span(periods[0]) if periods else None) or Open()
    begins = instant(start)
    return Timed(begins, _ends(resource, begins))


def _previous(resource: Json, scope: Scope) -> When | None:
    """The time that this one replaces: R5 `previousAppointment`, in R4 as the extension of the same
    name. Only where it is told in the row itself: another row may be somebody else's."""
    reference = resource.get("previousAppointment") or next(
        (
            one.get("valueReference")
            for one in as_list(resource.get("extension"))
            if one.get("url") == _PREVIOUS
        ),
        None,
    )
    if reference is None or not reference.get("reference", "").startswith("#"):
        return None
    target = scope.resolve(reference, resource)
    if target is None or target.get("resourceType") != "Appointment":
        return None
    try:
        return _booked(target)
    except (Unreadable, ValueError):
        return None


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


def _instruction(resource: Json) -> str | None:
    said = resource.get("patientInstruction")
    return said if said is None or isinstance(said, str) else first_text(said)


def _reason(resource: Json, description: str | None) -> str | None:
    """R4 `reasonCode`, R5 `reason`; else the description, where the title is something else."""
    reasons = resource.get("reasonCode") or resource.get("reason")
    return (first_text(reasons) if reasons else None) or description


def _recurring(categories: Any) -> bool:
    """Daily home help: the code or the words of a serviceCategory are `hemtjänst`.

    No code system for it is agreed in Sweden, so the code counts in any system and case.
    """
    said = [first_text(categories), *(code for _, code in codings(categories))]
    return any(isinstance(word, str) and word.lower() in _DAILY_HELP for word in said)


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
    # Whole words: a meeting about hemtjänsten is not a visit at home.
    if "i hemmet" in words or not _HOME_WORDS.isdisjoint(words.replace(",", " ").split()):
        return VisitForm.HOME
    return VisitForm.UNKNOWN


def booked_for(resource: Json, scope: Scope) -> tuple[str, ...]:
    """The requests and plans that an Appointment is booked for, as `Type/<id>`."""
    return pointed_at(resource.get("basedOn"), scope)


def pointed_at(references: Any, scope: Scope) -> tuple[str, ...]:
    """What literal references mean in this source, as `Type/<id>`."""
    texts = (one.get("reference") for one in as_list(references))
    return tuple(scope.relative(text) for text in texts if isinstance(text, str))
