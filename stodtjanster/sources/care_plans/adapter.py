"""Care plans through GetCarePlans 2.0 (clinicalprocess:logistics:logistics).

A plan here is a document: type, title, dates, owner, units that take part, and attachments. Goals,
participants by name and the time of follow-up are not in the contract (rivta.md 7).
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Attachment, CarePlan, CarePlanKind, Item, Participant
from stodtjanster.model import Told
from stodtjanster.sources.care_plans.settings import Settings
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    converse,
    hear,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.summary import Header, Summary, since, titled
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import grouped, text, texts

CONTRACT: Final = Contract(
    "clinicalprocess:logistics:logistics",
    "GetCarePlans",
    2,
    "urn:riv:clinicalprocess:logistics:logistics:3",
)
_NS: Final = f"{{{CONTRACT.types}}}"
_KIND_BY_SCHEMA: Final = f"{_NS}typeOfCarePlanEnum"
_KIND_BY_TKB: Final = f"{_NS}typeOfCarePlan"
_TYPES: Final = Types(CONTRACT)
_CONTENT: Final = f"{_NS}content"
_PARTICIPANT: Final = f"{_NS}participatingCareUnitHSAId"
_MEDIA_TYPE: Final = f"{_NS}mediaType"
_VALUE: Final = f"{_NS}value"
_REFERENCE: Final = f"{_NS}reference"
MAX_ATTACHMENT: Final = 4 * 2**20
"""Bytes, decoded. The EHDS mapping assumes 100 KB; a scanned plan is more."""
_KINDS: Final = {kind.value: kind for kind in CarePlanKind if kind is not CarePlanKind.UNKNOWN}
_MAX_REFERENCE: Final = 2_048
_MEDIA_TYPE_SHAPE: Final = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}", re.ASCII)
_REFERENCE_SHAPE: Final = re.compile(r"https?://\S+", re.IGNORECASE)


class Adapter(RivtaSource[Settings]):
    """One address that answers GetCarePlans."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({CarePlan})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        """Ask from `years_back` years before the period to its end."""
        content = _SUMMARY.request(ask, since(ask.period, self.settings.years_back))
        return converse(_ROWS, self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Care plans of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _plan(header: Header, body: etree._Element | None, page: Page) -> CarePlan:
    origin = header.origin
    parts = grouped(body)
    kind, kind_text = _kind(parts, page)
    return CarePlan(
        subject=header.subject,
        origin=origin,
        kind=kind,
        kind_text=kind_text,
        title=header.title,
        owner=origin.unit_name,
        responsible=titled(header),
        participants=_participants(parts.get(_PARTICIPANT, ()), page),
        authored=header.written or header.changed,
        changed=header.changed,
        attachments=_attachments(parts.get(_CONTENT, ()), page, origin.system),
        keys=frozenset({f"{origin.system}|{origin.record}"}),
    )


def _kind(
    parts: Mapping[str, list[etree._Element]], page: Page
) -> tuple[CarePlanKind, Told | None]:
    """The schema says typeOfCarePlanEnum, the TKB typeOfCarePlan."""
    named = parts.get(_KIND_BY_SCHEMA) or parts.get(_KIND_BY_TKB)
    code = text(named[-1]) if named else None
    known = _KINDS.get(code or "")
    return (CarePlanKind.UNKNOWN, page.told[code]) if known is None else (known, None)


def _participants(named: Iterable[etree._Element], page: Page) -> tuple[Participant, ...]:
    """Units, by HSA-id alone. One that is written otherwise names nobody."""
    units = (page.hsa[(_TYPES.local(one) or "").strip()] for one in named)
    return tuple(Participant(unit=unit) for unit in dict.fromkeys(units) if unit is not None)


def _attachments(
    contents: Iterable[etree._Element], page: Page, system: str
) -> tuple[Attachment, ...]:
    """What can be read; the rest is counted, and the plan is shown without it."""
    found: list[Attachment] = []
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


_SUMMARY: Final = Summary(CONTRACT, "carePlanHeader")
_ROWS: Final = _SUMMARY.rows(CarePlan, "carePlan", _plan)
