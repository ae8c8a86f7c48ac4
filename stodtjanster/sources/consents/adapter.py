"""A person's consents at one provider, through GetExtendedConsentsForPatient 2.0.

Read is what holds now or will, and when the person was asked. Who of the staff asked, and who
answered in the person's place, comes in the same answer and is left where it is.
"""

from datetime import datetime
from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Consent, ConsentKind, Item
from stodtjanster.sources.consents.settings import Settings
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.register import Register, origin_of
from stodtjanster.sources.kit.rivta import BadRow, Contract, Page, RivtaSource, once
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.times import moment
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import text

CONTRACT: Final = Contract(
    "informationsecurity:authorization:consent",
    "GetExtendedConsentsForPatient",
    2,
    "urn:riv:informationsecurity:authorization:consent:2",
)
_OWN: Final = f"{{{CONTRACT.namespace}}}"
_NS: Final = f"{{{CONTRACT.types}}}"
_TYPES: Final = Types(CONTRACT)
_ASSERTION: Final = f"{_NS}pDLAssertion"
_OVER: Final = (f"{_NS}cancellationInfo", f"{_NS}deletionInfo")
_END_OF_TIME: Final = "9999"
_KINDS: Final = {"Consent": ConsentKind.CONSENT, "Emergency": ConsentKind.EMERGENCY}


class Adapter(RivtaSource[Settings]):
    """The register of one provider."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Consent})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        content = CONTRACT.new_request()
        etree.SubElement(content, f"{_OWN}careProviderId").text = self.settings.logical_address
        _TYPES.about(content, ask.subject)
        # What is over is no answer to who may read.
        etree.SubElement(content, f"{_OWN}getCancelledFlag").text = "false"
        return _REGISTER.ask(self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Consents of one answer, enveloped or bare. Raises SourceFailed."""
    return _REGISTER.hear(body, reading)


def _read(row: etree._Element, page: Page) -> Consent | None:
    """None for one that is over, which some answer all the same."""
    parts = once(row, "", _NS)
    said = once(parts.get(_ASSERTION), "pDLAssertion", _NS)
    identity = said.get(f"{_NS}patientId")
    once(identity, "pDLAssertion/patientId", _NS)
    subject = page.subject(_TYPES.extension(identity), "pDLAssertion/patientId")
    record = page.identifier(text(said.get(f"{_NS}assertionId")), "pDLAssertion/assertionId")
    kind = _KINDS.get(text(said.get(f"{_NS}assertionType")) or "")
    if kind is None:
        raise BadRow("pDLAssertion/assertionType", "neither consent nor emergency")
    provider, unit = (
        page.hsa[text(said.get(f"{_NS}{name}"))] for name in ("careProviderId", "careUnitId")
    )
    if provider is None:
        raise BadRow("pDLAssertion/careProviderId", "missing or not an HSA-id")
    if unit is None:
        raise BadRow("pDLAssertion/careUnitId", "missing or not an HSA-id")
    start, end = (_moment(said, name) for name in ("startDate", "endDate"))
    if start is None:
        raise BadRow("pDLAssertion/startDate", "missing")
    ended = end is not None and end <= page.reading.asked_at
    if ended or any(name in parts for name in _OVER):
        return None
    return Consent(
        subject=subject,
        origin=origin_of(page, CONTRACT, record, provider, unit),
        kind=kind,
        start=start,
        end=end,
        given=_given(parts.get(f"{_NS}registrationInfo")),
        personal=text(said.get(f"{_NS}employeeId")) is not None,
        represented=f"{_NS}representedBy" in parts,
    )


def _moment(said: dict[str, etree._Element], name: str) -> datetime | None:
    """Raises BadRow for a time that is there and cannot be read. One in year 9999 is how some
    systems write that there is none."""
    written = text(said.get(f"{_NS}{name}"))
    if written is not None and written.startswith(_END_OF_TIME):
        return None
    at = moment(written)
    if written is not None and at is None:
        raise BadRow(f"pDLAssertion/{name}", "not a time")
    return at


def _given(info: etree._Element | None) -> datetime | None:
    """A consent stands also when nobody can read when it was given."""
    return moment(text(once(info, "registrationInfo", _NS).get(f"{_NS}requestDate")))


_REGISTER: Final = Register(
    CONTRACT,
    Consent,
    whole=f"{_OWN}getExtendedConsentsResult",
    result=f"{_NS}result",
    code=f"{_NS}resultCode",
    row=f"{_NS}pdlAssertions",
    read=_read,
)
