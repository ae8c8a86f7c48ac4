"""The JoL header of newer majors: description 3 and requeststatus 2 (JoL Header Fältregler).

It names a record by source system and id as PatientSummaryHeader does, and the id stays the same
from one major to the next, so that what both deliver can be shown once (rivta.md 6).
"""

from collections.abc import Mapping

from lxml import etree

from stodtjanster.model import Origin, Period, PersonId
from stodtjanster.sources.kit.rivta import BadRow, Contract, Page, once
from stodtjanster.sources.kit.source import Ask
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.summary import Header
from stodtjanster.sources.kit.times import digits, moment
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import all_texts, children, text


class Jol:
    """The head of the rows of one contract.

    `patient` is the element that says whom a row is about. `silent` contracts write it only when
    the record was made under another number than the one that was asked about; a row without it
    is then about whom we asked for.
    """

    def __init__(self, contract: Contract, patient: str, *, silent: bool = False) -> None:
        self._contract = contract
        self._namespace = f"{{{contract.types}}}"
        self._types = Types(contract)
        self._silent = silent
        self._patient_name = patient
        self._patient = self._core(patient)
        self._header = self._core("header")
        self._access = self._core("accessControlHeader")
        self._care_provider = self._core("accountableHealthcareProvider")
        self._care_unit = self._core("accountableCareUnit")
        self._block_time = self._core("blockComparisonTime")
        self._approved = self._core("approvedForPatient")
        self._system = self._core("sourceSystemId")
        self._record = self._core("record")
        self._id = self._core("id")
        self._timestamp = self._core("timestamp")
        self._author = self._core("author")
        self._name = self._core("name")
        self._unit_name = self._core("orgUnitName")

    def _core(self, name: str) -> str:
        return f"{self._namespace}{name}"

    def parts(self, row: etree._Element) -> dict[str, etree._Element]:
        """The head and the body of a row. Raises BadRow when either comes twice."""
        return once(row, "", self._namespace)

    def read(self, parts: Mapping[str, etree._Element], page: Page) -> Header:
        """A withdrawn record is not sent at all. Raises BadRow.

        approvedForPatient is mandatory, so a record without it has not been approved.
        """
        header = once(parts.get(self._header), "header", self._namespace)
        access = once(header.get(self._access), "accessControlHeader", self._namespace)
        if not access:
            # It may be silent about whom it is about, but only when it is there.
            raise BadRow("accessControlHeader", "missing")
        subject = self._subject(access.get(self._patient), page)
        system = page.system[self._types.extension(header.get(self._system))]
        if system is None:
            raise BadRow("sourceSystemId", "missing or too long")
        record = once(header.get(self._record), "record", self._namespace)
        author = all_texts(header.get(self._author))
        written = moment(text(record.get(self._timestamp)))
        origin = Origin(
            page.reading.source,
            system,
            page.identifier(self._types.local(record.get(self._id)), "record/id"),
            self._contract.operation,
            page.reading.asked_at,
            care_provider=page.hsa[self._types.extension(access.get(self._care_provider))],
            care_unit=page.hsa[self._types.extension(access.get(self._care_unit))],
            unit_name=page.told[author.get(self._unit_name)],
            approved_for_patient=page.flag[text(access.get(self._approved))] is True,
            documented_at=moment(text(access.get(self._block_time))) or written,
        )
        responsible = page.told[author.get(self._name)]
        changed = moment(author.get(self._timestamp))
        return Header(subject, origin, None, responsible, written, changed)

    def system(self, row: etree._Element) -> str | None:
        """Who holds a row, as far as that can be read."""
        header = children(children(row).get(self._header))
        return address(self._types.extension(header.get(self._system)))

    def request(self, ask: Ask, period: Period, *, name: str = "datePeriod") -> etree._Element:
        """A question about a person and a period; `name` is the contract's word for the period."""
        own = f"{{{self._contract.namespace}}}"
        content = self._contract.new_request()
        self._types.about(content, ask.subject)
        asked = etree.SubElement(content, f"{own}{name}")
        etree.SubElement(asked, self._core("start")).text = digits(period.first)
        etree.SubElement(asked, self._core("end")).text = digits(period.last)
        return content

    def _subject(self, identity: etree._Element | None, page: Page) -> PersonId | None:
        if identity is None and self._silent and page.reading.subject is not None:
            return page.reading.subject
        once(identity, self._patient_name, self._namespace)
        return page.subject(self._types.extension(identity), self._patient_name)
