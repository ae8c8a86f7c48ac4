"""crm:scheduling 1.1, what is asked and done about one booking, always at the unit itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from lxml import etree

from sandbox.bookings import Bookings, FreeSlot, is_timed
from sandbox.people import Person
from sandbox.people.when import span
from sandbox.producers.get_subject_of_care_schedule import full_name, timeslot
from sandbox.producers.kit import (
    Asked,
    Build,
    Contract,
    InvalidRequestError,
    builder,
    checked_patient,
    date_stamp,
    maybe,
    stamp,
)

_CORE = "urn:riv:crm:scheduling:1"
_EXT = "urn:riv:crm:scheduling:1.1"

_core = builder(_CORE)

_GONE = "Tiden finns inte längre."
_NOT_YOURS = "Bokningen är inte din."
_TAKEN = "Tiden har hunnit bli upptagen. Välj en annan tid."
_CALL_TO_CANCEL = "Den här tiden kan bara avbokas på telefon."
_CALL_TO_MOVE = "Den här tiden kan bara bokas om på telefon."
_NO_MESSAGE = "Tiden är avbokad. Ditt meddelande kunde inte tas emot."


class BookingContract(Contract):
    """Called at a unit, which no aggregating service stands in for."""

    service_domain = "riv:crm:scheduling"
    aggregated = False
    wants_actor = True
    # Where the unit and the booking stand in the request.
    facility_path: ClassVar[str] = "r:healthcare_facility"
    booking_path: ClassVar[str] = "r:bookingId"

    @property
    def paths(self) -> dict[str, str]:
        """Prefixes: `r` the contract's own elements, `e` its extension, `c` the types."""
        return {"r": self.namespace, "e": f"{self.namespace}.1", "c": _CORE}

    def named(self, request: etree._Element) -> tuple[str, str]:
        """The unit and the booking that a request names. Raises InvalidRequestError."""
        unit = request.findtext(self.facility_path, None, self.paths)
        booking = request.findtext(self.booking_path, None, self.paths)
        if not unit or not booking:
            raise InvalidRequestError("healthcare_facility or bookingId is absent")
        return unit, booking

    def patient(self, request: etree._Element) -> str:  # noqa: ARG002
        raise InvalidRequestError("the request names a booking and no person")

    def about(self, request: etree._Element, bookings: Bookings) -> str:
        found = bookings.find(*self.named(request))
        return "" if found is None else found[0].person_id

    def row(self, asked: Asked) -> Mapping[str, Any] | None:
        """The booking that is asked about, when it is kept here."""
        unit, booking = self.named(asked.request)
        found = asked.bookings.find(unit, booking)
        return found[1] if found is not None and asked.here(unit) else None


class GetBookingDetails(BookingContract):
    name = "GetBookingDetails"
    namespace = "urn:riv:crm:scheduling:GetBookingDetailsResponder:1"
    item = "timeslotDetail"

    def about(self, request: etree._Element, bookings: Bookings) -> str:
        number = super().about(request, bookings)
        if not number:
            # The response must have a booking, so without one there is no way to answer.
            raise InvalidRequestError("no such booking")
        return number

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        if asked.person is None:
            return
        rows = [row for row in asked.bookings.rows(asked.person) if asked.here(row["unit"])]
        wanted = self.row(asked)
        # A source that mixes up people answers with whatever the other one has.
        for row in [wanted] if wanted in rows else rows[:1]:
            yield _details(builder(self.namespace), row, asked.person, asked)


class _Availability(BookingContract):
    """What is free at the unit in a span of days."""

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext("e:subject_of_care", None, self.paths))

    def about(self, request: etree._Element, bookings: Bookings) -> str:  # noqa: ARG002
        return self.patient(request)

    def slots(self, asked: Asked) -> list[FreeSlot]:
        first = asked.text("r:startDateInclusive", self.paths) or ""
        last = asked.text("r:endDateInclusive", self.paths) or ""
        unit = asked.text(self.facility_path, self.paths) or ""
        if unit not in asked.units or not asked.here(unit):
            return []
        return [
            slot
            for slot in asked.bookings.free(unit, asked.anchor)
            if first <= date_stamp(slot.start.date()) <= last
        ]

    def kind_of_visit(self, asked: Asked) -> Mapping[str, Any]:
        """A rebooking is for the same kind of visit as before."""
        booking = asked.text(self.booking_path, self.paths)
        return (self.row(asked) if booking else None) or {}


class GetAvailableDates(_Availability):
    name = "GetAvailableDates"
    namespace = "urn:riv:crm:scheduling:GetAvailableDatesResponder:1"
    item = "performerAvailabilityByDate"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own = builder(self.namespace)
        visit = self.kind_of_visit(asked)
        days = {date_stamp(slot.start.date()): slot for slot in self.slots(asked)}
        for day, slot in days.items():
            yield own(
                "performerAvailabilityByDate",
                own("healthcare_facility", slot.unit),
                own("date", day),
                maybe(own, "timeTypeName", visit.get("time_type")),
                maybe(own, "careTypeName", visit.get("care_type")),
            )


class GetAvailableTimeslots(_Availability):
    name = "GetAvailableTimeslots"
    namespace = "urn:riv:crm:scheduling:GetAvailableTimeslotsResponder:1"
    item = "timeslotDetail"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own = builder(self.namespace)
        visit = self.kind_of_visit(asked)
        performer = visit.get("performer", {})
        for slot in self.slots(asked):
            yield own(
                "timeslotDetail",
                _core("startTimeInclusive", stamp(slot.start)),
                _core("endTimeExclusive", stamp(slot.end)),
                _core("healthcare_facility", slot.unit),
                maybe(_core, "performer", performer.get("hsa_id")),
                _core("healthcare_facility_name", full_name(asked.units[slot.unit])),
                maybe(_core, "performerName", performer.get("name")),
                _core("resourceID", slot.resource),
                maybe(_core, "timeTypeName", visit.get("time_type")),
                maybe(_core, "careTypeName", visit.get("care_type")),
            )


