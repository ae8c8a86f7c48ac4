"""AddMessage 2.0 (mvk:crm:casemanagement:inbox): a unit puts a message in the person's inbox.

A message is known by its sender and the sender's id. The same again is answered as the first time,
another under the same id is refused with the contract's FaultInfo. A message without id is known by
what it says. It is on the disk, and in the log, before it is answered. `notify` asks for a notice
by other ways, of which the portal has none.
"""

from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from portal.inbound.delivery import Delivery, Operation
from portal.inbound.schema import (
    Check,
    Part,
    Shape,
    boolean,
    integer,
    matching,
    one_of,
    text,
    xs_date,
    xs_datetime,
    xs_time,
)
from portal.inbound.soap import Fault
from portal.store import Added, MessageRows
from stodtjanster.audit import AuditEvent, AuditLog, EventKind
from stodtjanster.information import Message
from stodtjanster.model import PersonId
from stodtjanster.sources.inbox.kept import Letter
from stodtjanster.sources.kit.docbook import MAX_TEXT
from stodtjanster.sources.kit.rivta import digest
from stodtjanster.sources.kit.xml import boolean as flag
from stodtjanster.sources.kit.xml import children
from stodtjanster.sources.kit.xml import text as said

_MESSAGES: Final = "urn:mvk:crm:casemanagement:inbox:AddMessageResponder:2"
_TYPES: Final = "urn:mvk:crm:casemanagement:inbox:2"
REQUEST: Final = f"{{{_MESSAGES}}}AddMessage"

_ID: Final = text(256)
_NAME: Final = text(1_000)
_PROSE: Final = text(MAX_TEXT)
"""What is taken is shown whole."""


def _core(name: str, of: Shape | Check, *, needed: bool = False) -> Part:
    return Part(f"{{{_TYPES}}}{name}", of, needed=needed)


_CASE: Final = (
    _core("id", _ID),
    _core("caseReadStatus", one_of("Read", "Unread")),
    _core("actionDate", xs_date),
    _core("actionTime", xs_time),
    _core("caseType", Shape((_core("id", _ID), _core("caseTypeDescription", _NAME)))),
    _core("userSelectionStatus", one_of("Active", "Archived")),
    _core(
        "healthCareFacility",
        Shape(
            (
                _core("hsaId", _ID),
                _core("healthCareFacilityName", _NAME),
                _core("healthCareFacilityAddress", _NAME),
                _core("healthCareFacilityPostalCode", _NAME),
                _core("healthCareFacilityPostalCity", _NAME),
                _core("healthCareFacilityTelephone", _NAME),
                _core("childHsaId", _ID),
                _core("isServiceCategory", boolean),
            )
        ),
    ),
    _core(
        "booking",
        Shape(
            (
                _core("bookingId", _ID, needed=True),
                _core("isInvitation", boolean, needed=True),
                _core("isOpenInvitation", boolean),
                _core("rebookingAllowed", boolean),
                _core("cancelBookingAllowed", boolean),
                _core("dynamicId", _ID),
                _core("cancelled", boolean),
                _core("performerName", _NAME),
                _core("bookingDate", xs_datetime),
                _core("timeTypeName", _NAME),
                _core("careTypeId", _ID),
                _core("userContextStatus", _NAME),
            )
        ),
    ),
    _core("businessObjectId", _ID),
    _core("headerText", _NAME),
    _core("bodyText", _PROSE),
    _core(
        "details",
        Shape((Part(f"{{{_TYPES}}}Cases", Shape(kinds=lambda: _KINDS), needed=False, many=True),)),
    ),
)
_MESSAGE: Final = Shape(
    (
        *_CASE,
        _core("msg", _PROSE),
        _core(
            "urlConfiguration",
            Shape(
                (
                    _core("systemId", _ID, needed=True),
                    _core("urlText", _NAME, needed=True),
                    _core("queryString", text(2_000)),
                    _core(
                        "urlLinkType",
                        one_of("CurrentWindow", "NewWindow", "Widget", "Embedded"),
                        needed=True,
                    ),
                )
            ),
        ),
    )
)
_WORKFLOW: Final = Shape(
    (
        *_CASE,
        _core(
            "caseStatus",
            Shape((_core("id", integer, needed=True), _core("statusDescription", _NAME))),
        ),
    )
)
_KINDS: Final[dict[str, Shape]] = {
    f"{{{_TYPES}}}MessageCaseType": _MESSAGE,
    f"{{{_TYPES}}}WorkflowCaseType": _WORKFLOW,
}
SHAPE: Final = Shape(
    (
        Part(f"{{{_MESSAGES}}}subjectOfCareId", matching(r"[0-9]{8}[0-9pPtTfF][0-9]{3}")),
        Part(f"{{{_MESSAGES}}}message", _MESSAGE),
        Part(f"{{{_MESSAGES}}}notify", boolean),
        Part(f"{{{_MESSAGES}}}sourceSystem", _ID, needed=False),
    )
)


