"""Booked times through GetSubjectOfCareSchedule 1.1 (crm:scheduling, TimeslotType).

The contract knows no period, so passed and far times are left out here. Open invitations are not
in it, and a cancelled time is just gone (TKB crm:scheduling; rivta.md 7).
"""

from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Appointment, Item
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import Contract, Page, RivtaSource, Rows, converse, hear
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.timeslots import DOMAIN, ROW, TYPES, read_booked, system
from stodtjanster.sources.subject_of_care_schedule.settings import Settings

CONTRACT: Final = Contract(DOMAIN, "GetSubjectOfCareSchedule", 1, TYPES)


class Adapter(RivtaSource[Settings]):
    """One address that answers GetSubjectOfCareSchedule."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Appointment})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

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
    return read_booked(row, page, CONTRACT.operation)


_ROWS: Final = Rows(CONTRACT, Appointment, ROW, _read_row, system)
