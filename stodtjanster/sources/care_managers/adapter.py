"""Fasta kontakter through GetCareManagers 1.0 (coreprocess:residentparticipation).

Read are the published schema (`practitioner/hsaId`) and TKB 1.0 RC2 (`practitioner/id`), though
the id itself, which may be a personal number, is not kept: a digest of an HSA-id names the contact,
which FHIR may tell of too. `internalNotes` are never read: they must not reach the person or an
ombud (rivta.md 7).
"""

from datetime import date
from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import (
    CareManager,
    CareManagerKind,
    Item,
    Telecom,
    TelecomKind,
)
from stodtjanster.model import Origin, Told
from stodtjanster.sources.care_managers.settings import Settings
from stodtjanster.sources.kit.identifiers import contact_of
from stodtjanster.sources.kit.lasting import days, in_force
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    MAX_ID,
    BadRow,
    Contract,
    Page,
    RivtaSource,
    Rows,
    converse,
    digest,
    hear,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.times import moment
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import children, one_text, text, texts

CONTRACT: Final = Contract(
    "coreprocess:residentparticipation:residentparticipation",
    "GetCareManagers",
    1,
    "urn:riv:coreprocess:residentparticipation:residentparticipation:1",
)
_NS: Final = f"{{{CONTRACT.types}}}"
_TYPES: Final = Types(CONTRACT)
_HEADER: Final = f"{_NS}careManagerHeader"
_ACCESS: Final = f"{_NS}accessControlHeader"
_PATIENT_ID: Final = f"{_NS}patientId"
_CODE: Final = f"{_NS}code"
_PRACTITIONER: Final = f"{_NS}practitioner"
_NAME: Final = f"{_NS}name"
_TEAM: Final = f"{_NS}careTeam"
_BLOCK_TIME: Final = f"{_NS}blockComparisonTime"
_QUALIFICATION: Final = f"{_NS}qualification"
_PERIOD: Final = f"{_NS}period"
_START: Final = f"{_NS}start"
_END: Final = f"{_NS}end"
_ID: Final = f"{_NS}id"
_HSA_ID: Final = f"{_NS}hsaId"
_EXTERNAL_NOTES: Final = f"{_NS}externalNotes"
_CONTACT: Final = f"{_NS}contact"
_TELECOM: Final = f"{_NS}telecom"
_VALUE: Final = f"{_NS}value"
_SYSTEM: Final = f"{_NS}system"
_SOURCE_SYSTEM: Final = f"{_NS}sourceSystemId"
_CARE_PROVIDER: Final = f"{_NS}accountableHealthcareProviderId"
_CARE_UNIT: Final = f"{_NS}accountableCareUnitId"
_PROVIDING_UNIT: Final = f"{_NS}careProvidingCareUnit"
_MANAGING_UNIT: Final = f"{_NS}managingCareUnit"
_MANAGING_PROVIDER: Final = f"{_NS}managingCareGiver"
_CODES: Final = "1.2.752.129.5.1.69"
"""KV Typ av fast kontakt."""
_KINDS: Final = {
    kind.value: kind for kind in CareManagerKind if kind is not CareManagerKind.UNKNOWN
}
_TELECOMS: Final = {
    "phone": TelecomKind.PHONE,
    "email": TelecomKind.EMAIL,
    "url": TelecomKind.URL,
}


