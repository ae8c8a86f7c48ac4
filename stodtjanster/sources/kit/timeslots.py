"""TimeslotType of crm:scheduling 1.1: a booked time in one answer, a free time in another."""

from typing import Final

from lxml import etree

from stodtjanster.information import Appointment, FreeTime
from stodtjanster.model import Origin, PersonId, Timed, Told
from stodtjanster.sources.kit.rivta import MAX_ID, BadRow, Page, digest, once_texts
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.times import span
from stodtjanster.sources.kit.visit_form import visit_form
from stodtjanster.sources.kit.xml import one_text

DOMAIN: Final = "crm:scheduling"
TYPES: Final = "urn:riv:crm:scheduling:1"
EXTENSION: Final = "urn:riv:crm:scheduling:1.1"
ROW: Final = "timeslotDetail"

_NS: Final = f"{{{TYPES}}}"
_START: Final = f"{_NS}startTimeInclusive"
_END: Final = f"{_NS}endTimeExclusive"
_FACILITY: Final = f"{_NS}healthcare_facility"
_FACILITY_NAME: Final = f"{_NS}healthcare_facility_name"
_BOOKING: Final = f"{_NS}bookingId"
_SUBJECT: Final = f"{_NS}subject_of_care"
_PURPOSE: Final = f"{_NS}purpose"
_REASON: Final = f"{_NS}reason"
_PERFORMER: Final = f"{_NS}performer"
_PERFORMER_NAME: Final = f"{_NS}performerName"
_RESOURCE: Final = f"{_NS}resourceID"
_RESOURCE_NAME: Final = f"{_NS}resourceName"
_TIME_TYPE: Final = f"{_NS}timeTypeName"
_CARE_TYPE: Final = f"{_NS}careTypeName"
_CANCEL: Final = f"{_NS}cancel_booking_allowed"
_REBOOK: Final = f"{_NS}rebooking_allowed"
_MESSAGE: Final = f"{_NS}message_allowed"
_INVITATION: Final = f"{{{EXTENSION}}}isInvitation"

ORDER: Final = (
    "startTimeInclusive",
    "endTimeExclusive",
    "healthcare_facility",
    "performer",
    "bookingId",
    "subject_of_care",
    "purpose",
    "reason",
    "resourceName",
    "healthcare_facility_name",
    "performerName",
    "resourceID",
    "timeTypeName",
    "timeTypeID",
    "careTypeName",
    "careTypeID",
)
"""The elements of TimeslotType that a request may need, in the order of the sequence."""
_NOT_GIVEN: Final = frozenset({"bookingId", "subject_of_care", "purpose", "reason"})
"""What is of a booking, and so of nobody yet when the time is free."""


def read_booked(row: etree._Element, page: Page, contract: str) -> Appointment | None:
    """A row about a booking; None outside the period asked about. Raises BadRow.

    Bookings are unique within a unit, so the unit is the system of the record.
    """
    fields = once_texts(row, "", _NS)
    reading = page.reading
    subject = _subject(fields, page)
    system = _unit(fields, page)
    when = span(fields.get(_START), fields.get(_END))
    if when is None:
        raise BadRow("startTimeInclusive", "not a time")
    if reading.period is not None and not reading.period.touches(when):
        return None
    told, flag = page.told, page.flag
    unit = told[fields.get(_FACILITY_NAME)]
    care_type, time_type = told[fields.get(_CARE_TYPE)], told[fields.get(_TIME_TYPE)]
    performer, resource = told[fields.get(_PERFORMER_NAME)], told[fields.get(_RESOURCE_NAME)]
    return Appointment(
        subject=subject,
        origin=origin(page, system, _record(fields, page), contract, unit),
        when=when,
        title=time_type or care_type,
        who=named(performer, resource),
        unit=unit,
        form=visit_form(care_type and care_type.text, time_type and time_type.text),
        invitation=flag[fields.get(_INVITATION)] is True,
        instruction=_instruction(row, page) if _PURPOSE in fields else None,
        reason=told[fields.get(_REASON)],
        cancel_allowed=flag[fields.get(_CANCEL)],
        rebook_allowed=flag[fields.get(_REBOOK)],
        message_allowed=flag[fields.get(_MESSAGE)],
    )


