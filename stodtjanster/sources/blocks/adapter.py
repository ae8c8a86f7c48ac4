"""A person's blocks through GetAllBlocksForPatient 2.0: all that the country knows, of whichever
provider. Only blocks that hold are answered, each with the liftings that do.

The contract has no day on which the block was made: its days are those of what is closed. Whom of
the staff a block is lifted for comes in the same answer and is left where it is.
"""

from collections.abc import Callable, Iterator
from typing import ClassVar, Final, TypeVar

from lxml import etree

from stodtjanster.information import Block, BlockLevel, Item, Lifting
from stodtjanster.model import Told
from stodtjanster.sources.blocks.settings import Settings
from stodtjanster.sources.kit.lasting import days
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.register import Register, origin_of
from stodtjanster.sources.kit.rivta import BadRow, Contract, Page, RivtaSource, once_texts
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.times import moment

T = TypeVar("T")

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
    provider = page.hsa[said.get(f"{_NS}InformationCareProviderId")]
    if provider is None:
        raise BadRow("InformationCareProviderId", "missing or not an HSA-id")
    written = said.get(f"{_NS}InformationCareUnitId")
    unit = page.hsa[written]
    if written and unit is None:
        # Without a unit it would be said to close more than it does.
        raise BadRow("InformationCareUnitId", "not an HSA-id")
    start, end = (f"Information{name}Date" for name in ("Start", "End"))
    first, last = days(said.get(_NS + start), said.get(_NS + end), (start, end))
    now, liftings = page.reading.asked_at, _parts(row, _REVOKES, page, _lifting)
    return Block(
        subject=subject,
        origin=origin_of(page, CONTRACT, record, provider, unit),
        level=level,
        first=first,
        last=last,
        liftings=tuple(dict.fromkeys(each for each in liftings if each.until > now)),
        excluded=tuple(dict.fromkeys(_parts(row, _EXCLUDED, page, _open_kind))),
    )


def _parts(
    row: etree._Element, name: str, page: Page, read_part: Callable[[etree._Element, Page], T]
) -> Iterator[T]:
    """What can be read of the parts of a name; the rest is counted, and the block stands."""
    for number, part in enumerate(row.iterchildren(_NS + name), 1):
        try:
            yield read_part(part, page)
        except BadRow as bad:
            page.reject(BadRow(f"{name}[{number}]/{bad.where}", bad.why), page.asker)


def _lifting(revoke: etree._Element, page: Page) -> Lifting:
    said = once_texts(revoke, "", _NS)
    unit = page.hsa[said.get(f"{_NS}RevokedForCareUnitId")]
    if unit is None:
        raise BadRow("RevokedForCareUnitId", "missing or not an HSA-id")
    until = moment(said.get(f"{_NS}EndDate"))
    if until is None:
        raise BadRow("EndDate", "missing or not a time")
    return Lifting(unit, until, personal=bool(said.get(f"{_NS}RevokedForEmployeeId")))


def _open_kind(excluded: etree._Element, page: Page) -> Told:
    """What is open all the same, in the register's own words."""
    words = page.told[once_texts(excluded, "", _NS).get(f"{_NS}InfoTypeDescription")]
    if words is None:
        raise BadRow("InfoTypeDescription", "missing")
    return words


_REGISTER: Final = Register(
    CONTRACT,
    Block,
    whole=f"{{{CONTRACT.namespace}}}BlockHeaderType",
    result=f"{_NS}Result",
    code=f"{_NS}ResultCode",
    row=f"{_NS}Blocks",
    read=_read,
)
