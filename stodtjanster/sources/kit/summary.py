"""PatientSummaryHeader: the head of every record in half of the RIV-TA contracts (rivta.md 6).

logistics 2 and 3, description 2 and actoutcome 2 write it alike, each in its own namespace.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from lxml import etree

from stodtjanster.information import Item
from stodtjanster.model import HsaId, Origin, Period, PersonId, Told
from stodtjanster.sources.kit.rivta import PERSON_ROOTS, BadRow, Contract, Page, Rows, once
from stodtjanster.sources.kit.source import Ask
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.times import digits, moment
from stodtjanster.sources.kit.xml import all_texts, children, one_text, text


class Header(NamedTuple):
    """What the head of a record says. A tuple, since it lives no longer than the row is read.

    `unit` and `origin.unit_name` are the unit of the one who wrote, which may be another than the
    care unit that answers for it. `written` is when the document was made, `changed` when it was
    last changed in the source. `profession` is that of the one who answers for it.
    """

    subject: PersonId | None
    origin: Origin
    title: Told | None
    responsible: Told | None
    written: datetime | None
    changed: datetime | None
    unit: HsaId | None = None
    profession: Told | None = None


Make: TypeAlias = Callable[[Header, etree._Element | None, Page], Item | None]
"""Makes an item of the head and the body of a row; None for one that is left out by rule."""


class Summary:
    """The head of the rows of one contract: `name` is its element's local name.

    `system` is the name of the element with the source system: one contract spells it otherwise.
    """

    def __init__(self, contract: Contract, name: str, system: str = "sourceSystemHSAId") -> None:
        self._contract = contract
        self._name = name
        self._system_name = system
        self._namespace = f"{{{contract.types}}}"
        self._header = self._core(name)
        self._patient = self._core("patientId")
        self._id = self._core("id")
        self._system = self._core(system)
        self._record = self._core("documentId")
        self._title = self._core("documentTitle")
        self._time = self._core("documentTime")
        self._approved = self._core("approvedForPatient")
        self._nullified = self._core("nullified")
        self._author = self._core("accountableHealthcareProfessional")
        self._author_time = self._core("authorTime")
        self._author_name = self._core("healthcareProfessionalName")
        self._role = self._core("displayName")
        self._role_text = self._core("originalText")
        self._care_unit = self._core("healthcareProfessionalCareUnitHSAId")
        self._care_giver = self._core("healthcareProfessionalCareGiverHSAId")
        self._unit_id = self._core("orgUnitHSAId")
        self._unit_name = self._core("orgUnitName")

    def _core(self, name: str) -> str:
        return f"{self._namespace}{name}"

    def parts(self, row: etree._Element) -> dict[str, etree._Element]:
        """The head and the body of a row. Raises BadRow when either comes twice."""
        return once(row, "", self._namespace)

    def read(self, parts: Mapping[str, etree._Element], page: Page) -> Header | None:
        """None for a nullified record: it is withdrawn, and shown to nobody.

        approvedForPatient is mandatory, so a record without it, or with something unreadable, has
        not been approved. Raises BadRow.
        """
        header = once(parts.get(self._header), self._name, self._namespace)
        patient = once(header.get(self._patient), "patientId", self._namespace)
        subject = page.subject(text(patient.get(self._id)), "patientId")
        fields = {tag: element.text for tag, element in header.items()}
        system = page.system[fields.get(self._system)]
        if system is None:
            raise BadRow(self._system_name, "missing or too long")
        record = page.identifier(fields.get(self._record), "documentId")
        if self._is_nullified(fields, page):
            return None
        author = all_texts(header.get(self._author))
        changed = moment(author.get(self._author_time))
        written = moment(fields.get(self._time))
        origin = Origin(
            page.reading.source,
            system,
            record,
            self._contract.operation,
            page.reading.asked_at,
            care_provider=page.hsa[author.get(self._care_giver)],
            care_unit=page.hsa[author.get(self._care_unit)],
            unit_name=page.told[author.get(self._unit_name)],
            approved_for_patient=page.flag[fields.get(self._approved)] is True,
            documented_at=changed or written,
        )
        title = page.told[fields.get(self._title)]
        responsible = page.told[author.get(self._author_name)]
        wrote_at = page.hsa[author.get(self._unit_id)]
        profession = page.told[author.get(self._role)] or page.told[author.get(self._role_text)]
        return Header(subject, origin, title, responsible, written, changed, wrote_at, profession)

    def _is_nullified(self, fields: Mapping[str, str | None], page: Page) -> bool:
        if self._nullified not in fields:
            return False
        nullified = page.flag[fields[self._nullified]]
        if nullified is None:
            # What is withdrawn must not come back to life because its mark is misspelt.
            raise BadRow("nullified", "neither true nor false")
        return nullified

    def rows(self, information: type[Item], name: str, make: Make) -> Rows:
        """Rows called `name`, with a body called `<name>Body`. Nullified ones are left out."""
        body = self._core(f"{name}Body")

        def read(row: etree._Element, page: Page) -> Item | None:
            parts = self.parts(row)
            header = self.read(parts, page)
            return None if header is None else make(header, parts.get(body), page)

        return Rows(self._contract, information, name, read, self.system)

    def system(self, row: etree._Element) -> str | None:
        """Who holds a row, as far as that can be read."""
        return address(one_text(children(row).get(self._header), self._system))

    def request(self, ask: Ask, period: Period, *, name: str = "datePeriod") -> etree._Element:
        """A question about a person and a period; `name` is the contract's word for the period."""
        own = f"{{{self._contract.namespace}}}"
        content = self._contract.new_request()
        patient = etree.SubElement(content, f"{own}patientId")
        etree.SubElement(patient, self._id).text = ask.subject.value
        etree.SubElement(patient, self._core("type")).text = PERSON_ROOTS.get(ask.subject.kind)
        asked = etree.SubElement(content, f"{own}{name}")
        etree.SubElement(asked, self._core("start")).text = digits(period.first)
        etree.SubElement(asked, self._core("end")).text = digits(period.last)
        return content


def titled(header: Header) -> Told | None:
    """Who answers for the record, with profession: "Lena Ek, sjuksköterska"."""
    name, profession = header.responsible, header.profession
    if name is None or profession is None:
        return name
    return Told(f"{name.text}, {profession.text.lower()}", name.lang)


def since(period: Period, years: int) -> Period:
    """The period, begun at the turn of the year that many years before it.

    Without a period a source may cut its answer to the newest records (TKB), and it compares the
    period with when a record was written, not with when it is in force: to ask for the period
    alone would lose all that is older and still holds.
    """
    year = max(1900, period.first.year - years)
    return Period(period.first.replace(year=year, month=1, day=1), period.last)
