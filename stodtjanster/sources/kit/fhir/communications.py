"""Communication as our Message: what somebody has written to the person.

Source: hl7.org/fhir/R4/communication.html and R5, where text is an attachment. What professionals
write to each other about a person is a Communication too, so one is shown only when the person is
among its recipients. What the person wrote is theirs, and no message to them. Addresses of
attachments are never fetched, and markup is never rendered.
"""

import binascii
from base64 import b64decode
from typing import Final

from stodtjanster.information import Message
from stodtjanster.model import Open, When
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, identity, known_as
from stodtjanster.sources.kit.fhir.values import (
    LONGEST_TEXT,
    Foreign,
    Json,
    SetAside,
    Unreadable,
    as_list,
    concept_text,
    first_text,
    recorded,
    when,
)

STATUSES_ASKED: Final = "completed,in-progress"
_SHOWN = frozenset(STATUSES_ASKED.split(","))
_OTHER = frozenset({"preparation", "not-done", "on-hold", "stopped", "entered-in-error", "unknown"})
_PLAIN: Final = "text/plain"
_MOST_PARTS: Final = 50


def communication(resource: Json, name: str, labels: Labels, scope: Scope) -> tuple[Message]:
    """Raises SetAside for what is not written to the person."""
    check(resource.get("status"), _SHOWN, _OTHER)
    recipients = [one for one in as_list(resource.get("recipient")) if _is_patient(one, scope)]
    subject = scope.whose(resource.get("subject") or _first(recipients), resource)
    if not any(_is_own(one, resource, scope) for one in recipients):
        raise SetAside("not to the person")
    sender = resource.get("sender")
    if sender is not None and _is_patient(sender, scope):
        raise SetAside("from a patient")
    meant = scope.meant(sender, resource)
    received = recorded(resource.get("received"))
    said = scope.told(_body(resource), resource)
    title = scope.told(concept_text(resource.get("topic")), resource)
    if title is None and said is None:
        raise Unreadable("a message without words")
    unit_name = scope.told(meant.name, resource)
    return (
        Message(
            subject=subject,
            origin=scope.origin(resource, name, labels.approved, received, meant.unit, unit_name),
            title=title,
            body=said,
            sender=unit_name,
            category=scope.told(first_text(resource.get("category")), resource),
            sent=_sent(resource),
            received=received,
            booking=_booking(resource, scope),
        ),
    )


def _is_patient(reference: Json, scope: Scope) -> bool:
    return scope.kind(reference, {}) == "Patient"


def _is_own(reference: Json, resource: Json, scope: Scope) -> bool:
    """A parent who is written to about a child is another Patient."""
    try:
        scope.whose(reference, resource)
    except (Foreign, Unreadable):
        return False
    return True


def _first(references: list[Json]) -> Json | None:
    return references[0] if references else None


def _sent(resource: Json) -> When:
    written = resource.get("sent") or resource.get("received")
    return Open() if written is None else when(written)


def _body(resource: Json) -> str | None:
    parts = as_list(resource.get("payload"))
    if len(parts) > _MOST_PARTS:
        raise Unreadable("too many parts")
    return "\n".join(text for part in parts if (text := _words(part))) or None


def _words(part: Json) -> str | None:
    """The text of one part; the title of an attachment that is something else than text."""
    written: str | None = part.get("contentString")
    if written:
        return written
    attachment = part.get("contentAttachment") or {}
    data = attachment.get("data")
    if data and (attachment.get("contentType") or "").partition(";")[0].strip() == _PLAIN:
        return _decoded(data)
    title: str | None = attachment.get("title")
    return title or concept_text(part.get("contentCodeableConcept"))


def _decoded(data: str) -> str:
    if len(data) > 4 * LONGEST_TEXT:
        raise Unreadable("text too long")
    try:
        return b64decode("".join(data.split()), validate=True).decode()
    except (binascii.Error, ValueError):
        raise Unreadable("text that is not base64 of UTF-8") from None


def _booking(resource: Json, scope: Scope) -> tuple[str, str] | None:
    """The identity of the Appointment that the message is about, as that one is shown."""
    for reference in as_list(resource.get("about")):
        meant = scope.meant(reference, resource)
        if meant.kind != "Appointment":
            continue
        if meant.target is not None:
            called = identity(meant.target)
            return known_as(meant.target, called) or (scope.system, called)
        address = reference.get("reference")
        if address:
            return scope.system, scope.relative(address)
    return None