class _Write(BookingContract):
    """Does something, and says how it went: OK, INFO with a text, or ERROR with a text."""

    item = "resultCode"
    writes = True

    def refuses(self, asked: Asked) -> str | None:
        row = self.row(asked)
        if row is None:
            return _GONE
        if not asked.agent and (asked.person is None or asked.actor != asked.person.person_id):
            return _NOT_YOURS
        return self.forbids(row, asked)

    @abstractmethod
    def forbids(self, row: Mapping[str, Any], asked: Asked) -> str | None:
        """Why it may not be done to this booking, or None."""

    @abstractmethod
    def done(self, row: Mapping[str, Any], asked: Asked) -> tuple[str | None, str | None]:
        """Do it. Returns the id of a new booking and what the person must be told, if any."""

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own = builder(self.namespace)
        row = self.row(asked)
        if row is not None:
            made, told = self.done(row, asked)
            yield from [own("bookingId", made)] if made else []
            yield own("resultCode", "INFO" if told else "OK")
            yield from [own("resultText", told)] if told else []

    def result(self, code: str, message: str | None = None) -> etree._Element | None:
        """Only a refusal: what was done says so itself."""
        own = builder(self.namespace)
        if code != "ERROR":
            return None
        return own("result", own("resultCode", code), maybe(own, "resultText", message))

    def response(
        self, items: Sequence[etree._Element], result: etree._Element | None
    ) -> etree._Element:
        parts = items if result is None else list(result)
        return builder(self.namespace)(f"{self.name}Response", *parts)

    def wanted(self, asked: Asked) -> FreeSlot | None:
        """The free time that is asked for, by all that the unit told of it."""
        slot = asked.request.find("r:requestedTimeslot", self.paths)
        unit = asked.request.findtext(self.facility_path, None, self.paths) or ""
        if slot is None:
            return None
        said = {name: slot.findtext(f"c:{name}", None, self.paths) for name in _KNOWN_BY}
        return next(
            (
                free
                for free in asked.bookings.free(unit, asked.anchor)
                if said == dict(zip(_KNOWN_BY, _known_by(free), strict=True))
            ),
            None,
        )


class CancelBooking(_Write):
    name = "CancelBooking"
    namespace = "urn:riv:crm:scheduling:CancelBookingResponder:1"

    def forbids(self, row: Mapping[str, Any], asked: Asked) -> str | None:  # noqa: ARG002
        return None if _may(row, "cancel") else _CALL_TO_CANCEL

    def done(self, row: Mapping[str, Any], asked: Asked) -> tuple[str | None, str | None]:
        asked.bookings.cancel(row, asked.anchor)
        message = asked.text("r:message", self.paths)
        return None, _NO_MESSAGE if message and not _may(row, "message") else None


class UpdateBooking(_Write):
    name = "UpdateBooking"
    namespace = "urn:riv:crm:scheduling:UpdateBookingResponder:1"
    facility_path = "r:requestedTimeslot/c:healthcare_facility"
    booking_path = "r:requestedTimeslot/c:bookingId"

    def forbids(self, row: Mapping[str, Any], asked: Asked) -> str | None:
        if not _may(row, "rebook"):
            return _CALL_TO_MOVE
        return None if self.wanted(asked) else _TAKEN

    def done(self, row: Mapping[str, Any], asked: Asked) -> tuple[str | None, str | None]:
        slot = self.wanted(asked)
        if slot is not None:
            asked.bookings.move(row, slot, asked.anchor)
        return None, row.get("told")


class MakeBooking(_Write):
    name = "MakeBooking"
    namespace = "urn:riv:crm:scheduling:MakeBookingResponder:1"
    facility_path = "r:requestedTimeslot/c:healthcare_facility"
    booking_path = "r:requestedTimeslot/c:bookingId"

    def forbids(self, row: Mapping[str, Any], asked: Asked) -> str | None:
        # The invitation may have been used in another window.
        return None if not is_timed(row) and self.wanted(asked) else _TAKEN

    def done(self, row: Mapping[str, Any], asked: Asked) -> tuple[str | None, str | None]:
        slot = self.wanted(asked)
        if slot is None or asked.person is None:
            return None, None
        return asked.bookings.make(asked.person, row, slot), row.get("told")


_KNOWN_BY = ("startTimeInclusive", "endTimeExclusive", "healthcare_facility", "resourceID")


def _known_by(slot: FreeSlot) -> tuple[str, str, str, str]:
    return stamp(slot.start), stamp(slot.end), slot.unit, slot.resource


def _details(own: Build, row: Mapping[str, Any], person: Person, asked: Asked) -> etree._Element:
    """A booking where, by the contract, everything that may be done with it is said."""
    when: tuple[str | None, str | None] = (None, None)
    if is_timed(row):
        start, end = span(row, asked.anchor)
        when = stamp(start), stamp(end)
    flags = {name: _may(row, name) for name in ("cancel", "rebook", "message")}
    return timeslot(own, {**row, **flags}, person, asked.units, when)


def _may(row: Mapping[str, Any], what: str) -> bool:
    """What may be done with a booking. `unsaid` in its file is what the schedule leaves out."""
    allowed: bool = {**row, **row.get("unsaid", {})}.get(what, False)
    return allowed


CONTRACTS = (
    GetBookingDetails(),
    GetAvailableDates(),
    GetAvailableTimeslots(),
    CancelBooking(),
    UpdateBooking(),
    MakeBooking(),
)
