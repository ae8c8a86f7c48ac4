"""Fasta kontakter through GetCareManagers 1.0 (coreprocess:residentparticipation).

Read are the published schema (`practitioner/hsaId`) and TKB 1.0 RC2 (`practitioner/id`), though
the id itself, which may be a personal number, is not. `internalNotes` are never read: they must
not reach the person or an ombud (rivta.md 7).
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
from stodtjanster.model import Origin, Period, Told
from stodtjanster.sources.care_managers.settings import Settings
from stodtjanster.sources.kit.docbook import plain_text
from stodtjanster.sources.kit.rivta import (
    MAX_ID,
    PERSON_ROOTS,
    BadRow,
    Contract,
    Page,
    Reading,
    Rows,
    converse,
    digest,
    hear,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.times import day, moment
from stodtjanster.sources.kit.xml import children, text

CONTRACT: Final = Contract(
    "coreprocess:residentparticipation:residentparticipation",
    "GetCareManagers",
    1,
    "urn:riv:coreprocess:residentparticipation:residentparticipation:1",
)
_NS: Final = f"{{{CONTRACT.types}}}"
_CODES: Final = "1.2.752.129.5.1.69"
"""KV Typ av fast kontakt."""
_TELECOMS: Final = {
    "phone": TelecomKind.PHONE,
    "email": TelecomKind.EMAIL,
    "url": TelecomKind.URL,
}
_END_OF_TIME: Final = "9999"


class Adapter:
    """One address that answers GetCareManagers."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({CareManager})

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Settings:
        return self._settings

    def ask(self, ask: Ask) -> Conversation:
        content = CONTRACT.new_request()
        patient = etree.SubElement(content, f"{{{CONTRACT.namespace}}}patientId")
        etree.SubElement(patient, f"{_NS}root").text = PERSON_ROOTS.get(ask.subject.kind)
        etree.SubElement(patient, f"{_NS}extension").text = ask.subject.value
        return converse(_ROWS, self._settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Care managers of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _read_row(row: etree._Element, page: Page) -> CareManager | None:
    fields = once(row, "", _NS, "contact")
    header = once(fields.get(f"{_NS}careManagerHeader"), "careManagerHeader", _NS)
    access = once(header.get(f"{_NS}accessControlHeader"), "accessControlHeader", _NS)
    once(access.get(f"{_NS}patientId"), "patientId", _NS)
    subject = page.subject(_extension(access, "patientId"), "patientId")
    system = address(_extension(header, "sourceSystemId"))
    if system is None:
        raise BadRow("sourceSystemId", "missing or too long")
    first, last = _period(fields)
    if page.reading.period is not None and not _touches(page.reading.period, first, last):
        return None
    kind, kind_text = _kind(fields.get(f"{_NS}code"), page)
    practitioner = children(fields.get(f"{_NS}practitioner"))
    name = page.told[text(practitioner.get(f"{_NS}name"))]
    team = children(fields.get(f"{_NS}careTeam"))
    team_id = _team_id(team)
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
            care_provider=page.hsa[_extension(access, "accountableHealthcareProviderId")],
            care_unit=page.hsa[_extension(access, "accountableCareUnitId")],
            unit_name=unit,
            documented_at=moment(text(access.get(f"{_NS}blockComparisonTime")) or ""),
        ),
        kind=kind,
        kind_text=kind_text,
        name=name,
        qualification=_words(practitioner.get(f"{_NS}qualification"), page),
        team_id=team_id,
        team_name=page.told[text(team.get(f"{_NS}name"))],
        unit=unit,
        telecom=telecom,
        notes=_notes(fields) or _notes(team),
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


def _extension(fields: dict[str, etree._Element], name: str) -> str | None:
    """The extension of an IIType."""
    return text(children(fields.get(f"{_NS}{name}")).get(f"{_NS}extension"))


