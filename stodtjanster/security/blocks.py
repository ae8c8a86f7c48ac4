"""Spärr: CheckBlocks 4.0 (informationsecurity:authorization:blocking). PDL 4 kap. 4 §, SVOD 2 kap.
3 §."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from stodtjanster.model import Cause, PersonId, Place
from stodtjanster.security.kit import (
    Accessing,
    Inquiry,
    Settings,
    accept,
    exchange,
    only,
    put,
    put_person,
    put_reader,
    wall,
)
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import SourceFailed
from stodtjanster.sources.kit.xml import text

_DOMAIN: Final = "informationsecurity:authorization:blocking"
_TYPES: Final = f"urn:riv:{_DOMAIN}:4"
CHECK: Final = Contract(_DOMAIN, "CheckBlocks", 4, _TYPES)
_OWN: Final = f"{{{CHECK.namespace}}}"
_T: Final = f"{{{_TYPES}}}"
_OPEN: Final = "OK"


@dataclass(frozen=True, slots=True)
class Row:
    """What is to be read: whose it is, and when it was documented (both ends included)."""

    owner: Place
    start: datetime
    end: datetime


def check_blocks(
    settings: Settings,
    who: Accessing,
    subject: PersonId,
    rows: Sequence[Row],
    *,
    correlation: str,
) -> Inquiry[frozenset[Row]]:
    """The rows that surely are open to the reader. Raises SourceFailed.

    A row that the answer lacks, has with different words, or calls anything but OK is not among
    them. The schema wants at least one row: without any, nobody is asked.
    """
    if not rows:
        return frozenset()
    content = CHECK.new_request()
    put_reader(content, f"{_OWN}accessingActor", _TYPES, who)
    put_person(content, f"{_OWN}patientId", _TYPES, subject)
    for number, row in enumerate(rows, 1):
        entity = put(content, f"{_OWN}informationEntities")
        put(entity, f"{_T}informationStartDate", wall(row.start))
        put(entity, f"{_T}informationEndDate", wall(row.end))
        put(entity, f"{_T}informationCareUnitId", row.owner.unit.value)
        put(entity, f"{_T}informationCareProviderId", row.owner.provider.value)
        put(entity, f"{_T}rowNumber", str(number))
    answer = yield from exchange(settings, CHECK, content, correlation)
    result = only(answer, f"{_OWN}checkBlocksResult")
    accept(only(result, f"{_T}result"), f"{_T}resultCode")
    said: dict[int, set[str]] = {}
    for found in result.iterchildren(f"{_T}checkResults"):
        status = text(only(found, f"{_T}status")) or ""
        said.setdefault(_number(found), set()).add(status)
    return frozenset(row for number, row in enumerate(rows, 1) if said.get(number) == {_OPEN})


def _number(found: etree._Element) -> int:
    """Raises SourceFailed: a status of no row may be that of any."""
    written = text(only(found, f"{_T}rowNumber")) or ""
    try:
        return int(written)
    except ValueError:
        raise SourceFailed(Cause.UNREADABLE, "checkResults/rowNumber: not a number") from None
