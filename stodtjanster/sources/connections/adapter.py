"""Connected addresses through GetLogicalAddresseesByServiceContract 2.0
(infrastructure:itintegration:registry).

The catalogue is asked about a contract and never about a person. Its filters are for subscribers to
the index and none of ours.
"""

from collections.abc import Generator
from typing import Final, TypeAlias

from lxml import etree

from stodtjanster.catalogue import Connection
from stodtjanster.model import Cause
from stodtjanster.sources.connections.settings import Settings
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import BadRow, Contract, once, post
from stodtjanster.sources.kit.soap import body_of, open_message
from stodtjanster.sources.kit.source import Heard, Request, Response, SourceFailed
from stodtjanster.sources.kit.status import address
from stodtjanster.sources.kit.xml import local_name, text

_DOMAIN: Final = "infrastructure:itintegration:registry"
CONTRACT: Final = Contract(
    _DOMAIN, "GetLogicalAddresseesByServiceContract", 2, f"urn:riv:{_DOMAIN}:2"
)
_OWN: Final = f"{{{CONTRACT.namespace}}}"
_ROW: Final = f"{_OWN}logicalAddressRecord"

LookUp: TypeAlias = Generator[Request, Response, frozenset[str]]


class Adapter:
    """The catalogue at one address."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Settings:
        return self._settings

    def look_up(self, connection: Connection, *, correlation: str) -> LookUp:
        """Where the consumer may call the contract. Raises SourceFailed inside the conversation."""
        content = CONTRACT.new_request()
        etree.SubElement(content, f"{_OWN}serviceConsumerHsaId").text = connection.consumer
        named = etree.SubElement(content, f"{_OWN}serviceContractNameSpace")
        inner = etree.SubElement(named, f"{{{CONTRACT.types}}}ServiceContractNamespace")
        inner.text = connection.contract
        response = yield post(
            self._settings.url,
            CONTRACT,
            content,
            address=self._settings.logical_address,
            consumer=self._settings.consumer_hsa_id,
            correlation=correlation,
            actor=None,
        )
        return read_addresses(body_of(response))


def read_addresses(body: bytes) -> frozenset[str]:
    """The addresses of an answer, in upper case. Raises SourceFailed.

    Half a list would say of the other half that it is not connected, so one address that cannot be
    read makes the whole answer unreadable. So does an empty list: it is what a misspelt consumer or
    contract gets.
    """
    rows = [row for row in open_message(body, CONTRACT.response).content if _is_own(row)]
    if not rows:
        raise SourceFailed(Cause.UNREADABLE, "no address at all")
    return frozenset(_read(row, number) for number, row in enumerate(rows, start=1))


def read_places(body: bytes, *, reading: Reading) -> tuple[tuple[str, ...], Heard]:  # noqa: ARG001
    """The same, for whoever reads a file: nobody was asked about, so nothing is reported."""
    return tuple(sorted(read_addresses(body))), Heard()


def _is_own(row: etree._Element) -> bool:
    """Elements of other namespaces are the extensions that every contract allows."""
    return row.tag.startswith(_OWN) or local_name(row) == "logicalAddressRecord"


def _read(row: etree._Element, number: int) -> str:
    where = f"logicalAddressRecord[{number}]"
    if row.tag != _ROW:
        raise SourceFailed(Cause.UNREADABLE, f"{where}: an element that the contract has not")
    try:
        written = once(row, where, _OWN, "filter").get(f"{_OWN}logicalAddress")
    except BadRow as bad:
        raise SourceFailed(Cause.UNREADABLE, str(bad)) from None
    found = address(text(written))
    if found is None:
        raise SourceFailed(Cause.UNREADABLE, f"{where}: logicalAddress is missing or too long")
    return found
