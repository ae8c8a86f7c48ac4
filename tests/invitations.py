"""What the index and the units answer about open invitations, for tests."""

from typing import Any

from stodtjanster.sources.kit.engagements import FIND
from stodtjanster.sources.open_invitations.adapter import Adapter
from stodtjanster.sources.open_invitations.settings import Settings
from tests.bookings import details
from tests.rivta_messages import SETTINGS, TOLVAN, UNIT, elements, envelope

INDEXED = {**SETTINGS, "url": "https://127.0.0.1:9/vp/{operation}/1/rivtabp21"}
FLAGS = ("cancel_booking_allowed", "rebooking_allowed", "message_allowed")


def adapter(**changes: Any) -> Adapter:
    return Adapter(Settings.model_validate({**INDEXED, **changes}))


def engagement(record: str | None = "b-1", address: str | None = UNIT, **changes: Any) -> str:
    fields = {
        "registeredResidentIdentification": TOLVAN.value,
        "serviceDomain": "riv:crm:scheduling",
        "categorization": "Invitation",
        "logicalAddress": address,
        "businessObjectInstanceIdentifier": record,
        "clinicalProcessInterestId": "NA",
        "sourceSystem": "SE2321000230-1009",
        "dataController": "2321000230",
        **changes,
    }
    return f"<r:engagement>{elements(**fields)}</r:engagement>"


def found(*rows: str) -> bytes:
    return envelope(FIND, "".join(rows))


def invited(record: str = "b-1", **changes: Any) -> bytes:
    """The details of an open invitation: all is said of it but when."""
    unset = {"startTimeInclusive": None, "endTimeExclusive": None}
    return details(**{**unset, "bookingId": record, "timeTypeName": "Hälsosamtal", **changes})
