"""Samtycke: CheckConsent, RegisterExtendedConsent and CancelExtendedConsent 2.0
(informationsecurity:authorization:consent). SVOD 3 kap. 1-2 and 5-6 §§."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from lxml import etree

from stodtjanster.model import Cause, PersonId
from stodtjanster.security.kit import (
    Accessing,
    Inquiry,
    Registered,
    Registration,
    Settings,
    accept,
    ended,
    exchange,
    flag,
    only,
    put,
    put_person,
    put_reader,
    registered,
    wall,
)
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import SourceFailed
from stodtjanster.sources.kit.xml import text

_DOMAIN: Final = "informationsecurity:authorization:consent"
_TYPES: Final = f"urn:riv:{_DOMAIN}:2"
CHECK: Final = Contract(_DOMAIN, "CheckConsent", 2, _TYPES)
REGISTER: Final = Contract(_DOMAIN, "RegisterExtendedConsent", 2, _TYPES)
CANCEL: Final = Contract(_DOMAIN, "CancelExtendedConsent", 2, _TYPES)
_T: Final = f"{{{_TYPES}}}"
_SCOPE: Final = "NationalLevel"
"""The only one that the contract has."""
LONGEST_REASON: Final = 1024
"""In characters, as the schema has it."""


class Assertion(StrEnum):
    """What is registered for the reader: the person's own yes, or a certificate of emergency."""

    CONSENT = "Consent"
    EMERGENCY = "Emergency"


def check_consent(
    settings: Settings, who: Accessing, subject: PersonId, *, correlation: str
) -> Inquiry[Assertion | None]:
    """What holds for the reader now; None when nothing does. Raises SourceFailed.

    `assertionType` is optional in the schema. An answer with a yes of no kind is no consent: it
    may stand for an emergency, which is something else in law (SVOD 3 kap. 6 §).
    """
    own = f"{{{CHECK.namespace}}}"
    content = CHECK.new_request()
    put_reader(content, f"{own}accessingActor", _TYPES, who)
    put_person(content, f"{own}patientId", _TYPES, subject)
    answer = yield from exchange(settings, CHECK, content, correlation)
    said = only(answer, f"{own}checkResult")
    accept(only(said, f"{_T}result"), f"{_T}resultCode")
    if not flag(said, f"{_T}hasConsent"):
        return None
    try:
        return Assertion(text(only(said, f"{_T}assertionType")) or "")
    except ValueError:
        raise SourceFailed(Cause.UNREADABLE, "checkResult/assertionType: unknown") from None


def register_consent(
    settings: Settings,
    who: Accessing,
    subject: PersonId,
    registration: Registration,
    *,
    kind: Assertion = Assertion.CONSENT,
    represented_by: PersonId | None = None,
    reason: str | None = None,
    correlation: str,
) -> Inquiry[Registered]:
    """Register that the person has said yes, or that there is an emergency. Raises SourceFailed.

    `represented_by` is who said yes in the person's place. `reason` is why, in words: the service
    keeps it with the assertion.
    """
    own = f"{{{REGISTER.namespace}}}"
    at = wall(registration.at)
    content = REGISTER.new_request()
    put(content, f"{own}assertionId", registration.id)
    put(content, f"{own}assertionType", kind.value)
    put(content, f"{own}scope", _SCOPE)
    put_person(content, f"{own}patientId", _TYPES, subject)
    put(content, f"{own}careProviderId", who.place.provider.value)
    put(content, f"{own}careUnitId", who.place.unit.value)
    if registration.personal:
        put(content, f"{own}employeeId", who.employee.value)
    put(content, f"{own}startDate", at)
    put(content, f"{own}endDate", wall(registration.valid_to))
    if represented_by is not None:
        put_person(content, f"{own}representedBy", _TYPES, represented_by)
    _put_action(content, f"{own}registrationAction", who, at, reason)
    answer = yield from exchange(settings, REGISTER, content, correlation)
    return registered(only(answer, f"{own}result"), f"{_T}resultCode")


def cancel_consent(
    settings: Settings,
    who: Accessing,
    _subject: PersonId,
    *,
    assertion: str,
    at: datetime,
    correlation: str,
) -> Inquiry[Registered]:
    """End what was registered as `assertion` before its time. Raises SourceFailed.

    One that is ended already is ALREADY. The service keeps it as ended, and it cannot begin again.
    The contract names the assertion and not the person.
    """
    own = f"{{{CANCEL.namespace}}}"
    content = CANCEL.new_request()
    put(content, f"{own}assertionId", assertion)
    _put_action(content, f"{own}cancellationAction", who, wall(at))
    answer = yield from exchange(settings, CANCEL, content, correlation)
    return ended(only(answer, f"{own}result"), f"{_T}resultCode")


def _put_action(
    parent: etree._Element, name: str, who: Accessing, at: str, reason: str | None = None
) -> None:
    action = put(parent, name)
    for date, by in (("requestDate", "requestedBy"), ("registrationDate", "registeredBy")):
        put(action, f"{_T}{date}", at)
        put(put(action, f"{_T}{by}"), f"{_T}employeeId", who.employee.value)
    if reason is not None:
        put(action, f"{_T}reasonText", reason)