def read_free(row: etree._Element, page: Page, contract: str) -> FreeTime | None:
    """A row about a free time; None outside the period asked about. Raises BadRow."""
    fields = once_texts(row, "", _NS)
    subject = _subject(fields, page)
    system = asked_unit(_unit(fields, page), page)
    when = span(fields.get(_START), fields.get(_END))
    if not isinstance(when, Timed):
        raise BadRow("startTimeInclusive", "not a time of day")
    period = page.reading.period
    if period is not None and not period.touches(when):
        return None
    told = page.told
    unit = told[fields.get(_FACILITY_NAME)]
    care_type, time_type = told[fields.get(_CARE_TYPE)], told[fields.get(_TIME_TYPE)]
    given = tuple(_given(fields))
    return FreeTime(
        subject=subject,
        origin=origin(page, system, digest(*(part for pair in given for part in pair)), contract),
        when=when,
        who=named(told[fields.get(_PERFORMER_NAME)], told[fields.get(_RESOURCE_NAME)]),
        title=time_type or care_type,
        unit=unit,
        form=visit_form(care_type and care_type.text, time_type and time_type.text),
        given=given,
    )


def _given(fields: dict[str, str | None]) -> list[tuple[str, str]]:
    given = []
    for name in ORDER:
        text = fields.get(f"{_NS}{name}")
        if text is None or name in _NOT_GIVEN:
            continue
        if len(text) > MAX_ID:
            raise BadRow(name, "too long")
        given.append((name, text))
    return given


def origin(page: Page, unit: str, record: str, contract: str, name: Told | None = None) -> Origin:
    """The provenance of what a unit told about its times.

    The contracts are the person's own channel and have no approvedForPatient of their own.
    """
    reading = page.reading
    return Origin(
        reading.source,
        unit,
        record,
        contract,
        reading.asked_at,
        None,
        page.hsa[unit],
        name,
        approved_for_patient=True,
    )


def named(performer: Told | None, resource: Told | None) -> tuple[Told, ...]:
    """Whom or what one meets; once, where both names are the same."""
    if performer is None:
        return () if resource is None else (resource,)
    return (performer,) if resource is None or resource == performer else (performer, resource)


def asked_unit(unit: str, page: Page) -> str:
    """The unit, which is the one that was asked. Raises BadRow when it is another."""
    asked = page.reading.address.upper()
    if asked and unit != asked:
        raise BadRow("healthcare_facility", "another unit than the one asked")
    return unit


def system(row: etree._Element) -> str | None:
    """Who holds a row, as far as that can be read."""
    return address(one_text(row, _FACILITY))


def _subject(fields: dict[str, str | None], page: Page) -> PersonId | None:
    """Who the row is about may be left out (XSD 0..1): then it is about whom we asked for, and
    nobody at all when we asked for nobody in particular."""
    subject = page.reading.subject
    if subject is None or _SUBJECT in fields:
        return page.subject(fields.get(_SUBJECT), "subject_of_care")
    return subject


def _unit(fields: dict[str, str | None], page: Page) -> str:
    unit = page.system[fields.get(_FACILITY)]
    if unit is None:
        raise BadRow("healthcare_facility", "missing or too long")
    return unit


def _record(fields: dict[str, str | None], page: Page) -> str:
    """bookingId; without one (XSD 0..1) a digest of the start, the resource and the performer,
    which stays the same for as long as the time does."""
    if booking := fields.get(_BOOKING):
        return page.identifier(booking, "bookingId")
    resource = fields.get(_RESOURCE) or fields.get(_RESOURCE_NAME)
    performer = fields.get(_PERFORMER) or fields.get(_PERFORMER_NAME)
    return digest(fields.get(_START), resource, performer)


def _instruction(row: etree._Element, page: Page) -> Told | None:
    for purpose in row.iterchildren(_PURPOSE):
        return page.prose(purpose)
    return None
