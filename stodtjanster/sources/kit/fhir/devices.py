"""Trygghetslarm and hjälpmedel as our CareService: what the person has, and what is ordered.

Sources: hl7.org/fhir/R4/deviceusestatement.html (R5 DeviceUsage) and devicerequest.html.
"""

from datetime import date

from stodtjanster.information import CareService
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.care_services import ordered, timing_period
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, care_unit
from stodtjanster.sources.kit.fhir.values import (
    Json,
    Unreadable,
    as_list,
    concept_text,
    day,
    days,
    first_of,
    first_text,
    recorded,
)

_USED = frozenset({"active"})
_NOT_USED = frozenset(
    {"completed", "not-done", "entered-in-error", "intended", "stopped", "on-hold"}
)


def device_use(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[CareService]:
    """A device that the person has: begun, and without a decision that this tells of."""
    check(resource.get("status"), _USED, _NOT_USED)
    subject = scope.whose(resource.get("subject") or resource.get("patient"), resource)
    device = resource.get("device")
    name = scope.told(thing(device, resource, scope), resource)
    if name is None:
        raise Unreadable("a device without name")
    first, last = _used(resource)
    written = resource.get("recordedOn") or resource.get("dateAsserted")
    owner = (_found(device, resource, scope) or {}).get("owner")
    return (
        CareService(
            subject=subject,
            origin=scope.origin(
                resource,
                identity,
                labels.approved,
                recorded(written),
                care_unit((owner,), scope, resource),
                scope.told(scope.name(owner, resource), resource),
            ),
            name=name,
            first=first,
            last=last,
            performer=scope.told(scope.name(owner, resource), resource),
            started=True,
        ),
    )


def device_request(
    resource: Json, identity: str, labels: Labels, scope: Scope
) -> tuple[CareService]:
    """A device that is decided upon."""
    code = resource.get("codeCodeableConcept") or resource.get("code")
    title = concept_text(code) or thing(resource.get("codeReference") or code, resource, scope)
    return (ordered(resource, identity, labels, scope, title, _performers(resource)),)


def _performers(resource: Json) -> list[Json]:
    """R4 has one Reference, R5 several CodeableReferences."""
    return [
        inner if isinstance(inner := one.get("reference"), dict) else one
        for one in as_list(resource.get("performer"))
    ]


def thing(device: Json | None, resource: Json, scope: Scope) -> str | None:
    """What a device, or another thing, is called: in the row, by the reference's display, or by the
    Device or Medication itself."""
    reference = _reference(device)
    found = _found(device, resource, scope) or {}
    # R4 `deviceName.name`, R5 `name.value`.
    names = (one.get("name") for one in as_list(found.get("deviceName")))
    named = first_of(names) or first_of(one.get("value") for one in as_list(found.get("name")))
    return (
        concept_text(device)
        or (reference or {}).get("display")
        or named
        or concept_text(found.get("code"))
        or first_text(found.get("type"))
    )


def _reference(device: Json | None) -> Json | None:
    """R4's Reference, or the one in R5's CodeableReference."""
    inner = (device or {}).get("reference")
    return inner if isinstance(inner, dict) else device


def _found(device: Json | None, resource: Json, scope: Scope) -> Json | None:
    return scope.resolve(_reference(device), resource)


def _used(resource: Json) -> tuple[date | None, date | None]:
    period = resource.get("timingPeriod") or timing_period(resource.get("timingTiming"))
    return (day(resource.get("timingDateTime")), None) if period is None else days(period)