class Adapter(RivtaSource[Settings]):
    """One address that answers GetCareManagers."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({CareManager})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        content = CONTRACT.new_request()
        _TYPES.about(content, ask.subject)
        return converse(_ROWS, self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Care managers of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _read_row(row: etree._Element, page: Page) -> CareManager | None:
    fields = once(row, "", _NS, "contact")
    header = once(fields.get(_HEADER), "careManagerHeader", _NS)
    access = once(header.get(_ACCESS), "accessControlHeader", _NS)
    once(access.get(_PATIENT_ID), "patientId", _NS)
    subject = page.subject(_TYPES.extension(access.get(_PATIENT_ID)), "patientId")
    system = page.system[_TYPES.extension(header.get(_SOURCE_SYSTEM))]
    if system is None:
        raise BadRow("sourceSystemId", "missing or too long")
    period = texts(fields.get(_PERIOD))
    first, last = days(period.get(_START), period.get(_END), ("period/start", "period/end"))
    if not in_force(page, first, last):
        return None
    kind, kind_text = _kind(fields.get(_CODE), page)
    practitioner = children(fields.get(_PRACTITIONER))
    name = page.told[text(practitioner.get(_NAME))]
    team = children(fields.get(_TEAM))
    team_id = _TYPES.whole(team.get(_ID))
    unit = _unit(fields, page)
    telecom = _telecom(row, fields)
    return CareManager(
        subject=subject,
        origin=Origin(
            page.reading.source,
            system,
            _record(kind, kind_text, name, team_id, unit, first, telecom),
            CONTRACT.operation,
            page.reading.asked_at,
            care_provider=page.hsa[_TYPES.extension(access.get(_CARE_PROVIDER))],
            care_unit=page.hsa[_TYPES.extension(access.get(_CARE_UNIT))],
            unit_name=unit,
            documented_at=moment(text(access.get(_BLOCK_TIME))),
            known_as=_known_as(system, kind, practitioner, page),
        ),
        kind=kind,
        kind_text=kind_text,
        name=name,
        qualification=_TYPES.coded(practitioner.get(_QUALIFICATION), page).words,
        team_id=team_id,
        team_name=page.told[text(team.get(_NAME))],
        unit=unit,
        telecom=telecom,
        notes=page.prose(fields.get(_EXTERNAL_NOTES)) or page.prose(team.get(_EXTERNAL_NOTES)),
        first=first,
        last=last,
    )


def _record(
    kind: CareManagerKind,
    kind_text: Told | None,
    name: Told | None,
    team_id: str | None,
    unit: Told | None,
    first: date | None,
    telecom: tuple[Telecom, ...],
) -> str:
    """The contract gives the row no id and the practitioner's may be a personal number, so the
    record is named by a digest of what is shown of it."""
    said = (told.text if told else None for told in (kind_text, name, unit))
    reached = (contact.value for contact in telecom)
    return digest(kind.value, team_id, first.isoformat() if first else None, *said, *reached)


def _known_as(
    system: str, kind: CareManagerKind, practitioner: dict[str, etree._Element], page: Page
) -> tuple[str, str] | None:
    """The contact by what its FHIR twin has too; None when the practitioner has no HSA-id."""
    staff = page.hsa[_TYPES.extension(practitioner.get(_HSA_ID))]
    if staff is None or kind is CareManagerKind.UNKNOWN:
        return None
    called = contact_of(kind.value, staff)
    return None if called is None else (system, called)


def _kind(code: etree._Element | None, page: Page) -> tuple[CareManagerKind, Told | None]:
    """New codes come without a new version of the contract: then the source's own word is kept."""
    said = _TYPES.coded(code, page)
    known = _KINDS.get(said.of(_CODES))
    return (CareManagerKind.UNKNOWN, said.words) if known is None else (known, None)


def _unit(fields: dict[str, etree._Element], page: Page) -> Told | None:
    """Where the care is given, else the unit or the care provider that has appointed."""
    for tag in (_PROVIDING_UNIT, _MANAGING_UNIT, _MANAGING_PROVIDER):
        if tag in fields:
            told = page.told[one_text(fields[tag], _NAME)]
            if told is not None:
                return told
    return None


def _telecom(row: etree._Element, fields: dict[str, etree._Element]) -> tuple[Telecom, ...]:
    """The ways to reach the contact; without any those of the team, then those of the unit."""
    holders = (row, fields.get(_TEAM), fields.get(_PROVIDING_UNIT), fields.get(_MANAGING_UNIT))
    for holder in holders:
        if holder is None:
            continue
        read = [
            _one_telecom(children(entry))
            for contact in holder
            if contact.tag == _CONTACT
            for entry in contact
            if entry.tag == _TELECOM
        ]
        if found := tuple(dict.fromkeys([each for each in read if each is not None])):
            return found
    return ()


def _one_telecom(fields: dict[str, etree._Element]) -> Telecom | None:
    """Codes of FHIR's contact-point-system. What is no web address is never called one."""
    value = text(fields.get(_VALUE))
    if value is None or len(value) > MAX_ID:
        return None
    code = one_text(fields.get(_SYSTEM), _CODE) or ""
    kind = _TELECOMS.get(code.strip().lower(), TelecomKind.OTHER)
    if kind is TelecomKind.URL and not value.lower().startswith(("https://", "http://")):
        kind = TelecomKind.OTHER
    return Telecom(kind, value)


def _system(row: etree._Element) -> str | None:
    header = children(children(row).get(_HEADER))
    return address(_TYPES.extension(header.get(_SOURCE_SYSTEM)))


_ROWS: Final = Rows(CONTRACT, CareManager, "careManager", _read_row, _system)
