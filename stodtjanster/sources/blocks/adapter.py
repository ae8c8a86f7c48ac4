"""A person's blocks through GetAllBlocksForPatient 2.0: all that the country knows, of whichever
provider. Only blocks that hold are answered, each with the liftings that do.

The contract has no day on which the block was made: its days are those of what is closed. Whom of
the staff a block is lifted for comes in the same answer and is left where it is.
"""

from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Block, BlockLevel, Item, Lifting
from stodtjanster.model import Origin, Told
from stodtjanster.sources.blocks.settings import Settings
from stodtjanster.sources.kit.lasting import days
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.register import Register
from stodtjanster.sources.kit.rivta import BadRow, Contract, Page, RivtaSource, once, once_texts
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.times import moment
from stodtjanster.sources.kit.xml import text

CONTRACT: Final = Contract(
    "ehr:blocking:querying", "GetAllBlocksForPatient", 2, "urn:riv:ehr:blocking:2"
)
_REQUEST: Final = f"{CONTRACT.request}Request"
_NS: Final = f"{{{CONTRACT.types}}}"
_LEVELS: Final = {"Inner": BlockLevel.INNER, "Outer": BlockLevel.OUTER}
_REVOKES: Final = "TemporaryRevokes"
_EXCLUDED: Final = "ExcludedInformationTypes"


class Adapter(RivtaSource[Settings]):
    """The register at one address."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Block})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        content = etree.Element(_REQUEST, nsmap={"m": CONTRACT.namespace})
        number = etree.SubElement(content, f"{{{CONTRACT.namespace}}}PatientId")
        number.text = ask.subject.value
        return _REGISTER.ask(self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Blocks of one answer, enveloped or bare. Raises SourceFailed."""
    return _REGISTER.hear(body, reading)


def _read(row: etree._Element, page: Page) -> Block:
    said = once_texts(row, "", _NS, _REVOKES, _EXCLUDED)
    subject = page.subject(said.get(f"{_NS}PatientId"), "PatientId")
    record = page.identifier(said.get(f"{_NS}BlockId"), "BlockId")
    level = _LEVELS.get((said.get(f"{_NS}BlockType") or "").strip())
    if level is None:
        raise BadRow("BlockType", "neither inner nor outer")
    provider, unit = (
        page.hsa[said.get(f"{_NS}Information{name}Id")] for name in ("CareProvider", "CareUnit")
    )
    if provider is None:
        raise BadRow("InformationCareProviderId", "missing or not an HSA-id")
    start, end = (f"Information{name}Date" for name in ("Start", "End"))
    first, last = days(said.get(_NS + start), said.get(_NS + end), (start, end))
    return Block(
        subject=subject,
        origin=Origin(
            page.reading.source,
            page.asker,
            record,
            CONTRACT.operation,
            page.reading.asked_at,
            care_provider=provider,
            care_unit=unit,
        ),
        level=level,
        first=first,
        last=last,
        liftings=_liftings(row, page),
        excluded=_excluded(row, page),
    )


def _liftings(row: etree._Element, page: Page) -> tuple[Lifting, ...]:
    """Those that hold. One that cannot be read is counted, and the block stands."""
    found: dict[Lifting, None] = {}
    for number, revoke in enumerate(row.iterchildren(_NS + _REVOKES), 1):
        try:
            lifting = _lifting(revoke, page)
        except BadRow as bad:
            page.reject(BadRow(f"{_REVOKES}[{number}]/{bad.where}", bad.why), page.asker)
        else:
            if lifting.until > page.reading.asked_at:
                found[lifting] = None
    return tuple(found)


def _lifting(revoke: etree._Element, page: Page) -> Lifting:
    said = once_texts(revoke, "", _NS)
    unit = page.hsa[said.get(f"{_NS}RevokedForCareUnitId")]
    if unit is None:
        raise BadRow("RevokedForCareUnitId", "missing or not an HSA-id")
    until = moment(said.get(f"{_NS}EndDate"))
    if until is None:
        raise BadRow("EndDate", "missing or not a time")
    return Lifting(unit, until, personal=bool(said.get(f"{_NS}RevokedForEmployeeId")))


def _excluded(row: etree._Element, page: Page) -> tuple[Told, ...]:
    """What is open all the same, in the register's own words."""
    found: dict[Told, None] = {}
    for number, kind in enumerate(row.iterchildren(_NS + _EXCLUDED), 1):
        words = page.told[text(once(kind, f"{_EXCLUDED}[{number}]", _NS).get(_DESCRIPTION))]
        if words is None:
            where = f"{_EXCLUDED}[{number}]/InfoTypeDescription"
            page.reject(BadRow(where, "missing"), page.asker)
        else:
            found[words] = None
    return tuple(found)


_DESCRIPTION: Final = f"{_NS}InfoTypeDescription"
_REGISTER: Final = Register(
    CONTRACT,
    Block,
    whole=f"{{{CONTRACT.namespace}}}BlockHeaderType",
    result=f"{_NS}Result",
    code=f"{_NS}ResultCode",
    row=f"{_NS}Blocks",
    read=_read,
)
