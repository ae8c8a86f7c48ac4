"""What is sent: the six contracts, and their request elements."""

import re
from typing import Final

from lxml import etree

from stodtjanster.information import Appointment, FreeTime
from stodtjanster.information.booking import (
    AskFreeDays,
    AskFreeTimes,
    CancelBooking,
    MakeBooking,
    MoveBooking,
    Visitor,
)
from stodtjanster.model import PersonId
from stodtjanster.sources.kit.booking_details import about
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.times import digits
from stodtjanster.sources.kit.timeslots import DOMAIN, EXTENSION, ORDER, TYPES

DAYS: Final = Contract(DOMAIN, "GetAvailableDates", 1, TYPES)
TIMES: Final = Contract(DOMAIN, "GetAvailableTimeslots", 1, TYPES)
CANCEL: Final = Contract(DOMAIN, "CancelBooking", 1, TYPES)
MOVE: Final = Contract(DOMAIN, "UpdateBooking", 1, TYPES)
MAKE: Final = Contract(DOMAIN, "MakeBooking", 1, TYPES)

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def free(
    contract: Contract, question: AskFreeDays | AskFreeTimes, subject: PersonId
) -> etree._Element:
    """GetAvailableDates or GetAvailableTimeslots; bookingId means that it is for a rebooking."""
    content = about(contract, question.booking.origin.system, question.booking.origin.record)
    _add(content, contract.namespace, "startDateInclusive", digits(question.period.first))
    _add(content, contract.namespace, "endDateInclusive", digits(question.period.last))
    # New in 1.1, and so in a namespace of its own (XSD …_1.1_ext).
    _add(content, f"{contract.namespace}.1", "subject_of_care", subject.value)
    return content


def cancel(act: CancelBooking) -> etree._Element:
    content = about(CANCEL, act.booking.origin.system, act.booking.origin.record)
    if act.message:
        _add(content, CANCEL.namespace, "message", act.message)
    return content


def move(act: MoveBooking, subject: PersonId) -> etree._Element:
    content = MOVE.new_request()
    _requested(content, MOVE, act.to, act.booking, subject)
    if act.visitor is not None:
        _visitor(content, MOVE, act.visitor)
    return content


def make(act: MakeBooking, subject: PersonId) -> etree._Element:
    content = MAKE.new_request()
    _add(content, MAKE.namespace, "healthcare_facility_med", act.booking.origin.system)
    _requested(content, MAKE, act.to, act.booking, subject)
    _visitor(content, MAKE, act.visitor)
    return content


def _requested(
    content: etree._Element,
    contract: Contract,
    time: FreeTime,
    booking: Appointment,
    subject: PersonId,
) -> None:
    """The free time as its source gave it, now for this booking and this person."""
    slot = etree.SubElement(content, f"{{{contract.namespace}}}requestedTimeslot")
    said = dict(time.given) | {
        "bookingId": booking.origin.record,
        "subject_of_care": subject.value,
    }
    for name in ORDER:
        if name in said:
            _add(slot, TYPES, name, said[name])


def _visitor(content: etree._Element, contract: Contract, visitor: Visitor) -> None:
    info = etree.SubElement(content, f"{{{contract.namespace}}}subject_of_care_info")
    for namespace, name, said in (
        (TYPES, "phone", visitor.phone),
        (TYPES, "email", visitor.email),
        (EXTENSION, "firstName", visitor.first_name),
        (EXTENSION, "middleName", visitor.middle_name),
        (EXTENSION, "lastName", visitor.last_name),
    ):
        if said is not None:
            _add(info, namespace, name, said)


def _add(parent: etree._Element, namespace: str, name: str, said: str) -> None:
    """An element with what of a text XML can carry: people write what they like."""
    etree.SubElement(parent, f"{{{namespace}}}{name}").text = _NOT_XML.sub("", said)
