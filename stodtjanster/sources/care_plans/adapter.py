"""Care plans through GetCarePlans 2.0 (clinicalprocess:logistics:logistics).

A plan here is a document: type, title, dates, owner and attachments. Goals, participants by name
and the time of follow-up are not in the contract (rivta.md 7).
"""

import binascii
import re
from base64 import b64decode
from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Attachment, CarePlan, CarePlanKind, Item
from stodtjanster.model import Origin, Told
from stodtjanster.sources.care_plans.settings import Settings
from stodtjanster.sources.kit.rivta import (
    PERSON_ROOTS,
    BadRow,
    Contract,
    Page,
    Reading,
    Rows,
    converse,
    hear,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.times import digits, moment
from stodtjanster.sources.kit.xml import boolean, children, text

CONTRACT: Final = Contract(
    "clinicalprocess:logistics:logistics",
    "GetCarePlans",
    2,
    "urn:riv:clinicalprocess:logistics:logistics:3",
)
_NS: Final = f"{{{CONTRACT.types}}}"
MAX_ATTACHMENT: Final = 4 * 2**20
"""Bytes, decoded. The EHDS mapping assumes 100 KB; a scanned plan is more."""
_MAX_REFERENCE: Final = 2_048
_MEDIA_TYPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}", re.ASCII)
_REFERENCE: Final = re.compile(r"https?://\S+", re.IGNORECASE)


class Adapter:
    """One address that answers GetCarePlans."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({CarePlan})

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Settings:
        return self._settings

    def ask(self, ask: Ask) -> Conversation:
        """Ask from `years_back` years before the period to its end.

        Without datePeriod a source may cut its answer to the newest plans (TKB), and it compares
        the period with when a plan was written, not with when it is in force: to ask for the
        period alone would lose every plan that is older and still holds.
        """
        first = ask.period.first
        year = max(1900, first.year - self._settings.years_back)
        start = first.replace(year=year, month=1, day=1)
        content = CONTRACT.new_request()
        patient = etree.SubElement(content, f"{{{CONTRACT.namespace}}}patientId")
        etree.SubElement(patient, f"{_NS}id").text = ask.subject.value
        etree.SubElement(patient, f"{_NS}type").text = PERSON_ROOTS.get(ask.subject.kind)
        period = etree.SubElement(content, f"{{{CONTRACT.namespace}}}datePeriod")
        etree.SubElement(period, f"{_NS}start").text = digits(start)
        etree.SubElement(period, f"{_NS}end").text = digits(ask.period.last)
        return converse(_ROWS, self._settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Care plans of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _read_row(row: etree._Element, page: Page) -> CarePlan | None:
    """None for a nullified plan. approvedForPatient is mandatory here, so a row without it, or
    with something unreadable, has not been approved."""
    fields = once(row, "", _NS)
    header = once(fields.get(f"{_NS}carePlanHeader"), "carePlanHeader", _NS)
    body = fields.get(f"{_NS}carePlanBody")
    patient = once(header.get(f"{_NS}patientId"), "patientId", _NS)
    subject = page.subject(text(patient.get(f"{_NS}id")), "patientId")
    system = address(text(header.get(f"{_NS}sourceSystemHSAId")))
    if system is None:
        raise BadRow("sourceSystemHSAId", "missing or too long")
    record = page.identifier(text(header.get(f"{_NS}documentId")), "documentId")
    if _is_nullified(header.get(f"{_NS}nullified")):
        return None
    author = children(header.get(f"{_NS}accountableHealthcareProfessional"))
    unit = children(author.get(f"{_NS}healthcareProfessionalOrgUnit"))
    changed = moment(text(author.get(f"{_NS}authorTime")) or "")
    written = moment(text(header.get(f"{_NS}documentTime")) or "")
    owner = page.told[text(unit.get(f"{_NS}orgUnitName"))]
    kind, kind_text = _kind(children(body), page)
    return CarePlan(
        subject=subject,
        origin=Origin(
            page.reading.source,
            system,
            record,
            CONTRACT.operation,
            page.reading.asked_at,
            care_provider=page.hsa[text(author.get(f"{_NS}healthcareProfessionalCareGiverHSAId"))],
            care_unit=page.hsa[text(author.get(f"{_NS}healthcareProfessionalCareUnitHSAId"))],
            unit_name=owner,
            approved_for_patient=boolean(text(header.get(f"{_NS}approvedForPatient"))) is True,
            documented_at=changed or written,
        ),
        kind=kind,
        kind_text=kind_text,
        title=page.told[text(header.get(f"{_NS}documentTitle"))],
        owner=owner,
        responsible=page.told[text(author.get(f"{_NS}healthcareProfessionalName"))],
        authored=written or changed,
        attachments=_attachments(body, page, system),
        keys=frozenset({f"{system}|{record}"}),
    )


def _is_nullified(element: etree._Element | None) -> bool:
    """A withdrawn plan must not come back to life because its mark is misspelt."""
    if element is None:
        return False
    nullified = boolean(text(element))
    if nullified is None:
        raise BadRow("nullified", "neither true nor false")
    return nullified


def _kind(body: dict[str, etree._Element], page: Page) -> tuple[CarePlanKind, Told | None]:
    """The schema says typeOfCarePlanEnum, the TKB typeOfCarePlan."""
    code = text(body.get(f"{_NS}typeOfCarePlanEnum")) or text(body.get(f"{_NS}typeOfCarePlan"))
    try:
        return CarePlanKind(code or ""), None
    except ValueError:
        return CarePlanKind.UNKNOWN, page.told[code]


def _attachments(body: etree._Element | None, page: Page, system: str) -> tuple[Attachment, ...]:
    """What can be read; the rest is counted, and the plan is shown without it."""
    found: list[Attachment] = []
    contents = () if body is None else body.iterchildren(f"{_NS}content")
    for number, content in enumerate(contents, 1):
        try:
            found.append(_attachment(content))
        except BadRow as bad:
            page.reject(BadRow(f"content[{number}]/{bad.where}", bad.why), system)
    return tuple(found)


def _attachment(content: etree._Element) -> Attachment:
    fields = children(content)
    media_type = (text(fields.get(f"{_NS}mediaType")) or "").lower()
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise BadRow("mediaType", "not a media type")
    encoded = text(fields.get(f"{_NS}value"))
    if encoded is not None:
        return Attachment(media_type, content=_decode(encoded))
    reference = text(fields.get(f"{_NS}reference"))
    if reference is None:
        raise BadRow("value", "missing")
    if len(reference) > _MAX_REFERENCE or not _REFERENCE.fullmatch(reference):
        raise BadRow("reference", "not a web address")
    return Attachment(media_type, reference=reference)


def _decode(encoded: str) -> bytes:
    """xs:base64Binary, which may be broken into lines."""
    packed = "".join(encoded.split())
    if len(packed) * 3 // 4 > MAX_ATTACHMENT + 2:
        raise BadRow("value", "too large")
    try:
        return b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise BadRow("value", "not base64") from None


def _system(row: etree._Element) -> str | None:
    header = children(children(row).get(f"{_NS}carePlanHeader"))
    return address(text(header.get(f"{_NS}sourceSystemHSAId")))


_ROWS: Final = Rows(CONTRACT, CarePlan, "carePlan", _read_row, _system)
