"""Logg: StoreLog 2.0 (informationsecurity:auditing:log), what of our log goes there, and as what.

The contract's values are plain strings: a message can follow the schema and be wrong all the same.
So the words are those of its TKB, and an event that they do not fit is not sent but refused here.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from lxml import etree

from stodtjanster.audit import AuditEvent, Entry, EventKind, decode
from stodtjanster.model import HsaId, PersonId, Place
from stodtjanster.security.kit import (
    INVALID,
    Inquiry,
    Settings,
    accept,
    exchange,
    only,
    put,
    put_person,
    wall,
)
from stodtjanster.sources.kit.rivta import PERSON_ROOTS, Contract
from stodtjanster.sources.kit.xml import text

_DOMAIN: Final = "informationsecurity:auditing:log"
_TYPES: Final = f"urn:riv:{_DOMAIN}:2"
STORE: Final = Contract(_DOMAIN, "StoreLog", 2, _TYPES)
_OWN: Final = f"{{{STORE.namespace}}}"
_T: Final = f"{{{_TYPES}}}"
_SYSTEM_NAME: Final = "Portalen"
_TOLD: Final = frozenset({EventKind.DISCLOSURE, EventKind.SHOWN})
_ACTIVITIES: Final = frozenset({"Läsa", "Nödöppning"})
PURPOSES: Final = frozenset(
    {
        "Vård och behandling",
        "Kvalitetssäkring",
        "Annan dokumentation enligt lag",
        "Statistik",
        "Administration",
        "Kvalitetsregister",
    }
)
_LONGEST_HSA: Final = 32
_RESOURCE_TYPES: Final = {
    "access_log": "Åtkomstlogg",
    "agreement": "Överenskommelse",
    "appointment": "Bokad tid",
    "care_contact": "Vårdkontakt",
    "care_manager": "Fast kontakt",
    "care_plan": "Vårdplan",
    "care_service": "Insats",
    "listing": "Listning",
    "medication": "Läkemedel",
    "message": "Meddelande",
    "own_entry": "Egna uppgifter",
    "own_note": "Egna anteckningar",
    "person_record": "Personuppgifter",
    "referral_status": "Remiss",
}
_OTHER: Final = "Uppgifter om vård och omsorg"


class Stored(StrEnum):
    """What the service made of it. INVALID is its own word for what it will never take."""

    STORED = "stored"
    INVALID = "invalid"


class Unfit(ValueError):  # noqa: N818 - a finding about an event
    """The words of the contract do not fit the event. The message is a code, for operators."""


def is_told(event: AuditEvent) -> bool:
    """Whether the national log is to have it: what was opened or shown to an employee.

    Its user is an employee of a care provider, who owns the entry (TKB). What people read of their
    own, or for others, has no such owner: it stays in the portal's log, where they see it.
    """
    return event.event in _TOLD and event.employee is not None


def store_log(
    settings: Settings, system: HsaId, entries: Sequence[Entry], *, correlation: str
) -> Inquiry[Stored]:
    """Send entries of the log, all of which the national one is to have. Raises SourceFailed.

    Raises Unfit before anything is sent. `logId` is made of the entry's place in the chain, so one
    that is sent again is known again.
    """
    content = STORE.new_request()
    for entry in entries:
        _put_log(content, system, entry)
    answer = yield from exchange(settings, STORE, content, correlation)
    # A stub of the national service has the result in the namespace of the types.
    namespace = _OWN if answer.find(f"{_T}result") is None else _T
    result = only(answer, f"{namespace}result")
    if text(only(result, f"{_T}resultCode")) in INVALID:
        return Stored.INVALID
    accept(result, f"{_T}resultCode")
    return Stored.STORED


def misfit(system: HsaId, entry: Entry) -> str | None:
    """Why the words of the contract do not fit an entry, as a code; None when they do."""
    try:
        _put_log(STORE.new_request(), system, entry)
    except Unfit as unfit:
        return str(unfit)
    return None


def log_id(entry: Entry) -> str:
    """In the shape of a UUID, and the entry's own: its hash covers all before it."""
    return str(UUID(bytes=entry.sealed.hash[:16]))


def _put_log(content: etree._Element, system: HsaId, entry: Entry) -> None:
    event = decode(entry.sealed.body)
    who, where, subject = event.employee, event.place, event.subject
    if who is None or where is None or subject is None:
        raise Unfit("nobody")
    log = put(content, f"{_OWN}log")
    put(log, f"{_T}logId", log_id(entry))
    put(put(log, f"{_T}system"), f"{_T}systemId", _hsa(system))
    put(log[-1], f"{_T}systemName", _SYSTEM_NAME)
    _put_activity(log, event)
    user = put(log, f"{_T}user")
    put(user, f"{_T}userId", _hsa(who))
    if event.assignment is not None:
        put(user, f"{_T}assignment", event.assignment)
    _put_place(user, where)
    resources = put(log, f"{_T}resources")
    for owner in event.owners or (where.provider,):
        _put_resource(resources, event, subject, owner)


def _put_activity(log: etree._Element, event: AuditEvent) -> None:
    if event.activity not in _ACTIVITIES:
        raise Unfit("activity")
    if event.purpose not in PURPOSES:
        raise Unfit("purpose")
    activity = put(log, f"{_T}activity")
    put(activity, f"{_T}activityType", event.activity)
    put(activity, f"{_T}activityLevel", str(event.reference))
    put(activity, f"{_T}startDate", wall(event.at))
    put(activity, f"{_T}purpose", event.purpose)


def _put_resource(
    resources: etree._Element, event: AuditEvent, subject: PersonId, owner: HsaId
) -> None:
    """One for each care provider whose information it was."""
    if subject.kind not in PERSON_ROOTS:
        raise Unfit("number")
    kinds = sorted({_RESOURCE_TYPES.get(kind, _OTHER) for kind in event.information})
    resource = put(resources, f"{_T}resource")
    put(resource, f"{_T}resourceType", ", ".join(kinds))
    put_person(put(resource, f"{_T}patient"), f"{_T}patientId", _TYPES, subject)
    put(put(resource, f"{_T}careProvider"), f"{_T}careProviderId", _hsa(owner))


def _put_place(parent: etree._Element, where: Place) -> None:
    put(put(parent, f"{_T}careProvider"), f"{_T}careProviderId", _hsa(where.provider))
    put(put(parent, f"{_T}careUnit"), f"{_T}careUnitId", _hsa(where.unit))


def _hsa(hsa: HsaId) -> str:
    """Ours may be longer than the schema's."""
    if len(hsa.value) > _LONGEST_HSA:
        raise Unfit("hsa-id")
    return hsa.value
