"""What comes back: rows about times, and the outcome of a write."""

from typing import Final

from lxml import etree

from stodtjanster.information import FreeDay, FreeTime
from stodtjanster.information.booking import Done, Refused
from stodtjanster.model import Cause, Dated
from stodtjanster.sources.bookings.requests import CANCEL, DAYS, MAKE, MOVE, TIMES
from stodtjanster.sources.kit.booking_details import DETAILS_ROWS
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    MAX_ID,
    BadRow,
    Page,
    Rows,
    digest,
    hear_either,
    once,
    once_texts,
    prose,
)
from stodtjanster.sources.kit.soap import body_of, open_message
from stodtjanster.sources.kit.source import Heard, Response, SourceFailed
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.times import day
from stodtjanster.sources.kit.timeslots import (
    ROW,
    asked_unit,
    named,
    origin,
    read_free,
    system,
)
from stodtjanster.sources.kit.xml import one_text, text

WRITES: Final = (CANCEL, MOVE, MAKE)

_DAY: Final = f"{{{DAYS.namespace}}}"
_FACILITY: Final = f"{_DAY}healthcare_facility"
_DATE: Final = f"{_DAY}date"
_PERFORMER: Final = f"{_DAY}performer"
_RESOURCE_NAME: Final = f"{_DAY}resourceName"
_TIME_TYPE: Final = f"{_DAY}timeTypeName"
_CARE_TYPE: Final = f"{_DAY}careTypeName"


def read(body: bytes, *, reading: Reading) -> Heard:
    """Details, free days or free times: the namespace tells which. Raises SourceFailed."""
    return hear_either(body, (DETAILS_ROWS, DAYS_ROWS, TIMES_ROWS), reading)


def read_answer(response: Response) -> Done | Refused:
    """The answer to a write as it came. Raises SourceFailed, `Faulted` for a fault."""
    return read_outcome(body_of(response))


def read_outcome(body: bytes) -> Done | Refused:
    """The answer to a write, enveloped or bare.

    Raises SourceFailed for a fault, and UNREADABLE when it is not plain what the answer was: a
    code that nobody knows, or two.
    """
    content = open_message(body, *(contract.response for contract in WRITES)).content
    own = f"{{{etree.QName(content).namespace}}}"
    try:
        parts = once(content, "", own)
    except BadRow as bad:
        raise SourceFailed(Cause.UNREADABLE, bad.why) from None
    said = prose(text(parts.get(f"{own}resultText")))
    match text(parts.get(f"{own}resultCode")):
        case "OK":
            return Done(said, record=_new(text(parts.get(f"{own}bookingId"))))
        case "INFO":
            return Done(said, info=True, record=_new(text(parts.get(f"{own}bookingId"))))
        case "ERROR":
            return Refused(said)
    raise SourceFailed(Cause.UNREADABLE, "resultCode is missing or unknown")


def _new(record: str | None) -> str | None:
    """The id of a new booking; one too long to be an id is nobody's."""
    return record if record is not None and len(record) <= MAX_ID else None


def _free_time(row: etree._Element, page: Page) -> FreeTime | None:
    return read_free(row, page, TIMES.operation)


def _free_day(row: etree._Element, page: Page) -> FreeDay | None:
    fields = once_texts(row, "", _DAY)
    unit = page.system[fields.get(_FACILITY)]
    if unit is None:
        raise BadRow("healthcare_facility", "missing or too long")
    asked_unit(unit, page)
    on = day((fields.get(_DATE) or "").strip())
    if on is None:
        raise BadRow("date", "not a date")
    period = page.reading.period
    if period is not None and not period.touches(Dated(on)):
        return None
    told = page.told
    who = fields.get(_PERFORMER)
    resource, title = fields.get(_RESOURCE_NAME), fields.get(_TIME_TYPE)
    return FreeDay(
        subject=page.reading.subject,
        origin=origin(page, unit, digest(on.isoformat(), who, resource, title), DAYS.operation),
        day=on,
        # The contract names nobody: only the resource has a name.
        who=named(None, told[resource]),
        title=told[title] or told[fields.get(_CARE_TYPE)],
    )


def _day_system(row: etree._Element) -> str | None:
    return address(one_text(row, _FACILITY))


DAYS_ROWS: Final = Rows(DAYS, FreeDay, "performerAvailabilityByDate", _free_day, _day_system)
TIMES_ROWS: Final = Rows(TIMES, FreeTime, ROW, _free_time, system)