def operation(
    rows: MessageRows, audit: AuditLog, changed: Callable[[PersonId], None], source: str
) -> Operation:
    """`changed` is told whose inbox is not as it was; `source` is the inbox's key, for the log."""

    def take(delivery: Delivery) -> etree._Element:
        content = children(delivery.content)
        person = _person(said(content[f"{{{_MESSAGES}}}subjectOfCareId"]))
        if person is None:
            return _response("ERROR", "Personnumret finns inte.")
        message = content[f"{{{_MESSAGES}}}message"]
        source_system = said(content.get(f"{{{_MESSAGES}}}sourceSystem"))
        letter = _letter(message, delivery.sender, source_system, person)
        audit.record(
            AuditEvent(
                event=EventKind.RECEIVED,
                at=delivery.at,
                subject=person,
                information=(Message.key,),
                sources=(source,),
                systems=tuple(dict.fromkeys((delivery.sender, delivery.caller))),
            )
        )
        added = rows.add(
            person,
            (letter.sender, letter.record),
            letter.encode(),
            received=delivery.at,
            read=_text(message, "caseReadStatus") == "Read",
        )
        if added is Added.ANOTHER:
            told = "another message has come with this id"
            raise Fault("Client", told, fault_info(told))
        changed(person)
        return _response("OK", None, letter.record)

    return Operation(REQUEST, SHAPE, take, fault_info)


def fault_info(told: str) -> etree._Element:
    element = etree.Element(f"{{{_MESSAGES}}}FaultInfo", nsmap={"m": _MESSAGES})
    etree.SubElement(element, f"{{{_MESSAGES}}}message").text = told
    return element


def _person(written: str | None) -> PersonId | None:
    try:
        return PersonId.parse((written or "").upper())
    except ValueError:
        return None


def _letter(
    message: etree._Element, sender: str, source_system: str | None, person: PersonId
) -> Letter:
    parts = children(message)
    booking = parts.get(f"{{{_TYPES}}}booking")
    unit = parts.get(f"{{{_TYPES}}}healthCareFacility")
    return Letter(
        sender=sender,
        record=_text(message, "id") or _nameless(message, person),
        source_system=source_system.upper() if source_system else None,
        date=_text(message, "actionDate"),
        time=_text(message, "actionTime"),
        category=_text(parts.get(f"{{{_TYPES}}}caseType"), "caseTypeDescription"),
        title=_text(message, "headerText"),
        body=tuple(_prose(message)),
        unit=_text(unit, "hsaId"),
        unit_name=_text(unit, "healthCareFacilityName"),
        booking=_text(booking, "bookingId"),
        invitation=bool(flag(_text(booking, "isInvitation"))),
    )


def _nameless(message: etree._Element, person: PersonId) -> str:
    return digest(person.value, etree.tostring(message, method="c14n").decode())


def _prose(case: etree._Element) -> Iterator[str]:
    """The texts of a message, and of the cases that it is about."""
    for name in ("bodyText", "msg"):
        written = _text(case, name)
        if written:
            yield written
    for inner in case.iterfind(f"{{{_TYPES}}}details/{{{_TYPES}}}Cases"):
        title = _text(inner, "headerText")
        if title:
            yield title
        yield from _prose(inner)


def _text(element: etree._Element | None, name: str) -> str | None:
    return None if element is None else said(element.find(f"{{{_TYPES}}}{name}"))


def _response(code: str, told: str | None, record: str | None = None) -> etree._Element:
    response = etree.Element(f"{REQUEST}Response", nsmap={"m": _MESSAGES, "core": _TYPES})
    if record is not None:
        message = etree.SubElement(response, f"{{{_MESSAGES}}}message")
        etree.SubElement(message, f"{{{_TYPES}}}id").text = record
    etree.SubElement(response, f"{{{_MESSAGES}}}resultCode").text = code
    if told is not None:
        etree.SubElement(response, f"{{{_MESSAGES}}}resultText").text = told
    return response
