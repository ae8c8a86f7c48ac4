"""GetBookingDetails 1.1 (crm:scheduling): what a unit says of one booking or open invitation.

The request names no person, so what comes back is checked against the booking asked about.
"""

from typing import Final

from lxml import etree

from stodtjanster.information import Appointment
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import Contract, ForeignRow, Page, Rows, hear
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.kit.timeslots import DOMAIN, ROW, TYPES, read_booked, system

DETAILS: Final = Contract(DOMAIN, "GetBookingDetails", 1, TYPES)


def about(contract: Contract, unit: str, booking: str) -> etree._Element:
    """The request of a contract that begins with the unit and the booking."""
    content = contract.new_request()
    for name, said in (("healthcare_facility", unit), ("bookingId", booking)):
        etree.SubElement(content, f"{{{contract.namespace}}}{name}").text = said
    return content


def read_details(body: bytes, unit: str, booking: str, reading: Reading) -> Heard:
    """The details of one booking; those of another are a foreign row. Raises SourceFailed."""

    def read(row: etree._Element, page: Page) -> Appointment | None:
        found = read_row(row, page)
        if found is not None and found.origin.identity != (unit.upper(), booking):
            raise ForeignRow("bookingId", "another booking than the one asked about")
        return found

    return hear(body, Rows(DETAILS, Appointment, ROW, read, system), reading)


def read_row(row: etree._Element, page: Page) -> Appointment | None:
    """Whichever booking it is. Raises BadRow."""
    return read_booked(row, page, DETAILS.operation)


DETAILS_ROWS: Final = Rows(DETAILS, Appointment, ROW, read_row, system)
