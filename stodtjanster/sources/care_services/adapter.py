"""Municipal services through GetCareServices 2.0 (clinicalprocess:logistics:logistics).

`housing` is not read: it tells where a person lives, which the services can be understood without
and which must not be shown of a person whose address is protected.
"""

import re
from typing import ClassVar, Final
from unicodedata import normalize

from lxml import etree

from stodtjanster.information import CareService, CareServiceKind, Item
from stodtjanster.model import HsaId, Told
from stodtjanster.sources.care_services.settings import Settings
from stodtjanster.sources.kit.lasting import days, in_force
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    converse,
    hear,
    once,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.summary import Header, Summary, since, titled
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import text

CONTRACT: Final = Contract(
    "clinicalprocess:logistics:logistics",
    "GetCareServices",
    2,
    "urn:riv:clinicalprocess:logistics:logistics:3",
)
_NS: Final = f"{{{CONTRACT.types}}}"
_TYPES: Final = Types(CONTRACT)
_PERFORMER: Final = f"{_NS}performerHealthCareUnit"
_KIND: Final = f"{_NS}typeOfCareService"
_PERIOD: Final = f"{_NS}timePeriod"
_START: Final = f"{_NS}start"
_END: Final = f"{_NS}end"
_WHERE: Final = ("careServiceBody/timePeriod/start", "careServiceBody/timePeriod/end")
_NAME: Final = f"{_NS}input"
_EXTENT: Final = f"{_NS}scope"
_OID: Final = re.compile(r"[0-2](\.[0-9]+)+")
_WORDS: Final = {
    CareServiceKind.HOME_HEALTH_CARE: Told("Hemsjukvård"),
    CareServiceKind.HOME_HELP: Told("Hemtjänst"),
    CareServiceKind.LSS: Told("Insats enligt LSS"),
    CareServiceKind.SPECIALIST_CARE: Told("Specialistvård"),
    CareServiceKind.SPECIAL_HOUSING: Told("Särskilt boende"),
}
"""What the codes mean (TKB clinicalprocess:logistics:logistics)."""
_KINDS: Final = {kind.value: kind for kind in _WORDS}


class Adapter(RivtaSource[Settings]):
    """One address that answers GetCareServices."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({CareService})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        """Ask from `years_back` years before the period to its end."""
        content = _SUMMARY.request(ask, since(ask.period, self.settings.years_back))
        return converse(_ROWS, self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Services of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _service(header: Header, element: etree._Element | None, page: Page) -> CareService | None:
    """None for a service that is not in force in the period."""
    body = once(element, "careServiceBody", _NS)
    period = once(body.get(_PERIOD), "careServiceBody/timePeriod", _NS)
    first, last = days(text(period.get(_START)), text(period.get(_END)), _WHERE)
    if not in_force(page, first, last):
        return None
    kind, name = _kind(text(body.get(_KIND)), page)
    name = page.told[text(body.get(_NAME))] or name
    if name is None:
        raise BadRow("careServiceBody/input", "missing")
    unit = _unit(body.get(_PERFORMER), page)
    return CareService(
        subject=header.subject,
        origin=header.origin,
        name=name,
        kind=kind,
        extent=page.told[text(body.get(_EXTENT))],
        law="LSS" if kind is CareServiceKind.LSS else None,
        first=first,
        last=last,
        # Other units than the one that wrote come without a name.
        performer=header.origin.unit_name if unit and unit == header.unit else None,
        performer_unit=unit,
        handler=titled(header),
    )


def _kind(code: str | None, page: Page) -> tuple[CareServiceKind, Told | None]:
    """What kind it is, and in words: an unknown code is its own word.

    `SÄBO` may come with a combining diaeresis, which is the same letter.
    """
    known = _KINDS.get(normalize("NFC", code).upper()) if code else None
    return (CareServiceKind.UNKNOWN, page.told[code]) if known is None else (known, _WORDS[known])


def _unit(performer: etree._Element | None, page: Page) -> HsaId | None:
    """The unit that performs. Real messages write its id as root, without an extension."""
    written = (_TYPES.local(performer) or "").strip()
    return None if _OID.fullmatch(written) else page.hsa[written]


_SUMMARY: Final = Summary(CONTRACT, "careServiceHeader")
_ROWS: Final = _SUMMARY.rows(CareService, "careService", _service)
