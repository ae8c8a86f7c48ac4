"""ServiceRequest that is decided (intent order) as our CareService: a municipal insats.

Source: hl7.org/fhir/R4/servicerequest.html. No Swedish profile exists; law, authority and
performer are three things (KL core).
"""

from collections.abc import Callable
from datetime import date

from stodtjanster.information import CareService
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.care_plans import check_intent
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, care_unit
from stodtjanster.sources.kit.fhir.values import (
    LONGEST_TOKEN,
    Json,
    SetAside,
    Unreadable,
    as_list,
    codings,
    concept_text,
    day,
    days,
    first_of,
    first_text,
    recorded,
)

INTENTS_ASKED = "order,original-order,instance-order"
_SHOWN = frozenset({"active", "on-hold"})
_OTHER = frozenset({"draft", "revoked", "completed", "entered-in-error", "unknown", "ended"})
DECIDED = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
UNDECIDED = frozenset({"proposal", "plan", "option", "directive"})
_LAWS = {"sol": "SoL", "lss": "LSS", "hsl": "HSL"}
_STAFF = frozenset({"Practitioner", "PractitionerRole"})
_NO_AUTHORITY = frozenset({"Patient", "RelatedPerson", "Device"})


def _unsaid(_resource: Json) -> str | None:
    return None


def care_service(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[CareService]:
    performers = as_list(resource.get("performer"))
    return (
        ordered(
            resource,
            identity,
            labels,
            scope,
            _name(resource),
            performers,
            extent=_extent,
            under=_law,
        ),
    )


def ordered(
    resource: Json,
    identity: str,
    labels: Labels,
    scope: Scope,
    title: str | None,
    performers: list[Json],
    *,
    extent: Callable[[Json], str | None] = _unsaid,
    under: Callable[[Json], str | None] = _unsaid,
) -> CareService:
    """What a request of any kind has in common: that it is decided, by whom, for whom and when.

    `extent` and `under` (which law) find what only some kinds say, once it is known whom the row
    is about.
    """
    check(resource.get("status"), _SHOWN, _OTHER)
    check_intent(resource.get("intent"), DECIDED, UNDECIDED)
    if resource.get("doNotPerform"):
        raise SetAside("not to be performed")
    subject = scope.whose(resource.get("subject"), resource)
    name = scope.told(title, resource)
    if name is None:
        raise Unreadable("a service without name")
    first, last = during(resource)
    requester = resource.get("requester")
    decider = scope.told(authority(requester, resource, scope), resource)
    performer = scope.told(first_of(scope.name(one, resource) for one in performers), resource)
    decided = resource.get("authoredOn")
    return CareService(
        subject=subject,
        origin=scope.origin(
            resource,
            identity,
            labels.approved,
            recorded(decided),
            care_unit((*performers, requester), scope, resource),
            performer or decider,
        ),
        name=name,
        extent=scope.told(extent(resource), resource),
        law=under(resource),
        decided=day(decided),
        first=first,
        last=last,
        authority=decider,
        performer=performer,
        paused=resource["status"] == "on-hold",
        handler=scope.told(handler(requester, resource, scope), resource),
        phone=None if labels.protected or scope.protected else _phone(requester, resource, scope),
    )


def _name(resource: Json) -> str | None:
    return concept_text(resource.get("code")) or first_text(resource.get("category"))


def _law(resource: Json) -> str | None:
    return law(resource.get("category"))


def law(categories: object) -> str | None:
    """SoL, LSS or HSL, from a code or from the words; another law's category is None.

    The code system is not agreed nationally, so the code counts in any system.
    """
    for _, code in codings(categories):
        if isinstance(code, str) and code.lower() in _LAWS:
            return _LAWS[code.lower()]
    for concept in as_list(categories):
        for word in (concept_text(concept) or "").lower().replace("(", " ").split():
            if word.strip(".,;:)") in _LAWS:
                return _LAWS[word.strip(".,;:)")]
    return None


def during(resource: Json) -> tuple[date | None, date | None]:
    """First and last day of what is ordered."""
    period = resource.get("occurrencePeriod") or timing_period(resource.get("occurrenceTiming"))
    if period is not None:
        return days(period)
    return day(resource.get("occurrenceDateTime")), None


def timing_period(timing: Json | None) -> Json | None:
    """The Period that bounds a Timing, where it has one."""
    return ((timing or {}).get("repeat") or {}).get("boundsPeriod")


def _extent(resource: Json) -> str | None:
    """How much: the quantity, else the timing, else the order's details in words."""
    much = quantity(resource.get("quantityQuantity"))
    if much is not None:
        return much
    ratio = resource.get("quantityRatio")
    if ratio:
        parts = [ratio.get("numerator") or {}, ratio.get("denominator") or {}]
        counts = [_number(part["value"]) for part in parts]
        units = [part.get("unit") or "" for part in parts]
        per = units[1] if counts[1] == "1" else f"{counts[1]} {units[1]}"
        return f"{counts[0]} {units[0]} per {per}"
    timing = resource.get("occurrenceTiming") or {}
    return concept_text(timing.get("code")) or _detail(as_list(resource.get("orderDetail")))


def quantity(said: Json | None) -> str | None:
    """A number and its unit, as Swedish writes it."""
    if not said or said.get("value") is None:
        return None
    return f"{_number(said['value'])} {said.get('unit') or ''}".strip()


def _detail(details: list[Json]) -> str | None:
    """R4's details are concepts; R5's hold parameters, of which those in words are told."""
    parameters = [one for detail in details for one in as_list(detail.get("parameter"))]
    if not parameters:
        return first_text(details)
    said = (
        one.get("valueString") or concept_text(one.get("valueCodeableConcept"))
        for one in parameters
    )
    return next((text for text in said if text), None)


def _number(value: object) -> str:
    """A FHIR decimal as Swedish writes it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable("a quantity that is no number")
    return f"{value:g}".replace(".", ",")


def authority(requester: Json | None, resource: Json, scope: Scope) -> str | None:
    """The board or unit that decided: the requester, or the organization in whose name a member of
    staff requested."""
    meant = scope.meant(requester, resource)
    if meant.kind in _NO_AUTHORITY:
        return None
    if meant.kind not in _STAFF:
        return meant.name
    role = meant.target or {}
    return scope.name(role.get("organization"), role)


def handler(requester: Json | None, resource: Json, scope: Scope) -> str | None:
    """The member of staff who requested: handläggaren."""
    meant = scope.meant(requester, resource)
    return meant.name if meant.kind in _STAFF else None


def _phone(requester: Json | None, resource: Json, scope: Scope) -> str | None:
    """That of the role in which somebody requested; a practitioner's own may be private."""
    meant = scope.meant(requester, resource)
    role = meant.target or {} if meant.kind == "PractitionerRole" else {}
    points = (
        one.get("value")
        for one in as_list(role.get("telecom"))
        if one.get("system") == "phone" and one.get("use") != "old"
    )
    return next((one for one in points if isinstance(one, str) and len(one) <= LONGEST_TOKEN), None)
