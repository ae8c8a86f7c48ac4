"""Listings through GetListing 1.0 (crm:carelisting, RIVTABP20).

The answer is one person with listings, and has neither ids nor a source system: whom we asked
holds them. Sources send dates that are empty, which the schema does not allow (rivta.md 7).
"""

import re
from datetime import date
from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Item, Listing, ListingKind
from stodtjanster.model import Origin, PersonId, Told, local_day
from stodtjanster.sources.kit.lasting import days, in_force
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    Rows,
    converse,
    digest,
    hear,
    once,
    once_texts,
)
from stodtjanster.sources.kit.soap import Addressing
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.xml import text
from stodtjanster.sources.listings.settings import Settings

CONTRACT: Final = Contract(
    "crm:carelisting",
    "GetListing",
    1,
    "urn:riv:crm:carelisting:1",
    root="getListing",
    addressing=Addressing.RIVTABP20,
    unknown="PersonNotFound",
)
_NS: Final = f"{{{CONTRACT.types}}}"
_PERSON: Final = f"{_NS}personId"
_LISTING: Final = f"{_NS}listing"
_FROM: Final = f"{_NS}validFromDate"
_TO: Final = f"{_NS}validToDate"
_KIND: Final = f"{_NS}listingType"
_FACILITY: Final = f"{_NS}healthcare_facility"
_FACILITY_ID: Final = f"{_NS}facilityId"
_FACILITY_NAME: Final = f"{_NS}facilityName"
_QUEUE: Final = f"{_NS}hasQueue"
_RESOURCE: Final = f"{_NS}resource"
_RESOURCE_ID: Final = f"{_NS}resourceId"
_RESOURCE_NAME: Final = f"{_NS}resourceName"
_KINDS: Final = {kind.value: kind for kind in ListingKind if kind is not ListingKind.UNKNOWN}
_TEN_DIGITS: Final = re.compile(r"[0-9]{10}")


class Adapter(RivtaSource[Settings]):
    """One region that answers GetListing."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Listing})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        content = CONTRACT.new_request()
        etree.SubElement(content, f"{{{CONTRACT.namespace}}}personId").text = ask.subject.value
        return converse(_ROWS, self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Listings of one answer, enveloped or bare. Raises SourceFailed.

    A fault that says that the person is unknown is an answer: no listings there.
    """
    return hear(body, _ROWS, reading)


def _read_person(row: etree._Element, page: Page) -> tuple[Item, ...]:
    """The listings that can be read; the rest are counted."""
    fields = once(row, "", _NS, "listing")
    written = text(fields.get(_PERSON))
    subject = page.subject(_with_century(written, local_day(page.reading.asked_at)), "personId")
    found: list[Item] = []
    for number, listing in enumerate(row.iterchildren(_LISTING), 1):
        try:
            made = _read_listing(listing, subject, page)
        except BadRow as bad:
            page.reject(BadRow(f"listing[{number}]/{bad.where}", bad.why), page.asker)
        else:
            if in_force(page, made.first, made.last):
                found.append(made)
    return tuple(found)


def _with_century(written: str | None, today: date) -> str | None:
    """Ten digits are allowed, but only twelve say who is a hundred: the younger one is meant."""
    digits = (written or "").replace("-", "")
    if not _TEN_DIGITS.fullmatch(digits):
        return written
    for century in (today.year // 100, today.year // 100 - 1):
        try:
            person = PersonId.parse(f"{century}{digits}")
        except ValueError:
            continue
        if person.birth_date <= today:
            return person.value
    return written


def _read_listing(row: etree._Element, subject: PersonId | None, page: Page) -> Listing:
    parts = once(row, "", _NS)
    facility = _texts(parts, _FACILITY)
    resource = _texts(parts, _RESOURCE)
    unit_id = page.identifier(facility.get(_FACILITY_ID), "healthcare_facility/facilityId")
    kind, kind_text = _kind(text(parts.get(_KIND)), page)
    start, end = text(parts.get(_FROM)), text(parts.get(_TO))
    first, last = days(start, end, ("validFromDate", "validToDate"))
    unit = page.told[facility.get(_FACILITY_NAME)]
    name = page.told[resource.get(_RESOURCE_NAME)]
    return Listing(
        subject=subject,
        origin=Origin(
            page.reading.source,
            page.asker,
            _record(unit_id, resource.get(_RESOURCE_ID), kind, kind_text, first),
            CONTRACT.operation,
            page.reading.asked_at,
            care_unit=page.hsa[unit_id],
            unit_name=unit,
        ),
        kind=kind,
        kind_text=kind_text,
        unit=unit,
        name=name,
        queued=page.flag[facility.get(_QUEUE)],
        first=first,
        last=last,
    )


def _texts(parts: dict[str, etree._Element], tag: str) -> dict[str, str | None]:
    """The texts of a part, of which nothing but the listing types of a unit may come twice."""
    return once_texts(parts.get(tag), tag.removeprefix(_NS), _NS, "supportedListingTypes")


def _kind(written: str | None, page: Page) -> tuple[ListingKind, Told | None]:
    """A free string, agreed upon by habit: what is not known is told as written."""
    if written is None:
        return ListingKind.UNKNOWN, None
    known = _KINDS.get(written.upper())
    return (ListingKind.UNKNOWN, page.told[written]) if known is None else (known, None)


def _record(
    unit: str, resource: str | None, kind: ListingKind, kind_text: Told | None, first: date | None
) -> str:
    """The contract gives a listing no id: it is the same for as long as all of this is."""
    word = kind_text.text if kind_text else None
    return digest(unit, resource, kind.value, word, first.isoformat() if first else None)


def _system(_row: etree._Element) -> None:
    """The answer does not say who holds it."""


_ROWS: Final = Rows(CONTRACT, Listing, "subjectOfCare", _read_person, _system)
