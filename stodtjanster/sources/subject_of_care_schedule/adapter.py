"""Booked times through GetSubjectOfCareSchedule 1.1 (crm:scheduling, TimeslotType).

The contract knows no period, so passed and far times are left out here. Open invitations are not
in it, and a cancelled time is just gone (TKB crm:scheduling; rivta.md 7).
"""

from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Appointment, Item
from stodtjanster.model import Origin, Told
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    Rows,
    converse,
    digest,
    hear,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.times import span
from stodtjanster.sources.kit.xml import texts
from stodtjanster.sources.subject_of_care_schedule.form import visit_form
from stodtjanster.sources.subject_of_care_schedule.settings import Settings

CONTRACT: Final = Contract(
    "crm:scheduling", "GetSubjectOfCareSchedule", 1, "urn:riv:crm:scheduling:1"
)
_NS: Final = f"{{{CONTRACT.types}}}"
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
_INVITATION: Final = "{urn:riv:crm:scheduling:1.1}isInvitation"


class Adapter(RivtaSource[Settings]):
    """One address that answers GetSubjectOfCareSchedule."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Appointment})

    def ask(self, ask: Ask) -> Conversation:
        """The facility is the logical address: an aggregator replaces it by each unit's own."""
        content = CONTRACT.new_request()
        namespace = f"{{{CONTRACT.namespace}}}"
        facility = etree.SubElement(content, f"{namespace}healthcare_facility")
        facility.text = self.settings.logical_address
        etree.SubElement(content, f"{namespace}subject_of_care").text = ask.subject.value
        return converse(_ROWS, self.settings, ask, content, actor=True)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Appointments of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _read_row(row: etree._Element, page: Page) -> Appointment | None:
    """Bookings are unique within a unit, so the unit is the system of the record.

    Who the row is about may be left out (XSD 0..1): then it is about whom we asked for, and
    nobody at all when we asked for nobody in particular.
    """
    fields = texts(row)
    if len(fields) != len(row):
        once(row, "", _NS)
    reading = page.reading
    subject = reading.subject
    if subject is None or _SUBJECT in fields:
        subject = page.subject(fields.get(_SUBJECT), "subject_of_care")
    facility = fields.get(_FACILITY)
    system = page.system[facility]
    if system is None:
        raise BadRow("healthcare_facility", "missing or too long")
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
        origin=Origin(
            reading.source,
            system,
            _record(fields, page),
            CONTRACT.operation,
            reading.asked_at,
            None,
            page.hsa[facility],
            unit,
            # The contract is the person's own channel and has no approvedForPatient of its own.
            approved_for_patient=True,
        ),
        when=when,
        title=time_type or care_type,
        who=_who(performer, resource),
        unit=unit,
        form=visit_form(care_type and care_type.text, time_type and time_type.text),
        invitation=flag[fields.get(_INVITATION)] is True,
        instruction=_instruction(row, page) if _PURPOSE in fields else None,
        reason=told[fields.get(_REASON)],
        cancel_allowed=flag[fields.get(_CANCEL)],
        rebook_allowed=flag[fields.get(_REBOOK)],
        message_allowed=flag[fields.get(_MESSAGE)],
    )


def _record(fields: dict[str, str | None], page: Page) -> str:
    """bookingId; without one (XSD 0..1) a digest of the start, the resource and the performer,
    which stays the same for as long as the time does."""
    if booking := fields.get(_BOOKING):
        return page.identifier(booking, "bookingId")
    resource = fields.get(_RESOURCE) or fields.get(_RESOURCE_NAME)
    performer = fields.get(_PERFORMER) or fields.get(_PERFORMER_NAME)
    return digest(fields.get(_START), resource, performer)


def _who(performer: Told | None, resource: Told | None) -> tuple[Told, ...]:
    if performer is None:
        return () if resource is None else (resource,)
    return (performer,) if resource is None or resource == performer else (performer, resource)


def _instruction(row: etree._Element, page: Page) -> Told | None:
    for purpose in row.iterchildren(_PURPOSE):
        return page.prose(purpose)
    return None


def _system(row: etree._Element) -> str | None:
    return address(texts(row).get(_FACILITY))


_ROWS: Final = Rows(CONTRACT, Appointment, "timeslotDetail", _read_row, _system)