def _period(fields: dict[str, etree._Element]) -> tuple[date | None, date | None]:
    """First and last day. An end in year 9999 is how some systems write that there is none."""
    period = children(fields.get(f"{_NS}period"))
    start, end = text(period.get(f"{_NS}start")), text(period.get(f"{_NS}end"))
    first = day(start) if start else None
    if start and first is None:
        raise BadRow("period/start", "not a date")
    endless = end is None or end.startswith(_END_OF_TIME)
    last = None if endless else day(end or "")
    if not endless and last is None:
        raise BadRow("period/end", "not a date")
    if first and last and last < first:
        raise BadRow("period", "ends before it begins")
    return first, last


def _touches(period: Period, first: date | None, last: date | None) -> bool:
    return (first is None or first <= period.last) and (last is None or last >= period.first)


def _kind(code: etree._Element | None, page: Page) -> tuple[CareManagerKind, Told | None]:
    """New codes come without a new version of the contract: then the source's own word is kept."""
    fields = children(code)
    if text(fields.get(f"{_NS}codeSystem")) in (None, _CODES):
        try:
            return CareManagerKind(text(fields.get(f"{_NS}code")) or ""), None
        except ValueError:
            pass
    return CareManagerKind.UNKNOWN, _words(code, page)


def _words(code: etree._Element | None, page: Page) -> Told | None:
    """The text of a CVType."""
    fields = children(code)
    shown, original = fields.get(f"{_NS}displayName"), fields.get(f"{_NS}originalText")
    return page.told[text(shown)] or page.told[text(original)]


def _team_id(team: dict[str, etree._Element]) -> str | None:
    """Root and extension; None when absent or absurdly long: grouping is all that it is for."""
    parts = children(team.get(f"{_NS}id"))
    both = [text(parts.get(f"{_NS}root")), text(parts.get(f"{_NS}extension"))]
    joined = "|".join(part for part in both if part)
    return joined if 0 < len(joined) <= MAX_ID else None


def _unit(fields: dict[str, etree._Element], page: Page) -> Told | None:
    """Where the care is given, else the unit or the care provider that has appointed."""
    for name in ("careProvidingCareUnit", "managingCareUnit", "managingCareGiver"):
        told = page.told[text(children(fields.get(f"{_NS}{name}")).get(f"{_NS}name"))]
        if told is not None:
            return told
    return None


def _notes(fields: dict[str, etree._Element]) -> Told | None:
    """externalNotes of the contact or the team; internalNotes stay unread."""
    notes = fields.get(f"{_NS}externalNotes")
    return None if notes is None else Told.maybe(plain_text(notes))


def _telecom(row: etree._Element, fields: dict[str, etree._Element]) -> tuple[Telecom, ...]:
    """The ways to reach the contact; without any those of the team, then those of the unit."""
    nearest = ("careTeam", "careProvidingCareUnit", "managingCareUnit")
    for holder in (row, *(fields.get(f"{_NS}{name}") for name in nearest)):
        if holder is None:
            continue
        found = dict.fromkeys(
            telecom
            for contact in holder.iterchildren(f"{_NS}contact")
            for entry in contact.iterchildren(f"{_NS}telecom")
            if (telecom := _one_telecom(entry)) is not None
        )
        if found:
            return tuple(found)
    return ()


def _one_telecom(entry: etree._Element) -> Telecom | None:
    """Codes of FHIR's contact-point-system. What is no web address is never called one."""
    fields = children(entry)
    value = text(fields.get(f"{_NS}value"))
    if value is None or len(value) > MAX_ID:
        return None
    code = text(children(fields.get(f"{_NS}system")).get(f"{_NS}code")) or ""
    kind = _TELECOMS.get(code.lower(), TelecomKind.OTHER)
    if kind is TelecomKind.URL and not value.lower().startswith(("https://", "http://")):
        kind = TelecomKind.OTHER
    return Telecom(kind, value)


def _system(row: etree._Element) -> str | None:
    header = children(children(row).get(f"{_NS}careManagerHeader"))
    return address(_extension(header, "sourceSystemId"))


_ROWS: Final = Rows(CONTRACT, CareManager, "careManager", _read_row, _system)
