"""MedicationStatement (Inera's drafts) and MedicationRequest (Nationell läkemedelslista) as our
Medication.

Sources: hl7.org/fhir/R4/medicationstatement.html, medicationrequest.html. R5 puts the medicine in a
CodeableReference, says `recorded` where R4 says `active`, and whether it is taken in `adherence`.
"""

from datetime import date

from stodtjanster.information import Medication
from stodtjanster.model import HsaId, Told
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.care_plans import check_intent
from stodtjanster.sources.kit.fhir.care_services import DECIDED, UNDECIDED
from stodtjanster.sources.kit.fhir.scope import UNITS, Labels, Scope, care_unit
from stodtjanster.sources.kit.fhir.values import (
    Json,
    SetAside,
    Unreadable,
    as_list,
    codings,
    concept_text,
    day,
    days,
    first_text,
    recorded,
)
from stodtjanster.sources.kit.identifiers import record_key

STATEMENTS_ASKED = {"R4": "active", "R5": "recorded"}
_STATEMENT_SHOWN = frozenset(STATEMENTS_ASKED.values())
_STATEMENT_OTHER = frozenset(
    {
        *("completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown"),
        *("not-taken", "draft"),
    }
)
_REQUEST_SHOWN = frozenset({"active"})
_REQUEST_OTHER = frozenset(
    {
        *("on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown"),
        *("ended",),
    }
)
_NOT_TAKING = "not-taking"
_OWN_CHOICE = "patientspecified"


def statement(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Medication]:
    """A medicine that somebody has said is taken."""
    check(resource.get("status"), _STATEMENT_SHOWN, _STATEMENT_OTHER)
    adherence = (resource.get("adherence") or {}).get("code")
    if any(str(code).startswith(_NOT_TAKING) for _, code in codings(adherence)):
        raise SetAside("not taken")
    first, last = _taken(resource)
    return (
        _medication(
            resource,
            identity,
            labels,
            scope,
            dosages=resource.get("dosage"),
            during=(first, last),
            written=resource.get("dateAsserted"),
            source=resource.get("informationSource"),
        ),
    )


def request(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Medication]:
    """A prescription."""
    check(resource.get("status"), _REQUEST_SHOWN, _REQUEST_OTHER)
    check_intent(resource.get("intent"), DECIDED, UNDECIDED)
    if resource.get("doNotPerform"):
        raise SetAside("not to be taken")
    dosages = as_list(resource.get("dosageInstruction"))
    return (
        _medication(
            resource,
            identity,
            labels,
            scope,
            dosages=dosages,
            during=_prescribed(resource, dosages),
            written=resource.get("authoredOn"),
            source=resource.get("requester"),
            prescriber=resource.get("requester"),
        ),
    )


def _medication(
    resource: Json,
    identity: str,
    labels: Labels,
    scope: Scope,
    *,
    dosages: object,
    during: tuple[date | None, date | None],
    written: str | None,
    source: Json | list[Json] | None,
    prescriber: Json | None = None,
) -> Medication:
    subject = scope.whose(resource.get("subject"), resource)
    medicine = _medicine(resource, scope)
    name = scope.told(_name(resource, medicine, scope), resource)
    if name is None:
        raise Unreadable("a medicine without name")
    unit, unit_name = _unit(source, resource, scope)
    first, last = during
    return Medication(
        subject=subject,
        origin=scope.origin(
            resource, identity, labels.approved, recorded(written), unit, unit_name
        ),
        name=name,
        dosage=scope.told(_dosage(resource, dosages), resource),
        form=scope.told(_form(medicine), resource),
        purpose=scope.told(
            first_text(resource.get("reasonCode") or resource.get("reason")), resource
        ),
        prescriber=scope.told(scope.name(prescriber, resource), resource),
        first=first,
        last=last,
        self_medication=any(code == _OWN_CHOICE for _, code in codings(resource.get("category"))),
        chain=_chain(resource),
    )


def _medicine(resource: Json, scope: Scope) -> Json:
    """The Medication that the row refers to, often one inside it; {} when it is only named."""
    return scope.resolve(_reference(resource), resource) or {}


def _reference(resource: Json) -> Json | None:
    found: Json | None = resource.get("medicationReference")
    if found is None:
        found = (resource.get("medication") or {}).get("reference")
    return found


def _name(resource: Json, medicine: Json, scope: Scope) -> str | None:
    said = resource.get("medicationCodeableConcept") or resource.get("medication")
    return (
        concept_text(said)
        or concept_text(medicine.get("code"))
        or scope.name(_reference(resource), resource)
    )


def _form(medicine: Json) -> str | None:
    """R4 `form`, R5 `doseForm`."""
    return concept_text(medicine.get("form") or medicine.get("doseForm"))


def _dosage(resource: Json, dosages: object) -> str | None:
    """What is written to the person: R5 renders it whole, else every dosage's own words. Nothing
    is put together from numbers."""
    rendered: str | None = resource.get("renderedDosageInstruction")
    if rendered:
        return rendered
    ordered = sorted(as_list(dosages), key=lambda one: one.get("sequence") or 0)
    lines = (one.get(part) for one in ordered for part in ("text", "patientInstruction"))
    return "\n".join(dict.fromkeys(line for line in lines if line)) or None


def _taken(resource: Json) -> tuple[date | None, date | None]:
    period = resource.get("effectivePeriod")
    return (day(resource.get("effectiveDateTime")), None) if period is None else days(period)


def _prescribed(resource: Json, dosages: list[Json]) -> tuple[date | None, date | None]:
    """The treatment's time, not the prescription's: R5 has an element for it, R4 only the bounds
    of the dosages."""
    whole = resource.get("effectiveDosePeriod")
    if whole is not None:
        return days(whole)
    repeats = ((one.get("timing") or {}).get("repeat") or {} for one in dosages)
    bounds = [days(one["boundsPeriod"]) for one in repeats if "boundsPeriod" in one]
    if len(bounds) != len(dosages) or not bounds:
        return None, None
    starts = [first for first, _ in bounds if first is not None]
    ends = [last for _, last in bounds if last is not None]
    return (
        min(starts) if len(starts) == len(bounds) else None,
        max(ends) if len(ends) == len(bounds) else None,
    )


def _chain(resource: Json) -> str | None:
    group = resource.get("groupIdentifier") or {}
    return record_key(group.get("system"), group.get("value"))


def _unit(
    source: Json | list[Json] | None, resource: Json, scope: Scope
) -> tuple[HsaId | None, Told | None]:
    """The unit of the one who has prescribed or told, through the role when that came along."""
    for one in as_list(source):
        role = scope.resolve(one, resource) or {}
        for reference in (one, role.get("organization")):
            if reference and scope.kind(reference, role or resource) in UNITS:
                holder = resource if reference is one else role
                name = scope.told(scope.name(reference, holder), resource)
                return care_unit((reference,), scope, holder), name
    return None, None
