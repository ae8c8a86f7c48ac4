"""Bookings and free times for tests, and an adapter that may ask and act about them."""

from datetime import UTC, datetime
from typing import Any

from stodtjanster.information import Appointment, FreeTime
from stodtjanster.information.booking import Visitor
from stodtjanster.model import STOCKHOLM, HsaId, Open, Origin, Timed, Told
from stodtjanster.sources.bookings import requests
from stodtjanster.sources.bookings.adapter import Adapter
from stodtjanster.sources.bookings.settings import Settings
from stodtjanster.sources.kit.act import Doing
from stodtjanster.sources.kit.booking_details import DETAILS
from tests.rivta_messages import (
    ASKED_AT,
    TOLVAN,
    UNIT,
    envelope,
    timeslot,
)

START = datetime(2026, 11, 24, 9, 30, tzinfo=STOCKHOLM)
END = datetime(2026, 11, 24, 10, tzinfo=STOCKHOLM)
GIVEN = (
    ("startTimeInclusive", "20261124093000"),
    ("endTimeExclusive", "20261124100000"),
    ("healthcare_facility", UNIT),
    ("resourceID", "rum-3"),
)
VISITOR = Visitor(first_name="Tolvan", last_name="Tolvansson", phone="0980-319 290")
SETTINGS = {
    "key": "bokningar",
    "kind": "bookings",
    "name": "Regionen",
    "url": "https://127.0.0.1:9/vp/{operation}/1/rivtabp21",
    "completes": ["region"],
    "consumer_hsa_id": "SE2321000230-9000",
}


def origin(record: str = "b-1", **changes: Any) -> Origin:
    fixed = {
        "source": "region",
        "system": UNIT,
        "record": record,
        "contract": "GetSubjectOfCareSchedule",
        "fetched_at": datetime(2026, 11, 20, 9, tzinfo=UTC),
        "care_unit": HsaId(UNIT),
        "approved_for_patient": True,
    }
    return Origin(**{**fixed, **changes})


def booking(**changes: Any) -> Appointment:
    fixed = {
        "subject": TOLVAN,
        "origin": origin(),
        "when": Timed(START, END),
        "title": Told("Återbesök"),
        "cancel_allowed": True,
        "rebook_allowed": True,
        "message_allowed": True,
    }
    return Appointment(**{**fixed, **changes})


def invitation(**changes: Any) -> Appointment:
    return booking(**{"when": Open(), "invitation": True, **changes})


def free_time(**changes: Any) -> FreeTime:
    fixed = {
        "subject": TOLVAN,
        "origin": origin("f-1", source="bokningar", contract="GetAvailableTimeslots"),
        "when": Timed(START, END),
        "given": GIVEN,
    }
    return FreeTime(**{**fixed, **changes})


def adapter(**changes: Any) -> Adapter:
    return Adapter(Settings.model_validate({**SETTINGS, **changes}))


def doing(**changes: Any) -> Doing:
    fixed = {"subject": TOLVAN, "actor": TOLVAN, "at": ASKED_AT, "correlation": "c-1"}
    return Doing(**{**fixed, **changes})


def own(contract: Any, name: str, content: str | None) -> str:
    """An element of the contract's own namespace."""
    return "" if content is None else f"<r:{name}>{content}</r:{name}>"


def outcome(contract: Any, code: str | None, text: str | None = None, record: str | None = None):
    """The answer to a write."""
    parts = {"bookingId": record, "resultCode": code, "resultText": text}
    return envelope(contract, "".join(own(contract, *part) for part in parts.items()))


def details(**changes: str | None) -> bytes:
    flags = ("cancel_booking_allowed", "rebooking_allowed", "message_allowed")
    row = timeslot(**{**dict.fromkeys(flags, "true"), **changes})
    return envelope(DETAILS, row)


def free_times(*rows: str) -> bytes:
    return envelope(requests.TIMES, "".join(rows) or offered())


def offered(**changes: str | None) -> str:
    return timeslot(**{"bookingId": None, "subject_of_care": None, **changes})


def free_days(*rows: str) -> bytes:
    return envelope(requests.DAYS, "".join(rows) or free_day())


def free_day(**changes: str | None) -> str:
    fields = {
        "healthcare_facility": UNIT,
        "date": "20261124",
        "resourceName": "Rum 3",
        "timeTypeName": "Återbesök",
        **changes,
    }
    parts = "".join(own(requests.DAYS, *part) for part in fields.items())
    return f"<r:performerAvailabilityByDate>{parts}</r:performerAvailabilityByDate>"
