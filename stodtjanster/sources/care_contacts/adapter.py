"""Care contacts through GetCareContacts 2.0 and 3.0 (clinicalprocess:logistics:logistics).

2.0 tells kind and status as numbers, 3.0 as CVType; a record has the same id in both. Visits end
when they start, and what is planned or goes on has no end (TKB; rivta.md 7).
"""

from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import CareContact, CareContactKind, CareContactStatus, Item
from stodtjanster.model import Told
from stodtjanster.sources.care_contacts.settings import Settings
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    converse,
    hear_either,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.summary import Header, Summary
from stodtjanster.sources.kit.times import span
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import one_text, text

_DOMAIN: Final = "clinicalprocess:logistics:logistics"
CONTRACTS: Final = tuple(
    Contract(_DOMAIN, "GetCareContacts", major, f"urn:riv:{_DOMAIN}:{major}") for major in (2, 3)
)
_PERIODS: Final = {2: "timePeriod", 3: "datePeriod"}
_KIND_CODES: Final = "1.2.752.129.2.2.2.25"
_NO_SYSTEM: Final = ""
_SNOMED: Final = "1.2.752.116.2.1.1"
_KINDS: Final = {kind.value: kind for kind in CareContactKind}
_STATUSES: Final = {
    **{status.value: status for status in CareContactStatus},
    "ej påbörjad": CareContactStatus.PLANNED,
    "planerad": CareContactStatus.PLANNED,
    "inställd": CareContactStatus.CANCELLED,
    "pågående": CareContactStatus.ONGOING,
    "avbruten": CareContactStatus.INTERRUPTED,
    "avslutad": CareContactStatus.FINISHED,
}
"""The status set has no OID in the NPÖ form, so its words count as much as its numbers."""
_SNOMED_STATUSES: Final = {
    "397943006": CareContactStatus.PLANNED,
    "89925002": CareContactStatus.CANCELLED,
    "385651009": CareContactStatus.ONGOING,
    "410546004": CareContactStatus.INTERRUPTED,
    "398166005": CareContactStatus.FINISHED,
}


class Adapter(RivtaSource[Settings]):
    """One address that answers one major of GetCareContacts."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({CareContact})
    contracts: ClassVar[tuple[Contract, ...]] = CONTRACTS

    def ask(self, ask: Ask) -> Conversation:
        """Without a period that reaches ahead a source leaves out what is planned (TKB)."""
        major = _MAJORS[self.settings.major]
        content = major.summary.request(ask, ask.period, name=_PERIODS[self.settings.major])
        return converse(major.rows, self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Care contacts of one answer in either major, enveloped or bare. Raises SourceFailed."""
    return hear_either(body, [major.rows for major in _MAJORS.values()], reading)


class _Major:
    """How the rows of one major are read: the same names, in namespaces of their own."""

    def __init__(self, contract: Contract) -> None:
        self._namespace = f"{{{contract.types}}}"
        self._types = Types(contract)
        self._kind = f"{self._namespace}careContactCode"
        self._reason = f"{self._namespace}careContactReason"
        self._unit = f"{self._namespace}careContactOrgUnit"
        self._unit_name = f"{self._namespace}orgUnitName"
        self._period = f"{self._namespace}careContactTimePeriod"
        self._start = f"{self._namespace}start"
        self._end = f"{self._namespace}end"
        self._status = f"{self._namespace}careContactStatus"
        self.summary = Summary(contract, "careContactHeader")
        self.rows = self.summary.rows(CareContact, "careContact", self._contact)

    def _contact(
        self, header: Header, element: etree._Element | None, page: Page
    ) -> CareContact | None:
        """None for a contact outside the period."""
        body = once(element, "careContactBody", self._namespace)
        period = once(body.get(self._period), "careContactTimePeriod", self._namespace)
        end = text(period.get(self._end))
        when = span(text(period.get(self._start)), end)
        if when is None:
            raise BadRow("careContactTimePeriod/start", "not a time")
        kind, kind_text = self._kind_of(body.get(self._kind), page)
        status, status_text = self._status_of(body.get(self._status), page)
        unit = page.told[one_text(body.get(self._unit), self._unit_name)]
        made = CareContact(
            subject=header.subject,
            origin=header.origin,
            kind=kind,
            kind_text=kind_text,
            status=status,
            status_text=status_text,
            when=when,
            ended=end is not None,
            reason=page.prose(body.get(self._reason)),
            unit=unit or header.origin.unit_name,
            responsible=header.responsible,
        )
        asked = page.reading.period
        return made if asked is None or asked.touches(made.during) else None

    def _kind_of(
        self, code: etree._Element | None, page: Page
    ) -> tuple[CareContactKind, Told | None]:
        if code is None or not len(code):
            return _KINDS.get(text(code) or "", CareContactKind.UNKNOWN), None
        said = self._types.coded(code, page)
        known = _KINDS.get(said.of(_KIND_CODES))
        return (CareContactKind.UNKNOWN, said.words) if known is None else (known, None)

    def _status_of(
        self, code: etree._Element | None, page: Page
    ) -> tuple[CareContactStatus, Told | None]:
        if code is None or not len(code):
            return _STATUSES.get(text(code) or "", CareContactStatus.UNKNOWN), None
        said = self._types.coded(code, page)
        known = (
            _SNOMED_STATUSES.get(said.of(_SNOMED))
            or _STATUSES.get(said.of(_NO_SYSTEM).casefold())
            or _STATUSES.get(said.words.text.casefold() if said.words else "")
        )
        return (CareContactStatus.UNKNOWN, said.words) if known is None else (known, None)


_MAJORS: Final = {contract.major: _Major(contract) for contract in CONTRACTS}
