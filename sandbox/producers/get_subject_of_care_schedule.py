"""crm:scheduling GetSubjectOfCareSchedule 1.1: booked times and invitations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from lxml import etree

from sandbox.bookings import is_timed
from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import span
from sandbox.producers.kit import (
    Asked,
    Build,
    Contract,
    Engagement,
    InvalidRequestError,
    builder,
    checked_patient,
    maybe,
    stamp,
    system_of,
)

_NS = "urn:riv:crm:scheduling:GetSubjectOfCareScheduleResponder:1"
_CORE = "urn:riv:crm:scheduling:1"
_EXT = "urn:riv:crm:scheduling:1.1"

BOOKED, INVITED = "Booking", "Invitation"

_own = builder(_NS)
_core = builder(_CORE)
_ext = builder(_EXT)


class GetSubjectOfCareSchedule(Contract):
    name = "GetSubjectOfCareSchedule"
    namespace = _NS
    service_domain = "riv:crm:scheduling"
    category = BOOKED
    item = "timeslotDetail"
    wants_actor = True

    def patient(self, request: etree._Element) -> str:
        if not request.findtext(f"{{{_NS}}}healthcare_facility"):
            raise InvalidRequestError("healthcare_facility is absent")
        return checked_patient(request.findtext(f"{{{_NS}}}subject_of_care"))

    def engagements(
        self, person: Person, units: Mapping[str, Unit], anchor: dt.datetime
    ) -> Iterator[Engagement]:
        for row in person.rows("bookings"):
            yield engagement(row, units, anchor)

    def addressed(self, request: etree._Element, address: str) -> etree._Element:
        # The aggregator throws the caller's facility away and sends each unit its own.
        copy = deepcopy(request)
        facility = copy.find(f"{{{_NS}}}healthcare_facility")
        if facility is not None:
            facility.text = address
        return copy

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        if asked.person is None:
            return
        for row in filter(is_timed, asked.bookings.rows(asked.person)):
            start, end = span(row, asked.anchor)
            # A time that has passed is taken out of the schedule by the source.
            if asked.here(row["unit"]) and end > asked.now:
                # Older systems write fewer digits than the contract wants, or none.
                digits = row.get("digits", 14)
                when = stamp(start)[:digits], stamp(end)[:digits]
                yield timeslot(_own, row, asked.person, asked.units, when)


def engagement(
    row: Mapping[str, Any], units: Mapping[str, Unit], anchor: dt.datetime
) -> Engagement:
    """A booking or an open invitation in the index: a row for each, at its unit."""
    unit = units[row["unit"]]
    timed = is_timed(row)
    return Engagement(
        row.get("indexed_at", unit.hsa_id),
        system_of(unit, units).hsa_id,
        BOOKED if timed else INVITED,
        row["id"],
        span(row, anchor)[0] if timed else None,
    )


def timeslot(
    own: Build,
    row: Mapping[str, Any],
    person: Person,
    units: Mapping[str, Unit],
    when: tuple[str | None, str | None],
) -> etree._Element:
    """A booking as TimeslotType, in an element of the contract's `own`."""
    unit = units[row["unit"]]
    performer = row.get("performer", {})
    start, end = when
    return own(
        "timeslotDetail",
        maybe(_core, "startTimeInclusive", start),
        maybe(_core, "endTimeExclusive", end),
        _core("healthcare_facility", unit.hsa_id),
        maybe(_core, "performer", performer.get("hsa_id")),
        _core("bookingId", row["id"]),
        _core("subject_of_care", person.person_id),
        maybe(_core, "purpose", row.get("purpose")),
        maybe(_core, "reason", row.get("reason")),
        _core("healthcare_facility_name", full_name(unit)),
        maybe(_core, "performerName", performer.get("name")),
        maybe(_core, "timeTypeName", row.get("time_type")),
        maybe(_core, "careTypeName", row.get("care_type")),
        maybe(_core, "cancel_booking_allowed", _flag(row, "cancel")),
        maybe(_core, "rebooking_allowed", _flag(row, "rebook")),
        maybe(_core, "message_allowed", _flag(row, "message")),
        maybe(_ext, "isInvitation", _flag(row, "invitation")),
    )


def full_name(unit: Unit) -> str:
    """A unit as it is written to people."""
    return f"{unit.name}, {unit.part_of}" if unit.part_of else unit.name


def _flag(row: Mapping[str, Any], name: str) -> str | None:
    # Absent means unknown, which is something else than false.
    return str(row[name]).lower() if name in row else None


CONTRACT = GetSubjectOfCareSchedule()
