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
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    PERSON_ROOTS,
    BadRow,
    Contract,
    Page,
    Rows,
    converse,
    hear,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.times import digits, moment
from stodtjanster.sources.kit.xml import children, text, texts

CONTRACT: Final = Contract(
    "clinicalprocess:logistics:logistics",
    "GetCarePlans",
    2,
    "urn:riv:clinicalprocess:logistics:logistics:3",
)
_NS: Final = f"{{{CONTRACT.types}}}"
_ID: Final = f"{_NS}id"
_TYPE: Final = f"{_NS}type"
_START: Final = f"{_NS}start"
_END: Final = f"{_NS}end"
_HEADER: Final = f"{_NS}carePlanHeader"
_BODY: Final = f"{_NS}carePlanBody"
_PATIENT_ID: Final = f"{_NS}patientId"
_SOURCE_SYSTEM: Final = f"{_NS}sourceSystemHSAId"
_DOCUMENT_ID: Final = f"{_NS}documentId"
_NULLIFIED: Final = f"{_NS}nullified"
_AUTHOR: Final = f"{_NS}accountableHealthcareProfessional"
_UNIT: Final = f"{_NS}healthcareProfessionalOrgUnit"
_AUTHOR_TIME: Final = f"{_NS}authorTime"
_DOCUMENT_TIME: Final = f"{_NS}documentTime"
_UNIT_NAME: Final = f"{_NS}orgUnitName"
_CARE_GIVER: Final = f"{_NS}healthcareProfessionalCareGiverHSAId"
_CARE_UNIT: Final = f"{_NS}healthcareProfessionalCareUnitHSAId"
_APPROVED: Final = f"{_NS}approvedForPatient"
_TITLE: Final = f"{_NS}documentTitle"
_AUTHOR_NAME: Final = f"{_NS}healthcareProfessionalName"
_KIND_BY_SCHEMA: Final = f"{_NS}typeOfCarePlanEnum"
_KIND_BY_TKB: Final = f"{_NS}typeOfCarePlan"
_CONTENT: Final = f"{_NS}content"
_MEDIA_TYPE: Final = f"{_NS}mediaType"
_VALUE: Final = f"{_NS}value"
_REFERENCE: Final = f"{_NS}reference"
MAX_ATTACHMENT: Final = 4 * 2**20
"""Bytes, decoded. The EHDS mapping assumes 100 KB; a scanned plan is more."""
_KINDS: Final = {kind.value: kind for kind in CarePlanKind if kind is not CarePlanKind.UNKNOWN}
_MAX_REFERENCE: Final = 2_048
_MEDIA_TYPE_SHAPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}", re.ASCII)
_REFERENCE_SHAPE: Final = re.compile(r"https?://\S+", re.IGNORECASE)


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
        etree.SubElement(patient, _ID).text = ask.subject.value
        etree.SubElement(patient, _TYPE).text = PERSON_ROOTS.get(ask.subject.kind)
        period = etree.SubElement(content, f"{{{CONTRACT.namespace}}}datePeriod")
        etree.SubElement(period, _START).text = digits(start)
        etree.SubElement(period, _END).text = digits(ask.period.last)
        return converse(_ROWS, self._settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Care plans of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _read_row(row: etree._Element, page: Page) -> CarePlan | None:
    """None for a nullified plan. approvedForPatient is mandatory here, so a row without it, or
    with something unreadable, has not been approved."""
    parts = once(row, "", _NS)
    header = once(parts.get(_HEADER), "carePlanHeader", _NS)
    patient = once(header.get(_PATIENT_ID), "patientId", _NS)
    subject = page.subject(text(patient.get(_ID)), "patientId")
    fields = {tag: element.text for tag, element in header.items()}
    system = page.system[fields.get(_SOURCE_SYSTEM)]
    if system is None:
        raise BadRow("sourceSystemHSAId", "missing or too long")
    record = page.identifier(fields.get(_DOCUMENT_ID), "documentId")
    if _NULLIFIED in fields:
        nullified = page.flag[fields[_NULLIFIED]]
        if nullified is None:
            # A withdrawn plan must not come back to life because its mark is misspelt.
            raise BadRow("nullified", "neither true nor false")
        if nullified:
            return None
    author = children(header.get(_AUTHOR))
    signed = {tag: element.text for tag, element in author.items()}
    changed = moment((signed.get(_AUTHOR_TIME) or "").strip())
    written = moment((fields.get(_DOCUMENT_TIME) or "").strip())
    owner = page.told[texts(author.get(_UNIT)).get(_UNIT_NAME)]
    body = parts.get(_BODY)
    kind, kind_text = _kind(texts(body), page)
    return CarePlan(
        subject=subject,
        origin=Origin(
            page.reading.source,
            system,
            record,
            CONTRACT.operation,
            page.reading.asked_at,
            care_provider=page.hsa[signed.get(_CARE_GIVER)],
            care_unit=page.hsa[signed.get(_CARE_UNIT)],
            unit_name=owner,
            approved_for_patient=page.flag[fields.get(_APPROVED)] is True,
            documented_at=changed or written,
        ),
        kind=kind,
        kind_text=kind_text,
        title=page.told[fields.get(_TITLE)],
        owner=owner,
        responsible=page.told[signed.get(_AUTHOR_NAME)],
        authored=written or changed,
        attachments=_attachments(body, page, system),
        keys=frozenset({f"{system}|{record}"}),
    )


def _kind(body: dict[str, str | None], page: Page) -> tuple[CarePlanKind, Told | None]:
    """The schema says typeOfCarePlanEnum, the TKB typeOfCarePlan."""
    code = (body.get(_KIND_BY_SCHEMA) or body.get(_KIND_BY_TKB) or "").strip()
    known = _KINDS.get(code)
    return (CarePlanKind.UNKNOWN, page.told[code]) if known is None else (known, None)


def _attachments(body: etree._Element | None, page: Page, system: str) -> tuple[Attachment, ...]:
    """What can be read; the rest is counted, and the plan is shown without it."""
    found: list[Attachment] = []
    contents = () if body is None else body.iterchildren(_CONTENT)
    for number, content in enumerate(contents, 1):
        try:
            found.append(_attachment(content))
        except BadRow as bad:
            page.reject(BadRow(f"content[{number}]/{bad.where}", bad.why), system)
    return tuple(found)


def _attachment(content: etree._Element) -> Attachment:
    fields = texts(content)
    media_type = (fields.get(_MEDIA_TYPE) or "").strip().lower()
    if not _MEDIA_TYPE_SHAPE.fullmatch(media_type):
        raise BadRow("mediaType", "not a media type")
    encoded = (fields.get(_VALUE) or "").strip()
    if encoded:
        return Attachment(media_type, content=_decode(encoded))
    reference = (fields.get(_REFERENCE) or "").strip()
    if not reference:
        raise BadRow("value", "missing")
    if len(reference) > _MAX_REFERENCE or not _REFERENCE_SHAPE.fullmatch(reference):
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
    return address(texts(children(row).get(_HEADER)).get(_SOURCE_SYSTEM))


_ROWS: Final = Rows(CONTRACT, CarePlan, "carePlan", _read_row, _system)
