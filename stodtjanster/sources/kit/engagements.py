"""The engagemangsindex: at which address there is something about a person (FindContent 1.0).

By law its content may be used to find out where to call and for nothing else: it is not kept
(rivta.md 4). So an Engagement is no Item and stays inside a conversation, and only a source with
IndexSettings can ask, of whose answers the fetch service keeps none (ADR 13).
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from lxml import etree
from pydantic import Field

from stodtjanster.information import Item
from stodtjanster.model import Cause, Outcome, Report
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import BadRow, Contract, Page, RivtaSettings, once, post
from stodtjanster.sources.kit.soap import open_message
from stodtjanster.sources.kit.source import Ask, Heard, Request
from stodtjanster.sources.kit.xml import local_name, text

FIND: Final = Contract(
    "itintegration:engagementindex", "FindContent", 1, "urn:riv:itintegration:engagementindex:1"
)

_ROW: Final = "engagement"
_TYPES: Final = f"{{{FIND.types}}}"
_SUBJECT: Final = f"{_TYPES}registeredResidentIdentification"
_DOMAIN: Final = f"{_TYPES}serviceDomain"
_CATEGORY: Final = f"{_TYPES}categorization"
_ADDRESS: Final = f"{_TYPES}logicalAddress"
_RECORD: Final = f"{_TYPES}businessObjectInstanceIdentifier"
_CALLABLE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


class IndexSettings(RivtaSettings):
    """A source that asks the index first, at `logical_address`, and then whom the index names.

    `url` has `{operation}` where the operation's name stands.
    """

    kept: ClassVar[bool] = False

    url: str = Field(pattern=r"^https?://\S*\{operation\}\S*$")


@dataclass(frozen=True, slots=True)
class Category:
    """What the index is asked for: a service domain, without `urn:`, and a category of it."""

    domain: str
    name: str


@dataclass(frozen=True, slots=True)
class Engagement:
    """The address to call, as the index wrote it, and the record to ask for there."""

    address: str
    record: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where to call, each place once, and what is to be said of the index itself."""

    engagements: tuple[Engagement, ...]
    heard: Heard


def find(settings: IndexSettings, ask: Ask, category: Category) -> Request:
    """A question about one person and one category."""
    content = FIND.new_request()
    for name, said in (
        ("registeredResidentIdentification", ask.subject.value),
        ("serviceDomain", category.domain),
        ("categorization", category.name),
    ):
        etree.SubElement(content, f"{{{FIND.namespace}}}{name}").text = said
    return post(
        settings.url.replace("{operation}", FIND.operation),
        FIND,
        content,
        address=settings.logical_address,
        consumer=settings.consumer_hsa_id,
        correlation=ask.correlation,
        actor=None,
    )


def read_found(body: bytes, information: type[Item], reading: Reading, category: Category) -> Found:
    """An answer, enveloped or bare. Raises SourceFailed.

    Rows about another person, or that lead nowhere, are counted. Rows of other categories than the
    one asked for are none of ours.
    """
    content = open_message(body, FIND.response).content
    page = Page(reading, row=_ROW)
    found: dict[Engagement, None] = {}
    for row in content:
        own = row.tag.startswith(f"{{{FIND.namespace}}}")
        if not own and local_name(row) != _ROW:
            continue  # an extension, as every contract allows (xs:any ##other)
        page.number += 1
        try:
            engagement = _read(row, page, category)
        except BadRow as bad:
            page.reject(bad, None)
        else:
            if engagement is not None:
                found[engagement] = None
    report = Report(
        reading.source,
        page.asker,
        information.key,
        Outcome.DATA_FROM_SOURCE,
        reading.asked_at,
        reading.asked_at,
        Cause.FOREIGN if page.foreign else None,
        len(page.rejected),
    )
    return Found(tuple(found), Heard(reports=(report,), rejected=tuple(page.rejected)))


def _read(row: etree._Element, page: Page, category: Category) -> Engagement | None:
    if row.tag != f"{{{FIND.namespace}}}{_ROW}":
        raise BadRow("", "an element that the contract does not have")
    fields = once(row, "", _TYPES)
    page.subject(text(fields.get(_SUBJECT)), "registeredResidentIdentification")
    if Category(text(fields.get(_DOMAIN)) or "", text(fields.get(_CATEGORY)) or "") != category:
        return None
    address = text(fields.get(_ADDRESS)) or ""
    if not _CALLABLE.fullmatch(address):
        raise BadRow("logicalAddress", "not an address")
    record = page.identifier(text(fields.get(_RECORD)), "businessObjectInstanceIdentifier")
    return Engagement(address, record)
